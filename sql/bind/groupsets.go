package bind

import (
	"slices"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// groupSets is what GROUP BY means: the keys, and by which of them rows are
// grouped, set by set. Without ROLLUP and the like there is one set, of all keys.
type groupSets struct {
	keys []ir.Expr
	sets [][]int
}

// maxSets is how many sets of keys a GROUP BY may have: each is a pass over the
// rows.
const maxSets = 64

func (g *groupSets) plain() bool { return len(g.sets) == 1 && len(g.sets[0]) == len(g.keys) }

// groupSets binds GROUP BY. A bare name is a column of FROM, else a target; a
// number is a target.
func (b *binder) groupSets(n *syntax.Select, out *ir.Select, s *scope) *groupSets {
	g := &groupSets{sets: [][]int{nil}}
	for _, item := range n.Group {
		var product [][]int
		of := b.setsOf(g, item, out, s)
		for _, left := range g.sets {
			for _, right := range of {
				product = append(product, union(left, right))
			}
		}
		if g.sets = product; len(g.sets) > maxSets {
			fail(item.At, refusal.TooLong, "group by fewer columns at once", "GROUP BY makes more than %d groupings", maxSets)
		}
	}
	if n.GroupDistinct {
		g.sets = distinctSets(g.sets)
	}
	if len(g.sets) > 1 && out.From != nil && inGroups(out.From) {
		fail(n.Group[0].At, refusal.Unsupported, "group by one list of columns", "a total beside groups tells of those that are held back")
	}
	return g
}

// inGroups reports whether n reads a table that is seen in large groups only.
func inGroups(n ir.Node) bool {
	found := false
	ir.Walk(n, func(n ir.Node) bool {
		switch x := n.(type) {
		case *ir.Table:
			found = found || x.Table.InGroups
		case *ir.CTERef:
			found = found || inGroups(x.CTE.Query)
		}
		return !found
	})
	return found
}

// setsOf are the sets that one item of GROUP BY stands for.
func (b *binder) setsOf(g *groupSets, item syntax.Group, out *ir.Select, s *scope) [][]int {
	switch item.Kind {
	case syntax.GroupExpr:
		return [][]int{{g.add(b.groupKey(item, out, s))}}
	case syntax.GroupEmpty:
		return [][]int{nil}
	case syntax.GroupingSets:
		var sets [][]int
		for _, x := range item.Sets {
			if nested, ok := x.(*syntax.GroupSet); ok {
				sets = append(sets, b.setsOf(g, nested.Group, out, s)...)
				continue
			}
			sets = append(sets, b.composite(g, x, out, s))
		}
		return sets
	case syntax.Rollup, syntax.Cube:
		var parts [][]int
		for _, x := range item.Sets {
			parts = append(parts, b.composite(g, x, out, s))
		}
		if item.Kind == syntax.Rollup {
			return rollup(parts)
		}
		if len(parts) > 6 {
			fail(item.At, refusal.TooLong, "name the groupings that you need with GROUPING SETS", "CUBE of %d columns makes more than %d groupings", len(parts), maxSets)
		}
		return cube(parts)
	default:
		panic("bind: unknown GROUP BY item")
	}
}

// composite is a, or (a, b), as one set.
func (b *binder) composite(g *groupSets, x syntax.Expr, out *ir.Select, s *scope) []int {
	items := []syntax.Expr{x}
	if r, ok := x.(*syntax.Row); ok {
		items = r.Items
	}
	var set []int
	for _, i := range items {
		key := g.add(b.groupKey(syntax.Group{X: i, At: i.At()}, out, s))
		set = union(set, []int{key})
	}
	return set
}

func (g *groupSets) add(e ir.Expr) int {
	for i, k := range g.keys {
		if ir.Equal(k, e) {
			return i
		}
	}
	g.keys = append(g.keys, e)
	return len(g.keys) - 1
}

func union(a, b []int) []int {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// rollup is (a, b, c), (a, b), (a), ().
func rollup(parts [][]int) [][]int {
	sets := [][]int{nil}
	for _, p := range parts {
		sets = append(sets, union(sets[len(sets)-1], p))
	}
	slices.Reverse(sets)
	return sets
}

// cube is every choice of parts.
func cube(parts [][]int) [][]int {
	var sets [][]int
	for chosen := 1<<len(parts) - 1; chosen >= 0; chosen-- {
		var set []int
		for i, p := range parts {
			if chosen>>(len(parts)-1-i)&1 == 1 {
				set = union(set, p)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

func distinctSets(sets [][]int) [][]int {
	var out [][]int
	for _, s := range sets {
		same := func(x []int) bool {
			return len(x) == len(s) && !slices.ContainsFunc(x, func(i int) bool { return !slices.Contains(s, i) })
		}
		if !slices.ContainsFunc(out, same) {
			out = append(out, s)
		}
	}
	return out
}

// grouping binds GROUPING(a, b): a column that stands for it until the groups
// are known.
func (x *exprs) grouping(n *syntax.Grouping) ir.Expr {
	if !x.aggregates || x.inAgg {
		fail(n.At(), refusal.Grouping, "use it in the SELECT list, HAVING or ORDER BY of a grouped query", "GROUPING may not stand in %s", x.clause)
	}
	if len(n.Args) > 31 {
		fail(n.At(), refusal.TooLong, "ask of fewer columns", "GROUPING takes at most 31 columns")
	}
	id := x.b.id()
	if x.groupings == nil {
		x.groupings = map[ir.ColID]*syntax.Grouping{}
	}
	x.groupings[id] = n
	return &ir.Ref{Span: at(n), Col: id, T: types.Of(types.Int4)}
}

// noGroupings refuses GROUPING in a query without groups.
func (x *exprs) noGroupings() {
	for _, n := range x.groupings {
		fail(n.At(), refusal.Grouping, "use it in a query with GROUP BY", "GROUPING asks of the groups of its own query")
	}
}

// groupings are the calls of GROUPING in a grouped select, and which of its keys
// each asks of.
type groupings struct {
	ids  []ir.ColID
	keys [][]int
}

func (b *binder) groupings(out *ir.Select, x *exprs) groupings {
	var g groupings
	ids := make([]ir.ColID, 0, len(x.groupings))
	for id := range x.groupings {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		n := x.groupings[id]
		var of []int
		for _, a := range n.Args {
			e := b.exprs(x.s, "GROUPING").expr(a)
			i := slices.IndexFunc(out.Keys, func(k ir.Def) bool { return ir.Equal(k.Expr, e) })
			if i < 0 {
				fail(a.At(), refusal.Grouping, "name a column of GROUP BY", "GROUPING takes what the query groups by")
			}
			of = append(of, i)
		}
		g.ids, g.keys = append(g.ids, id), append(g.keys, of)
	}
	return g
}

// value is GROUPING(...) number i where rows are grouped by set: a bit for each
// key that is not.
func (g groupings) value(i int, set []int) ir.Expr {
	bits := int64(0)
	for _, k := range g.keys[i] {
		bits <<= 1
		if !slices.Contains(set, k) {
			bits |= 1
		}
	}
	return &ir.Const{Value: types.IntOf(bits), T: types.Of(types.Int4)}
}

// zero puts 0 for every call: rows are grouped by all keys.
func (g groupings) zero(out *ir.Select) {
	place := func(e ir.Expr) ir.Expr {
		r, ok := e.(*ir.Ref)
		if !ok || !slices.Contains(g.ids, r.Col) {
			return e
		}
		return &ir.Const{Span: r.Span, Value: types.IntOf(0), T: r.T}
	}
	if len(g.ids) > 0 {
		ir.Rewrite(out, nil, place)
	}
}

// unionOfSets makes GROUP BY GROUPING SETS ((a, b), (a), ()) of out
//
//	WITH w AS (SELECT a, b, x FROM ... WHERE ...)
//	SELECT a, b, count(x) FROM w GROUP BY a, b
//	UNION ALL SELECT a, NULL, count(x) FROM w GROUP BY a
//	UNION ALL SELECT NULL, NULL, count(x) FROM w
//
// and above it what stands above the groups: HAVING, which is WHERE there,
// windows, DISTINCT and the outputs.
func (b *binder) unionOfSets(out *ir.Select, sets *groupSets, aggs map[*ir.Agg]bool, calls groupings) *ir.Select {
	u := &setUnion{b: b, out: out, calls: calls, place: map[ir.ColID]int{}}
	u.find(aggs)
	u.rows()
	var q *ir.Query
	for _, set := range sets.sets {
		arm := &ir.Query{Body: u.arm(set)}
		if q == nil {
			q = arm
			continue
		}
		both := &ir.SetOp{Span: out.Span, Kind: ir.Union, All: true, Left: q, Right: arm}
		for _, c := range ir.Outputs(arm.Body) {
			both.Cols = append(both.Cols, ir.Column{ID: b.id(), Name: c.Name, Type: c.Type})
		}
		q = &ir.Query{Body: both}
	}
	q.With = []*ir.CTE{u.cte}
	return u.above(q)
}

type setUnion struct {
	b     *binder
	out   *ir.Select
	calls groupings
	aggs  []*ir.Agg
	cte   *ir.CTE
	read  []ir.ColID       // columns below the grouping that the aggregates use, after the keys in cte
	place map[ir.ColID]int // of keys and calls of GROUPING: which output of an arm it is
}

// find lists the aggregates of the block, each once.
func (u *setUnion) find(aggs map[*ir.Agg]bool) {
	for i, k := range u.out.Keys {
		u.place[k.ID] = i
	}
	look := func(n ir.Node) bool {
		if a, ok := n.(*ir.Agg); ok && aggs[a] && u.agg(a) < 0 {
			u.aggs = append(u.aggs, a)
		}
		return true
	}
	for _, d := range u.out.Out {
		ir.Walk(d.Expr, look)
	}
	if u.out.Having != nil {
		ir.Walk(u.out.Having, look)
	}
	for i, id := range u.calls.ids {
		u.place[id] = len(u.out.Keys) + len(u.aggs) + i
	}
}

func (u *setUnion) agg(a *ir.Agg) int {
	return slices.IndexFunc(u.aggs, func(x *ir.Agg) bool { return ir.Equal(x, a) })
}

// rows makes the WITH item: keys, and what the aggregates read.
func (u *setUnion) rows() {
	f := &ir.Select{Span: u.out.Span, From: u.out.From, Where: u.out.Where}
	for _, k := range u.out.Keys {
		f.Out = append(f.Out, ir.Def{Column: ir.Column{ID: u.b.id(), Name: k.Name, Type: k.Type}, Expr: k.Expr})
	}
	if u.out.From != nil {
		used := map[ir.ColID]bool{}
		for _, a := range u.aggs {
			ir.Walk(a, func(n ir.Node) bool {
				if r, ok := n.(*ir.Ref); ok {
					used[r.Col] = true
				}
				return true
			})
		}
		for _, c := range ir.Columns(u.out.From) {
			if used[c.ID] {
				u.read = append(u.read, c.ID)
				f.Out = append(f.Out, ir.Def{Column: ir.Column{ID: u.b.id(), Name: c.Name, Type: c.Type}, Expr: &ir.Ref{Col: c.ID, T: c.Type}})
			}
		}
	}
	u.cte = &ir.CTE{Span: u.out.Span, Name: "rows", Query: &ir.Query{Span: u.out.Span, Body: f}}
}

// arm is the block that groups by one set.
func (u *setUnion) arm(set []int) *ir.Select {
	ref := &ir.CTERef{Span: u.out.Span, CTE: u.cte, Alias: "rows", Cols: u.b.renamed(ir.Outputs(u.cte.Query.Body), nil, nil)}
	s := &ir.Select{Span: u.out.Span, From: ref, Grouped: true}
	add := func(name string, e ir.Expr) {
		s.Out = append(s.Out, ir.Def{Column: ir.Column{ID: u.b.id(), Name: name, Type: e.Type()}, Expr: e})
	}
	for i, k := range u.out.Keys {
		if !slices.Contains(set, i) {
			add(k.Name, &ir.Const{T: k.Type})
			continue
		}
		key := ir.Def{Column: ir.Column{ID: u.b.id(), Name: k.Name, Type: k.Type}, Expr: &ir.Ref{Col: ref.Cols[i].ID, T: k.Type}}
		s.Keys = append(s.Keys, key)
		add(k.Name, &ir.Ref{Col: key.ID, T: k.Type})
	}
	below := map[ir.ColID]ir.ColID{}
	for i, id := range u.read {
		below[id] = ref.Cols[len(u.out.Keys)+i].ID
	}
	for _, a := range u.aggs {
		add("", ir.Renumber(ir.Fresh(a, u.b.id), func(id ir.ColID) ir.ColID {
			if to, ok := below[id]; ok {
				return to
			}
			return id
		}))
	}
	for i := range u.calls.ids {
		add("", u.calls.value(i, set))
	}
	return s
}

// above is the block above the union.
func (u *setUnion) above(q *ir.Query) *ir.Select {
	sub := &ir.Subquery{Span: u.out.Span, Query: q, Cols: u.b.renamed(ir.Outputs(q.Body), nil, nil)}
	var up func(e ir.Expr) ir.Expr
	up = func(e ir.Expr) ir.Expr {
		if i := u.output(e); i >= 0 {
			return &ir.Ref{Span: ir.Span{Span: e.At()}, Col: sub.Cols[i].ID, T: sub.Cols[i].Type}
		}
		ir.Children(e, up)
		return e
	}
	s := &ir.Select{Span: u.out.Span, From: sub, Distinct: u.out.Distinct}
	if u.out.Having != nil {
		s.Where = up(u.out.Having)
	}
	for _, d := range u.out.Out {
		d.Expr = up(d.Expr)
		s.Out = append(s.Out, d)
	}
	return s
}

// output is which output of an arm e is, or -1.
func (u *setUnion) output(e ir.Expr) int {
	if r, ok := e.(*ir.Ref); ok {
		if i, ok := u.place[r.Col]; ok {
			return i
		}
	}
	if a, ok := e.(*ir.Agg); ok {
		if i := u.agg(a); i >= 0 {
			return len(u.out.Keys) + i
		}
	}
	return -1
}
