package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
)

// lastingAt is a condition on the time between two dates of a row: "shipped within
// 2 days", "paid more than 60 days after the bill date", "took longer than 3 days
// to clear", "paid later than they were due".
func (l *lattice) lastingAt(i int) (piece, bool) {
	p := piece{keyword: keyword{role: lastingRole}, from: i, text: l.tokens[i].text}
	if n := l.tookToAt(i, &p); n > 0 {
		p.to = i + n
	} else if n := l.doneWithinAt(i, &p); n > 0 {
		p.to = i + n
	} else if n := l.laterThanAt(i, &p); n > 0 {
		p.to = i + n
	}
	p.weight = 1.1 * float64(p.to-i)
	return p, p.to > i && len(p.nouns) > 0
}

// elapsed is a number of a unit of time with a comparison: "more than 3 days".
func (l *lattice) elapsed(t []token) (op, number string, unit, n int) {
	op = "="
	for _, form := range []struct{ words, op string }{
		{"in less than", "<"}, {"in under", "<"}, {"in fewer than", "<"}, {"less than", "<"}, {"fewer than", "<"}, {"under", "<"}, {"within less than", "<"},
		{"within at most", "<="}, {"within", "<="}, {"in at most", "<="}, {"at most", "<="}, {"up to", "<="}, {"no more than", "<="}, {"no later than", "<="},
		{"only after more than", ">"}, {"after more than", ">"}, {"after over", ">"}, {"more than", ">"}, {"longer than", ">"}, {"over", ">"}, {"later than", ">"}, {"after", ">"},
		{"after at least", ">="}, {"at least", ">="}, {"no less than", ">="}, {"exactly", "="},
	} {
		if m := leading(t, strings.Fields(form.words)); m > n {
			n, op = m, form.op
		}
	}
	if n == 0 || n+1 >= len(t) || t[n].kind != numberToken {
		return "", "", -1, 0
	}
	unit = unitWord(t[n+1])
	if unit < 0 || unitsOf[unit].kind != "time" {
		return "", "", -1, 0
	}
	return op, t[n].number, unit, n + 2
}

// tookToAt reads "took longer than 3 days to clear" and "took over 5 seconds to
// load": until a date of a row, or a column that says how long.
func (l *lattice) tookToAt(i int, p *piece) int {
	at := i
	if !oneOf(l.tokens[at], "took", "take", "takes", "taking", "needed", "need", "needs", "needing", "required") {
		return 0
	}
	at++
	op, number, unit, n := l.elapsed(l.tokens[at:])
	if n == 0 {
		return 0
	}
	at += n
	if at >= len(l.tokens) || !oneOf(l.tokens[at], "to", "until", "till") {
		return 0
	}
	for at++; at < len(l.tokens) && oneOf(l.tokens[at], "be", "get", "they", "it", "were", "was", "being"); {
		at++
	}
	if at >= len(l.tokens) {
		return 0
	}
	p.lasts(op, number)
	for _, e := range l.datesIn(at, at+1) {
		p.nouns = append(p.nouns, l.sinceFirst(e, unit)...)
	}
	for _, x := range l.match(at, at+1) {
		if u := unitOfColumn(x.ref); x.col != nil && isMeasure(x.ref) && u >= 0 && unitsOf[u].kind == "time" {
			p.nouns, p.n = append(p.nouns, x), unit+1
		}
	}
	return at + 1 - i
}

func (p *piece) lasts(op, number string) { p.arg, p.factor = op, number }

// sinceFirst is the time from the date by which a table is known.
func (l *lattice) sinceFirst(end noun, unit int) []noun {
	first := l.lex.dates(end.table)[0]
	if first.col == end.col {
		return nil
	}
	return []noun{{ref: ref{table: end.table, col: end.col, span: span{first.col, unit}}, score: end.score}}
}

// doneWithinAt reads "shipped within 2 days of being ordered", "cleared more than
// 72 hours after they were raised".
func (l *lattice) doneWithinAt(i int, p *piece) int {
	ends := l.datesIn(i, i+1)
	if len(ends) == 0 {
		return 0
	}
	at := i + 1
	op, number, unit, n := l.elapsed(l.tokens[at:])
	if n == 0 {
		return 0
	}
	at += n
	p.lasts(op, number)
	if from, m := l.startOf(at); m > 0 {
		if nouns := l.spans(from, ends, unit); len(nouns) > 0 {
			p.nouns = nouns
			return at + m - i
		}
	}
	for _, e := range ends {
		p.nouns = append(p.nouns, l.sinceFirst(e, unit)...)
	}
	return at - i
}

// startOf reads "after they were raised", "of being ordered", "after the bill date".
func (l *lattice) startOf(i int) ([]noun, int) {
	at := i
	if at >= len(l.tokens) || !oneOf(l.tokens[at], "of", "after", "from", "since", "following") {
		return nil, 0
	}
	for at++; at < len(l.tokens) && oneOf(l.tokens[at], "they", "it", "were", "was", "are", "is", "had", "have", "has", "been", "being", "the", "their", "its", "having"); {
		at++
	}
	for end := min(at+3, len(l.tokens)); end > at; end-- {
		if from := l.datesIn(at, end); len(from) > 0 {
			return from, end - i
		}
	}
	return nil, 0
}

// laterThanAt reads "paid after they were due", "paid later than their due date":
// one date of a row compared with another.
func (l *lattice) laterThanAt(i int, p *piece) int {
	ends := l.datesIn(i, i+1)
	if len(ends) == 0 {
		return 0
	}
	for _, form := range []struct{ words, op string }{{"later than", ">"}, {"after", ">"}, {"past", ">"}, {"before", "<"}, {"earlier than", "<"}} {
		n := leading(l.tokens[i+1:], strings.Fields(form.words))
		if n == 0 {
			continue
		}
		at := i + 1 + n
		said := at
		for at < len(l.tokens) && oneOf(l.tokens[at], "they", "it", "were", "was", "are", "is", "the", "their", "its", "had", "been") {
			at++
		}
		if at == said { // "paid after March"
			return 0
		}
		for end := min(at+3, len(l.tokens)); end > at; end-- {
			if p.nouns = l.spans(l.datesIn(at, end), ends, dayUnit); len(p.nouns) > 0 {
				p.lasts(form.op, "0")
				return end - i
			}
		}
	}
	return 0
}

// lasting makes the condition of such a piece.
func (c *composer) lasting(n state, at int) []state {
	p := c.pieces[at]
	if n.not {
		n.lost = append(n.lost, n.notAt)
		n.cost++
	}
	n.r.conds = append(n.r.conds, cond{slot: slot{nouns: p.nouns, piece: at, want: wantMeasure}, op: p.arg, values: []string{p.factor}, number: true, unit: p.n, or: n.or, pieces: []int{at}})
	n.or = false
	n.mode = condMode
	n.forget()
	return []state{n}
}

// lifetimes are the times from beginning to end of rows that have no column for it:
// how long a loan or a subscription lasts.
func (l *lexicon) lifetimes(unit int) []ref {
	var out []ref
	for _, t := range l.catalog.Tables {
		if r, ok := l.lifetime(t, unit); ok && !slices.ContainsFunc(l.measuresOf(t), func(m ref) bool {
			u := unitOfColumn(m)
			return u >= 0 && unitsOf[u].kind == "time"
		}) {
			out = append(out, r)
		}
	}
	return out
}

var endings = []string{"end", "ended", "return", "returned", "closed", "close", "finish", "finished", "cleared", "discharged", "left", "to", "until", "stop", "completed", "terminated", "termination"}

func (l *lexicon) lifetime(t *catalog.Table, unit int) (ref, bool) {
	dates := l.dates(t)
	for _, d := range dates {
		if d.col != dates[0].col && slices.ContainsFunc(words.Split(d.col.Name), func(w string) bool { return slices.Contains(endings, w) }) {
			return ref{table: t, col: d.col, span: span{dates[0].col, unit}}, true
		}
	}
	return ref{}, false
}
