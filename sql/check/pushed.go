package check

import (
	"slices"

	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// onlyNarrows judges conditions that a text has inside of a fence beside those of
// the rules: fresh is what the rules give. They may only leave out rows, and tell
// nothing while they do it. So each must be a condition over columns that the
// relation gives as they are stored (computed ones are not), and constants, and no node of it may fail on
// a stored value, or read anything else. Without a fence there is nothing to gain
// by them, and nothing passes.
func onlyNarrows(fresh *ir.Guarded) func(*same, []ir.Expr) bool {
	given := map[ir.ColID]bool{}
	for _, d := range fresh.Cols {
		if r, ok := d.Expr.(*ir.Ref); ok && sameType(r.T, d.Type) {
			given[r.Col] = true
		}
	}
	for _, c := range fresh.Table.Cols {
		if fresh.Table.Table.Column(c.Of).Virtual {
			delete(given, c.ID)
		}
	}
	return func(s *same, conds []ir.Expr) bool {
		if len(conds) > 0 && !fresh.Fence {
			return false
		}
		return !slices.ContainsFunc(conds, func(e ir.Expr) bool {
			return e.Type() != types.Of(types.Bool) || !harmless(e, func(id ir.ColID) bool { return given[s.cols[id]] })
		})
	}
}

// harmless reports whether e is made of given columns, at least one, constants,
// and comparisons that cannot fail.
func harmless(e ir.Expr, given func(ir.ColID) bool) bool {
	fine, reads := true, false
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			reads, fine = true, fine && given(n.Col)
		case *ir.Const:
		case *ir.Call, *ir.Cast, *ir.In, *ir.AnyOf, *ir.Is:
			fine = fine && ir.Total(n.(ir.Expr))
		default:
			fine = false
		}
		return fine
	})
	return fine && reads
}

// equals wants the conditions that the allowed relation g has, and no others.
func equals(g *ir.Guarded) func(*same, []ir.Expr) bool {
	return func(s *same, conds []ir.Expr) bool { return s.exprs(conds, ir.Conjuncts(g.Pushed)) }
}
