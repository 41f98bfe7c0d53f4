package emit

import (
	"slices"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

var mysqlRewrites = []rewrite{
	selectSomething, recursionBounded(overByCast), recursionBegun, singleGroup, fullAsUnion, unframed, wallClock, filterAsCase, keysBelow, groupsBelow, nullsInOrder, limitBelowIn,
}

// unframed takes frames from the functions that look at no frame, with which
// MariaDB allows none.
var unframed = rewrite{
	name:  "unframed",
	wants: func(n ir.Node) bool { o, ok := n.(*ir.Over); return ok && o.Window.Frame != nil && ranks(o) },
	apply: func(l *lowering, q *ir.Query) {
		above(q, func(n ir.Node) {
			if o, ok := n.(*ir.Over); ok && ranks(o) {
				o.Window.Frame = nil
			}
		})
	},
}

func ranks(o *ir.Over) bool {
	switch o.Fn.Func.Name {
	case "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead":
		return true
	}
	return false
}

// filterAsCase makes f(x) FILTER (WHERE c) the f(CASE WHEN c THEN x END) of
// engines that know no FILTER: aggregates pass over NULL.
var filterAsCase = rewrite{
	name: "filter-as-case",
	wants: func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Agg:
			return n.Filter != nil
		case *ir.Over:
			return n.Filter != nil
		}
		return false
	},
	apply: func(l *lowering, q *ir.Query) {
		l.exprs(q, func(e ir.Expr) ir.Expr {
			if a, ok := e.(*ir.Agg); ok && a.Filter != nil && len(a.Within) == 0 {
				a.Args, a.Star, a.Fn = filtered(a.Filter, a.Args, a.Star, a.Fn)
				a.Filter = nil
			}
			if o, ok := e.(*ir.Over); ok && o.Filter != nil {
				o.Args, o.Star, o.Fn = filtered(o.Filter, o.Args, o.Star, o.Fn)
				o.Filter = nil
			}
			return e
		})
	},
}

// keysBelow computes the keys of groups in a block below them, if they are more
// than columns:
//
//	SELECT upper(x), count(y) FROM a GROUP BY upper(x)
//	SELECT t.k, count(t.y) FROM (SELECT upper(x) AS k, y FROM a) AS t GROUP BY t.k
//
// These engines know few expressions again when they see them a second time, and
// none with a parameter in it.
var keysBelow = rewrite{
	name:  "keys-below",
	wants: func(n ir.Node) bool { return computes(n) != nil },
	apply: func(l *lowering, q *ir.Query) {
		above(q, func(n ir.Node) {
			if s := computes(n); s != nil {
				l.keysBelow(s)
			}
		})
	},
}

func computes(n ir.Node) *ir.Select {
	s, ok := n.(*ir.Select)
	if !ok || !slices.ContainsFunc(s.Keys, func(k ir.Def) bool { _, plain := k.Expr.(*ir.Ref); return !plain }) {
		return nil
	}
	return s
}

func (l *lowering) keysBelow(s *ir.Select) {
	below := &ir.Select{From: s.From, Where: s.Where}
	sub := &ir.Subquery{Query: &ir.Query{Body: below}}
	add := func(x ir.Expr) *ir.Ref {
		t := x.Type()
		below.Out = append(below.Out, ir.Def{Column: ir.Column{ID: l.id(), Type: t}, Expr: x})
		sub.Cols = append(sub.Cols, ir.Column{ID: l.id(), Type: t})
		return &ir.Ref{Col: sub.Cols[len(sub.Cols)-1].ID, T: t}
	}
	for i := range s.Keys {
		s.Keys[i].Expr = add(s.Keys[i].Expr)
	}
	if s.From != nil {
		l.refer(s, ir.Columns(s.From), add)
	}
	s.From, s.Where = sub, nil
}

// refer replaces what the outputs and HAVING of s refer to of cols by what below
// makes of it.
func (l *lowering) refer(s *ir.Select, cols []ir.Column, below func(ir.Expr) *ir.Ref) {
	mine, seen := map[ir.ColID]bool{}, map[ir.ColID]*ir.Ref{}
	for _, c := range cols {
		mine[c.ID] = true
	}
	top := &ir.Select{Out: s.Out, Having: s.Having}
	ir.Rewrite(top, nil, func(e ir.Expr) ir.Expr {
		r, ok := e.(*ir.Ref)
		if !ok || !mine[r.Col] || l.guarded[e] {
			return e
		}
		if seen[r.Col] == nil {
			seen[r.Col] = below(&ir.Ref{Col: r.Col, T: r.T})
		}
		return &ir.Ref{Span: r.Span, Col: seen[r.Col].Col, T: r.T}
	})
	s.Having = top.Having
}

// groupsBelow makes groups in a block below the one that has a subquery in its
// outputs or in HAVING. MariaDB does not know a key of a group again inside of a
// subquery, if it is a column of a derived table.
var groupsBelow = rewrite{
	name:  "groups-below",
	wants: func(n ir.Node) bool { return asksAbove(n) != nil },
	apply: func(l *lowering, q *ir.Query) {
		above(q, func(n ir.Node) {
			if s := asksAbove(n); s != nil {
				l.groupsBelow(s)
			}
		})
	},
}

// asksAbove is n, if it is a block that groups and has a subquery above the groups.
func asksAbove(n ir.Node) *ir.Select {
	s, ok := n.(*ir.Select)
	if !ok || !s.Grouped {
		return nil
	}
	asks := false
	ir.Walk(&ir.Select{Out: s.Out, Having: s.Having}, func(n ir.Node) bool {
		switch n.(type) {
		case *ir.Query:
			asks = true
		case *ir.Agg: // one of the rows that are grouped
			return false
		}
		return !asks
	})
	if !asks {
		return nil
	}
	return s
}

func (l *lowering) groupsBelow(s *ir.Select) {
	below := &ir.Select{From: s.From, Where: s.Where, Grouped: true, Keys: s.Keys}
	sub := &ir.Subquery{Query: &ir.Query{Body: below}}
	add := func(x ir.Expr) *ir.Ref {
		t := x.Type()
		below.Out = append(below.Out, ir.Def{Column: ir.Column{ID: l.id(), Type: t}, Expr: x})
		sub.Cols = append(sub.Cols, ir.Column{ID: l.id(), Type: t})
		return &ir.Ref{Col: sub.Cols[len(sub.Cols)-1].ID, T: t}
	}
	keys := map[ir.ColID]*ir.Ref{}
	for _, k := range s.Keys {
		keys[k.ID] = add(&ir.Ref{Col: k.ID, T: k.Type})
	}
	top := &ir.Select{Out: s.Out, Having: s.Having}
	own := map[ir.Expr]bool{}
	ir.Walk(top, func(n ir.Node) bool {
		if a, ok := n.(*ir.Agg); ok {
			own[a] = true
		}
		_, query := n.(*ir.Query)
		return !query
	})
	ir.Rewrite(top, nil, func(e ir.Expr) ir.Expr {
		if own[e] {
			return add(e)
		}
		if r, ok := e.(*ir.Ref); ok && keys[r.Col] != nil && !l.guarded[e] {
			return &ir.Ref{Span: r.Span, Col: keys[r.Col].Col, T: r.T}
		}
		return e
	})
	s.From, s.Where, s.Grouped, s.Keys, s.Having = sub, top.Having, false, nil, nil
}

// nullsInOrder orders by x IS NULL before x where NULL is to stand where these
// engines, to which it is less than everything, would not put it.
var nullsInOrder = rewrite{
	name: "nulls-in-order",
	wants: func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Query:
			return slices.ContainsFunc(n.Order, func(s ir.Sort) bool { return s.Desc == s.NullsFirst })
		case *ir.Agg:
			return slices.ContainsFunc(n.Order, misplaced)
		case *ir.Over:
			return slices.ContainsFunc(n.Window.Order, misplaced)
		}
		return false
	},
	apply: func(l *lowering, q *ir.Query) {
		always := present(q)
		above(q, func(n ir.Node) {
			switch n := n.(type) {
			case *ir.Query:
				l.sorted(n, always)
			case *ir.Agg:
				n.Order = l.placed(n.Order, always)
			case *ir.Over:
				if f := n.Window.Frame; f == nil || f.Mode != ir.FrameRange || f.From == nil && f.To == nil {
					n.Window.Order = l.placed(n.Window.Order, always)
				}
			}
		})
	},
}

func misplaced(s ir.SortExpr) bool { return s.Desc == s.NullsFirst }

func (l *lowering) placed(order []ir.SortExpr, always func(ir.Expr) bool) []ir.SortExpr {
	var out []ir.SortExpr
	for _, s := range order {
		if misplaced(s) && !always(s.X) {
			out = append(out, ir.SortExpr{X: &ir.Is{X: ir.Fresh(s.X, l.id), What: ir.IsNull}, Desc: s.Desc})
		}
		out = append(out, s)
	}
	return out
}

func (l *lowering) sorted(q *ir.Query, always func(ir.Expr) bool) {
	if !slices.ContainsFunc(q.Order, func(s ir.Sort) bool { return s.Desc == s.NullsFirst }) {
		return
	}
	body, ok := q.Body.(*ir.Select)
	if !ok || body.Distinct { // is ordered by its outputs only
		body = l.above(q.Body)
		q.Body = body
	}
	var order []ir.Sort
	for _, s := range q.Order {
		x := outputOf(body, s.Col)
		if s.Desc == s.NullsFirst && !always(x) {
			t := types.Of(types.Bool)
			d := ir.Def{Column: ir.Column{ID: l.id(), Type: t}, Expr: &ir.Is{X: ir.Fresh(x, l.id), What: ir.IsNull}, Hidden: true}
			body.Out = append(body.Out, d)
			order = append(order, ir.Sort{Col: d.ID, Desc: s.Desc})
		}
		order = append(order, s)
	}
	q.Order = order
}

// above is a block over b, with the outputs of b as its own.
func (l *lowering) above(b ir.Body) *ir.Select {
	sub := &ir.Subquery{}
	out := &ir.Select{From: sub}
	for _, c := range ir.Outputs(b) {
		col := ir.Column{ID: l.id(), Name: c.Name, Type: c.Type}
		sub.Cols = append(sub.Cols, col)
		out.Out = append(out.Out, ir.Def{Column: c, Expr: &ir.Ref{Col: col.ID, T: c.Type}})
	}
	sub.Query = &ir.Query{Body: ir.Fresh(b, l.id)}
	return out
}

func outputOf(s *ir.Select, id ir.ColID) ir.Expr {
	for _, d := range s.Out {
		if d.ID == id {
			return d.Expr
		}
	}
	panic("emit: ORDER BY an unknown column")
}

// present reports of expressions of q whether they are never NULL: counts, ranks
// and columns that are declared so, where no outer join adds rows without them.
func present(q *ir.Query) func(ir.Expr) bool {
	never := map[ir.ColID]bool{}
	var is func(e ir.Expr) bool
	is = func(e ir.Expr) bool {
		switch e := e.(type) {
		case *ir.Ref:
			return never[e.Col]
		case *ir.Const:
			return !e.Value.IsNull()
		case *ir.Agg:
			return e.Fn.Func.Name == "count"
		case *ir.Over:
			return slices.Contains([]string{"count", "row_number", "rank", "dense_rank", "ntile"}, e.Fn.Func.Name)
		case *ir.Cast:
			return is(e.X)
		case *ir.AnyOf, *ir.Attr, *ir.Call, *ir.Case, *ir.Exists, *ir.In, *ir.InQuery, *ir.Is, *ir.List, *ir.Logic, *ir.Not, *ir.Scalar:
			return false
		default:
			panic("emit: unknown expression")
		}
	}
	optional := map[ir.Rel]bool{}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Join:
			optional[n.Left] = optional[n] || n.Kind == ir.Right || n.Kind == ir.Full
			optional[n.Right] = optional[n] || n.Kind == ir.Left || n.Kind == ir.Full
		case *ir.Guarded:
			for _, d := range n.Cols {
				r, plain := d.Expr.(*ir.Ref)
				never[d.ID] = plain && !optional[n] && declared(n.Table, r.Col)
			}
			return false
		}
		return true
	})
	return is
}

// declared reports whether a column of t is never NULL, read as [mysql.read] does.
func declared(t *ir.Table, id ir.ColID) bool {
	for _, c := range t.Cols {
		if c.ID != id {
			continue
		}
		switch c.Type.Kind {
		case types.Date, types.Time, types.Timestamp, types.TimestampTZ: // 0000-00-00 is
			return false
		}
		return t.Table.Column(c.Of).NotNull
	}
	return false
}

// limitBelowIn puts the subquery of an IN, ANY or ALL that is ordered or cut into
// a block: MySQL takes no LIMIT right there.
var limitBelowIn = rewrite{
	name: "limit-below-in",
	wants: func(n ir.Node) bool {
		in, ok := n.(*ir.InQuery)
		return ok && (in.Query.Limit != nil || in.Query.Offset != nil)
	},
	apply: func(l *lowering, q *ir.Query) {
		above(q, func(n ir.Node) {
			in, ok := n.(*ir.InQuery)
			if !ok || in.Query.Limit == nil && in.Query.Offset == nil {
				return
			}
			sub := &ir.Subquery{Query: in.Query}
			out := &ir.Select{From: sub}
			for _, c := range ir.Outputs(in.Query.Body) {
				col := ir.Column{ID: l.id(), Name: c.Name, Type: c.Type}
				sub.Cols = append(sub.Cols, col)
				out.Out = append(out.Out, ir.Def{Column: ir.Column{ID: l.id(), Name: c.Name, Type: c.Type}, Expr: &ir.Ref{Col: col.ID, T: c.Type}})
			}
			in.Query = &ir.Query{Body: out}
		})
	},
}

// filtered are arguments that are NULL where cond does not hold. A count of rows
// counts cond.
func filtered(cond ir.Expr, args []ir.Expr, star bool, fn *funcs.Sig) ([]ir.Expr, bool, *funcs.Sig) {
	if star {
		t := types.Of(types.Bool)
		one := &ir.Case{Arms: []ir.Arm{{When: cond, Then: truth(true)}}, T: t}
		m, err := funcs.Find("count").Resolve([]types.Type{t})
		if err != nil {
			panic("emit: the function table has no count(bool)")
		}
		return []ir.Expr{one}, false, m.Sig
	}
	args = slices.Clone(args)
	args[0] = &ir.Case{Arms: []ir.Arm{{When: cond, Then: args[0]}}, T: args[0].Type()}
	return args, false, fn
}
