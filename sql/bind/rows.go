package bind

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// Rows are no values here, but what SQL says of them is said of their columns:
//
//	(a, b) = (c, d)        a = c AND b = d
//	(a, b) <> (c, d)       a <> c OR b <> d
//	(a, b) < (c, d)        a < c OR (a = c AND b < d)
//	(a, b) IN ((1, 2))     (a = 1 AND b = 2) OR ...
//	t IS NULL              t.a IS NULL AND t.b IS NULL
//
// Each mention of an expression is bound anew.

// rowOf are the items of (a, b), or the columns of t or t.* where t is a table of
// FROM and no column.
func (x *exprs) rowOf(n syntax.Expr) (items []func() ir.Expr, ok bool) {
	if r, ok := n.(*syntax.Row); ok {
		for _, i := range r.Items {
			items = append(items, func() ir.Expr { return x.expr(i) })
		}
		return items, true
	}
	c, ok := n.(*syntax.Column)
	if !ok {
		return nil, false
	}
	src := x.whole(c)
	if src == nil {
		return nil, false
	}
	for _, col := range src.cols {
		items = append(items, func() ir.Expr { return x.b.mention(c, col) })
	}
	return items, true
}

// whole is the source whose rows c means, or nil.
func (x *exprs) whole(c *syntax.Column) *source {
	if len(c.Parts) != 1 {
		return nil
	}
	for s := x.s; s != nil; s = s.outer {
		if !c.Star && len(named(s.ns.cols, c.Parts[0])) > 0 {
			return nil
		}
		if c.Star {
			if src := s.ns.source("", c.Parts[0]); src != nil {
				return src
			}
		}
	}
	for s := x.s; s != nil && !c.Star; s = s.outer {
		if src := s.ns.source("", c.Parts[0]); src != nil {
			return src
		}
	}
	return nil
}

// compareRows binds (a, b) op (c, d); nil if they are no rows.
func (x *exprs) compareRows(n *syntax.Binary) ir.Expr {
	l, lok := n.L.(*syntax.Row)
	r, rok := n.R.(*syntax.Row)
	if !lok || !rok {
		return nil
	}
	if len(l.Items) != len(r.Items) {
		fail(n.At(), refusal.Types, "compare rows of the same length", "a row of %d values is compared with one of %d", len(l.Items), len(r.Items))
	}
	op := n.Op
	if op == "!=" {
		op = "<>"
	}
	pair := func(op string, i int) ir.Expr {
		return x.operator(n.OpAt, op, x.expr(l.Items[i]), x.expr(r.Items[i]))
	}
	switch op {
	case "=", "<>":
		var conds []ir.Expr
		for i := range l.Items {
			conds = append(conds, pair(op, i))
		}
		return either(op == "<>", conds)
	case "<", "<=", ">", ">=":
		if len(l.Items) > maxRow {
			fail(n.At(), refusal.TooLong, "compare fewer columns at once", "rows of more than %d values have no order here", maxRow)
		}
		last := len(l.Items) - 1
		e := pair(op, last)
		for i := last - 1; i >= 0; i-- {
			e = either(true, []ir.Expr{pair(op[:1], i), either(false, []ir.Expr{pair("=", i), e})})
		}
		return e
	default:
		fail(n.OpAt, refusal.Unsupported, "use =, <>, <, <=, > or >=", "rows cannot be compared with %s", n.Op)
		return nil
	}
}

// maxRow is how many columns a comparison by order may have.
const maxRow = 16

// either joins conditions by OR or by AND.
func either(or bool, conds []ir.Expr) ir.Expr {
	if len(conds) == 1 {
		return conds[0]
	}
	return &ir.Logic{Or: or, Args: conds}
}

// inRows binds (a, b) IN ((1, 2), (3, 4)); nil if it is no row.
func (x *exprs) inRows(n *syntax.In) ir.Expr {
	row, ok := n.X.(*syntax.Row)
	if !ok {
		return nil
	}
	var any []ir.Expr
	for _, item := range n.List {
		other, ok := item.(*syntax.Row)
		if !ok {
			fail(item.At(), refusal.Types, "write rows, as in (a, b) IN ((1, 2), (3, 4))", "a row is compared with a single value")
		}
		any = append(any, x.compareRows(&syntax.Binary{Op: "=", L: row, R: other, OpAt: n.At()}))
	}
	return negate(n.Not, either(true, any), n)
}

// rowIsNull binds (a, b) IS [NOT] NULL: all are, or all are not; nil if it is no
// row.
func (x *exprs) rowIsNull(n *syntax.Is) ir.Expr {
	if n.What != syntax.IsNull {
		return nil
	}
	items, ok := x.rowOf(n.X)
	if !ok {
		return nil
	}
	var all []ir.Expr
	for _, item := range items {
		e := item()
		if c, ok := e.(*ir.Const); ok && c.T.Kind == types.Unknown {
			e = x.b.read(c, types.Of(types.Text))
		}
		all = append(all, &ir.Is{Span: at(n), X: e, What: ir.IsNull, Not: n.Not})
	}
	return either(false, all)
}

// distinctRows binds (a, b) IS [NOT] DISTINCT FROM (c, d); nil if they are no rows.
func (x *exprs) distinctRows(n *syntax.IsDistinct) ir.Expr {
	l, lok := n.L.(*syntax.Row)
	r, rok := n.R.(*syntax.Row)
	if !lok || !rok {
		return nil
	}
	if len(l.Items) != len(r.Items) {
		fail(n.At(), refusal.Types, "compare rows of the same length", "a row of %d values is compared with one of %d", len(l.Items), len(r.Items))
	}
	var any []ir.Expr
	for i := range l.Items {
		any = append(any, x.call(n.At(), x.b.builtin("is_distinct"), "IS DISTINCT FROM", []ir.Expr{x.expr(l.Items[i]), x.expr(r.Items[i])}))
	}
	return negate(n.Not, either(true, any), n)
}

// countRows binds count(t) and count(t.*): of the rows of t that are there, which
// an outer join may not have found; nil if it is something else.
func (x *exprs) countRows(n *syntax.Call) ir.Expr {
	c, ok := n.Args[0].(*syntax.Column)
	if !ok || x.s == nil {
		return nil
	}
	src := x.whole(c)
	if src == nil {
		return nil
	}
	call := *n
	if !src.optional {
		call.Args, call.Star = nil, true
		return x.aggregate(&call, x.b.function(n))
	}
	if there := src.certain(); there != "" {
		call.Args = []syntax.Expr{&syntax.Column{Parts: []string{src.name, there}}}
		return x.aggregate(&call, x.b.function(n))
	}
	fail(n.At(), refusal.Unsupported, "count a column of it that is never NULL", "%s may be missing here, and no column of it says so", c.Parts[0])
	return nil
}
