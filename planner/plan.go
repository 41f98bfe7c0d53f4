package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/refusal"
)

// plan is a reading whose names are columns, with its tables joined: all that
// has to be printed.
type plan struct {
	tree      tree
	distinct  bool
	outs      []shown
	where     []cond
	semis     []semi
	groups    []expr
	havings   []having
	orders    []order
	limit     int
	ranked    []int // the pieces that ask for the first so many
	grouped   bool
	aside     []cond // that pick rows for a figure
	window    int    // how many a moving average spans
	per       []expr // the first so many of each
	mean      bool   // of what each group has
	rate      *quotient
	counted   string // "": not the rows are shown but how many there are, under this name
	countedBy []int  // the pieces that ask for that
	dedupe    bool   // sums over rows that the joins multiply are taken over distinct ones
	joins     int
	// Noted by the printer, for whoever explains it:
	at         map[*catalog.Table]refusal.Span
	usualOrder string // in words, where the question names no order
}

// expr is [agg](column), or count(*) of a table's rows.
type expr struct {
	agg      aggregate
	distinct bool
	ref              // col nil: rows of table
	unit     string  // dates cut to it
	moved    *move   // before they are cut
	scale    float64 // by how much it is divided, to be in another unit; 0: not
	figure   string  // what is worked out of the aggregate
	piece    int
	pieces   []int // more that caused it
}

// shown is an output column.
type shown struct {
	expr
	name string // "": as the column is called
}

// semi is [NOT] EXISTS along edges that would multiply rows.
type semi struct {
	anchor *catalog.Table
	way    []edge
	more   []edge // further tables inside
	conds  []cond
	not    bool
	pieces []int
}

// planner makes the plan of one resolved reading.
type builder struct {
	lex *lexicon
	r   *reading
	p   plan
	by  []edge // along columns that refer, and are shown as what they refer to
}

// build plans r, whose slots have their picks; false if it makes no sense.
func (l *lexicon) build(r *reading) (plan, bool) {
	b := &builder{lex: l, r: r}
	b.p.limit, b.p.window, b.p.mean = r.limit, r.figure.n, r.figure.mean
	if !b.metrics() {
		return plan{}, false
	}
	b.ofEach()
	b.countEach()
	b.sumUp()
	if !b.r.figure.quotient {
		b.sumGroups()
	}
	if !b.quotient() || !b.perEach() || !b.root() || !b.atRoot() || !b.shape() || !b.join() || !b.filter() || !b.multiplied() || !b.deduped() || !b.scaled() || !b.rated() || !b.figures() {
		return plan{}, false
	}
	for _, o := range r.orders {
		if o.most {
			b.p.ranked = append(b.p.ranked, o.pieces...)
		}
	}
	if r.figure.mean {
		b.p.ranked = append(b.p.ranked, r.figure.pieces...)
	}
	if r.top >= 0 {
		b.p.ranked = append(b.p.ranked, r.top)
	}
	return b.p, len(b.p.outs) > 0
}

// sumUp makes "top products by quantity" an order by the sum of what each has,
// where an entity has many.
func (b *builder) sumUp() {
	e := b.entity()
	for i := range b.r.orders {
		o := &b.r.orders[i]
		t := o.slot.pick.table
		if e == nil || o.agg != noAgg || o.rows || t == nil || t == e || o.slot.pick.col == nil || !isMeasure(o.slot.pick) || len(b.r.groups) > 0 {
			continue
		}
		way := b.lex.graph.path([]*catalog.Table{e}, t)
		if slices.ContainsFunc(way, func(e edge) bool { return e.many }) && b.refersTo(t, e) {
			o.agg = usualAgg(o.slot.pick)
			if !b.r.which {
				b.r.outs = append(b.r.outs, out{agg: o.agg, slot: o.slot})
			}
		}
	}
}

// sumGroups reads "revenue by month", a measure with groups and without a word
// for how to sum it up. The price of each product is no such thing.
func (b *builder) sumGroups() {
	if len(b.r.groups) == 0 && !b.r.figure.asked() || len(b.measures()) > 0 || b.byRows() {
		return
	}
	for _, o := range b.r.outs {
		if o.slot.pick.col == nil || !isMeasure(o.slot.pick) {
			return
		}
		for _, g := range b.r.groups {
			if g.slot.pick.col == nil && g.slot.pick.table == o.slot.pick.table {
				return
			}
		}
	}
	for i := range b.r.outs {
		b.r.outs[i].agg = usualAgg(b.r.outs[i].slot.pick)
	}
}

// measures are the tables whose rows are counted or added up.
func (b *builder) measures() []*catalog.Table {
	var out []*catalog.Table
	for _, o := range b.r.outs {
		if o.agg != noAgg {
			out = append(out, o.slot.pick.table)
		}
	}
	for _, h := range b.r.havings {
		out = append(out, h.slot.pick.table)
	}
	for _, o := range b.r.orders {
		if o.agg != noAgg {
			out = append(out, o.slot.pick.table)
		}
	}
	return out
}

// entity is the table that the question is about: what is shown, else what is
// spoken of first.
func (b *builder) entity() *catalog.Table {
	for _, o := range b.r.outs {
		if o.agg == noAgg {
			return o.slot.pick.table
		}
	}
	for _, n := range b.r.needs {
		if !n.not {
			return n.slot.pick.table
		}
	}
	for _, o := range b.r.orders {
		if o.agg == noAgg && !o.rows && o.slot.pick.table != nil {
			return o.slot.pick.table
		}
	}
	for _, c := range b.r.conds {
		return c.slot.pick.table
	}
	return nil
}

// byRows reports whether something is ranked by how many rows there are of it.
func (b *builder) byRows() bool {
	return slices.ContainsFunc(b.r.orders, func(o order) bool { return o.rows })
}

// root chooses the table whose rows are measured or listed.
func (b *builder) root() bool {
	if m := b.measures(); len(m) > 0 {
		b.p.tree.root = m[0]
		// Of several measures all are of one table, or count what it refers to.
		for _, t := range m[1:] {
			if t != m[0] && !b.refersTo(m[0], t) {
				if !b.refersTo(t, m[0]) || b.p.tree.root != m[0] {
					return false
				}
				b.p.tree.root = t
			}
		}
		return b.countsOnly(b.p.tree.root)
	}
	if b.byRows() && len(b.r.groups) > 0 {
		g := b.r.groups[0].slot.pick
		b.p.tree.root = g.table
		if g.col == nil {
			b.p.tree.root = b.happenings(g.table)
		} else if need := b.firstNeed(); need != nil && need != g.table && b.refersTo(need, g.table) {
			b.p.tree.root = need // "the most common city of visits"
		}
		return b.p.tree.root != nil
	}
	if len(b.r.groups) > 0 && b.onlyGroups() {
		if b.p.tree.root = b.firstNeed(); b.p.tree.root == nil {
			b.p.tree.root = b.r.groups[0].slot.pick.table
		}
		return b.p.tree.root != nil
	}
	b.p.tree.root = b.people(b.entity())
	return b.p.tree.root != nil
}

// people are who is asked for by "who" where the question names only what they
// belong to, or have not: the one table of people that refers to it, or that it
// refers to.
func (b *builder) people(t *catalog.Table) *catalog.Table {
	if !b.r.who || t != nil && b.lex.isPerson(t) || len(b.r.outs) > 0 {
		return t
	}
	from := t
	if from == nil && len(b.r.needs) == 1 {
		from = b.r.needs[0].slot.pick.table
	}
	if from == nil {
		return t
	}
	if who := b.whose(from); who != nil {
		return who
	}
	var who *catalog.Table
	for _, e := range b.lex.graph.edges[from] {
		if e.many && b.lex.isPerson(e.to) {
			if who != nil {
				return t
			}
			who = e.to
		}
	}
	if who == nil {
		return t
	}
	return who
}

func (b *builder) firstNeed() *catalog.Table {
	for _, n := range b.r.needs {
		if !n.not {
			return n.slot.pick.table
		}
	}
	return nil
}

// countsOnly: a measure of a table that the root refers to is multiplied by the
// root's rows, which only a count can be told to ignore.
func (b *builder) countsOnly(root *catalog.Table) bool {
	for _, o := range b.r.outs {
		if o.agg != noAgg && o.slot.pick.table != root && o.agg != countAgg && o.agg != minAgg && o.agg != maxAgg {
			return false
		}
	}
	for _, o := range b.r.orders {
		if o.agg != noAgg && o.slot.pick.table != root && o.agg != countAgg {
			return false
		}
	}
	return true
}

// refersTo reports whether each row of a has at most one of b.
func (b *builder) refersTo(a, to *catalog.Table) bool {
	way := b.lex.graph.path([]*catalog.Table{a}, to)
	return len(way) > 0 && !slices.ContainsFunc(way, func(e edge) bool { return e.many })
}

// happenings is the table whose rows say how common a row of t is: t itself if
// its rows are such, or the only table that refers to it.
func (b *builder) happenings(t *catalog.Table) *catalog.Table {
	var children []*catalog.Table
	for _, e := range b.lex.graph.edges[t] {
		if e.many && !slices.Contains(children, e.to) {
			children = append(children, e.to)
		}
	}
	need := b.firstNeed()
	switch {
	case need != nil && slices.Contains(children, need):
		return need
	case len(children) == 1:
		return children[0]
	case len(children) == 0:
		return t
	}
	return nil
}

// onlyGroups: "visits by month" shows nothing but its groups, and so counts.
func (b *builder) onlyGroups() bool {
	return !slices.ContainsFunc(b.r.outs, func(o out) bool { return true }) && len(b.r.havings) == 0
}

// shape decides what is shown and what rows are put together by.
func (b *builder) shape() bool {
	r := b.r
	aggregated := len(b.measures()) > 0 || b.byRows()
	plain := b.plainOuts()
	b.each()
	switch {
	case len(r.groups) > 0 && (aggregated || b.onlyGroups()):
		b.p.grouped = true
		for _, g := range r.groups {
			b.groupBy(g)
		}
		for _, o := range plain {
			b.addKey(o.expr)
			b.addOut(o)
		}
		if !aggregated {
			r.outs = append(r.outs, out{agg: countAgg, slot: slot{pick: ref{table: b.p.tree.root}, piece: b.needPiece(), want: wantTable}})
		}
	case len(r.groups) > 0: // "the name for each department" is a list
		for _, g := range r.groups {
			if g.slot.pick.col == nil && len(plain) > 0 && plain[0].table == g.slot.pick.table {
				continue // "the author of each submission": a row each anyway
			}
			for _, o := range b.columnsOf(g.slot, true) {
				b.addOut(o)
			}
		}
		for _, o := range plain {
			b.addOut(o)
		}
	case aggregated && len(plain) > 0:
		b.p.grouped = true
		for _, o := range plain {
			if b.groupByNamed(slot{pick: o.ref, piece: o.piece}) {
				continue
			}
			if o.table != b.p.tree.root && b.shownAs(o) {
				b.addEntityKey(o.table)
			}
			b.addKey(o.expr)
			b.addOut(o)
		}
	case aggregated && (len(r.havings) > 0 || b.ranksGroups()):
		e := b.firstNeed()
		if e == nil && b.r.which {
			e = b.whose(b.p.tree.root)
		}
		if e == nil || e == b.p.tree.root {
			return false
		}
		b.p.grouped = true
		b.addEntityKey(e)
		for _, c := range b.lex.display(e) {
			x := expr{ref: c, piece: b.needPiece()}
			b.addKey(x)
			b.addOut(shown{x, ""})
		}
		if b.namesNoRow(e) {
			for _, k := range b.lex.keyOf(e) {
				b.addOut(shown{expr{ref: k, piece: -1}, ""})
			}
		}
	case aggregated:
	default:
		for _, o := range plain {
			b.addOut(o)
		}
		if len(plain) == 0 {
			b.defaults()
		}
	}
	for _, o := range r.outs {
		if o.agg != noAgg {
			b.addOut(b.aggregate(o))
		}
	}
	for _, o := range r.orders {
		if o.shown {
			b.addOut(shown{expr{agg: countAgg, ref: ref{table: b.p.tree.root}, piece: -1}, "number_of_" + plural(b.p.tree.root.Name)})
		}
	}
	b.p.distinct = !aggregated && slices.ContainsFunc(r.outs, func(o out) bool { return o.distinct })
	b.p.havings = r.havings
	return b.order()
}

// whose is who the rows of t belong to, of "who placed the most orders": the one
// table of people that it refers to.
func (b *builder) whose(t *catalog.Table) *catalog.Table {
	var who *catalog.Table
	for _, e := range b.lex.graph.edges[t] {
		if !e.many && b.lex.isPerson(e.to) && e.to != who {
			if who != nil {
				return nil
			}
			who = e.to
		}
	}
	return who
}

// shownAs: rows of the table are meant, and no column that several may share: the
// names of customers, and not their countries.
func (b *builder) shownAs(o shown) bool {
	return slices.ContainsFunc(b.lex.display(o.table), o.is) || slices.ContainsFunc(b.r.needs, func(n need) bool { return n.slot.pick.table == o.table }) ||
		slices.ContainsFunc(b.lex.keyOf(o.table), o.is)
}

func (b *builder) needPiece() int {
	for _, n := range b.r.needs {
		if !n.not {
			return n.slot.piece
		}
	}
	return -1
}

func (b *builder) ranksGroups() bool {
	return slices.ContainsFunc(b.r.orders, func(o order) bool { return o.agg != noAgg })
}

// plainOuts are the outs without an aggregate, tables as their names.
func (b *builder) plainOuts() []shown {
	var all []shown
	for _, o := range b.r.outs {
		if o.agg == noAgg {
			all = append(all, b.columnsOf(o.slot, false)...)
		}
	}
	if b.r.all {
		if t := b.entity(); t != nil && len(all) == 0 {
			for _, c := range t.Columns {
				if classOf(c) != otherClass || c.Type.Kind != 0 {
					all = append(all, shown{expr{ref: ref{table: t, col: c}, piece: b.needPiece()}, ""})
				}
			}
		}
	}
	return all
}

// columnsOf are what a slot shows: its column, or the names of its table.
func (b *builder) columnsOf(s slot, group bool) []shown {
	if s.pick.col != nil {
		name := ""
		if s.pick.age || s.pick.span.since != nil {
			name = s.pick.name()
		}
		return []shown{{expr{ref: s.pick, piece: s.piece}, name}}
	}
	var out []shown
	d := b.lex.display(s.pick.table)
	for _, c := range d {
		name := ""
		if group && len(d) == 1 && b.lex.named(s.pick.table) {
			name = singular(s.pick.table)
		}
		out = append(out, shown{expr{ref: c, piece: s.piece}, name})
	}
	return out
}

func singular(t *catalog.Table) string {
	return strings.Join(words.OfName(t.Name), "_")
}

// each shows what the first of each are asked of.
func (b *builder) each() {
	for _, g := range b.r.figure.per {
		before := len(b.p.groups)
		b.groupBy(g)
		b.p.per = append(b.p.per, b.p.groups[before:]...)
	}
	if len(b.measures()) == 0 && !b.byRows() { // a row each: nothing is put together
		b.p.groups = nil
	}
}

// groupBy adds a group's keys and shows its name.
func (b *builder) groupBy(g group) {
	if g.unit != "" && g.slot.pick.class() == dateClass {
		x := expr{ref: g.slot.pick, unit: g.unit, piece: g.slot.piece}
		b.addKey(x)
		name := g.unit
		if name == "fiscal" {
			name = "fiscal_year"
		}
		b.addOut(shown{x, name})
		return
	}
	if b.groupByNamed(g.slot) {
		return
	}
	if g.slot.pick.col == nil && g.slot.pick.table != b.p.tree.root && b.lex.proper(g.slot.pick.table) {
		b.addEntityKey(g.slot.pick.table)
	}
	for _, o := range b.columnsOf(g.slot, true) {
		b.addKey(o.expr)
		b.addOut(o)
	}
}

func (b *builder) addKey(x expr) {
	if !slices.ContainsFunc(b.p.groups, func(y expr) bool { return y.ref.is(x.ref) && y.unit == x.unit }) {
		b.p.groups = append(b.p.groups, x)
	}
}

func (b *builder) addEntityKey(t *catalog.Table) {
	for _, k := range b.lex.keyOf(t) {
		b.addKey(expr{ref: k, piece: -1})
	}
}

func (b *builder) addOut(o shown) {
	if !slices.ContainsFunc(b.p.outs, func(x shown) bool {
		return x.expr.ref.is(o.expr.ref) && x.agg == o.agg && x.unit == o.unit && x.figure == o.figure
	}) {
		b.p.outs = append(b.p.outs, o)
	}
}

// aggregate is an aggregated out with its name: number of visits, average stay.
func (b *builder) aggregate(o out) shown {
	x := expr{agg: o.agg, distinct: o.distinct || o.agg == countAgg && o.slot.pick.col != nil && isKey(o.slot.pick) && !b.isOwnKey(o.slot.pick), ref: o.slot.pick, piece: o.slot.piece, pieces: o.pieces}
	name := plural(x.name())
	switch {
	case x.metric != nil:
		x.distinct = x.metric.Over.Distinct
	case o.agg == countAgg && x.col == nil:
		name = "number_of_" + name
		x.distinct = false // its rows are distinct anyway, unless they have no name of their own
		if o.distinct && x.table == b.p.tree.root && !b.lex.proper(x.table) {
			x.ref, x.distinct = b.lex.display(x.table)[0], true
		}
	case o.agg == countAgg:
		name = "number_of_" + name
	case o.agg == sumAgg:
		name = "total_" + strings.TrimPrefix(name, "total_")
	case o.agg == avgAgg:
		name = "average_" + strings.TrimPrefix(name, "average_")
	case o.agg == minAgg:
		name = "lowest_" + name
	case o.agg == maxAgg:
		name = "highest_" + name
	}
	return shown{x, name}
}

// plural is a name as it is, in the form of names that we make.
func plural(name string) string { return strings.Join(words.Split(name), "_") }

func (b *builder) isOwnKey(r ref) bool {
	k := b.lex.keyOf(r.table)
	return len(k) == 1 && k[0].is(r)
}

// defaults are what is shown where the question names no column.
func (b *builder) defaults() {
	t := b.people(b.entity())
	piece := b.needPiece()
	add := func(r ref) { b.addOut(shown{expr{ref: r, piece: piece}, ""}) }
	switch {
	case b.r.when:
		for _, d := range b.lex.dates(t)[:min(1, len(b.lex.dates(t)))] {
			add(d)
		}
		return
	case b.r.where:
		for _, w := range placeWords {
			for _, c := range t.Columns {
				if parts := words.OfName(c.Name); len(parts) > 0 && parts[len(parts)-1] == w && classOf(c) == textClass {
					add(ref{table: t, col: c})
				}
			}
		}
		return
	}
	for _, d := range b.lex.display(t) {
		add(d)
	}
	if b.r.which {
		if b.namesNoRow(t) {
			for _, k := range b.lex.keyOf(t) {
				add(k)
			}
		}
		return
	}
	for _, o := range b.r.orders {
		if o.slot.pick.col != nil && o.agg == noAgg {
			add(o.slot.pick)
		}
	}
	for _, c := range t.Columns {
		if len(b.p.outs) < 12 && (classOf(c) != otherClass) {
			add(ref{table: t, col: c})
		}
	}
}

// namesNoRow: many rows have the same of what is shown of them.
func (b *builder) namesNoRow(t *catalog.Table) bool {
	d := b.lex.display(t)
	return len(d) == 1 && slices.Contains([]string{"subject", "label", "description"}, last(words.OfName(d[0].col.Name)))
}

func last(words []string) string { return words[len(words)-1] }

// order places what the rows are ordered by.
func (b *builder) order() bool {
	for _, o := range b.r.orders {
		switch {
		case o.rows, o.agg != noAgg:
		case o.slot.pick.table == nil: // of what is shown
			if len(b.p.outs) == 0 {
				return false
			}
			o.slot.pick = b.p.outs[0].ref
			for _, x := range b.p.outs { // alphabetical: the first text
				if x.agg == noAgg && x.col != nil && classOf(x.col) == textClass {
					o.slot.pick = x.ref
					break
				}
			}
		case o.slot.pick.col == nil:
			d := b.lex.display(o.slot.pick.table)
			if len(d) == 0 {
				return false
			}
			o.slot.pick = d[0]
		}
		if o.slot.flip {
			o.desc = !o.desc
		}
		if b.p.grouped && o.agg == noAgg && !o.rows {
			if len(b.p.groups) == 0 {
				return false
			}
			if i := slices.IndexFunc(b.p.outs, func(x shown) bool { return x.agg != noAgg && x.ref.is(o.slot.pick) }); i >= 0 {
				o.agg = b.p.outs[i].agg // "the average age, ordered by age"
			} else {
				b.addKey(expr{ref: o.slot.pick, piece: o.slot.piece})
			}
		}
		if b.p.distinct && o.agg == noAgg { // SQL orders distinct rows by what they show
			b.addOut(shown{expr{ref: o.slot.pick, piece: o.slot.piece}, ""})
		}
		b.p.orders = append(b.p.orders, o)
	}
	// Aggregates without groups are one row: there is nothing to rank or cut.
	return !(len(b.measures()) > 0 && !b.p.grouped && (len(b.p.orders) > 0 || b.r.limit > 0 && len(b.p.outs) > 0 && b.onlyAggregates()))
}

func (b *builder) onlyAggregates() bool {
	return !slices.ContainsFunc(b.p.outs, func(x shown) bool { return x.agg == noAgg })
}

// join connects what is shown, grouped and ranked.
func (b *builder) join() bool {
	if !b.joinNamed() {
		return false
	}
	var tables []*catalog.Table
	for _, g := range b.p.groups {
		tables = append(tables, g.table)
	}
	for _, o := range b.p.outs {
		tables = append(tables, o.table)
	}
	for _, o := range b.p.orders {
		if !o.rows {
			tables = append(tables, o.slot.pick.table)
		}
	}
	for _, h := range b.p.havings {
		tables = append(tables, h.slot.pick.table)
	}
	if b.p.rate != nil {
		tables = append(tables, b.p.rate.under.table)
	}
	for _, t := range tables {
		if t != nil && !b.p.tree.connect(b.lex.graph, t) {
			return false
		}
	}
	return b.p.grouped || !b.ordersByMany()
}

// ordersByMany: rows are ordered by what each has many of, and which is not shown:
// the first of them says nothing of the row.
func (b *builder) ordersByMany() bool {
	return slices.ContainsFunc(b.p.orders, func(o order) bool {
		t := o.slot.pick.table
		if o.agg != noAgg || o.rows || t == nil || t == b.p.tree.root || b.p.limit == 0 && slices.ContainsFunc(b.p.outs, func(x shown) bool { return x.table == t }) {
			return false
		}
		way := b.lex.graph.path([]*catalog.Table{b.p.tree.root}, t)
		return slices.ContainsFunc(way, func(e edge) bool { return e.many })
	})
}

// multiplied deals with joins that repeat the root's rows: a count counts
// distinct keys (see printer.aggregate), a sum is taken over distinct rows.
func (b *builder) multiplied() bool {
	b.p.joins = len(b.p.tree.edges)
	for _, h := range b.p.havings {
		if h.average && (len(b.p.groups) == 0 || len(b.p.tree.edges) == 0 || b.p.tree.multiplies()) {
			return false
		}
	}
	for _, s := range b.p.semis {
		b.p.joins += len(s.way) + len(s.more)
	}
	if !b.p.tree.multiplies() {
		return true
	}
	key := b.lex.keyOf(b.p.tree.root)
	for _, x := range b.p.aggregates() {
		switch x.agg {
		case sumAgg, avgAgg:
			b.p.dedupe = true
		case countAgg:
			if x.col == nil && len(key) != 1 || x.col != nil && !x.distinct {
				return false
			}
		}
	}
	// Mixing both cures is not worth its code.
	return !b.p.dedupe || len(key) > 0 && len(b.p.havings) == 0 &&
		!slices.ContainsFunc(b.p.aggregates(), func(x expr) bool { return x.agg == countAgg })
}

// aggregates are all aggregates of the plan.
func (p *plan) aggregates() []expr {
	var all []expr
	for _, o := range p.outs {
		if o.agg != noAgg {
			all = append(all, o.expr)
		}
	}
	for _, h := range p.havings {
		all = append(all, expr{agg: h.agg, ref: h.slot.pick})
	}
	for _, o := range p.orders {
		if o.agg != noAgg {
			all = append(all, expr{agg: o.agg, ref: o.slot.pick})
		} else if o.rows {
			all = append(all, expr{agg: countAgg, ref: ref{table: p.tree.root}})
		}
	}
	return all
}
