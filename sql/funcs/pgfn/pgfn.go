// Package pgfn is PostgreSQL's functions in Go, for engines that lack them:
// SQLite calls them by the names g_..., as the templates of package funcs spell
// them.
//
// It knows no driver. [New] gives lists of functions to register; arguments and
// results are nil (NULL), int64, float64, string and []byte, and stand for SQL
// values so:
//
//	bool                  int64 0, 1
//	int2, int4, int8      int64
//	float4, float8        float64
//	numeric               string: PostgreSQL's digits, compared by collation grille_numeric
//	text, varchar, bpchar string
//	bytea                 []byte
//	date, time, timestamp string: PostgreSQL's ISO output, compared by bytes
//	timestamptz           the same in UTC, ending in +00
//	interval              string: PostgreSQL's output, compared by collation grille_interval
//	uuid, json            string
//
// Dates and timestamps are those of the years 1 to 9999 and the infinities:
// others do not compare by bytes. A result outside is an [Error].
//
// Functions give what PostgreSQL 15 gives, in collation C.UTF-8, which tests
// compare on a live server. Where a function of the table is total, it never
// fails here either.
package pgfn

import (
	"time"
)

// Scalar is a function of a fixed number of arguments, or of any if Args is -1.
// It is deterministic within one statement.
type Scalar struct {
	Name string
	Args int
	Fn   func(args []any) (any, error)
}

// Aggregate is an aggregate function. New makes the state of one group.
type Aggregate struct {
	Name string
	Args int
	New  func() Accumulator
}

// Accumulator is the state of one group. Steps with NULL are as PostgreSQL
// skips them. Those with an Inverse serve as window functions.
type Accumulator interface {
	Step(args []any) error
	Value() (any, error)
}

// Inverter takes back the oldest Step, for moving window frames.
type Inverter interface {
	Accumulator
	Inverse(args []any) error
}

// Collation orders texts that stand for something else.
type Collation struct {
	Name    string
	Compare func(a, b []byte) int
}

// Table is a function that returns rows of one column.
type Table struct {
	Name string
	Args int
	// Rows calls yield with each row until it returns false.
	Rows func(args []any, yield func(v any) bool) error
}

// Library is everything to register on one connection.
type Library struct {
	Scalars    []Scalar
	Aggregates []Aggregate
	Collations []Collation
	Tables     []Table
}

// New makes a library for one connection; it is not safe for concurrent use, as
// a connection is not. zone is asked for the session's time zone at each call
// that depends on it; nil means UTC.
func New(zone func() *time.Location) Library {
	if zone == nil {
		zone = func() *time.Location { return time.UTC }
	}
	known := newRegexps()
	return Library{
		Scalars: concat(
			readers(), casts(zone), integers(), divisors(), floats(), decimals(), scales(), texts(), building(), patterns(known), searches(known),
			calendar(), zoned(zone, zones{}), intervals(), makers(), formats(zone), jsons(), jsonParts(), choices(), hashes(),
		),
		Aggregates: concat(sums(), spreads(), pairs(), quantiles(), bitSets()),
		Collations: collations(),
		Tables:     concat(series(zone), splits(known), jsonRows()),
	}
}

func concat[T any](lists ...[]T) []T {
	var out []T
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// An Error is a value that does not fit the expression: PostgreSQL's classes 21
// and 22, but for [ErrRecursion]. It names no value.
type Error struct {
	State   string // SQLSTATE
	Message string
}

func (e *Error) Error() string { return e.Message }

func fail(state, message string) error { return &Error{state, message} }

// ErrRecursion is that of g_recursion_over: a recursion with more rows than it may have.
var ErrRecursion = &Error{"54000", "a recursion with too many rows"}

var (
	errDivision  = &Error{"22012", "division by zero"}
	errRange     = &Error{"22003", "number out of range"}
	errOverflow  = &Error{"22003", "value out of range: overflow"}
	errUnderflow = &Error{"22003", "value out of range: underflow"}
	errDate      = &Error{"22008", "date or timestamp out of range"}
	errInterval  = &Error{"22008", "interval out of range"}
	errInvalid   = &Error{"22P02", "a text cannot be read as that type"}
	errDomain    = &Error{"22003", "input is out of range"}
)

// strict is a function that is NULL when an argument is.
func strict(name string, args int, fn func(a []any) (any, error)) Scalar {
	return Scalar{name, args, func(a []any) (any, error) {
		for _, v := range a {
			if v == nil {
				return nil, nil
			}
		}
		return fn(a)
	}}
}

// simple is a strict function that cannot fail.
func simple(name string, args int, fn func(a []any) any) Scalar {
	return strict(name, args, func(a []any) (any, error) { return fn(a), nil })
}

func truth(b bool) any {
	if b {
		return int64(1)
	}
	return int64(0)
}

func integer(v any) int64 {
	switch x := v.(type) {
	case int64:
		return x
	case float64:
		return int64(x)
	}
	return 0
}

func float(v any) float64 {
	switch x := v.(type) {
	case int64:
		return float64(x)
	case float64:
		return x
	}
	return 0
}

func text(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case []byte:
		return string(x)
	}
	return ""
}

func blob(v any) []byte {
	switch x := v.(type) {
	case string:
		return []byte(x)
	case []byte:
		return x
	}
	return nil
}
