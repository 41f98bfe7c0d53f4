package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
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
