//go:build duckdb

package duckdb

import (
	"context"
	"errors"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/duckdb/chunk"
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

// query compiles and starts a statement.
func (e *Engine) query(ctx context.Context, q query) (run.Source, error) {
	c, err := e.conn(ctx, q.time)
	if err != nil {
		return nil, err
	}
	s := &source{e: e, c: c}
	for _, col := range q.columns {
		s.cols = append(s.cols, col.Type)
	}
	if err := s.start(q); err != nil {
		err = e.refuse(c.ctx, err)
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *source) start(q query) error {
	if err := s.c.file.schema.drift(q.reads); err != nil {
		return err
	}
	stmt, err := s.c.prepare(q.text)
	if err != nil {
		return err
	}
	s.stmt = stmt
	switch {
	case duck.PreparedStatementType(stmt) != duck.StatementTypeSelect:
		return errors.New("a statement that does more than read")
	case int(duck.NParams(stmt)) != len(q.params):
		return errors.New("another number of parameters than the statement has")
	}
	if err := bind(stmt, q.params); err != nil {
		return err
	}
	if s.result, err = s.c.start(stmt); err != nil {
		return err
	}
	// Not before: where a type follows from a parameter DuckDB does not know yet.
	if int(duck.ColumnCount(&s.result)) != len(q.columns) {
		return errors.New("another number of columns than the statement has")
	}
	return nil
}

// bind sets the parameters.
func bind(s duck.PreparedStatement, ps []emit.Param) error {
	for i, p := range ps {
		state, known := chunk.Bind(s, duck.IdxT(i+1), p.Value, p.Type)
		switch {
		case !known:
			return run.Fault("a parameter that DuckDB cannot have")
		case state == duck.StateError:
			return errMisfit
		}
	}
	return nil
}

// source reads one statement's rows.
type source struct {
	e      *Engine
	c      *conn
	stmt   duck.PreparedStatement
	result duck.Result
	chunk  duck.DataChunk
	cols   []types.Type
	read   []chunk.Reader // of the chunk's columns
	row    int
	rows   int // in the chunk
	err    error
}

var _ run.Source = (*source)(nil)

// Next implements [run.Source].
func (s *source) Next(row []types.Value) bool {
	if s.c == nil {
		return false
	}
	if s.next(row) {
		return true
	}
	if s.err != nil {
		s.err = s.e.refuse(s.c.ctx, s.err)
	}
	return false
}

func (s *source) next(row []types.Value) bool {
	for s.row == s.rows {
		if s.err != nil || !s.fetch() {
			return false
		}
	}
	for i, read := range s.read {
		v, ok := read(s.row)
		if !ok {
			s.err, s.rows = errMisfit, s.row
			return false
		}
		row[i] = v
	}
	s.row++
	return true
}

// fetch gets the next chunk of rows. False: there is none, or an error.
func (s *source) fetch() bool {
	duck.DestroyDataChunk(&s.chunk)
	s.row, s.rows = 0, 0
	if s.err = s.c.ctx.Err(); s.err != nil {
		return false
	}
	s.chunk = duck.FetchChunk(s.result)
	if s.chunk.Ptr == nil {
		s.err = errorOf(&s.result)
		return false
	}
	s.rows = int(duck.DataChunkGetSize(s.chunk))
	if s.read = chunk.Readers(s.chunk, s.cols); s.read == nil {
		s.err = errMisfit
	}
	return s.err == nil
}

// Err implements [run.Source].
func (s *source) Err() error { return s.err }

// Close implements [run.Source].
func (s *source) Close() error {
	if s.c == nil {
		return nil
	}
	s.release()
	s.c.close()
	s.c = nil
	return nil
}

func (s *source) release() {
	duck.DestroyDataChunk(&s.chunk)
	duck.DestroyResult(&s.result)
	duck.DestroyPrepare(&s.stmt)
}
