//go:build duckdb

package duckdb

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/runtest"
)

func TestConformance(t *testing.T) {
	runtest.Engine(t, func(t *testing.T) runtest.Harness {
		path := filepath.Join(t.TempDir(), "test.duckdb")
		owner(t, path, tables()...)
		l := newLog()
		return runtest.Harness{
			Engine: engine(t, path, l.into),
			Log:    l.String,
			Exec:   func(t testing.TB, text ...string) { owner(t, path, text...) },
			Down:   missing(t, path, l),
		}
	})
}

// tables are the suite's; a numeric without digits would have three places, and at
// is a word of DuckDB's.
func tables() []string {
	var list []string
	for _, s := range runtest.Tables() {
		list = append(list, strings.NewReplacer(" numeric,", " decimal(18, 1),", " at timestamp", ` "at" timestamp`).Replace(s))
	}
	return append(list, fmt.Sprintf("INSERT INTO numbers SELECT range + 1 FROM range(%d)", runtest.Many))
}

// owner runs texts on a file as whoever may write to it.
func owner(t testing.TB, path string, text ...string) {
	t.Helper()
	var config duck.Config
	duck.CreateConfig(&config)
	defer duck.DestroyConfig(&config)
	var db duck.Database
	var said string
	if duck.OpenExt(path, &db, config, &said) == duck.StateError {
		t.Fatal(said)
	}
	defer duck.Close(&db)
	var c duck.Connection
	duck.Connect(db, &c)
	defer duck.Disconnect(&c)
	for _, s := range text {
		var r duck.Result
		if duck.Query(c, s, &r) == duck.StateError {
			t.Fatalf("%s: %s", s, duck.ResultError(&r))
		}
		duck.DestroyResult(&r)
	}
}

func engine(t testing.TB, path string, into run.Log) *Engine {
	t.Helper()
	e, err := New(Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 4, Memory: 256 << 20, Threads: 2, Log: into})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// missing is an engine whose file was taken away.
func missing(t *testing.T, path string, l *log) *Engine {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gone := filepath.Join(filepath.Dir(path), "gone.duckdb")
	if err := os.WriteFile(gone, text, 0o600); err != nil {
		t.Fatal(err)
	}
	e := engine(t, gone, l.into)
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	return e
}

// log is an operator's log.
type log struct {
	mu   sync.Mutex
	b    strings.Builder
	into run.Log
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newLog() *log {
	l := new(log)
	l.into = run.Log{To: slog.New(slog.NewTextHandler(l, nil))}
	return l
}
