package model

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

func TestReadDraft(t *testing.T) {
	for reply, want := range map[string]Draft{
		`{"kind":"sql","sql":"SELECT 1","what":null}`:                                     {Kind: SQL, SQL: "SELECT 1"},
		` {"kind":"sql","sql":" SELECT 1 "} `:                                             {Kind: SQL, SQL: "SELECT 1"},
		"```json\n{\"kind\":\"sql\",\"sql\":\"SELECT 1\"}\n```":                           {Kind: SQL, SQL: "SELECT 1"},
		"Here it is:\n```\n{\"kind\":\"sql\",\"sql\":\"SELECT 1\"}\n```\nI hope it helps": {Kind: SQL, SQL: "SELECT 1"},
		"<think>{ hm</think>{\"kind\":\"cannot_answer\",\"sql\":null,\"what\":null}":      {Kind: CannotAnswer},
		`{"kind":"clarify","sql":null,"what":"period"}`:                                   {Kind: Clarify, What: WhichPeriod},
		// The schema cannot say which keys belong to a kind: the others are not read.
		`{"kind":"sql","sql":"SELECT 1","what":"period"}`:    {Kind: SQL, SQL: "SELECT 1"},
		`{"kind":"cannot_answer","sql":"SELECT 1"}`:          {Kind: CannotAnswer},
		`{"kind":"clarify","sql":"SELECT 1","what":"value"}`: {Kind: Clarify, What: WhichValue},
	} {
		if got, err := ReadDraft(reply); err != nil || got.Kind != want.Kind || got.SQL != want.SQL || got.What != want.What {
			t.Errorf("%s: %+v, %v", reply, got, err)
		}
	}
	for _, reply := range []string{
		"", "SELECT 1", "null", "[]", `"x"`, `{}`, `{"kind":"sql"}`, `{"kind":"sql","sql":"  "}`,
		`{"kind":"drop","sql":"SELECT 1"}`, `{"kind":"sql","sql":"SELECT 1","what":"all"}`,
		`{"kind":"cannot_answer","what":"all"}`, `{"kind":"clarify","what":null}`, `{"kind":"clarify","what":"whatever <a href=x>"}`,
		`{"kind":"sql","sql":"SELECT 1","say":"Session expired"}`, `{"kind":"sql","sql":"SELECT 1"} and more`,
		`{"kind":"sql","sql":["SELECT 1"]}`, `{"kind":"sql","sql":"SELECT 1"`, "```sql\nSELECT 1\n```",
		"<think>endless",
		`{"KIND":"sql","sql":"SELECT 1"}`, `{"kind":"sql","sql":"SELECT 1","sql":"SELECT 2"}`, `{"kind":"cannot_answer","kind":"sql","sql":"SELECT 1"}`,
		`{"kind":"sql","sql":"SELECT \u0000 1"}`, "{\"kind\":\"sql\",\"sql\":\"SELECT '\xff'\"}", `{"kind":"sql","sql":1e999}`, `{"kind":"sql","sql":{"a":1}}`,
		`[{"kind":"sql","sql":"SELECT 1"}]`, strings.Repeat("[", 100_000), `{"kind":` + strings.Repeat(`{"a":`, 100_000),
	} {
		if got, err := ReadDraft(reply); refusal.CodeOf(err) != refusal.Model || got.Kind != NoKind {
			t.Errorf("%q: %+v, %v", reply, got, err)
		}
	}
}

// What the schema offers and what ReadDraft accepts is one list.
func TestSchemaOffersTheWhats(t *testing.T) {
	var schema struct {
		Properties struct {
			What struct{ Enum []*string }
		}
	}
	if err := json.Unmarshal(testPrompt(t, viewer.Switches{}).Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	var offered []What
	for _, w := range schema.Properties.What.Enum {
		if w != nil {
			offered = append(offered, What(*w))
		}
	}
	if !slices.Equal(offered, Whats()) {
		t.Errorf("schema offers %v, model accepts %v", offered, Whats())
	}
}

func FuzzReadDraft(f *testing.F) {
	f.Add("```json\n{\"kind\":\"sql\",\"sql\":\"SELECT 1\"}\n```")
	f.Add("<think></think>{}")
	f.Fuzz(func(t *testing.T, reply string) {
		if d, err := ReadDraft(reply); err == nil && d.Kind == NoKind {
			t.Errorf("%q: neither draft nor error", reply)
		}
	})
}
