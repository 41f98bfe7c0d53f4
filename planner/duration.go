package planner

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// span is the time between two dates of a row, in a unit.
type span struct {
	since *catalog.Column
	unit  int // its place in unitsOf
}

// durationAt is a time between two dates: "days from opening to closing", "time
// to close a ticket in days", "hours between bill date and paid date".
func (l *lattice) durationAt(i int) (piece, bool) {
	t := l.tokens[i:]
	at, unit := 0, unitWord(t[0])
	named := unit >= 0 && unitsOf[unit].kind == "time"
	if !named && !oneOf(t[0], "time", "duration") {
		return piece{}, false
	}
	if at++; !named {
		unit = dayUnit
		if n, u := inUnitAt(t[at:]); n > 0 {
			at, unit = at+n, u
		}
	}
	p := piece{keyword: keyword{role: nounRole}, from: i, text: t[0].text}
	var n int
	if p.nouns, n = l.fromTo(i+at, unit); n == 0 {
		p.nouns, n = l.untilDone(i+at, unit)
	}
	if n == 0 {
		return piece{}, false
	}
	at += n
	if n, u := inUnitAt(t[at:]); n > 0 && !named {
		at += n
		for k := range p.nouns {
			p.nouns[k].span.unit = u
		}
	}
	p.to, p.weight = i+at, 1.1*float64(at)
	return p, true
}

var dayUnit = slices.IndexFunc(unitsOf, func(u unit) bool { return slices.Contains(u.words, "day") })

// inUnitAt reads "in days".
func inUnitAt(t []token) (n, unit int) {
	if len(t) < 2 || !oneOf(t[0], "in") {
		return 0, 0
	}
	u := unitWord(t[1])
	if u < 0 || unitsOf[u].kind != "time" {
		return 0, 0
	}
	return 2, u
}

// fromTo reads "from A to B", "between A and B", where both are dates of a table.
func (l *lattice) fromTo(i, unit int) ([]noun, int) {
	if i >= len(l.tokens) || !oneOf(l.tokens[i], "from", "between") {
		return nil, 0
	}
	for mid := i + 2; mid < min(len(l.tokens)-1, i+6); mid++ {
		if !oneOf(l.tokens[mid], "to", "and", "until", "till") {
			continue
		}
		for end := min(mid+4, len(l.tokens)); end > mid+1; end-- {
			if nouns := l.spans(l.datesIn(i+1, mid), l.datesIn(mid+1, end), unit); len(nouns) > 0 {
				return nouns, end - i
			}
		}
	}
	return nil, 0
}

// untilDone reads "to close a ticket", "until an alarm is cleared": from the date
// by which the table is known.
func (l *lattice) untilDone(i, unit int) ([]noun, int) {
	if i < len(l.tokens) && oneOf(l.tokens[i], "does", "did") { // "how many days does it take to close"
		for n := 1; n < 5 && i+n < len(l.tokens); n++ {
			if oneOf(l.tokens[i+n], "to", "until") {
				i += n
				break
			}
		}
	}
	start := i
	if i >= len(l.tokens) || !oneOf(l.tokens[i], "to", "until", "till") {
		return nil, 0
	}
	for k := i + 1; k < min(i+6, len(l.tokens)); k++ {
		ends := l.datesIn(k, k+1)
		var nouns []noun
		for _, e := range ends {
			first := l.lex.dates(e.table)[0]
			if first.col != e.col {
				nouns = append(nouns, noun{ref: ref{table: e.table, col: e.col, span: span{first.col, unit}}, score: e.score})
			}
		}
		if len(nouns) > 0 {
			return nouns, k + 1 - start
		}
	}
	return nil, 0
}

// datesIn are the dates that tokens [i, j) may name.
func (l *lattice) datesIn(i, j int) []noun {
	if len(l.alike[j-1]) == 0 && !isIdle(l.tokens[j-1]) {
		return nil
	}
	return slices.DeleteFunc(l.match(i, j), func(x noun) bool { return x.class() != dateClass || x.score < 0.6 })
}

// spans pairs dates of one table.
func (l *lattice) spans(from, to []noun, unit int) []noun {
	var out []noun
	for _, a := range from {
		for _, b := range to {
			if a.table == b.table && a.col != b.col {
				out = append(out, noun{ref: ref{table: a.table, col: b.col, span: span{a.col, unit}}, score: (a.score + b.score) / 2})
			}
		}
	}
	return out
}

// duration is the time between two dates as a number.
func (w *printer) duration(r ref, end string) string {
	start := w.column(ref{table: r.table, col: r.span.since})
	size := unitsOf[r.span.unit].size
	if r.col.Type.Kind == types.Date && r.span.since.Type.Kind == types.Date {
		return "(" + end + " - " + start + ")" + times(86400/size)
	}
	if r.col.Type.Kind != r.span.since.Type.Kind {
		end, start = "CAST("+end+" AS timestamp)", "CAST("+start+" AS timestamp)"
	}
	return "extract(epoch FROM " + end + " - " + start + ")" + times(1/size)
}

// times multiplies, without a trace where it is by one.
func times(by float64) string {
	switch {
	case by == 1:
		return ""
	case by < 1:
		return " / " + number(1/by)
	}
	return " * " + number(by)
}
