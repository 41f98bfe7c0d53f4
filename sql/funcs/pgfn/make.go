package pgfn

import (
	"math"

	"github.com/grille-dev/grille/sql/types"
)

// makers put dates, times and intervals together, and move them onto a grid.
func makers() []Scalar {
	tidy := func(name string, fn func(s span) (span, error)) Scalar {
		return strict(name, 1, func(a []any) (any, error) {
			s, ok := readInterval(a[0])
			if !ok {
				return nil, nil
			}
			return thenInterval(fn(s))
		})
	}
	return []Scalar{
		strict("g_make_time", 3, func(a []any) (any, error) {
			t, err := clockOf(integer(a[0]), integer(a[1]), float(a[2]))
			if err != nil {
				return nil, err
			}
			return writeTime(t), nil
		}),
		strict("g_make_timestamp", 6, func(a []any) (any, error) {
			y, m, d := integer(a[0]), integer(a[1]), integer(a[2])
			if y < 0 {
				y++ // there is no year 0: -1 is 1 BC
			} else if y == 0 {
				return nil, errDate
			}
			t, err := clockOf(integer(a[3]), integer(a[4]), float(a[5]))
			if err != nil || m < 1 || m > 12 || d < 1 || d > types.MonthDays(y, m) {
				return nil, errDate
			}
			return writeTimestamp(join(types.DaysOf(y, m, d), t))
		}),
		strict("g_make_interval", 7, func(a []any) (any, error) { return thenInterval(spanOf(a)) }),
		tidy("g_justify_days", span.justifyDays), tidy("g_justify_hours", span.justifyHours), tidy("g_justify_interval", span.justify),
		onTimestamp("g_date_bin", 3, 1, func(a []any, m int64) (any, error) {
			s, ok1 := readInterval(a[0])
			origin, ok2 := readTimestamp(a[2])
			if !ok1 || !ok2 {
				return nil, nil
			}
			binned, err := bin(s, m, origin)
			if err != nil {
				return nil, err
			}
			if isZoned(a[1]) {
				return writeTimestamptz(binned)
			}
			return writeTimestamp(binned)
		}),
		{"g_overlaps", 4, func(a []any) (any, error) { return overlaps(a[0], a[1], a[2], a[3]), nil }},
	}
}

// isZoned reports whether a timestamp is an instant. The infinities look alike.
func isZoned(v any) bool {
	s := text(v)
	return len(s) > 3 && s[len(s)-3:] == "+00"
}

// clockOf is a time of day in microseconds, 24:00 included.
func clockOf(h, m int64, sec float64) (int64, error) {
	micros := math.RoundToEven(sec * secMicros)
	if h < 0 || h > 24 || m < 0 || m > 59 || math.IsNaN(sec) || micros < 0 || micros > minMicros {
		return 0, errDate
	}
	t := h*hourMicros + m*minMicros + int64(micros)
	if t > dayMicros {
		return 0, errDate
	}
	return t, nil
}

// spanOf is an interval of years, months, weeks, days, hours, minutes and seconds.
func spanOf(a []any) (span, error) {
	secs := math.RoundToEven(float(a[6]) * secMicros)
	if math.IsNaN(secs) || math.Abs(secs) >= math.MaxInt64 {
		return span{}, errInterval
	}
	micros, err := addInt(integer(a[4])*hourMicros+integer(a[5])*minMicros, int64(secs))
	if err != nil {
		return span{}, errInterval
	}
	return span{integer(a[0])*12 + integer(a[1]), integer(a[2])*7 + integer(a[3]), micros}, nil
}

func (s span) fits() (span, error) {
	if !fits32(s.months) || !fits32(s.days) {
		return s, errInterval
	}
	return s, nil
}

func (s span) justifyDays() (span, error) {
	s.months, s.days = s.months+s.days/30, s.days%30
	switch {
	case s.months > 0 && s.days < 0:
		s.months, s.days = s.months-1, s.days+30
	case s.months < 0 && s.days > 0:
		s.months, s.days = s.months+1, s.days-30
	}
	return s.fits()
}

func (s span) justifyHours() (span, error) {
	s.days, s.micros = s.days+s.micros/dayMicros, s.micros%dayMicros
	return s.sameSign().fits()
}

// sameSign gives the time of day the sign of the days.
func (s span) sameSign() span {
	switch {
	case s.days > 0 && s.micros < 0:
		s.days, s.micros = s.days-1, s.micros+dayMicros
	case s.days < 0 && s.micros > 0:
		s.days, s.micros = s.days+1, s.micros-dayMicros
	}
	return s
}

func (s span) justify() (span, error) {
	s.days, s.micros = s.days+s.micros/dayMicros, s.micros%dayMicros
	s.months, s.days = s.months+s.days/30, s.days%30
	switch {
	case s.months > 0 && (s.days < 0 || s.days == 0 && s.micros < 0):
		s.months, s.days = s.months-1, s.days+30
	case s.months < 0 && (s.days > 0 || s.days == 0 && s.micros > 0):
		s.months, s.days = s.months+1, s.days-30
	}
	return s.sameSign().fits()
}

// bin is the last point of the grid that is not after m.
func bin(s span, m, origin int64) (int64, error) {
	switch {
	case isInf(m):
		return m, nil
	case isInf(origin):
		return 0, fail("22008", "origin out of range")
	case s.months != 0:
		return 0, fail("0A000", "timestamps cannot be binned into months or years")
	}
	days, err := mulInt(s.days, dayMicros)
	if err != nil {
		return 0, errInterval
	}
	step, err := addInt(days, s.micros)
	if err != nil {
		return 0, errInterval
	}
	if step <= 0 {
		return 0, fail("22008", "stride must be greater than zero")
	}
	away, err := subInt(m, origin)
	if err != nil {
		return 0, errInterval
	}
	return m - (away - floorDiv(away, step)*step), nil
}

// overlaps compares two periods, of which the ends stand in any order; a NULL end
// is unknown. Times compare by bytes.
func overlaps(a, b, c, d any) any {
	from1, to1, ok1 := period(a, b)
	from2, to2, ok2 := period(c, d)
	if !ok1 || !ok2 {
		return nil
	}
	if text(from1) < text(from2) { // the one that begins later is the first
		from1, to1, from2, to2 = from2, to2, from1, to1
	}
	switch {
	case text(from1) == text(from2):
		if to1 == nil || to2 == nil {
			return nil
		}
		return truth(true)
	case to2 == nil:
		return nil
	case text(from1) < text(to2):
		return truth(true)
	case to1 == nil:
		return nil
	}
	return truth(false)
}

// period has its ends in order, and a NULL, if there is one, at the end.
func period(a, b any) (from, to any, ok bool) {
	switch {
	case a == nil:
		return b, nil, b != nil
	case b != nil && text(a) > text(b):
		return b, a, true
	}
	return a, b, true
}
