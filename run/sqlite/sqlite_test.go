package sqlite

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// file makes a database file.
func file(t testing.TB, setup string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec(setup); err != nil {
		t.Fatal(err)
	}
	return path
}

// engine is an engine on a database file.
func engine(t testing.TB, path string, change ...func(*Config)) *Engine {
	t.Helper()
	c := Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 2, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}}
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

func cols(kinds ...types.Kind) []ir.Column {
	out := make([]ir.Column, len(kinds))
	for i, k := range kinds {
		out[i] = ir.Column{ID: ir.ColID(i + 1), Name: "c", Type: types.Of(k)}
	}
	return out
}

func reads(t testing.TB, c *catalog.Catalog, name string, columns ...string) emit.Read {
	t.Helper()
	tab := c.All().Lookup("", name)
	if tab == nil {
		t.Fatalf("no table %s", name)
	}
	r := emit.Read{Table: tab}
	for _, n := range columns {
		r.Columns = append(r.Columns, tab.ColumnNamed(n).ID)
	}
	return r
}

// all reads a statement to its end.
func all(t testing.TB, e *Engine, q query) ([][]types.Value, error) {
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
	path := file(t, `CREATE TABLE P (Id INTEGER PRIMARY KEY, name varchar(20) NOT NULL UNIQUE, born date);
		INSERT INTO P VALUES (1,'a','2000-01-02'),(2,'b',NULL);
		CREATE TABLE q (id int primary key, p int references p, w blob, z geometry) WITHOUT ROWID;
		CREATE VIEW v AS SELECT upper(name) AS n, id FROM p;`)
	img, _ := os.ReadFile(path)
	for _, e := range []*Engine{engine(t, path), engine(t, path, func(c *Config) { c.Path, c.Image = "", img })} {
		p, err := e.Posture(t.Context())
		t.Log(p, err)
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
		rows, err := all(t, e, query{text: `SELECT t1.id, t1.name, t1.born FROM "main"."p" AS t1 WHERE t1.id >= ?1 ORDER BY 1`,
			params:  []emit.Param{{Value: types.IntOf(1), Type: types.Of(types.Int4)}},
			columns: cols(types.Int4, types.Text, types.Date), reads: []emit.Read{reads(t, c, "p", "id", "name", "born")}})
		t.Log(rows, err)
		rows, err = all(t, e, query{text: `WITH w1 AS (SELECT t1.n AS c1 FROM "main"."v" AS t1) SELECT t2.c1 FROM w1 AS t2`,
			columns: cols(types.Text), reads: []emit.Read{reads(t, c, "v", "n")}})
		t.Log(rows, err)
		rows, err = all(t, e, query{text: `WITH w1 AS (SELECT t1.name AS c1 FROM "main"."p" AS t1) SELECT count(*) FROM w1 AS t2`,
			columns: cols(types.Int8), reads: []emit.Read{reads(t, c, "p", "name")}})
		t.Log(rows, err)
	}
}
