package grille_test

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/refusal"
)

var rewriteDocs = flag.Bool("docs", false, "write docs/refusals.md anew")

const refusalsPath = "docs/refusals.md"

// docs/refusals.md is what refusal/codes.go says, with what its examples give:
// write it anew with
//
//	go test . -run TestCodesPage -docs
func TestCodesPage(t *testing.T) {
	want := codesPage(t)
	if *rewriteDocs {
		if err := os.WriteFile(refusalsPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(refusalsPath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is not what refusal/codes.go says; write it with -docs:\n%s", refusalsPath, diff)
	}
}

const codesIntro = `# Refusals

<!-- go test . -run TestCodesPage -docs makes this page of refusal/codes.go -->

A refusal has a code for programs, a line that says what is refused, and behind ` + "`try:`" + ` something that works. It quotes no stored value, and no name that its reader may not see. The set of codes is closed. In Go ` + "`refusal.CodeOf(err)`" + ` is the code; the command ends with 3, or 4 where a database or a model is not available.

The examples are run on the demo by a test: ines is a clinician of two wards, tom an analyst, priya sees no data.
`

func codesPage(t *testing.T) string {
	f, err := parser.ParseFile(token.NewFileSet(), "refusal/codes.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	g := open(t, config(t, sqliteDemo(t)))
	var b strings.Builder
	b.WriteString(codesIntro)
	for _, d := range f.Decls {
		d, ok := d.(*ast.GenDecl)
		if !ok || d.Tok != token.CONST {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix(strings.TrimSpace(d.Doc.Text()), "."))
		for _, s := range d.Specs {
			writeCode(t, &b, g, s.(*ast.ValueSpec))
		}
	}
	return b.String()
}

// writeCode writes what the comment says of a code: what it means, what to do, an
// example.
func writeCode(t *testing.T, b *strings.Builder, g *grille.Grille, s *ast.ValueSpec) {
	t.Helper()
	code, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	text, line, _ := strings.Cut(s.Doc.Text(), "\n\t")
	means, todo, ok := strings.Cut(strings.TrimPrefix(text, s.Names[0].Name+": "), "\n\n")
	if !ok {
		t.Errorf("refusal/codes.go does not say what to do about %s", code)
	}
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n%s\n\n", code, sentence(means), sentence(todo))
	line = strings.TrimSpace(line)
	if folder, ok := strings.CutPrefix(line, "shown in "); ok {
		if folder == "." {
			folder = "package grille"
		}
		fmt.Fprintf(b, "The tests of %s show it.\n", folder)
		return
	}
	head, written, _ := strings.Cut(line, ":")
	verb, viewer, _ := strings.Cut(head, " ")
	written = strings.TrimSpace(written)
	fmt.Fprintf(b, "```text\n%s: %s\n%s\n```\n", map[string]string{"sql": viewer + " writes", "ask": viewer + " asks"}[verb], shorter(written), refusedWith(t, g, verb, viewer, written))
}

var pageLink = regexp.MustCompile(`docs/([a-z-]+\.md)`)

func sentence(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\n", " ")
	text = pageLink.ReplaceAllString(text, "[$1]($1)")
	return strings.ToUpper(text[:1]) + text[1:]
}

// shorter leaves out most of what is too long.
func shorter(text string) string {
	if len(text) > 90 {
		return text[:40] + " ... " + text[len(text)-20:]
	}
	return text
}

func refusedWith(t *testing.T, g *grille.Grille, verb, viewer, text string) string {
	t.Helper()
	text = strings.ReplaceAll(text, `\u200b`, "\u200b")
	var err error
	if verb == "sql" {
		a, failed := g.SQL(t.Context(), grille.Draft{SQL: text, Viewer: who(viewer)})
		if err = failed; err == nil { // it fails as rows come
			for a.Next() {
			}
			err = a.Err()
			a.Close()
		}
	} else {
		_, err = g.Ask(t.Context(), grille.Question{Text: text, Viewer: who(viewer)})
	}
	var r *refusal.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("%s is not refused: %v", text, err)
	}
	shown := fmt.Sprintf("refused %s", r.Error())
	if caret := refusal.Caret(text, r.Span); caret != "" && len(text) < 90 {
		shown += "\n" + caret
	}
	return strings.ReplaceAll(shown, "\u200b", "·") + "\n  try: " + r.Try
}
