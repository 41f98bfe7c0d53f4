package policy

import (
	"slices"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// A fence keeps the viewer's conditions from the table, and with them its
// indexes: WHERE id = 5 AND 10/(salary+1) >= 0 reads a million rows to give one.
// So conditions that cannot fail are pushed: copied inside the fence, where they
// stand after the rule's, and left where they were. Inside they only narrow what
// is read; what the query means is said outside, as before.
//
// What is pushed compares one plainly shown column with constants, in a form that
// an index serves: =, <, <=, >, >=, BETWEEN, IN, IS [NOT] NULL. It comes from
//
//   - WHERE, for a relation of the same block whose rows no outer join of the
//     block completes with NULLs: above those, v IS NULL means something else;
//   - ON, for a relation whose rows that join drops if ON is not true. Of a LEFT
//     JOIN b ON a.v = 5 the rows of a stay, whatever v is.
//
// It never crosses a block: a WITH item that is read twice would get what only
// one of its readers asks for, and a LIMIT or an aggregation would see fewer
// rows. It never names a column of another relation, an outer query's included.
//
// Nothing is pushed where the rules say `fence: always`: how long the rule's
// condition takes on the rows that are left can be measured (redteam M12), which
// is what that switch is for. Nor into a view or for a virtual column, which are
// expressions that nobody has looked into. Without a fence there is nothing to do: engines push by
// themselves.
type pushing struct{ view *view }

// all pushes what it can, in a query whose tables have been guarded.
func (p pushing) all(q *ir.Query) {
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Guarded:
			return false
		case *ir.Select:
			p.conditions(n.Where, n.From)
		case *ir.Join:
			if n.Kind == ir.Inner || n.Kind == ir.Left {
				p.conditions(n.On, n.Right)
			}
			if n.Kind == ir.Inner || n.Kind == ir.Right {
				p.conditions(n.On, n.Left)
			}
		}
		return true
	})
}

// conditions pushes the parts of e, which is true of every row of r that counts.
func (p pushing) conditions(e ir.Expr, r ir.Rel) {
	for _, x := range ir.Conjuncts(e) {
		p.down(x, r)
	}
}

func (p pushing) down(e ir.Expr, r ir.Rel) {
	switch r := r.(type) {
	case *ir.Guarded:
		p.into(r, e)
	case *ir.Join:
		if r.Kind == ir.Inner || r.Kind == ir.Left {
			p.down(e, r.Left)
		}
		if r.Kind == ir.Inner || r.Kind == ir.Right {
			p.down(e, r.Right)
		}
	case nil, *ir.Subquery, *ir.CTERef, *ir.Self, *ir.FuncRel:
	case *ir.Table:
		panic("policy: pushed too early")
	default:
		panic("policy: unknown relation")
	}
}

func (p pushing) into(g *ir.Guarded, e ir.Expr) {
	if !g.Fence || p.view.tables[g.Table.Table.ID].rules.Fence || !Stored(g.Table.Table.Kind) {
		return
	}
	shown := shown(g)
	if !indexable(e, shown) || p.view.decimals() && meets(e) || mysqlFamily(p.view.full.Engine) && !mysqlTotal(e) {
		return
	}
	copied := ir.Renumber(e, func(id ir.ColID) ir.ColID { return shown[id] })
	have := ir.Conjuncts(g.Pushed)
	if !slices.ContainsFunc(have, func(x ir.Expr) bool { return ir.Equal(x, copied) }) {
		g.Pushed = ir.And(append(have, copied)...)
	}
}

// shown are the columns of g that it gives as they are stored, and their
// identities inside.
func shown(g *ir.Guarded) map[ir.ColID]ir.ColID {
	virtual, ids := map[ir.ColID]bool{}, map[ir.ColID]ir.ColID{}
	for _, c := range g.Table.Cols {
		virtual[c.ID] = g.Table.Table.Column(c.Of).Virtual
	}
	for _, d := range g.Cols {
		if r, ok := d.Expr.(*ir.Ref); ok && r.T == d.Type && !virtual[r.Col] {
			ids[d.ID] = r.Col
		}
	}
	return ids
}

// indexable reports whether e compares one of the columns with constants, so that
// it cannot fail and an index may serve it.
func indexable(e ir.Expr, columns map[ir.ColID]ir.ColID) bool {
	column := func(e ir.Expr) bool {
		r, ok := stored(e).(*ir.Ref)
		return ok && columns[r.Col] != 0
	}
	if !ir.Total(e) {
		return false
	}
	switch e := e.(type) {
	case *ir.Call:
		return compares(e.Fn) && len(e.Args) > 1 &&
			(column(e.Args[0]) && constants(e.Args[1:]) || len(e.Args) == 2 && constants(e.Args[:1]) && column(e.Args[1]))
	case *ir.In:
		return !e.Not && column(e.X) && constants(e.List) && len(e.List) <= maxPushed
	case *ir.AnyOf:
		return !e.All && e.Cmp.Func.Name == "=" && column(e.X) && constants([]ir.Expr{e.Array})
	case *ir.Is:
		return e.What == ir.IsNull && column(e.X)
	case *ir.Ref, *ir.Const, *ir.Attr, *ir.Cast, *ir.Logic, *ir.Not, *ir.Case, *ir.InQuery, *ir.Exists, *ir.Scalar, *ir.List, *ir.Agg, *ir.Over:
		return false
	default:
		panic("policy: unknown expression")
	}
}

// maxPushed is how long a list may be: each of its values is written out.
const maxPushed = 100

// stored is e without the cast of a varchar to a text, which is one already.
func stored(e ir.Expr) ir.Expr {
	if c, ok := e.(*ir.Cast); ok && c.Implicit && c.X.Type().Kind == types.Varchar && c.T == types.Of(types.Text) {
		return c.X
	}
	return e
}

// compares reports whether f compares values of one type, or integers, by their
// order. Dates and timestamps are left alone: engines convert one of them.
func compares(f *funcs.Sig) bool {
	if f.Func.Class != funcs.Operator {
		return false
	}
	switch f.Func.Name {
	case "=", "<", "<=", ">", ">=", "between":
	default:
		return false
	}
	return !slices.ContainsFunc(f.Params, func(t types.Type) bool {
		return t != f.Params[0] && !(t.IsInteger() && f.Params[0].IsInteger())
	})
}

// constants reports whether es are constants, and none of them NULL, which
// compares with nothing.
func constants(es []ir.Expr) bool {
	return !slices.ContainsFunc(es, func(e ir.Expr) bool {
		c, ok := e.(*ir.Const)
		return !ok || c.Value.IsNull()
	})
}
