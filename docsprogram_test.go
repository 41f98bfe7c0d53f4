package grille_test

import (
	"os"
	"strings"
	"testing"
)

// TestDocsProgram: the program of docs/howto-application.md is the example that
// runs, but for what makes it one.
func TestDocsProgram(t *testing.T) {
	page, err := os.ReadFile("docs/howto-application.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(string(page), "```go\n")
	program, _, _ = strings.Cut(program, "```")
	example, err := os.ReadFile("example_suppliers_test.go")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(string(example), "package grille_test\n", "package main\n", 1)
	want = strings.Replace(want, "func Example_suppliers() {", "func main() {", 1)
	if program != want {
		t.Errorf("docs/howto-application.md shows another program than example_suppliers_test.go:\n%s", program)
	}
}
