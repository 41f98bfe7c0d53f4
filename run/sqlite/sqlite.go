// Package sqlite runs Grille's statements on SQLite, in a file or in an image
// of one in memory.
//
// It guarantees, for every statement: a database opened read-only, and a
// connection that was told so twice more; an authorizer that lets SQLite
// compile only reads of the columns that the statement says it reads, and
// calls of listed functions; tables that are still what the catalog says,
// looked at in the statement's own transaction; nothing kept on disk, not even
// for a sort; an end when the caller's context ends.
//
// SQLite may store any value in any column. A value that is not of the
// column's type never reaches a caller: package emit prints reads that give
// NULL for it, and what still arrives as something else is refused.
//
// Begin at query.go.
package sqlite

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3/util/ioutil"
	"github.com/ncruces/go-sqlite3/vfs/readervfs"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// Config is one connection of the operator's file.
type Config struct {
	// Path is a database file below one of Dirs, or Image is the content of one.
	Path  string
	Image []byte
	// Dirs are the folders that databases may lie in. None means none.
	Dirs []string
	// TimeZone is the session's, an IANA name.
	TimeZone string
	// Concurrent is how many statements may run at once.
	Concurrent int
	// Memory bounds the memory of one connection, in bytes, at most 240 MiB.
	// Zero means 192 MiB. A sort that needs more is refused.
	Memory int64
	Log    run.Log
}

// Engine is one SQLite database.
type Engine struct {
	c     Config
	path  string // resolved; "" for an image
	image string // the name of an image
	zone  *time.Location
	funcs map[string]bool // what a statement may call
	rows  map[string]bool // functions that stand in FROM
	pool  *pool
}

var _ run.Engine = (*Engine)(nil)

// New checks the configuration and that the file is where it may be. It does
// not open it.
func New(c Config) (*Engine, error) {
	if c.Memory == 0 {
		c.Memory = 192 << 20
	}
	e := &Engine{c: c}
	switch {
	case c.Concurrent < 1:
		return nil, errors.New("sqlite: Config.Concurrent is not set")
	case c.TimeZone == "" || c.TimeZone == "Local":
		return nil, errors.New("sqlite: Config.TimeZone is not set; write an IANA name such as UTC or Europe/Berlin")
	case c.Memory < 1<<20 || c.Memory > 240<<20:
		return nil, errors.New("sqlite: Config.Memory is not from 1 to 240 MiB")
	case c.Path != "" && c.Image != nil:
		return nil, errors.New("sqlite: Config has a Path and an Image")
	case c.Path == "" && c.Image == nil:
		return nil, errors.New("sqlite: Config.Path is empty")
	}
	zone, ok := types.Zone(c.TimeZone)
	if !ok {
		return nil, fmt.Errorf("the time zone %q is not known; write an IANA name such as Europe/Berlin", c.TimeZone)
	}
	e.zone = zone
	e.funcs, e.rows = names(library(zone))
	if c.Image != nil {
		e.image = "grille-" + rand.Text()
		readervfs.Create(e.image, ioutil.NewSizeReaderAt(bytes.NewReader(c.Image)))
	} else {
		var err error
		if e.path, err = run.FileBelow(c.Path, c.Dirs); err != nil {
			return nil, err
		}
	}
	e.pool = newPool(c.Concurrent, e.open)
	return e, nil
}

// Kind is catalog.SQLite.
func (e *Engine) Kind() catalog.Engine { return catalog.SQLite }

// Close closes idle connections now, and the others when their statements end.
func (e *Engine) Close() error {
	e.pool.close()
	if e.image != "" {
		readervfs.Delete(e.image)
	}
	return nil
}

// Run implements [run.Engine].
func (e *Engine) Run(ctx context.Context, stmt emit.Statement, limits run.Limits) (*run.Rows, error) {
	if !stmt.Made() || stmt.Engine() != catalog.SQLite {
		return nil, run.Fault("a statement that was not made for SQLite")
	}
	if err := limits.Check(); err != nil {
		return nil, err
	}
	src, err := e.query(ctx, query{
		text: stmt.Text(), params: stmt.Params(), columns: stmt.Columns(), stored: stmt.Stored(),
		reads: stmt.Reads(), again: stmt.Recursive(), time: limits.Time,
	})
	if err != nil {
		return nil, err
	}
	return run.Stream(stmt, limits, src)
}
