package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-sql-driver/mysql"

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

// query sends, one after the other, as this protocol has no flight of messages:
//
//	SET ... limits             if the session has others
//	START TRANSACTION READ ONLY
//	SELECT ... gate            the session, and the tables, as they should be
//	PREPARE, EXECUTE           the statement
//	SHOW WARNINGS              behind the last row
//	ROLLBACK
func (e *Engine) query(ctx context.Context, q query) (run.Source, error) {
	cols, err := decoders(q.columns)
	if err != nil {
		return nil, err
	}
	params, err := encode(q.params)
	if err != nil {
		return nil, err
	}
	rels, err := relationsOf(q.reads)
	if err != nil {
		return nil, err
	}
	f := flight{text: q.text, params: params, cols: cols, rels: rels, time: q.time}
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
	text   string
	params []driver.NamedValue
	cols   []decoder
	rels   []relation
	time   time.Duration
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
	s := &source{e: e, ctx: ctx, c: c, cols: slices.Clone(f.cols)}
	s.watch()
	if err := s.start(f); err != nil {
		s.over = answered(err)
		// The session that a proxy gives us may be another one than we pinned.
		c.lost = errors.Is(err, errSession)
		stale := c.used && !fresh && ctx.Err() == nil && (c.lost || !s.begun && whyOf(err) == run.Gone)
		s.end()
		if stale {
			return nil, errStale
		}
		return nil, e.refuse(ctx, err)
	}
	return s, nil
}

// start sends the statement and reads up to its first row.
func (s *source) start(f flight) error {
	s.c.wire.refill()
	if err := s.c.bound(f.time); err != nil {
		return err
	}
	if err := s.c.do(begin); err != nil {
		return &stageError{"beginning", err}
	}
	s.begun = true
	if err := s.c.gate(f.rels); err != nil {
		return err
	}
	stmt, err := s.c.Conn.(driver.ConnPrepareContext).PrepareContext(context.Background(), f.text)
	if err != nil {
		return err
	}
	s.stmt = stmt
	if stmt.NumInput() != len(f.params) {
		return errors.New("the statement has another number of parameters than it was made with")
	}
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(context.Background(), f.params)
	if err != nil {
		return err
	}
	s.rows = rows
	s.values = make([]driver.Value, len(rows.Columns()))
	return checkColumns(s.cols, rows)
}

// source reads one statement's rows.
type source struct {
	e       *Engine
	ctx     context.Context
	release context.CancelFunc
	c       *conn
	stmt    driver.Stmt
	rows    driver.Rows
	values  []driver.Value
	cols    []decoder
	text    arena
	begun   bool // the database has answered
	over    bool // the database has ended the statement: at its end, or by an error
	err     error

	unwatch func() bool   // false: the canceller has run or runs
	quiet   chan struct{} // closed when the canceller is done
}

var _ run.Source = (*source)(nil)

// graceful is how long the database gets to end a statement before the
// connection is closed under it.
const graceful = 3 * time.Second

// watch ends the statement in the database when the context ends.
func (s *source) watch() {
	s.quiet = make(chan struct{})
	s.unwatch = context.AfterFunc(s.ctx, func() {
		defer close(s.quiet)
		s.cancel()
	})
}

// cancel has the statement killed through a second connection, as this protocol
// has no other way: a server that computes does not notice that its client is
// gone. Should that fail, the connection is closed, and the server's own limit of
// time is left.
func (s *source) cancel() {
	_ = s.c.wire.SetDeadline(time.Now().Add(graceful))
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	k, err := s.e.open(ctx)
	if err != nil {
		return
	}
	defer k.kill()
	stop := context.AfterFunc(ctx, k.cut)
	defer stop()
	if k.where != s.c.where { // behind a name that is several servers
		return
	}
	_ = k.do("KILL CONNECTION " + s.c.id)
}

// Next implements [run.Source].
func (s *source) Next(row []types.Value) (ok bool) {
	if s.over || s.err != nil || s.rows == nil {
		return false
	}
	s.c.wire.refill()
	if err := s.rows.Next(s.values); err != nil {
		if s.c.wire.tooLong() {
			err = errLong // the driver says less
		}
		s.finish(err)
		return false
	}
	defer func() {
		if r := recover(); r != nil { // a value outside what PostgreSQL can store
			s.err, ok = s.e.c.Log.Refuse(run.Broken, errors.New("a value that package types refused")), false
		}
	}()
	for i, v := range s.values {
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
func (s *source) finish(err error) {
	s.over = err == io.EOF || answered(err)
	if err == io.EOF {
		err = s.warnings()
	}
	if err != nil {
		s.err = s.e.refuse(s.ctx, err)
	}
}

// warnings finds that the answer is a part of one.
func (s *source) warnings() error {
	rows, err := s.c.all("SHOW WARNINGS")
	if err != nil {
		s.c.lost = true
		return err
	}
	if len(rows) >= mostWarnings { // one of those that are not told may matter
		return warning{"lost", run.Stopped}
	}
	for _, row := range rows {
		if len(row) != 3 {
			return errRow
		}
		if why, ok := partial[row[1]]; ok {
			return warning{row[1], why}
		}
	}
	return nil
}

// mostWarnings is how many a server keeps of a statement, at most.
const mostWarnings = 65535

// warning is the number of one, and what it means.
type warning struct {
	number string
	why    run.Why
}

func (w warning) Error() string { return "warning " + w.number }

// partial are the warnings behind which is less than what was asked for.
var partial = map[string]run.Why{
	"1260": run.Stopped,  // GROUP_CONCAT was cut
	"1301": run.BadValue, // a text longer than max_allowed_packet is NULL
	"1931": run.Endless,  // a recursion ended early
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
// closes the connection. A connection that was killed is never used again.
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
	case s.c.lost:
		return false
	case !s.over:
		s.cancel()
		return false
	}
	stop := context.AfterFunc(s.ctx, s.c.cut) // the limit of time holds here too
	defer stop()
	_ = s.c.wire.SetDeadline(time.Now().Add(graceful))
	if s.stmt != nil && s.stmt.Close() != nil {
		return false
	}
	if s.c.do("ROLLBACK") != nil {
		return false
	}
	return s.c.wire.SetDeadline(time.Time{}) == nil
}

// answered reports whether err is an answer of the database: the connection
// waits for the next question.
func answered(err error) bool {
	var me *mysql.MySQLError
	return errors.As(err, &me) || errors.Is(err, errDrift)
}

// stageError is an error of one of our own statements, before the query's.
type stageError struct {
	stage string
	err   error
}

// gating is the stage that looks at the tables.
const gating = "gate"

func (e *stageError) Error() string {
	return fmt.Sprintf("before the statement, %s: %v", e.stage, e.err)
}
func (e *stageError) Unwrap() error { return e.err }
