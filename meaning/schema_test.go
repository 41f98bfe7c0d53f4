package meaning

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/grille-dev/grille/internal/strict/stricttest"
)

func editor(t *testing.T) func(text string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("meaning.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("meaning.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
}

func TestSchemaKeys(t *testing.T) {
	stricttest.Schema(t, stricttest.Described{
		Schema: Schema(),
		Editor: editor(t),
		Read:   func(text string) error { _, err := Parse("f", []byte(text)); return err },
		Needed: func(_, key string) string {
			return map[string]string{"version": "1", "is": "sum(a.b)", "decimals": "2"}[key]
		},
		Mappings: 5,
	})
}

// TestSchemaAcceptsPages: what the pages of this package show as read, the schema
// accepts.
func TestSchemaAcceptsPages(t *testing.T) {
	accepts, tried := editor(t), 0
	datadriven.Walk(t, "testdata/spec", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if _, err := Parse("f", []byte(d.Input)); err == nil && regexp.MustCompile(`(?m)^version:`).MatchString(d.Input) {
				tried++
				if err := accepts(d.Input); err != nil {
					t.Errorf("%s: %v\n%s", d.Pos, err, d.Input)
				}
			}
			return d.Expected
		})
	})
	if tried < 3 {
		t.Errorf("only %d files were tried", tried)
	}
}
