package planner

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// spotter lists what a reading by hand does, in the order of its slots.
type spotter struct {
	*handmade
	all  []spot
	next int // slot of the attempt
}

// spots are what the reading shows, puts together, keeps, orders and cuts.
func (h *handmade) spots() []spot {
	w := &spotter{handmade: h}
	for i := range h.r.outs {
		w.shown(i)
	}
	for _, g := range h.r.groups {
		w.slotted(spot{kind: GroupPart, slot: &g.slot, taken: func(name string) string { return "grouped by " + bucketed(g.unit, name) }})
	}
	for _, c := range h.r.conds {
		w.kept(c)
	}
	for _, x := range h.r.havings {
		w.having(x)
	}
	for _, o := range h.r.orders {
		w.ordered(o)
	}
	for _, n := range h.r.needs {
		w.slotted(spot{kind: TablePart, slot: &n.slot, taken: func(name string) string { return map[bool]string{true: "no "}[n.not] + name }})
	}
	for _, g := range h.r.figure.per {
		w.slotted(spot{kind: GroupPart, slot: &g.slot, taken: func(name string) string { return "the first of each " + bucketed(g.unit, name) }})
	}
	w.cut()
	return w.all
}

// slotted adds a spot that takes the attempt's next slot.
func (w *spotter) slotted(s spot) {
	s.at = w.next
	w.next++
	w.all = append(w.all, s)
}

// said adds a spot that nothing can be chosen for.
func (w *spotter) said(kind PartKind, taken string, pieces ...int) {
	w.all = append(w.all, spot{kind: kind, at: -1, pieces: pieces, taken: func(string) string { return taken }})
}

// shown is the output i; those that the attempt has not are counts of rows.
func (w *spotter) shown(i int) {
	o := w.r.outs[i]
	s := spot{kind: ColumnPart, slot: &o.slot, agg: o.agg, at: -1, pieces: o.pieces}
	s.taken = func(name string) string { return measured(o.agg, o.distinct, name) }
	if o.agg != noAgg {
		s.kind = MeasurePart
	}
	if i >= len(w.t.r.outs) {
		s.usual = true
		w.all = append(w.all, s)
		return
	}
	s.usual = o.agg != noAgg && !slices.ContainsFunc(o.pieces, w.sums)
	w.slotted(s)
}

// sums reports whether a piece says how to add up.
func (w *spotter) sums(i int) bool {
	r := w.t.pieces[i].role
	return r == aggRole || r == countRole || r == figureRole || r == mostRole
}

func measured(agg aggregate, distinct bool, name string) string {
	if distinct {
		name = "different " + name
	}
	return aggregateWords[agg] + name
}

func bucketed(unit, name string) string {
	switch unit {
	case "":
		return name
	case "fiscal":
		return "financial year of " + name
	}
	return unit + " of " + name
}

// kept is a condition.
func (w *spotter) kept(c cond) {
	s := spot{kind: ValuePart, slot: &c.slot, pieces: c.pieces, cond: c}
	s.taken = func(name string) string { return name + " " + c.inWords() }
	if c.op == "period" {
		s.kind = PeriodPart
	}
	w.slotted(s)
}

// inWords is what a condition says of its column.
func (c cond) inWords() string {
	is, values := "is ", strings.Join(c.values, " or ")
	if c.not {
		is = "is not "
	}
	switch c.op {
	case "period":
		return strings.TrimPrefix(is, "is ") + c.period.inWords()
	case "null":
		return map[bool]string{false: "is missing", true: "is known"}[c.not]
	case "true":
		return is + "true"
	case "taught":
		return testInWords(values)
	case "like":
		return map[bool]string{true: "not "}[c.not] + map[string]string{"x%": "beginning with ", "%x": "ending with "}[c.pattern] + map[bool]string{true: "containing "}[c.pattern == "%x%"] + values
	case "between":
		return is + "from " + strings.Join(c.values, " to ")
	}
	if c.agg != noAgg {
		times := ""
		if c.factor != "" && c.factor != "1" {
			times = c.factor + " times "
		}
		return is + operatorWords[c.op] + times + "the " + aggregateWords[c.agg] + "all"
	}
	if c.number && c.slot.pick.class() == dateClass { // of a birthday
		values += " years ago"
	}
	return is + operatorWords[c.op] + values
}

var operatorWords = map[string]string{"=": "", "<>": "not ", ">": "more than ", ">=": "at least ", "<": "less than ", "<=": "at most "}

// inWords is a period with its first and last day.
func (p period) inWords() string {
	from, last := p.from.Format(time.DateOnly), p.to.AddDate(0, 0, -1).Format(time.DateOnly)
	switch {
	case p.from.IsZero() && p.to.IsZero():
		return "at any time"
	case p.from.IsZero():
		return "until " + last
	case p.to.IsZero():
		return "from " + from
	case from == last:
		return "on " + from
	}
	return "from " + from + " to " + last
}

// having is what is asked of groups.
func (w *spotter) having(x having) {
	s := spot{kind: ValuePart, slot: &x.slot, agg: x.agg, pieces: x.pieces}
	s.taken = func(name string) string {
		text := operatorWords[x.op] + x.number
		switch {
		case x.op == "between":
			text = "from " + x.number + " to " + x.high
		case x.average && x.factor != "1":
			text = operatorWords[x.op] + x.factor + " times the average"
		case x.average:
			text = operatorWords[x.op] + "the average"
		}
		return measured(x.agg, false, name) + " is " + text
	}
	w.slotted(s)
}

// ordered is what the rows are sorted by.
func (w *spotter) ordered(o order) {
	if o.slot.flip {
		o.desc = !o.desc
	}
	first := map[bool]string{false: ", least first", true: ", greatest first"}[o.desc]
	if o.rows {
		w.said(OrderPart, "by the number of rows"+first, o.pieces...)
		return
	}
	s := spot{kind: OrderPart, slot: &o.slot, agg: o.agg, pieces: o.pieces}
	s.taken = func(name string) string {
		if name == "" {
			name = "what is shown"
		}
		return "by " + measured(o.agg, false, name) + first
	}
	w.slotted(s)
}

// cut is what no slot says: figures, the order of groups, and how many rows.
func (w *spotter) cut() {
	f := &w.r.figure
	if f.asked() {
		w.said(FigurePart, f.inWords(), f.pieces...)
	}
	if order := w.plan.usualOrder; order != "" {
		w.said(OrderPart, order)
	}
	w.limit()
}

// limit is how many rows there are at most: a number, if the question says one.
func (w *spotter) limit() {
	n := w.plan.limit
	s := spot{kind: LimitPart, at: -1, pieces: slices.Clone(w.plan.ranked), usual: n > 1}
	text := "the first"
	if n > 1 {
		text += " " + strconv.Itoa(n)
	}
	s.taken = func(string) string { return text }
	for i, p := range w.t.pieces {
		if p.role == numberRole && p.text == strconv.Itoa(n) && slices.ContainsFunc(s.pieces, func(k int) bool { return k == i-1 || k == i+1 }) {
			s.pieces, s.usual = append(s.pieces, i), false
		}
	}
	if n > 0 {
		w.all = append(w.all, s)
	}
}

// inWords is what is worked out.
func (f *figure) inWords() string {
	var out []string
	add := func(asked bool, text string) {
		if asked && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	add(f.along == "growth", "growth in percent of the period before")
	add(f.along == "change", "difference from the period before")
	add(f.along == "running", "running total")
	add(f.along == "moving", "average of the last "+strconv.Itoa(f.n))
	add(f.share, "share in percent")
	add(f.ratio, "ratio")
	add(f.versus, "side by side, with the difference")
	add(f.mean, "average of what each has")
	return strings.Join(out, ", ")
}
