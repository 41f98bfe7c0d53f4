package sqlite

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// query is one statement, taken apart. Outside tests only Run makes one, from
// an emit.Statement.
type query struct {
	text    string
	params  []emit.Param
	columns []ir.Column
	stored  []bool // columns of the result; short: of the others it is not said
	reads   []emit.Read
	again   bool // it has a recursive WITH item
	time    time.Duration
}

// query compiles and starts a statement: a read transaction, the tables as in
// the catalog, the authorizer, the statement.
func (e *Engine) query(ctx context.Context, q query) (run.Source, error) {
	ctx, cancel := context.WithTimeout(ctx, q.time)
	c, err := e.pool.get(ctx)
	if err != nil {
		err = e.refuse(ctx, err)
		cancel()
		return nil, err
	}
	c.SetInterrupt(ctx)
	s := &source{e: e, ctx: ctx, release: cancel, c: c, cols: columnsOf(q)}
	if err := c.safely(func() error { return s.start(q) }); err != nil {
		err = e.refuse(ctx, err)
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *source) start(q query) error {
	if !s.c.utf8 {
		return refusal.New(refusal.Posture, "whoever runs this Grille sees how to mend it with `grille connect`",
			"the database is not stored in UTF-8")
	}
	if err := s.c.Exec("BEGIN"); err != nil {
		return err
	}
	stored, err := s.c.drift(q.reads)
	if err != nil {
		return err
	}
	// The gate stays until the connection is put back: SQLite compiles a text
	// anew when it knows its parameters (LIMIT ?1).
	s.c.gate = s.e.gateOf(q, stored)
	stmt, tail, err := s.c.Prepare(q.text)
	if err != nil {
		return &compileError{err, s.c.said}
	}
	s.stmt = stmt
	switch {
	case stmt == nil || strings.TrimSpace(tail) != "":
		return errors.New("not one statement")
	case !stmt.ReadOnly():
		return errors.New("a statement that writes")
	case stmt.ColumnCount() != len(q.columns):
		return errors.New("another number of columns than the statement has")
	case stmt.BindCount() != len(q.params):
		return errors.New("another number of parameters than the statement has")
	}
	return bind(stmt, q.params)
}

// compileError is an error while a text was compiled: a fault of Grille's, or
// the file's.
type compileError struct {
	err  error
	said string
}

func (e *compileError) Error() string { return "compiling: " + e.err.Error() + " " + e.said }
func (e *compileError) Unwrap() error { return e.err }

// source reads one statement's rows.
type source struct {
	e       *Engine
	ctx     context.Context
	release context.CancelFunc
	c       *conn
	stmt    *sqlite3.Stmt
	cols    []column
	err     error
}

// column is one of the result, and whether its values are as they stand in the
// file.
type column struct {
	t      types.Type
	stored bool
}

func columnsOf(q query) []column {
	cols := make([]column, len(q.columns))
	for i, c := range q.columns {
		cols[i] = column{c.Type, i < len(q.stored) && q.stored[i]}
	}
	return cols
}

var _ run.Source = (*source)(nil)

// Next implements [run.Source].
func (s *source) Next(row []types.Value) bool {
	if s.err != nil || s.stmt == nil {
		return false
	}
	more := false
	err := s.c.safely(func() (err error) {
		more, err = s.step(row)
		return err
	})
	switch {
	case err == nil:
		return more
	case s.c.fault != nil:
		s.err = s.e.c.Log.Refuse(run.Broken, s.c.fault)
	default:
		s.err = s.e.refuse(s.ctx, err)
	}
	return false
}

// errMisfit: a value of another type than its column.
var errMisfit = errors.New("a value of another type than its column")

func (s *source) step(row []types.Value) (bool, error) {
	if !s.stmt.Step() {
		return false, s.stmt.Err()
	}
	for i, c := range s.cols {
		if c.stored {
			row[i] = stored(s.stmt, i, c.t)
			continue
		}
		v, ok := decode(s.stmt, i, c.t)
		if !ok {
			return false, errMisfit
		}
		row[i] = v
	}
	return true, nil
}

// Err implements [run.Source].
func (s *source) Err() error { return s.err }

// Close implements [run.Source].
func (s *source) Close() error {
	if s.c == nil {
		return nil
	}
	if s.stmt != nil {
		_ = s.c.safely(s.stmt.Close) // the error of the last step, which has been told
		s.stmt = nil
	}
	s.release()
	s.e.pool.put(s.c)
	s.c = nil
	return nil
}

// refuse turns an error of the driver into words that a viewer may read.
func (e *Engine) refuse(ctx context.Context, err error) error {
	var r *refusal.Refusal
	if errors.As(err, &r) {
		return r
	}
	var ce *compileError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case errors.Is(err, errBusy):
		return e.c.Log.Refuse(run.Busy, err)
	case errors.Is(err, errClosed):
		return e.c.Log.Refuse(run.Gone, err)
	case ctx.Err() != nil:
		return e.c.Log.Refuse(run.TooSlow, context.DeadlineExceeded)
	case errors.Is(err, errDrift):
		return e.c.Log.Refuse(run.Changed, err)
	case errors.Is(err, errMisfit):
		return e.c.Log.Refuse(run.BadValue, err)
	case errors.As(err, &ce) && (whyOf(err) == run.BadValue || whyOf(err) == run.Broken):
		return e.c.Log.Refuse(run.Broken, err) // what package emit prints must compile
	}
	return e.c.Log.Refuse(whyOf(err), cause(err))
}

// whyOf sorts an error that came while a statement ran.
func whyOf(err error) run.Why {
	var code sqlite3.ErrorCode
	if !errors.As(err, &code) {
		return run.Broken
	}
	if strings.Contains(err.Error(), emit.Endless) {
		return run.Endless
	}
	switch code {
	case sqlite3.ERROR, sqlite3.MISMATCH, sqlite3.RANGE:
		return run.BadValue // also what our own functions say of their arguments
	case sqlite3.BUSY, sqlite3.LOCKED:
		return run.Busy
	case sqlite3.CORRUPT, sqlite3.NOTADB, sqlite3.IOERR, sqlite3.CANTOPEN, sqlite3.PERM, sqlite3.PROTOCOL:
		return run.Gone
	case sqlite3.SCHEMA:
		return run.Changed
	case sqlite3.INTERRUPT:
		return run.TooSlow
	case sqlite3.AUTH, sqlite3.READONLY, sqlite3.MISUSE:
		return run.Broken
	default:
		return run.Stopped
	}
}

// cause is what the operator's log may hold. SQLite's messages quote values
// where a function of ours made them, so only the code is kept.
func cause(err error) error {
	var code sqlite3.ExtendedErrorCode
	if errors.As(err, &code) {
		return errors.New("sqlite: " + code.Error())
	}
	return err
}
