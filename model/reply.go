package model

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grille-dev/grille/refusal"
)

// ReadDraft reads a model's reply, which has to be the JSON object that the
// prompt asks for: its three keys, spelled so and once each, with texts or nulls.
// The kind decides what is read: small models that are held to the schema fill in
// keys that do not belong to it.
// A block fenced with ``` and a leading <think> block are allowed around it, for
// servers that cannot be held to a schema.
func ReadDraft(reply string) (Draft, error) {
	if !utf8.ValidString(reply) {
		return Draft{}, nonsense()
	}
	texts, err := object(json.NewDecoder(strings.NewReader(unwrap(reply))))
	if err != nil {
		return Draft{}, nonsense()
	}
	kind, sql, what := texts["kind"], strings.TrimSpace(texts["sql"]), What(texts["what"])
	known := what == "" || slices.Contains(Whats(), what)
	switch {
	case kind == SQL.String() && sql != "" && known:
		return Draft{Kind: SQL, SQL: sql}, nil
	case kind == CannotAnswer.String() && known:
		return Draft{Kind: CannotAnswer}, nil
	case kind == Clarify.String() && known && what != "":
		return Draft{Kind: Clarify, What: what}, nil
	}
	return Draft{}, nonsense()
}

var errForm = errors.New("model: not the agreed form")

// object reads one object of texts and nulls, and nothing after it. encoding/json
// alone would take KIND for kind, and the last of two.
func object(dec *json.Decoder) (map[string]string, error) {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errForm
	}
	texts, seen := map[string]string{}, map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		name, _ := key.(string)
		if err != nil || seen[name] || name != "kind" && name != "sql" && name != "what" {
			return nil, errForm
		}
		value, err := dec.Token()
		text, ok := value.(string)
		if err != nil || !ok && value != nil || strings.ContainsRune(text, 0) {
			return nil, errForm
		}
		texts[name], seen[name] = text, true
	}
	if _, err := dec.Token(); err != nil {
		return nil, errForm
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errForm
	}
	return texts, nil
}

// unwrap takes away what some models put around their JSON.
func unwrap(s string) string {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "<think>"); ok {
		if _, after, ok := strings.Cut(rest, "</think>"); ok {
			s = strings.TrimSpace(after)
		}
	}
	if strings.Count(s, "```") != 2 {
		return s
	}
	_, block, _ := strings.Cut(s, "```")
	block, _, _ = strings.Cut(block, "```")
	return strings.TrimSpace(strings.TrimPrefix(block, "json"))
}

func nonsense() error {
	return refusal.New(refusal.Model, "ask again or in other words; if it stays so, choose another model",
		"the model's answer does not have the agreed form")
}
