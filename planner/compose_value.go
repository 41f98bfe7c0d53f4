package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/words"
)

// value reads a quoted or capitalised text: it is compared with the column that
// waits for it, with the noun beside it, or with a place.
func (c *composer) value(n state, at int) []state {
	p := c.pieces[at]
	var all []state
	switch {
	case n.subject != nil:
		all = append(all, c.equals(n, *n.subject, at, p.text, p.exact))
	case n.last != nil:
		all = append(all, c.beside(n, at, p.text, p.exact))
	}
	if s, ok := c.before(n, at, p.text, p.exact); ok {
		all = append(all, s)
	}
	if s, ok := c.valuesBefore(n, at); ok {
		all = append(all, s)
	}
	if s, ok := c.placeBefore(n, at); ok {
		all = append(all, s)
	}
	if n.in && n.subject == nil {
		all = append(all, c.placed(n, at, p.text, p.exact))
	}
	if s, ok := c.anotherOne(n, at, p.text, p.exact); ok {
		all = append(all, s)
	}
	if s, ok := c.person(n, at); ok {
		all = append(all, s)
	}
	if s, ok := c.object(n, at); ok {
		all = append(all, s)
	}
	if len(all) == 0 {
		t := n.next()
		t.at--
		t.lost = append(t.lost, at)
		t.cost += 1.5
		all = append(all, t)
	}
	return all
}

// equals compares a slot with a text.
func (c *composer) equals(n state, s slot, at int, text string, exact bool) state {
	t := n.next()
	t.at--
	k := cond{slot: s, op: "=", values: []string{text}, exact: exact, not: t.not, or: t.or, pieces: []int{at}}
	if t.cmp != nil {
		if k.op = t.cmp.op; !slices.Contains([]string{"=", "<>"}, k.op) { // texts are not more than others
			k.op = "="
			t.lost = append(t.lost, t.cmp.pieces...)
			t.cost++
		}
		k.pieces = append(k.pieces, t.cmp.pieces...)
		t.cmp = nil
	}
	if s.want != wantTable {
		k.slot.want = wantText
	}
	if t.subject != nil && t.subject.piece != s.piece { // it still waits, and is not passed over
		if t.spoken {
			t.r.outs = append(t.r.outs, out{slot: *t.subject})
			t.cost += 0.2
		} else {
			t.lost = append(t.lost, t.subject.piece)
			t.cost++
		}
	}
	t.not, t.or, t.subject, t.is = false, false, nil, false
	t.r.conds = append(t.r.conds, k)
	t.mode = condMode
	t.forget()
	return t
}

// beside is a value right behind a noun: course "QM-261". If that noun had been
// taken as something to show, it no longer is.
func (c *composer) beside(n state, at int, text string, exact bool) state {
	s := *n.last
	out := n.lastOut
	t := c.equals(n, s, at, text, exact)
	if out > 0 && out == len(t.r.outs) && t.r.outs[out-1].agg == noAgg && s.want != wantTable {
		t.r.outs = t.r.outs[:out-1]
	}
	if c.pieces[at].from > c.pieces[s.piece].to {
		t.cost += 0.2
		for _, between := range c.l.tokens[c.pieces[s.piece].to:c.pieces[at].from] {
			if oneOf(between, "in", "at", "from", "on", "for", "of", "with", "does", "do", "did", "having", "have") {
				t.cost += 0.9
				if oneOf(between, "does", "do", "did") { // it is Engineering that has employees
					t.lost = append(t.lost, at)
				}
				break
			}
		}
	}
	return t
}

// before is a value right in front of its noun: "the Zinfandel grape".
func (c *composer) before(n state, at int, text string, exact bool) (state, bool) {
	next := c.piece(at + 1)
	if next.role != nounRole {
		return state{}, false
	}
	s := slot{nouns: next.nouns, piece: at + 1, want: wantAny}
	columns := slices.DeleteFunc(slices.Clone(next.nouns), func(x noun) bool { return x.col == nil })
	tables := slices.DeleteFunc(slices.Clone(next.nouns), func(x noun) bool { return x.col != nil })
	switch {
	case len(tables) > 0 && tables[0].score >= next.nouns[0].score-0.1:
		s.nouns, s.want = tables, wantTable
	case len(columns) > 0:
		s.nouns, s.want = columns, wantColumn
	}
	if s.want == wantTable {
		s = c.namesOf(s)
	}
	t := c.equals(n, s, at, text, exact)
	t.at = at + 1
	t.cost += 0.25
	if s.want == wantColumn {
		t.at++ // the noun has done its work
		t.cost -= 0.15
	}
	return t, true
}

// person is a name that stands alone: "the courses that Ana Gomez takes". It is
// looked for where people have first and last names, or names.
func (c *composer) person(n state, at int) (state, bool) {
	p := c.pieces[at]
	if p.to != p.from+2 || !p.exact || n.subject != nil || strings.ContainsAny(p.text, "0123456789") {
		return state{}, false
	}
	s := slot{piece: at, want: wantTable}
	for _, t := range c.l.lex.catalog.Tables {
		if c.l.lex.isPerson(t) && c.l.lex.named(t) {
			s.nouns = append(s.nouns, noun{ref: ref{table: t}, score: 0.6})
		}
	}
	if len(s.nouns) == 0 {
		return state{}, false
	}
	t := c.equals(n, s, at, p.text, true)
	t.cost += 0.35
	return t, true
}

// placeWords name columns in which "in X" looks.
var placeWords = []string{"city", "country", "state", "region", "location", "place", "venue", "town", "address", "county", "continent", "area", "hometown", "campus", "building", "district", "province", "nation", "headquarter", "neighborhood", "street"}

// placed is "in X": a place if there is a column for it, else a name.
func (c *composer) placed(n state, at int, text string, exact bool) state {
	s := slot{piece: at, want: wantText}
	if isCurrency(text) {
		for _, x := range c.l.lex.columnsLike([]string{"currency"}) {
			s.nouns = append(s.nouns, noun{ref: x, score: 0.95})
		}
	}
	for rank, w := range placeWords {
		for _, x := range c.l.lex.columnsLike([]string{w}) {
			if x.class() == textClass {
				score := 0.72 - 0.01*float64(rank)
				if isCountry(text) && (w == "country" || w == "nation") {
					score = 0.85
				}
				if !slices.ContainsFunc(n.r.needs, func(k need) bool { return k.slot.nouns[0].table == x.table }) && c.l.lex.isPerson(x.table) {
					score -= 0.2 // visits in X are not those of people from X
				} else if !isCountry(text) && !slices.ContainsFunc(n.r.needs, func(k need) bool { return k.slot.nouns[0].table == x.table }) {
					score -= 0.14 // nor employees in X those of a department in X
				}
				s.nouns = append(s.nouns, noun{ref: x, score: score})
			}
		}
	}
	for _, t := range c.l.lex.catalog.Tables { // departments have names too
		if d := c.l.lex.display(t); len(d) == 1 && classOf(d[0].col) == textClass {
			score := 0.6
			if slices.ContainsFunc(n.r.needs, func(k need) bool { return k.slot.nouns[0].table == t }) && len(c.l.lex.catalog.Tables) > 1 {
				continue // products in X are not called X
			}
			if c.l.lex.isPerson(t) {
				score = 0.3
			}
			s.nouns = append(s.nouns, noun{ref: d[0], score: score})
		}
	}
	if k := c.lastTable(&n); k != nil && !exact && c.piece(at).role == unknownRole { // "on a tablet"
		for _, x := range c.states(k.nouns, at).nouns {
			x.score = min(x.score, 0.74)
			s.nouns = append(s.nouns, x)
		}
	}
	t := c.equals(n, s, at, text, exact)
	t.cost += 0.35
	t.r.conds[len(t.r.conds)-1].place = true
	if s := c.means(&n, at); len(s.nouns) > 0 { // "via the app"
		t.r.conds[len(t.r.conds)-1].slot = s
		t.r.conds[len(t.r.conds)-1].place = false
	}
	return t
}

// anotherOne adds to the list of the condition before: "Paris, Rome or Oslo".
func (c *composer) anotherOne(n state, at int, text string, exact bool) (state, bool) {
	k := len(n.r.conds) - 1
	if k < 0 || n.r.conds[k].op != "=" || n.r.conds[k].number || len(n.r.conds[k].values) == 0 || n.subject != nil {
		return state{}, false
	}
	prev := c.piece(c.back(at - 1)).role
	nor := prev == notRole && n.r.conds[k].not && c.says(c.piece(c.back(at-1)), "nor")
	if prev != orRole && prev != andRole && !nor {
		return state{}, false
	}
	t := n.next()
	t.at--
	t.or = false
	if nor {
		t.not = false
	}
	list := &t.r.conds[k]
	list.values = append(slices.Clone(list.values), text)
	list.exact = list.exact && exact
	list.pieces = append(slices.Clone(list.pieces), at)
	if prev == andRole {
		t.cost += 0.3
		if c.says(c.piece(c.back(at-1)), "well") || slices.ContainsFunc(c.pieces[:at], func(p piece) bool { return p.role == bothRole && c.says(p, "both") }) {
			t.cost += 0.4 // both, and not either
		}
	}
	return t, true
}

// number reads a number.
func (c *composer) number(n state, at int) []state {
	p := c.pieces[at]
	next := c.piece(c.meaning(at + 1))
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
			n.r.conds = append(n.r.conds, c.byHint(&k))
			n.cmp = nil
			return []state{n}
		}
		if i := len(n.r.conds) - 1; i >= 0 && n.r.conds[i].number && next.role != nounRole && n.last == nil {
			if prev := c.piece(c.back(n.cmp.pieces[0] - 1)).role; prev == orRole || prev == andRole { // "under 600 or over 900"
				n.subject = &n.r.conds[i].slot
				n.or = prev == orRole
				return []state{c.closeCmp(n)}
			}
		}
		if next.role != nounRole && n.last != nil && n.last.want != wantTable { // "salary over 1000" with the column shown
			t := n.next()
			t.at--
			t.subject = n.last
			return []state{c.closeCmp(t)}
		}
		if closes(next.role) && c.lastTable(&n) != nil { // "bills over 10k from"
			c.applyCmp(&n)
		}
		return []state{n}
	case next.role == mostRole || next.role == topRole || next.role == commonRole:
		n.number = &pending{piece: at, number: p.text}
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
	case inRole, relRole, haveRole, periodRole, orderRole, eachRole, endRole, andRole, orRole:
		return true
	default:
		return false
	}
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

// byHint is "older than 60".
func (c *composer) byHint(k *comparison) cond {
	return cond{slot: c.hinted(k.hint, k.pieces[0], wantOrdered), op: k.op, values: k.list(), number: true, unit: k.unit, pieces: k.pieces}
}

// compare reads "more than", before or behind its number.
func (c *composer) compare(n state, at int) []state {
	p := c.pieces[at]
	k := &comparison{op: p.arg, hint: p.hint, pieces: []int{at}}
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
		k.number, k.pieces = n.number.number, append(k.pieces, n.number.piece)
		n.number = nil
		if n.subject != nil {
			return []state{c.closeCmp(n)}
		}
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
	if next := c.meaning(at + 1); c.piece(next).role == nounRole {
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
	n.r.conds = append(n.r.conds, cond{slot: measure, op: k.op, agg: agg.agg, factor: agg.number, pieces: pieces, or: n.or})
	n.or = false
	n.mode = condMode
	return []state{n}
}

// period reads a stretch of time: of the date that waits for it, or of the date
// that the table is known by.
func (c *composer) period(n state, at int) []state {
	k := cond{op: "period", period: c.pieces[at].period, not: n.not, or: n.or, pieces: []int{at}}
	if k.period.from.IsZero() && k.period.to.IsZero() && !n.r.figure.versus {
		n.lost = append(n.lost, at)
		n.cost++
	}
	if prev := len(n.r.conds) - 1; prev >= 0 && n.r.conds[prev].op == "period" && slices.Contains([]role{andRole, orRole}, c.piece(c.back(at-1)).role) && n.r.conds[prev].pieces[0] == c.back(c.back(at-1)-1) {
		k.or = true                                                                                                    // "yesterday and today"
		if slices.ContainsFunc(c.pieces[:at], func(p piece) bool { return p.role == bothRole && c.says(p, "both") }) { // two times, of one row or of two
			n.lost = append(n.lost, at)
			n.cost++
		}
		k.slot = n.r.conds[prev].slot
		n.r.conds = append(n.r.conds, k)
		n.or, n.not = false, false
		return []state{n}
	}
	n.not, n.or = false, false
	switch {
	case n.subject != nil:
		k.slot = *n.subject
		n.subject, n.cmp = nil, nil
	case n.last != nil && slices.ContainsFunc(n.last.nouns, func(x noun) bool { return x.col != nil && x.class() == dateClass }):
		k.slot = *n.last
		if n.lastOut > 0 && n.lastOut == len(n.r.outs) && n.r.outs[n.lastOut-1].agg == noAgg && (c.participle(n.last.piece) || n.r.which || len(n.r.needs) > 0) {
			n.r.outs = n.r.outs[:n.lastOut-1]
		}
	default:
		k.slot = slot{piece: at, want: wantDate}                          // the table's own; found later
		if last := len(n.r.needs) - 1; last >= 0 && n.r.needs[last].not { // "who did not order in 2024"
			for _, x := range n.r.needs[last].slot.nouns {
				if x.score >= n.r.needs[last].slot.nouns[0].score-0.1 {
					for rank, d := range c.l.lex.dates(x.table) {
						k.slot.nouns = append(k.slot.nouns, noun{ref: d, score: x.score - 0.07*float64(rank)})
					}
				}
			}
		}
	}
	k.slot.want = wantDate
	n.r.conds = append(n.r.conds, k)
	n.is, n.in = false, false
	if n.mode == targetMode && len(n.r.needs)+len(n.r.outs) > 0 {
		n.mode = condMode
	}
	n.forget()
	return []state{n}
}

// bucket reads "month": what dates are grouped by, where it says so.
func (c *composer) bucket(n state, at int) []state {
	p := c.pieces[at]
	prev := c.piece(c.back(at - 1))
	says := func(suffix string) bool {
		return strings.HasSuffix(c.l.tokens[p.from].lower, suffix) || p.to > p.from+1
	}
	if p.arg == "fiscal" && c.l.calendar.fiscal == 0 { // nobody has said when it begins
		n.lost = append(n.lost, at)
		n.cost++
	}
	adverb := says("ly") || says("nual") || says("time") || says("trend")
	if n.each || adverb || prev.role == bucketRole && len(n.r.groups) > 0 {
		n.each, n.grouping = false, true
		n.r.groups = append(n.r.groups, group{slot: slot{piece: at, want: wantDate}, unit: p.arg, each: true})
		return []state{n}
	}
	if prev.role == andRole && len(n.r.groups) > 0 {
		n.r.groups = append(n.r.groups, group{slot: slot{piece: at, want: wantDate}, unit: p.arg, each: true})
		return []state{n}
	}
	if n.mode == targetMode && n.r.which || n.most != nil && n.most.rows { // "which month had the most visits"
		g := group{slot: slot{piece: at, want: wantDate}, unit: p.arg}
		n.r.groups = append(n.r.groups, g)
		if n.most != nil {
			n.r.orders = append(n.r.orders, order{rows: true, desc: n.most.desc, most: true, pieces: []int{n.most.piece}})
			n.r.limit = max(n.most.n, 1)
			n.most = nil
		}
		n.mode = condMode
		return []state{n}
	}
	if n.mode == targetMode && len(n.r.outs)+len(n.r.needs)+len(n.r.groups) == 0 && (n.most != nil || c.piece(at+1).role == haveRole) { // "the best month by revenue"
		n.r.groups = append(n.r.groups, group{slot: slot{piece: at, want: wantDate}, unit: p.arg})
		if n.most != nil {
			n.top, n.most = n.most, nil
			n.top.n = max(n.top.n, 1)
			n.r.limit, n.r.top = n.top.n, n.top.piece
		}
		return []state{n}
	}
	if n.number != nil || prev.role == numberRole { // "30 days": a unit
		return []state{n}
	}
	n.lost = append(n.lost, at)
	n.cost += 0.6
	return []state{n}
}

// like reads "contains", "starts with", with the text that follows.
func (c *composer) like(n state, at int) []state {
	i := c.meaning(at + 1)
	next := c.piece(i)
	if next.role != valueRole && next.role != unknownRole && next.role != numberRole {
		if next.role == nounRole && c.piece(i).from == c.piece(i).to-1 && c.pieces[at].arg != "%x%" {
			next.text = c.l.tokens[next.from].text
		} else { // "contains" as a verb that connects
			n.have = true
			n.mode = condMode
			n.cost += 0.1
			return []state{n}
		}
	}
	s := n.subject
	if s == nil {
		s = n.last
	}
	if s == nil {
		s = c.lastTable(&n)
	}
	if s == nil || next.text == "" {
		n.lost = append(n.lost, at)
		n.cost++
		return []state{n}
	}
	if c.says(c.pieces[at], "like") && next.role != valueRole && s != n.subject { // who likes chocolate is in no name
		n.lost = append(n.lost, at, i)
		n.cost++
		return []state{n}
	}
	k := cond{slot: *s, op: "like", values: []string{next.text}, pattern: c.pieces[at].arg, not: n.not, or: n.or, pieces: []int{at, i}}
	if k.slot.want != wantTable {
		k.slot.want = wantText
	}
	if n.subject == nil && n.lastOut > 0 && n.lastOut == len(n.r.outs) && len(n.r.outs) > 1 && n.have {
		n.r.outs = n.r.outs[:n.lastOut-1]
	}
	n.r.conds = append(n.r.conds, k)
	n.not, n.or, n.subject, n.is = false, false, nil, false
	n.mode = condMode
	n.at = i + 1
	return []state{n}
}

// named reads "named X": the name of what was last spoken of.
func (c *composer) named(n state, at int) []state {
	i := c.meaning(at + 1)
	next := c.piece(i)
	s := c.lastTable(&n)
	text := next.text
	switch next.role {
	case valueRole, unknownRole:
	case nounRole:
		text = c.l.tokens[next.from].text
	default:
		s = nil
	}
	if s == nil && n.last != nil {
		s = n.last
	}
	if s == nil || text == "" {
		n.lost = append(n.lost, at)
		n.cost++
		return []state{n}
	}
	t := c.equals(n, *s, i, text, next.role == valueRole)
	t.at = i + 1
	t.r.conds[len(t.r.conds)-1].pieces = []int{at, i}
	return []state{t}
}

// lastTable is the table that was last spoken of.
func (c *composer) lastTable(n *state) *slot {
	if n.last != nil && n.last.want == wantTable {
		return n.last
	}
	best := slot{piece: -1}
	for _, k := range n.r.needs {
		if k.slot.piece > best.piece {
			best = k.slot
		}
	}
	for _, o := range n.r.outs {
		if o.slot.want == wantTable && o.slot.piece > best.piece {
			best = o.slot
		}
	}
	if best.piece < 0 {
		return nil
	}
	return &best
}

// null reads "is missing".
func (c *composer) null(n *state, at int) {
	s := n.subject
	if s == nil {
		s = n.last
	}
	if s == nil || s.want == wantTable {
		n.lost = append(n.lost, at)
		n.cost++
		return
	}
	if n.lastOut > 0 && n.lastOut == len(n.r.outs) && len(n.r.outs) > 1 {
		n.r.outs = n.r.outs[:n.lastOut-1]
	}
	not := c.pieces[at].role == notnullRole
	n.r.conds = append(n.r.conds, cond{slot: *s, op: "null", not: not != n.not, or: n.or, pieces: []int{at}})
	n.subject, n.not, n.or, n.is = nil, false, false, false
	n.mode = condMode
	n.forget()
}

// unknown reads a word of no known meaning: a value where its place says so, a
// verb that connects, or else a word that was not understood.
func (c *composer) unknown(n state, at int) []state {
	text, end := c.run(at)
	var all []state
	lost := n.next()
	lost.at--
	lost.lost = append(lost.lost, at)
	lost.cost += 1.2
	if kind := c.l.tokens[c.pieces[at].from].kind; kind != wordToken && kind != codeToken {
		return []state{lost} // a sign, a picture, a day that no calendar has
	}
	if strings.HasSuffix(text, "est") && len(text) > 5 {
		return []state{lost} // busiest: a superlative that is not known
	}
	if t, ok := c.anotherOne(n, at, text, false); ok && end == at+1 && c.piece(end).role != nounRole { // "priority high or urgent"
		all = append(all, t)
	}
	if t, ok := c.coordinated(n, at); ok {
		all = append(all, t)
	}
	switch {
	case n.subject != nil:
		t := c.equals(n, *n.subject, at, text, false)
		t.at = end
		t.cost += 0.15
		all = append(all, t)
	case n.in && c.piece(end).role != nounRole:
		t := c.placed(n, at, text, false)
		t.at = end
		t.cost += 0.3
		all = append(all, t)
	case n.is: // "are overdue"
		if k := c.lastTable(&n); k != nil {
			if s := c.states(k.nouns, at); len(s.nouns) > 0 {
				t := c.equals(n, s, at, text, false)
				t.at = end
				t.cost += 0.3
				all = append(all, t)
			}
		}
	}
	if s, ok := c.inState(n, at); ok {
		all = append(all, s)
	}
	// "the fall cycle", "computer science department"; but one word before a table
	// may be any adjective, and people are called all sorts of things.
	if s, ok := c.before(n, end-1, text, false); ok && !c.people(end) && (end > at+1 || s.r.conds[len(s.r.conds)-1].slot.want != wantTable) {
		s.cost += 0.4
		all = append(all, s)
	}
	if s, ok := c.gender(n, at); ok {
		all = append(all, s)
	}
	if c.connects(at) {
		t := n.next()
		t.at--
		t.light++
		t.cost += 0.3
		t.forget()
		all = append(all, t)
	}
	return append(all, lost)
}

// people reports whether piece i names a table of people.
func (c *composer) people(i int) bool {
	p := c.piece(i)
	return p.role == nounRole && p.nouns[0].col == nil && c.l.lex.isPerson(p.nouns[0].table)
}

// run is the text of unknown words in a row, and the piece behind them.
func (c *composer) run(at int) (string, int) {
	end := at + 1
	for end < len(c.pieces) && c.pieces[end].role == unknownRole {
		end++
	}
	var parts []string
	for _, t := range c.l.tokens[c.pieces[at].from:c.pieces[end-1].to] {
		parts = append(parts, t.text)
	}
	return strings.Join(parts, " "), end
}

// stateWords name columns whose values stand in front of a noun: "overdue
// invoices".
var stateWords = []string{"status", "priority", "severity", "kind", "type", "category", "tier", "segment", "stage", "channel", "method", "mode", "model", "genre", "role", "device"}

// usualStates are words of which it is known what kind of state they are.
var usualStates = map[string]string{
	"urgent": "priority severity", "high": "priority severity", "low": "priority severity", "medium": "priority severity", "normal": "priority severity", "critical": "severity priority",
	"major": "severity priority", "minor": "severity priority", "gold": "tier segment", "silver": "tier segment", "bronze": "tier segment", "premium": "tier segment",
}

// inState is an unknown word right before a table that has a column for such.
func (c *composer) inState(n state, at int) (state, bool) {
	if c.l.tokens[c.pieces[at].from].kind != wordToken {
		return state{}, false
	}
	s := c.states(c.head(at).nouns, at)
	if len(s.nouns) == 0 {
		return state{}, false
	}
	mode := n.mode
	t := c.equals(n, s, at, c.pieces[at].text, false)
	t.mode = mode
	t.cost += 0.4
	return t, true
}

// states are the columns of tables that hold a status, a kind.
func (c *composer) states(tables []noun, at int) slot {
	s := slot{piece: at, want: wantText}
	for _, x := range tables {
		if x.score < 0.7 || x.col != nil && !isMeasure(x.ref) {
			continue
		}
		for rank, w := range stateWords {
			for _, col := range x.table.Columns {
				if parts := words.OfName(col.Name); classOf(col) == textClass && len(parts) > 0 && parts[len(parts)-1] == w && !isKey(ref{table: x.table, col: col}) {
					score := 0.85 - 0.02*float64(rank)
					if usual := strings.Fields(usualStates[c.l.tokens[c.pieces[at].from].lower]); len(usual) > 0 {
						score = 0.6
						if i := slices.Index(usual, w); i >= 0 {
							score = 0.9 - 0.02*float64(i)
						}
					}
					s.nouns = append(s.nouns, noun{ref: ref{table: x.table, col: col}, score: score})
				}
			}
		}
	}
	if len(s.nouns) == 0 {
		return c.statesOfOwners(tables, s)
	}
	return s
}

// connects: a participle between two nouns ("students enrolled in courses") says
// how they are connected, which the keys say too. One in front of a noun, or at
// the end, picks rows.
func (c *composer) connects(at int) bool {
	w := c.l.tokens[c.pieces[at].from].lower
	if !strings.HasSuffix(w, "ed") && !strings.HasSuffix(w, "ing") || len(w) < 5 {
		return false
	}
	next := c.piece(c.meaning(at + 1)).role
	prev := c.piece(c.back(at - 1)).role
	return (next == inRole || next == ofRole) && (prev == nounRole || prev == relRole || prev == isRole || prev == haveRole) ||
		next == nounRole && (prev == relRole || prev == haveRole)
}

// genders are the ways in which people write them down; which one a database
// uses cannot be known here.
var genders = map[string][]string{
	"female": {"f", "female"}, "woman": {"f", "female"}, "girl": {"f", "female"},
	"male": {"m", "male"}, "man": {"m", "male"}, "boy": {"m", "male"},
}

// gender reads "female" where a table has a column for it.
func (c *composer) gender(n state, at int) (state, bool) {
	bare := len(n.r.needs) == 0 && c.piece(at+1).role != nounRole // "women hired after 2018"
	values := genders[c.l.tokens[c.pieces[at].from].stem]
	s := slot{piece: at, want: wantText}
	for _, w := range []string{"gender", "sex"} {
		for _, x := range c.l.lex.columnsLike([]string{w}) {
			s.nouns = append(s.nouns, noun{ref: x, score: 0.9})
		}
	}
	if values == nil || len(s.nouns) == 0 {
		return state{}, false
	}
	mode, last, lastOut := n.mode, n.last, n.lastOut
	t := c.equals(n, s, at, values[0], false)
	t.r.conds[len(t.r.conds)-1].values = values
	t.mode, t.last, t.lastOut = mode, last, lastOut
	if bare {
		t.r.needs = append(t.r.needs, need{slot: c.tablesOf(s)})
	}
	return t, true
}
