package planner

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
)

// picks is one choice of a meaning for every slot of a reading.
type picks struct {
	refs []noun
	cost float64
}

const (
	maxPicks  = 8
	manySlots = 4
)

// resolver finds the columns of one reading.
type resolver struct {
	lex    *lexicon
	pieces []piece
	r      *reading
	held   *held
}

// resolve chooses a meaning for each slot, all together: names of columns
// gravitate to the tables that are spoken of near them. The cheapest first.
func (v *resolver) resolve() []picks {
	slots := v.r.slots()
	beam := []picks{{refs: make([]noun, len(slots))}}
	for k, i := range v.sequence(slots) {
		weight := 1.0
		if k >= manySlots { // a long question is not a doubtful one
			weight = 0.5
		}
		var next []picks
		for _, p := range beam {
			options := v.options(*slots[i], i, slots, p)
			for _, o := range options {
				q := picks{slices.Clone(p.refs), p.cost + weight*max(0.02, 1.4-o.score)}
				q.refs[i] = o
				next = append(next, q)
			}
		}
		slices.SortStableFunc(next, func(a, b picks) int { return cmp.Compare(a.cost, b.cost) })
		beam = next[:min(len(next), maxPicks)]
	}
	return beam
}

// sequence: tables first, as columns look to them; then columns as they are
// spoken; what no word names (a table's own date) last.
func (v *resolver) sequence(slots []*slot) []int {
	order := make([]int, len(slots))
	for i := range order {
		order[i] = i
	}
	rank := func(s *slot) int {
		switch {
		case s.want == wantTable:
			return 0
		case len(s.nouns) == 0 || s.own:
			return 1 << 20
		case s.piece < 0 || v.pieces[s.piece].role != nounRole:
			return 1 << 19
		}
		return 1 + s.piece
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank(slots[a]) - rank(slots[b]) })
	return order
}

// options are the meanings that slot i may have, scored in the light of what was
// chosen already.
func (v *resolver) options(s slot, i int, slots []*slot, p picks) []noun {
	candidates := s.nouns
	switch {
	case s.own || s.want == wantDate && len(candidates) == 0:
		candidates = append(v.ownDates(slots, p), candidates...)
	case s.piece < 0 && len(candidates) == 0:
		return []noun{{score: 1}} // "in alphabetical order": of what is shown
	}
	var out []noun
	for _, c := range candidates {
		fit := v.fits(c.ref, s.want)
		if fit <= -1 && s.want == wantDate && s.piece >= 0 && v.pieces[s.piece].role == nounRole && c.col != nil && c.class() == numericClass && !countsMoney(c.ref) && unitOfColumn(c.ref) < 0 {
			fit = 0 // "took office after 1961": a column of years that does not say so
			c.score -= 0.1
		}
		if fit <= -1 {
			continue
		}
		c.score += fit
		if c.col != nil || s.want == wantName {
			c.score += v.gravity(c.table, s, slots, p)
		}
		if k := i - len(v.r.outs) - len(v.r.groups); k >= 0 && k < len(v.r.conds) {
			c.score += v.held.fit(c.ref, v.r.conds[k])
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b noun) int { return cmp.Compare(b.score, a.score) })
	return out[:min(len(out), maxPicks)]
}

// countsMoney: no number of these is a year.
func countsMoney(r ref) bool {
	return slices.ContainsFunc(words.OfName(r.col.Name), func(w string) bool {
		return slices.Contains([]string{"amount", "total", "price", "cost", "value", "salary", "revenue", "fee", "budget", "quantity"}, w)
	})
}

// fits is -1 if the column cannot be used so, else a small preference.
func (v *resolver) fits(r ref, w want) float64 {
	const no = -1
	if r.col == nil {
		if w == wantTable || w == wantName {
			return 0
		}
		return no
	}
	class := r.class()
	switch w {
	case wantTable, wantName:
		return no
	case wantMeasure, wantNumber:
		if class != numericClass {
			return no
		}
		if isKey(r) {
			if w == wantMeasure {
				return no // nobody adds up keys
			}
		}
	case wantOrdered:
		switch {
		case class == textClass || class == boolClass || class == otherClass:
			return -0.4
		case isForeign(r):
			return no
		case isKey(r):
			return -0.2
		}
		return 0.1
	case wantColumn:
		if isKey(r) && class == numericClass {
			return -0.05 // who asks for a key says so
		}
	case wantText:
		if class != textClass {
			return no
		}
	case wantDate:
		if class != dateClass && !slices.ContainsFunc(v.lex.years(r.table), r.is) {
			return no
		}
	case wantBool:
		if class != boolClass {
			return no
		}
	}
	return 0
}

// gravity draws a column to tables that are spoken of: most to the nearest, a
// little to those that are otherwise in use, and away from tables that would
// have to be joined for its sake.
func (v *resolver) gravity(t *catalog.Table, s slot, slots []*slot, p picks) float64 {
	var used []*catalog.Table
	pull, tables := 0.0, 0
	for i, other := range slots {
		r := p.refs[i]
		if r.table == nil {
			continue
		}
		used = append(used, r.table)
		if other.want == wantTable {
			tables++
		}
		if r.table != t {
			continue
		}
		near := 0.06
		if other.want == wantTable && s.piece >= 0 && other.piece >= 0 {
			d := float64(other.piece - s.piece)
			if d < 0 {
				d = 1 - d // "the name of the ward" rather than "the ward whose name"
			}
			near = 0.3 + 0.2/max(d, 1)
		} else if other.want == wantTable {
			near = 0.3
		}
		pull = max(pull, near)
	}
	if pull > 0 || len(used) == 0 {
		return pull
	}
	way := v.lex.graph.path(used, t)
	if way == nil && !slices.Contains(used, t) {
		return -1
	}
	if tables == 0 {
		return -0.08 * float64(len(way))
	}
	return -0.1 * float64(len(way))
}

// ownDates are the dates by which the tables in use are known, of the table that
// is counted or asked for first.
func (v *resolver) ownDates(slots []*slot, p picks) []noun {
	var out []noun
	seen := map[*catalog.Table]bool{}
	score := 0.9
	add := func(t *catalog.Table) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		for k, d := range v.lex.dates(t) {
			out = append(out, noun{ref: d, score: score - 0.07*float64(k)})
		}
		for k, y := range v.lex.years(t) {
			out = append(out, noun{ref: y, score: score - 0.1 - 0.07*float64(k)})
		}
		score -= 0.12
	}
	for k := range v.r.havings { // "with 3 visits in 2024"
		for i, s := range slots {
			if s == &v.r.havings[k].slot {
				add(p.refs[i].table)
			}
		}
	}
	for i, s := range slots { // what is counted or added up
		if i < len(v.r.outs) && v.r.outs[i].agg != noAgg || s.want == wantMeasure {
			add(p.refs[i].table)
		}
	}
	for k := range v.r.orders { // "with the most absence days in 2024"
		for i, s := range slots {
			if s == &v.r.orders[k].slot && p.refs[i].table != nil && (v.r.orders[k].agg != noAgg || isMeasure(p.refs[i].ref)) {
				add(p.refs[i].table)
			}
		}
	}
	for k := range v.r.needs { // what is spoken of, before what it is grouped by
		for i, s := range slots {
			if s == &v.r.needs[k].slot && !v.r.needs[k].not {
				add(p.refs[i].table)
			}
		}
	}
	for i := range slots {
		add(p.refs[i].table)
	}
	for _, t := range keys(seen, v.lex.catalog) { // then their neighbours
		for _, e := range v.lex.graph.edges[t] {
			score = min(score, 0.5)
			add(e.to)
		}
	}
	return out
}

// keys are the tables of a set in the catalog's order.
func keys(set map[*catalog.Table]bool, c *catalog.Catalog) []*catalog.Table {
	var out []*catalog.Table
	for _, t := range c.Tables {
		if set[t] {
			out = append(out, t)
		}
	}
	return out
}

// named is the column of a table that a value beside the table's name is
// compared with: ward "ICU", department Cardiology, course QM-261.
func (l *lexicon) namedBy(t *catalog.Table, value string) (ref, bool) {
	code := strings.ContainsFunc(value, unicode.IsDigit) || len(value) <= 4 && value == strings.ToUpper(value)
	display := l.display(t)
	if code {
		for _, c := range t.Columns {
			parts := words.OfName(c.Name)
			if classOf(c) == textClass && len(parts) > 0 && slices.Contains([]string{"code", "number", "id"}, parts[len(parts)-1]) &&
				(len(parts) == 1 || slices.Contains(words.OfName(t.Name), parts[0])) {
				return ref{table: t, col: c}, true
			}
		}
	}
	if len(display) > 0 && classOf(display[len(display)-1].col) == textClass {
		return display[len(display)-1], true
	}
	return ref{}, false
}
