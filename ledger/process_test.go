package ledger

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/grille-dev/grille/model"
)

// TestMain is also a process of its own that appends and sends, for the tests
// that kill it: LEDGER_CHILD is its folder, the address and how many.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LEDGER_CHILD"); dir != "" {
		n, _ := strconv.Atoi(os.Getenv("LEDGER_CHILD_N"))
		if err := child(dir, os.Getenv("LEDGER_CHILD_URL"), n); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func childConfig(dir string) Config {
	return Config{Dir: filepath.Join(dir, "ledger"), Keys: filepath.Join(dir, "keys"), Clock: time.Now, Random: rand.Reader,
		Report: func(line string) { fmt.Fprintln(os.Stderr, line) }}
}

// child appends and then sends, n times; the body says who it is.
func child(dir, url string, n int) error {
	for i := range n {
		l, err := Open(context.Background(), childConfig(dir))
		if err != nil {
			return err
		}
		body := fmt.Appendf(nil, "process %d request %d %s", os.Getpid(), i, bytes.Repeat([]byte("x"), 3000))
		if _, err := l.Append(context.Background(), ana, model.Entry{Provider: "house", URL: url, Body: body}); err != nil {
			return err
		}
		resp, err := http.Post(url, "text/plain", bytes.NewReader(body))
		if err != nil {
			return err
		}
		resp.Body.Close()
		l.Close()
	}
	return nil
}

// recorder is a server that keeps what it was sent.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	seen map[string]bool
}

func newRecorder(t *testing.T) *recorder {
	r := &recorder{seen: map[string]bool{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			return // it was killed while it sent
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seen[string(body)] = true
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}

func spawn(t *testing.T, dir, url string, n int) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LEDGER_CHILD="+dir, "LEDGER_CHILD_URL="+url, "LEDGER_CHILD_N="+strconv.Itoa(n))
	said := &bytes.Buffer{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, said
}

// unrecorded are the requests that the server has seen and the ledger has not.
func unrecorded(t *testing.T, dir string, r *recorder) (missing, recorded int) {
	t.Helper()
	c := childConfig(dir)
	have := map[string]bool{}
	if err := Read(t.Context(), c.Dir, c.Keys, 1, func(e Entry) error { have[string(e.Body)] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock() // one may still be on its way
	defer r.mu.Unlock()
	for body := range r.seen {
		if !have[body] {
			missing++
		}
	}
	return missing, len(have)
}

// Killed at any moment, a process has sent nothing that is not recorded, and the
// next one goes on. GRILLE_LEDGER_KILLS sets how often.
func TestKills(t *testing.T) {
	kills := 100
	if text := os.Getenv("GRILLE_LEDGER_KILLS"); text != "" {
		kills, _ = strconv.Atoi(text)
	}
	var requests, entries, cut int
	slow := time.Duration(1)                  // how much longer this machine takes
	for done := 0; done < kills; done += 20 { // a new ledger now and then: making one may be cut short too
		dir, server := t.TempDir(), newRecorder(t)
		for i := range min(20, kills-done) {
			killed(t, dir, server.URL, slow*time.Duration((done+i)*7919%45_000)*time.Microsecond)
		}
		if server.count() == 0 {
			slow *= 4
		}
		r, recorded := after(t, dir, server)
		requests, entries, cut = requests+server.count(), entries+recorded, cut+int(r.Cut)
	}
	if requests == 0 {
		t.Errorf("no request in %d kills", kills)
	}
	t.Logf("%d kills: %d requests seen, %d recorded, %d torn records cut off", kills, requests, entries, cut)
}

// killed runs a process that appends and sends, and kills it after 5 ms and more.
func killed(t *testing.T, dir, url string, more time.Duration) {
	t.Helper()
	cmd, said := spawn(t, dir, url, 1_000_000)
	time.Sleep(5*time.Millisecond + more)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if said.Len() > 0 && !bytes.Contains(said.Bytes(), []byte("cut off")) {
		t.Fatalf("it said: %s", said)
	}
}

// after goes on where the last process was killed, and looks at what there is.
func after(t *testing.T, dir string, server *recorder) (*Report, int) {
	t.Helper()
	c := childConfig(dir)
	l, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Append(t.Context(), tom, model.Entry{Provider: "house", URL: server.URL, Body: []byte("last")}); err != nil {
		t.Fatal(err)
	}
	missing, recorded := unrecorded(t, dir, server)
	if missing > 0 {
		t.Errorf("the server has seen %d requests, of which %d are not recorded", len(server.seen), missing)
	}
	r, err := Verify(t.Context(), Verification{Dir: c.Dir, Keys: c.Keys})
	if err != nil || len(r.Findings) > 0 {
		t.Fatalf("%v, %v", err, r)
	}
	return r, recorded
}

// Processes that append at once take turns: nobody loses an entry.
func TestProcessesTakeTurns(t *testing.T) {
	dir, server := t.TempDir(), newRecorder(t)
	const processes, each = 4, 20
	var running []*exec.Cmd
	var said []*bytes.Buffer
	for range processes {
		cmd, out := spawn(t, dir, server.URL, each)
		running, said = append(running, cmd), append(said, out)
	}
	for i, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v: %s", err, said[i])
		}
	}
	missing, recorded := unrecorded(t, dir, server)
	if missing > 0 || recorded != processes*each {
		t.Errorf("%d recorded, %d of %d seen are missing", recorded, missing, len(server.seen))
	}
	c := childConfig(dir)
	if r, err := Verify(t.Context(), Verification{Dir: c.Dir, Keys: c.Keys}); err != nil || len(r.Findings) > 0 {
		t.Errorf("%v, %v", err, r)
	}
}

// A process that holds the lock for good is waited for, as long as the asker waits.
func TestLockIsWaitedFor(t *testing.T) {
	s := newSite(t)
	s.must(ana, "one")
	l, err := Open(t.Context(), s.c)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(t.Context(), s.path(lockFile), true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	entry := model.Entry{Provider: "house", URL: "https://h/", Body: []byte("two")}
	if _, err := l.Append(ctx, ana, entry); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	done := make(chan error)
	go func() { _, err := l.Append(t.Context(), ana, entry); done <- err }()
	time.AfterFunc(10*time.Millisecond, unlock)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Goroutines of one process take turns too.
func TestGoroutinesTakeTurns(t *testing.T) {
	s := newSite(t)
	s.c.Clock = time.Now
	l, err := Open(t.Context(), s.c)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	numbers := make([]int64, 40)
	for i := range numbers {
		wg.Go(func() {
			n, err := l.Append(t.Context(), ana, model.Entry{Provider: "house", URL: "https://h/", Body: []byte{byte(i)}})
			if err != nil {
				t.Error(err)
			}
			numbers[i] = n
		})
	}
	wg.Wait()
	seen := map[int64]bool{}
	for _, n := range numbers {
		seen[n] = true
	}
	if r := s.verify(); len(seen) != len(numbers) || r.Entries != int64(len(numbers)) || len(r.Findings) > 0 {
		t.Errorf("%d numbers, %v", len(seen), r.Lines())
	}
}
