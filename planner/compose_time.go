package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/words"
)

// period reads a stretch of time: of the date that waits for it, or of the date
// that the table is known by.
func (c *composer) period(n state, at int) []state {
	k := cond{op: "period", period: c.pieces[at].period, not: n.not, or: n.or, pieces: []int{at}}
	if k.period.from.IsZero() && k.period.to.IsZero() && !n.r.figure.versus {
		n.lost = append(n.lost, at)
		n.cost++
	}
	if prev := len(n.r.conds) - 1; prev >= 0 && n.r.conds[prev].op == "period" && slices.Contains([]role{andRole, orRole}, c.piece(c.back(at-1)).role) && n.r.conds[prev].pieces[0] == c.back(c.back(at-1)-1) {
		k.or = true                                                                                                    // "yesterday and today"
		if slices.ContainsFunc(c.pieces[:at], func(p piece) bool { return p.role == bothRole && c.says(p, "both") }) { // two times, of one row or of two
			n.lost = append(n.lost, at)
			n.cost++
		}
		k.slot = n.r.conds[prev].slot
		n.r.conds = append(n.r.conds, k)
		n.or, n.not = false, false
		return []state{n}
	}
	n.not, n.or = false, false
	if n.each && k.period.unit != "" { // "in each of the last 3 months"
		n.each, n.grouping = false, true
		n.r.groups = append(n.r.groups, group{slot: slot{piece: at, want: wantDate}, unit: k.period.unit, each: true})
	}
	switch {
	case n.subject != nil:
		k.slot = *n.subject
		n.subject, n.cmp = nil, nil
	case n.last != nil && slices.ContainsFunc(n.last.nouns, func(x noun) bool { return x.col != nil && x.class() == dateClass }):
		k.slot = *n.last
		if n.lastOut > 0 && n.lastOut == len(n.r.outs) && n.r.outs[n.lastOut-1].agg == noAgg && (c.participle(n.last.piece) || n.r.which || len(n.r.needs) > 0) {
			n.r.outs = n.r.outs[:n.lastOut-1]
		}
	default:
		k.slot = slot{piece: at, want: wantDate}                          // the table's own; found later
		if last := len(n.r.needs) - 1; last >= 0 && n.r.needs[last].not { // "who did not order in 2024"
			for _, x := range n.r.needs[last].slot.nouns {
				if x.score >= n.r.needs[last].slot.nouns[0].score-0.1 {
					for rank, d := range c.l.lex.dates(x.table) {
						k.slot.nouns = append(k.slot.nouns, noun{ref: d, score: x.score - 0.07*float64(rank)})
					}
				}
			}
		}
	}
	k.slot.want = wantDate
	if x := k.slot.nouns; len(x) > 0 && x[0].col != nil && slices.Contains(words.OfName(x[0].col.Name), "birth") && c.monthAlone(at) { // "whose birthday is in May"
		n.lost = append(n.lost, at)
		n.cost++
	}
	n.r.conds = append(n.r.conds, k)
	n.is, n.in = false, false
	if n.mode == targetMode && len(n.r.needs)+len(n.r.outs) > 0 {
		n.mode = condMode
	}
	n.forget()
	return []state{n}
}

// bucket reads "month": what dates are grouped by, where it says so.
func (c *composer) bucket(n state, at int) []state {
	p := c.pieces[at]
	prev := c.piece(c.back(at - 1))
	says := func(suffix string) bool {
		return strings.HasSuffix(c.l.tokens[p.from].lower, suffix) || p.to > p.from+1
	}
	if p.arg == "fiscal" && c.l.calendar.fiscal == 0 { // nobody has said when it begins
		n.lost = append(n.lost, at)
		n.cost++
	}
	adverb := says("ly") || says("nual") || says("time") || says("trend")
	if n.each || adverb || prev.role == bucketRole && len(n.r.groups) > 0 {
		n.each, n.grouping = false, true
		g := group{slot: slot{piece: at, want: wantDate}, unit: p.arg, each: true}
		if of := c.dateOf(at); len(of) > 0 {
			g.slot.nouns, n.at = of, at+3
		}
		n.r.groups = append(n.r.groups, g)
		return []state{n}
	}
	if prev.role == andRole && len(n.r.groups) > 0 {
		n.r.groups = append(n.r.groups, group{slot: slot{piece: at, want: wantDate}, unit: p.arg, each: true})
		return []state{n}
	}
	if n.mode == targetMode && n.r.which || n.most != nil && n.most.rows { // "which month had the most visits"
		g := group{slot: slot{piece: at, want: wantDate}, unit: p.arg}
		n.r.groups = append(n.r.groups, g)
		if n.most != nil {
			n.r.orders = append(n.r.orders, order{rows: true, desc: n.most.desc, most: true, pieces: []int{n.most.piece}})
			n.r.limit = max(n.most.n, 1)
			n.most = nil
		}
		n.mode = condMode
		return []state{n}
	}
	if n.mode == targetMode && len(n.r.outs)+len(n.r.needs)+len(n.r.groups) == 0 && (n.most != nil || c.piece(at+1).role == haveRole) { // "the best month by revenue"
		n.r.groups = append(n.r.groups, group{slot: slot{piece: at, want: wantDate}, unit: p.arg})
		if n.most != nil {
			n.top, n.most = n.most, nil
			n.top.n = max(n.top.n, 1)
			n.r.limit, n.r.top = n.top.n, n.top.piece
		}
		return []state{n}
	}
	if n.number != nil || prev.role == numberRole { // "30 days": a unit
		return []state{n}
	}
	n.lost = append(n.lost, at)
	n.cost += 0.6
	return []state{n}
}

// dateOf are the dates behind "of": the year of birth is that of no other day.
func (c *composer) dateOf(at int) []noun {
	of, day := c.piece(at+1), c.piece(at+2)
	if of.role != ofRole || day.role != nounRole || !c.says(of, "of") {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(day.nouns), func(x noun) bool { return x.col == nil || x.class() != dateClass })
}

// monthAlone: a month of no year.
func (c *composer) monthAlone(at int) bool {
	p := c.pieces[at]
	month := false
	for _, t := range c.l.tokens[p.from:p.to] {
		if t.year() > 0 || oneOf(t, "last", "this", "next", "year") {
			return false
		}
		month = month || months[t.lower] > 0
	}
	return month
}
