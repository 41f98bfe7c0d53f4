package main

import (
	"context"
	"crypto/rand"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/refusal"
)

// Where readings differ in one thing it is asked for in one line, with lines that can
// be typed as they stand; else they are listed.
func TestToChoose(t *testing.T) {
	p := &program{in: strings.NewReader(""), out: io.Discard, err: io.Discard, clock: func() time.Time { return today }, random: rand.Reader}
	g, err := p.openDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.Close() }()
	for question, want := range map[string]string{
		"visits per department last year": `refused which-reading: which date: admitted_at or discharged_at?
  try: say which:
    --means "last year=visits.admitted_at"
    --means "last year=visits.discharged_at"
`,
		"visits per fancy ward": `refused which-reading: unclear
  try: say which one is meant, or ask in other words:
    --reading 1  reads wards; shows id, department_id, name, beds and intensive (without "fancy")
`,
	} {
		q := grille.Question{Text: question, Viewer: demo.Viewers()[0].Viewer}
		u, err := g.Understand(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		all, err := p.offered(t.Context(), g, q, u)
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		err = toChoose(refusal.New(refusal.WhichReading, "", "unclear"), u, all[:1])
		if got := refused(err.(*refusal.Refusal), ""); got != want {
			t.Errorf("%s:\n%s", question, got)
		}
	}
}

// A word of a command line is a word, whatever is in the question.
func TestShellQuoted(t *testing.T) {
	for text, want := range map[string]string{
		"last year=visits.discharged_at": `"last year=visits.discharged_at"`,
		`"ICU"=wards.name`:               `'"ICU"=wards.name'`,
		"$(rm -rf ~)=a.b":                "'$(rm -rf ~)=a.b'",
		"it's `x`=a.b":                   `'it'\''s ` + "`x`=a.b'",
	} {
		if got := shellQuoted(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
