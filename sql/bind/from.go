package bind

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// fromList binds FROM a, b, c: a cross join from left to right, in which
// lateral items see what stands before them.
func (b *binder) fromList(list []syntax.From, outer *scope) (ir.Rel, namespace) {
	var rel ir.Rel
	var ns namespace
	for _, f := range list {
		r, n := b.from(f, outer, ns)
		if rel == nil {
			rel, ns = r, n
			continue
		}
		rel, ns = &ir.Join{Span: at(f), Kind: ir.Inner, Left: rel, Right: r}, join(f.At(), ns, n)
	}
	return rel, ns
}

// from binds one FROM item; left is what lateral items may see beside it.
func (b *binder) from(f syntax.From, outer *scope, left namespace) (ir.Rel, namespace) {
	switch f := f.(type) {
	case *syntax.Table:
		return b.named(f)
	case *syntax.Derived:
		return b.derived(f, outer, left)
	case *syntax.TableFunc:
		return b.tableFunc(f, outer, left)
	case *syntax.Join:
		return b.join(f, outer, left)
	default:
		panic("bind: unknown FROM item")
	}
}

// named binds a name in FROM: a CTE in scope if it is not qualified, else a
// stored table. A qualified name is never a CTE.
func (b *binder) named(f *syntax.Table) (ir.Rel, namespace) {
	if f.Schema == "" && f.Catalog == "" {
		if c, ok := b.ctes.find(f.Name); ok {
			if c.step != nil {
				return b.self(f, c.step)
			}
			if c.cte == nil {
				early(f, c)
			}
			r := &ir.CTERef{Span: at(f), CTE: c.cte, Alias: aliasName(f.Alias, f.Name)}
			r.Cols = b.renamed(ir.Outputs(c.cte.Query.Body), f.Alias, f)
			return r, namespaceOf(r.Alias, "", r.Cols, r)
		}
	}
	var t *catalog.Table
	switch {
	case f.Catalog == "":
		t = b.names.Lookup(f.Schema, f.Name)
	case b.names.Engine() == catalog.Trino: // whose schemas are those of catalogs
		t = b.names.Lookup(f.Catalog+"."+f.Schema, f.Name)
	}
	if t == nil {
		b.unknownTable(f)
	}
	rel := b.table(t, aliasName(f.Alias, t.Name), f.At())
	cols := ir.Columns(rel)
	rename(cols, f.Alias, f)
	schema := t.Schema
	if f.Alias != nil {
		schema = ""
	}
	return rel, namespaceOf(rel.Alias, schema, cols, rel)
}

// table makes an occurrence of a stored table with all its columns.
func (b *binder) table(t *catalog.Table, alias string, span syntax.Span) *ir.Table {
	rel := &ir.Table{Span: ir.Span{Span: span}, Table: t, Alias: alias, Cols: make([]ir.TableCol, len(t.Columns))}
	for i, c := range t.Columns {
		rel.Cols[i] = ir.TableCol{Column: ir.Column{ID: b.id(), Name: c.Name, Type: c.Type}, Of: c.ID}
	}
	return rel
}

func (b *binder) derived(f *syntax.Derived, outer *scope, left namespace) (ir.Rel, namespace) {
	within := outer
	if f.Lateral {
		within = &scope{outer: outer, ns: left}
	}
	r := &ir.Subquery{Span: at(f), Query: b.query(f.Query, within), Lateral: f.Lateral}
	if f.Alias != nil {
		r.Alias = f.Alias.Name
	}
	r.Cols = b.renamed(ir.Outputs(r.Query.Body), f.Alias, f)
	return r, namespaceOf(r.Alias, "", r.Cols, r)
}

// tableFunc binds a function that returns rows; it sees what stands left of it.
func (b *binder) tableFunc(f *syntax.TableFunc, outer *scope, left namespace) (ir.Rel, namespace) {
	r := b.rowsOf(f.Call, b.exprs(&scope{outer: outer, ns: left}, "FROM"))
	if f.Alias != nil {
		r.Alias = f.Alias.Name
	}
	r.Lateral = f.Lateral || (&scope{ns: left}).among(r.Args)
	if r.Span = at(f); r.Fn.Columns == nil {
		r.Cols[0].Name = r.Alias
	}
	if r.Numbered = f.Ordinality; r.Numbered {
		r.Cols = append(r.Cols, ir.Column{ID: b.id(), Name: "ordinality", Type: types.Of(types.Int8)})
	}
	rename(r.Cols, f.Alias, f)
	return r, namespaceOf(r.Alias, "", r.Cols, r)
}

// among reports whether one of es refers to a column of this FROM.
func (s *scope) among(es []ir.Expr) bool {
	found := false
	for _, e := range es {
		ir.Walk(e, func(n ir.Node) bool {
			r, ok := n.(*ir.Ref)
			found = found || ok && s.has(r.Col)
			return !found
		})
	}
	return found
}

func (b *binder) join(f *syntax.Join, outer *scope, left namespace) (ir.Rel, namespace) {
	l, lns := b.from(f.Left, outer, left)
	beside := lns
	if len(left.sources)+len(left.cols) > 0 {
		beside = join(f.At(), left, lns)
	}
	r, rns := b.from(f.Right, outer, beside)
	j := &ir.Join{Span: at(f), Left: l, Right: r}
	switch f.Kind {
	case syntax.Inner:
		j.Kind = ir.Inner
	case syntax.Left:
		j.Kind = ir.Left
	case syntax.Right:
		j.Kind = ir.Right
	case syntax.Full:
		j.Kind = ir.Full
	default:
		panic("bind: unknown join")
	}
	if lateral(r) && (j.Kind == ir.Right || j.Kind == ir.Full) {
		fail(f.At(), refusal.Unsupported, "use LEFT JOIN or a comma", "a LATERAL item may not stand on the right of this join")
	}
	lns.mayMiss(j.Kind == ir.Right || j.Kind == ir.Full)
	rns.mayMiss(j.Kind == ir.Left || j.Kind == ir.Full)
	ns := join(f.At(), lns, rns)
	using := f.Using
	if f.Natural {
		using = common(lns, rns)
	}
	if f.On != nil {
		j.On = b.exprs(&scope{outer: outer, ns: ns}, "JOIN ... ON").boolean(f.On)
	}
	if len(using) > 0 {
		j.On, ns.cols = b.using(f, j.Kind, using, lns, rns)
	}
	if f.UsingAlias != "" {
		alias := namespace{sources: []*source{{name: f.UsingAlias, cols: ns.cols[:len(using):len(using)]}}}
		ns.sources = join(f.At(), ns, alias).sources
	}
	if f.Alias != nil {
		cols := append([]column(nil), ns.cols...)
		renameColumns(cols, f.Alias, f)
		ns = namespace{sources: []*source{{name: f.Alias.Name, cols: cols}}, cols: cols}
	}
	return j, ns
}

// mayMiss notes that an outer join completes rows of ns with NULLs.
func (ns namespace) mayMiss(yes bool) {
	for _, s := range ns.sources {
		s.optional = s.optional || yes
	}
}

func lateral(r ir.Rel) bool {
	switch r := r.(type) {
	case *ir.Subquery:
		return r.Lateral
	case *ir.FuncRel:
		return r.Lateral
	case *ir.Table, *ir.Guarded, *ir.CTERef, *ir.Self, *ir.Join:
		return false
	default:
		panic("bind: unknown relation")
	}
}

// common are the names that NATURAL joins by, in the order of the left side.
func common(l, r namespace) []string {
	var names []string
	for _, c := range l.cols {
		if len(named(r.cols, c.name)) > 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// using makes ON of USING (names): the merged columns come first and alone
// under their bare names.
func (b *binder) using(f *syntax.Join, kind ir.JoinKind, names []string, l, r namespace) (ir.Expr, []column) {
	var merged []column
	var conds []ir.Expr
	x := b.exprs(nil, "USING")
	one := func(ns namespace, name string) column { // of one side
		found := named(ns.cols, name)
		if len(found) == 1 {
			return found[0]
		}
		if len(found) > 1 {
			fail(f.At(), refusal.Ambiguous, "write the condition with ON", "%q stands twice on one side of USING", name)
		}
		fail(f.At(), refusal.UnknownColumn, "write the condition with ON", "one side of the join has no column %q", name)
		return column{}
	}
	for _, name := range names {
		lc, rc := one(l, name), one(r, name)
		left, right := ir.Clone(lc.expr), ir.Clone(rc.expr)
		conds = append(conds, x.operator(f.At(), "=", left, right))
		var e ir.Expr
		switch kind {
		case ir.Inner, ir.Left:
			e = lc.expr
		case ir.Right:
			e = rc.expr
		case ir.Full:
			e = x.call(f.At(), funcs.Find("coalesce"), "coalesce", []ir.Expr{ir.Clone(lc.expr), ir.Clone(rc.expr)})
		default:
			panic("bind: unknown join")
		}
		merged = append(merged, column{name, e})
	}
	rest := func(cols []column) {
		for _, c := range cols {
			if len(named(merged[:len(names)], c.name)) == 0 {
				merged = append(merged, c)
			}
		}
	}
	rest(l.cols)
	rest(r.cols)
	return and(conds), merged
}

func and(conds []ir.Expr) ir.Expr {
	switch len(conds) {
	case 0:
		return nil
	case 1:
		return conds[0]
	default:
		return &ir.Logic{Args: conds}
	}
}

func aliasName(a *syntax.Alias, name string) string {
	if a != nil {
		return a.Name
	}
	return name
}

// renamed makes new columns of outputs, under the names of an alias.
func (b *binder) renamed(outs []ir.Column, a *syntax.Alias, f syntax.Node) []ir.Column {
	cols := make([]ir.Column, len(outs))
	for i, c := range outs {
		cols[i] = ir.Column{ID: b.id(), Name: c.Name, Type: c.Type}
	}
	rename(cols, a, f)
	return cols
}

func rename(cols []ir.Column, a *syntax.Alias, f syntax.Node) {
	if a == nil {
		return
	}
	if len(a.Columns) > len(cols) {
		fail(f.At(), refusal.UnknownColumn, "give fewer names", "%s has %d columns and was given %d names", a.Name, len(cols), len(a.Columns))
	}
	for i, n := range a.Columns {
		cols[i].Name = n
	}
}

func renameColumns(cols []column, a *syntax.Alias, f syntax.Node) {
	if len(a.Columns) > len(cols) {
		fail(f.At(), refusal.UnknownColumn, "give fewer names", "%s has %d columns and was given %d names", a.Name, len(cols), len(a.Columns))
	}
	for i, n := range a.Columns {
		cols[i].name = n
	}
}
