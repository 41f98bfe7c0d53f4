// Package spec runs text files that are a manual and a test at once.
//
// A file holds commands, each with its input and what it must print:
//
//	# A hidden column cannot be told from one that does not exist.
//	policy viewer=analyst
//	SELECT ssn FROM patients
//	----
//	refused unknown-column: patients has no column "ssn"
//
// go test -rewrite writes what was printed into the file; the diff is then
// reviewed like code. To write a new page, write the commands and an empty
// result after "----", and rewrite.
//
// A page cannot pass by accident: unknown commands, unknown arguments, commands
// that print nothing, files without a command and folders without a file fail.
//
// The format is that of github.com/cockroachdb/datadriven.
package spec

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// Command runs one command of a page and returns what it prints, which must not
// be empty: a command with nothing to say prints "ok".
type Command func(args *Args, input string) string

// Commands are the commands that a page may use, by name.
type Commands map[string]Command

// Run runs the page at path, or every page below it, each as a subtest. New is
// called once a page, so that state in its closures belongs to one page.
func Run(t *testing.T, path string, New func(t *testing.T) Commands) {
	t.Helper()
	pages := 0
	datadriven.Walk(t, path, func(t *testing.T, page string) {
		pages++
		runPage(t, page, New(t))
	})
	// A subtest that -run leaves out was not walked: then there is nothing to say.
	if pages == 0 && isEmpty(t, path) {
		t.Fatalf("%s holds no page: add one, or remove the test", path)
	}
}

func isEmpty(t *testing.T, folder string) bool {
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries) == 0
}

func runPage(t *testing.T, page string, commands Commands) {
	checkLines(t, page)
	ran := 0
	datadriven.RunTest(t, page, func(t *testing.T, d *datadriven.TestData) string {
		ran++
		command, ok := commands[d.Cmd]
		if !ok {
			d.Fatalf(t, "unknown command %q: write one of %s", d.Cmd, strings.Join(commands.names(), ", "))
		}
		args := &Args{t: t, data: d, read: map[string]bool{}}
		out := command(args, d.Input)
		args.checkAllRead()
		if strings.TrimSpace(out) == "" {
			d.Fatalf(t, "%s printed nothing, so nothing was tested: make it print, or remove it", d.Cmd)
		}
		return out
	})
	if ran == 0 {
		t.Fatalf("%s holds no command: add one, or remove the file", page)
	}
}

func (c Commands) names() []string {
	var names []string
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// checkLines refuses lines at which datadriven's scanner would silently stop,
// and with it the rest of the page.
func checkLines(t *testing.T, page string) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	line := 0
	for l := range strings.Lines(string(text)) {
		if line++; len(l) >= bufio.MaxScanTokenSize {
			t.Fatalf("%s:%d: the line has more than %d bytes: break it", page, line, bufio.MaxScanTokenSize)
		}
	}
}
