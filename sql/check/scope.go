package check

import (
	"github.com/grille-dev/grille/catalog"
)

// scope is what can be referred to.
type scope struct {
	outer *scope
	rels  map[string]relation
	items map[string][]string // WITH items: their columns
}

// relation is what a name of a relation stands for.
type relation struct {
	table *catalog.Table // nil: one with these columns
	cols  []string
}

func (s *scope) below() *scope {
	return &scope{outer: s, rels: map[string]relation{}, items: map[string][]string{}}
}

func (s *scope) item(name string) ([]string, bool) {
	for ; s != nil; s = s.outer {
		if cols, ok := s.items[name]; ok {
			return cols, true
		}
	}
	return nil, false
}

func (s *scope) rel(name string) (relation, bool) {
	for ; s != nil; s = s.outer {
		if rel, ok := s.rels[name]; ok {
			return rel, true
		}
	}
	return relation{}, false
}

func (r *reader) column(rel relation, p piece) {
	if rel.table != nil && p.kind == nameToken && rel.table.ColumnNamed(p.text) != nil {
		return
	}
	if rel.table == nil && p.kind == wordToken {
		for _, c := range rel.cols {
			if c == p.text {
				return
			}
		}
	}
	r.wrong("a column that its relation has not")
}

// query reports whether what stands in brackets is one.
func query(in []piece) bool {
	for len(in) > 0 && in[0].kind == groupToken && len(in) > 1 && (in[1].is("UNION") || in[1].is("INTERSECT") || in[1].is("EXCEPT")) {
		in = in[0].in
	}
	return len(in) > 0 && (in[0].is("SELECT") || in[0].is("WITH") || in[0].is("VALUES"))
}

// cut ends ps before the first of the words. IS DISTINCT FROM is no clause.
func cut(ps []piece, words ...string) (before, rest []piece) {
	for i, p := range ps {
		for _, w := range words {
			if p.is(w) && !(w == "FROM" && i > 0 && ps[i-1].is("DISTINCT")) {
				return ps[:i], ps[i:]
			}
		}
	}
	return ps, nil
}

func skip(ps []piece, w string) []piece {
	if len(ps) > 0 && ps[0].is(w) {
		return ps[1:]
	}
	return ps
}

// list are the items between commas.
func list(ps []piece) [][]piece {
	var items [][]piece
	for len(ps) > 0 {
		item, rest := cut(ps, ",")
		if len(item) > 0 {
			items = append(items, item)
		}
		ps = skip(rest, ",")
	}
	return items
}
