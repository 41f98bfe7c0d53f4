// Package csv makes a database of a CSV file, or of a folder of them: a table a
// file, in memory, and asked through run/sqlite like any SQLite file.
//
// It guarantees that nothing is written, to the folder or elsewhere; that only
// files below the operator's folders are read, whole and within limits, links
// followed first; and that nothing is rounded, cut or dropped on the way: a
// column is a number, a date or a boolean if each of its values is one without
// doubt, and a text otherwise. What is not clear (a line with a field too many, a
// byte that is no UTF-8, a first line that is a row) is an error that names the
// line and says what to do. No error, and nothing else here, quotes a value.
//
// The files are read once, when an [Engine] is first asked something: a command
// sees them as they are, and a program that lives for days as they were then.
// Open a new Engine to read them again.
//
// Begin at open.go: find.go finds files, read.go takes one apart, infer.go says
// what its columns are, load.go makes the database, key.go finds keys.
package csv

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/sql/emit"
)

// Config is one connection of the operator's file.
type Config struct {
	// Path is a CSV file, or a folder whose files ending in .csv or .tsv are read,
	// below one of Dirs.
	Path string
	// Dirs are the folders that files may lie in. None means none.
	Dirs []string
	// TimeZone is the session's, an IANA name.
	TimeZone string
	// Concurrent is how many statements may run at once.
	Concurrent int
	// MaxFile and MaxAll bound one file and all of them, in bytes. Zero means 256
	// MiB and 1 GiB.
	MaxFile, MaxAll int64
	// Progress hears how many percent of large files were read. It may be nil.
	Progress func(done, of int)
	Log      run.Log
}

// Engine is the database made of the files.
type Engine struct {
	c  Config
	mu sync.Mutex
	db *database // nil until something is asked
}

var _ run.Engine = (*Engine)(nil)

// database is what was made of the files.
type database struct {
	*sqlite.Engine
	files []File
}

// New checks the configuration, and that the files are where they may be. It
// does not read them.
func New(c Config) (*Engine, error) {
	if c.MaxFile == 0 {
		c.MaxFile = 256 << 20
	}
	if c.MaxAll == 0 {
		c.MaxAll = 1 << 30
	}
	switch {
	case c.Path == "":
		return nil, errors.New("csv: Config.Path is empty")
	case c.MaxFile < 1 || c.MaxAll < 1:
		return nil, errors.New("csv: Config.MaxFile or MaxAll is negative")
	}
	if _, err := find(c.Path, c.Dirs); err != nil {
		return nil, err
	}
	// Whatever is wrong with the rest is said before files are read.
	e, err := sqlite.New(c.sqlite([]byte{}))
	if err != nil {
		return nil, err
	}
	return &Engine{c: c}, e.Close()
}

func (c Config) sqlite(image []byte) sqlite.Config {
	return sqlite.Config{Image: image, TimeZone: c.TimeZone, Concurrent: c.Concurrent, Log: c.Log}
}

// ready is the database; the first who asks waits until the files are read.
func (e *Engine) ready(ctx context.Context) (*database, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.db != nil {
		return e.db, nil
	}
	db, err := e.c.open(ctx)
	if err != nil {
		return nil, err
	}
	e.db = db
	return db, nil
}

// Kind is catalog.SQLite.
func (e *Engine) Kind() catalog.Engine { return catalog.SQLite }

// Files says what each file was read as.
func (e *Engine) Files(ctx context.Context) ([]File, error) {
	db, err := e.ready(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(db.files), nil
}

// Catalog implements [run.Engine]. Types and keys are found by reading all rows;
// the catalog has none of them. A column whose name is not as it stands in the
// file has that as its comment.
func (e *Engine) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	db, err := e.ready(ctx)
	if err != nil {
		return nil, err
	}
	cat, err := db.Engine.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range db.files {
		t := cat.All().Lookup("main", f.Table)
		if t == nil {
			return nil, run.Fault("a file without its table")
		}
		f.tell(t, cat)
	}
	cat.Version = catalog.Digest(cat)
	return cat, nil
}

// tell says of a table what SQLite does not: the names of the file, and keys that
// were seen to hold.
func (f File) tell(t *catalog.Table, all *catalog.Catalog) {
	for _, c := range f.Columns {
		if c.Header != c.Name {
			t.ColumnNamed(c.Name).Comment = c.Header
		}
		if to := all.All().Lookup("main", c.To.Table); to != nil {
			t.Foreign = append(t.Foreign, catalog.ForeignKey{
				Columns: []catalog.ColumnID{t.ColumnNamed(c.Name).ID},
				To:      to.ID, ToColumns: []catalog.ColumnID{to.ColumnNamed(c.To.Column).ID},
				Unchecked: true, // tomorrow's rows may be others, and with them what looks like a key
			})
		}
	}
}

// Posture says what the files were read as, and what should be known of them:
// there is no role.
func (e *Engine) Posture(ctx context.Context) (run.Posture, error) {
	db, err := e.ready(ctx)
	if err != nil {
		return run.Posture{}, err
	}
	p, err := db.Engine.Posture(ctx)
	if err != nil || p.Refused() {
		return p, err
	}
	out := run.Posture{Findings: []run.Finding{{What: "the files are read on this machine, into memory: nothing is written, and reading sends nothing"}}}
	for _, f := range db.files {
		out.Findings = append(out.Findings, run.Finding{What: f.String()})
	}
	for _, f := range db.files {
		out.Findings = append(out.Findings, f.notes()...)
	}
	return out, nil
}

// mostNotes are said of one file.
const mostNotes = 8

func (f File) notes() []run.Finding {
	var all []run.Finding
	for _, n := range f.Notes {
		all = append(all, run.Finding{Level: run.Yellow, What: f.Name + ": " + n})
	}
	if more := len(all) - mostNotes; more > 1 {
		all = append(all[:mostNotes], run.Finding{Level: run.Yellow, What: fmt.Sprintf("%s: and the like of %d more columns", f.Name, more)})
	}
	return all
}

// Run implements [run.Engine].
func (e *Engine) Run(ctx context.Context, stmt emit.Statement, limits run.Limits) (*run.Rows, error) {
	db, err := e.ready(ctx)
	if err != nil {
		return nil, err
	}
	return db.Engine.Run(ctx, stmt, limits)
}

// Close frees the database.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.db == nil {
		return nil
	}
	return e.db.Close()
}
