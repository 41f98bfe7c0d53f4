package pgfn

import (
	"encoding/hex"
	"math"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

var intRanges = []struct {
	name            string
	least, greatest int64
}{
	{"int2", math.MinInt16, math.MaxInt16}, {"int4", math.MinInt32, math.MaxInt32}, {"int8", math.MinInt64, math.MaxInt64},
}

// casts are named g_FROM_to_TO. Those between temporal types stand with the
// calendar.
func casts(zone func() *time.Location) []Scalar {
	var out []Scalar
	for _, r := range intRanges {
		if r.name != "int8" {
			out = append(out, strict("g_int8_to_"+r.name, 1, func(a []any) (any, error) {
				if n := integer(a[0]); n >= r.least && n <= r.greatest {
					return n, nil
				}
				return nil, errRange
			}))
		}
		out = append(out,
			strict("g_float8_to_"+r.name, 1, func(a []any) (any, error) {
				f := math.RoundToEven(float(a[0]))
				if f >= float64(r.least) && f < -float64(r.least) {
					return int64(f), nil
				}
				return nil, errRange
			}),
			strict("g_numeric_to_"+r.name, 1, func(a []any) (any, error) {
				d, ok := number(a[0])
				if !ok {
					return nil, nil
				}
				return d.whole(r.least, r.greatest)
			}),
		)
	}
	parse := func(k types.Kind, give func(v types.Value) (any, error)) Scalar {
		t := types.Of(k)
		return strict("g_text_to_"+t.String(), 1, func(a []any) (any, error) {
			v, err := types.Parse(t, text(a[0]), zone())
			if err != nil {
				return nil, errInvalid
			}
			return give(v)
		})
	}
	asInt := func(v types.Value) (any, error) { return v.Int(), nil }
	asFloat := func(v types.Value) (any, error) { return v.Float(), nil }
	asText := func(v types.Value) (any, error) { return v.String(), nil }
	return append(out,
		strict("g_float8_to_float4", 1, func(a []any) (any, error) { return single(float(a[0])) }),
		strict("g_float8_to_numeric", 1, func(a []any) (any, error) { return floatDecimal(float(a[0]), 15) }),
		strict("g_float4_to_numeric", 1, func(a []any) (any, error) { return floatDecimal(float(a[0]), 6) }),
		simple("g_bytea_to_text", 1, func(a []any) any { return `\x` + hex.EncodeToString(blob(a[0])) }),
		simple("g_float8_to_text", 1, func(a []any) any { return types.FormatFloat(float(a[0]), 64) }),
		simple("g_float4_to_text", 1, func(a []any) any { return types.FormatFloat(float(a[0]), 32) }),
		strict("g_numeric_to_float8", 1, func(a []any) (any, error) {
			d, ok := number(a[0])
			if !ok {
				return nil, nil
			}
			f, err := d.float()
			if err != nil {
				return nil, err
			}
			return f, nil
		}),
		strict("g_numeric_mod", 3, func(a []any) (any, error) { return fit(a[0], int(integer(a[1])), int(integer(a[2]))) }),
		strict("g_bpchar", 2, func(a []any) (any, error) {
			s, n := text(a[0]), min(clamp(a[1]), 10_485_760) // PostgreSQL's limit
			head, _ := prefix(s, n)
			return head + strings.Repeat(" ", int(max(0, n-runes(head)))), nil
		}),
		parse(types.Bool, func(v types.Value) (any, error) { return truth(v.Bool()), nil }),
		parse(types.Int2, asInt), parse(types.Int4, asInt), parse(types.Int8, asInt),
		parse(types.Float4, asFloat), parse(types.Float8, asFloat), parse(types.Numeric, asText),
		parse(types.Date, func(v types.Value) (any, error) { return writeDate(v.Days()) }),
		parse(types.Time, asText),
		parse(types.Timestamp, func(v types.Value) (any, error) { return writeTimestamp(v.Micros2000()) }),
		parse(types.TimestampTZ, func(v types.Value) (any, error) { return writeTimestamptz(v.Micros2000()) }),
		parse(types.Interval, asText), parse(types.UUID, asText), parse(types.JSON, asText), parse(types.JSONB, asText),
		parse(types.Bytea, func(v types.Value) (any, error) { return v.Bytes(), nil }),
		onTimestamp("g_timestamp_round", 2, 0, func(a []any, m int64) (any, error) {
			return writeTimestamp(roundTo(m, integer(a[1])))
		}),
		onTimestamp("g_timestamptz_round", 2, 0, func(a []any, m int64) (any, error) {
			return writeTimestamptz(roundTo(m, integer(a[1])))
		}),
		strict("g_time_round", 2, func(a []any) (any, error) {
			m, ok := readTime(a[0])
			if !ok {
				return nil, nil
			}
			return writeTime(min(roundTo(m, integer(a[1])), dayMicros)), nil
		}),
		strict("g_interval_round", 2, func(a []any) (any, error) {
			s, ok := readInterval(a[0])
			if !ok {
				return nil, nil
			}
			s.micros = roundTo(s.micros, integer(a[1]))
			return s.write()
		}),
		simple("g_interval_to_time", 1, func(a []any) any {
			s, ok := readInterval(a[0])
			if !ok {
				return nil
			}
			return writeTime(s.micros - floorDiv(s.micros, dayMicros)*dayMicros)
		}),
	)
}

// roundTo rounds microseconds to so many decimals of a second.
func roundTo(micros, decimals int64) int64 {
	if isInf(micros) || decimals >= 6 {
		return micros
	}
	unit := int64(1)
	for range 6 - max(decimals, 0) {
		unit *= 10
	}
	if micros >= 0 {
		return (micros + unit/2) / unit * unit
	}
	return -((-micros + unit/2) / unit * unit)
}

func single(f float64) (any, error) {
	r := float64(float32(f))
	switch {
	case math.IsInf(r, 0) && !math.IsInf(f, 0):
		return nil, errOverflow
	case r == 0 && f != 0:
		return nil, errUnderflow
	}
	return r, nil
}

func floatDecimal(f float64, digits int) (any, error) {
	d := fromFloat(f, digits)
	return d.text()
}

// fit is a cast to numeric(precision, scale).
func fit(v any, precision, scale int) (any, error) {
	d, ok := number(v)
	switch {
	case !ok:
		return nil, nil
	case d.form == nan:
		return d.text()
	case d.form != finite:
		return nil, fail("22003", "numeric field overflow")
	}
	return d.fit(max(min(precision, maxScale), 0), max(min(scale, maxScale), -maxScale))
}

func (d dec) fit(precision, scale int) (any, error) {
	var r dec
	if scale < 0 {
		d.scale -= scale
		r = d.withScale(0)
		r.c.Mul(&r.c, bigTen(-scale))
	} else {
		r = d.withScale(scale)
	}
	if r.c.Sign() != 0 && exponent(r)+1 > precision-scale {
		return nil, fail("22003", "numeric field overflow")
	}
	return r.text()
}
