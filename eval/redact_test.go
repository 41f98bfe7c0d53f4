package eval

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/dictionary"
	"github.com/grille-dev/grille/egress"
)

var document = flag.Bool("document", false, "write the measured figures into docs/redaction.md")

func labelled(t *testing.T, path string) []Labelled {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("%s is not here", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	lines, err := ReadLabelled(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// plainQuestions have nothing in them to be found.
func plainQuestions(t *testing.T) (lines []Labelled) {
	t.Helper()
	text, err := os.ReadFile("testdata/redact/plain.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		lines = append(lines, Labelled{Text: strings.TrimSpace(line)})
	}
	return lines
}

// The figures that docs/redaction.md publishes are those of the committed sets.
func TestPublishedFigures(t *testing.T) {
	filled, plain := Redact(labelled(t, "testdata/redact/questions.jsonl"), egress.Detect), Redact(plainQuestions(t), egress.Detect)
	b, err := dictionary.NewBuilder(bytes.Repeat([]byte("k"), 32), egress.Detector{}.Plain)
	if err != nil {
		t.Fatal(err)
	}
	covered := Redact(plainQuestions(t), egress.Detector{Names: b.Build("", time.Unix(0, 0))}.Detect)

	var w strings.Builder
	w.WriteString("| kind | labels | found |\n|---|---|---|\n")
	for _, kind := range slices.Sorted(maps.Keys(filled.ByKind)) {
		h := filled.ByKind[kind]
		fmt.Fprintf(&w, "| %s | %d | %.1f %% |\n", kind, h.Spans, 100*ratio(h.Found, h.Spans))
	}
	fmt.Fprintf(&w, "| all | %d | %.1f %% |\n\n", filled.Spans, 100*ratio(filled.Found, filled.Spans))
	fmt.Fprintf(&w, "False alarms: %d in these %d questions; %d in %d questions without personal data, and %d with the cover of a dictionary.\n",
		filled.FalseAlarms, filled.N, plain.FalseAlarms, plain.N, covered.FalseAlarms)

	const path, begin, end = "../docs/redaction.md", "<!-- measured -->\n", "<!-- end -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	published, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for figures", path)
	}
	if *document {
		if err := os.WriteFile(path, []byte(before+begin+w.String()+end+after), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		return
	}
	if published != w.String() {
		t.Errorf("the figures have changed: go test ./eval -run Published -document, and look at the difference:\n%s", w.String())
	}
}

// On a public set of sentences, none of which is a question of analytics, what the
// documentation says holds.
func TestPublicSet(t *testing.T) {
	r := Redact(labelled(t, "../../shared/data/presidio_research/synth.jsonl"), egress.Detect)
	for kind, least := range map[string]float64{"PERSON": 0.98, "CREDIT_CARD": 1, "EMAIL_ADDRESS": 1, "IBAN_CODE": 1, "IP_ADDRESS": 1,
		"US_SSN": 1, "PHONE_NUMBER": 0.97, "DOMAIN_NAME": 1, "STREET_ADDRESS": 0.55} {
		if got := r.Figures()["recall."+kind]; got < least {
			t.Errorf("%s: %.3f, want %.3f", kind, got, least)
		}
	}
	if r.FalseAlarms > 25 {
		t.Errorf("%d false alarms", r.FalseAlarms)
	}
}

func TestReadLabelled(t *testing.T) {
	for text, want := range map[string]string{
		`{"full_text":"é x","spans":[{"entity_type":"A","start_position":2,"end_position":3}],"other":1}`: "",
		`{"full_text":"é x","spans":[{"entity_type":"A","start_position":2,"end_position":4}]}`:           "line 1 has a span",
		`{"full_text":"é x","spans":[{"entity_type":"A","start_position":2,"end_position":2}]}`:           "line 1 has a span",
		`{"full_text":"é x","spans":[{"entity_type":"","start_position":0,"end_position":1}]}`:            "line 1 has a span",
		`{"text":"x"}`: "line 1 has not the form",
		`[]`:           "line 1 has not the form",
		"":             "has no line",
	} {
		if _, err := ReadLabelled(strings.NewReader(text)); (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Half of a label is enough, in code points; a mark is wrong if it touches none.
func TestRedactCounts(t *testing.T) {
	text := "éééé Keller 12"
	lines := []Labelled{{text, []Label{{"NAME", 5, 11}, {"HALF", 8, 14}, {"LESS", 10, 14}}}}
	mark := func(from, to int) egress.Mark {
		at := func(n int) int { return len(string([]rune(text)[:n])) }
		return egress.Mark{Kind: egress.Word, Start: at(from), End: at(to)}
	}
	r := Redact(lines, func(string) []egress.Mark { return []egress.Mark{mark(0, 4), mark(5, 11)} })
	if r.Spans != 3 || r.Found != 2 || r.FalseAlarms != 1 || r.ByKind["LESS"].Found != 0 || r.FalseByKind["WORD"] != 1 || r.Alarmed != 1 {
		t.Errorf("%+v", r)
	}
	if got := r.Lines[0].Detail; got != "LESS missed at 10-14, WORD wrongly at 0-4" {
		t.Error(got)
	}
}
