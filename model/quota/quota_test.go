package quota

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// log counts what would have left.
type log struct{ n atomic.Int32 }

func (l *log) Append(context.Context, model.Entry) error { l.n.Add(1); return nil }

var noon = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

func quota(t *testing.T, c Config) *Quota {
	t.Helper()
	if c.File == "" {
		c.File = filepath.Join(t.TempDir(), "budget.json")
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	q, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// ask is one draft of so many requests of 3,000 bytes: 1,500 tokens each, as
// estimated. It gives the first error.
func ask(t *testing.T, q *Quota, who string, now time.Time, requests int, used model.Usage, failed error) error {
	t.Helper()
	m := q.Meter(who, now, &log{})
	for range requests {
		if err := m.Append(t.Context(), model.Entry{Body: make([]byte, 3000)}); err != nil {
			return err
		}
	}
	m.Used(used, failed)
	return nil
}

func spent(t *testing.T, q *Quota, who string, now time.Time, requests, tokens int) {
	t.Helper()
	r, n, err := q.Of(t.Context(), who, now)
	if err != nil || r != requests || n != tokens {
		t.Errorf("%s has used %d requests and %d tokens, %v; want %d and %d", who, r, n, err, requests, tokens)
	}
}

func refused(t *testing.T, err error, words string) {
	t.Helper()
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Code != refusal.ModelBudget || !strings.Contains(no.Msg, words) || no.Try == "" {
		t.Errorf("got %v, want a refusal with %q", err, words)
	}
}

func TestRequests(t *testing.T) {
	q := quota(t, Config{Requests: 2})
	for range 2 {
		if err := ask(t, q, "ana", noon, 1, model.Usage{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	l := &log{}
	refused(t, q.Meter("ana", noon, l).Append(t.Context(), model.Entry{}), "2 requests to models is used up")
	if l.n.Load() != 0 {
		t.Error("what was refused is recorded as left")
	}
	if err := ask(t, q, "bob", noon, 1, model.Usage{}, nil); err != nil {
		t.Errorf("bob has a budget of his own: %v", err)
	}
	spent(t, q, "ana", noon, 2, 3000)
}

func TestTokens(t *testing.T) {
	q := quota(t, Config{Tokens: 4000})
	if err := ask(t, q, "ana", noon, 1, model.Usage{Input: 200, Output: 50}, nil); err != nil {
		t.Fatal(err)
	}
	spent(t, q, "ana", noon, 1, 250) // as the server counts, not as estimated
	if err := ask(t, q, "ana", noon, 1, model.Usage{Input: 2000, Output: 1000}, nil); err != nil {
		t.Fatal(err)
	}
	spent(t, q, "ana", noon, 2, 3250) // it may be more, too
	refused(t, ask(t, q, "ana", noon, 1, model.Usage{}, nil), "about 1500 tokens, and of your 4000 for today 750 are left")
	spent(t, q, "ana", noon, 2, 3250)
}

// What failed is not given back, and a server that counts nothing changes nothing.
func TestNoRefunds(t *testing.T) {
	q := quota(t, Config{Tokens: 100_000})
	for _, c := range []struct {
		requests int
		used     model.Usage
		err      error
		tokens   int
	}{
		{1, model.Usage{}, nil, 1500},
		{1, model.Usage{}, errors.New("down"), 1500},
		{1, model.Usage{Input: 10}, errors.New("nonsense"), 1500},
		{1, model.Usage{Input: 2000, Output: 500}, errors.New("nonsense"), 2500},
		{3, model.Usage{Input: 90, Output: 10}, nil, 3100}, // two failed before the third was answered
		{3, model.Usage{Input: 10}, errors.New("down"), 4500},
	} {
		before, was, _ := q.Of(t.Context(), "ana", noon)
		if err := ask(t, q, "ana", noon, c.requests, c.used, c.err); err != nil {
			t.Fatal(err)
		}
		spent(t, q, "ana", noon, before+c.requests, was+c.tokens)
	}
}

// A day ends where people's day does, and a clock that is set back begins none.
func TestDays(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here")
	}
	q := quota(t, Config{Requests: 1, Zone: berlin})
	late := time.Date(2026, 3, 15, 22, 59, 0, 0, time.UTC) // 23:59 in Berlin
	if err := ask(t, q, "ana", late, 1, model.Usage{}, nil); err != nil {
		t.Fatal(err)
	}
	refused(t, ask(t, q, "ana", late, 1, model.Usage{}, nil), "used up")
	next := late.Add(2 * time.Minute)
	if err := ask(t, q, "ana", next, 1, model.Usage{}, nil); err != nil {
		t.Fatal(err)
	}
	refused(t, ask(t, q, "ana", late, 1, model.Usage{}, nil), "used up")
	refused(t, ask(t, q, "ana", late.AddDate(-1, 0, 0), 1, model.Usage{}, nil), "used up")
	m := q.Meter("ana", next, &log{})
	_ = m.Append(t.Context(), model.Entry{})
	spent(t, q, "bob", next, 0, 0)
}

// Many at once, of several processes: as many get through as may, not one more.
func TestTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "budget.json")
	var through atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		q := quota(t, Config{File: file, Requests: 10}) // as a process of its own has it
		for range 5 {
			all.Go(func() {
				m := q.Meter("ana", noon, &log{})
				if err := m.Append(context.Background(), model.Entry{}); err == nil {
					through.Add(1)
					m.Used(model.Usage{Input: 7}, nil)
				} else if refusal.CodeOf(err) != refusal.ModelBudget {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if through.Load() != 10 {
		t.Errorf("%d of 10 got through", through.Load())
	}
	spent(t, quota(t, Config{File: file}), "ana", noon, 10, 70)
	left, err := filepath.Glob(file + ".new-*")
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A file that is damaged, or that others can write, refuses, and says to whom it
// may concern what to do.
func TestDamaged(t *testing.T) {
	for _, text := range []string{"", "{", "null", "[]", `{"day":"2026-03-15"}`, `{"day":"","people":{}}`, `{"day":"2026-3-15","people":{}}`,
		`{"day":"2026-03-15","people":{"ana":{"requests":-5,"tokens":0}}}`, `{"day":"2026-03-15","people":{"ana":{"tokens":9223372036854775807}}}`, `{"day":"2026-03-15","people":{"ana":{"requests":1e2}}}`,
		`{"day":"2026-03-15","people":{},"more":1}`, `{"day":"2026-03-15","people":{}}{}`, `{"day":"2026-03-15","people":{}`} {
		q := quota(t, Config{Requests: 5})
		if err := os.WriteFile(q.file.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := ask(t, q, "ana", noon, 1, model.Usage{}, nil)
		refused(t, err, "cannot be counted, so nothing is sent")
		var no *refusal.Refusal
		if errors.As(err, &no) && (strings.Contains(no.Msg, q.file.path) || !strings.Contains(no.Owner, "remove it")) {
			t.Errorf("%s: %v; for the owner: %s", text, no, no.Owner)
		}
		if now, _ := os.ReadFile(q.file.path); string(now) != text {
			t.Errorf("%q was overwritten", text)
		}
	}
	q := quota(t, Config{Requests: 5})
	if err := os.WriteFile(q.file.path, []byte(`{"day":"2026-03-15","people":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(q.file.path, 0o666); err != nil {
		t.Fatal(err)
	}
	refused(t, ask(t, q, "ana", noon, 1, model.Usage{}, nil), "cannot be counted")
	refused(t, ask(t, quota(t, Config{File: filepath.Join(t.TempDir(), "none", "f")}), "ana", noon, 1, model.Usage{}, nil), "cannot be counted")
}

func TestWithoutQuota(t *testing.T) {
	l := &log{}
	m := (*Quota)(nil).Meter("ana", noon, l)
	if err := m.Append(t.Context(), model.Entry{}); err != nil || l.n.Load() != 1 {
		t.Error(err)
	}
	m.Used(model.Usage{Input: 5}, nil)
}

func TestNew(t *testing.T) {
	for _, c := range []Config{{}, {File: "f"}, {Zone: time.UTC}, {File: "f", Zone: time.UTC, Tokens: -1}, {File: "f", Zone: time.UTC, Requests: -1}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v accepted", c)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"day":"2026-03-15","people":{"ana":{"requests":1,"tokens":2}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := decode(text)
		if err == nil && (d.Day == "" || d.People == nil) {
			t.Errorf("%q: %+v", text, d)
		}
	})
}
