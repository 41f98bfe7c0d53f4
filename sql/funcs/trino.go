package funcs

import (
	"fmt"

	"github.com/grille-dev/grille/sql/types"
)

// How Trino spells the table. Its functions are the built-in ones: its path holds
// no other. What needs more than a template (extract, intervals, patterns,
// series, orders inside of aggregates) package emit prints itself; its templates
// here are the marks that say so.

// Finite is x, a floating point number, and fails where it is infinite or NaN:
// PostgreSQL fails on a division by zero and on overflow, Trino goes on.
func Finite(x string) string {
	return "element_at(transform(ARRAY[" + x + "], v -> IF(v IS NULL OR is_finite(v), v, fail('out of range'))), 1)"
}

// Quotient is the type of quotients, averages and whatever else has no end.
const Quotient = "decimal(38, 20)"

// Unit is the field or unit of time that v names.
func Unit(v types.Value) string { return unit(&v) }

// ByHand is the template of what package emit prints itself.
const ByHand = "{hand}"

// InZone is an instant as the session's clocks show it.
func InZone(x string) string { return "at_timezone(" + x + ", current_timezone())" }

func trino() map[string]string {
	m := map[string]string{}
	for _, part := range []map[string]string{trinoComparisons(), trinoNumbers(), trinoTexts(), trinoDates(), trinoSets()} {
		for name, template := range part {
			m[name] = template
		}
	}
	return m
}

// trinoComparisons: intervals, documents, arrays and tokens are left out.
func trinoComparisons() map[string]string {
	m := map[string]string{
		"between(anycomparable, anycomparable, anycomparable)":           "({1} BETWEEN {2} AND {3})",
		"between_symmetric(anycomparable, anycomparable, anycomparable)": "({1} BETWEEN {2} AND {3} OR {1} BETWEEN {3} AND {2})",
		"coalesce(anyelement, ...)":                                      "coalesce({*}, NULL)",
		"greatest(anycomparable, ...)":                                   "array_max(filter(ARRAY[{*}], v -> v IS NOT NULL))",
		"least(anycomparable, ...)":                                      "array_min(filter(ARRAY[{*}], v -> v IS NOT NULL))",
	}
	pairs := mixed()
	for _, t := range ordered() {
		if t != interval {
			pairs = append(pairs, [2]types.Type{t, t})
		}
	}
	for _, p := range pairs {
		for _, op := range []string{"=", "<>", "<", "<=", ">", ">="} {
			m[fmt.Sprintf("%s %s %s", p[0], op, p[1])] = "({1} {op} {2})"
		}
		m[fmt.Sprintf("is_distinct(%s, %s)", p[0], p[1])] = "({1} IS DISTINCT FROM {2})"
		m[fmt.Sprintf("nullif(%s, %s)", p[0], p[1])] = "nullif({1}, {2})"
	}
	return m
}

func trinoNumbers() map[string]string {
	m := map[string]string{
		"numeric + numeric":                      "({1} + {2})",
		"numeric - numeric":                      "({1} - {2})",
		"numeric * numeric":                      "({1} * {2})",
		"numeric / numeric":                      "(CAST({1} AS " + Quotient + ") / {2})",
		"numeric % numeric":                      "({1} % {2})",
		"mod(numeric, numeric)":                  "({1} % {2})",
		"round(numeric, int4)":                   ByHand,
		"trunc(numeric, int4)":                   ByHand,
		"trunc(numeric)":                         "truncate({1})",
		"trunc(float8)":                          "truncate({1})",
		"ceil(numeric)":                          "ceiling({1})",
		"ceil(float8)":                           "ceiling({1})",
		"round(numeric)":                         "round({1})",
		"round(float8)":                          "CASE WHEN abs({1} - truncate({1})) = 0.5E0 THEN 2E0 * round({1} / 2E0) ELSE round({1}) END",
		"atan2(float8, float8)":                  Finite("atan2({1}, {2})"),
		"pi()":                                   "pi()",
		"log(float8)":                            Finite("log10({1})"),
		"log10(float8)":                          Finite("log10({1})"),
		"count()":                                "count(*)",
		"count(any)":                             "count({*})",
		"sum(int2)":                              "sum({*})",
		"sum(int4)":                              "sum({*})",
		"sum(int8)":                              "sum({*})", // of decimals: see emit
		"sum(numeric)":                           "sum({*})",
		"sum(float4)":                            Finite("sum({*}){tail}"),
		"sum(float8)":                            Finite("sum({*}){tail}"),
		"avg(float4)":                            Finite("avg(CAST({1} AS double)){tail}"),
		"avg(float8)":                            Finite("avg({*}){tail}"),
		"bool_and(bool)":                         "bool_and({*})",
		"every(bool)":                            "bool_and({*})",
		"bool_or(bool)":                          "bool_or({*})",
		"array_agg(anyelement)":                  "array_agg({*})",
		"string_agg(text, text)":                 ByHand,
		"percentile_cont(float8, float8)":        ByHand,
		"percentile_disc(float8, anycomparable)": ByHand,
		"regr_count(float8, float8)":             "count(CASE WHEN {1} IS NOT NULL THEN {2} END)",
		"array_length(anyarray, int4)":           "CASE WHEN {2} = 1 THEN CAST(nullif(cardinality({1}), 0) AS integer) END",
		"cardinality(anyarray)":                  "CAST(cardinality({1}) AS integer)",
		"row_number()":                           "row_number()",
		"rank()":                                 "rank()",
		"dense_rank()":                           "dense_rank()",
		"percent_rank()":                         "percent_rank()",
		"cume_dist()":                            "cume_dist()",
		"ntile(int4)":                            "CAST(ntile({1}){tail} AS integer)",
		"lag(anyelement)":                        "lag({*})",
		"lag(anyelement, int4)":                  "lag({*})",
		"lag(anyelement, int4, anyelement)":      "lag({*})",
		"lead(anyelement)":                       "lead({*})",
		"lead(anyelement, int4)":                 "lead({*})",
		"lead(anyelement, int4, anyelement)":     "lead({*})",
		"first_value(anyelement)":                "first_value({*})",
		"last_value(anyelement)":                 "last_value({*})",
		"nth_value(anyelement, int4)":            "nth_value({*})",
		"power(float8, float8)":                  Finite("power({1}, {2})"),
		"pow(float8, float8)":                    Finite("power({1}, {2})"),
		"float8 ^ float8":                        Finite("power({1}, {2})"),
	}
	for _, f := range []string{"stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop"} {
		for _, t := range []types.Type{int2, int4, int8, numeric} {
			m[f+"("+t.String()+")"] = "CAST(" + f + "({*}){tail} AS " + Quotient + ")"
		}
		m[f+"(float4)"], m[f+"(float8)"] = Finite(f+"({*}){tail}"), Finite(f+"({*}){tail}")
	}
	// NaN of a Trino that divides by no spread is PostgreSQL's NULL.
	for _, f := range []string{"corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept"} {
		m[f+"(float8, float8)"] = "element_at(transform(ARRAY[" + f + "({*}){tail}], v -> IF(is_nan(v), NULL, v)), 1)"
	}
	ints := []types.Type{int2, int4, int8}
	for _, a := range ints {
		m["avg("+a.String()+")"] = averageTrino
		m[fmt.Sprintf("%s %% %s", a, a)] = "({1} % {2})"
		m[fmt.Sprintf("mod(%s, %s)", a, a)] = "({1} % {2})"
		for _, b := range ints {
			for _, op := range []string{"+", "-", "*", "/"} {
				m[fmt.Sprintf("%s %s %s", a, op, b)] = "({1} {op} {2})"
			}
		}
	}
	m["avg(numeric)"] = averageTrino
	for _, a := range []types.Type{float4, float8} {
		for _, b := range []types.Type{float4, float8} {
			for _, op := range []string{"+", "-", "*", "/"} {
				m[fmt.Sprintf("%s %s %s", a, op, b)] = Finite("({1} {op} {2})")
			}
		}
	}
	for _, t := range []types.Type{int2, int4, int8, numeric, float4, float8} {
		m["+"+t.String()], m["-"+t.String()], m["abs("+t.String()+")"] = "({1})", "(- {1})", "abs({1})"
	}
	for _, f := range []string{"ceiling", "floor", "sign"} {
		m[f+"(float8)"], m[f+"(numeric)"] = f+"({1})", f+"({1})"
	}
	for _, f := range []string{"sqrt", "exp", "ln"} {
		m[f+"(float8)"] = Finite(f + "({1})")
		m[f+"(numeric)"] = "CAST(" + Finite(f+"(CAST({1} AS double))") + " AS " + Quotient + ")"
	}
	for _, f := range []string{"cbrt", "sin", "cos", "tan", "asin", "acos", "atan", "radians", "degrees"} {
		m[f+"(float8)"] = Finite(f + "({1})")
	}
	for _, t := range []types.Type{int2, int4, int8, numeric, float4, float8, text, bpchar, date, clock, timestamp, timestamptz} {
		m["min("+t.String()+")"], m["max("+t.String()+")"] = "min({*})", "max({*})"
	}
	return m
}

// averageTrino divides as numerics are divided; its argument is a decimal.
const averageTrino = "(CAST(sum({*}){tail} AS " + Quotient + ") / count({*}){tail})"

func trinoTexts() map[string]string {
	m := map[string]string{
		"text || text":                "({1} || {2})",
		"text || anynonarray":         "({1} || {2:text})",
		"anynonarray || text":         "({1:text} || {2})",
		"bytea || bytea":              "({1} || {2})",
		"length(bytea)":               "CAST(length({1}) AS integer)",
		"octet_length(text)":          "CAST(length(to_utf8({1})) AS integer)",
		"octet_length(bytea)":         "CAST(length({1}) AS integer)",
		"lower(text)":                 "lower({1})",
		"upper(text)":                 "upper({1})",
		"initcap(text)":               `regexp_replace(lower({1}), '([[:alnum:]]+)', m -> upper(substr(m[1], 1, 1)) || substr(m[1], 2))`,
		"left(text, int4)":            "substr({1}, 1, CASE WHEN {2} >= 0 THEN {2} ELSE greatest(length({1}) + {2}, 0) END)",
		"right(text, int4)":           "substr({1}, CASE WHEN {2} >= 0 THEN greatest(length({1}) - {2} + 1, 1) ELSE 1 - CAST({2} AS bigint) END)",
		"position(text, text)":        "CAST(strpos({1}, {2}) AS integer)",
		"strpos(text, text)":          "CAST(strpos({1}, {2}) AS integer)",
		"starts_with(text, text)":     "starts_with({1}, {2})",
		"replace(text, text, text)":   "CASE WHEN {2} = '' AND {3} IS NOT NULL THEN {1} ELSE replace({1}, {2}, {3}) END",
		"translate(text, text, text)": "translate({1}, {2}, {3})",
		"reverse(text)":               "reverse({1})",
		"repeat(text, int4)":          "CASE WHEN {1} IS NOT NULL AND {2} IS NOT NULL THEN array_join(repeat({1}, greatest({2}, 0)), '') END",
		"split_part(text, text, int4)": "CASE WHEN {1} IS NULL OR {2} IS NULL OR {3} IS NULL THEN NULL WHEN {2} = '' THEN CASE WHEN {3} IN (1, -1) THEN {1} ELSE '' END" +
			" ELSE coalesce(element_at(split({1}, {2}), {3}), '') END",
		"concat(anyprintable, ...)":          "concat_ws('', {*:out})",
		"concat_ws(text, anyprintable, ...)": "concat_ws({*:out})",
		"ascii(text)":                        "CASE WHEN {1} = '' THEN 0 ELSE codepoint(CAST(substr({1}, 1, 1) AS varchar(1))) END",
		"like(text, text)":                   ByHand,
		"like(text, text, text)":             ByHand,
		"ilike(text, text)":                  ByHand,
		"ilike(text, text, text)":            ByHand,
		"string_to_array(text, text)": "CASE WHEN {1} = '' THEN CAST(ARRAY[] AS array(varchar)) WHEN {2} = '' THEN ARRAY[{1}]" +
			" WHEN {2} IS NULL AND {1} IS NOT NULL THEN regexp_extract_all({1}, '(?s).') ELSE split({1}, {2}) END",
		"jsonb -> text":  memberTrino,
		"jsonb -> int4":  elementTrino,
		"jsonb ->> text": scalarTrino(memberTrino),
		"jsonb ->> int4": scalarTrino(elementTrino),
	}
	for _, f := range []string{"length", "char_length", "character_length"} {
		m[f+"(text)"] = "CAST(length({1}) AS integer)"
		m[f+"(bpchar)"] = "CAST(length(" + unpadded + ") AS integer)"
	}
	for name, side := range map[string]string{"btrim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"} {
		m[name+"(text)"] = "trim(" + side + " ' ' FROM {1})"
		m[name+"(text, text)"] = "trim(" + side + " {2} FROM {1})"
	}
	for _, f := range []string{"substring", "substr"} {
		m[f+"(text, int4)"] = "substr({1}, greatest({2}, 1))"
		m[f+"(text, int4, int4)"] = "substr({1}, greatest({2}, 1), CASE WHEN {3} < 0 THEN fail('negative length') ELSE greatest(CAST({2} AS bigint) + {3} - greatest({2}, 1), 0) END)"
	}
	for _, f := range []string{"lpad", "rpad"} {
		m[f+"(text, int4)"] = f + "({1}, greatest({2}, 0), ' ')"
		m[f+"(text, int4, text)"] = "CASE WHEN {3} = '' THEN substr({1}, 1, greatest({2}, 0)) ELSE " + f + "({1}, greatest({2}, 0), {3}) END"
	}
	return m
}

// unpadded is a char(n) as a text.
const unpadded = "trim(TRAILING ' ' FROM CAST({1} AS varchar))"

const (
	memberTrino  = "element_at(TRY_CAST({1} AS map(varchar, json)), {2})"
	elementTrino = "element_at(TRY_CAST({1} AS array(json)), CASE WHEN {2} >= 0 THEN {2} + 1 ELSE {2} END)"
)

// scalarTrino is a part of a document as a text. Objects and arrays PostgreSQL
// writes with other blanks: those fail.
func scalarTrino(part string) string {
	return "element_at(transform(ARRAY[" + part + "], j -> IF(j IS NULL OR is_json_scalar(j), json_extract_scalar(j, '$'), fail('no scalar'))), 1)"
}

func trinoDates() map[string]string {
	m := map[string]string{
		"date + int4":                 "date_add('day', {2}, {1})",
		"int4 + date":                 "date_add('day', {1}, {2})",
		"date - int4":                 "date_add('day', - CAST({2} AS bigint), {1})",
		"date - date":                 "CAST(date_diff('day', {2}, {1}) AS integer)",
		"make_date(int4, int4, int4)": "CAST(format('%04d-%02d-%02d', {1}, {2}, {3}) AS date)",
		"date(date)":                  "{1}",
		"date(timestamp)":             "CAST({1} AS date)",
		"date(timestamptz)":           "CAST(" + InZone("{1}") + " AS date)",
		"date(text)":                  "CAST({1} AS date)",
		"timezone(text, timestamp)":   "with_timezone({2}, {1})",
		"timezone(text, timestamptz)": "CAST(at_timezone({2}, {1}) AS timestamp(6))",
	}
	for _, f := range []string{"date + interval", "interval + date", "date - interval", "timestamp + interval", "interval + timestamp", "timestamp - interval",
		"timestamptz + interval", "interval + timestamptz", "timestamptz - interval",
		"date_trunc(text, timestamp)", "date_trunc(text, timestamptz)", "date_trunc(text, timestamptz, text)",
		"to_char(timestamp, text)", "to_char(timestamptz, text)"} {
		m[f] = ByHand
	}
	for _, f := range []string{"extract", "date_part"} {
		for _, t := range []types.Type{date, clock, timestamp, timestamptz, interval} {
			m[f+"(text, "+t.String()+")"] = ByHand
		}
	}
	for _, t := range []types.Type{date, timestamp, timestamptz} {
		m["isfinite("+t.String()+")"] = "({1} IS NOT NULL OR NULL)"
	}
	return m
}

func trinoSets() map[string]string {
	m := map[string]string{"unnest(anyarray)": "UNNEST({1})"}
	for _, t := range []types.Type{int4, int8} {
		m[fmt.Sprintf("generate_series(%s, %s)", t, t)] = ByHand
		m[fmt.Sprintf("generate_series(%s, %s, %s)", t, t, t)] = ByHand
	}
	m["generate_series(timestamp, timestamp, interval)"] = ByHand
	return m
}

// TypeTrino is how Trino calls t; "" if it has no such type. A numeric without
// digits of its own is a quotient.
func TypeTrino(t types.Type) string {
	switch t.Kind {
	case types.Bool:
		return "boolean"
	case types.Int2:
		return "smallint"
	case types.Int4:
		return "integer"
	case types.Int8:
		return "bigint"
	case types.Numeric:
		return Quotient
	case types.Float4:
		return "real"
	case types.Float8:
		return "double"
	case types.Text, types.Varchar, types.Bpchar, types.Unknown:
		return "varchar"
	case types.Bytea:
		return "varbinary"
	case types.Date:
		return "date"
	case types.Time:
		return "time(6)"
	case types.Timestamp:
		return "timestamp(6)"
	case types.TimestampTZ:
		return "timestamp(6) with time zone"
	case types.UUID:
		return "uuid"
	case types.JSON, types.JSONB:
		return "json"
	case types.Array:
		if e := TypeTrino(t.Element()); e != "" {
			return "array(" + e + ")"
		}
		return ""
	case types.Interval, types.Enum, types.Token, types.Unsupported, types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
		return ""
	default:
		panic("funcs: unknown type")
	}
}

// CastTrino is the template of CAST({1} AS to), with the modifier mod, in Trino;
// "" if Trino cannot say it as PostgreSQL means it.
func CastTrino(from, to types.Type, mod types.Mod) string {
	if !CastOK(from, to) {
		return ""
	}
	cast := castTrino(from, to)
	if cast == "" || !mod.Set {
		return cast
	}
	switch to.Kind {
	case types.Numeric:
		if mod.Prec > 38 {
			return ""
		}
		if from.IsText() {
			cast = "{1}" // all its digits, and no others
		}
		return fmt.Sprintf("CAST(%s AS decimal(%d, %d))", cast, mod.Prec, mod.Scale)
	case types.Varchar:
		return fmt.Sprintf("substr(%s, 1, %d)", cast, mod.Prec)
	case types.Bpchar:
		return fmt.Sprintf("CAST(substr(%s, 1, %d) AS char(%d))", cast, mod.Prec, mod.Prec)
	case types.Time, types.Timestamp, types.TimestampTZ:
		if mod.Prec > 6 {
			return ""
		}
		name := map[types.Kind]string{types.Time: "time(%d)", types.Timestamp: "timestamp(%d)", types.TimestampTZ: "timestamp(%d) with time zone"}[to.Kind]
		return "CAST(" + cast + " AS " + fmt.Sprintf(name, mod.Prec) + ")"
	}
	return ""
}

func castTrino(from, to types.Type) string {
	plain := "CAST({1} AS " + TypeTrino(to) + ")"
	switch {
	case from == to:
		return "{1}"
	case from.Kind == types.Unknown:
		return plain
	case from.Kind == types.Array || to.Kind == types.Array, from.Kind == types.Interval || to.Kind == types.Interval:
		return ""
	case to == bpchar && from.IsText():
		return "{1}" // compares with one, and is padded for it
	case to.IsText():
		return textTrino(from)
	case from == bpchar:
		return ""
	case from.IsText():
		return fromTextTrino(to)
	case from.IsNumber() && to.IsNumber():
		return numberTrino(from, to)
	}
	return otherTrino[[2]types.Kind{from.Kind, to.Kind}]
}

func textTrino(from types.Type) string {
	switch from.Kind {
	case types.Text, types.Varchar:
		return "{1}"
	case types.Bpchar:
		return unpadded
	case types.Bool, types.Int2, types.Int4, types.Int8, types.Numeric, types.Date, types.UUID:
		return "CAST({1} AS varchar)"
	case types.Time, types.Timestamp:
		return "trim(TRAILING '.' FROM trim(TRAILING '0' FROM CAST(CAST({1} AS " + TypeTrino(from) + ") AS varchar)))"
	}
	return "" // floats, documents and instants PostgreSQL writes otherwise
}

func fromTextTrino(to types.Type) string {
	switch to.Kind {
	case types.Int2, types.Int4, types.Int8, types.Date, types.Timestamp, types.UUID:
		return "CAST({1} AS " + TypeTrino(to) + ")"
	case types.Numeric:
		// What has more digits is no such decimal, and is not rounded either.
		return "CAST(CASE WHEN strpos({1}, '.') > 0 AND length({1}) - strpos({1}, '.') > 20 THEN fail('too many digits') ELSE {1} END AS " + Quotient + ")"
	case types.Float8:
		return Finite("CAST({1} AS double)")
	case types.Bool:
		return "CASE WHEN lower(trim({1})) IN ('t', 'true', 'y', 'yes', 'on', '1') THEN TRUE" +
			" WHEN lower(trim({1})) IN ('f', 'false', 'n', 'no', 'off', '0') THEN FALSE WHEN {1} IS NOT NULL THEN fail('no boolean') END"
	case types.JSON, types.JSONB:
		return "json_parse({1})"
	}
	return ""
}

func numberTrino(from, to types.Type) string {
	plain := "CAST({1} AS " + TypeTrino(to) + ")"
	switch {
	case to != numeric && !from.IsFloat():
		if to == float4 {
			return Finite(plain)
		}
		return plain
	case to == numeric && from == int2:
		return "CAST({1} AS decimal(5, 0))"
	case to == numeric && from == int4:
		return "CAST({1} AS decimal(10, 0))"
	case to == numeric && from == int8:
		return "CAST({1} AS decimal(19, 0))"
	case to.IsInteger(): // to the nearest, and of two the even one
		return "CAST(CASE WHEN abs({1} - truncate({1})) = 0.5E0 THEN 2E0 * round({1} / 2E0) ELSE round({1}) END AS " + TypeTrino(to) + ")"
	case to == float4:
		return Finite(plain)
	}
	return plain // float8 to numeric, float4 to float8 and numeric
}

var otherTrino = map[[2]types.Kind]string{
	{types.Bool, types.Int4}:             "CAST({1} AS integer)",
	{types.Int4, types.Bool}:             "({1} <> 0)",
	{types.Date, types.Timestamp}:        "CAST({1} AS timestamp(6))",
	{types.Date, types.TimestampTZ}:      "CAST({1} AS timestamp(6) with time zone)",
	{types.Timestamp, types.TimestampTZ}: "CAST({1} AS timestamp(6) with time zone)",
	{types.Timestamp, types.Date}:        "CAST({1} AS date)",
	{types.Timestamp, types.Time}:        "CAST({1} AS time(6))",
	{types.TimestampTZ, types.Timestamp}: "CAST(" + InZone("{1}") + " AS timestamp(6))",
	{types.TimestampTZ, types.Date}:      "CAST(" + InZone("{1}") + " AS date)",
	{types.TimestampTZ, types.Time}:      "CAST(" + InZone("{1}") + " AS time(6))",
}

// TextTrino is the template of {1} as PostgreSQL writes it out.
func TextTrino(from types.Type) string {
	switch from.Kind {
	case types.Bool:
		return "CASE WHEN {1} THEN 't' WHEN NOT {1} THEN 'f' END"
	case types.Bpchar:
		return "CAST({1} AS varchar)"
	}
	return CastTrino(from, text, types.Mod{})
}
