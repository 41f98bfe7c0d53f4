package planner

import (
	"fmt"
	"strings"
	"time"
)

// timed puts another stretch of time in the place of the one before.
func (f *followUp) timed(d *dissected, s segment) []rewording {
	said := f.said(s.from, s.to)
	if s.at == s.from || f.tokens[s.from].lower == "the" {
		said = prepared(f.tokens[s.at], f.said(s.at, s.to))
	}
	old := d.of(periodStretch)
	if s.period.back != "" {
		if len(old) != 1 {
			return nil
		}
		p := d.calendar.shifted(old[0].period, s.period.back)
		if p.from.IsZero() || p.to.IsZero() || p.from.Equal(old[0].period.from) {
			return nil
		}
		said = d.calendar.named(p)
	}
	switch {
	case len(old) == 0:
		return []rewording{{changes: []change{{d.back(), d.back(), said}}, said: "added: " + said}}
	case len(old) > 1:
		return nil
	case f.also:
		text := d.said(old[0].from, old[0].to) + " or " + said
		return []rewording{{changes: []change{{old[0].from, old[0].to, text}}, said: "added: " + said}}
	}
	put := func(way int, text string) rewording {
		return rewording{changes: []change{{old[0].from, old[0].to, text}}, said: text + " instead of " + d.said(old[0].from, old[0].to), way: way}
	}
	out := []rewording{put(0, said)}
	if p, ok := d.calendar.within(old[0].period, s.period); ok && s.period.back == "" { // last month, and last year?
		out = append(out, put(1, d.calendar.named(p)))
	}
	return out
}

// prepared puts a preposition before a year or month that has none.
func prepared(first token, text string) string {
	if first.year() > 0 || months[first.lower] > 0 {
		return "in " + text
	}
	return text
}

// within is the part of the year next that p is of its own year, if next is a whole
// one and p a month or quarter of another.
func (c periods) within(p, next period) (period, bool) {
	year := func(p period) bool {
		return !p.from.IsZero() && !p.to.IsZero() && isNewYear(p.from) && p.to.Equal(c.add(p.from, "year", 1))
	}
	if !year(next) || p.from.IsZero() || p.to.IsZero() || p.from.Year() == next.from.Year() || p.from.Day() != 1 {
		return period{}, false
	}
	for _, unit := range []string{"month", "quarter"} {
		if p.to.Equal(c.add(p.from, unit, 1)) {
			from := time.Date(next.from.Year(), p.from.Month(), 1, 0, 0, 0, 0, p.from.Location())
			return c.span(from, unit, 1), true
		}
	}
	return period{}, false
}

// named says a stretch of time so that it is read again.
func (c periods) named(p period) string {
	switch {
	case isNewYear(p.from) && p.to.Equal(c.add(p.from, "year", 1)):
		return fmt.Sprintf("in %d", p.from.Year())
	case p.from.Day() == 1 && p.to.Equal(c.add(p.from, "month", 1)):
		return "in " + p.from.Format("January 2006")
	case p.from.Equal(c.start(p.from, "quarter")) && p.to.Equal(c.add(p.from, "quarter", 1)):
		return fmt.Sprintf("in Q%d %d", (p.from.Month()-1)/3+1, p.from.Year())
	case p.to.Equal(c.add(p.from, "day", 1)):
		return "on " + p.from.Format(time.DateOnly)
	}
	return "between " + p.from.Format(time.DateOnly) + " and " + p.to.AddDate(0, 0, -1).Format(time.DateOnly)
}

// compared puts the other side of a comparison behind the stretch of time.
func (f *followUp) compared(d *dissected, s segment) []rewording {
	old := d.of(periodStretch)
	if len(old) != 1 {
		return nil
	}
	p := s.period
	text := f.said(s.at, s.to)
	if p.back != "" {
		p = d.calendar.shifted(old[0].period, p.back)
		if p.from.IsZero() || p.to.IsZero() {
			return nil
		}
		text = strings.TrimPrefix(d.calendar.named(p), "in ")
	}
	return []rewording{{changes: []change{{old[0].to, old[0].to, "vs " + text}}, said: "compared with " + text, loose: true, moved: true}}
}
