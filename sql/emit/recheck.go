package emit

import (
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/check"
	"github.com/grille-dev/grille/sql/ir"
)

// recheck has package check read what was printed for q.
func recheck(view policy.View, q *ir.Query, p printed) error {
	return check.Text(p.text, check.Want{
		Full:   view.Full(),
		Query:  q,
		Params: asParams(p.params),
		Guard:  view.Guard,
		Print: func(fresh, g *ir.Guarded) (string, []check.Param, error) {
			q := &ir.Query{Body: &ir.Select{From: fresh, Out: shown(fresh)}}
			alone, err := printBare(dialectOf(view.Engine()), q, p.bare.in(fresh, g))
			return alone.text, asParams(alone.params), err
		},
	})
}

// shown are the columns of g as outputs.
func shown(g *ir.Guarded) []ir.Def {
	var outs []ir.Def
	for _, d := range g.Cols {
		outs = append(outs, ir.Def{Column: ir.Column{Name: d.Name, Type: d.Type}, Expr: &ir.Ref{Col: d.ID, T: d.Type}})
	}
	return outs
}

func asParams(list []Param) []check.Param {
	params := make([]check.Param, len(list))
	for i, x := range list {
		params[i] = check.Param(x)
	}
	return params
}
