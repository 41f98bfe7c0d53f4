package syntax

import (
	"strconv"
	"strings"
)

// unit is the unit that an argument names, bare or in quotes, as PostgreSQL calls
// it, or "".
func (w writtenCall) unit(i int) string {
	if i >= len(w.args) {
		return ""
	}
	return units[strings.ToLower(strings.Trim(w.args[i], `'"`))]
}

var units = map[string]string{
	"year": "year", "years": "year", "yy": "year", "yyyy": "year",
	"quarter": "quarter", "quarters": "quarter", "qq": "quarter",
	"month": "month", "months": "month", "mm": "month",
	"week": "week", "weeks": "week", "wk": "week", "ww": "week", "isoweek": "week",
	"day": "day", "days": "day", "dd": "day", "dayofyear": "doy", "dy": "doy",
	"weekday": "dow", "dw": "dow", "dayofweek": "dow",
	"hour": "hour", "hours": "hour", "hh": "hour",
	"minute": "minute", "minutes": "minute", "mi": "minute",
	"second": "second", "seconds": "second", "ss": "second",
	"d": "day", "m": "month", "q": "quarter", "n": "minute", "s": "second",
}

// DATEDIFF(a, b), DATEDIFF(unit, from, to), DATE_DIFF(a, b, unit)
func dateDiff(w writtenCall) string {
	unit, from, to := w.unit(0), 1, 2
	switch {
	case len(w.args) == 2:
		return "CAST(" + w.arg(0) + " AS date) - CAST(" + w.arg(1) + " AS date), a number of days"
	case len(w.args) != 3:
		return "date1 - date2, a number of days"
	case unit == "":
		unit, from, to = w.unit(2), 1, 0
	}
	of := func(field string, i int) string { return "extract(" + field + " FROM " + w.arg(i) + ")" }
	switch unit {
	case "day", "doy", "dow":
		return "CAST(" + w.arg(to) + " AS date) - CAST(" + w.arg(from) + " AS date)"
	case "week":
		return "(CAST(" + w.arg(to) + " AS date) - CAST(" + w.arg(from) + " AS date)) / 7"
	case "year":
		return of("year", to) + " - " + of("year", from)
	case "month":
		return "(" + of("year", to) + " - " + of("year", from) + ") * 12 + " + of("month", to) + " - " + of("month", from)
	case "quarter":
		return "(" + of("year", to) + " - " + of("year", from) + ") * 4 + " + of("quarter", to) + " - " + of("quarter", from)
	case "hour", "minute", "second":
		seconds := "extract(epoch FROM " + w.operand(to) + " - " + w.operand(from) + ")"
		return seconds + map[string]string{"hour": " / 3600", "minute": " / 60"}[unit]
	}
	return "date1 - date2, a number of days"
}

// DATEADD(unit, n, x), DATE_ADD(x, INTERVAL '1' DAY), ADDDATE(x, n)
func dateAdd(sign string) func(writtenCall) string {
	return func(w writtenCall) string {
		if unit := w.unit(0); len(w.args) == 3 && unit != "" {
			return added(w.operand(2), sign, w.operand(1), unit)
		}
		if len(w.args) != 2 {
			return "x " + sign + " INTERVAL '1 day'"
		}
		if strings.HasPrefix(strings.ToLower(w.arg(1)), "interval") {
			return w.operand(0) + " " + sign + " " + w.arg(1)
		}
		return added(w.operand(0), sign, w.operand(1), "day")
	}
}

// added is x + n units.
func added(x, sign, n, unit string) string {
	times := 1
	if unit == "quarter" {
		times, unit = 3, "month"
	}
	if digits, negative := strings.CutPrefix(strings.Trim(n, "()"), "-"); negative && number0(digits) {
		n, sign = digits, map[string]string{"+": "-", "-": "+"}[sign]
	}
	if k, err := strconv.Atoi(n); err == nil && k >= 0 {
		return x + " " + sign + " INTERVAL '" + strconv.Itoa(k*times) + " " + unit + "'"
	}
	return x + " " + sign + " " + n + " * INTERVAL '" + strconv.Itoa(times) + " " + unit + "'"
}

func number0(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// DATEPART(unit, x), DATE_PART(unit, x); PostgreSQL's own has the unit in quotes.
func datePart(w writtenCall) string {
	unit := w.unit(0)
	if len(w.args) != 2 || unit == "" || w.args[0][0] == '\'' && w.args[0] == "'"+unit+"'" {
		return ""
	}
	return "extract(" + unit + " FROM " + w.arg(1) + ")"
}

func dateName(w writtenCall) string {
	switch w.unit(0) {
	case "month":
		return "to_char(" + w.arg(1) + ", 'FMMonth')"
	case "dow", "day":
		return "to_char(" + w.arg(1) + ", 'FMDay')"
	case "year":
		return "to_char(" + w.arg(1) + ", 'YYYY')"
	}
	return "to_char(x, 'FMMonth')"
}

// DATE_TRUNC(x, MONTH), DATE_TRUNC(MONTH, x)
func dateTrunc(w writtenCall) string {
	if len(w.args) != 2 || w.args[0][0] == '\'' {
		return ""
	}
	if unit := w.unit(1); unit != "" {
		return "date_trunc('" + unit + "', " + w.arg(0) + ")"
	}
	if unit := w.unit(0); unit != "" {
		return "date_trunc('" + unit + "', " + w.arg(1) + ")"
	}
	return ""
}

// date('now', '-7 days', 'start of month')
func liteDate(stored, now string) func(writtenCall) string {
	return func(w writtenCall) string {
		if len(w.args) == 0 {
			return now
		}
		x := w.fill(stored)
		if strings.EqualFold(w.args[0], "'now'") {
			x = now
		}
		for _, m := range w.args[1:] {
			x = modified(x, strings.ToLower(strings.Trim(m, "'")))
		}
		return x
	}
}

// modified is x with one of SQLite's modifiers.
func modified(x, modifier string) string {
	if unit, ok := strings.CutPrefix(modifier, "start of "); ok && units[unit] != "" {
		return "date_trunc('" + unit + "', " + x + ")"
	}
	n, unit, ok := strings.Cut(strings.TrimLeft(modifier, "+-"), " ")
	if !ok || !number0(n) || units[unit] == "" {
		return x // localtime, utc, and what is no modifier
	}
	sign := " + "
	if strings.HasPrefix(modifier, "-") {
		sign = " - "
	}
	return x + sign + "INTERVAL '" + n + " " + unit + "'"
}

// formatted is a date or time as a text, or the other way round; x is where the
// date stands.
func formatted(x int, fn string, marks [][2]string) func(writtenCall) string {
	return func(w writtenCall) string {
		if len(w.args) < 2 {
			return fn + "(x, 'YYYY-MM-DD')"
		}
		of := w.arg(x)
		if strings.EqualFold(of, "'now'") {
			of = "current_timestamp"
		}
		if w.args[1-x] == "'%s'" {
			return "extract(epoch FROM " + of + ")"
		}
		return fn + "(" + of + ", " + pattern(w.args[1-x], marks) + ")"
	}
}

var (
	lite = [][2]string{{"%Y", "YYYY"}, {"%m", "MM"}, {"%d", "DD"}, {"%H", "HH24"}, {"%M", "MI"}, {"%S", "SS"},
		{"%j", "DDD"}, {"%F", "YYYY-MM-DD"}, {"%T", "HH24:MI:SS"}, {"%y", "YY"}, {"%b", "Mon"}, {"%B", "FMMonth"}, {"%a", "Dy"},
		{"%A", "FMDay"}, {"%V", "IW"}, {"%G", "IYYY"}}
	mysql = [][2]string{{"%Y", "YYYY"}, {"%m", "MM"}, {"%d", "DD"}, {"%H", "HH24"}, {"%i", "MI"}, {"%s", "SS"}, {"%S", "SS"},
		{"%M", "FMMonth"}, {"%b", "Mon"}, {"%W", "FMDay"}, {"%a", "Dy"}, {"%j", "DDD"}, {"%y", "YY"}, {"%e", "FMDD"},
		{"%c", "FMMM"}, {"%T", "HH24:MI:SS"}, {"%h", "HH12"}, {"%p", "AM"}, {"%v", "IW"}, {"%x", "IYYY"}}
	dotnet = [][2]string{{"yyyy", "YYYY"}, {"MMMM", "FMMonth"}, {"MMM", "Mon"}, {"MM", "MM"}, {"dddd", "FMDay"}, {"dd", "DD"},
		{"HH", "HH24"}, {"mm", "MI"}, {"ss", "SS"}, {"yy", "YY"}}
)

// pattern is a format as to_char reads it. Letters that mean themselves stand in
// double quotes there; what has no counterpart gives the usual pattern.
func pattern(written string, marks [][2]string) string {
	const usual = "'YYYY-MM-DD'"
	if len(written) < 2 || written[0] != '\'' || strings.ContainsAny(written, `"\`) {
		return usual
	}
	rest, out := written[1:len(written)-1], ""
next:
	for rest != "" {
		for _, m := range marks {
			if strings.HasPrefix(rest, m[0]) {
				out, rest = out+m[1], rest[len(m[0]):]
				continue next
			}
		}
		switch c := rest[0]; {
		case c == '%' || c == '\'':
			return usual
		case lower(c) >= 'a' && lower(c) <= 'z':
			out += `"` + rest[:1] + `"`
		default:
			out += rest[:1]
		}
		rest = rest[1:]
	}
	return "'" + strings.ReplaceAll(out, `""`, "") + "'"
}

// GROUP_CONCAT(DISTINCT x ORDER BY y), LISTAGG(x, ','), STRING_AGG(x)
func concatenated(w writtenCall) string {
	if len(w.args) == 0 {
		return "string_agg(x, ',')"
	}
	distinct, separator := "", "','"
	if w.distinct {
		distinct = "DISTINCT "
	}
	if len(w.args) > 1 {
		separator = w.arg(1)
	}
	return "string_agg(" + distinct + "CAST(" + w.arg(0) + " AS text), " + separator + w.order + ")"
}

// CONVERT(type, x), CONVERT(x, type)
func castCall(w writtenCall) string {
	if len(w.args) < 2 {
		return "CAST(x AS type)"
	}
	if t := castType(w.args[0]); t != "" {
		return "CAST(" + w.arg(1) + " AS " + t + ")"
	}
	if t := castType(w.args[1]); t != "" {
		return "CAST(" + w.arg(0) + " AS " + t + ")"
	}
	return "CAST(x AS type)"
}

// castType is what a type of another dialect is called here, or "".
func castType(written string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(written), "(")
	first, _, _ := strings.Cut(name, " ") // UNSIGNED INTEGER, DOUBLE PRECISION
	return TypeHint(first)
}

// TypeHint is what PostgreSQL calls a type of it or of another dialect, or "".
func TypeHint(name string) string { return dialectTypes[strings.ToLower(name)] }

var dialectTypes = map[string]string{
	"int": "integer", "integer": "integer", "int64": "bigint", "bigint": "bigint", "signed": "bigint", "unsigned": "bigint",
	"tinyint": "smallint", "mediumint": "integer", "smallint": "smallint", "number": "numeric", "decimal": "numeric", "numeric": "numeric",
	"bignumeric": "numeric", "money": "numeric", "float": "double precision", "float64": "double precision", "double": "double precision",
	"real": "real", "char": "text", "varchar": "text", "nchar": "text", "nvarchar": "text", "varchar2": "text", "string": "text",
	"text": "text", "longtext": "text", "clob": "text", "date": "date", "datetime": "timestamp", "datetime2": "timestamp",
	"smalldatetime": "timestamp", "timestamp": "timestamp", "timestamp_ntz": "timestamp", "timestamp_ltz": "timestamptz",
	"timestamp_tz": "timestamptz", "datetimeoffset": "timestamptz", "bit": "boolean", "bool": "boolean", "uniqueidentifier": "uuid",
}

// DECODE(x, a, b, c, d, e)
func decoded(w writtenCall) string {
	if len(w.args) < 3 {
		return ""
	}
	out, i := "CASE "+w.arg(0), 1
	for ; i+1 < len(w.args); i += 2 {
		out += " WHEN " + w.arg(i) + " THEN " + w.arg(i+1)
	}
	if i < len(w.args) {
		out += " ELSE " + w.arg(i)
	}
	return out + " END"
}

// JSON_EXTRACT(x, '$.a.b')
func jsonPath(w writtenCall) string {
	if len(w.args) != 2 {
		return "x ->> 'key'"
	}
	path := strings.Split(strings.Trim(w.args[1], "'"), ".")
	if path[0] != "$" || len(path) < 2 || strings.ContainsAny(w.args[1], `[]*"`) {
		return w.operand(0) + " ->> 'key'"
	}
	out := w.operand(0)
	for i, key := range path[1:] {
		arrow := " -> "
		if i == len(path)-2 {
			arrow = " ->> "
		}
		out += arrow + "'" + key + "'"
	}
	return out
}
