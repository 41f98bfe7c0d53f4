package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
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
trino://USER@HOST:PORT/CATALOG/SCHEMA, or sqlite:PATH. A password may stand in it here; it is not written down.

With --grants it prints the script that makes a role able to read what the rules
of a connection need and nothing else, down to columns, and takes away what the
role has beyond that. It runs nothing: an administrator does. With a DSN beside
--connection it looks through that one, as an administrator's; with a DSN alone
the rules are those that would be proposed.`,
		Example: `  grille connect postgres://grille_ro@127.0.0.1:5432/clinic
  grille connect mariadb://grille_ro@127.0.0.1/shop
  grille connect sqlite:clinic.db --accept
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
	if _, err := os.Lstat(k.flags.config); !errors.Is(err, fs.ErrNotExist) {
		return usage("%s is there already: name another file with --config, or add the connection to it by hand", k.flags.config)
	}
	target, err := dsn.Parse(text)
	if err != nil {
		return usage("%v", err)
	}
	c := config.Defaults()
	c.File = k.flags.config
	conn := config.Connection{Name: k.named(target), Target: target, Schemas: k.schemas}
	if file, ok := target.(dsn.File); ok {
		conn.Dirs = []string{filepath.Dir(file.File())}
	}
	c.Viewers = []viewer.Viewer{{Name: owner, Teams: []string{owners}}}
	s, err := k.siteOf(c)
	if err != nil {
		return err
	}
	cat, err := k.look(ctx, s, conn)
	if err != nil {
		return err
	}
	proposed := rules.Init(cat)
	conn.Rules = filepath.Join(filepath.Dir(k.flags.config), conn.Name+"-rules.yaml")
	printClasses(k.out, cat, proposed)
	return k.decide(ctx, s, conn, proposed)
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
	case dsn.SQLite, dsn.DuckDB:
		base := filepath.Base(t.(dsn.File).File())
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
	return strings.TrimLeft(name, "-")
}

// look connects, says what the role may do, and reads the outline.
func (k *connecting) look(ctx context.Context, s *site, conn config.Connection) (*catalog.Catalog, error) {
	e, err := s.engine(conn)
	if err != nil {
		return nil, err
	}
	defer func() { _ = e.Close() }()
	posture, err := e.Posture(ctx)
	if err != nil {
		return nil, err
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
	return e.Catalog(ctx)
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

// classed are the columns that a proposal puts into each class.
func classed(proposed []byte) map[string]int {
	count := map[string]int{}
	for line := range strings.Lines(string(proposed)) {
		if column, ok := strings.CutPrefix(line, "      "); ok && !strings.HasPrefix(column, " ") {
			if _, class, ok := cutLast(strings.TrimSpace(column), ": "); ok {
				count[class]++
			}
		}
	}
	return count
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func printClasses(w io.Writer, cat *catalog.Catalog, proposed []byte) {
	columns := 0
	for _, t := range cat.Tables {
		columns += len(t.Columns)
	}
	fmt.Fprintf(w, "\n%d tables, %d columns, sorted by name, type, key and comment (no row was read):\n", len(cat.Tables), columns)
	count := classed(proposed)
	var names []string
	for name := range count {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		fmt.Fprintf(w, "  %4d %s\n", count[name], name)
	}
}

// decide asks what to do, and writes files.
func (k *connecting) decide(ctx context.Context, s *site, conn config.Connection, proposed []byte) error {
	choice := "a"
	if !k.accept {
		fmt.Fprintf(k.out, "\nNothing is visible until you accept. Team %q, you, would see every row of these tables,\nwith columns masked or closed by class.\n[a]ccept  [e]dit  [q]uit: ", owners)
		line, err := bufio.NewReader(k.in).ReadString('\n')
		if err != nil && line == "" {
			fmt.Fprintln(k.out)
			return usage("nobody answered, and nothing was written: add --accept to accept without being asked")
		}
		choice = strings.ToLower(strings.TrimSpace(line))
	}
	switch choice {
	case "a", "accept":
		granted, err := grant(proposed)
		if err != nil {
			return err
		}
		if err := k.write(s, conn, granted); err != nil {
			return err
		}
		return k.suggest(ctx, s, conn)
	case "e", "edit":
		if err := k.write(s, conn, proposed); err != nil {
			return err
		}
		fmt.Fprintf(k.out, "Nothing is granted yet. Edit %s, add grants, then: grille rules check --config %s\n", conn.Rules, s.File)
		return nil
	case "q", "quit", "":
		fmt.Fprintln(k.out, "Nothing was written.")
		return nil
	default:
		return usage("%q is none of a, e and q: nothing was written", choice)
	}
}

// grant opens the proposed tables to the owners.
func grant(proposed []byte) ([]byte, error) {
	const closed, open = "    # grants: {TEAM: {rows: all}}\n", "    grants: {" + owners + ": {rows: all}}\n"
	if !strings.Contains(string(proposed), closed) {
		return nil, usage("there is no table that could be opened: views and foreign tables are opened by hand, see grille rules init")
	}
	return []byte(strings.ReplaceAll(string(proposed), closed, open)), nil
}

func (k *connecting) write(s *site, conn config.Connection, text []byte) error {
	var b strings.Builder
	target, dir, err := seenFrom(filepath.Dir(s.File), conn.Target)
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "# Who may ask what of which database. See: grille --help\nconnections:\n  %s:\n    dsn: %q\n", conn.Name, target)
	if s, ok := conn.Target.(dsn.Server); ok {
		if !s.Given().Empty() {
			name := "GRILLE_" + strings.ToUpper(strings.ReplaceAll(conn.Name, "-", "_")) + "_PASSWORD"
			fmt.Fprintf(&b, "    password: env:%s\n", name)
			defer fmt.Fprintf(k.out, "The password was not written down. Put it into the environment variable %s.\n", name)
		}
		if len(conn.Schemas) > 0 {
			fmt.Fprintf(&b, "    schemas: [%s]\n", strings.Join(conn.Schemas, ", "))
		}
	}
	if dir != "" {
		fmt.Fprintf(&b, "    dirs: [%q]\n", dir)
	}
	fmt.Fprintf(&b, "    rules: %q\n\n# Who may be named with --as.\nviewers:\n  %s: {teams: [%s]}\n", filepath.Base(conn.Rules), owner, owners)
	if err := create(conn.Rules, text); err != nil {
		return err
	}
	if err := create(s.File, []byte(b.String())); err != nil {
		return err
	}
	fmt.Fprintf(k.out, "wrote %s and %s\n", s.File, conn.Rules)
	return nil
}

// seenFrom is a target as the configuration in folder names it, and the folder
// in which a database file lies.
func seenFrom(folder string, t dsn.Target) (dsn.Target, string, error) {
	file, ok := t.(dsn.File)
	if !ok {
		return t, "", nil
	}
	from, err := filepath.Abs(folder)
	if err != nil {
		return t, "", err
	}
	path, err := filepath.Abs(file.File())
	if err != nil {
		return t, "", err
	}
	if rel, err := filepath.Rel(from, path); err == nil {
		path = rel
	}
	return file.At(path), filepath.Dir(path), nil
}

// create writes a file that must not be there yet.
func create(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return usage("%s is there already: move it away, or use --name", path)
	}
	if err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// suggest names up to three questions that work.
func (k *connecting) suggest(ctx context.Context, s *site, conn config.Connection) error {
	compile, err := s.compile(conn)
	if err != nil {
		return err
	}
	g, err := s.openWith(ctx, conn, compile)
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }()
	works, err := g.Suggest(ctx, grille.Question{Viewer: s.Viewers[0]}, 3)
	if err != nil || len(works) == 0 {
		return err
	}
	fmt.Fprintln(k.out, "\nTry:")
	for _, q := range works {
		fmt.Fprintf(k.out, "  grille ask --config %s --as %s %q\n", s.File, owner, q.Text)
	}
	return nil
}
