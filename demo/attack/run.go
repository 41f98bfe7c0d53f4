package attack

import (
	"context"
	"io"
	"time"

	"github.com/grille-dev/grille/demo"
)

// Config is one run. Draft and Progress may be left out.
type Config struct {
	Today  time.Time // the demo's data end the day before
	Random io.Reader // of cryptographic quality
	// Draft is the name of the one that is let loose; "": all.
	Draft string
	// Progress hears how many drafts of how many are done.
	Progress func(done, of int)
}

// Run lets the corpus loose, over a demo that it makes.
func Run(ctx context.Context, c Config) (r Report, err error) {
	if err := c.check(); err != nil {
		return r, err
	}
	channels, err := chosen(c.Draft)
	if err != nil {
		return r, err
	}
	image, err := demo.Image(ctx, c.Today)
	if err != nil {
		return r, err
	}
	w, err := makeWorlds(ctx, image)
	if err == nil {
		r, err = w.besieged(ctx, c, channels, demo.Rules)
	}
	if ctx.Err() != nil {
		return r, ctx.Err() // whatever the database made of it
	}
	return r, err
}

// besieged lets channels loose, under these rules: under others it is shown that
// a leak of ours is seen.
func (w worlds) besieged(ctx context.Context, c Config, channels []Channel, rules []byte) (r Report, err error) {
	o, err := newOpener(c, rules)
	if err != nil {
		return r, err
	}
	s, err := newSiege(ctx, w, o)
	if err != nil {
		return r, err
	}
	defer s.close()
	for _, ch := range channels {
		r.Drafts += len(ch.Drafts)
	}
	for _, ch := range channels {
		for _, d := range ch.Drafts {
			x := s.draft(ctx, ch, d)
			if err := ctx.Err(); err != nil {
				return r, err // what it gave was cut off
			}
			r.add(x)
			if c.Progress != nil {
				c.Progress(len(r.Results), r.Drafts)
			}
		}
	}
	return r, nil
}
