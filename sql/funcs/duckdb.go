package funcs

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// How DuckDB says what the table has. Its own functions where they mean the same,
// and else PostgreSQL's by the names g_..., which run/duckdb registers: they take
// texts, bigints and doubles, hence the casts around them.
//
// A numeric is a decimal as long as it can be exact. A quotient, an average and
// what is made of one is a double, rounded to 15 digits where it is shown, compared
// or rounded, so that what has no more digits than that is right to the last:
// 0.3 / 0.1 is 3 and not 2.9999999999999996. Package emit knows which is which
// (DuckDBCall).
//
// Where PostgreSQL fails and DuckDB answers NULL or infinity, error() does.

// zeroDuck guards a division by {2}. Nothing divided by zero is nothing.
func zeroDuck(quotient string) string {
	return "CASE WHEN {2} = 0 AND {1} IS NOT NULL THEN error('division by zero') ELSE " + quotient + " END"
}

// endedDuck fails where {1} or {2} is infinite.
func endedDuck(x string) string {
	return "CASE WHEN NOT isfinite({1}) AND {2} IS NOT NULL OR NOT isfinite({2}) AND {1} IS NOT NULL THEN error('out of range') ELSE " + x + " END"
}

// finiteDuck fails where x, a double, is infinite. x stands once: a tower of sums
// would double with each storey otherwise.
func finiteDuck(x, t string) string {
	return "(list_transform([" + x + "], lambda v: CASE WHEN isinf(v) THEN CAST(error('out of range') AS " + t + ") ELSE v END)[1])"
}

// digitsDuck is x, a double, rounded to 15 digits.
func digitsDuck(x string) string { return "CAST(printf('%.15g', " + x + ") AS DOUBLE)" }

func doubleDuck(x string) string { return "CAST(" + x + " AS DOUBLE)" }

// duckdb are the templates by overload.
func duckdb() map[string]string {
	m := map[string]string{}
	for _, part := range []map[string]string{duckTexts(), duckDates(), duckFormats(), duckRest(), duckAggregates(), duckWindows(), duckMathematics(), duckFurther()} {
		for k, v := range part {
			m[k] = v
		}
	}
	for _, f := range append(comparisons(), conditionals()...) {
		for _, s := range f.Sigs {
			s.Func = f
			if t := compareDuck(f, s); t != "" {
				m[s.String()] = t
			}
		}
	}
	for _, f := range arithmetic() {
		for _, s := range f.Sigs {
			s.Func = f
			if t := arithmeticDuck(f.Name, s); t != "" {
				m[s.String()] = t
			}
		}
	}
	return m
}

func compareDuck(f *Func, s *Sig) string {
	switch f.Name {
	case "coalesce", "greatest", "least":
		return f.Name + "({*})"
	case "between":
		return "({1} BETWEEN {2} AND {3})"
	case "between_symmetric":
		return "({1} BETWEEN {2} AND {3} OR {1} BETWEEN {3} AND {2})"
	case "=", "<>", "<", "<=", ">", ">=", "is_distinct", "nullif":
	default:
		return "" // in a map of its own
	}
	if slices.ContainsFunc(s.Params, func(t types.Type) bool { return t == bpchar || t == jsonb || t == AnyEnum }) {
		return ""
	}
	a, b := duckSide("{1}", s.Params[0], s.Params[1]), duckSide("{2}", s.Params[1], s.Params[0])
	switch f.Name {
	case "is_distinct":
		return "(" + a + " IS DISTINCT FROM " + b + ")"
	case "nullif":
		return "CASE WHEN " + a + " = " + b + " THEN NULL ELSE {1} END"
	default:
		return "(" + a + " {op} " + b + ")"
	}
}

// duckSide brings a date to the timestamp that it is compared with. One that is
// too far for a timestamp is before or after all of them.
func duckSide(arg string, t, other types.Type) string {
	target := ""
	switch {
	case t == date && other == timestamp:
		target = "TIMESTAMP"
	case t == date && other == timestamptz, t == timestamp && other == timestamptz:
		target = "TIMESTAMPTZ"
	default:
		return arg
	}
	far := "CASE WHEN " + arg + " > DATE '2000-01-01' THEN CAST('infinity' AS " + target + ") WHEN " + arg + " < DATE '2000-01-01' THEN CAST('-infinity' AS " + target + ") END"
	return "coalesce(TRY_CAST(" + arg + " AS " + target + "), " + far + ")"
}

func arithmeticDuck(op string, s *Sig) string {
	r := s.Result
	switch {
	case !strings.Contains("+-*/%^", op):
		return "" // in a map of its own
	case len(s.Params) == 1 && op == "-" && r == interval:
		return "(- {1})"
	case len(s.Params) == 1:
		return "(" + op + " {1})"
	case r.IsInteger() && s.Params[0].IsInteger() && s.Params[1].IsInteger():
		switch op {
		case "/":
			return zeroDuck("({1} // {2})")
		case "%":
			return remainderDuck()
		}
		return "({1} {op} {2})"
	case r == numeric && op == "/":
		return zeroDuck("(" + doubleDuck("{1}") + " / " + doubleDuck("{2}") + ")")
	case r == numeric && op == "%":
		return zeroDuck("({1} % {2})")
	case op == "^":
		return powerDuck(r)
	case r == numeric:
		return "({1} {op} {2})"
	case r.IsFloat() && op == "/":
		return zeroDuck(finiteDuck("{1} / {2}", typeDuck(r)))
	case r.IsFloat():
		return finiteDuck("{1} {op} {2}", typeDuck(r))
	}
	return duckTemporal[s.String()]
}

// duckTemporal adds and subtracts times. What is missing there is refused.
var duckTemporal = map[string]string{
	"date + int4":               "({1} + {2})",
	"int4 + date":               "({2} + {1})",
	"date - int4":               "({1} - {2})",
	"date - date":               endedDuck("CAST({1} - {2} AS INTEGER)"),
	"date + interval":           "({1} + {2})",
	"interval + date":           "({2} + {1})",
	"date - interval":           "({1} - {2})",
	"date + time":               "({1} + {2})",
	"time + date":               "({2} + {1})",
	"timestamp + interval":      "({1} + {2})",
	"interval + timestamp":      "({2} + {1})",
	"timestamp - interval":      "({1} - {2})",
	"timestamptz + interval":    "({1} + {2})",
	"interval + timestamptz":    "({2} + {1})",
	"timestamptz - interval":    "({1} - {2})",
	"timestamp - timestamp":     "({1} - {2})",
	"timestamptz - timestamptz": "({1} - {2})",
	"interval + interval":       "({1} + {2})",
	"interval - interval":       "({1} - {2})",
	"time + interval":           "({1} + {2})",
	"interval + time":           "({2} + {1})",
	"time - interval":           "({1} - {2})",
	"time - time":               "to_microseconds(epoch_us({1}) - epoch_us({2}))",
}

// remainderDuck: DuckDB divides the least integer by -1, and fails.
func remainderDuck() string {
	return zeroDuck("CASE WHEN {2} = -1 THEN xor({1}, {1}) ELSE ({1} % {2}) END")
}

func powerDuck(r types.Type) string {
	x, y := doubleDuck("{1}"), doubleDuck("{2}")
	if r == numeric {
		return "g_power_float8(" + x + ", " + y + ")"
	}
	return "g_power_float8({1}, {2})"
}

func duckMathematics() map[string]string {
	m := map[string]string{
		"sign(float8)": doubleDuck("sign({1})"), "sign(numeric)": "CAST(sign({1}) AS DECIMAL(1, 0))",
		"round(numeric, int4)": "round({1}, {2})", "trunc(numeric, int4)": "trunc({1}, {2})",
		"round(float8)":         "round_even({1}, 0)",
		"mod(numeric, numeric)": zeroDuck("({1} % {2})"),
		"atan2(float8, float8)": "atan2({1}, {2})", "pi()": "pi()",
	}
	for _, t := range []string{"int2", "int4", "int8", "numeric", "float4", "float8"} {
		m["abs("+t+")"] = "abs({1})"
		if strings.HasPrefix(t, "int") {
			m["mod("+t+", "+t+")"] = remainderDuck()
		}
	}
	for _, name := range []string{"ceil", "floor", "trunc"} {
		m[name+"(float8)"], m[name+"(numeric)"] = name+"({1})", name+"({1})"
	}
	m["ceiling(float8)"], m["ceiling(numeric)"], m["round(numeric)"] = "ceil({1})", "ceil({1})", "round({1}, 0)"
	for _, name := range []string{"power", "pow"} {
		m[name+"(float8, float8)"], m[name+"(numeric, numeric)"] = powerDuck(float8), powerDuck(numeric)
	}
	for _, name := range []string{"sqrt", "exp", "ln", "log", "log10"} {
		fn := "g_" + name + "_float8"
		if name == "log10" {
			fn = "g_log_float8"
		}
		m[name+"(float8)"], m[name+"(numeric)"] = fn+"({1})", fn+"("+doubleDuck("{1}")+")"
	}
	for _, name := range []string{"cbrt", "sin", "cos", "tan", "asin", "acos", "atan", "radians", "degrees"} {
		m[name+"(float8)"] = "g_" + name + "({1})"
	}
	return m
}

func duckTexts() map[string]string {
	m := map[string]string{
		"text || text":                           "({1} || {2})",
		"text || anynonarray":                    "({1} || {2:text})",
		"anynonarray || text":                    "({1:text} || {2})",
		"bytea || bytea":                         "({1} || {2})",
		"octet_length(text)":                     "CAST(strlen({1}) AS INTEGER)",
		"octet_length(bytea)":                    "CAST(octet_length({1}) AS INTEGER)",
		"length(bytea)":                          "CAST(octet_length({1}) AS INTEGER)",
		"lower(text)":                            "g_lower({1})",
		"upper(text)":                            "g_upper({1})",
		"initcap(text)":                          "g_initcap({1})",
		"left(text, int4)":                       "g_left({1}, {2})",
		"right(text, int4)":                      "g_right({1}, {2})",
		"position(text, text)":                   "CAST(instr({1}, {2}) AS INTEGER)",
		"strpos(text, text)":                     "CAST(instr({1}, {2}) AS INTEGER)",
		"starts_with(text, text)":                "starts_with({1}, {2})",
		"translate(text, text, text)":            "g_translate({1}, {2}, {3})",
		"replace(text, text, text)":              "CASE WHEN {2} = '' THEN {1} ELSE replace({1}, {2}, {3}) END",
		"reverse(text)":                          "g_reverse({1})",
		"repeat(text, int4)":                     "repeat({1}, {2})",
		"lpad(text, int4)":                       "g_lpad({1}, {2}, ' ')",
		"lpad(text, int4, text)":                 "g_lpad({1}, {2}, {3})",
		"rpad(text, int4)":                       "g_rpad({1}, {2}, ' ')",
		"rpad(text, int4, text)":                 "g_rpad({1}, {2}, {3})",
		"split_part(text, text, int4)":           "g_split_part({1}, {2}, {3})",
		"concat(anyprintable, ...)":              "concat({*:out})",
		"concat_ws(text, anyprintable, ...)":     "concat_ws({*:out})",
		"ascii(text)":                            "CAST(g_ascii({1}) AS INTEGER)",
		"substring(text, text)":                  "g_regexp_substr({1}, {2})",
		"like(text, text)":                       "g_like2({1}, {2})",
		"like(text, text, text)":                 "g_like3({1}, {2}, {3})",
		"ilike(text, text)":                      "g_ilike2({1}, {2})",
		"ilike(text, text, text)":                "g_ilike3({1}, {2}, {3})",
		"text ~ text":                            "g_regexp({1}, {2})",
		"text ~* text":                           "g_iregexp({1}, {2})",
		"text !~ text":                           "(NOT g_regexp({1}, {2}))",
		"text !~* text":                          "(NOT g_iregexp({1}, {2}))",
		"regexp_replace(text, text, text)":       "g_regexp_replace({1}, {2}, {3}, '')",
		"regexp_replace(text, text, text, text)": "g_regexp_replace({1}, {2}, {3}, {4})",
	}
	for _, name := range []string{"length", "char_length", "character_length"} {
		m[name+"(text)"] = "CAST(length({1}) AS INTEGER)"
	}
	for _, name := range []string{"substring", "substr"} {
		m[name+"(text, int4)"], m[name+"(text, int4, int4)"] = "g_substr2({1}, {2})", "g_substr3({1}, {2}, {3})"
	}
	for name, native := range map[string]string{"btrim": "trim", "ltrim": "ltrim", "rtrim": "rtrim"} {
		m[name+"(text)"], m[name+"(text, text)"] = native+"({1}, ' ')", native+"({1}, {2})"
	}
	return m
}

// duckField is a field of extract that DuckDB counts as PostgreSQL does; "" if it
// does not.
func duckField(field string, of types.Type) string {
	micros := "CAST(date_part('microseconds', {2}) AS DECIMAL(18, 0))"
	switch field {
	case "year":
		if of == interval {
			return "CAST(date_part('year', {2}) AS DECIMAL(18, 0))"
		}
		return "CAST(CASE WHEN NOT isfinite({2}) THEN error('out of range') WHEN date_part('year', {2}) > 0 THEN date_part('year', {2}) ELSE date_part('year', {2}) - 1 END AS DECIMAL(18, 0))" // there is no year 0
	case "quarter", "month", "day", "hour", "dow", "isodow", "doy", "week":
		return "CAST(date_part('" + field + "', {2}) AS DECIMAL(18, 0))"
	case "minute":
		return "CAST(date_part('minute', {2}) AS DECIMAL(18, 0))"
	case "second":
		return "(" + micros + " * CAST('0.000001' AS DECIMAL(6, 6)))"
	case "milliseconds":
		return "(" + micros + " * CAST('0.001' AS DECIMAL(3, 3)))"
	case "microseconds":
		return micros
	case "epoch":
		switch of {
		case date:
			return "CAST(CASE WHEN isfinite({2}) THEN date_part('epoch', {2}) WHEN {2} IS NOT NULL THEN error('out of range') END AS DECIMAL(18, 0))"
		case interval:
			return "CAST(date_part('epoch', {2}) AS DECIMAL(24, 6))"
		case clock:
			return "(CAST(epoch_us({2}) AS DECIMAL(19, 0)) * CAST('0.000001' AS DECIMAL(6, 6)))"
		}
		return "(CAST(CASE WHEN isfinite({2}) THEN epoch_us({2}) WHEN {2} IS NOT NULL THEN error('out of range') END AS DECIMAL(19, 0)) * CAST('0.000001' AS DECIMAL(6, 6)))"
	}
	return ""
}

func duckDates() map[string]string {
	m := map[string]string{
		"age(timestamp, timestamp)":     endedDuck("age({1}, {2})"),
		"age(timestamptz, timestamptz)": endedDuck("age({1}, {2})"),
		"make_date(int4, int4, int4)":   "CAST(g_make_date({1}, {2}, {3}) AS DATE)",
		"date(date)":                    "{1}",
		"date(timestamp)":               "CAST({1} AS DATE)",
		"date(timestamptz)":             "CAST({1} AS DATE)",
		"date(text)":                    "CAST(g_text_to_date({1}) AS DATE)",
		"timezone(text, timestamp)":     "CAST(g_zone_timestamp({1}, CAST({2} AS VARCHAR)) AS TIMESTAMPTZ)",
		"timezone(text, timestamptz)":   "timezone({1}, {2})",
		"isfinite(date)":                "isfinite({1})",
		"isfinite(timestamp)":           "isfinite({1})",
		"isfinite(timestamptz)":         "isfinite({1})",
		"isfinite(interval)":            "({1} IS NOT NULL OR NULL)",
		"date_trunc(text, interval)":    "date_trunc({1}, {2})",
		"to_timestamp(float8)":          "CAST(g_to_timestamp1({1}) AS TIMESTAMPTZ)",
	}
	return m
}

func duckFormats() map[string]string {
	return map[string]string{
		"to_char(timestamp, text)":   "g_to_char_timestamp(CAST({1} AS VARCHAR), {2})",
		"to_char(timestamptz, text)": "g_to_char_timestamptz(" + utcDuck("{1}") + ", {2})",
		"to_char(int4, text)":        "g_to_char_int({1}, {2})",
		"to_char(int8, text)":        "g_to_char_int({1}, {2})",
		"to_char(float8, text)":      "g_to_char_float({1}, {2})",
		"to_char(numeric, text)":     "g_to_char_numeric(CAST({1} AS VARCHAR), {2})",
		"to_date(text, text)":        "CAST(g_to_date({1}, {2}) AS DATE)",
		"to_timestamp(text, text)":   "CAST(g_to_timestamp2({1}, {2}) AS TIMESTAMPTZ)",
		"to_number(text, text)":      readNumeric("g_to_number({1}, {2})"),
	}
}

// utcDuck is an instant as PostgreSQL's functions want it: a text in UTC.
func utcDuck(x string) string { return "(CAST(timezone('UTC', " + x + ") AS VARCHAR) || '+00')" }

// readNumeric makes a decimal of digits; more than 18 places fail.
func readNumeric(digits string) string {
	return "CASE WHEN length(split_part(" + digits + ", '.', 2)) > 18 THEN error('too many places') ELSE CAST(" + digits + " AS DECIMAL(38, 18)) END"
}

func duckRest() map[string]string {
	return map[string]string{
		"json_typeof(json)":                                   "CASE json_type({1}) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN 'BIGINT' THEN 'number' WHEN 'UBIGINT' THEN 'number' WHEN 'DOUBLE' THEN 'number' END",
		"json_array_length(json)":                             "CASE WHEN json_type({1}) <> 'ARRAY' THEN error('not an array') ELSE CAST(json_array_length({1}) AS INTEGER) END",
		"json -> text":                                        "g_json_key({1}, {2})",
		"json ->> text":                                       "g_json_key_text({1}, {2})",
		"json -> int4":                                        "g_json_at({1}, {2})",
		"json ->> int4":                                       "g_json_at_text({1}, {2})",
		"array_length(anyarray, int4)":                        "CASE WHEN {2} = 1 THEN CAST(nullif(len({1}), 0) AS INTEGER) END",
		"cardinality(anyarray)":                               "CAST(len({1}) AS INTEGER)",
		"generate_series(int4, int4)":                         "generate_series({1}, {2})",
		"generate_series(int4, int4, int4)":                   "generate_series({1}, {2}, {3})",
		"generate_series(int8, int8)":                         "generate_series({1}, {2})",
		"generate_series(int8, int8, int8)":                   "generate_series({1}, {2}, {3})",
		"generate_series(timestamp, timestamp, interval)":     "generate_series({1}, {2}, {3})",
		"generate_series(timestamptz, timestamptz, interval)": "generate_series({1}, {2}, {3})",
		"unnest(anyarray)":                                    "unnest({1})",
		"sha256(bytea)":                                       "unhex(sha256({1}))",
		"encode(bytea, text)":                                 "lower(hex({1}))",
		"convert_to(text, text)":                              "encode({1})",
	}
}

func duckAggregates() map[string]string {
	average := "(" + doubleDuck("sum({*}){tail}") + " / count({*}){tail})"
	m := map[string]string{
		"count()": "count(*)", "count(any)": "count({*})",
		"sum(int2)": "CAST(sum({*}){tail} AS BIGINT)", "sum(int4)": "CAST(sum({*}){tail} AS BIGINT)",
		"sum(int8)": "CAST(sum({*}){tail} AS DECIMAL(38, 0))", "sum(numeric)": "sum({*})",
		"sum(float4)": "CAST(" + finiteDuck("sum({*}){tail}", "DOUBLE") + " AS FLOAT)", "sum(float8)": finiteDuck("sum({*}){tail}", "DOUBLE"),
		"avg(int2)": average, "avg(int4)": average, "avg(int8)": average, "avg(numeric)": average,
		"avg(float4)": finiteDuck("avg({*}){tail}", "DOUBLE"), "avg(float8)": finiteDuck("avg({*}){tail}", "DOUBLE"),
		"bool_and(bool)": "bool_and({*})", "every(bool)": "bool_and({*})", "bool_or(bool)": "bool_or({*})",
		"string_agg(text, text)":     "string_agg({*})",
		"array_agg(anyelement)":      "list({*})",
		"regr_count(float8, float8)": "CAST(regr_count({*}){tail} AS BIGINT)",
		"mode(anycomparable)":        "mode({1} ORDER BY {1})",
	}
	for _, f := range []string{"min", "max"} {
		for _, t := range []string{"int2", "int4", "int8", "numeric", "float4", "float8", "text", "date", "time", "timestamp", "timestamptz", "anyorderedarray"} {
			m[f+"("+t+")"] = f + "({*})"
		}
	}
	for name, native := range map[string]string{"stddev": "stddev_samp", "stddev_samp": "stddev_samp", "stddev_pop": "stddev_pop", "variance": "var_samp", "var_samp": "var_samp", "var_pop": "var_pop"} {
		for _, t := range []string{"int2", "int4", "int8", "numeric"} {
			m[name+"("+t+")"] = native + "({*})"
		}
		m[name+"(float4)"], m[name+"(float8)"] = native+"({*})", native+"({*})"
	}
	for _, name := range []string{"corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2"} {
		m[name+"(float8, float8)"] = "nullif(" + name + "({*}){tail}, CAST('NaN' AS DOUBLE))"
	}
	return m
}

func duckWindows() map[string]string {
	m := map[string]string{"ntile(int4)": "CAST(ntile({*}){tail} AS INTEGER)"}
	for _, f := range windows() {
		for _, s := range f.Sigs {
			s.Func = f
			if f.Name != "ntile" {
				m[s.String()] = f.Name + "({*})"
			}
		}
	}
	return m
}

func duckFurther() map[string]string {
	m := map[string]string{
		"collate(text)": "{1}",
		"chr(int4)":     "g_chr({1})", "to_hex(int4)": "g_to_hex({1} & 4294967295)", "to_hex(int8)": "g_to_hex({1})",
		"overlay(text, text, int4)": "g_overlay({1}, {2}, {3})", "overlay(text, text, int4, int4)": "g_overlay_for({1}, {2}, {3}, {4})",
		"regexp_like(text, text)": "g_regexp({1}, {2})", "regexp_like(text, text, text)": "g_regexp_flags({1}, {2}, {3})",
		"regexp_count(text, text)":                             "CAST(g_regexp_count({1}, {2}, 1) AS INTEGER)",
		"regexp_count(text, text, int4)":                       "CAST(g_regexp_count({1}, {2}, {3}) AS INTEGER)",
		"regexp_instr(text, text)":                             "CAST(g_regexp_instr({1}, {2}, 1, 1) AS INTEGER)",
		"regexp_instr(text, text, int4, int4)":                 "CAST(g_regexp_instr({1}, {2}, {3}, {4}) AS INTEGER)",
		"regexp_substr(text, text)":                            "g_regexp_nth({1}, {2}, 1, 1)",
		"regexp_substr(text, text, int4, int4)":                "g_regexp_nth({1}, {2}, {3}, {4})",
		"make_time(int4, int4, float8)":                        "CAST(g_make_time({1}, {2}, {3}) AS TIME)",
		"make_timestamp(int4, int4, int4, int4, int4, float8)": "CAST(g_make_timestamp({1}, {2}, {3}, {4}, {5}, {6}) AS TIMESTAMP)",
		"array_lower(anyarray, int4)":                          "CASE WHEN {2} = 1 AND len({1}) > 0 THEN 1 END",
		"array_upper(anyarray, int4)":                          "CASE WHEN {2} = 1 THEN CAST(nullif(len({1}), 0) AS INTEGER) END",
		"array_ndims(anyarray)":                                "CASE WHEN len({1}) > 0 THEN 1 END",
		"subscript(anyarray, int4)":                            "CASE WHEN {2} >= 1 THEN list_extract({1}, {2}) END",
	}
	for _, t := range []string{"int2", "int4", "int8"} {
		m[t+" & "+t], m[t+" | "+t], m[t+" # "+t], m["~"+t] = "({1} & {2})", "({1} | {2})", "xor({1}, {2})", "(~ {1})"
		for _, f := range []string{"bit_and", "bit_or", "bit_xor"} {
			m[f+"("+t+")"] = f + "({*})"
		}
	}
	for t, name := range map[string]string{"int4": "INTEGER", "int8": "BIGINT"} {
		for _, f := range []string{"gcd", "lcm"} {
			m[f+"("+t+", "+t+")"] = "CAST(g_" + f + "_" + t + "({1}, {2}) AS " + name + ")"
		}
	}
	for _, f := range []string{"sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "cot"} {
		m[f+"(float8)"] = "g_" + f + "({1})"
	}
	for _, f := range []string{"regr_avgx", "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy"} {
		m[f+"(float8, float8)"] = "nullif(" + f + "({*}){tail}, CAST('NaN' AS DOUBLE))"
	}
	for _, t := range []string{"int2", "int4", "int8", "numeric", "float4", "float8", "text", "date", "time", "timestamp", "timestamptz", "bool"} {
		m["any_value("+t+")"] = "min({*})"
	}
	return m
}

// DuckDBCall is the template of a call whose constants are known, and whether an
// argument is a double that stands for a numeric; "" if the table's serves.
func DuckDBCall(s *Sig, consts []*types.Value, approximate bool) string {
	switch s.Func.Name {
	case "extract", "date_part":
		return extractDuck(s, get(consts, 0))
	case "date_trunc":
		return truncDuck(s, get(consts, 0))
	case "like":
		if v := get(consts, 1); len(s.Params) == 2 && v != nil && !v.IsNull() && !strings.Contains(v.Text(), `\`) {
			return "({1} LIKE {2})"
		}
	case "substring", "substr":
		if len(s.Params) > 1 && s.Params[1] == int4 && constIs(consts, 1, func(n int64) bool { return n >= 1 }) &&
			(len(s.Params) == 2 || constIs(consts, 2, func(n int64) bool { return n >= 0 })) {
			return "substring({*})"
		}
	case "left", "right":
		if constIs(consts, 1, func(n int64) bool { return n >= 0 }) {
			return s.Func.Name + "({*})"
		}
	case "split_part":
		if v := get(consts, 1); v != nil && !v.IsNull() && v.Text() != "" && constIs(consts, 2, func(n int64) bool { return n > 0 }) {
			return "split_part({*})"
		}
	case "round", "trunc":
		if len(s.Params) == 2 && get(consts, 1) == nil {
			return refusedDuck // to DuckDB the places are a part of the type
		}
	case "string_agg":
		if get(consts, 1) == nil {
			return refusedDuck
		}
	case "percentile_cont", "percentile_disc":
		return quantileDuck(s, get(consts, 0))
	}
	if approximate {
		return approximateDuck(s)
	}
	return ""
}

// quantileDuck has the fraction in it: DuckDB wants it when it compiles, before
// parameters are known. It is a number from 0 to 1, and nothing else is written.
func quantileDuck(s *Sig, fraction *types.Value) string {
	if fraction == nil || fraction.Kind() != types.Float8 {
		return refusedDuck
	}
	name := "quantile_cont"
	if s.Func.Name == "percentile_disc" {
		name = "quantile_disc"
	} else if s.Result != float8 {
		return refusedDuck
	}
	return name + "({2}, CAST(" + strconv.FormatFloat(fraction.Float(), 'g', -1, 64) + " AS DOUBLE))"
}

// FailsDuckDB reports whether a call that is total elsewhere may fail on DuckDB, where
// no numeric is infinite: extract(year FROM at).
func FailsDuckDB(s *Sig, consts []*types.Value) bool {
	if s.Func.Name != "extract" && s.Func.Name != "date_part" || s.Params[1] == interval || s.Params[1] == clock {
		return false
	}
	switch field := get(consts, 0); {
	case field == nil || field.IsNull():
		return true
	default:
		return !slices.Contains([]string{"quarter", "month", "day", "hour", "minute", "second", "milliseconds", "microseconds", "dow", "isodow", "doy", "week"}, unit(field))
	}
}

// refusedDuck is no template: the engine cannot say this call.
const refusedDuck = "{refused}"

// RefusedDuckDB reports whether DuckDBCall has refused a call.
func RefusedDuckDB(template string) bool { return template == refusedDuck }

func constIs(consts []*types.Value, at int, good func(int64) bool) bool {
	v := get(consts, at)
	return v != nil && v.Kind() == types.Int8 && good(v.Int())
}

func extractDuck(s *Sig, field *types.Value) string {
	if field == nil || field.IsNull() {
		return refusedDuck
	}
	of := s.Params[1]
	t := duckField(unit(field), of)
	if t == "" {
		arg := "CAST({2} AS VARCHAR)"
		if of == timestamptz || of == interval {
			return refusedDuck
		}
		t = "CAST(g_extract_" + of.String() + "({1}, " + arg + ") AS DECIMAL(38, 20))"
	}
	if s.Result == float8 {
		t = doubleDuck(t)
	}
	return t
}

func truncDuck(s *Sig, field *types.Value) string {
	if field == nil || field.IsNull() {
		return refusedDuck
	}
	u := unit(field)
	switch {
	case u == "century" || u == "millennium":
		if s.Params[1] == timestamp {
			return "CAST(g_date_trunc({1}, CAST({2} AS VARCHAR)) AS TIMESTAMP)"
		}
		return refusedDuck
	case len(s.Params) == 3:
		return "CAST(g_zone_timestamp({3}, CAST(date_trunc('" + u + "', timezone({3}, {2})) AS VARCHAR)) AS TIMESTAMPTZ)"
	}
	return "date_trunc('" + u + "', {2})"
}

// approximateDuck are the templates over doubles that stand for numerics.
func approximateDuck(s *Sig) string {
	one, two, three := digitsDuck("{1}"), digitsDuck("{2}"), digitsDuck("{3}")
	switch s.Func.Name {
	case "=", "<>", "<", "<=", ">", ">=":
		return "(" + one + " {op} " + two + ")"
	case "is_distinct":
		return "(" + one + " IS DISTINCT FROM " + two + ")"
	case "nullif":
		return "CASE WHEN " + one + " = " + two + " THEN NULL ELSE {1} END"
	case "between":
		return "(" + one + " BETWEEN " + two + " AND " + three + ")"
	case "between_symmetric":
		return "(" + one + " BETWEEN " + two + " AND " + three + " OR " + one + " BETWEEN " + three + " AND " + two + ")"
	case "+", "-", "*":
		if len(s.Params) == 2 {
			return "(" + doubleDuck("{1}") + " {op} " + doubleDuck("{2}") + ")"
		}
	case "%", "mod":
		return zeroDuck("(" + one + " % " + two + ")")
	case "floor", "ceil", "ceiling", "round", "trunc":
		return placesDuck(s)
	case "sign":
		return "CAST(sign(" + one + ") AS DECIMAL(1, 0))"
	case "sum":
		return "fsum({*})"
	case "avg":
		return "(fsum({*}){tail} / count({*}){tail})"
	case "to_char":
		return "g_to_char_numeric(g_float8_to_numeric({1}), {2})"
	}
	return ""
}

// placesDuck rounds a double at a place after, or with a negative {2} before, the
// point.
func placesDuck(s *Sig) string {
	name := strings.TrimSuffix(s.Func.Name, "ing")
	if len(s.Params) == 1 {
		return name + "(" + digitsDuck("{1}") + ")"
	}
	scale := "pow(10::DOUBLE, {2})"
	return "(" + name + "(" + digitsDuck("{1} * "+scale) + ") / " + scale + ")"
}

// ApproximateDuckDB reports whether a call gives a double for a numeric, when an
// argument is one (given) or none is.
func ApproximateDuckDB(s *Sig, given bool) bool {
	switch s.Func.Name {
	case "/", "^", "avg", "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop",
		"power", "pow", "sqrt", "exp", "ln", "log", "log10":
		return true
	case "sign", "extract", "to_number", "count":
		return false
	}
	return given
}

// typeDuck is a type's name in DuckDB; "" if it has none that serves.
func typeDuck(t types.Type) string {
	switch t.Kind {
	case types.Bool:
		return "BOOLEAN"
	case types.Int2:
		return "SMALLINT"
	case types.Int4:
		return "INTEGER"
	case types.Int8:
		return "BIGINT"
	case types.Float4:
		return "FLOAT"
	case types.Float8:
		return "DOUBLE"
	case types.Text, types.Varchar, types.Token, types.Unknown:
		return "VARCHAR"
	case types.Bytea:
		return "BLOB"
	case types.Date:
		return "DATE"
	case types.Time:
		return "TIME"
	case types.Timestamp:
		return "TIMESTAMP"
	case types.TimestampTZ:
		return "TIMESTAMPTZ"
	case types.Interval:
		return "INTERVAL"
	case types.UUID:
		return "UUID"
	case types.JSON:
		return "JSON"
	case types.Numeric:
		return "DECIMAL(38, 18)"
	case types.Array:
		if e := typeDuck(t.Element()); e != "" {
			return e + "[]"
		}
	}
	return ""
}

// TypeDuckDB is typeDuck for package emit.
func TypeDuckDB(t types.Type) string { return typeDuck(t) }

// DecimalDuckDB is the type of a decimal of p digits, s of them after the point;
// "" if DuckDB has none.
func DecimalDuckDB(p, s int) string {
	if p < 1 || p > 38 || s < 0 || s > p {
		return ""
	}
	return "DECIMAL(" + strconv.Itoa(p) + ", " + strconv.Itoa(s) + ")"
}

// CastDuckDB is the template of CAST({1} AS to), with the modifier mod, in
// DuckDB; "" if DuckDB cannot say it. approximate: {1} is a double that stands for
// a numeric.
func CastDuckDB(from, to types.Type, mod types.Mod, approximate bool) string {
	if !CastOK(from, to) || typeDuck(from) == "" || typeDuck(to) == "" {
		return ""
	}
	if from.Kind == types.Array || to.Kind == types.Array {
		if from == to || from.Kind == types.Unknown {
			return "{1}"
		}
		return ""
	}
	if from == numeric && approximate {
		return modDuck(fromApproximate(to, mod), to, mod)
	}
	if to == numeric {
		return toNumericDuck(from, mod)
	}
	return modDuck(castDuck(from, to), to, mod)
}

func modDuck(cast string, to types.Type, mod types.Mod) string {
	switch {
	case cast == "" || !mod.Set || to == numeric:
		return cast
	case to.Kind == types.Varchar:
		return "left(" + cast + ", " + strconv.Itoa(int(mod.Prec)) + ")"
	}
	return "" // timestamp(3)
}

// fromApproximate casts a double that stands for a numeric.
func fromApproximate(to types.Type, mod types.Mod) string {
	switch {
	case to == numeric && !mod.Set:
		return "{1}"
	case to == numeric:
		p, s := int(mod.Prec), int(mod.Scale)
		t := DecimalDuckDB(p, s)
		if t == "" {
			return ""
		}
		return wholeDuck("CAST(g_float8_to_numeric({1}) AS "+t+")", mod)
	case to.IsInteger():
		return "CAST(round(" + digitsDuck("{1}") + ") AS " + typeDuck(to) + ")"
	case to.IsFloat():
		return "CAST({1} AS " + typeDuck(to) + ")"
	case to.IsText():
		return "g_float8_to_numeric({1})"
	}
	return ""
}

func toNumericDuck(from types.Type, mod types.Mod) string {
	t := ""
	if mod.Set {
		if t = DecimalDuckDB(int(mod.Prec), int(mod.Scale)); t == "" {
			return ""
		}
		return wholeDuck(sizedDuck(from, t), mod)
	}
	return unsizedDuck(from)
}

// wholeDuck makes room for a digit before the point, without which DuckDB writes 0.5 as
// .5: a decimal has that from where it arises.
func wholeDuck(cast string, mod types.Mod) string {
	if cast == "" || mod.Prec != mod.Scale || mod.Prec == 38 {
		return cast
	}
	return "CAST(" + cast + " AS " + DecimalDuckDB(int(mod.Prec)+1, int(mod.Scale)) + ")"
}

// sizedDuck casts to a decimal type.
func sizedDuck(from types.Type, t string) string {
	switch {
	case from.Kind == types.Unknown:
		return "{1}"
	case from == numeric, from.IsInteger():
		return "CAST({1} AS " + t + ")"
	case from.IsFloat():
		return "CAST(g_" + from.String() + "_to_numeric({1}) AS " + t + ")"
	case from.IsText():
		return "CAST(g_text_to_numeric({1}) AS " + t + ")"
	}
	return ""
}

func unsizedDuck(from types.Type) string {
	switch {
	case from.Kind == types.Unknown, from == numeric:
		return "{1}"
	case from.IsInteger():
		return "CAST({1} AS " + map[types.Kind]string{types.Int2: "DECIMAL(5, 0)", types.Int4: "DECIMAL(10, 0)", types.Int8: "DECIMAL(19, 0)"}[from.Kind] + ")"
	case from == float8:
		return finiteDuck(digitsDuck("{1}"), "DOUBLE")
	case from == float4:
		return finiteDuck("CAST(printf('%.6g', {1}) AS DOUBLE)", "DOUBLE")
	case from.IsText():
		return readNumeric("g_text_to_numeric({1})")
	}
	return ""
}

func castDuck(from, to types.Type) string {
	name := typeDuck(to)
	native := "CAST({1} AS " + name + ")"
	switch {
	case from == to || from.Kind == types.Unknown:
		return "{1}"
	case to.IsText():
		return textDuck(from)
	case from.IsText() && to.Kind == types.Interval:
		return ""
	case from.IsText():
		return "CAST(g_text_to_" + to.String() + "({1}) AS " + name + ")"
	case from.IsNumber() && to.IsNumber():
		return native
	case from == boolean && to == int4, from == int4 && to == boolean:
		return native
	case from == date && to == timestamp, from == date && to == timestamptz, from == timestamp && to == timestamptz,
		from == timestamp && to == date, from == timestamptz && to == timestamp, from == timestamptz && to == date:
		return native
	case from == timestamp && to == clock:
		return "CASE WHEN isfinite({1}) THEN CAST({1} AS TIME) END"
	case from == timestamptz && to == clock:
		return "CASE WHEN isfinite({1}) THEN CAST(CAST({1} AS TIMESTAMP) AS TIME) END"
	case from == clock && to == interval:
		return "to_microseconds(epoch_us({1}))"
	}
	return ""
}

// textDuck is {1} as PostgreSQL casts it to a text.
func textDuck(from types.Type) string {
	switch from.Kind {
	case types.Text, types.Varchar:
		return "{1}"
	case types.Float4, types.Float8:
		return "g_" + from.String() + "_to_text({1})"
	case types.Bytea:
		return "(chr(92) || 'x' || lower(hex({1})))"
	case types.Interval, types.Array:
		return ""
	}
	return "CAST({1} AS VARCHAR)"
}

// TextDuckDB is the template of {1} as PostgreSQL writes it out, which concat
// uses: booleans are t and f.
func TextDuckDB(from types.Type, approximate bool) string {
	if from == boolean {
		return "CASE {1} WHEN TRUE THEN 't' WHEN FALSE THEN 'f' END"
	}
	return CastDuckDB(from, text, types.Mod{}, approximate)
}
