package check

import (
	"slices"

	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// same walks the tree of the text and the wanted one side by side. Names,
// aliases and spans do not count, and identities need only correspond. What an
// engine does not tell apart is the same: an implicit cast and a written one,
// date(x) and CAST(x AS date), a token and a text.
//
// Where the wanted tree has a policy relation, the text must have a block of
// the shape (SELECT ... FROM table WHERE ... [OFFSET 0]), equal to that relation
// and to the one that the rules give afresh. Stored tables are compared there
// and nowhere else.
type same struct {
	want  Want
	cols  map[ir.ColID]ir.ColID // of the text: of the wanted tree
	ctes  map[*ir.CTE]*ir.CTE
	guard bool  // we are inside of one
	err   error // why it differs, where that can be said better than "it differs"
}

// compare is nil if q, bound from the text, says what is wanted.
func compare(q *ir.Query, w Want) error {
	s := &same{want: w, cols: map[ir.ColID]ir.ColID{}, ctes: map[*ir.CTE]*ir.CTE{}}
	if s.query(q, w.Query) {
		return nil
	}
	if s.err != nil {
		return s.err
	}
	return fault("it says something else than what was allowed: %s", difference(ir.Fingerprint(q), ir.Fingerprint(w.Query)))
}

func (s *same) fail(format string, args ...any) bool {
	if s.err == nil {
		s.err = fault(format, args...)
	}
	return false
}

func sameType(a, b types.Type) bool { return known(a) == known(b) }

// known is the type as PostgreSQL knows it.
func known(t types.Type) types.Type {
	if t.Kind == types.Token {
		return types.Of(types.Text)
	}
	return t
}

func (s *same) bind(a, b ir.Column) bool {
	s.cols[a.ID] = b.ID
	return sameType(a.Type, b.Type)
}

func (s *same) columns(a, b []ir.Column) bool { return slices.EqualFunc(a, b, s.bind) }

func (s *same) query(a, b *ir.Query) bool {
	return slices.EqualFunc(a.With, b.With, s.cte) &&
		s.body(a.Body, b.Body) &&
		slices.EqualFunc(a.Order, b.Order, func(x, y ir.Sort) bool {
			return s.cols[x.Col] == y.Col && x.Desc == y.Desc && x.NullsFirst == y.NullsFirst
		}) &&
		s.optional(a.Limit, b.Limit) && s.optional(a.Offset, b.Offset)
}

func (s *same) cte(a, b *ir.CTE) bool {
	s.ctes[a] = b
	return a.Materialized == b.Materialized && a.Recursive == b.Recursive && s.query(a.Query, b.Query)
}

func (s *same) body(a, b ir.Body) bool {
	switch b := b.(type) {
	case *ir.Select:
		a, ok := a.(*ir.Select)
		return ok && s.selection(a, b)
	case *ir.SetOp:
		a, ok := a.(*ir.SetOp)
		return ok && a.Kind == b.Kind && a.All == b.All && s.query(a.Left, b.Left) && s.query(a.Right, b.Right) && s.columns(a.Cols, b.Cols)
	case *ir.Values:
		a, ok := a.(*ir.Values)
		return ok && slices.EqualFunc(a.Rows, b.Rows, s.exprs) && s.columns(a.Cols, b.Cols)
	default:
		panic("check: unknown body")
	}
}

func (s *same) selection(a, b *ir.Select) bool {
	if (a.From == nil) != (b.From == nil) || a.Grouped != b.Grouped || a.Distinct != b.Distinct {
		return false
	}
	return (a.From == nil || s.rel(a.From, b.From)) &&
		s.optional(a.Where, b.Where) &&
		s.defs(a.Keys, b.Keys) &&
		s.optional(a.Having, b.Having) &&
		s.defs(a.Out, b.Out)
}

func (s *same) defs(a, b []ir.Def) bool {
	return slices.EqualFunc(a, b, func(x, y ir.Def) bool {
		return x.Hidden == y.Hidden && s.expr(x.Expr, y.Expr) && s.bind(x.Column, y.Column)
	})
}

func (s *same) rel(a, b ir.Rel) bool {
	switch b := b.(type) {
	case *ir.Table:
		a, ok := a.(*ir.Table)
		return ok && s.table(a, b)
	case *ir.Guarded:
		return s.guarded(a, b)
	case *ir.Subquery:
		a, ok := a.(*ir.Subquery)
		return ok && a.Lateral == b.Lateral && s.query(a.Query, b.Query) && s.columns(a.Cols, b.Cols)
	case *ir.CTERef:
		a, ok := a.(*ir.CTERef)
		return ok && s.ctes[a.CTE] == b.CTE && s.columns(a.Cols, b.Cols)
	case *ir.Self:
		a, ok := a.(*ir.Self)
		return ok && s.ctes[a.CTE] == b.CTE && s.columns(a.Cols, b.Cols)
	case *ir.Join:
		a, ok := a.(*ir.Join)
		return ok && a.Kind == b.Kind && s.rel(a.Left, b.Left) && s.rel(a.Right, b.Right) && s.optional(a.On, b.On)
	case *ir.FuncRel:
		a, ok := a.(*ir.FuncRel)
		return ok && sameFn(a.Fn, b.Fn) && a.Numbered == b.Numbered && s.exprs(a.Args, b.Args) && s.columns(a.Cols, b.Cols)
	default:
		panic("check: unknown relation")
	}
}

// table compares two occurrences of a stored table: in a guard, or in the
// condition of one. The text's has all columns, the wanted one those in use.
func (s *same) table(a, b *ir.Table) bool {
	if !s.guard {
		return s.fail("table %s is allowed without the rules", b.Table.Name)
	}
	if a.Table != s.want.Full.Table(b.Table.ID) {
		return false
	}
	of := map[uint32]ir.TableCol{}
	for _, c := range b.Cols {
		of[uint32(c.Of)] = c
	}
	for _, c := range a.Cols {
		if x, ok := of[uint32(c.Of)]; ok && !s.bind(c.Column, x.Column) {
			return false
		}
	}
	return true
}

// guarded compares a block of the text with a policy relation: that of the
// allowed tree and, first, the one that the rules give.
func (s *same) guarded(a ir.Rel, g *ir.Guarded) bool {
	name := g.Table.Table.Name
	block, ok := a.(*ir.Subquery)
	if !ok {
		return s.fail("table %s does not stand in a block of its own", name)
	}
	fresh, err := s.want.Guard(g)
	if err != nil {
		return s.fail("the rules do not give table %s: %v", name, err)
	}
	if !s.block(block, fresh, onlyNarrows(fresh)) {
		return s.fail("table %s is read otherwise than the rules say", name)
	}
	if !s.block(block, g, equals(g)) {
		return s.fail("table %s was allowed otherwise than the rules say", name)
	}
	for i, d := range g.Cols {
		if !s.bind(block.Cols[i], d.Column) {
			return false
		}
	}
	return true
}

// block compares (SELECT ... FROM table WHERE ... [OFFSET 0]) with a guard. A
// guard refers to nothing outside of it, so what is known outside is forgotten.
// The conditions begin with those of the rules; the rest, which the viewer's
// query may have, is for pushed to judge.
func (s *same) block(a *ir.Subquery, g *ir.Guarded, pushed func(*same, []ir.Expr) bool) bool {
	q := a.Query
	b, ok := q.Body.(*ir.Select)
	if !ok || a.Lateral || len(q.With)+len(q.Order) > 0 || q.Limit != nil || !fence(q.Offset, g.Fence) ||
		b.Grouped || b.Distinct || len(b.Keys) > 0 || b.Having != nil {
		return false
	}
	inner := &same{want: s.want, cols: map[ir.ColID]ir.ColID{}, ctes: map[*ir.CTE]*ir.CTE{}, guard: true}
	t, ok := b.From.(*ir.Table)
	if !ok || !inner.table(t, g.Table) {
		return false
	}
	conds, filter := ir.Conjuncts(b.Where), ir.Conjuncts(g.Filter)
	if len(conds) < len(filter) || !inner.exprs(conds[:len(filter)], filter) || !pushed(inner, conds[len(filter):]) {
		return false
	}
	if len(g.Cols) == 0 {
		return len(b.Out) == 1 && constant(b.Out[0].Expr, types.BoolOf(true), types.Bool)
	}
	return inner.defs(b.Out, g.Cols)
}

// fence reports OFFSET 0 where a fence is wanted, and no OFFSET where none is.
func fence(offset ir.Expr, wanted bool) bool {
	if !wanted {
		return offset == nil
	}
	return offset != nil && constant(offset, types.IntOf(0), types.Int8)
}

func constant(e ir.Expr, v types.Value, k types.Kind) bool {
	c, ok := e.(*ir.Const)
	return ok && c.T == types.Of(k) && c.Value == v
}
