package check

import (
	"testing"

	"github.com/grille-dev/grille/catalog"
)

// What our reader would let pass, or understand otherwise than SQLite does.
func TestReadsAlike(t *testing.T) {
	for text, fine := range map[string]bool{
		`SELECT t1.c1 AS "a" FROM (SELECT t2."a" AS c1 FROM "main"."t" AS t2 LIMIT -1) AS t1`: true,
		`SELECT count(*) AS c1`:                                   true,
		`SELECT CAST(?1 AS TEXT) AS c1`:                           true,
		`SELECT t1.c1 AS c1 FROM`:                                 false,
		`SELECT 1 AS c1 WHERE ?1 IN "main"."t"`:                   false,
		`SELECT t1."a" AS c1 FROM "main"."t" AS t1 NOT INDEXED`:   false,
		`SELECT CURRENT_TIMESTAMP AS c1`:                          false,
		`SELECT raise(IGNORE) AS c1`:                              false,
		`SELECT t1.c1 AS c1 FROM w1 AS t1 JOIN w2 AS t2 USING(x)`: false,
		`PRAGMA table_info(1)`:                                    false,
		`DELETE FROM "main"."t"`:                                  false,
	} {
		ps, _, err := pieces(text, catalog.SQLite)
		if err != nil {
			t.Fatal(err)
		}
		if err := readsAlike(text, ps); (err == nil) != fine {
			t.Errorf("%s: %v", text, err)
		}
	}
	if readsAlike(`SELECT ?1 AS c1`, nil) == nil {
		t.Error("what our reader did not see passed")
	}
}

// No engine's words have one that writes, waits, reads files or looks at the session.
func TestNeverAWord(t *testing.T) {
	for _, e := range []catalog.Engine{catalog.SQLite, catalog.MariaDB, catalog.Trino} {
		for _, w := range []string{"INTO", "INSERT", "UPDATE", "DELETE", "PRAGMA", "ATTACH", "SET", "CALL", "EXECUTE", "LOAD_FILE", "load_extension",
			"readfile", "SLEEP", "BENCHMARK", "GET_LOCK", "USER", "VERSION", "DATABASE", "query", "PROCEDURE", "OUTFILE", "HANDLER", "INDEXED", "NATURAL", "USE", "IGNORE"} {
			if wordsFor(e)[w] {
				t.Errorf("%s knows %s", e, w)
			}
		}
	}
}
