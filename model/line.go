package model

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

// line makes the connections of one endpoint.
type line struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	tls     *tls.Config // nil: none
	connect time.Duration
}

// errSlowLine: no connection within the time for it.
var errSlowLine = errors.New("model: the connection is not made in time")

func (l line) plain(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, l.connect, errSlowLine)
	defer cancel()
	raw, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, slow(ctx, err)
	}
	return newListener(raw), nil
}

func (l line) secure(ctx context.Context, network, address string) (net.Conn, error) {
	if l.tls == nil {
		return nil, errors.New("model: no TLS for this address") // not reached: http only
	}
	ctx, cancel := context.WithTimeoutCause(ctx, l.connect, errSlowLine)
	defer cancel()
	raw, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, slow(ctx, err)
	}
	conn := tls.Client(raw, l.tls)
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, slow(ctx, err)
	}
	return newListener(conn), nil
}

func slow(ctx context.Context, err error) error {
	if context.Cause(ctx) == errSlowLine {
		return errSlowLine
	}
	return err
}

// listener is a connection that is not listened to before something was said.
type listener struct {
	net.Conn
	said chan struct{}
	once sync.Once
}

func newListener(c net.Conn) *listener { return &listener{Conn: c, said: make(chan struct{})} }

func (l *listener) Read(b []byte) (int, error) {
	<-l.said
	return l.Conn.Read(b)
}

func (l *listener) Write(b []byte) (int, error) {
	l.once.Do(func() { close(l.said) })
	return l.Conn.Write(b)
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.said) })
	return l.Conn.Close()
}
