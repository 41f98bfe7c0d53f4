package bind

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// query binds a query block within outer (nil at the top).
func (b *binder) query(n *syntax.Query, outer *scope) *ir.Query {
	q := b.arm(n, outer)
	b.settle(q)
	return q
}

// settle makes text of outputs that are literals without a type.
func (b *binder) settle(q *ir.Query) {
	if s, ok := q.Body.(*ir.Select); ok {
		b.settleSelect(s)
	}
}

func (b *binder) settleSelect(s *ir.Select) {
	for i := range s.Out {
		if d := &s.Out[i]; d.Type.Kind == types.Unknown {
			d.Expr, d.Type = b.read(d.Expr.(*ir.Const), types.Of(types.Text)), types.Of(types.Text)
		}
	}
}

// arm is query, with literals that have no type yet among the outputs: the
// other arm of a set operation may give them one.
func (b *binder) arm(n *syntax.Query, outer *scope) *ir.Query {
	saved := b.ctes
	defer func() { b.ctes = saved }()
	q := &ir.Query{Span: at(n)}
	b.with(n, q, outer)
	order := &ordering{q: q, items: n.Order}
	switch body := n.Body.(type) {
	case *syntax.Select:
		q.Body = b.sel(body, outer, order)
	case *syntax.SetOp:
		q.Body = b.setOp(body, outer)
		b.orderOutputs(order, q.Body)
	case *syntax.Values:
		q.Body = b.values(body, outer)
		b.orderOutputs(order, q.Body)
	default:
		panic("bind: unknown body")
	}
	q.Limit = b.count(n.Limit, "LIMIT")
	q.Offset = b.count(n.Offset, "OFFSET")
	if n.Ties {
		return b.withTies(n, q)
	}
	return q
}

// with binds the items of WITH in order: each sees the ones before it, and
// under RECURSIVE a name that is not bound yet is refused, never taken for a
// table, but for an item's own in its recursive term.
func (b *binder) with(n *syntax.Query, q *ir.Query, outer *scope) {
	seen := map[string]bool{}
	for _, w := range n.With {
		if seen[w.Name] {
			fail(w.At(), refusal.Ambiguous, "name it differently", "WITH names %q twice", w.Name)
		}
		seen[w.Name] = true
	}
	ahead := make([]*cteScope, len(n.With))
	for i, w := range n.With {
		ahead[i] = &cteScope{outer: b.ctes, name: w.Name}
		if n.Recursive {
			b.ctes = ahead[i]
		}
	}
	for i, w := range n.With {
		ahead[i].now = true
		c := &ir.CTE{Span: at(w), Name: w.Name, Materialized: w.Materialized == syntax.MaterializeAlways}
		if u, ok := w.Query.Body.(*syntax.SetOp); ok && n.Recursive && u.Op == syntax.Union && len(w.Query.With) == 0 {
			c.Query = b.recursive(c, w, u, outer)
		} else {
			c.Query = b.query(w.Query, outer)
		}
		ahead[i].now = false
		if len(w.Columns) > 0 {
			b.renameOutputs(c.Query, w)
		}
		q.With = append(q.With, c)
		b.ctes = &cteScope{outer: b.ctes, name: w.Name, cte: c}
	}
}

func (b *binder) renameOutputs(q *ir.Query, w *syntax.CTE) {
	i := 0
	set := func(c *ir.Column) {
		if i < len(w.Columns) {
			c.Name = w.Columns[i]
		}
		i++
	}
	switch body := q.Body.(type) {
	case *ir.Select:
		for j := range body.Out {
			if !body.Out[j].Hidden {
				set(&body.Out[j].Column)
			}
		}
	case *ir.SetOp:
		for j := range body.Cols {
			set(&body.Cols[j])
		}
	case *ir.Values:
		for j := range body.Cols {
			set(&body.Cols[j])
		}
	default:
		panic("bind: unknown body")
	}
	if len(w.Columns) > i {
		fail(w.At(), refusal.UnknownColumn, "give fewer names", "%s has %d columns and was given %d names", w.Name, i, len(w.Columns))
	}
}

// count binds LIMIT and OFFSET: a constant, zero or more; nil for none.
func (b *binder) count(x syntax.Expr, clause string) ir.Expr {
	if x == nil {
		return nil
	}
	e := folded(b.exprs(nil, clause).coerce(b.exprs(nil, clause).expr(x), types.Of(types.Int8)))
	c, ok := e.(*ir.Const)
	if !ok || !c.Value.IsNull() && c.Value.Kind() != types.Int8 {
		fail(x.At(), refusal.Constant, "write a number, as in "+clause+" 10", "%s takes a whole number", clause)
	}
	if c.Value.IsNull() {
		return nil // LIMIT NULL and LIMIT ALL are no limit
	}
	if c.Value.Int() < 0 {
		fail(x.At(), refusal.Constant, "write a number, as in "+clause+" 10", "%s may not be negative", clause)
	}
	return &ir.Const{Span: at(x), Value: c.Value, T: types.Of(types.Int8), From: c.From}
}

// folded computes + - * of whole numbers: LIMIT 2 * 10.
func folded(e ir.Expr) ir.Expr {
	if c, ok := e.(*ir.Cast); ok {
		if x := folded(c.X); c.T.IsInteger() && x.Type().IsInteger() {
			return x
		}
	}
	call, ok := e.(*ir.Call)
	if !ok || len(call.Args) != 2 || !call.T.IsInteger() {
		return e
	}
	l, lok := folded(call.Args[0]).(*ir.Const)
	r, rok := folded(call.Args[1]).(*ir.Const)
	if !lok || !rok || !small(l) || !small(r) {
		return e
	}
	n := l.Value.Int()
	switch call.Fn.Func.Name {
	case "+":
		n += r.Value.Int()
	case "-":
		n -= r.Value.Int()
	case "*":
		n *= r.Value.Int()
	default:
		return e
	}
	return &ir.Const{Span: call.Span, Value: types.IntOf(n), T: types.Of(types.Int8)}
}

// small reports whether c is a number with which no sum or product overflows.
func small(c *ir.Const) bool {
	return !c.Value.IsNull() && c.Value.Kind() == types.Int8 && c.Value.Int() < 1<<15 && c.Value.Int() > -1<<15
}

// withTies makes FETCH FIRST n ROWS WITH TIES of q: the rows whose rank in its
// order is at most n, without those that OFFSET skips.
func (b *binder) withTies(n *syntax.Query, q *ir.Query) *ir.Query {
	if q.Limit == nil {
		return q
	}
	first, skip := q.Limit.(*ir.Const), int64(0)
	if q.Offset != nil {
		skip = q.Offset.(*ir.Const).Value.Int()
	}
	last := first.Value.Int() + skip
	if first.Value.Int() == 0 || last < 0 || len(q.Order) == 0 {
		return q
	}
	order := q.Order
	l := b.exposed(q)
	windows := []*ir.Over{b.rowNumber("rank"), b.rowNumber("row_number")}
	for _, w := range windows {
		w.Window.Order = l.order(order)
	}
	l = l.numbered(windows...)
	end := len(l.outer.Out) - 2
	rank, number := l.outer.Out[end], l.outer.Out[end+1]
	l.outer.Out = l.outer.Out[:end]
	l.outer.Where = b.compare("<=", rank.Expr, last)
	if skip > 0 {
		l.outer.Where = &ir.Logic{Args: []ir.Expr{l.outer.Where, b.compare(">", number.Expr, skip)}}
	}
	return &ir.Query{Span: at(n), Body: l.outer, Order: order}
}

// setOp binds Left UNION Right; both sides get the common types of their
// columns.
func (b *binder) setOp(n *syntax.SetOp, outer *scope) *ir.SetOp {
	return b.combined(n, b.arm(n.Left, outer), b.arm(n.Right, outer))
}

// combined is setOp of arms that are bound.
func (b *binder) combined(n *syntax.SetOp, left, right *ir.Query) *ir.SetOp {
	s := &ir.SetOp{Span: at(n), All: n.All, Left: left, Right: right}
	switch n.Op {
	case syntax.Union:
		s.Kind = ir.Union
	case syntax.Intersect:
		s.Kind = ir.Intersect
	case syntax.Except:
		s.Kind = ir.Except
	default:
		panic("bind: unknown set operation")
	}
	l, r := ir.Outputs(s.Left.Body), ir.Outputs(s.Right.Body)
	if len(l) != len(r) {
		fail(n.At(), refusal.Types, "give both sides the same columns", "the left side has %d columns and the right side %d", len(l), len(r))
	}
	ts := make([]types.Type, len(l))
	for i := range l {
		t, err := funcs.CommonType([]types.Type{l[i].Type, r[i].Type})
		if err != nil {
			fail(n.At(), refusal.Types, "cast one side, as in CAST(x AS text)", "column %d is %s on the left and %s on the right", i+1, l[i].Type, r[i].Type)
		}
		if (!n.All || n.Op != syntax.Union) && !t.Groupable() {
			fail(n.At(), refusal.Types, "use UNION ALL, or leave the column out", "values of type %s cannot be compared with each other", t)
		}
		ts[i] = t
	}
	s.Left, s.Right = b.outputsAs(s.Left, ts), b.outputsAs(s.Right, ts)
	for i, c := range l {
		s.Cols = append(s.Cols, ir.Column{ID: b.id(), Name: c.Name, Type: ts[i]})
	}
	return s
}

// outputsAs gives the outputs of q the types ts. Untyped literals are read as
// that type; other columns are cast in a block around q, so that nothing in q
// (DISTINCT, ORDER BY) changes its meaning.
func (b *binder) outputsAs(q *ir.Query, ts []types.Type) *ir.Query {
	same := true
	for i, c := range ir.Outputs(q.Body) {
		if c.Type == ts[i] {
			continue
		}
		if c.Type.Kind == types.Unknown {
			d := &q.Body.(*ir.Select).Out[i]
			c := d.Expr.(*ir.Const)
			d.Expr, d.Type = b.read(c, ts[i]), ts[i]
			continue
		}
		same = false
	}
	if same {
		return q
	}
	sub := &ir.Subquery{Query: q}
	out := &ir.Select{From: sub}
	for i, c := range ir.Outputs(q.Body) {
		col := ir.Column{ID: b.id(), Name: c.Name, Type: c.Type}
		sub.Cols = append(sub.Cols, col)
		var e ir.Expr = &ir.Ref{Col: col.ID, T: c.Type}
		if c.Type != ts[i] {
			e = &ir.Cast{X: e, T: ts[i]}
		}
		out.Out = append(out.Out, ir.Def{Column: ir.Column{ID: b.id(), Name: c.Name, Type: ts[i]}, Expr: e})
	}
	return &ir.Query{Body: out}
}

func (b *binder) values(n *syntax.Values, outer *scope) *ir.Values {
	v := &ir.Values{Span: at(n)}
	x := b.exprs(&scope{outer: outer}, "VALUES")
	for _, row := range n.Rows {
		if len(row) != len(n.Rows[0]) {
			fail(n.At(), refusal.Types, "give every row the same number of values", "VALUES has rows of %d and of %d values", len(n.Rows[0]), len(row))
		}
		v.Rows = append(v.Rows, x.list(row))
	}
	for i := range n.Rows[0] {
		column := make([]ir.Expr, len(v.Rows))
		for j := range v.Rows {
			column[j] = v.Rows[j][i]
		}
		t := x.common(n.At(), column, "the values of one column")
		for j := range v.Rows {
			v.Rows[j][i] = column[j]
		}
		v.Cols = append(v.Cols, ir.Column{ID: b.id(), Name: "column" + itoa(i+1), Type: t})
	}
	return v
}

// ordering is the ORDER BY of a query, bound together with its body.
type ordering struct {
	q     *ir.Query
	items []*syntax.Sort
}

func (o *ordering) add(col ir.ColID, s *syntax.Sort) {
	nf := s.Desc
	switch s.Nulls {
	case syntax.NullsDefault:
	case syntax.NullsFirst:
		nf = true
	case syntax.NullsLast:
		nf = false
	default:
		panic("bind: unknown NULLS order")
	}
	for _, have := range o.q.Order {
		if have.Col == col {
			return // an earlier item decides already
		}
	}
	o.q.Order = append(o.q.Order, ir.Sort{Col: col, Desc: s.Desc, NullsFirst: nf})
}

// orderOutputs binds ORDER BY over a set operation or VALUES: names and
// numbers of outputs only.
func (b *binder) orderOutputs(o *ordering, body ir.Body) {
	outs := ir.Outputs(body)
	for _, s := range o.items {
		i, ok := ordinal(s.X, len(outs), "ORDER BY")
		if !ok {
			i = -1
			if c, isCol := s.X.(*syntax.Column); isCol && len(c.Parts) == 1 && !c.Star {
				for j, out := range outs {
					if out.Name == c.Parts[0] {
						i = j
					}
				}
			}
			if i < 0 {
				fail(s.X.At(), refusal.Unsupported, "order by the name or the number of a column, or put the union into FROM (...)", "ORDER BY of a set operation takes a column of its result")
			}
		}
		b.sortable(s, outs[i].Type)
		o.add(outs[i].ID, s)
	}
}

func (b *binder) sortable(s *syntax.Sort, t types.Type) {
	if !t.Comparable() {
		fail(s.At(), refusal.Types, "order by another column", "values of type %s have no order", t)
	}
}

// ordinal is the index that a whole number in ORDER BY or GROUP BY means.
func ordinal(x syntax.Expr, n int, clause string) (int, bool) {
	l, ok := x.(*syntax.Literal)
	if !ok || l.Kind != syntax.Integer {
		return 0, false
	}
	i, err := atoi(l.Text)
	if err != nil || i < 1 || i > n {
		fail(x.At(), refusal.UnknownColumn, "there are "+itoa(n), "%s %s: the result has no such column", clause, l.Text)
	}
	return i - 1, true
}
