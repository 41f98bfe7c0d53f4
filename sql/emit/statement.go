// Package emit prints allowed queries as SQL for one engine.
//
// [SQL] is the sole maker of a [Statement], and a Statement is the only thing
// that package run will send to a database. The text holds quoted, qualified
// identifiers and numbered parameters; no text of a draft is ever copied into
// it. The text is read again by package check before it leaves here.
//
// Two steps: rewrites that change a query's shape into one that the engine
// knows (lower*.go), and one printer for all engines, which asks a dialect how
// things are spelled (dialect.go, and a file an engine: postgres.go, sqlite.go,
// mysql.go, trino.go). Begin with [SQL]; testdata/spec shows what comes out.
package emit

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Statement is one checked SQL statement with its parameters. The zero
// Statement is refused by package run.
type Statement struct{ s *statement }

type statement struct {
	allowed policy.Allowed
	engine  catalog.Engine
	text    string
	params  []Param
	columns []ir.Column
	reads   []Read
	stored  []bool
	again   bool
}

// Param is the value of one numbered parameter ($1, ?1 is the first).
type Param struct {
	Value types.Value
	Type  types.Type
}

// Read is what a statement may read: the columns of one stored table,
// including those that only rules read.
type Read struct {
	Table   *catalog.Table
	Columns []catalog.ColumnID // empty: its existence and number of rows only
}

// Made reports whether s came from SQL.
func (s Statement) Made() bool { return s.s != nil }

// Allowed is the query that s says.
func (s Statement) Allowed() policy.Allowed { return s.s.allowed }

// Engine is the kind of database whose dialect the text is.
func (s Statement) Engine() catalog.Engine { return s.s.engine }

// Text is the SQL.
func (s Statement) Text() string { return s.s.text }

// Params are the parameters in order.
func (s Statement) Params() []Param { return append([]Param(nil), s.s.params...) }

// Columns are names and types of the result.
func (s Statement) Columns() []ir.Column { return append([]ir.Column(nil), s.s.columns...) }

// Recursive says that the text has a WITH RECURSIVE.
func (s Statement) Recursive() bool { return s.s.again }

// Reads lists the stored tables and columns that the text names, without
// duplicates.
func (s Statement) Reads() []Read { return append([]Read(nil), s.s.reads...) }

// Stored tells of each column of the result whether it is a stored column as it
// stands in the database. On SQLite the engine then reads its values as the type
// that Columns names, and what is none as NULL.
func (s Statement) Stored() []bool { return append([]bool(nil), s.s.stored...) }
