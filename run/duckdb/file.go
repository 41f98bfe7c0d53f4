//go:build duckdb

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/duckdb/chunk"
)

// file is an instance of DuckDB in memory with the database file attached to it.
// The file cannot change while it is attached, so its schema is read once.
type file struct {
	db     duck.Database
	info   os.FileInfo // of the file as it was opened
	schema *schema
	free   func() // the functions of the instance; may be nil
	uses   int
	old    bool // another one has taken its place
}

// files is the file that is open now, and those that statements still read.
type files struct {
	open func() (*file, error)

	mu     sync.Mutex
	now    *file
	closed bool
}

// errClosed: the engine was closed.
var errClosed = errors.New("the engine is closed")

// get is the open file; a file that was replaced is opened anew.
func (fs *files) get() (*file, error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.closed {
		return nil, errClosed
	}
	if fs.now != nil && !fs.now.current() {
		fs.retire()
	}
	if fs.now == nil {
		f, err := fs.open()
		if err != nil {
			return nil, err
		}
		fs.now = f
	}
	fs.now.uses++
	return fs.now, nil
}

func (fs *files) put(f *file) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f.uses--; f.uses == 0 && f.old {
		f.close()
	}
}

func (fs *files) close() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.closed = true
	if fs.now != nil {
		fs.retire()
	}
}

func (fs *files) retire() {
	f := fs.now
	fs.now, f.old = nil, true
	if f.uses == 0 {
		f.close()
	}
}

func (f *file) close() {
	duck.Close(&f.db)
	if f.free != nil {
		f.free()
	}
}

// current reports whether the file that was opened still stands at its path.
func (f *file) current() bool {
	info, err := os.Stat(f.schema.path)
	return err == nil && os.SameFile(info, f.info) && info.Size() == f.info.Size() && info.ModTime().Equal(f.info.ModTime())
}

// attached is what the file is called in every text. The instance's own
// database, in which names without one are looked up, is empty.
const attached = "grille"

// open makes an instance, attaches the file to it and closes all other ways.
func (e *Engine) open() (*file, error) {
	// A link put in the place of the file, or of the log that DuckDB reads beside it,
	// leads elsewhere than it did.
	for _, path := range []string{e.path, e.path + ".wal"} {
		if _, err := os.Lstat(path); path != e.path && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if now, err := run.FileBelow(path, e.c.Dirs); err != nil || now != path {
			return nil, errors.Join(errGone, err)
		}
	}
	info, err := os.Stat(e.path)
	if err != nil {
		return nil, errors.Join(errGone, err)
	}
	db, err := e.instance()
	if err != nil {
		return nil, err
	}
	f := &file{db: db, info: info}
	if err := e.attach(f); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// errGone: the file is not there, or not where it may be.
var errGone = errors.New("the file cannot be opened")

// instance opens an empty database in memory.
func (e *Engine) instance() (duck.Database, error) {
	var config duck.Config
	if duck.CreateConfig(&config) == duck.StateError {
		return duck.Database{}, errors.New("no configuration")
	}
	defer duck.DestroyConfig(&config)
	for _, o := range [][2]string{
		{"threads", strconv.Itoa(e.c.Threads)},
		{"memory_limit", strconv.FormatInt(e.c.Memory, 10) + "B"},
		{"temp_directory", ""}, // nothing is stored, not even for a sort
		{"max_temp_directory_size", "0KiB"},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
		{"allow_unsigned_extensions", "false"},
		{"allow_persistent_secrets", "false"},
	} {
		if duck.SetConfig(config, o[0], o[1]) == duck.StateError {
			return duck.Database{}, fmt.Errorf("the setting %s is not taken", o[0])
		}
	}
	var db duck.Database
	var said string
	if duck.OpenExt(":memory:", &db, config, &said) == duck.StateError {
		duck.Close(&db)
		return duck.Database{}, errors.New("no instance")
	}
	return db, nil
}

// setting is one that decides what a statement means or may do, and how DuckDB
// writes it when asked.
type setting struct{ name, value, reads string }

// settings are set for all connections once the file is attached, in this order:
// after the last none can be changed.
func (e *Engine) settings() []setting {
	return []setting{
		{"TimeZone", e.c.TimeZone, e.c.TimeZone},
		{"Calendar", "gregorian", "gregorian"},
		{"default_collation", "", ""},
		{"default_null_order", "NULLS_LAST", "NULLS_LAST"},
		{"default_order", "ASC", "ASC"},
		{"integer_division", "false", "false"},
		{"ieee_floating_point_ops", "true", "true"},
		{"old_implicit_casting", "false", "false"},
		{"order_by_non_integer_literal", "false", "false"},
		{"scalar_subquery_error_on_multiple_rows", "true", "true"},
		{"preserve_insertion_order", "true", "true"},
		{"enable_external_access", "false", "false"},
		{"lock_configuration", "true", "true"},
	}
}

func (e *Engine) attach(f *file) error {
	ctx, cancel := context.WithTimeout(context.Background(), openTime)
	defer cancel()
	c, err := connect(ctx, f.db)
	if err != nil {
		return err
	}
	defer c.close()
	if f.free, err = chunk.Register(c.Connection, chunk.Library(e.zone)); err != nil {
		return err
	}
	if err := c.exec("ATTACH " + literal(e.path) + " AS " + attached + " (TYPE duckdb, READ_ONLY)"); err != nil {
		return errors.Join(errGone, err)
	}
	for _, s := range e.settings() {
		if err := c.exec("SET GLOBAL " + s.name + " = " + literal(s.value)); err != nil {
			return fmt.Errorf("setting %s: %w", s.name, err)
		}
	}
	f.schema, err = c.schema(e.path)
	return err
}

// openTime is how long opening a file may take.
const openTime = time.Minute

// literal is a text of ours in DuckDB's SQL.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
