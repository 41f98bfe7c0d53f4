package planner

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Two periods by month stand side by side only if January stands beside January.
// So their groups of time are cut by the month of the year, or the dates of the
// second period are moved to those of the first.

// ofTheYear makes a unit one that comes again every year: 1 to 12 for months.
const ofTheYear = " of the year"

// move is how dates of the second period come to lie in the first.
type move struct {
	months, days int
	from         time.Time // those from here on, or those before to
	to           time.Time
}

// abreast puts the groups of time of two periods beside each other; false if they
// have no place beside each other, or are one and the same.
func (b *builder) abreast() bool {
	one, two := b.sideOf(1), b.sideOf(2)
	if one != nil && two != nil && one.slot.pick.is(two.slot.pick) && one.period.from.Equal(two.period.from) && one.period.to.Equal(two.period.to) {
		return false
	}
	for i, g := range b.p.groups {
		if g.unit == "" {
			continue
		}
		ordered := slices.ContainsFunc(b.p.orders, func(o order) bool { return o.agg == noAgg && !o.rows && o.slot.pick.is(g.ref) })
		if one == nil || two == nil || ordered || !g.ref.is(one.slot.pick) || !g.ref.is(two.slot.pick) {
			return false
		}
		x, ok := g.beside(one.period, two.period)
		if !ok {
			return false
		}
		b.p.groups[i] = x
		for k, o := range b.p.outs {
			if o.unit == g.unit && o.ref.is(g.ref) {
				b.p.outs[k].unit, b.p.outs[k].moved = x.unit, x.moved
			}
		}
	}
	return true
}

// sideOf is the condition that a side's rows lie in its period.
func (b *builder) sideOf(side int) *cond {
	k := slices.IndexFunc(b.p.aside, func(c cond) bool { return c.aside == side && c.op == "period" })
	if k < 0 {
		return nil
	}
	return &b.p.aside[k]
}

// beside cuts dates so that those of two periods meet; false if they cannot.
func (x expr) beside(one, two period) (expr, bool) {
	switch {
	case x.unit == "weekday" || x.unit == "hour": // come again in every period
		return x, true
	case one.open() || two.open():
		return x, false
	case one.from.Equal(two.from):
		return x, true
	case (x.unit == "month" || x.unit == "quarter") && one.inOneYear() && two.inOneYear() && one.from.Month() == two.from.Month() && one.from.Day() == two.from.Day():
		x.unit += ofTheYear
		return x, true
	case one.from.Before(two.to) && two.from.Before(one.to): // a row of both would have two places
		return x, false
	}
	m, ok := moveTo(one, two, x.unit)
	x.moved = &m
	return x, ok
}

// open: one end is not there, or no midnight.
func (p period) open() bool { return p.from.IsZero() || p.to.IsZero() || p.clock }

func (p period) inOneYear() bool { return p.from.Year() == p.to.AddDate(0, 0, -1).Year() }

// moveTo moves by whole months, days or weeks, the nearest, so that what is cut by them stays
// whole.
func moveTo(one, two period, unit string) (m move, ok bool) {
	if two.from.Before(one.from) {
		m.to = one.from
	} else {
		m.from = two.from
	}
	days := daysBetween(two.from, one.from)
	switch unit {
	case "day":
		m.days = days
		a, b := daysBetween(one.from, one.to), daysBetween(two.from, two.to)
		return m, a == b || max(a, b) <= 31
	case "week":
		m.days = 7 * int(math.Round(float64(days)/7))
		return m, true
	case "month", "quarter", "year", "fiscal":
		m.months = 12*(one.from.Year()-two.from.Year()) + int(one.from.Month()-two.from.Month())
		return m, one.from.Day() == 1 && two.from.Day() == 1
	default:
		panic("planner: unknown unit " + unit)
	}
}

// daysBetween counts days of the calendar, whatever the clocks do on them.
func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(to).Sub(day(from)).Hours() / 24)
}

// moved writes a date of either period as one of the first.
func (w *printer) moved(x expr, col string) string {
	kind, m := x.col.Type.Kind, x.moved
	those := col + " < " + moment(m.to, kind)
	if m.to.IsZero() {
		those = col + " >= " + moment(m.from, kind)
	}
	n, unit := m.months, " months'"
	if n == 0 {
		n, unit = m.days, " days'"
	}
	col = asTimestamp(col, kind)
	sign := " + "
	if n < 0 {
		n, sign = -n, " - "
	}
	return "CASE WHEN " + those + " THEN " + col + sign + "INTERVAL '" + strconv.Itoa(n) + unit + " ELSE " + col + " END"
}
