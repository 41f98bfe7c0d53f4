package funcs

import (
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
)

// Functions of dates whose unit, field or format is a constant, which these
// engines want as part of the text. Each is a template of the value {1}, "" if
// it cannot be said.

// TruncMySQL is date_trunc(unit, {1}) of a timestamp or a timestamptz.
func TruncMySQL(unit string, of types.Type) string {
	if of == timestamptz {
		cut := truncMySQL(pgfn.Unit(unit), MySQLLocal("{1}"))
		if cut == "" {
			return ""
		}
		return MySQLInstant(cut)
	}
	return truncMySQL(pgfn.Unit(unit), "{1}")
}

func truncMySQL(unit, x string) string {
	day := "CAST(" + x + " AS DATE)"
	stamp := func(date string) string { return "CAST(" + date + " AS DATETIME(6))" }
	format := func(f string) string { return stamp("DATE_FORMAT(" + x + ", '" + f + "')") }
	switch unit {
	case "microseconds":
		return x
	case "milliseconds":
		return "(" + x + " - INTERVAL (MICROSECOND(" + x + ") % 1000) MICROSECOND)"
	case "second":
		return format("%Y-%m-%d %H:%i:%s")
	case "minute":
		return format("%Y-%m-%d %H:%i:00")
	case "hour":
		return format("%Y-%m-%d %H:00:00")
	case "day":
		return stamp(day)
	case "week":
		return stamp("(" + day + " - INTERVAL WEEKDAY(" + x + ") DAY)")
	case "month":
		return format("%Y-%m-01")
	case "quarter":
		return stamp("(CAST(DATE_FORMAT(" + x + ", '%Y-01-01') AS DATE) + INTERVAL (QUARTER(" + x + ") - 1) QUARTER)")
	case "year":
		return format("%Y-01-01")
	}
	return ""
}

// FieldMySQL is extract(field from {1}) of a date, a time, a timestamp or a
// timestamptz.
func FieldMySQL(field string, of types.Type) string {
	field = pgfn.Unit(field)
	switch {
	case of == timestamptz && field == "epoch":
		return fieldMySQL(field, timestamp, "{1}")
	case of == timestamptz:
		return fieldMySQL(field, timestamp, MySQLLocal("{1}"))
	}
	return fieldMySQL(field, of, "{1}")
}

func fieldMySQL(field string, of types.Type, x string) string {
	of1 := func(fn string) string { return fn + "(" + x + ")" }
	switch field {
	case "year", "quarter", "month", "hour", "minute":
		return of1(strings.ToUpper(field))
	case "day":
		return of1("DAYOFMONTH")
	case "doy":
		return of1("DAYOFYEAR")
	case "dow":
		return "(DAYOFWEEK(" + x + ") - 1)"
	case "isodow":
		return "(WEEKDAY(" + x + ") + 1)"
	case "week":
		return "WEEK(" + x + ", 3)"
	case "isoyear":
		return "(YEARWEEK(" + x + ", 3) DIV 100)"
	case "decade":
		return "(YEAR(" + x + ") DIV 10)"
	case "century":
		return "((YEAR(" + x + ") + 99) DIV 100)"
	case "millennium":
		return "((YEAR(" + x + ") + 999) DIV 1000)"
	case "second":
		return "(SECOND(" + x + ") + MICROSECOND(" + x + ") * 0.000001)"
	case "milliseconds":
		return "(SECOND(" + x + ") * 1000 + MICROSECOND(" + x + ") * 0.001)"
	case "microseconds":
		return "(SECOND(" + x + ") * 1000000 + MICROSECOND(" + x + "))"
	case "julian":
		if of == date {
			return "(TO_DAYS(" + x + ") + 1721060)"
		}
	case "epoch":
		switch of {
		case date:
			return "(DATEDIFF(" + x + ", '1970-01-01') * 86400)"
		case timestamp:
			return "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', " + x + ") * 0.000001)"
		case clock:
			return "(HOUR(" + x + ") * 3600 + MINUTE(" + x + ") * 60 + SECOND(" + x + ") + MICROSECOND(" + x + ") * 0.000001)"
		}
	}
	return ""
}

// ShiftMySQL is {1} plus, or with a negative sign minus, the interval v, of a
// date, a timestamp or a timestamptz: months first, then days, then the rest.
func ShiftMySQL(v types.Value, negative bool, of types.Type) string {
	months, days, micros := v.Interval()
	m, d, us := int64(months), int64(days), micros
	if negative {
		if us == -us && us != 0 { // the least one
			return ""
		}
		m, d, us = -m, -d, -us
	}
	x := "{1}"
	if of == date {
		x = "CAST({1} AS DATETIME(6))"
	}
	sum := func(x string, n int64, unit string) string {
		switch {
		case n == 0:
			return x
		case n < 0:
			return x + " - INTERVAL " + strconv.FormatInt(-n, 10) + " " + unit
		}
		return x + " + INTERVAL " + strconv.FormatInt(n, 10) + " " + unit
	}
	if of == timestamptz && (m != 0 || d != 0) { // months and days are the asker's
		local := sum(sum(MySQLLocal("{1}"), m, "MONTH"), d, "DAY")
		x = MySQLInstant(mysqlPresent("("+local+")", "DATETIME(6)", "{1}"))
	} else {
		x = sum(sum(x, m, "MONTH"), d, "DAY")
	}
	return mysqlPresent("("+sum(x, us, "MICROSECOND")+")", "DATETIME(6)", "{1}")
}

// mysqlFormats are the keywords of to_char that DATE_FORMAT knows. Names of months
// and days are in English, and those not shortened stand with FM only, which
// leaves out the blanks after them.
var mysqlFormats = map[string]string{
	"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "DDD": "%j", "HH24": "%H", "HH12": "%h", "HH": "%h",
	"MI": "%i", "SS": "%s", "US": "%f", "IYYY": "%x", "IW": "%v", "Mon": "%b", "Dy": "%a", "AM": "%p", "PM": "%p",
	"FMMonth": "%M", "FMDay": "%W", "FMMM": "%c", "FMDD": "%e", "FMHH24": "%k", "FMHH12": "%l", "FMHH": "%l", "FMMon": "%b", "FMDy": "%a", "FMYYYY": "%Y",
}

// CharMySQL is to_char({1}, format) of a timestamp or a timestamptz.
func CharMySQL(format string, of types.Type) string {
	x := "{1}"
	if of == timestamptz {
		x = MySQLLocal(x)
	}
	var parts []string
	for _, t := range pgfn.DateFormat(format) {
		part := ""
		switch key := t.Key; {
		case t.Suffix != "":
			return ""
		case key == "" && strings.Trim(t.Text, " -/.,:_") == "": // ours, and no %
			part = t.Text
		case key == "":
			return ""
		default:
			if t.Fill {
				key = "FM" + key
			}
			if part = mysqlFormats[key]; part == "" {
				part = mysqlFormats[strings.ToUpper(key)]
			}
			switch {
			case part == "" && strings.ToUpper(t.Key) == "Q":
				part = "\x00"
			case part == "":
				return ""
			}
		}
		parts = append(parts, part)
	}
	var calls []string
	for i, run := range strings.Split(strings.Join(parts, ""), "\x00") {
		if i > 0 {
			calls = append(calls, "QUARTER("+x+")")
		}
		if run != "" {
			calls = append(calls, "DATE_FORMAT("+x+", '"+run+"')")
		}
	}
	if len(calls) == 1 && strings.HasPrefix(calls[0], "DATE_FORMAT") {
		return calls[0]
	}
	return "CONCAT(" + strings.Join(calls, ", ") + ")"
}

// UnitNamed is the usual name of a unit or field that may be written in several ways:
// year of years.
func UnitNamed(name string) string { return pgfn.Unit(name) }

// mysqlClock are the microseconds of hour {1}, minute {2} and second {3} of the
// marks; not of what is no time.
func mysqlClock(hour, minute, second string) string {
	micros := "(" + hour + " * 3600000000 + " + minute + " * 60000000 + ROUND(" + second + " * 1e6))"
	return "CASE WHEN " + hour + " BETWEEN 0 AND 24 AND " + minute + " BETWEEN 0 AND 59 AND " + second + " BETWEEN 0 AND 60 AND " + micros + " <= 86400000000" +
		" THEN CAST(" + micros + " AS SIGNED) END"
}

// mysqlMade are make_date and its like.
func mysqlMade() map[string]string {
	day := "CASE WHEN {1} BETWEEN 1 AND 9999 AND {2} BETWEEN 1 AND 12 AND {3} BETWEEN 1 AND 31" +
		" THEN CAST(CONCAT(LPAD({1}, 4, '0'), '-', {2}, '-', {3}) AS DATE) END"
	stamp := mysqlPresent("(CAST("+day+" AS DATETIME(6)) + INTERVAL "+mysqlClock("{4}", "{5}", "{6}")+" MICROSECOND)", "DATETIME(6)", "{1}", "{2}", "{3}", "{4}", "{5}", "{6}")
	return map[string]string{
		"make_date(int4, int4, int4)":                            mysqlPresent(day, "DATE", "{1}", "{2}", "{3}"),
		"make_timestamp(int4, int4, int4, int4, int4, float8)":   stamp,
		"make_timestamptz(int4, int4, int4, int4, int4, float8)": MySQLInstant(stamp),
	}
}
