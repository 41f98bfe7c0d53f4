//go:build duckdb

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// Config is one connection of the operator's file.
type Config struct {
	// Path is a database file below one of Dirs.
	Path string
	// Dirs are the folders that databases may lie in. None means none.
	Dirs []string
	// TimeZone is the session's, an IANA name.
	TimeZone string
	// Concurrent is how many statements may run at once.
	Concurrent int
	// Memory bounds the memory of all statements together, in bytes, at least
	// 16 MiB. Zero means 1 GiB. A sort that needs more is refused.
	Memory int64
	// Threads is how many processors may work. Zero means all.
	Threads int
	Log     run.Log
}

// Engine is one DuckDB file.
type Engine struct {
	c     Config
	path  string // resolved
	zone  *time.Location
	slots chan struct{}
	files *files
}

var _ run.Engine = (*Engine)(nil)

// New checks the configuration and that the file is where it may be. It does
// not open it.
func New(c Config) (*Engine, error) {
	if c.Memory == 0 {
		c.Memory = 1 << 30
	}
	if c.Threads == 0 {
		c.Threads = runtime.NumCPU()
	}
	switch {
	case c.Path == "":
		return nil, errors.New("duckdb: Config.Path is empty")
	case c.Concurrent < 1:
		return nil, errors.New("duckdb: Config.Concurrent is not set")
	case c.TimeZone == "" || c.TimeZone == "Local":
		return nil, errors.New("duckdb: Config.TimeZone is not set; write an IANA name such as UTC or Europe/Berlin")
	case c.Memory < 16<<20:
		return nil, errors.New("duckdb: Config.Memory is below 16 MiB")
	case c.Threads < 1:
		return nil, errors.New("duckdb: Config.Threads is negative")
	}
	zone, ok := types.Zone(c.TimeZone)
	if !ok {
		return nil, fmt.Errorf("the time zone %q is not known; write an IANA name such as Europe/Berlin", c.TimeZone)
	}
	path, err := run.FileBelow(c.Path, c.Dirs)
	if err != nil {
		return nil, err
	}
	e := &Engine{c: c, path: path, zone: zone, slots: make(chan struct{}, c.Concurrent)}
	e.files = &files{open: e.open}
	return e, nil
}

// Kind is catalog.DuckDB.
func (e *Engine) Kind() catalog.Engine { return catalog.DuckDB }

// Close closes the file now or, if statements run, when the last one ends.
func (e *Engine) Close() error {
	e.files.close()
	return nil
}

// Run implements [run.Engine].
func (e *Engine) Run(ctx context.Context, stmt emit.Statement, limits run.Limits) (*run.Rows, error) {
	if !stmt.Made() || stmt.Engine() != catalog.DuckDB {
		return nil, run.Fault("a statement that was not made for DuckDB")
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

// errBusy: the context ended while all slots were in use.
var errBusy = errors.New("all connections in use")

// conn waits for a slot and makes a connection, which must be given back.
func (e *Engine) conn(ctx context.Context, limit time.Duration) (*conn, error) {
	bound, cancel := context.WithTimeout(ctx, limit)
	select {
	case e.slots <- struct{}{}:
	case <-bound.Done():
		cancel()
		return nil, e.refuse(ctx, errBusy)
	}
	f, err := e.files.get()
	if err == nil {
		var c *conn
		if c, err = connect(bound, f.db); err == nil {
			c.file = f
			c.free = func() { e.files.put(f); <-e.slots; cancel() }
			return c, nil
		}
		e.files.put(f)
	}
	<-e.slots
	defer cancel()
	return nil, e.refuse(bound, err)
}
