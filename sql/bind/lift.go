package bind

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// lifted is a block, and one around it that computes with its outputs. Some of
// what SQL writes in one SELECT is said in two: engines then need not know it,
// and rules see nothing that they have not seen before.
type lifted struct {
	b            *binder
	inner, outer *ir.Select
	sub          *ir.Subquery
}

// lift makes a block around s, for now without outputs in either.
func (b *binder) lift(s *ir.Select) *lifted {
	inner := *s
	inner.Out, inner.Distinct = nil, false
	l := &lifted{b: b, inner: &inner, sub: &ir.Subquery{Span: s.Span, Query: &ir.Query{Span: s.Span, Body: &inner}}}
	l.outer = &ir.Select{Span: s.Span, From: l.sub}
	return l
}

// take has e computed in the inner block, and refers to it in the outer one.
func (l *lifted) take(e ir.Expr) ir.Expr {
	if _, ok := e.(*ir.Const); ok {
		return e
	}
	for i, d := range l.inner.Out {
		if ir.Equal(d.Expr, e) {
			return &ir.Ref{Span: ir.Span{Span: e.At()}, Col: l.sub.Cols[i].ID, T: e.Type()}
		}
	}
	l.inner.Out = append(l.inner.Out, ir.Def{Column: ir.Column{ID: l.b.id(), Type: e.Type()}, Expr: e})
	col := ir.Column{ID: l.b.id(), Type: e.Type()}
	l.sub.Cols = append(l.sub.Cols, col)
	return &ir.Ref{Span: ir.Span{Span: e.At()}, Col: col.ID, T: col.Type}
}

// all has every output of s computed in the inner block; outside each keeps its
// identity.
func (b *binder) all(s *ir.Select) *lifted {
	b.settleSelect(s)
	l := b.lift(s)
	l.inner.Distinct = s.Distinct
	for _, d := range s.Out {
		inside := ir.Column{ID: b.id(), Name: d.Name, Type: d.Type}
		col := ir.Column{ID: b.id(), Name: d.Name, Type: d.Type}
		l.inner.Out = append(l.inner.Out, ir.Def{Column: inside, Expr: d.Expr})
		l.sub.Cols = append(l.sub.Cols, col)
		d.Expr = &ir.Ref{Col: col.ID, T: col.Type}
		l.outer.Out = append(l.outer.Out, d)
	}
	return l
}

// exposed is a block around the whole of q, without its order and its cut, that
// has its outputs, hidden ones too, under their identities.
func (b *binder) exposed(q *ir.Query) *lifted {
	if s, ok := q.Body.(*ir.Select); ok {
		l := b.all(s)
		l.sub.Query.With = q.With
		return l
	}
	sub := &ir.Subquery{Span: q.Span, Query: &ir.Query{Span: q.Span, With: q.With, Body: q.Body}}
	l := &lifted{b: b, sub: sub, outer: &ir.Select{Span: q.Span, From: sub}}
	outs := ir.Outputs(q.Body)
	sub.Cols = b.renamed(outs, nil, nil)
	for i, c := range sub.Cols {
		id := b.id()
		renumbered(q, outs[i].ID, id)
		l.outer.Out = append(l.outer.Out, ir.Def{Column: ir.Column{ID: id, Name: c.Name, Type: c.Type}, Expr: &ir.Ref{Col: c.ID, T: c.Type}})
	}
	return l
}

// keep orders and cuts the inner block as q was.
func (l *lifted) keep(q *ir.Query) {
	inside := ir.Outputs(l.sub.Query.Body)
	for _, s := range q.Order {
		for i, d := range l.outer.Out {
			if d.ID == s.Col {
				l.sub.Query.Order = append(l.sub.Query.Order, ir.Sort{Col: inside[i].ID, Desc: s.Desc, NullsFirst: s.NullsFirst})
			}
		}
	}
	l.sub.Query.Limit, l.sub.Query.Offset = q.Limit, q.Offset
}

// renumbered has the order of q speak of another output.
func renumbered(q *ir.Query, from, to ir.ColID) {
	for i := range q.Order {
		if q.Order[i].Col == from {
			q.Order[i].Col = to
		}
	}
}

// output is what output id of the outer block is.
func (l *lifted) output(id ir.ColID) ir.Expr {
	for _, d := range l.outer.Out {
		if d.ID == id {
			return ir.Clone(d.Expr)
		}
	}
	panic("bind: an order by no output")
}

// distinctOn binds DISTINCT ON (...): the outputs whose values are different in
// each row of the result.
func (b *binder) distinctOn(n *syntax.Select, out *ir.Select, x *exprs) []ir.Column {
	var on []ir.Column
	for _, e := range n.DistinctOn {
		col, ok := b.sorted(out, x, e, "DISTINCT ON")
		if !ok {
			fail(e.At(), refusal.Constant, "name a column in DISTINCT ON", "a constant tells no rows apart")
		}
		if col.Type.Kind != types.Unknown && !col.Type.Groupable() {
			fail(e.At(), refusal.Types, "use another column", "values of type %s cannot be compared, so not made distinct", col.Type)
		}
		on = append(on, col)
	}
	return on
}

// firstOfEach makes SELECT DISTINCT ON (a) ... ORDER BY a, b of out: the first
// row of each a. That is row_number() OVER (PARTITION BY a ORDER BY a, b) = 1.
func (b *binder) firstOfEach(n *syntax.Select, out *ir.Select, on []ir.Column, o *ordering) *ir.Select {
	begins := map[ir.ColID]bool{}
	for _, c := range on {
		begins[c.ID] = true
	}
	for i, s := range o.q.Order {
		if i < len(begins) && !begins[s.Col] {
			fail(n.At(), refusal.Unsupported, "begin ORDER BY with the columns of DISTINCT ON", "DISTINCT ON and ORDER BY do not fit together")
		}
	}
	l := b.all(out)
	number := b.rowNumber("row_number")
	for _, c := range on {
		number.Window.Partition = append(number.Window.Partition, l.output(c.ID))
	}
	number.Window.Order = l.order(o.q.Order)
	l = l.numbered(number)
	l.outer.Where = b.compare("=", l.outer.Out[len(l.outer.Out)-1].Expr, 1)
	l.outer.Out = inOrder(l.outer.Out, o.q.Order)
	return l.outer
}

// inOrder are the visible ones of outs, and after them those that the order
// needs, as ORDER BY alone would have made them.
func inOrder(outs []ir.Def, order []ir.Sort) []ir.Def {
	var kept []ir.Def
	for _, d := range outs {
		if !d.Hidden {
			kept = append(kept, d)
		}
	}
	for _, s := range order {
		for _, d := range outs {
			if d.Hidden && d.ID == s.Col {
				kept = append(kept, d)
			}
		}
	}
	return kept
}

// order is ORDER BY of outputs as a window has it.
func (l *lifted) order(items []ir.Sort) []ir.SortExpr {
	var out []ir.SortExpr
	for _, s := range items {
		out = append(out, ir.SortExpr{X: l.output(s.Col), Desc: s.Desc, NullsFirst: s.NullsFirst})
	}
	return out
}

// numbered is a block around l's, with windows over its rows as further outputs.
func (l *lifted) numbered(windows ...*ir.Over) *lifted {
	for _, w := range windows {
		l.outer.Out = append(l.outer.Out, ir.Def{Column: ir.Column{ID: l.b.id(), Type: w.T}, Expr: w, Hidden: true})
	}
	return l.b.all(l.outer)
}

// rowNumber is row_number() or rank() over a window to be filled in.
func (b *binder) rowNumber(name string) *ir.Over {
	m, err := funcs.Find(name).Resolve(nil)
	if err != nil {
		panic("bind: the function table has no " + name + "()")
	}
	return &ir.Over{Fn: m.Sig, T: m.Result}
}

// compare is e op n, of a bigint.
func (b *binder) compare(op string, e ir.Expr, n int64) ir.Expr {
	t := types.Of(types.Int8)
	return b.exprs(nil, op).operator(syntax.Span{}, op, ir.Clone(e), &ir.Const{Value: types.IntOf(n), T: t})
}
