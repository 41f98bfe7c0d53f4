package oracle

import "fmt"

// recursion is a WITH item that goes on from its rows: to the rows of a table that
// refer to them, where there is such a column, or else as a counter. A column says
// how many steps led to a row, and ends it. Its outputs have the type that the name
// of their kind says: a step may not change it. nil: the body that it was to begin
// with is not for that.
func (g *generator) recursion(name string) *block {
	inner := g.block(1, nil, nil)
	if !combinable(inner) {
		return nil
	}
	begun := g.asSource("d", inner)
	begun.name("d")
	base := &block{from: []from{{"", inner, " AS d"}}}
	for _, f := range begun.fields {
		base.items = append(base.items, g.carried(f.field))
	}
	base.items = append(base.items, item{text: "1", alias: fmt.Sprintf("lvl%d", g.number()), field: field{kind: Int, notNull: true}})
	base.op, base.right = g.one("UNION ALL", "UNION"), g.step(g.asSource(name, base))
	for i := range base.items {
		x, y := &base.items[i].field, base.right.items[i].field
		x.red, x.wild, x.notNull, x.trap = x.red || y.red, x.wild || y.wild, false, NoTrap
	}
	return base
}

// carried is f under the type of its kind; what is redacted goes as it is.
func (g *generator) carried(f field) item {
	x := item{text: f.text, field: f, alias: fmt.Sprintf("r%d", g.number())}
	x.field.text, x.field.key = "", false
	if !f.red {
		x.text = "CAST(" + f.text + " AS " + typeName(Postgres, f.kind) + ")"
	}
	return x
}

// step is the recursive term of the item that self is.
func (g *generator) step(self source) *block {
	alias := g.alias()
	q := &block{from: []from{{before: self.qualifier + " AS " + alias}}}
	self.name(alias)
	s := &scope{sources: []source{self}}
	level := self.fields[len(self.fields)-1].text
	if next := g.stored(&scope{}); g.chance(75) {
		if on := g.link(s, next.source); on != "" {
			next.before, next.after = " JOIN "+next.before, next.after+" ON "+on
			q.from = append(q.from, next.from)
			s.sources = append(s.sources, next.source)
		}
	}
	q.where = []string{level + " < " + g.one("2", "2", "3")}
	if g.chance(50) {
		q.where = append(q.where, g.predicate(s, g.r.IntN(2)))
	}
	for _, f := range self.fields[:len(self.fields)-1] {
		to, ok := g.field(s, func(o field) bool { return o.kind == f.kind && !o.other && !o.clash && o.red == f.red })
		if !ok || g.chance(30) {
			to = f.field
		}
		q.items = append(q.items, g.carried(to))
	}
	q.items = append(q.items, item{text: level + " + 1", field: field{kind: Int}})
	return q
}
