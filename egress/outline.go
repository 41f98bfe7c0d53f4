package egress

import (
	"slices"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

const (
	outlineBudget = 24 << 10 // bytes of outline in one prompt
	maxName       = 128      // bytes of a name; PostgreSQL has 63
)

// outliner writes tables down. It indexes the catalog once, as one may hold ten
// thousand tables.
type outliner struct {
	tables []*catalog.Table
	byID   map[catalog.TableID]*catalog.Table
	plain  map[string]*catalog.Table // what an unqualified name means
}

func newOutliner(c *catalog.Catalog) outliner {
	o := outliner{c.Tables, make(map[catalog.TableID]*catalog.Table, len(c.Tables)), map[string]*catalog.Table{}}
	for _, t := range c.Tables {
		o.byID[t.ID] = t
	}
	for _, schema := range slices.Backward(c.Path) {
		for _, t := range c.Tables {
			if t.Schema == schema {
				o.plain[t.Name] = t
			}
		}
	}
	return o
}

// outlineOf is the part of the prompt that describes the tables: all of them,
// or the best ranked ones that fit into budget bytes, in the catalog's order.
// It is "" if there is none.
func outlineOf(c *catalog.Catalog, asked map[string]bool, budget int) string {
	o := newOutliner(c)
	if all, ok := o.within(budget); ok {
		return all
	}
	keep := make([]string, len(c.Tables))
	left := budget
	for _, i := range ranked(c, asked) {
		if left < budget/20 {
			break // full enough: do not write ten thousand tables to fill the rest
		}
		if block := o.table(c.Tables[i]); len(block) <= left {
			keep[i], left = block, left-len(block)
		}
	}
	return strings.Join(nonEmpty(keep), "\n")
}

// within is the outline of all tables, if it fits into budget bytes.
func (o outliner) within(budget int) (string, bool) {
	var blocks []string
	for _, t := range o.tables {
		block := o.table(t)
		if budget -= len(block); budget < 0 {
			return "", false
		}
		blocks = append(blocks, block)
	}
	return strings.Join(nonEmpty(blocks), "\n"), true
}

// table is
//
//	table "visits" (key "id")
//	  "id" int4
//	  "ward_id" int4 -> "wards"."id"
//
// A table that is seen in groups says so: a draft of its rows would be refused.
// Of types only the kind is written: a declared type may list an enum's labels.
func (o outliner) table(t *catalog.Table) string {
	name, ok := o.name(t)
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString("table " + name)
	if len(t.Unique) > 0 {
		if key, ok := columnList(t, t.Unique[0]); ok {
			b.WriteString(" (key " + key + ")")
		}
	}
	if t.InGroups {
		b.WriteString(": rows are not shown, only count, sum and avg of them, with GROUP BY")
	}
	b.WriteByte('\n')
	for _, col := range t.Columns {
		quotedName, ok := quoted(col.Name)
		if !ok || col.Type.Kind == types.Unsupported {
			continue
		}
		b.WriteString("  " + quotedName + " " + typeName(col.Type))
		for _, f := range t.Foreign {
			if target, ok := o.target(f, col.ID); ok {
				b.WriteString(" -> " + target)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// target is the column that a foreign key of one column points at; keys of
// several columns are written column by column.
func (o outliner) target(f catalog.ForeignKey, id catalog.ColumnID) (string, bool) {
	i := slices.Index(f.Columns, id)
	to := o.byID[f.To]
	if i < 0 || i >= len(f.ToColumns) || to == nil {
		return "", false
	}
	col := to.Column(f.ToColumns[i])
	if col == nil {
		return "", false
	}
	table, ok1 := o.name(to)
	column, ok2 := quoted(col.Name)
	return table + "." + column, ok1 && ok2
}

func columnList(t *catalog.Table, ids []catalog.ColumnID) (string, bool) {
	var names []string
	for _, id := range ids {
		col := t.Column(id)
		if col == nil {
			return "", false
		}
		name, ok := quoted(col.Name)
		if !ok {
			return "", false
		}
		names = append(names, name)
	}
	return strings.Join(names, ", "), len(names) > 0
}

// name is the table's name as a draft has to write it.
func (o outliner) name(t *catalog.Table) (string, bool) {
	name, ok := quoted(t.Name)
	if ok && o.plain[t.Name] != t {
		var schema string
		if schema, ok = quoted(t.Schema); ok {
			name = schema + "." + name
		}
	}
	return name, ok
}

// quoted is a name in double quotes. A name that could not be written back as
// it is (control or invisible characters, overlong) is left out of the prompt
// altogether: no draft could use it, and it can carry no second line.
func quoted(name string) (string, bool) {
	if name == "" || len(name) > maxName {
		return "", false
	}
	for _, r := range name {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return "", false
		}
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`, true
}

// typeName is a type without anything that its owner named: the name of an enum
// or of a family of tokens stays here.
func typeName(t types.Type) string {
	switch t.Kind {
	case types.Enum, types.Token:
		return types.Text.String()
	case types.Array:
		return t.Elem.String() + "[]"
	default:
		return t.Kind.String()
	}
}

func nonEmpty(blocks []string) []string {
	return slices.DeleteFunc(blocks, func(s string) bool { return s == "" })
}
