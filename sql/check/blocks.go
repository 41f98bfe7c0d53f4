package check

import (
	"fmt"
	"strings"

	"github.com/grille-dev/grille/catalog"
)

// reader finds the blocks of a text and what each name in it refers to. It knows
// the shape of what emit prints, and refuses any other:
//
//   - WITH items, relations and outputs are called w1, t1, c1, ..., no two relations
//     of a text alike; only the outermost list has names of the asker's;
//   - a column is t1.c1 or t1."column", of a relation that stands in a FROM clause
//     there or around it, and that has this column;
//   - a stored table is "schema"."table" AS t1. It is the only relation of a block in
//     FROM that has no clause but WHERE and the LIMIT of a fence: of a guard. Inside of
//     guards there may be others; their texts are compared as wholes;
//   - every other word is one of the engine's words (see [words]).
type reader struct {
	tables   map[stored]*catalog.Table // that may be read
	words    map[string]bool
	fence    string
	ours     bool            // functions of ours are called g_...
	counts   bool            // recursive WITH items count their rows
	counter  string          // the variable of the WITH item around that counts its rows
	attached string          // stands before the schema of a table; "" if nothing does
	taken    map[string]bool // names of relations and WITH items
	inside   bool            // of a guard
	guards   []guardText
	has      map[string]int // clauses outside of guards, by their words
	err      error
}

// stored is the name of a stored table.
type stored struct{ schema, table string }

// guardText is a block that reads a stored table.
type guardText struct {
	table *catalog.Table
	text  []piece // of the block, without its fence
	fence bool
	kept  []string // columns that it has as they are stored, as b1, b2, ...
}

// note counts a clause, if p begins one.
func (r *reader) note(p piece) {
	if !r.inside && p.kind == wordToken {
		r.has[p.text]++
	}
}

func (r *reader) noteAll(ps []piece) {
	for _, p := range ps {
		r.note(p)
	}
}

func (r *reader) wrong(format string, args ...any) {
	if r.err == nil {
		r.err = fault(format, args...)
	}
}

// query reads [WITH ...] arm [UNION arm ...] and gives the names of its outputs.
func (r *reader) query(ps []piece, s *scope, top bool) []string {
	s = s.below()
	ps = r.with(ps, s)
	var names []string
	for _, p := range ps {
		if p.is("UNION") || p.is("INTERSECT") || p.is("EXCEPT") {
			r.note(p)
		}
	}
	for i, arm := range arms(ps) {
		outputs := r.arm(arm, s, top)
		if i == 0 {
			names = outputs
		}
	}
	return names
}

func (r *reader) with(ps []piece, s *scope) []piece {
	if len(ps) == 0 || !ps[0].is("WITH") {
		return ps
	}
	ps = ps[1:]
	recursive := len(ps) > 0 && ps[0].is("RECURSIVE")
	if recursive {
		ps = ps[1:]
	}
	for {
		if len(ps) < 3 || ps[0].kind != wordToken {
			r.wrong("a WITH item that is not ours")
			return nil
		}
		item, named := ps[0].text, []string(nil)
		r.take(item, "w")
		if ps = ps[1:]; ps[0].kind == groupToken {
			named, ps = r.names(ps[0].in), ps[1:]
		}
		if ps = skip(skip(ps, "AS"), "MATERIALIZED"); len(ps) == 0 || ps[0].kind != groupToken {
			r.wrong("a WITH item without a query")
			return nil
		}
		if recursive {
			s.items[item] = firstNames(ps[0].in, named)
		}
		cols := r.item(item, ps[0].in, s)
		if named != nil {
			cols = named
		}
		s.items[item] = cols
		if ps = ps[1:]; len(ps) == 0 || !ps[0].is(",") {
			return ps
		}
		ps = ps[1:]
	}
}

// item reads the query of a WITH item, in which MariaDB may count its rows.
func (r *reader) item(name string, ps []piece, s *scope) []string {
	around := r.counter
	r.counter = ""
	if r.counts {
		r.counter = "@grille_" + name
	}
	cols := r.query(ps, s, false)
	r.counter = around
	return cols
}

// firstNames are the columns of a query that may refer to itself: those of its list, or
// of its first arm.
func firstNames(ps []piece, named []string) []string {
	first := arms(ps)[0]
	switch {
	case named != nil:
		return named
	case len(first) == 0:
		return nil
	case first[0].kind == groupToken:
		return firstNames(first[0].in, nil)
	case first[0].is("VALUES"):
		return columnNames(first)
	}
	list, _ := cut(skip(skip(first, "SELECT"), "DISTINCT"), "FROM", "WHERE")
	return outputNames(list)
}

// columnNames are those of VALUES (...), ...; nil if there is no row.
func columnNames(ps []piece) []string {
	if len(ps) < 2 || ps[1].kind != groupToken {
		return nil
	}
	var names []string
	for i := range list(ps[1].in) {
		names = append(names, fmt.Sprint("column", i+1))
	}
	return names
}

// arms are the parts of a set operation.
func arms(ps []piece) [][]piece {
	var all [][]piece
	for {
		arm, rest := cut(ps, "UNION", "INTERSECT", "EXCEPT")
		all = append(all, arm)
		if len(rest) == 0 {
			return all
		}
		ps = skip(rest[1:], "ALL")
	}
}

// arm reads a block, VALUES, or a query in brackets with what orders and cuts it.
func (r *reader) arm(ps []piece, s *scope, top bool) []string {
	switch {
	case len(ps) == 0:
		r.wrong("a query without a block")
		return nil
	case ps[0].is("SELECT"):
		return r.block(ps, s, top)
	case ps[0].kind == groupToken:
		names := r.query(ps[0].in, s, top)
		r.noteAll(ps[1:])
		r.expr(ps[1:], s)
		return names
	case ps[0].is("VALUES"):
		r.noteAll(ps[1:])
		r.expr(ps[1:], s)
		names := columnNames(ps)
		if names == nil {
			r.wrong("VALUES without a row")
		}
		return names
	}
	r.wrong("a statement that is no SELECT")
	return nil
}

// block reads SELECT list [FROM ...] and the clauses after it.
func (r *reader) block(ps []piece, s *scope, top bool) []string {
	s = s.below()
	items, rest := cut(skip(ps[1:], "DISTINCT"), "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET")
	if len(rest) > 0 && rest[0].is("FROM") {
		from, after := cut(rest[1:], "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET")
		rest = after
		r.from(from, s)
	}
	for _, x := range list(items) {
		r.output(x, s, top)
	}
	if len(ps) > 1 {
		r.note(ps[1]) // DISTINCT
	}
	r.noteAll(rest)
	r.expr(rest, s)
	return outputNames(items)
}

// output reads an expression AS a name.
func (r *reader) output(ps []piece, s *scope, top bool) {
	if n := len(ps); n > 2 && ps[n-2].is("AS") {
		last := ps[n-1]
		if !(top && last.kind == nameToken) && !(last.kind == wordToken && (numbered(last.text, "c") || numbered(last.text, "column") || r.inside && numbered(last.text, "b"))) {
			r.wrong("an output with a name that is not ours")
		}
		ps = ps[:n-2]
	}
	r.expr(ps, s)
}

func outputNames(items []piece) []string {
	var names []string
	for _, x := range list(items) {
		names = append(names, x[len(x)-1].text)
	}
	return names
}

// expr reads whatever is no clause with relations: names must be there, words known.
func (r *reader) expr(ps []piece, s *scope) {
	for i := 0; i < len(ps) && r.err == nil; i++ {
		switch p := ps[i]; p.kind {
		case groupToken:
			if query(p.in) {
				r.query(p.in, s, false)
			} else {
				r.expr(p.in, s)
			}
		case nameToken:
			r.wrong("a name without a relation")
		case signToken:
			if p.is(":") && i+1 < len(ps) && ps[i+1].is("=") && (i == 0 || r.counter == "" || ps[i-1].text != r.counter) {
				r.wrong("a value for a variable that is no counter")
			}
		case wordToken:
			rel, ok := s.rel(p.text)
			switch {
			case ok && i+2 < len(ps) && ps[i+1].is("."):
				r.column(rel, ps[i+2])
				i += 2
			case ok || !r.known(p.text):
				r.wrong("a word that is not printed, or out of place: %s", p.text)
			}
		}
	}
}

// known reports whether a word is one of the engine's.
func (r *reader) known(w string) bool {
	return r.words[w] || r.ours && strings.HasPrefix(w, "g_") || w == r.counter
}
