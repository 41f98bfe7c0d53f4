package planner

import (
	"slices"
	"strings"
)

// owner reads a table's name in front of one of its columns: "patient name",
// "invoiced amount". What waits, waits for the column.
func (c *composer) owner(n state, at int, tables []noun, next piece) (state, bool) {
	s := slot{piece: at, want: wantTable}
	for _, t := range tables {
		if slices.ContainsFunc(next.nouns, func(x noun) bool { return x.col != nil && x.table == t.table }) {
			s.nouns = append(s.nouns, t)
		}
	}
	if len(s.nouns) == 0 {
		return state{}, false
	}
	t := n.next()
	t.at--
	t.cost += 0.05
	t.r.needs = append(t.r.needs, need{slot: s})
	return t, true
}

// flagged reads a yes-or-no column, or a date that says that something happened,
// in front of its table: "urgent visits", "unpaid invoices". What waits, waits
// for the table.
func (c *composer) flagged(n state, at int, columns []noun, next piece) (state, bool) {
	s := slot{piece: at}
	for _, x := range columns {
		if slices.ContainsFunc(next.nouns, func(y noun) bool { return y.col == nil && y.table == x.table }) {
			s.nouns = append(s.nouns, x)
		}
	}
	t := n.next()
	t.at--
	return c.asFlag(t, s)
}

// nameOf is "the names of states" where states are a column.
func (c *composer) nameOf(n state, s slot, beside bool) (state, bool) {
	k := len(n.r.outs)
	if !beside || k == 0 || n.r.outs[k-1].agg != noAgg || n.mode != targetMode {
		return state{}, false
	}
	named := c.pieces[n.r.outs[k-1].slot.piece]
	if named.to != named.from+1 || !slices.Contains([]string{"name", "title"}, c.l.tokens[named.from].stem) {
		return state{}, false
	}
	t := n.next()
	t.at--
	t.r.outs = t.r.outs[:k-1]
	t.cost += 0.1
	return c.shown(t, s), true
}

// shown is a column that is simply asked for.
func (c *composer) shown(n state, s slot) state {
	o := out{slot: s, distinct: n.distinct}
	if n.count != nil || len(n.aggs) > 0 {
		n.cost += 0.5
	}
	if k := len(n.r.groups); k > 0 && n.r.groups[k-1].slot.piece == s.piece-1 { // "by plan name" is one thing
		n.cost += 0.4
	}
	n.distinct = false
	n.r.outs = append(n.r.outs, o)
	n.lastOut = len(n.r.outs)
	if n.top != nil && len(n.r.orders) == 0 && n.r.limit > 0 && len(n.r.needs) == 0 { // "top 5 scores"
		if slices.ContainsFunc(s.nouns, func(x noun) bool { return isMeasure(x.ref) }) {
			n.r.orders = append(n.r.orders, order{slot: s, desc: n.top.desc, most: true})
		}
	}
	return n
}

// asSubject is a column that what follows is compared with: "whose city is X",
// "status open", "age over 60".
func (c *composer) asSubject(n state, s slot) []state {
	next := c.piece(c.meaning(s.piece + 1))
	adjacent := c.piece(s.piece + 1)
	if next.role == ofRole { // "a population of over 20000"
		next = c.piece(c.meaning(c.meaning(s.piece+1) + 1))
		if next.role != cmpRole && next.role != betweenRole && next.role != numberRole {
			return nil
		}
	}
	switch next.role {
	case cmpRole, betweenRole, likeRole, nullRole, notnullRole:
	case isRole, notRole:
		after := c.piece(c.meaning(c.meaning(s.piece+1) + 1)).role
		if n.mode == targetMode && (after == eachRole || after == andRole || after == haveRole) {
			return nil
		}
	case valueRole, numberRole:
	case verbRole:
		if adjacent.role != verbRole || s.nouns[0].class() != textClass || len(n.r.needs) == 0 {
			return nil
		}
	case unknownRole, periodRole:
		if adjacent.role != next.role {
			return nil
		}
	case namedRole:
	case nounRole:
		if adjacent.role != nounRole || adjacent.to != adjacent.from+1 || adjacent.nouns[0].class() != dateClass || adjacent.nouns[0].score >= 0.95 || c.participle(s.piece+1) {
			return nil // "status open", though there is an opened_at
		}
	default:
		return nil
	}
	t := n.next()
	t.at--
	t.subject = &s
	t.have, t.of = false, false
	t.spoken = n.mode == targetMode
	t.mode = condMode
	if n.mode == targetMode {
		t.cost += 0.1
	}
	return []state{t}
}

// asFlag is a yes-or-no column or a date that says that something happened:
// "active users", "paid invoices", "visits that are not discharged".
func (c *composer) asFlag(n state, s slot) (state, bool) {
	var flags, dates []noun
	for _, x := range s.nouns {
		switch {
		case x.class() == boolClass:
			flags = append(flags, x)
		case x.class() == dateClass && c.participle(s.piece):
			dates = append(dates, x)
		}
	}
	not := n.not
	n.not = false
	next := c.piece(c.meaning(s.piece + 1))
	if next.role == inRole {
		next = c.piece(c.meaning(c.meaning(s.piece+1) + 1))
	}
	switch {
	case len(flags) > 0:
		n.r.conds = append(n.r.conds, cond{slot: slot{nouns: flags, piece: s.piece, want: wantBool}, op: "true", not: not || c.negative(s.piece), never: not && c.says(c.pieces[n.notAt], "never")})
	case len(dates) > 0 && next.role != periodRole && next.role != cmpRole && next.role != bucketRole:
		n.r.conds = append(n.r.conds, cond{slot: slot{nouns: dates, piece: s.piece, want: wantDate}, op: "null", not: !not && !c.negative(s.piece)})
	default:
		return n, false
	}
	n.cost += 0.03
	return n, true
}

var irregular = []string{"written", "sent", "lent", "taken", "given", "made", "bought", "sold", "born", "done", "begun", "left", "met", "held", "built", "seen", "read", "shown", "chosen", "driven", "spent"}

// participle: "discharged", but not "date".
func (c *composer) participle(at int) bool {
	w := c.l.tokens[c.pieces[at].from].lower
	return strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "id") || slices.Contains(irregular, w) || c.negative(at)
}

// negative: "unpaid".
func (c *composer) negative(at int) bool {
	t := c.l.tokens[c.pieces[at].from]
	return (strings.HasPrefix(t.lower, "un") || strings.HasPrefix(t.lower, "in") || strings.HasPrefix(t.lower, "non") || strings.HasPrefix(t.lower, "off")) && len(c.l.lex.byWord[t.stem]) == 0
}

// hinted is the slot of an adjective that names its column itself. A "-" behind
// a name says that its small values are the adjective's large ones.
func (c *composer) hinted(hint string, piece int, w want) slot {
	s := slot{piece: piece, want: w, own: hint == newest}
	score := 0.9
	if s.own { // what only has "date" in its name comes after what the table is known by
		score = 0.6
	}
	for name := range strings.SplitSeq(hint, "|") {
		name, flip := strings.CutSuffix(name, "-")
		for _, x := range c.l.lex.columnsLike(strings.Fields(name)) {
			if !slices.ContainsFunc(s.nouns, func(y noun) bool { return y.is(x) }) {
				s.nouns = append(s.nouns, noun{ref: x, score: score, flip: flip})
			}
		}
		score -= 0.05
	}
	return s
}
