package planner

import (
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/refusal"
)

// change puts a text in the place of tokens [from, to) of a question.
type change struct {
	from, to int
	text     string
}

// draft of a question: one way to edit the question before.
type rewording struct {
	changes []change
	said    string // what is changed, for people
	way     int    // rewordings of one way mean the same; of several, the asker chooses
	moved   bool   // what is kept may be of other columns
	loose   bool   // more conditions may come of words that stay
	fits    func(now *dissected) bool
}

// rewritten is the question with changes made, and where what is new stands.
func (d *dissected) rewritten(changes []change) (string, []refusal.Span) {
	changes = slices.Clone(changes)
	slices.SortStableFunc(changes, func(a, b change) int { return a.from - b.from })
	var b strings.Builder
	var fresh []refusal.Span
	at := 0
	glue := func(s string) {
		if text := b.String(); text == "" || strings.HasSuffix(text, " ") {
			s = strings.TrimLeft(s, " ,")
		} else if s != "" && s[0] != ' ' && s[0] != ',' {
			s = " " + s
		}
		b.WriteString(s)
	}
	for _, c := range changes {
		from, to := c.from, c.to
		if c.text == "" { // what joined it goes, too
			if from > 0 && oneOf(d.tokens[from-1], "and", ",") {
				from--
			} else if to < len(d.tokens) && oneOf(d.tokens[to], "and", ",") {
				to++
			}
		}
		start := d.end()
		if from < len(d.tokens) {
			start = int(d.tokens[from].span.Pos)
		}
		if start < at {
			continue
		}
		glue(strings.TrimRight(d.text[at:start], " "))
		if c.text != "" {
			glue(c.text)
			fresh = append(fresh, refusal.Span{Pos: int32(b.Len() - len(c.text)), End: int32(b.Len())})
		}
		if at = start; to > from {
			at = int(d.tokens[to-1].span.End)
		}
	}
	if at < d.end() {
		rest := d.text[at:d.end()]
		if strings.HasPrefix(rest, " ") || len(changes) == 0 {
			rest = strings.TrimLeft(rest, " ")
		}
		glue(rest)
	}
	return b.String(), fresh
}

// end is where the last token ends.
func (d *dissected) end() int {
	if len(d.tokens) == 0 {
		return 0
	}
	return int(d.tokens[len(d.tokens)-1].span.End)
}

// tried is a rewording that can be read.
type tried struct {
	Understanding
	now *dissected
}

// edit is what becomes of the question before.
func (f *followUp) edit(base *dissected) (Understanding, bool) {
	if f.old[1] > 0 {
		if t, ok := f.best(base, f.byWords(base)); ok {
			return t[0].Understanding, true
		}
	}
	segments := f.segments()
	if len(segments) == 0 {
		return Understanding{}, false
	}
	var said []string
	if n, k := f.roleAt(segments[0].at, countRole); len(segments) > 1 && n > 0 && k.role == countRole && segments[0].bare && base.numeric() {
		segments = segments[1:] // "how many of them are urgent": it is a number already
	}
	for i, s := range segments {
		all, ok := f.best(base, f.rewordings(base, s))
		if !ok {
			return Understanding{}, false
		}
		if len(all) > 1 {
			if i < len(segments)-1 {
				return Understanding{}, false
			}
			u := Understanding{Decision: Choose}
			for _, t := range all {
				u.Readings = append(u.Readings, t.Readings[0])
			}
			return prefixed(u, said), true
		}
		if i == len(segments)-1 {
			return prefixed(all[0].Understanding, said), true
		}
		base = all[0].now
		said = append(said, all[0].Readings[0].Changed)
	}
	return Understanding{}, false
}

func prefixed(u Understanding, said []string) Understanding {
	for i := range u.Readings {
		u.Readings[i].Changed = strings.Join(append(slices.Clone(said), u.Readings[i].Changed), "; ")
	}
	return u
}

// best is the first rewording that can be read of each way, the sure before those
// that are not.
func (f *followUp) best(base *dissected, all []rewording) (out []tried, ok bool) {
	done := map[int]bool{}
	var unsure []tried
	for _, w := range all {
		if done[w.way] {
			continue
		}
		t, ok := f.try(base, w)
		switch {
		case !ok:
		case t.Decision == Answer:
			done[w.way] = true
			out = append(out, t)
		default:
			unsure = append(unsure, t)
		}
	}
	if len(out) == 0 && len(unsure) > 0 {
		out = unsure[:1]
		if !slices.ContainsFunc(all, func(w rewording) bool { return w.way != all[0].way }) && out[0].trusted() {
			out[0].Decision = Answer
		}
	}
	return out, len(out) > 0
}

// trusted reports whether a rewording that is not sure enough as a question is as the
// change of one that was answered: the rules read all of it, and only the new stretch
// was left to them.
func (t tried) trusted() bool {
	r := t.Readings[0]
	_, byHand := r.from.(*handmade)
	return byHand && len(r.Passed) == 0 && r.Draft.Confidence >= leastConfidence && r.Draft.SQL == t.now.reading.Draft.SQL
}

// try reads a rewording, and keeps the readings that are the one before but for
// what was changed.
func (f *followUp) try(base *dissected, w rewording) (tried, bool) {
	text, fresh := base.rewritten(w.changes)
	u, ok := f.read(text)
	if !ok || text == base.text {
		return tried{}, false
	}
	u = u.asked(u.Readings[0].Asked, w.said)
	var first *dissected
	u.Readings = slices.DeleteFunc(u.Readings, func(r Reading) bool {
		if len(r.Passed) > 0 && u.Decision == Answer {
			return true
		}
		now := f.dissect(r)
		if !base.kept(now, w) || !w.loose && !base.nothingElse(now, fresh, w) || w.fits != nil && !w.fits(now) {
			return true
		}
		if first == nil {
			first = now
		}
		return false
	})
	return tried{u, first}, len(u.Readings) > 0
}

// mostTried is how many rewordings of one follow-up are read.
const mostTried = 24

// read reads a rewording once.
func (f *followUp) read(text string) (Understanding, bool) {
	u, known := f.tried[text]
	if !known && len(f.tried) < mostTried {
		u, _ = f.reread(text, f.chosen)
		f.tried[text] = u
	}
	return u, len(u.Readings) > 0
}

// kept reports whether what was not changed is in the new query as it was.
func (d *dissected) kept(now *dissected, w rewording) bool {
	for _, p := range d.parts {
		if p.kind != condStretch && p.kind != periodStretch && p.kind != groupStretch || slices.ContainsFunc(w.changes, func(c change) bool { return c.to > c.from && c.from < p.end && c.to > p.at }) {
			continue
		}
		same := slices.ContainsFunc(now.parts, func(n stretch) bool {
			return n.kind == p.kind && (alike(n.sql, p.sql) || w.moved && strings.EqualFold(now.said(n.at, n.end), d.said(p.at, p.end)))
		})
		if !same {
			return false
		}
	}
	return true
}

// alike: columns of a query of one table have no table.
func alike(a, b string) bool {
	return a == b || bared(a) == bared(b) && (a == bared(a) || b == bared(b))
}

var tableShape = regexp.MustCompile(`\b\w+\.("[^"]*"|\w+)`)

func bared(sql string) string { return tableShape.ReplaceAllString(sql, "$1") }

// nothingElse reports whether each condition is an old one, or of words that are
// new.
func (d *dissected) nothingElse(now *dissected, fresh []refusal.Span, w rewording) bool {
	for _, r := range now.whole {
		if r.clause != "WHERE" && r.clause != "HAVING" {
			continue
		}
		old := slices.ContainsFunc(d.whole, func(o clausal) bool {
			return alike(o.sql, r.sql) || w.moved && strings.EqualFold(o.Words, r.Words)
		})
		isNew := slices.ContainsFunc(now.whole, func(o clausal) bool {
			return o.sql == r.sql && slices.ContainsFunc(fresh, func(s refusal.Span) bool { return s.Pos < o.Asked.End && s.End > o.Asked.Pos })
		})
		if !old && !isNew {
			return false
		}
	}
	return true
}

// rewordings are the ways to make one change, the likeliest first.
func (f *followUp) rewordings(d *dissected, s segment) []rewording {
	switch s.kind {
	case clearSegment:
		return f.cleared(d, s)
	case periodSegment:
		return f.timed(d, s)
	case groupSegment:
		return f.regrouped(d, s)
	case topSegment:
		return f.topped(d, s)
	case orderSegment:
		return f.ordered(d, s)
	case figureSegment:
		return f.figured(d, s)
	case versusSegment:
		return f.compared(d, s)
	case measureSegment:
		return f.measured(d, s)
	case extremeSegment:
		return f.extreme(d, s)
	case condSegment:
		return noMoreGroups(d, f.conditioned(d, s))
	default:
		panic("planner: unknown segment of a follow-up")
	}
}

// noMoreGroups has a condition be no group: "only those in stock".
func noMoreGroups(d *dissected, all []rewording) []rewording {
	groups := func(d *dissected) (n int) {
		for _, c := range d.whole {
			if c.clause == "GROUP BY" {
				n++
			}
		}
		return n
	}
	for i, w := range all {
		all[i].fits = func(now *dissected) bool { return groups(now) <= groups(d) && (w.fits == nil || w.fits(now)) }
	}
	return all
}

// byWords is "X instead of Y" where Y stands in the question.
func (f *followUp) byWords(d *dissected) []rewording {
	from, to := f.core(f.old[0], f.old[1])
	at, end := f.core(f.from, f.to)
	for i := range d.tokens {
		n := 0
		for n < to-from && i+n < len(d.tokens) && (d.tokens[i+n].stem == f.tokens[from+n].stem) {
			n++
		}
		if n > 0 && n == to-from && end > at {
			if p := d.by[i] - 1; p >= 0 && d.parts[p].kind == aggStretch {
				if k, _ := f.roleAt(at, aggRole, mostRole); k == end-at {
					return f.aggregated(d, f.said(at, end))
				}
			}
			return []rewording{{changes: []change{{i, i + n, f.said(at, end)}}, said: f.said(at, end) + " instead of " + d.said(i, i+n), moved: true}}
		}
	}
	return nil
}

// core is [from, to) without the words that only join.
func (f *followUp) core(from, to int) (int, int) {
	for from < to-1 {
		n, _ := f.roleAt(from, inRole, ofRole, eachRole, haveRole, stopRole, articleRole)
		if n == 0 || n > to-from-1 || len(f.alike[from]) > 0 {
			break
		}
		from += n
	}
	for to-1 > from && oneOf(f.tokens[to-1], "ones", "one", ",") {
		to--
	}
	return from, to
}

// back is where a new condition goes: the end, before what the rows are sorted by.
func (d *dissected) back() int {
	for _, p := range d.of(orderStretch) {
		return p.from
	}
	return len(d.tokens)
}
