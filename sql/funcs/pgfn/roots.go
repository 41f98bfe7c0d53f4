package pgfn

import (
	"math"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Roots, logarithms and powers of numerics. PostgreSQL computes them to at
// least 16 significant digits, and never fewer decimals than the arguments have.

func resultScale(weight int, scales ...int) int {
	s := minDigits - weight
	for _, x := range scales {
		s = max(s, x)
	}
	return min(max(s, 0), maxScale)
}

func sqrtDec(d dec) (dec, error) {
	switch {
	case d.form == nan || d.form == posInf:
		return d, nil
	case d.form == negInf || d.c.Sign() < 0:
		return dec{}, fail("2201F", "cannot take square root of a negative number")
	}
	weight, _ := leading(d)
	half := (weight+1)*2 - 1
	out := dec{scale: resultScale(half, d.scale)}
	var m, q, r apd.BigInt
	m.Mul(&d.c, bigTen(2*out.scale-d.scale))
	q.Sqrt(&m)
	r.Mul(&q, &q)
	r.Sub(&m, &r)
	if r.Cmp(&q) > 0 {
		q.Add(&q, apd.NewBigInt(1))
	}
	out.c = q
	return out, nil
}

func (d *dec) decimal() *apd.Decimal {
	out := &apd.Decimal{Exponent: int32(-d.scale), Negative: d.c.Sign() < 0}
	out.Coeff.Abs(&d.c)
	return out
}

// fromDecimal rounds x to so many decimals.
func fromDecimal(x *apd.Decimal, scale int) dec {
	var d dec
	d.c.Set(&x.Coeff)
	if x.Negative {
		d.c.Neg(&d.c)
	}
	if x.Exponent > 0 {
		d.c.Mul(&d.c, bigTen(int(x.Exponent)))
	} else {
		d.scale = int(-x.Exponent)
	}
	return d.withScale(scale)
}

// precise is a context of so many digits.
func precise(digits int) *apd.Context {
	return &apd.Context{
		Precision: uint32(max(digits, 20)), MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent,
		Rounding: apd.RoundHalfUp,
	}
}

func expDec(d dec) (dec, error) {
	switch d.form {
	case nan, posInf:
		return d, nil
	case negInf:
		return dec{}, nil
	}
	f, err := d.float()
	if err != nil {
		return dec{}, errRange
	}
	whole := f * math.Log10E
	if whole > maxPower {
		return dec{}, errPower
	}
	whole = max(whole, -2*maxScale)
	scale := resultScale(int(whole), d.scale)
	if whole < -float64(scale)-5 {
		return dec{scale: scale}, nil
	}
	out, err := exp(d.decimal(), scale+max(int(whole), 0)+10)
	if err != nil {
		return dec{}, errRange
	}
	return fromDecimal(out, scale), nil
}

// exp is e ^ x to so many digits. apd gives up on large arguments: those are
// halved, and the result squared as often.
func exp(x *apd.Decimal, digits int) (*apd.Decimal, error) {
	f, err := x.Float64()
	if err != nil {
		return nil, err
	}
	halvings := 0
	for ; math.Abs(f) > 50; f /= 2 {
		halvings++
	}
	ctx := precise(digits + 10 + halvings)
	var y, out apd.Decimal
	if _, err := ctx.Quo(&y, x, apd.New(1<<halvings, 0)); err != nil {
		return nil, err
	}
	if _, err := ctx.Exp(&out, &y); err != nil {
		return nil, err
	}
	for range halvings {
		if _, err := ctx.Mul(&out, &out, &out); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// maxPower is how many digits before the point a power may have. PostgreSQL
// goes on to 131072, for which it takes a while.
const maxPower = 3000

var errPower = &Error{"22003", "value overflows numeric format"}

func logarithmDomain(d dec) error {
	switch {
	case d.form == nan:
		return nil
	case d.form == negInf || d.form == finite && d.c.Sign() < 0:
		return fail("2201E", "cannot take logarithm of a negative number")
	case d.form == finite && d.c.Sign() == 0:
		return fail("2201E", "cannot take logarithm of zero")
	}
	return nil
}

// lnWeight estimates the decimal exponent of ln(d).
func lnWeight(d dec) int {
	low, high := dec{scale: 1}, dec{scale: 1}
	low.c.SetInt64(9)
	high.c.SetInt64(11)
	if compareDec(d, low) >= 0 && compareDec(d, high) <= 0 {
		one := dec{}
		one.c.SetInt64(1)
		x := sub(d, one)
		if x.c.Sign() == 0 {
			return 0
		}
		return exponent(x)
	}
	ln := 0.0
	// the first two groups of four digits are precise enough
	weight, group := leading(d)
	s := strings.TrimPrefix(d.c.String(), "-")
	exp := len(s) - d.scale - 1
	n := exp - weight*4 + 1 + 4
	for len(s) < n {
		s += "0"
	}
	_ = group
	ln = math.Log(atof(s[:n])) + float64(weight*4-4)*math.Ln10
	return int(math.Log10(math.Abs(ln)))
}

func atof(s string) float64 {
	f := 0.0
	for _, c := range s {
		f = f*10 + float64(c-'0')
	}
	return f
}

// exponent is that of the first digit.
func exponent(d dec) int {
	return len(strings.TrimPrefix(d.c.String(), "-")) - d.scale - 1
}

func compareDec(a, b dec) int {
	x, y := align(&a, &b)
	return x.c.Cmp(&y.c)
}

func lnDec(d dec) (dec, error) {
	if err := logarithmDomain(d); err != nil {
		return dec{}, err
	}
	if d.form != finite {
		return d, nil
	}
	scale := resultScale(lnWeight(d), d.scale)
	out, err := lnTo(d, scale+10)
	if err != nil {
		return dec{}, err
	}
	return fromDecimal(out, scale), nil
}

// lnTo is ln(d) to so many decimals.
func lnTo(d dec, scale int) (*apd.Decimal, error) {
	var out apd.Decimal
	if _, err := precise(scale+10).Ln(&out, d.decimal()); err != nil {
		return nil, errRange
	}
	return &out, nil
}

// logNumeric is log(x) and log(base, x).
func logNumeric(a []any) (any, error) {
	base, x := dec{}, dec{}
	base.c.SetInt64(10)
	ok := true
	for _, v := range a {
		if v == nil {
			return nil, nil
		}
	}
	if len(a) > 1 {
		base, ok = number(a[0])
	}
	x, ok2 := number(a[len(a)-1])
	if !ok || !ok2 {
		return nil, nil
	}
	r, err := logDec(base, x)
	if err != nil {
		return nil, err
	}
	return r.text()
}

func logDec(base, x dec) (dec, error) {
	if base.form == nan || x.form == nan {
		return dec{form: nan}, nil
	}
	if err := logarithmDomain(base); err != nil {
		return dec{}, err
	}
	if err := logarithmDomain(x); err != nil {
		return dec{}, err
	}
	switch {
	case base.form == posInf && x.form == posInf:
		return dec{form: nan}, nil
	case base.form == posInf:
		return dec{}, nil
	case x.form == posInf:
		return dec{form: posInf}, nil
	}
	wb, wx := lnWeight(base), lnWeight(x)
	scale := resultScale(wx-wb, base.scale, x.scale)
	lb, err := lnTo(base, scale+20+max(wx-wb, 0)+max(-wb, 0))
	if err != nil {
		return dec{}, err
	}
	if lb.IsZero() {
		return dec{}, errDivision
	}
	lx, err := lnTo(x, scale+20+max(wx-wb, 0)+max(-wb, 0))
	if err != nil {
		return dec{}, err
	}
	var q apd.Decimal
	if _, err := precise(scale+20+max(wx-wb, 0)).Quo(&q, lx, lb); err != nil {
		return dec{}, errRange
	}
	return fromDecimal(&q, scale), nil
}
