package pgfn

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// decimalSum adds numerics exactly, and their squares for the variances.
type decimalSum struct {
	n       int64
	sum     dec
	squares dec
	square  bool
	nans    int64
	plus    int64 // infinities
	minus   int64
	scales  map[int]int64 // how many values had so many decimals
}

func (s *decimalSum) step(v any, sign int64) {
	d, ok := number(v)
	if v == nil || !ok {
		return
	}
	s.n += sign
	switch d.form {
	case nan:
		s.nans += sign
		return
	case posInf:
		s.plus += sign
		return
	case negInf:
		s.minus += sign
		return
	}
	if s.scales == nil {
		s.scales = map[int]int64{}
	}
	s.scales[d.scale] += sign
	if s.square {
		q := mul(d, d)
		if sign < 0 {
			q.negate()
		}
		s.squares = add(s.squares, q)
	}
	if sign < 0 {
		d.negate()
	}
	s.sum = add(s.sum, d)
}

// total is the sum, with as many decimals as the value that has most.
func (s *decimalSum) total() dec {
	if f := s.special(); f != finite {
		return dec{form: f}
	}
	return s.sum.withScale(s.scale())
}

// scale is that of the value with most decimals.
func (s *decimalSum) scale() int {
	scale := 0
	for k, n := range s.scales {
		if n > 0 {
			scale = max(scale, k)
		}
	}
	return scale
}

func (s *decimalSum) special() form {
	switch {
	case s.nans > 0 || s.plus > 0 && s.minus > 0:
		return nan
	case s.plus > 0:
		return posInf
	case s.minus > 0:
		return negInf
	}
	return finite
}

// accumulator is an Accumulator made of functions.
type accumulator struct {
	step  func(a []any, sign int64) error
	value func() (any, error)
}

func (a *accumulator) Step(args []any) error    { return a.step(args, 1) }
func (a *accumulator) Inverse(args []any) error { return a.step(args, -1) }
func (a *accumulator) Value() (any, error)      { return a.value() }

func ofDecimals(name string, square bool, value func(s *decimalSum) (any, error)) Aggregate {
	return Aggregate{name, 1, func() Accumulator {
		s := &decimalSum{square: square}
		return &accumulator{
			step:  func(a []any, sign int64) error { s.step(a[0], sign); return nil },
			value: func() (any, error) { return value(s) },
		}
	}}
}

func intDec(n int64) dec {
	var d dec
	d.c.SetInt64(n)
	return d
}

func sums() []Aggregate {
	return []Aggregate{
		ofDecimals("g_sum_numeric", false, func(s *decimalSum) (any, error) {
			if s.n == 0 {
				return nil, nil
			}
			t := s.total()
			return t.text()
		}),
		ofDecimals("g_avg_numeric", false, func(s *decimalSum) (any, error) {
			if s.n == 0 {
				return nil, nil
			}
			q, err := div(s.total(), intDec(s.n))
			if err != nil {
				return nil, err
			}
			return q.text()
		}),
		ofSpans("g_sum_interval", func(t span, _ int64) (span, error) { return t, nil }),
		ofSpans("g_avg_interval", func(t span, n int64) (span, error) { return t.over(float64(n)) }),
	}
}

func ofSpans(name string, value func(t span, n int64) (span, error)) Aggregate {
	return Aggregate{name, 1, func() Accumulator {
		var total span
		n := int64(0)
		return &accumulator{
			step: func(a []any, sign int64) error {
				s, ok := readInterval(a[0])
				if a[0] == nil || !ok {
					return nil
				}
				s, err := s.signed(sign)
				if err == nil {
					total, err = total.plus(s)
				}
				n += sign
				if err == nil && (!fits32(total.months) || !fits32(total.days)) {
					err = errInterval
				}
				return err
			},
			value: func() (any, error) {
				if n == 0 {
					return nil, nil
				}
				return thenInterval(value(total, n))
			},
		}
	}}
}

// spreads are variances and standard deviations: of a sample, or of all.
func spreads() []Aggregate {
	var out []Aggregate
	for name, kind := range map[string]struct{ root, sample bool }{
		"stddev": {true, true}, "stddev_samp": {true, true}, "stddev_pop": {true, false},
		"variance": {false, true}, "var_samp": {false, true}, "var_pop": {false, false},
	} {
		out = append(out,
			ofDecimals("g_"+name+"_numeric", true, func(s *decimalSum) (any, error) { return s.spread(kind.root, kind.sample) }),
			Aggregate{"g_" + name + "_float8", 1, func() Accumulator {
				s := &moments{}
				return &accumulator{
					step: func(a []any, sign int64) error {
						if a[0] == nil {
							return nil
						}
						return s.step(float(a[0]), 0, sign)
					},
					value: func() (any, error) { return s.spread(kind.root, kind.sample) },
				}
			}})
	}
	return out
}

func (s *decimalSum) spread(root, sample bool) (any, error) {
	if s.n == 0 || sample && s.n == 1 {
		return nil, nil
	}
	if s.special() != finite {
		return "NaN", nil
	}
	n := intDec(s.n)
	// Values that have left the frame have left zeros behind.
	sum, squares := s.sum.withScale(s.scale()), s.squares.withScale(2*s.scale())
	nn := mul(n, squares)
	square := mul(sum, sum)
	top := sub(nn, square)
	if top.c.Sign() <= 0 {
		return "0", nil
	}
	below := s.n
	if sample {
		below--
	}
	var bottom dec
	bottom.c.Mul(apd.NewBigInt(s.n), apd.NewBigInt(below))
	// The number of decimals of the values decides that of the result.
	scale := divScale(top, bottom)
	q := quotient(top, bottom, scale)
	if !root {
		return q.text()
	}
	r, err := rootTo(q, scale)
	if err != nil {
		return nil, err
	}
	return r.text()
}

// rootTo is the square root to so many decimals, rounded.
func rootTo(d dec, scale int) (dec, error) {
	out := dec{scale: scale}
	var m, q, r apd.BigInt
	up := 2*scale - d.scale
	if up < 0 {
		return dec{}, errRange
	}
	m.Mul(&d.c, bigTen(up))
	q.Sqrt(&m)
	r.Mul(&q, &q)
	r.Sub(&m, &r)
	if r.Cmp(&q) > 0 {
		q.Add(&q, apd.NewBigInt(1))
	}
	out.c = q
	return out, nil
}

// moments are the sums of squared distances from the mean of one or two
// variables, updated as Youngs and Cramer do, which loses no digits.
type moments struct {
	n, sx, sxx, sy, syy, sxy float64
	history                  [][2]float64 // for Inverse: the frame, oldest first
	special                  bool         // an infinity or NaN was seen
}

func (m *moments) step(x, y float64, sign int64) error {
	if sign < 0 { // cannot be undone exactly: begin anew
		rest := m.history[1:]
		*m = moments{}
		for _, p := range rest {
			m.add(p[0], p[1])
		}
		return nil
	}
	m.add(x, y)
	return nil
}

func (m *moments) add(x, y float64) {
	m.history = append(m.history, [2]float64{x, y})
	n := m.n
	m.n++
	m.sx += x
	m.sy += y
	if math.IsNaN(x) || math.IsInf(x, 0) || math.IsNaN(y) || math.IsInf(y, 0) {
		m.special = true
	}
	if n > 0 {
		dx, dy := x*m.n-m.sx, y*m.n-m.sy
		scale := 1 / (m.n * n)
		m.sxx += dx * dx * scale
		m.syy += dy * dy * scale
		m.sxy += dx * dy * scale
	}
}

func (m *moments) spread(root, sample bool) (any, error) {
	below := m.n
	if sample {
		below--
	}
	switch {
	case below <= 0:
		return nil, nil
	case m.special:
		return math.NaN(), nil
	}
	v := m.sxx / below
	if root {
		v = math.Sqrt(v)
	}
	return v, nil
}

// pairs are the aggregates of two floats; the first is the dependent variable.
func pairs() []Aggregate {
	pair := func(name string, value func(m *moments) any) Aggregate {
		return Aggregate{name, 2, func() Accumulator {
			m := &moments{}
			return &accumulator{
				step: func(a []any, sign int64) error {
					if a[0] == nil || a[1] == nil {
						return nil
					}
					return m.step(float(a[1]), float(a[0]), sign)
				},
				value: func() (any, error) { return value(m), nil },
			}
		}}
	}
	finiteOr := func(m *moments, f func() any) any {
		if m.special {
			return math.NaN()
		}
		return f()
	}
	return []Aggregate{
		pair("g_corr", func(m *moments) any {
			if m.n < 1 || m.sxx == 0 || m.syy == 0 {
				return nil
			}
			return finiteOr(m, func() any { return m.sxy / math.Sqrt(m.sxx*m.syy) })
		}),
		pair("g_covar_pop", func(m *moments) any {
			if m.n < 1 {
				return nil
			}
			return finiteOr(m, func() any { return m.sxy / m.n })
		}),
		pair("g_covar_samp", func(m *moments) any {
			if m.n < 2 {
				return nil
			}
			return finiteOr(m, func() any { return m.sxy / (m.n - 1) })
		}),
		pair("g_regr_slope", func(m *moments) any {
			if m.n < 1 || m.sxx == 0 {
				return nil
			}
			return finiteOr(m, func() any { return m.sxy / m.sxx })
		}),
		pair("g_regr_intercept", func(m *moments) any {
			if m.n < 1 || m.sxx == 0 {
				return nil
			}
			return finiteOr(m, func() any { return (m.sy - m.sx*m.sxy/m.sxx) / m.n })
		}),
		pair("g_regr_r2", func(m *moments) any {
			switch {
			case m.n < 1 || m.sxx == 0:
				return nil
			case m.syy == 0:
				return 1.0
			}
			return finiteOr(m, func() any { return m.sxy * m.sxy / (m.sxx * m.syy) })
		}),
		pair("g_regr_avgx", func(m *moments) any {
			if m.n < 1 {
				return nil
			}
			return m.sx / m.n
		}),
		pair("g_regr_avgy", func(m *moments) any {
			if m.n < 1 {
				return nil
			}
			return m.sy / m.n
		}),
		pair("g_regr_sxx", func(m *moments) any { return orNone(m, m.sxx) }),
		pair("g_regr_syy", func(m *moments) any { return orNone(m, m.syy) }),
		pair("g_regr_sxy", func(m *moments) any { return orNone(m, m.sxy) }),
		pair("g_regr_count", func(m *moments) any { return int64(m.n) }),
	}
}

func orNone(m *moments, v float64) any {
	switch {
	case m.n < 1:
		return nil
	case m.special:
		return math.NaN()
	}
	return v
}
