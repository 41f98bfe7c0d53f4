package planner_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/refusal"
)

// The set in testdata/follow: conversations, over the schemas of testdata/language.
// A follow-up is right if its rows are those of the query that is then meant.
// Chains marked "held" were looked at only as figures. What has to be refused is as
// much part of it, and so is what must stand alone.
//
// GRILLE_FOLLOW=page prints each follow-up that is not right; held ones are never
// printed.
func TestFollow(t *testing.T) {
	pages, err := filepath.Glob("testdata/follow/*.txt")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages of conversations, %v", len(pages), err)
	}
	var s followScores
	for _, path := range pages {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".txt"), func(t *testing.T) {
			g := readPage(t, filepath.Join("testdata/language", name)).open(t)
			for _, c := range readChains(t, path) {
				s.talk(t, g, name, c)
			}
		})
	}
	t.Logf("follow-ups right: seen %d of %d, held %d of %d; answered wrongly: %d and %d; stand alone: %d of %d, inherited %d; not answered outright: %d of %d",
		s.seen.right, s.seen.n, s.held.right, s.held.n, s.seen.wrong, s.held.wrong, s.alone.right, s.alone.n, s.inherited, s.bad.right, s.bad.n)
	s.demand(t)
}

// chain is a question and what is asked after it.
type chain struct {
	held  bool
	first string
	steps []step
}

// step is a follow-up, and what becomes of it.
type step struct {
	text  string
	alone bool   // nothing may be taken over
	gold  string // "": it must not be answered outright
}

func readChains(t *testing.T, path string) (out []chain) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(strings.TrimRight(string(text), "\n"), "\n\n") {
		lines := strings.Split(part, "\n")
		if strings.HasPrefix(part, "#") {
			continue
		}
		if !strings.HasPrefix(part, "chain") || len(lines) < 4 {
			t.Fatalf("%s: no chain: %s", path, part)
		}
		c := chain{held: lines[0] == "chain held", first: lines[1]}
		for _, line := range lines[2:] {
			k := len(c.steps) - 1
			switch {
			case strings.HasPrefix(line, "> "):
				c.steps = append(c.steps, step{text: line[2:]})
			case strings.HasPrefix(line, "= "):
				c.steps[k].gold = line[2:]
			case line == "alone":
				c.steps[k].alone = true
			case line != "!":
				t.Fatalf("%s: %s", path, line)
			}
		}
		out = append(out, c)
	}
	return out
}

type followScores struct {
	seen, held, alone, bad tally
	inherited              int
}

func (s *followScores) talk(t *testing.T, g *grille.Grille, name string, c chain) {
	var after grille.Conversation
	ask := func(text string) (result, grille.Trace, answer.Reading) {
		var trace grille.Trace
		a, err := g.Ask(t.Context(), grille.Question{Text: text, Viewer: everybody, After: &after, Trace: &trace})
		if err != nil {
			return result{err: err}, trace, answer.Reading{}
		}
		return drain(a, nil), trace, *a.Reading
	}
	if first, _, _ := ask(c.first); first.err != nil {
		t.Errorf("%s: %v", c.first, first.err)
		return
	}
	for _, x := range c.steps {
		got, trace, read := ask(x.text)
		if x.gold == "" {
			s.bad.n++
			if code := refusal.CodeOf(got.err); code == refusal.NotUnderstood || code == refusal.WhichReading {
				s.bad.right++
			} else {
				t.Errorf("%s, then %s: answered as %q", c.first, x.text, read.Asked)
			}
			continue
		}
		gold := drain(g.SQL(t.Context(), grille.Draft{SQL: x.gold, Viewer: everybody}))
		if gold.err != nil || len(gold.rows) == 0 || slices.Equal(gold.rows[0], []string{""}) {
			t.Errorf("%s, then %s: the gold query gives %d rows, %v", c.first, x.text, len(gold.rows), gold.err)
			continue
		}
		gold.ordered = strings.Contains(x.gold[strings.LastIndexByte(x.gold, ')')+1:], "ORDER BY")
		of := &s.seen
		if x.alone {
			of = &s.alone
			if read.Changed != "" {
				s.inherited++
				t.Errorf("%s, then %s: takes over: %q", c.first, x.text, read.Asked)
			}
		} else if c.held {
			of = &s.held
		}
		of.n++
		right := got.err == nil && got.holds(gold)
		switch {
		case right:
			of.right++
		case got.err == nil:
			of.wrong++
		}
		if only := os.Getenv("GRILLE_FOLLOW"); !right && !c.held && only != "" && (only == "all" || strings.HasPrefix(name, only)) {
			said := read.Asked + " (" + read.Changed + ")\n      " + trace.Draft
			if got.err != nil {
				said = got.err.Error()
			}
			t.Logf("%s, then %s\n      %s\n gold %s", c.first, x.text, said, x.gold)
		}
	}
}

func (s *followScores) demand(t *testing.T) {
	if 100*s.seen.right < 90*s.seen.n {
		t.Errorf("fewer than 90 %% of the follow-ups are right")
	}
}
