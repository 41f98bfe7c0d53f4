package planner

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
)

// ofEach turns conditions on one of the many rows that an entity has into
// conditions on what it has altogether, where only the measure is spoken of:
// customers who spent more than 10k have orders that add up to that, and agents
// with a satisfaction below average have tickets whose average is below it. But
// customers with orders over 10k have one such order.
func (b *builder) ofEach() {
	e := b.entity()
	if b.r.who && len(b.r.needs)+len(b.r.outs) == 0 && len(b.r.conds) > 0 { // "who spent over 10k"
		e = b.whose(b.r.conds[0].slot.pick.table)
	}
	if t, ok := b.countsWhole(); ok {
		e = t
	} else if e == nil || len(b.r.groups) > 0 || len(b.measures()) > 0 && len(b.r.havings) == 0 {
		return
	}
	b.r.conds = slices.DeleteFunc(b.r.conds, func(c cond) bool {
		h, ok := b.altogether(e, c)
		if ok {
			b.r.havings = append(b.r.havings, h)
		}
		return ok
	})
}

// countsWhole: how many of one table are asked for, and nothing else.
func (b *builder) countsWhole() (*catalog.Table, bool) {
	if len(b.r.outs) != 1 || b.r.outs[0].agg != countAgg || b.r.outs[0].slot.pick.col != nil || len(b.r.groups)+len(b.r.orders) > 0 || b.r.figure.asked() {
		return nil, false
	}
	return b.r.outs[0].slot.pick.table, true
}

func (b *builder) altogether(e *catalog.Table, c cond) (having, bool) {
	t := c.slot.pick.table
	spoken := slices.ContainsFunc(b.r.needs, func(n need) bool { return n.slot.pick.table == t })
	if c.or || c.not || c.aside > 0 || t == e || spoken || c.slot.pick.col == nil || !isMeasure(c.slot.pick) || c.slot.flip || !b.hasMany(e, t) {
		return having{}, false
	}
	h := having{slot: c.slot, op: c.op, pieces: c.pieces}
	switch {
	case len(c.within.nouns) > 0:
		return having{}, false
	case c.agg == avgAgg:
		h.agg, h.average, h.factor = avgAgg, true, c.factor
		return h, true
	case c.number && c.agg == noAgg && usualAgg(c.slot.pick) == sumAgg && c.op != "=" && c.op != "<>":
		if !b.inUnit(&c) {
			return having{}, false
		}
		h.agg, h.number = sumAgg, c.values[0]
		if len(c.values) > 1 {
			h.high = c.values[1]
		}
		return h, true
	}
	return having{}, false
}

// hasMany: a row of e has several of t, and each of these is of one of e.
func (b *builder) hasMany(e, t *catalog.Table) bool {
	way := b.lex.graph.path([]*catalog.Table{e}, t)
	return slices.ContainsFunc(way, func(e edge) bool { return e.many }) && b.refersTo(t, e)
}

// countEach makes "how many customers have more than 3 orders" a list of such
// customers, of which the rows are counted.
func (b *builder) countEach() {
	t, ok := b.countsWhole()
	if !ok || len(b.r.havings) == 0 {
		return
	}
	for _, h := range b.r.havings {
		if h.slot.pick.table == t || !b.hasMany(t, h.slot.pick.table) {
			return
		}
	}
	o := b.r.outs[0]
	b.p.counted, b.p.countedBy = "number_of_"+plural(t.Name), append(slices.Clone(o.pieces), o.slot.piece)
	b.r.outs = nil
	b.r.needs = append([]need{{slot: o.slot}}, slices.DeleteFunc(b.r.needs, func(n need) bool { return !n.not && n.slot.pick.table == t })...)
}

// shortness is less than 1 for plans of many conditions: each costs something, and
// many of them are no sign of doubt.
func (p *plan) shortness() float64 {
	n := len(p.where) + len(p.aside) + len(p.havings)
	for _, s := range p.semis {
		n += len(s.conds)
	}
	if n <= 2 {
		return 1
	}
	return 3 / float64(n+1)
}
