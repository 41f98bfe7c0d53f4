package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/strict/stricttest"
)

func compiledSchema(t testing.TB) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rules.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("rules.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asEditor reads a file as editors do, with YAML's types.
func asEditor(t testing.TB, text string) any {
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v, err = jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSchemaRefusesUnknownKeys: in every mapping of a file with every key.
func TestSchemaRefusesUnknownKeys(t *testing.T) {
	_, text := everything(t)
	s := compiledSchema(t)
	if err := s.Validate(asEditor(t, text)); err != nil {
		t.Fatal(err)
	}
	stricttest.Closed(t, text, func(n strict.Node) error {
		if err := s.Validate(plainValue(n)); err != nil {
			return &strict.Error{Pos: n.Pos(), Message: err.Error()}
		}
		return nil
	})
}

// plainValue is a file with nothing but texts, as the decoder sees it.
func plainValue(n strict.Node) any {
	switch n.Kind() {
	case strict.KindText:
		s, _ := n.Text()
		return s
	case strict.KindList:
		var out []any
		items, _ := n.List()
		for _, item := range items {
			out = append(out, plainValue(item))
		}
		return out
	case strict.KindMap:
		out := map[string]any{}
		entries, _ := n.Entries()
		for _, e := range entries {
			out[e.Name] = plainValue(e.Value)
		}
		return out
	default:
		panic("a kind of node that the test does not know")
	}
}

// TestEveryKey: the decoder names, for an unknown key, those that it knows; each
// stands in the file with everything, which the schema accepts, and in the schema.
func TestEveryKey(t *testing.T) {
	cat, text := everything(t)
	known := map[string]bool{}
	for _, line := range strings.SplitAfter(text, "\n") {
		for _, at := range append(regexp.MustCompile(`[{ ]`).FindAllStringIndex(line, -1), []int{0, 0}) {
			planted := strings.Replace(text, line, line[:at[1]]+"qqqqqqqqqqqqqqqqqqqq: x"+between(line[:at[1]])+line[at[1]:], 1)
			for _, f := range Check("f", []byte(planted), cat, options(t)) {
				_, names, ok := strings.Cut(f.Message, `unknown key "qqqqqqqqqqqqqqqqqqqq": write one of `)
				if !ok {
					continue
				}
				for _, name := range strings.Split(names, ", ") {
					known[name] = true
				}
			}
		}
	}
	if len(known) < 25 {
		t.Fatalf("the decoder has told only %d keys: %v", len(known), known)
	}
	for name := range known {
		if !regexp.MustCompile(`(?m)(^|[ {])` + name + `: `).MatchString(strings.ReplaceAll(text, ":\n", ": \n")) {
			t.Errorf("testdata/everything.yaml does not use the key %s", name)
		}
		if !strings.Contains(string(Schema()), fmt.Sprintf("%q: ", name)) {
			t.Errorf("the schema does not know the key %s", name)
		}
	}
}

// between separates a planted key from what follows it.
func between(before string) string {
	if strings.Contains(before, "{") {
		return ", "
	}
	return "\n" + strings.Repeat(" ", len(before))
}

// TestSchemaAcceptsPages: what the pages of this package and of policy's show as
// accepted, and the rules of the demo.
func TestSchemaAcceptsPages(t *testing.T) {
	s := compiledSchema(t)
	accepted := 0
	accept := func(at, text string) {
		accepted++
		if err := s.Validate(asEditor(t, text)); err != nil {
			t.Errorf("%s: %v\n%s", at, err, text)
		}
	}
	pages, err := filepath.Glob("testdata/spec/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		datadriven.RunTest(t, page, func(t *testing.T, d *datadriven.TestData) string {
			refused := slices.ContainsFunc(strings.Split(d.Expected, "\n"), func(l string) bool {
				return regexp.MustCompile(`^\d+:\d+: `).MatchString(l) && !regexp.MustCompile(`^\d+:\d+: (note|warning): `).MatchString(l)
			})
			switch {
			case refused:
			case d.Cmd == "check":
				accept(d.Pos, d.Input)
			case d.Cmd == "table":
				accept(d.Pos, sound+"  "+strings.ReplaceAll(d.Input, "\n", "\n  "))
			case d.Cmd == "scoped":
				accept(d.Pos, strings.Replace(sound, "tables:\n", "scopes: {customer: {anchor: customers.id}}\ntables:\n", 1)+"  "+strings.ReplaceAll(d.Input, "\n", "\n  "))
			case d.Cmd == "matrix":
				accept(d.Pos, "version: 1\n"+d.Input)
			}
			return d.Expected
		})
	}
	demo, err := os.ReadFile("../../demo/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	accept("demo", string(demo))
	if accepted < 40 {
		t.Errorf("only %d files were tried", accepted)
	}
}
