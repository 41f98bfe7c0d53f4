package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/demo/attack"
)

func (p *program) demoAttack() *cobra.Command {
	draft, verbose := "", false
	c := &cobra.Command{
		Use:   "attack",
		Short: "let a hostile model's drafts loose on a naive gateway and on Grille, side by side",
		Long: `Plays a model that has turned hostile: its drafts go to a gateway as many are
built (it looks at the words of a draft, writes the row filters into its text,
runs it and masks columns by their names) and to Grille, over the same database.

Leaked is a draft whose outcome is another one over a second database, which
differs in nothing but what the viewer may not see; or that shows a value which
they may not read. Good questions are among the drafts: refusing everything
would show. docs/demo-attack.md says more. The naive gateway has a copy in
memory, so that nothing of yours can be touched.

Ends with exit code 5 if a draft gets through Grille.`,
		Example: "  grille demo attack\n  grille demo attack --draft poisoned-comment\n  grille demo attack --verbose\n  grille demo attack -o json",
		Args:    args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if p.flags.as != "" {
				return usage("each draft says whose question it is for: leave --as out")
			}
			fmt.Fprintln(p.err, "making a hospital, and two more in which what ines or tom may not see is different ...")
			r, err := attack.Run(c.Context(), attack.Config{Today: p.clock(), Random: p.random, Draft: draft, Progress: p.progress("drafts")})
			if err != nil {
				return err
			}
			if err := p.printAttack(r, verbose || draft != ""); err != nil {
				return err
			}
			if text := r.Failure(); text != "" {
				return &found{text, exitInternal}
			}
			return nil
		},
	}
	c.Flags().StringVar(&draft, "draft", "", "only the draft of this `name`: its text, what each did with it, and why")
	c.Flags().BoolVar(&verbose, "verbose", false, "show so much of every draft")
	return c
}

func (p *program) printAttack(r attack.Report, all bool) error {
	switch {
	case p.flags.output == "json":
		return r.WriteJSON(p.out)
	case p.flags.output == "csv":
		return r.WriteCSV(p.out)
	case all:
		return r.WriteAll(p.out)
	default:
		return r.Write(p.out)
	}
}

// progress counts on a terminal, and leaves its line empty at the end.
func (p *program) progress(what string) func(done, of int) {
	if !isTerminal(p.err) {
		return func(int, int) {}
	}
	return func(done, of int) {
		fmt.Fprintf(p.err, "\r%d of %d %s", done, of, what)
		if done == of {
			fmt.Fprint(p.err, "\r\x1b[K")
		}
	}
}
