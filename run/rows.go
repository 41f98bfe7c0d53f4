package run

import (
	"errors"
	"time"

	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Cap is the limit that cut a result short.
type Cap uint8

const (
	NotCut Cap = iota
	RowCap
	ByteCap
)

func (c Cap) String() string {
	switch c {
	case NotCut:
		return "complete"
	case RowCap:
		return "cut at the limit of rows"
	case ByteCap:
		return "cut at the limit of bytes"
	default:
		panic("run: unknown cap")
	}
}

// Rows are raw rows of one statement, in the order of the database. They may
// not be shown to anybody: package release takes them.
//
// Rows is a cursor of one goroutine. It must be closed; reading to the end
// does not close it. The zero Rows yields nothing but an error.
type Rows struct {
	stmt   emit.Statement
	cols   []ir.Column
	src    Source
	limits Limits
	row    []types.Value
	n      int64
	bytes  int64
	cut    Cap
	done   bool
	err    error
}

// Stream makes rows of a statement that an engine has started. Only engines
// call it. On an error it closes src.
func Stream(stmt emit.Statement, limits Limits, src Source) (*Rows, error) {
	if !stmt.Made() {
		return nil, errors.Join(Fault("rows of no statement"), src.Close())
	}
	if err := limits.Check(); err != nil {
		return nil, errors.Join(err, src.Close())
	}
	cols := stmt.Columns()
	return &Rows{stmt: stmt, cols: cols, src: src, limits: limits, row: make([]types.Value, len(cols))}, nil
}

// Check names the limit that is not set.
func (l Limits) Check() error {
	switch {
	case l.Rows <= 0:
		return Fault("no limit of rows")
	case l.Bytes <= 0:
		return Fault("no limit of bytes")
	case l.Time < time.Millisecond:
		return Fault("no limit of time")
	}
	return nil
}

// Statement is what the rows answer.
func (r *Rows) Statement() emit.Statement { return r.stmt }

// Columns are names and types of the rows.
func (r *Rows) Columns() []ir.Column { return append([]ir.Column(nil), r.cols...) }

// Next fetches the next row. It returns false at the end, at a cap and on an
// error; Truncated and Err tell which.
func (r *Rows) Next() bool {
	if r.src == nil && r.err == nil {
		r.err = Fault("rows that no engine made")
	}
	if r.done || r.err != nil {
		return false
	}
	if !r.src.Next(r.row) {
		r.done = true
		r.err = r.src.Err()
		return false
	}
	// A row beyond the cap has been fetched and is dropped: only so is it known
	// that the result was cut and did not just end there.
	if r.n == r.limits.Rows {
		return r.stop(RowCap)
	}
	r.bytes += Size(r.row)
	if r.bytes > r.limits.Bytes {
		return r.stop(ByteCap)
	}
	r.n++
	return true
}

func (r *Rows) stop(c Cap) bool {
	r.cut, r.done = c, true
	clear(r.row)
	return false
}

// Row is the current row. It is overwritten by Next; the values are not.
func (r *Rows) Row() []types.Value { return r.row }

// Count is the number of rows that Next has yielded.
func (r *Rows) Count() int64 { return r.n }

// Truncated says whether a limit cut the result.
func (r *Rows) Truncated() Cap { return r.cut }

// Err is the first error, in words that a viewer may read: a *refusal.Refusal,
// or context.Canceled if the caller's context was cancelled.
func (r *Rows) Err() error { return r.err }

// Close ends the statement in the database and frees the connection. It may be
// called at any time and more than once.
func (r *Rows) Close() error {
	if r.src == nil {
		return nil
	}
	src := r.src
	r.src, r.done = closed{}, true
	return src.Close()
}

// Size is how Grille counts the bytes of values: 8 for each, and the length of
// what is not a number.
func Size(row []types.Value) int64 {
	n := int64(0)
	for i := range row {
		n += 8
		switch k := row[i].Kind(); k {
		case types.Array:
			n += Size(row[i].List())
		case types.Text, types.Numeric, types.Bytea, types.UUID, types.JSON, types.JSONB,
			types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
			n += int64(len(row[i].Text()))
		default: // numbers, dates, NULL: fixed
		}
	}
	return n
}

// closed stands for the source of closed rows.
type closed struct{}

func (closed) Next([]types.Value) bool { return false }
func (closed) Err() error              { return nil }
func (closed) Close() error            { return nil }
