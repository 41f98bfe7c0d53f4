package model

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/refusal"
)

// Route drafts with the first of several models whose server does not fail. It
// implements [Client].
//
// The next model is asked only after a [Down], never because of what a model
// wrote or declined. A prompt for private models passes over all others, and one
// that speaks of a draft over all that did not write it. A model that failed
// several times in a row is left alone for a while. Each request is in the ledger
// before it leaves, of every model.
type Route struct {
	c     RouteConfig
	stops []*stop
}

var _ Client = (*Route)(nil)

// RouteConfig is what NewRoute needs.
type RouteConfig struct {
	Models   []Client         // in the order in which they are asked
	Clock    func() time.Time // for rests
	Failures int              // in a row, after which a model rests; 0: 3
	Pause    time.Duration    // for which it does; 0: half a minute
}

type stop struct {
	Client
	breaker breaker
}

// NewRoute checks c.
func NewRoute(c RouteConfig) (*Route, error) {
	switch {
	case len(c.Models) == 0:
		return nil, errors.New("model: a route needs a model")
	case c.Clock == nil:
		return nil, errors.New("model: a route needs a clock")
	case c.Failures < 0 || c.Pause < 0:
		return nil, errors.New("model: failures and pause of a route are not negative")
	}
	if c.Failures == 0 {
		c.Failures = 3
	}
	if c.Pause == 0 {
		c.Pause = 30 * time.Second
	}
	r := &Route{c: c}
	for _, m := range c.Models {
		r.stops = append(r.stops, &stop{Client: m, breaker: breaker{most: c.Failures, pause: c.Pause}})
	}
	return r, nil
}

// Name implements Client: that of the first model.
func (r *Route) Name() string { return r.stops[0].Name() }

// Private implements Client.
func (r *Route) Private() bool {
	for _, s := range r.stops {
		if s.Private() {
			return true
		}
	}
	return false
}

// Draft implements Client.
func (r *Route) Draft(ctx context.Context, p egress.Prompt, log Ledger) (d Draft, err error) {
	err = nobody(p)
	used := Usage{}
	for _, s := range r.stops {
		if p.Private() && !s.Private() || p.For() != "" && p.For() != s.Name() {
			continue
		}
		d, err = s.draft(ctx, outgoing{p, log, r.c.Clock})
		used = used.Plus(d.Usage)
		d.Usage = used
		var down *Down
		if !errors.As(err, &down) {
			return d, err
		}
	}
	return d, err
}

// nobody: no model may be sent p.
func nobody(p egress.Prompt) error {
	if p.For() != "" {
		return refusal.New(refusal.Model, "ask again", "the model that drafted is not among the models any more")
	}
	return notPrivate()
}

type outgoing struct {
	prompt egress.Prompt
	log    Ledger
	clock  func() time.Time
}

// draft asks one model, unless it rests.
func (s *stop) draft(ctx context.Context, o outgoing) (d Draft, err error) {
	p, rest := s.breaker.enter(o.clock())
	if rest > 0 {
		return Draft{By: s.Name()}, &Down{RetryAfter: rest, Refusal: refusal.New(refusal.Model,
			fmt.Sprintf("ask again in %s, or ask without a model", max(rest.Round(time.Second), time.Second)),
			"the model %s has failed %d times in a row and is left alone for a while", s.Name(), s.breaker.most)}
	}
	was, after := nothing, time.Duration(0) // also where it panics
	defer func() { s.breaker.leave(p, was, o.clock(), after) }()
	d, err = s.Client.Draft(ctx, o.prompt, o.log)
	var down *Down
	switch {
	case errors.As(err, &down):
		was, after = failed, down.RetryAfter
	case err == nil || refusal.CodeOf(err) == refusal.Model:
		was = answered
	}
	return d, err
}
