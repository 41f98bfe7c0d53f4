package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
)

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
	for _, p := range c.pieces[at:end] {
		parts = append(parts, p.text)
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
	"phone": "channel method device", "web": "channel", "app": "channel device", "online": "channel", "email": "channel method", "mobile": "device channel", "desktop": "device", "tablet": "device",
	"card": "method", "cash": "method", "transfer": "method", "paypal": "method",
}

// inState is an unknown word right before a table that has a column for such.
func (c *composer) inState(n state, at int) (state, bool) {
	if c.l.tokens[c.pieces[at].from].kind != wordToken {
		return state{}, false
	}
	s := c.states(c.head(at).nouns, at)
	if len(s.nouns) == 0 || c.unusual(at) && c.unusual(at-1) {
		return state{}, false // "hwo many orders" are in no two states
	}
	mode := n.mode
	t := c.equals(n, s, at, c.pieces[at].text, false)
	t.mode = mode
	t.cost += 0.4
	return t, true
}

// unusual reports whether a piece is a word that is not known, and of no state
// that is usual.
func (c *composer) unusual(at int) bool {
	p := c.piece(at)
	return p.role == unknownRole && usualStates[c.l.tokens[p.from].lower] == ""
}

// stateColumn is a column for a state, and which of stateWords its name ends in.
type stateColumn struct {
	ref
	rank int
}

// findStates are the columns of a table for states, in the order of stateWords.
func findStates(t *catalog.Table) []stateColumn {
	var out []stateColumn
	for _, col := range t.Columns {
		r := ref{table: t, col: col}
		if classOf(col) != textClass || isKey(r) {
			continue
		}
		if parts := words.OfName(col.Name); len(parts) > 0 {
			if rank := slices.Index(stateWords, parts[len(parts)-1]); rank >= 0 {
				out = append(out, stateColumn{r, rank})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b stateColumn) int { return a.rank - b.rank })
	return out
}

// states are the columns of tables that hold a status, a kind.
func (c *composer) states(tables []noun, at int) slot {
	s := slot{piece: at, want: wantText}
	for _, x := range tables {
		if x.score < 0.7 || x.col != nil && !isMeasure(x.ref) {
			continue
		}
		for _, state := range c.l.lex.stated[x.table] {
			score := 0.85 - 0.02*float64(state.rank)
			if usual := strings.Fields(usualStates[c.l.tokens[c.pieces[at].from].lower]); len(usual) > 0 {
				score = 0.6
				if i := slices.Index(usual, stateWords[state.rank]); i >= 0 {
					score = 0.9 - 0.02*float64(i)
				}
			}
			s.nouns = append(s.nouns, noun{ref: state.ref, score: score})
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
