package bind

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// step is a recursive WITH item whose recursive term is being bound.
type step struct {
	cte  *ir.CTE
	cols []ir.Column // of the non-recursive term, under the item's names
	self *ir.Self    // nil: it did not refer to itself yet
}

// recursive binds Left UNION [ALL] Right of WITH RECURSIVE, where Right may refer
// to the item itself, once. If it does not, this is a UNION like any other. Names
// and types of the columns are Left's, as in PostgreSQL.
func (b *binder) recursive(c *ir.CTE, w *syntax.CTE, n *syntax.SetOp, outer *scope) *ir.Query {
	left := b.arm(n.Left, outer)
	b.settle(left)
	st := &step{cte: c, cols: b.renamed(ir.Outputs(left.Body), &syntax.Alias{Name: w.Name, Columns: w.Columns}, w)}
	saved := b.ctes
	b.ctes = &cteScope{outer: b.ctes, name: w.Name, step: st}
	right := b.arm(n.Right, outer)
	b.ctes = saved
	q := &ir.Query{Span: at(w.Query)}
	if st.self == nil {
		q.Body = b.combined(n, left, right)
		b.orderOutputs(&ordering{q: q, items: w.Query.Order}, q.Body)
		q.Limit, q.Offset = b.count(w.Query.Limit, "LIMIT"), b.count(w.Query.Offset, "OFFSET")
		return q
	}
	if len(w.Query.Order) > 0 || w.Query.Limit != nil || w.Query.Offset != nil || w.Query.Ties {
		fail(w.At(), refusal.Unsupported, "order and cut where "+w.Name+" is read", "ORDER BY, LIMIT and OFFSET may not stand in the recursive query %q", w.Name)
	}
	b.simple(n, w, right, st.self)
	b.sameShape(n, w, left, right)
	c.Recursive = true
	q.Body = b.combined(n, left, right)
	return q
}

// sameShape requires that no step changes the type of a column, and casts what a
// step gives to the types that the first rows have.
func (b *binder) sameShape(n *syntax.SetOp, w *syntax.CTE, left, right *ir.Query) {
	l, outs := ir.Outputs(left.Body), right.Body.(*ir.Select).Out
	if len(l) != len(outs) {
		return // combined says it
	}
	for i := range l {
		t, err := funcs.CommonType([]types.Type{l[i].Type, outs[i].Type})
		if err != nil {
			return // combined says it
		}
		if t != l[i].Type {
			fail(n.At(), refusal.Types, "cast the output of the non-recursive term to the correct type: CAST(x AS "+t.String()+")",
				"column %d of the recursive query %q has type %s in the non-recursive term and %s overall", i+1, w.Name, l[i].Type, t)
		}
		if outs[i].Type != t && outs[i].Type.Kind != types.Unknown {
			outs[i].Expr, outs[i].Type = &ir.Cast{X: outs[i].Expr, T: t}, t
		}
	}
}

// simple requires a recursive term that engines agree on: it joins the item to
// other relations, filters and computes, so that what it gives of some rows is what
// it gives of each. Groups, windows and outer joins that may miss the item are
// not spoken there; DISTINCT is, where UNION does it anyway.
func (b *binder) simple(n *syntax.SetOp, w *syntax.CTE, q *ir.Query, self *ir.Self) {
	s, ok := q.Body.(*ir.Select)
	ok = ok && len(q.With) == 0 && len(q.Order) == 0 && q.Limit == nil && q.Offset == nil && !s.Grouped && !(s.Distinct && n.All) && stands(s.From, self)
	if ok {
		s.Distinct = false
		for _, d := range s.Out {
			ok = ok && !d.Hidden && !hasAggregate(d.Expr)
		}
	}
	if !ok {
		fail(n.Right.At(), refusal.Unsupported, "join "+w.Name+" with other tables there, and group, order and cut where it is read",
			"the recursive term of %q may join, filter and compute, and nothing else", w.Name)
	}
}

// stands reports whether the item is one of the relations of a FROM, and no outer
// join may miss it.
func stands(r ir.Rel, self *ir.Self) bool {
	j, ok := r.(*ir.Join)
	if !ok {
		return r == ir.Rel(self)
	}
	switch j.Kind {
	case ir.Inner:
		return stands(j.Left, self) || stands(j.Right, self)
	case ir.Left:
		return stands(j.Left, self)
	case ir.Right, ir.Full:
		return false
	default:
		panic("bind: unknown join")
	}
}

// self is the item in its own right arm.
func (b *binder) self(f *syntax.Table, st *step) (ir.Rel, namespace) {
	if st.self != nil {
		fail(f.At(), refusal.Unsupported, "refer to it once", "%q refers to itself more than once", f.Name)
	}
	st.self = &ir.Self{Span: at(f), CTE: st.cte, Alias: aliasName(f.Alias, f.Name), Cols: b.renamed(st.cols, f.Alias, f)}
	return st.self, namespaceOf(st.self.Alias, "", st.self.Cols, st.self)
}

// early refuses the name of a WITH item where it has no rows yet.
func early(f *syntax.Table, c *cteScope) {
	if c.now {
		fail(f.At(), refusal.Unsupported, "write WITH RECURSIVE t AS (SELECT start UNION ALL SELECT next FROM t JOIN ...)",
			"the recursive query %q may refer to itself in its recursive term only, the second arm of a UNION", f.Name)
	}
	fail(f.At(), refusal.Unsupported, "put it before what reads it", "%q stands later in WITH RECURSIVE than what reads it", f.Name)
}
