// Package fanout finds aggregates that count rows more than once, because a join
// below repeats them: sum(o.total) over orders joined to their lines adds an
// order's total once for each of its lines.
//
// [Find] knows keys and conditions, and no row. It follows what decides what: the
// columns of an aggregate decide on the rows of their tables, a row on all its
// columns, an equality on its other side, a key on its row; GROUP BY columns are
// the same in all rows of a group. What is not decided in the end may stand there
// several times. It looks through subqueries and WITH items as far as they are
// joined and filtered rows; one that is grouped has its groups for rows.
//
// It says nothing about MIN, MAX, DISTINCT and truth values, which repeated rows
// do not change, nor about COUNT(*), which counts the rows of the join. Where no
// key of a table is known, an equality is taken for one, unless a foreign key goes
// the other way: an alarm is worth nothing if it is often false.
//
// [Rows] asks the other way round: of which aggregates is it certain that they are of
// each row once? A figure is called by a metric's name where that is so.
//
// Keys are those of the catalog that the asker sees, so an alarm tells of nothing
// else. It is advice: whoever wrote the query may have meant it so.
package fanout

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
)

// Alarm is one aggregate over rows that are repeated.
type Alarm struct {
	Span refusal.Span // of the aggregate in the draft
	// Says is what happens: "sum(o.total) adds a row of orders once for each row of
	// lines that is joined to it".
	Says string
	// Try is a reading that counts each row once.
	Try string
}

func (a Alarm) String() string { return a.Says + "; to count each once, " + a.Try }

// Find lists the alarms of q, in the order of its text. Seen gives tables as their
// asker sees them; nil for one that is not seen.
func Find(q *ir.Query, seen func(catalog.TableID) *catalog.Table) []Alarm {
	f := &finder{seen: seen, next: ir.MaxID(q)}
	ir.Walk(q, func(n ir.Node) bool {
		if s, ok := n.(*ir.Select); ok && s.From != nil && several(s.From) {
			f.selection(s)
		}
		_, guard := n.(*ir.Guarded)
		return !guard // the conditions of rules are nobody's draft
	})
	return f.alarms
}

type finder struct {
	seen    func(catalog.TableID) *catalog.Table
	next    ir.ColID
	certain bool // equalities are not taken for keys
	alarms  []Alarm
}

// several reports whether more than one relation may stand below r.
func several(r ir.Rel) bool {
	switch r := r.(type) {
	case *ir.Join:
		return true
	case *ir.Subquery:
		s, ok := r.Query.Body.(*ir.Select)
		return ok && s.From != nil && several(s.From)
	case *ir.CTERef:
		s, ok := r.CTE.Query.Body.(*ir.Select)
		return ok && s.From != nil && several(s.From)
	case *ir.Table, *ir.Guarded, *ir.Self, *ir.FuncRel:
		return false
	default:
		panic("fanout: unknown relation")
	}
}

// selection looks at the aggregates of one SELECT.
func (f *finder) selection(s *ir.Select) {
	var b *block
	look := func(e ir.Expr) {
		each(e, func(n ir.Node) {
			if b == nil {
				b = f.block(s)
			}
			switch n := n.(type) {
			case *ir.Agg:
				if n.Distinct || n.Star {
					return
				}
				f.aggregate(b, s, use{n.At(), n.Fn.Func, append(n.Args[:len(n.Args):len(n.Args)], within(n)...), s.Keys, nil})
			case *ir.Over:
				if n.Fn.Func.Class == funcs.Aggregate && !n.Star {
					f.aggregate(b, s, use{n.At(), n.Fn.Func, n.Args, nil, n.Window.Partition})
				}
			}
		})
	}
	for _, d := range s.Out {
		look(d.Expr)
	}
	if s.Having != nil {
		look(s.Having)
	}
}

func within(a *ir.Agg) []ir.Expr {
	var out []ir.Expr
	for _, w := range a.Within {
		out = append(out, w.X)
	}
	return out
}

// each calls visit for the aggregates and windows in e, those of subqueries not.
func each(e ir.Expr, visit func(ir.Node)) {
	ir.Walk(e, func(n ir.Node) bool {
		switch n.(type) {
		case *ir.Query:
			return false
		case *ir.Agg:
			visit(n)
			return false
		case *ir.Over:
			visit(n)
		}
		return true
	})
}

// use is an aggregate and the groups that it is of.
type use struct {
	at   refusal.Span
	fn   *funcs.Func
	args []ir.Expr
	keys []ir.Def
	part []ir.Expr
}

// effect is what repeated rows do to an aggregate.
type effect uint8

const (
	none    effect = iota // min, max, bool_and
	counts                // count: each row counts once
	adds                  // sum, string_agg, array_agg
	weights               // avg, percentiles, statistics
)

func effectOf(name string) effect {
	switch name {
	case "count":
		return counts
	case "sum", "string_agg", "array_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "bit_xor":
		return adds
	case "min", "max", "bool_and", "bool_or", "every", "any_value", "bit_and", "bit_or", "range_agg", "range_intersect_agg":
		return none
	}
	return weights
}

func (f *finder) aggregate(b *block, s *ir.Select, u use) {
	what := effectOf(u.fn.Name)
	if what == none {
		return
	}
	of := b.values(u.args)
	if len(of) == 0 {
		return // a count of conditions: of rows of the join, like count(*)
	}
	same := b.decided(groupColumns(u), nil)
	if what != adds && all(of, same.has) {
		return // in each group one row alone: a count is of what is joined to it, an average is its value
	}
	if by := b.repeats(groupColumns(u), of); len(by) > 0 {
		f.alarms = append(f.alarms, b.alarm(s, u, what, of, by))
	}
}

// repeats are the relations whose rows repeat those of of. One that another of them
// decides is left out: of lines and the products that they name, it is the lines.
func (b *block) repeats(group []ir.ColID, of []*leaf) []*leaf {
	var by []*leaf
	d := b.decided(group, of)
	for _, l := range b.leaves {
		if !d.has(l) {
			by = append(by, l)
		}
	}
	for i := len(by) - 1; i >= 0 && len(by) > 1; i-- {
		rest := slices.Delete(slices.Clone(by), i, i+1)
		if b.decided(group, append(slices.Clone(of), rest...)).has(by[i]) {
			by = rest
		}
	}
	return by
}

// groupColumns are the columns that are the same in all rows of a group.
func groupColumns(u use) []ir.ColID {
	var cols []ir.ColID
	add := func(e ir.Expr) {
		if r, ok := e.(*ir.Ref); ok {
			cols = append(cols, r.Col)
		}
	}
	for _, k := range u.keys {
		add(k.Expr)
	}
	for _, e := range u.part {
		add(e)
	}
	return cols
}

func all(ls []*leaf, is func(*leaf) bool) bool {
	for _, l := range ls {
		if !is(l) {
			return false
		}
	}
	return true
}

func list(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
