package planner

import (
	"slices"
	"strconv"
	"strings"
)

// tablesOf is a slot of columns as one of the tables that they are of.
func (c *composer) tablesOf(s slot) slot {
	t := slot{piece: s.piece, want: wantTable}
	for _, x := range s.nouns {
		if !slices.ContainsFunc(t.nouns, func(y noun) bool { return y.table == x.table }) {
			t.nouns = append(t.nouns, noun{ref: ref{table: x.table}, score: x.score})
		}
	}
	return t
}

// rowsOf reads the plural of what happened as rows: "hires per year" are the
// employees by their hire_date.
func (c *composer) rowsOf(n state, s slot) (state, bool) {
	p := c.pieces[s.piece]
	t := c.l.tokens[p.from]
	if p.to != p.from+1 || s.nouns[0].class() != dateClass || n.subject != nil || !strings.HasSuffix(t.lower, "s") || unitWord(t) >= 0 || oneOf(t, "dates", "times", "timestamps", "birthdays") {
		return n, false
	}
	r := n.next()
	r.at--
	r.cost += 0.05
	return r, true
}

// massWords are what is only spoken of as a whole: one revenue has no rows.
var massWords = []string{"revenue", "sales", "turnover", "payroll", "spending", "spend", "costs", "expenses", "earnings", "income", "consumption", "volume", "usage"}

// mass reads "revenue in 2024" as a sum, and "total order value" of a column
// that is called total.
func (c *composer) mass(n state, s slot) (state, bool) {
	p := c.pieces[s.piece]
	next := c.piece(c.meaning(s.piece + 1)).role
	total := p.to > p.from+1 && oneOf(c.l.tokens[p.from], "total", "overall")
	if !total && !c.says(p, massWords...) || n.subject != nil || n.have && n.mode == condMode ||
		next == cmpRole || next == betweenRole || next == valueRole || next == isRole || !slices.ContainsFunc(s.nouns, func(x noun) bool { return isMeasure(x.ref) }) {
		return n, false
	}
	t := n.next()
	t.at--
	t.aggs = []pending{{piece: s.piece, agg: sumAgg}}
	return c.aggregated(t, s), true
}

// stated reads a word that is no participle, though it looks like a date's name,
// as a status: "are open", of opened_at and status.
func (c *composer) stated(n state, s slot) (state, bool) {
	p := c.pieces[s.piece]
	if p.to != p.from+1 || s.nouns[0].class() != dateClass || s.nouns[0].score >= 0.95 || c.participle(s.piece) || !n.is && n.subject == nil {
		return n, false
	}
	text := c.l.tokens[p.from].text
	if n.subject != nil {
		return c.equals(n, *n.subject, s.piece, text, false), true
	}
	k := c.lastTable(&n)
	if k == nil {
		return n, false
	}
	at := c.states(k.nouns, s.piece)
	if len(at.nouns) == 0 {
		return n, false
	}
	return c.equals(n, at, s.piece, text, false), true
}

// ordinals stand in front of what is numbered: "on the second floor".
var ordinals = []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}

func (c *composer) ordinalOf(n state, s slot) (state, bool) {
	if n.number == nil || n.cmp != nil || !slices.ContainsFunc(s.nouns, func(x noun) bool { return x.class() == numericClass }) {
		return n, false
	}
	word := c.l.tokens[c.pieces[n.number.piece].from]
	i := slices.Index(ordinals, word.lower) + 1
	if i == 0 && (!strings.HasSuffix(word.lower, "d") && !strings.HasSuffix(word.lower, "t") && !strings.HasSuffix(word.lower, "h") || word.small() < 0) {
		return n, false
	}
	t := n.next()
	t.at--
	t.r.conds = append(t.r.conds, cond{slot: numeric(s), op: "=", values: []string{strconv.Itoa(max(i, word.small()))}, number: true, not: t.not, or: t.or, pieces: []int{t.number.piece}})
	t.number, t.not, t.or = nil, false, false
	t.mode = condMode
	t.forget()
	return t, true
}

// asVerb reads what happened as a mere verb where its own table follows:
// "customers who never opened a ticket".
func (c *composer) asVerb(n state, s slot) (state, bool) {
	i := c.meaning(s.piece + 1)
	for r := c.piece(i).role; r == cmpRole || r == numberRole || r == stopRole || r == mostRole; r = c.piece(i).role { // "raised more alarms"
		i++
	}
	next := c.piece(i)
	if s.nouns[0].col == nil || s.nouns[0].class() != dateClass || !c.participle(s.piece) || next.role != nounRole || len(n.r.needs) == 0 && !n.r.which ||
		!slices.ContainsFunc(next.nouns, func(x noun) bool { return x.col == nil && x.table == s.nouns[0].table }) {
		return n, false
	}
	t := n.next()
	t.at--
	t.mode = condMode
	t.forget()
	return t, true
}
