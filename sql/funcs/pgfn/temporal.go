package pgfn

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

const (
	dayMicros  = 86400_000000
	hourMicros = 3600_000000
	minMicros  = 60_000000
	secMicros  = 1_000000

	forever = math.MaxInt64 // infinity
	never0  = math.MinInt64 // -infinity

	days2000 = 10957 // 2000-01-01 in days since 1970

	// Years 1 to 9999, which compare by bytes.
	firstDay = -719162
	lastDay  = 2932896
)

func isInf(n int64) bool { return n == forever || n == never0 }

var (
	dateType        = types.Of(types.Date)
	timeType        = types.Of(types.Time)
	timestampType   = types.Of(types.Timestamp)
	timestamptzType = types.Of(types.TimestampTZ)
	intervalType    = types.Of(types.Interval)
	jsonbType       = types.Of(types.JSONB)
)

// readDate gives days since 1970, or an infinity.
func readDate(v any) (int64, bool) {
	x, err := types.Parse(dateType, text(v), nil)
	if err != nil {
		return 0, false
	}
	return x.Days(), true
}

// readTimestamp gives microseconds since 2000, or an infinity; texts with +00
// at the end are instants in UTC.
func readTimestamp(v any) (int64, bool) {
	s := text(v)
	t := timestampType
	if strings.HasSuffix(s, "+00") {
		t = timestamptzType
	}
	x, err := types.Parse(t, s, time.UTC)
	if err != nil {
		return 0, false
	}
	return x.Micros2000(), true
}

func readTime(v any) (int64, bool) {
	x, err := types.Parse(timeType, text(v), nil)
	if err != nil {
		return 0, false
	}
	return x.Micros(), true
}

func writeDate(days int64) (any, error) {
	switch {
	case days == forever:
		return "infinity", nil
	case days == never0:
		return "-infinity", nil
	case days < firstDay || days > lastDay:
		return nil, errDate
	}
	return types.DateOf(days).Format(dateType, nil), nil
}

func outside(micros int64) bool {
	return micros < (firstDay-days2000)*dayMicros || micros >= (lastDay+1-days2000)*dayMicros
}

func writeTimestamp(micros int64) (any, error) {
	switch {
	case micros == forever:
		return "infinity", nil
	case micros == never0:
		return "-infinity", nil
	case outside(micros):
		return nil, errDate
	}
	return types.Timestamp2000(micros).Format(timestampType, nil), nil
}

func writeTimestamptz(micros int64) (any, error) {
	if isInf(micros) || outside(micros) {
		return writeTimestamp(micros)
	}
	return types.TimestampTZ2000(micros).Format(timestamptzType, time.UTC), nil
}

// sortable is an instant for comparisons only: those outside the years 1 to
// 9999, where time zones may lead, get a text that no value has and that still
// compares by bytes.
func sortable(micros int64) any {
	switch {
	case isInf(micros) || !outside(micros):
		s, _ := writeTimestamptz(micros)
		return s
	case micros < 0:
		return "/" + decimalText(micros-never0+1e18) // before 0, after -
	}
	return ":" + decimalText(micros) // after 9, before infinity
}

func writeTime(micros int64) string { return types.TimeOf(micros).Format(timeType, nil) }

// local is the wall clock of an instant; both in microseconds since 2000.
func local(micros int64, loc *time.Location) int64 {
	if isInf(micros) {
		return micros
	}
	return types.LocalMicros(micros, loc)
}

// instant is the instant of a wall clock time.
func instant(micros int64, loc *time.Location) int64 {
	if isInf(micros) {
		return micros
	}
	return types.InstantMicros(micros, loc)
}

// split parts a finite timestamp into days since 1970 and microseconds of the day.
func split(micros int64) (days, clock int64) {
	days = floorDiv(micros, dayMicros)
	return days + days2000, micros - days*dayMicros
}

func join(days, clock int64) int64 { return (days-days2000)*dayMicros + clock }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// reader is a function from a stored value to its canonical text, NULL for
// what does not fit: a column of SQLite may hold anything.
func reader(name string, fn func(v any) (any, error)) Scalar {
	return Scalar{name, 1, func(a []any) (any, error) {
		if a[0] == nil {
			return nil, nil
		}
		v, err := fn(a[0])
		if err != nil {
			return nil, nil
		}
		return v, nil
	}}
}

// like reports whether s has digits where shape has noughts, and else its signs.
func like(s, shape string) bool {
	if len(s) != len(shape) {
		return false
	}
	for i := range len(s) {
		if digit := s[i] >= '0' && s[i] <= '9'; digit != (shape[i] == '0') || !digit && s[i] != shape[i] {
			return false
		}
	}
	return true
}

// plainDigits reports whether a float was printed without an exponent, and is a number.
func plainDigits(s string) bool { return strings.Trim(s, "-.0123456789") == "" }

func readers() []Scalar {
	canonical := func(t types.Type, fn func(v any) (any, error)) Scalar {
		return reader("g_"+t.String(), func(v any) (any, error) {
			if _, ok := v.(string); !ok {
				return nil, errInvalid
			}
			return fn(v)
		})
	}
	parsed := func(k types.Kind) Scalar {
		t := types.Of(k)
		return canonical(t, func(v any) (any, error) {
			x, err := types.Parse(t, v.(string), time.UTC)
			if err != nil {
				return nil, err
			}
			return x.Format(t, time.UTC), nil
		})
	}
	return []Scalar{
		reader("g_numeric", func(v any) (any, error) {
			switch x := v.(type) {
			case int64:
				return decimalText(x), nil
			case float64:
				if s := strconv.FormatFloat(x, 'g', 15, 64); x != 0 && plainDigits(s) {
					return s, nil // what the long way gives
				}
				d := fromFloat(x, 15)
				return d.text()
			case string:
				n, err := types.NumericOf(x)
				return n.Text(), err
			}
			return nil, errInvalid
		}),
		canonical(dateType, func(v any) (any, error) {
			d, ok := readDate(v)
			switch {
			case !ok:
				return nil, errInvalid
			case like(v.(string), "0000-00-00"):
				return v, nil // as it would be written
			}
			return writeDate(d)
		}),
		canonical(timestampType, func(v any) (any, error) {
			s := v.(string)
			x, err := types.Parse(timestampType, s, nil)
			switch {
			case err != nil:
				return nil, err
			case like(s, "0000-00-00 00:00:00") && s[11:13] < "24" && s[17:] < "60":
				return v, nil // as it would be written
			}
			return writeTimestamp(x.Micros2000())
		}),
		canonical(timestamptzType, func(v any) (any, error) {
			x, err := types.Parse(timestamptzType, v.(string), time.UTC)
			if err != nil {
				return nil, err
			}
			return writeTimestamptz(x.Micros2000())
		}),
		parsed(types.Time), parsed(types.Interval), parsed(types.UUID), parsed(types.JSON), parsed(types.JSONB),
	}
}
