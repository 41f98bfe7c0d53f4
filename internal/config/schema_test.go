package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/grille-dev/grille/internal/strict"
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

// TestSchemaKeys holds each mapping of the schema to the decoder, which names for
// an unknown key those that it knows, and each word to the words that it knows.
func TestSchemaKeys(t *testing.T) {
	var root object
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	w := walker{t: t, defs: root.Defs, s: compiled(t)}
	w.walk(&root, "%s")
	if w.mappings < 11 || w.words < 8 {
		t.Errorf("only %d mappings and %d words were held to the decoder", w.mappings, w.words)
	}
}

// object is what the tests read of a schema.
type object struct {
	Ref        string             `json:"$ref"`
	Defs       map[string]*object `json:"$defs"`
	Properties map[string]*object
	Additional json.RawMessage `json:"additionalProperties"`
	Items      *object
	AnyOf      []*object
	Enum       []any
	Required   []string
}

type walker struct {
	t               *testing.T
	defs            map[string]*object
	s               *jsonschema.Schema
	mappings, words int
}

// walk goes down; around is a file with a place for the value of o.
func (w *walker) walk(o *object, around string) {
	if o.Ref != "" {
		o = w.defs[strings.TrimPrefix(o.Ref, "#/$defs/")]
	}
	for _, one := range o.AnyOf {
		w.walk(one, around)
	}
	if o.Properties != nil {
		w.keys(o, around)
	}
	for key, value := range o.Properties {
		w.walk(value, in(around, "{"+beside(o, key)+key+": %s}"))
	}
	if len(o.Additional) > 0 && o.Additional[0] == '{' {
		var each object
		if err := json.Unmarshal(o.Additional, &each); err != nil {
			w.t.Fatal(err)
		}
		w.walk(&each, in(around, "{x: %s}"))
	}
	if o.Items != nil {
		w.walk(o.Items, in(around, "[%s]"))
	}
	if o.Enum != nil && !slices.Contains(o.Enum, any(true)) {
		w.enum(o, around)
	}
}

func in(around, inner string) string { return strings.Replace(around, "%s", inner, 1) }

// beside are the keys that a mapping has to have, for key to be read.
func beside(o *object, key string) string {
	needed := map[string]string{"dsn": "sqlite:x", "kind": "openai", "url": "https://h/v1", "model": "m", "teams": "[a]", "timezone": "UTC"}
	switch key {
	case "api_version":
		needed["kind"] = "azure"
	case "context", "keep_alive":
		needed["kind"] = "ollama"
	}
	var text string
	for _, name := range o.Required {
		if name != key {
			text += name + ": " + needed[name] + ", "
		}
	}
	return text
}

const unknown = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"

func (w *walker) keys(o *object, around string) {
	w.mappings++
	text := in(around, "{"+unknown+": x}")
	if accepts(w.t, w.s, text) == nil {
		w.t.Errorf("the schema accepts %s", text)
	}
	var keys []any
	for key := range o.Properties {
		keys = append(keys, key)
	}
	w.same(text, keys)
}

func (w *walker) enum(o *object, around string) {
	w.words++
	w.same(in(around, unknown), o.Enum)
}

// same holds what the decoder says of an unknown key or word to what the schema knows.
func (w *walker) same(text string, want []any) {
	_, err := Parse("f", []byte(text))
	var e *strict.Error
	if !errors.As(err, &e) {
		w.t.Errorf("the decoder says %v of %s", err, text)
		return
	}
	_, list, ok := strings.Cut(e.Message, "write one of ")
	if !ok {
		_, list, ok = strings.Cut(e.Message, "did you mean ")
		list = strings.Trim(list, `"?`)
	}
	known := strings.Split(list, ", ")
	var names []string
	for _, v := range want {
		if name, isText := v.(string); isText {
			names = append(names, name)
		}
	}
	slices.Sort(known)
	slices.Sort(names)
	if !ok || !slices.Equal(known, names) {
		w.t.Errorf("%s\nthe decoder: %s\nknows %q, and the schema %q", text, e.Message, known, names)
	}
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
