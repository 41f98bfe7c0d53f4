package model

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

// memory is a Ledger that keeps entries, and can be full.
type memory struct {
	entries []Entry
	full    bool
}

func (m *memory) Append(_ context.Context, e Entry) error {
	if m.full {
		return errors.New("the disk is full")
	}
	m.entries = append(m.entries, e)
	return nil
}

func endpoint(t *testing.T, c EndpointConfig) *Endpoint {
	t.Helper()
	c.Provider = "test"
	e, err := NewEndpoint(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// send posts body and reads the reply to its end.
func send(t *testing.T, e *Endpoint, body string, log Ledger) (status int, err error) {
	return sendIn(t.Context(), t, e, Outgoing{Body: []byte(body), Log: log})
}

func sendIn(ctx context.Context, t *testing.T, e *Endpoint, o Outgoing) (status int, err error) {
	if !o.Prompt.Made() {
		o.Prompt = testPrompt(t, viewer.Switches{})
	}
	err = Send(ctx, e, o, func(r *Reply) error {
		status = r.Status
		return r.Events(func([]byte) (bool, error) { return false, nil })
	})
	return status, err
}

func TestExactlyTheRecordedBytesLeave(t *testing.T) {
	s := modeltest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	log := &memory{}
	e := endpoint(t, EndpointConfig{URL: s.URL + "/v1/chat", Header: http.Header{"Authorization": {"Bearer sk-secret"}}})
	if _, err := send(t, e, `{"a": 1}`, log); err != nil {
		t.Fatal(err)
	}
	got, head := s.Bodies(), s.Requests()[0].Header
	if len(log.entries) != 1 || len(got) != 1 || string(log.entries[0].Body) != got[0] || got[0] != `{"a": 1}` {
		t.Errorf("recorded %q, sent %q", log.entries, got)
	}
	if log.entries[0].URL != s.URL+"/v1/chat" || head.Get("Authorization") != "Bearer sk-secret" {
		t.Errorf("%v, %v", log.entries[0], head)
	}
	if strings.Contains(string(log.entries[0].Body)+log.entries[0].URL+log.entries[0].Provider, "secret") {
		t.Error("the key is in the ledger")
	}
}

func TestNothingLeavesUnrecorded(t *testing.T) {
	var calls atomic.Int32
	s := modeltest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	if _, err := send(t, endpoint(t, EndpointConfig{URL: s.URL}), "{}", &memory{full: true}); err == nil {
		t.Error("sent although the ledger is full")
	}
	if calls.Load() != 0 {
		t.Error("the server was called")
	}
}

// A prompt for private models goes to no other, whoever sends it: nothing is
// recorded as left, and nothing leaves. A repair is for whom the first was.
func TestPrivatePromptsGoToPrivateModels(t *testing.T) {
	s := modeltest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	p := testPrompt(t, viewer.Switches{PrivateModels: true})
	repair, err := egress.ComposeRepair(p, egress.Attempt{SQL: "SELEC 1"}, refusal.New(refusal.Syntax, "", "").At(refusal.Span{}))
	if err != nil {
		t.Fatal(err)
	}
	log := &memory{}
	for _, prompt := range []egress.Prompt{p, repair} {
		o := Outgoing{Prompt: prompt, Body: []byte("{}"), Log: log}
		if _, err := sendIn(t.Context(), t, endpoint(t, EndpointConfig{URL: s.URL}), o); refusal.CodeOf(err) != refusal.NoAccess {
			t.Error(err)
		}
	}
	if len(s.Requests())+len(log.entries) != 0 {
		t.Errorf("%d left, %d are recorded", len(s.Requests()), len(log.entries))
	}
	if _, err := sendIn(t.Context(), t, endpoint(t, EndpointConfig{URL: s.URL, Private: true}), Outgoing{Prompt: repair, Body: []byte("{}"), Log: log}); err != nil || len(s.Requests()) != 1 {
		t.Error(err, len(s.Requests()))
	}
}

// net/http repeats a request on a connection that was lost; this one must not.
func TestLostConnectionIsNotRepeated(t *testing.T) {
	var calls atomic.Int32
	s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) > 1 {
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
		}
	}))
	e, log := endpoint(t, EndpointConfig{URL: s.URL}), &memory{}
	for range 2 { // the second goes over the kept connection
		_, _ = send(t, e, "{}", log)
	}
	if calls.Load() != 2 || len(log.entries) != 2 {
		t.Errorf("%d calls, %d entries", calls.Load(), len(log.entries))
	}
}

func TestNoRedirect(t *testing.T) {
	var calls atomic.Int32
	other := modeltest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := modeltest.Serve(t, http.RedirectHandler(other.URL, status))
		got, err := send(t, endpoint(t, EndpointConfig{URL: s.URL}), "{}", &memory{})
		if got != status {
			t.Errorf("%d: %v, %v", status, got, err)
		}
	}
	if calls.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("ALL_PROXY", "http://127.0.0.1:1")
	e := endpoint(t, EndpointConfig{URL: "http://model.test/v1", Plaintext: true,
		Dial: func(_ context.Context, _, address string) (net.Conn, error) {
			if address != "model.test:80" {
				t.Errorf("dials %s", address)
			}
			return nil, errors.New("no")
		}})
	if _, err := send(t, e, "{}", &memory{}); refusal.CodeOf(err) != refusal.Model {
		t.Error(err)
	}
}

func TestUnreachable(t *testing.T) {
	hang := make(chan struct{})
	slow := modeltest.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer close(hang)
	large := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, maxReply+10))
	}))
	garbage, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer garbage.Close()
	go func() {
		for {
			c, err := garbage.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("CANARY not http\r\n\r\n"))
			c.Close()
		}
	}()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	secure := modeltest.ServeTLS(t, http.NotFoundHandler())
	secure.Config.ErrorLog = nil

	for name, c := range map[string]struct {
		config EndpointConfig
		want   string
	}{
		"hanging":     {EndpointConfig{URL: slow.URL, Timeouts: Timeouts{Total: 50 * time.Millisecond}}, "did not answer within 50ms"},
		"large":       {EndpointConfig{URL: large.URL}, "sent more than an answer can have"},
		"no http":     {EndpointConfig{URL: "http://" + garbage.Addr().String()}, "the connection to the model test broke"},
		"refused":     {EndpointConfig{URL: "http://" + closed.Addr().String()}, "nothing listens at the address"},
		"certificate": {EndpointConfig{URL: secure.URL}, "is not to be trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := send(t, endpoint(t, c.config), "{}", &memory{})
			var r *refusal.Refusal
			if !errors.As(err, &r) || r.Code != refusal.Model || !strings.Contains(r.Msg, c.want) || r.Try == "" {
				t.Errorf("%v", err)
			}
			if err != nil && strings.Contains(err.Error(), "CANARY") {
				t.Errorf("quotes the server: %v", err)
			}
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if _, err := sendIn(ctx, t, endpoint(t, EndpointConfig{URL: slow.URL}), Outgoing{Body: []byte("{}"), Log: &memory{}}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestNewEndpoint(t *testing.T) {
	for _, url := range []string{"", "model", "ftp://h/", "https://", "http://example.org/v1", "http://10.0.0.1/v1",
		"https://user:pass@h/v1", "https://h/v1?key=x", "https://h/v1#x", "http://localhost.example.org/"} {
		if _, err := NewEndpoint(EndpointConfig{Provider: "p", URL: url}); err == nil {
			t.Errorf("%q accepted", url)
		} else if strings.Contains(err.Error(), "pass@") {
			t.Errorf("quotes a password: %v", err)
		}
	}
	for _, url := range []string{"https://h/v1", "http://localhost:1/v1", "http://127.0.0.1/v1", "http://[::1]:8/v1"} {
		if _, err := NewEndpoint(EndpointConfig{Provider: "p", URL: url}); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := NewEndpoint(EndpointConfig{URL: "https://h"}); err == nil {
		t.Error("no provider, no error")
	}
}
