package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Output is an output column of an allowed query and where its values come
// from.
type Output struct {
	Name string
	Type types.Type
	// Origins are all stored columns that have an influence on the value, by
	// table and column: also through aggregates, conditions of CASE and
	// subqueries. A count(*) has none, and depends on rows all the same.
	Origins []Origin
	// Constant: the value is the same in every row, and written in the query.
	Constant bool
	// Written: texts that stand in the query may be part of its values, so many that
	// they can say something.
	Written bool
	// Groups say of which groups numbers in it are: COUNT, SUM and AVG of counted
	// blocks.
	Groups []Group
	// Open: it is made of such numbers, of columns whose classes are public, and of
	// constants alone.
	Open bool
}

// Group is the minimum group of a table that was counted.
type Group struct {
	Table  string // schema.table
	Entity string // the column that was counted by; "" where the viewer does not see it
	Size   int
}

// Origin is a stored column of which something is shown.
type Origin struct {
	Table  catalog.TableID
	Column catalog.ColumnID
	Name   string // schema.table.column
	Class  string
	Public bool // the class is
	Mask   Mask // Plain: the value itself
}

// Columns are the outputs of the query, in order.
func (a Allowed) Columns() []Output {
	out := slices.Clone(a.a.columns)
	for i := range out {
		out[i].Origins = slices.Clone(out[i].Origins)
		out[i].Groups = slices.Clone(out[i].Groups)
	}
	return out
}

func (v *view) outputs(q *ir.Query, t *trace, blocks []*block) []Output {
	var outs []Output
	n := v.numbers(t, blocks)
	for _, c := range ir.Outputs(q.Body) {
		o := Output{Name: c.Name, Type: c.Type, Constant: t.constant(c.ID), Written: t.written(c)}
		of, open := n.column(c.ID)
		o.Groups, o.Open = v.groups(of), open
		for b := range t.value(c.ID) {
			if origin := v.origin(b); !slices.Contains(o.Origins, origin) {
				o.Origins = append(o.Origins, origin)
			}
		}
		slices.SortFunc(o.Origins, func(a, b Origin) int {
			return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Column, b.Column))
		})
		outs = append(outs, o)
	}
	return outs
}

func (v *view) origin(b base) Origin {
	table := b.table.Table
	x := v.tables[table.ID].columns[b.of]
	return Origin{
		Table: table.ID, Column: b.of, Class: x.class.Name, Public: x.class.Public, Mask: x.mask,
		Name: fmt.Sprintf("%s.%s.%s", table.Schema, table.Name, table.Column(b.of).Name),
	}
}

// groups are the minimum groups of the tables that blocks count, once each.
func (v *view) groups(blocks []*block) []Group {
	var gs []Group
	for _, b := range blocks {
		for _, t := range b.counted {
			s := v.tables[t.Table.ID]
			g := Group{Table: t.Table.Schema + "." + t.Table.Name, Size: s.group.Size}
			if s.columns[s.group.Entity] != nil {
				g.Entity = s.stored.Column(s.group.Entity).Name
			}
			if !slices.Contains(gs, g) {
				gs = append(gs, g)
			}
		}
	}
	return gs
}

// banner says which of the tables have a row rule for this viewer.
func (v *view) banner(tables []*ir.Table) []string {
	var lines []string
	for _, id := range tableIDs(tables) {
		s := v.tables[id]
		f := s.filter()
		switch {
		case f.never:
			lines = append(lines, fmt.Sprintf("no row of %s is open to you: ask whoever administers your rights", s.stored.Name))
		case len(f.grants) > 0 || f.always != nil:
			line := "a row rule applies to " + s.stored.Name
			if words := s.say(); words != "" {
				line += ": " + words
			}
			lines = append(lines, line)
		}
		if !f.never && len(f.scopes) > 0 {
			lines = append(lines, fmt.Sprintf("a hard filter applies to %s: one %s", s.stored.Name, s.hard.words()))
		}
		if s.group != nil {
			lines = append(lines, fmt.Sprintf("%s is seen in %s: smaller ones are left out, and numbers that would tell of fewer are empty", s.stored.Name, s.group))
		}
	}
	return lines
}

// say is the words of the acting teams' grants.
func (s *sight) say() string {
	var words []string
	for _, g := range s.grants {
		if w := s.rules.Say[g.Team]; w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return list(words)
}

// Banner says which tables have a row rule for this viewer, as
// [Allowed.Banner] does for one query.
func (v View) Banner() []string {
	var tables []*ir.Table
	for _, t := range v.v.visible.Tables {
		tables = append(tables, &ir.Table{Table: t})
	}
	return v.v.banner(tables)
}

// notes say what is shown of the masked columns in use.
func (v *view) notes(tables []*ir.Table, used map[*ir.Table][]ir.TableCol) []string {
	var lines []string
	for _, t := range tables {
		s := v.tables[t.Table.ID]
		for _, c := range used[t] {
			x := s.columns[c.Of]
			if !x.mask.masks() {
				continue
			}
			line := fmt.Sprintf("%s.%s %s", t.Table.Name, t.Table.Column(c.Of).Name, x.mask.note())
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}
