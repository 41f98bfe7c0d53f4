package planner_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/refusal"
)

// before are questions with conditions, one for each page of testdata/language.
var before = map[string]string{
	"clinic": "number of urgent visits per department in 2024", "finance": "number of bills per vendor in 2024", "hr": "number of remote employees per department",
	"iot": "number of critical alarms per site in 2024", "library": "loans per branch in 2024", "shop": "number of cancelled orders per channel in 2024",
	"subscriptions": "number of active accounts per country", "tickets": "number of urgent tickets per team in 2024", "web": "number of converted sessions per country in 2024",
}

// What is a question by itself takes nothing over, whatever was asked before: each
// question of the language set is understood after another as it is alone. With
// GRILLE_FOLLOW all of them are asked, else a quarter.
func TestFollowNothing(t *testing.T) {
	pages, err := filepath.Glob("testdata/language/*.txt")
	if err != nil || len(pages) < 9 {
		t.Fatalf("%d pages of questions, %v", len(pages), err)
	}
	for _, path := range pages {
		p := readPage(t, path)
		t.Run(p.name, func(t *testing.T) {
			g := p.open(t)
			var after grille.Conversation
			if first := drain(g.Ask(t.Context(), grille.Question{Text: before[p.name], Viewer: everybody, After: &after})); first.err != nil {
				t.Fatal(first.err)
			}
			for i, b := range p.blocks {
				for k, q := range b.questions {
					if (i+k)%4 > 0 && os.Getenv("GRILLE_FOLLOW") == "" {
						continue
					}
					standsAlone(t, g, &after, q)
				}
			}
		})
	}
}

func standsAlone(t *testing.T, g *grille.Grille, after *grille.Conversation, q string) {
	t.Helper()
	alone, errAlone := g.Understand(t.Context(), grille.Question{Text: q, Viewer: everybody})
	u, err := g.Understand(t.Context(), grille.Question{Text: q, Viewer: everybody, After: after})
	switch {
	case refusal.CodeOf(err) == refusal.Internal, (err == nil) != (errAlone == nil):
		t.Errorf("%s: %v; alone %v", q, err, errAlone)
	case err == nil && u.Readings[0].Changed != "":
		t.Errorf("%s: takes over: %s", q, u.Readings[0].Asked)
	case u.Decision != alone.Decision:
		t.Errorf("%s: decision %d, alone %d", q, u.Decision, alone.Decision)
	}
}
