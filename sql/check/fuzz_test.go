package check

import (
	"testing"

	"github.com/grille-dev/grille/catalog"
)

// Whatever a printer writes, our reader says yes or no, and SQLite's never sees what
// ours has not taken apart.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`SELECT t1.c1 AS "a" FROM (SELECT t2."a" AS c1 FROM "main"."t" AS t2 WHERE (t2."a" = ?1) LIMIT -1) AS t1 LEFT JOIN w1 AS t3 ON (t1.c1 = t3.c1)`,
		"WITH w1 AS (SELECT COUNT(*) AS c1 FROM DUAL) SELECT t1.c1 AS `x` FROM w1 AS t1 UNION ALL (SELECT 1.5e3 AS c1) ORDER BY 1 ASC LIMIT ?",
		`VALUES (?1, 'x'), (?2, NULL)`,
	} {
		f.Add(s)
	}
	tables := map[stored]*catalog.Table{{"main", "t"}: {ID: 1, Schema: "main", Name: "t", Columns: []*catalog.Column{{ID: 1, Name: "a"}}}}
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range []catalog.Engine{catalog.SQLite, catalog.MariaDB, catalog.Trino} {
			_, ps, err := readText(text, e, tables)
			if err == nil && e == catalog.SQLite {
				_ = readsAlike(text, ps)
			}
		}
	})
}
