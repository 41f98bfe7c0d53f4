package pgfn

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// divisors are gcd, lcm, shifts and width_bucket.
func divisors() []Scalar {
	var out []Scalar
	for _, t := range []struct {
		name string
		bits int
	}{{"int2", 16}, {"int4", 32}, {"int8", 64}} {
		width := 64 - t.bits
		out = append(out, simple("g_shl_"+t.name, 2, func(a []any) any {
			return integer(a[0]) << (uint64(integer(a[1])) & 63) << width >> width
		}))
		if t.bits == 16 {
			continue
		}
		least := int64(-1) << (t.bits - 1)
		checked := func(name string, fn func(a, b int64) (int64, error)) Scalar {
			return strict(name, 2, func(a []any) (any, error) {
				n, err := fn(integer(a[0]), integer(a[1]))
				if err == nil && (n == least || n<<width>>width != n) {
					err = errRange
				}
				if err != nil {
					return nil, err
				}
				return max(n, -n), nil
			})
		}
		out = append(out,
			checked("g_gcd_"+t.name, func(a, b int64) (int64, error) { return gcd(a, b), nil }),
			checked("g_lcm_"+t.name, func(a, b int64) (int64, error) {
				if a == 0 || b == 0 {
					return 0, nil
				}
				return mulInt(a/gcd(a, b), b)
			}))
	}
	return append(out,
		decimal2("g_gcd_numeric", never2(gcdDec)),
		decimal2("g_lcm_numeric", never2(lcmDec)),
		strict("g_width_bucket_float8", 4, func(a []any) (any, error) {
			return bucket(float(a[0]), float(a[1]), float(a[2]), integer(a[3]))
		}),
		strict("g_width_bucket_numeric", 4, func(a []any) (any, error) {
			x, ok1 := number(a[0])
			low, ok2 := number(a[1])
			high, ok3 := number(a[2])
			if !ok1 || !ok2 || !ok3 {
				return nil, nil
			}
			return bucketDec(x, low, high, integer(a[3]))
		}),
	)
}

func gcd(a, b int64) int64 {
	for b != 0 {
		if b == -1 { // the least number is not divided by -1
			return 1
		}
		a, b = b, a%b
	}
	return a
}

func gcdDec(a, b dec) dec {
	if a.form != finite || b.form != finite {
		return dec{form: nan}
	}
	x, y := align(&a, &b)
	out := dec{scale: x.scale}
	x.c.Abs(&x.c)
	y.c.Abs(&y.c)
	out.c.GCD(nil, nil, &x.c, &y.c)
	return out
}

func lcmDec(a, b dec) dec {
	if a.form != finite || b.form != finite {
		return dec{form: nan}
	}
	x, y := align(&a, &b)
	out := dec{scale: x.scale}
	if x.c.Sign() == 0 || y.c.Sign() == 0 {
		return out
	}
	d := gcdDec(x, y)
	out.c.Quo(&x.c, &d.c)
	out.c.Mul(&out.c, &y.c)
	out.c.Abs(&out.c)
	return out
}

var (
	errBuckets = &Error{"2201G", "the number of buckets must be greater than zero"}
	errBounds  = &Error{"2201G", "the bounds must be finite and differ"}
)

// bucket is PostgreSQL's width_bucket, which may count down.
func bucket(x, low, high float64, n int64) (any, error) {
	switch {
	case n <= 0:
		return nil, errBuckets
	case math.IsNaN(x) || math.IsNaN(low) || math.IsNaN(high) || math.IsInf(low, 0) || math.IsInf(high, 0) || low == high:
		return nil, errBounds
	}
	if low > high {
		x, low, high = -x, -low, -high
	}
	switch {
	case x < low:
		return int64(0), nil
	case x >= high:
		return afterLast(n)
	}
	share := (x - low) / (high - low)
	if math.IsInf(high-low, 0) {
		share = (x/2 - low/2) / (high/2 - low/2)
	}
	return min(int64(float64(n)*share), n-1) + 1, nil
}

func afterLast(n int64) (any, error) {
	if n == math.MaxInt32 {
		return nil, errRange
	}
	return n + 1, nil
}

func bucketDec(x, low, high dec, n int64) (any, error) {
	switch {
	case n <= 0:
		return nil, errBuckets
	case x.form == nan || low.form != finite || high.form != finite:
		return nil, errBounds
	}
	width := sub(high, low)
	if width.sign() == 0 {
		return nil, errBounds
	}
	if width.sign() < 0 {
		x.negate()
		low.negate()
		high.negate()
		width.negate()
	}
	if d := sub(x, low); d.sign() < 0 {
		return int64(0), nil
	}
	if d := sub(x, high); d.sign() >= 0 {
		return afterLast(n)
	}
	away := sub(x, low)
	away, width = align(&away, &width)
	var q apd.BigInt
	q.Mul(&away.c, apd.NewBigInt(n))
	q.Quo(&q, &width.c)
	return q.Int64() + 1, nil
}

// scales are what a numeric says of its decimals.
func scales() []Scalar {
	of := func(name string, fn func(d dec) (any, error)) Scalar {
		return strict(name, 1, func(a []any) (any, error) {
			d, ok := number(a[0])
			if !ok {
				return nil, nil
			}
			return fn(d)
		})
	}
	return []Scalar{
		of("g_min_scale", func(d dec) (any, error) {
			if d.form != finite {
				return nil, nil
			}
			return int64(d.trim().scale), nil
		}),
		of("g_trim_scale", func(d dec) (any, error) {
			d = d.trim()
			return d.text()
		}),
	}
}

// trim takes away the zeros at the end of the decimals.
func (d dec) trim() dec {
	if d.form != finite || d.c.Sign() == 0 {
		d.scale = min(d.scale, 0)
		return d
	}
	var q, r apd.BigInt
	for d.scale > 0 {
		q.QuoRem(&d.c, apd.NewBigInt(10), &r)
		if r.Sign() != 0 {
			break
		}
		d.c.Set(&q)
		d.scale--
	}
	return d
}
