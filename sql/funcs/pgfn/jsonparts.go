package pgfn

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// jsonParts look into a json along a path, and say what it is.
func jsonParts() []Scalar {
	var out []Scalar
	for _, kind := range []string{"json", "jsonb"} {
		readable := func(doc string) error {
			if kind == "jsonb" {
				return nil
			}
			return escapes(doc)
		}
		path := func(name string, result func(raw json.RawMessage) (any, error)) Scalar {
			return Scalar{name, -1, func(a []any) (any, error) {
				for _, v := range a {
					if v == nil {
						return nil, nil
					}
				}
				if len(a) == 0 {
					return nil, nil
				}
				if err := readable(text(a[0])); err != nil {
					return nil, err
				}
				return result(along(text(a[0]), a[1:]))
			}}
		}
		out = append(out,
			path("g_"+kind+"_path", func(raw json.RawMessage) (any, error) {
				if raw == nil {
					return nil, nil
				}
				return string(raw), nil
			}),
			path("g_"+kind+"_path_text", jsonText),
			simple("g_"+kind+"_typeof", 1, func(a []any) any { return jsonKind(text(a[0])) }),
			strict("g_"+kind+"_array_length", 1, func(a []any) (any, error) {
				list, err := elements(text(a[0]))
				if err != nil {
					return nil, err
				}
				return int64(len(list)), nil
			}))
	}
	return append(out,
		simple("g_jsonb_exists", 2, func(a []any) any { return truth(hasKey(decoded(text(a[0])), text(a[1]))) }),
		simple("g_jsonb_contains", 2, func(a []any) any {
			x, y := decoded(text(a[0])), decoded(text(a[1]))
			if list, ok := x.([]any); ok && scalarJSON(y) { // an array holds a value by itself
				return truth(holdsScalar(list, y))
			}
			return truth(contains(x, y))
		}),
	)
}

// escapes refuses a json with escapes that no text can hold, as PostgreSQL does
// when it reads one.
func escapes(doc string) error {
	if strings.Contains(doc, `\u`) {
		if _, err := types.Parse(jsonbType, doc, nil); err != nil {
			return fail("22P05", "unsupported Unicode escape sequence")
		}
	}
	return nil
}

// along follows a path of keys and indices.
func along(doc string, path []any) json.RawMessage {
	raw := json.RawMessage(strings.TrimSpace(doc))
	for _, step := range path {
		var key any = text(step)
		if len(raw) > 0 && raw[0] == '[' {
			n, err := strconv.ParseInt(strings.TrimLeft(text(step), " \t\n\r\v\f"), 10, 32)
			if err != nil {
				return nil
			}
			key = n
		}
		if raw = part(string(raw), key); raw == nil {
			return nil
		}
	}
	return raw
}

// jsonKind is known by the first character.
func jsonKind(doc string) any {
	doc = strings.TrimLeft(doc, " \t\r\n")
	if doc == "" {
		return nil
	}
	switch doc[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

func elements(doc string) ([]json.RawMessage, error) {
	if jsonKind(doc) != "array" {
		return nil, fail("22023", "this json is no array")
	}
	var list []json.RawMessage
	if json.Unmarshal([]byte(doc), &list) != nil {
		return nil, errInvalid
	}
	for i := range list {
		list[i] = bytes.TrimSpace(list[i])
	}
	return list, nil
}

func decoded(doc string) any {
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// hasKey: a key of an object, or a text in an array, or the text itself.
func hasKey(v any, key string) bool {
	switch v := v.(type) {
	case map[string]any:
		_, ok := v[key]
		return ok
	case []any:
		return holdsScalar(v, key)
	}
	return v == any(key)
}

func scalarJSON(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

func holdsScalar(list []any, v any) bool {
	for _, e := range list {
		if scalarJSON(e) && equalScalars(e, v) {
			return true
		}
	}
	return false
}

func equalScalars(a, b any) bool {
	x, ok1 := a.(json.Number)
	y, ok2 := b.(json.Number)
	if !ok1 || !ok2 || x == y {
		return a == b
	}
	m, err1 := types.NumericOf(x.String())
	n, err2 := types.NumericOf(y.String())
	return err1 == nil && err2 == nil && types.CompareNumeric(m.Text(), n.Text()) == 0
}

// contains is PostgreSQL's @>: what y has, x has at the same place; the order of
// lists and what stands in them twice do not count.
func contains(x, y any) bool {
	switch y := y.(type) {
	case map[string]any:
		object, ok := x.(map[string]any)
		if !ok {
			return false
		}
		for k, want := range y {
			if have, ok := object[k]; !ok || !contains(have, want) {
				return false
			}
		}
		return true
	case []any:
		list, ok := x.([]any)
		if !ok {
			return false
		}
		for _, want := range y {
			if !holds(list, want) {
				return false
			}
		}
		return true
	}
	return scalarJSON(x) && equalScalars(x, y)
}

func holds(list []any, want any) bool {
	for _, e := range list {
		if contains(e, want) {
			return true
		}
	}
	return false
}

// jsonRows are the functions that give the parts of a json as rows.
func jsonRows() []Table {
	var out []Table
	for _, kind := range []string{"json", "jsonb"} {
		list := func(name string, result func(raw json.RawMessage) (any, error)) Table {
			return Table{name, 1, func(a []any, yield func(any) bool) error {
				if a[0] == nil {
					return nil
				}
				if kind == "json" {
					if err := escapes(text(a[0])); err != nil {
						return err
					}
				}
				list, err := elements(text(a[0]))
				if err != nil {
					return err
				}
				for _, raw := range list {
					v, err := result(raw)
					if err != nil || !yield(v) {
						return err
					}
				}
				return nil
			}}
		}
		out = append(out,
			list("g_"+kind+"_array_elements", func(raw json.RawMessage) (any, error) { return string(raw), nil }),
			list("g_"+kind+"_array_elements_text", jsonText),
			Table{"g_" + kind + "_object_keys", 1, func(a []any, yield func(any) bool) error {
				if a[0] == nil {
					return nil
				}
				keys, err := objectKeys(text(a[0]))
				for _, k := range keys {
					if !yield(k) {
						break
					}
				}
				return err
			}})
	}
	return out
}

// objectKeys are in the order in which they stand.
func objectKeys(doc string) ([]string, error) {
	if jsonKind(doc) != "object" {
		return nil, fail("22023", "this json is no object")
	}
	if err := escapes(doc); err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(doc))
	var keys []string
	if _, err := d.Token(); err != nil {
		return nil, errInvalid
	}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		var skip json.RawMessage
		if err != nil || !ok || d.Decode(&skip) != nil {
			return nil, errInvalid
		}
		keys = append(keys, key)
	}
	return keys, nil
}
