package emit

import "github.com/grille-dev/grille/sql/ir"

var duckdbRewrites = []rewrite{selectSomething}

// correlated reports whether j refers to a column that arises outside of it.
func correlated(j *ir.Join) bool {
	inside, refs := map[ir.ColID]bool{}, []ir.ColID{}
	note := func(cols []ir.Column) {
		for _, c := range cols {
			inside[c.ID] = true
		}
	}
	ir.Walk(j, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			refs = append(refs, n.Col)
		case *ir.Guarded:
			note(ir.Columns(n))
			note(ir.Columns(n.Table))
		case *ir.Table, *ir.Subquery, *ir.CTERef, *ir.FuncRel:
			note(ir.Columns(n.(ir.Rel)))
		case *ir.Select:
			for _, d := range n.Keys {
				inside[d.ID] = true
			}
			for _, d := range n.Out {
				inside[d.ID] = true
			}
		}
		return true
	})
	for _, c := range refs {
		if !inside[c] {
			return true
		}
	}
	return false
}
