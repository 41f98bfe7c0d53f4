package pgfn

import (
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/grille-dev/grille/sql/types"
)

// dec is a numeric: c / 10^scale, or one of the special values.
type dec struct {
	c     apd.BigInt
	scale int
	form  form
}

type form int8

const (
	finite form = 0
	posInf form = 1
	negInf form = -1
	nan    form = 2
)

// PostgreSQL's limits: digits after the point that are displayed by a division
// or a function, at least significant ones, and digits before the point.
const (
	maxScale  = 1000
	minDigits = 16
	maxWhole  = 131072
	hardScale = 16383
)

// number reads a numeric; texts are canonical already, or not numerics at all.
func number(v any) (dec, bool) {
	var d dec
	switch x := v.(type) {
	case int64:
		d.c.SetInt64(x)
		return d, true
	case float64:
		return fromFloat(x, 15), true
	case string:
		return parseDec(x)
	}
	return d, false
}

func parseDec(s string) (dec, bool) {
	var d dec
	switch s {
	case "NaN":
		d.form = nan
		return d, true
	case "Infinity":
		d.form = posInf
		return d, true
	case "-Infinity":
		d.form = negInf
		return d, true
	}
	if whole, frac, ok := strings.Cut(s, "."); ok {
		d.scale = len(frac)
		s = whole + frac
	}
	if len(s) < 18 {
		n, err := strconv.ParseInt(s, 10, 64)
		d.c.SetInt64(n)
		return d, err == nil
	}
	_, ok := d.c.SetString(s, 10)
	return d, ok
}

// fromFloat is PostgreSQL's cast of a float: 15 significant digits of a float8,
// 6 of a float4.
func fromFloat(f float64, digits int) dec {
	var d dec
	switch {
	case math.IsNaN(f):
		d.form = nan
	case math.IsInf(f, 1):
		d.form = posInf
	case math.IsInf(f, -1):
		d.form = negInf
	default:
		v, err := types.NumericOf(strconv.FormatFloat(f, 'g', digits, 64))
		if err == nil {
			d, _ = parseDec(trimmed(v.Text()))
		}
	}
	return d
}

// trimmed is %.15g's habit: no zeros at the end of the decimals.
func trimmed(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func (d *dec) text() (any, error) {
	switch d.form {
	case nan:
		return "NaN", nil
	case posInf:
		return "Infinity", nil
	case negInf:
		return "-Infinity", nil
	}
	s := d.c.String()
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if d.scale > 0 {
		if len(s) <= d.scale {
			s = strings.Repeat("0", d.scale-len(s)+1) + s
		}
		s = s[:len(s)-d.scale] + "." + s[len(s)-d.scale:]
	}
	if len(s)-d.scale > maxWhole+1 {
		return nil, fail("22003", "value overflows numeric format")
	}
	if neg {
		s = "-" + s
	}
	return s, nil
}

// bigTen is 10^n.
func bigTen(n int) *apd.BigInt {
	var b apd.BigInt
	if n < 19 {
		p := int64(1)
		for range n {
			p *= 10
		}
		return b.SetInt64(p)
	}
	var e apd.BigInt
	return b.Exp(apd.NewBigInt(10), e.SetInt64(int64(n)), nil)
}

// withScale is d with more or fewer decimals, rounded half away from zero.
func (d *dec) withScale(scale int) dec {
	out := dec{scale: scale, form: d.form}
	switch {
	case d.form != finite:
	case scale >= d.scale:
		out.c.Mul(&d.c, bigTen(scale-d.scale))
	default:
		roundedQuo(&out.c, &d.c, bigTen(d.scale-scale))
	}
	return out
}

// cut is d with at most scale decimals, the others dropped.
func (d *dec) cut(scale int) dec {
	if d.form != finite || scale >= d.scale {
		return d.withScale(scale)
	}
	out := dec{scale: scale}
	out.c.Quo(&d.c, bigTen(d.scale-scale))
	return out
}

// roundedQuo sets z to x / y, rounded half away from zero.
func roundedQuo(z, x, y *apd.BigInt) {
	var r apd.BigInt
	var q apd.BigInt
	q.QuoRem(x, y, &r)
	r.Abs(&r)
	r.Lsh(&r, 1)
	var ay apd.BigInt
	if r.Cmp(ay.Abs(y)) >= 0 {
		if x.Sign()*y.Sign() < 0 {
			q.Sub(&q, apd.NewBigInt(1))
		} else {
			q.Add(&q, apd.NewBigInt(1))
		}
	}
	z.Set(&q)
}

func align(a, b *dec) (x, y dec) {
	s := max(a.scale, b.scale)
	return a.withScale(s), b.withScale(s)
}

func (d *dec) sign() int {
	switch d.form {
	case posInf:
		return 1
	case negInf:
		return -1
	case nan:
		return 0
	}
	return d.c.Sign()
}

func (d *dec) negate() {
	switch d.form {
	case posInf:
		d.form = negInf
	case negInf:
		d.form = posInf
	}
	if d.c.Sign() == 0 {
		return
	}
	var n apd.BigInt // a BigInt must not be changed where a copy of it may live
	n.Neg(&d.c)
	d.c = n
}

func add(a, b dec) dec {
	if a.form != finite || b.form != finite {
		switch {
		case a.form == nan || b.form == nan, a.form != finite && b.form != finite && a.form != b.form:
			return dec{form: nan}
		case a.form != finite:
			return dec{form: a.form}
		}
		return dec{form: b.form}
	}
	x, y := align(&a, &b)
	x.c.Add(&x.c, &y.c)
	return x
}

func sub(a, b dec) dec {
	b.negate()
	return add(a, b)
}

func infinite(sign int) dec {
	switch {
	case sign > 0:
		return dec{form: posInf}
	case sign < 0:
		return dec{form: negInf}
	}
	return dec{form: nan}
}

func mul(a, b dec) dec {
	if a.form == nan || b.form == nan {
		return dec{form: nan}
	}
	if a.form != finite || b.form != finite {
		return infinite(a.sign() * b.sign())
	}
	out := dec{scale: a.scale + b.scale}
	out.c.Mul(&a.c, &b.c)
	if out.scale > hardScale {
		return out.withScale(hardScale)
	}
	return out
}

func div(a, b dec) (dec, error) {
	if a.form == nan || b.form == nan {
		return dec{form: nan}, nil
	}
	if b.sign() == 0 {
		return dec{}, errDivision
	}
	switch {
	case a.form != finite && b.form != finite:
		return dec{form: nan}, nil
	case a.form != finite:
		return infinite(a.sign() * b.sign()), nil
	case b.form != finite:
		return dec{}, nil
	}
	return quotient(a, b, divScale(a, b)), nil
}

// quotient is a / b with so many decimals, rounded.
func quotient(a, b dec, scale int) dec {
	out := dec{scale: scale}
	var num, den apd.BigInt
	num.Set(&a.c)
	den.Set(&b.c)
	if up := scale + b.scale - a.scale; up >= 0 {
		num.Mul(&a.c, bigTen(up))
	} else {
		den.Mul(&b.c, bigTen(-up))
	}
	roundedQuo(&out.c, &num, &den)
	return out
}

// divScale is the number of decimals of a quotient: 16 significant digits at
// least, counted in PostgreSQL's groups of four digits.
func divScale(a, b dec) int {
	wa, fa := leading(a)
	wb, fb := leading(b)
	q := wa - wb
	if fa <= fb {
		q--
	}
	return min(max(minDigits-q*4, a.scale, b.scale, 0), maxScale)
}

// leading is the position of the first group of four digits that is not zero
// (0: the one before the point), and the group.
func leading(d dec) (weight, group int) {
	if d.c.Sign() == 0 {
		return 0, 0
	}
	s := strings.TrimPrefix(d.c.String(), "-")
	exp := len(s) - d.scale - 1 // of the first digit
	weight = exp >> 2
	n := exp - weight*4 + 1
	for len(s) < n {
		s += "0"
	}
	group, _ = strconv.Atoi(s[:n])
	return weight, group
}

func mod(a, b dec) (dec, error) {
	switch {
	case a.form == nan || b.form == nan:
		return dec{form: nan}, nil
	case a.form != finite && b.sign() == 0, b.form == finite && b.sign() == 0:
		return dec{}, errDivision
	case a.form != finite:
		return dec{form: nan}, nil
	case b.form != finite:
		return a, nil
	}
	x, y := align(&a, &b)
	x.c.Rem(&x.c, &y.c)
	return x, nil
}

// wholeQuotient is div(): a / b without decimals, cut.
func wholeQuotient(a, b dec) (dec, error) {
	switch {
	case a.form == nan || b.form == nan:
		return dec{form: nan}, nil
	case b.form == finite && b.sign() == 0:
		return dec{}, errDivision
	case a.form != finite && b.form != finite:
		return dec{form: nan}, nil
	case a.form != finite:
		return infinite(a.sign() * b.sign()), nil
	case b.form != finite:
		return dec{}, nil
	}
	x, y := align(&a, &b)
	x.c.Quo(&x.c, &y.c)
	x.scale = 0
	return x, nil
}

// floorDec is the greatest whole number not above d.
func floorDec(d dec) dec {
	if d.form != finite {
		return d
	}
	whole := d.cut(0)
	back := whole.withScale(d.scale)
	if d.scale > 0 && d.c.Sign() < 0 && back.c.Cmp(&d.c) != 0 {
		whole.c.Sub(&whole.c, apd.NewBigInt(1))
	}
	return whole
}

func ceilDec(d dec) dec {
	d.negate()
	d = floorDec(d)
	d.negate()
	return d
}

func (d *dec) float() (float64, error) {
	switch d.form {
	case nan:
		return math.NaN(), nil
	case posInf:
		return math.Inf(1), nil
	case negInf:
		return math.Inf(-1), nil
	}
	s, _ := d.text()
	f, err := strconv.ParseFloat(s.(string), 64)
	if err != nil {
		return 0, errOverflow
	}
	return f, nil
}

// whole is d as an integer, rounded half away from zero.
func (d *dec) whole(least, greatest int64) (any, error) {
	if d.form != finite {
		return nil, errRange
	}
	r := d.withScale(0)
	if !r.c.IsInt64() || r.c.Int64() < least || r.c.Int64() > greatest {
		return nil, errRange
	}
	return r.c.Int64(), nil
}

// decimal1 and decimal2 wrap functions of numerics.
func decimal1(name string, fn func(d dec) (dec, error)) Scalar {
	return strict(name, 1, func(a []any) (any, error) {
		d, ok := number(a[0])
		if !ok {
			return nil, nil
		}
		r, err := fn(d)
		if err != nil {
			return nil, err
		}
		return r.text()
	})
}

func decimal2(name string, fn func(a, b dec) (dec, error)) Scalar {
	return strict(name, 2, func(args []any) (any, error) {
		a, ok1 := number(args[0])
		b, ok2 := number(args[1])
		if !ok1 || !ok2 {
			return nil, nil
		}
		r, err := fn(a, b)
		if err != nil {
			return nil, err
		}
		return r.text()
	})
}

// never makes a function that cannot fail one of decimal1 and decimal2.
func never(fn func(dec) dec) func(dec) (dec, error) {
	return func(d dec) (dec, error) { return fn(d), nil }
}

func never2(fn func(a, b dec) dec) func(a, b dec) (dec, error) {
	return func(a, b dec) (dec, error) { return fn(a, b), nil }
}

func decimals() []Scalar {
	return []Scalar{
		decimal2("g_add_numeric", never2(add)),
		decimal2("g_sub_numeric", never2(sub)),
		decimal2("g_mul_numeric", never2(mul)),
		decimal2("g_div_numeric", div),
		decimal2("g_avg_int", div),
		decimal2("g_mod_numeric", mod),
		decimal2("g_quotient_numeric", wholeQuotient),
		decimal1("g_neg_numeric", never(func(d dec) dec { d.negate(); return d })),
		decimal1("g_abs_numeric", never(func(d dec) dec {
			if d.sign() < 0 {
				d.negate()
			}
			return d
		})),
		decimal1("g_sign_numeric", never(func(d dec) dec {
			if d.form == nan {
				return d
			}
			var out dec
			out.c.SetInt64(int64(d.sign()))
			return out
		})),
		decimal1("g_floor_numeric", never(floorDec)),
		decimal1("g_ceil_numeric", never(ceilDec)),
		{"g_round_numeric", -1, places((*dec).withScale)},
		{"g_trunc_numeric", -1, places((*dec).cut)},
		decimal1("g_sqrt_numeric", sqrtDec),
		decimal1("g_exp_numeric", expDec),
		decimal1("g_ln_numeric", lnDec),
		{"g_log_numeric", -1, logNumeric},
		decimal2("g_power_numeric", powerDec),
	}
}

// places is round(x[, n]) or trunc(x[, n]); n below zero counts before the point.
func places(to func(*dec, int) dec) func(a []any) (any, error) {
	return func(a []any) (any, error) {
		if a[0] == nil || len(a) > 1 && a[1] == nil {
			return nil, nil
		}
		d, ok := number(a[0])
		if !ok {
			return nil, nil
		}
		n := 0
		if len(a) > 1 {
			n = int(max(min(integer(a[1]), hardScale), -maxWhole-1))
		}
		if n < 0 && d.form == finite {
			if -n > exponent(d)+2 {
				return "0", nil
			}
			d.scale -= n // as if the point stood further left
			d = to(&d, 0)
			d.c.Mul(&d.c, bigTen(-n))
			return d.text()
		}
		d = to(&d, n)
		return d.text()
	}
}
