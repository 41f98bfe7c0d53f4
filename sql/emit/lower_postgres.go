package emit

import (
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

var postgresRewrites = []rewrite{selectSomething, recursionBounded(overByCast), recursionBegun, listAsArray}

// listAsArray makes x IN (1, 2, 3) into x = ANY (array): one parameter however
// long the list is. PostgreSQL's parser does the same to constants. Only lists
// of constants of one type, the one that the comparison takes, without NULL.
var listAsArray = rewrite{
	name:  "list-as-array",
	wants: func(n ir.Node) bool { return arrayOf(n) != nil },
	apply: func(l *lowering, q *ir.Query) {
		l.exprs(q, func(e ir.Expr) ir.Expr {
			array := arrayOf(e)
			if array == nil {
				return e
			}
			in := e.(*ir.In)
			x := in.X
			if t := array.T.Element(); x.Type() != t {
				x = &ir.Cast{X: x, T: t, Implicit: true}
			}
			var any ir.Expr = &ir.AnyOf{Span: in.Span, X: x, Cmp: in.Cmp, Array: array}
			if in.Not {
				any = &ir.Not{Span: in.Span, X: any}
			}
			return any
		})
	},
}

// arrayOf is the list of an IN as an array, or nil.
func arrayOf(n ir.Node) *ir.Const {
	in, ok := n.(*ir.In)
	if !ok || len(in.List) < 2 {
		return nil
	}
	t := in.List[0].Type()
	values := make([]types.Value, len(in.List))
	for i, x := range in.List {
		c, ok := x.(*ir.Const)
		if !ok || c.T != t || c.Value.IsNull() {
			return nil
		}
		values[i] = c.Value
	}
	switch {
	case t.Kind == types.Varchar: // compares as a text
		t = types.Of(types.Text)
	case t.Kind == types.Enum:
		return &ir.Const{Value: types.ListOf(values), T: types.ArrayOfType(t)}
	}
	if in.Cmp.Params[1] != t {
		return nil
	}
	return &ir.Const{Value: types.ListOf(values), T: types.ArrayOfType(t)}
}
