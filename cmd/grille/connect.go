package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
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
	if _, err := os.Lstat(k.flags.config); !errors.Is(err, fs.ErrNotExist) {
		return usage("%s is there already: name another file with --config, or add the connection to it by hand", k.flags.config)
	}
	target, err := dsn.Parse(orFiles(text))
	switch {
	case err != nil && !strings.Contains(text, ":") && missing(text):
		return usage("there is no file or folder %s, and %v", text, err)
	case err != nil:
		return usage("%v", err)
	}
	c := config.Defaults()
	c.File = k.flags.config
	conn := config.Connection{Name: k.named(target), Target: target, Schemas: k.schemas}
	if file, ok := target.(dsn.File); ok {
		conn.Dirs = []string{folderOf(file)}
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
	proposed := rules.Propose(cat)
	conn.Rules = filepath.Join(filepath.Dir(k.flags.config), conn.Name+"-rules.yaml")
	printClasses(k.out, cat, proposed, rowsRead(target))
	return k.decide(ctx, s, conn, proposed)
}

// orFiles is a DSN, or that of the folder or CSV file whose path was given in its
// place.
func orFiles(text string) string {
	info, err := os.Stat(text)
	ext := strings.ToLower(filepath.Ext(text))
	if err == nil && (info.IsDir() || ext == ".csv" || ext == ".tsv") {
		return "csv:" + text
	}
	return text
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

// printClasses says how many columns are proposed for each class.
func printClasses(w io.Writer, cat *catalog.Catalog, proposed *rules.Proposal, read string) {
	columns := 0
	count := map[string]int{}
	for _, t := range cat.Tables {
		columns += len(t.Columns)
	}
	for _, t := range proposed.Tables() {
		for _, c := range t.Columns {
			count[proposed.Class(c)]++
		}
	}
	fmt.Fprintf(w, "\n%s, %s, sorted by name, type, key and comment (%s):\n", counted(len(cat.Tables), "table"), counted(columns, "column"), read)
	shown := rules.Shown()
	for _, name := range slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) }) {
		fmt.Fprintf(w, "  %4d %-12s %s\n", count[name], name, shown[name])
	}
}

// decide asks what to do, and writes files.
func (k *connecting) decide(ctx context.Context, s *site, conn config.Connection, proposed *rules.Proposal) error {
	if k.accept {
		return k.accepted(ctx, s, conn, proposed, all)
	}
	fmt.Fprintf(k.out, "\nNothing is visible until you accept. Team %q, you, would see every row of these tables,\nwith columns masked or closed by class.\n", owners)
	in := bufio.NewReader(k.in)
	choice, err := k.choice(in, "[a]ccept  [e]dit  [t]able by table  [q]uit: ", "accept", "edit", "table", "quit")
	if err != nil {
		return err
	}
	switch choice {
	case "accept":
		return k.accepted(ctx, s, conn, proposed, all)
	case "table":
		return k.byTable(ctx, s, conn, proposed, in)
	case "edit":
		if err := k.write(s, conn, proposed.File(none)); err != nil {
			return err
		}
		fmt.Fprintf(k.out, "Nothing is granted yet. Edit %s, add grants, then: grille rules check --config %s\n", conn.Rules, s.File)
		return nil
	case "quit":
		return k.quit()
	default:
		panic("grille: an unknown choice")
	}
}

// choice asks until one of the words, or a word's first letter, comes.
func (k *connecting) choice(in *bufio.Reader, ask string, words ...string) (string, error) {
	for range 3 {
		fmt.Fprint(k.out, ask)
		line, err := in.ReadString('\n')
		if err != nil && line == "" {
			fmt.Fprintln(k.out)
			return "", usage("nobody answered, and nothing was written: add --accept to accept without being asked")
		}
		said := strings.ToLower(strings.TrimSpace(line))
		for _, w := range words {
			if said == w || said == w[:1] {
				return w, nil
			}
		}
		fmt.Fprintf(k.out, "That is none of %s.\n", strings.Join(words, ", "))
	}
	return "", usage("three answers that were not asked for: nothing was written")
}

func (k *connecting) quit() error {
	fmt.Fprintln(k.out, "Nothing was written.")
	return nil
}

// accepted writes what is proposed with the grants of some tables, and says what
// can be asked.
func (k *connecting) accepted(ctx context.Context, s *site, conn config.Connection, proposed *rules.Proposal, opens func(*catalog.Table) string) error {
	if len(proposed.Tables()) == 0 {
		return usage("there is no table that could be opened: views and foreign tables are opened by hand, see grille rules init")
	}
	if err := k.write(s, conn, proposed.File(opens)); err != nil {
		return err
	}
	return k.suggest(ctx, s, conn)
}

// all and none say to whom a table opens that was accepted, and one that was not.
func all(*catalog.Table) string  { return owners }
func none(*catalog.Table) string { return "" }

// byTable shows one table after the other and asks whether it opens. Nothing is
// written before the last.
func (k *connecting) byTable(ctx context.Context, s *site, conn config.Connection, proposed *rules.Proposal, in *bufio.Reader) error {
	tables := proposed.Tables()
	opens := map[*catalog.Table]string{}
	shown := rules.Shown()
	for i, t := range tables {
		fmt.Fprintf(k.out, "\n%s  (%d of %d)\n", indent(proposed.Name(t), ""), i+1, len(tables))
		for _, c := range t.Columns {
			class := proposed.Class(c)
			fmt.Fprintf(k.out, "  %-24s %-18s %-12s %s\n", indent(c.Name, ""), c.Declared, class, shown[class])
		}
		choice, err := k.choice(in, fmt.Sprintf("open it to team %q? [o]pen  [c]losed  [q]uit: ", owners), "open", "closed", "quit")
		if err != nil {
			return err
		}
		switch choice {
		case "open":
			opens[t] = owners
		case "closed":
		case "quit":
			return k.quit()
		default:
			panic("grille: an unknown choice")
		}
	}
	if len(opens) == 0 {
		fmt.Fprintln(k.out, "\nNo table was opened.")
		return k.quit()
	}
	fmt.Fprintf(k.out, "\n%s open, %d closed.\n", counted(len(opens), "table"), len(tables)-len(opens))
	return k.accepted(ctx, s, conn, proposed, func(t *catalog.Table) string { return opens[t] })
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
	switch t := t.(type) {
	case dsn.File:
		path, err := relative(folder, t.File())
		dir := filepath.Dir(path)
		if folderOf(t) == t.File() {
			dir = path
		}
		return t.At(path), dir, err
	case dsn.Server:
		if t.Authority() == "" {
			return t, "", nil
		}
		path, err := relative(folder, t.Authority())
		return t.WithAuthority(path), "", err
	default:
		return t, "", nil
	}
}

func relative(folder, path string) (string, error) {
	from, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(from, to); err == nil {
		return rel, nil
	}
	return to, nil
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
