package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/internal/pairs"
)

// readPairs are those of a connection, sent or not.
func readPairs(c config.Connection) ([]pairs.Entry, error) {
	if c.Pairs == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Pairs)
	if err != nil {
		return nil, fmt.Errorf("reading the pairs of %s: %w", c.Name, err)
	}
	return pairs.Parse(c.Pairs, text)
}

func (p *program) pairs() *cobra.Command {
	c := &cobra.Command{
		Use:   "pairs",
		Short: "questions with queries that models are sent as examples",
		Long: `A question with the query that answers it helps a model with questions like it.
Both halves are sent as they stand, so nothing is sent that nobody approved for
this: a pair is added, read by somebody as a model will read it, and approved.
One that is edited has to be approved again.

They are in the file that the connection names in the configuration:

  clinic: {dsn: ..., rules: clinic-rules.yaml, pairs: clinic-pairs.yaml}

At most three go with a question, those most like it, and none whose query names
what models may not see for whoever asks.`,
		Example: `  grille pairs add --as ana --question "urgent visits per ward" --sql "SELECT ..."
  grille pairs approve --as ana 1
  grille pairs list`,
	}
	c.AddCommand(p.pairsAdd(), p.pairsApprove(), p.pairsList())
	return group(c)
}

func (p *program) pairsAdd() *cobra.Command {
	var x egress.Proposal
	c := &cobra.Command{
		Use:   "add --question QUESTION --sql QUERY",
		Short: "add a pair, not approved yet",
		Long: `Adds a question with its query to the file of pairs, if the query names only what
models may see for the viewer that --as names, and the rules allow it. It is
sent to nobody before it is approved.`,
		Example: `  grille pairs add --as ana --question "urgent visits per ward" --sql "SELECT ward_id, count(*) FROM visits WHERE urgent GROUP BY ward_id"`,
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := x.Said(); err != nil {
				return usage("--question and --sql: %v", err)
			}
			return p.addPair(c.Context(), x)
		},
	}
	c.Flags().StringVar(&x.Question, "question", "", "the `question`, as somebody would ask it")
	c.Flags().StringVar(&x.SQL, "sql", "", "the `query` that answers it")
	return c
}

func (p *program) addPair(ctx context.Context, x egress.Proposal) error {
	s, conn, all, err := p.pairsFile()
	if err != nil {
		return err
	}
	v, err := s.viewer()
	if err != nil {
		return err
	}
	compile, err := s.compile(conn)
	if err != nil {
		return err
	}
	without := conn
	without.Pairs = "" // there may be no file yet
	g, err := s.openWith(ctx, without, compile)
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }()
	if _, err := g.Explain(ctx, grille.Draft{SQL: x.SQL, Viewer: v, ByModel: true}); err != nil {
		return &draftError{x.SQL, err}
	}
	all = append(all, pairs.Entry{Proposal: x})
	if err := writePairs(conn.Pairs, all); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "pair %d is in %s, and is sent to nobody before it is approved: grille pairs approve %d\n", len(all), conn.Pairs, len(all))
	return nil
}

func (p *program) pairsApprove() *cobra.Command {
	return &cobra.Command{
		Use:   "approve N",
		Short: "show a pair as models will read it, and approve it",
		Long: `Shows pair N exactly as it will be sent to models, says what in it looks like a
value, and asks. The file then names the viewer of --as as who approved it.`,
		Example: `  grille pairs approve --as ana 1`,
		Args:    args(1, 1, "the number of a pair"),
		RunE: func(c *cobra.Command, given []string) error {
			s, conn, all, err := p.pairsFile()
			if err != nil {
				return err
			}
			v, err := s.viewer()
			if err != nil {
				return err
			}
			n, err := strconv.Atoi(given[0])
			if err != nil || n < 1 || n > len(all) {
				return usage("%s has no pair %q: see grille pairs list", conn.Pairs, given[0])
			}
			e := &all[n-1]
			yes, err := p.approves(*e)
			if err != nil || !yes {
				return err
			}
			e.By, e.Digest = v.Name, e.Proposal.Digest()
			if err := writePairs(conn.Pairs, all); err != nil {
				return err
			}
			fmt.Fprintf(p.out, "pair %d is approved by %s.\n", n, v.Name)
			return nil
		},
	}
}

// approves shows a pair and asks.
func (p *program) approves(e pairs.Entry) (bool, error) {
	said, err := e.Said()
	if err != nil {
		return false, err
	}
	section(p.out, "models will be sent this text", said)
	if values := e.Values(); len(values) > 0 {
		section(p.out, "values in it, which will be sent as they are", strings.Join(values, "\n"))
	}
	fmt.Fprint(p.out, "Words of the question are sent too, also to models of viewers who may not see what they speak of.\n[a]pprove  [q]uit: ")
	line, err := bufio.NewReader(p.in).ReadString('\n')
	if err != nil && line == "" {
		fmt.Fprintln(p.out)
		return false, usage("nobody answered, and nothing was approved")
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "a", "approve":
		return true, nil
	default:
		fmt.Fprintln(p.out, "Nothing was approved.")
		return false, nil
	}
}

func (p *program) pairsList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "list the pairs, and which are sent",
		Example: `  grille pairs list`,
		Args:    args(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			_, conn, all, err := p.pairsFile()
			if err != nil {
				return err
			}
			if len(all) == 0 {
				fmt.Fprintf(p.out, "%s has no pairs: grille pairs add\n", conn.Pairs)
			}
			for i, e := range all {
				state := e.State().String()
				if e.State() == pairs.Ready {
					state += " by " + e.By
				} else {
					state += ": not sent"
				}
				section(p.out, fmt.Sprintf("%d, %s", i+1, state), e.Question+"\n"+e.SQL)
			}
			return nil
		},
	}
}

// pairsFile are the pairs of the connection that --connection names; its file may
// not be there yet.
func (p *program) pairsFile() (*site, config.Connection, []pairs.Entry, error) {
	s, err := p.site()
	if err != nil {
		return nil, config.Connection{}, nil, err
	}
	c, err := s.Connection(p.flags.connection)
	if err != nil {
		return nil, c, nil, err
	}
	if c.Pairs == "" {
		return nil, c, nil, usage("connection %s names no pairs: write pairs: FILE beside its rules in %s", c.Name, s.File)
	}
	if _, err := os.Lstat(c.Pairs); errors.Is(err, fs.ErrNotExist) {
		return s, c, nil, nil
	}
	all, err := readPairs(c)
	return s, c, all, err
}

// writePairs puts the file in place as a whole.
func writePairs(path string, all []pairs.Entry) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".pairs-*")
	if err != nil {
		return fmt.Errorf("writing the pairs: %w", err)
	}
	_, err = f.Write(pairs.Format(all))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing the pairs: %w", err), os.Remove(f.Name()))
	}
	return nil
}
