package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// A counted block
//
//	SELECT ward, avg(age) FROM patients GROUP BY ward HAVING count(*) > 20
//
// becomes two. The inner one makes the groups, leaves out those of too few
// entities and ends in a barrier; the outer one does what the asker does with
// the numbers, and sees nothing else:
//
//	SELECT ward, CASE WHEN <enough> THEN a END FROM (
//	  SELECT ward, avg(age) AS a, count(*) AS b, <counts> FROM patients
//	  GROUP BY ward HAVING count(DISTINCT id) >= 10 OFFSET 0)
//	WHERE b > 20
//
// The conditions of a block's numbers (FILTER, or an argument that may be NULL) cut
// each group into cells: of p and q those are p AND q, p alone, q alone, and
// neither. A number with a condition is shown only if, for each table with a
// minimum group,
//
//	it is of size entities or more, and each cell has rows of none or of size
//
// NULLs alone cut nothing from SUM and AVG of one column, for what is left out has
// no value; then it is the rows with a value whose cells are looked at.
//
// Whatever is added and subtracted of the block's sums is then a sum of whole
// cells. That is more than redteam C1 asks for, which compares conditions two by
// two: of all, the men and the women, all but the men and but the women is the one
// of whom neither is known.
//
// Cells have rows, and not entities, for of visits FILTER (WHERE day <> '2025-01-07')
// leaves out one visit of somebody who has others. Where entities have several
// rows count(DISTINCT entity) counts otherwise, so the entities that have a row in
// p, in q, in both and in neither are none or enough, too.
//
// Without GROUP BY there is one group, and it is there even of nobody: then each
// number is NULL.

// maxConditions is how many different conditions the numbers of one block may
// have: they make 64 cells.
const maxConditions = 6

// floor is one block while it is taken apart.
type floor struct {
	*block
	entity map[*ir.Table]ir.ColID // the entity's column in each policy relation
	inner  *ir.Select
	cols   []ir.Column          // of the subquery that inner becomes
	made   map[string]ir.ColID  // outputs of inner, by fingerprint: those of cols
	keys   map[ir.ColID]*ir.Ref // keys of the block, as cols
}

// maxCells bounds the text of the cells' conditions, in nodes.
const maxCells = 12_000

// conditionsOf are the different conditions by which the block's numbers cut.
func (b *block) conditionsOf() []ir.Expr {
	return different(b.aggs, (*aggregate).cuts)
}

// universes are the rows that are cut: all of them, which is nil, and those of
// which a column is summed.
func (b *block) universes() []ir.Expr {
	return append([]ir.Expr{nil}, different(b.aggs, func(a *aggregate) ir.Expr {
		if a.of == nil {
			return nil
		}
		return &ir.Is{X: a.of, What: ir.IsNull, Not: true}
	})...)
}

// different are the conditions of aggregates, each once.
func different(aggs []*aggregate, of func(*aggregate) ir.Expr) []ir.Expr {
	var all []ir.Expr
	seen := map[string]bool{}
	for _, a := range aggs {
		if e := of(a); e != nil && !seen[ir.Fingerprint(e)] {
			seen[ir.Fingerprint(e)] = true
			all = append(all, e)
		}
	}
	return all
}

// refuseMany refuses a block with more conditions than cells are made of.
func (b *block) refuseMany() error {
	all := b.conditionsOf()
	nodes := 0
	for _, e := range all {
		nodes += size(e)
	}
	if len(all) <= maxConditions && nodes<<len(all)*len(b.universes())*len(b.counted) <= maxCells {
		return nil
	}
	return smallGroup(b.s, "ask for fewer numbers at once", "%d numbers with conditions of their own are too many at once over a table that is seen in large groups only", len(all))
}

// size is how many nodes e has.
func size(e ir.Expr) int {
	n := 0
	ir.Walk(e, func(ir.Node) bool { n++; return true })
	return n
}

// lower takes the block apart. Its tables are policy relations by now, each with
// its entity in the column that entity names.
func (b *block) lower(entity map[*ir.Table]ir.ColID, next func() ir.ColID) {
	b.next = next
	f := &floor{block: b, entity: entity, made: map[string]ir.ColID{}, keys: map[ir.ColID]*ir.Ref{}}
	s := b.s
	f.inner = &ir.Select{Span: s.Span, From: s.From, Where: s.Where, Grouped: true, Keys: s.Keys}
	for _, k := range s.Keys {
		id := f.output(k.Name, &ir.Ref{Col: k.ID, T: k.Type})
		f.keys[k.ID] = &ir.Ref{Col: id, T: k.Type}
	}
	shown := map[*ir.Agg]ir.Expr{}
	for _, a := range b.aggs {
		shown[a.agg] = f.shown(a)
	}
	if len(s.Keys) > 0 {
		f.inner.Having = f.enough()
	}
	put := func(e ir.Expr) ir.Expr {
		if a, ok := e.(*ir.Agg); ok && shown[a] != nil {
			return ir.Clone(shown[a])
		}
		if r, ok := e.(*ir.Ref); ok && f.keys[r.Col] != nil {
			return &ir.Ref{Span: r.Span, Col: f.keys[r.Col].Col, T: r.T}
		}
		return e
	}
	above := &ir.Select{Span: s.Span, Where: s.Having, Out: s.Out, Distinct: s.Distinct}
	ir.Rewrite(above, nil, put)
	zero := &ir.Const{Value: types.IntOf(0), T: types.Of(types.Int8), From: ir.FromRule}
	above.From = &ir.Subquery{Span: s.Span, Query: &ir.Query{Span: s.Span, Body: f.inner, Offset: zero}, Alias: "groups", Cols: f.cols}
	*s = *above
}

// output adds e to what the inner block gives, and is its column outside.
func (f *floor) output(name string, e ir.Expr) ir.ColID {
	key := ir.Fingerprint(e)
	if id, ok := f.made[key]; ok {
		return id
	}
	in := ir.Column{ID: f.next(), Name: name, Type: e.Type()}
	out := ir.Column{ID: f.next(), Name: name, Type: e.Type()}
	f.inner.Out = append(f.inner.Out, ir.Def{Column: in, Expr: e})
	f.cols = append(f.cols, out)
	f.made[key] = out.ID
	return out.ID
}

// entities is how many entities of t have a row where cond holds, in the inner
// block; a nil cond holds for all. Each row has an entity: see filter.
func (f *floor) entities(t *ir.Table, cond ir.Expr) *ir.Agg {
	of := f.view.tables[t.Table.ID].stored.Column(f.view.tables[t.Table.ID].group.Entity)
	x := as(&ir.Ref{Col: f.entity[t], T: of.Type}, of.Type)
	a := counting(x)
	a.Distinct = !f.sole(t)
	if cond != nil {
		a.Filter = ir.Clone(cond)
	}
	return a
}

// sole reports whether rows of t stand in the block by themselves, and each is an
// entity: to count them is to count entities, and needs no sorting.
func (f *floor) sole(t *ir.Table) bool { return len(f.tables) == 1 && f.alone(t) }

// number is entities, as a number outside of the inner block.
func (f *floor) number(t *ir.Table, cond ir.Expr) ir.Expr {
	return &ir.Ref{Col: f.output("", f.entities(t, cond)), T: types.Of(types.Int8)}
}

func (f *floor) size(t *ir.Table) ir.Expr { return number(int64(f.view.tables[t.Table.ID].group.Size)) }

// enough is the condition under which a group is shown at all.
func (f *floor) enough() ir.Expr {
	var cond ir.Expr
	for _, t := range f.block.counted {
		cond = both(cond, op(">=", f.entities(t, nil), f.size(t)))
	}
	return cond
}

// shown is a number of the block as the asker sees it.
func (f *floor) shown(a *aggregate) ir.Expr {
	var cond ir.Expr
	for _, t := range f.block.counted {
		if len(f.s.Keys) == 0 {
			cond = both(cond, op(">=", f.number(t, nil), f.size(t)))
		}
		if a.holds != nil {
			cond = both(cond, op(">=", f.number(t, a.holds), f.size(t)))
		}
	}
	if a.holds != nil {
		safe := f.safe()
		cond = both(cond, &ir.Ref{Col: f.output("", safe), T: types.Of(types.Bool)})
	}
	x := ir.Expr(&ir.Ref{Col: f.output("", a.agg), T: a.agg.T})
	if a.as != a.agg.T {
		x = &ir.Cast{X: x, T: a.as}
	}
	if cond == nil {
		return x
	}
	return when(cond, x)
}

// safe is the condition, in the inner block, that each cell is of nobody or of
// enough.
func (f *floor) safe() ir.Expr {
	all := f.conditionsOf()
	var safe ir.Expr
	for _, t := range f.block.counted {
		for _, of := range f.universes() {
			safe = both(safe, f.cells(t, of, all))
		}
		if !f.alone(t) {
			safe = both(safe, f.entitiesApart(t, all))
		}
	}
	return safe
}

// cells is the condition that each cell of the rows in of is of no entity of t, or
// of enough.
func (f *floor) cells(t *ir.Table, of ir.Expr, all []ir.Expr) (safe ir.Expr) {
	for cell := range 1 << len(all) {
		in := of
		for i, p := range all {
			if cell>>i&1 == 1 {
				p = untrue(p)
			}
			in = both(in, p)
		}
		if in != nil { // of all rows there are enough
			safe = both(safe, f.noneOrEnough(t, f.entities(t, in)))
		}
	}
	return safe
}

// alone reports whether no two rows of the block are of one entity of t.
func (f *floor) alone(t *ir.Table) bool {
	s := f.view.tables[t.Table.ID]
	return f.root(t) && slices.ContainsFunc(s.stored.Unique, func(key []catalog.ColumnID) bool { return len(key) == 1 && key[0] == s.group.Entity })
}

// entitiesApart: the entities without a row in p are none or enough, and, for each
// p and q, those with a row in both, in either alone, and in neither.
func (f *floor) entitiesApart(t *ir.Table, all []ir.Expr) (cond ir.Expr) {
	minus := func(a, b ir.Expr) ir.Expr { return op("-", a, b) }
	n := func(e ir.Expr) ir.Expr { return f.entities(t, e) }
	for i, p := range all {
		cond = both(cond, f.noneOrEnough(t, minus(n(nil), n(p))))
		for _, q := range all[:i] {
			either := &ir.Logic{Or: true, Args: []ir.Expr{p, q}}
			for _, part := range []ir.Expr{
				minus(n(nil), n(either)), minus(n(either), n(p)), minus(n(either), n(q)), minus(op("+", n(p), n(q)), n(either)),
			} {
				cond = both(cond, f.noneOrEnough(t, part))
			}
		}
	}
	return cond
}

// noneOrEnough is n = 0 OR n >= size, with n written once.
func (f *floor) noneOrEnough(t *ir.Table, n ir.Expr) ir.Expr {
	return op(">=", call("coalesce", call("nullif", n, number(0)), f.size(t)), f.size(t))
}

func untrue(e ir.Expr) ir.Expr { return &ir.Is{X: ir.Clone(e), What: ir.IsTrue, Not: true} }

// both is a AND b; of a nil one, the other.
func both(a, b ir.Expr) ir.Expr { return ir.And(append(ir.Conjuncts(a), ir.Conjuncts(b)...)...) }
