package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// testServers may serve HTTP in tests, each with its reason: what they serve is
// no model.
var testServers = map[string]string{
	"internal/modeltest": "this is how tests get a model's server",
	"ledger":             "counts what a process that is killed has sent; the texts are made up by the test",
	"ledger/outside":     "takes checkpoints, which are no prompts",
	"run/trino":          "is a Trino server that names another, and has no data",
}

// A test whose model nobody watches could be sent a stored value unnoticed. So
// tests, and packages that are for tests alone, serve HTTP through
// internal/modeltest and have models without a network from modeldouble.
func TestModelsOfTestsAreWatched(t *testing.T) {
	read := 0
	for _, file := range goFiles(t, root) {
		folder := filepath.ToSlash(filepath.Dir(file))
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		read++
		if isTest := strings.HasSuffix(file, "_test.go"); isTest || strings.HasPrefix(folder, "internal/") {
			for _, found := range unwatched(parsed, folder) {
				t.Errorf("%s %s", file, found)
			}
		}
	}
	if read < 100 {
		t.Errorf("%d files were read: where are the others?", read)
	}
}

func goFiles(t *testing.T, root string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && skipped(file):
			return fs.SkipDir
		case !d.IsDir() && filepath.Ext(file) == ".go":
			rel, err := filepath.Rel(root, file)
			files = append(files, rel)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// unwatched says how a file has a model of its own.
func unwatched(file *ast.File, folder string) (found []string) {
	if _, ok := testServers[folder]; !ok {
		for _, spec := range file.Imports {
			if spec.Path.Value == `"net/http/httptest"` {
				found = append(found, "imports net/http/httptest: use modeltest.Serve, or name the package in testServers with its reason")
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if x, ok := n.(*ast.SelectorExpr); ok && isIdent(x.X, "http") && slices.Contains(serving, x.Sel.Name) {
				found = append(found, fmt.Sprintf("uses http.%s: use modeltest.Serve, or name the package in testServers with its reason", x.Sel.Name))
			}
			return true
		})
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && folder != "internal/modeltest/modeldouble" && isClient(f) {
			found = append(found, "has a model.Client of its own: use modeldouble.New")
		}
	}
	return found
}

var serving = []string{"Server", "Serve", "ServeTLS", "ListenAndServe", "ListenAndServeTLS"}

// isClient reports whether f is the method of a model.Client.
func isClient(f *ast.FuncDecl) bool {
	if f.Recv == nil || f.Name.Name != "Draft" || f.Type.Params.NumFields() != 3 {
		return false
	}
	last := f.Type.Params.List[len(f.Type.Params.List)-1].Type
	if x, ok := last.(*ast.SelectorExpr); ok {
		return x.Sel.Name == "Ledger"
	}
	return isIdent(last, "Ledger")
}

func isIdent(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

func TestUnwatched(t *testing.T) {
	for text, want := range map[string]int{
		`import "net/http"; func f(h http.Handler) { http.Error(nil, "", 1) }`: 0,
		`import "net/http/httptest"`:                                                                    1,
		`import "net/http"; func f() { http.ListenAndServe(":1", nil) }`:                                1,
		`import "net/http"; func f() { _ = (&http.Server{}).Close() }`:                                  1,
		`type d struct{}; func (d) Draft(ctx context.Context, p P, l model.Ledger) (x D, err error) {}`: 1,
		`type d struct{}; func (d) Draft(_ context.Context, _ P, _ Ledger) (x D, err error) {}`:         1,
		`type d struct{}; func (d) Draft(_, _ P, _ Other) (x D, err error) {}`:                          0,
		`func Draft(ctx context.Context, p P, l model.Ledger) (x D, err error) {}`:                      0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x_test.go", "package p; "+text, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := unwatched(file, "x"); len(got) != want {
			t.Errorf("%s: %q", text, got)
		}
	}
	if _, err := os.Stat(root + "/internal/modeltest/modeldouble"); err != nil {
		t.Error(err)
	}
}
