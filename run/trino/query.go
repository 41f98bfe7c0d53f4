package trino

import (
	"context"
	"errors"
	"net/http"
	"time"

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

var (
	// errBusy: the context ended while all places were in use.
	errBusy = errors.New("all places in use")
	// errClosed: the engine was closed.
	errClosed = errors.New("the engine is closed")
	// errDrift: a table is no longer what the catalog says.
	errDrift = errors.New("a table changed")
	// errMisfit: a value of another type than its column.
	errMisfit = errors.New("a value of another type than its column")
)

// query starts a statement, once its tables are as in the catalog.
func (e *Engine) query(ctx context.Context, q query) (run.Source, error) {
	text, err := inline(q.text, q.params)
	if errors.Is(err, errLiteral) {
		return nil, refusal.New(refusal.Engine, "leave it out or write it in another way", "trino cannot have a value of this question")
	}
	if err != nil {
		return nil, e.c.Log.Refuse(run.Broken, err)
	}
	ctx, cancel := context.WithTimeout(ctx, q.time)
	s := &source{e: e, ctx: ctx, release: cancel, cols: q.columns}
	if err := e.begin(ctx); err != nil {
		err = e.refuse(ctx, err)
		cancel()
		return nil, err
	}
	if err := s.start(text, q); err != nil {
		err = e.refuse(ctx, err)
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// Sent is the text that the server is sent for a statement, with the values of its
// constants: for tests, and for who may read the rules.
func Sent(s emit.Statement) (string, error) { return inline(s.Text(), s.Params()) }

// begin waits for a place.
func (e *Engine) begin(ctx context.Context) error {
	select {
	case <-e.done:
		return errClosed
	default:
	}
	select {
	case e.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errBusy
	}
}

func (s *source) start(text string, q query) error {
	if err := s.e.permitted(s.ctx); err != nil {
		return err
	}
	if err := s.e.drift(s.ctx, q.reads); err != nil {
		return err
	}
	r, err := s.e.client.start(s.ctx, text, q.time)
	if err != nil {
		return err
	}
	s.page = r
	return s.check()
}

// source reads one statement's rows.
type source struct {
	e       *Engine
	ctx     context.Context
	release context.CancelFunc
	cols    []ir.Column
	kinds   []string // what Trino calls the types of the columns
	page    *reply
	row     int // of the page
	closed  bool
	err     error
}

var _ run.Source = (*source)(nil)

// check looks at a page that has come.
func (s *source) check() error {
	if s.page.Error != nil {
		return s.page.Error
	}
	s.row = 0
	if s.kinds != nil || s.page.Columns == nil {
		return nil
	}
	if len(s.page.Columns) != len(s.cols) {
		return errors.New("another number of columns than the statement has")
	}
	for _, c := range s.page.Columns {
		s.kinds = append(s.kinds, c.Type)
	}
	return nil
}

// Next implements [run.Source].
func (s *source) Next(row []types.Value) bool {
	if s.err != nil || s.closed {
		return false
	}
	more, err := s.step(row)
	if err != nil {
		s.err = s.e.refuse(s.ctx, err)
	}
	return more && err == nil
}

func (s *source) step(row []types.Value) (bool, error) {
	for s.row >= len(s.page.Data) {
		if s.page.NextURI == "" {
			return false, nil
		}
		r, err := s.e.client.next(s.ctx, s.page)
		if err != nil {
			return false, err
		}
		s.page = r
		if err := s.check(); err != nil {
			return false, err
		}
	}
	cells := s.page.Data[s.row]
	s.row++
	if len(cells) != len(row) {
		return false, errors.New("another number of values than the statement has")
	}
	for i := range cells {
		v, ok := decode(cells[i], s.cols[i].Type)
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
	if s.closed {
		return nil
	}
	s.closed = true
	if s.page != nil && s.page.NextURI != "" {
		s.e.client.cancel(s.page)
	}
	s.release()
	<-s.e.slots
	return nil
}

// refuse turns an error into words that a viewer may read.
func (e *Engine) refuse(ctx context.Context, err error) error {
	var r *refusal.Refusal
	var f *failure
	var status statusError
	switch {
	case errors.As(err, &r):
		return r
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
	case errors.As(err, &f) && f.Name == "NOT_SUPPORTED":
		_ = e.c.Log.Refuse(run.Stopped, err)
		return refusal.New(refusal.Engine, "join with the subquery instead of asking it for each row", "trino cannot compute a subquery of this question, or its connector cannot")
	case errors.As(err, &f):
		return e.c.Log.Refuse(f.why(), err)
	case errors.As(err, &status) && status >= http.StatusBadRequest && status < http.StatusInternalServerError:
		return e.c.Log.Refuse(run.Gone, err) // who Grille is, the server does not want to know
	}
	return e.c.Log.Refuse(run.Gone, err)
}

// why sorts an error that came while a statement ran.
func (f *failure) why() run.Why {
	switch f.Name {
	case "DIVISION_BY_ZERO", "INVALID_CAST_ARGUMENT", "INVALID_FUNCTION_ARGUMENT", "NUMERIC_VALUE_OUT_OF_RANGE", "SUBQUERY_MULTIPLE_ROWS",
		"GENERIC_USER_ERROR", "INVALID_ARRAY_SUBSCRIPT", "JSON_INPUT_CONVERSION_ERROR", "INVALID_WINDOW_FRAME", "EXCEEDED_FUNCTION_MEMORY_LIMIT":
		return run.BadValue
	case "TABLE_NOT_FOUND", "COLUMN_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND", "CATALOG_NOT_AVAILABLE", "TABLE_HAS_NO_COLUMNS":
		return run.Changed
	case "EXCEEDED_TIME_LIMIT":
		return run.TooSlow
	case "SERVER_SHUTTING_DOWN", "SERVER_STARTING_UP", "NO_NODES_AVAILABLE", "PERMISSION_DENIED", "USER_CANCELED", "ADMINISTRATIVELY_KILLED":
		return run.Gone
	case "QUERY_QUEUE_FULL":
		return run.Busy
	}
	if f.Type == "USER_ERROR" {
		return run.Broken // what package emit prints must be understood
	}
	return run.Stopped
}
