package planner

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/planner/learned"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/sql/types"
)

// lexicon is the visible catalog as words, or the part of it that a question is
// read against. It does not change, and is shared.
type lexicon struct {
	catalog *catalog.Catalog
	names   catalog.Names // of the whole catalog, for what SQL has to write
	prefix  string        // that most names of the whole catalog begin with
	schema  func() *learned.Schema
	shown   map[*catalog.Table][]ref // by what people know a row
	dated   map[*catalog.Table][]ref // when something happened
	yearly  map[*catalog.Table][]ref // in which year
	stated  map[*catalog.Table][]stateColumn
	tables  map[catalog.TableID]*catalog.Table
	lexemes []*lexeme
	byWord  map[string][]*lexeme // by each of a lexeme's words, stemmed
	byJoint map[string][]*lexeme // by its words written together: birthdate
	byRoot  map[string][]string  // words by their root
	graph   *graph
	known   *taught.Known // nil: nothing was taught
	senses  []sense       // taught phrases, the longest first
	metrics []*lexeme     // names of metrics
	// exemplary is a question that is answered, starts are questions to begin with.
	exemplary func() string
	starts    func() []idea
}

// ref is a table, or one of its columns.
type ref struct {
	table *catalog.Table
	col   *catalog.Column // nil: the table
	age   bool            // not the birthday in col, but the years since
	span  span            // not the date in col, but the time since another
	// metric: not col, but the figure that is called so
	metric *catalog.Metric
}

// class is what one may do with the column.
func (r ref) class() typeClass {
	switch {
	case r.col == nil:
		return otherClass
	case r.metric != nil && (r.metric.Over.Agg == "count" || r.metric.Under != nil):
		return numericClass
	case r.age, r.span.since != nil:
		return numericClass
	}
	return classOf(r.col)
}

// lexeme is one name as words.
type lexeme struct {
	ref
	words []string // stems
	full  bool     // the "full name" of a row, whatever columns it is in
	// needed are the words without which it is not meant: visit_date of the
	// table visits needs "date", stay_days needs "stay".
	needed []bool
	order  int     // in the catalog
	weight float64 // less than 1 for what is not its own name
}

func newLexicon(c *catalog.Catalog) *lexicon { return newPart(part{c, c, nil}) }

// part is a part of a catalog, with what was taught of it.
type part struct {
	*catalog.Catalog
	of    *catalog.Catalog
	known *taught.Known // nil: nothing; its names are in the catalog already
}

func newPart(c part) *lexicon {
	l := &lexicon{catalog: c.Catalog, names: c.of.All(), prefix: commonPrefix(c.of), known: c.known, tables: map[catalog.TableID]*catalog.Table{}, byWord: map[string][]*lexeme{}, byJoint: map[string][]*lexeme{}, byRoot: map[string][]string{}}
	l.schema = sync.OnceValue(l.newSchema)
	l.starts = sync.OnceValue(l.findStarts)
	l.exemplary = sync.OnceValue(l.findExample)
	l.shown, l.dated, l.yearly = map[*catalog.Table][]ref{}, map[*catalog.Table][]ref{}, map[*catalog.Table][]ref{}
	l.stated = map[*catalog.Table][]stateColumn{}
	for _, t := range c.Tables {
		l.stated[t] = findStates(t)
		l.shown[t], l.dated[t], l.yearly[t] = l.findDisplay(t), slices.Clip(l.findDates(t)), slices.Clip(l.findYears(t))
	}
	for _, t := range c.Tables {
		l.tables[t.ID] = t
		name := l.of(t.Name)
		l.add(ref{table: t}, name, neededOfTable(name))
		for _, also := range t.Also { // what people call it
			parts := words.OfName(also)
			l.name(ref{table: t}, also, neededOfTable(parts))
		}
		for _, col := range t.Columns {
			if col.Type.Kind == types.Unsupported {
				continue
			}
			parts := l.of(col.Name)
			l.add(ref{table: t, col: col}, parts, neededOfColumn(parts, name, col))
			for _, also := range col.Also {
				l.name(ref{table: t, col: col}, also, neededOfColumn(words.OfName(also), name, col))
			}
		}
	}
	for _, t := range c.Tables {
		l.addAge(t)
	}
	l.addMetrics(c.of.Metrics)
	for _, t := range c.Tables { // what rows are known by may be called the name
		d := l.display(t)
		if len(d) != 1 || classOf(d[0].col) != textClass || slices.Contains(words.OfName(d[0].col.Name), "name") {
			continue
		}
		l.add(d[0], []string{"name"}, []bool{true}).weight = 0.8
	}
	for _, t := range c.Tables { // any key may be called the id
		if key := l.keyOf(t); len(key) == 1 && !slices.Contains(words.OfName(key[0].col.Name), "id") {
			l.add(key[0], []string{"id"}, []bool{true}).weight = 0.9
		}
	}
	for _, t := range c.Tables {
		if d := l.display(t); len(d) == 2 && slices.Contains(words.OfName(d[0].col.Name), "first") {
			l.add(ref{table: t}, []string{"full", "name"}, []bool{true, true}).full = true
			l.add(ref{table: t}, []string{"name"}, []bool{true}).full = true
		}
	}
	l.graph = newGraph(l)
	l.teach()
	return l
}

// name adds another name. One that was taught goes before names that sound the same.
func (l *lexicon) name(r ref, also string, needed []bool) {
	x := l.add(r, words.OfName(also), needed)
	column := catalog.ColumnID(0)
	if r.col != nil {
		column = r.col.ID
	}
	if x != nil && l.known.Names(r.table.ID, column, also) {
		x.weight = 1.1
	}
}

// addAge makes an age of a birthday, where the table has none.
func (l *lexicon) addAge(t *catalog.Table) {
	var born *catalog.Column
	for _, c := range t.Columns {
		parts := words.OfName(c.Name)
		if slices.Contains(parts, "age") {
			return
		}
		if classOf(c) == dateClass && (slices.Contains(parts, "birth") || slices.Contains(parts, "born")) {
			born = c
		}
	}
	if born != nil {
		l.add(ref{table: t, col: born, age: true}, []string{"age"}, []bool{true})
	}
}

func (l *lexicon) add(r ref, parts []string, needed []bool) *lexeme {
	if len(parts) == 0 {
		return nil
	}
	x := &lexeme{ref: r, words: parts, needed: needed, order: len(l.lexemes), weight: 1}
	l.lexemes = append(l.lexemes, x)
	for _, w := range slices.Compact(slices.Sorted(slices.Values(parts))) {
		if root := words.Root(w); len(l.byWord[w]) == 0 {
			l.byRoot[root] = append(l.byRoot[root], w)
		}
		l.byWord[w] = append(l.byWord[w], x)
	}
	joint := strings.Join(parts, "")
	l.byJoint[joint] = append(l.byJoint[joint], x)
	return x
}

// of are the words of a name, without what all names begin with.
func (l *lexicon) of(name string) []string { return words.OfName(strings.TrimPrefix(name, l.prefix)) }

// commonPrefix is what most tables' names begin with, such as "tbl_" or "sb":
// the part up to where all of at least three differ.
func commonPrefix(c *catalog.Catalog) string {
	if len(c.Tables) < 3 {
		return ""
	}
	prefix := c.Tables[0].Name
	for _, t := range c.Tables[1:] {
		for !strings.HasPrefix(t.Name, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	for _, t := range c.Tables {
		rest := t.Name[len(prefix):]
		ends := strings.HasSuffix(prefix, "_") || rest != "" && (rest[0] < 'a' || rest[0] > 'z')
		if rest == "" || !ends && !words.IsOfNames(rest) {
			return ""
		}
	}
	return prefix
}

// neededOfTable: words that say only what kind of table it is may be left out.
func neededOfTable(name []string) []bool {
	needed := make([]bool, len(name))
	for i, w := range name {
		needed[i] = len(name) == 1 || !slices.Contains([]string{"ref", "tbl", "dim", "fact", "table", "list", "info", "information", "detail", "data", "record", "master", "view"}, w)
	}
	if !slices.Contains(needed, true) {
		needed[0] = true
	}
	return needed
}

// neededOfColumn: the table's own name, prepositions and units may be left out.
func neededOfColumn(parts, table []string, col *catalog.Column) []bool {
	needed := make([]bool, len(parts))
	for i, w := range parts {
		switch {
		case len(parts) == 1:
			needed[i] = true
		case i < len(parts)-1 && slices.Contains(table, w):
		case slices.Contains([]string{"on", "at", "of", "in", "the", "is", "has", "was", "to", "by", "for"}, w):
		case i > 0 && slices.Contains(units, w):
		case i > 0 && isTemporal(col.Type.Kind) && slices.Contains([]string{"date", "time", "timestamp", "datetime", "day"}, w):
		default:
			needed[i] = true
		}
	}
	if !slices.Contains(needed, true) {
		needed[len(needed)-1] = true
	}
	return needed
}

var units = []string{"day", "hour", "minute", "second", "month", "year", "week", "km", "mile", "meter", "kg", "lb", "cm", "mm",
	"dollar", "euro", "usd", "eur", "gbp", "cent", "percent", "pct", "f", "mph", "inch"}

// typeClass is what one may do with a column.
type typeClass uint8

const (
	otherClass typeClass = iota
	numericClass
	textClass
	dateClass
	boolClass
)

func classOf(c *catalog.Column) typeClass {
	switch k := c.Type.Kind; k {
	case types.Int2, types.Int4, types.Int8, types.Numeric, types.Float4, types.Float8:
		return numericClass
	case types.Text, types.Varchar, types.Bpchar, types.Enum:
		return textClass
	case types.Bool:
		return boolClass
	default:
		if isTemporal(k) {
			return dateClass
		}
		return otherClass
	}
}

func isTemporal(k types.Kind) bool {
	return k == types.Date || k == types.Timestamp || k == types.TimestampTZ
}

// isKey reports whether the column identifies rows rather than measuring them.
func isKey(r ref) bool {
	if r.metric != nil {
		return false
	}
	for _, f := range r.table.Refers() {
		if slices.Contains(f.Columns, r.col.ID) {
			return true
		}
	}
	if len(r.table.Believed()) > 0 && slices.Equal(r.table.Believed()[0], []catalog.ColumnID{r.col.ID}) {
		return true
	}
	if classOf(r.col) == textClass {
		return false
	}
	last := words.OfName(r.col.Name)
	return len(last) > 0 && slices.Contains([]string{"id", "code", "key", "uuid", "number", "zip", "phone"}, last[len(last)-1])
}

// isForeign reports whether the column refers to another table.
func isForeign(r ref) bool {
	return slices.ContainsFunc(r.table.Refers(), func(f catalog.ForeignKey) bool { return slices.Contains(f.Columns, r.col.ID) })
}

// isMeasure reports whether sums and averages of the column mean something.
func isMeasure(r ref) bool {
	if r.metric != nil {
		return r.class() == numericClass
	}
	if r.col == nil || r.class() != numericClass || isKey(r) {
		return false
	}
	if r.age || r.span.since != nil {
		return true
	}
	last := words.OfName(r.col.Name)
	return last[len(last)-1] != "year"
}

// measuresOf are the columns of a table that measure something.
func (l *lexicon) measuresOf(t *catalog.Table) []ref {
	var out []ref
	for _, c := range t.Columns {
		if isMeasure(ref{table: t, col: c}) {
			out = append(out, ref{table: t, col: c})
		}
	}
	return out
}

// amount is the one measure that a number beside the table's name is about: the
// only one, or the only one of money.
func (l *lexicon) amount(t *catalog.Table) (ref, bool) {
	all := l.measuresOf(t)
	if i := slices.IndexFunc(all, func(r ref) bool { return r.col.ID == l.standard(t).Measure }); i >= 0 {
		return all[i], true
	}
	if len(all) == 1 {
		return all[0], true
	}
	money := slices.DeleteFunc(all, func(r ref) bool {
		return !slices.ContainsFunc(words.OfName(r.col.Name), func(w string) bool {
			return slices.Contains([]string{"amount", "total", "price", "cost", "value", "salary", "revenue", "fee"}, w)
		})
	})
	if len(money) == 1 {
		return money[0], true
	}
	return ref{}, false
}

// display are the columns by which people know a row: its name, or first and
// last name, or title; else its key.
func (l *lexicon) display(t *catalog.Table) []ref { return l.shown[t] }

func (l *lexicon) findDisplay(t *catalog.Table) []ref {
	if c := t.Column(l.standard(t).Display); c != nil {
		return []ref{{table: t, col: c}}
	}
	own := l.of(t.Name)
	find := func(want ...string) *catalog.Column {
		for _, c := range t.Columns {
			parts := l.of(c.Name)
			if c.Type.Kind != types.Unsupported && (slices.Equal(parts, want) ||
				len(parts) == len(want)+1 && slices.Contains(own, parts[0]) && slices.Equal(parts[1:], want)) {
				return c
			}
		}
		return nil
	}
	if first, last := find("first", "name"), find("last", "name"); first != nil && last != nil {
		return []ref{{table: t, col: first}, {table: t, col: last}}
	}
	for _, want := range []string{"name", "full name", "title", "label", "company", "company name", "organization", "subject", "user name"} {
		if c := find(strings.Fields(want)...); c != nil {
			return []ref{{table: t, col: c}}
		}
	}
	for _, c := range t.Columns { // the first column that ends in "name"
		if parts := l.of(c.Name); len(parts) > 0 && parts[len(parts)-1] == "name" && classOf(c) == textClass {
			return []ref{{table: t, col: c}}
		}
	}
	for _, c := range t.Columns { // a text column named like the table: city.city
		if parts := l.of(c.Name); slices.Equal(parts, own) && classOf(c) == textClass {
			return []ref{{table: t, col: c}}
		}
	}
	for _, want := range []string{"description", "detail", "code"} {
		if c := find(want); c != nil && classOf(c) == textClass {
			return []ref{{table: t, col: c}}
		}
	}
	return l.keyOf(t)
}

// isPerson reports whether rows of t are people, as far as its columns tell.
func (l *lexicon) isPerson(t *catalog.Table) bool {
	for _, c := range t.Columns {
		for _, w := range l.of(c.Name) {
			if slices.Contains([]string{"birth", "first", "gender", "sex", "age", "salary", "email"}, w) {
				return true
			}
		}
	}
	return false
}

// named reports whether display shows a name and not a mere key.
func (l *lexicon) named(t *catalog.Table) bool {
	d := l.display(t)
	return len(d) > 0 && classOf(d[0].col) != numericClass && !isKey(d[0])
}

// proper reports whether rows of t have names of their own, so that "per ward"
// means each row. Diagnoses that are known by their description do not.
func (l *lexicon) proper(t *catalog.Table) bool {
	d := l.display(t)
	if len(d) == 0 || len(d) == 2 {
		return true
	}
	w := l.of(d[0].col.Name)
	return w[len(w)-1] != "description" && w[len(w)-1] != "code" || isUnique(t, []*catalog.Column{d[0].col})
}

// keyOf are the columns of the primary key; none if it is not visible.
func (l *lexicon) keyOf(t *catalog.Table) []ref {
	if len(t.Believed()) == 0 {
		return nil
	}
	var out []ref
	for _, id := range t.Believed()[0] {
		c := t.Column(id)
		if c == nil || c.Type.Kind == types.Unsupported {
			return nil
		}
		out = append(out, ref{table: t, col: c})
	}
	return out
}

// dates are the columns that say when something happened, the most likely one
// first: filled in always before sometimes, and a birthday last.
func (l *lexicon) dates(t *catalog.Table) []ref { return l.dated[t] }

func (l *lexicon) findDates(t *catalog.Table) []ref {
	var out []ref
	for _, c := range t.Columns {
		if classOf(c) == dateClass {
			out = append(out, ref{table: t, col: c})
		}
	}
	rank := func(r ref) int {
		if r.col.ID == l.standard(t).Date {
			return -1
		}
		n := 0
		if !r.col.NotNull {
			n += 2
		}
		for _, w := range l.of(r.col.Name) {
			switch w {
			case "birth", "birthday", "born", "updated", "modified", "deleted", "expiry", "expire":
				n += 8
			case "end", "ended", "finished", "closed", "cancelled", "canceled", "paid", "shipped", "due", "discharged":
				n += 1
			}
		}
		return n
	}
	slices.SortStableFunc(out, func(a, b ref) int { return rank(a) - rank(b) })
	return out
}

// standard are the columns of a table that somebody said are meant: of what was
// taught, and where that says nothing of the meaning.
func (l *lexicon) standard(t *catalog.Table) taught.Default {
	var d taught.Default
	if l.known != nil {
		d = l.known.Defaults[t.ID]
	}
	d.Date, d.Measure = cmp.Or(d.Date, t.Said.Date), cmp.Or(d.Measure, t.Said.Measure)
	return d
}

// years are integer columns that hold a year.
func (l *lexicon) years(t *catalog.Table) []ref { return l.yearly[t] }

func (l *lexicon) findYears(t *catalog.Table) []ref {
	var out []ref
	for _, c := range t.Columns {
		if classOf(c) == numericClass && slices.Contains(l.of(c.Name), "year") {
			out = append(out, ref{table: t, col: c})
		}
	}
	return out
}

// columnsLike are the columns whose name has all of these words, exactly named
// ones first.
func (l *lexicon) columnsLike(want []string) []ref {
	var exact, within []ref
	for _, x := range l.byWord[want[0]] {
		if x.col == nil || x.age || x.metric != nil || slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(x.words, w) }) {
			continue
		}
		if len(x.words) == len(want) {
			exact = append(exact, x.ref)
		} else if x.words[len(x.words)-1] != "id" && x.words[len(x.words)-1] != "code" {
			within = append(within, x.ref)
		}
	}
	return append(exact, within...)
}

func (r ref) name() string {
	switch {
	case r.col == nil:
		return r.table.Name
	case r.metric != nil:
		return calledAs(r.metric)
	case r.age:
		return "age"
	case r.span.since != nil:
		return unitsOf[r.span.unit].words[len(unitsOf[r.span.unit].words)-1] + "s"
	}
	return r.col.Name
}

// compare orders columns as the catalog does.
func (l *lexicon) compare(a, b ref) int {
	return cmp.Or(cmp.Compare(a.table.ID, b.table.ID), cmp.Compare(a.col.ID, b.col.ID))
}

func (r ref) is(o ref) bool { return r == o }
