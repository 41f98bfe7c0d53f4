package model

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/grille-dev/grille/dial"
)

const (
	defaultTimeout = time.Minute
	defaultConnect = 10 * time.Second
	maxHeader      = 64 << 10 // bytes of a reply's header
)

// Endpoint is where a model's server listens, checked. Make it with
// [NewEndpoint].
type Endpoint struct {
	provider string
	url      string
	header   http.Header
	private  bool
	times    Timeouts
	client   *http.Client
}

// EndpointConfig is what NewEndpoint needs.
type EndpointConfig struct {
	Provider string // a name for the ledger and for messages
	URL      string // of the one path that is posted to
	// Query is added to URL. It is part of a protocol, such as a version: never a
	// key, and never of the configuration.
	Query url.Values
	// Header is sent with each request and holds the key. It is never recorded.
	Header http.Header
	Timeouts
	// Dial, if set, replaces the ordinary dialler: address allow-lists, tunnels.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// RootPEM, if set, are the only certificate authorities that are believed.
	RootPEM []byte
	// Plaintext allows http:// to other machines than this one.
	Plaintext bool
	// Private says that the site controls the machine. Prompts that are for private
	// models go to no other Endpoint.
	Private bool
	// Region, if set, has to be the one that the host's name states.
	Region string
}

// Timeouts are those of one attempt.
type Timeouts struct {
	Connect   time.Duration // to connect, TLS included; 0: ten seconds
	FirstByte time.Duration // from then to the reply's header; 0: as long as Total
	Total     time.Duration // from dialling to the reply's last byte; 0: a minute
}

// NewEndpoint checks c. Proxies of the environment are not used, redirects are
// not followed, TLS is 1.2 or later and for the name in URL, and plain http goes
// to this machine only.
func NewEndpoint(c EndpointConfig) (*Endpoint, error) {
	u, err := url.Parse(c.URL)
	switch {
	case c.Provider == "":
		return nil, errors.New("model endpoint: provider is missing")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("model endpoint: url must be like https://host/v1")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("model endpoint: url must not hold a password, a query or a fragment: put the key under key")
	case u.Scheme == "http" && !c.Plaintext && !dial.Loopback(u.Hostname()):
		return nil, errors.New("model endpoint: plain http is only for this machine: use https, or set plaintext: true")
	}
	if err := c.checkPlace(u.Hostname()); err != nil {
		return nil, err
	}
	c.Timeouts = c.filled()
	transport, err := c.transport(u)
	if err != nil {
		return nil, err
	}
	u.RawQuery = c.Query.Encode()
	return &Endpoint{
		provider: c.Provider, url: u.String(), header: c.Header.Clone(), private: c.Private, times: c.Timeouts,
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func (t Timeouts) filled() Timeouts {
	if t.Total <= 0 {
		t.Total = defaultTimeout
	}
	if t.Connect <= 0 {
		t.Connect = defaultConnect
	}
	if t.FirstByte <= 0 {
		t.FirstByte = t.Total
	}
	return t
}

// transport speaks HTTP/1.1 over a new connection for each request: what a server
// says on one that nobody waits at, net/http would print to the process's log.
func (c EndpointConfig) transport(u *url.URL) (*http.Transport, error) {
	l := line{connect: c.Connect}
	if u.Scheme == "http" && !dial.Loopback(u.Hostname()) {
		l.dial = (&net.Dialer{Timeout: c.Connect}).DialContext // plaintext: true
	} else {
		d, err := dial.New(dial.Config{Host: u.Hostname(), Plain: u.Scheme == "http", RootPEM: c.RootPEM, Timeout: c.Connect})
		if err != nil {
			return nil, err
		}
		l.dial, l.tls = d.Dial, d.TLS()
	}
	if c.Dial != nil {
		l.dial = c.Dial
	}
	t := &http.Transport{
		Proxy:                  nil,
		DialContext:            l.plain,
		DialTLSContext:         l.secure,
		DisableKeepAlives:      true,
		DisableCompression:     true, // what is counted is what is read
		MaxResponseHeaderBytes: maxHeader,
	}
	if c.FirstByte < c.Total {
		t.ResponseHeaderTimeout = c.FirstByte
	}
	return t, nil
}
