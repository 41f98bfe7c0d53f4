package pgfn

import (
	"math"
	"math/bits"
	"strconv"
)

// integers are the operators of int2, int4 and int8, which overflow.
func integers() []Scalar {
	var out []Scalar
	for _, t := range []struct {
		name            string
		least, greatest int64
	}{{"int2", math.MinInt16, math.MaxInt16}, {"int4", math.MinInt32, math.MaxInt32}, {"int8", math.MinInt64, math.MaxInt64}} {
		op := func(verb string, fn func(a, b int64) (int64, error)) Scalar {
			return strict("g_"+verb+"_"+t.name, 2, func(args []any) (any, error) {
				n, err := fn(integer(args[0]), integer(args[1]))
				if err == nil && (n < t.least || n > t.greatest) {
					err = errRange
				}
				if err != nil {
					return nil, err
				}
				return n, nil
			})
		}
		one := func(verb string, fn func(n int64) int64) Scalar {
			return strict("g_"+verb+"_"+t.name, 1, func(args []any) (any, error) {
				n := integer(args[0])
				if n == t.least {
					return nil, errRange
				}
				return fn(n), nil
			})
		}
		out = append(out,
			op("add", addInt), op("sub", subInt), op("mul", mulInt), op("div", divInt), op("mod", modInt),
			one("neg", func(n int64) int64 { return -n }),
			one("abs", func(n int64) int64 { return max(n, -n) }),
		)
	}
	return out
}

func addInt(a, b int64) (int64, error) {
	s := a + b
	if (s > a) != (b > 0) && b != 0 {
		return 0, errRange
	}
	return s, nil
}

func subInt(a, b int64) (int64, error) {
	s := a - b
	if (s < a) != (b > 0) && b != 0 {
		return 0, errRange
	}
	return s, nil
}

func mulInt(a, b int64) (int64, error) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	switch {
	case high != 0:
		return 0, errRange
	case (a < 0) == (b < 0) || a == 0 || b == 0:
		if low > math.MaxInt64 {
			return 0, errRange
		}
		return int64(low), nil
	case low > 1<<63:
		return 0, errRange
	}
	return -int64(low), nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func divInt(a, b int64) (int64, error) {
	switch {
	case b == 0:
		return 0, errDivision
	case b == -1 && a == math.MinInt64:
		return 0, errRange
	}
	return a / b, nil
}

func modInt(a, b int64) (int64, error) {
	switch b {
	case 0:
		return 0, errDivision
	case -1:
		return 0, nil
	}
	return a % b, nil
}

// floats are the operators and functions of float4 and float8. A result that
// is infinite though no argument is has overflowed.
func floats() []Scalar {
	var out []Scalar
	for _, name := range []string{"float4", "float8"} {
		single := name == "float4"
		op := func(verb string, fn func(a, b float64) float64) Scalar {
			return strict("g_"+verb+"_"+name, 2, func(args []any) (any, error) {
				a, b := float(args[0]), float(args[1])
				if verb == "div" && b == 0 && !math.IsNaN(a) {
					return nil, errDivision
				}
				r := fn(a, b)
				if single {
					r = float64(float32(r))
				}
				if math.IsInf(r, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
					return nil, errOverflow
				}
				if r == 0 && vanishes(verb, a, b) {
					return nil, errUnderflow
				}
				return r, nil
			})
		}
		out = append(out,
			op("add", func(a, b float64) float64 { return a + b }),
			op("sub", func(a, b float64) float64 { return a - b }),
			op("mul", func(a, b float64) float64 { return a * b }),
			op("div", func(a, b float64) float64 { return a / b }),
		)
	}
	return append(out, functions()...)
}

// vanishes: a product or quotient of values that are not zero has become zero.
func vanishes(verb string, a, b float64) bool {
	switch verb {
	case "mul":
		return a != 0 && b != 0
	case "div":
		return a != 0 && !math.IsInf(b, 0)
	}
	return false
}

func functions() []Scalar {
	free := func(name string, fn func(f float64) float64) Scalar {
		return simple(name, 1, func(a []any) any { return fn(float(a[0])) })
	}
	within := func(name string, fn func(f float64) float64, domain func(f float64) error) Scalar {
		return strict(name, 1, func(a []any) (any, error) {
			f := float(a[0])
			if err := domain(f); err != nil {
				return nil, err
			}
			r := fn(f)
			if math.IsInf(r, 0) && !math.IsInf(f, 0) {
				return nil, errOverflow
			}
			if r == 0 && (name == "g_exp_float8" && !math.IsInf(f, 0) || name == "g_radians" && f != 0) {
				return nil, errUnderflow
			}
			return r, nil
		})
	}
	finite := func(f float64) error {
		if math.IsInf(f, 0) {
			return errDomain
		}
		return nil
	}
	unit := func(f float64) error {
		if f < -1 || f > 1 {
			return errDomain
		}
		return nil
	}
	anything := func(float64) error { return nil }
	logarithm := func(f float64) error {
		switch {
		case f == 0:
			return fail("2201E", "cannot take logarithm of zero")
		case f < 0:
			return fail("2201E", "cannot take logarithm of a negative number")
		}
		return nil
	}
	return []Scalar{
		free("g_floor_float8", math.Floor), free("g_ceil_float8", math.Ceil), free("g_trunc_float8", math.Trunc),
		free("g_round_float8", math.RoundToEven),
		free("g_sign_float8", func(f float64) float64 {
			switch {
			case f > 0:
				return 1
			case f < 0:
				return -1
			}
			return 0
		}),
		within("g_sqrt_float8", math.Sqrt, func(f float64) error {
			if f < 0 {
				return fail("2201F", "cannot take square root of a negative number")
			}
			return nil
		}),
		free("g_cbrt", math.Cbrt),
		within("g_exp_float8", math.Exp, anything),
		within("g_ln_float8", ln, logarithm),
		within("g_log_float8", func(f float64) float64 { return ln(f) / math.Ln10 }, logarithm),
		within("g_sin", math.Sin, finite), within("g_cos", math.Cos, finite), within("g_tan", math.Tan, finite),
		within("g_asin", math.Asin, unit), within("g_acos", math.Acos, unit), free("g_atan", math.Atan),
		strict("g_atan2", 2, func(a []any) (any, error) { return math.Atan2(float(a[0]), float(a[1])), nil }),
		within("g_radians", func(f float64) float64 { return f * (math.Pi / 180) }, anything),
		within("g_degrees", func(f float64) float64 { return f / (math.Pi / 180) }, anything),
		free("g_sinh", math.Sinh), free("g_cosh", math.Cosh), free("g_tanh", math.Tanh), free("g_asinh", math.Asinh),
		within("g_acosh", math.Acosh, func(f float64) error {
			if f < 1 {
				return errDomain
			}
			return nil
		}),
		strict("g_atanh", 1, func(a []any) (any, error) {
			if err := unit(float(a[0])); err != nil {
				return nil, err
			}
			return math.Atanh(float(a[0])), nil
		}),
		strict("g_cot", 1, func(a []any) (any, error) {
			if err := finite(float(a[0])); err != nil {
				return nil, err
			}
			return 1 / math.Tan(float(a[0])), nil
		}),
		strict("g_power_float8", 2, func(a []any) (any, error) { return power(float(a[0]), float(a[1])) }),
	}
}

// ln is math.Log, which is wrong on amd64 for the smallest floats.
func ln(f float64) float64 {
	if f < smallestNormal {
		return math.Log(f*(1<<54)) - 54*math.Ln2
	}
	return math.Log(f)
}

const smallestNormal = 0x1p-1022

func power(x, y float64) (any, error) {
	switch {
	case math.IsNaN(x) || math.IsNaN(y):
		if x == 1 || y == 0 {
			return 1.0, nil
		}
		return math.NaN(), nil
	case x == 0 && y < 0:
		return nil, fail("2201F", "zero raised to a negative power is undefined")
	case x < 0 && math.Floor(y) != y:
		return nil, fail("2201F", "a negative number raised to a non-integer power yields a complex result")
	}
	r := math.Pow(x, y)
	if x != 0 && math.Abs(x) < smallestNormal { // for the reason of ln
		r = math.Pow(x*(1<<54), y) * math.Exp2(-54*y)
	}
	if math.IsInf(r, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return nil, errOverflow
	}
	if r == 0 && x != 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return nil, errUnderflow
	}
	return r, nil
}

func decimalText(n int64) string { return strconv.FormatInt(n, 10) }
