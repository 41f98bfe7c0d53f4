package planner

import (
	"slices"
	"strings"
)

// figures works out what the reading's figure asks for: further outputs over
// those that are added up or counted. It runs when all tables are joined.
func (b *builder) figures() bool {
	f := &b.r.figure
	if len(f.per) > 0 && (b.p.dedupe || len(b.p.orders) == 0) {
		return false
	}
	if !f.asked() {
		return true
	}
	if b.p.dedupe || b.p.distinct || b.p.limit > 0 {
		return false
	}
	k := slices.IndexFunc(b.p.outs, func(o shown) bool { return o.agg != noAgg })
	if k < 0 || len(b.p.aggregates()) != 1 {
		return false
	}
	base := b.p.outs[k]
	base.pieces = append(slices.Clone(base.pieces), f.pieces...)
	switch {
	case f.versus && !b.abreast():
		return false
	case f.versus:
		b.versus(k, base)
	case f.ratio:
		b.p.outs = slices.Replace(b.p.outs, k, k+1, derived(base, "ratio", "ratio"))
	case f.along == "moving":
		b.p.outs = append(b.p.outs, derived(base, "moving", f.ordinalName()+"_average"))
	case f.along != "":
		name := map[string]string{"growth": "growth_percent", "change": "change", "running": "running_total"}[f.along]
		b.p.outs = append(b.p.outs, derived(base, f.along, name))
	case f.share && len(b.p.aside) > 0:
		b.p.outs = slices.Replace(b.p.outs, k, k+1, derived(base, "part", "percent"))
	case f.share && b.p.grouped:
		b.p.outs = append(b.p.outs, derived(base, "share", "percent"))
	case f.share:
		return false
	}
	return true
}

func derived(o shown, what, name string) shown {
	o.figure, o.name = what, name
	return o
}

// versus shows the two periods side by side, and how much more the first is.
func (b *builder) versus(k int, base shown) {
	one, two := derived(base, "side1", base.name), derived(base, "side2", base.name)
	one.pieces, two.pieces = append(one.pieces, b.sidePieces(1)...), append(two.pieces, b.sidePieces(2)...)
	one.name += "_" + b.sideName(1)
	two.name += "_" + b.sideName(2)
	more := derived(base, "more", "change")
	if b.r.figure.along == "growth" {
		more = derived(base, "grown", "growth_percent")
	}
	b.p.outs = slices.Replace(b.p.outs, k, k+1, one, two, more)
}

func (b *builder) sidePieces(side int) []int {
	for _, c := range b.p.aside {
		if c.aside == side {
			return c.pieces
		}
	}
	return nil
}

// sideName calls a period by its first day, as far as that is needed: 2024,
// 2024_04.
func (b *builder) sideName(side int) string {
	for _, c := range b.p.aside {
		if c.aside != side {
			continue
		}
		if p := c.period; p.years {
			return p.from.Format("2006")
		} else if !p.from.IsZero() {
			return strings.TrimSuffix(p.from.Format("2006_01_02"), "_01")
		}
	}
	return "before"
}
