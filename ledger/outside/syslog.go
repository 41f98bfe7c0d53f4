package outside

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/grille-dev/grille/dial"
	"github.com/grille-dev/grille/ledger"
)

// syslog is a place that takes messages of RFC 5424.
type syslog struct {
	network, address string
	dialer           *dial.Dialer // nil: a socket of this machine
	tls              bool
}

// Syslog sends each checkpoint as one message, in which it stands as
// checkpoint=BASE64. The address is one of
//
//	unix:/dev/log
//	udp://127.0.0.1:514, tcp://127.0.0.1:601    this machine only
//	tls://log.example.org:6514
//
// Datagrams, unix and udp, are not acknowledged: that none was refused is all
// that is known.
func Syslog(address string) (ledger.Sink, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok && strings.HasPrefix(path, "/") {
		return &syslog{network: "unixgram", address: path}, nil
	}
	u, err := url.Parse(address)
	wrong := errors.New("a syslog is one of unix:/dev/log, udp://127.0.0.1:514, tcp://127.0.0.1:601 and tls://HOST:6514")
	if err != nil || u.Hostname() == "" || u.Port() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return nil, wrong
	}
	s := &syslog{network: u.Scheme, address: u.Host}
	switch u.Scheme {
	case "udp":
		if !dial.Loopback(u.Hostname()) {
			return nil, fmt.Errorf("%s is not this machine: send to its own syslog, which may forward it, or use tls://", u.Hostname())
		}
		return s, nil
	case "tcp", "tls":
		s.network, s.tls = "tcp", u.Scheme == "tls"
		s.dialer, err = dial.New(dial.Config{Host: u.Hostname(), Plain: !s.tls, Timeout: timeout})
		return s, err
	default:
		return nil, wrong
	}
}

// message is RFC 5424's: facility audit (13), severity notice (5). Whoever takes
// it has a better clock and knows our host's name.
func message(c ledger.Checkpoint) string {
	return fmt.Sprintf("<%d>1 - - grille - checkpoint - %s", 13*8+5, c.Line())
}

func (s *syslog) Send(ctx context.Context, c ledger.Checkpoint) error {
	conn, err := s.connect(ctx)
	if err != nil {
		return unreachable(err)
	}
	defer conn.Close()
	if at, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(at) // the write fails if this does
	}
	text := message(c)
	if s.network == "tcp" { // RFC 6587, RFC 5425: the length goes before it
		text = fmt.Sprintf("%d %s", len(text), text)
	}
	if _, err := conn.Write([]byte(text)); err != nil {
		return unreachable(err)
	}
	return nil
}

func (s *syslog) connect(ctx context.Context) (net.Conn, error) {
	if s.dialer == nil {
		return new(net.Dialer).DialContext(ctx, s.network, s.address)
	}
	conn, err := s.dialer.Dial(ctx, s.network, s.address)
	if err != nil || !s.tls {
		return conn, err
	}
	secure := tls.Client(conn, s.dialer.TLS())
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return secure, nil
}

// unreachable puts a failure of the network into words of ours: the error's own
// may hold what the other side sent.
func unreachable(err error) error {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		name    *net.DNSError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("there was no time left")
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return fmt.Errorf("no answer came within %v", timeout)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing listens there")
	case errors.Is(err, syscall.ENOENT):
		return errors.New("there is no such socket")
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return errors.New("its certificate is not to be trusted")
	case errors.As(err, &name):
		return errors.New("its name is not known")
	}
	return errors.New("the connection broke")
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
