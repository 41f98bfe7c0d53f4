package policy

import (
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// call is name(args) with the overload and the implicit casts that PostgreSQL
// would choose. The names are those of masks, written in this package: one that
// does not resolve is a fault of ours.
func call(name string, args ...ir.Expr) ir.Expr { return resolved(funcs.Find(name), name, args) }

// op is l symbol r.
func op(symbol string, l, r ir.Expr) ir.Expr {
	return resolved(funcs.FindOperator(symbol), symbol, []ir.Expr{l, r})
}

func resolved(f *funcs.Func, name string, args []ir.Expr) ir.Expr {
	if f == nil {
		panic("policy: no function " + name + " for masks")
	}
	ts := make([]types.Type, len(args))
	for i, a := range args {
		ts[i] = a.Type()
	}
	m, err := f.Resolve(ts)
	if err != nil {
		panic("policy: masks: " + err.Error())
	}
	for i := range args {
		args[i] = as(args[i], m.Args[i])
	}
	return &ir.Call{Fn: m.Sig, Args: args, T: m.Result}
}

// as is x, cast implicitly to t if it has another type.
func as(x ir.Expr, t types.Type) ir.Expr {
	if x.Type() == t {
		return x
	}
	return &ir.Cast{X: x, T: t, Implicit: true}
}

// cast is CAST(x AS k).
func cast(x ir.Expr, k types.Kind) ir.Expr {
	if x.Type() == types.Of(k) {
		return x
	}
	return &ir.Cast{X: x, T: types.Of(k)}
}

func constant(v types.Value, k types.Kind) ir.Expr {
	return &ir.Const{Value: v, T: types.Of(k), From: ir.FromRule}
}

func text(s string) ir.Expr       { return constant(types.TextOf(s), types.Text) }
func number(n int64) ir.Expr      { return constant(types.IntOf(n), types.Int8) }
func small(n int64) ir.Expr       { return constant(types.IntOf(n), types.Int4) }
func and(args ...ir.Expr) ir.Expr { return &ir.Logic{Args: args} }

// secretBytes is a key, or part of one.
func secretBytes(b []byte) ir.Expr {
	return &ir.Const{Value: types.BytesOf(b), T: types.Of(types.Bytea), From: ir.FromKey}
}

// when is CASE WHEN cond THEN x END: NULL where cond is not true.
func when(cond, x ir.Expr) ir.Expr {
	return &ir.Case{Arms: []ir.Arm{{When: cond, Then: x}}, T: x.Type()}
}

// internal is name(args) for the functions that no draft may name.
func internal(name string, args ...ir.Expr) ir.Expr {
	return resolved(funcs.FindInternal(name), name, args)
}

// counting is count(DISTINCT x).
func counting(x ir.Expr) *ir.Agg {
	m, err := funcs.Find("count").Resolve([]types.Type{x.Type()})
	if err != nil {
		panic("policy: groups: " + err.Error())
	}
	return &ir.Agg{Fn: m.Sig, Args: []ir.Expr{as(x, m.Args[0])}, Distinct: true, T: m.Result}
}
