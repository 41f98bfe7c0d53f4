package types

import "math"

// Value is one SQL value, NULL included. It is small, is copied freely and
// never shares memory with a driver. The zero Value is NULL.
//
// Kinds of values are fewer than kinds of types: every integer type has Int8,
// every float type Float8, every text type (varchar, bpchar, enum, token) Text.
type Value struct {
	kind Kind   // Unknown or Unsupported: NULL
	n    int64  // Bool, Int8, Float8 bits, Date days, Time/Timestamp(TZ)/Interval microseconds
	m    int64  // Interval: months<<32 | days
	s    string // Text, Numeric (canonical text), Bytea, UUID, JSON
	list *[]Value
}

// Null is the NULL value.
var Null = Value{} //nolint: a constant in all but name

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

// ListOf is an array.
func ListOf(vs []Value) Value { return Value{kind: Array, list: &vs} }

// Bool is the value of a boolean.
func (v Value) Bool() bool { v.must(Bool); return v.n != 0 }

// Int is the value of an integer.
func (v Value) Int() int64 { v.must(Int8); return v.n }

// Float is the value of a floating point number.
func (v Value) Float() float64 { v.must(Float8); return math.Float64frombits(uint64(v.n)) }

// Text is the value of a text, or the canonical text of a numeric, uuid or json.
func (v Value) Text() string { return v.s }

// List are the elements of an array; they must not be changed.
func (v Value) List() []Value { v.must(Array); return *v.list }

func (v Value) must(k Kind) {
	if v.kind != k {
		panic("types: value is of another kind")
	}
}
