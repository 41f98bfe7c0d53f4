package sqlite

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// file makes a database file.
func file(t testing.TB, setup string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec(setup); err != nil {
		t.Fatal(err)
	}
	return path
}

// engine is an engine on a database file.
func engine(t testing.TB, path string, change ...func(*Config)) *Engine {
	t.Helper()
	c := Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 2, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}}
	for _, f := range change {
		f(&c)
	}
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func cols(kinds ...types.Kind) []ir.Column {
	out := make([]ir.Column, len(kinds))
	for i, k := range kinds {
		out[i] = ir.Column{ID: ir.ColID(i + 1), Name: "c", Type: types.Of(k)}
	}
	return out
}

func reads(t testing.TB, c *catalog.Catalog, name string, columns ...string) emit.Read {
	t.Helper()
	tab := c.All().Lookup("", name)
	if tab == nil {
		t.Fatalf("no table %s", name)
	}
	r := emit.Read{Table: tab}
	for _, n := range columns {
		r.Columns = append(r.Columns, tab.ColumnNamed(n).ID)
	}
	return r
}

// all reads a statement to its end.
func all(t testing.TB, e *Engine, q query) ([][]types.Value, error) {
	t.Helper()
	if q.time == 0 {
		q.time = 10 * time.Second
	}
	src, err := e.query(t.Context(), q)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var out [][]types.Value
	row := make([]types.Value, len(q.columns))
	for src.Next(row) {
		out = append(out, append([]types.Value(nil), row...))
	}
	return out, src.Err()
}

// log is what the operator reads.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
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

func (l *log) into(c *Config) { c.Log = logTo(l) }

func logTo(l *log) run.Log { return run.Log{To: slog.New(slog.NewTextHandler(l, nil))} }

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
