// Package modeltest serves models to tests, and reads every request that a test
// makes of one. It is the only way in which tests do so: internal/arch refuses
// a test that serves HTTP by itself or has a model.Client of its own.
//
// A stored value, and whatever else must not leave, holds a [Canary] in tests.
// A request whose address, headers or body has one fails its test, however the
// text is spelled in JSON. What a hostile model says holds none: a repair sends
// its own draft back to it.
//
// With GRILLE_REQUESTS=DIR each request is also written to DIR, which must be
// absolute, and [Walk] reads them all again, of the whole suite: see .ci/run.
//
// Begin with [Serve] and [Chat]; package modeldouble is for models without a
// network. The package knows nothing of Grille, so that any test can use it.
package modeltest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// Server is a model's server on this machine. Its URL is for a client's config.
type Server struct {
	*httptest.Server
	t        testing.TB
	mu       sync.Mutex
	requests []Request
}

// Serve answers with h until the test ends. The body is in the request once
// more for h to read.
func Serve(t testing.TB, h http.Handler) *Server { return serve(t, h, httptest.NewServer) }

// ServeTLS is Serve over TLS, with a certificate that nobody trusts.
func ServeTLS(t testing.TB, h http.Handler) *Server { return serve(t, h, httptest.NewTLSServer) }

func serve(t testing.TB, h http.Handler, listen func(http.Handler) *httptest.Server) *Server {
	s := &Server{t: t}
	s.Server = listen(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.record(r)
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections() // of a handler that hangs
		s.Close()
	})
	return s
}

func (s *Server) record(r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what was cut off was sent, too
	r.Body = io.NopCloser(bytes.NewReader(body))
	q := Request{Test: s.t.Name(), To: r.Method + " " + r.URL.String(), Header: r.Header.Clone(), Body: body}
	s.mu.Lock()
	s.requests = append(s.requests, q)
	s.mu.Unlock()
	Check(s.t, q)
}

// Requests are those that came so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Bodies are the bodies of Requests.
func (s *Server) Bodies() []string {
	var bodies []string
	for _, r := range s.Requests() {
		bodies = append(bodies, string(r.Body))
	}
	return bodies
}
