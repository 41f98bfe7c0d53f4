package model

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/refusal"
)

const (
	maxReply       = 1 << 20 // bytes of a reply that are read
	defaultTimeout = 60 * time.Second
)

// Endpoint is where a model's server listens, checked. Make it with
// [NewEndpoint], once; it keeps connections.
type Endpoint struct {
	provider string
	url      string
	header   http.Header
	timeout  time.Duration
	client   *http.Client
}

// EndpointConfig is what NewEndpoint needs.
type EndpointConfig struct {
	Provider string // a name for the ledger and for messages
	URL      string // of the one path that is posted to
	// Header is sent with each request and holds the key. It is never recorded.
	Header http.Header
	// Timeout is for one attempt, from dialling to the reply's last byte; 0 is a
	// minute.
	Timeout time.Duration
	// Dial, if set, replaces the ordinary dialler: address allow-lists, tunnels.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots, if set, are the only certificate authorities that are believed.
	Roots *x509.CertPool
	// Plaintext allows http:// to other machines than this one.
	Plaintext bool
}

// NewEndpoint checks c. Proxies of the environment are not used, redirects are
// not followed, TLS is 1.2 or later, and plain http goes to this machine only.
func NewEndpoint(c EndpointConfig) (*Endpoint, error) {
	u, err := url.Parse(c.URL)
	switch {
	case c.Provider == "":
		return nil, errors.New("model endpoint: provider is missing")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("model endpoint: url must be like https://host/v1")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("model endpoint: url must not hold a password, a query or a fragment: put the key under key")
	case u.Scheme == "http" && !c.Plaintext && !isLoopback(u.Hostname()):
		return nil, errors.New("model endpoint: plain http is only for this machine: use https, or set plaintext: true")
	}
	transport := &http.Transport{
		Proxy:              nil,
		DialContext:        c.Dial,
		TLSClientConfig:    &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
		ForceAttemptHTTP2:  true,
		DisableCompression: true, // what is counted is what is read
		IdleConnTimeout:    time.Minute,
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	return &Endpoint{
		provider: c.Provider, url: u.String(), header: c.Header.Clone(), timeout: c.Timeout,
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// Reply is what a server answered, whatever its status.
type Reply struct {
	Status     int
	RetryAfter time.Duration // 0: none was given
	Body       []byte        // at most 1 MiB
}

// Send records body and then posts it, once. Body must be made of p alone; p
// proves that somebody decided what may be seen.
func Send(ctx context.Context, e *Endpoint, p egress.Prompt, body []byte, log Ledger) (Reply, error) {
	if !p.Made() {
		panic("model: zero Prompt")
	}
	if log == nil {
		panic("model: no Ledger")
	}
	if err := log.Append(ctx, Entry{Provider: e.provider, URL: e.url, Body: bytes.Clone(body)}); err != nil {
		return Reply{}, fmt.Errorf("recording what leaves: %w", err)
	}
	attempt, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(attempt, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return Reply{}, fmt.Errorf("model endpoint: %w", err)
	}
	// net/http would send a body again on a lost connection, unrecorded.
	req.GetBody = nil
	for name, values := range e.header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := e.client.Do(req)
	if err != nil {
		return Reply{}, e.unreachable(ctx, err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	switch {
	case err != nil:
		return Reply{}, e.unreachable(ctx, err)
	case len(read) > maxReply:
		return Reply{}, refusal.New(refusal.Model, "check that the URL is that of a model",
			"the model %s sent more than %d bytes", e.provider, maxReply)
	}
	return Reply{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header), Body: read}, nil
}

// unreachable puts a failure of the network into words of ours: the error's own
// may hold what the server sent.
func (e *Endpoint) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // the asker went away
	}
	const try = "check that the model's server runs and that its URL is right, or ask without a model"
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		name    *net.DNSError
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return refusal.New(refusal.Model, "ask again, or give it more time in the configuration",
			"the model %s did not answer within %s", e.provider, e.timeout)
	case errors.Is(err, syscall.ECONNREFUSED):
		return refusal.New(refusal.Model, try, "nothing listens at the address of the model %s", e.provider)
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return refusal.New(refusal.Model, "check the URL, or name the certificate authority in the configuration",
			"the certificate of the model %s is not to be trusted", e.provider)
	case errors.As(err, &name):
		return refusal.New(refusal.Model, try, "the host name of the model %s is not known", e.provider)
	}
	return refusal.New(refusal.Model, try, "the connection to the model %s broke", e.provider)
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
