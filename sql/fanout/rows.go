package fanout

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// Rows are the aggregates of q of which it is certain that they take rows of one stored
// table as they stand there, each once at most, and of which table: COUNT(*) counts its
// rows, and others are of its columns, under conditions on the same row of it. Where
// [Find] says nothing for want of a key, nothing is certain.
func Rows(q *ir.Query, seen func(catalog.TableID) *catalog.Table) map[*ir.Agg]catalog.TableID {
	f := &finder{seen: seen, next: ir.MaxID(q), certain: true}
	rows := map[*ir.Agg]catalog.TableID{}
	ir.Walk(q, func(n ir.Node) bool {
		if s, ok := n.(*ir.Select); ok && s.From != nil {
			f.rows(s, rows)
		}
		_, guard := n.(*ir.Guarded)
		return !guard
	})
	return rows
}

func (f *finder) rows(s *ir.Select, into map[*ir.Agg]catalog.TableID) {
	var b *block
	look := func(n ir.Node) {
		a, ok := n.(*ir.Agg)
		if !ok {
			return
		}
		if b == nil {
			b = f.block(s)
		}
		if l := b.taken(a); l != nil {
			into[a] = l.table.ID
		}
	}
	for _, d := range s.Out {
		each(d.Expr, look)
	}
	if s.Having != nil {
		each(s.Having, look)
	}
}

// taken is the stored table whose rows a takes; nil if that may be another.
func (b *block) taken(a *ir.Agg) *leaf {
	var of *leaf
	for _, l := range b.leaves {
		if l.table == nil || !b.takes(a, l) {
			continue
		}
		if of != nil {
			return nil
		}
		of = l
	}
	return of
}

func (b *block) takes(a *ir.Agg, l *leaf) bool {
	cols := b.reads(a)
	if slices.ContainsFunc(cols, func(c ir.ColID) bool { return b.of[c] != l }) {
		return false
	}
	switch {
	case a.Star:
		return !l.optional && all(b.leaves, b.decided(nil, []*leaf{l}).has)
	case len(cols) == 0:
		return false
	case a.Distinct || effectOf(a.Fn.Func.Name) == none:
		return true
	}
	return all(b.leaves, b.decided(nil, []*leaf{l}).has)
}

// reads are the columns of the values of a, and of the condition on them: of FILTER, or
// of CASE WHEN, beside which a FILTER only says which part it is.
func (b *block) reads(a *ir.Agg) []ir.ColID {
	var cols []ir.ColID
	for _, x := range a.Args {
		cols = append(cols, b.columns(x)...)
	}
	if len(a.Args) == 1 {
		if _, ok := a.Args[0].(*ir.Case); ok {
			return cols
		}
	}
	if a.Filter != nil {
		cols = append(cols, b.columns(a.Filter)...)
	}
	return cols
}
