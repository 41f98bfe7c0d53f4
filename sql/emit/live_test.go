package emit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// TestPostgresAcceptsThePages prepares every statement of the pages in a live
// PostgreSQL, and compares the types that it gives to the results with ours.
func TestPostgresAcceptsThePages(t *testing.T) {
	db := pgtest.New(t)
	conn, err := pgx.Connect(t.Context(), db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	n := 0
	datadriven.Walk(t, "testdata/spec", func(t *testing.T, page string) {
		var view policy.View
		datadriven.RunTest(t, page, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "catalog":
				c := parsed(t, catalog.Postgres, d.Input)
				create(t, conn, c)
				view = open(t, c)
			case "sql":
				s, err := statement(view, d.Input)
				if err != nil {
					break // the page says why
				}
				n++
				if err := prepares(conn, s); err != nil {
					d.Fatalf(t, "%v\n%s", err, s.Text())
				}
			}
			return d.Expected
		})
	})
	t.Logf("%d statements", n)
}

func create(t *testing.T, conn *pgx.Conn, c *catalog.Catalog) {
	t.Helper()
	ddl := "SET search_path = pg_catalog; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TYPE public.mood AS ENUM ('sad', 'ok');"
	for _, table := range c.Tables {
		var cols []string
		for _, col := range table.Columns {
			cols = append(cols, fmt.Sprintf("%q %s", col.Name, col.Type.SQL()))
		}
		ddl += fmt.Sprintf("CREATE TABLE %q.%q (%s);", table.Schema, table.Name, strings.Join(cols, ", "))
	}
	if _, err := conn.Exec(t.Context(), ddl); err != nil {
		t.Fatal(err)
	}
}

// prepares has PostgreSQL plan s and compares the result columns.
func prepares(conn *pgx.Conn, s emit.Statement) error {
	d, err := conn.PgConn().Prepare(context.Background(), "", s.Text(), nil)
	if err != nil {
		return err
	}
	cols := s.Columns()
	if len(cols) != len(d.Fields) {
		return fmt.Errorf("%d columns, want %d", len(d.Fields), len(cols))
	}
	for i, f := range d.Fields {
		var name string
		err := conn.QueryRow(context.Background(), "SELECT format_type($1, NULL)", f.DataTypeOID).Scan(&name)
		if err != nil {
			return err
		}
		if got := named(name); got != cols[i].Type && !(got.Kind == types.Text && cols[i].Type.Kind == types.Token) {
			return fmt.Errorf("column %d is %s, want %s", i+1, got, cols[i].Type)
		}
		if f.Name != cols[i].Name {
			return fmt.Errorf("column %d is called %q, want %q", i+1, f.Name, cols[i].Name)
		}
	}
	return nil
}

// named is the type that PostgreSQL calls so.
func named(name string) types.Type {
	elem, array := strings.CutSuffix(name, "[]")
	t, ok := types.Named("", elem)
	if !ok {
		t = types.Type{Kind: types.Enum, Name: elem}
	}
	if array {
		return types.ArrayOfType(t)
	}
	return t
}
