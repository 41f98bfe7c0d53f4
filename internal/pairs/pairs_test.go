package pairs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/strict/stricttest"
)

var urgent = egress.Proposal{Question: "how many urgent visits per ward?", SQL: "SELECT ward_id, count(*)\nFROM visits WHERE kind = 'urgent' GROUP BY ward_id"}

// What is written is read again, and only what was approved as it stands is sent.
func TestSent(t *testing.T) {
	edited := egress.Proposal{Question: "how many urgent stays per ward?", SQL: urgent.SQL}
	all := []Entry{
		{Proposal: urgent},
		{Proposal: urgent, By: "ana", Digest: urgent.Digest()},
		{Proposal: edited, By: "ana", Digest: urgent.Digest()},
		{Proposal: urgent, By: "ana", Digest: strings.ToUpper(urgent.Digest())},
		{Proposal: egress.Proposal{Question: "how many?\n\"a: b\"", SQL: "SELECT 1 -- # é"}},
	}
	text := Format(all)
	read, err := Parse("p.yaml", text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if diff := cmp.Diff(all, read); diff != "" {
		t.Error(diff)
	}
	var states []State
	for _, e := range read {
		states = append(states, e.State())
	}
	if diff := cmp.Diff([]State{Proposed, Ready, Edited, Edited, Proposed}, states); diff != "" {
		t.Error(diff)
	}
	if n := len(Sent(read)); n != 1 {
		t.Errorf("%d pairs are sent", n)
	}
}

// The digest is of both halves, and of where one ends.
func TestDigest(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range []egress.Proposal{urgent, {Question: "ab", SQL: "c"}, {Question: "a", SQL: "bc"}, {Question: "a", SQL: "bc "}, {Question: "A", SQL: "bc"}} {
		if d := p.Digest(); seen[d] {
			t.Errorf("%v has the digest of another", p)
		} else {
			seen[d] = true
		}
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "empty",
		"{}":                                  "",
		"- question: a":                       "sql",
		"- {question: a, sql: b, by: c}":      "by",
		"- {question: a, sql: b, approved: }": "",
		"- {question: a, sql: b, approved: {by: c}}":                  "digest",
		"- {question: a, sql: b, approved: {by: \"\", digest: \"\"}}": "empty",
		"- {question: \"\", sql: b}":                                  "empty",
		"- {question: a, sql: \"\"}":                                  "empty",
		"- {question: \" a\", sql: b}":                                "blanks around",
		"- {question: \"a\\u200b\", sql: b}":                          "cannot be seen",
		"- {question: a, sql: \"b\\u202e\"}":                          "cannot be seen",
		"- {question: a, sql: \"⟨EMAIL_abcd⟩\"}":                      "placeholders",
		"- {question: a, sql: " + strings.Repeat("b", 4000) + "}":     "bytes",
	} {
		if _, err := Parse("p.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestClosed(t *testing.T) {
	stricttest.Closed(t, "- {question: a, sql: b, approved: {by: c, digest: d}}\n- {question: e, sql: f}", func(n strict.Node) error {
		nodes, err := n.List()
		if err != nil {
			return err
		}
		for _, n := range nodes {
			if err := new(Entry).read(n); err != nil {
				return err
			}
		}
		return nil
	})
}
