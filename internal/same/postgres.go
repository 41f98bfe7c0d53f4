package same

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// postgresKind has no word for what is missing: pgtest skips the test, as there
// is nothing to hold the others to.
func postgresKind() kind {
	return kind{
		engine: catalog.Postgres,
		spelling: Spelling{
			Schema:  "public",
			Quote:   Doubled,
			Type:    func(c Column) string { return c.Type.SQLMod(c.Mod) },
			Literal: func(c Column, v types.Value) string { return Text(v.Format(c.Type, time.UTC)) },
		},
		open: openPostgres,
	}
}

func openPostgres(t testing.TB, texts []string) Database {
	t.Helper()
	db := pgtest.New(t)
	db.Exec("SET TimeZone = 'UTC'")
	db.Exec(texts...)
	db.Exec("ANALYZE")
	target, err := dsn.Parse(db.ReadOnlyDSN)
	must(t, err)
	e, err := postgres.New(postgres.Config{Target: target.(dsn.Postgres), TimeZone: "UTC", Concurrent: 2, Log: operator(t)})
	must(t, err)
	t.Cleanup(func() { _ = e.Close() })
	conn, err := pgx.Connect(t.Context(), db.ReadOnlyDSN)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(t.Context(), "SELECT set_config('TimeZone', 'UTC', false), set_config('statement_timeout', '300s', false)")
	must(t, err)
	return Database{Engine: e, Direct: direct(t, conn), Bare: func(text string) {
		rows, err := conn.Query(t.Context(), text)
		must(t, err)
		for rows.Next() && err == nil {
			_, err = rows.Values()
		}
		must(t, errors.Join(err, rows.Err()))
	}}
}

// direct runs a text as it stands, as the role that may only read.
func direct(t testing.TB, conn *pgx.Conn) func(string) Answer {
	return func(text string) Answer {
		r := conn.PgConn().ExecParams(t.Context(), text, nil, nil, nil, nil)
		var a Answer
		for _, f := range r.FieldDescriptions() {
			a.Columns = append(a.Columns, ir.Column{Name: f.Name, Type: typeOf(conn, f.DataTypeOID)})
		}
		for r.NextRow() {
			row := make([]types.Value, len(r.Values()))
			for i, v := range r.Values() {
				if v == nil {
					continue
				}
				var err error
				if row[i], err = types.Parse(a.Columns[i].Type, string(v), time.UTC); err != nil {
					a.Err = err
				}
			}
			a.Rows = append(a.Rows, row)
		}
		if _, err := r.Close(); err != nil {
			a.Err = err
		}
		return a
	}
}

// typeOf is the type of an identity of PostgreSQL.
func typeOf(conn *pgx.Conn, oid uint32) types.Type {
	known, ok := conn.TypeMap().TypeForOID(oid)
	if !ok {
		return types.Of(types.Unsupported)
	}
	name, array := known.Name, false
	if name[0] == '_' {
		name, array = name[1:], true
	}
	typ, _ := types.Named("", name)
	if array {
		return types.ArrayOfType(typ)
	}
	return typ
}
