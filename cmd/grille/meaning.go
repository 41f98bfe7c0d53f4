package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/config"
	meanings "github.com/grille-dev/grille/meaning"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
)

// readMeaning is what the file of a connection says of its data; nil where it names
// none.
func readMeaning(c config.Connection) (*meanings.Meaning, error) {
	if c.Meaning == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Meaning)
	if err != nil {
		return nil, fmt.Errorf("reading the meaning of %s: %w", c.Name, err)
	}
	return meanings.Parse(c.Meaning, text)
}

func (p *program) meaning() *cobra.Command {
	c := &cobra.Command{
		Use:   "meaning",
		Short: "say what the data mean: descriptions, units, keys, metrics",
		Long: `What people agreed on of a database, in a file that the connection names in the
configuration:

  clinic: {dsn: ..., rules: clinic-rules.yaml, meaning: clinic-meaning.yaml}

It opens nothing and closes nothing: that the rules do. Whoever sees a table
hears what is said of it, and models that may see it too.`,
		Example: `  grille meaning init > clinic-meaning.yaml
  grille meaning check`,
	}
	c.AddCommand(p.meaningInit(), p.meaningImport(), p.meaningCheck(), p.meaningList())
	return group(c)
}

func (p *program) meaningInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "propose a file, from names and comments; no row is read",
		Long: `Prints a file that says nothing yet: what it proposes for each table stands in
comments, for a person to take the marks away from what is right. The comments of
the database are among it. Nobody but you has read them: what you accept is told
to models.`,
		Example: `  grille meaning init > clinic-meaning.yaml`,
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := p.site()
			if err != nil {
				return err
			}
			conn, err := s.Connection(p.flags.connection)
			if err != nil {
				return err
			}
			cat, err := s.wholeCatalog(c.Context(), conn)
			if err != nil {
				return err
			}
			_, err = p.out.Write(meanings.Init(cat))
			return err
		},
	}
}

func (p *program) meaningCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "say what in the file does not fit the database, and who hears what",
		Long: `Compares the file with the database as it is. What does not fit is left out,
without a word to whoever asks; here it is told. Exit code 1 if there is
something. Then it says of which metrics each viewer hears, and a model that
drafts for them.`,
		Example: `  grille meaning check`,
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			s, conn, over, unfit, err := p.agreed(c.Context())
			if err != nil {
				return err
			}
			for _, f := range unfit {
				fmt.Fprintln(p.out, indent(f.String(), ""))
			}
			for _, m := range over.Metrics {
				for _, name := range append([]string{m.Name}, m.Also...) {
					if note := objection(over, name); note != "" {
						fmt.Fprintln(p.out, indent("note: "+note, ""))
					}
				}
			}
			if err := s.hears(conn, over); err != nil {
				return err
			}
			if len(unfit) > 0 {
				return &found{text: fmt.Sprintf("%d entries do not fit the database: mend them, or take them out", len(unfit))}
			}
			fmt.Fprintln(p.out, "all of it fits the database.")
			return nil
		},
	}
}

func (p *program) meaningList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "list what the file says",
		Example: `  grille meaning list`,
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			_, _, over, _, err := p.agreed(c.Context())
			if err != nil {
				return err
			}
			for _, line := range meanings.List(over) {
				fmt.Fprintln(p.out, indent(line, ""))
			}
			return nil
		},
	}
}

// objection is what speaks against the name of a metric.
func objection(c *catalog.Catalog, name string) string {
	if planner.Asks(name) {
		return fmt.Sprintf("%q is how one asks: in questions the metric is not found by it", name)
	}
	if no := planner.Objection(c, name); no != "" {
		return no + "; in questions the metric goes first"
	}
	return ""
}

// agreed is the database of the connection with what its file says.
func (p *program) agreed(ctx context.Context) (*site, config.Connection, *catalog.Catalog, []meanings.Finding, error) {
	s, err := p.site()
	if err != nil {
		return nil, config.Connection{}, nil, nil, err
	}
	conn, err := s.Connection(p.flags.connection)
	if err != nil {
		return nil, conn, nil, nil, err
	}
	if conn.Meaning == "" {
		return nil, conn, nil, nil, usage("connection %s names no file of meaning: grille meaning init > FILE, and write meaning: FILE beside its rules in %s", conn.Name, s.File)
	}
	m, err := readMeaning(conn)
	if err != nil {
		return nil, conn, nil, nil, err
	}
	cat, err := s.wholeCatalog(ctx, conn)
	if err != nil {
		return nil, conn, nil, nil, err
	}
	over, found := m.Over(cat)
	return s, conn, over, found, nil
}

// hears says of which metrics each viewer hears, and a model that drafts for them.
func (s *site) hears(conn config.Connection, over *catalog.Catalog) error {
	if len(over.Metrics) == 0 || conn.Rules == "" {
		return nil
	}
	compile, err := s.compile(conn)
	if err != nil {
		return err
	}
	rules, err := compile(over)
	if err != nil {
		return err
	}
	for _, who := range s.Viewers {
		view, err := policy.See(who, rules, over)
		if err != nil {
			fmt.Fprintln(s.out, indent(fmt.Sprintf("%s hears of nothing: no table is open", who.Name), ""))
			continue
		}
		fmt.Fprintln(s.out, indent(fmt.Sprintf("%s hears of %s; a model for %s of %s", who.Name, metricNames(view.Visible()), who.Name, metricNames(view.ForModel().Visible())), ""))
	}
	return nil
}

func metricNames(c *catalog.Catalog) string {
	var names []string
	for _, m := range c.Metrics {
		names = append(names, m.Name)
	}
	if len(names) == 0 {
		return "no metric"
	}
	return strings.Join(names, ", ")
}
