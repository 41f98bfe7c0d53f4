package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/refusal"
)

// choosing are the words of a question that a model is not told, or is told
// although they may be names.
type choosing struct{ hide, keep []string }

func (c *choosing) flags(to *cobra.Command) {
	f := to.Flags()
	f.StringArrayVar(&c.hide, "hide", nil, "a `word` of the question that a model is not told; may be repeated")
	f.StringArrayVar(&c.keep, "keep", nil, "a `word` that a model is told although it may be a name; may be repeated")
}

func (c *choosing) check(questions []string) error {
	if len(questions) > 1 && len(c.hide)+len(c.keep) > 0 {
		return usage("--hide and --keep are about the words of one question: ask one at a time")
	}
	return nil
}

// askChoosing asks, and where privacy: strict wants to know of words whether they
// may leave, has whoever sits at the terminal say so, word by word. Where nobody
// sits there, the refusal names the flags.
func (p *program) askChoosing(ctx context.Context, g *grille.Grille, q grille.Question) (*answer.Answer, error) {
	a, err := g.Ask(ctx, q)
	if refusal.CodeOf(err) != refusal.UnsureWord {
		return a, err
	}
	if !p.atTerminal() {
		return nil, err
	}
	r, reviewing := g.Review(ctx, q)
	if reviewing != nil {
		return nil, reviewing
	}
	lines := bufio.NewScanner(p.in)
	for _, word := range r.Unsure {
		keep, ok := p.mayLeave(lines, word)
		switch {
		case !ok:
			return nil, err
		case keep:
			q.Keep = append(q.Keep, word)
		default:
			q.Hide = append(q.Hide, word)
		}
	}
	return g.Ask(ctx, q)
}

// mayLeave asks of one word; not ok: no answer was given.
func (p *program) mayLeave(lines *bufio.Scanner, word string) (keep, ok bool) {
	for {
		fmt.Fprintf(p.err, "%q may be personal data. May it leave? [y/n] ", word)
		if !lines.Scan() {
			fmt.Fprintln(p.err)
			return false, false
		}
		switch strings.ToLower(strings.TrimSpace(lines.Text())) {
		case "y", "yes":
			return true, true
		case "n", "no":
			return false, true
		}
	}
}

func (p *program) atTerminal() bool {
	f, ok := p.in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// withFlags says of a refusal over unsure words how to choose on the command line.
func withFlags(err error) error {
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Code != refusal.UnsureWord {
		return err
	}
	told := *no
	told.Try = "say of each: --keep WORD lets it leave, --hide WORD replaces it"
	return &told
}

// printPrompt shows what a model would be sent, and what of the question it would
// not be told. Of that it says only that it may be personal data.
func (p *program) printPrompt(ctx context.Context, g *grille.Grille, q grille.Question) error {
	prompt, err := g.Prompt(ctx, q)
	switch refusal.CodeOf(err) {
	case "":
		if err != nil {
			return err
		}
		section(p.out, "what a model would be sent", promptText(prompt, true))
	case refusal.NoAccess: // no model drafts for this viewer
		return nil
	case refusal.UnsureWord: // said below
	default:
		return err
	}
	r, err := g.Review(ctx, q)
	if err != nil {
		return err
	}
	if len(r.Replaced) > 0 {
		section(p.out, "may be personal data, and is replaced", strings.Join(r.Replaced, "\n"))
	}
	if len(r.Unsure) > 0 {
		section(p.out, "may be personal data; say --hide WORD or --keep WORD", strings.Join(r.Unsure, "\n"))
	}
	return nil
}
