package rules

import (
	"errors"
	"os"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/strict/stricttest"
)

// everything is a catalog, and the file over it that uses every key there is.
func everything(t testing.TB) (*catalog.Catalog, string) {
	outline, err := os.ReadFile("testdata/everything.catalog")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogtest.Parse(catalog.Postgres, string(outline))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return cat, string(text)
}

// TestClosed: an unknown key is refused in every mapping of the file.
func TestClosed(t *testing.T) {
	cat, text := everything(t)
	stricttest.Closed(t, text, func(n strict.Node) error {
		c := newCompiler("everything.yaml", []byte(text), cat, options(t))
		c.fail(c.read(n))
		for _, f := range c.findings {
			if f.Severity == Error {
				return errors.Join(&strict.Error{Pos: f.Pos, Message: f.Message})
			}
		}
		return nil
	})
}
