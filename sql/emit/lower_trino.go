package emit

import (
	"slices"

	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Trino knows every shape of a query that there is.
var trinoRewrites = []rewrite{selectSomething, nullsOutOfLists}

// nullsOutOfLists makes x IN (1, NULL) into x IN (1) OR NULL: of x IN (1, NULL) OR
// x NOT IN (3, NULL) Trino 476 makes a condition that is true where it should be
// unknown.
var nullsOutOfLists = rewrite{
	name: "nulls-out-of-lists",
	wants: func(n ir.Node) bool {
		in, ok := n.(*ir.In)
		return ok && slices.ContainsFunc(in.List, isNull)
	},
	apply: func(l *lowering, q *ir.Query) {
		l.exprs(q, func(e ir.Expr) ir.Expr {
			in, ok := e.(*ir.In)
			if !ok || !slices.ContainsFunc(in.List, isNull) {
				return e
			}
			unknown := &ir.Const{T: types.Of(types.Bool)}
			rest := *in
			if rest.List = slices.DeleteFunc(slices.Clone(in.List), isNull); len(rest.List) == 0 {
				return unknown
			}
			return &ir.Logic{Span: in.Span, Or: !in.Not, Args: []ir.Expr{&rest, unknown}}
		})
	},
}

func isNull(e ir.Expr) bool {
	c, ok := e.(*ir.Const)
	return ok && c.Value.IsNull()
}
