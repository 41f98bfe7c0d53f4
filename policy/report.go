package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// Granted is what r was made of, for reports to owners: tables in the order of
// their names, without the secret. It is a copy.
func (r *Rules) Granted() Config {
	c := Config{File: r.file, Version: r.version, Catalog: r.catalog, Attributes: map[string]Attribute{},
		Scopes: maps.Clone(r.scopes), Off: r.off, Schemas: maps.Clone(r.schemas), Teams: maps.Clone(r.teams)}
	for name, a := range r.attrs {
		if !strings.Contains(name, " ") { // those of scopes are not the file's
			c.Attributes[name] = a
		}
	}
	for _, t := range r.catalog.Tables {
		if rule := r.tables[t.ID]; rule != nil {
			c.Tables = append(c.Tables, rule.clone())
		}
	}
	slices.SortStableFunc(c.Tables, func(a, b Table) int {
		ta, tb := r.catalog.Table(a.Table), r.catalog.Table(b.Table)
		if o := strings.Compare(ta.Schema, tb.Schema); o != 0 {
			return o
		}
		return strings.Compare(ta.Name, tb.Name)
	})
	return c
}

// Shows is what a grant of t shows of a column.
func (t Table) Shows(g Grant, id catalog.ColumnID) Mask { return t.treat(&g, id) }

// Compared are the columns of c's table for which c asks for equal values, one by
// one, so that an index that begins with one of them finds the rows.
func (c *Condition) Compared() []catalog.ColumnID {
	own := map[ir.ColID]catalog.ColumnID{}
	for _, col := range c.over.Cols {
		own[col.ID] = col.Of
	}
	var ids []catalog.ColumnID
	for _, x := range ir.Conjuncts(c.expr) {
		for _, side := range equals(x) {
			for cast, ok := side.(*ir.Cast); ok; cast, ok = side.(*ir.Cast) {
				side = cast.X
			}
			if r, ok := side.(*ir.Ref); ok && own[r.Col] != 0 {
				ids = append(ids, own[r.Col])
			}
		}
	}
	return ids
}

// equals are the sides of which x asks that they are equal to something.
func equals(x ir.Expr) []ir.Expr {
	if e, ok := x.(*ir.Call); ok && e.Fn.Func.Name == "=" {
		return e.Args
	}
	if e, ok := x.(*ir.In); ok && !e.Not {
		return []ir.Expr{e.X}
	}
	if e, ok := x.(*ir.AnyOf); ok && !e.All && e.Cmp.Func.Name == "=" {
		return []ir.Expr{e.X}
	}
	if e, ok := x.(*ir.InQuery); ok && !e.Not && !e.All && e.Op == "=" {
		return e.Row
	}
	return nil
}
