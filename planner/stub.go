package planner

import "github.com/grille-dev/grille/refusal"

type graph struct{}

func newGraph(*lexicon) *graph { return nil }

func read(*lexicon, string, Options) ([]Reading, error) {
	return nil, refusal.New(refusal.NotUnderstood, "write SQL", "the planner does not read questions yet")
}
