package planner

import (
	"slices"
	"strings"
	"sync"
)

// segment is a stretch of a follow-up that changes one thing.
type segment struct {
	kind     segmentKind
	from, to int  // tokens, joining words included
	at       int  // where it begins without them
	bare     bool // of measureSegment: no name of what is measured
	name     bool // of measureSegment: only a name
	period   period
	unit     bool // of groupSegment: a stretch of time
	rank     bool // of groupSegment: by what is ranked
	dated    bool // of condSegment: "published after 2000"
}

type segmentKind uint8

const (
	clearSegment   segmentKind = iota + 1 // all years, remove the filter
	periodSegment                         // last year
	groupSegment                          // per department
	topSegment                            // top 5
	orderSegment                          // sorted by name
	figureSegment                         // as a percentage
	versusSegment                         // compared with last year
	measureSegment                        // average; number of orders; how many
	extremeSegment                        // the fewest
	condSegment                           // in the north, urgent, without the cancelled
)

// segments cuts what a follow-up says.
func (f *followUp) segments() (out []segment) {
	for i := f.from; i < f.to; {
		s, ok := f.segmentAt(i)
		switch k := len(out) - 1; {
		case ok && s.kind == periodSegment && k >= 0 && out[k].kind == condSegment && out[k].to == s.from && f.happened(s.from-1):
			out[k].to, out[k].dated = s.to, out[k].to == out[k].from+1
			i = s.to
			continue
		case ok:
			out = append(out, s)
			i = s.to
			continue
		case k >= 0 && out[k].kind == condSegment:
			out[k].to = i + 1
		case oneOf(f.tokens[i], "and", ",", "but"):
		default:
			out = append(out, segment{kind: condSegment, from: i, to: i + 1, at: i})
		}
		i++
	}
	return slices.DeleteFunc(out, func(s segment) bool { return s.kind == condSegment && f.empty(s.from, s.to) })
}

// happened: the word says what happened then: "hired", "born".
func (f *followUp) happened(i int) bool {
	t := f.tokens[i]
	return !f.table(i) && t.kind == wordToken && (f.kw.verbs[t.lower] || strings.HasSuffix(t.lower, "ed") || oneOf(t, "born", "paid", "lent", "sent", "sold"))
}

// empty: nothing but words that mean nothing.
func (f *followUp) empty(from, to int) bool {
	for i := from; i < to; i++ {
		if n, _ := f.roleAt(i, stopRole, inRole, ofRole, andRole, isRole); f.tokens[i].kind != wordToken && f.tokens[i].kind != signToken || n == 0 || len(f.alike[i]) > 0 || f.tokens[i].startsUpper() && i > 0 {
			return false
		}
	}
	return true
}

// segmentAt is what begins at token i, if it is no condition.
func (f *followUp) segmentAt(i int) (segment, bool) {
	for _, read := range []func(int) (segment, bool){f.clearAt, f.versusAt, f.periodAt, f.topAt, f.figureAt, f.extremeAt, f.measureAt, f.groupAt, f.orderAt} {
		if s, ok := read(i); ok && s.to <= f.to && s.to > i {
			return s, true
		}
	}
	return segment{}, false
}

// clearings take something back. "*" stands for one to four words.
var clearings = []string{
	"for|over|in|from|of all the years|months|dates|time|times", "for|over|in|from|of all years|months|dates|time|times|periods", "all the years|time", "all years|months|dates|time|times|periods",
	"of any year|date|time", "any year|date|time", "at any time", "ever", "for ever", "regardless of date|time|year|period",
	"remove|drop|without|clear|forget|ignore|undo|delete|lift the|that|this|all|any filter|filters|condition|conditions|restriction|restrictions on|for|by|of *",
	"remove|drop|without|clear|forget|ignore|undo|delete|lift the|that|this|all|any filter|filters|condition|conditions|restriction|restrictions",
	"remove|drop|without|clear|forget|ignore|undo|delete|lift|no filter|filters|condition|conditions|restriction|restrictions",
	"remove|drop|without|clear|forget|ignore|undo|delete|lift the|that|this * filter|condition|restriction",
	"remove|drop|forget|ignore|undo|lift the *", "remove|drop|forget|ignore|undo|lift *",
	"for|in|of|over|from all the *", "for|in|of|over|from all *", "all the *", "all *", "not grouped", "ungrouped", "overall", "in total", "altogether",
}

func (f *followUp) clearAt(i int) (segment, bool) {
	for _, w := range clearingWords()[f.tokens[i].lower] {
		if n := f.wild(i, w); n > 0 {
			return segment{kind: clearSegment, from: i, to: i + n, at: i}, true
		}
	}
	return segment{}, false
}

// clearingWords are the clearings by their first word, written out once; what it
// returns is never changed.
var clearingWords = sync.OnceValue(func() map[string][][]string {
	out := map[string][][]string{}
	for _, c := range clearings {
		for _, w := range alternatives(strings.Fields(c)) {
			out[w[0]] = append(out[w[0]], w)
		}
	}
	return out
})

// wild is the number of tokens that a pattern covers, which may have one "*".
func (f *followUp) wild(i int, pattern []string) int {
	star := slices.Index(pattern, "*")
	if star < 0 {
		return leading(f.tokens[i:f.to], pattern)
	}
	n := leading(f.tokens[i:f.to], pattern[:star])
	tail := pattern[star+1:]
	if n < star {
		return 0
	}
	for k := 1; k <= 4 && i+n+k <= f.to; k++ {
		rest := f.tokens[i+n+k : f.to]
		if len(tail) == 0 && len(rest) > 0 || len(tail) > 0 && leading(rest, tail) == 0 {
			continue
		}
		return n + k + len(tail)
	}
	return 0
}

func (f *followUp) versusAt(i int) (segment, bool) {
	n, k := f.roleAt(i, figureRole)
	if n == 0 || k.arg != "versus" {
		return segment{}, false
	}
	if at := f.past(i + n); at < f.to {
		if p, m := f.time(at); m > 0 {
			return segment{kind: versusSegment, from: i, to: at + m, at: at, period: p}, true
		}
	}
	return segment{}, false
}

// time is the stretch of time that begins at token i, also one that is told from
// the one before: "the month before".
func (f *followUp) time(i int) (period, int) {
	if p, n := f.calendar.at(f.tokens[:f.to], i); n > 0 {
		return p, n
	}
	at := f.past(i)
	if at >= f.to {
		return period{}, 0
	}
	for _, form := range []string{"year before", "month before", "quarter before", "week before", "day before", "previous year", "previous month", "previous quarter", "previous week", "previous period", "period before", "one before"} {
		if n := leading(f.tokens[at:f.to], strings.Fields(form)); n > 0 {
			unit := strings.TrimPrefix(strings.TrimSuffix(form, " before"), "previous ")
			if unit == "period" || unit == "one" {
				unit = "before"
			}
			return period{back: unit}, at + n - i
		}
	}
	if t := f.tokens[i]; months[t.lower] > 0 && t.lower != "may" && t.kind == wordToken && i == f.from { // and march?
		return f.calendar.monthOrDay(f.tokens[i:f.to])
	}
	return period{}, 0
}

func (f *followUp) periodAt(i int) (segment, bool) {
	at := i
	for at < f.to && at < i+2 && oneOf(f.tokens[at], "in", "for", "from", "the", "during") {
		at++
	}
	for ; at >= i; at-- { // the longest one
		if p, n := f.time(i); n > 0 {
			return segment{kind: periodSegment, from: i, to: i + n, at: i, period: p}, true
		}
		if p, n := f.time(at); n > 0 {
			return segment{kind: periodSegment, from: i, to: at + n, at: at, period: p}, true
		}
	}
	return segment{}, false
}

func (f *followUp) topAt(i int) (segment, bool) {
	at := f.past(i)
	n, _ := f.roleAt(at, topRole)
	if n == 0 || at+n >= f.to || f.tokens[at+n].small() <= 0 || f.tokens[at+n].year() > 0 {
		return segment{}, false
	}
	return segment{kind: topSegment, from: i, to: at + n + 1, at: at}, true
}

func (f *followUp) figureAt(i int) (segment, bool) {
	at := f.past(i)
	n, k := f.roleAt(at, figureRole)
	if n == 0 || !slices.Contains([]string{"share", "percent", "growth", "change", "running"}, k.arg) {
		return segment{}, false
	}
	to := at + n
	for to < f.to && oneOf(f.tokens[to], "of", "total", "the", "all", "each", "whole", "overall", "sum") {
		to++
	}
	return segment{kind: figureSegment, from: i, to: to, at: at}, true
}

// extremeAt is "the fewest": the other end of what was ranked.
func (f *followUp) extremeAt(i int) (segment, bool) {
	at := f.past(i)
	if n, _ := f.roleAt(at, mostRole, commonRole); n > 0 && at+n == f.to {
		return segment{kind: extremeSegment, from: i, to: at + n, at: at}, true
	}
	return segment{}, false
}

func (f *followUp) groupAt(i int) (segment, bool) {
	n := f.eachAt(i)
	if b, _ := f.roleAt(i, bucketRole); b > 0 && n < b && f.adverb(i, b) {
		return segment{kind: groupSegment, from: i, to: i + b, at: i, unit: true}, true
	}
	if n == 0 && leading(f.tokens[i:f.to], []string{"group", "by"}) > 0 {
		n = 2
	}
	at := f.past(i + n)
	if n == 0 || at >= f.to {
		return segment{}, false
	}
	if c, _ := f.roleAt(at, countRole, aggRole); c > 0 {
		if name := f.nameAt(f.past(at + c)); name > 0 {
			return segment{kind: groupSegment, from: i, to: f.past(at+c) + name, at: at, rank: true}, true
		}
	}
	b, _ := f.roleAt(at, bucketRole)
	to := at + max(b, f.nameAt(at))
	if to == at {
		return segment{}, false
	}
	for b == 0 && to < f.to && to < at+3 && (len(f.alike[to]) > 0 || slices.Contains(idleHeads, f.tokens[to].stem)) { // by job title
		to++
	}
	for to+1 < f.to && oneOf(f.tokens[to], "and") { // by month and department
		next := f.past(to + 1 + f.eachAt(to+1))
		if next >= f.to {
			break
		}
		k, _ := f.roleAt(next, bucketRole)
		if k = max(k, f.nameAt(next)); k == 0 {
			break
		}
		to = next + k
	}
	return segment{kind: groupSegment, from: i, to: to, at: at, unit: b > 0}, true
}

// adverb: "monthly", "month by month".
func (f *followUp) adverb(i, n int) bool {
	return n > 1 || strings.HasSuffix(f.tokens[i].lower, "ly") || f.tokens[i].lower == "annual"
}

// nameAt is the length of the name of something that begins at token i.
func (f *followUp) nameAt(i int) (n int) {
	if i >= f.to {
		return 0
	}
	for _, p := range f.nounsAt(i) {
		if p.nouns[0].score >= 0.55 && p.to <= f.to {
			n = max(n, p.to-i)
		}
	}
	return n
}

func (f *followUp) orderAt(i int) (segment, bool) {
	n, _ := f.roleAt(i, orderRole, dirRole)
	if n == 0 || f.alikely(i) && n == 1 && f.to-f.from > 1 && !oneOf(f.tokens[i], "sort", "sorted", "descending", "ascending") {
		return segment{}, false
	}
	to := i + n
	for to < f.to {
		if _, m := f.calendar.at(f.tokens, to); m > 0 {
			break
		}
		to++
	}
	return segment{kind: orderSegment, from: i, to: to, at: i}, true
}

// measureAt is what is counted or worked out: "average", "number of orders", "how
// many", or only the name of it.
func (f *followUp) measureAt(i int) (segment, bool) {
	at := f.past(i)
	n, k := f.roleAt(at, countRole, aggRole)
	if n == 0 && i == f.from {
		if m, w := f.roleAt(at, mostRole); m > 0 && at+m < f.to && oneOf(f.tokens[at+m], "instead", "rather") {
			n, k = m, w
		}
	}
	if n > 0 {
		to := at + n
		if k.role == countRole && to < f.to && oneOf(f.tokens[to], "of", "are") {
			return f.count(i, to), true
		}
		name := f.nameAt(f.past(to))
		if k.role == countRole && !f.countable(f.past(to), name) {
			return f.count(i, to), true
		}
		if name > 0 {
			to = f.past(to) + name
		}
		return segment{kind: measureSegment, from: i, to: to, at: at, bare: name == 0}, true
	}
	if n := f.nameAt(at); n > 0 && i == f.from && at+n == f.to { // "and patients?"
		return segment{kind: measureSegment, from: i, to: at + n, at: at, name: true}, true
	}
	return segment{}, false
}

// countable: a table, or a number.
func (f *followUp) countable(i, n int) bool {
	for _, p := range f.nounsAt(i) {
		if p.to == i+n && n > 0 {
			return p.nouns[0].col == nil || isMeasure(p.nouns[0].ref)
		}
	}
	return false
}

// count is "how many", "how many of them are there": without a name.
func (f *followUp) count(i, to int) segment {
	for to < f.to && (oneOf(f.tokens[to], "of", "them", "those", "these", "there", "in", "total", "all", "ones", "is", "it", "that")) {
		to++
	}
	if to < f.to && oneOf(f.tokens[to], "are", "were") {
		to++
		for to < f.to && oneOf(f.tokens[to], "there", "they", "in", "total", "it", "that") {
			to++
		}
	}
	return segment{kind: measureSegment, from: i, to: to, at: i, bare: true}
}
