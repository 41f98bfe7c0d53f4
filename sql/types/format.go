package types

import (
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Format is PostgreSQL's text output of v as a t, under DateStyle ISO,
// IntervalStyle postgres, bytea_output hex and the time zone loc (nil: UTC).
// NULL is "".
func (v Value) Format(t Type, loc *time.Location) string {
	switch v.Kind() {
	case Unknown:
		return ""
	case Bool:
		if v.n != 0 {
			return "t"
		}
		return "f"
	case Int8:
		return strconv.FormatInt(v.n, 10)
	case Float8:
		if t.Kind == Float4 {
			return FormatFloat(v.Float(), 32)
		}
		return FormatFloat(v.Float(), 64)
	case Text, Numeric, UUID, JSON, JSONB, Inet, Cidr, MacAddr, MacAddr8:
		return v.s
	case Bytea:
		return `\x` + hex.EncodeToString([]byte(v.s))
	case Date:
		return formatDate(v)
	case Time:
		return string(appendClock(nil, v.n))
	case Timestamp:
		return formatTimestamp(v, nil)
	case TimestampTZ:
		if loc == nil {
			loc = time.UTC
		}
		return formatTimestamp(v, loc)
	case Interval:
		return formatInterval(v.Interval())
	case Array:
		return formatArray(v, t.Element(), loc)
	default:
		panic("types: unknown kind of value")
	}
}

// String is Format for the type that v's kind suggests, in UTC.
func (v Value) String() string {
	t := Of(v.Kind())
	if v.Kind() == Array {
		t = ArrayOf(elemKind(v))
	}
	return v.Format(t, time.UTC)
}

func elemKind(v Value) Kind {
	for _, e := range v.List() {
		if !e.IsNull() {
			return e.Kind()
		}
	}
	return Text
}

// FormatFloat is PostgreSQL's shortest text of a float of 32 or 64 bits.
func FormatFloat(f float64, bits int) string {
	if bits == 32 {
		f = float64(float32(f))
	}
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	limit, integers := 15, float64(1<<53)
	if bits == 32 {
		limit, integers = 6, 1<<24
	}
	s := strconv.FormatFloat(f, 'e', -1, bits)
	if math.Abs(f) >= integers {
		for digits := 0; halfway(s, f, bits); digits++ {
			s = strconv.FormatFloat(f, 'e', digits, bits)
			if back, err := strconv.ParseFloat(s, bits); err != nil || back != f {
				s = strconv.FormatFloat(f, 'e', -1, bits)
			}
		}
	}
	s = evenTie(s, f, bits)
	mantissa, e, _ := strings.Cut(s, "e")
	exp, _ := strconv.Atoi(e)
	if exp >= -4 && exp < limit {
		return plainFloat(mantissa, exp)
	}
	return mantissa + "e" + e
}

// evenTie is s, the shortest text of f, but for a float exactly between two
// texts of that length: Go takes the greater, PostgreSQL the even one.
func evenTie(s string, f float64, bits int) string {
	at := strings.IndexByte(s, 'e')
	digits := len(strings.Trim(s[:at], "-.")) - strings.Count(s[:at], ".")
	if digits < 6 || bits == 64 && digits < 15 {
		return s // one digit more would be read as another float
	}
	longer := strconv.FormatFloat(f, 'e', digits, bits)
	end := strings.IndexByte(longer, 'e')
	if longer[end-1] != '5' || (longer[end-2]-'0')%2 != 0 && longer[end-2] != '.' {
		return s
	}
	if exact := strconv.FormatFloat(f, 'e', 40, bits); strings.Trim(exact[end:strings.IndexByte(exact, 'e')], "0") != "" {
		return s
	}
	down := strings.TrimSuffix(longer[:end-1], ".") + longer[end:]
	if back, err := strconv.ParseFloat(down, bits); err != nil || back != f {
		return s
	}
	return down
}

// plainFloat writes d.ddd * 10^exp without an exponent.
func plainFloat(mantissa string, exp int) string {
	sign := ""
	if mantissa[0] == '-' {
		sign, mantissa = "-", mantissa[1:]
	}
	digits := strings.Replace(mantissa, ".", "", 1)
	switch {
	case exp < 0:
		digits = "0." + strings.Repeat("0", -exp-1) + digits
	case len(digits) <= exp+1:
		digits += strings.Repeat("0", exp+1-len(digits))
	default:
		digits = digits[:exp+1] + "." + digits[exp+1:]
	}
	return sign + digits
}

// halfway reports whether the decimal s stands exactly between f and a
// neighbour. PostgreSQL does not print those, though they would be read as f.
// Below 2^53 (2^24) they have more digits than s can have.
func halfway(s string, f float64, bits int) bool {
	exact, _, err := big.ParseFloat(s, 10, 2000, big.ToNearestEven)
	if err != nil {
		return false
	}
	for _, to := range []float64{math.Inf(-1), math.Inf(1)} {
		next := math.Nextafter(f, to)
		if bits == 32 {
			next = float64(math.Nextafter32(float32(f), float32(to)))
		}
		mid := new(big.Float).SetPrec(2000).SetFloat64(f)
		if math.IsInf(next, 0) {
			continue
		}
		mid.Add(mid, new(big.Float).SetFloat64(next))
		if mid.Quo(mid, big.NewFloat(2)).Cmp(exact) == 0 {
			return true
		}
	}
	return false
}

func formatDate(v Value) string {
	switch v.IsInfinite() {
	case 1:
		return "infinity"
	case -1:
		return "-infinity"
	}
	b, bc := appendDate(nil, v.n)
	if bc {
		b = append(b, " BC"...)
	}
	return string(b)
}

func appendDate(b []byte, days int64) (out []byte, bc bool) {
	y, m, d := civil(days)
	if y <= 0 {
		y, bc = 1-y, true
	}
	b = appendPadded(b, y, 4)
	b = append(b, '-')
	b = appendPadded(b, m, 2)
	b = append(b, '-')
	return appendPadded(b, d, 2), bc
}

func appendPadded(b []byte, n int64, width int) []byte {
	s := strconv.FormatInt(n, 10)
	for i := len(s); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, s...)
}

// appendClock writes hh:mm:ss[.ffffff] of a non-negative number of microseconds.
func appendClock(b []byte, micros int64) []byte {
	b = appendPadded(b, micros/hourMicros, 2)
	b = append(b, ':')
	b = appendPadded(b, micros/minMicros%60, 2)
	b = append(b, ':')
	b = appendPadded(b, micros/secMicros%60, 2)
	return appendFraction(b, micros%secMicros)
}

func appendFraction(b []byte, micros int64) []byte {
	if micros == 0 {
		return b
	}
	b = append(b, '.')
	b = appendPadded(b, micros, 6)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

func formatTimestamp(v Value, loc *time.Location) string {
	switch v.IsInfinite() {
	case 1:
		return "infinity"
	case -1:
		return "-infinity"
	}
	micros, offset := v.n, 0
	if loc != nil {
		offset = offsetAt(floorDiv(v.n, secMicros)+epoch2000/secMicros, loc)
		micros += int64(offset) * secMicros
		if (micros < v.n) != (offset < 0) && offset != 0 {
			micros = v.n // cannot be: the range leaves 20 hours on either side
		}
	}
	days := floorDiv(micros, dayMicros)
	b, bc := appendDate(nil, days+days2000)
	b = append(b, ' ')
	b = appendClock(b, micros-days*dayMicros)
	if loc != nil {
		b = appendOffset(b, offset)
	}
	if bc {
		b = append(b, " BC"...)
	}
	return string(b)
}

// appendOffset writes +hh[:mm[:ss]].
func appendOffset(b []byte, seconds int) []byte {
	if seconds < 0 {
		b = append(b, '-')
		seconds = -seconds
	} else {
		b = append(b, '+')
	}
	b = appendPadded(b, int64(seconds/3600), 2)
	if seconds%3600 == 0 {
		return b
	}
	b = append(b, ':')
	b = appendPadded(b, int64(seconds/60%60), 2)
	if seconds%60 == 0 {
		return b
	}
	b = append(b, ':')
	return appendPadded(b, int64(seconds%60), 2)
}

func formatArray(v Value, elem Type, loc *time.Location) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, e := range v.List() {
		if i > 0 {
			b.WriteByte(',')
		}
		if e.IsNull() {
			b.WriteString("NULL")
			continue
		}
		writeElement(&b, e.Format(elem, loc))
	}
	b.WriteByte('}')
	return b.String()
}

func writeElement(b *strings.Builder, s string) {
	if s != "" && !strings.EqualFold(s, "null") && !strings.ContainsAny(s, "{},\"\\ \t\n\r\v\f") {
		b.WriteString(s)
		return
	}
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
}
