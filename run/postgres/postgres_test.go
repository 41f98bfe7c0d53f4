package postgres

import (
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// engine is an engine on the connection string of a test database.
func engine(t testing.TB, text string, change ...func(*Config)) *Engine {
	t.Helper()
	target, err := dsn.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Target: target.(dsn.Postgres), TimeZone: "UTC", Concurrent: 4}
	for _, f := range change {
		f(&c)
	}
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// cols are result columns of these kinds.
func cols(kinds ...types.Kind) []ir.Column {
	out := make([]ir.Column, len(kinds))
	for i, k := range kinds {
		out[i] = ir.Column{ID: ir.ColID(i + 1), Name: "c", Type: types.Of(k)}
	}
	return out
}

// reads are all columns of the tables with these names.
func reads(t testing.TB, c *catalog.Catalog, names ...string) []emit.Read {
	t.Helper()
	var out []emit.Read
	for _, n := range names {
		tab := c.All().Lookup("", n)
		if tab == nil {
			t.Fatalf("no table %s", n)
		}
		out = append(out, emit.Read{Table: tab})
	}
	return out
}

// all reads a source to its end.
func all(e *Engine, t testing.TB, q query) ([][]types.Value, error) {
	t.Helper()
	if q.time == 0 {
		q.time = 10 * time.Second
	}
	src, err := e.query(t.Context(), q)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var out [][]types.Value
	row := make([]types.Value, len(q.columns))
	for src.Next(row) {
		out = append(out, append([]types.Value(nil), row...))
	}
	return out, src.Err()
}

func TestSmoke(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE p (id int PRIMARY KEY, name text NOT NULL UNIQUE, born date);
		INSERT INTO p VALUES (1,'a','2000-01-02'),(2,'b',NULL);`)
	e := engine(t, db.ReadOnlyDSN)
	p, err := e.Posture(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Findings {
		t.Log(f.Level, f.What, "--", f.Mend)
	}
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tab := range c.Tables {
		t.Logf("%+v", *tab)
		for _, col := range tab.Columns {
			t.Logf("  %+v", *col)
		}
	}
	rows, err := all(e, t, query{text: `SELECT id, name, born FROM public.p WHERE id >= CAST($1 AS pg_catalog.int4) ORDER BY 1`,
		params:  []emit.Param{{Value: types.IntOf(1), Type: types.Of(types.Int4)}},
		columns: cols(types.Int4, types.Text, types.Date), reads: reads(t, c, "p")})
	t.Log(rows, err)
}
