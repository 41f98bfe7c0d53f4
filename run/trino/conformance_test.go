package trino

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/internal/trinotest"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/runtest"
)

// log keeps what the operator would read.
type log struct {
	sync.Mutex
	b bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) { l.Lock(); defer l.Unlock(); return l.b.Write(p) }
func (l *log) String() string              { l.Lock(); defer l.Unlock(); return l.b.String() }

func engine(t testing.TB, target dsn.Trino, l *log, schemas ...string) *Engine {
	t.Helper()
	e, err := New(Config{Target: target, Schemas: schemas, TimeZone: "UTC", Concurrent: 4, Log: run.Log{To: slog.New(slog.NewTextHandler(l, nil))}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// TestConformance is the suite of all engines over tables in memory.
func TestConformance(t *testing.T) {
	runtest.Engine(t, func(t *testing.T) runtest.Harness {
		var setup []string
		for _, text := range runtest.Tables() {
			setup = append(setup, trinoWords(text))
		}
		setup = append(setup, fmt.Sprintf("INSERT INTO numbers SELECT a * 100 + b FROM UNNEST(sequence(0, %d)) AS x(a), UNNEST(sequence(1, 100)) AS y(b)", runtest.Many/100-1))
		db := trinotest.New(t, setup...)
		return harness(t, db.Target, func(_ testing.TB, text ...string) { db.Exec(text...) })
	})
}

// TestConformanceBelow is the suite over the tables of a PostgreSQL database, to
// which Trino hands down what it can.
func TestConformanceBelow(t *testing.T) {
	runtest.Engine(t, func(t *testing.T) runtest.Harness {
		trinotest.Required(t)
		pg := pgtest.New(t)
		for _, text := range runtest.Tables() {
			pg.Exec(strings.Replace(text, "amount numeric", "amount numeric(20, 4)", 1))
		}
		pg.Exec(fmt.Sprintf("INSERT INTO numbers SELECT generate_series(1, %d)", runtest.Many))
		return harness(t, trinotest.Postgres(t, pg.ReadOnlyDSN).Target, func(_ testing.TB, text ...string) { pg.Exec(text...) })
	})
}

func harness(t *testing.T, target dsn.Trino, exec func(testing.TB, ...string)) runtest.Harness {
	l := new(log)
	gone := target
	gone.Port = 1
	e := engine(t, target, l)
	if _, err := e.Posture(t.Context()); err != nil { // the connections of a look stay for a minute
		t.Fatal(err)
	}
	return runtest.Harness{
		Engine: e,
		Log:    l.String,
		Exec:   exec,
		Running: func(t testing.TB) int {
			rows, err := trinotest.DB{Target: target}.In(t).Try("SELECT count(*) FROM system.runtime.queries WHERE \"user\" = 'grille_ro' AND source = 'grille' AND state NOT IN ('FINISHED', 'FAILED') AND query LIKE '%" + target.Catalog + "%'")
			if err != nil {
				t.Fatal(err)
			}
			return int(rows[0][0].(int64))
		},
		Down:   engine(t, gone, l),
		NoKeys: true,
	}
}

// trinoWords is a text of the suite in Trino's words.
func trinoWords(text string) string {
	if !strings.HasPrefix(text, "CREATE") {
		for _, at := range []string{"'2024-02-29 12:00:00'", "'1969-12-31 23:59:59'"} {
			text = strings.Replace(text, at, "TIMESTAMP "+at, 1)
		}
		for _, d := range []string{" '2024-02-29'", " '0999-01-01'"} {
			text = strings.Replace(text, d, " DATE"+d, 1)
		}
		return strings.Replace(text, "1e300", "1E300", 1)
	}
	return strings.NewReplacer(" PRIMARY KEY", "", " text", " varchar", "amount numeric", "amount decimal(20, 4)", "at timestamp", "at timestamp(6)", "double precision", "double").Replace(text)
}
