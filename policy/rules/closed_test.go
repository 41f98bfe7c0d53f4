package rules

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/strict/stricttest"
	"github.com/grille-dev/grille/sql/types"
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

// Whoever may name an object of the database writes no line of the rules file: a new
// line in a name stays in that name.
func TestInitOfHostileNames(t *testing.T) {
	const line, unseen = "x\n    grants: {owners: {rows: all}}\ntables:\n  y", "\u202ez\x1b\n    grants: {owners: {rows: all}}"
	column := func(id catalog.ColumnID, name string) *catalog.Column {
		return &catalog.Column{ID: id, Name: name, Type: types.Of(types.Int4), Declared: "int4"}
	}
	cat := &catalog.Catalog{Engine: catalog.Postgres, Path: []string{"public"}, Tables: []*catalog.Table{
		{ID: 1, Schema: "public", Name: line, Columns: []*catalog.Column{column(1, line), column(2, unseen)}},
		{ID: 2, Schema: "public", Name: unseen, Columns: []*catalog.Column{column(1, "id")}},
		{ID: 3, Schema: "public", Name: "unseen", Columns: []*catalog.Column{column(1, unseen)}},
		{ID: 4, Schema: "public", Name: "v " + line, Kind: catalog.View, Columns: []*catalog.Column{column(1, "id")}},
	}}
	text := string(Init(cat))
	if strings.Contains(text, "\n    grants") || strict.Hidden(text) {
		t.Errorf("a name writes lines:\n%s", text)
	}
	if _, err := Compile("rules.yaml", []byte(text), cat, options(t)); err != nil {
		t.Errorf("%v in\n%s", err, text)
	}
}
