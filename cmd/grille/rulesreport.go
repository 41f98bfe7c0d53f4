package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
)

func (p *program) rulesMatrix() *cobra.Command {
	return &cobra.Command{
		Use:   "matrix",
		Short: "list what every team is shown of every column",
		Long: `Lists what the rules of a connection show of every column to every team: value,
a mask, aggregate(10) for sums and averages over ten or more, or closed; and of
which rows. Columns and tables that the rules do not name are closed. No row is
read.`,
		Example: `  grille rules matrix --connection clinic
  grille rules matrix -o csv > matrix.csv`,
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			r, err := s.granted(c.Context())
			if err != nil {
				return err
			}
			return printMatrix(p.out, p.flags.output, rules.Matrix(r, s.teams()))
		},
	}
}

// granted are the rules of the connection over its database as it is now.
func (s *site) granted(ctx context.Context) (*policy.Rules, error) {
	cat, conn, err := s.outline(ctx)
	if err != nil {
		return nil, err
	}
	compile, err := s.compile(conn)
	if err != nil {
		return nil, err
	}
	return compile(cat)
}

func printMatrix(w io.Writer, format string, rights []rules.Right) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		return e.Encode(rights)
	case "csv":
		out := csv.NewWriter(w)
		_ = out.Write([]string{"team", "table", "column", "shows", "rows", "groups", "scope"})
		for _, r := range rights {
			_ = out.Write([]string{r.Team, r.Table, r.Column, r.Shows, r.Rows, r.Groups, strings.Join(r.Scope, "; ")})
		}
		out.Flush()
		return out.Error()
	}
	return printGrid(w, rights)
}

// printGrid is one block a table: a column for each team that sees it, a line for
// each column of it.
func printGrid(w io.Writer, rights []rules.Right) error {
	var b strings.Builder
	var closed []string
	for len(rights) > 0 {
		n := 0
		for n < len(rights) && rights[n].Table == rights[0].Table {
			n++
		}
		if !grid(&b, rights[:n]) {
			closed = append(closed, rights[0].Table)
		}
		rights = rights[n:]
	}
	if len(closed) > 0 {
		fmt.Fprintf(&b, "closed to everybody: %s\n", strings.Join(closed, ", "))
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// grid prints the rights over one table, and reports whether there are any.
func grid(b *strings.Builder, rights []rules.Right) bool {
	var teams []rules.Right // the first line of each that sees the table
	for _, r := range rights {
		if r.Rows != "none" && r.Column == rights[0].Column {
			teams = append(teams, r)
		}
	}
	if len(teams) == 0 {
		return false
	}
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	line := func(head string, word func(rules.Right) string) {
		fmt.Fprint(t, head)
		for _, r := range teams {
			fmt.Fprint(t, "\t", word(r))
		}
		fmt.Fprintln(t)
	}
	line(rights[0].Table, func(r rules.Right) string { return r.Team })
	line("  (rows)", func(r rules.Right) string { return strings.Join(strings.Fields(r.Rows), " ") })
	groups := false
	for _, r := range teams {
		groups = groups || r.Groups != ""
	}
	if groups {
		line("  (groups of)", func(r rules.Right) string { return r.Groups })
	}
	for i := range teams[0].Scope {
		line("  (scope)", func(r rules.Right) string { return r.Scope[i] })
	}
	shows := map[string]string{}
	for _, r := range rights {
		shows[r.Team+" "+r.Column] = r.Shows
	}
	for _, r := range rights {
		if r.Team == rights[0].Team {
			line("  "+r.Column, func(team rules.Right) string { return shows[team.Team+" "+r.Column] })
		}
	}
	_ = t.Flush() // into memory
	fmt.Fprintln(b)
	return true
}

func (p *program) rulesDiff() *cobra.Command {
	return &cobra.Command{
		Use:   "diff OLD [NEW]",
		Short: "say what a change of rules opens and closes; exit code 1 if it opens",
		Long: `Compares two rules files over the connection's database as it is now, and says
for each team, table and column what the second opens and closes against the
first. Without NEW the second is the file of the connection; - is standard input.

What it cannot tell, as of two row conditions, it says with "changes".

Exit codes: 0 nothing opens; 1 something opens or changes; 2 a file is wrong, as
for the database of today.`,
		Example: `  git show HEAD:clinic-rules.yaml | grille rules diff -
  grille rules diff old-rules.yaml new-rules.yaml -o json`,
		Args: args(1, 2, "a rules file, or two"),
		RunE: func(c *cobra.Command, given []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			changes, err := s.changes(c.Context(), given)
			if err != nil {
				return err
			}
			return p.printChanges(changes)
		},
	}
}

func (s *site) changes(ctx context.Context, files []string) ([]rules.Change, error) {
	cat, conn, err := s.outline(ctx)
	if err != nil {
		return nil, err
	}
	opts, err := s.ruleOptions(conn)
	if err != nil {
		return nil, err
	}
	if len(files) == 1 {
		if conn.Rules == "" {
			return nil, usage("connection %s names no rules in %s: name two files", conn.Name, s.File)
		}
		files = append(files, conn.Rules)
	}
	var two []*policy.Rules
	for _, file := range files {
		name, text, err := s.file(file)
		if err != nil {
			return nil, err
		}
		r, err := rules.Compile(name, text, cat, opts)
		if err != nil {
			return nil, fmt.Errorf("over the database as it is now:\n%w", err)
		}
		two = append(two, r)
	}
	return rules.Diff(two[0], two[1]), nil
}

// file reads a file of the command line; - is standard input.
func (p *program) file(name string) (string, []byte, error) {
	if name == "-" {
		text, err := p.given([]string{"-"})
		return "(standard input)", []byte(text), err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return name, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return name, text, nil
}

func (p *program) printChanges(changes []rules.Change) error {
	opens := 0
	for _, c := range changes {
		if c.Effect != rules.Closes {
			opens++
		}
	}
	switch p.flags.output {
	case "json":
		if changes == nil {
			changes = []rules.Change{}
		}
		e := json.NewEncoder(p.out)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		if err := e.Encode(changes); err != nil {
			return err
		}
	case "csv":
		out := csv.NewWriter(p.out)
		_ = out.Write([]string{"effect", "team", "table", "column", "text"})
		for _, c := range changes {
			_ = out.Write([]string{c.Word, c.Team, c.Table, c.Column, c.Text})
		}
		if out.Flush(); out.Error() != nil {
			return out.Error()
		}
	default:
		for _, c := range changes {
			fmt.Fprintln(p.out, c)
		}
		if len(changes) == 0 {
			fmt.Fprintln(p.out, "the same is granted")
		}
	}
	if opens > 0 {
		return &found{text: fmt.Sprintf("%d of %d changes open something, or may", opens, len(changes))}
	}
	return nil
}
