package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

func (p *program) rulesTest() *cobra.Command {
	write := false
	c := &cobra.Command{
		Use:   "test FILE...",
		Short: "try what queries and questions give to viewers, against a file of expectations",
		Long: `Takes each query and question of the files the way that every question goes:
drafted, parsed, bound against what the viewer sees, rewritten by the rules of
the connection. It runs only what the file asks rows of. A question is drafted by
whatever the configuration chooses: with a model, it is sent.

  # Analysts see pseudonyms.
  viewer teams=(analysts)
  wards: 3, 4

  sql
  SELECT name FROM patients
  ----
  allowed
  columns: name hash

  ask
  how many patients per ward?
  ----
  allowed
  count: 2

  sql
  SELECT ssn FROM patients
  ----
  refused unknown-column

A viewer is one of the configuration (viewer ana), or is made up: its teams, and
its attributes on lines of their own, of which filter: customer=123 is a hard
filter. What is expected is allowed or refused CODE, then any of columns:,
count: and rows: with lines of CSV. An empty line ends a case.

Exit codes: 0 all hold; 1 some do not; 2 a file is wrong.`,
		Example: `  grille rules test clinic-rules.test
  grille rules test --write clinic-rules.test   # then read the difference`,
		Args: args(1, 1000, "a file"),
		RunE: func(c *cobra.Command, files []string) error {
			return p.withTests(c.Context(), func(t *ruleTest) error {
				cases, bad := 0, 0
				for _, file := range files {
					n, failed, err := t.file(c.Context(), file, write)
					if err != nil {
						return err
					}
					cases, bad = cases+n, bad+failed
				}
				if bad > 0 {
					return &found{text: fmt.Sprintf("%d of %d cases do not hold", bad, cases)}
				}
				if write {
					fmt.Fprintf(p.out, "%d cases written\n", cases)
					return nil
				}
				fmt.Fprintf(p.out, "%d cases hold\n", cases)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&write, "write", false, "write into the files what came of each case")
	return c
}

// ruleTest is a connection under its rules.
type ruleTest struct {
	*site
	grille *grille.Grille
	rules  *policy.Rules
	cat    *catalog.Catalog
}

func (p *program) withTests(ctx context.Context, do func(*ruleTest) error) error {
	s, err := p.site()
	if err != nil {
		return err
	}
	cat, conn, err := s.outline(ctx)
	if err != nil {
		return err
	}
	compile, err := s.compile(conn)
	if err != nil {
		return err
	}
	r, err := compile(cat)
	if err != nil {
		return err
	}
	g, err := s.openWith(ctx, conn, compile)
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }()
	return do(&ruleTest{s, g, r, cat})
}

// file tries the cases of one file, and says which do not hold.
func (t *ruleTest) file(ctx context.Context, file string, write bool) (cases, failed int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, 0, fmt.Errorf("reading %s: %w", file, err)
	}
	all, err := rules.ReadCases(file, text, rules.CaseOptions{Viewers: t.Viewers, Teams: t.teams(), Rules: t.rules}, write)
	if err != nil {
		return 0, 0, err
	}
	var outcomes []rules.Outcome
	for _, c := range all {
		o, err := t.try(ctx, c)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", c.Pos, err)
		}
		outcomes = append(outcomes, o)
		if why := c.Compare(o); why != "" && !write {
			fmt.Fprintf(t.out, "%s: %s\n", c.Pos, why)
			failed++
		}
	}
	if write {
		if err := os.WriteFile(file, rules.WriteCases(text, all, outcomes), 0o600); err != nil {
			return 0, 0, fmt.Errorf("writing %s: %w", file, err)
		}
	}
	return len(all), failed, nil
}

// try goes the whole way as far as the case asks: to the gate, or to the rows.
func (t *ruleTest) try(ctx context.Context, c rules.Case) (rules.Outcome, error) {
	sql := c.Text
	if c.Question {
		u, err := t.grille.Understand(ctx, grille.Question{Text: c.Text, Viewer: c.Viewer})
		switch {
		case err != nil:
			return rules.Refused(err)
		case u.Decision == planner.Choose:
			return rules.Refused(refusal.New(refusal.WhichReading, "write the case in SQL, or in other words", "it is not clear enough what is meant"))
		}
		sql = u.Readings[0].Draft.SQL
	}
	if _, err := t.grille.Explain(ctx, grille.Draft{SQL: sql, Viewer: c.Viewer}); err != nil {
		return rules.Refused(err)
	}
	o, err := rules.Try(t.rules, t.cat, c.Viewer, sql, rules.Moment{Now: t.clock(), Zone: t.Zone})
	if err != nil || o.Refused != "" || !c.Rows() {
		return o, err
	}
	o.Rows, err = t.rows(ctx, sql, c.Viewer)
	if err != nil {
		return rules.Refused(err)
	}
	o.Ran = true
	return o, nil
}

func (t *ruleTest) rows(ctx context.Context, sql string, who viewer.Viewer) ([]string, error) {
	a, err := t.grille.SQL(ctx, grille.Draft{SQL: sql, Viewer: who})
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	err = a.WriteCSV(&b)
	if closing := a.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, err
	}
	if r := a.Receipt(); !r.Complete {
		return nil, fmt.Errorf("the answer is not complete: %s", r.Note)
	}
	return rules.RowLines(b.String())
}
