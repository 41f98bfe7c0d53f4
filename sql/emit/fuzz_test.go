package emit_test

import (
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
)

// FuzzJourney sends drafts through every stage, on every engine: none may end in a panic
// or in a text that does not pass its check.
func FuzzJourney(f *testing.F) {
	for _, s := range []string{
		`SELECT a, count(*) FILTER (WHERE b > 1) FROM t JOIN u USING (a) WHERE c LIKE 'x%' GROUP BY 1 HAVING sum(b) > 2 ORDER BY 2 DESC LIMIT 5`,
		`WITH w AS (SELECT a, rank() OVER (PARTITION BY b ORDER BY c) r FROM t) SELECT DISTINCT a FROM w WHERE r = 1 UNION ALL SELECT 1 FROM u`,
		`SELECT date_trunc('month', d), avg(n) FROM t WHERE d >= DATE '2024-01-01' - INTERVAL '1 month' AND EXISTS (SELECT 1 FROM u WHERE u.a = t.a) GROUP BY 1`,
		`SELECT x.n FROM generate_series(1, 3) AS x(n) LEFT JOIN t ON t.a = x.n WHERE (a, b) IN (SELECT a, b FROM u) OR a = ANY (ARRAY[1, 2])`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range []catalog.Engine{catalog.Postgres, catalog.SQLite, catalog.MariaDB, catalog.Trino} {
			if err := journey(e, text); err != nil && (refusal.CodeOf(err) == "" || refusal.CodeOf(err) == refusal.Internal) {
				t.Errorf("%s: %v\n%s", e, err, text)
			}
		}
	})
}
