//go:build duckdb

package duckdb

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// conn is one connection, for one statement. What runs on it ends when its
// context does.
type conn struct {
	duck.Connection
	ctx  context.Context
	file *file
	free func() // gives back what the connection was made with; may be nil

	unwatch func() bool
	ended   chan struct{}
	watch   sync.WaitGroup
}

func connect(ctx context.Context, db duck.Database) (*conn, error) {
	c := &conn{ctx: ctx, ended: make(chan struct{})}
	if duck.Connect(db, &c.Connection) == duck.StateError {
		return nil, errors.New("no connection")
	}
	c.watch.Add(1)
	c.unwatch = context.AfterFunc(ctx, c.interrupt)
	return c, nil
}

// interrupt ends what runs, again and again until the connection is closed: an
// interruption that comes before the statement starts is forgotten.
func (c *conn) interrupt() {
	defer c.watch.Done()
	for {
		duck.Interrupt(c.Connection)
		select {
		case <-c.ended:
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (c *conn) close() {
	if c.unwatch() {
		c.watch.Done() // it never started
	}
	close(c.ended)
	c.watch.Wait()
	duck.Disconnect(&c.Connection)
	if c.free != nil {
		c.free()
	}
}

// prepare compiles a text, which must be one statement.
func (c *conn) prepare(text string) (duck.PreparedStatement, error) {
	var all duck.ExtractedStatements
	n := duck.ExtractStatements(c.Connection, text, &all)
	defer duck.DestroyExtracted(&all)
	if n != 1 {
		return duck.PreparedStatement{}, &compileError{typeOf(duck.ExtractStatementsError(all))}
	}
	var s duck.PreparedStatement
	if duck.PrepareExtractedStatement(c.Connection, all, 0, &s) == duck.StateError {
		defer duck.DestroyPrepare(&s)
		return duck.PreparedStatement{}, &compileError{typeOf(duck.PrepareError(s))}
	}
	return s, nil
}

// start runs a compiled statement until its first rows are there.
func (c *conn) start(s duck.PreparedStatement) (duck.Result, error) {
	if err := c.ctx.Err(); err != nil {
		return duck.Result{}, err
	}
	var pending duck.PendingResult
	// Called deprecated; DuckDB has no other way to give rows before all are there.
	state := duck.PendingPreparedStreaming(s, &pending)
	defer duck.DestroyPending(&pending)
	if state == duck.StateError {
		return duck.Result{}, typeOf(duck.PendingError(pending))
	}
	var r duck.Result
	if duck.ExecutePending(pending, &r) == duck.StateError {
		defer duck.DestroyResult(&r)
		return duck.Result{}, errorOf(&r)
	}
	return r, nil
}

// exec runs one of our own texts.
func (c *conn) exec(text string) error {
	return c.ask(text, nil, func([]types.Value) error { return nil })
}

// ask runs one of our own texts, whose columns are texts, and gives its rows.
func (c *conn) ask(text string, params []string, row func([]types.Value) error) error {
	stmt, err := c.prepare(text)
	if err != nil {
		return err
	}
	var bound []emit.Param
	for _, p := range params {
		bound = append(bound, emit.Param{Value: types.TextOf(p), Type: types.Of(types.Text)})
	}
	cols := make([]types.Type, duck.PreparedStatementColumnCount(stmt))
	for i := range cols {
		cols[i] = types.Of(types.Text)
	}
	s := &source{c: c, stmt: stmt, cols: cols}
	defer s.release()
	if err := bind(stmt, bound); err != nil {
		return err
	}
	if s.result, err = c.start(stmt); err != nil {
		return err
	}
	if strings.HasPrefix(text, "SELECT ") {
		values := make([]types.Value, len(cols))
		for s.next(values) {
			if err := row(values); err != nil {
				return err
			}
		}
	}
	return s.err
}
