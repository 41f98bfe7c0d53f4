package emit

import (
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// wallClock leaves out conversions to the point in time of a date and time of the
// asker, and back: PostgreSQL reads date_trunc('month', a date) as that of a
// timestamptz. It differs where clocks are set forward over that time, which
// then is none.
var wallClock = rewrite{
	name:  "wall-clock",
	wants: func(n ir.Node) bool { e, ok := n.(ir.Expr); return ok && overWall(e) != nil },
	apply: func(l *lowering, q *ir.Query) {
		l.exprs(q, func(e ir.Expr) ir.Expr {
			if x := overWall(e); x != nil {
				return x
			}
			return e
		})
	},
}

// wallOf is the date and time of the asker that e is the point in time of, or nil.
func wallOf(e ir.Expr) ir.Expr {
	c, ok := e.(*ir.Cast)
	if !ok || c.T.Kind != types.TimestampTZ || c.Mod.Set {
		return nil
	}
	switch c.X.Type().Kind {
	case types.Date:
		return &ir.Cast{X: c.X, T: types.Of(types.Timestamp), Implicit: true}
	case types.Timestamp:
		return c.X
	}
	return nil
}

// overWall is e without the conversions in it, or nil.
func overWall(e ir.Expr) ir.Expr {
	if c, ok := e.(*ir.Cast); ok {
		if wall := wallOf(c.X); wall != nil && !c.Mod.Set && (c.T.Kind == types.Timestamp || c.T.Kind == types.Date || c.T.Kind == types.Time) {
			return &ir.Cast{Span: c.Span, X: wall, T: c.T}
		}
		return nil
	}
	c, ok := e.(*ir.Call)
	if !ok || len(c.Args) != 2 {
		return nil
	}
	switch name := c.Fn.Func.Name; name {
	case "date_trunc":
		return instantOf(c, wallOf(c.Args[1]), 1)
	case "extract", "date_part":
		if field, known := constText(c.Args[0]); known && funcs.FieldMySQL(field, types.Of(types.Timestamp)) != "" && funcs.FieldMySQL(field, types.Of(types.Date)) != funcs.FieldMySQL("epoch", types.Of(types.Date)) {
			return replaced(c, wallOf(c.Args[1]), 1)
		}
	case "to_char":
		return replaced(c, wallOf(c.Args[0]), 0)
	case "+", "-":
		by, known := c.Args[1].(*ir.Const)
		if known && by.T.Kind == types.Interval && !by.Value.IsNull() {
			if _, _, micros := by.Value.Interval(); micros == 0 {
				return instantOf(c, wallOf(c.Args[0]), 0)
			}
		}
	}
	return nil
}

// instantOf is the point in time of c over a date and time in the place of argument i.
func instantOf(c *ir.Call, wall ir.Expr, i int) ir.Expr {
	x := replaced(c, wall, i)
	if x == nil {
		return nil
	}
	return &ir.Cast{Span: c.Span, X: x, T: types.Of(types.TimestampTZ), Implicit: true}
}

// replaced is c with wall in the place of argument i, or nil.
func replaced(c *ir.Call, wall ir.Expr, i int) ir.Expr {
	if wall == nil {
		return nil
	}
	args, ts := append([]ir.Expr{}, c.Args...), append([]types.Type{}, c.Fn.Params...)
	args[i], ts[i] = wall, wall.Type()
	m, err := c.Fn.Func.Resolve(ts)
	if err != nil {
		return nil
	}
	return &ir.Call{Span: c.Span, Fn: m.Sig, Args: args, T: m.Result}
}
