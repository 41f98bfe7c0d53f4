//go:build manual

// Built with the tag manual this is another program: it writes the manual pages
// and the completions of all commands into a new folder, for a release. What
// makes a manual page of a command is so in no program that answers questions.

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "manual needs the name of a new folder")
		os.Exit(exitUsage)
	}
	if err := writeManual(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(exitInternal)
	}
}

func writeManual(dir string) error {
	man, completions := filepath.Join(dir, "man", "man1"), filepath.Join(dir, "completions")
	for _, d := range []string{man, completions} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	root := (&program{}).root()
	if err := writePages(root, man); err != nil {
		return err
	}
	return writeCompletions(root, completions)
}

// writePages dates a page by the commit, so that each build gives the same.
func writePages(root *cobra.Command, dir string) error {
	b := built()
	if b.at.IsZero() {
		return fmt.Errorf("no commit is noted in this build: pages would bear the date of today")
	}
	root.DisableAutoGenTag = true
	at := b.at.UTC()
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Date: &at, Source: "Grille " + b.version, Manual: "Grille"}, dir)
}

func writeCompletions(root *cobra.Command, dir string) error {
	for _, f := range []struct {
		name  string
		write func(path string) error
	}{
		{"grille.bash", func(path string) error { return root.GenBashCompletionFileV2(path, true) }},
		{"_grille", root.GenZshCompletionFile},
		{"grille.fish", func(path string) error { return root.GenFishCompletionFile(path, true) }},
		{"grille.ps1", root.GenPowerShellCompletionFileWithDesc},
	} {
		if err := f.write(filepath.Join(dir, f.name)); err != nil {
			return fmt.Errorf("writing %s: %w", f.name, err)
		}
	}
	return nil
}
