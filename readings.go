package grille

import (
	"strings"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/planner"
)

// ReadingOf is a reading of a question as an answer has it: in words alone.
func ReadingOf(r planner.Reading) *answer.Reading {
	out := &answer.Reading{Confidence: r.Draft.Confidence, Parts: []answer.Part{}}
	if r.Changed != "" {
		out.Asked, out.Changed = r.Asked, r.Changed
	}
	for _, s := range r.Passed {
		out.Passed = append(out.Passed, r.Asked[s.Pos:s.End])
	}
	for _, p := range r.Parts {
		out.Parts = append(out.Parts, answer.Part{Kind: p.Kind.String(), Words: p.Words, Taken: p.Taken, Default: p.Default, Chosen: p.Chosen,
			Slot: p.Slot, Means: p.Means, Others: p.Others})
	}
	return out
}

// either are choices as a person may say them.
func either(all []planner.Choice) string {
	var out []string
	for _, c := range all {
		out = append(out, c.String())
	}
	return strings.Join(out, ", or ")
}
