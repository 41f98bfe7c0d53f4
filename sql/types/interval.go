package types

import (
	"math"
	"strconv"
	"strings"
)

const (
	monthsPerYear = 12
	daysPerMonth  = 30 // when intervals are compared, and for fractions of a month
)

func formatInterval(months, days int32, micros int64) string {
	w := intervalWriter{}
	w.part(int64(months)/monthsPerYear, "year")
	w.part(int64(months)%monthsPerYear, "mon")
	w.part(int64(days), "day")
	if len(w.b) > 0 && micros == 0 {
		return string(w.b)
	}
	if len(w.b) > 0 {
		w.b = append(w.b, ' ')
	}
	switch {
	case micros < 0:
		w.b = append(w.b, '-')
	case w.negative:
		w.b = append(w.b, '+')
	}
	return string(appendClockU(w.b, magnitude(micros)))
}

type intervalWriter struct {
	b        []byte
	negative bool // the part before was negative: the next positive one needs a +
}

func (w *intervalWriter) part(n int64, unit string) {
	if n == 0 {
		return
	}
	if len(w.b) > 0 {
		w.b = append(w.b, ' ')
	}
	if w.negative && n > 0 {
		w.b = append(w.b, '+')
	}
	w.b = strconv.AppendInt(w.b, n, 10)
	w.b = append(append(w.b, ' '), unit...)
	if n != 1 {
		w.b = append(w.b, 's')
	}
	w.negative = n < 0
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1
	}
	return uint64(n)
}

func appendClockU(b []byte, micros uint64) []byte {
	b = appendPadded(b, int64(micros/hourMicros), 2)
	b = append(b, ':')
	b = appendPadded(b, int64(micros/minMicros%60), 2)
	b = append(b, ':')
	b = appendPadded(b, int64(micros/secMicros%60), 2)
	return appendFraction(b, int64(micros%secMicros))
}

// compareIntervals compares spans without big numbers.
func compareIntervals(a, b Value) int {
	da, ra := spanParts(a)
	db, rb := spanParts(b)
	switch {
	case da < db:
		return -1
	case da > db:
		return 1
	case ra < rb:
		return -1
	case ra > rb:
		return 1
	}
	return 0
}

func spanParts(v Value) (days, micros int64) {
	months, d, m := v.Interval()
	carry := floorDiv(m, dayMicros)
	return int64(months)*daysPerMonth + int64(d) + carry, m - carry*dayMicros
}

// intervalUnits are the units of an interval and how many of the field they are.
var intervalUnits = map[string]struct {
	field byte // u microseconds, d days, m months
	n     int64
}{
	"microsecond": {'u', 1}, "microseconds": {'u', 1}, "us": {'u', 1}, "usec": {'u', 1}, "usecs": {'u', 1},
	"millisecond": {'u', 1000}, "milliseconds": {'u', 1000}, "ms": {'u', 1000}, "msec": {'u', 1000}, "msecs": {'u', 1000},
	"second": {'u', secMicros}, "seconds": {'u', secMicros}, "sec": {'u', secMicros}, "secs": {'u', secMicros}, "s": {'u', secMicros},
	"minute": {'u', minMicros}, "minutes": {'u', minMicros}, "min": {'u', minMicros}, "mins": {'u', minMicros}, "m": {'u', minMicros},
	"hour": {'u', hourMicros}, "hours": {'u', hourMicros}, "hr": {'u', hourMicros}, "hrs": {'u', hourMicros}, "h": {'u', hourMicros},
	"day": {'d', 1}, "days": {'d', 1}, "d": {'d', 1},
	"week": {'d', 7}, "weeks": {'d', 7}, "w": {'d', 7},
	"month": {'m', 1}, "months": {'m', 1}, "mon": {'m', 1}, "mons": {'m', 1},
	"year": {'m', 12}, "years": {'m', 12}, "yr": {'m', 12}, "yrs": {'m', 12}, "y": {'m', 12},
	"decade": {'m', 120}, "decades": {'m', 120},
	"century": {'m', 1200}, "centuries": {'m', 1200},
	"millennium": {'m', 12000}, "millennia": {'m', 12000},
}

// ParseInterval reads an interval; a number without a unit counts unit, as in
// INTERVAL '90' DAY. PostgreSQL's own default is "second".
func ParseInterval(text, unit string) (Value, error) {
	s := strings.ToLower(strings.TrimFunc(text, isSpace))
	var acc intervalSum
	var ok bool
	if strings.HasPrefix(s, "p") {
		ok = acc.iso(s[1:])
	} else {
		ok = acc.verbose(s, unit)
	}
	v, fits := acc.value()
	if !ok || !fits {
		return Null, notA(Interval, "write numbers with units, like '1 year 2 months 3 days 04:05:06'")
	}
	return v, nil
}

// intervalSum adds up the parts of an interval exactly.
type intervalSum struct {
	months, days int64
	micros       int64
	bad          bool
}

func (a *intervalSum) value() (Value, bool) {
	if a.bad || a.months != int64(int32(a.months)) || a.days != int64(int32(a.days)) {
		return Null, false
	}
	return IntervalOf(int32(a.months), int32(a.days), a.micros), true
}

// quantity is a signed decimal number: whole + frac, both with the sign.
type quantity struct {
	whole int64
	frac  float64
}

func parseQuantity(s string) (quantity, bool) {
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	whole, rest := digits(s)
	var q quantity
	if whole != "" {
		n, err := strconv.ParseInt(whole, 10, 64)
		if err != nil {
			return q, false
		}
		q.whole = n
	}
	if rest != "" {
		frac, tail := digits(strings.TrimPrefix(rest, "."))
		if rest[0] != '.' || tail != "" || whole+frac == "" {
			return q, false
		}
		q.frac, _ = strconv.ParseFloat("0."+frac+"0", 64)
	} else if whole == "" {
		return q, false
	}
	if neg {
		q.whole, q.frac = -q.whole, -q.frac
	}
	return q, true
}

func (a *intervalSum) add(q quantity, unit string) bool {
	u, ok := intervalUnits[unit]
	if !ok {
		return false
	}
	switch u.field {
	case 'u':
		a.addMicros(q.whole, u.n)
		a.addMicros(int64(math.RoundToEven(q.frac*float64(u.n))), 1)
	case 'd':
		a.days = a.sum(a.days, q.whole, u.n)
		a.addDays(q.frac * float64(u.n))
	case 'm':
		a.months = a.sum(a.months, q.whole, u.n)
		if u.n == 1 {
			a.addDays(q.frac * daysPerMonth)
		} else { // PostgreSQL rounds fractions of a year to months
			a.months = a.sum(a.months, int64(math.RoundToEven(q.frac*float64(u.n))), 1)
		}
	}
	return true
}

// addDays adds a fraction of days: whole ones as days, the rest as time.
func (a *intervalSum) addDays(f float64) {
	whole := math.Trunc(f)
	a.days = a.sum(a.days, int64(whole), 1)
	a.addMicros(int64(math.RoundToEven((f-whole)*dayMicros)), 1)
}

func (a *intervalSum) addMicros(n, each int64) { a.micros = a.sum(a.micros, n, each) }

func (a *intervalSum) sum(total, n, each int64) int64 {
	p := n * each
	if n != 0 && (p/n != each || n == math.MinInt64 && each != 1) {
		a.bad = true
	}
	t := total + p
	if (t > total) != (p > 0) && p != 0 {
		a.bad = true
	}
	return t
}

// verbose reads "1 year 2 mons -3 days 04:05:06 ago" and "3 4:05:06".
func (a *intervalSum) verbose(s, unit string) bool {
	words := splitUnits(strings.Fields(s))
	if len(words) == 0 {
		return false
	}
	ago := false
	if words[len(words)-1] == "ago" {
		ago = true
		words = words[:len(words)-1]
	}
	seen := map[string]bool{}
	clock := false
	for i := 0; i < len(words); i++ {
		w := words[i]
		if strings.Contains(w, ":") {
			if clock || !a.clock(w) {
				return false
			}
			clock = true
			for _, u := range []string{"hour", "minute", "second", "ms", "us"} {
				if seen[unitKey(u)] {
					return false
				}
				seen[unitKey(u)] = true
			}
			continue
		}
		q, ok := parseQuantity(w)
		if !ok {
			return false
		}
		name := unit
		switch {
		case i+1 < len(words) && strings.Contains(words[i+1], ":"):
			name = "day" // '3 4:05:06'
		case i+1 < len(words):
			i++
			name = words[i]
		}
		key := unitKey(name)
		if seen[key] || !a.add(q, name) {
			return false
		}
		seen[key] = true
		if q.frac != 0 && key == unitKey("second") {
			if seen[unitKey("ms")] || seen[unitKey("us")] {
				return false
			}
			seen[unitKey("ms")], seen[unitKey("us")] = true, true
		}
	}
	if len(words) == 0 {
		return false
	}
	if ago {
		a.months, a.days, a.micros = -a.months, -a.days, -a.micros
	}
	return true
}

// unitKey makes the spellings of one unit equal, so that it is given once only.
func unitKey(name string) string {
	u := intervalUnits[name]
	return string(u.field) + strconv.FormatInt(u.n, 10)
}

// splitUnits parts "3days" into number and unit. PostgreSQL wants a blank before
// the next number: 1h 30m.
func splitUnits(words []string) []string {
	var out []string
	for _, w := range words {
		i := strings.IndexFunc(w, func(r rune) bool { return r >= 'a' && r <= 'z' })
		if i > 0 && !strings.Contains(w, ":") {
			out = append(out, w[:i], w[i:])
			continue
		}
		out = append(out, w)
	}
	return out
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// clock adds [+-]hh:mm[:ss[.ffffff]].
func (a *intervalSum) clock(s string) bool {
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	parts := strings.Split(s, ":")
	if len(parts) > 3 {
		return false
	}
	if len(parts) == 2 && strings.Contains(parts[1], ".") { // mm:ss.fff
		parts = append([]string{"0"}, parts...)
	}
	var sum intervalSum
	for i, unit := range []string{"hour", "minute", "second"}[:len(parts)] {
		whole, rest := digits(parts[i])
		if whole == "" || rest != "" && (i < 2 || rest[0] != '.') {
			return false
		}
		q, ok := parseQuantity(parts[i])
		if !ok || i > 0 && q.whole > 59 && !(i == 2 && q.whole == 60) {
			return false
		}
		sum.add(q, unit)
	}
	if sum.bad {
		return false
	}
	if neg {
		sum.micros = -sum.micros
	}
	a.addMicros(sum.micros, 1)
	return true
}

// iso reads the part after P of an ISO 8601 duration: 1Y2M3DT4H5M6S or 2W.
func (a *intervalSum) iso(s string) bool {
	date, clock, hasClock := strings.Cut(s, "t")
	if date == "" && clock == "" || hasClock && clock == "" {
		return false
	}
	return a.isoPart(date, map[byte]string{'y': "year", 'm': "month", 'w': "week", 'd': "day"}) &&
		a.isoPart(clock, map[byte]string{'h': "hour", 'm': "minute", 's': "second"})
}

func (a *intervalSum) isoPart(s string, units map[byte]string) bool {
	for s != "" {
		i := strings.IndexFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' })
		if i < 1 {
			return false
		}
		q, ok := parseQuantity(s[:i])
		unit, known := units[s[i]]
		if !ok || !known || !a.add(q, unit) {
			return false
		}
		delete(units, s[i])
		s = s[i+1:]
	}
	return true
}
