package outside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/grille-dev/grille/dial"
	"github.com/grille-dev/grille/ledger"
)

// Post says where checkpoints are posted to.
type Post struct {
	URL     string // https://; http:// to this machine only
	Token   string // sent as Authorization: Bearer; "": none
	RootPEM []byte // the only authorities to trust; nil: those of the system
}

type poster struct {
	url, token string
	client     *http.Client
}

const timeout = 10 * time.Second

// HTTPS posts each checkpoint as text/plain. The other side has it when it answers
// with a status of 200 to 299.
func HTTPS(p Post) (ledger.Sink, error) {
	u, err := url.Parse(p.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("checkpoints are posted to an address such as https://log.example.org/checkpoints, without a password in it")
	}
	d, err := dial.New(dial.Config{Host: u.Hostname(), Plain: u.Scheme == "http", RootPEM: p.RootPEM, Timeout: timeout})
	if err != nil {
		return nil, err
	}
	return &poster{p.URL, p.Token, &http.Client{
		Transport: &http.Transport{DialContext: d.Dial, TLSClientConfig: d.TLS(), DisableKeepAlives: true},
		Timeout:   timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}}, nil
}

func (p *poster) Send(ctx context.Context, c ledger.Checkpoint) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, strings.NewReader(c.Text()))
	if err != nil {
		return errors.New("the address cannot be used")
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return unreachable(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // not looked at
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("the server answered with status %d", resp.StatusCode)
	}
	return nil
}
