package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

// mostOffered is how many readings are shown to choose from.
const mostOffered = 3

// whichReading adds to a refusal over what is meant the readings to choose from. Who
// keeps the rules reads no more of them than who asks.
func (p *program) whichReading(ctx context.Context, q asking, v viewer.Viewer, err error) error {
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Code != refusal.WhichReading {
		return err
	}
	u, other := q.g.Understand(ctx, grille.Question{Text: q.text, Viewer: v, After: q.after})
	if other != nil {
		return other
	}
	var lines []string
	for i, r := range u.Readings[:min(len(u.Readings), mostOffered)] {
		e, err := q.g.Explain(ctx, grille.Draft{SQL: r.Draft.SQL, Viewer: v})
		if err != nil {
			continue // it would be refused
		}
		lines = append(lines, fmt.Sprintf("--reading %d  %s%s", i+1, strings.Join(e.Words, "; "), passed(q.text, r)))
	}
	if len(lines) == 0 {
		return err
	}
	told := *no
	told.Try = "say which one is meant, or ask in other words:\n    " + strings.Join(lines, "\n    ")
	return &told
}

// passed names the words that a reading passes over.
func passed(question string, r planner.Reading) string {
	if len(r.Passed) == 0 {
		return ""
	}
	var words []string
	for _, s := range r.Passed {
		words = append(words, fmt.Sprintf("%q", question[s.Pos:s.End]))
	}
	return " (without " + strings.Join(words, ", ") + ")"
}
