package check

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
)

func (s *same) optional(a, b ir.Expr) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return s.expr(a, b)
}

func (s *same) exprs(a, b []ir.Expr) bool { return slices.EqualFunc(a, b, s.expr) }

func (s *same) expr(a, b ir.Expr) bool {
	if !sameType(a.Type(), b.Type()) {
		return false
	}
	switch b := b.(type) {
	case *ir.Ref:
		a, ok := a.(*ir.Ref)
		return ok && b.Col != 0 && s.cols[a.Col] == b.Col
	case *ir.Const:
		a, ok := a.(*ir.Const)
		return ok && sameValue(a, b)
	case *ir.Attr:
		return s.fail("an attribute of the viewer has no value")
	case *ir.Call:
		if x, ok := asCast(b); ok {
			return s.expr(a, x)
		}
		a, ok := a.(*ir.Call)
		return ok && sameFn(a.Fn, b.Fn) && s.exprs(a.Args, b.Args)
	case *ir.Cast:
		a, ok := a.(*ir.Cast)
		return ok && a.Mod == b.Mod && s.expr(a.X, b.X)
	case *ir.Logic:
		a, ok := a.(*ir.Logic)
		return ok && a.Or == b.Or && s.exprs(operands(a), operands(b))
	case *ir.Not:
		a, ok := a.(*ir.Not)
		return ok && s.expr(a.X, b.X)
	case *ir.Is:
		a, ok := a.(*ir.Is)
		return ok && a.What == b.What && a.Not == b.Not && s.expr(a.X, b.X)
	case *ir.Case:
		a, ok := a.(*ir.Case)
		return ok && slices.EqualFunc(a.Arms, b.Arms, func(x, y ir.Arm) bool {
			return s.expr(x.When, y.When) && s.expr(x.Then, y.Then)
		}) && s.optional(a.Else, b.Else)
	case *ir.In:
		a, ok := a.(*ir.In)
		return ok && a.Not == b.Not && sameFn(a.Cmp, b.Cmp) && s.expr(a.X, b.X) && s.exprs(a.List, b.List)
	case *ir.AnyOf:
		a, ok := a.(*ir.AnyOf)
		return ok && a.All == b.All && sameFn(a.Cmp, b.Cmp) && s.expr(a.X, b.X) && s.expr(a.Array, b.Array)
	case *ir.InQuery:
		a, ok := a.(*ir.InQuery)
		return ok && a.Op == b.Op && a.All == b.All && a.Not == b.Not &&
			slices.EqualFunc(a.Cmp, b.Cmp, sameFn) && s.exprs(a.Row, b.Row) && s.query(a.Query, b.Query)
	case *ir.Exists:
		a, ok := a.(*ir.Exists)
		return ok && s.query(a.Query, b.Query)
	case *ir.Scalar:
		a, ok := a.(*ir.Scalar)
		return ok && s.query(a.Query, b.Query)
	case *ir.List:
		a, ok := a.(*ir.List)
		return ok && s.exprs(a.Items, b.Items)
	case *ir.Agg:
		a, ok := a.(*ir.Agg)
		return ok && sameFn(a.Fn, b.Fn) && a.Star == b.Star && a.Distinct == b.Distinct && s.exprs(a.Args, b.Args) &&
			s.sorts(a.Order, b.Order) && s.sorts(a.Within, b.Within) && s.optional(a.Filter, b.Filter)
	case *ir.Over:
		a, ok := a.(*ir.Over)
		return ok && sameFn(a.Fn, b.Fn) && a.Star == b.Star && s.exprs(a.Args, b.Args) &&
			s.optional(a.Filter, b.Filter) && s.window(a.Window, b.Window)
	default:
		panic("check: unknown expression")
	}
}

// operands are what AND or OR joins, at any depth: the parser reads (a OR b) OR c
// as one OR of three, and policy joins the conditions of grants as they are.
func operands(l *ir.Logic) []ir.Expr {
	var all []ir.Expr
	for _, x := range l.Args {
		if in, ok := x.(*ir.Logic); ok && in.Or == l.Or {
			all = append(all, operands(in)...)
		} else {
			all = append(all, x)
		}
	}
	return all
}

// sameValue compares constants digit by digit: 1.0 is not 1.
func sameValue(a, b *ir.Const) bool {
	return a.Value == b.Value || a.Value.Key(known(a.T)) == b.Value.Key(known(b.T))
}

// asCast is what a call means that PostgreSQL reads as a cast.
func asCast(c *ir.Call) (ir.Expr, bool) {
	if !strings.HasPrefix(c.Fn.Postgres, "CAST(") {
		return nil, false
	}
	if c.Args[0].Type() == c.T {
		return c.Args[0], true
	}
	return &ir.Cast{X: c.Args[0], T: c.T}, true
}

func (s *same) sorts(a, b []ir.SortExpr) bool {
	return slices.EqualFunc(a, b, func(x, y ir.SortExpr) bool {
		return x.Desc == y.Desc && x.NullsFirst == y.NullsFirst && s.expr(x.X, y.X)
	})
}

func (s *same) window(a, b ir.Window) bool {
	return s.exprs(a.Partition, b.Partition) && s.sorts(a.Order, b.Order) && s.frame(a.Frame, b.Frame)
}

func (s *same) frame(a, b *ir.Frame) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.Mode == b.Mode && a.Start == b.Start && a.End == b.End && a.Exclude == b.Exclude &&
		s.optional(a.From, b.From) && s.optional(a.To, b.To)
}

// sameFn compares functions. Overloads are one, but for tokens, which are texts
// to PostgreSQL: there, the types of the arguments decide.
func sameFn(a, b *funcs.Sig) bool {
	return a == b || a.Func == b.Func && slices.Contains(b.Params, funcs.AnyToken)
}

// difference is where two printed trees part, for owners: the words with which
// the lines begin, and no more, as a line may hold the key of a mask.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return strings.TrimSpace("it has " + word(g[i]) + ", want " + word(w[i]))
		}
	}
	return "one of them goes on"
}

func word(line string) string {
	for _, w := range strings.Fields(line) {
		return w
	}
	return "nothing"
}
