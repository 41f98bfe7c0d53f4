package arch

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"
)

const root = "../.."

func readRules(t *testing.T) *Rules {
	t.Helper()
	text, err := os.ReadFile("rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ParseRules("internal/arch/rules.txt", string(text))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func readModule(t *testing.T, root string) Module {
	t.Helper()
	m, err := ReadModule(root)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestModuleKeepsTheRules(t *testing.T) {
	m := readModule(t, root)
	if _, ok := m["internal/arch"]; !ok {
		t.Fatal("the module was not read: even this package is missing")
	}
	for _, broken := range readRules(t).Check(m) {
		t.Error(broken)
	}
}

func TestRulesAreAboutThisModule(t *testing.T) {
	rules, m := readRules(t), readModule(t, root)
	for _, pkg := range rules.Missing(m) {
		t.Errorf("package %s has a rule and does not exist", pkg)
	}
	for _, unused := range rules.Unused(m) {
		t.Logf("allowed and not used: %s", unused)
	}
}

// ARCHITECTURE.md names every folder of the module, as a path from its root.
func TestArchitectureNamesEachFolder(t *testing.T) {
	text, err := os.ReadFile(root + "/ARCHITECTURE.md")
	if os.IsNotExist(err) {
		t.Fatal("there is no ARCHITECTURE.md")
	} else if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range sorted(readModule(t, root)) {
		if pkg != "." && !slices.Contains(paths(string(text)), pkg) {
			t.Errorf("ARCHITECTURE.md does not name %s: say what it is for", pkg)
		}
	}
}

func TestPaths(t *testing.T) {
	got := paths("## `sql/bind`: names\nSee model/openai/, and egress. (run)")
	for _, want := range []string{"sql/bind", "model/openai", "egress", "run"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not found in %q", want, got)
		}
	}
	for _, not := range []string{"sql", "bind", "openai", "model"} {
		if slices.Contains(got, not) {
			t.Errorf("%s is found in %q, of which it is a part only", not, got)
		}
	}
}

// paths are the words of a text that may be paths.
func paths(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/._-", r)
	})
	for i, word := range words {
		words[i] = path.Clean(strings.TrimRight(word, "/.:"))
	}
	return words
}
