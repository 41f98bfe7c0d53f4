package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// Reads are the columns that a database role must be able to read for everything
// that r opens: those of which some team is shown anything, if only that they are
// there, and those that row conditions, scopes, groups and dictionaries are about.
// Columns come in their order. What is in no list no statement reads.
func (r *Rules) Reads() map[catalog.TableID][]catalog.ColumnID {
	need := reads{cat: r.catalog, of: map[catalog.TableID][]catalog.ColumnID{}}
	for _, t := range r.tables {
		if len(t.Grants) > 0 {
			need.table(t)
		}
	}
	for _, s := range r.scopes {
		need.add(s.Table, s.Column)
	}
	for _, ids := range need.of {
		slices.Sort(ids)
	}
	return need.of
}

type reads struct {
	cat *catalog.Catalog
	of  map[catalog.TableID][]catalog.ColumnID
}

func (n reads) add(t catalog.TableID, ids ...catalog.ColumnID) {
	for _, id := range ids {
		if !slices.Contains(n.of[t], id) {
			n.of[t] = append(n.of[t], id)
		}
	}
}

// table adds what t's own rows are read by.
func (n reads) table(t *Table) {
	n.add(t.Table, t.Dictionary...)
	n.condition(t.Always)
	for _, l := range t.Links {
		n.condition(l.Rows)
	}
	for _, g := range t.Grants {
		n.condition(g.Rows)
		if g.MinGroup != nil {
			n.add(t.Table, g.MinGroup.Entity)
		}
		for id := range t.Columns {
			if t.treat(&g, id).Show != Closed {
				n.add(t.Table, id)
			}
		}
	}
	n.some(t.Table)
}

// condition adds what c is about, in its own table and in those of subqueries.
func (n reads) condition(c *Condition) {
	if c == nil {
		return
	}
	type place struct {
		table  catalog.TableID
		column catalog.ColumnID
	}
	at := map[ir.ColID]place{}
	table := func(t *ir.Table) {
		for _, col := range t.Cols {
			at[col.ID] = place{t.Table.ID, col.Of}
		}
	}
	table(c.over)
	var refs []ir.ColID
	var tables []catalog.TableID
	ir.Walk(c.expr, func(x ir.Node) bool {
		switch x := x.(type) {
		case *ir.Table:
			table(x)
			tables = append(tables, x.Table.ID)
		case *ir.Ref:
			refs = append(refs, x.Col)
		}
		return true
	})
	for _, id := range refs {
		if p, ok := at[id]; ok {
			n.add(p.table, p.column)
		}
	}
	for _, id := range tables {
		n.some(id)
	}
}

// some adds a column of a table of which only the rows are read: a key's, or the
// first.
func (n reads) some(id catalog.TableID) {
	t := n.cat.Table(id)
	switch {
	case len(n.of[id]) > 0:
	case len(t.Unique) > 0:
		n.add(id, t.Unique[0][0])
	case len(t.Columns) > 0:
		n.add(id, t.Columns[0].ID)
	}
}
