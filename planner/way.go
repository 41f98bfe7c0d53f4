package planner

import "slices"

// A row may refer to another table twice: a sale to the hospital that sells and to
// the one that buys. The first key is taken for "by hospital", and the other can be
// chosen.

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

// byKeys joins by the keys that the asker has chosen.
func (b *builder) byKeys() {
	for i, e := range b.p.tree.edges {
		for _, o := range b.lex.graph.beside(e) {
			if key, ok := o.key(); ok && slices.ContainsFunc(b.r.keys, key.is) {
				b.p.tree.edges[i] = o
			}
		}
	}
}

// ways are parts that say by which of several keys tables are joined.
func (h *handmade) ways() []Part {
	var out []Part
	for _, e := range h.plan.tree.edges {
		own, ok := e.key()
		all := h.l.lex.graph.beside(e)
		if !ok || len(all) < 2 {
			continue
		}
		p := Part{Kind: TablePart, what: "column", Default: true, Means: h.l.lex.label(own), Slot: h.speaksOf(e)}
		p.Taken = "by " + p.Means
		for _, o := range all {
			key, ok := o.key()
			if !ok || key.is(own) {
				continue
			}
			to := *h
			to.t.r = h.t.r.clone()
			to.t.r.keys = append(slices.DeleteFunc(to.t.r.keys, own.is), key)
			to.offer(&p, spot{at: -1}, swap{means: h.l.lex.label(key), pick: key, tied: true})
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
