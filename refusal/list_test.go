package refusal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// Every constant of codes.go is in Codes.
func TestCodesAreComplete(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok {
			if lit, ok := s.Values[0].(*ast.BasicLit); ok {
				declared[lit.Value[1:len(lit.Value)-1]] = true
			}
		}
		return true
	})
	listed := map[string]bool{}
	for _, c := range Codes() {
		listed[string(c)] = true
		if !declared[string(c)] {
			t.Errorf("%s is listed and not declared", c)
		}
	}
	for c := range declared {
		if !listed[c] {
			t.Errorf("%s is declared and not listed", c)
		}
	}
}
