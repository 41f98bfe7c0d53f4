package viewer

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// HardFilters narrow one request to the rows of one value of each scope that
// they name, whoever asks: a program that serves many customers gives one with
// each question. They come from that program and never from a model, a person's
// text or the query.
//
// They only narrow. What the rules do not know (a scope, a column, a value that
// does not convert exactly) is refused, and so is the zero HardFilters: a
// program that fills it from an empty variable must not serve every customer.
type HardFilters struct {
	// Scopes are values by the scope's name, as texts.
	Scopes map[string]string
	// Withhold are columns, table.column or schema.table.column, that do not
	// exist for this request.
	Withhold []string
}

// Clone is a copy that shares nothing with h; nil of nil.
func (h *HardFilters) Clone() *HardFilters {
	if h == nil {
		return nil
	}
	return &HardFilters{Scopes: maps.Clone(h.Scopes), Withhold: slices.Clone(h.Withhold)}
}

// Reserved reports whether no scope can have this name, because it says
// something else in a filter's text.
func Reserved(scope string) bool { return scope == "columns" }

// ParseHardFilters reads a filter as programs write it, in one of three forms:
//
//	customer=123
//	{"customer": 123, "columns": {"withhold": ["users.balance"]}}
//	show data only for the customer 123
//
// The value in the first is all that stands behind the sign. In the others it
// is a number, whose digits are kept as they are, or a quoted text. Whatever is
// left over is an error: "the customer 123 or customer 456" is no filter.
func ParseHardFilters(text string) (*HardFilters, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return parseObject(text)
	}
	if m := sentence.FindStringSubmatch(text); m != nil {
		return one(m[1], m[2]+m[3]+m[4])
	}
	if m := pair.FindStringSubmatch(text); m != nil {
		return one(m[1], m[2])
	}
	return nil, errors.New(`this is no hard filter: write customer=123, {"customer": 123}, or: show data only for the customer 123`)
}

var (
	sentence = regexp.MustCompile(`^show data only for the ([A-Za-z_][A-Za-z0-9_]*) (?:(-?[0-9]+)|'([^'"\\]+)'|"([^'"\\]+)")$`)
	pair     = regexp.MustCompile(`(?s)^([A-Za-z_][A-Za-z0-9_]*)=(.+)$`)
)

func one(scope, value string) (*HardFilters, error) {
	if Reserved(scope) {
		return nil, fmt.Errorf("%q is a word of hard filters, and no scope", scope)
	}
	return &HardFilters{Scopes: map[string]string{scope: value}}, nil
}

// Merge is what both ask for. A scope that both name is an error, also with
// equal values.
func (h *HardFilters) Merge(more *HardFilters) (*HardFilters, error) {
	if h == nil || more == nil {
		return cmpOr(h, more).Clone(), nil
	}
	out := h.Clone()
	if out.Scopes == nil {
		out.Scopes = map[string]string{}
	}
	for scope, value := range more.Scopes {
		if _, ok := out.Scopes[scope]; ok {
			return nil, fmt.Errorf("the scope %q is given twice", scope)
		}
		out.Scopes[scope] = value
	}
	out.Withhold = append(out.Withhold, more.Withhold...)
	return out, nil
}

func cmpOr(a, b *HardFilters) *HardFilters {
	if a == nil {
		return b
	}
	return a
}

// parseObject reads the JSON form: duplicate keys, nulls, lists and nested
// values are errors, for each of them is a mistake of the program that sends it.
func parseObject(text string) (*HardFilters, error) {
	h := &HardFilters{Scopes: map[string]string{}}
	err := object(json.RawMessage(text), func(key string, value json.RawMessage) error {
		if key == "columns" {
			return h.columns(value)
		}
		v, err := scalar(value)
		if err != nil {
			return fmt.Errorf("the scope %q: %w", key, err)
		}
		h.Scopes[key] = v
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("a hard filter: %w", err)
	}
	if len(h.Scopes) == 0 && len(h.Withhold) == 0 {
		return nil, errors.New(`a hard filter that filters nothing: write {"customer": 123}, or give none`)
	}
	return h, nil
}

func (h *HardFilters) columns(raw json.RawMessage) error {
	return object(raw, func(key string, value json.RawMessage) error {
		if key != "withhold" {
			return fmt.Errorf("unknown key %q of columns: write withhold", key)
		}
		var names []*string
		if err := json.Unmarshal(value, &names); err != nil || len(names) == 0 || slices.Contains(names, nil) {
			return errors.New(`withhold is a list of columns: ["users.balance"]`)
		}
		for _, n := range names {
			h.Withhold = append(h.Withhold, *n)
		}
		return nil
	})
}

// object calls each for the keys of a JSON object, which it has once each.
func object(raw json.RawMessage, each func(string, json.RawMessage) error) error {
	notObject := errors.New("this is no JSON object")
	d := json.NewDecoder(strings.NewReader(string(raw)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return notObject
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		var value json.RawMessage
		if err != nil || !ok || d.Decode(&value) != nil {
			return notObject
		}
		if seen[key] {
			return fmt.Errorf("the key %q stands there twice", key)
		}
		seen[key] = true
		if err := each(key, value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return notObject
	}
	if d.More() {
		return errors.New("something follows the object")
	}
	return nil
}

// scalar is a JSON number as it is written, or a text that is not empty.
func scalar(raw json.RawMessage) (string, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", errors.New("this is no JSON value")
	}
	switch v := v.(type) {
	case json.Number:
		return v.String(), nil
	case string:
		if v != "" {
			return v, nil
		}
	}
	return "", errors.New("a value is a number or a text, and not empty")
}
