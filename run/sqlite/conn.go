package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/run"
)

// conn is one connection. Its authorizer asks gate, which is set for what is
// being compiled.
type conn struct {
	*sqlite3.Conn
	gate  gate
	said  string // the last thing the authorizer denied, for the operator's log
	fault error  // what a function of ours said that was no refusal of a value
	dead  bool   // may not serve again
	utf8  bool   // the file's encoding; nothing runs on others
}

// Caps of one connection. The smallest values that leave room for what package
// emit prints.
const (
	maxLength    = 64 << 20 // a value, a row
	maxText      = 1 << 20
	maxColumns   = 2000
	maxDepth     = 1000
	maxCompound  = 500
	maxOps       = 1 << 20
	maxArguments = 100
	maxPattern   = 10_000
	maxVariables = 32_766
)

// busyTime is how long a statement waits for a writer.
const busyTime = 5 * time.Second

// open opens and vets a connection.
func (e *Engine) open(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name, flags := e.path, sqlite3.OPEN_READONLY|sqlite3.OPEN_NOFOLLOW
	if e.image != "" {
		name, flags = "file:"+e.image+"?vfs=reader&immutable=1", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI
	}
	db, err := sqlite3.OpenFlags(name, flags)
	if err != nil {
		return nil, e.c.Log.Refuse(run.Gone, cause(err))
	}
	c := &conn{Conn: db}
	c.SetInterrupt(ctx)
	defer c.SetInterrupt(context.Background())
	if err := c.safely(func() error { return e.prepare(c) }); err != nil {
		c.close()
		return nil, e.refuse(ctx, err)
	}
	return c, nil
}

// prepare narrows a new connection down. What cannot be set is an error.
func (e *Engine) prepare(c *conn) error {
	for _, s := range switches() {
		if got, err := c.Config(s.op, s.on); err != nil || got != s.on {
			return fmt.Errorf("switch %d cannot be set to %t: %w", s.op, s.on, orNil(err))
		}
	}
	if err := c.Exec("PRAGMA query_only = on; PRAGMA cell_size_check = on; PRAGMA temp_store = memory; PRAGMA mmap_size = 0"); err != nil {
		return err
	}
	if err := c.register(library(e.zone)); err != nil {
		return fmt.Errorf("registering functions: %w", err)
	}
	for _, l := range caps() {
		c.Limit(l.id, l.value)
	}
	c.HardHeapLimit(e.c.Memory)
	if err := c.BusyTimeout(busyTime); err != nil {
		return err
	}
	c.gate = ours{}
	if err := c.SetAuthorizer(c.authorize); err != nil {
		return err
	}
	encoding, err := c.one("SELECT encoding FROM pragma_encoding")
	if err != nil {
		return err
	}
	c.utf8 = encoding == "UTF-8"
	if ro, _ := c.ReadOnly("main"); !ro {
		return errors.New("the database is not open read-only")
	}
	return nil
}

var errRefused = errors.New("SQLite keeps its own")

func orNil(err error) error {
	if err == nil {
		return errRefused
	}
	return err
}

type setting struct {
	op sqlite3.DBConfig
	on bool
}

// switches are SQLite's, in https://sqlite.org/c3ref/c_dbconfig_defensive.html.
func switches() []setting {
	return []setting{
		{sqlite3.DBCONFIG_DQS_DML, false}, // else an unknown "name" is a text: true for all rows (red team H1)
		{sqlite3.DBCONFIG_DQS_DDL, false},
		{sqlite3.DBCONFIG_TRUSTED_SCHEMA, false}, // views may not call dangerous functions
		{sqlite3.DBCONFIG_DEFENSIVE, true},
		{sqlite3.DBCONFIG_WRITABLE_SCHEMA, false},
		{sqlite3.DBCONFIG_ENABLE_TRIGGER, false},
		{sqlite3.DBCONFIG_ENABLE_LOAD_EXTENSION, false},
		{sqlite3.DBCONFIG_ENABLE_FTS3_TOKENIZER, false},
		{sqlite3.DBCONFIG_ENABLE_VIEW, true},
		{sqlite3.DBCONFIG_REVERSE_SCANORDER, false},
	}
}

type limit struct {
	id    sqlite3.LimitCategory
	value int
}

func caps() []limit {
	return []limit{
		{sqlite3.LIMIT_ATTACHED, 0},
		{sqlite3.LIMIT_LENGTH, maxLength},
		{sqlite3.LIMIT_SQL_LENGTH, maxText},
		{sqlite3.LIMIT_COLUMN, maxColumns},
		{sqlite3.LIMIT_EXPR_DEPTH, maxDepth},
		{sqlite3.LIMIT_COMPOUND_SELECT, maxCompound},
		{sqlite3.LIMIT_VDBE_OP, maxOps},
		{sqlite3.LIMIT_FUNCTION_ARG, maxArguments},
		{sqlite3.LIMIT_LIKE_PATTERN_LENGTH, maxPattern},
		{sqlite3.LIMIT_VARIABLE_NUMBER, maxVariables},
		{sqlite3.LIMIT_TRIGGER_DEPTH, 0},
		{sqlite3.LIMIT_WORKER_THREADS, 0},
	}
}

// safely calls into the driver, which panics when a statement's memory is at
// its end. The connection serves no more after that.
func (c *conn) safely(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			c.dead = true
			err = errPanic
			if e, ok := r.(error); ok && strings.Contains(e.Error(), "out of memory") {
				err = sqlite3.NOMEM
			}
		}
	}()
	return f()
}

var errPanic = errors.New("the driver panicked")

// idle brings the connection between statements, or marks it dead.
func (c *conn) idle() {
	c.gate, c.said, c.fault = ours{}, "", nil
	err := c.safely(func() error {
		c.SetInterrupt(context.Background())
		if c.GetAutocommit() {
			return nil
		}
		return c.Exec("ROLLBACK")
	})
	c.dead = c.dead || err != nil
}

func (c *conn) close() {
	for s := range c.Stmts() {
		_ = c.safely(s.Close)
	}
	_ = c.safely(c.Conn.Close)
}
