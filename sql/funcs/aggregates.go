package funcs

import "github.com/grille-dev/grille/sql/types"

// Aggregates are total where PostgreSQL only counts, compares or combines truth
// values: sums overflow (float8, interval; that of int8 on SQLite, which adds
// integers; int8 of int4 needs 2^31 rows at least).

func aggregates() []*Func {
	least, greatest := aggregate("min", "the least {1}"), aggregate("max", "the greatest {1}")
	for _, t := range []types.Type{int2, int4, int8, numeric, float4, float8, text, bpchar, date, clock, timestamp, timestamptz, interval} {
		for _, f := range []*Func{least, greatest} {
			f.Sigs = append(f.Sigs, sig(t, t).total().lite(f.Name+"({*})"))
		}
	}
	for _, f := range []*Func{least, greatest} {
		f.Sigs = append(f.Sigs, sig(AnyEnum, AnyEnum).total(), sig(inet, inet).total(), sig(AnyOrderedArray, AnyOrderedArray).total())
	}
	logic := func(name, native, words string) *Func {
		return aggregate(name, words, sig(boolean, boolean).total().lite(native+"({*})"))
	}
	spread := func(name, words string) *Func {
		f := aggregate(name, words)
		for _, t := range []types.Type{int2, int4, int8, numeric} {
			f.Sigs = append(f.Sigs, sig(numeric, t).lite("g_"+name+"_numeric({*})"))
		}
		for _, t := range []types.Type{float4, float8} {
			f.Sigs = append(f.Sigs, sig(float8, t).lite("g_"+name+"_float8({*})"))
		}
		return f
	}
	pair := func(name, words string) *Func {
		return aggregate(name, words, sig(float8, float8, float8).lite("g_"+name+"({*})"))
	}
	all := logic("bool_and", "min", "{1} always")
	return []*Func{
		aggregate("count", "the number of {1}",
			sig(int8).total().lite("count(*)"),
			sig(int8, Any).total().lite("count({*})")),
		aggregate("sum", "the sum of {1}",
			sig(int8, int2).total().lite("sum({*})"),
			sig(int8, int4).total().lite("sum({*})"),
			sig(numeric, int8).lite("CAST(sum({*}){tail} AS TEXT)"),
			sig(numeric, numeric).lite("g_sum_numeric({*})"),
			sig(float4, float4).lite("sum({*})"),
			sig(float8, float8).lite("sum({*})"),
			sig(interval, interval).lite("g_sum_interval({*})")),
		aggregate("avg", "the average of {1}",
			sig(numeric, int2).total().lite("g_avg_int(sum({*}){tail}, count({*}){tail})"),
			sig(numeric, int4).total().lite("g_avg_int(sum({*}){tail}, count({*}){tail})"),
			sig(numeric, int8).lite("g_avg_int(sum({*}){tail}, count({*}){tail})"),
			sig(numeric, numeric).lite("g_avg_numeric({*})"),
			sig(float8, float4).lite("avg({*})"),
			sig(float8, float8).lite("avg({*})"),
			sig(interval, interval).lite("g_avg_interval({*})")),
		least, greatest,
		all, logic("every", "min", "{1} always"), logic("bool_or", "max", "{1} at least once"),
		aggregate("string_agg", "the {1} joined",
			sig(text, text, text).lite("group_concat({*})"),
			sig(bytea, bytea, bytea)),
		aggregate("array_agg", "the list of {1}", sig(AnyArray, AnyElement)),
		spread("stddev", "the standard deviation of {1}"), spread("stddev_samp", "the standard deviation of {1}"),
		spread("stddev_pop", "the standard deviation of {1}"),
		spread("variance", "the variance of {1}"), spread("var_samp", "the variance of {1}"), spread("var_pop", "the variance of {1}"),
		pair("corr", "the correlation of {1} and {2}"),
		pair("covar_pop", "the covariance of {1} and {2}"), pair("covar_samp", "the covariance of {1} and {2}"),
		pair("regr_slope", "the slope of {1} over {2}"), pair("regr_intercept", "the intercept of {1} over {2}"),
		pair("regr_r2", "the squared correlation of {1} and {2}"),
		aggregate("regr_count", "the number of pairs {1}, {2}", sig(int8, float8, float8).total().lite("g_regr_count({*})")),
		pair("regr_avgx", "the average of {2} where {1} is there"), pair("regr_avgy", "the average of {1} where {2} is there"),
		pair("regr_sxx", "the sum of squares of {2} over {1}"), pair("regr_syy", "the sum of squares of {1} over {2}"),
		pair("regr_sxy", "the sum of products of {1} and {2}"),
		bits("bit_and", "the bits that all {1} share"), bits("bit_or", "the bits of all {1}"), bits("bit_xor", "the bits in an odd number of {1}"),
		anyValue(least, all),
		jsonList("json_agg", jsonText), jsonList("jsonb_agg", jsonb),
		jsonMap("json_object_agg", jsonText), jsonMap("jsonb_object_agg", jsonb),
		orderedSet("percentile_cont", "the {1} quantile of {2}",
			sig(float8, float8, float8).check(fraction(0)).lite("g_percentile_cont({1}, {2})"),
			sig(interval, float8, interval).check(fraction(0)),
			sig(types.ArrayOf(types.Float8), types.ArrayOf(types.Float8), float8).check(fractions(0)),
			sig(types.ArrayOf(types.Interval), types.ArrayOf(types.Float8), interval).check(fractions(0))),
		orderedSet("percentile_disc", "the {1} quantile of {2}",
			sig(AnyComparable, float8, AnyComparable).check(fraction(0)).totalIf(constant(0)).lite("g_percentile_disc_{kind}({1}, {2})"),
			sig(AnyOrderedArray, types.ArrayOf(types.Float8), AnyComparable).check(fractions(0))),
		orderedSet("mode", "the most frequent {1}",
			sig(AnyComparable, AnyComparable).total().lite("g_mode_{kind}({1})")),
	}
}

func bits(name, words string) *Func {
	f := aggregate(name, words)
	for _, t := range []types.Type{int2, int4, int8} {
		f.Sigs = append(f.Sigs, sig(t, t).total().lite("g_"+name+"({*})"))
	}
	return f
}

// anyValue is the least value: one of them, and the same one each time.
// PostgreSQL knows the function since version 16.
func anyValue(of ...*Func) *Func {
	f := aggregate("any_value", "one of the {1}")
	for _, same := range of {
		for _, as := range same.Sigs {
			s := sig(as.Result, as.Params...).total().pg("pg_catalog." + same.Name + "({*})").lite(as.SQLite)
			s.As = as
			f.Sigs = append(f.Sigs, s)
		}
	}
	return f
}

func jsonList(name string, t types.Type) *Func {
	return aggregate(name, "the list of {1} as JSON", sig(t, AnyJSON).stable())
}

func jsonMap(name string, t types.Type) *Func {
	return aggregate(name, "{2} by {1} as JSON", sig(t, AnyJSON, AnyJSON).stable())
}

func orderedSet(name, words string, sigs ...*Sig) *Func {
	return &Func{Name: name, Class: OrderedSet, Words: words, Sigs: sigs}
}

func windows() []*Func {
	window := func(name, words string, sigs ...*Sig) *Func {
		for _, s := range sigs {
			if s.SQLite == "" {
				s.lite(name + "({*})")
			}
		}
		return &Func{Name: name, Class: Window, Words: words, Sigs: sigs}
	}
	shift := func(name, words string) *Func {
		return window(name, words,
			sig(AnyElement, AnyElement).total(),
			sig(AnyElement, AnyElement, int4).total(),
			sig(AnyElement, AnyElement, int4, AnyElement).total())
	}
	return []*Func{
		window("row_number", "the row's number", sig(int8).total()),
		window("rank", "the rank", sig(int8).total()),
		window("dense_rank", "the rank without gaps", sig(int8).total()),
		window("percent_rank", "the relative rank", sig(float8).total()),
		window("cume_dist", "the share of rows up to this one", sig(float8).total()),
		window("ntile", "the row's part of {1}", sig(int4, int4).check(atLeast(0, 1, "the number of parts")).totalIf(positive(0))),
		shift("lag", "the {1} of the row before"), shift("lead", "the {1} of the row after"),
		window("first_value", "the first {1}", sig(AnyElement, AnyElement).total()),
		window("last_value", "the last {1}", sig(AnyElement, AnyElement).total()),
		window("nth_value", "the {2}th {1}", sig(AnyElement, AnyElement, int4).check(atLeast(1, 1, "the row of nth_value")).totalIf(positive(1))),
	}
}
