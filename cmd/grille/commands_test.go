package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var rewriteDocs = flag.Bool("docs", false, "write docs/commands.md anew")

const commandsPath = "../../docs/commands.md"

// docs/commands.md is the help of all commands: write it anew with
//
//	go test ./cmd/grille -run TestCommandsPage -docs
func TestCommandsPage(t *testing.T) {
	want := commandsPage((&program{}).root())
	if *rewriteDocs {
		if err := os.WriteFile(commandsPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(commandsPath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/commands.md is not what the commands say; write it with -docs:\n%s", diff)
	}
}

func commandsPage(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# Commands\n\n<!-- go test ./cmd/grille -run TestCommandsPage -docs makes this page of what --help says -->\n\n")
	all := commandsBelow(root)
	b.WriteString(prose(root.Long) + "\n\n| command | |\n|---|---|\n")
	for _, c := range all {
		if c.Runnable() && !isGroup(c) {
			fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", c.CommandPath(), anchor(c.CommandPath()), cell(c.Short))
		}
	}
	b.WriteString("\n## Flags of all commands\n" + flagsTable(root.PersistentFlags()))
	for _, c := range all {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n", c.CommandPath(), strings.ToUpper(c.Short[:1])+c.Short[1:])
		if c.Long != "" {
			b.WriteString(prose(c.Long) + "\n\n")
		}
		fmt.Fprintf(&b, "```text\n%s\n```\n", strings.TrimSuffix(c.UseLine(), " [flags]"))
		if c.Example != "" {
			fmt.Fprintf(&b, "\n```text\n%s\n```\n", unindent(c.Example))
		}
		b.WriteString(flagsTable(c.LocalNonPersistentFlags()))
	}
	return b.String()
}

// commandsBelow are those that people are shown, each before those below it.
func commandsBelow(c *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" && sub.Name() != "completion" {
			all = append(all, sub)
			all = append(all, commandsBelow(sub)...)
		}
	}
	return all
}

// isGroup reports whether a command only holds others.
func isGroup(c *cobra.Command) bool { return c.HasSubCommands() && !strings.Contains(c.Use, " ") }

func anchor(path string) string { return strings.ReplaceAll(path, " ", "-") }

// prose is a help text as Markdown: what is indented there is a block.
func prose(text string) string {
	var parts []string
	for _, part := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if strings.HasPrefix(part, "  ") {
			parts = append(parts, "```text\n"+unindent(part)+"\n```")
		} else {
			parts = append(parts, cell(strings.ReplaceAll(part, "\n", " ")))
		}
	}
	return strings.Join(parts, "\n\n")
}

func unindent(text string) string {
	return strings.TrimPrefix(strings.ReplaceAll(text, "\n  ", "\n"), "  ")
}

// cell is text in which nothing means anything to Markdown.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`).Replace(text)
}

func flagsTable(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || f.Name == "version" {
			return
		}
		if b.Len() == 0 {
			b.WriteString("\n| flag | |\n|---|---|\n")
		}
		value, said := pflag.UnquoteUsage(f)
		name := strings.TrimSpace("--" + f.Name + " " + value)
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
			said += " (else " + f.DefValue + ")"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, cell(said))
	})
	return b.String()
}

// TestExamples: each example in a help text is a command with flags that there
// are.
func TestExamples(t *testing.T) {
	root := (&program{}).root()
	tried := 0
	for _, c := range append(commandsBelow(root), root) {
		if c.Example == "" && !isGroup(c) {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for line := range strings.Lines(c.Example) {
			_, command, ok := strings.Cut(strings.TrimSpace(line), "grille ")
			if !ok || strings.Contains(line, "# ") {
				continue
			}
			tried++
			if err := understood(command); err != nil {
				t.Errorf("%s: %s: %v", c.CommandPath(), strings.TrimSpace(line), err)
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d examples were tried", tried)
	}
}
