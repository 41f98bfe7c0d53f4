package config

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/grille-dev/grille/internal/strict/stricttest"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("grille.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("grille.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// accepts reads a file as editors do, with YAML's types.
func accepts(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return s.Validate(asEditor(v))
}

// asEditor is v with days as the texts that they are to editors.
func asEditor(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = asEditor(v[k])
		}
	case []any:
		for i := range v {
			v[i] = asEditor(v[i])
		}
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return v
}

// TestSchemaAcceptsPages: what the pages show as accepted, the schema accepts.
func TestSchemaAcceptsPages(t *testing.T) {
	s, accepted := compiled(t), 0
	for _, page := range []string{"accepted", "ledger"} {
		datadriven.RunTest(t, "testdata/config/"+page+".txt", func(t *testing.T, d *datadriven.TestData) string {
			if _, err := Parse("etc/grille.yaml", []byte(d.Input+"\n")); err == nil && d.Input != "" {
				accepted++
				if err := accepts(t, s, d.Input); err != nil {
					t.Errorf("%s: %v\n%s", d.Pos, err, d.Input)
				}
			}
			return d.Expected
		})
	}
	if accepted < 5 {
		t.Errorf("only %d files were tried", accepted)
	}
}

// TestSchemaKeys holds the schema to the decoder.
func TestSchemaKeys(t *testing.T) {
	s := compiled(t)
	stricttest.Schema(t, stricttest.Described{
		Schema: Schema(),
		Editor: func(text string) error { return accepts(t, s, text) },
		Read:   func(text string) error { _, err := Parse("f", []byte(text)); return err },
		Needed: func(path, key string) string {
			if kind := map[string]string{"api_version": "azure", "context": "ollama", "keep_alive": "ollama"}[path]; key == "kind" && kind != "" {
				return kind
			}
			return map[string]string{"dsn": "sqlite:x", "kind": "openai", "url": "https://h/v1", "model": "m", "teams": "[a]", "timezone": "UTC"}[key]
		},
		Mappings: 11, Words: 8,
	})
}

// TestSchemaDefaults: what the schema says holds where nothing is said, holds.
func TestSchemaDefaults(t *testing.T) {
	var root entry
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	var limits []string
	for _, m := range root.Defs["limits"].Properties {
		limits = append(limits, m.key+": "+string(m.value.Default))
	}
	text := "limits: {" + strings.Join(limits, ", ") + "}\nmodel: planner\nstate: grille-state\ncalendar: {timezone: UTC}\n"
	got, err := Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse("f", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Limits != want.Limits || got.StateDir() != want.StateDir() || got.Zone != want.Zone || !slices.Equal(got.Order, want.Order) || len(limits) != 4 {
		t.Errorf("%s\nis not what holds otherwise: %+v, want %+v", text, got, want)
	}
}
