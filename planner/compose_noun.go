package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/words"
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
	if h := c.head(at); c.piece(at+1).role != nounRole && h.role == nounRole && p.to == p.from+1 && p.nouns[0].class() == dateClass && p.nouns[0].score < 0.95 && !c.participle(at) {
		if t, ok := c.inState(n, at); ok { // "open urgent tickets"
			out = append(out, t)
			n.cost += 0.4
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

// owner reads a table's name in front of one of its columns: "patient name",
// "invoiced amount". What waits, waits for the column.
func (c *composer) owner(n state, at int, tables []noun, next piece) (state, bool) {
	s := slot{piece: at, want: wantTable}
	for _, t := range tables {
		if slices.ContainsFunc(next.nouns, func(x noun) bool { return x.col != nil && x.table == t.table }) {
			s.nouns = append(s.nouns, t)
		}
	}
	if len(s.nouns) == 0 {
		return state{}, false
	}
	t := n.next()
	t.at--
	t.cost += 0.05
	t.r.needs = append(t.r.needs, need{slot: s})
	return t, true
}

// flagged reads a yes-or-no column, or a date that says that something happened,
// in front of its table: "urgent visits", "unpaid invoices". What waits, waits
// for the table.
func (c *composer) flagged(n state, at int, columns []noun, next piece) (state, bool) {
	s := slot{piece: at}
	for _, x := range columns {
		if slices.ContainsFunc(next.nouns, func(y noun) bool { return y.col == nil && y.table == x.table }) {
			s.nouns = append(s.nouns, x)
		}
	}
	t := n.next()
	t.at--
	return c.asFlag(t, s)
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
		return []state{t}
	case n.each:
		n.each, n.grouping = false, true
		n.r.groups = append(n.r.groups, group{slot: s, each: true})
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
	n.number = nil // "the two wards"
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
		c.piece(c.meaning(s.piece+1)).role != eachRole
}

func (c *composer) plural(at int) bool {
	t := c.l.tokens[c.pieces[at].to-1]
	return t.lower != t.stem
}

// column reads a noun that is a column.
func (c *composer) column(n state, s slot) []state {
	have, beside := n.have, n.of || n.in
	n.of, n.in = false, false
	switch {
	case n.each:
		n.each, n.grouping = false, true
		n.r.groups = append(n.r.groups, group{slot: s, each: true})
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
	if t, ok := c.ordinalOf(n, s); ok {
		return []state{t}
	}
	n.number = nil
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
	if beside && show.mode == targetMode && len(show.r.outs) > 0 { // "the position of players", all of one table
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
		there.r.conds = append(there.r.conds, cond{slot: s, op: "null", not: !show.not})
		there.not = false
		all = append(all, there)
		show.cost += 0.4
		if c.says(c.piece(s.piece-1), "their", "its", "his", "her") {
			show.cost -= 0.3
			all[len(all)-1].cost += 0.3
			if len(show.r.outs) == 0 && len(show.r.needs) > 0 { // "plans with their prices"
				show.r.outs = append(show.r.outs, out{slot: show.r.needs[0].slot})
			}
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

// usualAgg is how a measure is summed up if nobody says: amounts are added,
// prices and ages are not.
func usualAgg(r ref) aggregate {
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

// nameOf is "the names of states" where states are a column.
func (c *composer) nameOf(n state, s slot, beside bool) (state, bool) {
	k := len(n.r.outs)
	if !beside || k == 0 || n.r.outs[k-1].agg != noAgg || n.mode != targetMode {
		return state{}, false
	}
	named := c.pieces[n.r.outs[k-1].slot.piece]
	if named.to != named.from+1 || !slices.Contains([]string{"name", "title"}, c.l.tokens[named.from].stem) {
		return state{}, false
	}
	t := n.next()
	t.at--
	t.r.outs = t.r.outs[:k-1]
	t.cost += 0.1
	return c.shown(t, s), true
}

// shown is a column that is simply asked for.
func (c *composer) shown(n state, s slot) state {
	o := out{slot: s, distinct: n.distinct}
	if n.count != nil || len(n.aggs) > 0 {
		n.cost += 0.5
	}
	if k := len(n.r.groups); k > 0 && n.r.groups[k-1].slot.piece == s.piece-1 { // "by plan name" is one thing
		n.cost += 0.4
	}
	n.distinct = false
	n.r.outs = append(n.r.outs, o)
	n.lastOut = len(n.r.outs)
	if n.top != nil && len(n.r.orders) == 0 && n.r.limit > 0 && len(n.r.needs) == 0 { // "top 5 scores"
		if slices.ContainsFunc(s.nouns, func(x noun) bool { return isMeasure(x.ref) }) {
			n.r.orders = append(n.r.orders, order{slot: s, desc: n.top.desc, most: true})
		}
	}
	return n
}

// asSubject is a column that what follows is compared with: "whose city is X",
// "status open", "age over 60".
func (c *composer) asSubject(n state, s slot) []state {
	next := c.piece(c.meaning(s.piece + 1))
	adjacent := c.piece(s.piece + 1)
	if next.role == ofRole { // "a population of over 20000"
		next = c.piece(c.meaning(c.meaning(s.piece+1) + 1))
		if next.role != cmpRole && next.role != betweenRole && next.role != numberRole {
			return nil
		}
	}
	switch next.role {
	case cmpRole, betweenRole, likeRole, nullRole, notnullRole:
	case isRole, notRole:
		after := c.piece(c.meaning(c.meaning(s.piece+1) + 1)).role
		if n.mode == targetMode && (after == eachRole || after == andRole || after == haveRole) {
			return nil
		}
	case valueRole, numberRole:
	case verbRole:
		if adjacent.role != verbRole || s.nouns[0].class() != textClass || len(n.r.needs) == 0 {
			return nil
		}
	case unknownRole, periodRole:
		if adjacent.role != next.role {
			return nil
		}
	case namedRole:
	case nounRole:
		if adjacent.role != nounRole || adjacent.to != adjacent.from+1 || adjacent.nouns[0].class() != dateClass || adjacent.nouns[0].score >= 0.95 || c.participle(s.piece+1) {
			return nil // "status open", though there is an opened_at
		}
	default:
		return nil
	}
	t := n.next()
	t.at--
	t.subject = &s
	t.have, t.of = false, false
	t.spoken = n.mode == targetMode
	t.mode = condMode
	if n.mode == targetMode {
		t.cost += 0.1
	}
	return []state{t}
}

// asFlag is a yes-or-no column or a date that says that something happened:
// "active users", "paid invoices", "visits that are not discharged".
func (c *composer) asFlag(n state, s slot) (state, bool) {
	var flags, dates []noun
	for _, x := range s.nouns {
		switch {
		case x.class() == boolClass:
			flags = append(flags, x)
		case x.class() == dateClass && c.participle(s.piece):
			dates = append(dates, x)
		}
	}
	not := n.not
	n.not = false
	next := c.piece(c.meaning(s.piece + 1))
	if next.role == inRole {
		next = c.piece(c.meaning(c.meaning(s.piece+1) + 1))
	}
	switch {
	case len(flags) > 0:
		n.r.conds = append(n.r.conds, cond{slot: slot{nouns: flags, piece: s.piece, want: wantBool}, op: "true", not: not || c.negative(s.piece), never: not && c.says(c.pieces[n.notAt], "never")})
	case len(dates) > 0 && next.role != periodRole && next.role != cmpRole && next.role != bucketRole:
		n.r.conds = append(n.r.conds, cond{slot: slot{nouns: dates, piece: s.piece, want: wantDate}, op: "null", not: !not && !c.negative(s.piece)})
	default:
		return n, false
	}
	n.cost += 0.03
	return n, true
}

var irregular = []string{"written", "sent", "lent", "taken", "given", "made", "bought", "sold", "born", "done", "begun", "left", "met", "held", "built", "seen", "read", "shown", "chosen", "driven", "spent"}

// participle: "discharged", but not "date".
func (c *composer) participle(at int) bool {
	w := c.l.tokens[c.pieces[at].from].lower
	return strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "id") || slices.Contains(irregular, w) || c.negative(at)
}

// negative: "unpaid".
func (c *composer) negative(at int) bool {
	t := c.l.tokens[c.pieces[at].from]
	return (strings.HasPrefix(t.lower, "un") || strings.HasPrefix(t.lower, "in") || strings.HasPrefix(t.lower, "non") || strings.HasPrefix(t.lower, "off")) && len(c.l.lex.byWord[t.stem]) == 0
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
	if len(measures) > 0 {
		t := n.next()
		t.at--
		t.cost += 0.1
		all = append(all, c.counted(t, slot{nouns: measures, piece: s.piece, want: wantMeasure}, sumAgg))
	}
	if happened := slices.DeleteFunc(slices.Clone(others), func(x noun) bool { return x.class() != dateClass }); len(happened) > 0 && happened[0].score >= others[0].score { // nobody counts dates
		t := n.next()
		t.at--
		all = append(all, c.counted(t, c.tablesOf(slot{nouns: happened, piece: s.piece}), countAgg))
		others = slices.DeleteFunc(others, func(x noun) bool { return x.class() == dateClass })
	}
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
		t.r.havings = append(t.r.havings, having{agg: countAgg, slot: s, op: k.op, number: k.number, high: k.high, pieces: k.pieces})
		all = append(all, t)
	}
	return all
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

// hinted is the slot of an adjective that names its column itself. A "-" behind
// a name says that its small values are the adjective's large ones.
func (c *composer) hinted(hint string, piece int, w want) slot {
	s := slot{piece: piece, want: w, own: hint == newest}
	score := 0.9
	if s.own { // what only has "date" in its name comes after what the table is known by
		score = 0.6
	}
	for name := range strings.SplitSeq(hint, "|") {
		name, flip := strings.CutSuffix(name, "-")
		for _, x := range c.l.lex.columnsLike(strings.Fields(name)) {
			if !slices.ContainsFunc(s.nouns, func(y noun) bool { return y.is(x) }) {
				s.nouns = append(s.nouns, noun{ref: x, score: score, flip: flip})
			}
		}
		score -= 0.05
	}
	return s
}
