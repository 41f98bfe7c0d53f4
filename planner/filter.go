package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// filter places the conditions: on a table that is joined, on one that can be
// joined without repeating rows, or inside an EXISTS.
func (b *builder) filter() bool {
	conds, ok := b.conditions()
	if !ok {
		return false
	}
	for _, n := range b.r.needs {
		compared := slices.ContainsFunc(conds, func(c cond) bool { return c.slot.piece == n.slot.piece && c.slot.pick.table == n.slot.pick.table })
		if !n.not && !compared && !b.need(n) {
			return false
		}
	}
	for i, c := range conds {
		t := c.slot.pick.table
		way := b.way(t)
		switch {
		case c.aside > 0:
			if !b.p.tree.has(t) {
				if way == nil || slices.ContainsFunc(way, func(e edge) bool { return e.many }) {
					return false
				}
				b.p.tree.edges = append(b.p.tree.edges, way...)
			}
			b.p.aside = append(b.p.aside, c)
			b.either(conds, c)
		case b.p.tree.has(t):
			b.p.where = append(b.p.where, c)
		case way == nil || c.or && i > 0 && !b.p.tree.has(conds[i-1].slot.pick.table):
			return false // cannot be reached, or an OR across an EXISTS
		case !slices.ContainsFunc(way, func(e edge) bool { return e.many }):
			b.p.tree.edges = append(b.p.tree.edges, way...)
			b.p.where = append(b.p.where, c)
		default:
			b.within(way, c)
		}
	}
	if contradicts(b.p.where) {
		return false
	}
	for _, n := range b.r.needs { // last, as they turn what was said of their table round
		if n.not && !b.need(n) {
			return false
		}
	}
	return b.byKeys()
}

// either leaves out the groups that are in neither of two periods.
func (b *builder) either(conds []cond, c cond) {
	if b.r.figure.versus && b.p.grouped {
		c.or = c.aside == 2
		b.p.where = append(b.p.where, c)
	}
}

// contradicts: no row has two values in one column, so that this was not meant.
func contradicts(all []cond) bool {
	single := func(c cond) bool {
		return c.op == "=" && !c.not && !c.or && len(c.values) == 1 && c.agg == noAgg && c.period.from.IsZero()
	}
	for i, a := range all {
		for k, c := range all[:i] {
			joined := i+1 < len(all) && all[i+1].or || k+1 < i && all[k+1].or
			if single(a) && single(c) && !joined && a.slot.pick.is(c.slot.pick) && a.values[0] != c.values[0] {
				return true
			}
		}
	}
	return false
}

func (b *builder) way(t *catalog.Table) []edge {
	return b.lex.graph.path(b.p.tree.tables(), t)
}

// need asks for rows of a table, or for their absence.
func (b *builder) need(n need) bool {
	t := n.slot.pick.table
	if b.p.tree.has(t) && !n.not {
		return true
	}
	way := b.way(t)
	if n.not && b.p.tree.has(t) || way == nil {
		return false
	}
	many := slices.IndexFunc(way, func(e edge) bool { return e.many })
	switch {
	case n.not:
		if many < 0 { // "visits without a ward": the key is empty
			b.p.semis = append(b.p.semis, semi{anchor: way[0].from, way: way, not: true, pieces: []int{n.slot.piece}})
			return true
		}
		// Conditions of the same clause belong inside: "without visits in 2024".
		for i := range b.p.semis {
			if b.p.semis[i].through(t) && !b.p.semis[i].not {
				b.p.semis[i].not = true
				return true
			}
		}
		b.split(way, many, nil, true, n.slot.piece)
	case many < 0: // each row has at most one of t: only a nullable key picks rows
		for _, e := range way {
			if slices.ContainsFunc(e.fromCols, func(c *catalog.Column) bool { return !c.NotNull }) {
				b.p.tree.edges = append(b.p.tree.edges, way...)
				break
			}
		}
	default:
		for i := range b.p.semis {
			if b.p.semis[i].through(t) {
				return true
			}
		}
		b.split(way, many, nil, false, n.slot.piece)
	}
	return true
}

// through reports whether the semi-join passes t.
func (s *semi) through(t *catalog.Table) bool {
	at := func(e edge) bool { return e.to == t }
	return slices.ContainsFunc(s.way, at) || slices.ContainsFunc(s.more, at)
}

// within puts a condition into the EXISTS that already passes its table, unless
// it compares the same column once more: "took A and B" are two rows.
func (b *builder) within(way []edge, c cond) {
	t := c.slot.pick.table
	twin := -1
	for i := range b.p.semis {
		s := &b.p.semis[i]
		same := slices.ContainsFunc(s.conds, func(k cond) bool {
			return k.slot.pick.is(c.slot.pick) && k.op == "=" && c.op == "=" && !c.or
		})
		if same {
			twin = i
			continue
		}
		if s.through(t) {
			s.conds = append(s.conds, c)
			return
		}
		// Further along a table that the EXISTS already has.
		inside := []*catalog.Table{}
		for _, e := range slices.Concat(s.way, s.more) {
			inside = append(inside, e.to)
		}
		if on := b.lex.graph.path(inside, t); on != nil && len(on) <= len(way) && !slices.ContainsFunc(on, func(e edge) bool { return b.p.tree.has(e.to) }) {
			s.more = append(s.more, on...)
			s.conds = append(s.conds, c)
			return
		}
	}
	if twin >= 0 && !c.not { // both a kettle and a toaster: bought in the same way
		s := b.p.semis[twin]
		s.conds, s.pieces = []cond{c}, []int{c.slot.piece}
		b.p.semis = append(b.p.semis, s)
		return
	}
	many := slices.IndexFunc(way, func(e edge) bool { return e.many })
	b.split(way, many, []cond{c}, c.not && (c.op == "=" || c.never), c.slot.piece)
}

// split joins the part of way that repeats nothing, and makes an EXISTS of the
// rest.
func (b *builder) split(way []edge, many int, conds []cond, not bool, piece int) {
	b.p.tree.edges = append(b.p.tree.edges, way[:many]...)
	conds = slices.Clone(conds)
	if not && len(conds) > 0 { // "not in X" of many rows: none of them is
		conds[0].not = false
	}
	b.p.semis = append(b.p.semis, semi{anchor: way[many].from, way: way[many:], conds: conds, not: not, pieces: []int{piece}})
}

// conditions are the reading's, those beside a table's name put on the column by
// which it is known.
func (b *builder) conditions() ([]cond, bool) {
	var out []cond
	for _, c := range b.r.conds {
		if c.slot.pick.col != nil {
			if !b.typed(&c) {
				return nil, false
			}
			out = append(out, c)
			continue
		}
		named, ok := b.named(c)
		if !ok {
			return nil, false
		}
		out = append(out, named...)
	}
	return out, true
}

// named is a condition on a table as one on its name, its code or its number.
func (b *builder) named(c cond) ([]cond, bool) {
	t := c.slot.pick.table
	if c.number {
		for _, k := range b.lex.keyOf(t) {
			if classOf(k.col) == numericClass && c.op == "=" {
				c.slot.pick = k
				return []cond{c}, true
			}
		}
		return nil, false
	}
	d := b.lex.display(t)
	if len(d) == 2 && c.op == "=" && len(c.values) == 1 { // first and last name
		if first, last, ok := strings.Cut(c.values[0], " "); ok {
			one, two := c, c
			one.slot.pick, one.values = d[0], []string{first}
			two.slot.pick, two.values, two.or = d[1], []string{last}, false
			return []cond{one, two}, !c.not
		}
	}
	if len(c.values) == 0 {
		return nil, false
	}
	r, ok := b.lex.namedBy(t, c.values[0])
	if !ok {
		return nil, false
	}
	c.slot.pick = r
	return []cond{c}, true
}

// flipped turns a comparison round.
func flipped(op string) string {
	if other, ok := map[string]string{">": "<", "<": ">", ">=": "<=", "<=": ">="}[op]; ok {
		return other
	}
	return op
}

// inUnit writes the values in the column's unit: 25 minutes are 1500 seconds.
func (b *builder) inUnit(c *cond) bool {
	by, ok := converted(c.unit-1, c.slot.pick)
	if !ok || by == 1 {
		return ok
	}
	values := make([]string, len(c.values))
	for i, v := range c.values {
		f, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return false
		}
		values[i] = strconv.FormatFloat(f*by, 'f', -1, 64)
	}
	c.values = values
	return true
}

// alikeIn are the columns that rows share which an average is over: the key of
// their category, or their city.
func (l *lexicon) alikeIn(c cond) []*catalog.Column {
	t, in := c.slot.pick.table, c.within.pick
	switch {
	case in.table == nil, c.slot.pick.metric != nil, c.slot.pick.age, c.slot.pick.span.since != nil:
		return nil
	case in.col != nil && in.table == t:
		return []*catalog.Column{in.col}
	case in.col != nil:
		return nil
	}
	for _, e := range l.graph.edges[t] {
		if e.to == in.table && !e.many {
			return e.fromCols
		}
	}
	return nil
}

// typed checks that the comparison makes sense for the column's type, and turns
// "older than 60" of a birthday into years.
func (b *builder) typed(c *cond) bool {
	class := c.slot.pick.class()
	switch c.op {
	case "period":
		if c.period.clock && class == dateClass {
			return c.slot.pick.col.Type.Kind != types.Date
		}
		return class == dateClass || class == numericClass && c.period.years
	case "like":
		return class == textClass
	case "null", "taught":
		return true
	case "true":
		return class == boolClass
	}
	switch {
	case c.agg != noAgg:
		return class == numericClass && (len(c.within.nouns) == 0 || len(b.lex.alikeIn(*c)) > 0)
	case c.number && c.slot.pick.age && (c.op == ">" || c.op == "<"): // born more than so many years ago
		c.slot.pick.age, c.slot.flip, c.years = false, true, 1
		return len(c.values) == 1 && len(c.values[0]) <= 3
	case c.number && class == numericClass:
		if c.slot.flip { // "slower than 5 seconds"
			c.op = flipped(c.op)
		}
		return b.inUnit(c)
	case c.number && class == dateClass:
		c.years = 1
		return c.slot.flip && len(c.values) == 1 && len(c.values[0]) <= 3
	case c.number:
		// A number kept as text is compared as text, which only = can.
		c.number, c.exact = false, true
		return class == textClass && (c.op == "=" || c.op == "<>")
	}
	return class == textClass
}
