package leak

import (
	"path/filepath"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

// A virtual column of SQLite is computed when it is read, and one that was added
// later may fail on a row that was there before. Row 2 is hidden, and both columns
// fail on it.
const virtual = `CREATE TABLE e (id INTEGER PRIMARY KEY, tenant INTEGER, n INTEGER, doc TEXT);
	CREATE TABLE p (k INTEGER PRIMARY KEY);
	INSERT INTO p VALUES (1);
	INSERT INTO e VALUES (1, 1, 5, '{"a": "x"}'), (2, 2, -9223372036854775808, '{bad'), (3, 1, 7, '{"a": "y"}');
	ALTER TABLE e ADD COLUMN size INTEGER AS (abs(n)) VIRTUAL;
	ALTER TABLE e ADD COLUMN a TEXT AS (json_extract(doc, '$.a')) VIRTUAL;`

func TestVirtualColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "virtual.db")
	if err := oracle.FillSQLite(path, virtual); err != nil {
		t.Fatal(err)
	}
	engine, err := oracle.OpenSQLite(path, run.Log{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	g, err := oracle.NewThrough(t.Context(), engine, oracle.Setup{Teams: []string{"alpha"}, Viewer: viewer.Viewer{Teams: []string{"alpha"}}, Rules: `version: 1
classes: {plain: {show: value}}
tables:
  main.p: {columns: {k: plain}, grants: {alpha: {rows: all}}}
  main.e: {columns: {id: plain, tenant: plain, n: plain, doc: plain, size: plain, a: plain}, grants: {alpha: {rows: "EXISTS (SELECT 1 FROM p WHERE p.k = e.tenant)"}}}
`})
	if err != nil {
		t.Fatal(err)
	}
	file, err := oracle.OpenLite(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	told := 0
	for draft, want := range map[string]string{
		"SELECT count(*) FROM e WHERE size = 5":                         "1",
		"SELECT count(*) FROM e WHERE a = 'x'":                          "1",
		"SELECT count(*) FROM e WHERE size IN (5, 7) AND 1 / n >= 0":    "2",
		"SELECT count(*) FROM e WHERE id = 2 AND size > 0":              "0",
		"SELECT count(*) FROM e WHERE id = 2 AND a > 'a' AND n > 0":     "0",
		"SELECT count(*) FROM p LEFT JOIN e ON e.size = p.k":            "1",
		"SELECT max(size) FROM e":                                       "7",
		"SELECT count(*) FROM e GROUP BY size HAVING size > 5":          "1",
		"SELECT e.a FROM e JOIN p ON p.k = e.tenant ORDER BY 1 LIMIT 1": "x",
	} {
		s, err := g.Statement(draft)
		if err != nil {
			t.Fatal(err)
		}
		if r := g.Run(t.Context(), s); r.Err != nil || len(r.Rows) != 1 || r.Rows[0][0].Text != want {
			t.Errorf("%s: %v, want %s\n%s", draft, r, want, s.Text())
		}
		if file.Run(unfenced(s.Text()), s.Params()) != nil {
			told++
		}
	}
	if told < 4 {
		t.Errorf("without a fence %d of them fail: nothing is shown", told)
	}
}
