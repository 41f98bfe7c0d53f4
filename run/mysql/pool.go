package mysql

import (
	"context"
	"errors"
	"sync"
	"time"
)

// maxAge is how long a connection serves: rights change, and the posture is
// looked at when a connection is made.
const maxAge = time.Hour

// pool hands out connections, one for a statement, at most a fixed number at a
// time.
type pool struct {
	slots chan struct{} // one for each connection in use
	idle  time.Duration
	open  func(context.Context) (*conn, error)

	mu     sync.Mutex
	free   []*conn // the most recently used last
	closed bool
	timer  *time.Timer
}

func newPool(n int, idle time.Duration, open func(context.Context) (*conn, error)) *pool {
	return &pool{slots: make(chan struct{}, n), idle: idle, open: open}
}

// get waits for a slot and returns an idle connection or, with fresh or if
// there is none, a new one. Every conn must come back by put or drop.
func (p *pool) get(ctx context.Context, fresh bool) (*conn, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, errBusy
	}
	c, err := p.take(fresh)
	if c == nil && err == nil {
		c, err = p.open(ctx)
	}
	if err != nil {
		<-p.slots
	}
	return c, err
}

// errClosed: the engine was closed.
var errClosed = errors.New("the engine is closed")

func (p *pool) take(fresh bool) (*conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, errClosed
	case fresh || len(p.free) == 0:
		return nil, nil
	}
	c := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	return c, nil
}

// put takes a connection back that is between transactions.
func (p *pool) put(c *conn) {
	defer func() { <-p.slots }()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || time.Since(c.born) > maxAge || c.lost {
		c.kill()
		return
	}
	c.used, c.since = true, time.Now()
	p.free = append(p.free, c)
	if p.timer == nil {
		p.timer = time.AfterFunc(p.idle, p.sweep)
	}
}

// drop closes a connection that may not serve again.
func (p *pool) drop(c *conn) {
	c.kill()
	<-p.slots
}

// sweep closes connections that have been idle for too long.
func (p *pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = nil
	keep := p.free[:0]
	for _, c := range p.free {
		if time.Since(c.since) >= p.idle {
			c.kill()
		} else {
			keep = append(keep, c)
		}
	}
	clear(p.free[len(keep):])
	p.free = keep
	if len(keep) > 0 && !p.closed {
		p.timer = time.AfterFunc(p.idle-time.Since(keep[0].since), p.sweep)
	}
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	for _, c := range p.free {
		c.kill()
	}
	p.free = nil
}
