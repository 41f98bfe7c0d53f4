package postgres

import (
	"fmt"
	"testing"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/run/runtest"
)

func TestConformance(t *testing.T) {
	runtest.Engine(t, func(t *testing.T) runtest.Harness {
		db := pgtest.New(t, runtest.Tables()...)
		db.Exec(fmt.Sprintf(`INSERT INTO numbers SELECT generate_series(1, %d)`, runtest.Many), `ANALYZE`)
		l := new(log)
		return runtest.Harness{
			Engine:  engine(t, db.ReadOnlyDSN, l.into),
			Log:     l.String,
			Exec:    func(_ testing.TB, text ...string) { db.Exec(text...) },
			Running: func(testing.TB) int { return backends(t, db) },
			Break:   func(testing.TB) { terminate(t, db) },
			Down:    engine(t, "postgres://a@127.0.0.1:1/b", l.into),
		}
	})
}
