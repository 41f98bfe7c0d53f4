package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

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

// query sends a statement in one flight of messages:
//
//	BEGIN ... READ ONLY      a transaction of its own
//	SELECT set_config(...)   the session as the text expects it
//	SELECT ... gate          an error here unless it is
//	SELECT ... drift         an error here unless the tables are as in the catalog
//	the statement
//	ROLLBACK
//
// The server does nothing that stands behind an error, so the statement starts
// only when both checks have passed, without a round trip for either.
func (e *Engine) query(ctx context.Context, q query) (run.Source, error) {
	cols, formats, err := decoders(q.columns)
	if err != nil {
		return nil, err
	}
	params, err := encode(q.params)
	if err != nil {
		return nil, err
	}
	prints, err := driftOf(q.reads)
	if err != nil {
		return nil, err
	}
	f := flight{text: q.text, params: params, formats: formats, cols: cols, drift: prints, time: q.time}
	ctx, cancel := context.WithTimeout(ctx, q.time)
	for fresh := false; ; fresh = true {
		s, err := e.launch(ctx, f, fresh)
		if err == nil {
			s.release = cancel
			return s, nil
		}
		// An idle connection may have died unnoticed. Nothing has come back from
		// this one, and the statement only reads: once more, on a new connection.
		if fresh || !errors.Is(err, errStale) {
			cancel()
			return nil, err
		}
	}
}

// flight is what is sent for one statement.
type flight struct {
	text    string
	params  [][]byte
	formats []int16
	cols    []decoder
	drift   [][]byte // parameters of driftText; nil if no table is read
	time    time.Duration
}

// errStale: a connection that was idle turned out dead before any answer.
var errStale = errors.New("stale connection")

func (e *Engine) launch(ctx context.Context, f flight, fresh bool) (*source, error) {
	c, err := e.pool.get(ctx, fresh)
	if err != nil {
		return nil, e.refuse(ctx, err)
	}
	if err := e.allowed(c); err != nil {
		e.pool.put(c)
		return nil, err
	}
	s := &source{e: e, ctx: ctx, c: c, cols: f.cols}
	s.watch()
	if err := s.start(f); err != nil {
		var pe *pgconn.PgError
		s.over = errors.As(err, &pe)
		stale := c.used && !fresh && s.answers == 0 && ctx.Err() == nil && whyOf(err) == run.Gone
		s.end()
		if stale {
			return nil, errStale
		}
		return nil, e.refuse(ctx, err)
	}
	return s, nil
}

// start sends the flight and reads up to the statement's first row.
func (s *source) start(f flight) error {
	// The driver watches no context: what it would do on a cancelled one is
	// close the connection under the reader. watch cancels in the database.
	pl := s.c.StartPipeline(context.Background())
	s.pl = pl
	s.e.sendSession(pl, f.time)
	before := sessionStages
	if f.drift != nil {
		pl.SendQueryParams(driftText, f.drift, nil, nil, nil)
		before++
	}
	pl.SendQueryParams(f.text, f.params, nil, nil, f.formats)
	pl.SendQueryParams("ROLLBACK", nil, nil, nil, nil)
	if err := pl.Sync(); err != nil {
		return err
	}
	for stage := range before {
		if err := s.skip(); err != nil {
			return asStage(err, stage)
		}
	}
	rr, err := next(pl)
	if err != nil {
		return err
	}
	s.answers++
	s.rr = rr
	return checkColumns(s.cols, rr.FieldDescriptions())
}

// skip reads a result that only had to succeed.
func (s *source) skip() error {
	rr, err := next(s.pl)
	if err != nil {
		return err
	}
	s.answers++
	_, err = rr.Close()
	return err
}

// stageError is an error of one of our own statements, before the query's.
type stageError struct {
	stage int
	err   error
}

func (e *stageError) Error() string {
	return fmt.Sprintf("before the statement, stage %d: %v", e.stage, e.err)
}
func (e *stageError) Unwrap() error { return e.err }

func asStage(err error, stage int) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return &stageError{stage, err}
	}
	return err
}

// source reads one statement's rows.
type source struct {
	e       *Engine
	ctx     context.Context
	release context.CancelFunc
	c       *conn
	pl      *pgconn.Pipeline
	rr      *pgconn.ResultReader
	cols    []decoder
	text    arena
	answers int
	over    bool // the database has ended the statement: at its end, or by an error
	err     error

	unwatch func() bool   // false: the canceller has run or runs
	quiet   chan struct{} // closed when the canceller is done
}

var _ run.Source = (*source)(nil)

// graceful is how long the database gets to answer a cancel request before the
// connection is closed under it.
const graceful = 3 * time.Second

// watch sends a cancel request to the database when the context ends.
func (s *source) watch() {
	s.quiet = make(chan struct{})
	s.unwatch = context.AfterFunc(s.ctx, func() {
		defer close(s.quiet)
		s.cancel()
	})
}

func (s *source) cancel() {
	_ = s.c.Conn().SetDeadline(time.Now().Add(graceful))
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	_ = s.c.CancelRequest(ctx)
}

// Next implements [run.Source].
func (s *source) Next(row []types.Value) (ok bool) {
	if s.over || s.err != nil || s.rr == nil {
		return false
	}
	if !s.rr.NextRow() {
		s.finish()
		return false
	}
	defer func() {
		if r := recover(); r != nil { // a value outside what PostgreSQL can store
			s.err, ok = s.e.c.Log.Refuse(run.Broken, errors.New("a value that package types refused")), false
		}
	}()
	for i, v := range s.rr.Values() {
		if v == nil {
			row[i] = types.Null
			continue
		}
		x, err := s.cols[i].decode(v, &s.text)
		if err != nil {
			s.err = s.e.c.Log.Refuse(run.BadValue, err)
			return false
		}
		row[i] = x
	}
	return true
}

// finish reads what stands behind the last row.
func (s *source) finish() {
	_, err := s.rr.Close()
	if err == nil {
		err = s.pl.Close()
	}
	s.over = true
	if err != nil {
		s.err = s.e.refuse(s.ctx, err)
	}
}

// Err implements [run.Source].
func (s *source) Err() error { return s.err }

// Close implements [run.Source].
func (s *source) Close() error {
	if s.c != nil {
		s.end()
	}
	if s.release != nil {
		s.release()
	}
	return nil
}

// end gives the connection back, or ends the statement in the database and
// closes the connection. A connection that a cancel request was sent for is
// never used again: the request may arrive late and hit the next statement.
func (s *source) end() {
	clean := s.unwatch()
	if !clean {
		<-s.quiet
	}
	clean = clean && s.settle()
	c := s.c
	s.c = nil
	if clean {
		s.e.pool.put(c)
	} else {
		s.e.pool.drop(c)
	}
}

// settle brings the connection between transactions, if the database has ended
// the statement by itself.
func (s *source) settle() bool {
	switch {
	case s.c.IsClosed():
		return false
	case s.pl == nil:
		return true
	case !s.over:
		s.cancel()
		return false
	}
	_ = s.pl.Close() // the error has been told
	if s.c.IsClosed() || s.c.TxStatus() == 'I' {
		return !s.c.IsClosed()
	}
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	return s.c.ExecParams(ctx, "ROLLBACK", nil, nil, nil, nil).Read().Err == nil && s.c.TxStatus() == 'I'
}

// driftText fails unless the fingerprints of the tables $1, in the order of
// their identities, are $2. A table that is gone has none.
const driftText = `SELECT CAST(CASE WHEN string_agg(` + printExpr + `, ',' ORDER BY c.oid) = $2 THEN '1' ELSE 'drift' END AS pg_catalog.int4)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY ($1::pg_catalog.oid[])`

// driftOf is the parameters of driftText; nil if no table is read.
func driftOf(reads []emit.Read) ([][]byte, error) {
	if len(reads) == 0 {
		return nil, nil
	}
	prints := map[uint32]string{}
	for _, r := range reads {
		if r.Table.OID == 0 || r.Table.Fingerprint == "" {
			return nil, run.Fault("a table without identity")
		}
		prints[r.Table.OID] = r.Table.Fingerprint
	}
	var oids, want []byte
	for _, oid := range slices.Sorted(maps.Keys(prints)) {
		oids = strconv.AppendUint(append(oids, ','), uint64(oid), 10)
		want = append(append(want, ','), prints[oid]...)
	}
	oids[0] = '{'
	return [][]byte{append(oids, '}'), want[1:]}, nil
}
