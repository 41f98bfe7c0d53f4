package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/words"
)

// number reads a number.
func (c *composer) number(n state, at int) []state {
	p := c.pieces[at]
	next := c.piece(c.meaning(at + 1))
	if t := c.l.tokens[p.from]; t.year() > 0 && !c.l.quantity(p.from) { // it is a year
		n.cost += 2
	}
	switch {
	case c.says(c.piece(at+1), "times", "time") && c.lastTable(&n) != nil:
		return []state{c.times(n, at)}
	case n.cmp != nil && n.cmp.number == "":
		n.cmp.pieces = append(slices.Clone(n.cmp.pieces), at)
		k := *n.cmp
		k.number = p.text
		n.cmp = &k
		if u := c.unitAt(at + 1); u >= 0 {
			k.unit = u + 1
			if k.hint == "" {
				k.hint = unitsOf[u].hint
			}
			n.at = at + 2
			next = c.piece(c.meaning(n.at))
		} else if end := c.yearsOld(at + 1); end > 0 {
			k.hint = "age|birth date-|birth year-|born-"
			n.at = end
			next = c.piece(c.meaning(n.at))
		}
		if n.subject != nil {
			return []state{c.closeCmp(n)}
		}
		if k.hint != "" {
			n.r.conds = append(n.r.conds, c.byHint(&k, n.or))
			n.cmp, n.or = nil, false
			return []state{n}
		}
		if i := len(n.r.conds) - 1; i >= 0 && n.r.conds[i].number && next.role != nounRole && n.last == nil {
			if prev := c.piece(c.back(n.cmp.pieces[0] - 1)).role; prev == orRole || prev == andRole { // "under 600 or over 900"
				n.subject = &n.r.conds[i].slot
				n.or = prev == orRole
				aged := n.subject.want == wantOrdered // of a birthday
				n = c.closeCmp(n)
				if aged {
					n.r.conds[i+1].slot.want = wantOrdered
				}
				return []state{n}
			}
		}
		if next.role != nounRole && n.last != nil && n.last.want != wantTable { // "salary over 1000" with the column shown
			t := n.next()
			t.at--
			t.subject = n.last
			return []state{c.closeCmp(t)}
		}
		if (closes(next.role) || c.happened(next)) && c.lastTable(&n) != nil { // "bills over 10k from", "bills over 10k issued in"
			c.applyCmp(&n)
		}
		return []state{n}
	case next.role == mostRole || next.role == topRole || next.role == commonRole:
		n.number = &pending{piece: at, number: p.text}
		return []state{n}
	case c.unitAt(at+1) >= 0 && c.postfix(c.piece(at+2)): // "two weeks or more"
		n.number = &pending{piece: at, number: p.text, unit: c.unitAt(at+1) + 1}
		n.at = at + 2
		return []state{n}
	case c.postfix(next):
		n.number = &pending{piece: at, number: p.text}
		return []state{n}
	case n.subject != nil && n.subject.nouns[0].class() == textClass: // "whose firmware is 2.0"
		return []state{c.equals(n, *n.subject, at, c.l.tokens[p.from].text, true)}
	case n.subject != nil:
		n.cmp = &comparison{op: "=", number: p.text, pieces: []int{at}}
		return []state{c.closeCmp(n)}
	case n.last != nil && next.role != nounRole && c.pieces[at].from == c.pieces[n.last.piece].to && !n.in:
		t := n.next()
		t.at--
		t.subject = n.last
		t.cost += 0.2
		if t.lastOut > 0 && t.lastOut == len(t.r.outs) && t.r.outs[t.lastOut-1].agg == noAgg {
			t.r.outs = t.r.outs[:t.lastOut-1]
		}
		t.cmp = &comparison{op: "=", number: p.text, pieces: []int{at}}
		return []state{c.closeCmp(t)}
	}
	if s, ok := c.anotherNumber(n, at); ok {
		return []state{s}
	}
	n.number = &pending{piece: at, number: p.text}
	return []state{n}
}

// unitAt is the unit that piece i is, behind a number; -1: none.
func (c *composer) unitAt(i int) int {
	p := c.piece(i)
	if p.role != noRole && isCurrency(c.l.tokens[p.from].text) && len(c.l.lex.columnsLike([]string{"currency"})) > 0 {
		return -1 // it says which
	}
	if p.role == noRole || p.to != p.from+1 || p.role == nounRole && c.l.tokens[p.from].kind == wordToken && p.nouns[0].score >= 0.95 && unitOfColumn(p.nouns[0].ref) < 0 {
		return -1
	}
	return unitWord(c.l.tokens[p.from])
}

// yearsOld is the piece behind "years old", "years of age", from piece i on.
func (c *composer) yearsOld(i int) int {
	for end := i + 1; end <= min(i+3, len(c.pieces)); end++ {
		var said []string
		for _, t := range c.l.tokens[c.pieces[i].from:c.pieces[end-1].to] {
			said = append(said, t.lower)
		}
		if s := strings.Join(said, " "); s == "years old" || s == "years of age" || s == "year old" {
			return end
		}
	}
	return 0
}

// closes: behind a number, what follows is not what is counted.
func closes(r role) bool {
	switch r {
	case inRole, relRole, haveRole, periodRole, orderRole, eachRole, endRole, andRole, orRole, isRole:
		return true
	default:
		return false
	}
}

// happened: a piece that only says that or when something happened.
func (c *composer) happened(p piece) bool {
	return p.role == nounRole && p.to == p.from+1 && !slices.ContainsFunc(p.nouns, func(x noun) bool {
		return x.score >= p.nouns[0].score-0.2 && x.class() != dateClass && x.class() != boolClass
	})
}

// times is "ordered more than 5 times": a number of rows of the table that was
// spoken of last.
func (c *composer) times(n state, at int) state {
	s := *c.lastTable(&n)
	if n.last == nil || n.last.want != wantTable {
		n.cost++
	}
	h := having{agg: countAgg, slot: s, op: "=", number: c.pieces[at].text, pieces: []int{at}}
	if n.cmp != nil {
		h.op, h.pieces = n.cmp.op, append(h.pieces, n.cmp.pieces...)
		n.cmp = nil
	}
	n.r.needs = slices.DeleteFunc(n.r.needs, func(k need) bool { return k.slot.piece == s.piece })
	n.r.havings = append(n.r.havings, h)
	n.at++
	return n
}

func (c *composer) anotherNumber(n state, at int) (state, bool) {
	k := len(n.r.conds) - 1
	if k < 0 || n.r.conds[k].op != "=" || !n.r.conds[k].number || c.piece(c.back(at-1)).role != orRole {
		return state{}, false
	}
	n.or = false
	list := &n.r.conds[k]
	list.values = append(slices.Clone(list.values), c.pieces[at].text)
	list.pieces = append(slices.Clone(list.pieces), at)
	return n, true
}

// postfix: "5 or more".
func (c *composer) postfix(p piece) bool {
	return p.role == cmpRole && c.says(p, "or", "and", "+") && (p.arg == ">=" || p.arg == "<=")
}

// closeCmp makes a condition of the subject and the comparison with its number.
func (c *composer) closeCmp(n state) state {
	k := n.cmp
	s := *n.subject
	n.cmp, n.subject = nil, nil
	for name := range strings.SplitSeq(k.hint, "|") { // "loaded slower than"
		if w, flip := strings.CutSuffix(name, "-"); flip && s.nouns[0].col != nil && slices.Contains(words.OfName(s.nouns[0].col.Name), w) && s.nouns[0].class() == numericClass {
			k.op = flipped(k.op)
		}
	}
	if k.agg != noAgg {
		n.r.havings = append(n.r.havings, having{agg: k.agg, slot: s, op: k.op, number: k.number, high: k.high, pieces: k.pieces})
		return n
	}
	s = numeric(s)
	if k.op != "=" && k.op != "<>" && s.want == wantNumber {
		s.want = wantMeasure // keys are not more than others
	}
	n.r.conds = append(n.r.conds, cond{slot: s, op: k.op, values: k.list(), number: true, unit: k.unit, not: n.not, or: n.or, pieces: k.pieces})
	n.not, n.or, n.is = false, false, false
	n.mode = condMode
	n.forget()
	return n
}

// byHint is "older than 60", "lasting more than 2 weeks".
func (c *composer) byHint(k *comparison, or bool) cond {
	s := c.hinted(k.hint, k.pieces[0], wantOrdered)
	if k.unit > 0 && unitsOf[k.unit-1].kind == "time" && strings.Contains(k.hint, "duration") {
		s.nouns = slices.DeleteFunc(s.nouns, func(x noun) bool {
			u := unitOfColumn(x.ref)
			return u < 0 || unitsOf[u].kind != "time"
		})
		for _, r := range c.l.lex.lifetimes(k.unit - 1) {
			s.nouns = append(s.nouns, noun{ref: r, score: 0.7})
		}
	}
	return cond{slot: s, op: k.op, values: k.list(), number: true, unit: k.unit, or: or, pieces: k.pieces}
}

// compare reads "more than", before or behind its number.
func (c *composer) compare(n state, at int) []state {
	p := c.pieces[at]
	k := &comparison{op: p.arg, hint: p.hint, is: n.is, pieces: []int{at}}
	switch k.op { // of numbers; of dates they are part of a period
	case "after":
		k.op = ">"
	case "before":
		k.op = "<"
	}
	if n.cmp != nil && n.cmp.agg != noAgg && n.cmp.number == "" { // "with an average age over 30"
		k.agg, k.pieces = n.cmp.agg, append(slices.Clone(n.cmp.pieces), at)
	} else if n.cmp != nil {
		n.cost += 0.7
		n.lost = append(n.lost, n.cmp.pieces...)
	}
	if n.mode == targetMode && len(n.r.needs)+len(n.r.outs) > 0 {
		n.mode = condMode
	}
	if c.says(p, "in", "from", "outside", "at") { // "not in Paris"
		n.in = true
		n.forget()
	}
	n.cmp = k
	if c.postfix(p) && n.number != nil { // "5 or more"
		k.number, k.unit, k.pieces = n.number.number, n.number.unit, append(k.pieces, n.number.piece)
		if k.unit > 0 && k.hint == "" {
			k.hint = unitsOf[k.unit-1].hint
		}
		n.number = nil
		if n.subject != nil {
			return []state{c.closeCmp(n)}
		}
	}
	if c.postfix(p) && k.number == "" && oneOf(c.l.tokens[p.from], "or", "and") { // it joins "fewer than 3" to what was before
		n.cost++
		n.lost = append(n.lost, at)
	}
	if p.hint != "" { // "older": the plain comparison is a reading of its own
		return []state{n}
	}
	if n.not { // "not more than" is a phrase; other negations turn it round
		n.cost += 0.2
	}
	return []state{n}
}

// between reads "between 5 and 10" as a whole.
func (c *composer) between(n state, at int) []state {
	low := c.meaning(at + 1)
	and := c.meaning(low + 1)
	high := c.meaning(and + 1)
	if c.piece(low).role != numberRole || c.piece(high).role != numberRole || c.piece(and).role != andRole && c.piece(and).role != inRole {
		n.lost = append(n.lost, at)
		n.cost++
		return []state{n}
	}
	n.at = high + 1
	k := &comparison{op: "between", number: c.pieces[low].text, high: c.pieces[high].text, pieces: []int{at, low, high}}
	if n.cmp != nil {
		k.agg, k.hint = n.cmp.agg, n.cmp.hint
	}
	n.cmp = k
	switch {
	case n.subject != nil:
		return []state{c.closeCmp(n)}
	case n.last != nil && n.last.want != wantTable && c.piece(c.meaning(high+1)).role != nounRole:
		n.subject = n.last
		return []state{c.closeCmp(n)}
	}
	if n.mode == targetMode {
		n.mode = condMode
	}
	return []state{n}
}

// within reads "of their category", "in the same department": the rows that an
// average is over. The int is the piece behind it; 0: there is none.
func (c *composer) within(i int) (slot, int) {
	first := c.piece(i)
	from := first.from
	switch {
	case first.role == ofRole || first.role == inRole:
		i++
	case first.role != stopRole || from == 0 || !oneOf(c.l.tokens[from-1], "of", "in"): // "average of" is one piece
		return slot{}, 0
	}
	for ; c.piece(i).role == stopRole; i++ {
	}
	p := c.piece(i)
	if p.role != nounRole || !slices.ContainsFunc(c.l.tokens[from:p.from], func(t token) bool { return oneOf(t, "their", "its", "his", "her", "same", "own") }) {
		return slot{}, 0
	}
	s := slot{piece: i, want: wantColumn}
	if p.nouns[0].col == nil {
		s.want = wantTable
	}
	for _, x := range p.nouns {
		if (x.col == nil) == (s.want == wantTable) {
			s.nouns = append(s.nouns, x)
		}
	}
	return s, i + 1
}

// groupAverage compares the average of what each has with that of all rows.
func (c *composer) groupAverage(n state, k *comparison, s slot, agg pending, end int) state {
	s.want = wantMeasure
	n.subject = nil
	n.r.havings = append(n.r.havings, having{agg: k.agg, slot: s, op: k.op, average: true, factor: cmp.Or(agg.number, "1"), pieces: append(slices.Clone(k.pieces), agg.piece)})
	n.mode, n.at = condMode, end
	n.forget()
	return n
}

// sameRows is the piece behind "of all readings", where they are the rows of which
// s is a measure; else i.
func (c *composer) sameRows(s slot, i int) int {
	end := i
	for c.piece(end).role == ofRole || c.piece(end).role == stopRole || c.says(c.piece(end), "over", "across", "all") {
		end++
	}
	p := c.piece(end)
	if end == i || p.role != nounRole || !slices.ContainsFunc(p.nouns, func(x noun) bool {
		return x.col == nil && slices.ContainsFunc(s.nouns, func(y noun) bool { return y.table == x.table })
	}) {
		return i
	}
	return end + 1
}

// ownsMeasure: piece i names a table and the next one a measure of it.
func (c *composer) ownsMeasure(i int) bool {
	return slices.ContainsFunc(c.piece(i).nouns, func(x noun) bool {
		return x.col == nil && slices.ContainsFunc(c.piece(i+1).nouns, func(y noun) bool { return y.table == x.table && isMeasure(y.ref) })
	})
}

// belowAverage reads "more than the average", of the subject or of the noun that
// follows.
func (c *composer) belowAverage(n state, at int) []state {
	k := n.cmp
	n.cmp = nil
	agg := n.aggs[len(n.aggs)-1]
	n.aggs = n.aggs[:len(n.aggs)-1]
	pieces := append(slices.Clone(k.pieces), agg.piece)
	if agg.hint != "" {
		k.hint = agg.hint
	}
	s := n.subject
	next := c.meaning(at + 1)
	if k.agg != noAgg && s != nil { // "whose average stay is above the overall average"
		return []state{c.groupAverage(n, k, *s, agg, c.sameRows(*s, at+1))}
	}
	if owned := c.piece(next + 1); c.piece(next).role == nounRole && owned.role == nounRole && c.ownsMeasure(next) { // "the average order total"
		next++
	}
	if c.piece(next).role == nounRole {
		columns := slices.DeleteFunc(slices.Clone(c.pieces[next].nouns), func(x noun) bool { return x.col == nil })
		tables := slices.DeleteFunc(slices.Clone(c.pieces[next].nouns), func(x noun) bool { return x.col != nil })
		if len(columns) > 0 && slices.ContainsFunc(columns, func(x noun) bool { return isMeasure(x.ref) }) {
			s = &slot{nouns: columns, piece: next, want: wantMeasure}
			n.at = next + 1
		} else if len(tables) > 0 && len(n.r.needs) > 0 && c.piece(next+1).role != nounRole {
			n.at = next + 1
			n.r.havings = append(n.r.havings, having{agg: countAgg, slot: slot{nouns: tables, piece: next, want: wantTable}, op: k.op, average: true, factor: cmp.Or(agg.number, "1"), pieces: pieces})
			n.mode = condMode
			return []state{n}
		}
	}
	if s == nil && k.hint != "" {
		h := c.hinted(k.hint, k.pieces[0], wantMeasure)
		s = &h
	}
	if s == nil && n.last != nil && n.last.want != wantTable {
		s = n.last
	}
	if t := c.lastTable(&n); s == nil && t != nil {
		if amount, ok := c.amountOf(*t); ok {
			s = &amount
		}
	}
	if s == nil {
		n.lost = append(n.lost, at)
		n.cost++
		return []state{n}
	}
	measure := *s
	measure.want = wantMeasure
	n.subject = nil
	within, end := c.within(n.at)
	if end > 0 {
		n.at = end
	}
	n.r.conds = append(n.r.conds, cond{slot: measure, op: k.op, agg: agg.agg, factor: agg.number, within: within, pieces: pieces, or: n.or})
	n.or = false
	n.mode = condMode
	return []state{n}
}
