package check

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
)

// readsStored reports whether FROM begins with a stored table.
func readsStored(from []piece) bool { return len(from) > 0 && from[0].kind == nameToken }

// from reads relations and joins.
func (r *reader) from(ps []piece, s *scope) {
	for len(ps) > 0 && r.err == nil {
		var on []piece
		ps = r.relation(ps, s)
		if len(ps) > 0 && ps[0].is("ON") {
			on, ps = cutJoin(ps[1:])
			r.expr(on, s)
		}
		if len(ps) == 0 {
			return
		}
		for len(ps) > 0 && joinWord(ps[0]) {
			r.note(ps[0])
			ps = ps[1:]
			if joined := ps; len(joined) == 0 || joined[0].is("ON") {
				r.wrong("a join without a relation")
				return
			}
			if !joinWord(ps[0]) {
				break
			}
		}
	}
}

func joinWord(p piece) bool {
	return p.is("JOIN") || p.is("LEFT") || p.is("RIGHT") || p.is("FULL") || p.is("CROSS")
}

// cutJoin ends a condition where the next join begins. LEFT is a function too.
func cutJoin(ps []piece) (on, rest []piece) {
	for i, p := range ps {
		if joinWord(p) && (p.is("JOIN") || i+1 < len(ps) && ps[i+1].is("JOIN")) {
			return ps[:i], ps[i:]
		}
	}
	return ps, nil
}

// relation reads one relation and gives what follows it.
func (r *reader) relation(ps []piece, s *scope) []piece {
	lateral := len(ps) > 0 && ps[0].is("LATERAL")
	if ps = skip(ps, "LATERAL"); len(ps) == 0 {
		r.wrong("a FROM clause without a relation")
		return nil
	}
	var rel relation
	switch p := ps[0]; {
	case p.kind == groupToken && !query(p.in):
		r.from(p.in, s)
		return ps[1:]
	case p.kind == groupToken:
		around := s.outer
		if lateral {
			around = s
		}
		rel.cols, ps = r.derived(p.in, around), ps[1:]
	case p.kind == nameToken && !r.inside:
		r.wrong("a stored table outside of a guard")
		return nil
	case p.kind == nameToken:
		rel.table, ps = r.table(ps)
	case p.kind == wordToken && len(ps) > 1 && ps[1].kind == groupToken:
		r.expr(ps[:2], s)
		ps = ps[2:]
	case p.is("DUAL"): // no table, of a template
		return ps[1:]
	case p.kind == wordToken:
		cols, ok := s.item(p.text)
		if !ok {
			r.wrong("a relation that is not there")
		}
		if rel.cols = cols; len(ps) == 1 || !ps[1].is("AS") {
			s.rels[p.text] = rel // of a template, which has no other
			return ps[1:]
		}
		ps = ps[1:]
	default:
		r.wrong("a FROM clause that is not ours")
		return nil
	}
	return r.alias(ps, rel, s)
}

// derived reads a block in FROM: that of a guard, or any other.
func (r *reader) derived(ps []piece, s *scope) []string {
	_, rest := cut(ps, "FROM")
	if r.inside || len(rest) == 0 || !readsStored(rest[1:]) {
		return r.query(ps, s, false)
	}
	_, after := cut(rest, "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT")
	g := guardText{text: ps}
	if n := len(ps); n > 2 && spelled(ps[n-2:], "LIMIT "+r.fence) || n > 3 && spelled(ps[n-3:], "LIMIT "+r.fence) {
		g.fence, g.text = true, ps[:n-len(strings.Fields("LIMIT "+r.fence))]
	}
	if len(after) > 0 && !after[0].is("WHERE") && !(g.fence && after[0].is("LIMIT")) {
		r.wrong("a guard with a clause that it must not have")
	}
	g.table, _ = r.table(rest[1:])
	g.keep()
	r.guards = append(r.guards, g)
	r.inside = true
	names := r.query(ps, nil, false) // a guard refers to nothing outside of it
	r.inside = false
	return names
}

// keep takes the columns that g has once more, as they are stored, from its text.
func (g *guardText) keep() {
	items, rest := cut(g.text, "FROM")
	for {
		n := len(items) - 6 // , t2 . `name` AS b1
		if n < 1 || !items[n].is(",") || !numbered(items[n+1].text, "t") || !items[n+2].is(".") || items[n+3].kind != nameToken || !items[n+4].is("AS") || !numbered(items[n+5].text, "b") {
			break
		}
		g.kept, items = append(g.kept, items[n+3].text), items[:n]
	}
	g.text = append(slices.Clone(items), rest...)
}

// spelled reports whether pieces are those of a text.
func spelled(ps []piece, as string) bool {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.text + " ")
	}
	return b.String() == as+" "
}

// table reads "schema"."table", of which a schema may have two parts.
func (r *reader) table(ps []piece) (*catalog.Table, []piece) {
	var parts []string
	for len(ps) > 0 && ps[0].kind == nameToken {
		parts = append(parts, ps[0].text)
		if ps = ps[1:]; len(ps) == 0 || !ps[0].is(".") {
			break
		}
		ps = ps[1:]
	}
	if r.attached != "" {
		if len(parts) != 3 || parts[0] != r.attached {
			r.wrong("a table of another database")
			return nil, ps
		}
		parts = parts[1:]
	}
	n := len(parts) - 1
	t := r.tables[stored{strings.Join(parts[:n], "."), parts[n]}]
	if t == nil {
		r.wrong("a table that was not asked for")
	}
	return t, ps
}

// alias reads AS t1, or AS t1(c1, ...).
func (r *reader) alias(ps []piece, rel relation, s *scope) []piece {
	if len(ps) < 2 || !ps[0].is("AS") || ps[1].kind != wordToken {
		r.wrong("a relation without a name")
		return nil
	}
	alias := ps[1].text
	r.take(alias, "t")
	if ps = ps[2:]; len(ps) > 0 && ps[0].kind == groupToken {
		rel.cols, ps = r.names(ps[0].in), ps[1:]
	} else if rel.table == nil && rel.cols == nil {
		rel.cols = []string{"c1"} // of a function
	}
	s.rels[alias] = rel
	return ps
}

// take notes a name, which no other relation may have.
func (r *reader) take(s, prefix string) {
	if r.taken[s] || !numbered(s, prefix) && !r.words[s] {
		r.wrong("a relation with a name that is not ours, or twice")
	}
	if numbered(s, prefix) {
		r.taken[s] = true
	}
}

// names are those of a list of columns.
func (r *reader) names(ps []piece) []string {
	names := []string{}
	for _, x := range list(ps) {
		if len(x) != 1 || !numbered(x[0].text, "c") && !numbered(x[0].text, "column") {
			r.wrong("a column with a name that is not ours")
		}
		names = append(names, x[0].text)
	}
	return names
}
