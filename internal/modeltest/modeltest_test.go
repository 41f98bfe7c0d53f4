package modeltest

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

// quiet notes that a test failed, and goes on.
type quiet struct {
	testing.TB
	failed []string
}

func (q *quiet) Helper()                       {}
func (q *quiet) Errorf(text string, _ ...any)  { q.failed = append(q.failed, text) }
func (q *quiet) found(r Request) (failed bool) { Check(q, r); return len(q.failed) > 0 }
func body(text string) Request                 { return Request{Test: "t", To: "POST /v1", Body: []byte(text)} }
func header(name, value string) (r Request) {
	r = body("{}")
	r.Header = http.Header{name: {value}}
	return r
}
func addressed(to string) (r Request) { r = body("{}"); r.To = to; return r }
func post(t *testing.T, url, text string) string {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(reply)
}

// What fails a test, and what does not.
func TestCheck(t *testing.T) {
	t.Setenv("GRILLE_REQUESTS", "")
	for name, c := range map[string]struct {
		r    Request
		want bool
	}{
		"nothing":             {body(`{"content": "how many visits?"}`), false},
		"plain":               {body(`{"content": "CANARY-email"}`), true},
		"lower case":          {body(`{"content": "canary_email"}`), true},
		"escaped":             {body(`{"content": "\u0043ANARY"}`), true},
		"a key of JSON":       {body(`{"\u0043ANARY": 1}`), true},
		"no JSON":             {body("x CANARY"), true},
		"JSON that ends":      {body(`{"a": "\u0043ANARY`), false}, // nobody can read it
		"behind what is none": {body(`{"a": tru "CANARY"}`), true},
		"an engine's":         {body(`{"a": "kanarienvogel"}`), true},
		"a header":            {header("X-Asker", "CANARY"), true},
		"a key":               {header("Authorization", "Bearer sk-CANARY"), false},
		"an address":          {addressed("POST /v1?q=CANARY"), true},
	} {
		if got := (&quiet{TB: t}).found(c.r); got != c.want {
			t.Errorf("%s: found: %v", name, got)
		}
	}
}

// A server reads what it is sent before it answers, and so does its handler.
func TestServe(t *testing.T) {
	t.Setenv("GRILLE_REQUESTS", "")
	q := &quiet{TB: t}
	s := Serve(q, Chat("first ⟨PLACEHOLDER⟩", SQL("SELECT 'PLACEHOLDER'")))
	if got := post(t, s.URL, `{"x": "CANARY"}`); !strings.Contains(got, `"content":"first ⟨PLACEHOLDER⟩"`) || len(q.failed) != 1 {
		t.Errorf("%s, failed: %q", got, q.failed)
	}
	for range 2 {
		if got := post(t, s.URL, `{"x": "⟨KIND_id⟩ ⟨EMAIL_ab34⟩"}`); !strings.Contains(got, `SELECT '⟨EMAIL_ab34⟩'`) || len(q.failed) != 1 {
			t.Errorf("%s, failed: %q", got, q.failed)
		}
	}
	if b := s.Bodies(); len(b) != 3 || b[0] != `{"x": "CANARY"}` {
		t.Errorf("got %q", b)
	}
}

// What one process notes, Walk reads.
func TestWalk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GRILLE_REQUESTS", dir)
	Check(&quiet{TB: t}, body("one\n"))
	Check(&quiet{TB: t}, body("CANARY"))
	var all []string
	if err := Walk(dir, func(r Request) { all = append(all, string(r.Body)+r.Find()) }); err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0] != "one\n" || all[1] != "CANARYCANARY" {
		t.Errorf("got %q", all)
	}
	t.Setenv("GRILLE_REQUESTS", "here")
	if q := (&quiet{TB: t}); !q.found(body("{}")) {
		t.Error("a folder that each package understands in another way was used")
	}
	if err := os.WriteFile(dir+"/x.jsonl", []byte("{\"Test\""), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Walk(dir, func(Request) {}); err == nil {
		t.Error("half a request was passed over")
	}
}

// TestEveryRequest walks what the whole suite has sent, which .ci/run notes
// before; GRILLE_WALK is the folder, GRILLE_WALK_LEAST how many there must be.
func TestEveryRequest(t *testing.T) {
	dir := os.Getenv("GRILLE_WALK")
	if dir == "" {
		t.Skip("set GRILLE_WALK to a folder of requests: .ci/run test does")
	}
	least, err := strconv.Atoi(os.Getenv("GRILLE_WALK_LEAST"))
	if err != nil {
		t.Fatal(err)
	}
	n, tests := 0, map[string]int{}
	if err := Walk(dir, func(r Request) {
		n++
		tests[r.Test]++
		if found := r.Find(); found != "" {
			t.Errorf("%s left in %s:\n%s", found, r.Test, r.Body)
		}
	}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d requests of %d tests", n, len(tests))
	if n < least {
		t.Errorf("%d requests were noted, of at least %d: where are the others?", n, least)
	}
}
