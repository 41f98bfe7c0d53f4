package csv

import (
	"fmt"
	"strings"
	"time"
)

// part of a date.
type datePart uint8

const (
	year datePart = iota
	month
	day
)

// order is how a date is written: what stands between its parts, and which is
// where.
type order struct {
	between byte
	parts   [3]datePart
}

// dates are those of one order.
func dates(sep byte, parts ...datePart) shape {
	o := order{sep, [3]datePart(parts)}
	return shape{"a date", "DATE",
		func(s string) bool { _, rest, ok := o.read(s); return ok && rest == "" },
		func(s string) string {
			if o.iso() {
				return s // as it is printed already
			}
			d, _, _ := o.read(s)
			return d.Format(time.DateOnly)
		}}
}

// moments are a date of one order and a time of day.
func moments(sep byte, parts ...datePart) shape {
	o := order{sep, [3]datePart(parts)}
	return shape{"a date with a time", "TIMESTAMP",
		func(s string) bool { _, zone, ok := o.moment(s); return ok && zone == "" },
		func(s string) string {
			if o.iso() && len(s) == len(time.DateTime) && s[10] == ' ' && s[16] == ':' {
				return s
			}
			t, _, _ := o.moment(s)
			return t.Format(momentFormat)
		}}
}

func (o order) iso() bool { return o.between == '-' && o.parts[0] == year }

// As PostgreSQL prints them.
const (
	clockFormat  = "15:04:05.999999"
	momentFormat = "2006-01-02 15:04:05.999999"
)

// read takes a date from the beginning of s.
func (o order) read(s string) (d time.Time, rest string, ok bool) {
	var v [3]int // by part
	for i, p := range o.parts {
		least, most := 1, 2
		if p == year {
			least, most = 4, 4
		} else if o.iso() {
			least = 2
		}
		n, after, good := number2(s, least, most)
		if !good {
			return d, "", false
		}
		v[p], s = n, after
		if i < 2 {
			if s == "" || s[0] != o.between {
				return d, "", false
			}
			s = s[1:]
		}
	}
	if v[year] == 0 || v[month] < 1 || v[month] > 12 || v[day] < 1 {
		return d, "", false
	}
	d = time.Date(v[year], time.Month(v[month]), v[day], 0, 0, 0, 0, time.UTC)
	return d, s, d.Day() == v[day]
}

// number2 takes a number of least to most digits from the beginning of s, all that
// stand there.
func number2(s string, least, most int) (n int, rest string, ok bool) {
	i := 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		if i == most {
			return 0, "", false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s[i:], i >= least
}

// moment takes a date and a time of day; what follows is a zone, or nothing.
func (o order) moment(s string) (t time.Time, zone string, ok bool) {
	d, rest, ok := o.read(s)
	if !ok || len(rest) < 2 || rest[0] != ' ' && rest[0] != 'T' {
		return t, "", false
	}
	of, zone, ok := timeOfDay(rest[1:])
	return d.Add(of), zone, ok
}

// timeOfDay takes 14:05, 14:05:30.250 or 2:05 PM. A time finer than microseconds
// is none: it could not be kept.
func timeOfDay(s string) (of time.Duration, rest string, ok bool) {
	h, s, ok := number2(s, 1, 2)
	if !ok || s == "" || s[0] != ':' {
		return 0, "", false
	}
	m, s, ok := number2(s[1:], 2, 2)
	if !ok {
		return 0, "", false
	}
	sec, frac := 0, time.Duration(0)
	if strings.HasPrefix(s, ":") {
		if sec, s, ok = number2(s[1:], 2, 2); !ok {
			return 0, "", false
		}
		if strings.HasPrefix(s, ".") {
			if frac, s, ok = fractionOf(s[1:]); !ok {
				return 0, "", false
			}
		}
	}
	h, s, ok = half(h, s)
	if !ok || h > 23 || m > 59 || sec > 59 {
		return 0, "", false
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second + frac, s, true
}

func fractionOf(s string) (time.Duration, string, bool) {
	n := len(s) - len(strings.TrimLeft(s, "0123456789"))
	kept := strings.TrimRight(s[:n], "0")
	if n == 0 || n > 12 || len(kept) > 6 {
		return 0, "", false
	}
	v, _, _ := number2((kept + "000000")[:6], 6, 6)
	return time.Duration(v) * time.Microsecond, s[n:], true
}

// half reads AM or PM, if one stands there.
func half(h int, s string) (int, string, bool) {
	said := strings.TrimPrefix(s, " ")
	switch {
	case strings.EqualFold(said, "am") && h >= 1 && h <= 12:
		return h % 12, "", true
	case strings.EqualFold(said, "pm") && h >= 1 && h <= 12:
		return h%12 + 12, "", true
	}
	return h, s, true
}

func fitsClock(s string) bool {
	_, rest, ok := timeOfDay(s)
	return ok && rest == ""
}

func storedClock(s string) string {
	of, _, _ := timeOfDay(s)
	return time.Time{}.Add(of).Format(clockFormat)
}

// An instant is an ISO date and time with Z or an offset.
func instant(s string) (time.Time, bool) {
	t, zone, ok := order{'-', [3]datePart{year, month, day}}.moment(s)
	if !ok || zone == "" {
		return t, false
	}
	zone = strings.TrimPrefix(zone, " ")
	if zone == "Z" || zone == "UTC" {
		return t, true
	}
	sign := map[byte]time.Duration{'+': 1, '-': -1}[zone[0]]
	h, rest, ok := number2(strings.Replace(zone[1:], ":", "", 1), 2, 4)
	m := 0
	if len(zone) > 3 {
		h, m = h/100, h%100
	}
	if sign == 0 || !ok || rest != "" || len(zone) == 4 || h > 15 || m > 59 {
		return t, false
	}
	t = t.Add(-sign * (time.Duration(h)*time.Hour + time.Duration(m)*time.Minute))
	return t, t.Year() >= 1 && t.Year() <= 9999
}

func fitsInstant(s string) bool { _, ok := instant(s); return ok }

func storedInstant(s string) string {
	t, ok := instant(s)
	if !ok {
		panic(fmt.Sprintf("csv: an instant of %d bytes that is none", len(s)))
	}
	return t.Format(momentFormat) + "+00"
}
