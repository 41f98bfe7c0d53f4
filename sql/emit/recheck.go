package emit

import (
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
		Guard:  view.Guard,
	})
}
