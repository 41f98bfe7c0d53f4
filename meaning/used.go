package meaning

import (
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
)

// Source is a stored column; the zero Source is none.
type Source struct {
	Table  catalog.TableID
	Column catalog.ColumnID
}

// Columns say of which stored columns, as its viewer sees them, the columns of a query
// are nothing but another name; and what the others are made by.
type Columns struct {
	seen *catalog.Catalog
	of   map[ir.ColID]Source
	made map[ir.ColID]ir.Expr
}

// ColumnsOf follows the columns of q, whose viewer sees the catalog.
func ColumnsOf(q *ir.Query, seen *catalog.Catalog) Columns {
	c := Columns{seen, map[ir.ColID]Source{}, map[ir.ColID]ir.Expr{}}
	ir.Walk(q, func(n ir.Node) bool {
		c.node(n)
		_, guard := n.(*ir.Guarded)
		return !guard // what the rules ask stands in no draft
	})
	return c
}

func (c Columns) node(n ir.Node) {
	switch n := n.(type) {
	case *ir.Table:
		for _, col := range n.Cols {
			c.of[col.ID] = Source{n.Table.ID, col.Of}
		}
	case *ir.Guarded:
		if t := c.seen.Table(n.Table.Table.ID); t != nil {
			for _, d := range n.Cols {
				if col := t.ColumnNamed(d.Name); col != nil {
					c.of[d.ID] = Source{t.ID, col.ID}
				}
			}
		}
	case *ir.Select:
		for _, d := range append(slices.Clip(n.Keys), n.Out...) {
			c.made[d.ID] = d.Expr
		}
	case *ir.Subquery:
		c.same(n.Cols, n.Query)
	case *ir.CTERef:
		c.same(n.Cols, n.CTE.Query)
	}
}

// same: cols are the outputs of q under other names.
func (c Columns) same(cols []ir.Column, q *ir.Query) {
	for i, out := range ir.Outputs(q.Body) {
		c.made[cols[i].ID] = &ir.Ref{Col: out.ID, T: out.Type}
	}
}

// Source is the stored column that id is under another name.
func (c Columns) Source(id ir.ColID) Source {
	for range 100 { // names of names; a recursive query ends here
		if s, ok := c.of[id]; ok {
			return s
		}
		r, ok := c.made[id].(*ir.Ref)
		if !ok {
			return Source{}
		}
		id = r.Col
	}
	return Source{}
}

// Made is what column id is computed by; nil of a stored one.
func (c Columns) Made(id ir.ColID) ir.Expr { return c.made[id] }

// Shape is how the numbers of a stored column are shown.
func (c Columns) Shape(id ir.ColID) catalog.Shape {
	s := c.Source(id)
	if t := c.seen.Table(s.Table); t != nil {
		if col := t.Column(s.Column); col != nil {
			return col.Shape
		}
	}
	return catalog.Shape{}
}

// Finder finds the metrics that a query computes, whoever drafted it.
type Finder struct {
	Columns
	known []known
	rows  map[*ir.Agg]catalog.TableID
}

// known is a metric with its expression, in which columns have canonical ids.
type known struct {
	*catalog.Metric
	expr ir.Expr
}

// Asked is who asks.
type Asked struct {
	Seen *catalog.Catalog // what the viewer sees
	Zone *time.Location
	// Rows are the aggregates that take rows of one table as they stand there, each
	// once (package sql/fanout): others are no metrics.
	Rows map[*ir.Agg]catalog.TableID
}

// NewFinder makes the finder of a query.
func NewFinder(q *ir.Query, by Asked) *Finder {
	f := &Finder{Columns: ColumnsOf(q, by.Seen), rows: by.Rows}
	for _, m := range by.Seen.Metrics {
		if t := by.Seen.Table(m.Table); t != nil && m.Table < 1<<16 && f.reads(m.Table) {
			if e := bound(m, t, by); e != nil {
				f.known = append(f.known, known{m, e})
			}
		}
	}
	return f
}

func (c Columns) reads(id catalog.TableID) bool {
	for _, s := range c.of {
		if s.Table == id {
			return true
		}
	}
	return false
}

// bound is the expression of a metric.
func bound(m *catalog.Metric, t *catalog.Table, by Asked) ir.Expr {
	tree, err := syntax.Parse(SQL(m, t))
	if err != nil {
		return nil
	}
	q, err := bind.Query(tree, by.Seen.All(), bind.Env{Now: someday, Zone: by.Zone})
	if err != nil {
		return nil
	}
	return ColumnsOf(q, by.Seen).canonical(q.Body.(*ir.Select).Out[0].Expr)
}

// Metric is the metric that e computes; nil if it is none.
func (f *Finder) Metric(e ir.Expr) *catalog.Metric {
	switch ir.Node(e).(type) {
	case *ir.Agg, *ir.Call:
	default:
		return nil
	}
	if len(f.known) == 0 {
		return nil
	}
	of, ok := f.whole(e)
	if !ok {
		return nil
	}
	plain := f.canonical(e)
	for _, k := range f.known {
		if of == k.Table && k.expr.Type() == e.Type() && ir.Equal(k.expr, plain) {
			return k.Metric
		}
	}
	return nil
}

// whole is the table whose rows the aggregates in e take, each once; false if it is not
// one, or not so.
func (f *Finder) whole(e ir.Expr) (of catalog.TableID, ok bool) {
	ok = true
	ir.Walk(e, func(n ir.Node) bool {
		if a, is := n.(*ir.Agg); is {
			t := f.rows[a]
			ok, of = ok && t != 0 && (of == 0 || of == t), t
		}
		return true
	})
	return of, ok && of != 0
}

// Used are the metrics that a query computes, in the order of the file.
func (f *Finder) Used(q *ir.Query) []*catalog.Metric {
	found := map[*catalog.Metric]bool{}
	if len(f.known) > 0 {
		ir.Walk(q, func(n ir.Node) bool {
			if e, ok := n.(ir.Expr); ok {
				if m := f.Metric(e); m != nil {
					found[m] = true
					return false // and not the parts of which a quotient is made
				}
			}
			_, guard := n.(*ir.Guarded)
			return !guard
		})
	}
	var out []*catalog.Metric
	for _, k := range f.known {
		if found[k.Metric] {
			out = append(out, k.Metric)
		}
	}
	return out
}

// canonical is e with stored columns under ids that are the same in every query, and
// with aggregates of CASE WHEN a THEN b END as those of b FILTER (WHERE a). A further
// filter is left out: it takes a part of the figure, as WHERE does.
func (c Columns) canonical(e ir.Expr) ir.Expr {
	top := &ir.Not{X: ir.Clone(e)}
	ir.Rewrite(top, nil, func(e ir.Expr) ir.Expr {
		switch e := ir.Node(e).(type) {
		case *ir.Ref:
			return c.stored(e)
		case *ir.Agg:
			return conditional(e)
		}
		return e
	})
	return top.X
}

// stored names a stored column by its identity; what a subquery of rows makes is put
// in its place.
func (c Columns) stored(r *ir.Ref) ir.Expr {
	if s := c.Source(r.Col); s.Table != 0 {
		return &ir.Ref{Col: ir.ColID(s.Table)<<15 | ir.ColID(s.Column), T: r.T}
	}
	e := c.made[r.Col]
	for range 100 {
		inner, ok := e.(*ir.Ref)
		if !ok || c.made[inner.Col] == nil {
			break
		}
		e = c.made[inner.Col]
	}
	if k, ok := e.(*ir.Case); ok {
		return c.canonical(k)
	}
	return &ir.Ref{Col: r.Col | 1<<31, T: r.T} // of no stored column
}

func conditional(a *ir.Agg) ir.Expr {
	if len(a.Args) != 1 {
		return a
	}
	k, ok := a.Args[0].(*ir.Case)
	if !ok || len(k.Arms) != 1 || k.Else != nil && !isNull(k.Else) {
		return a
	}
	out := *a
	out.Filter = k.Arms[0].When
	out.Args = []ir.Expr{k.Arms[0].Then}
	return &out
}

func isNull(e ir.Expr) bool { c, ok := e.(*ir.Const); return ok && c.Value.IsNull() }

// Definition is a metric as its file writes it: sum(invoices.amount) where status <> 'void'.
func Definition(m *catalog.Metric, t *catalog.Table) string {
	name := func(id catalog.ColumnID) string { return t.Column(id).Name }
	var parts []string
	for _, f := range m.Figures() {
		of := t.Name
		if f.Column != 0 {
			of += "." + name(f.Column)
		}
		if f.Distinct {
			of = "distinct " + of
		}
		parts = append(parts, f.Agg+"("+of+")")
	}
	text := strings.Join(parts, " / ")
	if where := m.Condition(name); where != "" {
		text += " where " + strings.ReplaceAll(where, " AND ", " and ")
	}
	return text
}
