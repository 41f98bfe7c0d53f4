package planner_test

import (
	"path/filepath"
	"testing"

	"github.com/grille-dev/grille"
)

// Over the databases of the language pages every suggestion is answered, with rows
// from the database.
func TestSuggestAnswers(t *testing.T) {
	pages, err := filepath.Glob("testdata/language/*.txt")
	if err != nil || len(pages) < 9 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, path := range pages {
		p := readPage(t, path)
		t.Run(p.name, func(t *testing.T) {
			g := p.open(t)
			n := answered(t, g, "")
			for _, typed := range []string{"how many ", "average", "top 5 ", "li", "which", "share of ", "number of "} {
				n += answered(t, g, typed)
			}
			if n < 24 {
				t.Errorf("only %d suggestions", n)
			}
		})
	}
}

// answered asks every suggestion for what was typed, and one that continues the
// first; how many there were.
func answered(t *testing.T, g *grille.Grille, typed string) int {
	t.Helper()
	all, err := g.Suggest(t.Context(), grille.Question{Text: typed, Viewer: everybody}, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := len(all)
	if n > 0 {
		more, err := g.Suggest(t.Context(), grille.Question{Text: all[0].Text + " ", Viewer: everybody}, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, more...)
	}
	for _, s := range all {
		r := drain(g.Ask(t.Context(), grille.Question{Text: s.Text, Viewer: everybody}))
		if r.err != nil {
			t.Errorf("%q: %q: %v", typed, s.Text, r.err)
		}
	}
	return n
}
