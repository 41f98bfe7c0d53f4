package policy

import (
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
// A number with a condition p (FILTER, or an argument that may be NULL) is shown
// only if, for each table with a minimum group, with N entities in the group and
// n among the rows where p holds,
//
//	n >= size; N - n is 0 or >= size; and so is the number of entities that have
//	a row where p does not hold
//
// The last is more than redteam C1 asks for: of visits, FILTER (WHERE id <> 7)
// leaves out one visit of somebody who has others, so that N - n is 0 and the
// difference of two sums is that visit. For the same reason two numbers with
// conditions p and q are shown only if the entities in exactly one of them, and
// the entities with a row in exactly one, are 0 or >= size.
//
// Without GROUP BY there is one group, and it is there even of nobody: then each
// number is NULL.

// maxConditions is how many different conditions the numbers of one block may
// have: each is compared with each.
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

// refuseMany refuses a block with more conditions than are compared.
func (b *block) refuseMany() error {
	seen := map[string]bool{}
	for _, a := range b.aggs {
		if a.holds != nil {
			seen[ir.Fingerprint(a.holds)] = true
		}
	}
	if len(seen) <= maxConditions {
		return nil
	}
	return smallGroup(b.s, "ask for fewer numbers at once", "%d numbers with conditions of their own are too many at once over a table that is seen in large groups only", len(seen))
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
		switch e := e.(type) {
		case *ir.Agg:
			if x := shown[e]; x != nil {
				return ir.Clone(x)
			}
		case *ir.Ref:
			if r := f.keys[e.Col]; r != nil {
				return &ir.Ref{Span: e.Span, Col: r.Col, T: r.T}
			}
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
// block; a nil cond holds for all.
func (f *floor) entities(t *ir.Table, cond ir.Expr) *ir.Agg {
	of := f.view.tables[t.Table.ID].stored.Column(f.view.tables[t.Table.ID].group.Entity)
	x := as(&ir.Ref{Col: f.entity[t], T: of.Type}, of.Type)
	a := counting(x)
	if cond != nil {
		a.Filter = ir.Clone(cond)
	}
	return a
}

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
		if a.holds == nil {
			continue
		}
		n := func() ir.Expr { return f.number(t, a.holds) }
		rest := op("-", f.number(t, nil), n())
		cond = both(cond, op(">=", n(), f.size(t)))
		cond = both(cond, f.noneOrEnough(t, rest))
		cond = both(cond, f.noneOrEnough(t, f.number(t, untrue(a.holds))))
		for _, other := range f.aggs {
			if other.holds != nil && ir.Fingerprint(other.holds) != ir.Fingerprint(a.holds) {
				cond = both(cond, f.apartEnough(t, a.holds, other.holds))
			}
		}
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

// apartEnough: the entities in exactly one of p and q, which are twice those in
// either less those in each, and those with a row in exactly one.
func (f *floor) apartEnough(t *ir.Table, p, q ir.Expr) ir.Expr {
	either := func() ir.Expr { return f.number(t, &ir.Logic{Or: true, Args: []ir.Expr{p, q}}) }
	sum := op("-", op("-", op("+", either(), either()), f.number(t, p)), f.number(t, q))
	one := &ir.Logic{Or: true, Args: []ir.Expr{
		&ir.Logic{Args: []ir.Expr{isTrue(p), untrue(q)}},
		&ir.Logic{Args: []ir.Expr{untrue(p), isTrue(q)}},
	}}
	return both(f.noneOrEnough(t, sum), f.noneOrEnough(t, f.number(t, one)))
}

// noneOrEnough is n = 0 OR n >= size.
func (f *floor) noneOrEnough(t *ir.Table, n ir.Expr) ir.Expr {
	return &ir.Logic{Or: true, Args: []ir.Expr{op("=", n, number(0)), op(">=", ir.Clone(n), f.size(t))}}
}

func isTrue(e ir.Expr) ir.Expr { return &ir.Is{X: ir.Clone(e), What: ir.IsTrue} }
func untrue(e ir.Expr) ir.Expr { return &ir.Is{X: ir.Clone(e), What: ir.IsTrue, Not: true} }

// both is a AND b; of a nil one, the other.
func both(a, b ir.Expr) ir.Expr { return ir.And(append(ir.Conjuncts(a), ir.Conjuncts(b)...)...) }
