package groups

import (
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/types"
)

// perWorld is how many queries are made over one world.
const perWorld = 40

// bench is where worlds are laid out.
type bench struct {
	*testing.T
	db     pgtest.DB
	owner  *oracle.Direct // asks PostgreSQL directly
	folder string
	grille map[oracle.Engine]*oracle.Through
	said   strings.Builder
	n      int
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, db: pgtest.New(t), folder: t.TempDir(), grille: map[oracle.Engine]*oracle.Through{}}
	var err error
	if b.owner, err = oracle.OpenDirect(t.Context(), b.db.DSN, "public"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.clear(); b.owner.Close() })
	return b
}

func (b *bench) clear() {
	for _, g := range b.grille {
		_ = g.Engine.Close()
	}
	clear(b.grille)
}

// lay makes the databases of a world.
func (b *bench) lay(w *world) {
	b.Helper()
	b.clear()
	b.n++
	path := filepath.Join(b.folder, fmt.Sprintf("world%d.db", b.n))
	if err := b.owner.Exec(b.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public; "+w.sql()); err != nil {
		b.Fatal(err)
	}
	if err := oracle.FillSQLite(path, w.sql()); err != nil {
		b.Fatal(err)
	}
	log := run.Log{To: slog.New(slog.NewTextHandler(&b.said, nil))}
	pg, err := oracle.OpenPostgres(b.db.ReadOnlyDSN, log)
	if err != nil {
		b.Fatal(err)
	}
	lite, err := oracle.OpenSQLite(path, log)
	if err != nil {
		b.Fatal(err)
	}
	for e, engine := range map[oracle.Engine]run.Engine{oracle.Postgres: pg, oracle.SQLite: lite} {
		if b.grille[e], err = oracle.NewThrough(b.Context(), engine, w.setup(e)); err != nil {
			b.Fatalf("%s: %v\n%s", e, err, w.rules(e.Schema()))
		}
	}
}

// ask is what Grille gives.
func (b *bench) ask(e oracle.Engine, text string) oracle.Result {
	b.said.Reset()
	return b.grille[e].Query(b.Context(), text)
}

// TestWorlds compares Grille's answers with what the rule of small groups leaves
// of the plain ones, and has the attacker look at them. GRILLE_GROUPS_QUERIES
// queries are asked on each engine, from GRILLE_ORACLE_SEED.
func TestWorlds(t *testing.T) {
	queries := oracle.Setting(t, "GRILLE_GROUPS_QUERIES", 400)
	seed := oracle.Setting(t, "GRILLE_ORACLE_SEED", rand.Uint64N(1_000_000))
	t.Logf("GRILLE_ORACLE_SEED=%d GRILLE_GROUPS_QUERIES=%d", seed, queries)
	b, of := newBench(t), map[string]int{}
	for n := range int(queries+perWorld-1) / perWorld {
		w := newWorld(seed, n)
		b.lay(w)
		for i := range perWorld {
			q := w.query()
			for _, e := range []oracle.Engine{oracle.Postgres, oracle.SQLite} {
				b.one(w, q, e, fmt.Sprintf("world %d query %d on %s", n, i, e), of)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		t.Logf("%-40s %d", name, of[name])
	}
	if of["refused "+string(refusal.SmallGroup)]*50 > of["answered"] {
		t.Error("more than 2 % are refused")
	}
	for _, what := range []string{"shown numbers", "hidden numbers", "hidden groups"} {
		if of[what]*20 < of["answered"] {
			t.Errorf("only %d %s: nothing is tried", of[what], what)
		}
	}
}

func (b *bench) one(w *world, q *query, e oracle.Engine, at string, of map[string]int) {
	text := q.String()
	got := b.ask(e, text)
	if got.Err != nil {
		of["refused "+string(refusal.CodeOf(got.Err))]++
		if len(q.all()) == 6 && refusal.CodeOf(got.Err) == refusal.SmallGroup {
			return // more conditions than are compared, on SQLite
		}
		b.Errorf("%s: %v\n%s\n%s", at, got.Err, text, b.said.String())
		return
	}
	of["answered"]++
	want, have := lines(q.answer(w.size, e)), lines(values(got))
	if !slices.Equal(want, have) {
		b.Errorf("%s: groups of %d\n%s\nwant:\n%s\ngot:\n%s", at, w.size, text, strings.Join(want, "\n"), strings.Join(have, "\n"))
		return
	}
	if q.above == nothing {
		b.look(w, q, got, at, of)
	}
}

// values are the cells of a result as values.
func values(r oracle.Result) [][]any {
	var rows [][]any
	for _, cells := range r.Rows {
		line := []any{}
		for i, c := range cells {
			line = append(line, value(c, r.Types[i]))
		}
		rows = append(rows, line)
	}
	return rows
}

func value(c oracle.Cell, t types.Type) any {
	if c.Null {
		return nil
	}
	if t.Kind == types.Timestamp || t.Kind == types.TimestampTZ {
		return c.Text[:10]
	}
	if t.IsNumber() {
		n, ok := new(big.Rat).SetString(c.Text)
		if !ok {
			panic("groups: " + c.Text + " is no number")
		}
		return n
	}
	return c.Text
}
