package pgfn

import (
	"math"

	"github.com/grille-dev/grille/sql/types"
)

// span is an interval.
type span struct {
	months, days int64 // of int32's range when written
	micros       int64
}

func readInterval(v any) (span, bool) {
	x, err := types.Parse(intervalType, text(v), nil)
	if err != nil {
		return span{}, false
	}
	m, d, u := x.Interval()
	return span{int64(m), int64(d), u}, true
}

func fits32(n int64) bool { return n == int64(int32(n)) }

func (s span) write() (any, error) {
	if !fits32(s.months) || !fits32(s.days) {
		return nil, errInterval
	}
	return types.IntervalOf(int32(s.months), int32(s.days), s.micros).Format(intervalType, nil), nil
}

func (s span) negate() (span, error) {
	if s.micros == math.MinInt64 || s.days == math.MinInt32 || s.months == math.MinInt32 {
		return s, errInterval
	}
	return span{-s.months, -s.days, -s.micros}, nil
}

func (s span) plus(t span) (span, error) {
	u, err := addInt(s.micros, t.micros)
	if err != nil {
		return s, errInterval
	}
	return span{s.months + t.months, s.days + t.days, u}, nil
}

// times is s * f: fractions of months become days of a 30-day month, those of
// days become time.
func (s span) times(f float64) (span, error) {
	months, days := float64(s.months)*f, float64(s.days)*f
	if math.IsNaN(months) || math.IsNaN(days) || math.Abs(months) > math.MaxInt32 || math.Abs(days) > math.MaxInt32 {
		return s, errInterval
	}
	out := span{months: int64(months), days: int64(days)}
	ofMonths := roundMicro((months - float64(out.months)) * 30)
	seconds := roundMicro((days - float64(out.days) + ofMonths - math.Trunc(ofMonths)) * 86400)
	if math.Abs(seconds) >= 86400 {
		whole := int64(seconds / 86400)
		out.days += whole
		seconds -= float64(whole) * 86400
	}
	out.days += int64(ofMonths)
	micros := math.RoundToEven(float64(s.micros)*f + seconds*secMicros)
	if math.IsNaN(micros) || micros >= math.MaxInt64 || micros < math.MinInt64 {
		return s, errInterval
	}
	out.micros = int64(micros)
	return out, nil
}

func roundMicro(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }

// over is s / f.
func (s span) over(f float64) (span, error) {
	if f == 0 {
		return s, errDivision
	}
	months, days := float64(s.months)/f, float64(s.days)/f
	if math.IsNaN(months) || math.IsNaN(days) || math.Abs(months) > math.MaxInt32 || math.Abs(days) > math.MaxInt32 {
		return s, errInterval
	}
	out := span{months: int64(months), days: int64(days)}
	ofMonths := roundMicro((months - float64(out.months)) * 30)
	seconds := roundMicro((days - float64(out.days) + ofMonths - math.Trunc(ofMonths)) * 86400)
	if math.Abs(seconds) >= 86400 {
		whole := int64(seconds / 86400)
		out.days += whole
		seconds -= float64(whole) * 86400
	}
	out.days += int64(ofMonths)
	micros := math.RoundToEven(float64(s.micros)/f + seconds*secMicros)
	if math.IsNaN(micros) || micros >= math.MaxInt64 || micros < math.MinInt64 {
		return s, errInterval
	}
	out.micros = int64(micros)
	return out, nil
}

// after is a wall clock time s later: months first, cut to the last day of the
// month, then days, then time.
func (s span) after(micros int64) (int64, error) {
	if isInf(micros) {
		return micros, nil
	}
	days, clock := split(micros)
	if s.months != 0 {
		y, m, d := types.Civil(days)
		m += s.months
		y += floorDiv(m-1, 12)
		m -= floorDiv(m-1, 12) * 12
		days = types.DaysOf(y, m, min(d, types.MonthDays(y, m)))
	}
	days += s.days
	if days < firstDay-1000 || days > lastDay+1000 { // far outside, and no overflow below
		return 0, errDate
	}
	sum, err := addInt(join(days, clock), s.micros)
	if err != nil || isInf(sum) {
		return 0, errDate
	}
	return sum, nil
}

// between is the interval between two timestamps: days and time.
func between(a, b int64) (span, error) {
	if isInf(a) || isInf(b) {
		return span{}, fail("22008", "cannot subtract infinite timestamps")
	}
	d, err := subInt(a, b)
	if err != nil {
		return span{}, errInterval
	}
	return span{days: d / dayMicros, micros: d % dayMicros}, nil
}

func intervals() []Scalar {
	of1 := func(name string, fn func(s span) (span, error)) Scalar {
		return strict(name, 1, func(a []any) (any, error) {
			s, ok := readInterval(a[0])
			if !ok {
				return nil, nil
			}
			r, err := fn(s)
			if err != nil {
				return nil, err
			}
			return r.write()
		})
	}
	of2 := func(name string, fn func(s, t span) (span, error)) Scalar {
		return strict(name, 2, func(a []any) (any, error) {
			s, ok1 := readInterval(a[0])
			t, ok2 := readInterval(a[1])
			if !ok1 || !ok2 {
				return nil, nil
			}
			r, err := fn(s, t)
			if err != nil {
				return nil, err
			}
			return r.write()
		})
	}
	scaled := func(name string, fn func(s span, f float64) (span, error)) Scalar {
		return strict(name, 2, func(a []any) (any, error) {
			s, ok := readInterval(a[0])
			if !ok {
				return nil, nil
			}
			r, err := fn(s, float(a[1]))
			if err != nil {
				return nil, err
			}
			return r.write()
		})
	}
	return []Scalar{
		of1("g_neg_interval", span.negate),
		of2("g_interval_add", span.plus),
		of2("g_interval_sub", func(s, t span) (span, error) {
			t, err := t.negate()
			if err != nil {
				return s, err
			}
			return s.plus(t)
		}),
		scaled("g_interval_mul", span.times),
		scaled("g_interval_div", span.over),
		strict("g_date_trunc_interval", 2, func(a []any) (any, error) {
			s, ok := readInterval(a[1])
			if !ok {
				return nil, nil
			}
			r, err := s.trunc(unit(a[0]))
			if err != nil {
				return nil, err
			}
			return r.write()
		}),
		strict("g_time_add", 2, func(a []any) (any, error) { return shiftTime(a, 1) }),
		strict("g_time_sub", 2, func(a []any) (any, error) { return shiftTime(a, -1) }),
		strict("g_time_diff", 2, func(a []any) (any, error) {
			x, ok1 := readTime(a[0])
			y, ok2 := readTime(a[1])
			if !ok1 || !ok2 {
				return nil, nil
			}
			return span{micros: x - y}.write()
		}),
	}
}

// shiftTime moves a time of day round the clock.
func shiftTime(a []any, sign int64) (any, error) {
	t, ok1 := readTime(a[0])
	s, ok2 := readInterval(a[1])
	if !ok1 || !ok2 {
		return nil, nil
	}
	t += sign * (s.micros % dayMicros)
	return writeTime(t - floorDiv(t, dayMicros)*dayMicros), nil
}

var unitYears = map[string]int64{"year": 1, "decade": 10, "century": 100, "millennium": 1000}

func (s span) trunc(unit string) (span, error) {
	if years := unitYears[unit]; years > 0 {
		n := 12 * years
		return span{months: s.months / n * n}, nil
	}
	switch unit {
	case "quarter":
		return span{months: s.months / 3 * 3}, nil
	case "month":
		return span{months: s.months}, nil
	case "day":
		return span{months: s.months, days: s.days}, nil
	}
	n, ok := clockUnits[unit]
	if !ok {
		return s, errUnit
	}
	s.micros = s.micros / n * n
	return s, nil
}

var clockUnits = map[string]int64{
	"microseconds": 1, "milliseconds": 1000, "second": secMicros, "minute": minMicros, "hour": hourMicros,
}

var errUnit = &Error{"22023", "unit not recognized"}
