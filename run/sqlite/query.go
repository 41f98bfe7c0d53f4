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
	reads   []emit.Read
	time    time.Duration
}

// query compiles and starts a statement: a read transaction, the tables as in
// the catalog, the authorizer, the statement.
func (e *Engine) query(ctx context.Context, q query) (run.Source, error) {
	ctx, cancel := context.WithTimeout(ctx, q.time)
	c, err := e.pool.get(ctx)
	if err != nil {
		cancel()
		return nil, e.refuse(ctx, err)
	}
	c.SetInterrupt(ctx)
	s := &source{e: e, ctx: ctx, release: cancel, c: c, cols: q.columns}
	if err := s.start(q); err != nil {
		err = e.refuse(ctx, err)
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *source) start(q query) error {
	if err := s.c.Exec("BEGIN"); err != nil {
		return err
	}
	stored, err := s.c.drift(q.reads)
	if err != nil {
		return err
	}
	s.c.gate = s.e.gateOf(q.reads, stored)
	stmt, tail, err := s.c.Prepare(q.text)
	s.c.gate = ours{}
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

// compileError is a fault of Grille's: what emit prints must compile.
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
	cols    []ir.Column
	err     error
}

var _ run.Source = (*source)(nil)

// Next implements [run.Source].
func (s *source) Next(row []types.Value) bool {
	if s.err != nil || s.stmt == nil {
		return false
	}
	if !s.stmt.Step() {
		switch err := s.stmt.Err(); {
		case s.c.fault != nil:
			s.err = s.e.c.Log.Refuse(run.Broken, s.c.fault)
		case err != nil:
			s.err = s.e.refuse(s.ctx, err)
		}
		return false
	}
	for i := range s.cols {
		v, ok := decode(s.stmt, i, s.cols[i].Type)
		if !ok {
			s.err = s.e.c.Log.Refuse(run.BadValue, errors.New("a value of another type than its column: "+s.stmt.ColumnType(i).String()))
			return false
		}
		row[i] = v
	}
	return true
}

// Err implements [run.Source].
func (s *source) Err() error { return s.err }

// Close implements [run.Source].
func (s *source) Close() error {
	if s.c == nil {
		return nil
	}
	c := s.c
	s.c = nil
	if s.stmt != nil {
		_ = s.stmt.Close()
		s.stmt = nil
	}
	s.release()
	c.SetInterrupt(context.Background())
	c.said, c.fault = "", nil
	if !c.GetAutocommit() && c.Exec("ROLLBACK") != nil {
		s.e.pool.drop(c)
		return nil
	}
	s.e.pool.put(c)
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
	case ctx.Err() != nil:
		return e.c.Log.Refuse(run.TooSlow, context.DeadlineExceeded)
	case errors.Is(err, errDrift):
		return e.c.Log.Refuse(run.Changed, err)
	case errors.As(err, &ce):
		return e.c.Log.Refuse(run.Broken, err)
	}
	return e.c.Log.Refuse(whyOf(err), cause(err))
}

// whyOf sorts an error that came while a statement ran.
func whyOf(err error) run.Why {
	var code sqlite3.ErrorCode
	if !errors.As(err, &code) {
		return run.Broken
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
