package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/words"
)

// A column that refers is asked for by its own name, "sales per buyer", and shown
// as what it refers to: the hospital's name, and not its number.

// namedKeys are the groups of a reading that are shown so: what they refer to has
// names, no other word speaks of it, and the question does not ask for the key.
func (l *lattice) namedKeys(r *reading, pieces []piece) []ref {
	var out []ref
	groups := slices.Concat(r.groups, r.figure.per)
	for _, o := range r.outs { // "which buyer has the most sales"
		if o.agg == noAgg && r.which && slices.ContainsFunc(r.orders, func(o order) bool { return o.agg != noAgg || o.rows }) {
			groups = append(groups, group{slot: o.slot})
		}
	}
	for _, g := range groups {
		e, ok := l.lex.refersBy(g.slot.pick)
		if !ok || g.slot.piece < 0 || l.asksForKey(g.slot.pick, pieces[g.slot.piece]) {
			continue
		}
		twice := slices.ContainsFunc(groups, func(o group) bool {
			other, ok := l.lex.refersBy(o.slot.pick)
			return ok && other.to == e.to && !o.slot.pick.is(g.slot.pick)
		})
		spoken := slices.ContainsFunc(r.slots(), func(s *slot) bool { return s.pick.table == e.to })
		if !twice && !spoken {
			out = append(out, g.slot.pick)
		}
	}
	return out
}

// refersBy is the edge along a column that alone refers to a table of named rows.
func (l *lexicon) refersBy(r ref) (edge, bool) {
	if r.col == nil || r.metric != nil {
		return edge{}, false
	}
	for _, e := range l.graph.edges[r.table] {
		if key, ok := e.key(); ok && !e.many && !e.guessed && key.is(r) && l.named(e.to) && l.proper(e.to) {
			return e, true
		}
	}
	return edge{}, false
}

// asksForKey: "per buyer id", "per buyer_hospital_id".
func (l *lattice) asksForKey(r ref, p piece) bool {
	key := last(words.OfName(r.col.Name))
	return slices.ContainsFunc(l.tokens[p.from:p.to], func(t token) bool { return t.stem == key || strings.Contains(t.lower, "_") })
}

// groupByNamed groups by what a column refers to.
func (b *builder) groupByNamed(s slot) bool {
	if !slices.ContainsFunc(b.r.named, s.pick.is) {
		return false
	}
	e, _ := b.lex.refersBy(s.pick)
	if !slices.ContainsFunc(b.by, func(o edge) bool { return o.to == e.to }) {
		b.by = append(b.by, e)
	}
	b.addEntityKey(e.to)
	d := b.lex.display(e.to)
	for _, c := range d {
		x := expr{ref: c, piece: s.piece}
		name := ""
		if len(d) == 1 {
			name = strings.Join(withoutKey(words.OfName(s.pick.col.Name)), "_")
		}
		b.addKey(x)
		b.addOut(shown{x, name})
	}
	return true
}

// withoutKey is a column's name without the word for its being a key.
func withoutKey(name []string) []string {
	if k := len(name) - 1; k > 0 && slices.Contains([]string{"id", "code", "key", "number"}, name[k]) {
		return name[:k]
	}
	return name
}

// joinNamed joins what such columns refer to, by them.
func (b *builder) joinNamed() bool {
	for _, e := range b.by {
		if !b.p.tree.connect(b.lex.graph, e.from) || b.p.tree.has(e.to) {
			return false
		}
		b.p.tree.edges = append(b.p.tree.edges, e)
	}
	return true
}
