package mutants

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the module's.
const root = "../.."

// mutant is one entry of the list.
type mutant struct {
	name, why, file string
	old, new        string
	pkg, run        string
	ci              bool
	line            int
}

// list reads mutants.txt, and stops the test where it is not as doc.go says.
func list(t *testing.T) []mutant {
	t.Helper()
	text, err := os.ReadFile("mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []mutant
	var m *mutant
	lines := map[string][]string{}
	done := func() {
		if m == nil {
			return
		}
		m.old, m.new = strings.Join(lines["old"], "\n"), strings.Join(lines["new"], "\n")
		if m.why == "" || m.file == "" || m.old == "" || m.old == m.new || m.pkg == "" {
			t.Fatalf("mutants.txt:%d: %s lacks why, file, old or test, or changes nothing", m.line, m.name)
		}
		all = append(all, *m)
		m, lines = nil, map[string][]string{}
	}
	for i, line := range strings.Split(string(text), "\n") {
		key, value, _ := strings.Cut(line, "\t")
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "":
			done()
		case key == "mutant":
			done()
			m = &mutant{name: value, line: i + 1}
		case m == nil:
			t.Fatalf("mutants.txt:%d: %q stands in no mutant", i+1, line)
		case key == "why":
			m.why = value
		case key == "file":
			m.file = value
		case key == "old", key == "new":
			lines[key] = append(lines[key], value)
		case key == "test":
			m.pkg, m.run, _ = strings.Cut(value, " ")
		case key == "ci":
			m.ci = true
		default:
			t.Fatalf("mutants.txt:%d: unknown key %q", i+1, key)
		}
	}
	done()
	return all
}

// text is the file as the mutant has it.
func (m mutant) text() (string, error) {
	source, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return "", fmt.Errorf("mutants.txt:%d: the old text of %s is found %d times in %s, and must be found once", m.line, m.name, n, m.file)
	}
	return strings.Replace(string(source), m.old, m.new, 1), nil
}

// Who changes a guarded line is told by this test, and writes the mutant anew.
func TestListed(t *testing.T) {
	all := list(t)
	if len(all) < 40 {
		t.Errorf("%d mutants: where are the others?", len(all))
	}
	seen := map[string]bool{}
	for _, m := range all {
		if seen[m.name] {
			t.Errorf("mutants.txt:%d: there are two of the name %s", m.line, m.name)
		}
		seen[m.name] = true
		text, err := m.text()
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), m.file, text, parser.SkipObjectResolution); err != nil {
			t.Errorf("mutants.txt:%d: %s is not Go: %v", m.line, m.name, err)
		}
		if _, err := regexp.Compile(m.run); err != nil || m.run == "" {
			t.Errorf("mutants.txt:%d: %s needs a pattern for -run: %v", m.line, m.name, err)
		}
		if tests, err := filepath.Glob(filepath.Join(root, m.pkg, "*_test.go")); err != nil || len(tests) == 0 {
			t.Errorf("mutants.txt:%d: there is no test in %s", m.line, m.pkg)
		}
	}
}
