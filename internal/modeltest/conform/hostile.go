package conform

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/model"
)

// says answers with parts, each flushed.
func says(status int, parts ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		for _, p := range parts {
			_, _ = io.WriteString(w, p)
			_ = http.NewResponseController(w).Flush()
		}
	})
}

// strange are bodies of servers that speak something else.
func (k Kind) strange(t *testing.T) {
	for _, body := range append([]string{
		``, ` `, `null`, `true`, `"CANARY"`, `["CANARY"]`, `{}`, `{"CANARY":1}`, `CANARY`, "data: CANARY\n\n", "data: \n\n", "event: CANARY\n\n",
		`<!doctype html><title>CANARY sign in</title>`, "data: [DONE]\n\n", "\x00\x01CANARY", "\xff\xfe{\x00", "\x1f\x8b\x08\x00CANARY",
		strings.Repeat("[", 200_000), strings.Repeat(`{"a":`, 200_000), strings.Repeat("\n", 5_000_000), strings.Repeat("x", 5_000_000),
		`{"a":"` + strings.Repeat("x", 5_000_000) + `"}`, "data: " + strings.Repeat("x", 5_000_000), strings.Repeat("data: {}\n\n", 100_000),
		strings.Repeat("{}\n", 100_000), "data: {\"a\":1e99999}\n\n", `{"error":"CANARY"`,
	}, k.Strange...) {
		d, err := k.served(t, body)
		if !refused(t, err, "") || d.SQL != "" {
			t.Errorf("%.60q (%d bytes): %+v, %v", body, len(body), d, err)
		}
	}
}

// hostileWords are what a model may write: no draft comes of it.
func (k Kind) hostileWords(t *testing.T) {
	for _, text := range []string{
		"CANARY: SELECT count(*) FROM fruits", "Sure! CANARY " + good, good + good, "<a href=http://canary>" + good + "</a>",
		`{"kind":"sql","sql":"SELECT 'CANARY'","sql":"SELECT 2"}`, `{"kind":"sql","sql":["SELECT 'CANARY'"]}`, `{"kind":"sql","sql":1e400}`,
		`{"kind":"sql","sql":"SELECT '\u0000CANARY'"}`, `{"kind":"sql","sql":"SELECT 1","say":"CANARY"}`, strings.Repeat("[", 60_000),
		strings.Repeat("CANARY ", 20_000), `{"kind":"sql","sql":"` + strings.Repeat("x", 70_000) + `"}`,
	} {
		d, err := k.served(t, k.Stream(text)...)
		if !refused(t, err, "") || d.SQL != "" {
			t.Errorf("%.60q: %+v, %v", text, d, err)
		}
	}
	bad := k.Stream(`{"kind":"sql","sql":"SELECT 'fruits', 'and the rest, so that no half ends in that word'"}`)
	for i := range bad {
		bad[i] = strings.ReplaceAll(bad[i], "fruits", "\xff\xfeCANARY")
	}
	if d, err := k.served(t, bad...); !refused(t, err, "does not have the agreed form") {
		t.Errorf("invalid UTF-8: %+v, %v", d, err)
	}
}

// statuses say whether another model may be asked.
func (k Kind) statuses(t *testing.T) {
	for status, want := range map[int]struct {
		words string
		down  bool
	}{
		301: {"points to another address", false}, 401: {"does not accept the key", false}, 402: {"has no quota left", true},
		403: {"does not accept the key", false}, 404: {"is not at this URL", false}, 408: {"took too long", true},
		413: {"cannot read a prompt of this length", false}, 418: {"does not accept the request", false}, 429: {"is busy", true},
		500: {"a fault of its own", true}, 503: {"a fault of its own", true}, 504: {"took too long", true}, 529: {"a fault of its own", true},
	} {
		s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"error":{"message":"CANARY"}}`)
		}))
		_, log, err := k.ask(t.Context(), t, model.EndpointConfig{URL: s.URL})
		var down *model.Down
		if !refused(t, err, want.words) || errors.As(err, &down) != want.down || len(log.entries) != 1 {
			t.Errorf("%d: %v, down %v, %d recorded", status, err, down != nil, len(log.entries))
		}
		if down != nil && down.RetryAfter != 7*time.Second {
			t.Errorf("%d: retry after %v", status, down.RetryAfter)
		}
	}
}

// endless streams are cut, and the server sees that.
func (k Kind) endless(t *testing.T) {
	parts := k.Stream("CANARY and more and more ")
	for name, first := range map[string]string{"parts": parts[len(parts)/2], "blanks": " \n", "comments": ":\n"} {
		t.Run(name, func(t *testing.T) {
			gone := make(chan struct{})
			s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(gone)
				for r.Context().Err() == nil {
					if _, err := io.WriteString(w, strings.Repeat(first, 64)); err != nil {
						return
					}
				}
			}))
			if _, _, err := k.ask(t.Context(), t, model.EndpointConfig{URL: s.URL}); !refused(t, err, " than ") {
				t.Error(err)
			}
			seen(t, gone)
		})
	}
}

// seen waits until a server knows that its client is gone.
func seen(t *testing.T, gone <-chan struct{}) {
	t.Helper()
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		t.Error("the server was not told to stop")
	}
}

// wires are servers that know how to hold a line: each is given up in time.
func (k Kind) wires(t *testing.T) {
	const soon = 150 * time.Millisecond
	parts := k.Stream(good)
	for name, w := range map[string]struct {
		times model.Timeouts
		words string
		write func(net.Conn)
	}{
		"says it first":   {model.Timeouts{}, "a fault of its own", func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 503 CANARY\r\nContent-Length: 6\r\n\r\nCANARY") }},
		"silent":          {model.Timeouts{Total: soon}, "did not answer within 150ms", func(net.Conn) {}},
		"no first byte":   {model.Timeouts{FirstByte: soon}, "did not begin to answer within 150ms", func(net.Conn) {}},
		"endless headers": {model.Timeouts{}, "broke", func(c net.Conn) { flood(c, "HTTP/1.1 200 OK\r\n", "X-CANARY: y\r\n") }},
		"endless header":  {model.Timeouts{}, "broke", func(c net.Conn) { flood(c, "HTTP/1.1 200 OK\r\nX-CANARY: ", "yyyyyyyyyyyyyyyy") }},
		"slow stream":     {model.Timeouts{Total: soon}, "did not answer within 150ms", func(c net.Conn) { drip(c, "HTTP/1.1 200 OK\r\n\r\n"+parts[0]) }},
		"slow header":     {model.Timeouts{Total: soon}, "did not answer within 150ms", func(c net.Conn) { drip(c, "HTTP/1.1 200 OK\r\nX-CANARY: ") }},
		"no http":         {model.Timeouts{}, "broke", func(c net.Conn) { _, _ = io.WriteString(c, "CANARY\r\n\r\n"); c.Close() }},
		"short":           {model.Timeouts{}, "broke", func(c net.Conn) { shorter(c, parts[0]) }},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := k.ask(t.Context(), t, model.EndpointConfig{URL: raw(t, w.write), Timeouts: w.times})
			var down *model.Down
			if !refused(t, err, w.words) || !errors.As(err, &down) {
				t.Error(err)
			}
		})
	}
	t.Run("zipped", func(t *testing.T) {
		s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				t.Error("asks for gzip")
			}
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, 8<<20))
			_ = z.Close()
		}))
		if _, _, err := k.ask(t.Context(), t, model.EndpointConfig{URL: s.URL}); !refused(t, err, "does not speak the protocol") {
			t.Error(err)
		}
	})
}

func flood(c net.Conn, first, then string) {
	_, err := io.WriteString(c, first)
	for err == nil {
		_, err = io.WriteString(c, strings.Repeat(then, 100))
	}
}

func drip(c net.Conn, text string) {
	for i := 0; ; i = min(i+1, len(text)-1) {
		if _, err := io.WriteString(c, text[i:i+1]); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// shorter promises more bytes than it sends.
func shorter(c net.Conn, part string) {
	fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(part)+100, part)
	c.Close()
}

// raw listens without HTTP. What was sent is read up to the end of its header.
func raw(t *testing.T, write func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			go func() { _, _ = io.Copy(io.Discard, c) }()
			go write(c)
		}
	}()
	return "http://" + l.Addr().String()
}

// cancel: whoever asked goes away, and the server is told, before its first byte
// and in the middle of its stream.
func (k Kind) cancel(t *testing.T) {
	parts := k.Stream(good)
	for _, sent := range []int{0, len(parts) / 2} {
		ctx, stop := context.WithCancel(t.Context())
		gone := make(chan struct{})
		s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(gone)
			for _, p := range parts[:sent] {
				_, _ = io.WriteString(w, p)
				_ = http.NewResponseController(w).Flush()
			}
			stop()
			<-r.Context().Done()
		}))
		if _, _, err := k.ask(ctx, t, model.EndpointConfig{URL: s.URL}); !errors.Is(err, context.Canceled) {
			t.Errorf("after %d parts: %v", sent, err)
		}
		seen(t, gone)
	}
}

// redirects are not followed, wherever they lead.
func (k Kind) redirects(t *testing.T) {
	other := modeltest.Serve(t, says(200, k.Stream(good)...))
	at, err := url.Parse(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{other.URL, "http://localhost:" + at.Port() + k.Path, "/CANARY", "https://canary.example/", "//canary.example", "file:///etc/passwd"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			}))
			if _, _, err := k.ask(t.Context(), t, model.EndpointConfig{URL: s.URL}); !refused(t, err, "points to another address") {
				t.Errorf("%d to %s: %v", status, to, err)
			}
		}
	}
	if n := len(other.Requests()); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}
