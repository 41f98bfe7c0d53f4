package ir

import (
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/types"
)

// Total reports whether computing e from the values of its children cannot
// fail, whatever rows there are. It speaks of this node only: e is safe to
// compute on rows that the viewer may not see if it and all nodes below it are
// total.
//
// Aggregates and window functions count as total: an engine computes them
// above the filters of their input; their arguments are nodes of their own.
func Total(e Expr) bool {
	switch e := e.(type) {
	case *Ref, *Const, *Attr, *Logic, *Not, *Is, *Case, *Exists, *Agg, *Over:
		return true
	case *Call:
		return e.Fn.Total != nil && e.Fn.Total(Consts(e.Args))
	case *Cast:
		return funcs.CastTotal(e.X.Type(), e.T, e.Mod)
	case *In:
		return total(e.Cmp)
	case *AnyOf:
		return total(e.Cmp)
	case *InQuery:
		// Comparing rows is left to the engine: not total (redteam C5).
		return len(e.Row) == 1 && total(e.Cmp[0])
	case *Scalar:
		return OneRow(e.Query)
	case *List:
		// An array of arrays may fail on their lengths.
		return e.T.Elem != types.Array
	default:
		panic("ir: unknown expression")
	}
}

func total(s *funcs.Sig) bool {
	return s.Total != nil && s.Total(make([]*types.Value, len(s.Params)))
}

// Consts are the values of the arguments that are constants, nil for the others.
func Consts(args []Expr) []*types.Value {
	vs := make([]*types.Value, len(args))
	for i, a := range args {
		if c, ok := a.(*Const); ok {
			vs[i] = &c.Value
		}
	}
	return vs
}

// OneRow reports whether q provably returns at most one row: an aggregate
// without GROUP BY, LIMIT 1, or no FROM.
func OneRow(q *Query) bool {
	if c, ok := q.Limit.(*Const); ok && !c.Value.IsNull() && c.Value.Int() <= 1 {
		return true
	}
	s, ok := q.Body.(*Select)
	return ok && (s.From == nil || s.Grouped && len(s.Keys) == 0)
}
