package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/internal/pairs"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/csv"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/mysql"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/run/trino"
	"github.com/grille-dev/grille/viewer"
)

// site opens what grille.yaml names.
type site struct {
	*program
	*config.Config
	secret  []byte // of the site, or of this run
	log     *slog.Logger
	words   int // see grille.Config; 0: the default
	left    *recorder
	purpose ledger.Purpose // "": as it is asked
}

func (p *program) site() (*site, error) {
	c, err := config.Load(p.flags.config)
	if err == nil {
		err = p.choose(c)
	}
	if err != nil {
		return nil, err
	}
	return p.siteOf(c)
}

func (p *program) siteOf(c *config.Config) (*site, error) {
	s := &site{program: p, Config: c, log: slog.New(slog.DiscardHandler)}
	s.left = &recorder{s: s}
	given, err := c.Secret(c.SecretRef)
	if err != nil {
		return nil, err
	}
	switch {
	case given.Empty():
		s.secret = make([]byte, 32)
		if _, err := io.ReadFull(p.random, s.secret); err != nil {
			return nil, err
		}
	case len(given.Reveal()) < 32:
		return nil, fmt.Errorf("the secret of %s has fewer than 32 bytes: make one with openssl rand -hex 32", c.File)
	default:
		s.secret = []byte(given.Reveal())
	}
	if p.flags.log != "" {
		f, err := os.OpenFile(p.flags.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fmt.Errorf("opening the log: %w", err)
		}
		s.log = slog.New(slog.NewTextHandler(f, nil)) // closed with the process
	}
	return s, nil
}

// key is a key for one purpose.
func (s *site) key(purpose string) []byte {
	m := hmac.New(sha256.New, s.secret)
	m.Write([]byte("grille " + purpose))
	return m.Sum(nil)
}

// viewer is who --as names, acting as --team.
func (s *site) viewer() (viewer.Viewer, error) {
	v, err := s.Viewer(s.flags.as)
	if err != nil {
		return v, err
	}
	v.Team = s.flags.team
	v.HardFilters, err = s.hardFilters()
	return v, err
}

// hardFilters are those of --filter together.
func (p *program) hardFilters() (*viewer.HardFilters, error) {
	var all *viewer.HardFilters
	for _, text := range p.flags.filters {
		h, err := viewer.ParseHardFilters(text)
		if err == nil {
			all, err = all.Merge(h)
		}
		if err != nil {
			return nil, usage("--filter: %v", err)
		}
	}
	return all, nil
}

// engine opens a connection's database; nothing is sent yet.
func (s *site) engine(c config.Connection) (run.Engine, error) {
	target, pem, err := s.target(c)
	if err != nil {
		return nil, err
	}
	log := run.Log{To: s.log}
	switch t := target.(type) {
	case dsn.Postgres:
		return postgres.New(postgres.Config{Target: t, RootPEM: pem, Schemas: c.Schemas, TimeZone: s.Zone.String(),
			Concurrent: s.Limits.Concurrent, InsecureAllowWritableRole: c.InsecureAllowWritableRole, Log: log})
	case dsn.MySQL:
		return mysql.New(mysql.Config{Target: t, RootPEM: pem, Schemas: c.Schemas, TimeZone: s.Zone.String(),
			Concurrent: s.Limits.Concurrent, InsecureAllowWritableRole: c.InsecureAllowWritableRole, Log: log})
	case dsn.Trino:
		return trino.New(trino.Config{Target: t, RootPEM: pem, Schemas: c.Schemas, TimeZone: s.Zone.String(),
			Concurrent: s.Limits.Concurrent, InsecureAllowWritableRole: c.InsecureAllowWritableRole, Log: log})
	case dsn.SQLite:
		return sqlite.New(sqlite.Config{Path: t.Path, Dirs: c.Dirs, TimeZone: s.Zone.String(), Concurrent: s.Limits.Concurrent, Log: log})
	case dsn.DuckDB:
		return s.duckdb(t, c, log)
	case dsn.CSV:
		return csv.New(csv.Config{Path: t.Path, Dirs: c.Dirs, TimeZone: s.Zone.String(), Concurrent: s.Limits.Concurrent, Progress: s.progress("percent of the CSV files"), Log: log})
	default:
		panic("grille: unknown kind of database")
	}
}

// target is where a connection goes, with its secrets.
func (s *site) target(c config.Connection) (dsn.Target, []byte, error) {
	t, ok := c.Target.(dsn.Server)
	if !ok {
		return c.Target, nil, nil
	}
	secret, err := s.Secret(c.Password)
	if err != nil {
		return nil, nil, fmt.Errorf("connection %s: %w", c.Name, err)
	}
	if t, err = t.WithPassword(secret); err != nil {
		return nil, nil, fmt.Errorf("connection %s: %w", c.Name, err)
	}
	if t.Authority() == "" {
		return t, nil, nil
	}
	pem, err := os.ReadFile(t.Authority())
	if err != nil {
		return nil, nil, fmt.Errorf("connection %s: reading its certificate authority: %w", c.Name, err)
	}
	return t, pem, nil
}

// open opens the connection that --connection names, under its rules.
func (s *site) open(ctx context.Context) (*grille.Grille, config.Connection, error) {
	c, err := s.Connection(s.flags.connection)
	if err != nil {
		return nil, c, err
	}
	compile, err := s.compile(c)
	if err != nil {
		return nil, c, err
	}
	g, err := s.openWith(ctx, c, compile)
	return g, c, err
}

func (s *site) openWith(ctx context.Context, c config.Connection, compile compiler) (*grille.Grille, error) {
	drafter, err := s.drafter()
	if err != nil {
		return nil, err
	}
	quota, err := s.quota()
	if err != nil {
		return nil, err
	}
	candidates := 0
	if ms := s.Drafters(); len(ms) > 0 {
		candidates = ms[0].Candidates
	}
	entries, err := readPairs(c)
	if err != nil {
		return nil, err
	}
	lessons, err := readLessons(c)
	if err != nil {
		return nil, err
	}
	meaning, err := readMeaning(c)
	if err != nil {
		return nil, err
	}
	e, err := s.engine(c)
	if err != nil {
		return nil, err
	}
	return grille.Open(ctx, grille.Config{
		Engine: e, Rules: compile, Model: drafter, Ledger: s.left, Purpose: s.purpose, Quota: quota, Candidates: candidates, Pairs: pairs.Sent(entries), Taught: lessons, Meaning: meaning, Connection: c.Name, Limits: s.Limits.Limits, Zone: s.Zone, Fiscal: s.Fiscal, Week: s.Week, Locale: s.Locale,
		Clock: s.clock, Random: s.random, Key: s.key("receipts"), Log: s.log, Words: s.words, Names: s.names(c),
	})
}

// compiler makes rules over a database as it is now.
type compiler = func(*catalog.Catalog) (*policy.Rules, error)

// compile reads the rules file of a connection.
func (s *site) compile(c config.Connection) (compiler, error) {
	if c.Rules == "" {
		return nil, usage("connection %s names no rules, and without rules nothing is visible: write a file with grille rules init, and name it in %s as rules: FILE", c.Name, s.File)
	}
	text, err := os.ReadFile(c.Rules)
	if err != nil {
		return nil, fmt.Errorf("reading the rules of %s: %w", c.Name, err)
	}
	opts, err := s.ruleOptions(c)
	if err != nil {
		return nil, err
	}
	return func(cat *catalog.Catalog) (*policy.Rules, error) { return rules.Compile(c.Rules, text, cat, opts) }, nil
}

func (s *site) ruleOptions(c config.Connection) (rules.Options, error) {
	secret, err := policy.NewSecret(s.key("pseudonyms"))
	return rules.Options{Teams: s.teams(), Secret: secret, Connection: c.Name}, err
}

// teams are those that exist: of the viewers in the configuration.
func (s *site) teams() []string {
	var teams []string
	for _, v := range s.Viewers {
		teams = append(teams, v.Teams...)
	}
	return teams
}
