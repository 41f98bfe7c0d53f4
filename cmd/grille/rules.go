package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/meaning/dbt"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/viewer"
)

func (p *program) rules() *cobra.Command {
	c := group(&cobra.Command{
		Use:   "rules",
		Short: "propose, check, compare and test the file that says who may see what",
		Example: `  grille rules init --connection clinic > clinic-rules.yaml
  grille rules check --connection clinic
  grille rules matrix
  git show HEAD:clinic-rules.yaml | grille rules diff -
  grille rules test clinic-rules.test`,
	})
	c.AddCommand(p.rulesInit(), p.rulesCheck(), p.rulesMatrix(), p.rulesDiff(), p.rulesTest())
	return c
}

// outline is a connection's database as stored, for who keeps its rules.
func (s *site) outline(ctx context.Context) (*catalog.Catalog, config.Connection, error) {
	c, err := s.Connection(s.flags.connection)
	if err != nil {
		return nil, c, err
	}
	e, err := s.engine(c)
	if err != nil {
		return nil, c, err
	}
	defer func() { _ = e.Close() }()
	cat, err := e.Catalog(ctx)
	return cat, c, err
}

func (p *program) rulesInit() *cobra.Command {
	manifest := ""
	c := &cobra.Command{
		Use:   "init",
		Short: "propose a rules file from names, types and keys; no row is read",
		Long: `Sorts the columns of a database into classes by name, type, key and comment and
prints a rules file to be read by a person. What is not sure is closed, and
nothing is granted to anybody. Who may read a table in PostgreSQL itself, and
the policies by which its rows are given, stand there as comments.

--dbt takes the classes that a dbt project names below meta (meta: {class: pii.name},
of a model or a column) first. A class that is not known here stands in the file,
closed, until you say how it is shown.`,
		Example: `  grille rules init --connection clinic > clinic-rules.yaml
  grille rules init --dbt target/manifest.json > clinic-rules.yaml`,
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			conn, err := s.Connection(s.flags.connection)
			if err != nil {
				return err
			}
			e, err := s.engine(conn)
			if err != nil {
				return err
			}
			defer func() { _ = e.Close() }()
			proposed, err := propose(c.Context(), e)
			if err != nil {
				return err
			}
			if manifest != "" {
				project, err := dbt.Read(manifest)
				if err != nil {
					return usage("%v", err)
				}
				proposed.Named(project.Classes(proposed.Catalog()))
			}
			_, err = p.out.Write(proposed.File(none))
			return err
		},
	}
	c.Flags().StringVar(&manifest, "dbt", "", "the manifest.json `file` of a dbt project, whose meta names classes")
	return c
}

func (p *program) rulesCheck() *cobra.Command {
	write, count := false, false
	c := &cobra.Command{
		Use:   "check",
		Short: "say what is wrong or surprising in the rules file; exit code 1 for errors",
		Long: `Reads the rules of a connection against its database as it is now, and lists
every error, everything that opens more than it seems to, and everything that
closes more. With --write, each "*" is replaced by the columns of today, and a
table that says nothing about a scope is given the chain of keys that leads
there, if there is one and no other.

No row is read, but with --count: then the database counts the different values
of hashed columns, and columns that have few are named, and looks for what
descriptions quote. Neither numbers nor values are shown.`,
		Example: `  grille rules check --connection clinic
  grille rules check --connection clinic --write
  grille rules check --count
  grille rules check -o json`,
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			cat, conn, err := s.outline(c.Context())
			if err != nil {
				return err
			}
			all, err := s.check(cat, conn, write)
			if err == nil && count && !failed(all) {
				var few []rules.Finding
				few, err = s.count(c.Context(), conn)
				all = append(all, few...)
			}
			if err != nil {
				return err
			}
			return p.printFindings(all)
		},
	}
	c.Flags().BoolVar(&write, "write", false, `replace each "*" by the columns of today, and write the only chains of keys to scopes`)
	c.Flags().BoolVar(&count, "count", false, "count the different values of hashed columns, and name columns that have few, or whose description quotes one")
	return c
}

func failed(all []rules.Finding) bool {
	return slices.ContainsFunc(all, func(f rules.Finding) bool { return f.Severity == rules.Error })
}

// check is all that there is to say about the rules without asking the database.
func (s *site) check(cat *catalog.Catalog, conn config.Connection, write bool) ([]rules.Finding, error) {
	if conn.Rules == "" {
		return nil, usage("connection %s names no rules in %s: write a file with grille rules init, and name it as rules: FILE", conn.Name, s.File)
	}
	text, err := os.ReadFile(conn.Rules)
	if err != nil {
		return nil, fmt.Errorf("reading the rules: %w", err)
	}
	opts, err := s.ruleOptions(conn)
	if err != nil {
		return nil, err
	}
	if write {
		if text, err = rules.Write(conn.Rules, text, cat, opts); err != nil {
			return nil, err
		}
		if err := os.WriteFile(conn.Rules, text, 0o600); err != nil {
			return nil, fmt.Errorf("writing the rules: %w", err)
		}
	}
	all := rules.Check(conn.Rules, text, cat, opts)
	if failed(all) {
		return all, nil
	}
	r, err := rules.Compile(conn.Rules, text, cat, opts)
	if err != nil {
		return nil, err
	}
	return append(all, rules.Ungranted(r, s.teams())...), nil
}

// count finds the hashed columns of few values, and descriptions that quote some.
func (s *site) count(ctx context.Context, conn config.Connection) ([]rules.Finding, error) {
	compile, err := s.compile(conn)
	if err != nil {
		return nil, err
	}
	var hashed []rules.Hashed
	var quoted []rules.Quoted
	g, err := s.openWith(ctx, conn, func(cat *catalog.Catalog) (*policy.Rules, error) {
		r, err := compile(cat)
		if err != nil {
			return nil, err
		}
		hashed, quoted = rules.HashedColumns(r), rules.QuotedColumns(r)
		return rules.Counting(r)
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = g.Close() }()
	t := &ruleTest{site: s, grille: g}
	var all []rules.Finding
	for _, h := range hashed {
		n, err := t.count(ctx, h.Name, h.SQL)
		if err != nil {
			return nil, err
		}
		if n < rules.FewValues {
			all = append(all, h.Few())
		}
	}
	for _, q := range quoted {
		n, err := t.count(ctx, q.Name, q.SQL)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			all = append(all, q.Stored())
		}
	}
	return all, nil
}

// count is the number that a statement about a column gives.
func (t *ruleTest) count(ctx context.Context, column, sql string) (int, error) {
	rows, err := t.rows(ctx, sql, viewer.Viewer{Name: "rules check", Teams: []string{rules.Counter}})
	if err != nil {
		return 0, fmt.Errorf("counting the values of %s: %w", column, err)
	}
	n, err := strconv.Atoi(strings.Join(rows, ""))
	if err != nil {
		return 0, fmt.Errorf("counting the values of %s: no number came", column)
	}
	return n, nil
}

// printFindings prints what was found, and fails for errors.
func (p *program) printFindings(all []rules.Finding) error {
	type line struct {
		File     string `json:"file"`
		Line     int    `json:"line"`
		Column   int    `json:"column"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
	}
	lines := []line{}
	errs := 0
	for _, f := range all {
		lines = append(lines, line{f.Pos.File, f.Pos.Line, f.Pos.Col, f.Severity.String(), f.Message})
		if f.Severity == rules.Error {
			errs++
		}
	}
	switch p.flags.output {
	case "json":
		e := json.NewEncoder(p.out)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		if err := e.Encode(lines); err != nil {
			return err
		}
	case "csv":
		out := csv.NewWriter(p.out)
		_ = out.Write([]string{"file", "line", "column", "severity", "message"})
		for _, l := range lines {
			_ = out.Write([]string{l.File, strconv.Itoa(l.Line), strconv.Itoa(l.Column), l.Severity, l.Message})
		}
		if out.Flush(); out.Error() != nil {
			return out.Error()
		}
	default:
		for _, f := range all {
			fmt.Fprintln(p.out, f)
		}
		if errs == 0 {
			fmt.Fprintln(p.out, "the rules hold")
		}
	}
	if errs > 0 {
		return &found{text: fmt.Sprintf("the rules have %d errors, and nothing is visible until they are mended", errs)}
	}
	return nil
}
