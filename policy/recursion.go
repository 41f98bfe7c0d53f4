package policy

import (
	"github.com/grille-dev/grille/sql/ir"
)

// A recursive WITH item reads stored tables in each of its steps, through their
// rules as everywhere. How often a step runs depends on rows, so nothing is proved
// of what is computed in it: it counts as if it could fail, and each table that it
// reads is fenced where that matters (see fences). Of a table that is seen in large
// groups no step may read anything.

// recursions checks that each recursive WITH item refers to itself once, in the
// right arm of its UNION, and that no other does.
func recursions(q *ir.Query) error {
	var err error
	selves, items := 0, 0
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Self:
			selves++
		case *ir.Query:
			for _, c := range n.With {
				if !c.Recursive {
					continue
				}
				items++
				s, ok := c.Query.Body.(*ir.SetOp)
				if !ok || s.Kind != ir.Union || selfOf(c, s.Left) != 0 || selfOf(c, s.Right) != 1 {
					err = unknown("a recursion of another shape")
				}
			}
		}
		return err == nil
	})
	if err == nil && selves != items {
		return unknown("a WITH item that refers to another as to itself")
	}
	return err
}

// selfOf is how often c stands for itself in q.
func selfOf(c *ir.CTE, q *ir.Query) (n int) {
	ir.Walk(q, func(x ir.Node) bool {
		s, ok := x.(*ir.Self)
		if ok && s.CTE == c {
			n++
		}
		return true
	})
	return n
}

// recursion refuses a recursion over a table that is seen in large groups.
func (v *view) recursion(q *ir.Query) error {
	var err error
	for _, c := range recursive(q) {
		tablesBelow(c.Query, func(t *ir.Table) {
			if err == nil && v.tables[t.Table.ID].group != nil {
				err = smallGroup(t, "ask without recursion", "%s is seen in large groups only, and may not stand in a recursive query", t.Table.Name)
			}
		})
	}
	return err
}

// recursive are the recursive WITH items of q.
func recursive(q *ir.Query) []*ir.CTE {
	var all []*ir.CTE
	ir.Walk(q, func(n ir.Node) bool {
		if q, ok := n.(*ir.Query); ok {
			for _, c := range q.With {
				if c.Recursive {
					all = append(all, c)
				}
			}
		}
		return true
	})
	return all
}

// tablesBelow calls f for each table at or below n, through WITH items too.
func tablesBelow(n ir.Node, f func(*ir.Table)) {
	ir.Walk(n, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Table:
			f(n)
		case *ir.CTERef:
			tablesBelow(n.CTE.Query, f)
		}
		return true
	})
}

// self says what the columns of n are made of, without n: what its recursion begins
// with, and the stored columns that a step computes with.
func (t *trace) self(n *ir.Self) {
	made := make([]derived, len(n.Cols))
	for i, c := range n.Cols {
		made[i] = derived{ids: t.origins(n, c.ID), rows: true}
	}
	for i, c := range n.Cols {
		t.made[c.ID] = made[i]
	}
}

// step is what a column of a recursion is: first an output of what it begins with, then
// one of what goes on.
type step struct {
	of          *ir.Self
	first, next ir.ColID
}

// stepped notes the columns of n: all recursions' before any is followed, because one
// may stand inside of another.
func (t *trace) stepped(n *ir.Self) {
	body := n.CTE.Query.Body.(*ir.SetOp)
	first, next := ir.Outputs(body.Left.Body), ir.Outputs(body.Right.Body)
	for i, c := range n.Cols {
		t.steps[c.ID] = step{n, first[i].ID, next[i].ID}
	}
}

func (t *trace) origins(n *ir.Self, of ir.ColID) (ids []ir.ColID) {
	seen := map[ir.ColID]bool{}
	var follow func(ir.ColID)
	follow = func(id ir.ColID) {
		if seen[id] {
			return
		}
		seen[id] = true
		if s, ok := t.steps[id]; ok {
			if s.of == n {
				ids = append(ids, s.first)
			} else {
				follow(s.first)
			}
			follow(s.next)
			return
		}
		d := t.made[id]
		if d.table != nil {
			ids = append(ids, id)
		}
		for _, e := range d.exprs {
			ir.Walk(e, func(n ir.Node) bool {
				if r, ok := n.(*ir.Ref); ok {
					follow(r.Col)
				}
				return true
			})
		}
		for _, from := range d.ids {
			follow(from)
		}
	}
	follow(of)
	return ids
}
