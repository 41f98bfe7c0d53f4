package oracle

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

// TestExactScopes: a value of a hard filter is that value alone. An engine that
// converts would find other customers' rows: 05 is 5 where texts become numbers,
// and acme is ACME under some collations.
func TestExactScopes(t *testing.T) {
	const data = `CREATE TABLE customers (code text PRIMARY KEY NOT NULL, region varchar(9));
		INSERT INTO customers VALUES ('acme', 'one'), ('ACME', 'two'), ('acme ', 'three'), ('ácme', 'four'), ('5', 'five'), ('05', 'six');
		CREATE TABLE sites (id bigint PRIMARY KEY NOT NULL, owner text);
		INSERT INTO sites VALUES (5, '5'), (-5, '05'), (50, 'acme'), (9007199254740993, 'big'), (9007199254740992, 'less');
		CREATE TABLE visits (id bigint PRIMARY KEY NOT NULL, code text REFERENCES customers (code), site integer);
		INSERT INTO visits VALUES (1, 'acme', 5), (2, 'ACME', NULL), (3, 'acme ', 50), (4, NULL, 5), (5, '5', -5), (6, '05', 5);`
	db := pgtest.New(t, data)
	path := filepath.Join(t.TempDir(), "scopes.db")
	if err := FillSQLite(path, data); err != nil {
		t.Fatal(err)
	}
	engines := map[Engine]run.Engine{}
	var err error
	if engines[Postgres], err = OpenPostgres(db.ReadOnlyDSN, run.Log{}); err != nil {
		t.Fatal(err)
	}
	if engines[SQLite], err = OpenSQLite(path, run.Log{}); err != nil {
		t.Fatal(err)
	}
	for e, engine := range engines {
		defer func() { _ = engine.Close() }()
		for _, c := range []struct{ scope, value, text, want string }{
			{"customer", "acme", "SELECT region FROM customers", "[one]"},
			{"customer", "ACME", "SELECT region FROM customers", "[two]"},
			{"customer", "acme ", "SELECT region FROM customers", "[three]"},
			{"customer", "ácme", "SELECT region FROM customers", "[four]"},
			{"customer", "a\u0301cme", "SELECT region FROM customers", "[]"}, // looks like the one before
			{"customer", "5", "SELECT region FROM customers", "[five]"},
			{"customer", "05", "SELECT region FROM customers", "[six]"},
			{"customer", "5.0", "SELECT region FROM customers", "[]"},
			{"customer", "acme' OR '1'='1", "SELECT region FROM customers", "[]"},
			{"customer", "acme", "SELECT id FROM visits ORDER BY id", "[1]"},
			{"customer", "%", "SELECT id FROM visits", "[]"},
			{"site", "5", "SELECT owner FROM sites", "[5]"},
			{"site", "-5", "SELECT owner FROM sites", "[05]"},
			{"site", "9007199254740993", "SELECT owner FROM sites", "[big]"}, // more than a float holds
			{"site", "5", "SELECT id FROM visits ORDER BY id", "[1 4 6]"},
			{"site", "9007199254740993", "SELECT id FROM visits", "[]"}, // more than the column holds
			{"site", "05", "SELECT owner FROM sites", "refused scope"},
			{"site", "+5", "SELECT owner FROM sites", "refused scope"},
			{"site", " 5", "SELECT owner FROM sites", "refused scope"},
			{"site", "5.0", "SELECT owner FROM sites", "refused scope"},
			{"site", "5e0", "SELECT owner FROM sites", "refused scope"},
			{"site", "0x5", "SELECT owner FROM sites", "refused scope"},
			{"site", "٥", "SELECT owner FROM sites", "refused scope"},
			{"site", "-0", "SELECT owner FROM sites", "refused scope"},
			{"site", "5acme", "SELECT owner FROM sites", "refused scope"},
			{"site", "", "SELECT owner FROM sites", "refused scope"},
			{"site", "99999999999999999999", "SELECT owner FROM sites", "refused scope"},
			{"customer", "", "SELECT region FROM customers", "refused scope"},
			{"customer", "ac\x00me", "SELECT region FROM customers", "refused scope"},
			{"customer", "ac\xffme", "SELECT region FROM customers", "refused scope"},
			{"site", "5", "SELECT region FROM customers", "refused scope"}, // nothing is said of them
		} {
			if got := narrowed(t, engine, e, c.scope, c.value, c.text); got != c.want {
				t.Errorf("%s: %s=%q: %s: %s, and not %s", e, c.scope, c.value, c.text, got, c.want)
			}
		}
	}
}

// narrowed is the one column that a draft gives under a hard filter.
func narrowed(t *testing.T, engine run.Engine, e Engine, scope, value, text string) string {
	rules := fmt.Sprintf(`version: 1
classes: {plain: {show: value}}
scopes: {customer: {anchor: %[1]s.customers.code}, site: {anchor: %[1]s.sites.id}}
tables:
  %[1]s.customers: {columns: {code: plain, region: plain}, grants: {alpha: {rows: all}}}
  %[1]s.sites: {columns: {id: plain, owner: plain}, grants: {alpha: {rows: all}}}
  %[1]s.visits: {columns: {id: plain, code: plain, site: plain}, scope: {customer: code, site: site}, grants: {alpha: {rows: all}}}
`, e.Schema())
	who := viewer.Viewer{Name: "ana", Teams: []string{"alpha"}, HardFilters: &viewer.HardFilters{Scopes: map[string]string{scope: value}}}
	g, err := NewThrough(t.Context(), engine, Setup{Rules: rules, Teams: []string{"alpha"}, Viewer: who})
	if err != nil {
		return "refused " + string(refusal.CodeOf(err))
	}
	r := g.Query(t.Context(), text)
	if r.Err != nil {
		return "refused " + string(refusal.CodeOf(r.Err))
	}
	cells := []string{}
	for _, row := range r.Rows {
		cells = append(cells, row[0].Text)
	}
	return fmt.Sprint(cells)
}
