package pgfn

import (
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// Unit is the usual name of a field or unit of date_part, extract and
// date_trunc: year for Years and yrs. Others come back in lower case.
func Unit(name string) string {
	name = strings.ToLower(name)
	if usual := unitNames[name]; usual != "" {
		return usual
	}
	return name
}

var unitNames = map[string]string{
	"years": "year", "yr": "year", "yrs": "year", "y": "year", "months": "month", "mon": "month", "mons": "month",
	"weeks": "week", "w": "week", "days": "day", "d": "day", "hours": "hour", "hr": "hour", "hrs": "hour", "h": "hour",
	"minutes": "minute", "min": "minute", "mins": "minute", "m": "minute",
	"seconds": "second", "sec": "second", "secs": "second", "s": "second",
	"decades": "decade", "centuries": "century", "millennia": "millennium",
	"millisecond": "milliseconds", "ms": "milliseconds", "msec": "milliseconds",
	"microsecond": "microseconds", "us": "microseconds", "usec": "microseconds", "qtr": "quarter",
}

func unit(v any) string { return Unit(text(v)) }

// onTimestamp wraps a function of one timestamp at position i.
func onTimestamp(name string, args, i int, fn func(a []any, micros int64) (any, error)) Scalar {
	return strict(name, args, func(a []any) (any, error) {
		m, ok := readTimestamp(a[i])
		if !ok {
			return nil, nil
		}
		return fn(a, m)
	})
}

func onDate(name string, args, i int, fn func(a []any, days int64) (any, error)) Scalar {
	return strict(name, args, func(a []any) (any, error) {
		d, ok := readDate(a[i])
		if !ok {
			return nil, nil
		}
		return fn(a, d)
	})
}

// then writes a result unless there is an error.
func then[T any](write func(T) (any, error)) func(T, error) (any, error) {
	return func(v T, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return write(v)
	}
}

var (
	thenTimestamp   = then(writeTimestamp)
	thenTimestamptz = then(writeTimestamptz)
	thenInterval    = then(span.write)
)

// calendar are the functions of dates and timestamps without a zone.
func calendar() []Scalar {
	shift := func(name string, sign int64) Scalar {
		return onTimestamp(name, 2, 0, func(a []any, m int64) (any, error) {
			s, ok := readInterval(a[1])
			if !ok {
				return nil, nil
			}
			s, err := s.signed(sign)
			if err != nil {
				return nil, err
			}
			return thenTimestamp(s.after(m))
		})
	}
	shiftDate := func(name string, sign int64) Scalar {
		return onDate(name, 2, 0, func(a []any, d int64) (any, error) {
			if isInf(d) {
				return writeDate(d)
			}
			return writeDate(d + sign*integer(a[1]))
		})
	}
	return []Scalar{
		shift("g_timestamp_add", 1), shift("g_timestamp_sub", -1),
		shiftDate("g_date_add", 1), shiftDate("g_date_sub", -1),
		onDate("g_date_diff", 2, 0, func(a []any, d int64) (any, error) {
			e, ok := readDate(a[1])
			switch {
			case !ok:
				return nil, nil
			case isInf(d) || isInf(e):
				return nil, fail("22008", "cannot subtract infinite dates")
			}
			return d - e, nil
		}),
		onDate("g_date_time", 2, 0, func(a []any, d int64) (any, error) {
			t, ok := readTime(a[1])
			switch {
			case !ok:
				return nil, nil
			case isInf(d):
				return writeTimestamp(d)
			}
			return writeTimestamp(join(d, t))
		}),
		onTimestamp("g_timestamp_diff", 2, 0, func(a []any, m int64) (any, error) {
			n, ok := readTimestamp(a[1])
			if !ok {
				return nil, nil
			}
			return thenInterval(between(m, n))
		}),
		onTimestamp("g_age", 2, 0, func(a []any, m int64) (any, error) {
			n, ok := readTimestamp(a[1])
			if !ok {
				return nil, nil
			}
			return thenInterval(age(m, n))
		}),
		onTimestamp("g_date_trunc", 2, 1, func(a []any, m int64) (any, error) { return thenTimestamp(truncate(unit(a[0]), m)) }),
		onDate("g_extract_date", 2, 1, func(a []any, d int64) (any, error) { return extractDate(unit(a[0]), d) }),
		onTimestamp("g_extract_timestamp", 2, 1, func(a []any, m int64) (any, error) { return extract(unit(a[0]), m, m) }),
		strict("g_extract_time", 2, func(a []any) (any, error) {
			t, ok := readTime(a[1])
			if !ok {
				return nil, nil
			}
			return extractTime(unit(a[0]), t)
		}),
		strict("g_extract_interval", 2, func(a []any) (any, error) {
			s, ok := readInterval(a[1])
			if !ok {
				return nil, nil
			}
			return s.extract(unit(a[0]))
		}),
		strict("g_make_date", 3, func(a []any) (any, error) {
			y, m, d := integer(a[0]), integer(a[1]), integer(a[2])
			if y < 0 {
				y++ // there is no year 0: -1 is 1 BC
			} else if y == 0 {
				return nil, errDate
			}
			if m < 1 || m > 12 || d < 1 || d > types.MonthDays(y, m) {
				return nil, errDate
			}
			return writeDate(types.DaysOf(y, m, d))
		}),
		simple("g_isfinite", 1, func(a []any) any { return truth(!strings.Contains(text(a[0]), "infinity")) }),
		onDate("g_date_to_timestamp", 1, 0, func(_ []any, d int64) (any, error) {
			if isInf(d) {
				return writeTimestamp(d)
			}
			return writeTimestamp(join(d, 0))
		}),
		onTimestamp("g_timestamp_to_date", 1, 0, func(_ []any, m int64) (any, error) { return dateOf(m) }),
		onTimestamp("g_timestamp_to_time", 1, 0, func(_ []any, m int64) (any, error) { return timeOf(m), nil }),
	}
}

func (s span) signed(sign int64) (span, error) {
	if sign < 0 {
		return s.negate()
	}
	return s, nil
}

func dateOf(micros int64) (any, error) {
	if isInf(micros) {
		return writeDate(micros)
	}
	days, _ := split(micros)
	return writeDate(days)
}

// timeOf is NULL for infinities.
func timeOf(micros int64) any {
	if isInf(micros) {
		return nil
	}
	_, clock := split(micros)
	return writeTime(clock)
}

// zoned are the functions of instants, which depend on the session's time zone.
func zoned(zone func() *time.Location, known zones) []Scalar {
	shift := func(name string, sign int64) Scalar {
		return onTimestamp(name, 2, 0, func(a []any, m int64) (any, error) {
			s, ok := readInterval(a[1])
			if !ok {
				return nil, nil
			}
			s, err := s.signed(sign)
			if err != nil {
				return nil, err
			}
			return thenTimestamptz(s.afterInstant(m, zone()))
		})
	}
	return []Scalar{
		shift("g_timestamptz_add", 1), shift("g_timestamptz_sub", -1),
		onTimestamp("g_age_tz", 2, 0, func(a []any, m int64) (any, error) {
			n, ok := readTimestamp(a[1])
			if !ok {
				return nil, nil
			}
			return thenInterval(age(local(m, zone()), local(n, zone())))
		}),
		onTimestamp("g_date_trunc_tz", 2, 1, func(a []any, m int64) (any, error) {
			return thenTimestamptz(truncateInstant(unit(a[0]), m, zone()))
		}),
		onTimestamp("g_date_trunc_zone", 3, 1, func(a []any, m int64) (any, error) {
			loc, ok := known.get(text(a[2]))
			if !ok {
				return nil, errZone
			}
			return thenTimestamptz(truncateInstant(unit(a[0]), m, loc))
		}),
		onTimestamp("g_extract_timestamptz", 2, 1, func(a []any, m int64) (any, error) {
			l := local(m, zone())
			switch unit(a[0]) {
			case "timezone", "timezone_hour", "timezone_minute":
				if isInf(m) {
					return nil, nil
				}
				return extractZone(unit(a[0]), (l-m)/secMicros), nil
			}
			return extract(unit(a[0]), l, m)
		}),
		onTimestamp("g_zone_timestamp", 2, 1, func(a []any, m int64) (any, error) {
			loc, ok := known.get(text(a[0]))
			if !ok {
				return nil, errZone
			}
			return writeTimestamptz(instant(m, loc))
		}),
		onTimestamp("g_zone_timestamptz", 2, 1, func(a []any, m int64) (any, error) {
			loc, ok := known.get(text(a[0]))
			if !ok {
				return nil, errZone
			}
			return writeTimestamp(local(m, loc))
		}),
		onDate("g_date_sortable", 1, 0, func(_ []any, d int64) (any, error) {
			if isInf(d) {
				return sortable(d), nil
			}
			return sortable(instant(join(d, 0), zone())), nil
		}),
		onTimestamp("g_timestamp_sortable", 1, 0, func(_ []any, m int64) (any, error) {
			return sortable(instant(m, zone())), nil
		}),
		onDate("g_date_to_timestamptz", 1, 0, func(_ []any, d int64) (any, error) {
			if isInf(d) {
				return writeTimestamptz(d)
			}
			return writeTimestamptz(instant(join(d, 0), zone()))
		}),
		onTimestamp("g_timestamp_to_timestamptz", 1, 0, func(_ []any, m int64) (any, error) {
			return writeTimestamptz(instant(m, zone()))
		}),
		onTimestamp("g_timestamptz_to_timestamp", 1, 0, func(_ []any, m int64) (any, error) {
			return writeTimestamp(local(m, zone()))
		}),
		// Total on PostgreSQL: NULL where a zone leads out of the years 1 to 9999.
		onTimestamp("g_timestamptz_to_date", 1, 0, func(_ []any, m int64) (any, error) {
			d, err := dateOf(local(m, zone()))
			if err != nil {
				return nil, nil
			}
			return d, nil
		}),
		onTimestamp("g_timestamptz_to_time", 1, 0, func(_ []any, m int64) (any, error) { return timeOf(local(m, zone())), nil }),
		onTimestamp("g_timestamptz_to_text", 1, 0, func(_ []any, m int64) (any, error) {
			return types.TimestampTZ2000(m).Format(timestamptzType, zone()), nil
		}),
	}
}

// zones are the time zones that a connection's statements have named.
type zones map[string]*time.Location

func (z zones) get(name string) (*time.Location, bool) {
	if loc := z[name]; loc != nil {
		return loc, true
	}
	loc, ok := types.Zone(name)
	if ok && len(z) < 1000 {
		z[name] = loc
	}
	return loc, ok
}

var errZone = &Error{"22023", "time zone not recognized"}

// afterInstant adds months and days on the wall clock, then time.
func (s span) afterInstant(micros int64, loc *time.Location) (int64, error) {
	if isInf(micros) {
		return micros, nil
	}
	if s.months != 0 || s.days != 0 {
		m, err := (span{months: s.months, days: s.days}).after(local(micros, loc))
		if err != nil {
			return 0, err
		}
		micros = instant(m, loc)
	}
	return span{micros: s.micros}.after(micros)
}

// truncate cuts a wall clock time to a unit.
func truncate(unit string, micros int64) (int64, error) {
	if isInf(micros) {
		return micros, nil
	}
	if n, ok := clockUnits[unit]; ok {
		return floorDiv(micros, n) * n, nil
	}
	days, _ := split(micros)
	y, m, _ := types.Civil(days)
	switch unit {
	case "day":
		return join(days, 0), nil
	case "week":
		return join(days-weekday(days), 0), nil
	case "month":
	case "quarter":
		m = (m-1)/3*3 + 1
	case "year":
		m = 1
	case "decade":
		y, m = floorDiv(y, 10)*10, 1
	case "century":
		y, m = floorDiv(y-1, 100)*100+1, 1
	case "millennium":
		y, m = floorDiv(y-1, 1000)*1000+1, 1
	default:
		return 0, errUnit
	}
	return join(types.DaysOf(y, m, 1), 0), nil
}

// weekday is 0 for Monday.
func weekday(days int64) int64 { return days + 3 - floorDiv(days+3, 7)*7 }

// truncateInstant cuts on the wall clock. From days up the zone's offset is
// that of the result, below it stays.
func truncateInstant(unit string, micros int64, loc *time.Location) (int64, error) {
	if isInf(micros) {
		return micros, nil
	}
	wall := local(micros, loc)
	cut, err := truncate(unit, wall)
	if err != nil {
		return 0, err
	}
	if clockUnits[unit] > 0 {
		return micros - (wall - cut), nil
	}
	return instant(cut, loc), nil
}

// age is a - b in years, months, days and time, as a calendar counts. Days are
// borrowed from the month of the earlier time, whichever it is.
func age(a, b int64) (span, error) {
	if isInf(a) || isInf(b) {
		return span{}, fail("22008", "age of infinite timestamps")
	}
	if a < b {
		s, err := age(b, a)
		if err != nil {
			return s, err
		}
		return s.negate()
	}
	da, ca := split(a)
	db, cb := split(b)
	ya, ma, dda := types.Civil(da)
	yb, mb, ddb := types.Civil(db)
	months, days, clock := (ya-yb)*12+ma-mb, dda-ddb, ca-cb
	if clock < 0 {
		clock += dayMicros
		days--
	}
	for days < 0 {
		days += types.MonthDays(yb, mb)
		months--
	}
	return span{months, days, clock}, nil
}
