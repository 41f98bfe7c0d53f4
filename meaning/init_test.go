package meaning

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
)

// What is proposed says nothing until somebody takes the marks away, and fits then.
func TestInit(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, "wards (id int8 key, name text)\nnull (made date, n int8)\nother.stays (nights int4)\nother.odd (\"true\" date)")
	if err != nil {
		t.Fatal(err)
	}
	c.Tables[0].Comment = "a \"ward\"\n# metrics: \\ \x1b[31m" + strings.Repeat("long ", 500)
	c.Tables[0].Columns[1].Comment = "what it is: called"
	c.Tables[3].Name, c.Tables[3].Columns[0].Name = "Odd \"na\\me", "a.b"
	text := string(Init(c))
	m, err := Parse("m.yaml", []byte(text))
	if err != nil || len(m.tables)+len(m.metrics) > 0 {
		t.Fatalf("%v, or it says something:\n%s", err, text)
	}
	_, below, _ := strings.Cut(text, "version: 1\n")
	below, _, _ = strings.Cut(below, "# metrics:\n#   revenue")
	bare := "version: 1\n" + strings.ReplaceAll("\n"+below, "\n# ", "\n")
	if m, err = Parse("m.yaml", []byte(bare)); err != nil {
		t.Fatalf("%v in\n%s", err, bare)
	}
	over, found := m.Over(c)
	if len(found) > 0 {
		t.Errorf("%v in\n%s", found, bare)
	}
	if got := over.Tables[0]; len(m.tables) != 4 || !strings.HasPrefix(got.About, `a "ward" # metrics: \ [31mlong`) || got.Columns[1].About != "what it is: called" {
		t.Errorf("%d tables: %q, %q", len(m.tables), got.About, got.Columns[1].About)
	}
}
