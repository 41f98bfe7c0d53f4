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

	"github.com/grille-dev/grille/run/duckdb/chunk"
	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/types"
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

// Open attaches a file for a session of a time zone.
func Open(t testing.TB, path string, zone *time.Location) *DB {
	t.Helper()
	db := &DB{t: t, Heard: func(string, []any) {}}
	var inner duck.Database
	var said string
	if duck.OpenExt(":memory:", &inner, duck.Config{}, &said) == duck.StateError {
		t.Fatal(said)
	}
	duck.Connect(inner, &db.conn)
	library := chunk.Library(zone)
	free, err := chunk.Register(db.conn, func() *pgfn.Library {
		lib := library()
		for i, f := range lib.Scalars {
			lib.Scalars[i].Fn = func(args []any) (any, error) {
				db.Heard(f.Name, args)
				return f.Fn(args)
			}
		}
		return lib
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		duck.Disconnect(&db.conn)
		duck.Close(&inner)
		free()
	})
	for _, text := range []string{"SET TimeZone = '" + zone.String() + "'", "SET threads = 2", "ATTACH '" + path + "' AS grille (READ_ONLY)"} {
		if _, err := db.Ask(text, nil); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// Param is a value that stands in a cast to its type.
type Param struct {
	Value types.Value
	Type  types.Type
}

// Ask runs one statement to its end, and gives its rows, whose columns are of types
// cols; no rows where there are none.
func (db *DB) Ask(text string, cols []types.Type, params ...Param) ([][]types.Value, error) {
	db.t.Helper()
	var s duck.PreparedStatement
	defer duck.DestroyPrepare(&s)
	if duck.Prepare(db.conn, text, &s) == duck.StateError {
		return nil, errors.New(duck.PrepareError(s))
	}
	for i, p := range params {
		if state, known := chunk.Bind(s, duck.IdxT(i+1), p.Value, p.Type); state == duck.StateError || !known {
			db.t.Fatalf("no parameter of type %s: %s", p.Type, text)
		}
	}
	var r duck.Result
	defer duck.DestroyResult(&r)
	if duck.ExecutePrepared(s, &r) == duck.StateError {
		return nil, errors.New(duck.ResultError(&r))
	}
	var rows [][]types.Value
	for len(cols) > 0 {
		c := duck.FetchChunk(r)
		if c.Ptr == nil {
			break
		}
		more, err := read(c, cols)
		duck.DestroyDataChunk(&c)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

var errColumns = errors.New("columns of other types")

func read(c duck.DataChunk, cols []types.Type) (rows [][]types.Value, err error) {
	readers := chunk.Readers(c, cols)
	if readers == nil {
		return nil, errColumns
	}
	for row := range int(duck.DataChunkGetSize(c)) {
		var values []types.Value
		for _, r := range readers {
			v, ok := r(row)
			if !ok {
				return nil, errColumns
			}
			values = append(values, v)
		}
		rows = append(rows, values)
	}
	return rows, nil
}
