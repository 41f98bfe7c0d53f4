// Package rules reads the rules file of a connection: classes of columns, and
// which team sees which rows and columns of which table.
//
// [Compile] makes [policy.Rules] of it, or says with line and column what is
// wrong: unknown teams, classes, attributes, tables and columns, a null, an
// empty list, a condition that could fail or open rows by mistake. What the file
// does not name is closed, and what this version does not know yet is an error,
// never ignored. [Check] lists everything that is to be said about a file;
// [Write] puts the columns of today in the place of "*" and writes the chains of
// keys to scopes that are the only ones; [Init] proposes a file.
//
// Decoding goes through package internal/strict alone. The package reads names
// and types; it never reads a row.
package rules

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// Options are what a rules file is read against, beside the catalog.
type Options struct {
	// Teams are those that exist. A grant to another is an error.
	Teams []string
	// Secret and Connection make the keys of hashed columns.
	Secret     policy.Secret
	Connection string
}

// Severity is how much a Finding matters.
type Severity uint8

const (
	Error   Severity = iota // the file is refused
	Warning                 // the file opens more than it seems to
	Note                    // the file closes more than it seems to
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Note:
		return "note"
	default:
		panic("rules: unknown severity")
	}
}

// Finding is something to say about a place in a rules file. It may quote the
// file and names of the database, and never a stored value.
type Finding struct {
	Pos      strict.Pos
	Severity Severity
	Message  string
}

func (f Finding) String() string {
	if f.Severity == Error {
		return fmt.Sprintf("%s: %s", f.Pos, f.Message)
	}
	return fmt.Sprintf("%s: %s: %s", f.Pos, f.Severity, f.Message)
}

// Compile reads a rules file. The name is for messages. The error joins all
// findings that are errors; warnings and notes are those of [Check].
func Compile(file string, text []byte, cat *catalog.Catalog, opts Options) (*policy.Rules, error) {
	rules, findings := newCompiler(file, text, cat, opts).compile(text)
	var errs []error
	for _, f := range findings {
		if f.Severity == Error {
			errs = append(errs, &strict.Error{Pos: f.Pos, Message: f.Message})
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return rules, nil
}

// Check lists what is to be said about a rules file, in the file's order. Empty:
// it is fine.
func Check(file string, text []byte, cat *catalog.Catalog, opts Options) []Finding {
	c := newCompiler(file, text, cat, opts)
	c.advise = true
	_, findings := c.compile(text)
	return findings
}

func (c *compiler) compile(text []byte) (*policy.Rules, []Finding) {
	var rules *policy.Rules
	root, err := strict.Parse(c.file, text)
	if err == nil {
		err = c.read(root)
	}
	c.fail(err)
	if !c.failed {
		c.compare()
		if c.advise {
			c.propose()
		}
		rules = c.freeze(digest(text))
	}
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return rules, c.findings
}

func newCompiler(file string, text []byte, cat *catalog.Catalog, opts Options) *compiler {
	if cat == nil {
		panic("rules: no catalog")
	}
	c := &compiler{file: file, text: string(text), cat: cat, opts: opts, start: strict.Pos{File: file, Line: 1, Col: 1}, parents: map[catalog.TableID]bool{}, classes: map[string]*class{}}
	for _, t := range cat.Tables {
		for _, id := range t.Inherits {
			c.parents[id] = true
		}
	}
	return c
}

func digest(text []byte) string {
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:])
}

// compiler is one file on its way to rules. Each step adds its findings and
// goes on where it can, so that a person sees all errors at once.
type compiler struct {
	file  string
	text  string
	cat   *catalog.Catalog
	opts  Options
	start strict.Pos
	// advise: what could be written is looked for, which takes its time.
	advise bool

	attrs   map[string]policy.Attribute
	classes map[string]*class
	twice   []strict.Node // classes of personal data that give samples
	scopes  map[string]policy.Scope
	off     policy.Switches
	schemas map[string]policy.Switches
	teams   map[string]policy.Switches
	tables  []*table
	named   catalog.Names            // the tables that the file names
	parents map[catalog.TableID]bool // the tables of the database that others inherit from

	findings []Finding
	failed   bool
}

func (c *compiler) say(s Severity, pos strict.Pos, format string, args ...any) {
	c.failed = c.failed || s == Error
	c.findings = append(c.findings, Finding{pos, s, fmt.Sprintf(format, args...)})
}

// fail adds an error with the place that it has.
func (c *compiler) fail(err error) {
	if err == nil {
		return
	}
	var e *strict.Error
	if errors.As(err, &e) {
		c.say(Error, e.Pos, "%s", e.Message)
		return
	}
	c.say(Error, c.start, "%s", err)
}

// freeze makes the rules; what it refuses now is a fault of this package or of
// the configuration beside the file.
func (c *compiler) freeze(version string) *policy.Rules {
	config := policy.Config{
		File: c.file, Version: version, Catalog: c.cat,
		Secret: c.opts.Secret, Connection: c.opts.Connection,
		Attributes: c.attrs, Scopes: c.scopes, Off: c.off, Schemas: c.schemas, Teams: c.teams,
	}
	for _, t := range c.tables {
		config.Tables = append(config.Tables, t.rule)
	}
	rules, err := policy.New(config)
	c.fail(err)
	return rules
}

// read decodes the file. Each table is read by itself, so that an error in one
// does not hide those of the others.
func (c *compiler) read(root strict.Node) error {
	var tables []strict.Entry
	err := root.Fields(append(personSwitches(&c.off),
		strict.Required("version", readVersion),
		strict.Optional("attributes", c.readAttributes),
		strict.Optional("presets", c.readPresets),
		strict.Optional("classes", c.readClasses),
		strict.Optional("personal_samples", func(n strict.Node) (err error) { c.twice, err = n.List(); return err }),
		strict.Optional("scopes", c.readScopes),
		strict.Optional("schemas", c.readSchemas),
		strict.Optional("teams", c.readTeams),
		strict.Required("tables", func(n strict.Node) (err error) { tables, err = n.Entries(); return err }),
	)...)
	if err != nil {
		return err
	}
	if len(c.classes) == 0 {
		return root.Errorf("no class is declared: add classes, or presets")
	}
	if err := c.personalSamples(); err != nil {
		return err
	}
	for _, e := range tables {
		c.fail(c.declare(e))
	}
	c.named = catalogOf(c.cat, c.tables)
	for _, t := range c.tables {
		c.fail(c.readTable(t))
	}
	return nil
}

func readVersion(n strict.Node) error {
	text, err := n.Text()
	if err == nil && text != "1" {
		return n.Errorf("rules files of version %q are not known here: write version: 1", text)
	}
	return err
}

// catalogOf is the part of a catalog that a file names: row conditions may read
// no other table.
func catalogOf(cat *catalog.Catalog, tables []*table) catalog.Names {
	part := &catalog.Catalog{Engine: cat.Engine, Path: cat.Path}
	for _, t := range cat.Tables {
		if slices.ContainsFunc(tables, func(n *table) bool { return n.stored == t }) {
			part.Tables = append(part.Tables, t)
		}
	}
	return part.All()
}
