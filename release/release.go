// Package release turns raw rows into rows that may be shown.
//
// [Open] is the only maker of [Rows], package run's rows go nowhere else, and
// package answer takes nothing else. Today it asserts that what the database
// sends has the shape of the statement that was allowed. Groups that are too small
// do not come here: the statement holds them back (package policy), and package
// check has looked at that. Noise is added here once rules have it.
package release

import (
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Rows are rows that the viewer of their statement may see: a cursor of one
// goroutine, to be closed. The zero Rows yields nothing but an error.
type Rows struct{ raw *run.Rows }

// Open takes over raw rows; on an error it has closed them.
func Open(raw *run.Rows) (*Rows, error) {
	if raw == nil || !raw.Statement().Made() {
		return nil, run.Fault("rows of no statement")
	}
	got, want := raw.Columns(), raw.Statement().Columns()
	fits := len(got) == len(want)
	for i := 0; fits && i < len(want); i++ {
		fits = got[i] == want[i]
	}
	if !fits {
		_ = raw.Close() // the fault is what counts
		return nil, run.Fault("rows that are not those of their statement")
	}
	return &Rows{raw}, nil
}

// Made reports whether r came from Open.
func (r *Rows) Made() bool { return r != nil && r.raw != nil }

// Statement is what the rows answer.
func (r *Rows) Statement() emit.Statement { return r.raw.Statement() }

// Columns are names and types of the rows.
func (r *Rows) Columns() []ir.Column { return r.raw.Columns() }

// Next fetches the next row; false at the end, at a limit and on an error.
func (r *Rows) Next() bool {
	if !r.Made() {
		return false
	}
	return r.raw.Next()
}

// Row is the current row, overwritten by Next.
func (r *Rows) Row() []types.Value { return r.raw.Row() }

// Count is how many rows Next has yielded.
func (r *Rows) Count() int64 { return r.raw.Count() }

// Cut says at which limit the rows were cut; "" if they were not.
func (r *Rows) Cut() string {
	if c := r.raw.Truncated(); c != run.NotCut {
		return c.String()
	}
	return ""
}

// Err is what broke the rows off, in words for a viewer, or nil.
func (r *Rows) Err() error {
	if !r.Made() {
		return run.Fault("rows that nobody released")
	}
	return r.raw.Err()
}

// Close ends the statement. It may be called more than once.
func (r *Rows) Close() error {
	if !r.Made() {
		return nil
	}
	return r.raw.Close()
}
