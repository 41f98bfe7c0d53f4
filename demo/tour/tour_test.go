package tour

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/demo/attack"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/sqlite"
)

func config(t *testing.T, today time.Time) Config {
	image, err := demo.Image(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	key := make([]byte, 32)
	secret, err := policy.NewSecret(key)
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return today }
	return Config{
		Image: image, Dir: t.TempDir(), Clock: clock, Random: rand.Reader, Screen: Screen{Out: t.Output()},
		Open: func(ctx context.Context, m model.Client, l grille.Ledger) (*grille.Grille, error) {
			e, err := sqlite.New(sqlite.Config{Image: image, TimeZone: "UTC", Concurrent: 2})
			if err != nil {
				return nil, err
			}
			return grille.Open(ctx, grille.Config{
				Engine: e, Model: m, Ledger: l, Connection: "demo", Zone: time.UTC, Clock: clock, Random: rand.Reader, Key: key,
				Limits: run.Limits{Rows: 1000, Bytes: 1 << 20, Time: time.Minute},
				Rules: func(c *catalog.Catalog) (*policy.Rules, error) {
					return rules.Compile("rules.yaml", demo.Rules, c, rules.Options{Teams: []string{"clinicians", "analysts", "security"}, Secret: secret, Connection: "demo"})
				},
			})
		},
	}
}

// The day is the first of a year: "last year" ended yesterday.
func TestTour(t *testing.T) {
	c, out := config(t, time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)), &strings.Builder{}
	c.Out = out
	all := scenes()
	shown, err := play(t.Context(), c, all)
	if t.Log(out); err != nil {
		t.Fatal(err)
	}
	if len(shown) != Scenes() || strings.Count(out.String(), "\n  true: ") < 2*Scenes() {
		t.Errorf("%d scenes of %d were shown", len(shown), Scenes())
	}
	for line := range strings.Lines(out.String()) {
		if utf8.RuneCountInString(line) > 81 {
			t.Errorf("wider than a terminal: %s", line)
		}
	}
	for i, sc := range all {
		t.Run(shown[i].Title, func(t *testing.T) { lies(t, sc) })
	}
}

// lies looks whether each claim of a scene can be false: for each there is something
// else that could have happened.
func lies(t *testing.T, sc scene) {
	seen := map[int]bool{}
	for what, other := range otherwise(sc) {
		for i, c := range other.claims() {
			seen[i] = seen[i] || !c.holds
		}
		if !slices.ContainsFunc(other.claims(), func(c claim) bool { return !c.holds }) {
			t.Errorf("%s: every claim holds", what)
		}
	}
	for i, c := range sc.claims() {
		if !c.holds || !seen[i] {
			t.Errorf("held %v, and never fails: %s", c.holds, c.says)
		}
	}
}

// otherwise is what could have happened in a scene.
func otherwise(sc scene) map[string]scene {
	all := map[string]scene{}
	switch sc := sc.(type) {
	case *numbers:
		change := func(what string, f func(*numbers)) { n := *sc; f(&n); all[what] = &n }
		change("no answer", func(n *numbers) { n.tom.rows = 0 })
		change("a cut answer", func(n *numbers) { n.tom.complete = false })
		change("a word is passed over", func(n *numbers) { n.tom.reading.Passed = []string{"department"} })
		change("the draft runs as it is", func(n *numbers) { n.tom.SQL = n.tom.draft })
		change("something left", func(n *numbers) { n.tom.sent = []grille.Sent{{}} })
	case *twoRights:
		change := func(what string, f func(*twoRights)) { n := *sc; f(&n); all[what] = &n }
		change("two drafts", func(r *twoRights) { r.ines.draft += " LIMIT 1" })
		change("the rights of tom", func(r *twoRights) { r.ines = r.tom })
	case *aName:
		change := func(what string, f func(*aName)) { n := *sc; f(&n); all[what] = &n }
		change("she is not there", func(n *aName) { n.hasName = false })
		change("both are there", func(n *aName) { n.hasNot = false })
		change("nothing was recorded", func(n *aName) { n.tom.sent = nil })
		change("tom has rows", func(n *aName) { n.tom.table, n.tom.refused = n.ines.table, "" })
		change("tom may ask nothing", func(n *aName) { n.mayAsk = nil })
		change("tom is told that she is there", func(n *aName) { n.tom.refused += "." })
		change("ines has nothing", func(n *aName) { n.ines.rows = 0 })
		for _, leak := range []string{"...maria...", "KELLER", `{"content": "\u006bell\u0065r"}`} {
			change("left: "+leak, func(n *aName) {
				n.ines.received = append(slices.Clone(n.ines.received), request{[]byte(leak), []byte(leak)})
			})
		}
	case *groups:
		change := func(what string, f func(*groups)) { n := *sc; f(&n); all[what] = &n }
		change("the first draft ran", func(g *groups) { g.tom.draft = repeated })
		change("a group of nine", func(g *groups) { g.given.least = 9 })
		change("nothing is left out", func(g *groups) { g.given.groups = int64(len(g.given.wards) * len(g.given.decades)) })
		change("he is not told", func(g *groups) { g.tom.about = nil })
		change("no warning", func(g *groups) { g.wrong.Warnings = nil })
		change("the wrong numbers", func(g *groups) { g.ines.asked = g.wrong })
	case *follow:
		change := func(what string, i int, f func(*asked)) {
			n := follow{slices.Clone(sc.turns)}
			f(&n.turns[i])
			all[what] = &n
		}
		change("a refusal", 1, func(k *asked) { k.refused = "refused" })
		change("not a change", 2, func(k *asked) { k.reading.Changed = "" })
		change("another value", 3, func(k *asked) { k.matched = nil })
		change("all of it", 1, func(k *asked) { k.table = sc.turns[0].table })
		change("something left", 0, func(k *asked) { k.sent = []grille.Sent{{}} })
	case *hostile:
		change := func(what string, f func(*attack.Report)) { n := *sc; f(&n.report); all[what] = &n }
		change("the naive one holds", func(r *attack.Report) { r.Naive.Leaked = 0 })
		change("one gets through", func(r *attack.Report) { r.Ours.Leaked = 1 })
		change("all is refused", func(r *attack.Report) { r.Ours.Good = 0 })
	case *proof:
		change := func(what string, f func(*proof)) { n := *sc; f(&n); all[what] = &n }
		change("priya sees data", func(p *proof) { p.priya.refused, p.priya.table = "", "Surgery" })
		change("an entry is missing", func(p *proof) { p.entries = p.entries[1:] })
		change("something was changed", func(p *proof) { p.report = p.tampered })
		change("nothing was found", func(p *proof) { p.tampered = p.report })
		change("another entry was named", func(p *proof) { p.flipped-- })
	default:
		panic("a scene that the test does not know")
	}
	return all
}

// staged is a scene of a test.
type staged struct {
	err   error
	holds bool
}

func (staged) about() about                         { return about{"staged", "tom", "Nothing happens."} }
func (s staged) play(context.Context, *stage) error { return s.err }
func (s staged) claims() []claim                    { return []claim{{"nothing happened", s.holds}} }

// Nothing is claimed that did not happen.
func TestWhatDoesNotHoldEndsTheTour(t *testing.T) {
	for what, c := range map[string]struct {
		scene staged
		says  string
	}{
		"a claim that does not hold": {staged{nil, false}, "scene 2 (staged) is not as it claims: it is not true that nothing happened"},
		"a scene that fails":         {staged{errors.New("no stage"), true}, "scene 2 (staged) is not as it claims: no stage"},
	} {
		var out strings.Builder
		shown, err := play(t.Context(), Config{Screen: Screen{Out: &out}}, []scene{staged{nil, true}, c.scene, staged{nil, true}})
		var broken *Broken
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), c.says) || len(shown) != 1 {
			t.Errorf("%s: %v after %d scenes", what, err, len(shown))
		}
		if strings.Count(out.String(), "true: ") != 1 || strings.Contains(out.String(), "Now yours") {
			t.Errorf("%s: claimed:\n%s", what, &out)
		}
	}
}

func TestWhoHasSeenEnoughEndsIt(t *testing.T) {
	var out strings.Builder
	c := Config{Screen: Screen{Out: &out, Next: func(context.Context) error { return ErrQuit }}}
	if shown, err := play(t.Context(), c, []scene{staged{nil, true}, staged{nil, true}}); !errors.Is(err, ErrQuit) || len(shown) != 1 {
		t.Errorf("%v after %d scenes", err, len(shown))
	}
	c.Next, c.Pause = nil, func(context.Context, int) error { return ErrQuit }
	if shown, err := play(t.Context(), c, []scene{staged{nil, true}}); !errors.Is(err, ErrQuit) || len(shown) != 0 {
		t.Errorf("%v after %d scenes", err, len(shown))
	}
}

// What is shown cannot do anything to a terminal.
func TestScreen(t *testing.T) {
	var out strings.Builder
	s := &stage{Config: Config{Screen: Screen{Out: &out, Width: 40}}}
	s.line("a\rb\u202ec\x1b[2J")
	s.code("SELECT a, b, c, d, e, f, g FROM somewhere\n  WHERE x", func(l string) bool { return l == "  WHERE x" })
	var rows []string
	for i := range 40 {
		rows = append(rows, fmt.Sprint(i))
	}
	s.table(strings.Join(rows, "\n"))
	want := "a\ufffdb\ufffdc\ufffd[2J\n  SELECT a, b, c, d, e, f, g FROM\n    somewhere\n>   WHERE x\n" +
		"  0\n  1\n  2\n  3\n  4\n  5\n  6\n  7\n  8\n  9\n  10\n  11\n  12\n  ... (25 rows more)\n  38\n  39\n"
	if out.String() != want {
		t.Errorf("got %q\nwant %q", out.String(), want)
	}
}
