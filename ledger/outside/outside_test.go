package outside

import (
	"context"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/model"
)

// book is a ledger with outlets.
type book struct {
	*ledger.Log
	t    *testing.T
	dir  string
	mu   sync.Mutex
	said []string
}

func newBook(t *testing.T, outlets ...ledger.Outlet) *book {
	t.Helper()
	b := &book{t: t, dir: t.TempDir()}
	b.open(outlets...)
	return b
}

func (b *book) open(outlets ...ledger.Outlet) {
	b.t.Helper()
	l, err := ledger.Open(b.t.Context(), ledger.Config{Dir: b.dir + "/ledger", Keys: b.dir + "/keys", Outlets: outlets,
		Clock: time.Now, Random: rand.Reader, Report: func(line string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.said = append(b.said, line)
		}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.Log = l
}

func (b *book) add() error {
	_, err := b.Append(b.t.Context(), ledger.Asker{Viewer: "CANARY of a viewer", Purpose: ledger.Ask},
		model.Entry{Provider: "house", URL: "https://llm.internal/v1", Body: []byte("how many CANARY?")})
	return err
}

// fits verifies the ledger against what came out.
func (b *book) fits(text string, want int) {
	b.t.Helper()
	r, err := ledger.Verify(b.t.Context(), ledger.Verification{Dir: b.dir + "/ledger", Keys: b.dir + "/keys",
		Against: []ledger.Against{{Name: "outside", Text: text}}})
	if err != nil || len(r.Findings) > 0 || r.Matches["outside"] != want {
		b.t.Errorf("%v, %+v; want %d matches with %q", err, r, want, text)
	}
	if strings.Contains(text, "CANARY") { // a shorter word stands in a signature now and then
		b.t.Errorf("more than a checkpoint left: %s", text)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoints")
	b := newBook(t, ledger.Outlet{Name: "file", Sink: File(path), Required: true})
	for range 3 {
		if err := b.add(); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b.fits(string(text), 3)
}

// A sink that is not required does not hold an ask up: it is said that it failed,
// kept for list, and tried again with the next entry.
func TestFailureIsSaidAndTriedAgain(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "missing", "checkpoints")
	b := newBook(t, ledger.Outlet{Name: "file", Sink: File(path)})
	if err := b.add(); err != nil {
		t.Fatal(err)
	}
	b.Close()
	d := ledger.Deliveries(b.dir + "/ledger")["file"]
	if len(b.said) != 1 || !strings.Contains(b.said[0], "checkpoint 1 did not get out to file") || d.Size != 0 || d.Failed == "" || d.Since != 1 {
		t.Fatalf("said %q, kept %+v", b.said, d)
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	b.open(ledger.Outlet{Name: "file", Sink: File(path)})
	if err := b.add(); err != nil {
		t.Fatal(err)
	}
	b.Close()
	if d := ledger.Deliveries(b.dir + "/ledger")["file"]; d.Size != 2 || d.Failed != "" || d.Since != 0 {
		t.Errorf("kept %+v", d)
	}
	text, _ := os.ReadFile(path)
	b.fits(string(text), 1) // the second vouches for the first
}

// Where it is required, nothing is sent to a model before the checkpoint is out.
func TestRequired(t *testing.T) {
	b := newBook(t, ledger.Outlet{Name: "file", Sink: File(filepath.Join(t.TempDir(), "missing", "c")), Required: true})
	if err := b.add(); err == nil || !strings.Contains(err.Error(), "nothing was sent") {
		t.Errorf("got %v", err)
	}
}

type slow chan struct{}

func (s slow) Send(ctx context.Context, _ ledger.Checkpoint) error {
	select {
	case <-s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A sink that hangs holds up neither appends nor, for long, the end.
func TestSlowSinkHoldsNothingUp(t *testing.T) {
	s := make(slow)
	b := newBook(t, ledger.Outlet{Name: "slow", Sink: s})
	for range 10 {
		if err := b.add(); err != nil {
			t.Fatal(err)
		}
	}
	close(s)
	b.Close()
	if d := ledger.Deliveries(b.dir + "/ledger")["slow"]; d.Size != 10 { // the newest, not each
		t.Errorf("kept %+v", d)
	}
}

func TestHTTPS(t *testing.T) {
	var mu sync.Mutex
	var got, authorization string
	status := http.StatusOK
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		got += string(body) + "\n"
		authorization = r.Header.Get("Authorization")
		w.WriteHeader(status)
		fmt.Fprint(w, "CANARY of the other side")
	}))
	defer s.Close()
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	sink, err := HTTPS(Post{URL: s.URL + "/c", Token: "t-1", RootPEM: root})
	if err != nil {
		t.Fatal(err)
	}
	b := newBook(t, ledger.Outlet{Name: "post", Sink: sink, Required: true})
	if err := b.add(); err != nil {
		t.Fatal(err)
	}
	b.fits(got, 1)
	if authorization != "Bearer t-1" {
		t.Errorf("authorized by %q", authorization)
	}
	for _, status = range []int{301, 302, 307, 400, 500} {
		if err := b.add(); err == nil {
			t.Errorf("status %d is taken for success", status)
		}
	}
	for _, line := range b.said {
		if strings.Contains(line, "CANARY") || strings.Contains(line, "t-1") {
			t.Errorf("quotes: %s", line)
		}
	}
	// An authority that was not given is not believed.
	if sink, err = HTTPS(Post{URL: s.URL}); err != nil {
		t.Fatal(err)
	}
	s.Config.ErrorLog = nil
	other := newBook(t, ledger.Outlet{Name: "post", Sink: sink, Required: true})
	if err := other.add(); err == nil || !strings.Contains(fmt.Sprint(other.said), "not to be trusted") {
		t.Errorf("got %v, said %q", err, other.said)
	}
}

func TestNoRedirect(t *testing.T) {
	called := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer elsewhere.Close()
	s := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer s.Close()
	sink, err := HTTPS(Post{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	if err := newBook(t, ledger.Outlet{Name: "post", Sink: sink, Required: true}).add(); err == nil || called {
		t.Errorf("got %v; called %v", err, called)
	}
}

func TestSyslog(t *testing.T) {
	dir, err := os.MkdirTemp("", "log") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	unix, err := net.ListenPacket("unixgram", dir+"/log")
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	for address, read := range map[string]func() string{
		"unix:" + dir + "/log":              func() string { return packet(t, unix) },
		"udp://" + udp.LocalAddr().String(): func() string { return packet(t, udp) },
		"tcp://" + tcp.Addr().String():      func() string { return stream(t, tcp) },
	} {
		sink, err := Syslog(address)
		if err != nil {
			t.Fatal(err)
		}
		b := newBook(t, ledger.Outlet{Name: address, Sink: sink, Required: true})
		if err := b.add(); err != nil {
			t.Fatal(err)
		}
		text := read()
		head, _, _ := strings.Cut(text, " ledger grille-ledger/")
		if address[:3] == "tcp" {
			length, rest, _ := strings.Cut(head, " ")
			if length != fmt.Sprint(len(text)-len(length)-1) {
				t.Errorf("%s: length %s of %q", address, length, text)
			}
			head = rest
		}
		if head != "<109>1 - - grille - checkpoint -" {
			t.Errorf("%s: %q", address, text)
		}
		b.fits("Mar 15 09:00:00 host grille: "+text+" (end)\n", 1)
	}
}

func packet(t *testing.T, c net.PacketConn) string {
	t.Helper()
	buf := make([]byte, 4096)
	n, _, err := c.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func stream(t *testing.T, l net.Listener) string {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	text, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAddresses(t *testing.T) {
	for _, a := range []string{"", "unix:log", "udp://log.example.org:514", "tcp://10.0.0.1:601", "udp://127.0.0.1", "tls://host", "ftp://h:1", "tls://u:p@h:1"} {
		if _, err := Syslog(a); err == nil {
			t.Errorf("syslog %q accepted", a)
		}
	}
	for _, a := range []string{"unix:/dev/log", "udp://127.0.0.1:514", "tcp://localhost:601", "tls://log.example.org:6514"} {
		if _, err := Syslog(a); err != nil {
			t.Errorf("syslog %q: %v", a, err)
		}
	}
	for _, a := range []string{"", "h", "ftp://h", "http://log.example.org/", "https://u:p@h/", "https://"} {
		if _, err := HTTPS(Post{URL: a}); err == nil || strings.Contains(err.Error(), "u:p") {
			t.Errorf("https %q: %v", a, err)
		}
	}
}
