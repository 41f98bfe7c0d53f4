package fanout

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// block is the FROM and WHERE of a SELECT, subqueries of joined and filtered rows
// merged into it: relations, and what equals what.
type block struct {
	f      *finder
	leaves []*leaf
	of     map[ir.ColID]*leaf
	equal  [][2]ir.ColID
	fixed  []ir.ColID           // equal to a constant, or to a column of an outer query
	made   map[ir.ColID]ir.Expr // outputs of merged subqueries
	asked  []ir.ColID           // columns in conditions that are no equalities of two
	scopes int
	scope  int                    // of the subquery that is being merged; 0 is the SELECT itself
	names  map[ir.ColID][2]string // alias and name, for words
}

// leaf is a relation whose rows are not looked into: a stored table, or a subquery
// that makes rows of its own.
type leaf struct {
	rel    ir.Rel
	alias  string
	table  *catalog.Table // as seen; nil for others
	cols   []ir.Column
	stored map[ir.ColID]catalog.ColumnID
	query  *ir.Query // of a subquery
	scope  int
	// optional: an outer join may have a row without one of it.
	optional bool
}

func (l *leaf) name() string {
	switch {
	case l.table != nil:
		return l.table.Name
	case l.alias != "":
		return l.alias
	}
	return "a subquery"
}

func (f *finder) block(s *ir.Select) *block {
	b := &block{f: f, of: map[ir.ColID]*leaf{}, made: map[ir.ColID]ir.Expr{}, names: map[ir.ColID][2]string{}}
	b.add(s.From)
	b.where(s.Where)
	return b
}

func (b *block) add(r ir.Rel) {
	switch r := r.(type) {
	case *ir.Table:
		stored := map[ir.ColID]catalog.ColumnID{}
		for _, c := range r.Cols {
			stored[c.ID] = c.Of
		}
		b.leaf(&leaf{rel: r, alias: r.Alias, table: b.f.seen(r.Table.ID), stored: stored})
	case *ir.Guarded:
		t := b.f.seen(r.Table.Table.ID)
		stored := map[ir.ColID]catalog.ColumnID{}
		for _, d := range r.Cols {
			if t != nil {
				if c := t.ColumnNamed(d.Name); c != nil {
					stored[d.ID] = c.ID
				}
			}
		}
		b.leaf(&leaf{rel: r, alias: r.Table.Alias, table: t, stored: stored})
	case *ir.Join:
		b.join(r)
	case *ir.FuncRel:
		b.leaf(&leaf{rel: r, alias: r.Alias})
	case *ir.Self:
		b.leaf(&leaf{rel: r, alias: r.Alias})
	case *ir.Subquery:
		b.subquery(r, r.Alias, r.Query, r.Cols)
	case *ir.CTERef:
		q := ir.Fresh(r.CTE.Query, func() ir.ColID { b.f.next++; return b.f.next }) // it may stand there twice
		b.subquery(r, r.Alias, q, r.Cols)
	default:
		panic("fanout: unknown relation")
	}
}

func (b *block) join(r *ir.Join) {
	from := len(b.leaves)
	b.add(r.Left)
	to := len(b.leaves)
	b.add(r.Right)
	for i, l := range b.leaves[from:] {
		left := from+i < to
		l.optional = l.optional || r.Kind == ir.Full || r.Kind == ir.Left && !left || r.Kind == ir.Right && left
	}
	b.where(r.On)
}

func (b *block) leaf(l *leaf) {
	l.cols, l.scope = ir.Columns(l.rel), b.scope
	b.leaves = append(b.leaves, l)
	for _, c := range l.cols {
		b.of[c.ID] = l
		b.names[c.ID] = [2]string{l.alias, c.Name}
	}
}

// subquery merges one that only joins and filters.
func (b *block) subquery(r ir.Rel, alias string, q *ir.Query, cols []ir.Column) {
	s, ok := q.Body.(*ir.Select)
	if !ok || s.Grouped || s.Distinct || s.From == nil || q.Limit != nil {
		b.leaf(&leaf{rel: r, alias: alias, query: q})
		return
	}
	outside := b.scope
	b.scopes++
	b.scope = b.scopes
	b.add(s.From)
	b.where(s.Where)
	b.scope = outside
	i := 0
	for _, d := range s.Out {
		if d.Hidden {
			continue
		}
		b.made[cols[i].ID] = d.Expr
		b.names[cols[i].ID] = [2]string{alias, cols[i].Name}
		i++
	}
}

// where notes the equalities among conditions. Those of an outer join hold
// wherever both sides have a row, and elsewhere there is nothing to repeat.
func (b *block) where(e ir.Expr) {
	for _, c := range ir.Conjuncts(e) {
		x, ok := c.(*ir.Call)
		if !ok || x.Fn.Func.Name != "=" || len(x.Args) != 2 {
			b.asked = append(b.asked, b.columns(c)...)
			continue
		}
		l, lok := b.plain(x.Args[0])
		r, rok := b.plain(x.Args[1])
		switch {
		case lok && rok:
			b.equal = append(b.equal, [2]ir.ColID{l, r})
			continue
		case lok && constant(x.Args[1]):
			b.fixed = append(b.fixed, l)
		case rok && constant(x.Args[0]):
			b.fixed = append(b.fixed, r)
		}
		b.asked = append(b.asked, b.columns(c)...)
	}
}

// plain is the column that e is, casts and merged subqueries aside.
func (b *block) plain(e ir.Expr) (ir.ColID, bool) {
	for {
		if c, ok := e.(*ir.Cast); ok && (c.Implicit || c.X.Type().IsText() && c.T.IsText()) {
			e = c.X
			continue
		}
		r, ok := e.(*ir.Ref)
		if !ok {
			return 0, false
		}
		if b.made[r.Col] == nil {
			return r.Col, true
		}
		e = b.made[r.Col]
	}
}

func constant(e ir.Expr) bool {
	fine := true
	ir.Walk(e, func(n ir.Node) bool {
		switch n.(type) {
		case *ir.Const, *ir.Call, *ir.Cast:
		case *ir.Scalar:
			return false // one value, the same for all rows if it has no reference out
		default:
			fine = false
		}
		return fine
	})
	return fine
}

// columns are the columns of leaves that e is computed from.
func (b *block) columns(e ir.Expr) []ir.ColID {
	var cols []ir.ColID
	ir.Walk(e, func(n ir.Node) bool {
		if r, ok := n.(*ir.Ref); ok {
			if m := b.made[r.Col]; m != nil {
				cols = append(cols, b.columns(m)...)
			} else {
				cols = append(cols, r.Col)
			}
		}
		return true
	})
	return cols
}

// values are the relations whose values args give on, conditions aside: of CASE
// WHEN a THEN b END it is that of b.
func (b *block) values(args []ir.Expr) []*leaf {
	var of []*leaf
	var give func(e ir.Expr)
	give = func(e ir.Expr) {
		if e == nil || e.Type().Kind == types.Bool {
			return
		}
		switch e := e.(type) {
		case *ir.Case:
			for _, a := range e.Arms {
				give(a.Then)
			}
			give(e.Else)
		case *ir.Ref:
			if m := b.made[e.Col]; m != nil {
				give(m)
			} else if l := b.of[e.Col]; l != nil && !slices.Contains(of, l) {
				of = append(of, l)
			}
		case *ir.Call:
			for _, a := range e.Args {
				give(a)
			}
		case *ir.Cast:
			give(e.X)
		case *ir.List:
			for _, a := range e.Items {
				give(a)
			}
		case *ir.Const, *ir.Attr, *ir.Logic, *ir.Not, *ir.Is, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists, *ir.Scalar, *ir.Agg, *ir.Over:
		default:
			panic("fanout: unknown expression")
		}
	}
	for _, a := range args {
		give(a)
	}
	return of
}

// decision is what is decided once some columns and rows are.
type decision struct {
	cols map[ir.ColID]bool
	rows map[*leaf]bool
}

func (d decision) has(l *leaf) bool { return d.rows[l] }

// decided follows what known columns and rows decide.
func (b *block) decided(known []ir.ColID, rows []*leaf) decision {
	d := decision{map[ir.ColID]bool{}, map[*leaf]bool{}}
	for _, id := range append(slices.Clone(b.fixed), known...) {
		d.cols[id] = true
	}
	for _, id := range known {
		if m := b.made[id]; m != nil {
			if c, ok := b.plain(m); ok {
				d.cols[c] = true
			}
		}
	}
	take := func(l *leaf) {
		d.rows[l] = true
		for _, c := range l.cols {
			d.cols[c.ID] = true
		}
	}
	for _, l := range rows {
		take(l)
	}
	for changed := true; changed; {
		changed = false
		for _, e := range b.equal {
			for i := range e {
				from, to := e[i], e[1-i]
				if (d.cols[from] || b.of[from] == nil) && !d.cols[to] {
					d.cols[to], changed = true, true
				}
			}
		}
		for _, l := range b.leaves {
			if !d.rows[l] && b.one(l, d.cols) {
				take(l)
				changed = true
			}
		}
	}
	return d
}

// one reports whether the known columns leave one row of l.
func (b *block) one(l *leaf, known map[ir.ColID]bool) bool {
	switch {
	case l.query != nil:
		return b.f.oneOf(l, known)
	case l.table != nil:
		return b.key(l, known)
	}
	if r, ok := l.rel.(*ir.FuncRel); ok && r.Fn.Func.Name != "unnest" {
		return known[r.Cols[0].ID] || r.Fn.Func.Class != funcs.Set
	}
	return false
}

// key reports whether a key of a stored table is known. Of a table without one, an
// equality with something decides, unless its column refers to another table or it has
// to be certain.
func (b *block) key(l *leaf, known map[ir.ColID]bool) bool {
	has := map[catalog.ColumnID]bool{}
	for id, c := range l.stored {
		has[c] = has[c] || known[id]
	}
	for _, key := range l.table.Believed() {
		if !slices.ContainsFunc(key, func(c catalog.ColumnID) bool { return !has[c] }) {
			return true
		}
	}
	if len(l.table.Believed()) > 0 || b.f.certain {
		return false
	}
	for c := range has {
		if has[c] && !slices.ContainsFunc(l.table.Refers(), func(k catalog.ForeignKey) bool { return slices.Contains(k.Columns, c) }) {
			return true
		}
	}
	return false
}

// oneOf reports whether known outputs of a subquery leave one of its rows.
func (f *finder) oneOf(l *leaf, known map[ir.ColID]bool) bool {
	if ir.OneRow(l.query) {
		return true
	}
	every := !slices.ContainsFunc(l.cols, func(c ir.Column) bool { return !known[c.ID] })
	s, ok := l.query.Body.(*ir.Select)
	if !ok {
		op, ok := l.query.Body.(*ir.SetOp)
		return ok && every && (!op.All || op.Kind != ir.Union)
	}
	if s.Distinct && every {
		return true
	}
	if s.From == nil {
		return true
	}
	// What the known outputs are inside.
	in := f.block(s)
	var cols []ir.ColID
	keys := map[ir.ColID]bool{}
	i := 0
	for _, d := range s.Out {
		if d.Hidden {
			continue
		}
		if r, ok := d.Expr.(*ir.Ref); ok && known[l.cols[i].ID] {
			cols, keys[r.Col] = append(cols, r.Col), true
		}
		i++
	}
	for _, k := range s.Keys {
		if keys[k.ID] {
			cols = append(cols, in.columns(k.Expr)...)
		}
	}
	d := in.decided(cols, nil)
	switch {
	case s.Grouped: // each key is known, or decided by those that are
		return !slices.ContainsFunc(s.Keys, func(k ir.Def) bool {
			return !keys[k.ID] && slices.ContainsFunc(in.columns(k.Expr), func(c ir.ColID) bool { return !d.cols[c] })
		})
	default:
		return all(in.leaves, d.has)
	}
}
