package funcs

import (
	"strconv"

	"github.com/grille-dev/grille/sql/types"
)

// fields of extract and date_part, by what they are taken from.
var (
	dateFields = words("millennium", "century", "decade", "year", "quarter", "month", "week", "day",
		"isoyear", "dow", "isodow", "doy", "epoch", "julian")
	clockFields     = words("hour", "minute", "second", "milliseconds", "microseconds", "epoch")
	timestampFields = union(dateFields, clockFields)
	zonedFields     = union(timestampFields, words("timezone", "timezone_hour", "timezone_minute"))
	intervalFields  = union(clockFields, words("millennium", "century", "decade", "year", "quarter", "month", "day"))
	// units of date_trunc
	truncUnits = words("microseconds", "milliseconds", "second", "minute", "hour", "day", "week",
		"month", "quarter", "year", "decade", "century", "millennium")
	intervalTruncUnits = without(truncUnits, "week")
)

func dates() []*Func {
	trunc := scalar("date_trunc", "the {1} of {2}",
		sig(timestamp, text, timestamp).check(oneOf(0, truncUnits, "unit of date_trunc")).totalIf(upToDay(0)).
			lite("g_date_trunc({1}, {2})"),
		sig(timestamptz, text, timestamptz).check(oneOf(0, truncUnits, "unit of date_trunc")).stable().
			lite("g_date_trunc_tz({1}, {2})"),
		sig(interval, text, interval).check(oneOf(0, intervalTruncUnits, "unit of date_trunc")).
			lite("g_date_trunc_interval({1}, {2})"),
		sig(timestamptz, text, timestamptz, text).check(oneOf(0, truncUnits, "unit of date_trunc")).check(zone(2)).
			lite("g_date_trunc_zone({1}, {2}, {3})"),
	)
	field := func(name string) *Func { // extract gives numeric, date_part float8
		result, lite := numeric, func(fn string) string { return fn + "({1}, {2})" }
		if name == "date_part" {
			result = float8
			lite = func(fn string) string { return "CAST(" + fn + "({1}, {2}) AS REAL)" }
		}
		ofDate := sig(result, text, date).check(oneOf(0, dateFields, "field of a date")).lite(lite("g_extract_date"))
		if name == "extract" { // date_part makes the date a timestamp first, which may be too late for one
			ofDate.totalIf(constant(0))
		}
		return scalar(name, "the {1} of {2}", ofDate,
			sig(result, text, clock).check(oneOf(0, clockFields, "field of a time")).totalIf(constant(0)).
				lite(lite("g_extract_time")),
			sig(result, text, timestamp).check(oneOf(0, timestampFields, "field of a timestamp")).totalIf(constant(0)).
				lite(lite("g_extract_timestamp")),
			sig(result, text, timestamptz).check(oneOf(0, zonedFields, "field of a timestamp")).totalIf(constant(0)).stable().
				lite(lite("g_extract_timestamptz")),
			sig(result, text, interval).check(oneOf(0, intervalFields, "field of an interval")).totalIf(constant(0)).
				lite(lite("g_extract_interval")),
		)
	}
	return []*Func{
		trunc, field("extract"), field("date_part"),
		scalar("age", "the time from {2} to {1}",
			sig(interval, timestamp, timestamp).lite("g_age({1}, {2})"),
			sig(interval, timestamptz, timestamptz).stable().lite("g_age_tz({1}, {2})")),
		scalar("make_date", "the date of year {1}, month {2}, day {3}",
			sig(date, int4, int4, int4).lite("g_make_date({1}, {2}, {3})")),
		scalar("make_time", "the time {1}:{2}:{3}", sig(clock, int4, int4, float8).lite("g_make_time({1}, {2}, {3})")),
		scalar("make_timestamp", "{1}-{2}-{3} {4}:{5}:{6}",
			sig(timestamp, int4, int4, int4, int4, int4, float8).lite("g_make_timestamp({1}, {2}, {3}, {4}, {5}, {6})")),
		scalar("make_timestamptz", "{1}-{2}-{3} {4}:{5}:{6}",
			sig(timestamptz, int4, int4, int4, int4, int4, float8).stable().
				lite("g_timestamp_to_timestamptz(g_make_timestamp({1}, {2}, {3}, {4}, {5}, {6}))"),
			sig(timestamptz, int4, int4, int4, int4, int4, float8, text).check(zone(6)).
				lite("g_zone_timestamp({7}, g_make_timestamp({1}, {2}, {3}, {4}, {5}, {6}))")),
		makeInterval(),
		scalar("justify_days", "{1} with 30 days made a month", sig(interval, interval).lite("g_justify_days({1})")),
		scalar("justify_hours", "{1} with 24 hours made a day", sig(interval, interval).lite("g_justify_hours({1})")),
		scalar("justify_interval", "{1} with hours made days and days made months", sig(interval, interval).lite("g_justify_interval({1})")),
		scalar("date_bin", "{2} in steps of {1} from {3}",
			sig(timestamp, interval, timestamp, timestamp).check(bins(0)).lite("g_date_bin({1}, {2}, {3})"),
			sig(timestamptz, interval, timestamptz, timestamptz).check(bins(0)).lite("g_date_bin({1}, {2}, {3})")),
		overlaps(),
		// date(x) is CAST(x AS date); an untyped literal is read as a date.
		scalar("date", "the date of {1}",
			sig(date, date).total().pg("CAST({1} AS pg_catalog.date)").lite("{1}"),
			sig(date, timestamp).total().lite("g_timestamp_to_date({1})"),
			sig(date, timestamptz).total().stable().lite("g_timestamptz_to_date({1})"),
			sig(date, text).stable().pg("CAST({1} AS pg_catalog.date)").lite("g_text_to_date({1})")),
		scalar("timezone", "{2} in the time zone {1}",
			sig(timestamptz, text, timestamp).check(zone(0)).lite("g_zone_timestamp({1}, {2})"),
			sig(timestamp, text, timestamptz).check(zone(0)).lite("g_zone_timestamptz({1}, {2})")),
		scalar("isfinite", "{1} is finite",
			sig(boolean, date).total().lite("g_isfinite({1})"),
			sig(boolean, timestamp).total().lite("g_isfinite({1})"),
			sig(boolean, timestamptz).total().lite("g_isfinite({1})"),
			sig(boolean, interval).total().lite("g_isfinite({1})")),
	}
}

// makeInterval has the defaults of PostgreSQL's: what is not given is 0.
func makeInterval() *Func {
	f := scalar("make_interval", "the length of time of {*}")
	params := []types.Type{int4, int4, int4, int4, int4, int4, float8}
	for n := range len(params) + 1 {
		lite := "g_make_interval("
		for i := range params {
			if i > 0 {
				lite += ", "
			}
			if i < n {
				lite += "{" + strconv.Itoa(i+1) + "}"
			} else {
				lite += "0"
			}
		}
		f.Sigs = append(f.Sigs, sig(interval, params[:n:n]...).lite(lite+")"))
	}
	return f
}

// overlaps is (a, b) OVERLAPS (c, d); an end may be a length of time.
func overlaps() *Func {
	f := scalar("overlaps", "the time from {1} to {2} overlaps that from {3} to {4}")
	for _, t := range []types.Type{timestamp, timestamptz, clock} {
		f.Sigs = append(f.Sigs, sig(boolean, t, t, t, t).total().lite("g_overlaps({1}, {2}, {3}, {4})"))
		add := map[types.Type]string{timestamp: "g_timestamp_add", timestamptz: "g_timestamptz_add", clock: "g_time_add"}[t]
		for _, ends := range [][2]types.Type{{interval, interval}, {t, interval}, {interval, t}} {
			lite := [2]string{"{2}", "{4}"}
			for i, e := range ends {
				if e == interval {
					lite[i] = add + "({" + strconv.Itoa(2*i+1) + "}, " + lite[i] + ")"
				}
			}
			s := sig(boolean, t, ends[0], t, ends[1]).lite("g_overlaps({1}, " + lite[0] + ", {3}, " + lite[1] + ")")
			if t == timestamptz {
				s.stable()
			}
			f.Sigs = append(f.Sigs, s)
		}
	}
	for _, s := range f.Sigs {
		s.pg(`pg_catalog."overlaps"({*})`)
	}
	return f
}

// formats read and write dates and numbers by a format, which must be a constant
// of a small grammar.
func formats() []*Func {
	return []*Func{
		scalar("to_char", "{1} written as {2}",
			sig(text, timestamp, text).check(dateFormat(1)).stable().lite("g_to_char_timestamp({1}, {2})"),
			sig(text, timestamptz, text).check(dateFormat(1)).stable().lite("g_to_char_timestamptz({1}, {2})"),
			sig(text, interval, text).check(dateFormat(1)).stable(),
			sig(text, int4, text).check(numberFormat(1)).stable().lite("g_to_char_int({1}, {2})"),
			sig(text, int8, text).check(numberFormat(1)).stable().lite("g_to_char_int({1}, {2})"),
			sig(text, float4, text).check(numberFormat(1)).stable(),
			sig(text, float8, text).check(numberFormat(1)).stable().lite("g_to_char_float({1}, {2})"),
			sig(text, numeric, text).check(numberFormat(1)).stable().lite("g_to_char_numeric({1}, {2})")),
		scalar("to_date", "{1} read as a date",
			sig(date, text, text).check(dateFormat(1)).stable().lite("g_to_date({1}, {2})")),
		scalar("to_timestamp", "{1} as a point in time",
			sig(timestamptz, float8).lite("g_to_timestamp({1})"),
			sig(timestamptz, text, text).check(dateFormat(1)).stable().lite("g_to_timestamp({1}, {2})")),
		scalar("to_number", "{1} read as a number",
			sig(numeric, text, text).check(numberFormat(1)).stable().lite("g_to_number({1}, {2})")),
	}
}
