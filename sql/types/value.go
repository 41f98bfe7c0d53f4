package types

import (
	"math"
	"slices"
)

// Value is one SQL value, NULL included. It is small, is copied freely and
// never shares memory with a driver. The zero Value is NULL.
//
// Kinds of values are fewer than kinds of types: every integer type has Int8,
// every float type Float8, every text type (varchar, bpchar, enum, token) Text.
// What == says of two Values is not equality: use [Equal] or [Value.Key].
type Value struct {
	kind Kind   // Unknown or Unsupported: NULL
	n    int64  // Bool, Int8, Float8 bits, Date days since 1970, Time and Interval microseconds, Timestamp(TZ) microseconds since 2000
	m    int64  // Interval: months<<32 | days
	s    string // Text, Numeric (canonical text), Bytea, UUID, JSON, network addresses
	list *[]Value
}

// Null is the NULL value.
var Null = Value{} // a constant in all but name

// The infinities of dates and timestamps.
const (
	posInf = math.MaxInt64
	negInf = math.MinInt64
)

// epoch2000 is 2000-01-01 in microseconds since 1970. PostgreSQL counts from
// there, and its last 29 years do not fit when counted from 1970.
const epoch2000 = 946684800_000000

// IsNull reports whether v is NULL.
func (v Value) IsNull() bool { return v.kind == Unsupported || v.kind == Unknown }

// Kind is the kind of v; Unknown for NULL.
func (v Value) Kind() Kind {
	if v.IsNull() {
		return Unknown
	}
	return v.kind
}

// BoolOf is a boolean value.
func BoolOf(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.n = 1
	}
	return v
}

// IntOf is an integer.
func IntOf(n int64) Value { return Value{kind: Int8, n: n} }

// FloatOf is a floating point number.
func FloatOf(f float64) Value { return Value{kind: Float8, n: int64(math.Float64bits(f))} }

// TextOf is a text.
func TextOf(s string) Value { return Value{kind: Text, s: s} }

// BytesOf is a byte string.
func BytesOf(b []byte) Value { return Value{kind: Bytea, s: string(b)} }

// ListOf is an array; vs is copied.
func ListOf(vs []Value) Value {
	vs = slices.Clone(vs)
	return Value{kind: Array, list: &vs}
}

// DateOf is a date, in days since 1970-01-01. Days outside PostgreSQL's range
// (4714-11-24 BC to 5874897-12-31) panic: take them through [Parse].
func DateOf(days int64) Value {
	if days < minDate || days > maxDate {
		panic("types: date out of range")
	}
	return Value{kind: Date, n: days}
}

// TimeOf is a time of day, in microseconds since midnight, 24:00 included.
func TimeOf(micros int64) Value {
	if micros < 0 || micros > dayMicros {
		panic("types: time out of range")
	}
	return Value{kind: Time, n: micros}
}

// TimestampOf is a timestamp without zone, in microseconds since 1970-01-01.
// Out of PostgreSQL's range it panics.
func TimestampOf(micros int64) Value {
	return timestamp(Timestamp, micros-epoch2000, micros < minUnixMicros)
}

// TimestampTZOf is an instant, in microseconds since 1970-01-01 UTC. Out of
// PostgreSQL's range it panics.
func TimestampTZOf(micros int64) Value {
	return timestamp(TimestampTZ, micros-epoch2000, micros < minUnixMicros)
}

// Timestamp2000 is a timestamp without zone in microseconds since 2000-01-01,
// as PostgreSQL's binary format has it; its largest and smallest int64 are the
// infinities.
func Timestamp2000(micros int64) Value { return timestamp(Timestamp, micros, false) }

// TimestampTZ2000 is an instant in microseconds since 2000-01-01 UTC; see
// [Timestamp2000].
func TimestampTZ2000(micros int64) Value { return timestamp(TimestampTZ, micros, false) }

func timestamp(k Kind, micros int64, bad bool) Value {
	if bad || (micros < minTimestamp || micros >= endTimestamp) && micros != posInf && micros != negInf {
		panic("types: timestamp out of range")
	}
	return Value{kind: k, n: micros}
}

// InfinityOf is infinity or, with sign < 0, -infinity of a date or timestamp kind.
func InfinityOf(k Kind, sign int) Value {
	if k != Date && k != Timestamp && k != TimestampTZ {
		panic("types: " + k.String() + " has no infinity")
	}
	if sign < 0 {
		return Value{kind: k, n: negInf}
	}
	return Value{kind: k, n: posInf}
}

// IntervalOf is an interval.
func IntervalOf(months, days int32, micros int64) Value {
	return Value{kind: Interval, n: micros, m: int64(months)<<32 | int64(uint32(days))}
}

// UUIDOf is a uuid.
func UUIDOf(b [16]byte) Value { return Value{kind: UUID, s: uuidText(b)} }

// JSONOf is a json value; text is kept as it is and must be valid JSON.
func JSONOf(text string) Value { return Value{kind: JSON, s: text} }

// Bool is the value of a boolean.
func (v Value) Bool() bool { v.must(Bool); return v.n != 0 }

// Int is the value of an integer.
func (v Value) Int() int64 { v.must(Int8); return v.n }

// Float is the value of a floating point number.
func (v Value) Float() float64 { v.must(Float8); return math.Float64frombits(uint64(v.n)) }

// Text is the value of a text, or the canonical text of a numeric, uuid,
// network address or json.
func (v Value) Text() string { return v.s }

// Bytes is the value of a byte string.
func (v Value) Bytes() []byte { v.must(Bytea); return []byte(v.s) }

// Days is the value of a finite date: days since 1970-01-01.
func (v Value) Days() int64 { v.must(Date); return v.n }

// IsInfinite is +1 or -1 for an infinite date or timestamp, and 0 otherwise.
func (v Value) IsInfinite() int {
	if v.kind == Date || v.kind == Timestamp || v.kind == TimestampTZ {
		switch v.n {
		case posInf:
			return 1
		case negInf:
			return -1
		}
	}
	return 0
}

// Micros is microseconds: since midnight for a time, since 1970-01-01 for a
// timestamp. The infinities and timestamps after year 294246 give the largest
// or smallest int64.
func (v Value) Micros() int64 {
	switch v.kind {
	case Time:
		return v.n
	case Timestamp, TimestampTZ:
		if v.n == negInf {
			return math.MinInt64
		}
		if v.n > math.MaxInt64-epoch2000 {
			return math.MaxInt64
		}
		return v.n + epoch2000
	}
	panic("types: value is of another kind")
}

// Micros2000 is a timestamp in microseconds since 2000-01-01, infinities being
// the largest and smallest int64.
func (v Value) Micros2000() int64 {
	if v.kind != Timestamp && v.kind != TimestampTZ {
		panic("types: value is of another kind")
	}
	return v.n
}

// Interval is the value of an interval.
func (v Value) Interval() (months, days int32, micros int64) {
	v.must(Interval)
	return int32(v.m >> 32), int32(v.m), v.n
}

// List are the elements of an array; they must not be changed.
func (v Value) List() []Value { v.must(Array); return *v.list }

func (v Value) must(k Kind) {
	if v.kind != k {
		panic("types: value is of another kind")
	}
}
