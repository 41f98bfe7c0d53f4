package spec

import (
	"testing"

	"github.com/cockroachdb/datadriven"
)

// Args are the arguments of one command: name, name=value or name=(a, b). An
// argument that the command never asks about fails the test.
type Args struct {
	t    *testing.T
	data *datadriven.TestData
	read map[string]bool
}

// T is the test of this command, for what the page cannot be blamed for.
func (a *Args) T() *testing.T { return a.t }

// Was is what the page says that the command prints: for what only other
// machines can print anew.
func (a *Args) Was() string { return a.data.Expected }

// Has reports whether name is given, with or without a value.
func (a *Args) Has(name string) bool {
	a.read[name] = true
	return a.data.HasArg(name)
}

// Get is the one value of name, or "" if name is not given.
func (a *Args) Get(name string) string {
	values := a.List(name)
	switch len(values) {
	case 0:
		return ""
	case 1:
		return values[0]
	}
	a.data.Fatalf(a.t, "argument %s has %d values: write one", name, len(values))
	return ""
}

// Need is the one value of name, which must be given.
func (a *Args) Need(name string) string {
	value := a.Get(name)
	if value == "" {
		a.data.Fatalf(a.t, "argument %s is missing: write %s=...", name, name)
	}
	return value
}

// List is all values of name, none if it is not given.
func (a *Args) List(name string) []string {
	a.read[name] = true
	arg, _ := a.data.Arg(name)
	return append([]string(nil), arg.Vals...)
}

// Fail stops the test at the command's position in the page.
func (a *Args) Fail(format string, args ...any) {
	a.t.Helper()
	a.data.Fatalf(a.t, format, args...)
}

func (a *Args) checkAllRead() {
	given := map[string]bool{}
	for _, arg := range a.data.CmdArgs {
		if !a.read[arg.Key] {
			a.Fail("unknown argument %q of %s", arg.Key, a.data.Cmd)
		}
		if given[arg.Key] {
			a.Fail("argument %q of %s is given twice: keep one", arg.Key, a.data.Cmd)
		}
		given[arg.Key] = true
	}
}
