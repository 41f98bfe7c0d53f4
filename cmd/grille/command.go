package main

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
)

// run is the whole command: a panic is a fault of ours and shows no stack.
func (p *program) run(ctx context.Context, args []string) (code int) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintln(p.err, "grille: a fault inside Grille; please report what you ran")
			code = exitInternal
		}
	}()
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	return p.fail(root.ExecuteContext(ctx))
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "grille",
		Short: "ask your database in plain English; the model sees the outline, never the data",
		Long: `Grille stands between a person, a language model and a database.

The model sees the outline of the data, never a row. What it drafts is not run:
Grille reads it, applies the rules of whoever asks, and runs a query of its own.

Exit codes: 0 done; 1 a bound was missed or a file has findings; 2 the command
line or a file is wrong; 3 refused; 4 the database or the model is not
available; 5 a fault of Grille's.`,
		Example: `  grille demo "how many visits per department last year?"
  grille connect postgres://grille_ro@127.0.0.1:5432/clinic
  grille ask --as ana "average stay per ward"`,
		Version:       built().String(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("grille has no command %q: see grille --help", args[0])
			}
			return c.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%v: see --help", err) })
	f := root.PersistentFlags()
	f.StringVar(&p.flags.config, "config", "grille.yaml", "the configuration `file`")
	f.StringVar(&p.flags.connection, "connection", "", "the `name` of a connection of the configuration; may be left out if there is one")
	f.StringVar(&p.flags.as, "as", "", "the `viewer` who asks, by the name in the configuration")
	f.StringVar(&p.flags.team, "team", "", "the `team` as which a viewer of several teams asks")
	f.StringArrayVar(&p.flags.filters, "filter", nil, "a hard `filter` on a scope of the rules: customer=123, or the JSON that the library takes; may be repeated")
	f.StringVarP(&p.flags.output, "output", "o", "table", "`table`, csv or json; of answers also md, html (a report that stands alone) or arrow")
	f.StringVar(&p.flags.log, "log", "", "append to this `file` what the database says when something fails; it may quote data")
	root.AddCommand(p.demo(), p.ask(), p.sql(), p.explain(), p.suggest(), p.connect(), p.catalog(), p.model(), p.rules(), p.pairs(), p.teach(), p.meaning(), p.dictionary(), p.eval(), p.ledger(), p.verify(), p.doctor(), p.schema())
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		switch p.flags.output {
		case "table", "csv", "json":
			return nil
		case "md", "html", "arrow":
			return p.answersOnly(c)
		default:
			return usage("-o is table, csv or json, and md, html or arrow for answers, not %q", p.flags.output)
		}
	}
	return root
}

// args says what is missing, or too much, in our own words.
func args(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		switch {
		case len(given) < least:
			return usage("%s needs %s, as in:\n%s", c.CommandPath(), what, c.Example)
		case len(given) > most && most == 0:
			return usage("%s takes no %q: see %s --help", c.CommandPath(), given[0], c.CommandPath())
		case len(given) > most:
			return usage("%s takes %s in one pair of quotes, as in:\n%s", c.CommandPath(), what, c.Example)
		}
		return nil
	}
}

func group(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, given []string) error {
		if len(given) > 0 {
			return usage("%s has no command %q: see %s --help", c.CommandPath(), given[0], c.CommandPath())
		}
		return c.Help()
	}
	return c
}

// indent is also where a text stops to be able to do something to a terminal.
func indent(text, by string) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
	return by + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by)
}
