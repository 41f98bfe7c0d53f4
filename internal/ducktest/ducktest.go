//go:build duckdb

// Package ducktest makes DuckDB files for tests, and runs texts over them as they
// stand, with the functions that Grille's statements call.
package ducktest

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/run/duckdb"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/funcs/pgfn"
)

// New makes a file of texts and gives its path. It is gone after the test.
func New(t testing.TB, texts ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.duckdb")
	Fill(t, path, texts...)
	return path
}

// Fill runs texts, of any number of statements each, on a file as whoever may write
// to it.
func Fill(t testing.TB, path string, texts ...string) {
	t.Helper()
	var db duck.Database
	var c duck.Connection
	var said string
	if duck.OpenExt(path, &db, duck.Config{}, &said) == duck.StateError {
		t.Fatal(said)
	}
	defer duck.Close(&db)
	duck.Connect(db, &c)
	defer duck.Disconnect(&c)
	for _, text := range texts {
		var r duck.Result
		if duck.Query(c, text, &r) == duck.StateError {
			t.Fatalf("%.200s: %s", text, duck.ResultError(&r))
		}
		duck.DestroyResult(&r)
	}
}

// DB is a file, attached as run/duckdb attaches it, to an instance that may do
// anything.
type DB struct {
	t    testing.TB
	conn duck.Connection
	// Heard is told what each of PostgreSQL's functions is called with.
	Heard func(function string, args []any)
}

// Open attaches a file.
func Open(t testing.TB, path string) *DB {
	t.Helper()
	db := &DB{t: t, Heard: func(string, []any) {}}
	var inner duck.Database
	var said string
	if duck.OpenExt(":memory:", &inner, duck.Config{}, &said) == duck.StateError {
		t.Fatal(said)
	}
	duck.Connect(inner, &db.conn)
	free, err := duckdb.Register(db.conn, db.library)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		duck.Disconnect(&db.conn)
		duck.Close(&inner)
		free()
	})
	for _, text := range []string{"SET TimeZone = 'UTC'", "SET threads = 2", "ATTACH '" + path + "' AS grille (READ_ONLY)"} {
		if err := db.Run(text); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func (db *DB) library() *pgfn.Library {
	lib := pgfn.New(func() *time.Location { return time.UTC })
	for i, f := range lib.Scalars {
		lib.Scalars[i].Fn = func(args []any) (any, error) {
			db.Heard(f.Name, args)
			return f.Fn(args)
		}
	}
	return &lib
}

// Run runs one statement to its end.
func (db *DB) Run(text string, params ...emit.Param) error {
	db.t.Helper()
	var s duck.PreparedStatement
	defer duck.DestroyPrepare(&s)
	if duck.Prepare(db.conn, text, &s) == duck.StateError {
		return errors.New(duck.PrepareError(s))
	}
	for i, p := range params {
		n := duck.IdxT(i + 1)
		if p.Value.IsNull() {
			duck.BindNull(s, n)
			continue
		}
		duck.BindVarchar(s, n, p.Value.Format(p.Type, time.UTC)) // stands in a cast
	}
	var r duck.Result
	defer duck.DestroyResult(&r)
	if duck.ExecutePrepared(s, &r) == duck.StateError {
		return errors.New(duck.ResultError(&r))
	}
	return nil
}
