package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// engine is an engine on the connection string of a test database.
func engine(t testing.TB, text string, change ...func(*Config)) *Engine {
	t.Helper()
	target, err := dsn.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Target: target.(dsn.Postgres), TimeZone: "UTC", Concurrent: 4}
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

// cols are result columns of these kinds.
func cols(kinds ...types.Kind) []ir.Column {
	out := make([]ir.Column, len(kinds))
	for i, k := range kinds {
		out[i] = ir.Column{ID: ir.ColID(i + 1), Name: "c", Type: types.Of(k)}
	}
	return out
}

// reads are all columns of the tables with these names.
func reads(t testing.TB, c *catalog.Catalog, names ...string) []emit.Read {
	t.Helper()
	var out []emit.Read
	for _, n := range names {
		tab := c.All().Lookup("", n)
		if tab == nil {
			t.Fatalf("no table %s", n)
		}
		out = append(out, emit.Read{Table: tab})
	}
	return out
}

// all reads a source to its end.
func all(e *Engine, t testing.TB, q query) ([][]types.Value, error) {
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

// log is what the operator reads; it must hold no value.
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

func (l *log) into(c *Config) { c.Log = run.Log{To: slog.New(slog.NewTextHandler(l, nil))} }

// refused checks the code of an error, and that neither it nor the log quotes
// the canary.
func refused(t *testing.T, err error, code refusal.Code, l *log) {
	t.Helper()
	if refusal.CodeOf(err) != code {
		t.Fatalf("error is %v, want %s", err, code)
	}
	var r *refusal.Refusal
	errors.As(err, &r)
	said := fmt.Sprintf("%+v", *r) + l.String()
	for _, word := range []string{canary, "pq:", "ERROR", "invalid input syntax"} {
		if strings.Contains(strings.ReplaceAll(said, "level=ERROR", ""), word) {
			t.Errorf("%q is told: %s", word, said)
		}
	}
}

// canary is a stored value that must never be quoted.
const canary = "kanarienvogel"

// one runs a statement of one text column and row.
func one(t *testing.T, e *Engine, text string) string {
	t.Helper()
	rows, err := all(e, t, query{text: text, columns: cols(types.Text)})
	if err != nil {
		t.Fatal(err)
	}
	return rows[0][0].Text()
}

// backends counts the server's sessions of Grille that are not idle.
func backends(t *testing.T, db pgtest.DB) int {
	t.Helper()
	c, err := pgx.Connect(t.Context(), db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	n := 0
	err = c.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
		WHERE application_name = 'grille' AND datname = current_database() AND state <> 'idle'`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits for what the server does in its own time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// replaceRole splits a setup into statements, with $me as the role's name:
// some of them cannot stand in one transaction with others.
func replaceRole(text, role string) []string {
	return strings.Split(strings.ReplaceAll(text, "$me", role), "; ")
}

// afresh empties the database of a test: a quicker way than to make another.
func afresh(db pgtest.DB, setup string) {
	db.Exec(`DROP SCHEMA IF EXISTS public, s, "S 2" CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;` + setup)
}
