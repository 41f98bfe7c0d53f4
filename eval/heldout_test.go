package eval_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/eval"
	"github.com/grille-dev/grille/internal/spider"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/sqlite"
)

// The planner on databases of Spider that its weights were not made from, by
// the rows of its answers, through the whole of Grille. GRILLE_HELDOUT=1 asks
// every question and not every tenth.
func TestHeldOut(t *testing.T) {
	h := newHeldOut(t)
	every := 10
	if n, err := strconv.Atoi(os.Getenv("GRILLE_HELDOUT")); err == nil && n > 0 {
		every = n
	}
	plain := h.ask(t, every, func(q spider.Question) string { return q.Text })
	synonyms := h.ask(t, every, func(q spider.Question) string { return q.Synonyms })
	for name, r := range map[string]*eval.AskReport{"spider": plain, "synonyms": synonyms} {
		text, err := json.Marshal(eval.AskReport{Command: name, N: r.N, Top1: r.Top1, Top3: r.Top3, Top10: r.Top10, Answered: r.Answered, Wrong: r.Wrong, Offered: r.Offered,
			Refused: r.Refused, Failed: r.Failed, Skipped: r.Skipped, Coverage: r.Coverage, MS: r.MS})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s", text)
	}
	if path := os.Getenv("GRILLE_HELDOUT_LINES"); path != "" {
		text, err := json.Marshal(plain.Lines)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if plain.Top1*100 < leastRight*(plain.N-plain.Skipped) {
		t.Errorf("%d of %d are right", plain.Top1, plain.N-plain.Skipped)
	}
}

// leastRight is the percentage of questions that must be answered rightly.
const leastRight = 45

// heldOut are the databases as files, opened when a question needs them.
type heldOut struct {
	set  *spider.Set
	open map[string]*eval.Database
}

func newHeldOut(t *testing.T) *heldOut {
	t.Helper()
	set, err := spider.Read(spider.Dir(".."))
	if err != nil {
		t.Skip(err, "(set GRILLE_DATA)")
	}
	h := &heldOut{set, map[string]*eval.Database{}}
	for _, name := range set.Held() {
		h.open[name] = openFile(t, write(t, set.Databases[name]))
	}
	return h
}

// ask asks one in every so many questions.
func (h *heldOut) ask(t *testing.T, every int, text func(spider.Question) string) *eval.AskReport {
	t.Helper()
	c := eval.Config{Viewer: all(), Zone: time.UTC, Open: func(_ context.Context, name string) (*eval.Database, error) { return h.open[name], nil }}
	for i, q := range h.set.Of(h.set.Held()) {
		if i%every == 0 && text(q) != "" {
			c.Lines = append(c.Lines, eval.Line{ID: q.DB + ": " + text(q), DB: q.DB, Question: text(q), SQL: []string{q.SQL}})
		}
	}
	r, err := eval.Ask(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// write makes a database file.
func write(t *testing.T, from *spider.Database) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), from.Name+".sqlite")
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"PRAGMA foreign_keys = OFF", "PRAGMA journal_mode = DELETE", "PRAGMA synchronous = OFF", "BEGIN"} {
		if err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := from.Fill(db.Exec); err != nil {
		t.Fatal(from.Name, err)
	}
	if err := db.Exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// openFile opens a database file for eval, everything granted.
func openFile(t *testing.T, path string) *eval.Database {
	t.Helper()
	return openTaught(t, path, nil)
}

func openTaught(t *testing.T, path string, lessons *taught.Lessons) *eval.Database {
	t.Helper()
	limits := run.Limits{Rows: 100_000, Bytes: 1 << 28, Time: 10 * time.Second}
	e, err := sqlite.New(sqlite.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 1})
	if err != nil {
		t.Fatal(err)
	}
	g, err := grille.Open(t.Context(), grille.Config{Engine: e, Rules: everything, Connection: "test", Limits: limits, Zone: time.UTC, Taught: lessons,
		Clock: time.Now, Random: rand.Reader, Key: bytes.Repeat([]byte("k"), 32)})
	if err != nil {
		t.Fatal(err)
	}
	d, err := eval.OpenDirect(t.Context(), eval.DirectConfig{Target: dsn.SQLite{Path: path}, Zone: "UTC", Time: limits.Time, Rows: int(limits.Rows)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(); _ = g.Close() })
	return &eval.Database{Grille: g, Direct: d}
}
