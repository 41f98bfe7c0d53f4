package emit

import "github.com/grille-dev/grille/sql/ir"

// declare gives aliases to the relations of a FROM clause, before anything
// that refers to them is printed.
func (p *printer) declare(r ir.Rel) {
	switch r := r.(type) {
	case *ir.Table:
		if p.d.probes {
			p.derived[r] = p.reading(r)
			p.declare(p.derived[r])
			return
		}
		p.declareTable(r)
	case *ir.Guarded:
		p.aliases[r] = p.alias()
		k := p.keeps(r)
		for i, c := range r.Cols {
			p.names[c.ID] = name{rel: p.aliases[r], text: column(i), deep: p.deep, shows: shows(r, c), kept: k}
		}
		for i, d := range p.whole.again(r) {
			p.whole.name[d.ID] = name{rel: p.aliases[r], text: column(len(r.Cols) + i)}
		}
	case *ir.Subquery:
		p.aliases[r] = p.alias()
		p.outputs(p.aliases[r], r.Query.Body, r.Cols)
	case *ir.CTERef:
		p.aliases[r] = p.alias()
		p.outputs(p.aliases[r], r.CTE.Query.Body, r.Cols)
	case *ir.Self:
		p.aliases[r] = p.alias()
		p.outputs(p.aliases[r], r.CTE.Query.Body, r.Cols)
	case *ir.Join:
		p.declare(r.Left)
		p.declare(r.Right)
	case *ir.FuncRel:
		p.aliases[r] = p.alias()
		for i, c := range r.Cols {
			p.names[c.ID] = name{rel: p.aliases[r], text: column(i), deep: p.deep}
		}
	default:
		panic("emit: unknown relation")
	}
}

func (p *printer) declareTable(t *ir.Table) {
	alias := p.alias()
	p.aliases[t] = alias
	for _, c := range t.Cols {
		col := t.Table.Column(c.Of)
		if col == nil {
			panic("emit: a column of another table")
		}
		p.names[c.ID] = name{rel: alias, table: t.Table, column: col, deep: p.deep}
	}
}

func (p *printer) rel(r ir.Rel) {
	switch r := r.(type) {
	case *ir.Table:
		if p.guards == 0 {
			panic("emit: bare table")
		}
		if g, ok := p.derived[r]; ok {
			p.guarded(g)
			return
		}
		p.stored(r)
	case *ir.Guarded:
		p.guarded(r)
	case *ir.Subquery:
		if r.Lateral {
			if !p.d.lateral {
				p.refuse(r, "join on a condition instead", "%s cannot compute a subquery for each row of another table in FROM (LATERAL)", p.d.engine)
			}
			p.str("LATERAL ")
		}
		p.block(func() { p.query(r.Query, nil) })
		p.str(" AS ", p.aliases[r])
		p.nameValues(r.Query.Body)
	case *ir.CTERef:
		p.str(p.ctes[r.CTE], " AS ", p.aliases[r])
	case *ir.Self:
		p.str(p.ctes[r.CTE], " AS ", p.aliases[r])
	case *ir.Join:
		p.join(r)
	case *ir.FuncRel:
		p.funcRel(r)
	default:
		panic("emit: unknown relation")
	}
}

func (p *printer) stored(t *ir.Table) {
	p.reads.table(t.Table)
	p.table(t.Table)
	p.str(" AS ", p.aliases[t])
}

// reading is a table in the condition of a rule as a block that reads the
// columns in use.
func (p *printer) reading(t *ir.Table) *ir.Guarded {
	g := &ir.Guarded{Table: &ir.Table{Table: t.Table}}
	for _, c := range t.Cols {
		if p.inUse()[c.ID] {
			p.last++
			g.Table.Cols = append(g.Table.Cols, ir.TableCol{Column: ir.Column{ID: p.last, Name: c.Name, Type: c.Type}, Of: c.Of})
			g.Cols = append(g.Cols, ir.Def{Column: c.Column, Expr: &ir.Ref{Col: p.last, T: c.Type}})
		}
	}
	return g
}

// inUse are the columns that something refers to.
func (p *printer) inUse() map[ir.ColID]bool {
	if p.used == nil {
		p.used, p.last = map[ir.ColID]bool{}, ir.MaxID(p.top)
		ir.Walk(p.top, func(n ir.Node) bool {
			if r, ok := n.(*ir.Ref); ok {
				p.used[r.Col] = true
			}
			return true
		})
	}
	return p.used
}

// guarded prints a policy relation: always a block of its own, which has the
// stored table as its sole source and nothing of the viewer in it but the
// conditions that policy copied there.
func (p *printer) guarded(g *ir.Guarded) {
	p.guards++
	p.deep++
	p.declareTable(g.Table)
	p.str("(SELECT ")
	p.guardOutputs(g)
	p.keep(g)
	p.str(" FROM ")
	p.stored(g.Table)
	if where := g.Where(); where != nil {
		p.str(" WHERE ")
		p.expr(where)
		p.besides(where)
	}
	if g.Fence || p.d.probes && p.probed > 0 {
		p.str(p.d.fence)
	}
	p.str(") AS ", p.aliases[g])
	p.guards--
	p.deep--
}

// block prints a derived table.
func (p *printer) block(f func()) {
	p.deep++
	p.paren(f)
	p.deep--
}

func (p *printer) join(j *ir.Join) {
	p.probed++
	defer func() { p.probed-- }()
	p.forgotten(j)
	p.side(j.Left, j.Kind == ir.Right || j.Kind == ir.Full) // JOIN is left-associative
	switch {
	case j.On == nil && j.Kind == ir.Inner:
		p.str(" ", p.d.cross, " ")
	case j.Kind == ir.Inner:
		p.str(" JOIN ")
	case j.Kind == ir.Left:
		p.str(" LEFT JOIN ")
	case j.Kind == ir.Right:
		p.str(" RIGHT JOIN ")
	case j.Kind == ir.Full:
		if p.d.alone && correlated(j) {
			p.refuse(j, "join before the subquery refers to the outer query", "%s cannot compute a FULL JOIN that refers to an outer query", p.d.engine)
		}
		p.str(" FULL JOIN ")
	default:
		panic("emit: unknown join")
	}
	right := func() { p.side(j.Right, j.Kind == ir.Left || j.Kind == ir.Full) }
	if _, nested := j.Right.(*ir.Join); nested {
		p.paren(right)
	} else {
		right()
	}
	switch {
	case j.On != nil:
		p.str(" ON ")
		p.expr(j.On)
		p.besidesAbove(j.On)
	case j.Kind != ir.Inner:
		panic("emit: outer join without a condition")
	}
}

func (p *printer) funcRel(r *ir.FuncRel) {
	p.deep++
	p.call(r, r.Fn, r.Args, r.Cols[0].Type)
	p.deep--
	if r.Numbered {
		if !p.d.ordinality {
			p.refuse(r, "leave it out", "%s cannot number the rows of a function (WITH ORDINALITY)", p.d.engine)
		}
		p.str(" WITH ORDINALITY")
	}
	p.str(" AS ", p.aliases[r])
	if !p.d.nameRows {
		return // their column is c1
	}
	for i := range r.Cols {
		p.sep(i, "(", ", ")
		p.str(column(i))
	}
	p.str(")")
}
