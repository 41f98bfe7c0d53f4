package model

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/refusal"
)

// Protocol is how one kind of server is spoken to: pure functions between
// prompts, bytes and words.
type Protocol interface {
	// Body is the request for p, without the features that the server turned out
	// not to know. The same arguments give the same bytes.
	Body(p egress.Prompt, without Feature) []byte
	// Read adds one event of a reply to s. It says done when nothing that matters
	// can follow. Its error is s's own, or means that this is not the protocol.
	Read(event []byte, s *Said) (done bool, err error)
}

// Feature is what a server may not know. It says so with 400 or 422; the request
// is then sent once more without it, recorded like the first, and remembered.
type Feature uint32

const (
	Schemas     Feature = 1 << iota // answers held to a JSON schema
	Objects                         // the same in a second form, where the first is not known
	Temperature                     // a temperature of 0
	StreamUsage                     // tokens counted in a stream
)

// End is how a reply ended.
type End uint8

const (
	Open     End = iota // it has not ended: the connection broke
	Complete            // the model said all it had to say
	CutOff              // at the most that it may write
	Declined            // the model, or a filter before it, does not answer
	Fault               // the server reports a fault of its own
)

// Said is what there is of a model's reply so far.
type Said struct {
	Usage     Usage
	End       End
	Elsewhere bool // the server says that it passed the prompt on to another machine
	text      strings.Builder
}

// errSaid: more text than any draft has.
var errSaid = errors.New("model: the model says too much")

// Write adds what the model wrote.
func (s *Said) Write(text string) error {
	if s.text.Len()+len(text) > maxText {
		return errSaid
	}
	s.text.WriteString(text)
	return nil
}

// Text is what the model wrote.
func (s *Said) Text() string { return s.text.String() }

// Provider drafts with one model of one server. It implements [Client].
type Provider struct {
	endpoint *Endpoint
	protocol Protocol
	name     string
	hint     string
	optional Feature
	lacks    atomic.Uint32
}

var _ Client = (*Provider)(nil)

// ProviderConfig is what NewProvider needs.
type ProviderConfig struct {
	EndpointConfig
	Protocol Protocol
	Optional Feature // of those that Protocol uses, what it can do without
	Hint     string  // what the URL should be: "that of a server that ..."
}

// NewProvider checks c; it does not connect.
func NewProvider(c ProviderConfig) (*Provider, error) {
	for _, values := range c.Header {
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n\t") || strings.Trim(v, " ") != v {
				return nil, errors.New("model: the key has blanks in it: check how it is read")
			}
		}
	}
	e, err := NewEndpoint(c.EndpointConfig)
	if err != nil {
		return nil, err
	}
	return &Provider{endpoint: e, protocol: c.Protocol, name: c.Provider, hint: c.Hint, optional: c.Optional}, nil
}

// Name implements Client.
func (p *Provider) Name() string { return p.name }

// Private implements Client.
func (p *Provider) Private() bool { return p.endpoint.private }

// Draft implements Client.
func (p *Provider) Draft(ctx context.Context, prompt egress.Prompt, log Ledger) (Draft, error) {
	without := Feature(p.lacks.Load())
	used := Usage{}
	for {
		d, missing, err := p.attempt(ctx, Outgoing{Prompt: prompt, Log: log, Body: p.protocol.Body(prompt, without)}, without)
		used = used.Plus(d.Usage)
		d.Usage, d.By = used, p.name
		if missing == 0 {
			return d, err
		}
		without |= missing // each bit once, so this ends
	}
}

// attempt sends one request. If the server did not know a feature, it gives that.
func (p *Provider) attempt(ctx context.Context, o Outgoing, without Feature) (d Draft, missing Feature, err error) {
	err = Send(ctx, p.endpoint, o, func(r *Reply) error {
		if r.Status != http.StatusOK {
			body := r.Head()
			if missing = p.missing(r.Status, body, without); missing == 0 {
				return p.faulty(r, body)
			}
			return nil
		}
		p.lacks.Store(uint32(without))
		d, err = p.read(r)
		return err
	})
	return d, missing, err
}

// missing is the feature that the server did not know, as far as its error
// tells; the schema if it tells nothing. A server may take its own inability for
// a fault of its own, status 500, and then names what it could not do.
func (p *Provider) missing(status int, body []byte, without Feature) Feature {
	form := has(body, []string{"response_format"})
	switch {
	case has(body, tooLong), has(body, badKey), has(body, noQuota), has(body, filtered):
		return 0
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity, status == http.StatusInternalServerError && form:
	default:
		return 0
	}
	for _, f := range []struct {
		Feature
		said bool
	}{
		{Temperature, !form && has(body, []string{"temperature"})},
		{StreamUsage, !form && has(body, []string{"stream_options"})},
		{Schemas, true},
		{Objects, true},
	} {
		if f.said && p.optional&^without&f.Feature != 0 {
			return f.Feature
		}
	}
	return 0
}

// read reads a reply of status 200.
func (p *Provider) read(r *Reply) (Draft, error) {
	var said Said
	events := 0
	err := r.Events(func(event []byte) (bool, error) {
		events++
		done, err := p.protocol.Read(event, &said)
		if err != nil && err != errSaid {
			err = errStrange
		}
		return done || said.Elsewhere && p.Private(), err
	})
	used := Draft{Usage: said.Usage}
	switch {
	case err == errSaid:
		return used, p.no("ask for less at once, or choose another model", "wrote more than %d bytes", maxText)
	case err == errStrange, err == nil && events == 0:
		return used, p.stranger()
	case err != nil:
		return used, err
	}
	if said.Elsewhere && p.Private() {
		return used, refusal.New(refusal.NoAccess, "choose a model that runs on that machine, or do not call this one private",
			"the model %s is called private, and its server passed the prompt on to another machine", p.name)
	}
	if err := p.ended(&said); err != nil {
		return used, err
	}
	d, err := ReadDraft(said.Text())
	d.Usage = said.Usage
	return d, err
}

// ended is the refusal for a reply that holds no answer.
func (p *Provider) ended(s *Said) error {
	switch s.End {
	case Complete:
		if strings.TrimSpace(s.Text()) == "" {
			return p.no("ask again, or choose another model", "said nothing")
		}
		return nil
	case CutOff:
		return p.no("ask for less at once, or let the server write longer answers", "gave an answer that was cut off")
	case Declined:
		return p.declined()
	case Fault:
		return &Down{Refusal: p.no("ask again later, or look into the server's log", "reports a fault")}
	case Open:
		if s.Text() == "" {
			return p.stranger()
		}
		return &Down{Refusal: p.no("ask again", "broke off in the middle of its answer")}
	default:
		panic("model: unknown end of a reply")
	}
}

// Body encodes a request of a Protocol: the same bytes for the same value, and
// no HTML escapes.
func Body(request any) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(request); err != nil {
		panic("model: " + err.Error())
	}
	return []byte(strings.TrimSpace(b.String()))
}

// PathWord reports whether a name can stand in a URL's path as it is.
func PathWord(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return name != "" && name != "." && name != ".."
}
