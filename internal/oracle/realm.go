package oracle

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/grille-dev/grille/viewer"
)

// realm is a scope, what a hard filter may name in a world: the key of a table, and how
// the rows of the others belong to one value of it. Which rows those are is
// computed here, over the stored rows, whatever the other rules say of them.
type realm struct {
	name     string
	anchor   *Table
	links    map[*Table]link // a table that is not in it is closed under the filter
	value    Value           // that the viewer is narrowed to
	asked    bool
	required bool
}

// link is a chain of references from a table to the column that has the value;
// the zero link is that of a table whose rows belong to everybody.
type link struct {
	steps []*Column
	last  *Column
}

// newScopes declares scopes in a third of the worlds, and narrows most of their
// viewers. Its numbers are its own: a world without scopes is what it was.
func (w *World) newScopes() {
	r := rand.New(rand.NewPCG(w.Seed+77, uint64(w.Number)))
	if r.IntN(3) > 0 {
		return
	}
	anchors := slices.Clone(w.Tables)
	r.Shuffle(len(anchors), func(i, j int) { anchors[i], anchors[j] = anchors[j], anchors[i] })
	w.shared = map[*Table]bool{}
	for _, t := range w.Tables {
		w.shared[t] = r.IntN(6) == 0
	}
	for i, name := range []string{"customer", "site"}[:1+r.IntN(2)] {
		s := &realm{name: name, anchor: anchors[i], links: map[*Table]link{}, asked: r.IntN(5) > 0}
		s.required = s.asked && r.IntN(3) == 0
		w.shared[s.anchor] = false
		w.scopes = append(w.scopes, s)
	}
	for _, s := range w.scopes {
		for _, t := range w.Tables {
			s.belong(r, t, w.shared[t], slices.ContainsFunc(w.scopes, func(o *realm) bool { return o.anchor == t }))
		}
		for _, l := range s.links {
			if l.last != nil {
				l.last.linked = true
			}
		}
		s.value = s.choose(r)
	}
	if slices.ContainsFunc(w.scopes, func(s *realm) bool { return s.asked }) {
		for _, t := range w.Tables {
			for _, c := range t.Columns[1:] {
				if t != w.scopes[0].anchor && r.IntN(12) == 0 {
					w.withheld = append(w.withheld, withheld{t, c})
				}
			}
		}
	}
}

// withheld is a column that does not exist for the request.
type withheld struct {
	t *Table
	c *Column
}

// belong says how the rows of t belong to the scope. Those of an anchor always do:
// something is seen in each world.
func (s *realm) belong(r *rand.Rand, t *Table, shared, anchor bool) {
	if t == s.anchor {
		s.links[t] = link{last: t.Columns[0]}
		return
	}
	ways := s.ways(t, 3)
	switch {
	case shared:
		s.links[t] = link{}
	case len(ways) > 0 && r.IntN(8) > 0:
		s.links[t] = ways[r.IntN(len(ways))]
	case anchor || r.IntN(2) == 0:
		s.links[t] = link{}
	}
}

// ways are the links of t of at most n steps.
func (s *realm) ways(t *Table, n int) []link {
	var all []link
	for _, c := range t.Columns {
		key := c == t.Columns[0]
		if s.fits(c) && (t != s.anchor || key) {
			all = append(all, link{last: c})
		}
		if c.Refers == nil || n == 1 {
			continue
		}
		for _, l := range s.ways(c.Refers, n-1) {
			all = append(all, link{append([]*Column{c}, l.steps...), l.last})
		}
	}
	return all
}

// fits reports whether a column can hold the values of the anchor. A column with
// a trap changes when traps are sprung.
func (s *realm) fits(c *Column) bool {
	whole := func(k Kind) bool { return k == Int || k == Big }
	k := s.anchor.Columns[0].Kind
	return c.Trap == NoTrap && !c.Varchar && (c.Kind == k || whole(c.Kind) && whole(k))
}

// choose is the value of some row, or one that no row has.
func (s *realm) choose(r *rand.Rand) Value {
	if len(s.anchor.Rows) > 0 && r.IntN(10) > 0 {
		return s.anchor.Rows[r.IntN(min(4, len(s.anchor.Rows)))][0]
	}
	if s.anchor.Columns[0].Kind == Text {
		return "nobody"
	}
	return int64(77_777)
}

// has reports whether a row of t belongs to the value that is asked for.
func (s *realm) has(t *Table, row []Value) bool {
	l := s.links[t]
	if l.last == nil {
		return true
	}
	for _, c := range l.steps {
		v := row[t.index(c)]
		t = c.Refers
		i := slices.IndexFunc(t.Rows, func(parent []Value) bool { return v != nil && parent[0] == v })
		if i < 0 {
			return false
		}
		row = t.Rows[i]
	}
	return row[t.index(l.last)] == s.value
}

// outside reports whether a hard filter closes the table, for nothing says which
// of its rows belong to it.
func (w *World) outside(t *Table) bool {
	return slices.ContainsFunc(w.scopes, func(s *realm) bool {
		_, said := s.links[t]
		return s.asked && !said
	})
}

// within reports whether a row belongs to all that the viewer is narrowed to.
func (w *World) within(t *Table, row []Value) bool {
	return !slices.ContainsFunc(w.scopes, func(s *realm) bool { return s.asked && !s.has(t, row) })
}

// viewer is who asks, with the hard filter as the engine's names have it.
func (w *World) viewer(e Engine) viewer.Viewer {
	v := w.Viewer.Viewer
	h := &viewer.HardFilters{Scopes: map[string]string{}}
	for _, s := range w.scopes {
		if s.asked {
			h.Scopes[s.name] = plain(s.value)
		}
	}
	for _, c := range w.withheld {
		h.Withhold = append(h.Withhold, e.Schema()+"."+e.name(c.t.Name)+"."+e.name(c.c.Name))
	}
	if len(h.Scopes) > 0 {
		v.HardFilters = h
	}
	return v
}

// writeScopes declares the scopes in the rules file.
func (w *World) writeScopes(b *strings.Builder, e Engine) {
	if len(w.scopes) == 0 {
		return
	}
	b.WriteString("scopes:\n")
	for _, s := range w.scopes {
		fmt.Fprintf(b, "  %s: {anchor: %s", s.name, yaml(table(e, s.anchor)+"."+column(e, s.anchor.Columns[0])))
		if s.required {
			b.WriteString(", required: true")
		}
		b.WriteString("}\n")
	}
}

// writeLinks says how a table belongs to them.
func (w *World) writeLinks(b *strings.Builder, e Engine, t *Table) {
	if w.shared[t] {
		b.WriteString("    shared: true\n")
		return
	}
	links := map[string]string{}
	for _, s := range w.scopes {
		l, said := s.links[t]
		switch {
		case !said || t == s.anchor:
		case l.last == nil:
			links[s.name] = "{shared: true}"
		case len(l.steps) == 0:
			links[s.name] = yaml(column(e, l.last))
		default:
			links[s.name] = "{through: " + list(e, append(slices.Clone(l.steps), l.last)) + "}"
		}
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(links)) {
		parts = append(parts, name+": "+links[name])
	}
	if len(parts) > 0 {
		fmt.Fprintf(b, "    scope: {%s}\n", strings.Join(parts, ", "))
	}
}
