package emit

import (
	"fmt"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/check"
	"github.com/grille-dev/grille/sql/ir"
)

// SQL makes the statement that says what was allowed, in the dialect of the
// view's engine: the tree is lowered to what the engine knows, printed, and read
// again by package check.
//
// Errors are refusals: [refusal.Engine] names what the engine cannot say,
// [refusal.Internal] is a text that did not pass the check and will not run.
func SQL(allowed policy.Allowed) (Statement, error) {
	if !allowed.Made() {
		return Statement{}, refusal.New(refusal.Internal, "", "nothing was allowed")
	}
	d := dialectOf(allowed.View().Engine())
	q := allowed.Query()
	view := allowed.View()
	if err := check.Floors(q, func(g *ir.Guarded) int { return view.MinGroup(g.Table.Table.ID) }); err != nil {
		return Statement{}, fmt.Errorf("checking the groups: %w", err)
	}
	lower(d, q)
	p, err := printQuery(d, q)
	if err != nil {
		return Statement{}, err
	}
	if err := recheck(view, q, p); err != nil {
		return Statement{}, fmt.Errorf("checking what was printed: %w", err)
	}
	return Statement{&statement{
		allowed: allowed,
		engine:  d.engine,
		text:    p.text,
		params:  p.params,
		columns: ir.Outputs(q.Body),
		reads:   p.reads,
		stored:  p.stored,
		again:   p.again,
	}}, nil
}
