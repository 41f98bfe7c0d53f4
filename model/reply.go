package model

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/grille-dev/grille/refusal"
)

// ReadDraft reads a model's reply, which has to be the JSON object that the
// prompt asks for. A block fenced with ``` and a leading <think> block are
// allowed around it, for servers that cannot be held to a schema.
func ReadDraft(reply string) (Draft, error) {
	var r struct {
		Kind string  `json:"kind"`
		SQL  *string `json:"sql"`
		What *string `json:"what"`
	}
	dec := json.NewDecoder(strings.NewReader(unwrap(reply)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return Draft{}, nonsense()
	}
	if _, err := dec.Token(); err != io.EOF {
		return Draft{}, nonsense()
	}
	sql, what := strings.TrimSpace(deref(r.SQL)), What(deref(r.What))
	switch {
	case r.Kind == SQL.String() && sql != "" && what == "":
		return Draft{Kind: SQL, SQL: sql}, nil
	case r.Kind == CannotAnswer.String() && sql == "" && what == "":
		return Draft{Kind: CannotAnswer}, nil
	case r.Kind == Clarify.String() && sql == "" && slices.Contains(Whats(), what):
		return Draft{Kind: Clarify, What: what}, nil
	}
	return Draft{}, nonsense()
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

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func nonsense() error {
	return refusal.New(refusal.Model, "ask again or in other words; if it stays so, choose another model",
		"the model's answer does not have the agreed form")
}
