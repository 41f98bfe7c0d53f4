package stricttest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/strict"
)

// Described is a file format and its JSON Schema.
type Described struct {
	Schema []byte
	Editor func(text string) error // nil if the schema accepts a file
	Read   func(text string) error // nil if the decoder does
	// Needed is a value of a key that a mapping has to have, for another key of it,
	// beside, to be read.
	Needed          func(beside, key string) string
	Mappings, Words int // that there are at least
}

// Schema holds each mapping with fixed keys to the decoder, in both directions: the
// decoder names for an unknown key those that it knows. So it does for words of
// which one is written.
func Schema(t *testing.T, d Described) {
	t.Helper()
	var root object
	if err := json.Unmarshal(d.Schema, &root); err != nil {
		t.Fatal(err)
	}
	w := walker{Described: d, t: t, defs: root.Defs}
	w.walk(&root, "%s")
	if w.mappings < d.Mappings || w.words < d.Words {
		t.Errorf("only %d mappings and %d words were held to the decoder", w.mappings, w.words)
	}
}

// object is what is read of a schema.
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
	Described
	t               *testing.T
	defs            map[string]*object
	mappings, words int
}

const unknown = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"

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
		w.walk(value, in(around, "{"+w.beside(o, key)+key+": %s}"))
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
	if len(texts(o.Enum)) == len(o.Enum) && o.Enum != nil || slices.Contains(o.Enum, any(false)) && !slices.Contains(o.Enum, any(true)) {
		w.words++
		w.same(in(around, unknown), texts(o.Enum))
	}
}

func in(around, inner string) string { return strings.Replace(around, "%s", inner, 1) }

// beside are the keys that a mapping has to have, for key to be read.
func (w *walker) beside(o *object, key string) string {
	var text string
	for _, name := range o.Required {
		if name != key {
			text += name + ": " + w.Needed(key, name) + ", "
		}
	}
	return text
}

func (w *walker) keys(o *object, around string) {
	w.mappings++
	text := in(around, "{"+unknown+": x}")
	if w.Editor(text) == nil {
		w.t.Errorf("the schema accepts %s", text)
	}
	var keys []string
	for key := range o.Properties {
		keys = append(keys, key)
	}
	w.same(text, keys)
}

func texts(values []any) []string {
	var all []string
	for _, v := range values {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// same holds what the decoder says of an unknown key or word to what the schema knows.
func (w *walker) same(text string, names []string) {
	err := w.Read(text)
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
	slices.Sort(known)
	slices.Sort(names)
	if !ok || !slices.Equal(known, names) {
		w.t.Errorf("%s\nthe decoder: %s\nknows %q, and the schema %q", text, e.Message, known, names)
	}
}
