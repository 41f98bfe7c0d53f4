package grille

import (
	"context"

	"github.com/grille-dev/grille/planner"
)

// Suggest are whole questions that begin with the text of q, which may be as much as
// has been typed of one, or nothing: the most useful first, at most so many; 0: eight.
// Each is a question of the planner's that it answers for this viewer. They name what
// the viewer sees and no stored value; nothing is run, and nothing leaves.
func (g *Grille) Suggest(ctx context.Context, q Question, most int) (all []planner.Suggestion, err error) {
	k, err := g.begin(ctx, q.Viewer, q.Trace)
	if err != nil {
		return nil, err
	}
	defer k.recover(&err)
	passes := func(sql string) bool { return k.passes(k.view, sql, nil) == nil }
	return planner.Suggest(k.view, planner.Typed{Text: q.Text, Most: most, Passes: passes}, k.options()), nil
}
