package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// A table with a minimum group is read in counted blocks and nowhere else: a
// block that groups its rows, each number of which is of enough entities, and
// differs from each other number of the block by none or by enough. A block
// has a closed shape (redteam C1); each rule stands here with the question that
// it stops, all of which gave single salaries where only count(DISTINCT id) >=
// 10 was asked of a group:
//
//   - no relation but stored tables, joined along keys: JOIN emp ON emp.id <= g
//     gives prefix sums, VALUES (42), (42) counts one of them twice, LATERAL
//     unnest puts one into two groups;
//   - no join that multiplies what is summed;
//   - no condition, group or FILTER on the entity, on a column that is unique or
//     joined to one, or on a column for aggregates: WHERE id <> 42, EXISTS (...
//     e.id = 42 AND e.salary > p.k);
//   - COUNT, SUM and AVG only: MIN is somebody's value, SUM(DISTINCT x) may leave
//     one out, sum(salary * (id = 42)::int) is one, and so is sum(salary * (dept -
//     1) * (dept - 2)) where all but one are in the departments 1 and 2;
//   - no DISTINCT, LIMIT, window or set operation below: LIMIT 42 minus LIMIT 41.
//
// What the asker does with the numbers (HAVING, ORDER BY, LIMIT, windows, outer
// blocks) stands above the block; see floor.go.
type block struct {
	view   *view
	next   func() ir.ColID
	growth *growth
	s      *ir.Select

	tables   []*ir.Table
	counted  []*ir.Table        // of them, those with a minimum group
	optional map[*ir.Table]bool // of them, those that an outer join may miss
	made     map[ir.ColID]place
	pairs    []pair
	one      map[ir.ColID]bool // identify one entity, or few: only keys of joins and COUNT may name them
	inside   map[ir.ColID]bool // columns for aggregates: SUM and AVG may name them too
	wall     map[ir.Expr]bool  // see walls
	aggs     []*aggregate
}

// place is a column of an occurrence of a table.
type place struct {
	table *ir.Table
	of    catalog.ColumnID
}

// pair is A = B, columns of different occurrences.
type pair struct{ a, b ir.ColID }

// countedBlocks finds the counted blocks of q, and refuses every other way in
// which q reads a table with a minimum group.
func (v *view) countedBlocks(q *ir.Query, next func() ir.ColID) ([]*block, error) {
	grow := newGrowth(newTrace(q))
	var blocks []*block
	err := v.consumed(q)
	ir.Walk(q, func(n ir.Node) bool {
		if err != nil {
			return false
		}
		switch n := n.(type) {
		case *ir.SetOp:
			err = firstOf(v.consumed(n.Left), v.consumed(n.Right))
		case *ir.Exists:
			err = v.consumed(n.Query)
		case *ir.InQuery:
			err = v.consumed(n.Query)
		case *ir.Scalar:
			err = v.consumed(n.Query)
		case *ir.Select:
			if aggregating(n) && v.rawRel(n.From) {
				var b *block
				b, err = v.block(n, grow, next)
				blocks = append(blocks, b)
			}
		}
		return err == nil
	})
	return blocks, err
}

// consumed refuses rows of a table with a minimum group where something reads
// them that is no counted block.
func (v *view) consumed(q *ir.Query) error {
	if !v.raw(q) {
		return nil
	}
	name := "this table"
	ir.Walk(q, func(n ir.Node) bool {
		if t, ok := n.(*ir.Table); ok && v.tables[t.Table.ID].group != nil {
			name = t.Table.Name
		}
		return true
	})
	return smallGroup(q, "ask for counts, sums or averages of it, in groups: SELECT column, count(*) FROM "+name+" GROUP BY column",
		"%s is seen in large groups only", name)
}

func (v *view) block(s *ir.Select, grow *growth, next func() ir.ColID) (*block, error) {
	b := &block{view: v, next: next, growth: grow, s: s, optional: map[*ir.Table]bool{}, made: map[ir.ColID]place{}, one: map[ir.ColID]bool{}, inside: map[ir.ColID]bool{}, wall: map[ir.Expr]bool{}}
	if err := b.from(s.From, false); err != nil {
		return nil, err
	}
	b.distinct()
	for _, step := range []func() error{b.closed, b.joins, b.conditions, b.keys, b.aggregates, b.whole, b.refuseMany} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// from finds the tables of the block and what is equal in its joins.
func (b *block) from(r ir.Rel, optional bool) error {
	switch r := r.(type) {
	case *ir.Table:
		b.tables, b.optional[r] = append(b.tables, r), optional
		if b.view.tables[r.Table.ID].group != nil {
			b.counted = append(b.counted, r)
		}
		for _, c := range r.Cols {
			b.made[c.ID] = place{r, c.Of}
		}
		return nil
	case *ir.Join:
		if r.Kind != ir.Inner && r.Kind != ir.Left {
			return otherJoin(r)
		}
		return firstOf(b.from(r.Left, optional), b.from(r.Right, optional || r.Kind == ir.Left))
	case *ir.Subquery, *ir.CTERef, *ir.Self, *ir.FuncRel:
		return smallGroup(r, "join stored tables along their keys", "a table that is seen in large groups only may be joined with stored tables, and nothing else")
	case *ir.Guarded:
		panic("policy: counted too late")
	default:
		panic("policy: unknown relation")
	}
}

// distinct makes SELECT DISTINCT a, b the same as GROUP BY a, b.
func (b *block) distinct() {
	if b.s.Grouped {
		return
	}
	b.s.Grouped, b.s.Distinct = true, false
	made := map[string]ir.ColID{}
	for i, d := range b.s.Out {
		of := ir.Fingerprint(d.Expr)
		if made[of] == 0 {
			key := ir.Def{Column: ir.Column{ID: b.next(), Name: d.Name, Type: d.Type}, Expr: d.Expr}
			b.s.Keys, made[of] = append(b.s.Keys, key), key.ID
		}
		b.s.Out[i].Expr = &ir.Ref{Col: made[of], T: d.Type}
	}
}

// closed refuses columns of queries around the block: a block for each row of
// something else is as many blocks, and each could leave out another entity.
func (b *block) closed() error {
	own := map[ir.ColID]bool{}
	for _, id := range ir.Makes(b.s) {
		own[id] = true
	}
	var err error
	ir.Walk(b.s, func(n ir.Node) bool {
		r, ok := n.(*ir.Ref)
		if p := b.made[refOf(r, ok)]; p.table != nil && b.view.tables[p.table.Table.ID].stored.Column(p.of).Virtual {
			err = smallGroup(r, "use the columns that it is computed from", "%s is computed whenever it is read, which may fail on one row, and the table is seen in large groups only", b.name(p))
		}
		if ok && !own[r.Col] && err == nil {
			err = smallGroup(r, "join the tables in one query, and group them", "a query over a table that is seen in large groups only may not use a column of the query around it")
		}
		return err == nil
	})
	return err
}

func refOf(r *ir.Ref, ok bool) ir.ColID {
	if !ok {
		return 0
	}
	return r.Col
}

// conditions refuses a WHERE, or a condition of a join, that names somebody.
func (b *block) conditions() error {
	for _, e := range b.predicates() {
		if _, ok := b.pair(e); ok {
			continue // see joins
		}
		if err := firstOf(b.picks(e.Expr), b.steady(e.Expr)); err != nil {
			return err
		}
	}
	return nil
}

// picks refuses a condition that names an entity, or a column that is for
// aggregates, or that asks another query about a row.
func (b *block) picks(e ir.Expr) error {
	var err error
	depth := 0
	var look func(n ir.Node) bool
	look = func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			p, ok := b.made[n.Col]
			switch {
			case err != nil || !ok:
			case depth > 0:
				err = smallGroup(n, "compare with a column of the subquery alone", "a subquery may not use a column of a query over a table that is seen in large groups only")
			case b.one[n.Col]:
				err = smallGroup(n, "use a column that many rows share", "%s tells rows one by one, and may not pick rows of a table that is seen in large groups only", b.name(p))
			case b.inside[n.Col]:
				err = smallGroup(n, "use it in sum, avg or count alone", "%s is for aggregates only, and may not pick rows", b.name(p))
			}
		case *ir.Query:
			depth++
			for _, x := range below(n) {
				ir.Walk(x, look)
			}
			depth--
			return false
		}
		return err == nil
	}
	ir.Walk(e, look)
	return err
}

// below are what stands directly in q.
func below(q *ir.Query) []ir.Node {
	var ns []ir.Node
	ir.Walk(q, func(n ir.Node) bool {
		if n == ir.Node(q) {
			return true
		}
		ns = append(ns, n)
		return false
	})
	return ns
}

func (b *block) name(p place) string { return p.table.Table.Column(p.of).Name }

// keys refuses groups that are somebody's own.
func (b *block) keys() error {
	for _, k := range b.s.Keys {
		if hasQuery(k.Expr) {
			return smallGroup(k.Expr, "group by columns", "a subquery may not stand in GROUP BY over a table that is seen in large groups only")
		}
		if err := firstOf(b.picks(k.Expr), b.steady(k.Expr)); err != nil {
			return err
		}
		if len(b.tablesOf(k.Expr)) > 1 {
			return smallGroup(k.Expr, "group by each of them", "one group key of columns of two tables may not stand over a table that is seen in large groups only")
		}
	}
	return nil
}

// tablesOf are the tables whose columns stand in e.
func (b *block) tablesOf(e ir.Expr) []*ir.Table {
	var ts []*ir.Table
	ir.Walk(e, func(n ir.Node) bool {
		if r, ok := n.(*ir.Ref); ok {
			if p, ok := b.made[r.Col]; ok && !slices.Contains(ts, p.table) {
				ts = append(ts, p.table)
			}
		}
		return true
	})
	return ts
}
