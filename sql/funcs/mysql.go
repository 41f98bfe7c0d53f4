package funcs

import (
	"maps"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// How functions are said on MariaDB and MySQL. What needs its constants to be
// said (date_trunc, extract, to_char, interval arithmetic, greatest) package emit
// spells by itself.
//
// Where PostgreSQL fails, these engines give NULL and a warning. So a template
// computes, where that would happen, the sum of the greatest bigint and a
// condition that is true there: that is out of range, and an error. The
// condition mentions the operand, or the optimizer would compute it beforehand.

// mysql are the templates by overload.
func mysql() map[string]string {
	out := map[string]string{}
	for _, part := range []map[string]string{mysqlArithmetic(), mysqlMathematics(), mysqlComparisons(), mysqlTexts(), mysqlDates(), mysqlMade(), mysqlAggregates()} {
		maps.Copy(out, part)
	}
	return out
}

// mysqlFails is an expression that fails where the condition holds.
func mysqlFails(condition string) string { return "9223372036854775807 + (" + condition + ")" }

// mysqlUnless is CASE WHEN condition THEN an error ELSE value END.
func mysqlUnless(condition, value string) string {
	return "CASE WHEN " + condition + " THEN " + mysqlFails(condition) + " ELSE " + value + " END"
}

// mysqlPresent is value, which must not be NULL where none of the arguments is.
// as makes a value of the same type of the error.
func mysqlPresent(value, as string, args ...string) string {
	failure := mysqlFails("NULLIF(" + strings.Join(args, " IS NOT NULL AND ") + " IS NOT NULL, 0)")
	if as != "" {
		failure = "CAST(" + failure + " AS " + as + ")"
	}
	return "COALESCE(" + value + ", " + failure + ")"
}

// mysqlRange is the bigint x, which must be in the range of t: adding what is
// left of a bigint above the range, and below it, overflows otherwise.
func mysqlRange(t types.Type, x string) string {
	var left string
	switch t.Kind {
	case types.Int2:
		left = "9223372036854743040" // 2^63 - 2^15
	case types.Int4:
		left = "9223372034707292160" // 2^63 - 2^31
	default:
		return "(" + x + ")"
	}
	return "(" + x + " + " + left + " - " + left + " - " + left + " + " + left + ")"
}

// mysqlDivisor is {2}, which must not be zero unless {1} is NULL: DIV asks for it
// only then, and other divisions whatever {1} is.
const (
	mysqlDivisor     = "CASE WHEN {2} = 0 THEN 9223372036854775807 + ({2} = 0) ELSE {2} END"
	mysqlNullDivisor = "CASE WHEN {2} = 0 AND {1} IS NOT NULL THEN 9223372036854775807 + ({2} = 0) ELSE {2} END"
)

// DividedMySQL is the template of a division whose divisor is known not to be zero.
func DividedMySQL(template string) string {
	return strings.NewReplacer(mysqlDivisor, "{2}", mysqlNullDivisor, "{2}").Replace(template)
}

// HeldMySQL is the template of a decimal that must have fewer than so many digits
// before the point, and one that is less than the greatest of those.
func HeldMySQL(whole int) string {
	return mysqlUnless("ABS({1}) >= "+strings.Repeat("9", whole), "{1}")
}

// SummedMySQL is the template of a SUM or AVG of decimals that so many digits before
// the point must hold. A sum on the way may be greater than the last one, but none
// than that of the absolute values.
func SummedMySQL(name string, whole int) string {
	return mysqlUnless("SUM(ABS({1})){tail} >= "+strings.Repeat("9", whole), name+"({*}){tail}")
}

func mysqlArithmetic() map[string]string {
	out := map[string]string{}
	ints := []types.Type{int2, int4, int8}
	for i, a := range ints {
		for j, b := range ints {
			r, key := ints[max(i, j)], func(op string) string { return a.String() + " " + op + " " + b.String() }
			for _, op := range []string{"+", "-", "*"} {
				out[key(op)] = mysqlRange(r, "{1} "+op+" {2}")
			}
			if r == int8 { // 0 - x wraps round for the least bigint
				out[key("-")] = "({1} + (-1 - {2}) + 1)"
			}
			out[key("/")] = mysqlRange(r, "{1} DIV "+mysqlDivisor)
		}
		out["+"+a.String()] = "{1}"
		out["-"+a.String()] = mysqlRange(a, "-1 - {1} + 1")
		out["abs("+a.String()+")"] = mysqlRange(a, "ABS({1})")
	}
	for _, t := range ints { // of 64 bits and no sign, there
		for op, spelled := range map[string]string{"&": "{1} & {2}", "|": "{1} | {2}", "#": "({1} | {2}) & ~({1} & {2})"} {
			out[t.String()+" "+op+" "+t.String()] = "CAST(" + spelled + " AS SIGNED)"
		}
		out["~"+t.String()] = "CAST(~{1} AS SIGNED)"
		out[t.String()+" << int4"], out[t.String()+" >> int4"] = mysqlShifts(t)
	}
	for _, t := range []types.Type{int2, int4, int8, numeric} {
		rest := "({1} % " + mysqlNullDivisor + ")"
		out[t.String()+" % "+t.String()] = rest
		out["mod("+t.String()+", "+t.String()+")"] = rest
	}
	for _, a := range []types.Type{float4, float8} {
		for _, b := range []types.Type{float4, float8} {
			as := func(x string) string { return "(" + x + ")" }
			if a == float4 && b == float4 {
				as = func(x string) string { return mysqlUnless("ABS("+x+") > 3.4028235e38", "CAST("+x+" AS FLOAT)") }
			}
			key := func(op string) string { return a.String() + " " + op + " " + b.String() }
			for _, op := range []string{"+", "-", "*"} {
				out[key(op)] = as("{1} " + op + " {2}")
			}
			out[key("/")] = as("{1} / " + mysqlDivisor)
		}
	}
	for _, op := range []string{"+", "-", "*"} {
		out["numeric "+op+" numeric"] = "({1} " + op + " {2})"
	}
	out["numeric / numeric"] = "({1} / " + mysqlNullDivisor + ")"
	out["div(numeric, numeric)"] = "TRUNCATE({1} / " + mysqlNullDivisor + ", 0)"
	for _, t := range []types.Type{numeric, float4, float8} {
		out["+"+t.String()], out["-"+t.String()] = "{1}", "(- {1})"
		out["abs("+t.String()+")"] = "ABS({1})"
	}
	return out
}

// mysqlShifts are the bits of a t moved up, and down with its sign.
func mysqlShifts(t types.Type) (up, down string) {
	by, sign := "31", "2147483648"
	switch t.Kind {
	case types.Int2:
		sign = "32768"
	case types.Int8:
		by = "63"
	}
	up = "{1} << ({2} & " + by + ")"
	if t == int8 {
		up = "CAST(" + up + " AS SIGNED)"
	} else {
		up = "(CAST((" + up + ") & (" + sign + " - 1) AS SIGNED) - CAST((" + up + ") & " + sign + " AS SIGNED))"
	}
	by = "({2} & " + by + ")"
	return up, "CASE WHEN {1} < 0 THEN CAST(~(~{1} >> " + by + ") AS SIGNED) ELSE CAST({1} >> " + by + " AS SIGNED) END"
}

func mysqlMathematics() map[string]string {
	out := map[string]string{"round(numeric, int4)": "ROUND({1}, {2})", "trunc(numeric, int4)": "TRUNCATE({1}, {2})"}
	out["pi()"] = "PI()"
	for name, spelled := range map[string]string{
		"ceil": "CEIL({1})", "ceiling": "CEIL({1})", "floor": "FLOOR({1})", "round": "ROUND({1})",
		"trunc": "TRUNCATE({1}, 0)", "sign": "SIGN({1})",
	} {
		out[name+"(numeric)"], out[name+"(float8)"] = spelled, spelled
		if name == "sign" {
			out["sign(float8)"] = "CAST(SIGN({1}) AS DOUBLE)"
		}
	}
	// What they do not compute of numbers outside of their domain is NULL.
	partial := map[string]string{
		"sqrt": "SQRT({1})", "exp": "EXP({1})", "ln": "LN({1})", "log": "LOG10({1})", "log10": "LOG10({1})",
	}
	for name, spelled := range partial {
		x := mysqlPresent(spelled, "", "{1}")
		out[name+"(float8)"], out[name+"(numeric)"] = x, mysqlDecimal(x)
	}
	for _, name := range []string{"sin", "cos", "tan", "asin", "acos", "atan", "radians", "degrees"} {
		out[name+"(float8)"] = mysqlPresent(strings.ToUpper(name)+"({1})", "", "{1}")
	}
	out["cbrt(float8)"] = "(SIGN({1}) * POW(ABS({1}), 1e0 / 3))"
	out["atan2(float8, float8)"] = "ATAN2({1}, {2})"
	out["log(numeric, numeric)"] = mysqlDecimal(mysqlPresent("LOG({1}, {2})", "", "{1}", "{2}"))
	for _, t := range []types.Type{numeric, float8} {
		x := mysqlPresent("POW({1}, {2})", "", "{1}", "{2}")
		if t == numeric {
			x = mysqlDecimal(x)
		}
		args := t.String() + ", " + t.String() + ")"
		out["power("+args], out["pow("+args], out[t.String()+" ^ "+t.String()] = x, x, x
	}
	return out
}

// mysqlRounded is the double x as a decimal of so many digits, as PostgreSQL
// makes one. CAST alone would cut what does not fit to the greatest that does.
func mysqlRounded(x string, digits int) string {
	return "CASE WHEN " + x + " = 0 THEN 0 WHEN ABS(" + x + ") < 1e35" +
		" THEN CAST(ROUND(" + x + ", " + strconv.Itoa(digits-1) + " - FLOOR(LOG10(ABS(" + x + ")))) AS DECIMAL(65, 30))" +
		" WHEN " + x + " IS NOT NULL THEN " + mysqlFails(x+" IS NOT NULL") + " END"
}

// mysqlDecimal is the double x as a decimal, with all that it has.
func mysqlDecimal(x string) string {
	return "CASE WHEN ABS(" + x + ") < 1e35 THEN CAST(" + x + " AS DECIMAL(65, 30)) WHEN " + x + " IS NOT NULL THEN " + mysqlFails(x+" IS NOT NULL") + " END"
}

func mysqlComparisons() map[string]string {
	out := map[string]string{}
	pairs := mixed()
	for _, t := range ordered() {
		pairs = append(pairs, [2]types.Type{t, t})
	}
	for _, p := range append(pairs, [2]types.Type{AnyToken, AnyToken}, [2]types.Type{AnyEnum, AnyEnum}) {
		a, b := p[0], p[1]
		if a == interval {
			continue
		}
		left, right := mysqlSide("{1}", a, b), mysqlSide("{2}", b, a)
		ops := []string{"=", "<>", "<", "<=", ">", ">="}
		if a == AnyToken {
			ops = ops[:2]
		}
		for _, op := range ops {
			out[a.String()+" "+op+" "+b.String()] = "(" + left + " " + op + " " + right + ")"
		}
		args := "(" + a.String() + ", " + b.String() + ")"
		out["is_distinct"+args] = "(NOT (" + left + " <=> " + right + "))"
		out["nullif"+args] = "CASE WHEN " + left + " = " + right + " THEN NULL ELSE {1} END"
		if a == b && a != bpchar {
			out["nullif"+args] = "NULLIF({1}, {2})"
		}
	}
	out["between(anycomparable, anycomparable, anycomparable)"] = "({1} BETWEEN {2} AND {3})"
	out["between_symmetric(anycomparable, anycomparable, anycomparable)"] = "({1} BETWEEN {2} AND {3} OR {1} BETWEEN {3} AND {2})"
	out["coalesce(anyelement, ...)"] = "COALESCE({*})"
	return out
}

// mysqlSide is one side of a comparison of a t with an other.
func mysqlSide(arg string, t, other types.Type) string {
	switch {
	case t == bpchar:
		return "TRIM(TRAILING ' ' FROM " + arg + ")"
	case t == timestamptz && other != timestamptz:
		return MySQLLocal(arg)
	}
	return arg
}

// Points in time stand in UTC, whatever the time zone of the asker: the session's
// is UTC, and the asker's name of one is in the variable @grille_zone. The
// engines convert in a part of the calendar only and leave times outside of it as
// they are; a time zone that they do not know makes a NULL.
const mysqlZone = "@grille_zone"

// MySQLLocal is the point in time x as a date and time of the asker.
func MySQLLocal(x string) string { return mysqlConverted(x, "'+00:00'", mysqlZone) }

// MySQLInstant is the point in time at which x is the asker's date and time.
func MySQLInstant(x string) string { return mysqlConverted(x, mysqlZone, "'+00:00'") }

func mysqlConverted(x, from, to string) string {
	zone := func() string { // an error for a time outside, in the place of the zone
		return "CASE WHEN " + mysqlZone + " = '+00:00' THEN '+00:00' ELSE CASE " + x + " BETWEEN '1970-01-02' AND '2038-01-18'" +
			" WHEN 1 THEN " + mysqlZone + " WHEN 0 THEN CAST(" + mysqlFails(mysqlZone+" IS NOT NULL") + " AS CHAR) END END"
	}
	if from == mysqlZone {
		from = zone()
	} else {
		to = zone()
	}
	return "CONVERT_TZ(" + x + ", " + from + ", " + to + ")"
}

func mysqlTexts() map[string]string {
	out := map[string]string{
		"text || text":        "CONCAT({1}, {2})",
		"text || anynonarray": "CONCAT({1}, {2:text})",
		"anynonarray || text": "CONCAT({1:text}, {2})",
		"bytea || bytea":      "CONCAT({1}, {2})",
		"length(bytea)":       "LENGTH({1})",
		"octet_length(text)":  "LENGTH({1})", "octet_length(bytea)": "LENGTH({1})",
		"lower(text)": "LOWER({1})", "upper(text)": "UPPER({1})", "reverse(text)": "REVERSE({1})",
		"btrim(text)": "TRIM({1})", "ltrim(text)": "LTRIM({1})", "rtrim(text)": "RTRIM({1})",
		"left(text, int4)":     "LEFT({1}, CASE WHEN {2} < 0 THEN GREATEST(CHAR_LENGTH({1}) + {2}, 0) ELSE {2} END)",
		"right(text, int4)":    "RIGHT({1}, CASE WHEN {2} < 0 THEN GREATEST(CHAR_LENGTH({1}) + {2}, 0) ELSE {2} END)",
		"position(text, text)": "LOCATE({2}, {1})", "strpos(text, text)": "LOCATE({2}, {1})",
		"starts_with(text, text)":            "(LEFT({1}, CHAR_LENGTH({2})) = {2})",
		"replace(text, text, text)":          "CASE WHEN {3} IS NOT NULL THEN REPLACE({1}, {2}, {3}) END",
		"repeat(text, int4)":                 "REPEAT({1}, {2})",
		"lpad(text, int4)":                   "LPAD({1}, GREATEST({2}, 0), ' ')",
		"rpad(text, int4)":                   "RPAD({1}, GREATEST({2}, 0), ' ')",
		"concat(anyprintable, ...)":          "CONCAT_WS('', {*:out})",
		"concat_ws(text, anyprintable, ...)": "CONCAT_WS({*:out})",
		"sha256(bytea)":                      "UNHEX(SHA2({1}, 256))",
		"encode(bytea, text)":                "LOWER(HEX({1}))",
		"convert_to(text, text)":             "CAST(CONVERT({1} USING utf8mb4) AS BINARY)",
		"ascii(text)":                        "ORD(CONVERT({1} USING utf32))",
		"to_hex(int4)":                       "LOWER(HEX({1} & 4294967295))",
		"to_hex(int8)":                       "LOWER(HEX({1}))",
		"overlay(text, text, int4)":          mysqlUnless("{3} < 1", "CONCAT(LEFT({1}, {3} - 1), {2}, SUBSTR({1}, "+mysqlRange(int4, "{3} + CHAR_LENGTH({2})")+"))"),
		"overlay(text, text, int4, int4)":    mysqlUnless("{3} < 1", "CONCAT(LEFT({1}, {3} - 1), {2}, SUBSTR({1}, GREATEST("+mysqlRange(int4, "{3} + {4}")+", 1)))"),
	}
	for _, name := range []string{"length", "char_length", "character_length"} {
		out[name+"(text)"], out[name+"(bpchar)"] = "CHAR_LENGTH({1})", "CHAR_LENGTH(TRIM(TRAILING ' ' FROM {1}))"
	}
	for _, name := range []string{"substr", "substring"} {
		out[name+"(text, int4)"] = "SUBSTR({1}, GREATEST({2}, 1))"
		out[name+"(text, int4, int4)"] = mysqlUnless("{3} < 0", "SUBSTR({1}, GREATEST({2}, 1), GREATEST({2} + {3} - GREATEST({2}, 1), 0))")
	}
	// In this mode a backslash is a character, and LIKE has no ESCAPE unless it says so.
	out["like(text, text)"] = `({1} LIKE {2} ESCAPE '\')`
	out["ilike(text, text)"] = `(LOWER({1}) LIKE LOWER({2}) ESCAPE '\')`
	return out
}

func mysqlDates() map[string]string {
	day := func(x string) string { return mysqlPresent(x, "DATE", "{1}", "{2}") }
	instant := MySQLLocal("{1}")
	return map[string]string{
		"date + int4":           day("({1} + INTERVAL {2} DAY)"),
		"int4 + date":           day("({2} + INTERVAL {1} DAY)"),
		"date - int4":           day("({1} - INTERVAL {2} DAY)"),
		"date - date":           "DATEDIFF({1}, {2})",
		"date + time":           "TIMESTAMP({1}, {2})",
		"date(date)":            "{1}",
		"date(timestamp)":       "CAST({1} AS DATE)",
		"date(timestamptz)":     "CAST(" + instant + " AS DATE)",
		"date(text)":            mysqlFromText(date),
		"isfinite(date)":        "CASE WHEN {1} IS NOT NULL THEN TRUE END",
		"isfinite(timestamp)":   "CASE WHEN {1} IS NOT NULL THEN TRUE END",
		"isfinite(timestamptz)": "CASE WHEN {1} IS NOT NULL THEN TRUE END",
		"to_timestamp(float8)":  mysqlPresent("('1970-01-01 00:00:00.000000' + INTERVAL ROUND({1} * 1e6) MICROSECOND)", "DATETIME(6)", "{1}"),
	}
}

func mysqlAggregates() map[string]string {
	out := map[string]string{
		"count()": "COUNT({*})", "count(any)": "COUNT({*})",
		"sum(int2)": "CAST(SUM({*}){tail} AS SIGNED)", "sum(int4)": "CAST(SUM({*}){tail} AS SIGNED)",
	}
	for _, t := range []types.Type{int8, numeric, float8} {
		out["sum("+t.String()+")"] = "SUM({*})"
	}
	out["sum(float4)"] = "CAST(SUM({*}){tail} AS FLOAT)"
	for _, t := range []types.Type{int2, int4, int8, numeric, float4, float8} {
		out["avg("+t.String()+")"] = "AVG({*})"
	}
	for _, t := range []types.Type{int2, int4, int8, numeric, float4, float8, text, bpchar, date, clock, timestamp, timestamptz} {
		out["min("+t.String()+")"], out["max("+t.String()+")"] = "MIN({*})", "MAX({*})"
	}
	out["bool_and(bool)"], out["every(bool)"], out["bool_or(bool)"] = "MIN({*})", "MIN({*})", "MAX({*})"
	for _, name := range []string{"bit_and", "bit_or", "bit_xor"} { // of nothing is a number, there
		for _, t := range []types.Type{int2, int4, int8} {
			out[name+"("+t.String()+")"] = "CASE WHEN COUNT({*}){tail} > 0 THEN CAST(" + strings.ToUpper(name) + "({*}){tail} AS SIGNED) END"
		}
	}
	both := "CASE WHEN {1} IS NOT NULL AND {2} IS NOT NULL THEN "
	out["regr_count(float8, float8)"] = "COUNT(" + both + "1 END)"
	out["regr_avgx(float8, float8)"], out["regr_avgy(float8, float8)"] = "AVG("+both+"{2} END)", "AVG("+both+"{1} END)"
	for name, spelled := range map[string]string{
		"stddev": "STDDEV_SAMP", "stddev_samp": "STDDEV_SAMP", "stddev_pop": "STDDEV_POP",
		"variance": "VAR_SAMP", "var_samp": "VAR_SAMP", "var_pop": "VAR_POP",
	} {
		for _, t := range []types.Type{int2, int4, int8, numeric} {
			out[name+"("+t.String()+")"] = mysqlDecimal(spelled + "({*}){tail}")
		}
		for _, t := range []types.Type{float4, float8} {
			out[name+"("+t.String()+")"] = spelled + "({*})"
		}
	}
	// MariaDB cuts percent_rank and cume_dist after ten digits: package emit divides.
	for _, name := range []string{"row_number", "rank", "dense_rank"} {
		out[name+"()"] = strings.ToUpper(name) + "()"
	}
	out["ntile(int4)"] = "NTILE({1})"
	for _, name := range []string{"lag", "lead"} {
		out[name+"(anyelement)"], out[name+"(anyelement, int4)"] = strings.ToUpper(name)+"({*})", strings.ToUpper(name)+"({*})"
	}
	for _, name := range []string{"first_value(anyelement)", "last_value(anyelement)", "nth_value(anyelement, int4)"} {
		before, _, _ := strings.Cut(name, "(")
		out[name] = strings.ToUpper(before) + "({*})"
	}
	return out
}

// CastMySQL is the template of CAST({1} AS to), with the modifier mod, on MariaDB
// and MySQL; "" if they cannot say it.
func CastMySQL(from, to types.Type, mod types.Mod) string {
	if !CastOK(from, to) || from.Kind == types.Array || to.Kind == types.Array || from == interval || to == interval || from.IsAddress() || to.IsAddress() {
		return ""
	}
	cast := castMySQL(from, to)
	if cast == "" || !mod.Set {
		return cast
	}
	return strings.ReplaceAll(modMySQL(to, mod), "{}", cast)
}

// TextMySQL is the template of {1} as PostgreSQL writes it out.
func TextMySQL(from types.Type) string {
	switch from.Kind {
	case types.Bool:
		return "CASE WHEN {1} THEN 't' WHEN NOT {1} THEN 'f' END"
	case types.Bpchar:
		return "{1}"
	}
	return CastMySQL(from, text, types.Mod{})
}

func castMySQL(from, to types.Type) string {
	switch {
	case from == to || from.Kind == types.Unknown:
		return "{1}"
	case from.Kind == types.Enum || to.Kind == types.Enum:
		return ""
	case to.IsText():
		return mysqlToText(from)
	case from == bpchar:
		return strings.ReplaceAll(mysqlFromText(to), "{1}", "TRIM(TRAILING ' ' FROM {1})")
	case from.IsText():
		return mysqlFromText(to)
	case from.IsNumber() && to.IsNumber():
		return mysqlNumber(from, to)
	}
	return mysqlOther()[[2]types.Kind{from.Kind, to.Kind}]
}

func mysqlOther() map[[2]types.Kind]string {
	local := MySQLLocal("{1}")
	return map[[2]types.Kind]string{
		{types.Bool, types.Int4}:             "{1}",
		{types.Int4, types.Bool}:             "({1} <> 0)",
		{types.Date, types.Timestamp}:        "CAST({1} AS DATETIME(6))",
		{types.Date, types.TimestampTZ}:      MySQLInstant("CAST({1} AS DATETIME(6))"),
		{types.Timestamp, types.TimestampTZ}: MySQLInstant("{1}"),
		{types.Timestamp, types.Date}:        "CAST({1} AS DATE)",
		{types.Timestamp, types.Time}:        "CAST({1} AS TIME(6))",
		{types.TimestampTZ, types.Timestamp}: local,
		{types.TimestampTZ, types.Date}:      "CAST(" + local + " AS DATE)",
		{types.TimestampTZ, types.Time}:      "CAST(" + local + " AS TIME(6))",
		{types.JSONB, types.JSON}:            "{1}",
	}
}

func mysqlToText(from types.Type) string {
	trimmed := func(x string) string {
		return "TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM " + x + "))"
	}
	switch from.Kind {
	case types.Text, types.Varchar, types.UUID, types.JSON, types.JSONB:
		return "{1}"
	case types.Bpchar:
		return "TRIM(TRAILING ' ' FROM {1})"
	case types.Bool:
		return "CASE WHEN {1} THEN 'true' WHEN NOT {1} THEN 'false' END"
	case types.Int2, types.Int4, types.Int8, types.Numeric, types.Date:
		return "CAST({1} AS CHAR)"
	case types.Float8:
		// Of small numbers PostgreSQL writes 1e-05, and these engines 0.00001.
		return "CASE WHEN ABS({1}) < 1 THEN CAST({1} AS CHAR) ELSE REPLACE(CAST({1} AS CHAR), 'e', 'e+') END"
	case types.Timestamp:
		return trimmed("DATE_FORMAT({1}, '%Y-%m-%d %H:%i:%s.%f')")
	case types.Time:
		return trimmed("TIME_FORMAT({1}, '%H:%i:%s.%f')")
	}
	return ""
}

// mysqlFromText reads a text strictly: what CAST reads with a warning, or in a
// way of its own, is an error.
func mysqlFromText(to types.Type) string {
	read := func(pattern string, most int, cast string) string { // braces are marks of templates
		return "CASE WHEN CHAR_LENGTH({1}) <= " + strconv.Itoa(most) + " AND {1} REGEXP '^ *[-+]?" + pattern + " *$' THEN " + cast +
			" WHEN {1} IS NOT NULL THEN " + mysqlFails("{1} IS NOT NULL") + " END"
	}
	dated := func(pattern, as string) string {
		return "CASE WHEN {1} REGEXP '^" + pattern + "$' THEN " + mysqlPresent("CAST({1} AS "+as+")", as, "{1}") +
			" WHEN {1} IS NOT NULL THEN CAST(" + mysqlFails("{1} IS NOT NULL") + " AS " + as + ") END"
	}
	const day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
	switch to.Kind {
	case types.Int2, types.Int4, types.Int8:
		// So many digits fit a bigint.
		return read("[0-9]+", 18, mysqlRange(to, "CAST({1} AS SIGNED)"))
	case types.Numeric:
		return read("([0-9]+([.][0-9]*)?|[.][0-9]+)", 30, "CAST({1} AS DECIMAL(65, 30))")
	case types.Float8:
		return read("([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9][0-9]?)?", 30, "CAST({1} AS DOUBLE)")
	case types.Date:
		return dated(day, "DATE")
	case types.Timestamp:
		return dated(day+"([ T][0-9][0-9]:[0-9][0-9](:[0-9][0-9]([.][0-9]([0-9]([0-9]([0-9]([0-9][0-9]?)?)?)?)?)?)?)?", "DATETIME(6)")
	case types.Bool:
		return "CASE WHEN LOWER({1}) IN ('t', 'true', 'y', 'yes', 'on', '1') THEN TRUE" +
			" WHEN LOWER({1}) IN ('f', 'false', 'n', 'no', 'off', '0') THEN FALSE" +
			" WHEN {1} IS NOT NULL THEN " + mysqlFails("{1} IS NOT NULL") + " END"
	}
	return ""
}

// mysqlNumber converts between numbers. Numerics are rounded away from zero, and
// floats to even, as in PostgreSQL.
func mysqlNumber(from, to types.Type) string {
	switch {
	case from.IsInteger() && to.IsInteger():
		if from.Kind < to.Kind {
			return "{1}"
		}
		return mysqlRange(to, "{1}")
	case from.IsInteger() && to == numeric:
		return "CAST({1} AS DECIMAL(" + map[types.Kind]string{types.Int2: "5", types.Int4: "10", types.Int8: "19"}[from.Kind] + ", 0))"
	case to == float8:
		return "CAST({1} AS DOUBLE)"
	case to == float4 && !from.IsInteger():
		return mysqlUnless("ABS({1}) > 3.4028235e38", "CAST({1} AS FLOAT)")
	case to == float4:
		return "CAST({1} AS FLOAT)"
	case to.IsInteger():
		// Decimals and doubles out of the range of a bigint are cut, with a warning.
		wide := "ROUND({1}) BETWEEN -9223372036854775807 AND 9223372036854775807"
		if from.IsFloat() {
			wide = "{1} BETWEEN -9.2233720368547e18 AND 9.2233720368547e18"
		}
		return "CASE WHEN " + wide + " THEN " + mysqlRange(to, "CAST({1} AS SIGNED)") + " WHEN {1} IS NOT NULL THEN " + mysqlFails("{1} IS NOT NULL") + " END"
	}
	if from == float4 {
		return mysqlRounded("{1}", 6)
	}
	return mysqlRounded("{1}", 15)
}

// modMySQL applies a modifier to {}; "" if it cannot be said.
func modMySQL(to types.Type, mod types.Mod) string {
	p, s := itoa(mod.Prec), itoa(mod.Scale)
	switch to.Kind {
	case types.Numeric:
		if mod.Prec > 65 || mod.Scale < 0 || mod.Scale > 30 || mod.Scale > mod.Prec {
			return ""
		}
		condition := "ABS(ROUND({}, " + s + ")) >= 1" + strings.Repeat("0", int(mod.Prec-mod.Scale))
		return mysqlUnless(condition, "CAST({} AS DECIMAL("+p+", "+s+"))")
	case types.Varchar:
		return "LEFT({}, " + p + ")"
	case types.Bpchar:
		return "RPAD({}, " + p + ", ' ')"
	case types.Time, types.Timestamp, types.TimestampTZ:
		if mod.Prec == 6 {
			return "{}"
		}
	}
	return ""
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }
