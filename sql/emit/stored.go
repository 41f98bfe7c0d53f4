package emit

import "github.com/grille-dev/grille/sql/ir"

// SQLite's stored values are read through expressions, and those of dates and
// numerics call back into Go for each row. An output that is a stored column and
// goes through nothing else on its way needs none of that: it is printed bare, and
// package run reads the value as the expression would (Statement.Stored).
//
// Nothing may compute on a bare column: it has another affinity and collation,
// holds values of any type, and in several spellings. So only outputs of the
// outermost block count, if it neither groups, nor makes distinct, nor sorts by
// them, and if each is a guard's column that shows the stored one as it is. Where
// something else refers to that column too, the guard gives it twice.
type bareOutputs struct {
	of    map[ir.ColID]ir.ColID // of an output: the guard's column that it is
	alone map[ir.ColID]bool     // guards' columns: nothing else refers to it
	name  map[ir.ColID]name     // guards' columns that are not alone: what the bare one is called
}

// bareOutputsOf finds those of q.
func bareOutputsOf(q *ir.Query) bareOutputs {
	b := bareOutputs{map[ir.ColID]ir.ColID{}, map[ir.ColID]bool{}, map[ir.ColID]name{}}
	s, ok := q.Body.(*ir.Select)
	if !ok || s.Distinct || s.Grouped || s.From == nil {
		return b
	}
	sorted := map[ir.ColID]bool{}
	for _, o := range q.Order {
		sorted[o.Col] = true
	}
	shown := shownAsStored(s.From)
	uses := usesOf(q)
	for _, d := range s.Out {
		r, ok := d.Expr.(*ir.Ref)
		if ok && !d.Hidden && shown[r.Col] && !sorted[d.ID] {
			b.of[d.ID] = r.Col
			uses[r.Col]--
		}
	}
	for _, c := range b.of {
		b.alone[c] = uses[c] == 0
	}
	return b
}

// shownAsStored are the columns of the guards of a FROM clause that show a stored
// column as it is.
func shownAsStored(r ir.Rel) map[ir.ColID]bool {
	shown := map[ir.ColID]bool{}
	var look func(ir.Rel)
	look = func(r ir.Rel) {
		switch r := r.(type) {
		case *ir.Guarded:
			for _, d := range r.Cols {
				_, plain := d.Expr.(*ir.Ref)
				shown[d.ID] = plain
			}
		case *ir.Join:
			look(r.Left)
			look(r.Right)
		case *ir.Table, *ir.Subquery, *ir.CTERef, *ir.Self, *ir.FuncRel:
		default:
			panic("emit: unknown relation")
		}
	}
	look(r)
	return shown
}

// usesOf counts the references to each column.
func usesOf(q *ir.Query) map[ir.ColID]int {
	uses := map[ir.ColID]int{}
	ir.Walk(q, func(n ir.Node) bool {
		if r, ok := n.(*ir.Ref); ok {
			uses[r.Col]++
		}
		return true
	})
	return uses
}

// guardOutputs prints the columns of a guard, and again, bare, those that are
// needed both ways.
func (p *printer) guardOutputs(g *ir.Guarded) {
	for i, d := range g.Cols {
		p.sep(i, "", ", ")
		switch {
		case p.whole.alone[d.ID]:
			p.bareColumn(d)
		case g.Fence && p.d.fenced != nil:
			p.str(p.d.fenced(p.text(func() { p.operand(d.Expr) }), d.Type))
		default:
			p.operand(d.Expr)
		}
		p.as(i, nil)
	}
	for i, d := range p.whole.again(g) {
		p.str(", ")
		p.bareColumn(d)
		p.as(len(g.Cols)+i, nil)
	}
	if len(g.Cols) == 0 {
		p.str("TRUE AS c1") // only its rows count
	}
}

// again are the columns of g that it gives twice.
func (b bareOutputs) again(g *ir.Guarded) []ir.Def {
	var twice []ir.Def
	for _, d := range g.Cols {
		if alone, bare := b.alone[d.ID]; bare && !alone {
			twice = append(twice, d)
		}
	}
	return twice
}

// bareColumn prints the stored column that d shows.
func (p *printer) bareColumn(d ir.Def) {
	n := p.names[d.Expr.(*ir.Ref).Col]
	p.reads.column(n.table, n.column)
	p.str(n.rel, ".")
	p.quote(n.column.Name)
}

// shown prints an output of a block.
func (p *printer) shown(d ir.Def) {
	c, bare := p.whole.of[d.ID]
	switch {
	case !bare:
		p.operand(d.Expr)
	case p.whole.alone[c]:
		p.expr(d.Expr)
	default:
		p.str(p.whole.name[c].rel, ".", p.whole.name[c].text)
	}
}

// in are the columns of fresh that are bare in g, which it stands for: only those
// that it shows as they are stored.
func (b bareOutputs) in(fresh, g *ir.Guarded) bareOutputs {
	as := bareOutputs{alone: map[ir.ColID]bool{}, name: map[ir.ColID]name{}}
	plain := shownAsStored(fresh)
	for i, d := range g.Cols {
		if alone, bare := b.alone[d.ID]; bare && i < len(fresh.Cols) && plain[fresh.Cols[i].ID] {
			as.alone[fresh.Cols[i].ID] = alone
		}
	}
	return as
}

// among tells which of cols are printed bare.
func (b bareOutputs) among(cols []ir.Column) []bool {
	stored := make([]bool, len(cols))
	for i, c := range cols {
		_, stored[i] = b.of[c.ID]
	}
	return stored
}
