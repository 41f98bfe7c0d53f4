package trino

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/internal/trinotest"
	"github.com/grille-dev/grille/run/runtest"
)

// What the PostgreSQL connector takes over of statements as Grille prints them:
// docs/trino.md says the same.
func TestHandedDown(t *testing.T) {
	trinotest.Required(t)
	pg := pgtest.New(t, `CREATE TABLE orders (id bigint NOT NULL, state text, amount numeric(12, 2), at date)`,
		`INSERT INTO orders SELECT i, 's' || i % 5, i, DATE '2024-01-01' + i % 300 FROM generate_series(1, 1000) i`, `ANALYZE`)
	db := trinotest.Postgres(t, pg.ReadOnlyDSN)
	e := engine(t, db.Target, new(log))
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	view := runtest.Open(t, c)
	for draft, down := range map[string]bool{
		"SELECT id FROM orders WHERE id = 5":                                                 true,
		"SELECT id FROM orders WHERE state = 's1'":                                           true,
		"SELECT id FROM orders WHERE at >= DATE '2024-06-01'":                                true,
		"SELECT count(*) FROM orders":                                                        true,
		"SELECT at, sum(amount) FROM orders GROUP BY at":                                     true,
		"SELECT state, sum(amount) FROM orders GROUP BY state":                               false,
		"SELECT id FROM orders ORDER BY id LIMIT 3":                                          true,
		"SELECT id FROM orders WHERE state > 's1'":                                           false,
		"SELECT id FROM orders WHERE upper(state) = 'S1'":                                    false,
		"SELECT date_trunc('month', CAST(at AS timestamp)), count(*) FROM orders GROUP BY 1": false,
		"SELECT id FROM orders WHERE id / 2 = 5":                                             true,
	} {
		s, err := runtest.Statement(view, draft)
		if err != nil {
			t.Fatal(err)
		}
		text, err := Sent(s)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.Try("EXPLAIN " + text)
		if err != nil {
			t.Fatal(err)
		}
		plan := fmt.Sprint(rows)
		here := false // whether Trino does more than read and give out
		for _, node := range []string{"Filter[", "ScanFilter", "Aggregate[", "TopN[", "Limit["} {
			here = here || strings.Contains(plan, node)
		}
		if here == down {
			t.Errorf("%s: handed down is %v\n%s", draft, !here, plan)
		}
	}
}
