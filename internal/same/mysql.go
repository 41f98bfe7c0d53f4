package same

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/mysql"
	"github.com/grille-dev/grille/sql/types"
)

func mariaDBKind() kind {
	return kind{
		engine:   catalog.MariaDB,
		missing:  mytest.Missing(),
		spelling: Spelling{Quote: Doubled, Type: mysqlType, Literal: mysqlLiteral},
		open:     func(t testing.TB, texts []string) Database { return openMySQL(t, mytest.New(t), texts) },
	}
}

// mysqlSession is one in which the script's words mean what they mean elsewhere.
const mysqlSession = "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES', time_zone = '+00:00'"

func openMySQL(t testing.TB, db mytest.DB, texts []string) Database {
	t.Helper()
	db.Exec(append([]string{mysqlSession}, texts...)...)
	target, err := dsn.Parse(db.ReadOnlyDSN)
	must(t, err)
	e, err := mysql.New(mysql.Config{Target: target.(dsn.MySQL), TimeZone: "UTC", Concurrent: 2, Log: operator(t)})
	must(t, err)
	t.Cleanup(func() { _ = e.Close() })
	conn := mytest.Connect(t, db.ReadOnlyDSN)
	return Database{Engine: e, Bare: func(text string) { must(t, conn.Read(text, func([]driver.Value) {})) }}
}

// mysqlType is a declared type. A text is one that may be a key.
func mysqlType(c Column) string {
	switch c.Type.Kind {
	case types.Bool:
		return "boolean"
	case types.Int2:
		return "smallint"
	case types.Int4:
		return "int"
	case types.Int8:
		return "bigint"
	case types.Float4:
		return "float"
	case types.Float8:
		return "double"
	case types.Numeric:
		return mysqlDecimal(c)
	case types.Bytea:
		return "blob"
	case types.Date:
		return "date"
	case types.Time:
		return "time(6)"
	case types.Timestamp:
		return "datetime(6)"
	case types.TimestampTZ:
		return "timestamp(6) NULL"
	case types.UUID:
		return "uuid"
	case types.JSON, types.JSONB:
		return "json"
	default:
		return "varchar(700)"
	}
}

func mysqlDecimal(c Column) string {
	if c.Mod.Set {
		return fmt.Sprintf("decimal(%d,%d)", c.Mod.Prec, c.Mod.Scale)
	}
	return "decimal(40,12)"
}

func mysqlLiteral(c Column, v types.Value) string {
	text := v.Format(c.Type, time.UTC)
	switch c.Type.Kind {
	case types.Bool:
		return map[bool]string{true: "1", false: "0"}[v.Bool()]
	case types.Int2, types.Int4, types.Int8, types.Numeric, types.Float4, types.Float8:
		return text
	case types.Bytea:
		return "x" + Text(strings.TrimPrefix(text, `\x`))
	case types.TimestampTZ:
		return Text(strings.TrimSuffix(text, "+00"))
	default:
		return Text(text)
	}
}
