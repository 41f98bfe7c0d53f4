package emit

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// dialect is how one engine spells what the printer prints. The printer asks
// it and never asks which engine it is. What changes the shape of a query
// stands in lower.
type dialect struct {
	engine catalog.Engine
	lower  []rewrite

	database string // stands before the schema of a table

	fence   string // ends a derived table through which no predicate may sink
	cross   string // a join without a condition
	noLimit string // stands before OFFSET where there is no LIMIT
	// groupByAll makes one group of all rows; where it is "", lower has seen to it.
	groupByAll string
	unknown    string // X IS ...
	// probes: columns of stored tables are read through expressions, which no
	// index serves. What is joined, or read again for each outer row, ends in a
	// fence: the engine then builds an index on what it has read.
	probes bool
	// bare is what stands beside a condition so that an index serves; or: inside of an
	// OR. nil: indexes serve conditions as they are (bare.go).
	bare func(p *printer, e ir.Expr, or bool) string
	// above: beside those above guards too.
	above         bool
	givesStored   bool // package run reads stored values (stored.go)
	lateral       bool // knows LATERAL
	ordinality    bool // knows WITH ORDINALITY
	nameRows      bool // functions in FROM take names for their columns: AS t1(c1)
	distinctPairs bool // knows f(DISTINCT a, b)
	quantifiers   bool // knows ANY and ALL of a subquery
	// mixedRows: IN (SELECT ...) may compare two kinds of days and times, and converts
	// them as PostgreSQL does.
	mixedRows     bool
	sortsValues   bool // VALUES may have ORDER BY and LIMIT
	approximating bool // numerics that cannot be exact are doubles (approximate.go)
	forgets       bool // may forget what an outer join says of an outer query
	alone         bool // FULL JOIN may not refer to an outer query
	writtenArrays bool // a parameter is no array: its elements are parameters
	writtenLimits bool // LIMIT takes no parameter everywhere: what is known is written
	sortsDistinct bool // f(DISTINCT a) must be told to put its values in order, as PostgreSQL does unasked
	nested        bool // arms of set operations may stand in parentheses
	backquotes    bool // names stand in those
	positional    bool // parameters are ?, in the order of the text
	unions        bool // VALUES is a union of blocks
	plainCounts   bool // LIMIT takes a bare parameter, and a frame digits
	nullsLow      bool // NULL is less than everything, and lower has ordered it
	inward        bool // derived tables refer to nothing outside of them
	materializes  bool // knows AS MATERIALIZED
	// recursion is how WITH RECURSIVE is said; nil: it is not asked.
	recursion *recursion
	// strange is what may stand in a text that another collation comes with.
	strange string

	catalogs    bool // a schema is one of a catalog: catalog.schema
	nullsApart  bool // NULL among the values of a list is misunderstood: lower takes it out
	namesValues bool // VALUES names no columns: AS t1(column1, ...)

	// spelling is the template of a call; "" if the engine cannot say it.
	spelling func(*funcs.Sig) string
	// text is the template of a value of that type as a text, out that of the
	// value as PostgreSQL writes it for people; "" if the engine cannot say it.
	text, out func(types.Type) string
	// param prints parameter n as a value of type t.
	param func(p *printer, n int, t types.Type)
	// null prints the NULL of type t.
	null func(p *printer, t types.Type)
	cast func(p *printer, e *ir.Cast)
	// read prints the column c of the stored table that is aliased alias, so
	// that its value is one of c's type.
	read func(p *printer, alias string, t *catalog.Table, c *catalog.Column)
	// fenced prints a column of a fenced table, whose printed form is x; nil: as it is.
	fenced func(x string, t types.Type) string
	// collation is what comparing values of t must name; "" if nothing.
	collation func(t types.Type) string
	// plain is the collation of a t that needs none, to be named where one of
	// its parts has another.
	plain func(t types.Type) string
	// apart is a further key for groups and partitions by x, of type t, where the
	// engine tells long values apart by their beginning only; "" if it needs none.
	// nil: it never does.
	apart func(x string, t types.Type) string
	// quantified prints X op ANY|ALL (array).
	quantified func(p *printer, e *ir.AnyOf)
	list       func(p *printer, e *ir.List)
	// inline prints an argument that cannot be a parameter; nil: there is none.
	inline func(p *printer, fn *funcs.Sig, at int, e ir.Expr) bool
	// scalar prints a subquery as a value; more than one row is an error.
	scalar func(p *printer, e *ir.Scalar)
	// orderedSet prints an aggregate WITHIN GROUP.
	orderedSet func(p *printer, e *ir.Agg, s spell)
	// frame refuses window frames that the engine understands differently.
	frame func(p *printer, e *ir.Over)
	// special prints calls that no template can say, if it is one; may be nil.
	special func(p *printer, c call) bool
	// aggregate is the same of aggregates that stand without OVER, over of others.
	aggregate func(p *printer, e *ir.Agg) bool
	over      func(p *printer, e *ir.Over) bool
	// summed is the template of an aggregate whose value may not fit; "" of others.
	summed func(p *printer, fn *funcs.Sig, args []ir.Expr) string
	// is and cut print IS ..., and LIMIT and OFFSET, in the engine's own way; nil: as
	// all do.
	is  func(p *printer, e *ir.Is)
	cut func(p *printer, q *ir.Query)
}

// call is a call of a function or an operator.
type call struct {
	at     ir.Node
	fn     *funcs.Sig
	args   []ir.Expr
	result types.Type
}

func dialectOf(e catalog.Engine) *dialect {
	switch e {
	case catalog.Postgres:
		return &postgres
	case catalog.SQLite:
		return &sqlite
	case catalog.MariaDB:
		return mariadbDialect
	case catalog.MySQL:
		return mysql8Dialect
	case catalog.Trino:
		return &trino
	case catalog.DuckDB:
		return &duckdb
	case catalog.NoEngine:
		panic("emit: a catalog without an engine")
	default:
		panic("emit: unknown engine")
	}
}
