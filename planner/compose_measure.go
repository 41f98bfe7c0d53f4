package planner

import (
	"slices"

	"github.com/grille-dev/grille/internal/words"
)

func (c *composer) allSum(aggs []pending) bool {
	return !slices.ContainsFunc(aggs, func(a pending) bool { return a.agg != sumAgg })
}

// total is "total visits", a count, and "total amount of invoices", a sum of the
// one column that says how much.
func (c *composer) total(n state, s slot) []state {
	valued := c.piece(s.piece+1).role == stopRole && c.says(c.piece(s.piece+1), "amount", "value", "volume", "worth", "sales") // "total order value"
	amount := valued || c.says(c.pieces[n.aggs[0].piece], "amount", "value", "much")
	sums := slot{piece: s.piece, want: wantMeasure}
	for _, t := range s.nouns {
		for _, m := range c.l.lex.measuresOf(t.table) {
			parts := words.OfName(m.col.Name)
			if slices.ContainsFunc(parts, func(w string) bool {
				return slices.Contains([]string{"amount", "total", "price", "cost", "value", "sum", "payment"}, w)
			}) {
				sums.nouns = append(sums.nouns, noun{ref: m, score: t.score})
			}
		}
	}
	counts := n.next()
	counts.at--
	counts.aggs = nil
	counts.count = &pending{piece: s.piece}
	if amount && len(sums.nouns) > 0 {
		counts.cost += 0.5
	}
	all := []state{c.counted(counts, s, countAgg)}
	if len(sums.nouns) > 0 {
		if !amount {
			n.cost += 0.3
		}
		n.r.needs = append(n.r.needs, need{slot: s})
		all = append(all, c.aggregated(n, sums))
	}
	return all
}

// counted is "number of visits", shown or ranked by.
func (c *composer) counted(n state, s slot, agg aggregate) state {
	k := n.count
	n.count = nil
	n.last = &s
	switch {
	case n.most != nil: // "with the highest number of visits"
		m := n.most
		n.most = nil
		n.r.orders = append(n.r.orders, order{agg: agg, slot: s, desc: m.desc, most: true, pieces: []int{m.piece, k.piece}})
		n.r.limit = max(m.n, 1)
	case n.mode == orderMode:
		n.r.orders = append(n.r.orders, order{agg: agg, slot: s, desc: n.dir == "desc", pieces: []int{k.piece}})
		n.dir = ""
		if n.top != nil {
			n.r.outs = append(n.r.outs, out{agg: agg, slot: s, pieces: []int{k.piece}})
			n.mode = condMode
		}
	case n.cmp != nil && n.cmp.number != "":
		k := n.cmp
		n.cmp = nil
		n.r.havings = append(n.r.havings, having{agg: agg, slot: s, op: k.op, number: k.number, high: k.high, pieces: k.pieces})
	default:
		n.r.outs = append(n.r.outs, out{agg: agg, slot: s, distinct: k.distinct || n.distinct, pieces: []int{k.piece}})
		n.lastOut = len(n.r.outs)
		n.distinct = false
		n.mode = condMode
	}
	return n
}

// mostOfTable is "most visits", "most common diagnosis", "oldest patients".
func (c *composer) mostOfTable(n state, s slot) state {
	m := n.most
	n.most = nil
	n.last = &s
	switch {
	case m.rows:
		c.rank(&n, s, m)
	case m.hint == "" && c.sized(m, s): // "largest bill"
		amount, _ := c.amountOf(s)
		n.r.needs = append(n.r.needs, need{slot: s})
		n.r.orders = append(n.r.orders, order{slot: amount, desc: m.desc, most: true, pieces: []int{m.piece}})
		if n.r.limit = m.n; m.n == 0 {
			n.r.limit = 1
		}
	case m.hint == "" && c.piece(c.meaning(s.piece+1)).role == eachRole: // "largest cities by population"
		n.r.needs = append(n.r.needs, need{slot: s})
		if m.n == 0 {
			m = &pending{piece: m.piece, desc: m.desc, n: 1}
		}
		n.top, n.r.limit = m, m.n
	case m.hint != "":
		n.r.needs = append(n.r.needs, need{slot: s})
		n.r.orders = append(n.r.orders, order{slot: c.hinted(m.hint, m.piece, wantOrdered), desc: m.desc, most: true, pieces: []int{m.piece}})
		if n.r.limit = m.n; m.n == 0 {
			n.r.limit = 1
			if c.plural(s.piece) {
				n.r.limit = 10
			}
		}
	default:
		n.r.orders = append(n.r.orders, order{agg: countAgg, slot: s, desc: m.desc, most: true, pieces: []int{m.piece}})
		n.r.limit = max(m.n, 1)
	}
	return n
}

// sized: the largest bill is that of the largest amount, if it has only one.
func (c *composer) sized(m *pending, s slot) bool {
	_, ok := c.amountOf(s)
	return ok && c.says(c.pieces[m.piece], "largest", "biggest", "highest", "greatest", "smallest", "lowest") && !c.says(c.pieces[m.piece], "number", "amount", "count", "quantity") &&
		!c.rankedBy(s.piece+1)
}

// rankedBy: "by" stands at i, and says what is ranked by.
func (c *composer) rankedBy(i int) bool {
	p := c.piece(c.meaning(i))
	return p.role == eachRole && p.to == p.from+1 && c.says(p, "by")
}

// usualAgg is how a measure is summed up if nobody says: amounts are added,
// prices and ages are not.
func usualAgg(r ref) aggregate {
	if r.metric != nil {
		return r.agg()
	}
	if r.span.since != nil {
		return avgAgg
	}
	parts := words.OfName(r.name())
	for _, w := range parts {
		if slices.Contains([]string{"price", "rate", "rating", "age", "score", "percent", "weight", "height", "grade", "temperature", "rank", "average", "severity", "level", "latitude", "longitude", "speed"}, w) {
			return avgAgg
		}
	}
	return sumAgg
}

// distributed is the second column of "average price and weight".
func (c *composer) distributed(n state, s slot) (state, bool) {
	k := len(n.r.outs)
	if k == 0 || n.mode == orderMode || c.piece(c.back(s.piece-1)).role != andRole {
		return state{}, false
	}
	agg := n.r.outs[k-1].agg
	if agg == noAgg || agg == countAgg || !slices.ContainsFunc(s.nouns, func(x noun) bool { return isMeasure(x.ref) }) {
		return state{}, false
	}
	t := n.next()
	t.at--
	t.cost += 0.05
	t.aggs = []pending{{piece: n.r.outs[k-1].slot.piece, agg: agg}}
	return c.aggregated(t, s), true
}

// mostOfColumn is "highest salary", "most common city".
func (c *composer) mostOfColumn(n state, s slot) []state {
	m := n.most
	n.most = nil
	n.last = &s
	if m.rows {
		c.rank(&n, s, m)
		return []state{n}
	}
	if c.says(c.pieces[m.piece], "most", "least", "fewest") && s.nouns[0].class() == dateClass {
		n.cost++ // nobody has the most date
	}
	if m.hint != "" && c.asks("mean") && s.nouns[0].class() == textClass { // "slowest path on average"
		n.r.groups = append(n.r.groups, group{slot: s})
		n.r.outs = append(n.r.outs, out{slot: s})
		n.r.orders = append(n.r.orders, order{agg: avgAgg, slot: c.hinted(m.hint, m.piece, wantMeasure), desc: m.desc, most: true, pieces: []int{m.piece}})
		n.r.limit = max(m.n, 1)
		n.r.figure.averaged = true
		return []state{n}
	}
	measure := s
	measure.want = wantOrdered
	ranked := n.next()
	ranked.at--
	ranked.r.orders = append(ranked.r.orders, order{slot: measure, desc: m.desc, most: true, pieces: []int{m.piece}})
	ranked.r.limit = max(m.n, 1)
	if m.hint != "" { // "oldest age"
		ranked.cost += 0.2
	}
	counts := n.next() // "the most languages"
	counts.at--
	counts.cost += 0.12
	counts.r.orders = append(counts.r.orders, order{agg: countAgg, slot: s, desc: m.desc, most: true, pieces: []int{m.piece}})
	counts.r.limit = max(m.n, 1)
	if slices.ContainsFunc(s.nouns, func(x noun) bool { return isMeasure(x.ref) }) {
		counts.cost += 0.5
	} else {
		ranked.cost += 0.3
	}
	extremes := !slices.ContainsFunc(n.r.outs, func(o out) bool { return o.agg != minAgg && o.agg != maxAgg && o.agg != avgAgg })
	if n.have || len(n.r.needs) > 0 || n.mode == condMode || !extremes {
		return []state{ranked, counts}
	}
	extreme := n.next() // "what is the highest salary"
	extreme.at--
	agg := minAgg
	if m.desc {
		agg = maxAgg
	}
	extreme.r.outs = append(extreme.r.outs, out{agg: agg, slot: measure, pieces: []int{m.piece}})
	extreme.lastOut = len(extreme.r.outs)
	if m.n > 0 {
		extreme.cost += 1
	}
	if next := c.piece(s.piece + 1); n.r.who || next.role == nounRole && next.nouns[0].col == nil { // "worst rated agent"
		extreme.cost += 0.6
	}
	ranked.cost += 0.1
	ranked.r.outs = append(ranked.r.outs, out{slot: s})
	return []state{extreme, ranked, counts}
}

// aggregated is "average and total amount".
func (c *composer) aggregated(n state, s slot) state {
	measure := s
	measure.want = wantMeasure
	aggs := n.aggs
	n.aggs = nil
	n.last = &s
	for _, a := range aggs {
		if a.agg == minAgg || a.agg == maxAgg {
			measure.want = wantOrdered
		}
		if n.count != nil && a.agg == avgAgg { // "average number of beds"
			n.count = nil
		}
		switch {
		case (a.agg == minAgg || a.agg == maxAgg) && n.mode == condMode && n.have && len(aggs) == 1: // "with the maximum price"
			n.r.orders = append(n.r.orders, order{slot: measure, desc: a.agg == maxAgg, most: true, pieces: []int{a.piece}})
			n.r.limit = 1
		case n.most != nil: // "highest average salary"
			n.r.orders = append(n.r.orders, order{agg: a.agg, slot: measure, desc: n.most.desc, most: true, pieces: []int{n.most.piece, a.piece}})
			n.r.limit = max(n.most.n, 1)
			n.most = nil
		case n.mode == orderMode:
			n.r.orders = append(n.r.orders, order{agg: a.agg, slot: measure, desc: n.dir == "desc", pieces: []int{a.piece}})
			n.dir = ""
			if n.top != nil {
				n.r.outs = append(n.r.outs, out{agg: a.agg, slot: measure, pieces: []int{a.piece}})
			}
		case n.cmp != nil && n.cmp.number == "" && n.cmp.agg == noAgg && c.thanAverage(s.piece+1): // "a longer average stay than the average"
			n.cmp = &comparison{op: n.cmp.op, agg: a.agg, pieces: append(slices.Clone(n.cmp.pieces), a.piece)}
			n.subject = &measure
		case n.mode == condMode && c.compares(s.piece+1): // "with an average age over 30"
			n.cmp = &comparison{agg: a.agg, pieces: []int{a.piece}}
			n.subject = &measure
		case n.cmp != nil && n.cmp.number != "":
			n.r.havings = append(n.r.havings, having{agg: a.agg, slot: measure, op: n.cmp.op, number: n.cmp.number, high: n.cmp.high, pieces: n.cmp.pieces})
			n.cmp = nil
		default:
			n.r.outs = append(n.r.outs, out{agg: a.agg, slot: measure, pieces: []int{a.piece}})
			n.lastOut = len(n.r.outs)
		}
	}
	return n
}

// thanAverage: "than the average" stands at i.
func (c *composer) thanAverage(i int) bool {
	if !c.says(c.piece(i), "than") {
		return false
	}
	for i++; c.piece(i).role == stopRole; i++ {
	}
	return c.piece(i).role == aggRole && c.piece(i).arg == string(avgAgg)
}

// measureEnd is the piece behind a measure at i, which may have its table before it.
func (c *composer) measureEnd(i int) int {
	for k := 0; k < 2 && c.piece(i).role == nounRole; k++ {
		i++
	}
	return i
}

func (c *composer) compares(i int) bool {
	for i = c.meaning(i); c.piece(i).role == isRole || c.piece(i).role == stopRole; i++ {
	}
	return c.piece(i).role == cmpRole || c.piece(i).role == betweenRole
}

// countedColumn is "how many beds" (a sum) and "how many cities" (a count).
func (c *composer) countedColumn(n state, s slot) []state {
	var measures, others []noun
	for _, x := range s.nouns {
		if isMeasure(x.ref) {
			measures = append(measures, x)
		} else {
			others = append(others, x)
		}
	}
	var all []state
	if own := c.ofRanked(n, measures); len(own) > 0 { // "wards by number of beds": each has its own
		n.r.orders = append(n.r.orders, order{slot: slot{nouns: own, piece: s.piece, want: wantMeasure}, desc: n.dir == "desc", pieces: []int{n.count.piece}})
		n.count, n.dir = nil, ""
		return []state{n}
	}
	if len(measures) > 0 {
		t := n.next()
		t.at--
		t.cost += 0.1
		agg := sumAgg
		if measures[0].span.since != nil { // "how many days does it take to close"
			agg = avgAgg
		}
		if measures[0].metric != nil {
			agg = measures[0].agg()
		}
		all = append(all, c.counted(t, slot{nouns: measures, piece: s.piece, want: wantMeasure}, agg))
	}
	if happened := slices.DeleteFunc(slices.Clone(others), func(x noun) bool { return x.class() != dateClass }); len(happened) > 0 && happened[0].score >= others[0].score && !c.negative(s.piece) { // nobody counts dates
		t := n.next()
		t.at--
		all = append(all, c.counted(t, c.tablesOf(slot{nouns: happened, piece: s.piece}), countAgg))
		others = slices.DeleteFunc(others, func(x noun) bool { return x.class() == dateClass })
	}
	others = slices.DeleteFunc(others, func(x noun) bool { return x.class() == boolClass }) // nobody counts yes and no
	if len(others) > 0 {
		t := n.next()
		t.at--
		t.cost += 0.1
		t.count = &pending{piece: n.count.piece, distinct: true}
		all = append(all, c.counted(t, slot{nouns: others, piece: s.piece, want: wantColumn}, countAgg))
	}
	return all
}

// comparedColumn is "more than 100 beds" (a number of each row) and "more than 2
// languages" (a count of rows).
func (c *composer) comparedColumn(n state, s slot) []state {
	k := n.cmp
	n.cmp = nil
	n.last = &s
	var all []state
	if slices.ContainsFunc(s.nouns, func(x noun) bool { return isMeasure(x.ref) }) {
		t := n.next()
		t.at--
		t.r.conds = append(t.r.conds, cond{slot: numeric(s), op: k.op, values: k.list(), number: true, pieces: k.pieces, or: t.or})
		t.or = false
		all = append(all, t)
	}
	if slices.ContainsFunc(s.nouns, func(x noun) bool { return !isMeasure(x.ref) }) {
		t := n.next()
		t.at--
		t.cost += 0.1
		if s.nouns[0].class() == dateClass { // rows are counted, and not when they came
			t.cost += 0.4
		}
		t.r.havings = append(t.r.havings, having{agg: countAgg, slot: s, op: k.op, number: k.number, high: k.high, pieces: k.pieces})
		all = append(all, t)
	}
	return all
}

// ofRanked are the measures of the table whose rows are ranked, if it has some.
func (c *composer) ofRanked(n state, measures []noun) []noun {
	t := c.lastTable(&n)
	if n.mode != orderMode || t == nil || len(n.r.groups) > 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(measures), func(x noun) bool { return x.table != t.nouns[0].table })
}

func (k *comparison) list() []string {
	if k.op == "between" {
		return []string{k.number, k.high}
	}
	return []string{k.number}
}

// numeric is s as something to compare with a number; of a table, its key.
func numeric(s slot) slot {
	if s.want != wantTable {
		s.want = wantNumber
	}
	return s
}
