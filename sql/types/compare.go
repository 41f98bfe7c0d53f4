package types

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Compare orders two values as PostgreSQL's ORDER BY does under collation "C":
// -1, 0 or 1. NULL equals NULL and comes last; NaN equals NaN and is the
// greatest number. Numbers of different kinds compare by value. Values of other
// kinds that differ, and json, do not compare.
func Compare(a, b Value) (int, error) {
	switch {
	case a.IsNull() && b.IsNull():
		return 0, nil
	case a.IsNull():
		return 1, nil
	case b.IsNull():
		return -1, nil
	case a.kind != b.kind:
		if c, ok := compareNumbers(a, b); ok {
			return c, nil
		}
		return 0, fmt.Errorf("a %s does not compare with a %s", a.kind, b.kind)
	}
	switch a.kind {
	case Bool, Int8, Date, Time, Timestamp, TimestampTZ:
		return compareInts(a.n, b.n), nil
	case Float8:
		return compareFloats(a.Float(), b.Float()), nil
	case Numeric:
		return CompareNumeric(a.s, b.s), nil
	case Text, Bytea, UUID, MacAddr, MacAddr8:
		return strings.Compare(a.s, b.s), nil
	case Interval:
		return compareIntervals(a, b), nil
	case Inet, Cidr:
		return compareNetworks(a, b), nil
	case Array:
		return compareLists(a.List(), b.List())
	case JSON, JSONB:
		if a.s == b.s {
			return 0, nil
		}
		return 0, fmt.Errorf("values of %s have no order", a.kind)
	default:
		panic("types: unknown kind of value")
	}
}

// Equal reports whether a and b are the same value: NULLs are equal, 1.5 equals
// 1.50, one month equals 30 days.
func Equal(a, b Value) bool {
	c, err := Compare(a, b)
	return err == nil && c == 0
}

func compareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareFloats(a, b float64) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(a):
		return 1
	case math.IsNaN(b):
		return -1
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compareNumbers compares numbers of different kinds: integers with numerics
// exactly, everything with floats as floats, as PostgreSQL does.
func compareNumbers(a, b Value) (int, bool) {
	if !isNumber(a) || !isNumber(b) {
		return 0, false
	}
	if a.kind == Float8 || b.kind == Float8 {
		return compareFloats(asFloat(a), asFloat(b)), true
	}
	return CompareNumeric(a.String(), b.String()), true
}

func isNumber(v Value) bool { return v.kind == Int8 || v.kind == Numeric || v.kind == Float8 }

func asFloat(v Value) float64 {
	switch v.kind {
	case Int8:
		return float64(v.n)
	case Numeric:
		f, _ := strconv.ParseFloat(v.s, 64) // out of range: the infinity of its sign
		return f
	}
	return v.Float()
}

func compareLists(a, b []Value) (int, error) {
	for i := range min(len(a), len(b)) {
		if c, err := Compare(a[i], b[i]); c != 0 || err != nil {
			return c, err
		}
	}
	return compareInts(int64(len(a)), int64(len(b))), nil
}

// Key is a text that two (type, value) pairs share exactly if they print the
// same: for finding the parameters of a statement that are one. 1.5 and 1.50
// have different keys; see [Value.GroupKey].
func (v Value) Key(t Type) string {
	head := strconv.Itoa(int(t.Kind)) + "," + strconv.Itoa(int(t.Elem)) + "," + t.Name + ":"
	if v.IsNull() {
		return head + "N"
	}
	if v.kind == Float8 && v.Float() == 0 && math.Signbit(v.Float()) {
		return head + "V-0"
	}
	return head + "V" + v.Format(t, time.UTC)
}

// GroupKey is a text that two values of one type share exactly if they are
// equal in the sense of GROUP BY.
func (v Value) GroupKey() string {
	switch v.Kind() {
	case Unknown:
		return "N"
	case Numeric:
		return "V" + reduced(v.s)
	case Float8:
		if v.Float() == 0 {
			return "V0"
		}
		return "V" + FormatFloat(v.Float(), 64)
	case Interval:
		days, micros := spanParts(v)
		return "V" + strconv.FormatInt(days, 10) + " " + strconv.FormatInt(micros, 10)
	case Array:
		var b strings.Builder
		b.WriteByte('[')
		for _, e := range v.List() {
			k := e.GroupKey()
			b.WriteString(strconv.Itoa(len(k)))
			b.WriteByte(':')
			b.WriteString(k)
		}
		return b.String()
	}
	return "V" + v.String()
}
