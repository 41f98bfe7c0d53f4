package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/refusal"
)

// usageError is a wrong command line, or a file that cannot be used.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usage(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// found ends a command that did its work and found something.
type found struct {
	text string
	code int // 0: exitFindings
}

func (f *found) Error() string { return f.text }

// draftError is a refusal together with the draft that its span points into.
type draftError struct {
	draft string
	err   error
}

func (e *draftError) Error() string { return e.err.Error() }
func (e *draftError) Unwrap() error { return e.err }

// fail prints an error for a person and gives the exit code for a script.
func (p *program) fail(err error) int {
	var no *refusal.Refusal
	var f *found
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &f):
		if f.text != "" {
			fmt.Fprintln(p.err, indent("grille: "+f.text, ""))
		}
		return cmp.Or(f.code, exitFindings)
	case errors.As(err, &no):
		var d *draftError
		draft := ""
		if errors.As(err, &d) {
			draft = d.draft
		}
		fmt.Fprint(p.err, refused(no, draft))
		return exitOf(no.Code)
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(p.err, "grille: stopped")
		return exitStopped
	default:
		fmt.Fprintln(p.err, indent("grille: "+plain(err), "")) // it may have names of files, or of the database
		return exitUsage
	}
}

// refused is a refusal in three parts: what, where and why, and what to try.
func refused(no *refusal.Refusal, draft string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "refused %s: %s\n", no.Code, no.Msg)
	if caret := refusal.Caret(draft, no.Span); caret != "" {
		fmt.Fprintln(&b, indent(caret, "  "))
	}
	if no.Try != "" {
		fmt.Fprintf(&b, "  try: %s\n", no.Try)
	}
	if no.Owner != "" {
		fmt.Fprintf(&b, "  for you, who run this with the rules file: %s\n", no.Owner)
	}
	return indent(b.String(), "") + "\n" // it may have names of the database
}

func exitOf(code refusal.Code) int {
	switch code {
	case refusal.Down, refusal.Model, refusal.Ledger, refusal.Posture:
		return exitDown
	case refusal.Internal:
		return exitInternal
	default:
		return exitRefused
	}
}

// plain gives errors of files one a line.
func plain(err error) string {
	var many interface{ Unwrap() []error }
	var one *strict.Error
	if errors.As(err, &many) && errors.As(err, &one) {
		lines := []string{"these places need a change:"}
		for _, e := range many.Unwrap() {
			lines = append(lines, indent(e.Error(), "  "))
		}
		return strings.Join(lines, "\n")
	}
	return err.Error()
}
