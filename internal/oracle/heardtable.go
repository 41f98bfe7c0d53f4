package oracle

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
)

// table registers a function that returns rows: c1, and a hidden column for each
// argument.
func (l *Lite) table(f pgfn.Table) error {
	declaration := "CREATE TABLE x(c1"
	for i := range f.Args {
		declaration += fmt.Sprintf(", a%d HIDDEN", i+1)
	}
	//lint:ignore SA1019 the generic method needs Go 1.27
	return sqlite3.CreateModule(l.db, f.Name, nil, func(db *sqlite3.Conn, _, _, _ string, _ ...string) (heardTable, error) {
		return heardTable{l, f}, errors.Join(db.DeclareVTab(declaration + ")"))
	})
}

// heardTable is the rows of one call.
type heardTable struct {
	l *Lite
	f pgfn.Table
}

// BestIndex wants all arguments.
func (h heardTable) BestIndex(x *sqlite3.IndexInfo) error {
	given := 0
	for i, k := range x.Constraint {
		if k.Usable && k.Op == sqlite3.INDEX_CONSTRAINT_EQ && k.Column >= 1 {
			x.ConstraintUsage[i] = sqlite3.IndexConstraintUsage{Omit: true, ArgvIndex: k.Column}
			given++
		}
	}
	if given < h.f.Args {
		return sqlite3.CONSTRAINT
	}
	return nil
}

// Open implements sqlite3.VTab.
func (h heardTable) Open() (sqlite3.VTabCursor, error) { return &heardRows{heardTable: h}, nil }

type heardRows struct {
	heardTable
	rows []any
	at   int
}

// Filter makes the call.
func (r *heardRows) Filter(_ int, _ string, arg ...sqlite3.Value) error {
	args := goValues(arg)
	r.l.Heard(r.f.Name, args)
	r.rows, r.at = nil, 0
	return r.f.Rows(args, func(v any) bool {
		r.rows = append(r.rows, v)
		return len(r.rows) < 1000
	})
}

// Next implements sqlite3.VTabCursor.
func (r *heardRows) Next() error { r.at++; return nil }

// EOF implements sqlite3.VTabCursor.
func (r *heardRows) EOF() bool { return r.at >= len(r.rows) }

// Column implements sqlite3.VTabCursor.
func (r *heardRows) Column(ctx sqlite3.Context, n int) error {
	if n > 0 {
		ctx.ResultNull()
		return nil
	}
	result(ctx)(r.rows[r.at], nil)
	return nil
}

// RowID implements sqlite3.VTabCursor.
func (r *heardRows) RowID() (int64, error) { return int64(r.at), nil }
