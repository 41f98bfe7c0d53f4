// Package catalogtest reads catalogs from the text that specs write, one table
// a line:
//
//	patients (id int8 key, name text, ward int4 -> wards.id, notes text null)
//	other.orders (id int8 key)
//	view big_orders (id int8)
//	from big_orders: orders.id, orders.total [opaque]
//	link lines (no, year) -> orders (no, year) [unchecked]
//	inherits old_orders: orders
//
// Columns are NOT NULL unless they say null; "key" columns together are the
// primary key; "unique" makes a key of one column; "generated", "virtual"
// and "collated" say that; "as decimal(10.2)" is how the database spells the type; "index" says that one begins with the column. The last three lines are what a view is made from, a key of several
// columns, and whose rows the rows of a table are too.
package catalogtest

import (
	"fmt"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// Parse reads text. Unqualified tables are in schema public, or main on SQLite.
func Parse(engine catalog.Engine, text string) (*catalog.Catalog, error) {
	home := "public"
	if engine == catalog.SQLite {
		home = "main"
	}
	c := &catalog.Catalog{Engine: engine, Path: []string{home}, Version: "spec"}
	links := map[*catalog.Table][]link{}
	var later []extra
	for _, text := range strings.Split(text, "\n") {
		line := strings.TrimSpace(text)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if word, rest, _ := strings.Cut(line, " "); word == "from" || word == "link" || word == "inherits" {
			later = append(later, extra{word, rest})
			continue
		}
		t, ls, err := table(line, home)
		if err != nil {
			return nil, err
		}
		t.ID = catalog.TableID(len(c.Tables) + 1)
		t.OID = uint32(16384 + len(c.Tables))
		c.Tables = append(c.Tables, t)
		links[t] = ls
	}
	for t, ls := range links {
		for _, l := range ls {
			to := c.All().Lookup("", l.table)
			if to == nil || to.ColumnNamed(l.column) == nil {
				return nil, fmt.Errorf("%s refers to %s.%s, which is not there", t.Name, l.table, l.column)
			}
			t.Foreign = append(t.Foreign, catalog.ForeignKey{Columns: []catalog.ColumnID{l.from}, To: to.ID, ToColumns: []catalog.ColumnID{to.ColumnNamed(l.column).ID}})
		}
	}
	for _, e := range later {
		if err := e.add(c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

type link struct {
	from          catalog.ColumnID
	table, column string
}

func table(line, home string) (*catalog.Table, []link, error) {
	head, rest, ok := strings.Cut(line, "(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return nil, nil, fmt.Errorf("write name (column type, ...), not %q", line)
	}
	t := &catalog.Table{Schema: home}
	words := strings.Fields(head)
	if len(words) == 2 {
		switch words[0] {
		case "view":
			t.Kind = catalog.View
		case "materialized":
			t.Kind = catalog.MaterializedView
		case "partition":
			t.Kind = catalog.Partition
		default:
			return nil, nil, fmt.Errorf("unknown kind of table %q", words[0])
		}
		words = words[1:]
	}
	if len(words) != 1 {
		return nil, nil, fmt.Errorf("write one name before the columns, not %q", head)
	}
	t.Name = words[0]
	if schema, name, ok := strings.Cut(words[0], "."); ok {
		t.Schema, t.Name = schema, name
	}
	var key []catalog.ColumnID
	var links []link
	for _, col := range strings.Split(strings.TrimSuffix(rest, ")"), ",") {
		f := strings.Fields(col)
		if len(f) < 2 {
			return nil, nil, fmt.Errorf("write a name and a type, not %q", col)
		}
		name, array := strings.CutSuffix(f[1], "[]")
		typ, known := types.Named("", name)
		if array {
			typ = types.ArrayOfType(typ)
		}
		if !known && f[1] != "unsupported" {
			return nil, nil, fmt.Errorf("unknown type %q", f[1])
		}
		c := &catalog.Column{ID: catalog.ColumnID(len(t.Columns) + 1), Name: strings.Trim(f[0], `"`), Type: typ, Declared: f[1], NotNull: true}
		for i := 2; i < len(f); i++ {
			switch f[i] {
			case "null":
				c.NotNull = false
			case "key":
				key = append(key, c.ID)
			case "index":
				t.Leading = append(t.Leading, c.ID)
			case "generated", "virtual":
				c.Generated, c.Virtual = true, f[i] == "virtual"
			case "collated":
				c.Collation = "de-x-icu"
			case "as":
				if i++; i >= len(f) {
					return nil, nil, fmt.Errorf("as needs a type")
				}
				c.Declared = strings.ReplaceAll(f[i], ".", ",")
			case "unique":
				t.Unique = append(t.Unique, []catalog.ColumnID{c.ID})
			case "->":
				if i++; i >= len(f) {
					return nil, nil, fmt.Errorf("-> needs table.column")
				}
				table, column, _ := strings.Cut(f[i], ".")
				links = append(links, link{c.ID, table, column})
			default:
				return nil, nil, fmt.Errorf("unknown word %q of column %s", f[i], c.Name)
			}
		}
		t.Columns = append(t.Columns, c)
	}
	if key != nil {
		t.Unique = append([][]catalog.ColumnID{key}, t.Unique...)
	}
	return t, links, nil
}
