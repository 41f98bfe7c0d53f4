// Package dsn reads connection strings into closed sets of fields.
//
// Drivers parse far more than an operator means to say: environment variables,
// password and service files, several hosts, fallbacks to plain text, options
// that change what SQL means. None of that passes here: a [Target] holds what
// was written and nothing else, an unknown parameter is an error that names
// it, and no error and no String ever holds a password.
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
	"github.com/grille-dev/grille/refusal"
)

// Target is one database: a [Postgres] or a [SQLite].
//
//sumtype:decl
type Target interface {
	target()
	// String is the target without its password.
	String() string
}

// Postgres is postgres://user[:password]@host[:port]/database
// [?sslmode=verify-full|disable][&sslrootcert=FILE].
type Postgres struct {
	Host     string // a name or an address; never a socket
	Port     uint16
	Database string
	User     string
	Password Secret
	// Plain is a connection without TLS; only to the machine itself.
	Plain bool
	// RootCert is a PEM file of the only authorities to trust; "" those of the
	// system. Either way the server's name is verified.
	RootCert string
}

// SQLite is sqlite:PATH.
type SQLite struct{ Path string }

func (Postgres) target() {}
func (SQLite) target()   {}

// String is the target without its password.
func (p Postgres) String() string {
	u := url.URL{
		Scheme: "postgres", User: url.User(p.User),
		Host: net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port))), Path: "/" + p.Database,
	}
	return u.String()
}

// String is the connection string.
func (s SQLite) String() string { return "sqlite:" + s.Path }

// Parse reads a connection string.
func Parse(text string) (Target, error) {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok {
		return nil, errors.New("a connection string begins with sqlite: or postgres://")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, errors.New("a connection string has no control characters")
	}
	switch scheme {
	case "postgres", "postgresql":
		return parsePostgres(text)
	case "sqlite":
		return parseSQLite(rest)
	case "mysql", "mariadb", "duckdb", "trino":
		return nil, refusal.New(refusal.Engine, "connect to PostgreSQL (postgres://) or SQLite (sqlite:PATH)",
			"%s is not in this version", scheme)
	default:
		return nil, errors.New("a connection string begins with sqlite: or postgres://")
	}
}

func parseSQLite(path string) (Target, error) {
	switch {
	case path == "" || path == ":memory:":
		return nil, errors.New("sqlite: names no file; write sqlite:PATH")
	case strings.HasPrefix(path, "//"):
		return nil, errors.New("write sqlite:PATH, without slashes before the path")
	case strings.ContainsAny(path, "?#"):
		return nil, errors.New("sqlite: takes no parameters; a path holds no ? and no #")
	}
	return SQLite{Path: path}, nil
}

// errShape is said instead of what package url says: that quotes its input,
// and a mistyped string may have its password anywhere.
var errShape = errors.New("write postgres://user@host:port/database, with %-escapes for special characters")

func parsePostgres(text string) (Target, error) {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Fragment != "" || strings.ContainsRune(text, '#') || strings.Count(text, "@") > 1 {
		return nil, errShape // with two @, parsers disagree about the host
	}
	p := Postgres{Host: u.Hostname(), Port: 5432, Database: strings.TrimPrefix(u.Path, "/")}
	if u.User != nil {
		p.User = u.User.Username()
		pass, given := u.User.Password()
		if given && pass == "" {
			return nil, errors.New("the password in the connection string is empty; leave the colon out")
		}
		p.Password = Secret{pass}
	}
	if err := p.check(u); err != nil {
		return nil, err
	}
	return p, p.parameters(u.RawQuery)
}

func (p *Postgres) check(u *url.URL) error {
	switch {
	case p.Host == "":
		return fmt.Errorf("the connection string names no host; %w", errShape)
	case !hostLike(p.Host):
		return errors.New("a connection string names one host; sockets and lists of hosts are not used")
	case p.User == "":
		return fmt.Errorf("the connection string names no user; %w", errShape)
	case p.Database == "" || strings.Contains(p.Database, "/"):
		return fmt.Errorf("the connection string names no database; %w", errShape)
	}
	if s := u.Port(); s != "" {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || n == 0 {
			return errors.New("the port is a number from 1 to 65535")
		}
		p.Port = uint16(n)
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

func (p *Postgres) parameters(query string) error {
	q, err := url.ParseQuery(query)
	if err != nil {
		return errShape
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
			p.RootCert = values[0]
		default:
			return fmt.Errorf("the parameter %q is not used here; sslmode and sslrootcert are", name)
		}
	}
	return p.tls(mode)
}

func (p *Postgres) tls(mode string) error {
	local := dial.Loopback(p.Host)
	switch mode {
	case "":
		p.Plain = local && p.RootCert == ""
	case "verify-full":
	case "disable":
		if !local {
			return errors.New("sslmode=disable is for this machine's own address only; use verify-full, with sslrootcert=FILE for an authority of your own")
		}
		if p.RootCert != "" {
			return errors.New("sslrootcert means nothing with sslmode=disable; leave one of them out")
		}
		p.Plain = true
	default:
		return errors.New("sslmode is verify-full, or disable for this machine's own address")
	}
	return nil
}

// WithPassword is p with a password that stands elsewhere. Two are an error.
func (p Postgres) WithPassword(s Secret) (Postgres, error) {
	if !p.Password.Empty() && !s.Empty() {
		return p, errors.New("the password is given twice: in the connection string and beside it")
	}
	if !s.Empty() {
		p.Password = s
	}
	return p, nil
}
