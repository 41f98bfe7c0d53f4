package mysql

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/mytest"
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
	c := Config{Target: target.(dsn.MySQL), TimeZone: "UTC", Concurrent: 4}
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

// all reads a source to its end. $db stands for the database, of which no session
// has one of its own.
func all(e *Engine, t testing.TB, q query) ([][]types.Value, error) {
	t.Helper()
	if q.time == 0 {
		q.time = 10 * time.Second
	}
	q.text = strings.ReplaceAll(q.text, "$db", name(e.c.Target.Database))
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

// one runs a statement of one text column and row.
func one(t testing.TB, e *Engine, text string) string {
	t.Helper()
	rows, err := all(e, t, query{text: text, columns: cols(types.Text)})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%s: %d rows, %v", text, len(rows), err)
	}
	if rows[0][0].IsNull() {
		return "NULL"
	}
	return rows[0][0].Text()
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

// canary is a stored value that must never be quoted.
const canary = "kanarienvogel"

// refused checks the code of an error, and that neither it nor the log quotes
// the canary.
func refused(t *testing.T, err error, code refusal.Code, l *log) {
	t.Helper()
	var r *refusal.Refusal
	if !errors.As(err, &r) || r.Code != code {
		t.Fatalf("error is %v, want %s\n%s", err, code, l.String())
	}
	said := fmt.Sprintf("%+v", *r) + l.String()
	for _, word := range []string{canary, "Incorrect", "syntax"} {
		if strings.Contains(said, word) {
			t.Errorf("%q is told: %s", word, said)
		}
	}
}

// eventually waits for what the server does in its own time.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// working counts the statements that the server works on for a user.
func working(t testing.TB, db mytest.DB) int {
	t.Helper()
	c := mytest.Connect(t, db.DSN)
	defer c.Close()
	rows, err := c.Text(`SELECT count(*) FROM information_schema.processlist WHERE user = ? AND command <> 'Sleep'`, db.ReadOnlyUser())
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(rows[0][0])
	return n
}

// terminate ends all connections of the user.
func terminate(t testing.TB, db mytest.DB) {
	t.Helper()
	c := mytest.Connect(t, db.DSN)
	rows, err := c.Text(`SELECT id FROM information_schema.processlist WHERE user = ?`, db.ReadOnlyUser())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		_ = c.Exec("KILL CONNECTION " + row[0]) // it may have ended
	}
}

// gone waits until the user has no connection.
func gone(t testing.TB, db mytest.DB) {
	t.Helper()
	c := mytest.Connect(t, db.DSN)
	eventually(t, "all connections ended", func() bool {
		rows, err := c.Text(`SELECT count(*) FROM information_schema.processlist WHERE user = ?`, db.ReadOnlyUser())
		return err == nil && rows[0][0] == "0"
	})
}
