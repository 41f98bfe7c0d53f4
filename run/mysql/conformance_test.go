package mysql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/run/runtest"
)

func TestConformance(t *testing.T) {
	runtest.Engine(t, func(t *testing.T) runtest.Harness { return harness(t, mytest.New(t)) })
}

// TestConformanceOfMySQL runs where somebody names a server.
func TestConformanceOfMySQL(t *testing.T) {
	runtest.Engine(t, func(t *testing.T) runtest.Harness { return harness(t, mytest.NewMySQL(t)) })
}

// tables are the suite's in this family's words: numeric alone is an integer
// here, and timestamp is an instant.
func tables() []string {
	words := strings.NewReplacer("amount numeric", "amount decimal(20,6)", "at timestamp", "at datetime(6)", "weight double precision", "weight double")
	out := []string{"SET sql_mode = 'NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'"}
	for _, text := range runtest.Tables() {
		out = append(out, words.Replace(text))
	}
	return out
}

func harness(t *testing.T, db mytest.DB) runtest.Harness {
	db.Exec(tables()...)
	db.Exec(fmt.Sprintf(`SET @n = 0; INSERT INTO numbers WITH digits AS (SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4
		UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)
		SELECT n FROM (SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n FROM digits a, digits b, digits c, digits e, digits f) s WHERE n <= %d`, runtest.Many))
	l := new(log)
	scheme, _, _ := strings.Cut(db.DSN, ":")
	return runtest.Harness{
		Engine:  engine(t, db.ReadOnlyDSN, l.into),
		Log:     l.String,
		Exec:    func(_ testing.TB, text ...string) { db.Exec(text...) },
		Running: func(t testing.TB) int { return working(t, db) },
		Break:   func(t testing.TB) { terminate(t, db) },
		Down:    engine(t, scheme+"://a@127.0.0.1:1/b", l.into),
	}
}
