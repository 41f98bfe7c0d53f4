package dsn

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Trino is trino://user[:password]@host[:port]/catalog/schema, with the
// parameters of [Postgres].
type Trino struct {
	Host string
	Port uint16
	// Catalog and Schema are where unqualified names are looked up first.
	Catalog, Schema string
	User            string
	Password        Secret
	Plain           bool
	RootCert        string
}

func (Trino) target() {}

// String is the target without its password.
func (t Trino) String() string {
	u := url.URL{
		Scheme: "trino", User: url.User(t.User),
		Host: net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port))), Path: "/" + t.Catalog + "/" + t.Schema,
		RawQuery: server{Host: t.Host, Plain: t.Plain, RootCert: t.RootCert}.asked(),
	}
	return u.String()
}

var (
	errTrino     = errors.New("the connection string names no catalog and schema in small letters; write trino://user@host:port/catalog/schema, with %-escapes for special characters")
	errOverPlain = errors.New("Trino takes a password over TLS only; leave it out, or use sslmode=verify-full")
)

// parseTrino reads what the strings of all servers have, after the schema is taken
// from the path.
func parseTrino(text string) (Target, error) {
	address, query, _ := strings.Cut(text, "?")
	i := strings.LastIndexByte(address, '/')
	schema, err := url.PathUnescape(address[i+1:])
	if err != nil || i < len("trino://") || !trinoName(schema) {
		return nil, errTrino
	}
	if query != "" {
		query = "?" + query
	}
	s, err := parseServer(address[:i]+query, "trino", 8443)
	switch {
	case err != nil && strings.Contains(err.Error(), "names no database"), err == nil && !trinoName(s.Database):
		return nil, errTrino
	case err != nil:
		return nil, err
	case s.Plain && !s.Password.Empty():
		return nil, errOverPlain
	}
	return Trino{Host: s.Host, Port: s.Port, Catalog: s.Database, Schema: schema, User: s.User, Password: s.Password, Plain: s.Plain, RootCert: s.RootCert}, nil
}

// trinoName reports whether s is a name that Trino writes as it is: names are of
// small letters there, and a dot parts them.
func trinoName(s string) bool {
	return s != "" && s == strings.ToLower(s) && !strings.ContainsAny(s, "./\\\"")
}

func (t Trino) Given() Secret { return t.Password }

func (t Trino) WithPassword(given Secret) (Server, error) {
	if t.Plain && !given.Empty() {
		return t, errOverPlain
	}
	err := t.Password.take(given)
	return t, err
}

func (t Trino) Authority() string { return t.RootCert }

func (t Trino) WithAuthority(file string) Server { t.RootCert = file; return t }
