package types

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// PostgreSQL's limits of numeric.
const (
	maxNumericWhole = 131072 // digits before the point
	maxNumericScale = 16383  // digits after it
)

// maxExponent is ours: a literal of a few bytes must not become a long text.
const maxExponent = 1000

// NumericOf is a numeric from its text, as PostgreSQL reads it: digits with an
// optional point, sign and exponent, or NaN, Infinity, -Infinity. The scale is
// kept: 1.50 stays 1.50.
func NumericOf(text string) (Value, error) {
	if printedNumeric(text) {
		return Value{kind: Numeric, s: text}, nil
	}
	s, ok := canonicalNumeric(strings.TrimFunc(text, isSpace))
	if !ok {
		return Null, notA(Numeric, "write digits with an optional point, like 12.50")
	}
	return Value{kind: Numeric, s: s}, nil
}

// printedNumeric reports whether text is canonical as it stands: a short way, as
// results are read back by the million.
func printedNumeric(text string) bool {
	whole, rest := digits(strings.TrimPrefix(text, "-"))
	if whole == "" || len(whole) > 1 && whole[0] == '0' || len(text) > 100 {
		return false
	}
	frac, point := strings.CutPrefix(rest, ".")
	_, more := digits(frac)
	zero := text[0] == '-' && strings.Trim(text, "-0.") == ""
	return more == "" && !zero && (rest == "" || point && frac != "")
}

// NumericFromInt is an integer as a numeric.
func NumericFromInt(n int64) Value { return Value{kind: Numeric, s: strconv.FormatInt(n, 10)} }

// NumericScaled is n / 10^scale as a numeric with scale decimals.
func NumericScaled(n int64, scale int) Value {
	b := strconv.AppendInt(make([]byte, 0, 24), n, 10)
	if scale <= 0 {
		return Value{kind: Numeric, s: string(b)}
	}
	sign := 0
	if n < 0 {
		sign = 1
	}
	for len(b)-sign <= scale { // 5 is 005, which is 0.05
		b = slices.Insert(b, sign, '0')
	}
	return Value{kind: Numeric, s: string(slices.Insert(b, len(b)-scale, '.'))}
}

// Decimal is the value of a numeric; the caller may change it.
func (v Value) Decimal() *apd.Decimal {
	v.must(Numeric)
	d, _, err := apd.NewFromString(v.s)
	if err != nil {
		panic("types: numeric is not canonical")
	}
	return d
}

// canonicalNumeric is PostgreSQL's output for the numeric literal s: no
// exponent, no leading zeros, as many decimals as were written.
func canonicalNumeric(s string) (string, bool) {
	switch strings.ToLower(s) {
	case "nan":
		return "NaN", true
	case "infinity", "+infinity", "inf", "+inf":
		return "Infinity", true
	case "-infinity", "-inf":
		return "-Infinity", true
	}
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	whole, rest := digits(s)
	frac := ""
	if strings.HasPrefix(rest, ".") {
		frac, rest = digits(rest[1:])
	}
	if whole == "" && frac == "" {
		return "", false
	}
	exp := 0
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		e := rest[1:]
		n, err := strconv.Atoi(e)
		if err != nil || n > maxExponent || n < -maxExponent {
			return "", false
		}
		exp, rest = n, ""
	}
	if rest != "" {
		return "", false
	}
	return plain(neg, whole, frac, exp)
}

// plain writes whole.frac * 10^exp without an exponent.
func plain(neg bool, whole, frac string, exp int) (string, bool) {
	scale := len(frac) - exp
	all := strings.TrimLeft(whole+frac, "0")
	if scale < 0 {
		if all != "" {
			if len(all)-scale > maxNumericWhole {
				return "", false
			}
			all += strings.Repeat("0", -scale)
		}
		scale = 0
	}
	if scale > maxNumericScale || len(all)-scale > maxNumericWhole {
		return "", false
	}
	if len(all) <= scale {
		all = strings.Repeat("0", scale-len(all)+1) + all
	}
	point := len(all) - scale
	out := all[:point]
	if scale > 0 {
		out += "." + all[point:]
	}
	if neg && strings.Trim(out, "0.") != "" {
		out = "-" + out
	}
	return out, true
}

func digits(s string) (run, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// CompareNumeric compares two numerics in canonical text, as PostgreSQL orders
// them: -Infinity, numbers, Infinity, NaN.
func CompareNumeric(a, b string) int {
	ra, rb := numericRank(a), numericRank(b)
	if ra != 0 || rb != 0 {
		return sign(ra - rb)
	}
	na, nb := strings.HasPrefix(a, "-"), strings.HasPrefix(b, "-")
	switch {
	case na && !nb:
		return -1
	case nb && !na:
		return 1
	case na:
		return -compareMagnitude(a[1:], b[1:])
	}
	return compareMagnitude(a, b)
}

func numericRank(s string) int {
	switch s {
	case "NaN":
		return 3
	case "Infinity":
		return 2
	case "-Infinity":
		return -2
	}
	return 0
}

func compareMagnitude(a, b string) int {
	wa, fa, _ := strings.Cut(a, ".")
	wb, fb, _ := strings.Cut(b, ".")
	if len(wa) != len(wb) {
		return sign(len(wa) - len(wb))
	}
	if c := strings.Compare(wa, wb); c != 0 {
		return c
	}
	return strings.Compare(strings.TrimRight(fa, "0"), strings.TrimRight(fb, "0"))
}

// reduced is a numeric without trailing zeros after the point: equal numerics
// have equal texts.
func reduced(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
