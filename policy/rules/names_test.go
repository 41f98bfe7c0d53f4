package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// TestLinksOverOddNames: the condition of a chain is printed and read again, so
// it must hold for every name that a database may have.
func TestLinksOverOddNames(t *testing.T) {
	odd := []string{"select", "viewer", "parent 1", "the parent 1", `say "hi"`, "a.b", "Upper", "ünïcode", "tab\there", "--", "/*", "$1", "'", strings.Repeat("x", 63), "scope customer"}
	at, err := strict.Parse("f", []byte("a: b"))
	if err != nil {
		t.Fatal(err)
	}
	for _, child := range odd {
		for _, parent := range odd {
			if child == parent {
				continue
			}
			cat, err := catalogtest.Parse(catalog.Postgres, "c (id int8 key, fk int8 -> p.id)\np (id int8 key, who int8)\nanchor (id int8 key)")
			if err != nil {
				t.Fatal(err)
			}
			cat.Tables[0].Name, cat.Tables[1].Name = child, parent
			for i, col := range cat.Tables[1].Columns {
				col.Name = odd[(i+3)%len(odd)]
			}
			scope := policy.Scope{Table: 3, Column: 1, Type: cat.Tables[2].Columns[0].Type}
			c := newCompiler("f", nil, cat, options(t))
			p := chain{scope: "customer", of: scope, from: cat.Tables[0], steps: cat.Tables[0].Foreign, last: cat.Tables[1].Columns[1]}
			link, err := c.link(p, at)
			switch {
			case child == "viewer" && err == nil:
				t.Errorf("a link over a table called viewer")
			case child != "viewer" && err != nil:
				t.Errorf("%q through %q: %v", child, parent, err)
			case child != "viewer" && fmt.Sprint(link.Compared()) != "[]":
				t.Errorf("%q through %q compares %v", child, parent, link.Compared())
			}
		}
	}
}
