package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/planner/taught"
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
    --reading 1  reads visits (called v) with wards (called w) where w.id is v.ward_id; makes a group for each w.id and w.name; shows w.name and the number of rows; sorts by the number of rows, greatest first (without "fancy")
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

// What is offered is made of names of the database too, and no name has a terminal do
// anything.
func TestRefusedIsText(t *testing.T) {
	no := refusal.New(refusal.WhichReading, "say which:\n    --means \"day=visits.a\x1b[2J\u202eb\"", "which \x1b]0;x\x07?")
	want := "refused which-reading: which \ufffd]0;x\ufffd?\n  try: say which:\n    --means \"day=visits.a\ufffd[2J\ufffdb\"\n"
	if got := refused(no, ""); got != want {
		t.Errorf("%q", got)
	}
}

// A file that others link to stays where it is.
func TestReplaceLinkedFile(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "link.yaml")
	if err := errors.Join(os.WriteFile(real, []byte("a"), 0o640), os.Symlink(real, link)); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(taught.File{Path: link, Text: []byte("a")}, taught.File{Path: link, Text: []byte("b")}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(real)
	info, other := os.Lstat(real)
	if err = errors.Join(err, other); err != nil || string(text) != "b" || info.Mode() != 0o640 {
		t.Error(string(text), info, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Error("the link is gone", err)
	}
}
