package ir

import "slices"

// Equal reports whether two expressions are the same by construction, spans
// aside. Expressions with subqueries are equal only if they are one node.
func Equal(a, b Expr) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil || a.Type() != b.Type() {
		return false
	}
	switch a := a.(type) {
	case *Ref:
		b, ok := b.(*Ref)
		return ok && a.Col == b.Col
	case *Const:
		b, ok := b.(*Const)
		return ok && a.Value.Key(a.T) == b.Value.Key(b.T)
	case *Attr:
		b, ok := b.(*Attr)
		return ok && a.Name == b.Name
	case *Call:
		b, ok := b.(*Call)
		return ok && a.Fn == b.Fn && equals(a.Args, b.Args)
	case *Cast:
		b, ok := b.(*Cast)
		return ok && a.Mod == b.Mod && a.Implicit == b.Implicit && Equal(a.X, b.X)
	case *Logic:
		b, ok := b.(*Logic)
		return ok && a.Or == b.Or && equals(a.Args, b.Args)
	case *Not:
		b, ok := b.(*Not)
		return ok && Equal(a.X, b.X)
	case *Is:
		b, ok := b.(*Is)
		return ok && a.What == b.What && a.Not == b.Not && Equal(a.X, b.X)
	case *Case:
		b, ok := b.(*Case)
		return ok && slices.EqualFunc(a.Arms, b.Arms, func(x, y Arm) bool { return Equal(x.When, y.When) && Equal(x.Then, y.Then) }) && Equal(a.Else, b.Else)
	case *In:
		b, ok := b.(*In)
		return ok && a.Not == b.Not && a.Cmp == b.Cmp && Equal(a.X, b.X) && equals(a.List, b.List)
	case *AnyOf:
		b, ok := b.(*AnyOf)
		return ok && a.All == b.All && a.Cmp == b.Cmp && Equal(a.X, b.X) && Equal(a.Array, b.Array)
	case *List:
		b, ok := b.(*List)
		return ok && equals(a.Items, b.Items)
	case *Agg:
		b, ok := b.(*Agg)
		return ok && a.Fn == b.Fn && a.Star == b.Star && a.Distinct == b.Distinct && equals(a.Args, b.Args) &&
			sortsEqual(a.Order, b.Order) && sortsEqual(a.Within, b.Within) && Equal(a.Filter, b.Filter)
	case *Over:
		b, ok := b.(*Over)
		return ok && a.Fn == b.Fn && a.Star == b.Star && equals(a.Args, b.Args) && Equal(a.Filter, b.Filter) &&
			equals(a.Window.Partition, b.Window.Partition) && sortsEqual(a.Window.Order, b.Window.Order) &&
			framesEqual(a.Window.Frame, b.Window.Frame)
	case *InQuery, *Exists, *Scalar:
		return false
	default:
		panic("ir: unknown expression")
	}
}

func equals(a, b []Expr) bool { return slices.EqualFunc(a, b, Equal) }

func sortsEqual(a, b []SortExpr) bool {
	return slices.EqualFunc(a, b, func(x, y SortExpr) bool {
		return x.Desc == y.Desc && x.NullsFirst == y.NullsFirst && Equal(x.X, y.X)
	})
}

func framesEqual(a, b *Frame) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Mode == b.Mode && a.Start == b.Start && a.End == b.End && a.Exclude == b.Exclude && Equal(a.From, b.From) && Equal(a.To, b.To)
}
