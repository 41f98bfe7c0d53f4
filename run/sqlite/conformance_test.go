package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/run/runtest"
)

func TestConformance(t *testing.T) {
	runtest.Engine(t, func(t *testing.T) runtest.Harness {
		path := file(t, strings.Join(runtest.Tables(), ";")+fmt.Sprintf(`;
			INSERT INTO numbers WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %d) SELECT n FROM s`, runtest.Many))
		l := new(log)
		return runtest.Harness{
			Engine: engine(t, path, l.into),
			Log:    l.String,
			Exec: func(_ testing.TB, text ...string) {
				db, err := sqlite3.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				for _, s := range text {
					if err := db.Exec(s); err != nil {
						t.Fatal(err)
					}
				}
			},
			Down: missing(t, path, l),
		}
	})
}

// missing is an engine whose file was taken away.
func missing(t *testing.T, path string, l *log) *Engine {
	t.Helper()
	gone := filepath.Join(filepath.Dir(path), "gone.db")
	copyFile(t, path, gone)
	e := engine(t, gone, l.into)
	remove(t, gone)
	return e
}
