package catalogtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
)

// extra is a line about tables that stand above it.
type extra struct{ word, rest string }

func (e extra) add(c *catalog.Catalog) error {
	switch e.word {
	case "from":
		return e.from(c)
	case "link":
		return e.link(c)
	case "inherits":
		name, parent, _ := strings.Cut(e.rest, ":")
		t, err := find(c, name)
		if err != nil {
			return err
		}
		p, err := find(c, parent)
		if err != nil {
			return err
		}
		t.Inherits = append(t.Inherits, p.ID)
		return nil
	default:
		panic("catalogtest: unknown word")
	}
}

func find(c *catalog.Catalog, name string) (*catalog.Table, error) {
	schema, table, ok := strings.Cut(strings.TrimSpace(name), ".")
	if !ok {
		schema, table = "", schema
	}
	if t := c.All().Lookup(schema, table); t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("there is no table %q", name)
}

// from reads view: table.column, column ... [opaque]. A column alone is one of
// the same table, from which its only generated column is made.
func (e extra) from(c *catalog.Catalog) error {
	name, rest, _ := strings.Cut(e.rest, ":")
	t, err := find(c, name)
	if err != nil {
		return err
	}
	rest, t.Opaque = strings.CutSuffix(strings.TrimSpace(rest), "opaque")
	for _, s := range strings.Fields(strings.ReplaceAll(rest, ",", " ")) {
		table, column, ok := strings.Cut(s, ".")
		if !ok {
			i := slices.IndexFunc(t.Columns, func(c *catalog.Column) bool { return c.Generated })
			if i < 0 || t.ColumnNamed(s) == nil {
				return fmt.Errorf("%s has no generated column, or no %s", t.Name, s)
			}
			t.Columns[i].Sources = append(t.Columns[i].Sources, t.ColumnNamed(s).ID)
			continue
		}
		of, err := find(c, table)
		if err != nil {
			return err
		}
		if of.ColumnNamed(column) == nil {
			return fmt.Errorf("%s has no column %q", table, column)
		}
		t.Sources = append(t.Sources, catalog.Source{Table: of.ID, Column: of.ColumnNamed(column).ID})
	}
	return nil
}

// link reads table (a, b) -> table (c, d) [unchecked].
func (e extra) link(c *catalog.Catalog) error {
	rest, unchecked := strings.CutSuffix(e.rest, " unchecked")
	left, right, _ := strings.Cut(rest, "->")
	t, columns, err := columnsOf(c, left)
	if err != nil {
		return err
	}
	to, toColumns, err := columnsOf(c, right)
	if err != nil {
		return err
	}
	t.Foreign = append(t.Foreign, catalog.ForeignKey{Columns: columns, To: to.ID, ToColumns: toColumns, Unchecked: unchecked})
	return nil
}

func columnsOf(c *catalog.Catalog, text string) (*catalog.Table, []catalog.ColumnID, error) {
	name, rest, _ := strings.Cut(text, "(")
	t, err := find(c, name)
	if err != nil {
		return nil, nil, err
	}
	var ids []catalog.ColumnID
	for _, s := range strings.Split(strings.TrimSuffix(strings.TrimSpace(rest), ")"), ",") {
		col := t.ColumnNamed(strings.TrimSpace(s))
		if col == nil {
			return nil, nil, fmt.Errorf("%s has no column %q", t.Name, s)
		}
		ids = append(ids, col.ID)
	}
	return t, ids, nil
}
