package rls

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
)

// perWorld is how many drafts are made over one world.
const perWorld = 20

// bench is where worlds are laid out, and the roles that ask.
type bench struct {
	*oracle.Bench
	roles Roles
	url   string // the viewer's
}

func newBench(t testing.TB) *bench {
	t.Helper()
	full, copies := pgtest.New(t), pgtest.New(t)
	o, err := oracle.NewBench(t.Context(), full.DSN, full.ReadOnlyDSN, [2]string{copies.DSN, copies.DSN}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o.Engines = []oracle.Engine{oracle.Postgres}
	b := &bench{Bench: o, roles: Roles{Teams: map[string]string{}, Reader: full.ReadOnlyRole()}}
	for _, team := range (&oracle.World{}).Teams() {
		b.roles.Teams[team], _ = full.Role("")
	}
	b.roles.Viewer, b.url = full.Role("")
	t.Cleanup(o.Close)
	return b
}

// lay makes the database of a world, and its policies, and asks as its viewer.
// Change is applied to the rules file.
func (b *bench) lay(t *testing.T, w *oracle.World, change func(rules string) string) *Server {
	t.Helper()
	l := w.Layout()
	l.Full[oracle.Postgres] += Policies(w, b.roles)
	l.Setup[oracle.Postgres].Rules = change(l.Setup[oracle.Postgres].Rules)
	if err := b.Lay(t.Context(), l); err != nil {
		t.Fatalf("world %d: %v\n%s\n%s", w.Number, err, l.Setup[oracle.Postgres].Rules, Policies(w, b.roles))
	}
	s, err := Ask(t.Context(), Login{b.url, b.roles.Teams[w.Viewer.Team], Settings(w.Viewer)})
	if err != nil {
		t.Fatalf("world %d: %v", w.Number, err)
	}
	return s
}

func same(rules string) string { return rules }

// world judges the drafts of one world. The last two name what is hidden.
func (b *bench) world(t *testing.T, w *oracle.World, change func(string) string) (all []Found) {
	t.Helper()
	s := b.lay(t, w, change)
	defer s.Close()
	for n := range perWorld {
		if n >= perWorld-2 {
			n = 39 + 40*n
		}
		all = append(all, Both{s, b.Bench}.Try(t.Context(), w.Query(n)))
	}
	return all
}

// TestWorlds compares Grille with the server. GRILLE_RLS_QUERIES drafts are
// asked, from GRILLE_ORACLE_SEED.
func TestWorlds(t *testing.T) {
	drafts := oracle.Setting(t, "GRILLE_RLS_QUERIES", 400)
	seed := oracle.Setting(t, "GRILLE_ORACLE_SEED", rand.Uint64N(1_000_000))
	t.Logf("GRILLE_ORACLE_SEED=%d GRILLE_RLS_QUERIES=%d", seed, drafts)
	b, of := newBench(t), map[string]int{}
	for n := range int(drafts+perWorld-1) / perWorld {
		w := oracle.NewUnmasked(seed, n)
		for _, f := range b.world(t, w, same) {
			of[f.Verdict.String()]++
			if f.Server.Err == nil {
				of["rows of the server's"]++
			} else {
				of["error of the server's "+oracle.Code(f.Server.Err)]++
			}
			switch {
			case f.Verdict.Bad():
				t.Errorf("world %d: %s: %s\n%s\nserver: %v\ngrille: %v\n%s\n%s", n, f.Verdict, f.Why, f.Text, f.Server, f.Grille, w.Rules(oracle.Postgres), Policies(w, b.roles))
			case f.Verdict == oracle.Refused:
				of["refused "+f.Why]++
			case f.Verdict == oracle.Eager:
				t.Logf("world %d: only the server fails: %s: %v", n, f.Text, f.Server.Err)
			case f.Grille.Err == nil && f.Server.Err == nil:
				of["answered"]++
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		t.Logf("%-40s %d", name, of[name])
	}
	if rows := of["rows of the server's"]; of["answered"]*100 < rows*85 {
		t.Errorf("%d of %d answered, which is fewer than 85 %%", of["answered"], rows)
	}
}

// TestControls loosens the rules file alone: the comparison must say so.
func TestControls(t *testing.T) {
	loosen := func(pattern, by string) func(string) string {
		return func(rules string) string { return regexp.MustCompile(pattern).ReplaceAllString(rules, by) }
	}
	open := func(rules string) string {
		return loosen(`(?m)^ +reveal_never: .*$`, "")(loosen("show: never", "show: value")(rules))
	}
	b := newBench(t)
	for name, c := range map[string]struct {
		change func(string) string
		want   []oracle.Verdict
	}{
		"all rows":    {loosen(`(?m)rows: '.*'$`, "rows: all"), []oracle.Verdict{oracle.Different, oracle.Failed}},
		"no always":   {loosen(`(?m)^ +always: .*$`, ""), []oracle.Verdict{oracle.Different}},
		"all columns": {open, []oracle.Verdict{oracle.Different}},
	} {
		t.Run(name, func(t *testing.T) {
			of := map[oracle.Verdict]int{}
			for n := range 8 {
				for _, f := range b.world(t, oracle.NewUnmasked(7, n), c.change) {
					of[f.Verdict]++
				}
			}
			t.Log(fmt.Sprint(of))
			for _, v := range c.want {
				if of[v] == 0 {
					t.Errorf("no draft is %s", v)
				}
			}
		})
	}
}
