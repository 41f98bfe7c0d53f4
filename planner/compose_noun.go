package planner

import (
	"slices"
)

// noun reads a name of the catalog, as a table and as a column where it may be
// either.
func (c *composer) noun(n state, at int) []state {
	p := c.pieces[at]
	var tables, columns, full []noun
	for _, x := range p.nouns {
		if x.full {
			full = append(full, x)
		} else if x.col == nil {
			tables = append(tables, x)
		} else {
			columns = append(columns, x)
		}
	}
	best := p.nouns[0].score
	if c.says(p, "total") && p.to == p.from+1 && c.piece(at+1).role == nounRole && c.says(c.piece(at+2), "amount", "value", "volume", "worth") {
		n.cost += 0.6 // it is "total order value", and no total of an order
	}
	var out []state
	if len(full) > 0 && full[0].score >= best-0.1 && !n.each {
		t := n.next()
		t.at--
		s := slot{nouns: full, piece: at, want: wantName}
		t.last = &s
		out = append(out, c.shown(t, s))
	}
	if c.kindOf(at) { // what is asked for is the insurance
		t := n.next()
		t.at = at + 2
		out = append(out, t)
		n.cost += 0.5
	}
	if h := c.head(at); c.piece(at+1).role != nounRole && h.role == nounRole && p.to == p.from+1 && p.nouns[0].class() == dateClass && p.nouns[0].score < 0.95 && !c.participle(at) {
		if t, ok := c.inState(n, at); ok { // "open urgent tickets"
			out = append(out, t)
			n.cost += 0.4
		}
	}
	if next := c.piece(at + 1); (next.role == unknownRole || next.role == valueRole) && len(columns) > 0 { // "converted desktop sessions"
		if h := c.head(at); h.role == nounRole && h.nouns[0].col == nil {
			if t, ok := c.flagged(n, at, columns, h); ok {
				out = append(out, t)
				n.cost += 0.2
			}
		}
	}
	if next := c.piece(at + 1); next.role == nounRole {
		if t, ok := c.owner(n, at, tables, next); ok {
			out = append(out, t)
		}
		likely := p.nouns[0].score >= 0.95 || p.to > p.from+1
		if t, ok := c.inState(n, at); ok && !likely { // "open tickets", though there is a column opened_at
			out = append(out, t)
		}
		if t, ok := c.flagged(n, at, columns, next); ok {
			out = append(out, t)
			n.cost += 0.2
		} else if len(columns) > 0 && slices.ContainsFunc(next.nouns, func(x noun) bool { return x.col == nil && x.table == columns[0].table }) {
			n.cost += 0.2 // nobody asks for "salary employees"
			if !likely {
				n.cost += 0.3
			}
		}
	}
	if len(tables) > 0 && tables[0].score >= best-0.35 {
		t := n.next()
		t.at--
		t.cost += 0.5 * (best - tables[0].score)
		out = append(out, c.table(t, slot{nouns: tables, piece: at, want: wantTable})...)
	}
	if len(columns) > 0 && columns[0].score >= best-0.45 {
		t := n.next()
		t.at--
		t.cost += 0.5*(best-columns[0].score) + 0.02 // a table is the plainer reading
		out = append(out, c.column(t, slot{nouns: columns, piece: at, want: wantColumn})...)
	}
	return out
}

// kindOf: "kind of insurance", where the insurance is a column and so says the kind.
func (c *composer) kindOf(at int) bool {
	p, of, next := c.piece(at), c.piece(at+1), c.piece(at+2)
	return p.to == p.from+1 && c.says(p, "kind", "kinds", "type", "types", "sort", "sorts") && of.role == ofRole && of.to == of.from+1 && next.from == of.to && next.role == nounRole &&
		next.nouns[0].class() == textClass && next.nouns[0].score >= 0.95
}

// table reads a noun that is a table.
func (c *composer) table(n state, s slot) []state {
	of, in, have := n.of, n.in, n.have
	n.of, n.in = false, false
	if n.number != nil {
		n.few = max(0, c.l.tokens[c.pieces[n.number.piece].from].small())
	}
	switch {
	case c.indefinite(s.piece) && len(n.r.outs) == 1 && n.r.outs[0].agg != noAgg && c.asks("mean"): // "does a customer place on average"
		n.r.groups = append(n.r.groups, group{slot: s, each: true})
		n.last = &s
		return []state{n}
	case n.cmp != nil && n.cmp.number == "" && c.says(c.piece(c.meaning(s.piece+1)), "average"): // "more tickets than average"
		t := c.countAverage(n, s)
		t.at = c.meaning(s.piece+1) + 1
		if p := c.piece(c.meaning(t.at)); p.role == nounRole && p.nouns[0].col == nil && slices.ContainsFunc(n.r.needs, func(k need) bool { return k.slot.nouns[0].table == p.nouns[0].table }) { // "than the average agent"
			t.at = c.meaning(t.at) + 1
		} else if p.role == nounRole && len(n.r.outs) == 1 && n.r.outs[0].agg == countAgg && n.r.outs[0].slot.nouns[0].table == p.nouns[0].table {
			t.at = c.meaning(t.at) + 1
		}
		return []state{t}
	case n.each:
		n.each, n.grouping = false, true
		n.r.groups = append(n.r.groups, c.eachOf(s))
		n.last = &s
		return []state{n}
	case n.count != nil:
		return []state{c.counted(n, s, countAgg)}
	case n.most != nil:
		return []state{c.mostOfTable(n, s)}
	case n.cmp != nil && n.cmp.number != "":
		k := n.cmp
		n.cmp = nil
		n.r.havings = append(n.r.havings, having{agg: countAgg, slot: s, op: k.op, number: k.number, high: k.high, pieces: k.pieces})
		n.last = &s
		return []state{n}
	case len(n.aggs) > 0: // "average number of" is taken apart elsewhere
		if c.allSum(n.aggs) {
			return c.total(n, s)
		}
		if amount, ok := c.amountOf(s); ok { // "average bill"
			n.r.needs = append(n.r.needs, need{slot: s})
			n.cost += 0.2
			return []state{c.aggregated(n, amount)}
		}
		n.cost += 0.7
	case n.number != nil && (have || n.mode == condMode): // "with 2 visits"
		k := n.number
		n.number = nil
		n.r.havings = append(n.r.havings, having{agg: countAgg, slot: s, op: "=", number: k.number, pieces: []int{k.piece}})
		n.last = &s
		return []state{n}
	case n.not:
		n.not = false
		n.r.needs = append(n.r.needs, need{slot: s, not: true})
		n.last = &s
		n.mode = condMode
		return []state{n}
	case n.mode == orderMode:
		if next := c.piece(s.piece + 1); next.role == nounRole { // "by order total"
			n.cost += 0.6
		}
		if n.top != nil || n.r.limit > 0 { // "top 5 campaigns by sessions"
			n.r.orders = append(n.r.orders, order{agg: countAgg, slot: s, desc: n.dir == "desc" || n.dir == "" && (n.top == nil || n.top.desc), most: true})
			n.dir = ""
			return []state{n}
		}
		n.r.orders = append(n.r.orders, order{slot: s, desc: n.dir == "desc"})
		n.dir = ""
		return []state{n}
	}
	c.dropNumber(&n) // "the two wards"
	n.last = &s
	shown := n.mode == targetMode && !of && !in && (len(n.r.needs) == 0 || c.piece(s.piece-1).role == andRole || c.piece(c.back(s.piece-1)).role == andRole)
	n.r.needs = append(n.r.needs, need{slot: s})
	if n.distinct {
		n.distinct = false
		n.r.outs = append(n.r.outs, out{slot: s, distinct: true})
		return []state{n}
	}
	if shown && len(n.r.needs) > 1 && len(n.r.outs) == 0 { // "students and courses": both are shown
		n.r.outs = append(n.r.outs, out{slot: n.r.needs[len(n.r.needs)-2].slot}, out{slot: s})
	} else if shown && len(n.r.outs) > 0 && c.piece(c.back(s.piece-1)).role == andRole {
		n.r.outs = append(n.r.outs, out{slot: s})
		n.lastOut = len(n.r.outs)
	}
	return []state{n}
}

// eachOf is a group that a word such as "per" asks for.
func (c *composer) eachOf(s slot) group {
	by := c.piece(c.back(s.piece - 1))
	return group{slot: s, each: true, per: by.role == eachRole && c.says(by, "per"), led: by.role == eachRole}
}

// dropNumber leaves out the number of "the two wards", but not a year.
func (c *composer) dropNumber(n *state) {
	if n.number != nil && c.l.tokens[c.pieces[n.number.piece].from].year() > 0 {
		n.lost = append(n.lost, n.number.piece)
		n.cost++
	}
	n.number = nil
}

// indefinite: "a customer", "an account".
func (c *composer) indefinite(at int) bool {
	return at > 0 && c.says(c.pieces[at-1], "a", "an", "one")
}

// asks reports whether there is a word for this figure anywhere.
func (c *composer) asks(figure string) bool {
	return slices.ContainsFunc(c.pieces, func(p piece) bool { return p.role == figureRole && p.arg == figure })
}

// back is the last piece up to i that is no filler.
func (c *composer) back(i int) int {
	for i >= 0 && c.pieces[i].role == stopRole {
		i--
	}
	return i
}

func (c *composer) plural(at int) bool {
	t := c.l.tokens[c.pieces[at].to-1]
	return t.lower != t.stem
}

// column reads a noun that is a column.
func (c *composer) column(n state, s slot) []state {
	have, beside, in := n.have, n.of || n.in, n.in
	n.of, n.in = false, false
	switch {
	case n.each:
		n.each, n.grouping = false, true
		n.r.groups = append(n.r.groups, c.eachOf(s))
		n.last = &s
		return []state{n}
	case n.most != nil && len(n.aggs) == 0 && n.count == nil:
		return c.mostOfColumn(n, s)
	case len(n.aggs) > 0:
		return []state{c.aggregated(n, s)}
	case n.count != nil:
		return c.countedColumn(n, s)
	case n.cmp != nil && n.cmp.number != "":
		return c.comparedColumn(n, s)
	case n.mode == orderMode:
		n.r.orders = append(n.r.orders, order{slot: s, desc: n.dir == "desc" || n.top != nil && n.top.desc && n.dir == ""})
		n.last = &s
		return []state{n}
	case n.number != nil && (n.mode == condMode || beside && len(n.r.needs) > 0):
		k := n.number
		n.number = nil
		n.r.conds = append(n.r.conds, cond{slot: numeric(s), op: "=", values: []string{k.number}, number: true, pieces: []int{k.piece}})
		return []state{n}
	}
	if k := len(n.r.outs) - 1; k >= 0 && c.piece(n.r.outs[k].slot.piece).role == oldRole && slices.ContainsFunc(n.r.outs[k].slot.nouns, func(x noun) bool { return x.is(s.nouns[0].ref) }) { // "how long do patients stay"
		n.r.outs[k].slot.nouns, n.r.outs[k].slot.want = s.nouns, wantMeasure
		return []state{n}
	}
	if t, ok := c.ordinalOf(n, s); ok {
		return []state{t}
	}
	c.dropNumber(&n)
	all := c.asSubject(n, s)
	if len(all) > 0 && c.piece(s.piece+1).role == verbRole { // "of kind training"
		n.cost += 0.4
	}
	if t, ok := c.rowsOf(n, s); ok {
		all = append(all, c.table(t, c.tablesOf(s))...)
	}
	if k := len(n.r.outs); k == 1 && n.r.outs[0].agg != noAgg && c.asks("mean") && s.nouns[0].class() == dateClass { // "how many does one raise on average"
		t := n.next()
		t.at--
		t.forget()
		all = append(all, t)
		n.cost += 0.3
	}
	if t, ok := c.mass(n, s); ok {
		all = append(all, t)
		n.cost += 0.25
	}
	if t, ok := c.stated(n, s); ok {
		all = append(all, t)
		n.cost += 0.3
	}
	if n.not && n.mode == condMode { // "without a floor"
		t := n.next()
		t.at--
		t.r.conds = append(t.r.conds, cond{slot: s, op: "null", or: t.or})
		t.not, t.or, t.have = false, false, false
		t.cost += 0.1
		all = append(all, t)
	}
	if t, ok := c.asVerb(n, s); ok {
		all = append(all, t)
		n.cost += 0.5
	}
	flag, isFlag := c.asFlag(n, s)
	if isFlag {
		all = append(all, flag)
	}
	n.last = &s
	show := n.next()
	show.at--
	show.have = false
	if isFlag && c.participle(s.piece) {
		show.cost += 0.2
	}
	if show.not || c.negative(s.piece) {
		show.cost += 0.6
	}
	if beside && !in && show.mode == targetMode && len(show.r.outs) > 0 { // "the position of players", all of one table
		context := show.next()
		context.at--
		context.cost += 0.15
		context.r.needs = append(context.r.needs, need{slot: s})
		all = append(all, context)
		show.cost += 0.3
	}
	switch {
	case show.mode == condMode && have:
		there := show.next() // "students with treasurer votes"
		there.at--
		there.cost += 0.3
		if q := c.piece(c.meaning(s.piece + 2)); c.piece(s.piece+1).role == andRole && q.role == nounRole && q.nouns[0].col != nil { // "with channel and budget"
			there.cost += 0.4
		}
		there.r.conds = append(there.r.conds, cond{slot: s, op: "null", not: !show.not})
		there.not = false
		all = append(all, there)
		show.cost += 0.4
		if c.says(c.piece(s.piece-1), "their", "its", "his", "her") {
			show.cost -= 0.3
			all[len(all)-1].cost += 0.3
		}
		if len(show.r.outs) == 0 && len(show.r.needs) > 0 { // "plans with their prices"
			show.r.outs = append(show.r.outs, out{slot: show.r.needs[0].slot})
		}
	case show.mode == condMode:
		show.cost += 0.45
	}
	if t, ok := c.distributed(show, s); ok {
		all = append(all, t)
		show.cost += 0.2
	}
	if t, ok := c.nameOf(show, s, beside); ok {
		all = append(all, t)
	}
	return append(all, c.shown(show, s))
}
