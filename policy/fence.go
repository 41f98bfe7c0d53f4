package policy

import "github.com/grille-dev/grille/sql/ir"

// A subquery with a row filter is no barrier: engines merge it with the query
// around it and may compute the viewer's expressions first, on rows that the
// filter would have left out. Where such an expression fails on some value
// (1/(salary-666)), the failure tells of hidden rows. So a fence goes around a
// policy relation wherever that could happen.
//
// The rule. A node is total if it fails on no stored value ([ir.Total]); to read a
// column is not if that computes an expression which nobody has looked into: of a
// virtual column, or of a view of which the rules hide rows. A root
// is one conjunct of WHERE, ON or HAVING, one output, group key, row of VALUES,
// argument, FILTER or order of an aggregate, or the arguments of a function in
// FROM. A relation with a row filter or a mask is fenced if
//
//  1. a root has a node that is not total, and reads a column of the relation
//     through any chain of derivations that is not an aggregation; or
//  2. a root in whose block the relation stands, at any depth, has a node that is
//     not total and a subquery; or
//  3. its row filter has a subquery, or it is a view, and any node of the query
//     is not total, wherever it stands; or
//  4. it stands in a recursive WITH item; or
//  5. the rules say `fence: always`.
//
// Why so, with the query that shows it. e has the filter, and only a hidden row
// has 666; (m) was measured on PostgreSQL 15.18, with a twin that asks for
// another value and does not fail, and one with a fence that does not either.
//
//   - the whole root counts, not the arguments of the node: WHERE salary <> 666 OR
//     1/(SELECT 0) > 0 fails (m), and / has no column of e;
//   - any clause counts, and no clause of the viewer's is a fence: SELECT
//     coalesce(1/(salary-666), 0) below an outer join fails without any predicate
//     (m, redteam C6); HAVING 1/(salary-666) > 0 over a group key is moved into
//     WHERE; conditions sink through DISTINCT, WITH and UNION;
//   - an aggregation interrupts: an engine computes sum(a)/count(*) when the rows
//     are filtered. Arguments of aggregates are roots of their own;
//   - (2) WHERE salary <> 666 OR EXISTS (SELECT 1 FROM p WHERE 1/p.v > 0): whether
//     the subquery runs tells whether a row has 666 (m);
//   - (3) a filter with a subquery is a join to the planner, which may put it
//     last: in e JOIN p ON p.k = e.id WHERE e.salary BETWEEN 600 AND 700 AND 1/p.v > 0
//     the division then runs for a row of p only if a hidden row of e has it
//     looked up (m). A filter without a subquery is checked where the table is
//     read, before any join (m: the same query did not fail). A view's own filter
//     may be anything.
//
// A fence too many costs time, one too few a secret: when in doubt, fence.
type fences struct {
	view    *view
	trace   *trace
	growth  *growth
	any     bool // some node of the query is not total
	touched map[*ir.Table]bool
}

// newFences finds what the nodes of q that are not total touch.
func newFences(v *view, q *ir.Query, t *trace) *fences {
	f := &fences{view: v, trace: t, growth: newGrowth(t), touched: map[*ir.Table]bool{}}
	again := recursive(q)
	if f.any = len(again) > 0 || f.mayFail(q) || f.unites(q); !f.any {
		return f
	}
	for _, c := range again {
		tablesBelow(c.Query, func(t *ir.Table) { f.touched[t] = true })
	}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.SetOp:
			if f.apart(n) {
				f.below(n)
			}
		case *ir.Select:
			f.selects(n)
		case *ir.Values:
			for _, row := range n.Rows {
				for _, x := range row {
					f.root(x, nil)
				}
			}
		}
		return true
	})
	return f
}

// around reports whether the relation that replaces t needs a fence.
func (f *fences) around(t *ir.Table, s *sight, used []ir.TableCol) bool {
	if s.rules.Fence {
		return true
	}
	view, filter := !Stored(s.stored.Kind), s.filter()
	restricted := view || !filter.all() || s.group != nil
	for _, c := range used {
		restricted = restricted || s.columns[c.Of].mask.masks()
	}
	return restricted && (f.touched[t] || f.any && (view || filter.subquery))
}

func (f *fences) selects(s *ir.Select) {
	for _, e := range ir.Conjuncts(s.Where) {
		f.root(e, s.From)
	}
	for _, d := range s.Keys {
		f.root(d.Expr, s.From)
	}
	for _, e := range ir.Conjuncts(s.Having) {
		f.root(e, s.From)
	}
	for _, d := range s.Out {
		f.root(d.Expr, s.From)
	}
	f.from(s.From, s.From)
}

// from finds the roots of a FROM clause; those of its subqueries are found
// where their blocks are walked.
func (f *fences) from(r, block ir.Rel) {
	switch r := r.(type) {
	case nil, *ir.Table, *ir.Subquery, *ir.CTERef, *ir.Self:
	case *ir.Join:
		f.from(r.Left, block)
		f.from(r.Right, block)
		for _, e := range ir.Conjuncts(r.On) {
			f.root(e, block)
		}
	case *ir.FuncRel:
		for _, x := range r.Args {
			if !totalRel(r) {
				f.failing(x, hasQuery(x), block)
			}
			f.root(x, block)
		}
	case *ir.Guarded:
		panic("policy: fenced too late")
	default:
		panic("policy: unknown relation")
	}
}

// root looks at one expression of a block, and at what the aggregates in it
// compute before they aggregate.
func (f *fences) root(e ir.Expr, block ir.Rel) {
	fails, subquery := false, false
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Agg:
			f.aggregate(n, block)
			return false
		case *ir.Query:
			subquery = true
			fails = fails || f.mayFail(n)
			return false
		case ir.Expr:
			fails = fails || !f.total(n)
		}
		return true
	})
	if !fails {
		return
	}
	f.failing(e, subquery, block)
}

// failing touches what a root that may fail computes with.
func (f *fences) failing(e ir.Expr, subquery bool, block ir.Rel) {
	for b := range f.trace.rowOf(e) {
		f.touched[b.table] = true
	}
	if subquery && block != nil {
		f.below(block)
	}
}

func (f *fences) aggregate(a *ir.Agg, block ir.Rel) {
	for _, x := range a.Args {
		f.root(x, block)
	}
	for _, s := range a.Order {
		f.root(s.X, block)
	}
	for _, s := range a.Within {
		f.root(s.X, block)
	}
	for _, e := range ir.Conjuncts(a.Filter) {
		f.root(e, block)
	}
}

// below touches every table at or below n.
func (f *fences) below(n ir.Node) {
	ir.Walk(n, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Table:
			f.touched[n] = true
		case *ir.CTERef:
			f.below(n.CTE.Query)
		}
		return true
	})
}

// mayFail reports whether any node at or below n is not total for these fences.
func (f *fences) mayFail(n ir.Node) bool { return anyFails(n, f.total) }

// anyFails reports whether any node at or below n is not total; what WITH items
// compute that n reads counts, for an engine may put it in their place.
func anyFails(n ir.Node, total func(ir.Expr) bool) bool {
	fails := false
	ir.Walk(n, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.CTERef:
			fails = fails || anyFails(n.CTE.Query, total)
		case *ir.FuncRel:
			fails = fails || !totalRel(n)
		case ir.Expr:
			fails = fails || !total(n)
		}
		return !fails
	})
	return fails
}

func hasQuery(e ir.Expr) bool {
	has := false
	ir.Walk(e, func(n ir.Node) bool {
		_, q := n.(*ir.Query)
		has = has || q
		return !has
	})
	return has
}

func totalRel(r *ir.FuncRel) bool { return r.Fn.Total != nil && r.Fn.Total(ir.Consts(r.Args)) }

// total is the rule's: see fences.
func (f *fences) total(e ir.Expr) bool {
	if r, ok := e.(*ir.Ref); ok {
		return !f.computed(f.trace.made[r.Col])
	}
	return total(e) && f.growth.total(e) && (!f.view.decimals() || decimals(f.decimals).trinoTotal(e)) &&
		(!mysqlFamily(f.view.full.Engine) || mysqlTotal(e)) && (!f.view.duckdb() || duckTotal(e))
}

// computed reports whether reading a column computes what may fail on a hidden
// row.
func (f *fences) computed(d derived) bool {
	if d.table == nil {
		return false
	}
	s := f.view.tables[d.table.Table.ID]
	return s.stored.Column(d.of).Virtual || !Stored(s.stored.Kind) && !s.filter().all()
}

// total is [ir.Total], but for window frames that add to the values of rows:
// RANGE BETWEEN 1 PRECEDING AND ... may overflow.
func total(e ir.Expr) bool {
	if o, ok := e.(*ir.Over); ok {
		if w := o.Window.Frame; w != nil && w.Mode == ir.FrameRange && (w.From != nil || w.To != nil) {
			return false
		}
	}
	return ir.Total(e)
}
