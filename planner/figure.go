package planner

import (
	"slices"
	"strconv"
	"strings"
)

// figure is what is worked out of sums and counts: how they grow along time,
// what share they are, how two periods compare, which are the first of each
// group. The words for it stand anywhere in a question, and what is left of the
// question without them is read as any other.
type figure struct {
	along    string  // growth, change, running or moving: along the group of time
	n        int     // how many of them a moving average spans
	unit     string  // of these
	share    bool    // of the whole, or of the rows that a condition picks
	ratio    bool    // of the rows that two conditions pick
	versus   bool    // two periods, side by side
	averaged bool    // "on average" has found what it is of
	mean     bool    // the average of what each of a group has
	perEach  bool    // and that of several groups
	quotient bool    // of two columns of a row
	percent  bool    // "in percent"
	grows    bool    // "develop", "grow": what "how did" asks for
	how      int     // the piece of "how did", which asks for that; -1: none
	per      []group // the first of each of these
	in       int     // the unit of the answer, as its place in unitsOf plus one; 0: the column's own
	pieces   []int
}

// asked reports whether there is anything to work out.
func (f *figure) asked() bool {
	return f.along != "" || f.share || f.ratio || f.versus || f.mean
}

// figureWord reads a word for a figure.
func (c *composer) figureWord(n *state, at int) {
	f := &n.r.figure
	f.pieces = append(slices.Clone(f.pieces), at)
	switch arg := c.pieces[at].arg; arg {
	case "growth", "change", "running":
		if f.along == "" || arg == "growth" {
			f.along = arg
		}
	case "moving":
		f.along, f.n, f.unit = "moving", max(f.n, c.pieces[at].n), c.pieces[at].hint
		if u := f.unit; u == "" && c.pieces[at].n > 0 {
			f.unit = u
		}
	case "window":
		f.n, f.unit = c.pieces[at].n, c.pieces[at].hint
	case "share":
		f.share = true
		n.mode = targetMode
	case "rate":
		f.share = true
		n.r.conds = append(n.r.conds, cond{slot: slot{nouns: c.pieces[at].nouns, piece: at, want: wantBool}, op: "true", pieces: []int{at}})
	case "percent":
		f.percent = true
	case "ratio":
		f.ratio = true
	case "versus":
		f.versus = true
		n.mode = max(n.mode, condMode)
	case "mean":
		f.mean = true
	case "unit":
		f.in = c.pieces[at].n
		return
	case "grows":
		f.grows = true
		return // not forgotten: "how did revenue develop over time"
	case "how":
		f.how = at
	default:
		panic("planner: unknown figure " + arg)
	}
	n.forget()
}

// movingAt is a moving average with its length: "3 month moving average of",
// "rolling 7-day average", "moving average over 4 weeks".
func (l *lattice) movingAt(i int) (piece, bool) {
	t := l.tokens[i:]
	p := piece{keyword: keyword{role: figureRole, arg: "moving"}, from: i, text: l.tokens[i].text}
	at, moves := 0, false
	length := func() {
		if at+1 < len(t) && t[at].small() > 1 && t[at].small() < 400 {
			if unit, ok := unitOf(t, at+1); ok {
				p.n, p.hint = t[at].small(), unit
				at += 2
			}
		}
	}
	length()
	if at < len(t) && oneOf(t[at], "moving", "rolling", "running", "trailing") {
		moves = true
		at++
	}
	length()
	if !moves || at >= len(t) || !oneOf(t[at], "average", "avg", "mean", "averages") {
		return p, false
	}
	at++
	if at < len(t) && oneOf(t[at], "of", "for") {
		at++
	}
	if at+1 < len(t) && oneOf(t[at], "number", "count") && oneOf(t[at+1], "of") {
		at += 2
	}
	p.to = i + at
	p.weight = 1.1 * float64(at)
	return p, true
}

// windowAt is the length of a moving average behind it: "over 3 months".
func (l *lattice) windowAt(i int) (piece, bool) {
	t := l.tokens[i:]
	moves := slices.ContainsFunc(l.tokens, func(t token) bool { return oneOf(t, "moving", "rolling", "trailing") })
	if len(t) < 3 || !moves || !oneOf(t[0], "over", "across", "with") {
		return piece{}, false
	}
	at := 1
	for at < len(t) && oneOf(t[at], "the", "a", "last", "window", "of") {
		at++
	}
	if at+1 >= len(t) || t[at].small() < 2 {
		return piece{}, false
	}
	unit, ok := unitOf(t, at+1)
	if !ok {
		return piece{}, false
	}
	to := at + 2
	if to < len(t) && oneOf(t[to], "window") {
		to++
	}
	return piece{keyword: keyword{role: figureRole, arg: "window", hint: unit}, from: i, to: i + to, n: t[at].small(), text: t[0].text, weight: 0.9 * float64(to)}, true
}

// figures completes what the words for figures ask for, at the end of the
// question; what cannot be, is lost.
func (c *composer) figures(n *state) {
	f := &n.r.figure
	if f.how >= 0 && !f.grows && !f.versus && !f.percent && f.along == "" {
		n.lost = append(n.lost, f.how)
		n.cost += 2
	}
	if f.percent && !f.asked() {
		f.share = true
	}
	if f.grows && f.how < 0 && f.along == "" {
		f.along = "growth"
	}
	if f.how >= 0 && f.grows && f.along == "" && !f.asked() && f.percent {
		f.along = "growth"
	}
	if !f.asked() {
		return
	}
	if f.versus {
		c.sides(n)
	}
	if f.share && f.along == "" {
		c.aside(n)
	}
	if f.ratio {
		c.parts(n)
	}
	c.measured(n)
	switch {
	case f.along == "":
	case f.along == "moving" && f.n == 0, f.n > 0 && f.along != "moving":
		c.fail(n)
	case f.versus && (f.along == "growth" || f.along == "change"):
	default:
		c.along(n)
	}
	if f.averaged {
		f.mean = false
	}
	if f.mean {
		c.mean(n)
	}
}

// fail gives up on the figure.
func (c *composer) fail(n *state) {
	n.lost = append(n.lost, n.r.figure.pieces...)
	n.cost += 2
}

// altogether adds up a measure that is asked for of a time and not listed: "bill
// amount in March".
func (c *composer) altogether(n *state) {
	if len(n.r.outs) != 1 || n.r.outs[0].agg != noAgg || n.r.outs[0].distinct || len(n.r.groups)+len(n.r.orders)+len(n.r.havings) > 0 || n.r.figure.asked() {
		return
	}
	if len(n.r.outs[0].slot.nouns) == 0 {
		return // the date that answers "when"
	}
	x := n.r.outs[0].slot.nouns[0]
	timed := slices.ContainsFunc(n.r.conds, func(k cond) bool { return k.op == "period" })
	listed := slices.ContainsFunc(c.pieces, func(p piece) bool { return p.role == leadRole && !c.says(p, "what", "what's") })
	if timed && !listed && isMeasure(x.ref) && usualAgg(x.ref) == sumAgg {
		n.r.outs[0].agg = sumAgg
		n.r.outs[0].slot.want = wantMeasure
	}
}

// overTime leaves "over time" out where another word says by what: "over time by
// quarter".
func (c *composer) overTime(n *state) {
	named := slices.ContainsFunc(n.r.groups, func(g group) bool { return g.unit != "" && !c.says(c.pieces[g.slot.piece], "time", "trend") })
	if named {
		n.r.groups = slices.DeleteFunc(n.r.groups, func(g group) bool { return g.unit != "" && c.says(c.pieces[g.slot.piece], "time", "trend") })
	}
}

// along sees that there is one group of time.
func (c *composer) along(n *state) {
	f := &n.r.figure
	k := 0
	for _, g := range n.r.groups {
		if g.unit != "" {
			k++
		}
	}
	if k == 0 && f.unit != "" {
		n.r.groups = append([]group{{slot: slot{piece: f.pieces[0], want: wantDate}, unit: f.unit, each: true}}, n.r.groups...)
		k++
	}
	if k != 1 || n.r.limit > 0 {
		c.fail(n)
	}
}

// measured sees that something is counted or added up.
func (c *composer) measured(n *state) {
	if len(n.r.outs) > 0 || n.r.figure.mean && len(n.r.groups) == 0 && len(n.r.orders)+len(n.r.conds) > 0 {
		return
	}
	for _, k := range n.r.needs {
		if !k.not {
			n.r.outs = append(n.r.outs, out{agg: countAgg, slot: k.slot})
			return
		}
	}
	for _, k := range n.r.conds { // "conversion rate"
		if k.aside > 0 {
			s := slot{piece: k.slot.piece, want: wantTable}
			for _, x := range k.slot.nouns {
				s.nouns = append(s.nouns, noun{ref: ref{table: x.table}, score: x.score})
			}
			n.r.outs = append(n.r.outs, out{agg: countAgg, slot: s})
			return
		}
	}
	c.fail(n)
}

// sides takes two periods out of the conditions: "this year vs last year".
func (c *composer) sides(n *state) {
	var at []int
	for i, k := range n.r.conds {
		if k.op == "period" {
			at = append(at, i)
		}
	}
	if len(at) == 1 && n.r.conds[at[0]].period.parts != nil { // "between 2023 and 2024"
		k := n.r.conds[at[0]]
		k.period, n.r.conds[at[0]].period = k.period.parts[1], k.period.parts[0]
		n.r.conds = append(n.r.conds, k)
		at = append(at, len(n.r.conds)-1)
	}
	if len(at) < 2 && c.kindsCompared(n) {
		return
	}
	if len(at) != 2 {
		c.fail(n)
		return
	}
	a, b := &n.r.conds[at[0]], &n.r.conds[at[1]]
	a.aside, b.aside = 1, 2
	a.or, b.or = false, false
	if b.period.back != "" { // "the same period last year"
		b.period = c.l.calendar.shifted(a.period, b.period.back)
	}
	if len(b.slot.nouns) == 0 {
		b.slot = a.slot
	}
}

// kindsCompared puts kinds of rows that are compared into groups: "web vs app
// orders", "salary of men and women", "of remote employees versus others".
func (c *composer) kindsCompared(n *state) bool {
	var at []int
	for i, k := range n.r.conds {
		if k.op == "true" || k.op == "=" && !k.number && !k.not && len(k.values) > 0 {
			at = append(at, i)
		}
	}
	if len(at) == 0 || len(n.r.groups) > 0 {
		return false
	}
	k := &n.r.conds[at[0]]
	for _, i := range at[1:] {
		if x := n.r.conds[i]; x.op != k.op || len(x.slot.nouns) == 0 || len(k.slot.nouns) == 0 || !x.slot.nouns[0].is(k.slot.nouns[0].ref) {
			return false
		}
	}
	several := len(k.values) > 1 || len(at) > 1
	if !several && !(k.op == "true" && c.others()) {
		return false
	}
	by := k.slot
	for _, i := range at[1:] {
		k.values, k.pieces = append(slices.Clip(k.values), n.r.conds[i].values...), append(slices.Clip(k.pieces), n.r.conds[i].pieces...)
	}
	keep, kind := at[0], k.op
	rest := 0
	n.r.conds = slices.DeleteFunc(n.r.conds, func(cond) bool {
		rest++
		return slices.Contains(at, rest-1) && (kind == "true" || rest-1 != keep)
	})
	n.r.groups = append(n.r.groups, group{slot: by})
	n.r.figure.versus = false
	c.measured(n)
	return true
}

// others: "versus others", "vs the rest".
func (c *composer) others() bool {
	return slices.ContainsFunc(c.l.tokens, func(t token) bool { return oneOf(t, "others", "other", "rest", "everybody", "everyone") })
}

// aside takes those conditions out that pick the share: all that are no period,
// or, if there are others, those that are not where something is.
func (c *composer) aside(n *state) {
	var picks, places []int
	for i, k := range n.r.conds {
		switch {
		case k.op == "period":
		case k.place:
			places = append(places, i)
		default:
			picks = append(picks, i)
		}
	}
	if len(picks) == 0 {
		picks = places
	}
	if len(picks) == 0 && len(n.r.groups) == 0 {
		c.fail(n)
	}
	for _, i := range picks {
		n.r.conds[i].aside = 1
	}
}

// parts takes the two conditions of a ratio out: "ratio of open to closed tickets".
func (c *composer) parts(n *state) {
	k := 0
	for i := range n.r.conds {
		if n.r.conds[i].op == "taught" { // one phrase may be several comparisons
			c.fail(n)
			return
		}
		if n.r.conds[i].op != "period" && !n.r.conds[i].place {
			k++
			n.r.conds[i].aside, n.r.conds[i].or = k, false
		}
	}
	if k != 2 && !c.quotient(n) {
		c.fail(n)
	}
}

// quotient reads "ratio of clarity score to easiness score for each course": one
// column of a row divided by another.
func (c *composer) quotient(n *state) bool {
	if len(n.r.outs) != 2 || len(n.r.orders)+len(n.r.havings) > 0 || len(n.r.groups) > 1 {
		return false
	}
	for i := range n.r.outs {
		o := &n.r.outs[i]
		if o.agg != noAgg || o.slot.want == wantTable || o.slot.piece < n.r.figure.pieces[0] {
			return false
		}
		o.slot.want = wantMeasure
	}
	n.r.figure.ratio, n.r.figure.quotient = false, true
	return true
}

// mean takes the one group out of which each has so many.
func (c *composer) mean(n *state) {
	if k := len(n.r.orders); k == 1 && len(n.r.outs) == 0 && n.r.orders[0].agg == noAgg && !n.r.orders[0].rows { // "hottest site on average"
		n.r.orders[0].agg = avgAgg
		n.r.figure.mean = false
		return
	}
	if k := slices.IndexFunc(n.r.conds, func(k cond) bool { return k.number && k.agg == noAgg && k.op != "=" }); k >= 0 && len(n.r.outs) == 0 && len(n.r.orders) == 0 && len(n.r.needs) > 0 { // "with a rating below 3 on average"
		by := n.r.conds[k]
		n.r.conds = slices.Delete(n.r.conds, k, k+1)
		h := having{agg: avgAgg, slot: by.slot, op: by.op, number: by.values[0], pieces: by.pieces}
		if len(by.values) > 1 {
			h.high = by.values[1]
		}
		h.slot.want = wantMeasure
		n.r.havings = append(n.r.havings, h)
		n.r.figure.mean = false
		return
	}
	if c.eachHas(n) { // "average number of absence days per employee"
		n.r.outs[0].agg = sumAgg
	}
	if len(n.r.outs) == 1 && n.r.outs[0].agg == noAgg && n.r.outs[0].slot.want == wantTable { // "orders per customer on average"
		n.r.outs[0].agg = countAgg
	}
	if len(n.r.outs) == 1 && n.r.outs[0].agg == noAgg && n.r.outs[0].slot.nouns[0].class() == dateClass { // the ordered of ordered_at
		n.cost++
	}
	if len(n.r.outs) == 1 && n.r.outs[0].agg == noAgg && n.r.outs[0].slot.want != wantTable { // "salary on average"
		n.r.outs[0].agg = avgAgg
		n.r.outs[0].slot.want = wantMeasure
		n.r.figure.mean = false
		return
	}
	if len(n.r.outs) == 1 && n.r.outs[0].agg == countAgg && len(n.r.groups) == 2 && n.r.groups[0].per && n.r.groups[1].led { // "sessions per visitor by country, on average"
		n.r.figure.mean, n.r.figure.perEach = false, true
		return
	}
	if len(n.r.outs) != 1 || n.r.outs[0].agg != countAgg && n.r.outs[0].agg != sumAgg || len(n.r.groups) != 1 || len(n.r.orders) > 0 {
		c.fail(n)
	}
}

// eachHas: a measure of one table for each row of another.
func (c *composer) eachHas(n *state) bool {
	if len(n.r.outs) != 1 || n.r.outs[0].agg != noAgg || len(n.r.groups) != 1 {
		return false
	}
	g, o := n.r.groups[0], n.r.outs[0]
	measures := slices.ContainsFunc(o.slot.nouns, func(x noun) bool { return isMeasure(x.ref) })
	return measures && g.slot.want == wantTable && c.numberOf() && g.slot.nouns[0].table != o.slot.nouns[0].table && c.says(c.piece(c.back(g.slot.piece-1)), "per", "each", "every")
}

// numberOf reports whether it is the average number of something that is asked for.
func (c *composer) numberOf() bool {
	return slices.ContainsFunc(c.pieces, func(p piece) bool {
		return p.role == figureRole && p.arg == "mean" && c.says(p, "number", "count")
	})
}

// firstOfEach turns "top 3 per category" into the first three of each.
func (c *composer) firstOfEach(n *state) {
	if n.r.limit == 0 {
		return
	}
	var rest []group
	for _, g := range n.r.groups {
		if g.each {
			n.r.figure.per = append(n.r.figure.per, g)
		} else {
			rest = append(rest, g)
		}
	}
	if len(n.r.figure.per) == 0 {
		return
	}
	n.r.groups = rest
	if len(n.r.orders) == 0 || n.r.figure.asked() {
		n.lost = append(n.lost, n.r.figure.per[0].slot.piece)
		n.cost += 2
	}
}

// ordinalName is a name for the length of a moving average: 3_month.
func (f *figure) ordinalName() string {
	return strconv.Itoa(f.n) + "_" + strings.ToLower(f.unit)
}
