package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/ledger/outside"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// recorder is the site's ledger. It is opened when something is about to leave,
// so that who asks no model needs none.
type recorder struct {
	s   *site
	mu  sync.Mutex
	log *ledger.Log // nil until then
}

// Append implements grille.Ledger.
func (r *recorder) Append(ctx context.Context, a ledger.Asker, e model.Entry) (int64, error) {
	l, err := r.open(ctx)
	if errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w: name a folder that Grille may write to, as ledger: {dir: PATH} in %s", err, r.s.File)
	}
	if err != nil {
		return 0, refusal.New(refusal.Ledger, "ask without a model, or have whoever runs this Grille look at its ledger",
			"what leaves for a model cannot be recorded, so nothing was sent").ForOwner("%v", err)
	}
	return l.Append(ctx, a, e)
}

func (r *recorder) open(ctx context.Context) (*ledger.Log, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log != nil {
		return r.log, nil
	}
	l, err := r.s.openLedger(ctx)
	if err == nil {
		r.log = l
	}
	return l, err
}

// close waits for checkpoints that are on their way.
func (r *recorder) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log != nil {
		_ = r.log.Close() // what did not get out was said
	}
}

func (s *site) openLedger(ctx context.Context) (*ledger.Log, error) {
	outlets, err := s.outlets()
	if err != nil {
		return nil, err
	}
	return ledger.Open(ctx, ledger.Config{Dir: s.Ledger.Dir, Keys: s.Ledger.Keys, Outlets: outlets, Clock: s.clock, Random: s.random,
		Report: func(line string) { fmt.Fprintln(s.err, "grille: ledger: "+line) }})
}

func (s *site) outlets() ([]ledger.Outlet, error) {
	var all []ledger.Outlet
	for _, o := range s.Ledger.Checkpoints {
		sink, err := s.sink(o)
		if err != nil {
			return nil, fmt.Errorf("checkpoints to %s: %w", place(o), err)
		}
		all = append(all, ledger.Outlet{Name: place(o), Sink: sink, Required: o.Required})
	}
	return all, nil
}

// place names an outlet for people.
func place(o config.Outlet) string {
	switch {
	case o.File != "":
		return "file " + o.File
	case o.Syslog != "":
		return "syslog " + o.Syslog
	default:
		return o.HTTPS
	}
}

func (s *site) sink(o config.Outlet) (ledger.Sink, error) {
	switch {
	case o.File != "":
		return outside.File(o.File), nil
	case o.Syslog != "":
		return outside.Syslog(o.Syslog)
	}
	token, err := s.Secret(o.Token)
	if err != nil {
		return nil, err
	}
	p := outside.Post{URL: o.HTTPS, Token: token.Reveal()}
	if o.CA != "" {
		if p.RootPEM, err = os.ReadFile(o.CA); err != nil {
			return nil, fmt.Errorf("reading its authorities: %w", err)
		}
	}
	return outside.HTTPS(p)
}
