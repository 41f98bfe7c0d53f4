package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/ledger"
)

// verifying are the flags of verify ledger.
type verifying struct {
	*program
	against   []string
	bundle    string
	key       string
	publicKey bool
	open      bool
}

func (p *program) verify() *cobra.Command {
	c := group(&cobra.Command{
		Use:     "verify",
		Short:   "check what can be proved",
		Example: "  grille verify ledger",
	})
	k := &verifying{program: p}
	l := &cobra.Command{
		Use:   "ledger",
		Short: "check that nothing in the ledger was changed, removed or put in another order",
		Long: `Compares every byte of the ledger with what was signed, and with the checkpoints
in the files that the configuration names under checkpoints. Ends with exit code
1 if something is not as it was written.

Whoever holds the key of the ledger can write another history, which fits
itself. It does not fit a checkpoint that they do not have: keep some elsewhere,
and name the file with --against. Any text will do in which checkpoints stand: a
file of them, or a log of a syslog server.`,
		Example: `  grille verify ledger
  grille verify ledger --against checkpoints-of-last-year
  grille verify ledger --public-key > ledger.pub
  grille verify ledger --bundle march.bundle --key "$(cat ledger.pub)"`,
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return k.run(c.Context()) },
	}
	f := l.Flags()
	f.StringArrayVar(&k.against, "against", nil, "a `file` with checkpoints that was kept elsewhere; may be repeated")
	f.BoolVar(&k.open, "open", false, "also open what is sealed, with the keys, and hold it to what its entry commits to")
	f.StringVar(&k.bundle, "bundle", "", "verify this `file` of grille ledger export; needs no configuration")
	f.StringVar(&k.key, "key", "", "the public `key` that must have signed; else that of the ledger, or the bundle")
	f.BoolVar(&k.publicKey, "public-key", false, "print the ledger's public key and do nothing else")
	c.AddCommand(l)
	return c
}

func (k *verifying) run(ctx context.Context) error {
	if k.publicKey {
		return k.printKey()
	}
	var key ledger.PublicKey
	var err error
	if k.key != "" {
		if key, err = ledger.ParsePublicKey(strings.TrimSpace(k.key)); err != nil {
			return usage("--key: %v: it is printed by grille verify ledger --public-key", err)
		}
	}
	var against []ledger.Against
	for _, path := range k.against {
		text, err := os.ReadFile(path)
		if err != nil {
			return usage("--against: %v", err)
		}
		against = append(against, ledger.Against{Name: path, Text: string(text)})
	}
	report, err := k.report(ctx, key, against)
	if err != nil {
		return err
	}
	return k.print(report)
}

func (k *verifying) report(ctx context.Context, key ledger.PublicKey, against []ledger.Against) (*ledger.Report, error) {
	if k.bundle != "" {
		f, err := os.Open(k.bundle)
		if err != nil {
			return nil, usage("--bundle: %v", err)
		}
		defer f.Close()
		return ledger.VerifyBundle(ctx, f, key, against)
	}
	s, err := k.site()
	if err != nil {
		return nil, err
	}
	return k.ofSite(ctx, s, key, against)
}

// ofSite verifies the ledger of the configuration.
func (k *verifying) ofSite(ctx context.Context, s *site, key ledger.PublicKey, against []ledger.Against) (*ledger.Report, error) {
	v := ledger.Verification{Dir: s.Ledger.Dir, Keys: s.Ledger.Keys, Open: k.open, Key: key, Against: against}
	if _, err := os.Stat(v.Keys); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(k.err, "grille: there is no folder of keys %s: those of persons, and what this machine signed last, are not looked at\n", v.Keys)
		v.Keys = ""
	}
	for _, o := range s.Ledger.Checkpoints {
		text, err := os.ReadFile(o.File)
		switch {
		case o.File == "":
		case err != nil:
			fmt.Fprintf(k.err, "grille: checkpoints in %s are not looked at: %v\n", o.File, err)
		case !slices.Contains(k.against, o.File):
			v.Against = append(v.Against, ledger.Against{Name: o.File, Text: string(text)})
		}
	}
	return ledger.Verify(ctx, v)
}

func (k *verifying) print(r *ledger.Report) error {
	if k.flags.output == "json" {
		if err := writeJSON(k.out, r); err != nil {
			return err
		}
	} else {
		for _, line := range r.Lines() {
			fmt.Fprintln(k.out, line)
		}
	}
	if len(r.Findings) > 0 {
		return &found{text: "the ledger is not as it was written"}
	}
	if k.flags.output != "json" {
		fmt.Fprintln(k.out, "nothing was changed")
	}
	return nil
}

func (k *verifying) printKey() error {
	s, err := k.site()
	if err != nil {
		return err
	}
	key, err := ledger.PublicKeyOf(s.Ledger.Dir)
	if err != nil {
		return err
	}
	fmt.Fprintln(k.out, key)
	return nil
}
