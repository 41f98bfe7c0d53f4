// Package funcs is THE table of functions and operators that Grille knows:
// argument and result types, whether they can fail, and how each engine spells
// them. What is not in the table is refused.
//
// It also decides overloads as PostgreSQL does (its manual, chapter 10, "Type
// Conversion"), and which casts exist.
//
// Never in the table: what reads files, settings, catalogs or other sessions,
// takes SQL as text, is volatile, or makes large objects, locks or sequences
// move. Begin with [Find] and [Func.Resolve].
package funcs

import "github.com/grille-dev/grille/sql/types"

// Class says where a function may stand.
type Class uint8

const (
	Scalar     Class = iota // f(x)
	Operator                // x op y, op x; named by its symbol, or by a word: like, between
	Aggregate               // f([DISTINCT] x ...); may stand with OVER too
	OrderedSet              // f(x) WITHIN GROUP (ORDER BY y); Params are x ..., y ...
	Window                  // f(x) OVER (...), only with OVER
	Set                     // returns rows: only in FROM
)

// Func is one name with its overloads.
type Func struct {
	Name  string // PostgreSQL's, lower case; the symbol of an operator
	Class Class
	Sigs  []*Sig
	// Internal functions are made by Grille (masks); no draft may name them.
	Internal bool
	// Words is how explanations say it, with {1}, {2}: "the average of {1}".
	Words string

	// sided functions are resolved like operators: an untyped literal is first
	// read as the other side's type.
	sided bool
}

// Takes reports whether an overload has n arguments.
func (f *Func) Takes(n int) bool {
	for _, s := range f.Sigs {
		if n == len(s.Params) || s.Variadic && n >= len(s.Params) {
			return true
		}
	}
	return false
}

// Sig is one overload.
type Sig struct {
	Func   *Func
	Params []types.Type // may hold the pseudo types below
	// Variadic: the last Param repeats one or more times.
	Variadic bool
	Result   types.Type // may be AnyElement etc.: that of the arguments
	// Columns are those of the rows of a Set that have several, the first of them of
	// type Result; nil: one column, called as the function.
	Columns []SetColumn
	// Stable functions depend on the session's settings (time zone); the others
	// on their arguments alone. There is no volatile function in the table.
	Stable bool
	// Total reports whether the call cannot fail on any stored value, given the
	// arguments that are constants (nil where one is not). A nil Total is never
	// total. Source: notes in total.go; a test feeds boundary values to the live
	// engine.
	Total func(consts []*types.Value) bool
	// Check refuses constants that always fail or that are dangerous (unknown
	// units, repeat counts). It returns what is wrong, or "". May be nil.
	Check func(consts []*types.Value) string
	// As, unless nil, is the overload of another function that means the same. Bind
	// puts it in the place of this one, which no engine is asked for.
	As *Sig
	// Postgres and its neighbours are templates: {1} {2} the arguments, {*} all of
	// them separated by commas, {op} the operator symbol. "" on Postgres:
	// pg_catalog.name({*}), ({1} op {2}) or (op {1}). "" elsewhere: this engine
	// cannot say it. For aggregates {*} includes DISTINCT and ORDER BY. Those of
	// MySQL, Trino and DuckDB stand in a file each (mysql.go, trino.go, duckdb.go);
	// MySQL is MariaDB's too.
	//
	// More marks: {1:text} is {1} as the engine casts it to text; {*:out} all the
	// arguments as PostgreSQL writes values out; {tail} is where FILTER and OVER
	// of an aggregate or window function go, and without it they follow the whole;
	// {kind} is the kind of the call's result: int8, text (varchar and bpchar too).
	Postgres, SQLite, MySQL, Trino, DuckDB string
}

// SetColumn is a column of the rows that a Set returns.
type SetColumn struct {
	Name string
	Type types.Type
}

// Pseudo types in Sig.Params and Sig.Result. They are no types of values.
var (
	Any             = types.Type{Kind: 255, Name: "any"}             // anything, and two Anys may differ
	AnyPrintable    = types.Type{Kind: 255, Name: "anyprintable"}    // Any, but no token: those cannot become text
	AnyJSON         = types.Type{Kind: 255, Name: "anyjson"}         // AnyPrintable, but no enum: PostgreSQL asks such a type for its own cast to json
	AnyNonArray     = types.Type{Kind: 255, Name: "anynonarray"}     // AnyPrintable, but no array
	AnyElement      = types.Type{Kind: 255, Name: "anyelement"}      // all AnyElements are one type (common type, as in CASE)
	AnyComparable   = types.Type{Kind: 255, Name: "anycomparable"}   // AnyElement, of an ordered type, no token
	AnyArray        = types.Type{Kind: 255, Name: "anyarray"}        // an array of AnyElement
	AnyOrderedArray = types.Type{Kind: 255, Name: "anyorderedarray"} // an AnyArray whose elements are ordered
	AnyEnum         = types.Type{Kind: 255, Name: "anyenum"}         // one enum type
	AnyToken        = types.Type{Kind: 255, Name: "anytoken"}        // one token type
)

// Match is a resolved call.
type Match struct {
	Sig    *Sig
	Args   []types.Type // what each argument must be cast to, implicitly
	Result types.Type
}

// Context says how a cast came about.
type Context uint8

const (
	Implicit Context = iota // PostgreSQL inserts it by itself
	Explicit                // somebody wrote CAST
)
