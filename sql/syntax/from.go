package syntax

import "github.com/sqlc-dev/oliphant/ast"

func (c *converter) from(n *ast.Node) From {
	switch w := n.GetNode().(type) {
	case *ast.Node_RangeVar:
		return c.table(w.RangeVar)
	case *ast.Node_RangeSubselect:
		return c.derived(w.RangeSubselect)
	case *ast.Node_RangeFunction:
		return c.tableFunc(w.RangeFunction)
	case *ast.Node_JoinExpr:
		return c.join(w.JoinExpr)
	case *ast.Node_RangeTableSample:
		c.no(c.at(w.RangeTableSample.Location), "leave it away, or use LIMIT", "TABLESAMPLE is not supported")
	case *ast.Node_RangeTableFunc:
		c.no(c.at(w.RangeTableFunc.Location), "read plain columns", "XMLTABLE is not supported")
	case *ast.Node_JsonTable:
		c.no(c.at(w.JsonTable.Location), "use ->, ->> or jsonb_array_elements", "JSON_TABLE is not supported")
	}
	c.strange(Span{}, "FROM")
	return nil
}

func (c *converter) table(r *ast.RangeVar) *Table {
	i := c.index(r.Location)
	at := c.at(r.Location)
	if i >= 0 {
		at.End = c.toks[c.dots(i)].end
	}
	if !r.Inh {
		c.no(at, "leave ONLY away", "ONLY is not supported: rules speak of a table with its partitions")
	}
	if r.Relpersistence != "p" || r.Relname == "" {
		c.strange(at, "a table")
	}
	t := &Table{Catalog: r.Catalogname, Schema: r.Schemaname, Name: r.Relname, Alias: c.alias(r.Alias, at)}
	t.pos = pos(c.withAlias(at, t.Alias))
	return t
}

func (c *converter) derived(r *ast.RangeSubselect) *Derived {
	s := r.Subquery.GetSelectStmt()
	if s == nil {
		c.strange(Span{}, "a subquery")
	}
	q := c.query(s)
	at := c.parens(q.At())
	d := &Derived{Lateral: r.Lateral, Query: q, Alias: c.alias(r.Alias, at)}
	d.pos = pos(c.withAlias(at, d.Alias))
	return d
}

// parens widens the span of a query to the parentheses around it, if they
// stand right before it.
func (c *converter) parens(s Span) Span {
	i := c.find(s.Pos) - 1
	if i < 0 || !c.sym(i, '(') || c.toks[i].match < 0 {
		return s
	}
	return cover(s, c.span(i), c.span(c.toks[i].match))
}

func (c *converter) tableFunc(r *ast.RangeFunction) *TableFunc {
	if r.IsRowsfrom {
		c.no(c.functionSpan(r), "join the functions instead", "ROWS FROM is not supported")
	}
	if len(r.Coldeflist) > 0 {
		c.no(c.functionSpan(r), "use a function with fixed columns", "a column definition list behind a function is not supported")
	}
	if len(r.Functions) != 1 {
		c.strange(Span{}, "FROM")
	}
	pair := r.Functions[0].GetList().GetItems()
	if len(pair) != 2 || pair[1].GetNode() != nil {
		c.strange(Span{}, "FROM")
	}
	x := c.expr(pair[0])
	call, ok := x.(*Call)
	if !ok {
		c.no(x.At(), "write (SELECT ...) AS a subquery", "only a function or a table may stand in FROM")
	}
	f := &TableFunc{Lateral: r.Lateral, Call: call, Ordinality: r.Ordinality, Alias: c.alias(r.Alias, call.At())}
	at := call.At()
	if i := c.last(at); f.Ordinality && c.has(i+2) {
		at.End = c.toks[i+2].end
	}
	f.pos = pos(c.withAlias(at, f.Alias))
	return f
}

// functionSpan is the place of the first function, as far as it is known.
func (c *converter) functionSpan(r *ast.RangeFunction) Span {
	for _, n := range r.Functions {
		for _, item := range n.GetList().GetItems() {
			if f := item.GetFuncCall(); f != nil {
				return c.reach(f.Location)
			}
		}
	}
	return Span{}
}

func (c *converter) join(j *ast.JoinExpr) *Join {
	out := &Join{Left: c.from(j.Larg), Right: c.from(j.Rarg), Natural: j.IsNatural}
	at := around(out.Left.At(), out.Right)
	switch j.Jointype {
	case ast.JoinType_JOIN_INNER:
	case ast.JoinType_JOIN_LEFT:
		out.Kind = Left
	case ast.JoinType_JOIN_RIGHT:
		out.Kind = Right
	case ast.JoinType_JOIN_FULL:
		out.Kind = Full
	default:
		c.strange(at, "JOIN")
	}
	if j.Rtindex != 0 {
		c.strange(at, "JOIN")
	}
	if j.Quals != nil {
		out.On = c.expr(j.Quals)
		at = cover(at, out.On.At())
	}
	if out.Using = c.names(j.UsingClause, at); out.Using != nil {
		at = c.usingSpan(at)
	}
	if a := j.JoinUsingAlias; a != nil {
		if len(a.Colnames) > 0 || a.Aliasname == "" || len(out.Using) == 0 {
			c.strange(at, "USING")
		}
		out.UsingAlias = a.Aliasname
	}
	out.Alias = c.alias(j.Alias, at)
	out.pos = pos(at)
	return out
}

// usingSpan widens s, both sides of a join, by USING (...) [AS alias].
func (c *converter) usingSpan(s Span) Span {
	i := c.closing(c.find(s.Pos), c.last(s))
	if j := c.follow(i, "using"); j > i {
		i = c.group(j)
	}
	if j := c.follow(i, "as"); j > i && c.has(j+1) {
		i = j + 1
	}
	s.End = max(s.End, c.toks[i].end)
	return s
}

func (c *converter) alias(a *ast.Alias, at Span) *Alias {
	if a == nil {
		return nil
	}
	if a.Aliasname == "" {
		c.strange(at, "an alias")
	}
	return &Alias{Name: a.Aliasname, Columns: c.names(a.Colnames, at)}
}

// withAlias widens at by the [AS] alias [(columns)] behind it.
func (c *converter) withAlias(at Span, a *Alias) Span {
	i := c.last(at)
	if a == nil || i < 0 {
		return at
	}
	if c.has(i+1) && c.is(i+1, "as") {
		i++
	}
	if !c.has(i + 1) {
		return at
	}
	i++
	if len(a.Columns) > 0 {
		i = c.group(i)
	}
	at.End = max(at.End, c.toks[i].end)
	return at
}
