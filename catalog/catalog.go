// Package catalog describes what data exist: schemas, tables, columns, types
// and keys. It never holds a stored value, and enum labels, defaults, checks
// and view definitions count as values.
//
// Everything after bind speaks of tables and columns by identity ([TableID],
// [ColumnID]), never by name.
package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// Engine is a kind of database. Switches over it end in default: panic.
type Engine uint8

const (
	NoEngine Engine = iota
	Postgres
	SQLite
	MariaDB // MariaDB and MySQL are cousins that differ where it matters: each says which it is
	MySQL
	Trino
	DuckDB
)

func (e Engine) String() string {
	switch e {
	case Postgres:
		return "postgres"
	case SQLite:
		return "sqlite"
	case MariaDB:
		return "mariadb"
	case MySQL:
		return "mysql"
	case Trino:
		return "trino"
	case DuckDB:
		return "duckdb"
	case NoEngine:
		return "none"
	default:
		panic("catalog: unknown engine")
	}
}

// TableID identifies a table within one Catalog: 1 and up, 0 is none.
type TableID uint32

// ColumnID identifies a column within its table: 1 and up, 0 is none.
type ColumnID uint32

// Kind says what a relation is.
type Kind uint8

const (
	Ordinary Kind = iota
	Partitioned
	Partition // a partition or inheritance child: an object of its own, closed by default
	View
	MaterializedView
	Foreign
	Virtual // SQLite virtual table
)

// Catalog is one database as introspected. It is immutable after it was made;
// share it freely.
type Catalog struct {
	Engine  Engine
	Path    []string  // schemas in which unqualified names resolve, in order
	Tables  []*Table  // ordered by schema, name
	Metrics []*Metric `json:",omitempty"` // of no database: what people agreed on
	Version string    // digest of everything above: equal catalogs have equal versions
}

// Table is a stored relation.
type Table struct {
	ID      TableID
	Schema  string // "main" on SQLite
	Name    string
	Kind    Kind
	Comment string // text in the database, untrusted; never sent to a model as it is
	Columns []*Column
	Unique  [][]ColumnID // unique keys over NOT NULL or primary key columns; the primary key first
	Foreign []ForeignKey // validated foreign keys of this table
	Strict  bool         // SQLite STRICT table
	OID     uint32       // PostgreSQL's identity, 0 elsewhere
	// InGroups is of no database but of a viewer's view of one: the table's rows
	// are not shown, only counts, sums and averages of groups.
	InGroups bool
	// About and Also are of no database either: what a person has written of the
	// table in the rules, and its other names.
	About string   `json:",omitempty"`
	Also  []string `json:",omitempty"`
	Said  Said     `json:",omitzero"` // likewise
	// Inherits lists the tables whose rows include this one's: the parents of a
	// partition or inheritance child, as far as they are in the catalog.
	Inherits []TableID
	// Sources are the stored columns that a view's definition names, those of
	// views among them as such. Opaque says that the view may show more than
	// that: it reads tables outside the catalog, whole rows, or calls functions
	// of the database's users.
	Sources []Source
	Opaque  bool
	// Leading are the columns that an index begins with which finds equal values;
	// nil where nobody has looked. An index changes no answer, so it is no part of
	// the Version.
	Leading []ColumnID `json:"-"`
	// Fingerprint is what the engine compares before each statement that reads
	// the table; a difference is drift. It means nothing outside the engine.
	Fingerprint string
}

// Source is a column of another table that a view is made from.
type Source struct {
	Table  TableID
	Column ColumnID
}

// Column is one column of a Table.
type Column struct {
	ID       ColumnID
	Name     string
	Type     types.Type // types.Unsupported if Grille cannot handle it: not selectable
	Declared string     // the type as the database spells it, e.g. "numeric(10,2)"
	NotNull  bool
	// Recast: it is stored as another type, a domain or one that Type says as well,
	// and is read through a cast to Type (PostgreSQL).
	Recast    bool   `json:",omitempty"`
	Comment   string // as Table.Comment
	Generated bool
	// Virtual: generated, and computed whenever it is read, which may fail.
	Virtual bool
	// Sources are the columns of the same table that a generated column is made
	// from; nil also where the engine does not tell (SQLite).
	Sources []ColumnID
	// Collation is the name of a collation that differs from the database's own,
	// "" if there is none. Comparing two columns whose collations differ fails
	// while running.
	Collation string
	// Sorted is the collation in which a text's indexes stand, on engines on which
	// it is read in another one (MariaDB, MySQL); else "".
	Sorted string   `json:",omitempty"`
	About  string   `json:",omitempty"` // as Table.About
	Also   []string `json:",omitempty"` // as Table.Also
	Shape  Shape    `json:",omitzero"`  // of no database either: how a person wants its numbers shown
}

// ForeignKey says that Columns of this table refer to To.ToColumns.
type ForeignKey struct {
	Columns   []ColumnID
	To        TableID
	ToColumns []ColumnID
	// Unchecked: declared, and the database does not promise that it holds
	// (SQLite). It is good for finding joins and for nothing that restricts.
	Unchecked bool
}

// Column returns the column with the identity id, or nil.
func (t *Table) Column(id ColumnID) *Column {
	if i := int(id) - 1; i >= 0 && i < len(t.Columns) && t.Columns[i].ID == id {
		return t.Columns[i] // no column was ever dropped or left out
	}
	for _, c := range t.Columns {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// ColumnNamed returns the column with exactly that name, or nil.
func (t *Table) ColumnNamed(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Table returns the table with the identity id, or nil.
func (c *Catalog) Table(id TableID) *Table {
	if i := int(id) - 1; i >= 0 && i < len(c.Tables) && c.Tables[i].ID == id {
		return c.Tables[i] // no table was left out
	}
	for _, t := range c.Tables {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// Names is what bind may resolve names against: a catalog, or the part of one
// that a viewer or a model may see. Names are compared exactly, after the
// parser's folding.
type Names interface {
	Engine() Engine
	// Lookup finds a table; schema "" searches the path. nil if there is none.
	Lookup(schema, name string) *Table
	// All lists the tables, for suggestions.
	All() []*Table
}

// All makes Names of the whole catalog.
func (c *Catalog) All() Names { return all{c} }

type all struct{ c *Catalog }

func (a all) Engine() Engine { return a.c.Engine }
func (a all) All() []*Table  { return a.c.Tables }
func (a all) Lookup(schema, name string) *Table {
	if schema != "" {
		i, ok := slices.BinarySearchFunc(a.c.Tables, schema, func(t *Table, schema string) int {
			return cmp.Or(strings.Compare(t.Schema, schema), strings.Compare(t.Name, name))
		})
		if ok {
			return a.c.Tables[i]
		}
		for _, t := range a.c.Tables { // catalogs of tests are in the order of their text
			if t.Schema == schema && t.Name == name {
				return t
			}
		}
		return nil
	}
	for _, s := range a.c.Path {
		if t := a.Lookup(s, name); t != nil && s != "" {
			return t
		}
	}
	return nil
}
