// Package postgres runs Grille's statements on PostgreSQL 13 and newer.
//
// It guarantees, for every statement: a read-only transaction of its own, at
// REPEATABLE READ; a session whose settings give the text the meaning that
// package emit printed it for, whatever the role, the database or a pooler
// set; tables that are still what the catalog says; the extended protocol, one
// statement, bound parameters; an end in the database when the caller's context
// ends. It never sends text that it was not given by package emit, but for the
// constants in session.go, introspect.go and posture.go.
//
// Nothing that the database says reaches a caller: see [run.Log].
//
// Begin at query.go: the flight of messages that is one statement.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/dial"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/sql/emit"
)

// Config is one connection of the operator's file.
type Config struct {
	Target dsn.Postgres
	// RootPEM is the content of Target.RootCert.
	RootPEM []byte
	// Schemas to introspect; none means public.
	Schemas []string
	// TimeZone is the session's, an IANA name.
	TimeZone string
	// Concurrent is how many statements may run at once.
	Concurrent int
	// Connect bounds the making of a connection, Idle how long an unused one is
	// kept. Zero means 10 s and 5 min.
	Connect, Idle time.Duration
	// InsecureAllowWritableRole runs although the posture is red.
	InsecureAllowWritableRole bool
	Log                       run.Log
}

// Engine is one PostgreSQL database. It opens connections when it needs them.
type Engine struct {
	c    Config
	pool *pool
}

var _ run.Engine = (*Engine)(nil)

// New checks the configuration; it does not connect.
func New(c Config) (*Engine, error) {
	if len(c.Schemas) == 0 {
		c.Schemas = []string{"public"}
	}
	if c.Connect == 0 {
		c.Connect = 10 * time.Second
	}
	if c.Idle == 0 {
		c.Idle = 5 * time.Minute
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	d, err := dial.New(dial.Config{Host: c.Target.Host, Plain: c.Target.Plain, RootPEM: c.RootPEM, Timeout: c.Connect})
	if err != nil {
		return nil, err
	}
	cc, err := driverConfig(c, d)
	if err != nil {
		return nil, err
	}
	e := &Engine{c: c}
	e.pool = newPool(c.Concurrent, c.Idle, func(ctx context.Context) (*conn, error) { return e.connect(ctx, cc) })
	return e, nil
}

func (c Config) check() error {
	switch {
	case c.Target.Host == "":
		return errors.New("postgres: Config.Target is empty")
	case c.Target.RootCert != "" && c.RootPEM == nil:
		return errors.New("postgres: Config.RootPEM is empty; read it from Target.RootCert")
	case c.Concurrent < 1:
		return errors.New("postgres: Config.Concurrent is not set")
	case c.TimeZone == "" || c.TimeZone == "Local":
		return errors.New("postgres: Config.TimeZone is not set; write an IANA name such as UTC or Europe/Berlin")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil {
		return fmt.Errorf("the time zone %q is not known; write an IANA name such as Europe/Berlin", c.TimeZone)
	}
	for _, s := range c.Schemas {
		if s == "" || s == "information_schema" || strings.HasPrefix(s, "pg_") {
			return fmt.Errorf("the schema %q is the database's own and cannot be asked", s)
		}
	}
	return nil
}

// Kind is catalog.Postgres.
func (e *Engine) Kind() catalog.Engine { return catalog.Postgres }

// Close closes idle connections now, and the others when their statements end.
func (e *Engine) Close() error { e.pool.close(); return nil }

// Run implements [run.Engine].
func (e *Engine) Run(ctx context.Context, stmt emit.Statement, limits run.Limits) (*run.Rows, error) {
	if !stmt.Made() || stmt.Engine() != catalog.Postgres {
		return nil, run.Fault("a statement that was not made for PostgreSQL")
	}
	if err := limits.Check(); err != nil {
		return nil, err
	}
	src, err := e.query(ctx, query{
		text: stmt.Text(), params: stmt.Params(), columns: stmt.Columns(),
		reads: stmt.Reads(), time: limits.Time,
	})
	if err != nil {
		return nil, err
	}
	return run.Stream(stmt, limits, src)
}
