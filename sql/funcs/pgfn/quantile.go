package pgfn

import (
	"math"
	"slices"
)

// quantiles keep all values of a group. The fraction is the first argument.
func quantiles() []Aggregate {
	out := []Aggregate{{"g_percentile_cont", 2, func() Accumulator { return &quantile{value: continuous, order: orders()["float8"]} }}}
	for kind, cmp := range orders() {
		out = append(out,
			Aggregate{"g_percentile_disc_" + kind, 2, func() Accumulator { return &quantile{value: discrete, order: cmp} }},
			Aggregate{"g_mode_" + kind, 1, func() Accumulator { return &quantile{value: mode, order: cmp, whole: true} }})
	}
	return out
}

type quantile struct {
	fraction any
	values   []any
	order    order
	whole    bool // no fraction: the value is the only argument
	value    func(q *quantile) (any, error)
}

func (q *quantile) Step(a []any) error {
	if !q.whole {
		q.fraction = a[0]
		a = a[1:]
	}
	if a[0] != nil {
		q.values = append(q.values, a[0])
	}
	return nil
}

func (q *quantile) Value() (any, error) {
	if len(q.values) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(q.values, q.order)
	if q.whole {
		return q.value(q)
	}
	if q.fraction == nil {
		return nil, nil
	}
	if f := float(q.fraction); math.IsNaN(f) || f < 0 || f > 1 {
		return nil, fail("22003", "percentile value is not between 0 and 1")
	}
	return q.value(q)
}

func continuous(q *quantile) (any, error) {
	at := float(q.fraction) * float64(len(q.values)-1)
	low, high := math.Floor(at), math.Ceil(at)
	a, b := float(q.values[int(low)]), float(q.values[int(high)])
	if low == high {
		return a, nil
	}
	return a + (b-a)*(at-low), nil
}

func discrete(q *quantile) (any, error) {
	row := math.Ceil(float(q.fraction) * float64(len(q.values)))
	return q.values[max(int(row), 1)-1], nil
}

// mode is the most frequent value, the first of several.
func mode(q *quantile) (any, error) {
	var best any
	most, run := 0, 0
	for i, v := range q.values {
		if i == 0 || q.order(q.values[i-1], v) != 0 {
			run = 0
		}
		if run++; run > most {
			most, best = run, v
		}
	}
	return best, nil
}
