// Package config reads grille.yaml.
//
// The file is strict at every depth (package strict): what it does not know it
// refuses, with line and column. It holds no secret, only where one is to be
// found (env:NAME or file:PATH); a secret is read when it is needed, and one
// that is missing or empty is an error. What the file leaves out has the value
// that [Defaults] gives and no other.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/text/language"

	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/viewer"
)

// Planner is the name of the drafter that is built in.
const Planner = "planner"

// Config is the content of grille.yaml.
type Config struct {
	File        string // as it was opened; paths in it are relative to its folder
	Connections []Connection
	Order       []string // who drafts: Planner alone, or names of Models, the first choice first
	Models      []Model
	Budget      Budget
	State       string // folder for what Grille keeps; "": see StateDir
	Viewers     []viewer.Viewer
	Zone        *time.Location
	Locale      language.Tag // in which people read numbers; language.Und: as PostgreSQL writes them
	Fiscal      time.Month   // in which the financial year begins; 0: nobody has said
	Week        calendar.Week
	Limits      Limits
	Ledger      Ledger
	// SecretRef is where the site's secret is: 32 bytes or more, from which come the
	// pseudonyms of hash masks and the digests in receipts. "": a new one for
	// each run, so that pseudonyms differ from run to run.
	SecretRef string

	off viewer.Switches // for everybody; those of Viewers have it
}

// Connection is one database and the rules that hold for it.
type Connection struct {
	Name     string
	Target   dsn.Target // never holds a password
	Password string     // where it is: env:NAME, file:PATH, or "" for none
	Schemas  []string   // where unqualified names resolve; empty: the engine's default
	Rules    string     // path; "": none, nothing is visible
	Pairs    string     // path of examples for models; "": none
	Taught   string     // path of what people call things; "": none
	Meaning  string     // path of what the data mean; "": none
	Dirs     []string   // SQLite, DuckDB, CSV: folders below which the file must lie; empty: the folder of grille.yaml
	// InsecureAllowWritableRole lets a role be used that may do more than read.
	InsecureAllowWritableRole bool
}

// Limits bound each statement, and how many run at once on a connection.
type Limits struct {
	run.Limits
	Concurrent int
}

// Defaults is what holds where grille.yaml says nothing: no connection, no
// viewer, the planner, UTC, and limits that suit one person at a terminal.
func Defaults() *Config {
	return &Config{
		Order: []string{Planner},
		Zone:  time.UTC,
		Limits: Limits{
			Limits:     run.Limits{Rows: 1_000_000, Bytes: 1 << 30, Time: 60 * time.Second},
			Concurrent: 4,
		},
	}
}

// Load reads the file at path.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s: name another with --config, or make one with: grille connect DSN", path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(path, text)
}

// Connection finds the connection called name; "" finds the only one.
func (c *Config) Connection(name string) (Connection, error) {
	if name == "" && len(c.Connections) == 1 {
		return c.Connections[0], nil
	}
	var names []string
	for _, k := range c.Connections {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	if name == "" {
		return Connection{}, fmt.Errorf("which connection? add %s", list("--connection", names))
	}
	return Connection{}, fmt.Errorf("%s has no connection %q: try %s", c.File, name, list("--connection", names))
}

// Viewer finds the viewer called name. There is no default: who asks is said.
func (c *Config) Viewer(name string) (viewer.Viewer, error) {
	var names []string
	for _, v := range c.Viewers {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	switch {
	case len(names) == 0:
		return viewer.Viewer{}, fmt.Errorf("%s names no viewer: add viewers: {NAME: {teams: [...]}}", c.File)
	case name == "":
		return viewer.Viewer{}, fmt.Errorf("who asks? add %s", list("--as", names))
	}
	return viewer.Viewer{}, fmt.Errorf("%s has no viewer %q: try %s", c.File, name, list("--as", names))
}

// Path makes a path of the file absolute or relative to the working folder.
func (c *Config) Path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(filepath.Dir(c.File), p)
}

func list(flag string, names []string) string {
	s := ""
	for i, n := range names {
		if i > 0 {
			s += ", "
		}
		s += flag + " " + n
	}
	if s == "" {
		return flag + ", after naming one in the file"
	}
	return s
}
