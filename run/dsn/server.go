package dsn

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/dial"
)

// server is what the strings of all servers have, as [Postgres] explains.
type server struct {
	Host     string
	Port     uint16
	Database string
	User     string
	Password Secret
	Plain    bool
	RootCert string
}

func mySQL(maria bool, s server) MySQL {
	return MySQL{maria, s.Host, s.Port, s.Database, s.User, s.Password, s.Plain, s.RootCert}
}

func (m MySQL) server() server {
	return server{m.Host, m.Port, m.Database, m.User, m.Password, m.Plain, m.RootCert}
}

// address is the server without its password.
func (s server) address(scheme string) string {
	u := url.URL{
		Scheme: scheme, User: url.User(s.User),
		Host: net.JoinHostPort(s.Host, strconv.Itoa(int(s.Port))), Path: "/" + s.Database, RawQuery: s.asked(),
	}
	return u.String()
}

// asked are the parameters without which [server.tls] would decide otherwise.
func (s server) asked() string {
	switch {
	case s.RootCert != "":
		return "sslrootcert=" + strings.ReplaceAll(url.QueryEscape(s.RootCert), "%2F", "/")
	case !s.Plain && dial.Loopback(s.Host):
		return "sslmode=verify-full"
	default:
		return ""
	}
}

// errShape is said instead of what package url says: that quotes its input,
// and a mistyped string may have its password anywhere.
func errShape(scheme string) error {
	return errors.New("write " + scheme + "://user@host:port/database, with %-escapes for special characters")
}

func parseServer(text, scheme string, port uint16) (server, error) {
	shape := errShape(scheme)
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Fragment != "" || strings.ContainsRune(text, '#') || strings.Count(text, "@") > 1 {
		return server{}, shape // with two @, parsers disagree about the host
	}
	s := server{Host: u.Hostname(), Port: port, Database: strings.TrimPrefix(u.Path, "/")}
	if u.User != nil {
		s.User = u.User.Username()
		pass, given := u.User.Password()
		if given && pass == "" {
			return server{}, errors.New("the password in the connection string is empty; leave the colon out")
		}
		s.Password = Secret{pass}
	}
	if err := s.check(u, shape); err != nil {
		return server{}, err
	}
	return s, s.parameters(u.RawQuery, shape)
}

func (s *server) check(u *url.URL, shape error) error {
	switch {
	case s.Host == "":
		return fmt.Errorf("the connection string names no host; %w", shape)
	case !hostLike(s.Host):
		return errors.New("a connection string names one host; sockets and lists of hosts are not used")
	case s.User == "":
		return fmt.Errorf("the connection string names no user; %w", shape)
	case s.Database == "" || strings.Contains(s.Database, "/"):
		return fmt.Errorf("the connection string names no database; %w", shape)
	}
	if port := u.Port(); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return errors.New("the port is a number from 1 to 65535")
		}
		s.Port = uint16(n)
	} else if strings.HasSuffix(u.Host, ":") {
		return errors.New("the port is missing after the colon")
	}
	return nil
}

// hostLike reports whether s is an address or looks like a name.
func hostLike(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Zone() == ""
	}
	return !strings.HasPrefix(s, ".") && !strings.HasPrefix(s, "-") && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '-' || r == '_')
	})
}

func (s *server) parameters(query string, shape error) error {
	q, err := url.ParseQuery(query)
	if err != nil {
		return shape
	}
	mode := ""
	for name, values := range q {
		if len(values) != 1 || values[0] == "" {
			return fmt.Errorf("the parameter %q is given once, with a value", name)
		}
		switch name {
		case "sslmode":
			mode = values[0]
		case "sslrootcert":
			s.RootCert = values[0]
		default:
			return fmt.Errorf("the parameter %q is not used here; sslmode and sslrootcert are", name)
		}
	}
	return s.tls(mode)
}

func (s *server) tls(mode string) error {
	local := dial.Loopback(s.Host)
	switch mode {
	case "":
		s.Plain = local && s.RootCert == ""
	case "verify-full":
	case "disable":
		if !local {
			return errors.New("sslmode=disable is for this machine's own address only; use verify-full, with sslrootcert=FILE for an authority of your own")
		}
		if s.RootCert != "" {
			return errors.New("sslrootcert means nothing with sslmode=disable; leave one of them out")
		}
		s.Plain = true
	default:
		return errors.New("sslmode is verify-full, or disable for this machine's own address")
	}
	return nil
}

// Server is a target that is reached over the network: a user, perhaps a
// password, and an authority that vouches for the server's name.
type Server interface {
	Target
	// Given is the password that stands in the string.
	Given() Secret
	// WithPassword is the target with a password that stands elsewhere. Two are
	// an error.
	WithPassword(Secret) (Server, error)
	// Authority is the PEM file of the only authorities to trust, "" if those of
	// the system are.
	Authority() string
	// WithAuthority is the target with that file elsewhere.
	WithAuthority(file string) Server
}

func (p Postgres) Given() Secret { return p.Password }
func (m MySQL) Given() Secret    { return m.Password }

func (p Postgres) WithPassword(given Secret) (Server, error) {
	err := p.Password.take(given)
	return p, err
}

func (m MySQL) WithPassword(given Secret) (Server, error) {
	err := m.Password.take(given)
	return m, err
}

func (p Postgres) Authority() string { return p.RootCert }
func (m MySQL) Authority() string    { return m.RootCert }

func (p Postgres) WithAuthority(file string) Server { p.RootCert = file; return p }
func (m MySQL) WithAuthority(file string) Server    { m.RootCert = file; return m }

func (s *Secret) take(given Secret) error {
	switch {
	case given.Empty():
		return nil
	case !s.Empty():
		return errors.New("the password is given twice: in the connection string and beside it")
	}
	*s = given
	return nil
}
