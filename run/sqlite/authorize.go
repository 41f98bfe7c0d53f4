package sqlite

import (
	"fmt"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
)

// gate decides what SQLite may compile.
//
//sumtype:decl
type gate interface {
	allows(a action) bool
}

// action is what SQLite asks about. For a read, name is the table, column the
// column ("" if only the number of rows counts), and accessor the innermost
// view, WITH item or subquery that the read stands in.
type action struct {
	code             sqlite3.AuthorizerActionCode
	name, column     string
	schema, accessor string
}

// authorize is SQLite's callback. It is asked while a text is compiled, never
// while it runs.
func (c *conn) authorize(code sqlite3.AuthorizerActionCode, third, fourth, schema, inner string) sqlite3.AuthorizerReturnCode {
	a := action{code: code, name: third, column: fourth, schema: schema, accessor: inner}
	if c.gate.allows(a) {
		return sqlite3.AUTH_OK
	}
	c.said = fmt.Sprintf("denied action %d on %q %q within %q", code, third, fourth, inner)
	return sqlite3.AUTH_DENY
}

// ours is the gate for this package's own constant texts.
type ours struct{}

func (ours) allows(a action) bool {
	switch a.code {
	case sqlite3.AUTH_SELECT, sqlite3.AUTH_TRANSACTION, sqlite3.AUTH_FUNCTION:
		return true
	case sqlite3.AUTH_READ:
		return strings.HasPrefix(a.name, "sqlite_") || strings.HasPrefix(a.name, "pragma_")
	case sqlite3.AUTH_PRAGMA:
		switch a.name {
		case "table_list", "table_xinfo", "index_list", "index_xinfo", "foreign_key_list", "encoding", "journal_mode", "query_only", "trusted_schema":
			return true
		}
	case sqlite3.AUTH_CREATE_VTABLE: // pragma_table_list() and its like are virtual tables
		return strings.HasPrefix(a.column, "pragma_")
	}
	return false
}

// statement is the gate for one statement of package emit.
type statement struct {
	tables map[string]map[string]bool // lower case: table -> columns
	views  bool                       // a view is read: its inside is the database's affair
	stored schema                     // all tables and views of the database
	funcs  map[string]bool
	rows   map[string]bool // functions that stand in FROM
	again  bool            // it has a recursive WITH item
}

func (e *Engine) gateOf(q query, s schema) statement {
	g := statement{tables: map[string]map[string]bool{}, stored: s, funcs: e.funcs, rows: e.rows, again: q.again}
	for _, r := range q.reads {
		cols := map[string]bool{}
		for _, id := range r.Columns {
			if c := r.Table.Column(id); c != nil {
				cols[lower(c.Name)] = true
			}
		}
		g.tables[lower(r.Table.Name)] = cols
		g.views = g.views || r.Table.Kind == catalog.View
	}
	return g
}

func (g statement) allows(a action) bool {
	switch a.code {
	case sqlite3.AUTH_SELECT:
		return true
	case sqlite3.AUTH_RECURSIVE:
		return g.again || g.within(a)
	case sqlite3.AUTH_FUNCTION:
		return g.funcs[lower(a.column)] || g.within(a)
	case sqlite3.AUTH_READ:
		return g.reads(a)
	default:
		return false
	}
}

// within reports whether an action stands inside a view. A statement's own
// names (t1, w1, c1) cannot be a view's: package emit would have to read a view
// of that name, and then it may.
func (g statement) within(a action) bool { return g.views && g.stored.views[lower(a.accessor)] }

func (g statement) reads(a action) bool {
	if a.schema == "" {
		// A WITH item or subquery of which no column is used. Stored tables are
		// always printed with their schema.
		return a.column == ""
	}
	if a.schema != "main" || strings.HasPrefix(lower(a.name), "sqlite_") {
		return false
	}
	if g.within(a) {
		return true
	}
	name := lower(a.name)
	if _, stored := g.stored.of[name]; !stored && g.rows[name] {
		return true
	}
	cols, ok := g.tables[name]
	return ok && (a.column == "" || cols[lower(a.column)])
}

// lower folds as SQLite compares names: ASCII only.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
