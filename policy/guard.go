package policy

import (
	"fmt"
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Guard is the policy relation of a table for this viewer, rendered afresh from
// the rules: package check compares it with what a text holds. The columns are
// those that the text reads, in its order; fence says whether it has one.
func (v View) Guard(table catalog.TableID, columns []catalog.ColumnID, fence bool) (*ir.Guarded, error) {
	s := v.v.tables[table]
	if s == nil {
		return nil, fmt.Errorf("policy: the viewer sees no such table")
	}
	var last ir.ColID
	g := guard{view: v.v, sight: s, next: func() ir.ColID { last++; return last }, fence: fence}
	for _, of := range columns {
		x := s.columns[of]
		if x == nil || x.clash {
			return nil, fmt.Errorf("policy: the viewer does not see a column that is read")
		}
		c := s.stored.Column(of)
		g.columns = append(g.columns, ir.TableCol{Column: ir.Column{ID: g.next(), Name: c.Name, Type: x.mask.Type(c.Type)}, Of: of})
	}
	return g.render(), nil
}

// guard is everything that makes one policy relation.
type guard struct {
	view    *view
	sight   *sight
	span    ir.Span
	alias   string
	columns []ir.TableCol // used above, with their ids
	fence   bool
	next    func() ir.ColID
}

// render is (SELECT columns under their masks FROM table WHERE filter [fence]).
func (g guard) render() *ir.Guarded {
	filter := g.sight.filter()
	inner := g.inner(filter)
	out := &ir.Guarded{
		Span:   g.span,
		Table:  &ir.Table{Span: g.span, Table: g.sight.stored, Alias: g.alias},
		Filter: filter.bound(inner, g.next),
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

// filter is always AND (grant OR grant ...), attributes filled in. The zero
// filter is that of all rows.
type filter struct {
	never    bool   // no row
	always   *part  // nil: nothing
	grants   []part // empty: all rows
	subquery bool
}

// part is one condition with its attributes filled in, over the table
// occurrence that it was bound with.
type part struct {
	expr ir.Expr
	over *ir.Table
}

// decide makes the filter for one viewer. A condition that the viewer has not the
// attributes for is FALSE here, before anything is printed.
func (s *sight) decide(have map[string][]string) filter {
	var f filter
	if c := s.rules.Always; c != nil {
		e := c.fill(have)
		if isFalse(e) {
			return filter{never: true}
		}
		f.always, f.subquery = &part{e, c.over}, c.subquery
	}
	for _, g := range s.grants {
		if g.All {
			f.grants = nil
			return s.withAlways(f)
		}
	}
	for _, g := range s.grants {
		e := g.Rows.fill(have)
		if isFalse(e) {
			continue
		}
		f.grants = append(f.grants, part{e, g.Rows.over})
		f.subquery = f.subquery || g.Rows.subquery
	}
	if len(f.grants) == 0 {
		return filter{never: true}
	}
	return f
}

func (s *sight) withAlways(f filter) filter {
	f.subquery = s.rules.Always != nil && s.rules.Always.subquery
	return f
}

func isFalse(e ir.Expr) bool {
	c, ok := e.(*ir.Const)
	return ok && c.T.Kind == types.Bool && !c.Value.IsNull() && !c.Value.Bool()
}

func (f filter) all() bool { return !f.never && f.always == nil && len(f.grants) == 0 }

func (f filter) parts() []part {
	if f.always == nil {
		return f.grants
	}
	return append([]part{*f.always}, f.grants...)
}

// reads adds the columns of the table that the filter reads.
func (f filter) reads(into map[catalog.ColumnID]bool) {
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
func (f filter) bound(inner map[catalog.ColumnID]ir.ColID, next func() ir.ColID) ir.Expr {
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
