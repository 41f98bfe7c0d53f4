package pgfn

// bitSets are the aggregates of single bits. They count each bit, so that a row
// can leave a window's frame again.
func bitSets() []Aggregate {
	of := func(name string, holds func(have, rows int64) bool) Aggregate {
		return Aggregate{name, 1, func() Accumulator {
			var have [64]int64
			rows := int64(0)
			return &accumulator{
				step: func(a []any, sign int64) error {
					if a[0] == nil {
						return nil
					}
					rows += sign
					for i := range have {
						have[i] += sign * (integer(a[0]) >> i & 1)
					}
					return nil
				},
				value: func() (any, error) {
					if rows == 0 {
						return nil, nil
					}
					n := int64(0)
					for i := range have {
						if holds(have[i], rows) {
							n |= 1 << i
						}
					}
					return n, nil
				},
			}
		}}
	}
	return []Aggregate{
		of("g_bit_and", func(have, rows int64) bool { return have == rows }),
		of("g_bit_or", func(have, _ int64) bool { return have > 0 }),
		of("g_bit_xor", func(have, _ int64) bool { return have%2 != 0 }),
	}
}
