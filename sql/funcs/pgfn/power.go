package pgfn

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// powerDec is x ^ y of numerics.
func powerDec(x, y dec) (dec, error) {
	if d, err, special := specialPower(x, y); special {
		return d, err
	}
	if x.c.Sign() == 0 && y.c.Sign() < 0 {
		return dec{}, fail("2201F", "zero raised to a negative power is undefined")
	}
	whole := y.cut(0)
	integral := compareDec(whole, y) == 0
	if x.c.Sign() < 0 && !integral {
		return dec{}, fail("2201F", "a negative number raised to a non-integer power yields a complex result")
	}
	if integral && whole.c.IsInt64() && whole.c.Int64() == int64(int32(whole.c.Int64())) {
		return powerInt(x, int(whole.c.Int64()), y.scale)
	}
	if x.c.Sign() == 0 {
		return dec{scale: minDigits}, nil
	}
	return powerAny(x, y)
}

// specialPower are NaN and infinities: NaN^0 and 1^NaN are 1.
func specialPower(x, y dec) (d dec, err error, special bool) {
	one := dec{}
	one.c.SetInt64(1)
	isOne := x.form == finite && compareDec(x, one) == 0
	switch {
	case x.form == finite && y.form == finite:
		return dec{}, nil, false
	case x.form == nan && y.form == finite && y.c.Sign() == 0, y.form == nan && isOne:
		return one, nil, true
	case x.form == nan || y.form == nan:
		return dec{form: nan}, nil, true
	}
	if x.sign() == 0 && y.sign() < 0 {
		return dec{}, fail("2201F", "zero raised to a negative power is undefined"), true
	}
	if x.sign() < 0 && y.form == finite && compareDec(y.cut(0), y) != 0 {
		return dec{}, fail("2201F", "a negative number raised to a non-integer power yields a complex result"), true
	}
	if isOne || y.form == finite && y.c.Sign() == 0 {
		return one, nil, true
	}
	if x.sign() == 0 {
		return dec{}, nil, true
	}
	if y.form != finite {
		size := x
		if size.sign() < 0 {
			size.negate()
		}
		bigger := size.form == posInf || compareDec(size, one) > 0
		minusOne := size.form == finite && compareDec(size, one) == 0
		switch {
		case minusOne:
			return one, nil, true
		case bigger == (y.form == posInf):
			return dec{form: posInf}, nil, true
		}
		return dec{}, nil, true
	}
	// x is infinite, y finite and not zero
	if y.c.Sign() < 0 {
		return dec{}, nil, true
	}
	whole := y.cut(0)
	if x.form == negInf && whole.c.Bit(0) == 1 {
		return dec{form: negInf}, nil, true
	}
	return dec{form: posInf}, nil, true
}

// powerInt is x ^ n, to 16 decimals at least.
func powerInt(x dec, n, scaleOfN int) (dec, error) {
	f := 0.0
	if x.c.Sign() != 0 {
		f = log10Of(x) * float64(n)
	}
	if f > maxPower {
		return dec{}, errPower
	}
	plain := min(max(minDigits, x.scale, scaleOfN), maxScale)
	one := dec{}
	one.c.SetInt64(1)
	switch n {
	case 0:
		return one.withScale(plain), nil
	case 1:
		return x.withScale(plain), nil
	case -1:
		return quotient(one, x, plain), nil
	case 2:
		p := mul(x, x)
		return p.withScale(plain), nil
	}
	if f < -float64(plain)-5 {
		return dec{scale: plain}, nil
	}
	out, err := raise(x.decimal(), n, plain+max(int(f), 0)+20)
	if err != nil {
		return dec{}, errRange
	}
	return fromDecimal(out, plain), nil
}

// raise is x ^ n to so many digits, by squaring.
func raise(x *apd.Decimal, n, digits int) (*apd.Decimal, error) {
	ctx := precise(digits + 10)
	out, square := apd.New(1, 0), new(apd.Decimal).Set(x)
	for m := magnitude(int64(n)); m > 0; m >>= 1 {
		if m&1 == 1 {
			if _, err := ctx.Mul(out, out, square); err != nil {
				return nil, err
			}
		}
		if m > 1 {
			if _, err := ctx.Mul(square, square, square); err != nil {
				return nil, err
			}
		}
	}
	if n < 0 {
		if _, err := ctx.Quo(out, apd.New(1, 0), out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// log10Of estimates the decimal logarithm of |d|.
func log10Of(d dec) float64 {
	e := exponent(d)
	s := d.c.String()
	if s[0] == '-' {
		s = s[1:]
	}
	n := min(len(s), 15)
	return math.Log10(atof(s[:n])) - float64(n-1) + float64(e)
}

func powerAny(x, y dec) (dec, error) {
	negative := x.c.Sign() < 0
	if negative {
		whole := y.cut(0)
		negative = whole.c.Bit(0) == 1
		x.negate()
	}
	yf, err := y.float()
	if err != nil {
		return dec{}, errRange
	}
	size := log10Of(x) * yf
	if size > maxPower {
		return dec{}, errPower
	}
	if size < -maxScale-10 {
		return dec{scale: maxScale}, nil
	}
	scale := resultScale(int(size), x.scale, y.scale)
	digits := scale + max(int(size), 0) + 20
	ln, err := lnTo(x, digits)
	if err != nil {
		return dec{}, err
	}
	var product apd.Decimal
	if _, err := precise(digits+20).Mul(&product, ln, y.decimal()); err != nil {
		return dec{}, errRange
	}
	out, err := exp(&product, digits)
	if err != nil {
		return dec{}, errRange
	}
	d := fromDecimal(out, scale)
	if negative {
		d.negate()
	}
	return d, nil
}
