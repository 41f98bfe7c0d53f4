package trino

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/dial"
	"github.com/grille-dev/grille/run/dsn"
)

// client speaks Trino's protocol: a POST of the statement, and a GET of each next
// page until a reply names none.
type client struct {
	http   *http.Client
	base   url.URL
	user   string
	secret dsn.Secret
	zone   string
}

func newClient(c Config) (*client, error) {
	d, err := dial.New(dial.Config{Host: c.Target.Host, Plain: c.Target.Plain, RootPEM: c.RootPEM, Timeout: c.Connect})
	if err != nil {
		return nil, err
	}
	scheme := "https"
	if c.Target.Plain {
		scheme = "http"
	}
	address := c.Target.Host + ":" + strconv.Itoa(int(c.Target.Port))
	if strings.Contains(c.Target.Host, ":") {
		address = "[" + c.Target.Host + "]:" + strconv.Itoa(int(c.Target.Port))
	}
	return &client{
		http: &http.Client{
			// No proxy of the environment, and no redirect.
			Transport:     &http.Transport{DialContext: d.Dial, TLSClientConfig: d.TLS(), TLSHandshakeTimeout: c.Connect, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 2 * c.Concurrent},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		base:   url.URL{Scheme: scheme, Host: address},
		user:   c.Target.User,
		secret: c.Target.Password,
		zone:   c.TimeZone,
	}, nil
}

// reply is one page of a query.
type reply struct {
	NextURI string `json:"nextUri"`
	Columns []struct {
		Name string `json:"name"`
		Type string `json:"type"`
	} `json:"columns"`
	Data  [][]json.RawMessage `json:"data"`
	Error *failure            `json:"error"`
}

// failure is an error of the server. Its message may quote stored values, and is
// not read at all.
type failure struct {
	Name string `json:"errorName"`
	Type string `json:"errorType"`
}

func (f *failure) Error() string { return "trino: " + f.Type + " " + f.Name }

// statusError is a reply that is none.
type statusError int

func (s statusError) Error() string { return "trino: HTTP status " + strconv.Itoa(int(s)) }

// maxPage is how many bytes a page may have; a server's are of a few megabytes.
const maxPage = 256 << 20

// start sends a statement, whose time in the server is bounded too.
func (c *client) start(ctx context.Context, text string, limit time.Duration) (*reply, error) {
	seconds := int64(limit/time.Second) + 2 // ours comes first
	return c.send(ctx, http.MethodPost, c.base.JoinPath("/v1/statement"), text, "query_max_run_time="+strconv.FormatInt(seconds, 10)+"s")
}

// next fetches the page after r. Of the address that r names its path counts, and
// no host: the password goes nowhere else.
func (c *client) next(ctx context.Context, r *reply) (*reply, error) {
	at, err := c.at(r.NextURI)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, http.MethodGet, at, "", "")
}

// cancel ends the query of r in the server.
func (c *client) cancel(r *reply) {
	at, err := c.at(r.NextURI)
	if err != nil {
		return
	}
	ctx, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	_, _ = c.send(ctx, http.MethodDelete, at, "", "")
}

func (c *client) at(next string) (*url.URL, error) {
	u, err := url.Parse(next)
	if err != nil || !strings.HasPrefix(u.Path, "/v1/statement/") {
		return nil, errors.New("trino: a reply names a next page that is none")
	}
	return &url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}, nil
}

// send tries again while the server says that it is busy, as the protocol wants.
func (c *client) send(ctx context.Context, method string, at *url.URL, body, session string) (*reply, error) {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		r, err := c.once(ctx, method, at, body, session)
		var status statusError
		if !errors.As(err, &status) || status != http.StatusBadGateway && status != http.StatusServiceUnavailable && status != http.StatusGatewayTimeout {
			return r, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
	}
}

func (c *client) once(ctx context.Context, method string, at *url.URL, body, session string) (*reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, at.String(), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	c.headers(req.Header, session)
	if !c.secret.Empty() {
		req.SetBasicAuth(c.user, c.secret.Reveal())
	}
	resp, err := c.http.Do(req)
	var named *url.Error
	if errors.As(err, &named) { // with the address of the page, by which it can be fetched
		err = named.Err
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case method == http.MethodDelete:
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		return nil, nil
	case resp.StatusCode != http.StatusOK:
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		return nil, statusError(resp.StatusCode)
	}
	r := &reply{}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxPage)).Decode(r); err != nil {
		return nil, fmt.Errorf("trino: a page that cannot be read: %w", err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return r, nil
}

// headers are all that a statement depends on beside its text. Names in it are
// whole, so that there is neither catalog nor schema of the session.
func (c *client) headers(h http.Header, session string) {
	h.Set("X-Trino-User", c.user)
	h.Set("X-Trino-Source", "grille")
	h.Set("X-Trino-Time-Zone", c.zone)
	h.Set("X-Trino-Client-Capabilities", "PARAMETRIC_DATETIME")
	h.Set("User-Agent", "grille")
	if session != "" {
		h.Set("X-Trino-Session", session)
	}
}
