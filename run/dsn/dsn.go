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
	"strings"
)

// Target is one database: a [Postgres], a [MySQL], a [Trino], a [SQLite], a
// [DuckDB] or a [CSV].
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

// MySQL is mariadb://user[:password]@host[:port]/database or mysql://..., with
// the parameters of [Postgres].
type MySQL struct {
	MariaDB  bool // which of the two cousins it is
	Host     string
	Port     uint16
	Database string
	User     string
	Password Secret
	Plain    bool
	RootCert string
}

// SQLite is sqlite:PATH.
type SQLite struct{ Path string }

// DuckDB is duckdb:PATH.
type DuckDB struct{ Path string }

// CSV is csv:PATH, a file or a folder of files.
type CSV struct{ Path string }

// File is a target that is a file of this machine, or for [CSV] perhaps a folder: a
// [SQLite], a [DuckDB] or a [CSV].
type File interface {
	Target
	// File is its path, and At the same kind of file at another one.
	File() string
	At(path string) File
}

func (s SQLite) File() string      { return s.Path }
func (d DuckDB) File() string      { return d.Path }
func (c CSV) File() string         { return c.Path }
func (SQLite) At(path string) File { return SQLite{Path: path} }
func (DuckDB) At(path string) File { return DuckDB{Path: path} }
func (CSV) At(path string) File    { return CSV{Path: path} }

func (Postgres) target() {}
func (MySQL) target()    {}
func (SQLite) target()   {}
func (DuckDB) target()   {}
func (CSV) target()      {}

// String is the target without its password.
func (p Postgres) String() string { return server(p).address("postgres") }

// String is the target without its password.
func (m MySQL) String() string { return m.server().address(m.scheme()) }

func (m MySQL) scheme() string {
	if m.MariaDB {
		return "mariadb"
	}
	return "mysql"
}

// String is the connection string.
func (s SQLite) String() string { return "sqlite:" + s.Path }

// String is the connection string.
func (d DuckDB) String() string { return "duckdb:" + d.Path }

// String is the connection string.
func (c CSV) String() string { return "csv:" + c.Path }

var errScheme = errors.New("a connection string begins with sqlite:, duckdb:, csv:, postgres://, mariadb://, mysql:// or trino://")

// Parse reads a connection string.
func Parse(text string) (Target, error) {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok {
		return nil, errScheme
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, errors.New("a connection string has no control characters")
	}
	switch scheme {
	case "postgres", "postgresql":
		s, err := parseServer(text, "postgres", 5432)
		if err != nil {
			return nil, err
		}
		return Postgres(s), nil
	case "mysql", "mariadb":
		s, err := parseServer(text, scheme, 3306)
		if err != nil {
			return nil, err
		}
		return mySQL(scheme == "mariadb", s), nil
	case "sqlite", "duckdb", "csv":
		return parseFile(scheme, rest)
	case "trino":
		return parseTrino(text)
	default:
		return nil, errScheme
	}
}

// parseFile reads the path of a file, which no driver gets to see before it has
// been made absolute: theirs may be an address (https:) or an option (?mode=rwc).
func parseFile(scheme, path string) (Target, error) {
	switch {
	case path == "" || path == ":memory:":
		return nil, fmt.Errorf("%s: names no file; write %s:PATH", scheme, scheme)
	case strings.HasPrefix(path, "//"):
		return nil, fmt.Errorf("write %s:PATH, without slashes before the path", scheme)
	case strings.ContainsAny(path, "?#"):
		return nil, fmt.Errorf("%s: takes no parameters; a path holds no ? and no #", scheme)
	case scheme == "duckdb":
		return DuckDB{Path: path}, nil
	case scheme == "csv":
		return CSV{Path: path}, nil
	default:
		return SQLite{Path: path}, nil
	}
}
