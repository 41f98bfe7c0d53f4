package egress

import (
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/dictionary"
	"github.com/grille-dev/grille/refusal"
)

// What the viewer says of single words, and what privacy: strict asks.
func TestChoice(t *testing.T) {
	for _, c := range []struct {
		name, text string
		choice     Choice
		strict     bool
		want       string // with the placeholders' ids left out; or a code
	}{
		{"nothing said", "orders of rose and kellner in Paris", Choice{}, false, "orders of rose and ⟨WORD⟩ in Paris"},
		{"one more word", "orders of rose and Rose again", Choice{Hide: []string{"rose"}}, false, "orders of ⟨WORD⟩ and ⟨WORD⟩ again"},
		{"a phrase", "orders of blue moon", Choice{Hide: []string{"Blue  Moon"}}, false, "orders of ⟨WORD⟩"},
		{"not inside of words", "orders of roses and rose", Choice{Hide: []string{"rose"}}, false, "orders of roses and ⟨WORD⟩"},
		{"hidden around what is found", "mail to the ann@example.org list", Choice{Hide: []string{"the ann@example.org list"}}, false, "mail to ⟨WORD⟩"},
		{"keep", "churnova by Kelvorin", Choice{Keep: []string{"churnova"}}, false, "churnova by ⟨WORD⟩"},
		{"keep in other case", "churnova by Kelvorin", Choice{Keep: []string{"kelvorin", "CHURNOVA"}}, false, "churnova by Kelvorin"},
		{"keep what is no word", "card 4111111111111111", Choice{Keep: []string{"4111111111111111"}}, false, "word-choice"},
		{"keep a part of it", "by ann@example.org", Choice{Keep: []string{"ann"}}, false, "word-choice"},
		{"keep what is not there", "orders", Choice{Keep: []string{"kellner"}}, false, "word-choice"},
		{"hide what is not there", "orders", Choice{Hide: []string{"order"}}, false, "word-choice"},
		{"hide nothing", "orders", Choice{Hide: []string{" "}}, false, "word-choice"},

		{"strict", "orders of rose and kellner in May", Choice{}, true, "unsure-word"},
		{"strict, kept", "orders of rose and kellner in May", Choice{Keep: []string{"rose"}}, true, "orders of rose and ⟨WORD⟩ in May"},
		{"strict, hidden", "orders of rose and kellner in May", Choice{Hide: []string{"rose"}}, true, "orders of ⟨WORD⟩ and ⟨WORD⟩ in May"},
		{"strict, one of two", "orders of rose and mark", Choice{Keep: []string{"mark"}}, true, "unsure-word"},
		{"strict, nothing unsure", "orders per month", Choice{}, true, "orders per month"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := redaction{Detector: Detector{Keep: c.choice.kept()}, choice: c.choice, strict: c.strict, random: counting()}
			got, _, err := r.redact(c.text)
			if err != nil {
				got = string(refusal.CodeOf(err))
			}
			if got = placeholder.ReplaceAllStringFunc(got, func(p string) string { return "⟨" + string(kindOf(p)) + "⟩" }); got != c.want {
				t.Errorf("%s\n got %s\nwant %s\n%v", c.text, got, c.want, err)
			}
		})
	}
}

// The refusal names the words, which are the viewer's own, and each once.
func TestUnsureWordsAreNamed(t *testing.T) {
	_, _, err := redaction{strict: true, random: counting()}.redact("orders of rose, rose and mark")
	if err == nil || !strings.Contains(err.Error(), "rose, mark") {
		t.Error(err)
	}
}

// The list of unsure words, which costs nothing to see, is the same whatever the
// dictionary holds.
func TestUnsureWordsDoNotTellNames(t *testing.T) {
	b, err := dictionary.NewBuilder([]byte(strings.Repeat("k", 32)), func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	b.Row([]string{"Rose Water"})
	with := Detector{Names: b.Build("test", time.Unix(1e9, 0))}
	const text = "orders of rose water and mark"
	if got := shown(text, with.Examine(text)); !strings.Contains(got, "[WORD rose water]") {
		t.Fatalf("the dictionary does not find it: %s", got)
	}
	for name, d := range map[string]Detector{"with": with, "without": {}} {
		_, _, err := redaction{Detector: d, strict: true, random: counting()}.redact(text)
		if err == nil || !strings.HasSuffix(err.Error(), ": rose, mark") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
