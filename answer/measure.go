package answer

import (
	"strings"

	"github.com/grille-dev/grille/sql/ir"
)

// measured says of each output whether it is an amount: worked out of several rows,
// as counts and sums are, or what the first few rows were picked by, as in the ten
// dearest. It is what charts draw, and do not draw by.
func measured(q *ir.Query) []bool {
	m := measures{}
	m.query(q)
	cols := outputs(q)
	out := make([]bool, len(cols))
	for i, c := range cols {
		out[i] = m[c.ID] || q.Limit != nil && len(q.Order) > 0 && q.Order[0].Col == c.ID && c.Type.IsNumber() && !numbered(c.Name)
	}
	return out
}

type measures map[ir.ColID]bool

func (m measures) query(q *ir.Query) {
	for _, c := range q.With {
		m.query(c.Query)
	}
	switch b := q.Body.(type) {
	case *ir.Select:
		if b.From != nil {
			m.rel(b.From)
		}
		for _, d := range b.Out {
			m[d.ID] = m.expr(d.Expr)
		}
	case *ir.SetOp:
		m.query(b.Left)
		m.query(b.Right)
		m.inherit(b.Cols, b.Left)
	case *ir.Values: // written in the query
	default:
		panic("answer: unknown body")
	}
}

func (m measures) rel(r ir.Rel) {
	switch r := r.(type) {
	case *ir.Subquery:
		m.query(r.Query)
		m.inherit(r.Cols, r.Query)
	case *ir.CTERef:
		m.inherit(r.Cols, r.CTE.Query)
	case *ir.Self: // what the recursion begins with was read before
		m.inherit(r.Cols, r.CTE.Query.Body.(*ir.SetOp).Left)
	case *ir.Join:
		m.rel(r.Left)
		m.rel(r.Right)
	case *ir.Table, *ir.Guarded, *ir.FuncRel: // one row is one row
	default:
		panic("answer: unknown relation")
	}
}

func (m measures) inherit(cols []ir.Column, from *ir.Query) {
	for i, c := range outputs(from) {
		m[cols[i].ID] = m[c.ID]
	}
}

// expr holds for an aggregate, also over a window, and for what is made of one; a
// rank is a place and no amount.
func (m measures) expr(e ir.Expr) bool {
	found := false
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Agg:
			found = true
		case *ir.Over:
			found = found || len(n.Args) > 0 || n.Star
			return false
		case *ir.Ref:
			found = found || m[n.Col]
		}
		return true
	})
	return found
}

// numbered reports the name of what tells rows apart and is no amount.
func numbered(name string) bool { return name == "id" || strings.HasSuffix(name, "_id") }
