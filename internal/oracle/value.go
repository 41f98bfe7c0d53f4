package oracle

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is a kind of column, without what differs between engines.
type Kind uint8

const (
	Int   Kind = iota // integer, bigint on SQLite
	Big               // bigint, with values at its ends
	Num               // numeric(10,2)
	Float             // double precision, in quarters: sums are exact in any order
	Text
	Date
	Stamp // timestamp
	Bool
	Token // what hashes look like; no stored column is of this kind
	kinds
)

// A Value is nil, int64, Dec, float64, string, Day, Micro or bool.
type Value any

type (
	// Dec is a decimal in hundredths.
	Dec int64
	// Day counts from 1970-01-01.
	Day int64
	// Micro is a timestamp: microseconds since 1970-01-01.
	Micro int64
)

const dayMicros = 86400 * 1000 * 1000

func (d Dec) String() string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Sprintf("%s%d.%02d", sign, d/100, d%100)
}

// short is d without zeros at its end: what SQLite keeps of it.
func (d Dec) short() string {
	return strings.TrimSuffix(strings.TrimRight(d.String(), "0"), ".")
}

func (d Day) String() string { return time.Unix(int64(d)*86400, 0).UTC().Format("2006-01-02") }

func (m Micro) String() string {
	return time.UnixMicro(int64(m)).UTC().Format("2006-01-02 15:04:05.999999")
}

func (m Micro) day() Day {
	d := Day(m / dayMicros)
	if m%dayMicros < 0 {
		d--
	}
	return d
}

// plain is v as a text, as CAST(v AS text) gives it.
func plain(v Value) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case fmt.Stringer:
		return v.String()
	default:
		panic(fmt.Sprintf("oracle: no text of %T", v))
	}
}

// literal is v as it may stand in a draft or a rule: what its neighbour's type
// decides needs no cast.
func literal(v Value) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return quote(v)
	case Day, Micro:
		return quote(plain(v))
	case int64:
		if v == -1<<63 {
			return "(-9223372036854775807 - 1)"
		}
		return plain(v)
	default:
		return plain(v)
	}
}

// stored is v as SQLite stores it.
func stored(v Value) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "1"
		}
		return "0"
	case int64:
		if v == -1<<63 {
			return "-9223372036854775808"
		}
		return plain(v)
	default:
		return literal(v)
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// compare orders two values of one kind; neither is nil.
func compare(a, b Value) int {
	switch a := a.(type) {
	case int64:
		return order(a, b.(int64))
	case Dec:
		return order(a, b.(Dec))
	case float64:
		return order(a, b.(float64))
	case string: // C.UTF-8 orders by code points, and so do the bytes
		return strings.Compare(a, b.(string))
	case Day:
		return order(a, b.(Day))
	case Micro:
		return order(a, b.(Micro))
	case bool:
		return order(bit(a), bit(b.(bool)))
	default:
		panic(fmt.Sprintf("oracle: no order of %T", a))
	}
}

func order[T int | int64 | Dec | float64 | Day | Micro](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Tri is a truth value of SQL.
type Tri uint8

const (
	False Tri = iota
	Unknown
	True
)

func truth(b bool) Tri {
	if b {
		return True
	}
	return False
}

func (t Tri) not() Tri { return True - t }
