package model

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/refusal"
)

// Outgoing is one request: a body made of a prompt alone, and where it is
// recorded. The prompt proves that somebody decided what may be seen.
type Outgoing struct {
	Prompt egress.Prompt
	Body   []byte
	Log    Ledger
}

// Send records a body and then posts it, once. What is answered is read by read,
// as it comes; when read returns, the connection's end tells the server to stop.
// A prompt for private models is refused by an endpoint that is not one.
func Send(ctx context.Context, e *Endpoint, o Outgoing, read func(*Reply) error) error {
	if !o.Prompt.Made() {
		panic("model: zero Prompt")
	}
	if o.Log == nil {
		panic("model: no Ledger")
	}
	if o.Prompt.Private() && !e.private {
		return notPrivate()
	}
	if err := o.Log.Append(ctx, Entry{Provider: e.provider, URL: e.url, Body: bytes.Clone(o.Body)}); err != nil {
		return fmt.Errorf("recording what leaves: %w", err)
	}
	attempt, cancel := context.WithTimeout(ctx, e.times.Total)
	defer cancel()
	req, err := e.request(attempt, o.Body)
	if err != nil {
		return err
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return e.unreachable(ctx, err)
	}
	defer resp.Body.Close()
	reply := newReply(resp)
	err = read(reply)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errTooMuch):
		return refusal.New(refusal.Model, "check that the URL is that of a model",
			"the model %s sent more than an answer can have, %d bytes or %d parts", e.provider, maxReply, maxEvents)
	case refusal.CodeOf(err) != "":
		return err
	}
	return e.unreachable(ctx, err)
}

func notPrivate() error {
	return refusal.New(refusal.NoAccess, "ask without a model, or have a model that is private set up",
		"only private models may draft for you, and this model is none")
}

func (e *Endpoint) request(ctx context.Context, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("model endpoint: the url cannot be used")
	}
	// net/http would send a body again on a lost connection, unrecorded.
	req.GetBody = nil
	for name, values := range e.header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream, application/x-ndjson")
	return req, nil
}

// unreachable puts a failure of the network into words of ours: the error's own
// may hold what the server sent.
func (e *Endpoint) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // the asker went away
	}
	const try = "check that the model's server runs and that its URL is right, or ask without a model"
	const slow = "ask again, or give it more time in the configuration"
	no := func(try, format string, args ...any) *refusal.Refusal {
		return refusal.New(refusal.Model, try, format, append([]any{e.provider}, args...)...)
	}
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		name    *net.DNSError
		timeout interface{ Timeout() bool }
	)
	switch {
	case strings.Contains(err.Error(), "awaiting response headers"): // net/http's words
		return &Down{Refusal: no(slow, "the model %s did not begin to answer within %s", e.times.FirstByte)}
	case errors.Is(err, context.DeadlineExceeded):
		return &Down{Refusal: no(slow, "the model %s did not answer within %s", e.times.Total)}
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return no("check the URL, or name the certificate authority in the configuration", "the certificate of the model %s is not to be trusted")
	case errors.As(err, &name):
		return &Down{Refusal: no(try, "the host name of the model %s is not known")}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Down{Refusal: no(try, "nothing listens at the address of the model %s")}
	case errors.Is(err, errSlowLine), errors.As(err, &timeout) && timeout.Timeout():
		return &Down{Refusal: no(try, "the model %s could not be reached within %s", e.times.Connect)}
	}
	return &Down{Refusal: no(try, "the connection to the model %s broke")}
}

// retryAfter reads Retry-After in seconds, RFC 9110 10.2.3. The other form, a
// date, needs a clock and is left out: the words are then "later".
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || n <= 0 || n > 24*3600 {
		return 0
	}
	return time.Duration(n) * time.Second
}
