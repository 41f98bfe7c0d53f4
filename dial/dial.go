// Package dial opens connections to databases and models.
//
// It decides two things for all of them: a connection without TLS goes only to
// this machine, judged by the address that is really dialled and not by its
// name; and TLS is 1.2 or newer, with the server's name verified against the
// system's authorities or a pinned set. There is no fallback from one to the
// other.
package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// Loopback reports whether host is an address of this machine: localhost or a
// loopback address in digits. It asks no name server.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// Config says how to reach one server.
type Config struct {
	// Host is the name that the server's certificate must have.
	Host string
	// Plain leaves TLS out; the address must then be a loopback address.
	Plain bool
	// RootPEM are the only authorities to trust; nil those of the system.
	RootPEM []byte
	// Timeout bounds the connection's making.
	Timeout time.Duration
}

// Dialer opens connections for one Config.
type Dialer struct {
	c   Config
	tls *tls.Config
}

// New makes a dialer, or says what c lacks.
func New(c Config) (*Dialer, error) {
	switch {
	case c.Host == "":
		return nil, errors.New("dial: Config.Host is empty")
	case c.Timeout <= 0:
		return nil, errors.New("dial: Config.Timeout is not set")
	case c.Plain && c.RootPEM != nil:
		return nil, errors.New("dial: pinned authorities mean nothing without TLS")
	case c.Plain && !Loopback(c.Host):
		return nil, fmt.Errorf("%s is not this machine: connect with TLS", c.Host)
	}
	d := &Dialer{c: c}
	if c.Plain {
		return d, nil
	}
	d.tls = &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
	if c.RootPEM != nil {
		d.tls.RootCAs = x509.NewCertPool()
		if !d.tls.RootCAs.AppendCertsFromPEM(c.RootPEM) {
			return nil, errors.New("the file of authorities holds no certificate in PEM form")
		}
	}
	return d, nil
}

// TLS is a copy of the configuration for the handshake; nil for a plain
// connection. Protocols that begin in plain text and then switch need it.
func (d *Dialer) TLS() *tls.Config {
	if d.tls == nil {
		return nil
	}
	return d.tls.Clone()
}

// Dial opens a TCP connection to address, before any TLS handshake.
func (d *Dialer) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return nil, fmt.Errorf("dial: %s is not used", network)
	}
	nd := net.Dialer{Timeout: d.c.Timeout, KeepAlive: 30 * time.Second}
	if d.c.Plain {
		nd.Control = onlyLoopback
	}
	return nd.DialContext(ctx, network, address)
}

// onlyLoopback looks at the address after the name was resolved: localhost may
// mean something else in a resolver's answer.
func onlyLoopback(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !a.Addr().Unmap().IsLoopback() {
		return errors.New("dial: a connection without TLS goes to this machine only")
	}
	return nil
}
