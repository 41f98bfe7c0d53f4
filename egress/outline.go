package egress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

const (
	outlineBudget = 24 << 10 // bytes of outline in one prompt
	tableBudget   = 4 << 10  // bytes of one table, where not everything fits
	toldBudget    = 6 << 10  // bytes of descriptions in one prompt
	maxName       = 128      // bytes of a name; PostgreSQL has 63
)

// outliner writes tables down. It indexes the catalog once, as one may hold ten
// thousand tables.
type outliner struct {
	tables  []*catalog.Table
	metrics map[catalog.TableID][]*catalog.Metric
	byID    map[catalog.TableID]*catalog.Table
	plain   map[string]*catalog.Table // what an unqualified name means
}

func newOutliner(c *catalog.Catalog) outliner {
	o := outliner{c.Tables, map[catalog.TableID][]*catalog.Metric{}, make(map[catalog.TableID]*catalog.Table, len(c.Tables)), map[string]*catalog.Table{}}
	for _, m := range c.Metrics {
		o.metrics[m.Table] = append(o.metrics[m.Table], m)
	}
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

// outline is the part of a prompt that describes the tables.
type outline struct {
	text string // "" if there is none
	told bool   // with descriptions
	sums bool   // with metrics
	such bool   // with samples
}

// notes say how to read what is no name, type or key.
func (o outline) notes() string {
	var notes []string
	if o.told {
		notes = append(notes, `"about" says what something is, "also" what else it is called`)
	}
	if o.sums {
		notes = append(notes, `"metric" is a figure with a name: where it is asked for, write its expression as it is`)
	}
	if o.such {
		notes = append(notes, `"such as" shows some values of a column`)
	}
	return strings.Join(notes, "; ")
}

// outline describes the tables in the catalog's order: all of them, or those that
// fit the question best, as far as they fit into budget bytes; with samples.
func (x *index) outline(q Question, budget int, s *samples) outline {
	most := tableBudget
	if x.fits(budget) {
		most = budget
	}
	r := x.rank(q)
	keep := make([]string, len(x.tables))
	left, notes, sums := budget, toldBudget, false
	for _, i := range r.order {
		if left < budget/20 {
			break // full enough: do not write ten thousand tables to fill the rest
		}
		b, ok := x.block(x.tables[i], &notes).within(min(left, most), x.fit(i, r.said))
		if !ok {
			continue
		}
		s.add(&b, x.tables[i], left-b.size())
		keep[i], left, sums = b.String(), left-b.size(), sums || b.sums()
	}
	return outline{strings.Join(nonEmpty(keep), "\n"), notes < toldBudget, sums, s.given}
}

// fits reports whether all tables fit into budget bytes.
func (o outliner) fits(budget int) bool {
	notes := toldBudget
	for _, t := range o.tables {
		if budget -= o.block(t, &notes).size(); budget < 0 {
			return false
		}
	}
	return true
}

// block is a table as lines:
//
//	table "visits" (key "id"; about "each stay in a ward")
//	  "id" int4
//	  "ward_id" int4 -> "wards"."id" (also "station")
//	  metric "nights" = sum("stay_days") (about "as they are billed")
//
// A table that is seen in groups says so: a draft of its rows would be refused.
// Of types only the kind is written: a declared type may list an enum's labels.
type block struct {
	head    string
	columns []line
	rest    string // how many columns are left out
}

type line struct {
	text    string
	remarks []string
	at      int  // in the table's columns; of metrics behind them
	key     bool // it is part of a key, or refers to one
	metric  bool
}

func (l line) String() string { return l.text + remark(l.remarks) + "\n" }

func (l line) size() int { return len(l.String()) }

// block is empty for a table that cannot be named. What people have told about
// it is left out when notes, the bytes that there are for that, are spent.
func (o outliner) block(t *catalog.Table, notes *int) block {
	name, ok := o.name(t)
	if !ok {
		return block{}
	}
	var remarks []string
	var key []catalog.ColumnID
	if len(t.Believed()) > 0 {
		key = t.Believed()[0]
		if names, ok := columnList(t, key); ok {
			remarks = append(remarks, "key "+names)
		}
	}
	b := block{head: "table " + name + remark(append(remarks, told(t.About, t.Also, notes)...))}
	if t.InGroups {
		b.head += ": rows are not shown, only count, sum and avg of them, with GROUP BY"
	}
	for i, col := range t.Columns {
		if text, ok := o.column(t, col); ok {
			refers := slices.ContainsFunc(t.Refers(), func(f catalog.ForeignKey) bool { return slices.Contains(f.Columns, col.ID) })
			b.columns = append(b.columns, line{text, told(col.About, col.Also, notes), i, refers || slices.Contains(key, col.ID), false})
		}
	}
	b.columns = append(b.columns, o.figures(t, notes)...)
	return b
}

func (o outliner) column(t *catalog.Table, col *catalog.Column) (string, bool) {
	name, ok := quoted(col.Name)
	if !ok || col.Type.Kind == types.Unsupported {
		return "", false
	}
	text := "  " + name + " " + typeName(col.Type)
	for _, f := range t.Refers() {
		if target, ok := o.target(f, col.ID); ok {
			text += " -> " + target
		}
	}
	return text, true
}

func (b block) size() int {
	if b.head == "" {
		return 0
	}
	n := len(b.head) + 1 + len(b.rest)
	for _, c := range b.columns {
		n += c.size()
	}
	return n
}

func (b block) String() string {
	var text strings.Builder
	text.WriteString(b.head + "\n")
	for _, c := range b.columns {
		text.WriteString(c.String())
	}
	return text.String() + b.rest
}

// within is the block in at most room bytes, if its head fits. Where not all
// lines fit, keys and those that fit the question best stay, and the last line says
// how many are left out.
func (b block) within(room int, fit func(column int) float64) (block, bool) {
	if b.head == "" || b.size() <= room {
		return b, b.head != ""
	}
	what := "columns"
	if b.sums() {
		what = "columns and metrics"
	}
	more := func(n int) string { return fmt.Sprintf("  ... and %d more %s\n", n, what) }
	room -= len(b.head) + 1 + len(more(len(b.columns)))
	columns := best(b.columns, room, fit)
	return block{b.head, columns, more(len(b.columns) - len(columns))}, room >= 0
}

// wholly is how well a metric fits of whose name every word is said.
const wholly = 0.9

// best are the lines that stay within room bytes, in their order: keys and the metrics
// that the question names, then other columns, then other metrics.
func best(lines []line, room int, fit func(column int) float64) []line {
	lines = slices.Clone(lines)
	worth := func(l line) float64 {
		switch f := fit(l.at); {
		case l.key, l.metric && f > wholly:
			return 2 + f
		case l.metric:
			return f
		default:
			return 1 + f
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(worth(b), worth(a)) })
	n := 0
	for n < len(lines) && lines[n].size() <= room {
		room -= lines[n].size()
		n++
	}
	lines = lines[:n]
	slices.SortFunc(lines, func(a, b line) int { return a.at - b.at })
	return lines
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
	return inQuotes(name), true
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
