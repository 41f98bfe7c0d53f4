package grille_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
)

// byPlanner is the world of the values, asked without a model.
func byPlanner(t testing.TB, e run.Engine, replace ...string) *grille.Grille {
	c := townsConfig(t, e, nil, replace...)
	c.Model = nil
	return open(t, c)
}

// meant is what the planner makes of a question, all of it.
func meant(t testing.TB, g *grille.Grille, who, text string) string {
	t.Helper()
	u, err := g.Understand(t.Context(), grille.Question{Text: text, Viewer: townsPeople()[who]})
	if err != nil {
		return err.Error()
	}
	said := fmt.Sprint(u.Decision)
	for _, r := range u.Readings {
		said += fmt.Sprintf("\n%+v %v", r.Draft, r.Passed)
		for _, p := range r.Parts {
			said += fmt.Sprint(" ", p.Words, p.Means, p.Others)
		}
	}
	return said
}

// first is the condition of the best reading.
func first(t testing.TB, g *grille.Grille, who, text string) string {
	t.Helper()
	u, err := g.Understand(t.Context(), grille.Question{Text: text, Viewer: townsPeople()[who]})
	if err != nil {
		return string(refusal.CodeOf(err))
	}
	_, where, _ := strings.Cut(u.Readings[0].Draft.SQL, " WHERE ")
	return where
}

// A word is a value of the column that holds it, as this viewer sees it, and not
// of another that looks like it. What another viewer sees is nothing to it.
func TestHeldValues(t *testing.T) {
	t.Parallel()
	for _, kind := range []catalog.Engine{catalog.SQLite, catalog.Postgres} {
		g := byPlanner(t, towns(t, kind))
		for _, c := range [][3]string{
			{"ana", "how many stays in intensive care", "lower(ward) = 'intensive care'"},
			{"ana", "how many stays were day clinics", "lower(ward) = 'day clinics'"}, // ground reads it as the value
			{"ana", "clinics in mount sinai", "lower(name) = 'mount sinai'"},
			{"ana", "how many clinics in the big apple city", "lower(c2.name) = 'big apple'"},
			{"tom", "how many clinics in the big apple city", "lower(c2.name) = 'big apple'"},
			{"bob", "clinics in regnbyen", "lower(c2.name) = 'regnbyen'"}, // guessed: values: none of the column
		} {
			if got := first(t, g, c[0], c[1]); got != c[2] {
				t.Errorf("%s: %s: %s: got %s, want %s", kind, c[0], c[1], got, c[2])
			}
		}
	}
}

// What a question means does not depend on what is hidden: readings and answers
// are the same where the hidden rows, or what a mask hides, have never been.
func TestHeldAndHidden(t *testing.T) {
	t.Parallel()
	gone := []string{"DELETE FROM clinics WHERE city_id IN (2, 7)", "DELETE FROM cities WHERE country = 'NO'",
		"UPDATE cities SET nick = 'x', mayor = 'y', note = 'ptff'", "UPDATE clinics SET contact = NULL"}
	for _, kind := range []catalog.Engine{catalog.SQLite, catalog.Postgres} {
		whole, copied := byPlanner(t, towns(t, kind)), byPlanner(t, towns(t, kind, gone...))
		some := 0
		for _, word := range []string{"bergen", "zebra canary-city", "the zoo", "Zebra", "regnbyen", "spree-athen", "ann lee", "Ann Lee", "canary-note", "Li Wei", "berlin", "new york"} {
			for _, question := range []string{"how many cities in %s", "%s clinics", "how many clinics are %s?", "clinics of %s", "which cities have a clinic in %s or berlin?"} {
				text := fmt.Sprintf(question, word)
				_ = meant(t, whole, "bob", text) // who sees it asks first: nothing of his is Ana's
				one, two := meant(t, whole, "ana", text), meant(t, copied, "ana", text)
				if one != two {
					t.Errorf("%s: %s: with what is hidden\n%s\nwithout\n%s", kind, text, one, two)
				}
				if meant(t, whole, "bob", text) != one {
					some++
				}
			}
		}
		if some < 5 {
			t.Errorf("%s: Bob, who sees other rows, is told what Ana is in all but %d questions", kind, some)
		}
	}
}

// reads keeps the statements that read values.
type reads struct {
	run.Engine
	all   []string
	fails func() error
}

func (r *reads) Run(ctx context.Context, stmt emit.Statement, l run.Limits) (*run.Rows, error) {
	if strings.Contains(stmt.Text(), "DISTINCT") {
		r.all = append(r.all, stmt.Text())
		if r.fails != nil {
			if err := r.fails(); err != nil {
				return nil, err
			}
		}
	}
	return r.Engine.Run(ctx, stmt, l)
}

var readColumn = regexp.MustCompile(`SELECT DISTINCT [^(]*\(SELECT CASE typeof\(t\d+\."(\w+)"\).*? FROM "main"\."(\w+)"`)

// All columns are read in one statement, once; none of persons, behind a mask, of
// tables that are seen in groups, and none where values are switched off.
func TestHeldReads(t *testing.T) {
	t.Parallel()
	const question = "how many clinics in Ann Lee, Li Wei, day clinic or spree-athen"
	for _, c := range []struct {
		as   string
		want string // the columns
	}{
		{"ana", "cities.name cities.country clinics.name stays.ward"}, {"tom", "cities.name cities.country clinics.name"},
		{"wordless", ""}, {"off", ""}, {"reader", ""},
	} {
		e := &reads{Engine: towns(t, catalog.SQLite)}
		g := byPlanner(t, e)
		for range 2 {
			_ = meant(t, g, c.as, question)
		}
		var got []string
		for _, m := range readColumn.FindAllStringSubmatch(strings.Join(e.all, ""), -1) {
			got = append(got, m[2]+"."+m[1])
		}
		if strings.Join(got, " ") != c.want || len(e.all) > 1 {
			t.Errorf("%s: %d statements read %s, want %s\n%s", c.as, len(e.all), got, c.want, e.all)
		}
	}
}

// Where values cannot be read the question is understood as if none were known,
// for all columns: and again the next time, whatever can be read by then.
func TestHeldThatFails(t *testing.T) {
	t.Parallel()
	const question = "how many clinics in mount sinai"
	never := meant(t, byPlanner(t, towns(t, catalog.SQLite), "version: 1", "version: 1\nvalues: none"), "ana", question)
	known := meant(t, byPlanner(t, towns(t, catalog.SQLite)), "ana", question)
	if never == known {
		t.Fatal("the values make no difference to the question")
	}
	for name, fail := range map[string]func() error{
		"an error": func() error { return errors.New("boom") },
		"a fault":  func() error { panic("boom") },
		"a limit":  func() error { return refusal.New(refusal.Limit, "", "too long") },
	} {
		e := &reads{Engine: towns(t, catalog.SQLite), fails: fail}
		g := byPlanner(t, e)
		if got := meant(t, g, "ana", question); got != never {
			t.Errorf("%s: got %s, want %s", name, got, never)
		}
	}
}

// The number of a reading is the same wherever it is seen, and in every process.
func TestReadingsAgree(t *testing.T) {
	t.Parallel()
	one, two := byPlanner(t, towns(t, catalog.SQLite)), byPlanner(t, towns(t, catalog.SQLite))
	for _, question := range []string{"how many clinics in bad homburg", "stays of day clinics", "how many stays in intensive care"} {
		u, err := one.Understand(t.Context(), grille.Question{Text: question, Viewer: townsPeople()["ana"]})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range u.Readings {
			var trace grille.Trace
			a, err := two.Ask(t.Context(), grille.Question{Text: question, Viewer: townsPeople()["ana"], Reading: i + 1, Trace: &trace})
			if err == nil {
				a.Close()
			}
			if trace.Draft != r.Draft.SQL {
				t.Errorf("%s: reading %d is %s, and %s", question, i+1, r.Draft.SQL, trace.Draft)
			}
		}
	}
}

// The planner's drafts that a model is sent as candidates are made without any
// stored value, so that what it is sent is the same whatever is stored.
func TestCandidatesKnowNoValues(t *testing.T) {
	t.Parallel()
	question := "how many clinics in berlin"
	var first []string
	for _, more := range []string{"", "DELETE FROM stays; DELETE FROM clinics; DELETE FROM cities", "UPDATE cities SET name = 'X', country = 'X'",
		"UPDATE clinics SET name = 'Berlin'", "UPDATE stays SET ward = 'berlin'"} {
		server := modeltest.Serve(t, modeltest.Chat(modeltest.SQL("SELECT count(*) FROM cities")))
		c := townsConfig(t, towns(t, catalog.SQLite, more), nil)
		c.Model, c.Candidates = client(t, server), 3
		c.Random = zeros{}
		g := open(t, c)
		if a, err := g.Ask(t.Context(), grille.Question{Text: question, Viewer: townsPeople()["ana"]}); err == nil {
			a.Close()
		}
		bodies := server.Bodies()
		if len(bodies) != 1 || !strings.Contains(bodies[0], "'berlin'") {
			t.Fatalf("no candidate: %s", bodies)
		}
		if first == nil {
			first = bodies
		}
		if bodies[0] != first[0] {
			t.Errorf("with %q a model is sent\n%s\nand not\n%s", more, bodies[0], first[0])
		}
	}
}

// What it costs a question that values are known: while none is at hand, as in
// each process of the command, and after.
func BenchmarkHeld(b *testing.B) {
	onPostgres := func(t testing.TB) run.Engine { e, _, _ := postgresDemo(t); return e }
	for kind, engine := range map[catalog.Engine]func(testing.TB) run.Engine{catalog.SQLite: sqliteDemo, catalog.Postgres: onPostgres} {
		c := config(b, engine(b))
		c.Rules = func(outline *catalog.Catalog) (*policy.Rules, error) { return rules.GrantAll(outline, "everybody") }
		at := now
		c.Clock = func() time.Time { return at }
		g := open(b, c)
		for name, later := range map[string]time.Duration{"off": 0, "read": time.Hour, "at hand": 0} {
			v := of("everybody", "")
			v.Off.NoValues = name == "off"
			b.Run(fmt.Sprintf("%s/%s", kind, name), func(b *testing.B) {
				for b.Loop() {
					at = at.Add(later)
					a, err := g.Ask(b.Context(), grille.Question{Text: `how many visits in the ward "General surgery"`, Viewer: v})
					if err != nil {
						b.Fatal(err)
					}
					a.Close()
				}
			})
		}
	}
}
