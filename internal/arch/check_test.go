package arch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const rulesOfExample = `
# the heart
package core

# the parser
package parse
imports core
imports example.com/parser/...

# the top
package .
imports core parse

# one parser
only parse imports example.com/parser/...

# pure
never core imports std:net/http std:os/...

# far
never core reaches example.com/... parse
`

func TestCheck(t *testing.T) {
	rules, err := ParseRules("r", rulesOfExample)
	if err != nil {
		t.Fatal(err)
	}
	good := func() Module {
		return Module{"core": {"std:fmt"}, "parse": {"core", "example.com/parser/tree"}, ".": {"core", "parse", "std:net/http"}}
	}
	if got := rules.Check(good()); len(got) != 0 {
		t.Fatalf("the example breaks its own rules: %q", got)
	}
	for name, c := range map[string]struct {
		change func(Module)
		want   []string
	}{
		"package without a rule": {func(m Module) { m["new"] = nil },
			[]string{"package new has no rule: add one to rules.txt, with its reason"}},
		"import that is not listed": {func(m Module) { m["parse"] = append(m["parse"], "golang.org/x/text") },
			[]string{"parse imports golang.org/x/text, which r:6 does not list: the parser"}},
		"import that only another may": {func(m Module) { m["."] = append(m["."], "example.com/parser") },
			[]string{". imports example.com/parser, which r:11 does not list: the top", ". imports example.com/parser, against r:15: one parser"}},
		"standard library": {func(m Module) { m["core"] = []string{"std:net/http"} },
			[]string{"core imports std:net/http, against r:18: pure"}},
		"below a name": {func(m Module) { m["core"] = []string{"std:os/exec"} },
			[]string{"core imports std:os/exec, against r:18: pure"}},
		"name that only begins alike": {func(m Module) { m["core"] = []string{"std:osx", "std:net/http/httptest"} }, nil},
		"through another package": {func(m Module) { m["core"] = []string{"."} }, []string{
			"core imports ., which r:3 does not list: the heart",
			"core imports . imports parse, against r:21: far",
			"core imports . imports parse imports example.com/parser/tree, against r:21: far",
		}},
	} {
		m := good()
		c.change(m)
		if got := rules.Check(m); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

func TestMissingAndUnused(t *testing.T) {
	rules, err := ParseRules("r", rulesOfExample)
	if err != nil {
		t.Fatal(err)
	}
	m := Module{"core": nil, "parse": {"core"}}
	if got := rules.Missing(m); !slices.Equal(got, []string{"."}) {
		t.Errorf("missing %q", got)
	}
	if got := rules.Unused(m); !slices.Equal(got, []string{"parse imports example.com/parser/..."}) {
		t.Errorf("unused %q", got)
	}
}

func TestRulesThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"package a":                            "has no reason",
		"# why\n\npackage a":                   "has no reason",
		"# why\npackage":                       "is no rule",
		"# why\npackage a b":                   "write one package",
		"# why\npackage a/...":                 "write one package",
		"# why\npackage a\n\n# b\npackage a":   "has a rule already at r:2",
		"# why\nimports a":                     "imports of which package?",
		"# why\npackage a\nimports std:net":    "need not be listed",
		"# why\npackage a\nimports ...":        "need not be listed",
		"# why\nallow a b":                     "unknown rule",
		"# why\nonly a":                        "write \"only P imports A\"",
		"# why\nonly imports a":                "write \"only P imports A\"",
		"# why\nonly a imports":                "write \"only P imports A\"",
		"# why\nonly a reaches b":              "write \"only P imports A\"",
		"# why\nnever a b":                     "write \"only P imports A\"",
		"# why\npackage a\n\n# b\nimports b c": "imports of which package?",
	} {
		if _, err := ParseRules("r", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestReadModule(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":              "module example.com/m/v2\n\ngo 1.26\n",
		"m.go":                "package m\nimport (\n\t\"fmt\"\n\tx \"example.com/m/v2/a/b\"\n)",
		"m_windows.go":        "package m\nimport \"example.com/m/v20\"",
		"m_test.go":           "package m\nimport \"testing\"",
		"a/b/b.go":            "//go:build never\n\npackage b\nimport _ \"example.com/m/v2\"",
		"a/only_test.go":      "package a\nimport \"testing\"",
		"testdata/x.go":       "package x\nimport \"net\"",
		"tools/go.mod":        "module example.com/m/v2/tools\n",
		"tools/x.go":          "package x\nimport \"net\"",
		".hidden/_x/x.go":     "package x\nimport \"net\"",
		"docs/words.md":       "# no package",
		"a/b/testdata/bad.go": "not Go",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := readModule(t, root)
	want := Module{".": {"a/b", "example.com/m/v20", "std:fmt"}, "a": nil, "a/b": {"."}}
	if !slices.Equal(sorted(m), sorted(want)) {
		t.Fatalf("got packages %q, want %q", sorted(m), sorted(want))
	}
	for pkg := range want {
		if !slices.Equal(m[pkg], want[pkg]) {
			t.Errorf("%s imports %q, want %q", pkg, m[pkg], want[pkg])
		}
	}
}
