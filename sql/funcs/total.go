package funcs

import "github.com/grille-dev/grille/sql/types"

// Totality. A call is total if no stored value makes it fail. That depends on
// the argument types, hence stands at each overload, and on arguments that are
// constants: LIKE with a constant, well-formed pattern cannot fail, while a
// stored pattern may end in a backslash. The conditions here are about the
// constants alone; that they are well-formed at all is Check's part, and bind
// asks Check first.
//
// Never total: + - * / % unary - abs on anything that overflows; narrowing;
// text to anything; json; what depends on a pattern, format, unit or zone that
// is not a constant. Aggregates whose result can overflow likewise.

func always([]*types.Value) bool { return true }

// constant: the arguments at these positions are constants.
func constant(at ...int) func([]*types.Value) bool {
	return func(consts []*types.Value) bool {
		for _, i := range at {
			if get(consts, i) == nil {
				return false
			}
		}
		return true
	}
}

// divisor: the argument at this position is a whole number that divides all others.
func divisor(at int) func([]*types.Value) bool {
	return func(consts []*types.Value) bool {
		v := get(consts, at)
		return v != nil && !v.IsNull() && v.Int() != 0 && v.Int() != -1
	}
}

// upToDay: the unit is a day or finer; coarser ones may lead before the first
// timestamp.
func upToDay(at int) func([]*types.Value) bool {
	fine := words("microseconds", "milliseconds", "second", "minute", "hour", "day")
	return func(consts []*types.Value) bool {
		v := get(consts, at)
		return v != nil && (v.IsNull() || fine[unit(v)])
	}
}

func both(a, b func([]*types.Value) bool) func([]*types.Value) bool {
	return func(consts []*types.Value) bool { return a(consts) && b(consts) }
}

func positive(at int) func([]*types.Value) bool {
	return intConst(at, func(n int64) bool { return n > 0 })
}

func notNegative(at int) func([]*types.Value) bool {
	return intConst(at, func(n int64) bool { return n >= 0 })
}

func nonZero(at int) func([]*types.Value) bool {
	return intConst(at, func(n int64) bool { return n != 0 })
}

func intConst(at int, good func(int64) bool) func([]*types.Value) bool {
	return func(consts []*types.Value) bool {
		v := get(consts, at)
		if v == nil {
			return false
		}
		return v.Kind() != types.Int8 || good(v.Int())
	}
}

// get is the constant at i, nil if that argument is none.
func get(consts []*types.Value, i int) *types.Value {
	if i < 0 || i >= len(consts) {
		return nil
	}
	return consts[i]
}
