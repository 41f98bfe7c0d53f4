package bind

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// function finds the table's entry for a call.
func (b *binder) function(n *syntax.Call) *funcs.Func {
	if n.Schema != "" && n.Schema != "pg_catalog" {
		fail(n.At(), refusal.UnknownFunction, "use PostgreSQL's own functions", "there is no function %s.%s", n.Schema, n.Name)
	}
	f := funcs.Find(n.Name)
	if n.Try != "" && (f == nil || !f.Takes(len(n.Args))) {
		b.dialect(n, f)
	}
	if f == nil && b.own {
		f = funcs.FindInternal(n.Name)
	}
	if f == nil || f.Internal && !b.own {
		fail(n.At(), refusal.UnknownFunction, "use another function; docs/functions.md lists those that Grille speaks", "there is no function %q", n.Name)
	}
	return f
}

// callExpr binds f(...) in an expression.
func (x *exprs) callExpr(n *syntax.Call) ir.Expr {
	if e := x.special(n); e != nil {
		return e
	}
	f := x.b.function(n)
	if n.Variadic {
		fail(n.At(), refusal.Unsupported, "list the arguments", "VARIADIC is not spoken")
	}
	if n.Over != nil {
		return x.window(n, f)
	}
	switch f.Class {
	case funcs.Scalar:
		if n.Star || n.Distinct || len(n.Order) > 0 || n.Filter != nil || len(n.Within) > 0 {
			fail(n.At(), refusal.Types, "call it with plain arguments", "%s is no aggregate and takes no DISTINCT, ORDER BY or FILTER", n.Name)
		}
		args := x.list(n.Args)
		if n.Try != "" && !fits(f, args) {
			x.b.dialect(n, f)
		}
		return x.call(n.At(), f, n.Name, args)
	case funcs.Aggregate, funcs.OrderedSet:
		return x.aggregate(n, f)
	case funcs.Window:
		fail(n.At(), refusal.Types, n.Name+"(...) OVER (ORDER BY ...)", "%s is a window function and needs OVER", n.Name)
	case funcs.Set:
		if x.rows != nil {
			return x.rows.add(x, n)
		}
		fail(n.At(), refusal.Unsupported, "put it into FROM: FROM "+n.Name+"(...) AS x", "%s returns rows and may not stand inside an expression", n.Name)
	case funcs.Operator:
		fail(n.At(), refusal.UnknownFunction, "", "there is no function %q", n.Name)
	default:
		panic("bind: unknown class of function")
	}
	return nil
}

// special binds the calls that are constants of the ask, and count(t).
func (x *exprs) special(n *syntax.Call) ir.Expr {
	plain := (n.Schema == "" || n.Schema == "pg_catalog") && n.Over == nil && !n.Star && !n.Distinct
	switch {
	case !plain:
	case len(n.Args) == 0 && (n.Name == "now" || n.Name == "transaction_timestamp" || n.Name == "statement_timestamp"):
		return x.clock(n.At(), types.TimestampTZ)
	case len(n.Args) == 1 && n.Name == "age":
		today := x.clock(n.At(), types.Date)
		midnight := &ir.Cast{X: today, T: types.Of(types.Timestamp)}
		e := x.expr(n.Args[0])
		if e.Type().Kind == types.TimestampTZ {
			midnight.T = types.Of(types.TimestampTZ)
		}
		return x.call(n.At(), x.b.builtin("age"), "age", []ir.Expr{midnight, e})
	case len(n.Args) == 1 && n.Name == "count":
		return x.countRows(n)
	case len(n.Args) == 1:
		return x.wholeRow(n)
	}
	return nil
}

// fits reports whether f has an overload for the arguments.
func fits(f *funcs.Func, args []ir.Expr) bool {
	ts := make([]types.Type, len(args))
	for i, a := range args {
		ts[i] = a.Type()
	}
	_, err := f.Resolve(ts)
	return err == nil
}

// match resolves the overload of f for argument types.
func (x *exprs) match(span syntax.Span, f *funcs.Func, ts []types.Type) funcs.Match {
	m, err := f.Resolve(ts)
	if err != nil {
		x.noMatch(span, err, ts)
	}
	return m
}

// resolve finds the overload for bound arguments and casts them to it.
func (x *exprs) resolve(f *funcs.Func, n syntax.Node, args []ir.Expr) (*funcs.Sig, []ir.Expr, types.Type) {
	return x.resolveAs(n.At(), f, f.Name, args)
}

func (x *exprs) resolveAs(span syntax.Span, f *funcs.Func, name string, args []ir.Expr) (*funcs.Sig, []ir.Expr, types.Type) {
	ts := make([]types.Type, len(args))
	for i, a := range args {
		ts[i] = a.Type()
	}
	m := x.match(span, f, ts)
	for i := range args {
		sub := *x
		sub.clause = name
		args[i] = sub.coerce(args[i], m.Args[i])
	}
	if m.Sig.Check != nil {
		if wrong := m.Sig.Check(ir.Consts(args)); wrong != "" {
			fail(span, refusal.Constant, "change the constant", "%s: %s", name, wrong)
		}
	}
	if m.Sig.As != nil {
		return m.Sig.As, args, m.Result
	}
	return m.Sig, args, m.Result
}

// call binds a function or operator over bound arguments.
func (x *exprs) call(span syntax.Span, f *funcs.Func, name string, args []ir.Expr) ir.Expr {
	sig, args, t := x.resolveAs(span, f, name, args)
	return &ir.Call{Span: ir.Span{Span: span}, Fn: sig, Args: args, T: t}
}

// aggregate binds f(...) [WITHIN GROUP] [FILTER] as an aggregate.
func (x *exprs) aggregate(n *syntax.Call, f *funcs.Func) ir.Expr {
	if x.inAgg {
		fail(n.At(), refusal.Grouping, "aggregate in a subquery first", "an aggregate may not stand inside an aggregate")
	}
	if !x.aggregates {
		try := "put it into a subquery"
		if x.clause == "WHERE" || x.clause == "AND" || x.clause == "OR" || x.clause == "NOT" {
			try = "write it in HAVING"
		}
		fail(n.At(), refusal.Grouping, try, "%s is an aggregate and may not stand in %s", n.Name, x.clause)
	}
	inner := x.below()
	a := &ir.Agg{Span: at(n), Star: n.Star, Distinct: n.Distinct}
	args := inner.list(n.Args)
	a.Order = inner.sorts(n.Order)
	a.Within = inner.sorts(n.Within)
	if (f.Class == funcs.OrderedSet) != (len(n.Within) > 0) {
		fail(n.At(), refusal.Types, n.Name+"(...) WITHIN GROUP (ORDER BY x)", "%s and WITHIN GROUP do not fit together", n.Name)
	}
	if f.Class == funcs.OrderedSet {
		for i := range args {
			args[i] = x.b.fractions(args[i])
		}
	}
	for _, w := range a.Within {
		args = append(args, w.X)
	}
	a.Fn, args, a.T = x.resolve(f, n, args)
	direct := len(args) - len(a.Within)
	for i := range a.Within {
		a.Within[i].X = args[direct+i]
	}
	a.Args = args[:direct:direct]
	if f.Class == funcs.OrderedSet {
		for _, d := range a.Args {
			if _, ok := d.(*ir.Const); !ok {
				fail(n.At(), refusal.Constant, "write a number, as in "+n.Name+"(0.5)", "%s takes a constant before WITHIN GROUP", n.Name)
			}
		}
	}
	if a.Distinct {
		for _, e := range a.Args {
			if !e.Type().Groupable() {
				fail(n.At(), refusal.Types, "leave DISTINCT out", "values of type %s cannot be compared", e.Type())
			}
		}
		for _, o := range a.Order {
			if len(a.Args) == 0 || !ir.Equal(o.X, a.Args[0]) {
				fail(n.At(), refusal.Unsupported, "order by the argument itself", "with DISTINCT, ORDER BY inside an aggregate takes its argument")
			}
		}
	}
	if n.Filter != nil {
		inner.clause = "FILTER"
		a.Filter = inner.boolean(n.Filter)
	}
	x.own(a, n)
	if x.aggs == nil {
		x.aggs = map[*ir.Agg]bool{}
	}
	x.aggs[a] = true
	return a
}

// fractions is a list of numbers as one constant: ARRAY[0.25, 0.5].
func (b *binder) fractions(e ir.Expr) ir.Expr {
	list, ok := e.(*ir.List)
	if !ok {
		return e
	}
	float8 := types.Of(types.Float8)
	values := make([]types.Value, len(list.Items))
	for i, item := range list.Items {
		c, ok := item.(*ir.Const)
		if !ok || !c.T.IsNumber() {
			return e
		}
		values[i] = b.widen(c, float8).Value
	}
	return &ir.Const{Span: list.Span, Value: types.ListOf(values), T: types.ArrayOfType(float8)}
}

// own refuses an aggregate over columns of an outer query alone: PostgreSQL
// computes such a one in the outer query.
func (x *exprs) own(a *ir.Agg, n *syntax.Call) {
	var outer, made []ir.ColID // made by subqueries in its arguments
	here := false
	ir.Walk(a, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			if here = here || x.s.has(n.Col); !here {
				outer = append(outer, n.Col)
			}
		case *ir.Query:
			made = append(made, ir.Makes(n)...)
		}
		return !here
	})
	if !here && slices.ContainsFunc(outer, func(id ir.ColID) bool { return !slices.Contains(made, id) }) {
		fail(n.At(), refusal.Unsupported, "compute it in the outer query", "an aggregate over columns of the outer query alone is not spoken")
	}
}

// has reports whether a column is one of this FROM.
func (s *scope) has(id ir.ColID) bool {
	if s == nil {
		return false
	}
	in := func(c column) bool {
		if r, ok := c.expr.(*ir.Ref); ok {
			return r.Col == id
		}
		found := false
		ir.Walk(c.expr, func(n ir.Node) bool {
			r, ok := n.(*ir.Ref)
			found = found || ok && r.Col == id
			return !found
		})
		return found
	}
	return slices.ContainsFunc(s.ns.cols, in) || slices.ContainsFunc(s.ns.sources, func(src *source) bool { return slices.ContainsFunc(src.cols, in) })
}

// below are the arguments of an aggregate: what stands below the grouping.
func (x *exprs) below() *exprs {
	inner := *x
	inner.inAgg, inner.over, inner.rows = true, false, nil
	inner.clause = "an aggregate"
	return &inner
}

func (x *exprs) sorts(items []*syntax.Sort) []ir.SortExpr {
	var out []ir.SortExpr
	for _, s := range items {
		e := x.expr(s.X)
		if e.Type().Kind == types.Unknown {
			e = x.b.read(e.(*ir.Const), types.Of(types.Text))
		}
		x.b.sortable(s, e.Type())
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
		out = append(out, ir.SortExpr{X: e, Desc: s.Desc, NullsFirst: nf})
	}
	return out
}

// window binds f(...) OVER (...).
func (x *exprs) window(n *syntax.Call, f *funcs.Func) ir.Expr {
	if !x.over {
		fail(n.At(), refusal.Grouping, "compute it in a subquery and use it outside", "a window function may not stand in %s", x.clause)
	}
	if f.Class != funcs.Window && f.Class != funcs.Aggregate {
		fail(n.At(), refusal.Types, "leave OVER out", "%s is no window function", n.Name)
	}
	if n.Distinct || len(n.Order) > 0 || len(n.Within) > 0 {
		fail(n.At(), refusal.Unsupported, "aggregate in a subquery first", "DISTINCT and ORDER BY do not go with OVER")
	}
	inner := *x
	inner.over = false
	o := &ir.Over{Span: at(n), Star: n.Star}
	o.Fn, o.Args, o.T = inner.resolve(f, n, inner.list(n.Args))
	if n.Filter != nil {
		if f.Class != funcs.Aggregate {
			fail(n.At(), refusal.Types, "leave FILTER out", "FILTER goes with aggregates only")
		}
		inner.clause = "FILTER"
		o.Filter = inner.boolean(n.Filter)
	}
	inner.clause = "OVER"
	o.Window = inner.windowSpec(n.Over, 0)
	return o
}

// windowSpec binds a window, with what it takes from a named one.
func (x *exprs) windowSpec(n *syntax.Window, depth int) ir.Window {
	var w ir.Window
	if n.Base != "" {
		base, ok := x.s.windows[n.Base]
		if !ok || depth > 8 {
			var known []string
			for k := range x.s.windows {
				known = append(known, k)
			}
			fail(n.At(), refusal.UnknownColumn, "define it: WINDOW "+n.Base+" AS (...)"+didYouMean(n.Base, known), "there is no window %q", n.Base)
		}
		w = x.windowSpec(base, depth+1)
		if !n.Bare {
			if w.Frame != nil || len(n.Partition) > 0 || len(w.Order) > 0 && len(n.Order) > 0 {
				fail(n.At(), refusal.Unsupported, "write the window out", "window %q cannot be extended like this", n.Base)
			}
		}
	}
	for _, p := range n.Partition {
		e := x.expr(p)
		if e.Type().Kind == types.Unknown {
			e = x.b.read(e.(*ir.Const), types.Of(types.Text))
		}
		if !e.Type().Groupable() {
			fail(p.At(), refusal.Types, "partition by another column", "values of type %s cannot be compared", e.Type())
		}
		w.Partition = append(w.Partition, e)
	}
	if len(n.Order) > 0 {
		w.Order = x.sorts(n.Order)
	}
	if n.Frame != nil {
		w.Frame = x.frame(n, n.Frame, w.Order)
	}
	return w
}

func (x *exprs) frame(n *syntax.Window, f *syntax.Frame, order []ir.SortExpr) *ir.Frame {
	out := &ir.Frame{}
	switch f.Mode {
	case syntax.Range:
		out.Mode = ir.FrameRange
	case syntax.Rows:
		out.Mode = ir.FrameRows
	case syntax.Groups:
		out.Mode = ir.FrameGroups
	default:
		panic("bind: unknown frame")
	}
	bound := func(b syntax.Bound) (ir.BoundKind, ir.Expr) {
		var off ir.Expr
		if b.Offset != nil {
			if f.Mode == syntax.Range {
				off = x.distance(b.Offset, order)
			} else {
				off = x.b.count(b.Offset, "a frame")
			}
		}
		switch b.Kind {
		case syntax.UnboundedPreceding:
			return ir.UnboundedPreceding, nil
		case syntax.Preceding:
			return ir.Preceding, off
		case syntax.CurrentRow:
			return ir.CurrentRow, nil
		case syntax.Following:
			return ir.Following, off
		case syntax.UnboundedFollowing:
			return ir.UnboundedFollowing, nil
		default:
			panic("bind: unknown bound")
		}
	}
	out.Start, out.From = bound(f.Start)
	out.End, out.To = bound(f.End)
	switch f.Exclude {
	case syntax.ExcludeNothing:
	case syntax.ExcludeCurrentRow:
		out.Exclude = ir.ExcludeCurrentRow
	case syntax.ExcludeGroup:
		out.Exclude = ir.ExcludeGroup
	case syntax.ExcludeTies:
		out.Exclude = ir.ExcludeTies
	default:
		panic("bind: unknown exclusion")
	}
	if (out.Start == ir.Preceding || out.Start == ir.Following) && out.From == nil || (out.End == ir.Preceding || out.End == ir.Following) && out.To == nil {
		fail(n.At(), refusal.Constant, "write ROWS BETWEEN 3 PRECEDING AND CURRENT ROW", "the frame lacks a number")
	}
	return out
}

// distance binds the offset of a RANGE frame: a constant that can be added to the
// one value that the window is ordered by, and is not negative.
func (x *exprs) distance(n syntax.Expr, order []ir.SortExpr) ir.Expr {
	if len(order) != 1 {
		fail(n.At(), refusal.Types, "order the window by one column, or use ROWS", "RANGE with an offset needs exactly one ORDER BY")
	}
	t, ok := distanceType(order[0].X.Type())
	if !ok {
		fail(n.At(), refusal.Types, "use ROWS", "there is no distance between values of type %s", order[0].X.Type())
	}
	in := x.b.exprs(nil, "a frame")
	c, ok := folded(in.coerce(in.expr(n), t)).(*ir.Const)
	if !ok || c.Value.IsNull() {
		fail(n.At(), refusal.Constant, "write a constant, as in INTERVAL '7 days' PRECEDING", "a frame takes a constant")
	}
	if negative(c.Value) {
		fail(n.At(), refusal.Constant, "write FOLLOWING for PRECEDING, or the other way round", "a frame may not have a negative offset")
	}
	return &ir.Const{Span: at(n), Value: c.Value, T: t, From: c.From}
}

func distanceType(t types.Type) (types.Type, bool) {
	switch t.Kind {
	case types.Int2, types.Int4, types.Int8:
		return types.Of(types.Int8), true
	case types.Float4, types.Float8:
		return types.Of(types.Float8), true
	case types.Numeric:
		return t, true
	case types.Date, types.Time, types.Timestamp, types.TimestampTZ, types.Interval:
		return types.Of(types.Interval), true
	default:
		return t, false
	}
}

// negative reports whether a distance is, or has a part that is.
func negative(v types.Value) bool {
	switch v.Kind() {
	case types.Int8:
		return v.Int() < 0
	case types.Interval:
		months, days, micros := v.Interval()
		return months < 0 || days < 0 || micros < 0
	default:
		return strings.HasPrefix(v.String(), "-") || v.String() == "NaN"
	}
}
