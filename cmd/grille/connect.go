package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/viewer"
)

const (
	owner  = "owner"  // the viewer that connect names
	owners = "owners" // and its team
)

type connecting struct {
	*program
	name    string
	schemas []string
	accept  bool
	print   bool
	role    string
	there   bool // the configuration is there: it is left as it is
}

func (p *program) connect() *cobra.Command {
	k := &connecting{program: p}
	c := &cobra.Command{
		Use:   "connect DSN",
		Short: "look at a database, propose who may see what, and write the configuration",
		Long: `Connects to a database, says in plain words what its role may do beyond reading,
and sorts its columns into classes by name, type, key and comment. No row is
read. What is not sure stays closed. Nothing is visible until you accept.

A DSN is postgres://USER@HOST:PORT/DATABASE, mariadb://... or mysql://... like it,
trino://USER@HOST:PORT/CATALOG/SCHEMA, or sqlite:PATH; of a SQLite file the path
is enough. A password may stand in it here; it is not written down.

With --grants it prints the script that makes a role able to read what the rules
of a connection need and nothing else, down to columns, and takes away what the
role has beyond that. It runs nothing: an administrator does. With a DSN beside
--connection it looks through that one, as an administrator's; with a DSN alone
the rules are those that would be proposed.

CSV files are a database too: csv:PATH, a file or a folder of them, or just the
path. They say no types and keys, so their rows are read for that, on this machine.`,
		Example: `  grille connect postgres://grille_ro@127.0.0.1:5432/clinic
  grille connect mariadb://grille_ro@127.0.0.1/shop
  grille connect sqlite:clinic.db --accept
  grille connect ./data
  grille connect --grants --connection clinic > grants.sql`,
		Args: func(c *cobra.Command, given []string) error {
			if k.print && len(given) == 0 {
				return nil
			}
			return args(1, 1, "a DSN")(c, given)
		},
		RunE: func(c *cobra.Command, given []string) error {
			switch {
			case k.print:
				return k.grants(c.Context(), given)
			case k.role != "":
				return usage("--role goes with --grants: the role of a connection stands in its DSN")
			}
			return k.run(c.Context(), given[0])
		},
	}
	c.Flags().StringVar(&k.name, "name", "", "what to call the connection; else the name of the database")
	c.Flags().StringSliceVar(&k.schemas, "schemas", nil, "the schemas to look at, on MariaDB and MySQL databases; else public, or the DSN's")
	c.Flags().BoolVar(&k.print, "grants", false, "print the GRANT and REVOKE statements that the rules need, and do nothing else")
	c.Flags().StringVar(&k.role, "role", "", "with --grants, the `role` (on MariaDB and MySQL the user) to write them for; else that of the connection, or grille_ro")
	c.Flags().BoolVar(&k.accept, "accept", false, "accept what is proposed without asking")
	return c
}

func (k *connecting) run(ctx context.Context, text string) error {
	target, err := dsn.Parse(orFiles(text))
	switch {
	case k.name != "" && !plainName.MatchString(k.name):
		return usage("--name is of letters a to z, digits, _ and -, and does not begin with -")
	case err != nil && !strings.Contains(text, ":") && missing(text):
		return usage("there is no file or folder %s, and %v", text, err)
	case err != nil:
		return usage("%v", err)
	}
	if k.there, err = k.thereAlready(k.named(target)); err != nil {
		return err
	}
	c := config.Defaults()
	c.File = k.flags.config
	conn := config.Connection{Name: k.named(target), Target: target, Schemas: k.schemas}
	conn.Rules = filepath.Join(filepath.Dir(k.flags.config), conn.Name+"-rules.yaml")
	if _, err := os.Lstat(conn.Rules); err == nil {
		return errThere(conn.Rules) // before it is looked for long
	}
	if file, ok := target.(dsn.File); ok {
		conn.Dirs = []string{folderOf(file)}
	}
	c.Viewers = []viewer.Viewer{{Name: owner, Teams: []string{owners}}}
	s, err := k.siteOf(c)
	if err != nil {
		return err
	}
	proposed, err := k.look(ctx, s, conn)
	if err != nil {
		return err
	}
	if len(proposed.Catalog().Tables) == 0 {
		return usage("%s has no table that this role may read%s: name other schemas with --schemas, or let the role read, as grille connect --grants DSN prints it for an administrator's DSN; nothing was written", target, inSchemas(conn))
	}
	printClasses(k.out, proposed, rowsRead(target))
	return k.decide(ctx, s, conn, proposed)
}

// thereAlready reports whether there is a configuration; one that has the
// connection, or cannot be read, is an error.
func (k *connecting) thereAlready(name string) (bool, error) {
	if _, err := os.Lstat(k.flags.config); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	c, err := config.Load(k.flags.config)
	if err != nil {
		return true, err
	}
	for _, conn := range c.Connections {
		if conn.Name == name {
			return true, usage("%s is there already and has a connection %q: use --name for another, or name another file with --config", k.flags.config, name)
		}
	}
	return true, nil
}

func inSchemas(c config.Connection) string {
	if len(c.Schemas) == 0 {
		return ""
	}
	return " in " + strings.Join(c.Schemas, ", ")
}

// orFiles is a DSN, or that of the folder, the CSV file or the SQLite file whose path
// was given in its place.
func orFiles(text string) string {
	info, err := os.Stat(text)
	ext := strings.ToLower(filepath.Ext(text))
	switch {
	case err != nil:
		return text
	case info.IsDir(), ext == ".csv", ext == ".tsv":
		return "csv:" + text
	case info.Mode().IsRegular() && isSQLite(text):
		return "sqlite:" + text
	}
	return text
}

// isSQLite reports whether a file begins as those of SQLite do.
func isSQLite(path string) bool {
	const begins = "SQLite format 3\x00"
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(begins))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == begins
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// folderOf is the folder in which a database lies, or that it is.
func folderOf(f dsn.File) string {
	if info, err := os.Stat(f.File()); err == nil && info.IsDir() {
		return f.File()
	}
	return filepath.Dir(f.File())
}

// rowsRead says for what rows were read.
func rowsRead(t dsn.Target) string {
	if _, ok := t.(dsn.CSV); ok {
		return "rows were read for types and keys, on this machine"
	}
	return "no row was read"
}

// named makes a name of the database's own.
func (k *connecting) named(t dsn.Target) string {
	if k.name != "" {
		return k.name
	}
	name := ""
	switch t := t.(type) {
	case dsn.Postgres:
		name = t.Database
	case dsn.MySQL:
		name = t.Database
	case dsn.Trino:
		name = t.Catalog
	case dsn.SQLite, dsn.DuckDB, dsn.CSV:
		path, err := filepath.Abs(t.(dsn.File).File()) // . has a name too
		if err != nil {
			path = t.(dsn.File).File()
		}
		base := filepath.Base(path)
		name = strings.TrimSuffix(base, filepath.Ext(base))
	default:
		panic("grille: unknown kind of database")
	}
	name = strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '-'
	}, name)
	if name = strings.TrimLeft(name, "-"); name == "" {
		return "data" // of other letters
	}
	return name
}

// plainName is what a connection is called.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]*$`)

// look connects, says what the role may do, and reads the outline.
func (k *connecting) look(ctx context.Context, s *site, conn config.Connection) (*rules.Proposal, error) {
	heard := &hearing{Handler: s.log.Handler(), also: " (nothing was written)"}
	s.log = slog.New(heard)
	e, err := s.engine(conn)
	if err != nil {
		return nil, err
	}
	defer func() { _ = e.Close() }()
	posture, err := e.Posture(ctx)
	if err != nil {
		return nil, heard.told(err, conn)
	}
	fmt.Fprintf(k.out, "%s\n", conn.Target)
	for _, f := range posture.Findings {
		mark := map[run.Level]string{run.OK: "ok    ", run.Yellow: "note  ", run.Red: "RED   "}[f.Level]
		fmt.Fprintf(k.out, "  %s%s\n%s", mark, indent(f.What, ""), mending(f.Mend))
	}
	if posture.Refused() {
		return nil, refusal.New(refusal.Posture, "mend what is RED above; or make a role that may only read: grille connect --grants DSN prints the statements",
			"the database role may do more than read, so Grille does not use it")
	}
	proposed, err := propose(ctx, e)
	return proposed, heard.told(err, conn)
}

// mending says what to run, a statement a line, so that it can be pasted.
func mending(mend string) string {
	switch {
	case mend == "":
		return ""
	case !strings.Contains(mend, "\n"):
		return "        to mend it: " + indent(mend, "") + "\n"
	}
	return "        to mend it:\n" + indent(mend, "          ") + "\n"
}

// printClasses says how many columns are proposed for each class.
func printClasses(w io.Writer, proposed *rules.Proposal, read string) {
	columns := 0
	count := map[string]int{}
	for _, t := range proposed.Catalog().Tables {
		columns += len(t.Columns)
	}
	for _, t := range proposed.Tables() {
		for _, c := range t.Columns {
			count[proposed.Class(c)]++
		}
	}
	fmt.Fprintf(w, "\n%s, %s, sorted by name, type, key and comment (%s):\n", counted(len(proposed.Catalog().Tables), "table"), counted(columns, "column"), read)
	shown := rules.Shown()
	for _, name := range slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) }) {
		fmt.Fprintf(w, "  %4d %-12s %s\n", count[name], name, shown[name])
		columns -= count[name]
	}
	if columns > 0 {
		fmt.Fprintf(w, "  %4d %-12s %s\n", columns, "not proposed", "closed: of views and partitions; the rules file lists them")
	}
	if names := "person.name"; count[names] > 0 {
		fmt.Fprintf(w, "Names of people are hidden from you as well: reveal: [%s] beside rows: all shows them.\n", names)
	}
}
