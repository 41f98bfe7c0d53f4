package grille_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

func calls(t *testing.T, kind catalog.Engine) run.Engine {
	t.Helper()
	script := file(t, "testdata/samples.sql")
	if kind == catalog.SQLite {
		path := filepath.Join(t.TempDir(), "calls.db")
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

// callCenter has rules in which texts are replaced, and a clock.
func callCenter(t *testing.T, e run.Engine, clock *time.Time, replace ...string) *grille.Grille {
	c := config(t, e)
	text := strings.NewReplacer(replace...).Replace(file(t, "testdata/samples.yaml"))
	c.Rules = func(cat *catalog.Catalog) (*policy.Rules, error) {
		return rules.Compile("rules.yaml", []byte(text), cat, rules.Options{Teams: []string{"desk", "heads"}, Connection: "calls"})
	}
	if clock != nil {
		c.Clock = func() time.Time { return *clock }
	}
	return open(t, c)
}

// outlineFor is what of samples a model would be sent.
func outlineFor(t *testing.T, ctx context.Context, g *grille.Grille, who viewer.Viewer) string {
	t.Helper()
	p, err := g.Prompt(ctx, grille.Question{Text: "how many calls of each kind?", Viewer: who})
	if err != nil {
		t.Fatal(err)
	}
	text := p.Messages()[1].Text
	if strings.Contains(strings.ToUpper(text), "CANARY") {
		t.Errorf("a stored value that is no sample left:\n%s", text)
	}
	var found []string
	for line := range strings.Lines(text) {
		if name, such, ok := strings.Cut(strings.TrimSpace(line), " (such as "); ok {
			found = append(found, name+": "+strings.TrimSuffix(such, ")"))
		}
	}
	return strings.Join(found, "; ")
}

// A sample is a value that many rows have which the viewer sees, and that looks
// like nobody's personal data. What other viewers may see, and whether they have
// asked before, plays no part.
func TestSamples(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]catalog.Engine{"SQLite": catalog.SQLite, "PostgreSQL": catalog.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := callCenter(t, calls(t, kind), nil)
			const desk, heads = `"kind" text: "routine", "emergency"`, `"kind" text: "restricted", "routine", "emergency"`
			for _, ask := range []struct{ team, want string }{{"heads", heads}, {"desk", desk}, {"heads", heads}, {"desk", desk}} {
				if got := outlineFor(t, t.Context(), g, of(ask.team, "")); got != ask.want {
					t.Errorf("%s: %s, want %s", ask.team, got, ask.want)
				}
			}
			over, cancel := context.WithCancel(t.Context())
			cancel()
			late := of("desk", "")
			late.Teams = append(late.Teams, "heads") // nobody has asked for them yet
			late.Team = ""
			if got := outlineFor(t, over, g, late); got != "" {
				t.Errorf("the database was not asked, and said %s", got)
			}
		})
	}
}

// Each switch, and each way of seeing less than the plain values of whole rows,
// ends samples.
func TestNoSamples(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		replace []string
		who     func(*viewer.Viewer)
	}{
		"workspace or person": {who: func(v *viewer.Viewer) { v.Off.NoSamples = true }},
		"hard filter": {who: func(v *viewer.Viewer) {
			v.HardFilters = &viewer.HardFilters{Scopes: map[string]string{"region": "open"}}
		}},
		"connection":       {replace: []string{"version: 1", "version: 1\nsamples: none"}},
		"schema":           {replace: []string{"version: 1", "version: 1\nschemas: {main: {samples: none}}"}},
		"team":             {replace: []string{"version: 1", "version: 1\nteams: {desk: {samples: none}}"}},
		"table":            {replace: []string{"  calls:\n", "  calls:\n    samples: none\n"}},
		"column":           {replace: []string{"kind: word, town", "kind: {class: word, samples: none}, town"}},
		"no class opts in": {replace: []string{"word: {show: value, samples: 3}", "word: {show: value}"}},
		"mask":             {replace: []string{"kind: word, town", "kind: gone, town"}},
		"run: show":        {replace: []string{"  calls:\n", "  calls:\n    run: show\n"}},
		"groups":           {replace: []string{"{rows: \"region = 'open'\"}", "{rows: all, min_group: {entity: id, size: 5}}"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := callCenter(t, calls(t, catalog.SQLite), nil, c.replace...)
			who := of("desk", "")
			if c.who != nil {
				c.who(&who)
			}
			if got := outlineFor(t, t.Context(), g, who); got != "" {
				t.Errorf("samples: %s", got)
			}
		})
	}
}

// Personal data gives samples when its class is named twice, and only then.
func TestPersonalSamples(t *testing.T) {
	t.Parallel()
	g := callCenter(t, calls(t, catalog.SQLite), nil, "scopes:", "personal_samples: [pii.word]\nscopes:")
	const want = `"kind" text: "routine", "emergency"; "town" text: "Bergen", "Berlin"`
	if got := outlineFor(t, t.Context(), g, of("desk", "")); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Samples are read again after a while.
func TestSamplesAge(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "calls.db")
	if err := oracle.FillSQLite(path, file(t, "testdata/samples.sql")); err != nil {
		t.Fatal(err)
	}
	e, err := oracle.OpenSQLite(path, run.Log{})
	if err != nil {
		t.Fatal(err)
	}
	clock := now
	g := callCenter(t, e, &clock)
	first := outlineFor(t, t.Context(), g, of("desk", ""))
	if err := oracle.FillSQLite(path, "UPDATE calls SET kind = 'standard' WHERE kind = 'routine';"); err != nil {
		t.Fatal(err)
	}
	if got := outlineFor(t, t.Context(), g, of("desk", "")); got != first {
		t.Errorf("read again at once: %s", got)
	}
	clock = clock.Add(time.Hour)
	if got, want := outlineFor(t, t.Context(), g, of("desk", "")), `"kind" text: "standard", "emergency"`; got != want {
		t.Errorf("an hour later: %s, want %s", got, want)
	}
}
