package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// predicate is a conjunct of WHERE or of a join. Over is what a LEFT JOIN keeps
// whether it holds or not.
type predicate struct {
	ir.Expr
	over ir.Rel
}

// predicates are the conjuncts of WHERE and of the joins.
func (b *block) predicates() []predicate {
	var all []predicate
	add := func(over ir.Rel, cond ir.Expr) {
		for _, x := range ir.Conjuncts(cond) {
			all = append(all, predicate{x, over})
		}
	}
	add(nil, b.s.Where)
	var from func(ir.Rel)
	from = func(r ir.Rel) {
		j, ok := r.(*ir.Join)
		if !ok {
			return
		}
		if j.Kind == ir.Left {
			add(j.Left, j.On)
		} else {
			add(nil, j.On)
		}
		from(j.Left)
		from(j.Right)
	}
	from(b.s.From)
	return all
}

// pair reports whether e is a = b, columns of two tables of the block that it
// joins. In FROM emp e CROSS JOIN dept d LEFT JOIN pub p ON p.k = d.floor AND
// e.dept = d.id every row of e is kept with every row of d.
func (b *block) pair(e predicate) (pair, bool) {
	c, ok := e.Expr.(*ir.Call)
	if !ok || c.Fn.Func.Name != "=" || len(c.Args) != 2 {
		return pair{}, false
	}
	l, lok := column(c.Args[0])
	r, rok := column(c.Args[1])
	if !lok || !rok {
		return pair{}, false
	}
	x, xok := b.made[l]
	y, yok := b.made[r]
	if !xok || !yok || x.table == y.table || holdsTable(e.over, x.table) && holdsTable(e.over, y.table) {
		return pair{}, false
	}
	return pair{l, r}, true
}

func holdsTable(r ir.Rel, t *ir.Table) bool {
	if r == nil {
		return false
	}
	found := false
	ir.Walk(r, func(n ir.Node) bool { found = found || n == ir.Node(t); return !found })
	return found
}

// column is the column that e is, as it is or made a wider whole number.
func column(e ir.Expr) (ir.ColID, bool) {
	if c, ok := e.(*ir.Cast); ok && c.Implicit && c.T.IsInteger() && c.X.Type().IsInteger() {
		e = c.X
	}
	r, ok := e.(*ir.Ref)
	if !ok {
		return 0, false
	}
	return r.Col, true
}

// joins requires that the tables hang together along keys, and finds which
// columns identify an entity.
func (b *block) joins() error {
	for _, e := range b.predicates() {
		if p, ok := b.pair(e); ok {
			b.pairs = append(b.pairs, p)
		}
	}
	b.identify()
	for _, e := range b.predicates() {
		p, ok := b.pair(e)
		if ok && !b.keyed(b.made[p.a].table, b.made[p.b].table) {
			return smallGroup(e, "join along a foreign key, and along nothing else",
				"a table that is seen in large groups only is joined along keys: %s and %s are none", b.name(b.made[p.a]), b.name(b.made[p.b]))
		}
	}
	if apart := b.apart(); apart != nil {
		return smallGroup(apart, "say how they are joined: ON a.key = b.key", "%s is not joined with the other tables by a key", apart.Table.Name)
	}
	b.spread()
	return nil
}

// between are the equalities of columns of x with columns of y.
func (b *block) between(x, y *ir.Table) map[catalog.ColumnID]catalog.ColumnID {
	eq := map[catalog.ColumnID]catalog.ColumnID{}
	for _, p := range b.pairs {
		l, r := b.made[p.a], b.made[p.b]
		if l.table == y && r.table == x {
			l, r = r, l
		}
		if l.table == x && r.table == y {
			eq[l.of] = r.of
		}
	}
	return eq
}

// toOne reports whether each row of x meets one row of y at most: a unique key
// of y is among what is equal.
func (b *block) toOne(x, y *ir.Table) bool {
	eq := b.between(x, y)
	if len(eq) == 0 {
		return false
	}
	var have []catalog.ColumnID
	for _, c := range eq {
		have = append(have, c)
	}
	return slices.ContainsFunc(y.Table.Unique, func(key []catalog.ColumnID) bool {
		return !slices.ContainsFunc(key, func(c catalog.ColumnID) bool { return !slices.Contains(have, c) })
	})
}

// reaches lists the tables of which each row of x meets one at most, x too.
func (b *block) reaches(x *ir.Table) []*ir.Table {
	reached := []*ir.Table{x}
	for i := 0; i < len(reached); i++ {
		for _, y := range b.tables {
			if !slices.Contains(reached, y) && b.toOne(reached[i], y) {
				reached = append(reached, y)
			}
		}
	}
	return reached
}

// root reports whether a row of the join is a row of x, so that nothing of x is
// counted twice.
func (b *block) root(x *ir.Table) bool { return len(b.reaches(x)) == len(b.tables) }

// identify marks the columns that tell entities one by one: the entity, unique
// columns of its table and of tables whose rows are each of one entity; and the
// columns for aggregates.
func (b *block) identify() {
	for _, t := range b.tables {
		ofOne := slices.ContainsFunc(b.reaches(t), func(x *ir.Table) bool { return slices.Contains(b.counted, x) })
		s := b.view.tables[t.Table.ID]
		for _, c := range t.Cols {
			unique := slices.ContainsFunc(s.stored.Unique, func(key []catalog.ColumnID) bool { return len(key) == 1 && key[0] == c.Of })
			if ofOne && unique || s.group != nil && s.group.Entity == c.Of {
				b.one[c.ID] = true
			}
			if s.columns[c.Of].mask.Show == Aggregate {
				b.inside[c.ID] = true
			}
		}
	}
}

// spread marks what is equal to a marked column too.
func (b *block) spread() {
	for changed := true; changed; {
		changed = false
		for _, p := range b.pairs {
			if b.one[p.a] != b.one[p.b] {
				b.one[p.a], b.one[p.b], changed = true, true, true
			}
		}
	}
}

// keyed reports whether x and y are joined along a key: a foreign key of one to
// the other or, where that names no entity, columns of one and a unique key of
// the other. Further equalities name no entity either.
func (b *block) keyed(x, y *ir.Table) bool {
	return b.toOne(x, y) && b.along(x, y) || b.toOne(y, x) && b.along(y, x)
}

func (b *block) along(x, y *ir.Table) bool {
	eq := b.between(x, y)
	var declared []catalog.ColumnID
	for _, k := range x.Table.Foreign {
		holds := k.To == y.Table.ID && len(k.Columns) > 0
		for i, c := range k.Columns {
			holds = holds && eq[c] == k.ToColumns[i]
		}
		if holds {
			declared = append(declared, k.Columns...)
		}
	}
	for _, p := range b.pairs {
		l, r := b.made[p.a], b.made[p.b]
		if l.table == y && r.table == x {
			l, r = r, l
		}
		if l.table != x || r.table != y || slices.Contains(declared, l.of) && eq[l.of] == r.of {
			continue
		}
		if b.one[p.a] || b.one[p.b] || b.inside[p.a] || b.inside[p.b] {
			return false
		}
	}
	return true
}

// apart is a table that no key joins with the first, or nil.
func (b *block) apart() *ir.Table {
	joined := []*ir.Table{b.tables[0]}
	for i := 0; i < len(joined); i++ {
		for _, y := range b.tables {
			if !slices.Contains(joined, y) && len(b.between(joined[i], y)) > 0 {
				joined = append(joined, y)
			}
		}
	}
	for _, t := range b.tables {
		if !slices.Contains(joined, t) {
			return t
		}
	}
	return nil
}
