package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
)

// whose reads a name with 's: Maria Keller's diagnosis is one of a patient who is
// called so, and no diagnosis is. False where it is no such name, or nobody knows
// of what; then what is asked for is not understood.
func (c *composer) whose(n state, at int) (all []state, ok bool) {
	if n.subject != nil || !c.l.possessive(c.pieces[at]) {
		return nil, false
	}
	asked := c.owned(&n, at)
	if len(asked) == 0 {
		return nil, false
	}
	p := c.pieces[at]
	if t, ok := c.anotherOne(n, at, p.text, p.exact); ok {
		all = append(all, t)
	}
	for _, s := range []slot{c.owners(asked, at), c.countryOf(p.text, at)} {
		if len(s.nouns) > 0 {
			t := c.equals(n, s, at, p.text, p.exact)
			t.cost += 0.25
			all = append(all, t)
		}
	}
	return all, true
}

// possessive: its last word ends in 's, or in the ' of Jones'.
func (l *lattice) possessive(p piece) bool {
	s := l.span(p.to-1, p.to)
	text := strings.ReplaceAll(l.text[s.Pos:s.End], "’", "'")
	return l.tokens[p.to-1].kind != quotedToken && (strings.HasSuffix(text, "'s") || strings.HasSuffix(text, "s'"))
}

// owned is what belongs to the name at: the name of the catalog that follows soon,
// else the table that was spoken of: "visits that are Keller's".
func (c *composer) owned(n *state, at int) []noun {
	for i := at + 1; i < len(c.pieces) && i <= at+4 && c.pieces[i].role != endRole; i++ {
		if c.pieces[i].role == nounRole {
			return c.pieces[i].nouns
		}
	}
	if s := c.lastTable(n); s != nil {
		return s.nouns
	}
	return nil
}

// owners are the tables that what is asked for belongs to, those of people first:
// each of its rows refers to one, at once or by others. A column belongs to its own
// table too.
func (c *composer) owners(asked []noun, at int) slot {
	s := slot{piece: at, want: wantTable}
	for _, x := range asked {
		if x.score < asked[0].score-0.1 {
			continue
		}
		for _, t := range c.l.lex.catalog.Tables {
			steps, ok := c.belongs(x, t)
			if !ok || !c.l.lex.named(t) || slices.ContainsFunc(s.nouns, func(y noun) bool { return y.table == t }) {
				continue
			}
			score := 0.75
			if c.l.lex.isPerson(t) {
				score = 0.9
			}
			s.nouns = append(s.nouns, noun{ref: ref{table: t}, score: score - 0.04*float64(steps)})
		}
	}
	return s
}

// belongs reports whether x is of one row of t, and how many keys lie between.
func (c *composer) belongs(x noun, t *catalog.Table) (steps int, ok bool) {
	if x.table == t {
		return 0, x.col != nil
	}
	way := c.l.lex.graph.path([]*catalog.Table{x.table}, t)
	return len(way), len(way) > 0 && !slices.ContainsFunc(way, func(e edge) bool { return e.many })
}

// countryOf are the columns of countries, for one: "Germany's customers".
func (c *composer) countryOf(text string, at int) slot {
	s := slot{piece: at, want: wantText}
	if isCountry(text) {
		for _, r := range append(c.l.lex.columnsLike([]string{"country"}), c.l.lex.columnsLike([]string{"nation"})...) {
			s.nouns = append(s.nouns, noun{ref: r, score: 0.95})
		}
	}
	return s
}
