package pgfn

import "time"

// maxRows bounds what a series may make, whatever its bounds are.
const maxRows = 100_000

var errSeries = &Error{"54000", "generate_series makes too many rows"}

// series is generate_series.
func series(zone func() *time.Location) []Table {
	return []Table{
		{"g_series", 3, func(a []any, yield func(any) bool) error {
			if a[0] == nil || a[1] == nil || a[2] == nil {
				return nil
			}
			from, to, step := integer(a[0]), integer(a[1]), integer(a[2])
			if step == 0 {
				return fail("22023", "step size cannot equal zero")
			}
			for n := 0; step > 0 && from <= to || step < 0 && from >= to; n++ {
				if n >= maxRows {
					return errSeries
				}
				if !yield(from) {
					return nil
				}
				next, err := addInt(from, step)
				if err != nil {
					return nil
				}
				from = next
			}
			return nil
		}},
		timeSeries("g_series_timestamp", writeTimestamp, func(s span, m int64) (int64, error) { return s.after(m) }),
		timeSeries("g_series_timestamptz", writeTimestamptz, func(s span, m int64) (int64, error) { return s.afterInstant(m, zone()) }),
	}
}

func timeSeries(name string, write func(int64) (any, error), next func(s span, m int64) (int64, error)) Table {
	return Table{name, 3, func(a []any, yield func(any) bool) error {
		from, ok1 := readTimestamp(a[0])
		to, ok2 := readTimestamp(a[1])
		step, ok3 := readInterval(a[2])
		if a[0] == nil || a[1] == nil || a[2] == nil || !ok1 || !ok2 || !ok3 {
			return nil
		}
		sign := compareInterval(text(a[2]), "0")
		if sign == 0 {
			return fail("22023", "step size cannot equal zero")
		}
		for n := 0; sign > 0 && from <= to || sign < 0 && from >= to; n++ {
			if n >= maxRows || isInf(from) {
				return errSeries
			}
			v, err := write(from)
			if err != nil {
				return err
			}
			if !yield(v) {
				return nil
			}
			if from, err = next(step, from); err != nil {
				return err
			}
		}
		return nil
	}}
}
