package sqlite

import (
	"context"
	"errors"
	"sync"
)

// pool hands out connections, one for a statement, at most a fixed number at a
// time.
type pool struct {
	slots chan struct{} // one for each connection in use
	open  func(context.Context) (*conn, error)

	mu     sync.Mutex
	free   []*conn
	closed bool
}

// errBusy: the context ended while all connections were in use.
var errBusy = errors.New("all connections in use")

func newPool(n int, open func(context.Context) (*conn, error)) *pool {
	return &pool{slots: make(chan struct{}, n), open: open}
}

// get waits for a slot and returns a connection, which must come back by put.
func (p *pool) get(ctx context.Context) (*conn, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, errBusy
	}
	c, err := p.take()
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

func (p *pool) take() (*conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, errClosed
	case len(p.free) == 0:
		return nil, nil
	}
	c := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	return c, nil
}

// put takes a connection back, and closes it if it may not serve again.
func (p *pool) put(c *conn) {
	defer func() { <-p.slots }()
	c.idle()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || c.dead {
		c.close()
		return
	}
	p.free = append(p.free, c)
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, c := range p.free {
		c.close()
	}
	p.free = nil
}
