package check

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Floors looks once more at how tables with a minimum group are read, in the tree
// that is printed for any engine. It knows what the rules want and nothing of how
// policy came to it. size gives the minimum group of a policy relation, 0 for
// none; the last column of one that has it is the entity.
//
// Each stands, by itself or joined, in a block B that makes groups and is the
// whole of a subquery that ends in OFFSET 0. With keys, HAVING of B wants enough
// entities of each relation. The entity is counted, distinct, and nothing else;
// where B reads one relation alone and the entity is its key, rows are entities. B
// gives out keys, COUNT, SUM and AVG, and conditions over counts of entities. The
// one block that reads B uses each number that could be of fewer (it has a FILTER,
// may be NULL, or there are no keys) as THEN of a CASE only, whose condition wants
// enough entities and, where the number is not of all rows, one of B's conditions.
func Floors(q *ir.Query, size func(*ir.Guarded) int) error {
	f := &floors{size: size, within: map[*ir.Select]*ir.Subquery{}, above: map[*ir.Subquery]*ir.Select{}}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Subquery:
			if b, ok := n.Query.Body.(*ir.Select); ok {
				f.within[b] = n
			}
		case *ir.Select:
			if sub, ok := n.From.(*ir.Subquery); ok {
				f.above[sub] = n
			}
		}
		return true
	})
	var err error
	ir.Walk(q, func(n ir.Node) bool {
		if b, ok := n.(*ir.Select); ok && err == nil {
			if gs := f.grouped(b.From); len(gs) > 0 && !f.block(b, gs) {
				err = fault("a table with a minimum group is read otherwise than in groups of enough")
			}
		}
		_, guard := n.(*ir.Guarded)
		return err == nil && !guard
	})
	return err
}

type floors struct {
	size   func(*ir.Guarded) int
	within map[*ir.Select]*ir.Subquery
	above  map[*ir.Subquery]*ir.Select
}

// grouped are the relations of a FROM clause that have a minimum group.
func (f *floors) grouped(r ir.Rel) []*ir.Guarded {
	switch r := r.(type) {
	case *ir.Guarded:
		if f.size(r) > 0 {
			return []*ir.Guarded{r}
		}
		return nil
	case *ir.Join:
		return append(f.grouped(r.Left), f.grouped(r.Right)...)
	case nil, *ir.Table, *ir.Subquery, *ir.CTERef, *ir.Self, *ir.FuncRel:
		return nil
	default:
		panic("check: unknown relation")
	}
}

// counted is one block, with what it gives out.
type counted struct {
	*floors
	b      *ir.Select
	gs     []*ir.Guarded
	keys   map[ir.ColID]bool    // outside: keys
	counts map[ir.ColID]*ir.Agg // outside: how many entities
	others map[ir.ColID]*ir.Agg // outside: numbers
	safe   map[ir.ColID]bool    // outside: conditions over such counts
}

func (f *floors) block(b *ir.Select, gs []*ir.Guarded) bool {
	sub := f.within[b]
	if sub == nil || f.above[sub] == nil || sub.Lateral || !b.Grouped || b.Distinct {
		return false
	}
	q := sub.Query
	if len(q.With)+len(q.Order) > 0 || q.Limit != nil || !isInt(q.Offset, 0) || len(sub.Cols) != len(b.Out) {
		return false
	}
	c := &counted{f, b, gs, map[ir.ColID]bool{}, map[ir.ColID]*ir.Agg{}, map[ir.ColID]*ir.Agg{}, map[ir.ColID]bool{}}
	return c.outputs(sub) && c.entities() && c.having() && c.reader(f.above[sub])
}

// outputs sorts what the block gives out.
func (c *counted) outputs(sub *ir.Subquery) bool {
	for i, d := range c.b.Out {
		if d.Hidden || !c.output(d.Expr, sub.Cols[i].ID) {
			return false
		}
	}
	return true
}

func (c *counted) output(e ir.Expr, outside ir.ColID) bool {
	if r, ok := e.(*ir.Ref); ok {
		c.keys[outside] = true
		return slices.ContainsFunc(c.b.Keys, func(k ir.Def) bool { return k.ID == r.Col })
	}
	a, ok := e.(*ir.Agg)
	if !ok {
		c.safe[outside] = true
		return c.ofCounts(e)
	}
	if c.entityOf(a) != nil {
		c.counts[outside] = a
		return true
	}
	c.others[outside] = a
	name := a.Fn.Func.Name
	return (name == "count" || name == "sum" || name == "avg") && (!a.Distinct || name == "count")
}

// ofCounts reports whether e is a condition over counts of entities, and nothing
// else.
func (c *counted) ofCounts(e ir.Expr) bool {
	fine := e.Type() == types.Of(types.Bool)
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Agg:
			fine = fine && c.entityOf(n) != nil
			return false
		case *ir.Logic, *ir.Call, *ir.Const:
		default:
			fine = false
		}
		return fine
	})
	return fine
}

// entityOf is the relation whose entities a counts, or nil.
func (c *counted) entityOf(a *ir.Agg) *ir.Guarded {
	if a.Fn.Func.Name != "count" || len(a.Args) != 1 {
		return nil
	}
	r, ok := uncast(a.Args[0]).(*ir.Ref)
	if !ok {
		return nil
	}
	for _, g := range c.gs {
		if entity(g) == r.Col && (a.Distinct || c.sole(g)) {
			return g
		}
	}
	return nil
}

// sole reports whether B reads nothing but g, each row of which is another entity.
func (c *counted) sole(g *ir.Guarded) bool {
	of := g.Table.Table.ColumnNamed(g.Cols[len(g.Cols)-1].Name)
	return c.b.From == ir.Rel(g) && of != nil && slices.ContainsFunc(g.Table.Table.Unique, func(key []catalog.ColumnID) bool {
		return len(key) == 1 && key[0] == of.ID
	})
}

func entity(g *ir.Guarded) ir.ColID { return g.Cols[len(g.Cols)-1].ID }

func uncast(e ir.Expr) ir.Expr {
	for x, ok := e.(*ir.Cast); ok; x, ok = e.(*ir.Cast) {
		e = x.X
	}
	return e
}

// entities reports whether nothing but counts of them reads the entities.
func (c *counted) entities() bool {
	fine := true
	ir.Walk(c.b, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Guarded:
			return false
		case *ir.Agg:
			if c.entityOf(n) != nil {
				if n.Filter != nil {
					fine = fine && !c.names(n.Filter)
				}
				return false
			}
		case *ir.Ref:
			fine = fine && !c.names(n)
		}
		return fine
	})
	return fine
}

// names reports whether an entity is named in e.
func (c *counted) names(e ir.Expr) bool {
	found := false
	ir.Walk(e, func(n ir.Node) bool {
		if r, ok := n.(*ir.Ref); ok {
			found = found || slices.ContainsFunc(c.gs, func(g *ir.Guarded) bool { return entity(g) == r.Col })
		}
		return !found
	})
	return found
}

// having: with keys, each group has enough entities of each relation.
func (c *counted) having() bool {
	if len(c.b.Keys) == 0 {
		return c.b.Having == nil
	}
	conds := ir.Conjuncts(c.b.Having)
	return !slices.ContainsFunc(c.gs, func(g *ir.Guarded) bool {
		return !slices.ContainsFunc(conds, func(e ir.Expr) bool {
			n, ok := c.atLeast(e, g).(*ir.Agg)
			return ok && n.Filter == nil && c.entityOf(n) == g
		})
	})
}

// atLeast is n where e is n >= the size of g, else nil.
func (c *counted) atLeast(e ir.Expr, g *ir.Guarded) ir.Expr {
	x, ok := e.(*ir.Call)
	if !ok || x.Fn.Func.Name != ">=" || len(x.Args) != 2 || !isInt(x.Args[1], int64(c.size(g))) {
		return nil
	}
	return x.Args[0]
}

func isInt(e ir.Expr, n int64) bool {
	k, ok := e.(*ir.Const)
	return ok && k.T.Kind == types.Int8 && !k.Value.IsNull() && k.Value.Int() == n
}

// reader looks at the block above, which alone reads this one.
func (c *counted) reader(s *ir.Select) bool {
	whole := true
	rest := *s
	rest.From = nil
	ir.Walk(&rest, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Case:
			if c.shown(n) {
				return false
			}
		case *ir.Ref:
			a := c.others[n.Col]
			whole = whole && c.counts[n.Col] == nil && !c.safe[n.Col] && (a == nil || c.ofAll(a))
		}
		return whole
	})
	return whole
}

// ofAll reports whether a is of all rows of its group, which HAVING has counted.
func (c *counted) ofAll(a *ir.Agg) bool { return len(c.b.Keys) > 0 && c.whole(a) }

// whole reports whether a is of all rows of its group.
func (c *counted) whole(a *ir.Agg) bool {
	return a.Filter == nil && !slices.ContainsFunc(a.Args, func(x ir.Expr) bool { return !c.present(x) })
}

// present reports whether x is computed from columns that are declared NOT NULL,
// and constants.
func (c *counted) present(x ir.Expr) bool {
	fine := true
	ir.Walk(x, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			fine = fine && c.notNull(n.Col)
		case *ir.Const:
			fine = fine && !n.Value.IsNull()
		case *ir.Call, *ir.Cast:
		default:
			fine = false
		}
		return fine
	})
	return fine
}

func (c *counted) notNull(id ir.ColID) bool {
	found := false
	ir.Walk(c.b.From, func(n ir.Node) bool {
		g, ok := n.(*ir.Guarded)
		if !ok {
			return true
		}
		for _, d := range g.Cols {
			if d.ID == id {
				col := g.Table.Table.ColumnNamed(d.Name)
				entity := c.size(g) > 0 && d.Name == g.Cols[len(g.Cols)-1].Name // rows without one are not read
				found = col != nil && (col.NotNull || entity)
			}
		}
		return false
	})
	return found
}

// shown reports whether e is CASE WHEN <enough> THEN number END.
func (c *counted) shown(e *ir.Case) bool {
	if len(e.Arms) != 1 || e.Else != nil {
		return false
	}
	r, ok := uncast(e.Arms[0].Then).(*ir.Ref)
	if !ok || c.others[r.Col] == nil {
		return false
	}
	whole := c.whole(c.others[r.Col])
	conds := ir.Conjuncts(e.Arms[0].When)
	enough := !slices.ContainsFunc(c.gs, func(g *ir.Guarded) bool {
		return !slices.ContainsFunc(conds, func(x ir.Expr) bool {
			n, ok := c.atLeast(x, g).(*ir.Ref)
			a := c.counts[refOf(n, ok)]
			return a != nil && c.entityOf(a) == g && (whole || a.Filter != nil)
		})
	})
	return enough && (whole || slices.ContainsFunc(conds, func(x ir.Expr) bool {
		n, ok := x.(*ir.Ref)
		return c.safe[refOf(n, ok)]
	}))
}

func refOf(r *ir.Ref, ok bool) ir.ColID {
	if !ok {
		return 0
	}
	return r.Col
}
