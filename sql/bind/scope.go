package bind

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// scope is the FROM of one query block; outer is that of the query around it.
type scope struct {
	outer   *scope
	ns      namespace
	windows map[string]*syntax.Window
}

// namespace is what one FROM offers: named sources for t.c, and the columns
// that a bare name and * mean, in order.
type namespace struct {
	sources []*source
	cols    []column
}

// source is one FROM item under its alias.
type source struct {
	name   string
	schema string // of a stored table without alias, for schema.table.column
	cols   []column
	stored *catalog.Table // nil: derived
	// optional: an outer join may have found no row.
	optional bool
}

// column is a name for an expression: a Ref, or the merged column of USING.
type column struct {
	name string
	expr ir.Expr
}

func namespaceOf(name, schema string, cols []ir.Column, rel ir.Rel) namespace {
	src := &source{name: name, schema: schema}
	if t, ok := rel.(*ir.Table); ok {
		src.stored = t.Table
	}
	refs := make([]ir.Ref, len(cols))
	src.cols = make([]column, len(cols))
	for i, c := range cols {
		refs[i] = ir.Ref{Col: c.ID, T: c.Type}
		src.cols[i] = column{c.Name, &refs[i]}
	}
	ns := namespace{cols: src.cols}
	if name != "" {
		ns.sources = []*source{src}
	}
	return ns
}

func (ns namespace) source(schema, name string) *source {
	for _, s := range ns.sources {
		if s.name == name && (schema == "" || s.schema == schema) {
			return s
		}
	}
	return nil
}

// join puts two namespaces side by side. Two sources of one name are refused.
func join(at syntax.Span, l, r namespace) namespace {
	for _, s := range r.sources {
		if l.source("", s.name) != nil {
			fail(at, refusal.Ambiguous, "give one of them an alias: "+s.name+" AS other", "the name %q stands twice in FROM", s.name)
		}
	}
	return namespace{
		sources: slices.Concat(l.sources, r.sources),
		cols:    slices.Concat(l.cols, r.cols),
	}
}

// named finds the columns with a name among cols.
func named(cols []column, name string) []column {
	i := slices.IndexFunc(cols, func(c column) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	found := cols[i : i+1 : i+1] // one, in most cases
	for _, c := range cols[i+1:] {
		if c.name == name {
			found = append(found, c)
		}
	}
	return found
}

// resolve finds the column that parts name, nearest scope first.
func (b *binder) resolve(s *scope, n *syntax.Column) ir.Expr {
	switch len(n.Parts) {
	case 1:
		return b.bare(s, n, n.Parts[0])
	case 2:
		return b.qualified(s, n, "", n.Parts[0], n.Parts[1])
	case 3:
		return b.qualified(s, n, n.Parts[0], n.Parts[1], n.Parts[2])
	default:
		fail(n.At(), refusal.UnknownColumn, "write table.column", "%s is not the name of a column", strings.Join(n.Parts, "."))
		return nil
	}
}

func (b *binder) bare(s *scope, n *syntax.Column, name string) ir.Expr {
	for sc := s; sc != nil; sc = sc.outer {
		switch found := named(sc.ns.cols, name); len(found) {
		case 0:
		case 1:
			return b.mention(n, found[0])
		default:
			var qualified []string
			for _, src := range sc.ns.sources {
				if len(named(src.cols, name)) > 0 {
					qualified = append(qualified, src.name+"."+name)
				}
			}
			fail(n.At(), refusal.Ambiguous, "write "+strings.Join(qualified, " or "), "%q could be a column of several tables here", name)
		}
	}
	for sc := s; sc != nil; sc = sc.outer {
		if src := sc.ns.source("", name); src != nil {
			fail(n.At(), refusal.Unsupported, "name its columns: "+example(src)+", or write to_jsonb("+name+")", "%q is a table here; a whole row is not a value", name)
		}
	}
	b.unknownColumn(s, n, "", name)
	return nil
}

func (b *binder) qualified(s *scope, n *syntax.Column, schema, table, name string) ir.Expr {
	for sc := s; sc != nil; sc = sc.outer {
		src := sc.ns.source(schema, table)
		if src == nil {
			continue
		}
		switch found := named(src.cols, name); len(found) {
		case 0:
			b.unknownColumn(&scope{ns: namespace{sources: []*source{src}, cols: src.cols}}, n, table, name)
		case 1:
			return b.mention(n, found[0])
		default:
			fail(n.At(), refusal.Ambiguous, "name the columns of the subquery differently", "%s has several columns %q", table, name)
		}
	}
	if schema == "" && table == "viewer" && b.attrs != nil {
		return b.attribute(n, name)
	}
	fail(n.At(), refusal.UnknownTable, tablesInScope(s), "no table %q in this FROM", table)
	return nil
}

func (b *binder) attribute(n *syntax.Column, name string) ir.Expr {
	a, ok := b.attrs[name]
	if !ok {
		var known []string
		for k := range b.attrs {
			known = append(known, k)
		}
		fail(n.At(), refusal.UnknownColumn, "declare it under attributes:"+didYouMean(name, known), "viewer has no attribute %q", name)
	}
	t := a.Type
	if a.List {
		t = types.ArrayOfType(a.Type)
	}
	return &ir.Attr{Span: at(n), Name: name, T: t}
}

// mention is a fresh copy of what a name stands for.
func (b *binder) mention(n *syntax.Column, c column) ir.Expr {
	if t := c.expr.Type(); t.Kind == types.Unsupported {
		what, try := unread(t)
		fail(n.At(), refusal.Types, try, "column %q %s Grille does not read", c.name, what)
	}
	if r, ok := c.expr.(*ir.Ref); ok {
		return &ir.Ref{Span: at(n), Col: r.Col, T: r.T}
	}
	return ir.Clone(c.expr)
}

// star lists the columns of * or t.*; columns of unhandled types are left out.
func (b *binder) star(s *scope, n *syntax.Column) []column {
	cols := s.ns.cols
	if len(n.Parts) > 0 {
		schema, table := "", n.Parts[len(n.Parts)-1]
		if len(n.Parts) == 2 {
			schema = n.Parts[0]
		}
		var src *source
		for sc := s; sc != nil && src == nil; sc = sc.outer {
			src = sc.ns.source(schema, table)
		}
		if src == nil || len(n.Parts) > 2 {
			fail(n.At(), refusal.UnknownTable, tablesInScope(s), "no table %q in this FROM", strings.Join(n.Parts, "."))
		}
		cols = src.cols
	} else if len(s.ns.sources) == 0 && len(cols) == 0 {
		fail(n.At(), refusal.UnknownTable, "add FROM and a table", "* without a FROM")
	}
	var usable []column
	for _, c := range cols {
		if c.expr.Type().Kind != types.Unsupported {
			usable = append(usable, c)
		}
	}
	if len(usable) == 0 {
		fail(n.At(), refusal.UnknownColumn, "", "there is no column here that may be shown")
	}
	return usable
}

// cteScope is the names of WITH that a query can see.
type cteScope struct {
	outer *cteScope
	name  string
	cte   *ir.CTE // nil: declared by WITH RECURSIVE, not bound yet
	step  *step   // while the item's recursive term is bound
	now   bool    // while the item is bound
}

func (c *cteScope) find(name string) (*cteScope, bool) {
	for ; c != nil; c = c.outer {
		if c.name == name {
			return c, true
		}
	}
	return nil, false
}
