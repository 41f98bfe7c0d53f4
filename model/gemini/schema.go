package gemini

import (
	"encoding/json"
	"slices"
)

// schema says the same as s in the part of JSON Schema that the API takes: a text
// of a list, or null, is not a list that has null, but one of two.
func schema(s json.RawMessage) json.RawMessage {
	var tree any
	if err := json.Unmarshal(s, &tree); err != nil {
		panic("gemini: a prompt's schema is no JSON")
	}
	out, err := json.Marshal(split(tree))
	if err != nil {
		panic("gemini: " + err.Error())
	}
	return out
}

func split(node any) any {
	m, ok := node.(map[string]any)
	if !ok {
		return node
	}
	for name, value := range m {
		m[name] = split(value)
	}
	words, listed := m["enum"].([]any)
	if !listed || !slices.Contains(words, nil) {
		return m
	}
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "string", "enum": slices.DeleteFunc(slices.Clone(words), func(w any) bool { return w == nil })},
		map[string]any{"type": "null"},
	}}
}
