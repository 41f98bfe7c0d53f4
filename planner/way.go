package planner

import (
	"slices"

	"github.com/grille-dev/grille/internal/words"
)

// A row may refer to another table twice: a sale to the hospital that sells and to
// the one that buys. The first key is taken for "by hospital", unless a word says which,
// and the other can be chosen.

// beside are the declared keys between the tables of an edge that lead the same
// way, itself included.
func (g *graph) beside(e edge) []edge {
	var out []edge
	for _, o := range g.edges[e.from] {
		if o.to == e.to && o.many == e.many && !o.guessed {
			out = append(out, o)
		}
	}
	return out
}

// key is the column that refers, where it is one.
func (e edge) key() (ref, bool) {
	r := ref{table: e.from}
	cols := e.fromCols
	if e.many {
		r.table, cols = e.to, e.toCols
	}
	if len(cols) != 1 {
		return ref{}, false
	}
	r.col = cols[0]
	return r, true
}

// byKeys joins by the keys that the asker has chosen, or that the question says;
// false if it says two where there is room for one: "from A to B".
func (b *builder) byKeys() bool {
	ok := true
	for i, e := range b.p.tree.edges {
		b.p.tree.edges[i] = b.byKey(e, &ok)
	}
	for i := range b.p.semis {
		s := &b.p.semis[i]
		s.way = slices.Clone(s.way) // which the graph remembers
		for k, e := range s.way {
			s.way[k] = b.byKey(e, &ok)
		}
	}
	return ok
}

func (b *builder) byKey(e edge, ok *bool) edge {
	all := b.lex.graph.beside(e)
	for _, keys := range [][]ref{b.r.keys, b.r.said} {
		found := slices.DeleteFunc(slices.Clone(all), func(o edge) bool {
			key, one := o.key()
			return !one || !slices.ContainsFunc(keys, key.is)
		})
		if len(found) > 0 {
			*ok = *ok && len(found) == 1
			return found[0]
		}
	}
	return e
}

// toward and away are words of keys that lead where "to" and "from" point.
var (
	toward = []string{"to", "into", "destination", "dest", "target", "arrival", "receiver", "recipient", "buyer", "payee"}
	away   = []string{"from", "origin", "source", "departure", "sender", "seller", "payer"}
)

// saidKeys are the keys whose names have the word in front of what they refer to:
// transfers to a ward are joined by to_ward_id, sales per buying hospital by
// buyer_id.
func (l *lattice) saidKeys(r *reading, pieces []piece) []ref {
	var out []ref
	for _, s := range r.slots() {
		if s.piece < 0 || s.pick.table == nil {
			continue
		}
		word := l.wordBefore(pieces[s.piece].from)
		for _, e := range l.lex.graph.edges[s.pick.table] {
			if !e.many || len(l.lex.graph.beside(e)) < 2 || word.text == "" {
				continue
			}
			if key, ok := e.key(); ok && leads(word, l.lex.of(key.col.Name)) && !slices.ContainsFunc(out, key.is) {
				out = append(out, key)
			}
		}
	}
	return out
}

// wordBefore is the word in front of token i that is no article and the like.
func (l *lattice) wordBefore(i int) token {
	for i--; i >= 0; i-- {
		if !oneOf(l.tokens[i], "the", "a", "an", "each", "every", "all", "any", "which", "what", "their", "its") {
			return l.tokens[i]
		}
	}
	return token{}
}

// leads reports whether a word says which way a key of some name leads.
func leads(word token, name []string) bool {
	for _, w := range name {
		switch {
		case oneOf(word, "to", "into") && slices.Contains(toward, w), oneOf(word, "from") && slices.Contains(away, w):
			return true
		case len(word.stem) > 2 && words.Root(word.stem) == words.Root(w):
			return true
		}
	}
	return false
}

// ways are parts that say by which of several keys tables are joined.
func (h *handmade) ways() []Part {
	var out []Part
	for _, e := range h.plan.tree.edges {
		own, ok := e.key()
		all := h.l.lex.graph.beside(e)
		if !ok || len(all) < 2 || slices.ContainsFunc(h.r.named, own.is) {
			continue
		}
		said := slices.ContainsFunc(h.r.said, own.is)
		p := Part{Kind: TablePart, what: "column", Default: !said, Means: h.l.lex.label(own), Slot: h.speaksOf(e)}
		p.Taken = "by " + p.Means
		for _, o := range all {
			key, ok := o.key()
			if !ok || key.is(own) {
				continue
			}
			to := *h
			to.t.r = h.t.r.clone()
			to.t.r.keys = append(slices.DeleteFunc(to.t.r.keys, own.is), key)
			to.offer(&p, spot{at: -1}, swap{means: h.l.lex.label(key), pick: key, tied: !said})
		}
		out = append(out, p)
	}
	return out
}

// speaksOf are the words for one of the tables of an edge: what is referred to, if
// it has any.
func (h *handmade) speaksOf(e edge) string {
	one, other := e.to, e.from
	if e.many {
		one, other = other, one
	}
	words := ""
	for _, s := range h.r.slots() {
		if s.piece >= 0 && (s.pick.table == one || words == "" && s.pick.table == other) {
			words = wordsAt(h.l.text, h.trimmed([]int{s.piece}))
			if s.pick.table == one {
				return words
			}
		}
	}
	return words
}
