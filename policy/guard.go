package policy

import (
	"fmt"
	"maps"
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Guard is the policy relation that stands in the place of g, rendered afresh
// from the rules: package check compares it with what a text holds. Of g it uses
// the table, which columns it gives, and whether it has a fence; nothing else. One
// with `fence: always` has nothing of the viewer's inside, and is refused if it has.
func (v View) Guard(like *ir.Guarded) (*ir.Guarded, error) {
	s := v.v.tables[like.Table.Table.ID]
	if s == nil {
		return nil, fmt.Errorf("policy: the viewer sees no such table")
	}
	if s.rules.Fence && (like.Pushed != nil || !like.Fence) {
		return nil, fmt.Errorf("policy: a relation that is always fenced, without a fence or with a condition inside of it")
	}
	next := idsAfter(0)
	g := guard{view: v.v, sight: s, next: next, fence: like.Fence}
	gives := like.Cols
	if s.group != nil {
		if len(gives) == 0 || gives[len(gives)-1].Name != s.stored.Column(s.group.Entity).Name {
			return nil, fmt.Errorf("policy: a relation with a minimum group that does not give its entity last")
		}
		gives, g.entity = gives[:len(gives)-1], next()
	}
	g.columns = make([]ir.TableCol, 0, len(gives))
	for i, d := range gives {
		c := s.stored.ColumnNamed(d.Name)
		if c == nil {
			return nil, fmt.Errorf("policy: column %d has the name of no stored one", i+1)
		}
		x := s.columns[c.ID]
		if x == nil || x.clash {
			return nil, fmt.Errorf("policy: the viewer does not see a column that is read")
		}
		g.columns = append(g.columns, ir.TableCol{Column: ir.Column{ID: next(), Name: c.Name, Type: x.mask.Type(c.Type)}, Of: c.ID})
	}
	return g.render(), nil
}

// MinGroup is the least number of entities in a group of the table for this
// viewer; 0 where its rows are seen one by one.
func (v View) MinGroup(table catalog.TableID) int {
	if s := v.v.tables[table]; s != nil && s.group != nil {
		return s.group.Size
	}
	return 0
}

// guard is everything that makes one policy relation.
type guard struct {
	view    *view
	sight   *sight
	span    ir.Span
	alias   string
	columns []ir.TableCol // used above, with their ids
	fence   bool
	entity  ir.ColID // of a table with a minimum group: what its entity is called
	next    func() ir.ColID
}

// render is (SELECT columns under their masks FROM table WHERE filter [fence]).
func (g guard) render() *ir.Guarded {
	filter := g.sight.filter()
	inner := g.inner(filter)
	out := &ir.Guarded{
		Cols:   make([]ir.Def, 0, len(g.columns)+1),
		Span:   g.span,
		Table:  &ir.Table{Span: g.span, Table: g.sight.stored, Alias: g.alias, Cols: make([]ir.TableCol, 0, len(inner))},
		Filter: filter.bound(g.sight.stored, inner, g.next),
		Fence:  g.fence,
		Rules:  g.sight.rulesAtWork(g.columns),
	}
	for _, c := range g.sight.stored.Columns {
		if id, ok := inner[c.ID]; ok {
			out.Table.Cols = append(out.Table.Cols, ir.TableCol{Column: ir.Column{ID: id, Name: c.Name, Type: c.Type}, Of: c.ID})
		}
	}
	for _, c := range g.columns {
		stored, x := g.sight.stored.Column(c.Of), g.sight.columns[c.Of]
		ref := func() ir.Expr { return &ir.Ref{Col: inner[c.Of], T: stored.Type} }
		column := ir.Column{ID: c.ID, Name: stored.Name, Type: x.mask.Type(stored.Type)}
		out.Cols = append(out.Cols, ir.Def{Column: column, Expr: x.mask.expr(ref, stored.Type, g.view.full.Engine, g.view.rules.keys)})
	}
	if m := g.sight.group; m != nil {
		stored := g.sight.stored.Column(m.Entity)
		out.Cols = append(out.Cols, ir.Def{Column: ir.Column{ID: g.entity, Name: stored.Name, Type: stored.Type}, Expr: &ir.Ref{Col: inner[m.Entity], T: stored.Type}})
	}
	return out
}

// inner gives identities to the stored columns that masks and filter read, in
// the table's order.
func (g guard) inner(f filter) map[catalog.ColumnID]ir.ColID {
	reads := map[catalog.ColumnID]bool{}
	for _, c := range g.columns {
		if g.sight.columns[c.Of].mask.Show != Redact {
			reads[c.Of] = true
		}
	}
	f.reads(reads)
	ids := map[catalog.ColumnID]ir.ColID{}
	for _, c := range g.sight.stored.Columns {
		if reads[c.ID] {
			ids[c.ID] = g.next()
		}
	}
	return ids
}

// filter is always AND (grant OR grant ...) AND the hard filter's scopes AND, in
// a table with a minimum group, an entity; attributes filled in. The zero filter
// is that of all rows.
type filter struct {
	never    bool   // no row
	always   *part  // nil: nothing
	grants   []part // empty: all rows
	scopes   []part // empty: no hard filter, or a shared table
	subquery bool
	// entity, unless 0, is the column by which groups are counted: a row without
	// one would be of nobody, and in no group too few.
	entity catalog.ColumnID
}

// part is one condition with its attributes filled in, over the table
// occurrence that it was bound with.
type part struct {
	expr ir.Expr
	over *ir.Table
}

// decide makes the filter for one viewer and request. A condition that the viewer
// has not the attributes for is FALSE here, before anything is printed.
func (s *sight) decide(have map[string][]string, h hard) filter {
	var f filter
	if s.group != nil {
		f.entity = s.group.Entity
	}
	if c := s.rules.Always; c != nil {
		p, ok := f.part(c, have)
		if !ok {
			return filter{never: true}
		}
		f.always = &p
	}
	for _, name := range h.scopes {
		l, ok := s.rules.Links[name]
		if !ok {
			return filter{never: true} // refused where it is used
		}
		if l.Shared {
			continue
		}
		p, ok := f.part(l.Rows, h.values)
		if !ok {
			return filter{never: true}
		}
		f.scopes = append(f.scopes, p)
	}
	for _, g := range s.grants {
		if g.All {
			return f
		}
	}
	for _, g := range s.grants {
		if p, ok := f.part(g.Rows, have); ok {
			f.grants = append(f.grants, p)
		}
	}
	if len(f.grants) == 0 {
		return filter{never: true}
	}
	return f
}

// part fills a condition, and reports whether any row can satisfy it.
func (f *filter) part(c *Condition, have map[string][]string) (part, bool) {
	e := c.fill(have)
	if isFalse(e) {
		return part{}, false
	}
	f.subquery = f.subquery || c.subquery
	return part{e, c.over}, true
}

func isFalse(e ir.Expr) bool {
	c, ok := e.(*ir.Const)
	return ok && c.T.Kind == types.Bool && !c.Value.IsNull() && !c.Value.Bool()
}

// all reports whether every row is seen that has an entity.
func (f filter) all() bool { return !f.never && len(f.parts()) == 0 }

func (f filter) parts() []part {
	ps := slices.Concat(f.grants, f.scopes)
	if f.always != nil {
		ps = append(ps, *f.always)
	}
	return ps
}

// reads adds the columns of the table that the filter reads.
func (f filter) reads(into map[catalog.ColumnID]bool) {
	if f.entity != 0 {
		into[f.entity] = true
	}
	for _, p := range f.parts() {
		of := p.columns()
		ir.Walk(p.expr, func(n ir.Node) bool {
			if r, ok := n.(*ir.Ref); ok && of[r.Col] != 0 {
				into[of[r.Col]] = true
			}
			return true
		})
	}
}

func (p part) columns() map[ir.ColID]catalog.ColumnID {
	of := map[ir.ColID]catalog.ColumnID{}
	for _, c := range p.over.Cols {
		of[c.ID] = c.Of
	}
	return of
}

// bound is the filter over a table whose columns have the identities inner; nil
// for all rows. What the conditions' own subqueries make gets new identities.
func (f filter) bound(over *catalog.Table, inner map[catalog.ColumnID]ir.ColID, next func() ir.ColID) ir.Expr {
	if f.never {
		return nobody()
	}
	bind := func(p part) ir.Expr {
		of, made := p.columns(), map[ir.ColID]ir.ColID{}
		return ir.Renumber(p.expr, func(id ir.ColID) ir.ColID {
			if c, ok := of[id]; ok {
				return inner[c]
			}
			if made[id] == 0 {
				made[id] = next()
			}
			return made[id]
		})
	}
	var conds, any []ir.Expr
	if f.always != nil {
		conds = append(conds, bind(*f.always))
	}
	for _, p := range f.grants {
		any = append(any, bind(p))
	}
	if len(any) > 0 {
		conds = append(conds, join(any, true))
	}
	for _, p := range f.scopes {
		conds = append(conds, bind(p))
	}
	if f.entity != 0 {
		conds = append(conds, &ir.Is{X: &ir.Ref{Col: inner[f.entity], T: over.Column(f.entity).Type}, What: ir.IsNull, Not: true})
	}
	if len(conds) == 0 {
		return nil
	}
	return join(conds, false)
}

func join(es []ir.Expr, or bool) ir.Expr {
	if len(es) == 1 {
		return es[0]
	}
	return &ir.Logic{Or: or, Args: es}
}

// rulesAtWork names the rules behind a policy relation, for owners.
func (s *sight) rulesAtWork(columns []ir.TableCol) []string {
	var names []string
	if s.rules.Always != nil {
		names = append(names, "always")
	}
	if !slices.ContainsFunc(s.grants, func(g *Grant) bool { return g.All }) {
		for _, g := range s.grants {
			names = append(names, "rows "+g.Team)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.rules.Links)) {
		if !s.rules.Links[name].Shared && slices.Contains(s.hard.scopes, name) {
			names = append(names, "scope "+name)
		}
	}
	if s.group != nil {
		names = append(names, fmt.Sprintf("groups of %d", s.group.Size))
	}
	for _, c := range columns {
		if m := s.columns[c.Of].mask; m.masks() {
			names = append(names, s.stored.Column(c.Of).Name+" "+m.String())
		}
	}
	return names
}

// unknown is the refusal of a tree that bind cannot have made for this viewer.
func unknown(format string, args ...any) error {
	return refusal.New(refusal.Internal, "", "policy: "+format, args...)
}
