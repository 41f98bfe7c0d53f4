package grille_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/refusal"
)

// TestCodes runs the example of each refusal code in the comments of
// refusal/codes.go.
func TestCodes(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("refusal", "codes.go"), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	g := open(t, config(t, sqliteDemo(t)))
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		code, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(code, func(t *testing.T) {
			for _, line := range strings.Split(s.Doc.Text(), "\n") {
				if line, ok := strings.CutPrefix(line, "\t"); ok {
					example(t, g, code, s.Names[0].Name, line)
					return
				}
			}
			t.Error("it has no example")
		})
		return true
	})
}

func example(t *testing.T, g *grille.Grille, code, name, line string) {
	if folder, ok := strings.CutPrefix(line, "shown in "); ok {
		if !mentions(t, folder, code, "refusal."+name) {
			t.Errorf("no test in %s shows it", folder)
		}
		return
	}
	head, text, _ := strings.Cut(line, ":")
	verb, viewer, _ := strings.Cut(head, " ")
	text = strings.ReplaceAll(strings.TrimSpace(text), `\u200b`, "\u200b")
	var got string
	switch verb {
	case "sql":
		got = csv(g.SQL(t.Context(), grille.Draft{SQL: text, Viewer: who(viewer)}))
	case "ask":
		got = csv(g.Ask(t.Context(), grille.Question{Text: text, Viewer: who(viewer)}))
	default:
		t.Fatalf("an example begins with sql, ask or shown in: %s", line)
	}
	if !strings.Contains(got, code) {
		t.Errorf("%s\ngives %s", text, got)
	}
	if strings.Contains(got, string(refusal.Internal)+":") {
		t.Errorf("a fault: %s", got)
	}
}

// mentions looks for words in the tests below a folder.
func mentions(t *testing.T, folder string, words ...string) bool {
	found := false
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || found || d.IsDir() {
			if d != nil && d.IsDir() && folder == "." && path != "." {
				return filepath.SkipDir
			}
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, w := range words {
			found = found || strings.Contains(string(text), w) && !strings.HasSuffix(path, "codes_test.go")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
