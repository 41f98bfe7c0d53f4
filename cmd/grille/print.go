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
// closes the answer; a report has the title.
func (p *program) printAnswer(a *answer.Answer, title string) error {
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
	case "md":
		return a.WriteMarkdown(p.out)
	case "html":
		return a.WriteHTML(p.out, title)
	default:
		about = p.out
		if p.drawn() {
			err = a.WriteDrawn(p.out)
		} else {
			err = a.WriteTable(p.out)
		}
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
	for _, line := range a.Said() {
		fmt.Fprintln(about, line)
	}
	fmt.Fprintln(about, r)
	return err
}

// answersOnly refuses what only answers are written as, and an Arrow stream on a
// terminal, before anything is asked.
func (p *program) answersOnly(c *cobra.Command) error {
	switch c.Name() {
	case "ask", "sql", "demo":
	default:
		return usage("-o %s is for answers, of ask, sql and demo: write -o json", p.flags.output)
	}
	if p.flags.output == "arrow" && isTerminal(p.out) {
		return usage("-o arrow is no text: write it to a file, as in %s -o arrow ... > answer.arrows, or into a pipe", c.CommandPath())
	}
	return nil
}

// drawing adds the flag that says whether tables are drawn beside.
func (p *program) drawing(c *cobra.Command) {
	c.Flags().StringVar(&p.flags.chart, "chart", "auto", "draw tables as bars or lines: `auto` (on a terminal), always or never")
	_ = c.RegisterFlagCompletionFunc("chart", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	c.PreRunE = func(*cobra.Command, []string) error {
		switch p.flags.chart {
		case "auto", "always", "never":
			return nil
		default:
			return usage("--chart is auto, always or never, not %q", p.flags.chart)
		}
	}
}

func (p *program) drawn() bool {
	return p.flags.chart == "always" || p.flags.chart == "auto" && isTerminal(p.out)
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
	if e.Calendar != "" {
		section(w, "dates", e.Calendar)
	}
	var metrics []string
	for _, m := range e.Metrics {
		metrics = append(metrics, m.String())
	}
	if len(metrics) > 0 {
		section(w, "what is called so", strings.Join(metrics, "\n"))
	}
	if len(e.Warnings) > 0 {
		section(w, "careful", strings.Join(e.Warnings, "\n"))
	}
}

func section(w io.Writer, title, text string) {
	fmt.Fprintf(w, "%s:\n%s\n\n", title, indent(text, "  "))
}
