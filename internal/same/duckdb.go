//go:build duckdb

package same

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/ducktest"
	"github.com/grille-dev/grille/run/duckdb"
	"github.com/grille-dev/grille/sql/types"
)

func duckdbKind() kind {
	return kind{
		engine: catalog.DuckDB,
		spelling: Spelling{
			Schema:  "main",
			Quote:   Doubled,
			Type:    duckType,
			Literal: duckLiteral,
		},
		open: openDuckDB,
	}
}

func openDuckDB(t testing.TB, texts []string) Database {
	t.Helper()
	path := ducktest.New(t, texts...)
	e, err := duckdb.New(duckdb.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 2, Memory: 256 << 20, Log: operator(t)})
	must(t, err)
	t.Cleanup(func() { _ = e.Close() })
	return Database{Engine: e}
}

// duckType: a numeric without digits has ten places, of 28 digits.
func duckType(c Column) string {
	switch {
	case c.Type.Kind == types.Numeric && c.Mod.Set:
		return fmt.Sprintf("DECIMAL(%d, %d)", c.Mod.Prec, c.Mod.Scale)
	case c.Type.Kind == types.Numeric:
		return "DECIMAL(28, 10)"
	case c.Type.IsText():
		return "VARCHAR"
	case c.Type.Kind == types.JSONB:
		return "JSON"
	case c.Type.Kind == types.Array:
		return duckType(Column{Type: c.Type.Element()}) + "[]"
	}
	return c.Type.String()
}

func duckLiteral(c Column, v types.Value) string {
	text := v.Format(c.Type, time.UTC)
	switch c.Type.Kind {
	case types.Bytea:
		return "unhex(" + Text(strings.TrimPrefix(text, `\x`)) + ")"
	case types.Interval:
		months, days, micros := v.Interval()
		return fmt.Sprintf("(to_months(%d) + to_days(%d) + to_microseconds(%d))", months, days, micros)
	case types.Array:
		var items []string
		for _, x := range v.List() {
			items = append(items, duckLiteral(Column{Type: c.Type.Element()}, x))
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		return "CAST(" + Text(text) + " AS " + duckType(c) + ")"
	}
}
