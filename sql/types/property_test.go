package types

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyValue draws any value of t.
func anyValue(t Type) *rapid.Generator[Value] {
	return rapid.Custom(func(r *rapid.T) Value {
		switch t.Kind {
		case Bool:
			return BoolOf(rapid.Bool().Draw(r, "bool"))
		case Int2:
			return IntOf(int64(rapid.Int16().Draw(r, "int2")))
		case Int4:
			return IntOf(int64(rapid.Int32().Draw(r, "int4")))
		case Int8:
			return IntOf(rapid.Int64().Draw(r, "int8"))
		case Numeric:
			v, err := NumericOf(rapid.StringMatching(`-?[0-9]{1,40}(\.[0-9]{1,20})?(e-?[0-9]{1,2})?|NaN|-?Infinity`).Draw(r, "numeric"))
			if err != nil {
				panic(err)
			}
			return v
		case Float4:
			return FloatOf(float64(math.Float32frombits(rapid.Uint32().Draw(r, "bits"))))
		case Float8:
			return FloatOf(math.Float64frombits(rapid.Uint64().Draw(r, "bits")))
		case Text, Varchar:
			return TextOf(rapid.StringN(0, 20, -1).Filter(func(s string) bool { return !strings.Contains(s, "\x00") }).Draw(r, "text"))
		case Bytea:
			return BytesOf(rapid.SliceOf(rapid.Byte()).Draw(r, "bytea"))
		case Date:
			if n := rapid.Int64Range(minDate-2, maxDate).Draw(r, "days"); n >= minDate {
				return DateOf(n)
			}
			return InfinityOf(Date, 1)
		case Time:
			return TimeOf(rapid.Int64Range(0, dayMicros).Draw(r, "micros"))
		case Timestamp, TimestampTZ:
			n := rapid.Int64Range(minTimestamp, endTimestamp-1).Draw(r, "micros")
			if t.Kind == Timestamp {
				return Timestamp2000(n)
			}
			return TimestampTZ2000(n)
		case Interval:
			return IntervalOf(rapid.Int32().Draw(r, "months"), rapid.Int32().Draw(r, "days"), rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(r, "micros"))
		case UUID:
			var b [16]byte
			copy(b[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "uuid"))
			return UUIDOf(b)
		case Inet, Cidr:
			p := anyPrefix(r)
			if t.Kind == Cidr {
				p = p.Masked()
			}
			return must(Parse(t, p.String(), nil))
		case MacAddr, MacAddr8:
			n := map[Kind]int{MacAddr: 6, MacAddr8: 8}[t.Kind]
			return must(Parse(t, hex.EncodeToString(rapid.SliceOfN(rapid.Byte(), n, n).Draw(r, "mac")), nil))
		}
		panic("no values of " + t.String())
	})
}

func must(v Value, err error) Value {
	if err != nil {
		panic(err)
	}
	return v
}

// anyPrefix draws an address with a length, of zeros for the most part.
func anyPrefix(r *rapid.T) netip.Prefix {
	n := rapid.SampledFrom([]int{4, 16}).Draw(r, "bytes")
	b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0, 0, 0, 1, 127, 255, 255}), n, n).Draw(r, "address")
	a, _ := netip.AddrFromSlice(b)
	return netip.PrefixFrom(a, rapid.IntRange(0, a.BitLen()).Draw(r, "length"))
}

var scalars = []Kind{Bool, Int2, Int4, Int8, Numeric, Float4, Float8, Text, Varchar, Bytea, Date, Time, Timestamp, TimestampTZ, Interval, UUID, Inet, Cidr, MacAddr, MacAddr8}

// What Format prints, Parse reads as the same value.
func TestParseFormat(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}
	rapid.Check(t, func(r *rapid.T) {
		typ := Of(rapid.SampledFrom(scalars).Draw(r, "kind"))
		loc, _ := Zone(rapid.SampledFrom(zones).Draw(r, "zone"))
		v := anyValue(typ).Draw(r, "value")
		text := v.Format(typ, loc)
		back, err := Parse(typ, text, time.UTC) // an instant names its offset
		if err != nil {
			r.Fatalf("%s %s: %v", typ, text, err)
		}
		if back.Key(typ) != v.Key(typ) || !Equal(v, back) || back.GroupKey() != v.GroupKey() {
			r.Fatalf("%s %s is read as %s", typ, text, back.Format(typ, loc))
		}
	})
}

// Arrays of anything come back too.
func TestParseFormatArrays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		elem := Of(rapid.SampledFrom(scalars).Draw(r, "kind"))
		typ := ArrayOfType(elem)
		vs := rapid.SliceOfN(rapid.OneOf(anyValue(elem), rapid.Just(Null)), 0, 5).Draw(r, "values")
		v := ListOf(vs)
		back, err := Parse(typ, v.Format(typ, nil), nil)
		if err != nil {
			r.Fatalf("%s: %v", v.Format(typ, nil), err)
		}
		if back.Key(typ) != v.Key(typ) {
			r.Fatalf("%s is read as %s", v.Format(typ, nil), back.Format(typ, nil))
		}
	})
}

// Compare is an order, and agrees with GroupKey.
func TestCompareIsAnOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		typ := Of(rapid.SampledFrom(scalars).Draw(r, "kind"))
		g := anyValue(typ)
		a, b, c := g.Draw(r, "a"), g.Draw(r, "b"), g.Draw(r, "c")
		order := func(x, y Value) int {
			n, err := Compare(x, y)
			if err != nil {
				r.Fatal(err)
			}
			return n
		}
		if order(a, b) != -order(b, a) || order(a, a) != 0 {
			r.Fatalf("%s and %s", a, b)
		}
		if order(a, b) <= 0 && order(b, c) <= 0 && order(a, c) > 0 {
			r.Fatalf("%s, %s and %s", a, b, c)
		}
		if (order(a, b) == 0) != (a.GroupKey() == b.GroupKey()) {
			r.Fatalf("%s and %s: keys", a, b)
		}
	})
}

// Parse never panics, and what it reads it prints so that it is read again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1", "-1.5e3", "2024-02-29", "2024-02-29 10:11:12.5+02 BC", "1 year 2 mons -3 days 04:05:06.7", "P1Y2M3DT4H", "{1,NULL,\"a\\\"\"}",
		`{"a": [1, "\ud83d\ude00"]}`, `\x00ff`, "infinity", "Jan 31, 2024", "1:2:3 ago", "99999-12-31", "t", "NaN", "2024-01-01T10:00Z", "{{1}}", "00112233445566778899aabbccddeeff", "\\", "\\1", "{,}", "bc"} {
		for k := range numKinds {
			f.Add(uint8(k), s)
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, s string) {
		types := []Type{Of(Kind(k) % numKinds)}
		if types[0].Kind == Array {
			types = []Type{ArrayOf(Int4), ArrayOf(Text), ArrayOf(Interval)}
		}
		for _, typ := range types {
			v, err := Parse(typ, s, nil)
			if err != nil {
				continue
			}
			back, err := Parse(typ, v.Format(typ, nil), nil)
			if err != nil || back.Key(typ) != v.Key(typ) {
				t.Errorf("%s %q is %q, which is %v %v", typ, s, v.Format(typ, nil), back, err)
			}
			v.AppendJSON(nil, typ, nil)
			if _, err := Compare(v, back); err != nil {
				t.Error(err)
			}
			_ = fmt.Sprint(v)
		}
	})
}
