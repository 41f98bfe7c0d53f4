// Package mysql runs Grille's statements on MariaDB 10.11 and MySQL 8.0.31
// and newer of each.
//
// The two are cousins, and a connection says which one it means: mariadb:// or
// mysql://. The other one behind it is an error that names the right word.
//
// It guarantees, for every statement: a transaction of its own, read-only and
// at REPEATABLE READ; a session whose settings give the text the meaning that
// package emit printed it for, whatever the server, init_connect or a proxy
// set; tables that are still what the catalog says, and that stay so until the
// statement has ended; a prepared statement of the server, with parameters that
// never become text; rows that stream; an end in the database when the caller's
// context ends. It never sends text that it was not given by package emit, but
// for the constants of this package, in which stand the names of tables, quoted,
// numbers, and texts as hexadecimal digits.
//
// What emit may rely on in a session, see [pinned]:
//
//   - the modes of [sqlMode], and no others: "x" is a name, || concatenates, \
//     is a character;
//   - texts are utf8mb4, and literals and parameters compare by bytes, without
//     padding (utf8mb4_nopad_bin, on MySQL utf8mb4_0900_bin); columns have the
//     collation that they have;
//   - the time zone is UTC. @grille_zone is the site's, +00:00 where that is UTC;
//   - quotients have 30 decimals;
//   - a GROUP_CONCAT that is cut, a text that is too long and a recursion that ends
//     early, for each of which the server has a warning and a part of the answer,
//     are errors. Other warnings are not: what fails in PostgreSQL emit prints so
//     that it fails here.
//
// Parameters are, in the order of the statement's: BIGINT for integers, DOUBLE
// for floats, TINYINT for booleans, bytes for bytea, and text as PostgreSQL
// prints it for all others; an instant in UTC and without an offset.
//
// How columns are typed, see [typeOf]. A date that is none (0000-00-00) is read
// as NULL.
//
// Nothing that the database says reaches a caller: see [run.Log].
//
// Begin at query.go: what is sent for one statement.
package mysql

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	Target dsn.MySQL
	// RootPEM is the content of Target.RootCert.
	RootPEM []byte
	// Schemas to introspect, databases of the server; none means Target.Database.
	Schemas []string
	// TimeZone is the site's, an IANA name.
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

// Engine is one MariaDB or MySQL server. It opens connections when it needs them.
type Engine struct {
	c      Config
	kind   catalog.Engine
	dialer *dial.Dialer
	pool   *pool
}

var _ run.Engine = (*Engine)(nil)

// New checks the configuration; it does not connect.
func New(c Config) (*Engine, error) {
	if len(c.Schemas) == 0 {
		c.Schemas = []string{c.Target.Database}
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
	e := &Engine{c: c, kind: kindOf(c.Target), dialer: d}
	e.pool = newPool(c.Concurrent, c.Idle, e.connect)
	return e, nil
}

func kindOf(t dsn.MySQL) catalog.Engine {
	if t.MariaDB {
		return catalog.MariaDB
	}
	return catalog.MySQL
}

// system are the server's own databases.
var system = []string{"information_schema", "mysql", "performance_schema", "sys"}

func (c Config) check() error {
	switch {
	case c.Target.Host == "":
		return errors.New("mysql: Config.Target is empty")
	case c.Target.RootCert != "" && c.RootPEM == nil:
		return errors.New("mysql: Config.RootPEM is empty; read it from Target.RootCert")
	case c.Concurrent < 1:
		return errors.New("mysql: Config.Concurrent is not set")
	case c.TimeZone == "" || c.TimeZone == "Local":
		return errors.New("mysql: Config.TimeZone is not set; write an IANA name such as UTC or Europe/Berlin")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil {
		return fmt.Errorf("the time zone %q is not known; write an IANA name such as Europe/Berlin", c.TimeZone)
	}
	for _, s := range c.Schemas {
		if s == "" || slices.Contains(system, strings.ToLower(s)) {
			return fmt.Errorf("the database %q is the server's own and cannot be asked", s)
		}
	}
	return nil
}

// Kind is catalog.MariaDB or catalog.MySQL.
func (e *Engine) Kind() catalog.Engine { return e.kind }

// Close closes idle connections now, and the others when their statements end.
func (e *Engine) Close() error { e.pool.close(); return nil }

// Run implements [run.Engine].
func (e *Engine) Run(ctx context.Context, stmt emit.Statement, limits run.Limits) (*run.Rows, error) {
	if !stmt.Made() || stmt.Engine() != e.kind {
		return nil, run.Fault("a statement that was not made for " + e.kind.String())
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
