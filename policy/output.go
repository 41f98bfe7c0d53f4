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
}

// Origin is a stored column of which something is shown.
type Origin struct {
	Table  catalog.TableID
	Column catalog.ColumnID
	Name   string // schema.table.column
	Class  string
	Mask   Mask // Plain: the value itself
}

// Columns are the outputs of the query, in order.
func (a Allowed) Columns() []Output {
	out := slices.Clone(a.a.columns)
	for i := range out {
		out[i].Origins = slices.Clone(out[i].Origins)
	}
	return out
}

func (v *view) outputs(q *ir.Query, t *trace) []Output {
	var outs []Output
	for _, c := range ir.Outputs(q.Body) {
		o := Output{Name: c.Name, Type: c.Type, Constant: t.constant(c.ID)}
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
		Table: table.ID, Column: b.of, Class: x.class.Name, Mask: x.mask,
		Name: fmt.Sprintf("%s.%s.%s", table.Schema, table.Name, table.Column(b.of).Name),
	}
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
