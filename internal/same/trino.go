package same

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/trinotest"
	"github.com/grille-dev/grille/run/trino"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/types"
)

// trinoKind keeps its tables in the server's memory.
func trinoKind() kind {
	return kind{
		engine:  catalog.Trino,
		missing: trinotest.Missing(),
		spelling: Spelling{
			Schema:  "default",
			Quote:   Doubled,
			Type:    trinoType,
			Literal: trinoLiteral,
			NoKeys:  true,
			Rows:    500,
		},
		open: openTrino,
	}
}

func openTrino(t testing.TB, texts []string) Database {
	t.Helper()
	db := trinotest.New(t, texts...)
	e, err := trino.New(trino.Config{Target: db.Target, TimeZone: "UTC", Concurrent: 2, Log: operator(t)})
	must(t, err)
	t.Cleanup(func() { _ = e.Close() })
	return Database{Engine: e, Schema: db.Target.Catalog + "." + db.Target.Schema}
}

// trinoType: numerics without digits of their own have room for twelve.
func trinoType(c Column) string {
	mod := c.Mod
	switch c.Type.Kind {
	case types.Numeric:
		if !mod.Set {
			return "decimal(38, 12)"
		}
		return fmt.Sprintf("decimal(%d, %d)", mod.Prec, mod.Scale)
	case types.Varchar:
		if mod.Set {
			return fmt.Sprintf("varchar(%d)", mod.Prec)
		}
		return "varchar"
	case types.Bpchar:
		if !mod.Set {
			mod.Prec = 5
		}
		return fmt.Sprintf("char(%d)", mod.Prec)
	case types.Text:
		return "varchar"
	case types.Bool:
		return "boolean"
	case types.Int2:
		return "smallint"
	case types.Int4:
		return "integer"
	case types.Int8:
		return "bigint"
	case types.Float4:
		return "real"
	case types.Float8:
		return "double"
	case types.Bytea:
		return "varbinary"
	case types.Time, types.Timestamp:
		return c.Type.Kind.String() + "(6)"
	case types.TimestampTZ:
		return "timestamp(6) with time zone"
	case types.JSON, types.JSONB:
		return "json"
	case types.Array:
		return funcs.TypeTrino(c.Type)
	case types.Interval, types.Enum: // Grille reads none of these, nor does it read that
		return "ipaddress"
	default:
		return c.Type.Kind.String()
	}
}

func trinoLiteral(c Column, v types.Value) string {
	text := v.Format(c.Type, time.UTC)
	switch c.Type.Kind {
	case types.Bool:
		return map[bool]string{true: "TRUE", false: "FALSE"}[v.Bool()]
	case types.Int2, types.Int4, types.Int8:
		return text
	case types.JSON, types.JSONB:
		return "json_parse(" + Text(text) + ")"
	case types.Array:
		parts := make([]string, len(v.List()))
		for i, x := range v.List() {
			if parts[i] = "NULL"; !x.IsNull() {
				parts[i] = trinoLiteral(Column{Type: c.Type.Element(), Mod: c.Mod}, x)
			}
		}
		return "CAST(ARRAY[" + strings.Join(parts, ", ") + "] AS " + trinoType(c) + ")"
	case types.Interval, types.Enum:
		return "IPADDRESS '::1'"
	case types.Bytea:
		return "X" + Text(strings.TrimPrefix(text, `\x`))
	case types.TimestampTZ:
		return "CAST(" + Text(strings.TrimSuffix(text, "+00")+" UTC") + " AS " + trinoType(c) + ")"
	}
	return "CAST(" + Text(text) + " AS " + trinoType(c) + ")"
}
