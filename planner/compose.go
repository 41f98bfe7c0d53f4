package planner

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/internal/words"
)

// state is a question read up to one piece: a reading so far, and what still
// waits for its other half. States are values; a rule returns one or more that
// go on from it.
type state struct {
	at   int // next piece
	mode mode
	r    reading
	cost float64

	// What waits for a noun or a value.
	aggs     []pending
	count    *pending
	most     *pending // most expensive; with rows: most common
	cmp      *comparison
	number   *pending // a number that nothing has taken yet
	distinct bool
	not      bool
	notAt    int // the piece that said so
	each     bool
	or       bool
	orAt     int // the piece that said so
	of       bool
	in       bool
	have     bool
	top      *pending
	subject  *slot // the column that a coming value is compared with
	spoken   bool  // subject was shown on its own, and not in a "whose"
	is       bool
	last     *slot // the noun right before this piece
	lastOut  int   // index+1 of the out it became
	dir      string
	grouping bool // the piece before was a group
	few      int  // of "three devices": how many of them a superlative picks

	lost  []int // pieces that found no place
	light int   // verbs taken as mere connection
}

// mode is what a bare noun means next.
type mode uint8

const (
	targetMode mode = iota // it is shown
	condMode               // it is what rows are picked by
	orderMode              // it is what rows are ordered by
)

// pending waits for its noun.
type pending struct {
	piece    int
	agg      aggregate
	desc     bool
	rows     bool // most common: by number of rows
	hint     string
	n        int
	distinct bool
	number   string
	unit     int // of the number, as in comparison
}

// comparison waits for its number and its column.
type comparison struct {
	op     string
	hint   string
	unit   int // of the number, as its place in unitsOf plus one; 0: none
	number string
	high   string // of between
	agg    aggregate
	is     bool // "are over 30k": what the question is about, and not what was named last
	pieces []int
}

const maxStates = 24

// composer reads one cut of a question.
type composer struct {
	l      *lattice
	pieces []piece
}

// compose are the readings of a cut, the cheapest first.
func (c *composer) compose() []state {
	waiting := make([][]state, len(c.pieces)+1)
	waiting[0] = []state{{r: reading{top: -1, figure: figure{how: -1}}}}
	for i := range c.pieces {
		beam := waiting[i]
		slices.SortStableFunc(beam, func(a, b state) int { return cmp.Compare(a.cost, b.cost) })
		for _, s := range beam[:min(len(beam), maxStates)] {
			for _, next := range append(c.step(s), c.ofHeld(s)...) {
				c.keep(&next, s.at)
				waiting[next.at] = append(waiting[next.at], next)
			}
		}
	}
	done := waiting[len(c.pieces)]
	for i := range done {
		c.finish(&done[i])
	}
	slices.SortStableFunc(done, func(a, b state) int { return cmp.Compare(a.cost, b.cost) })
	return done[:min(len(done), maxStates)]
}

// keep adds what was taught of the words since piece from, whatever they were read
// as.
func (c *composer) keep(n *state, from int) {
	for at := from; at < n.at; at++ {
		for _, t := range c.l.tokens[c.pieces[at].from:c.pieces[at].to] {
			for _, k := range t.kept {
				s := slot{nouns: []noun{{ref: k.ref, score: 1.4}}, piece: at, want: wantAny}
				n.r.conds = append(slices.Clip(n.r.conds), cond{slot: s, op: "taught", values: []string{k.test}, exact: true, pieces: []int{at}})
			}
		}
	}
}

// next is s after its piece, ready to be changed.
func (s state) next() state {
	s.r = s.r.clone()
	s.aggs, s.lost = slices.Clone(s.aggs), slices.Clone(s.lost)
	s.at++
	s.grouping = false
	return s
}

// forget ends what hangs together by standing side by side.
func (s *state) forget() { s.last, s.lastOut = nil, 0 }

func (c *composer) piece(i int) piece {
	if i < 0 || i >= len(c.pieces) {
		return piece{}
	}
	return c.pieces[i]
}

// meaning is the first piece from i on that is no mere filler.
func (c *composer) meaning(i int) int {
	for i < len(c.pieces) && c.pieces[i].role == stopRole {
		i++
	}
	return i
}

// step reads the next piece in all ways that make sense.
func (c *composer) step(s state) []state {
	at := s.at
	p := c.pieces[at]
	n := s.next()
	switch p.role {
	case nounRole:
		return c.noun(n, at)
	case valueRole:
		return c.value(n, at)
	case numberRole:
		return c.number(n, at)
	case periodRole:
		return c.period(n, at)
	case lastingRole:
		return c.lasting(n, at)
	case unknownRole:
		return c.unknown(n, at)
	case bucketRole:
		return c.bucket(n, at)
	case cmpRole:
		return c.compare(n, at)
	case betweenRole:
		return c.between(n, at)
	case eachRole:
		return c.per(n, at)
	case mostRole, commonRole, topRole:
		if c.firstOnes(&n, at) {
			break
		}
		c.superlative(&n, at)
	case likeRole:
		return c.like(n, at)
	case namedRole:
		return c.named(n, at)
	case nullRole, notnullRole:
		c.null(&n, at)
	case figureRole:
		if p.arg == "mean" && n.cmp != nil && n.cmp.number == "" { // "above the average number of beds"
			n.aggs = append(n.aggs, pending{piece: at, agg: avgAgg})
			return c.belowAverage(n, at)
		}
		if c.piece(at-1).role == numberRole && (p.arg == "share" || p.arg == "percent") {
			break // "20 percent"
		}
		c.figureWord(&n, at)
	case cannotRole:
		n.lost = append(n.lost, at)
		n.cost += 5
	case leadRole, whoRole, whenRole, whereRole, oldRole:
		c.lead(&n, at)
	case endRole:
		c.settle(&n)
		c.orderShown(&n)
		n.mode = targetMode
		n.forget()
	case countRole:
		if k := len(n.r.orders) - 1; k >= 0 && n.r.orders[k].agg == countAgg && n.r.orders[k].slot.piece == at-1 { // "by ticket count"
			break
		}
		if next := c.piece(c.meaning(at + 1)).role; n.last != nil && n.last.want == wantTable && next != nounRole && next != ofRole && n.count == nil { // "order count"
			n.count = &pending{piece: at}
			if k := len(n.r.needs); k > 0 && n.r.needs[k-1].slot.piece == n.last.piece {
				n.r.needs = n.r.needs[:k-1]
			}
			return []state{c.counted(n, *n.last, countAgg)}
		}
		n.count = &pending{piece: at, distinct: n.distinct || c.says(p, "different", "distinct")}
		n.distinct = false
		if n.mode == condMode && n.cmp == nil && n.most == nil && !n.have {
			n.mode = targetMode
		}
		n.forget()
	case aggRole:
		n.aggs = append(n.aggs, pending{piece: at, agg: aggregate(p.arg), number: p.factor, hint: p.hint})
		if n.cmp != nil && n.cmp.number == "" && p.arg != string(sumAgg) && !c.thanAverage(c.measureEnd(at+1)) {
			return c.belowAverage(n, at)
		}
		n.forget()
	case distinctRole:
		n.distinct = true
	case notRole:
		n.not, n.notAt = true, at
		if n.mode == targetMode && len(n.r.needs)+len(n.r.outs) > 0 {
			n.mode = condMode
		}
	case orderRole:
		if p.to == p.from+1 && len(c.l.alike[p.from]) > 0 { // "the last order of each customer"
			n.cost += 0.5
		}
		c.settle(&n)
		n.mode = orderMode
		if c.says(p, "ranked", "rank") { // the first is the largest
			n.dir = "desc"
		}
		n.forget()
	case dirRole:
		c.direction(&n, at)
	case andRole:
		if s.grouping && c.piece(c.meaning(at+1)).role != countRole && c.piece(c.meaning(at+1)).role != aggRole { // "by month and department"
			list := n.next()
			list.at--
			list.each, list.grouping = true, false
			c.and(&n)
			n.cost += 0.3
			return []state{list, n}
		}
		c.and(&n)
	case orRole:
		n.or, n.orAt = true, at
		c.and(&n)
	case bothRole:
	case relRole:
		if n.mode != orderMode {
			n.mode = condMode
		}
		n.spoken, n.is = false, c.says(p, "are", "is", "was", "were")
	case haveRole:
		if n.mode != orderMode {
			n.mode = condMode
		}
		n.have = true
		if n.subject != nil { // "whose name contains" compares
			n.cost += 0.5
		}
	case ofRole:
		n.of = true
	case inRole:
		n.in = true
		n.forget()
		if n.mode == orderMode {
			n.mode = targetMode
		}
	case isRole:
		n.is = true
	case verbRole:
		if n.subject != nil && len(n.r.needs) > 0 && n.subject.nouns[0].class() == textClass && c.piece(at-1).to == p.from { // "of kind training"
			t := c.equals(n, *n.subject, at, p.text, false)
			return []state{t}
		}
		n.light++
		n.cost += 0.05
		if t := c.dealt(at); len(t.nouns) > 0 && len(n.r.needs)+len(n.r.outs) > 0 {
			n.r.needs = append(n.r.needs, need{slot: t, not: n.not}) // "never sold"
			n.not = false
		}
		if n.mode == targetMode && len(n.r.needs) > 0 {
			n.mode = condMode
		}
		n.forget()
	case allRole:
		n.r.all = true
	case stopRole:
	default:
		panic("planner: unknown role of a piece")
	}
	return []state{n}
}

func (c *composer) says(p piece, words ...string) bool {
	for _, t := range c.l.tokens[p.from:p.to] {
		if oneOf(t, words...) {
			return true
		}
	}
	return false
}

// deals are verbs that say which table connects: who bought something has an
// order.
var deals = []struct {
	verbs, tables []string
}{
	{[]string{"buy", "bought", "purchase", "purchased", "purchasing", "sell", "sold", "sells", "buying"}, []string{"order", "purchase", "sale", "sales", "transaction"}},
}

// dealt are the tables that the verb at stands for: of buying, the orders.
func (c *composer) dealt(at int) slot {
	s := slot{piece: at, want: wantTable}
	verb := c.l.tokens[c.pieces[at].from].stem
	for _, t := range c.l.lex.catalog.Tables { // "subscribes" of subscriptions
		if w := words.OfName(t.Name); len(w) == 1 && sameRoot(w[0], verb) {
			s.nouns = append(s.nouns, noun{ref: ref{table: t}, score: 1})
		}
	}
	for _, d := range deals {
		if !c.says(c.pieces[at], d.verbs...) {
			continue
		}
		for _, t := range c.l.lex.catalog.Tables {
			if w := words.OfName(t.Name); len(w) == 1 && slices.Contains(d.tables, w[0]) {
				s.nouns = append(s.nouns, noun{ref: ref{table: t}, score: 1})
			}
		}
	}
	return s
}

func (c *composer) lead(n *state, at int) {
	c.settle(n)
	n.mode = targetMode
	n.forget()
	switch p := c.pieces[at]; p.role {
	case whoRole:
		n.r.which, n.r.who = true, true
	case oldRole:
		n.r.outs = append(n.r.outs, out{slot: c.hinted(p.hint, at, wantOrdered)})
		n.mode = condMode
	case whenRole:
		n.r.when = true
		n.mode = condMode
	case whereRole:
		n.r.where = true
		n.mode = condMode
	default:
		n.r.which = n.r.which || c.says(p, "which")
	}
}

// settle gives up on what still waits at the end of a clause.
func (c *composer) settle(n *state) {
	if n.subject != nil {
		if n.spoken {
			n.cost += 0.15
			n.r.outs = append(n.r.outs, out{slot: *n.subject})
		} else {
			n.lost = append(n.lost, n.subject.piece)
			n.cost++
		}
	}
	c.applyMost(n)
	c.applyCmp(n)
	if len(n.aggs) == 1 && n.aggs[0].agg == avgAgg && len(n.r.outs) == 0 && len(n.r.groups) == 1 && n.r.groups[0].per && len(n.r.needs) == 1 { // "visits per patient, average"
		n.r.figure.mean, n.r.figure.pieces = true, append(slices.Clone(n.r.figure.pieces), n.aggs[0].piece)
		n.aggs = nil
	}
	if t := c.lastTable(n); t != nil && len(n.aggs) == 1 && len(n.r.outs) == 0 { // "what did bills add up to"
		if amount, ok := c.amountOf(*t); ok {
			n.r.outs = append(n.r.outs, out{agg: n.aggs[0].agg, slot: amount, pieces: []int{n.aggs[0].piece}})
			n.cost += 0.2
			n.aggs = nil
		}
	}
	for _, a := range n.aggs {
		n.cost += 0.8
		n.lost = append(n.lost, a.piece)
	}
	if k := c.lastTable(n); n.count != nil && len(n.r.outs) == 0 && len(n.r.groups) == 0 && k != nil { // "orders last month - how many?"
		counted := *k
		if len(n.r.needs) > 0 {
			counted = n.r.needs[0].slot
		}
		n.r.outs = append(n.r.outs, out{agg: countAgg, slot: counted, pieces: []int{n.count.piece}})
		n.count = nil
	}
	if n.count != nil {
		n.cost += 0.8
		n.lost = append(n.lost, n.count.piece)
	}
	if n.number != nil {
		n.cost += 0.6
		n.lost = append(n.lost, n.number.piece)
	}
	if n.not { // a "not" that found nothing must not be passed over
		n.cost += 0.8
		n.lost = append(n.lost, n.notAt)
	}
	if n.or && len(n.r.havings) > 0 && len(n.r.conds)+len(n.r.havings) > 1 { // of groups all conditions hold
		n.cost += 0.8
		n.lost = append(n.lost, n.orAt)
	}
	if n.each {
		n.cost += 0.8
	}
	n.aggs, n.count, n.most, n.cmp, n.number, n.subject = nil, nil, nil, nil, nil, nil
	n.distinct, n.not, n.each, n.or, n.of, n.in, n.have, n.is = false, false, false, false, false, false, false, false
}

// applyMost reads a superlative that names its column itself and has its noun
// behind it: "the patient who is oldest", "which product is cheapest".
func (c *composer) applyMost(n *state) {
	m := n.most
	if m == nil {
		return
	}
	n.most = nil
	if m.rows {
		if s := c.lastShown(n); s != nil {
			c.rank(n, *s, m)
			return
		}
	}
	if k := len(n.r.needs) - 1; m.hint == "" && k > 0 && !m.rows && !c.says(c.piece(m.piece-1), "at") { // "which vendor billed us the most"
		if s, ok := c.amountOf(n.r.needs[k].slot); ok {
			n.r.orders = append(n.r.orders, order{agg: sumAgg, slot: s, desc: m.desc, most: true, pieces: []int{m.piece}})
			n.r.limit = max(m.n, 1)
			return
		}
	}
	if m.hint != "" {
		n.r.orders = append(n.r.orders, order{slot: c.hinted(m.hint, m.piece, wantOrdered), desc: m.desc, most: true, pieces: []int{m.piece}})
		n.r.limit = max(m.n, 1)
		return
	}
	n.cost += 0.8
	n.lost = append(n.lost, m.piece)
}

// applyCmp reads a comparison that found no column: one that names its own, or
// that of the only measure of a table ("invoices over 1000").
func (c *composer) applyCmp(n *state) {
	k := n.cmp
	if k == nil {
		return
	}
	n.cmp = nil
	if k.number != "" && k.hint != "" {
		n.r.conds = append(n.r.conds, c.byHint(k, n.or))
		n.or = false
		return
	}
	t := c.lastTable(n)
	if k.is && len(n.r.needs) > 0 && !n.r.needs[0].not {
		t = &n.r.needs[0].slot
	}
	if t != nil && k.number != "" && k.agg == noAgg {
		s := slot{piece: t.piece, want: wantMeasure}
		for _, x := range t.nouns {
			if k.unit > 0 { // "sessions over 20 minutes"
				for _, m := range c.l.lex.measuresOf(x.table) {
					if u := unitOfColumn(m); u >= 0 && unitsOf[u].kind == unitsOf[k.unit-1].kind {
						s.nouns = append(s.nouns, noun{ref: m, score: 0.6 * x.score})
					}
				}
				if unitsOf[k.unit-1].kind != "money" {
					continue
				}
			}
			if m, ok := c.l.lex.amount(x.table); ok {
				s.nouns = append(s.nouns, noun{ref: m, score: 0.6 * x.score})
			}
		}
		if age, _ := strconv.Atoi(k.number); len(s.nouns) == 0 && age > 10 && age < 120 && c.l.lex.isPerson(t.nouns[0].table) { // "patients over 80"
			k.hint = "age|birth date-|birth year-|born-"
			n.r.conds = append(n.r.conds, c.byHint(k, n.or))
			n.or = false
			return
		}
		if len(s.nouns) > 0 {
			n.cost += 0.2
			n.r.conds = append(n.r.conds, cond{slot: s, op: k.op, values: k.list(), number: true, unit: k.unit, or: n.or, pieces: k.pieces})
			n.or = false
			return
		}
	}
	n.cost += 0.8
	n.lost = append(n.lost, k.pieces...)
}

func (c *composer) and(n *state) {
	n.forget()
	n.spoken = false
	n.is, n.of = false, false
	if n.subject != nil && n.mode == condMode && n.have { // "with names and addresses"
		c.settle(n)
	}
}

// direction is "descending", before or after what it orders.
func (c *composer) direction(n *state, at int) {
	p := c.pieces[at]
	desc := p.arg == "desc"
	if k := len(n.r.orders); k > 0 && !n.r.orders[k-1].most {
		n.r.orders[k-1].desc = desc
		n.r.orders[k-1].pieces = append(slices.Clone(n.r.orders[k-1].pieces), at)
		if n.mode == orderMode && c.says(p, "of") {
			n.dir = p.arg
		}
		return
	}
	n.dir = p.arg
	n.mode = orderMode
}

// per is "for each", "by": the next noun is what rows are grouped by, unless
// "by" says what they are ranked by.
func (c *composer) per(n state, at int) []state {
	p := c.pieces[at]
	follows := c.piece(c.meaning(at + 1)).role
	prev := c.piece(at - 1)
	n.forget()
	if p.to == p.from+1 && c.says(p, "by") && (prev.role == verbRole && (c.participle(at-1) || !strings.HasSuffix(c.l.tokens[prev.from].lower, "s")) || (prev.role == unknownRole || prev.role == nounRole && prev.nouns[0].class() == dateClass) && c.participle(at-1)) { // "made by"
		grouped := n.next()
		grouped.at--
		grouped.each = true
		grouped.cost += 0.4
		n.mode = condMode
		return []state{n, grouped}
	}
	if c.ofAll(p) { // "by all entrepreneurs", "across all entrepreneurs": one figure
		whole := n.next()
		whole.at--
		whole.mode = condMode
		n.each = true
		n.cost += 0.4
		return []state{whole, n}
	}
	if c.says(p, "by") && p.to == p.from+1 && (n.top != nil || len(n.r.orders) > 0 && n.r.limit > 0) &&
		(follows == countRole || follows == aggRole || follows == nounRole || follows == mostRole) {
		n.mode = orderMode
		n.dir = "desc"
		if n.top != nil && !n.top.desc {
			n.dir = "asc"
		}
		return []state{n}
	}
	if follows == countRole || follows == aggRole { // "by number of visits"
		n.mode = orderMode
		n.dir = "desc"
		return []state{n}
	}
	if q := c.piece(at + 1); c.says(p, "by") && p.to == p.from+1 && (q.role == unknownRole || q.role == valueRole) { // "payments by card"
		if s := c.means(&n, at+1); len(s.nouns) > 0 {
			t := c.equals(n, s, at+1, c.l.tokens[q.from].text, false)
			t.at = at + 2
			t.cost += 0.2
			return []state{t}
		}
	}
	n.each = true
	if c.listedBy(n, at) { // "list all people by name" is an order
		n.each = false
		c.settle(&n)
		n.mode = orderMode
		return []state{n}
	}
	if p.to == p.from+1 && c.says(p, "by") && len(n.r.outs) > 0 && !n.r.figure.asked() && !slices.ContainsFunc(n.r.outs, func(o out) bool { return o.agg != noAgg }) {
		listed := n.next() // "names by age" is an order
		listed.at--
		listed.each = false
		if !slices.ContainsFunc(c.pieces[at:], func(q piece) bool { return q.role == dirRole }) {
			listed.cost += 0.2
		}
		c.settle(&listed)
		listed.mode = orderMode
		return []state{listed, n}
	}
	return []state{n}
}

// superlative is most, most common, top N.
func (c *composer) superlative(n *state, at int) {
	p := c.pieces[at]
	m := &pending{piece: at, desc: p.arg == "desc", rows: p.role == commonRole, hint: p.hint, n: 0}
	if n.number != nil {
		m.n = c.l.tokens[c.pieces[n.number.piece].from].small()
		n.number = nil
	} else if n.few > 0 && p.role != topRole { // "three devices with the most alarms"
		m.n, n.few = n.few, 0
	} else if q := c.piece(c.meaning(at + 1)); q.role == numberRole && c.l.tokens[q.from].year() == 0 {
		if k := c.l.tokens[q.from].small(); k > 0 {
			m.n = k
			n.at = c.meaning(at+1) + 1
		}
	}
	if c.says(p, "busiest", "active") && !slices.ContainsFunc(c.pieces[at:], func(q piece) bool { return q.role == eachRole && c.says(q, "by") }) { // by what?
		n.lost = append(n.lost, at)
		n.cost++
	}
	if p.role != topRole {
		if n.top != nil && m.n == 0 && len(n.r.orders) == 0 { // "the top 3 shops with the highest sales"
			m.n, n.top = n.top.n, nil
		}
		n.most = m
		if next := c.piece(c.meaning(n.at)).role; m.rows && next != nounRole && next != bucketRole { // "which city is most common"
			c.applyMost(n)
		}
		return
	}
	if c.says(p, "first", "last") && m.n == 0 { // "the last visit"
		m.hint, m.desc = newest, c.says(p, "last")
		n.most = m
		return
	}
	if m.n == 0 {
		m.n = 10
		if next := c.piece(at + 1); next.role == nounRole && next.to == next.from+1 && !c.plural(at+1) && next.nouns[0].col == nil { // "the top customer"
			m.n = 1
		}
	}
	n.top = m
	n.r.limit, n.r.top = m.n, at
}

// firstOnes is an order: "cheapest first", "biggest budget first".
func (c *composer) firstOnes(n *state, at int) bool {
	p := c.pieces[at]
	first := func(i int) bool {
		q, after := c.piece(i), c.piece(i+1).role
		return q.to == q.from+1 && c.says(q, "first") && (after == noRole || after == endRole || after == andRole)
	}
	o := order{desc: p.arg == "desc", pieces: []int{at}}
	next := c.piece(at + 1)
	switch {
	case p.role != mostRole:
		return false
	case first(at+1) && p.hint != "":
		o.slot = c.hinted(p.hint, at, wantOrdered)
		n.at = at + 2
	case first(at+2) && next.role == nounRole:
		o.slot = slot{nouns: slices.DeleteFunc(slices.Clone(next.nouns), func(x noun) bool { return x.col == nil }), piece: at + 1, want: wantOrdered}
		if len(o.slot.nouns) == 0 {
			o.slot, o.agg = slot{nouns: next.nouns, piece: at + 1, want: wantTable}, countAgg
		}
		n.at = at + 3
	default:
		return false
	}
	c.settle(n)
	n.r.orders = append(n.r.orders, o)
	n.forget()
	return true
}

// newest is the hint of what is ordered by time.
const newest = "date|time|year"

// listedBy reports whether rows that are listed are put in the order of their name.
func (c *composer) listedBy(n state, at int) bool {
	name := c.piece(at + 1)
	return oneOf(c.l.tokens[0], "list") && c.says(c.piece(at), "by") && len(n.r.needs) == 1 && len(n.r.outs) == 0 && name.role == nounRole && name.to == name.from+1 &&
		oneOf(c.l.tokens[name.from], "name", "names", "title", "titles") && (c.piece(at+2).role == noRole || c.piece(at+2).role == endRole)
}

// ofAll reports whether p is the "by all" of "requested by all entrepreneurs", which
// are rows, and no groups.
func (c *composer) ofAll(p piece) bool {
	last := p.to
	if p.to == p.from+2 {
		last = p.to - 1
	}
	return c.says(p, "by", "across") && p.to <= p.from+2 && last < len(c.l.tokens) && oneOf(c.l.tokens[last], "all")
}

// orderShown is "in alphabetical order", of what is shown.
func (c *composer) orderShown(n *state) {
	if n.dir != "" && n.mode == orderMode && len(n.r.orders) == 0 {
		n.r.orders = append(n.r.orders, order{slot: slot{piece: -1}, desc: n.dir == "desc"})
		n.dir = ""
	}
}

// finish settles what is open at the end of the question.
func (c *composer) finish(n *state) {
	c.settle(n)
	c.orderShown(n)
	if n.top != nil && len(n.r.orders) == 0 {
		c.topOfRows(n)
	}
	if oneOf(c.l.tokens[0], "who") && !n.r.who {
		n.cost += 0.5
	}
	if len(n.r.groups) == 1 && n.r.groups[0].unit != "" && !n.r.groups[0].each && len(n.r.outs) == 1 && n.r.outs[0].agg == noAgg && len(n.r.needs) > 0 && len(n.r.outs[0].slot.nouns) > 0 && n.r.outs[0].slot.nouns[0].class() == dateClass {
		n.r.outs = nil // "at which hour do sessions start"
	}
	c.overTime(n)
	c.altogether(n)
	c.figures(n)
	c.firstOfEach(n)
	n.cost += 0.6 * float64(len(n.lost))
	if len(n.r.outs) == 0 && len(n.r.needs) == 0 && len(n.r.groups) == 0 && len(n.r.orders) == 0 && !(n.r.which && len(n.r.conds)+len(n.r.havings) > 0) {
		n.cost += 3
	}
}

// topOfRows reads "top 5 diagnoses": those of which there are most.
func (c *composer) topOfRows(n *state) {
	if k := len(n.r.outs); k == 1 && n.r.outs[0].agg == noAgg && n.r.outs[0].slot.nouns[0].class() == textClass && len(n.r.groups) == 0 && n.top.desc && !c.says(c.pieces[n.top.piece], "first") { // "top 3 subjects"
		s := n.r.outs[0].slot
		n.cost += 0.3
		n.r.groups = append(n.r.groups, group{slot: s})
		n.r.orders = append(n.r.orders, order{rows: true, shown: true, desc: true, most: true, pieces: []int{n.top.piece}})
		return
	}
	if len(n.r.needs) == 0 || n.r.needs[0].not || len(n.r.outs) > 0 || len(n.r.groups) > 0 || !n.top.desc {
		n.cost += 0.8
		n.lost = append(n.lost, n.top.piece)
		return
	}
	s := n.r.needs[0].slot
	n.cost += 0.3
	n.r.groups = append(n.r.groups, group{slot: s})
	n.r.outs = append(n.r.outs, out{slot: s})
	n.r.orders = append(n.r.orders, order{rows: true, shown: true, desc: true, most: true, pieces: []int{n.top.piece}})
}

// lastShown is what "is the most common" speaks of.
func (c *composer) lastShown(n *state) *slot {
	if k := len(n.r.outs); k > 0 && n.r.outs[k-1].agg == noAgg {
		s := n.r.outs[k-1].slot
		n.r.outs = n.r.outs[:k-1]
		return &s
	}
	if len(n.r.outs) == 0 && len(n.r.needs) > 0 {
		return &n.r.needs[0].slot
	}
	return nil
}

// rank shows a slot, by the number of its rows.
func (c *composer) rank(n *state, s slot, m *pending) {
	n.r.groups = append(n.r.groups, group{slot: s})
	n.r.outs = append(n.r.outs, out{slot: s})
	n.r.orders = append(n.r.orders, order{rows: true, desc: m.desc, most: true, pieces: []int{m.piece}})
	n.r.limit = max(m.n, 1)
	n.mode = condMode
}
