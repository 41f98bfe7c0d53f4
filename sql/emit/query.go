package emit

import (
	"strconv"

	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// query prints q. The outputs of its body are called names or, without names,
// c1, c2, ...
func (p *printer) query(q *ir.Query, names []string) {
	with := "WITH "
	if recurses(q) {
		with = "WITH RECURSIVE "
	}
	for i, w := range q.With {
		p.ctes[w] = "w" + strconv.Itoa(len(p.ctes)+1)
		p.sep(i, with, ", ")
		p.str(p.ctes[w])
		p.nameValues(w.Query.Body)
		p.str(" AS ")
		if w.Materialized && p.d.materializes {
			p.str("MATERIALIZED ")
		}
		if w.Recursive {
			p.terms(w)
		}
		p.deep++
		p.subquery(w.Query)
		p.deep--
	}
	if len(q.With) > 0 {
		p.str(" ")
	}
	if v, ok := q.Body.(*ir.Values); ok && !p.d.sortsValues && (len(q.Order) > 0 || q.Limit != nil || q.Offset != nil) {
		p.valuesBlock(v)
	} else {
		p.body(q.Body, names)
	}
	for i, s := range q.Order {
		p.sep(i, " ORDER BY ", ", ")
		p.sort(q.Body, s)
	}
	switch {
	case p.d.cut != nil:
		p.d.cut(p, q)
		return
	case q.Limit != nil:
		p.str(" LIMIT ")
		p.count(q.Limit)
	case q.Offset != nil:
		p.str(p.d.noLimit)
	}
	if q.Offset != nil {
		p.str(" OFFSET ")
		p.count(q.Offset)
	}
}

// count prints a number of rows.
func (p *printer) count(e ir.Expr) {
	c, ok := e.(*ir.Const)
	switch {
	case !ok || c.Value.IsNull():
		p.expr(e)
	case p.d.writtenLimits:
		p.b = strconv.AppendInt(p.b, c.Value.Int(), 10)
	case p.d.plainCounts:
		p.place(p.params.number(c.Value, c.T))
	default:
		p.expr(e)
	}
}

// sort prints one ORDER BY item: the ordinal of a visible output, or the
// expression of a hidden one, which is therefore never fetched.
func (p *printer) sort(b ir.Body, s ir.Sort) {
	for i, c := range ir.Outputs(b) {
		if c.ID == s.Col {
			p.str(strconv.Itoa(i + 1))
			// The outputs of a set operation name their collations, and SQLite
			// loses GROUP BY and HAVING of the last arm if ORDER BY does too.
			if _, set := b.(*ir.SetOp); !set {
				p.str(p.d.collation(c.Type))
			}
			p.direction(s.Desc, s.NullsFirst)
			return
		}
	}
	sel, ok := b.(*ir.Select)
	if !ok || sel.Distinct {
		panic("emit: ORDER BY something that is no output")
	}
	for _, d := range sel.Out {
		if d.ID == s.Col {
			p.str(p.compared(d.Expr, p.sortable))
			p.direction(s.Desc, s.NullsFirst)
			return
		}
	}
	panic("emit: ORDER BY an unknown column")
}

func (p *printer) direction(desc, nullsFirst bool) {
	if desc {
		p.str(" DESC")
	} else {
		p.str(" ASC")
	}
	if p.d.nullsLow {
		return
	}
	if nullsFirst {
		p.str(" NULLS FIRST")
	} else {
		p.str(" NULLS LAST")
	}
}

func (p *printer) body(b ir.Body, names []string) {
	switch b := b.(type) {
	case *ir.Select:
		p.selection(b, names)
	case *ir.SetOp:
		p.setOp(b, names)
	case *ir.Values:
		p.values(b)
	default:
		panic("emit: unknown body")
	}
}

func (p *printer) selection(s *ir.Select, names []string) {
	if s.From != nil {
		p.declare(s.From)
	}
	// Keys are printed once and repeated as text: engines compare the
	// expressions of GROUP BY and of the outputs as trees, aliases included.
	for _, k := range s.Keys {
		text, collation := p.compared(k.Expr, p.sortable)
		if collation != p.d.collation(k.Type) {
			text = "(" + text + collation + ")"
		}
		p.names[k.ID] = name{text: text, deep: p.deep}
	}
	p.str("SELECT ")
	if s.Distinct {
		p.str("DISTINCT ")
	}
	n := 0
	for _, d := range s.Out {
		if d.Hidden {
			continue
		}
		p.sep(n, "", ", ")
		if term := p.outs[s]; term != nil {
			term(d, n == 0)
		} else {
			p.shown(d)
		}
		p.as(n, names)
		n++
	}
	if n == 0 {
		p.str("TRUE AS c1") // an EXISTS, or a relation of which only the rows count
	}
	if s.From != nil {
		p.str(" FROM ")
		p.rel(s.From)
	}
	if s.Where != nil {
		p.str(" WHERE ")
		p.expr(s.Where)
		p.besidesAbove(s.Where)
	}
	for i, k := range s.Keys {
		p.sep(i, " GROUP BY ", ", ")
		p.str(p.names[k.ID].text, p.d.collation(k.Type), p.apart(p.names[k.ID].text, k.Type))
	}
	p.having(s)
}

// apart is the dialect's further key, with a comma before it.
func (p *printer) apart(x string, t types.Type) string {
	if p.d.apart == nil {
		return ""
	}
	if key := p.d.apart(x, t); key != "" {
		return ", " + key
	}
	return ""
}

// having prints HAVING or, where neither it nor a key nor an aggregate says that
// there is a group, an empty GROUP BY.
func (p *printer) having(s *ir.Select) {
	if s.Having != nil {
		p.str(" HAVING ")
		p.expr(s.Having)
	} else if s.Grouped && len(s.Keys) == 0 && !aggregates(s) {
		p.str(p.d.groupByAll)
	}
}

// aggregates reports whether an aggregate stands in s itself.
func aggregates(s *ir.Select) bool {
	found := false
	look := func(n ir.Node) bool {
		switch n.(type) {
		case *ir.Agg:
			found = true
		case *ir.Query:
			return false
		}
		return !found
	}
	for _, d := range s.Out {
		ir.Walk(d.Expr, look)
	}
	if s.Having != nil {
		ir.Walk(s.Having, look)
	}
	return found
}

// as prints the name of output i.
func (p *printer) as(i int, names []string) {
	p.str(" AS ")
	if i < len(names) && printable(names[i]) && p.d.keeps(names[i]) {
		p.quote(names[i])
		return
	}
	p.str(column(i))
}

func (p *printer) setOp(s *ir.SetOp, names []string) {
	p.arm(s, s.Left, names, true)
	switch s.Kind {
	case ir.Union:
		p.str(" UNION ")
	case ir.Intersect:
		p.str(" INTERSECT ")
	case ir.Except:
		p.str(" EXCEPT ")
	default:
		panic("emit: unknown set operation")
	}
	if s.All {
		p.str("ALL ")
	}
	p.arm(s, s.Right, nil, false)
}

// arm prints an arm of a set operation: as it is where that means the same,
// and else in parentheses or, where they are no grammar, as a derived table.
// A chain of UNIONs is no tower of parentheses: some parsers try each of them
// as several things.
func (p *printer) arm(s *ir.SetOp, q *ir.Query, names []string, left bool) {
	_, values := q.Body.(*ir.Values)
	if bare(s, q, left) && !(values && p.d.unions) {
		p.query(q, names)
		return
	}
	if p.d.nested {
		p.paren(func() { p.query(q, names) })
		return
	}
	alias := p.alias()
	for i, c := range ir.Outputs(q.Body) {
		p.sep(i, "SELECT ", ", ")
		p.str(alias, ".", output(q.Body, i), p.d.collation(c.Type))
		p.as(i, names)
	}
	p.str(" FROM ")
	p.block(func() { p.query(q, nil) })
	p.str(" AS ", alias)
}

// bare reports whether an arm of s means the same without parentheses: set
// operations are left-associative, and INTERSECT binds tighter than the others.
func bare(s *ir.SetOp, q *ir.Query, left bool) bool {
	if len(q.With) > 0 || len(q.Order) > 0 || q.Limit != nil || q.Offset != nil {
		return false
	}
	inner, ok := q.Body.(*ir.SetOp)
	return !ok || left && (inner.Kind == ir.Intersect || s.Kind != ir.Intersect)
}

// values prints VALUES. Its outputs are column1, column2, ... in every engine,
// and so they are for the writer.
func (p *printer) values(v *ir.Values) {
	if p.d.unions {
		p.valuesUnion(v)
		return
	}
	for i, row := range v.Rows {
		p.sep(i, "VALUES ", ", ")
		p.paren(func() { p.exprs(row) })
	}
}

// valuesUnion prints VALUES for engines that call its outputs by their values.
func (p *printer) valuesUnion(v *ir.Values) {
	for i, row := range v.Rows {
		p.sep(i, "SELECT ", " UNION ALL SELECT ")
		for j, x := range row {
			p.sep(j, "", ", ")
			p.expr(x)
			p.str(" AS ", output(v, j))
		}
	}
}

// valuesBlock prints VALUES as a block that may be ordered and cut.
func (p *printer) valuesBlock(v *ir.Values) {
	alias := p.alias()
	for i, c := range v.Cols {
		p.sep(i, "SELECT ", ", ")
		p.str(alias, ".", output(v, i), p.d.collation(c.Type), " AS ", output(v, i))
	}
	p.str(" FROM ")
	p.block(func() { p.values(v) })
	p.str(" AS ", alias)
}

// nameValues prints the names of the columns of VALUES behind an alias, in
// engines in which they have none.
func (p *printer) nameValues(b ir.Body) {
	for s, ok := b.(*ir.SetOp); ok; s, ok = b.(*ir.SetOp) {
		b = s.Left.Body
	}
	v, ok := b.(*ir.Values)
	if !ok || !p.d.namesValues {
		return
	}
	for i := range v.Cols {
		p.sep(i, "(", ", ")
		p.str(output(v, i))
	}
	p.str(")")
}
