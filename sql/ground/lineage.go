package ground

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// Column is a stored column.
type Column struct {
	Table *catalog.Table
	Of    catalog.ColumnID
}

// lineage says of which stored column each column of a query is a copy.
type lineage struct {
	stored map[ir.ColID]Column
	exprs  map[ir.ColID]ir.Expr
	ids    map[ir.ColID]ir.ColID
}

// newLineage follows tables, sub-queries, WITH and group keys. What is of two
// columns, as under UNION, or computed, is of none.
func newLineage(q *ir.Query) lineage {
	l := lineage{map[ir.ColID]Column{}, map[ir.ColID]ir.Expr{}, map[ir.ColID]ir.ColID{}}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Table:
			for _, c := range n.Cols {
				if c.Type.IsText() {
					l.stored[c.ID] = Column{n.Table, c.Of}
				}
			}
		case *ir.Select:
			for _, d := range append(n.Keys[:len(n.Keys):len(n.Keys)], n.Out...) {
				l.exprs[d.ID] = d.Expr
			}
		case *ir.Subquery:
			l.outputs(n.Cols, n.Query)
		case *ir.CTERef:
			l.outputs(n.Cols, n.CTE.Query)
		}
		return true
	})
	return l
}

func (l lineage) outputs(cols []ir.Column, q *ir.Query) {
	for i, out := range ir.Outputs(q.Body) {
		l.ids[cols[i].ID] = out.ID
	}
}

// column is the stored column of which e is a copy. Casts that nobody wrote, as
// of varchar to text, change nothing.
func (l lineage) column(e ir.Expr) (Column, bool) {
	for range len(l.exprs) + 1 { // longer chains are circles
		for {
			c, ok := e.(*ir.Cast)
			if !ok || !c.Implicit || !c.T.IsText() {
				break
			}
			e = c.X
		}
		ref, ok := e.(*ir.Ref)
		if !ok {
			return Column{}, false
		}
		id := ref.Col
		if below, ok := l.ids[id]; ok {
			id = below
		}
		if c, ok := l.stored[id]; ok {
			return c, true
		}
		if e, ok = l.exprs[id]; !ok {
			return Column{}, false
		}
	}
	return Column{}, false
}
