package planner_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/refusal"
)

// Whatever is no question about these data is refused with words that help, and
// never answered with a query that happens to run.
func TestBadInput(t *testing.T) {
	pages, err := filepath.Glob("testdata/bad/*.txt")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	for _, path := range pages {
		name := filepath.Base(path)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		g := readPage(t, filepath.Join("testdata/language", name)).open(t)
		inputs := []string{strings.Repeat("how many orders ", 1700), strings.Repeat("orders and customers, ", 60), strings.Repeat("word ", 300)}
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				inputs = append(inputs, line)
			}
		}
		for _, q := range inputs {
			mustRefuse(t, g, q)
		}
	}
}

func mustRefuse(t *testing.T, g *grille.Grille, q string) {
	t.Helper()
	var trace grille.Trace
	a, err := g.Ask(t.Context(), grille.Question{Text: q, Viewer: everybody, Trace: &trace})
	short := q[:min(len(q), 80)]
	if err == nil {
		_ = a.Close()
		t.Errorf("%s\n    is answered: %s", short, trace.Draft)
		return
	}
	var r *refusal.Refusal
	if !errors.As(err, &r) || r.Try == "" || r.Msg == "" {
		t.Errorf("%s\n    refused with %v, and nothing to try", short, err)
	}
}
