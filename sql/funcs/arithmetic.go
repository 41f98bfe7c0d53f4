package funcs

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// Little here is total: sums overflow, divisors are zero, infinities differ. Whole
// numbers are divided by a constant without fail, unless it is 0, or -1 and turns
// the least number round.

func arithmetic() []*Func {
	plus := operator("+", "{1} plus {2}", numbers("add")...)
	minus := operator("-", "{1} minus {2}", numbers("sub")...)
	times := operator("*", "{1} times {2}", numbers("mul")...)
	divide := operator("/", "{1} divided by {2}", numbers("div")...)

	for _, t := range []types.Type{int2, int4, int8, float4, float8, numeric} {
		plus.Sigs = append(plus.Sigs, sig(t, t).total().lite("(+ {1})"))
		neg := sig(t, t).lite("g_neg_" + t.String() + "({1})")
		if t.IsFloat() {
			neg.total().lite("(- {1})")
		}
		minus.Sigs = append(minus.Sigs, neg)
	}
	minus.Sigs = append(minus.Sigs, sig(interval, interval).lite("g_neg_interval({1})"))

	plus.Sigs = append(plus.Sigs,
		sig(date, date, int4).lite("g_date_add({1}, {2})"),
		sig(date, int4, date).lite("g_date_add({2}, {1})"),
		sig(timestamp, date, interval).lite("g_timestamp_add(g_date_to_timestamp({1}), {2})"),
		sig(timestamp, interval, date).lite("g_timestamp_add(g_date_to_timestamp({2}), {1})"),
		sig(timestamp, date, clock).lite("g_date_time({1}, {2})"),
		sig(timestamp, clock, date).lite("g_date_time({2}, {1})"),
		sig(timestamp, timestamp, interval).lite("g_timestamp_add({1}, {2})"),
		sig(timestamp, interval, timestamp).lite("g_timestamp_add({2}, {1})"),
		sig(timestamptz, timestamptz, interval).stable().lite("g_timestamptz_add({1}, {2})"),
		sig(timestamptz, interval, timestamptz).stable().lite("g_timestamptz_add({2}, {1})"),
		sig(interval, interval, interval).lite("g_interval_add({1}, {2})"),
		sig(clock, clock, interval).lite("g_time_add({1}, {2})"),
		sig(clock, interval, clock).lite("g_time_add({2}, {1})"),
	)
	minus.Sigs = append(minus.Sigs,
		sig(date, date, int4).lite("g_date_sub({1}, {2})"),
		sig(int4, date, date).lite("g_date_diff({1}, {2})"),
		sig(timestamp, date, interval).lite("g_timestamp_sub(g_date_to_timestamp({1}), {2})"),
		sig(timestamp, timestamp, interval).lite("g_timestamp_sub({1}, {2})"),
		sig(timestamptz, timestamptz, interval).stable().lite("g_timestamptz_sub({1}, {2})"),
		sig(interval, timestamp, timestamp).lite("g_timestamp_diff({1}, {2})"),
		sig(interval, timestamptz, timestamptz).lite("g_timestamp_diff({1}, {2})"),
		sig(interval, interval, interval).lite("g_interval_sub({1}, {2})"),
		sig(clock, clock, interval).lite("g_time_sub({1}, {2})"),
		sig(interval, clock, clock).lite("g_time_diff({1}, {2})"),
		// jsonb - key: only so that an untyped literal is read as PostgreSQL reads it.
		sig(jsonb, jsonb, text),
	)
	times.Sigs = append(times.Sigs,
		sig(interval, interval, float8).lite("g_interval_mul({1}, {2})"),
		sig(interval, float8, interval).lite("g_interval_mul({2}, {1})"),
	)
	divide.Sigs = append(divide.Sigs, sig(interval, interval, float8).lite("g_interval_div({1}, {2})"))

	return []*Func{
		plus, minus, times, divide,
		operator("%", "the remainder of {1} divided by {2}", modulo()...),
		operator("^", "{1} to the power of {2}",
			sig(float8, float8, float8).lite("g_power_float8({1}, {2})"),
			sig(numeric, numeric, numeric).lite("g_power_numeric({1}, {2})")),
		bitwise("&", "the bits that {1} and {2} share", "({1} & {2})"),
		bitwise("|", "the bits of {1} and {2}", "({1} | {2})"),
		bitwise("#", "the bits in which {1} and {2} differ", "(({1} | {2}) & ~({1} & {2}))"),
		shifted("<<", "{1} with its bits moved up by {2}", "g_shl_%s({1}, {2})").or(sig(boolean, inet, inet).total()),
		shifted(">>", "{1} with its bits moved down by {2}", "({1} >> {2})").or(sig(boolean, inet, inet).total()),
	}
}

func bitwise(symbol, words, lite string) *Func {
	f := operator(symbol, words)
	for _, t := range []types.Type{int2, int4, int8} {
		f.Sigs = append(f.Sigs, sig(t, t, t).total().lite(lite))
	}
	return f
}

// shifted takes a number of bits that the type has: beyond, machines differ.
func shifted(symbol, words, lite string) *Func {
	f := operator(symbol, words)
	for t, width := range map[types.Type]int64{int2: 16, int4: 32, int8: 64} {
		f.Sigs = append(f.Sigs, sig(t, t, int4).check(shift(width)).totalIf(constant(1)).lite(strings.ReplaceAll(lite, "%s", t.String())))
	}
	slices.SortFunc(f.Sigs, func(a, b *Sig) int { return int(a.Result.Kind) - int(b.Result.Kind) })
	return f
}

// numbers are the overloads of + - * / between numbers: any two integers, any
// two floats, two numerics.
func numbers(verb string) []*Sig {
	var out []*Sig
	ints := []types.Type{int2, int4, int8}
	for i, a := range ints {
		for j, b := range ints {
			r := ints[max(i, j)]
			s := sig(r, a, b).lite("g_" + verb + "_" + r.String() + "({1}, {2})")
			if verb == "div" {
				s.totalIf(divisor(1))
			}
			out = append(out, s)
		}
	}
	for _, a := range []types.Type{float4, float8} {
		for _, b := range []types.Type{float4, float8} {
			r := float8
			if a == float4 && b == float4 {
				r = float4
			}
			out = append(out, sig(r, a, b).lite("g_"+verb+"_"+r.String()+"({1}, {2})"))
		}
	}
	return append(out, sig(numeric, numeric, numeric).lite("g_"+verb+"_numeric({1}, {2})"))
}

func modulo() []*Sig {
	var out []*Sig
	for _, t := range []types.Type{int2, int4, int8, numeric} {
		s := sig(t, t, t).lite("g_mod_" + t.String() + "({1}, {2})")
		if t.IsInteger() {
			s.totalIf(divisor(1))
		}
		out = append(out, s)
	}
	return out
}

func mathematics() []*Func {
	abs := scalar("abs", "the absolute value of {1}")
	for _, t := range []types.Type{int2, int4, int8, numeric, float4, float8} {
		s := sig(t, t).lite("g_abs_" + t.String() + "({1})")
		switch {
		case t.IsFloat():
			s.total().lite("abs({1})")
		case t == numeric:
			s.total()
		}
		abs.Sigs = append(abs.Sigs, s)
	}
	both := func(name, words string) *Func { // of float8 and numeric
		return scalar(name, words,
			sig(float8, float8).lite("g_"+name+"_float8({1})"),
			sig(numeric, numeric).lite("g_"+name+"_numeric({1})"))
	}
	// Rounding away from zero fails on a numeric of 131072 nines and a fraction.
	rounding := func(name, words string) *Func {
		f := both(name, words)
		for _, s := range f.Sigs {
			if s.Result == float8 || name == "sign" || name == "trunc" {
				s.total()
			}
		}
		return f
	}
	places := func(name string) *Sig {
		return sig(numeric, numeric, int4).lite("g_" + name + "_numeric({1}, {2})")
	}
	ceil := rounding("ceil", "{1} rounded up")
	ceiling := rounding("ceiling", "{1} rounded up")
	for i, s := range ceiling.Sigs {
		s.SQLite = ceil.Sigs[i].SQLite
	}
	round := rounding("round", "{1} rounded")
	round.Sigs = append(round.Sigs, places("round"))
	trunc := rounding("trunc", "{1} cut to a whole number")
	trunc.Sigs = append(trunc.Sigs, places("trunc"))
	log := both("log", "the base 10 logarithm of {1}")
	log.Sigs = append(log.Sigs, sig(numeric, numeric, numeric).lite("g_log_numeric({1}, {2})"))
	log10 := both("log10", "the base 10 logarithm of {1}")
	for i, s := range log10.Sigs {
		s.SQLite = log.Sigs[i].SQLite
	}
	power := func(name string) *Func {
		return scalar(name, "{1} to the power of {2}",
			sig(float8, float8, float8).lite("g_power_float8({1}, {2})"),
			sig(numeric, numeric, numeric).lite("g_power_numeric({1}, {2})"))
	}
	float := func(name, words string) *Func {
		return scalar(name, words, sig(float8, float8).lite("g_"+name+"({1})"))
	}
	return []*Func{
		abs, ceil, ceiling, rounding("floor", "{1} rounded down"), round, trunc,
		rounding("sign", "the sign of {1}"),
		scalar("mod", "the remainder of {1} divided by {2}", modulo()...),
		scalar("div", "the whole part of {1} divided by {2}",
			sig(numeric, numeric, numeric).lite("g_quotient_numeric({1}, {2})")),
		power("power"), power("pow"),
		both("sqrt", "the square root of {1}"),
		float("cbrt", "the cube root of {1}"),
		both("exp", "e to the power of {1}"),
		both("ln", "the natural logarithm of {1}"),
		log, log10,
		float("sin", "the sine of {1}"), float("cos", "the cosine of {1}"), float("tan", "the tangent of {1}"),
		float("asin", "the arcsine of {1}"), float("acos", "the arccosine of {1}"), float("atan", "the arctangent of {1}"),
		scalar("atan2", "the angle of {1} over {2}", sig(float8, float8, float8).lite("g_atan2({1}, {2})")),
		float("radians", "{1} in radians"), float("degrees", "{1} in degrees"),
		float("sinh", "the hyperbolic sine of {1}"), float("cosh", "the hyperbolic cosine of {1}"), float("tanh", "the hyperbolic tangent of {1}"),
		float("asinh", "the inverse hyperbolic sine of {1}"), float("acosh", "the inverse hyperbolic cosine of {1}"),
		float("atanh", "the inverse hyperbolic tangent of {1}"), float("cot", "the cotangent of {1}"),
		common("gcd", "the greatest common divisor of {1} and {2}"), common("lcm", "the least common multiple of {1} and {2}"),
		scalar("width_bucket", "the number of the bucket of {1} among {4} from {2} to {3}",
			sig(int4, float8, float8, float8, int4).lite("g_width_bucket_float8({1}, {2}, {3}, {4})"),
			sig(int4, numeric, numeric, numeric, int4).lite("g_width_bucket_numeric({1}, {2}, {3}, {4})")),
		scalar("scale", "the number of decimals of {1}", sig(int4, numeric).total()), // a file does not keep 1.00
		scalar("min_scale", "the number of decimals that {1} needs", sig(int4, numeric).total().lite("g_min_scale({1})")),
		scalar("trim_scale", "{1} without zeros at the end", sig(numeric, numeric).total().lite("g_trim_scale({1})")),
		scalar("pi", "pi", &Sig{Result: float8, Total: always, SQLite: "pi()"}),
	}
}

func common(name, words string) *Func {
	f := scalar(name, words)
	for _, t := range []types.Type{int4, int8, numeric} {
		f.Sigs = append(f.Sigs, sig(t, t, t).lite("g_"+name+"_"+t.String()+"({1}, {2})"))
	}
	return f
}
