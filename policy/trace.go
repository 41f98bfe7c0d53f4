package policy

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// base is a stored column at one occurrence of its table.
type base struct {
	table *ir.Table
	of    catalog.ColumnID
}

type bases map[base]bool

func (b bases) add(more bases) {
	for x := range more {
		b[x] = true
	}
}

// trace says from which stored columns each column of a query derives. It is
// made before tables are guarded, and no later.
type trace struct {
	made   map[ir.ColID]derived
	values map[ir.ColID]bases // memo: everything that has an influence
	rows   map[ir.ColID]bases // memo: not through an aggregation
	selves []*ir.Self
	steps  map[ir.ColID]step // columns of selves
}

// derived is what a column is made of.
type derived struct {
	table *ir.Table // a stored table's column, and which
	of    catalog.ColumnID
	exprs []ir.Expr  // or expressions
	ids   []ir.ColID // or other columns
	rows  bool       // it is of several rows by construction: VALUES, functions, set operations
}

func newTrace(q *ir.Query) *trace {
	t := &trace{made: map[ir.ColID]derived{}, steps: map[ir.ColID]step{}, values: map[ir.ColID]bases{}, rows: map[ir.ColID]bases{}}
	ir.Walk(q, func(n ir.Node) bool {
		t.node(n)
		return true
	})
	for _, s := range t.selves {
		t.self(s)
	}
	return t
}

func (t *trace) node(n ir.Node) {
	switch n := n.(type) {
	case *ir.Table:
		for _, c := range n.Cols {
			t.made[c.ID] = derived{table: n, of: c.Of}
		}
	case *ir.Select:
		for _, d := range n.Keys {
			t.made[d.ID] = derived{exprs: []ir.Expr{d.Expr}}
		}
		for _, d := range n.Out {
			t.made[d.ID] = derived{exprs: []ir.Expr{d.Expr}}
		}
	case *ir.SetOp:
		l, r := ir.Outputs(n.Left.Body), ir.Outputs(n.Right.Body)
		for i, c := range n.Cols {
			t.made[c.ID] = derived{ids: []ir.ColID{l[i].ID, r[i].ID}, rows: true}
		}
	case *ir.Values:
		for i, c := range n.Cols {
			d := derived{rows: true}
			for _, row := range n.Rows {
				d.exprs = append(d.exprs, row[i])
			}
			t.made[c.ID] = d
		}
	case *ir.Subquery:
		t.outputs(n.Cols, n.Query)
	case *ir.CTERef:
		t.outputs(n.Cols, n.CTE.Query)
	case *ir.Self:
		t.selves = append(t.selves, n)
		t.stepped(n)
	case *ir.FuncRel:
		for _, c := range n.Cols {
			t.made[c.ID] = derived{exprs: n.Args, rows: true}
		}
	case *ir.Query, *ir.Join, ir.Expr:
	case *ir.Guarded:
		panic("policy: traced too late")
	default:
		panic("policy: unknown node")
	}
}

func (t *trace) outputs(cols []ir.Column, q *ir.Query) {
	outs := ir.Outputs(q.Body)
	for i, c := range cols {
		t.made[c.ID] = derived{ids: []ir.ColID{outs[i].ID}}
	}
}

// value is every stored column that has an influence on column id, through
// aggregations and whatever its subqueries read.
func (t *trace) value(id ir.ColID) bases {
	return t.resolve(id, t.values, t.valueOf)
}

func (t *trace) valueOf(e ir.Expr) bases {
	if r, ok := e.(*ir.Ref); ok {
		return t.value(r.Col)
	}
	all := bases{}
	ir.Walk(e, func(n ir.Node) bool {
		if r, ok := n.(*ir.Ref); ok {
			all.add(t.value(r.Col))
		}
		return true
	})
	return all
}

// row is every stored column from which column id is computed row by row: a
// chain of derivations that no aggregation interrupts. Grouping, DISTINCT,
// LIMIT, set operations, WITH and window functions interrupt nothing.
func (t *trace) row(id ir.ColID) bases {
	return t.resolve(id, t.rows, t.rowOf)
}

// rowOf is what e computes with, row by row. Of a subquery it is the columns of
// the surrounding query that it reads, and what it returns.
func (t *trace) rowOf(e ir.Expr) bases {
	if r, ok := e.(*ir.Ref); ok {
		return t.row(r.Col)
	}
	all := bases{}
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			all.add(t.row(n.Col))
		case *ir.Agg:
			return false
		case *ir.Scalar:
			all.add(t.subquery(n.Query, !total(n)))
			return false
		case *ir.InQuery:
			for _, x := range n.Row {
				all.add(t.rowOf(x))
			}
			all.add(t.subquery(n.Query, !total(n)))
			return false
		case *ir.Exists:
			all.add(t.subquery(n.Query, false))
			return false
		}
		return true
	})
	return all
}

// subquery is what the value of a subquery is computed with. Where the
// subquery may fail by the number of its rows, that is everything it reads.
func (t *trace) subquery(q *ir.Query, all bool) bases {
	inside := map[ir.ColID]bool{}
	for _, id := range ir.Makes(q) {
		inside[id] = true
	}
	out := bases{}
	ir.Walk(q, func(n ir.Node) bool {
		if r, ok := n.(*ir.Ref); ok && (all || !inside[r.Col]) {
			out.add(t.row(r.Col))
		}
		return true
	})
	for _, c := range ir.Outputs(q.Body) {
		out.add(t.row(c.ID))
	}
	return out
}

func (t *trace) resolve(id ir.ColID, memo map[ir.ColID]bases, of func(ir.Expr) bases) bases {
	if b, ok := memo[id]; ok {
		return b
	}
	d, ok := t.made[id]
	if !ok {
		panic("policy: a column that nothing makes")
	}
	memo[id] = nil // a cycle adds nothing
	if same, ok := d.renames(); ok {
		memo[id] = t.resolve(same, memo, of)
		return memo[id]
	}
	b := bases{}
	memo[id] = b
	if d.table != nil {
		b[base{d.table, d.of}] = true
	}
	for _, e := range d.exprs {
		b.add(of(e))
	}
	for _, from := range d.ids {
		b.add(t.resolve(from, memo, of))
	}
	return b
}

// renames is the column that d is under another name, if it is one.
func (d derived) renames() (ir.ColID, bool) {
	switch {
	case d.table != nil || len(d.exprs)+len(d.ids) != 1:
		return 0, false
	case len(d.ids) == 1:
		return d.ids[0], true
	}
	r, ok := d.exprs[0].(*ir.Ref)
	if !ok {
		return 0, false
	}
	return r.Col, true
}

// constant reports whether column id is computed from nothing but constants.
func (t *trace) constant(id ir.ColID) bool {
	d := t.made[id]
	if d.table != nil || d.rows {
		return false
	}
	constant := true
	for _, e := range d.exprs {
		ir.Walk(e, func(n ir.Node) bool {
			switch n := n.(type) {
			case *ir.Ref:
				constant = constant && t.constant(n.Col)
			case *ir.Agg, *ir.Over, *ir.Query:
				constant = false
			}
			return constant
		})
	}
	for _, from := range d.ids {
		constant = constant && t.constant(from)
	}
	return constant
}
