package same

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/sql/types"
)

func sqliteKind() kind {
	return kind{
		engine: catalog.SQLite,
		spelling: Spelling{
			Schema:  "main",
			Quote:   Doubled,
			Type:    liteType,
			Literal: liteLiteral,
		},
		open: openSQLite,
	}
}

func openSQLite(t testing.TB, texts []string) Database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "same.db")
	file, err := sqlite3.Open(path)
	must(t, err)
	must(t, file.Exec("BEGIN;"+strings.Join(texts, ";\n")+";COMMIT;ANALYZE"))
	t.Cleanup(func() { _ = file.Close() })
	e, err := sqlite.New(sqlite.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 2, Log: operator(t)})
	must(t, err)
	t.Cleanup(func() { _ = e.Close() })
	return Database{Engine: e, Bare: func(text string) { bareSQLite(t, file, text) }}
}

func bareSQLite(t testing.TB, file *sqlite3.Conn, text string) {
	t.Helper()
	stmt, _, err := file.Prepare(text)
	must(t, err)
	defer stmt.Close()
	row := make([]any, stmt.ColumnCount())
	for stmt.Step() && err == nil {
		err = stmt.Columns(row...)
	}
	must(t, errors.Join(err, stmt.Err()))
}

// liteType is a declared type that Grille reads as the kind it has.
func liteType(c Column) string {
	switch c.Type.Kind {
	case types.Int2, types.Int4, types.Int8:
		return "INTEGER"
	case types.Float4, types.Float8:
		return "REAL"
	case types.Interval:
		return "TEXT"
	default:
		return c.Type.Kind.String()
	}
}

func liteLiteral(c Column, v types.Value) string {
	text := v.Format(c.Type, time.UTC)
	switch c.Type.Kind {
	case types.Bool:
		return map[bool]string{true: "1", false: "0"}[v.Bool()]
	case types.Int2, types.Int4, types.Int8:
		return text
	case types.Bytea:
		return "x" + Text(strings.TrimPrefix(text, `\x`))
	default:
		return Text(text)
	}
}
