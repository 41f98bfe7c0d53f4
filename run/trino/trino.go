// Package trino runs Grille's statements on a Trino server, over tables of one
// or several of its catalogs.
//
// It guarantees, for every statement: one SELECT that package emit printed, with
// literals that package made of typed values in the places of its constants;
// headers of our own making, and nothing that a reply may change in them; replies
// fetched from the configured server alone, whatever address a reply names;
// tables whose columns are those of the catalog, looked at right before; an end in
// the server when the caller's context ends, by a DELETE of the query.
//
// Trino has no read-only transaction that all connectors keep, so that a user may
// only read is the server's to say: [Engine.Posture] asks it.
//
// It speaks the protocol itself, some two hundred lines: the client of the Trino
// project registers with database/sql, follows addresses of replies with the
// password, and reads times through the zone of the machine. Tests read with both.
//
// Begin at query.go.
package trino

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// Config is one connection of the operator's file.
type Config struct {
	Target dsn.Trino
	// RootPEM is the content of Target.RootCert.
	RootPEM []byte
	// Schemas are those that may be asked, each catalog.schema; none means that of
	// Target. Unqualified names are looked up in that order, Target's first if it is
	// among them.
	Schemas []string
	// TimeZone is the session's, an IANA name.
	TimeZone string
	// Concurrent is how many statements may run at once.
	Concurrent int
	// Connect bounds the making of a connection. Zero means 10 s.
	Connect time.Duration
	// InsecureAllowWritableRole runs although the posture is red.
	InsecureAllowWritableRole bool
	Log                       run.Log
}

// Engine is one Trino server.
type Engine struct {
	c      Config
	zone   *time.Location
	client *client
	slots  chan struct{} // one for each statement that runs
	done   chan struct{} // closed by Close
	safe   *safety
}

var _ run.Engine = (*Engine)(nil)

// New checks the configuration; it does not connect.
func New(c Config) (*Engine, error) {
	home := c.Target.Catalog + "." + c.Target.Schema
	if len(c.Schemas) == 0 {
		c.Schemas = []string{home}
	}
	if i := slices.Index(c.Schemas, home); i > 0 {
		c.Schemas = slices.Insert(slices.Delete(slices.Clone(c.Schemas), i, i+1), 0, home)
	}
	if c.Connect == 0 {
		c.Connect = 10 * time.Second
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	zone, ok := types.Zone(c.TimeZone)
	if !ok {
		return nil, fmt.Errorf("the time zone %q is not known; write an IANA name such as Europe/Berlin", c.TimeZone)
	}
	cl, err := newClient(c)
	if err != nil {
		return nil, err
	}
	e := &Engine{c: c, zone: zone, client: cl, slots: make(chan struct{}, c.Concurrent), done: make(chan struct{})}
	e.safe = &safety{look: e.fit}
	return e, nil
}

func (c Config) check() error {
	switch {
	case c.Target.Host == "":
		return errors.New("trino: Config.Target is empty")
	case c.Target.RootCert != "" && c.RootPEM == nil:
		return errors.New("trino: Config.RootPEM is empty; read it from Target.RootCert")
	case c.Concurrent < 1:
		return errors.New("trino: Config.Concurrent is not set")
	case c.TimeZone == "" || c.TimeZone == "Local":
		return errors.New("trino: Config.TimeZone is not set; write an IANA name such as UTC or Europe/Berlin")
	}
	for _, s := range c.Schemas {
		catalog, schema, ok := strings.Cut(s, ".")
		switch {
		case !ok || catalog == "" || schema == "" || strings.Contains(schema, ".") || s != strings.ToLower(s):
			return fmt.Errorf("the schema %q is not written catalog.schema in small letters", s)
		case catalog == "system" || schema == "information_schema":
			return fmt.Errorf("the schema %q is the server's own and cannot be asked", s)
		}
	}
	return nil
}

// Kind is catalog.Trino.
func (e *Engine) Kind() catalog.Engine { return catalog.Trino }

// Close lets what runs end, and nothing begin.
func (e *Engine) Close() error {
	select {
	case <-e.done:
	default:
		close(e.done)
		e.client.http.CloseIdleConnections()
	}
	return nil
}

// Run implements [run.Engine].
func (e *Engine) Run(ctx context.Context, stmt emit.Statement, limits run.Limits) (*run.Rows, error) {
	if !stmt.Made() || stmt.Engine() != catalog.Trino {
		return nil, run.Fault("a statement that was not made for Trino")
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
