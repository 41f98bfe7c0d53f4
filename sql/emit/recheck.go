package emit

import (
	"fmt"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/check"
	"github.com/grille-dev/grille/sql/ir"
)

// recheck has package check read what was printed for q.
func recheck(view policy.View, q *ir.Query, p printed) error {
	params := make([]check.Param, len(p.params))
	for i, x := range p.params {
		params[i] = check.Param(x)
	}
	return check.Text(p.text, check.Want{
		Full:   view.Full(),
		Query:  q,
		Params: params,
		Guard:  func(g *ir.Guarded) (*ir.Guarded, error) { return afresh(view, g) },
	})
}

// afresh is the policy relation in the place of g, from the rules alone.
func afresh(view policy.View, g *ir.Guarded) (*ir.Guarded, error) {
	columns := make([]catalog.ColumnID, len(g.Cols))
	for i, c := range g.Cols {
		stored := g.Table.Table.ColumnNamed(c.Name)
		if stored == nil {
			return nil, fmt.Errorf("column %d has the name of no stored one", i+1)
		}
		columns[i] = stored.ID
	}
	return view.Guard(g.Table.Table.ID, columns, g.Fence)
}
