package emit

import (
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// DuckDB has decimals of at most 38 digits, and no quotient of them but a double.
// So a numeric is one of two things there, and what is printed for a rounding or a
// cast depends on which: approximate tells.

// origins are what the columns of a query come from.
type origins struct {
	of    map[ir.ColID][]ir.Expr // any of them
	known map[ir.ColID]bool

	tables map[ir.ColID]string // how columns of tables are declared
}

func originsOf(q *ir.Query) *origins {
	o := &origins{of: map[ir.ColID][]ir.Expr{}, known: map[ir.ColID]bool{}, tables: map[ir.ColID]string{}}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Select:
			o.defs(n.Out)
			o.defs(n.Keys)
		case *ir.Guarded:
			o.defs(n.Cols)
			for _, c := range n.Table.Cols {
				o.tables[c.ID] = n.Table.Table.Column(c.Of).Declared
			}
		case *ir.SetOp:
			o.columns(n.Cols, n.Left.Body)
			o.columns(n.Cols, n.Right.Body)
		case *ir.Values:
			for i, c := range n.Cols {
				for _, row := range n.Rows {
					o.of[c.ID] = append(o.of[c.ID], row[i])
				}
			}
		case *ir.Subquery:
			o.columns(n.Cols, n.Query.Body)
		case *ir.CTERef:
			o.columns(n.Cols, n.CTE.Query.Body)
		}
		return true
	})
	return o
}

func (o *origins) defs(list []ir.Def) {
	for _, d := range list {
		o.of[d.ID] = append(o.of[d.ID], d.Expr)
	}
}

// columns are the outputs of b under other identities.
func (o *origins) columns(cols []ir.Column, b ir.Body) {
	outs := ir.Outputs(b)
	for i, c := range cols {
		if i < len(outs) {
			o.of[c.ID] = append(o.of[c.ID], &ir.Ref{Col: outs[i].ID, T: outs[i].Type})
		}
	}
}

// approximate reports whether e, a numeric, is a double on an engine that has
// such.
func (p *printer) approximate(e ir.Expr) bool {
	if !p.d.approximating || e.Type().Kind != types.Numeric {
		return false
	}
	if p.origins == nil {
		p.origins = originsOf(p.top)
	}
	return p.origins.approximate(e)
}

func (o *origins) approximate(e ir.Expr) bool {
	if e == nil || e.Type().Kind != types.Numeric {
		return false
	}
	switch e := e.(type) {
	case *ir.Const, *ir.Attr:
		return false
	case *ir.Ref:
		return o.column(e.Col)
	case *ir.Cast:
		return !e.Mod.Set && (e.X.Type().IsFloat() || o.approximate(e.X))
	case *ir.Call:
		return funcs.ApproximateDuckDB(e.Fn, o.any(e.Args))
	case *ir.Agg:
		args := e.Args
		for _, w := range e.Within {
			args = append(args[:len(args):len(args)], w.X)
		}
		return funcs.ApproximateDuckDB(e.Fn, o.any(args))
	case *ir.Over:
		return funcs.ApproximateDuckDB(e.Fn, o.any(e.Args))
	case *ir.Case:
		for _, a := range e.Arms {
			if o.approximate(a.Then) {
				return true
			}
		}
		return e.Else != nil && o.approximate(e.Else)
	case *ir.Scalar:
		outs := ir.Outputs(e.Query.Body)
		return o.column(outs[0].ID)
	case *ir.Logic, *ir.Not, *ir.Is, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists, *ir.List:
		panic("emit: a numeric of another kind")
	default:
		panic("emit: unknown expression")
	}
}

func (o *origins) any(args []ir.Expr) bool {
	for _, a := range args {
		if o.approximate(a) {
			return true
		}
	}
	return false
}

// column reports whether a column is a double. One that comes of itself, in a
// recursion, is what its start is.
func (o *origins) column(id ir.ColID) bool {
	if known, ok := o.known[id]; ok {
		return known
	}
	o.known[id] = false
	for _, e := range o.of[id] {
		if o.approximate(e) {
			o.known[id] = true
		}
	}
	return o.known[id]
}
