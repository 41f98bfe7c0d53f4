package emit

import (
	"slices"

	"github.com/grille-dev/grille/sql/ir"
)

// correlated reports whether j refers to a column that arises outside of it.
func correlated(j *ir.Join) bool {
	made, read := columnsOf(j)
	return slices.ContainsFunc(read, func(c ir.ColID) bool { return !made[c] })
}

// columnsOf are the columns that arise below n, and those that are read there.
func columnsOf(n ir.Node) (made map[ir.ColID]bool, read []ir.ColID) {
	made = map[ir.ColID]bool{}
	note := func(cols []ir.Column) {
		for _, c := range cols {
			made[c.ID] = true
		}
	}
	ir.Walk(n, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			read = append(read, n.Col)
		case *ir.Guarded:
			note(ir.Columns(n))
			note(ir.Columns(n.Table))
		case *ir.Table, *ir.Subquery, *ir.CTERef, *ir.Self, *ir.FuncRel:
			note(ir.Columns(n.(ir.Rel)))
		case *ir.Select:
			for _, d := range n.Keys {
				made[d.ID] = true
			}
			for _, d := range n.Out {
				made[d.ID] = true
			}
		}
		return true
	})
	return made, read
}

// forgotten refuses, for and below an outer join, a condition that refers to an
// outer query: MariaDB takes it for true.
//
//	SELECT (SELECT count(c.id) FROM b LEFT JOIN c ON c.b = b.id AND a.id <> 13) FROM a
//
// counts for 13 as for every other. A column of the join beside it saves it only as
// long as no rule or condition makes a constant of that one.
func (p *printer) forgotten(j *ir.Join) {
	if !p.d.forgets || j.On == nil || j.Kind == ir.Inner && p.missing == 0 {
		return
	}
	made, read := columnsOf(j.On)
	for _, own := range ir.Columns(j) {
		made[own.ID] = true
	}
	if slices.ContainsFunc(read, func(c ir.ColID) bool { return !made[c] }) {
		p.refuse(j, "put that condition behind WHERE, or join before the subquery refers to the outer query",
			"%s cannot compute an outer join on a condition that refers to an outer query", p.d.engine)
	}
}

// side prints a side of a join; missing: its rows may be missing from the result.
func (p *printer) side(r ir.Rel, missing bool) {
	if missing {
		p.missing++
		defer func() { p.missing-- }()
	}
	p.rel(r)
}
