package grille_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/internal/modeltest/modeldouble"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/viewer"
)

func file(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// towns is the world of testdata/values.sql on an engine, with more statements
// run in it.
func towns(t testing.TB, kind catalog.Engine, more ...string) run.Engine {
	t.Helper()
	script := file(t, "testdata/values.sql")
	for _, statement := range more {
		if statement != "" {
			script += statement + ";\n"
		}
	}
	if kind == catalog.SQLite {
		path := filepath.Join(t.TempDir(), "towns.db")
		if err := oracle.FillSQLite(path, script); err != nil {
			t.Fatal(err)
		}
		e, err := oracle.OpenSQLite(path, run.Log{})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e, err := oracle.OpenPostgres(pgtest.New(t, script).ReadOnlyDSN, run.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// townsConfig has a model that drafts what a test says, and rules in which texts
// are replaced.
func townsConfig(t testing.TB, e run.Engine, drafts modeldouble.Func, replace ...string) grille.Config {
	c := config(t, e)
	text := strings.NewReplacer(replace...).Replace(file(t, "testdata/values.yaml"))
	c.Rules = func(cat *catalog.Catalog) (*policy.Rules, error) {
		return rules.Compile("rules.yaml", []byte(text), cat, rules.Options{Teams: []string{"desk", "wordless", "readers", "analysts"}, Connection: "towns"})
	}
	c.Model = modeldouble.New(t, drafts)
	return c
}

func draft(text string) modeldouble.Func {
	return func(context.Context, egress.Prompt) (model.Draft, error) { return modeldouble.SQL(text) }
}

func townsPeople() map[string]viewer.Viewer {
	desk := func(name string, countries ...string) viewer.Viewer {
		return viewer.Viewer{Name: name, Teams: []string{"desk"}, Attributes: map[string][]string{"countries": countries}}
	}
	off := desk("off", "DE")
	off.Off.NoValues = true
	return map[string]viewer.Viewer{
		"ana": desk("ana", "DE", "US"), "bob": desk("bob", "NO", "US"), "off": off,
		"tom": of("analysts", ""), "wordless": of("wordless", ""), "reader": of("readers", ""),
	}
}

// TestValues runs the pages on what becomes of the texts in a draft. Each is
// asked on both engines, which must agree.
func TestValues(t *testing.T) {
	t.Parallel()
	say := ""
	drafts := func(context.Context, egress.Prompt) (model.Draft, error) { return modeldouble.SQL(say) }
	gs := []*grille.Grille{open(t, townsConfig(t, towns(t, catalog.SQLite), drafts)), open(t, townsConfig(t, towns(t, catalog.Postgres), drafts))}
	spec.Run(t, "testdata/values", func(t *testing.T) spec.Commands {
		both := func(a *spec.Args, do func(g *grille.Grille) string) string {
			one, two := do(gs[0]), do(gs[1])
			if one != two {
				a.Fail("SQLite says\n%s\nPostgreSQL says\n%s", one, two)
			}
			return one
		}
		return spec.Commands{
			// model is what a model drafts for a question of as.
			"model": func(a *spec.Args, input string) string {
				say = input
				v := townsPeople()[a.Need("as")]
				return both(a, func(g *grille.Grille) string {
					return shown(g.Ask(a.T().Context(), grille.Question{Text: "how many cities?", Viewer: v}))
				})
			},
			// sql is a query of a person.
			"sql": func(a *spec.Args, input string) string {
				v := townsPeople()[a.Need("as")]
				return both(a, func(g *grille.Grille) string {
					return shown(g.SQL(a.T().Context(), grille.Draft{SQL: input, Viewer: v, Texts: grille.Hinted}))
				})
			},
		}
	})
}

// shown is an answer as rows and lines, and the conditions as they are told.
func shown(a *answer.Answer, err error) string {
	if err != nil {
		return "refused " + string(refusal.CodeOf(err))
	}
	lines := []string{cmp.Or(strings.TrimSuffix(csv(a, nil), "\n"), "(nothing)")}
	for _, m := range a.Matched {
		lines = append(lines, m.String())
	}
	return strings.Join(lines, "\n")
}

// What a model is sent does not depend on what is stored: the bytes of each
// request, repairs and follow-ups too, are the same whether a value that is asked for is stored,
// visible, hidden, or not there.
func TestModelNeverHearsOfValues(t *testing.T) {
	t.Parallel()
	var all [][]string
	for _, more := range []string{"", "DELETE FROM cities WHERE id = 6", "DELETE FROM stays; DELETE FROM clinics; DELETE FROM cities",
		"UPDATE cities SET name = 'newark' WHERE id = 6", "INSERT INTO cities VALUES (8, 'Newarc', 'NO', NULL, 'x', 'x'), (9, 'NEWARK', 'DE', NULL, 'x', 'x')"} {
		server := modeltest.Serve(t, modeltest.Chat(
			modeltest.SQL("SELECT count(*) FROM cities WHERE town = 'new-ark'"), modeltest.SQL("SELECT count(*) FROM cities WHERE name = 'new-ark'"),
			modeltest.SQL("SELECT 1/0, count(*) FROM cities WHERE name = 'new-ark'"), modeltest.SQL("SELECT count(*) FROM cities WHERE name IN ('newark', 'zebr')")))
		c := townsConfig(t, towns(t, catalog.SQLite, more), nil)
		c.Model = client(t, server)
		c.Random = rand.NewChaCha8([32]byte{})
		g := open(t, c)
		var after grille.Conversation
		for range 3 {
			a, err := g.Ask(t.Context(), grille.Question{Text: "how many cities are called new-ark, like x@example.org?", Viewer: townsPeople()["ana"], After: &after})
			if err == nil {
				a.Close()
			}
		}
		all = append(all, server.Bodies())
	}
	if len(all[0]) != 4 {
		t.Fatalf("%d requests: %q", len(all[0]), all[0])
	}
	if !strings.Contains(all[0][3], "SELECT count(*) FROM cities WHERE name = 'new-ark'") {
		t.Errorf("the last request does not have the first draft, as it was written: %s", all[0][3])
	}
	for _, bodies := range all {
		if !slices.Equal(bodies, all[0]) {
			t.Errorf("a model is sent\n%q\nand\n%q", bodies, all[0])
		}
	}
}

// What a viewer is told does not depend on what is hidden: all that comes back is
// the same where the hidden rows have never been.
func TestHiddenValuesAreNotFound(t *testing.T) {
	t.Parallel()
	gone := "DELETE FROM clinics WHERE city_id IN (2, 7); DELETE FROM cities WHERE country = 'NO'"
	for _, kind := range []catalog.Engine{catalog.SQLite, catalog.Postgres} {
		say := ""
		drafts := func(context.Context, egress.Prompt) (model.Draft, error) { return modeldouble.SQL(say) }
		whole, copied := open(t, townsConfig(t, towns(t, kind), drafts)), open(t, townsConfig(t, towns(t, kind, gone), drafts))
		for _, asked := range []string{"zebr", "Zebra CANARY-CITY", "zebra canary-city", "zebra canary city", "zebra canray-city", "the zoo", "zebra",
			"Bergen", "bergen", "begren", "berge", "Berlin", "berln", "nyc", "canary-note", "arya", "guy vik", "regnbyen", "savannah"} {
			for _, column := range []string{"name", "lower(name)", "nick", "country", "note"} {
				say = fmt.Sprintf("SELECT count(*) FROM cities WHERE %s <> '%s'", column, asked)
				var got []string
				for _, g := range []*grille.Grille{whole, copied} {
					// Bob, who sees it, asks first: nothing of his is Ana's.
					_ = shown(g.Ask(t.Context(), grille.Question{Text: "how many cities?", Viewer: townsPeople()["bob"]}))
					a, err := g.Ask(t.Context(), grille.Question{Text: "how many cities?", Viewer: townsPeople()["ana"]})
					text := shown(a, err)
					if err == nil {
						text += a.SQL + strings.Join(a.Words, "\n")
					}
					got = append(got, text)
				}
				if got[0] != got[1] {
					t.Errorf("%s: %s: with hidden rows\n%s\nwithout\n%s", kind, say, got[0], got[1])
				}
			}
		}
	}
}

// counting counts statements, and may have them fail.
type counting struct {
	run.Engine
	n     atomic.Int64
	fails func(emit.Statement) error
}

func (c *counting) Run(ctx context.Context, stmt emit.Statement, l run.Limits) (*run.Rows, error) {
	c.n.Add(1)
	if c.fails != nil {
		if err := c.fails(stmt); err != nil {
			return nil, err
		}
	}
	return c.Engine.Run(ctx, stmt, l)
}

// Where values are not to be matched no statement reads any; and what has been
// read is not read again.
func TestStatementsOfLookups(t *testing.T) {
	t.Parallel()
	say := ""
	e := &counting{Engine: towns(t, catalog.SQLite)}
	g := open(t, townsConfig(t, e, func(context.Context, egress.Prompt) (model.Draft, error) { return modeldouble.SQL(say) }))
	for _, c := range []struct {
		as, draft string
		runs      int64
	}{
		{"ana", "SELECT count(*) FROM cities WHERE name = 'berlin'", 3}, // itself, all of them, the answer
		{"ana", "SELECT count(*) FROM cities WHERE name = 'bad homburg'", 1},
		{"ana", "SELECT count(*) FROM clinics WHERE name = 'Charite'", 2}, // itself
		{"ana", "SELECT count(*) FROM cities", 1},
		{"ana", "SELECT count(*) FROM cities WHERE name LIKE 'berlin'", 1},
		{"ana", "SELECT count(*) FROM cities WHERE nick = 'spree-athen'", 1}, // values: none of the column
		{"ana", "SELECT count(*) FROM cities WHERE note = 'lain'", 1},        // masked
		{"wordless", "SELECT count(*) FROM cities WHERE name = 'berlin'", 1}, // of the team
		{"off", "SELECT count(*) FROM cities WHERE name = 'berlin'", 1},      // of the person
		{"reader", "SELECT count(*) FROM cities WHERE name = 'berlin'", 0},   // run: show
		{"tom", "SELECT count(*) FROM stays WHERE ward = 'day clinic'", 1},   // seen in groups
		{"ana", "SELECT count(*) FROM stays WHERE ward = 'day clinic'", 3},
		{"ana", "SELECT no_such FROM cities WHERE name = 'berlin'", 0}, // refused
	} {
		say = c.draft
		e.n.Store(0)
		text := shown(g.Ask(t.Context(), grille.Question{Text: "how many cities?", Viewer: townsPeople()[c.as]}))
		if e.n.Load() != c.runs {
			t.Errorf("%s: %s: %d statements, want %d: %s", c.as, c.draft, e.n.Load(), c.runs, text)
		}
	}
	e.n.Store(0)
	text := shown(g.SQL(t.Context(), grille.Draft{SQL: "SELECT count(*) FROM cities WHERE name = 'berln'", Viewer: townsPeople()["ana"]}))
	if e.n.Load() != 1 || text != "0" {
		t.Errorf("a query as it is written: %d statements, and %q", e.n.Load(), text)
	}
}

// A query that may be explained, and not run, for one of its tables has nothing
// looked up in another.
func TestShowOnlyReadsNothing(t *testing.T) {
	t.Parallel()
	e := &counting{Engine: towns(t, catalog.SQLite)}
	g := open(t, townsConfig(t, e, draft("SELECT count(*) FROM cities c JOIN clinics k ON k.city_id = c.id WHERE c.name = 'berlin'"),
		"  clinics:\n", "  clinics:\n    run: show\n"))
	if got := shown(g.Ask(t.Context(), grille.Question{Text: "how many cities?", Viewer: townsPeople()["ana"]})); got != "refused not-run" || e.n.Load() != 0 {
		t.Errorf("got %s after %d statements", got, e.n.Load())
	}
}

// Looking values up picks no rows of a table that is seen in groups, so it
// neither spends nor goes around what may be picked in a day.
func TestLookupsAndTheBudget(t *testing.T) {
	t.Parallel()
	say := ""
	c := townsConfig(t, towns(t, catalog.SQLite), func(context.Context, egress.Prompt) (model.Draft, error) { return modeldouble.SQL(say) })
	c.Predicates = 1
	g := open(t, c)
	for i, want := range []string{"20\nread \"charite\" as clinics.name = 'Charite'", "20\nread \"CHARITE\" as clinics.name = 'Charite'", "refused small-group-budget"} {
		say = fmt.Sprintf("SELECT count(*) FROM stays s JOIN clinics c ON c.id = s.clinic_id WHERE c.name = '%s'", []string{"charite", "CHARITE", "st hedwig"}[i])
		if got := shown(g.Ask(t.Context(), grille.Question{Text: "how many stays?", Viewer: townsPeople()["tom"]})); got != want {
			t.Errorf("%s: got %q, want %q", say, got, want)
		}
	}
}

// Whatever goes wrong with a look-up, the answer is that of the draft.
func TestLookupsThatFail(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"an error": func() error { return errors.New("boom") },
		"a fault":  func() error { panic("boom") },
		"a limit":  func() error { return refusal.New(refusal.Limit, "", "too long") },
	} {
		var log bytes.Buffer
		e := &counting{Engine: towns(t, catalog.SQLite), fails: func(s emit.Statement) error {
			if strings.HasPrefix(s.Text(), "SELECT DISTINCT") {
				return fail()
			}
			return nil
		}}
		c := townsConfig(t, e, draft("SELECT count(*) FROM cities WHERE name = 'berlin'"))
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		g := open(t, c)
		for range 2 {
			if got := shown(g.Ask(t.Context(), grille.Question{Text: "how many cities?", Viewer: townsPeople()["ana"]})); got != "0" {
				t.Errorf("%s: got %q", name, got)
			}
		}
		// What takes too long is not tried again in the next question.
		if n := e.n.Load(); (n == 3) != (name == "a limit") || n < 3 {
			t.Errorf("%s: %d statements", name, n)
		}
		if fault := strings.Contains(log.String(), "boom"); fault != (name == "a fault") {
			t.Errorf("%s: the log has %s", name, log.String())
		}
	}
}

// What was read is used for five minutes, and not after a change of the rules.
func TestValuesAge(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, file(t, "testdata/values.sql"))
	e, err := oracle.OpenPostgres(db.ReadOnlyDSN, run.Log{})
	if err != nil {
		t.Fatal(err)
	}
	at := now
	c := townsConfig(t, e, draft("SELECT count(*) FROM cities WHERE name = 'bad hersfeld'"))
	c.Clock = func() time.Time { return at }
	g := open(t, c)
	ask := func() string {
		return shown(g.Ask(t.Context(), grille.Question{Text: "how many cities?", Viewer: townsPeople()["ana"]}))
	}
	none, some := "0\nno cities.name that you see is \"bad hersfeld\", or like it", "1\nread \"bad hersfeld\" as cities.name = 'Bad Hersfeld'"
	if got := ask(); got != none {
		t.Fatalf("got %q", got)
	}
	db.Exec("INSERT INTO cities VALUES (20, 'Bad Hersfeld', 'DE', NULL, 'x', 'x')")
	at = now.Add(4 * time.Minute)
	if got := ask(); got != none {
		t.Errorf("after four minutes: got %q", got)
	}
	at = now.Add(5 * time.Minute)
	if got := ask(); got != some {
		t.Errorf("after five minutes: got %q", got)
	}
	db.Exec("DELETE FROM cities WHERE id = 20", "ALTER TABLE cities ADD COLUMN more text")
	if got := ask(); got != "refused drift" {
		t.Errorf("after the table changed: got %q", got)
	}
	if got := ask(); got != none {
		t.Errorf("after the outline was read anew: got %q", got)
	}
}

// Of a column with more than 5,000 values a text is looked up by itself, and in
// lower case.
func TestManyValues(t *testing.T) {
	t.Parallel()
	more := "INSERT INTO clinics WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 6100) SELECT i, 1, 'Clinic ' || i, NULL FROM n"
	for _, kind := range []catalog.Engine{catalog.SQLite, catalog.Postgres} {
		say := ""
		g := open(t, townsConfig(t, towns(t, kind, more), func(context.Context, egress.Prompt) (model.Draft, error) { return modeldouble.SQL(say) }))
		for _, c := range [][2]string{
			{"Clinic 777", "1"},
			{"clinic 777", "1\nread \"clinic 777\" as clinics.name = 'Clinic 777'"},
			{" CLINIC 777 ", "1\nread \" CLINIC 777 \" as clinics.name = 'Clinic 777'"},
			{"clinc 777", "0"}, // not among what is known, and it is not said that there is none
			{"it''s 100%s", "0"},
		} {
			say = "SELECT count(*) FROM clinics WHERE name = '" + c[0] + "'"
			if got := shown(g.Ask(t.Context(), grille.Question{Text: "how many clinics?", Viewer: townsPeople()["ana"]})); got != c[1] {
				t.Errorf("%s: %s: got %q, want %q", kind, say, got, c[1])
			}
		}
	}
}

// Over made-up values of five countries: what is put in, and what is told, is one
// of those that the viewer's own SELECT DISTINCT gives.
func TestFoundIsVisible(t *testing.T) {
	t.Parallel()
	words := []string{"Alt", "alt", "Neu", "Bad", "burg", "Burg", "heim", " am ", "-", "é", "e", "St. ", "1", "12"}
	r := rand.New(rand.NewPCG(1, 2))
	var names, script []string
	for i := range 400 {
		name := ""
		for range 2 + r.IntN(3) {
			name += words[r.IntN(len(words))]
		}
		names = append(names, name)
		script = append(script, fmt.Sprintf("INSERT INTO cities VALUES (%d, '%s', 'C%d', NULL, 'x', 'x')", 100+i, name, r.IntN(5)))
	}
	say := ""
	g := open(t, townsConfig(t, towns(t, catalog.SQLite, script...), func(context.Context, egress.Prompt) (model.Draft, error) { return modeldouble.SQL(say) }))
	put, told := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		who := townsPeople()["ana"]
		who.Attributes["countries"] = []string{rapid.SampledFrom([]string{"C0", "C1", "C2", "C3", "C4"}).Draw(rt, "country")}
		asked := mutated(rt, rapid.SampledFrom(names).Draw(rt, "name"))
		say = "SELECT count(*) FROM cities WHERE name = '" + strings.ReplaceAll(asked, "'", "''") + "'"
		a, err := g.Ask(t.Context(), grille.Question{Text: "how many cities?", Viewer: who})
		if err != nil {
			rt.Fatal(err)
		}
		defer a.Close()
		mine := strings.Split(csv(g.SQL(t.Context(), grille.Draft{SQL: "SELECT DISTINCT '<' || name || '>' FROM cities", Viewer: who})), "\n")
		for _, m := range a.Matched {
			if m.Stored != "" {
				put++
			}
			told += len(m.Like)
			for _, v := range append(m.Like, m.Stored) {
				if v != "" && !slices.Contains(mine, "<"+v+">") {
					rt.Fatalf("%q for %q is none of %q", v, asked, mine)
				}
			}
		}
		if (len(a.Matched) == 0) != (slices.Contains(mine, "<"+asked+">") || strings.TrimSpace(asked) == "") {
			rt.Fatalf("%q among %q: %v", asked, mine, a.Matched)
		}
	})
	if put == 0 || told == 0 {
		t.Errorf("%d values were put in, and %d told: nothing was tried", put, told)
	}
}

// mutated is a text that somebody might write for it.
func mutated(t *rapid.T, s string) string {
	switch rapid.IntRange(0, 4).Draw(t, "how") {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return " " + strings.ReplaceAll(s, "-", " ")
	case 2:
		rs := []rune(s)
		at := rapid.IntRange(0, len(rs)-1).Draw(t, "at")
		return string(append(rs[:at:at], rs[at+1:]...))
	case 3:
		return s + rapid.SampledFrom([]string{"", "x", ".", "é"}).Draw(t, "more")
	default:
		return s
	}
}

// What looking texts up costs a question, over 5,000 values that have been read.
func BenchmarkTexts(b *testing.B) {
	more := "INSERT INTO clinics WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 5900) SELECT i, 1, 'Clinic number ' || i, NULL FROM n"
	g := open(b, townsConfig(b, towns(b, catalog.SQLite, more), nil))
	for name, d := range map[string]grille.Draft{
		"as written": {SQL: "SELECT count(*) FROM clinics WHERE name = 'Clinic number 4711'"},
		"stored":     {SQL: "SELECT count(*) FROM clinics WHERE name = 'Clinic number 4711'", Texts: grille.Meant},
		"folded":     {SQL: "SELECT count(*) FROM clinics WHERE name = 'clinic number 4711'", Texts: grille.Meant},
		"slip":       {SQL: "SELECT count(*) FROM clinics WHERE name = 'clinc number 4711'", Texts: grille.Meant},
	} {
		d.Viewer = townsPeople()["ana"]
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				a, err := g.SQL(b.Context(), d)
				if err != nil {
					b.Fatal(err)
				}
				for a.Next() {
				}
				if err := errors.Join(a.Err(), a.Close()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
