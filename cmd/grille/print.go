package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/answer/arrowstream"
)

// printAnswer writes rows where -o says, and what is to be said about them. It
// closes the answer.
func (p *program) printAnswer(a *answer.Answer) error {
	defer func() { _ = a.Close() }()
	about := p.err
	var err error
	switch p.flags.output {
	case "csv":
		err = a.WriteCSV(p.out)
	case "json":
		return a.WriteJSON(p.out) // its receipt is in it
	case "arrow":
		err = arrowstream.Write(p.out, a)
	default:
		err = a.WriteTable(p.out)
		about = p.out
	}
	r := a.Receipt()
	if err != nil && r.Rows == 0 {
		return err
	}
	if about == p.out {
		fmt.Fprintln(about)
	}
	for _, m := range a.Matched {
		fmt.Fprintln(about, m)
	}
	printRules(about, a.Explanation)
	fmt.Fprintln(about, receiptLine(r))
	return err
}

// arrowFor refuses an Arrow stream of what is no answer, and on a terminal, before
// anything is asked.
func (p *program) arrowFor(c *cobra.Command) error {
	switch c.Name() {
	case "ask", "sql", "demo":
	default:
		return usage("-o arrow is for answers, of ask, sql and demo: write -o json")
	}
	if isTerminal(p.out) {
		return usage("-o arrow is no text: write it to a file, as in %s -o arrow ... > answer.arrows, or into a pipe", c.CommandPath())
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// about is where what is to be said of rows goes: not between those that a program
// reads.
func (p *program) about() io.Writer {
	if p.flags.output == "table" {
		return p.out
	}
	return p.err
}

func printRules(w io.Writer, e answer.Explanation) {
	for _, line := range append(append([]string(nil), e.Rules...), e.Notes...) {
		fmt.Fprintln(w, line)
	}
	for _, line := range e.Warnings {
		fmt.Fprintln(w, "careful: "+line)
	}
	for _, c := range e.Columns {
		switch {
		case c.Constant:
			fmt.Fprintf(w, "column %q was written in the query, not read from the data\n", c.Label)
		case c.Written:
			fmt.Fprintf(w, "in column %q texts were written in the query, not read from the data\n", c.Label)
		}
	}
}

func receiptLine(r answer.Receipt) string {
	rows := fmt.Sprintf("%d rows", r.Rows)
	if r.Rows == 1 {
		rows = "1 row"
	}
	state := "complete"
	if !r.Complete {
		state = "NOT COMPLETE: " + r.Note
	}
	return fmt.Sprintf("receipt %s: %s, %s; for %s (%s) on %s; rules %s, outline %s, statement %s",
		r.ID, rows, state, r.Viewer, r.Team, r.Connection, r.Rules, r.Catalog, r.Statement)
}

// printExplanation says what a query does.
func printExplanation(w io.Writer, e answer.Explanation) {
	section(w, "in words", strings.Join(e.Words, "\n"))
	section(w, "as you may read it", e.SQL)
	var cols []string
	for _, c := range e.Columns {
		line := c.Label + " " + c.Type.String() + ": " + c.Words
		if c.Constant {
			line += " (written in the query, not in the data)"
		}
		cols = append(cols, line)
	}
	section(w, "columns", strings.Join(cols, "\n"))
	if rules := append(append([]string(nil), e.Rules...), e.Notes...); len(rules) > 0 {
		section(w, "rules that apply", strings.Join(rules, "\n"))
	}
	if len(e.Warnings) > 0 {
		section(w, "careful", strings.Join(e.Warnings, "\n"))
	}
}

func section(w io.Writer, title, text string) {
	fmt.Fprintf(w, "%s:\n%s\n\n", title, indent(text, "  "))
}
