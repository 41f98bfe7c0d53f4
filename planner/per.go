package planner

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
)

// quotient is worked out for each group: tickets per agent by team, visits per bed by
// ward, budget per employee for each department.
type quotient struct {
	over, under expr
	name        string
	along       ref // under is added up over all rows that share this column; zero: it is not
}

// perEach reads two groups of which the first depends on the second as a rate: an
// agent has one team, so that "tickets per agent by team" is asked of teams, while
// visits per department by month are counted for both.
func (b *builder) perEach() bool {
	r := b.r
	if len(r.groups) != 2 || !r.groups[0].per || !r.groups[1].led || len(r.outs) > 1 || len(r.orders)+len(r.havings) > 0 || r.figure.asked() {
		return !r.figure.perEach
	}
	of, by := r.groups[0], r.groups[1]
	o, ok := b.perWhat()
	if !ok || of.unit != "" || of.slot.pick.table == nil || o.slot.pick.table == nil || !b.quotientOf(o, of, by) {
		return !r.figure.perEach
	}
	return true
}

// quotient divides the first of two columns by the second, in each row.
func (b *builder) quotient() bool {
	r := b.r
	if !r.figure.quotient {
		return true
	}
	one, two := r.outs[0], r.outs[1]
	if one.slot.pick.table != two.slot.pick.table || one.slot.pick.is(two.slot.pick) {
		return false
	}
	r.outs = []out{one}
	for _, g := range r.groups {
		if g.slot.pick.table != one.slot.pick.table {
			return false
		}
		r.outs = []out{{slot: g.slot}, one}
	}
	r.groups = nil
	b.p.rate = &quotient{over: expr{ref: one.slot.pick, piece: one.slot.piece}, under: expr{ref: two.slot.pick, piece: two.slot.piece}, name: plural(two.slot.pick.col.Name)}
	return true
}

// perWhat is what there is so much of.
func (b *builder) perWhat() (out, bool) {
	if len(b.r.outs) == 1 {
		return b.r.outs[0], true
	}
	n := b.firstNeed()
	if n == nil {
		return out{}, false
	}
	return out{agg: countAgg, slot: slot{pick: ref{table: n}, piece: b.needPiece(), want: wantTable}}, true
}

// quotientOf works out o per one thing for each of another; false if these do not
// depend on each other.
func (b *builder) quotientOf(o out, of, by group) bool {
	table, measure := of.slot.pick.col == nil, of.slot.pick.col != nil && isMeasure(of.slot.pick)
	same := by.unit == "" && by.slot.pick.table == of.slot.pick.table
	adds := o.agg == countAgg || o.agg == sumAgg || o.agg == noAgg && o.slot.pick.col != nil && isMeasure(o.slot.pick)
	belongs := b.belongsTo(o.slot.pick.table, of.slot.pick.table)
	switch {
	case table && b.ownsOut(by, o) && b.hasMany(by.slot.pick.table, of.slot.pick.table):
		b.perRow(o, of)
	case table && (adds || o.agg == avgAgg) && belongs && b.dependsOn(of.slot.pick.table, by):
		b.perTable(o, of)
	case measure && same && by.slot.pick.col == nil && o.agg == noAgg && o.slot.pick.table == of.slot.pick.table:
		b.perRowOf(o, of, by)
		return true
	case measure && same && by.slot.pick.col == nil && adds && belongs:
		b.perMeasure(o, of)
	case measure && same && adds && belongs && o.slot.pick.table != of.slot.pick.table && usualAgg(of.slot.pick) == sumAgg:
		b.perMeasure(o, of)
		b.p.rate.along, b.p.groups = by.slot.pick, nil
	default:
		return false
	}
	b.r.groups = b.r.groups[1:]
	return true
}

// ownsOut: a column of the group's own rows is shown, not summed up over others.
func (b *builder) ownsOut(by group, o out) bool {
	return by.unit == "" && o.slot.pick.col != nil && isMeasure(o.slot.pick) && o.agg != minAgg && o.agg != maxAgg && o.slot.pick.table == by.slot.pick.table && by.slot.pick.col == nil
}

// dependsOn: each row of t has one value of the group.
func (b *builder) dependsOn(t *catalog.Table, by group) bool {
	return by.unit == "" && (by.slot.pick.table == t && by.slot.pick.col != nil || by.slot.pick.table != t && b.refersTo(t, by.slot.pick.table))
}

func (b *builder) belongsTo(t, to *catalog.Table) bool { return t == to || b.refersTo(t, to) }

// perTable divides by how many rows there are of what is counted per.
func (b *builder) perTable(o out, of group) {
	b.r.outs = []out{summed(o)}
	if o.slot.pick.table == of.slot.pick.table && o.agg != countAgg { // "amount per bill"
		b.r.outs[0].agg = avgAgg
		return
	}
	b.p.rate = &quotient{under: expr{agg: countAgg, ref: ref{table: of.slot.pick.table}, piece: of.slot.piece}, name: singular(of.slot.pick.table)}
}

func summed(o out) out {
	if o.agg != countAgg {
		o.agg = sumAgg
	}
	return o
}

// perMeasure divides by a column of the group's rows.
func (b *builder) perMeasure(o out, of group) {
	b.r.outs = []out{summed(o)}
	x := expr{ref: of.slot.pick, piece: of.slot.piece}
	b.addKey(x)
	b.p.rate = &quotient{under: x, name: plural(of.slot.pick.col.Name)}
}

// perRowOf divides one column by another, row by row: "price per seat of each plan".
func (b *builder) perRowOf(o out, of, by group) {
	b.r.outs, b.r.groups = []out{{slot: by.slot}, o}, nil
	b.p.rate = &quotient{over: expr{ref: o.slot.pick, piece: o.slot.piece}, under: expr{ref: of.slot.pick, piece: of.slot.piece}, name: plural(of.slot.pick.col.Name)}
}

// perRow divides a column of the group's rows by how many rows of another table
// they have.
func (b *builder) perRow(o out, of group) {
	x := expr{ref: o.slot.pick, piece: o.slot.piece}
	b.addKey(x)
	b.r.outs[0] = out{agg: countAgg, slot: of.slot}
	b.p.rate = &quotient{over: x, name: singular(of.slot.pick.table)}
}

// rated puts the rate in the place of what it is worked out of.
func (b *builder) rated() bool {
	f := b.p.rate
	if f == nil {
		return true
	}
	k := slices.IndexFunc(b.p.outs, func(o shown) bool { return o.agg != noAgg || f.under.col != nil && o.ref.is(f.over.ref) })
	if k < 0 || b.p.dedupe || b.p.tree.multiplies() {
		return false
	}
	base := b.p.outs[k]
	if f.over.table == nil {
		f.over = base.expr
	} else if f.under.table == nil {
		f.under = base.expr
		base.pieces = append(slices.Clone(base.pieces), f.over.piece)
	}
	name := base.name
	if f.over.col != nil && f.over.agg == noAgg {
		name = plural(f.over.col.Name)
	}
	base.pieces = append(slices.Clone(base.pieces), f.under.piece)
	b.p.outs = slices.Replace(b.p.outs, k, k+1, derived(base, "rate", name+"_per_"+f.name))
	return true
}
