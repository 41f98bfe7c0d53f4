package grille_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/viewer"
)

// For each of the demo's viewers every suggestion is answered within their rights,
// and names nothing that they do not see.
func TestSuggest(t *testing.T) {
	g := open(t, config(t, sqliteDemo(t)))
	for _, name := range []string{"ines", "tom"} {
		n := 0
		for _, typed := range []string{"", "how many ", "average", "top 5 ", "show all ", "total", "how many patients ", "how many visits per department "} {
			all, err := g.Suggest(t.Context(), grille.Question{Text: typed, Viewer: who(name)}, 0)
			if err != nil {
				t.Fatal(err)
			}
			n += len(all)
			for _, s := range all {
				if !strings.HasPrefix(s.Text, typed) || s.Typed != len(typed) {
					t.Errorf("%s: %q: %+v", name, typed, s)
				}
				q := grille.Question{Text: s.Text, Viewer: who(name)}
				u, err := g.Understand(t.Context(), q)
				if err != nil || u.Decision != planner.Answer {
					t.Errorf("%s: %q: %v", name, s.Text, err)
					continue
				}
				if _, err := g.Explain(t.Context(), grille.Draft{SQL: u.Readings[0].Draft.SQL, Viewer: who(name)}); err != nil {
					t.Errorf("%s: %q: %v", name, s.Text, err)
				}
			}
		}
		if n < 30 {
			t.Errorf("%s: only %d suggestions", name, n)
		}
	}
	all, err := g.Suggest(t.Context(), grille.Question{Text: "show all ", Viewer: who("tom")}, 30)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if strings.Contains(s.Text, "patients") {
			t.Errorf("%q would show rows that are seen in groups only", s.Text)
		}
	}
}

// What one viewer is suggested is not what another one had, though they share a name.
func TestSuggestApart(t *testing.T) {
	g := open(t, config(t, sqliteDemo(t)))
	list := func(v viewer.Viewer) []planner.Suggestion {
		all, err := g.Suggest(t.Context(), grille.Question{Text: "show all ", Viewer: v}, 30)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	ines := who("ines")
	first := list(ines)
	if !slices.Equal(first, list(ines)) {
		t.Error("not the same a second time")
	}
	tom := who("tom")
	tom.Name = ines.Name
	if slices.Equal(first, list(tom)) {
		t.Error("another team is suggested the same")
	}
	nobody := ines
	nobody.Teams = nil
	if _, err := g.Suggest(t.Context(), grille.Question{Viewer: nobody}, 0); err == nil {
		t.Error("without a team there is a view")
	}
}
