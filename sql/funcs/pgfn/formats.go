package pgfn

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// formats are to_char and its inverses.
func formats(zone func() *time.Location) []Scalar {
	dates := func(name string, loc func() *time.Location) Scalar {
		return onTimestamp(name, 2, 0, func(a []any, m int64) (any, error) {
			tokens, why := parseDateFormat(text(a[1]))
			switch {
			case why != "":
				return nil, fail("22023", why)
			case isInf(m) || len(tokens) == 0:
				return nil, nil
			}
			if loc == nil {
				return toChar(momentOf(m, nil, m), tokens), nil
			}
			return toChar(momentOf(local(m, loc()), loc(), m), tokens), nil
		})
	}
	numbers := func(name string, fn func(v any, f *numberFormat) (string, error)) Scalar {
		return strict(name, 2, func(a []any) (any, error) {
			f, why := parseNumberFormat(text(a[1]))
			if why != "" {
				return nil, fail("22023", why)
			}
			s, err := fn(a[0], f)
			if err != nil {
				return nil, err
			}
			return s, nil
		})
	}
	read := func(name string, write func(wall int64) (any, error)) Scalar {
		return strict(name, 2, func(a []any) (any, error) {
			tokens, why := parseDateFormat(text(a[1]))
			if why != "" {
				return nil, fail("22023", why)
			}
			wall, err := readFormatted(text(a[0]), tokens)
			if err != nil {
				return nil, err
			}
			return write(wall)
		})
	}
	seconds := func(v any) (any, error) {
		f := float(v)
		switch {
		case math.IsNaN(f):
			return nil, errDate
		case math.IsInf(f, 1):
			return "infinity", nil
		case math.IsInf(f, -1):
			return "-infinity", nil
		case math.Abs(f) > 1e12:
			return nil, errDate
		}
		return writeTimestamptz(int64(math.RoundToEven((f - days2000*86400) * secMicros)))
	}
	instantAt := func(wall int64) (any, error) { return writeTimestamptz(instant(wall, zone())) }
	return []Scalar{
		dates("g_to_char_timestamp", nil), dates("g_to_char_timestamptz", zone),
		numbers("g_to_char_int", func(v any, f *numberFormat) (string, error) { return formatInt(integer(v), f), nil }),
		numbers("g_to_char_numeric", formatNumeric),
		numbers("g_to_char_float", func(v any, f *numberFormat) (string, error) { return formatFloat(float(v), f) }),
		read("g_to_date", dateOf),
		{"g_to_timestamp", -1, func(a []any) (any, error) {
			switch {
			case a[0] == nil || len(a) > 1 && a[1] == nil:
				return nil, nil
			case len(a) == 1:
				return seconds(a[0])
			}
			return read("", instantAt).Fn(a)
		}},
		strict("g_to_number", 2, func(a []any) (any, error) {
			f, why := parseNumberFormat(text(a[1]))
			if why != "" {
				return nil, fail("22023", why)
			}
			d, ok := readNumber(text(a[0]), f)
			if !ok {
				return nil, errInvalid
			}
			if _, err := d.fit(f.pre+f.post, f.post); err != nil {
				return nil, err
			}
			return d.text()
		}),
	}
}

func formatInt(n int64, f *numberFormat) string {
	s := strconv.FormatInt(n, 10)
	return f.format(decimals0(strings.TrimPrefix(s, "-"), f.post), n < 0)
}

// decimals0 adds so many decimals, all zero.
func decimals0(s string, n int) string {
	if n == 0 {
		return s
	}
	return s + "." + strings.Repeat("0", n)
}

// formatNumeric fills the format with # for NaN and infinities; PostgreSQL puts
// the letters of their names into the places of the digits.
func formatNumeric(v any, f *numberFormat) (string, error) {
	d, ok := number(v)
	if !ok || d.form != finite {
		return f.format(strings.Repeat("#", f.pre+1), d.form == negInf), nil
	}
	r := d.withScale(f.post)
	s, err := r.text()
	if err != nil {
		return "", err
	}
	return f.format(strings.TrimPrefix(s.(string), "-"), r.c.Sign() < 0), nil
}

// formatFloat prints no more than the 15 digits that a float8 is good for.
func formatFloat(v float64, f *numberFormat) (string, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return f.format(strings.Repeat("#", f.pre+1), v < 0), nil
	}
	size := math.Abs(v)
	whole := len(strconv.FormatFloat(size, 'f', 0, 64))
	post := max(min(f.post, 15-whole), 0)
	short := *f
	short.post = post
	return short.format(strconv.FormatFloat(size, 'f', post, 64), math.Signbit(v)), nil
}
