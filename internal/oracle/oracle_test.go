package oracle

import (
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/internal/testserver"
	"github.com/grille-dev/grille/run"
)

// perWorld is how many drafts are made over one world.
const perWorld = 50

func newBench(t testing.TB) *Bench {
	t.Helper()
	full, pg, lite := pgtest.New(t), pgtest.New(t), pgtest.New(t)
	b, err := NewBench(t.Context(), full.DSN, full.ReadOnlyDSN, [2]string{pg.DSN, lite.DSN}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	b.Log = run.Log{To: slog.New(slog.NewTextHandler(&b.said, nil))}
	if missing := mytest.Missing(); missing == "" || testserver.Required("mariadb") {
		if err := b.AddMariaDB(t); err != nil {
			t.Fatal(err)
		}
	} else {
		t.Logf("not on MariaDB: %s", missing)
	}
	if only := os.Getenv("GRILLE_ORACLE_ENGINES"); only != "" {
		b.Engines = slices.DeleteFunc(b.Engines, func(e Engine) bool { return !slices.Contains(strings.Split(only, ","), e.String()) })
	}
	return b
}

// TestWorlds is promise P4. GRILLE_ORACLE_QUERIES drafts are run on each engine,
// from GRILLE_ORACLE_SEED.
func TestWorlds(t *testing.T) {
	drafts := Setting(t, "GRILLE_ORACLE_QUERIES", 2000)
	seed := Setting(t, "GRILLE_ORACLE_SEED", rand.Uint64N(1_000_000))
	t.Logf("GRILLE_ORACLE_SEED=%d GRILLE_ORACLE_QUERIES=%d", seed, drafts)
	tally := &tally{of: map[string]int{}}
	worlds := make(chan int)
	var wg sync.WaitGroup
	for range 2 {
		b := newBench(t)
		wg.Go(func() {
			for n := range worlds {
				w := NewWorld(seed, n)
				if b.maria != nil {
					w.Place = b.maria.whole.name
				}
				tally.world(t, b, w)
			}
		})
	}
	for n := range int(drafts+perWorld-1) / perWorld {
		worlds <- n
	}
	close(worlds)
	wg.Wait()
	tally.report(t)
}

// tally counts verdicts by engine.
type tally struct {
	sync.Mutex
	of    map[string]int
	eager []string
}

func (y *tally) count(what ...string) {
	y.Lock()
	defer y.Unlock()
	for _, w := range what {
		y.of[w]++
	}
}

func (y *tally) world(t *testing.T, b *Bench, w *World) {
	if err := b.Lay(t.Context(), w.Layout()); err != nil {
		t.Errorf("world %d: %v\n%s", w.Number, err, w.Rules(Postgres))
		return
	}
	if h := w.viewer(Postgres).HardFilters; h != nil {
		y.count("worlds under a hard filter")
	}
	for n := range perWorld {
		q := w.Query(n)
		for _, e := range b.Engines {
			y.draft(t, b, w, q, e, n)
		}
	}
}

func (y *tally) draft(t *testing.T, b *Bench, w *World, q *Query, e Engine, n int) {
	text := e.Write(q.String())
	b.said.Reset()
	v, why, copied, grille := b.Try(t.Context(), e, q)
	name := e.String() + " "
	y.count(name + v.String())
	switch {
	case copied.Err == nil:
		y.count(name + "rows on the copy")
		if grille.Err == nil {
			y.count(name + "answered")
			if strings.Contains(text, "WITH RECURSIVE") {
				y.count(name + "answered recursions")
			}
		}
		if q.Probe {
			y.count(name + "probes")
		}
	default:
		y.count(name + "error on the copy " + Code(copied.Err))
	}
	switch {
	case v == Refused:
		y.count(name + "refused " + why)
	case q.Hidden && grille.Err == nil:
		v, why = Different, "an answer about what is hidden"
	case v == Eager:
		y.Lock()
		y.eager = append(y.eager, fmt.Sprintf("world %d draft %d %s: %s: %v", w.Number, n, e, text, copied.Err))
		y.Unlock()
	}
	if v.Bad() {
		y.Lock()
		y.of["shown "+name+v.String()]++
		show := y.of["shown "+name+v.String()] <= 3
		y.Unlock()
		if show {
			t.Errorf("world %d draft %d on %s: %s: %s\n%s\ncopy: %v\ngrille: %v\nseen: %s\nlog: %s", w.Number, n, e, v, why, text, copied, grille, b.statement(e, text), b.said.String())
			small := NewWorld(w.Seed, w.Number)
			small.Place = w.Place
			q = b.Shrink(t.Context(), small, e, q, v)
			t.Logf("smaller:\n%s", small.Page(e, q, fmt.Sprintf("%s: %s (seed %d, world %d, draft %d)", v, why, w.Seed, w.Number, n)))
			if err := b.Lay(t.Context(), w.Layout()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (b *Bench) statement(e Engine, text string) string {
	s, err := b.engines[e].Statement(at(b.place(e), text))
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(s.Text(), s.Params())
}

func (y *tally) report(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(y.of)) {
		t.Logf("%-50s %d", name, y.of[name])
	}
	for _, e := range y.eager[:min(len(y.eager), 10)] {
		t.Log("eager: " + strings.ReplaceAll(e, "\n", " "))
	}
	for _, e := range []string{"postgres ", "sqlite ", "mariadb "} {
		if y.of[e+"same"] == 0 {
			continue
		}
		rows, answered := y.of[e+"rows on the copy"], y.of[e+"answered"]
		t.Logf("%sanswered %d of %d (%.1f %%)", e, answered, rows, 100*float64(answered)/float64(max(rows, 1)))
		if answered*100 < rows*85 {
			t.Errorf("%sanswers fewer than 85 %%", e)
		}
	}
}
