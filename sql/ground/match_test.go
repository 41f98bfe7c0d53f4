package ground_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ground"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
)

// TestTexts runs the pages on which texts of a query are looked for.
func TestTexts(t *testing.T) {
	spec.Run(t, "testdata/spec/texts", func(t *testing.T) spec.Commands {
		p := &page{columns: map[string]*ground.Index{}}
		return spec.Commands{
			"catalog": func(a *spec.Args, input string) string {
				cat, err := catalogtest.Parse(catalog.Postgres, input)
				if err != nil {
					a.Fail("%v", err)
				}
				p.catalog = cat
				return "ok"
			},
			// values are one a line: cities.name: Berlin, New York
			"values": func(a *spec.Args, input string) string {
				for _, line := range strings.Split(strings.TrimSpace(input), "\n") {
					column, values, _ := strings.Cut(line, ": ")
					p.columns[column] = ground.NewIndex(ground.Set{Values: strings.Split(values, ", ")})
				}
				return "ok"
			},
			// match prints the conditions of a query in which texts were put, and what
			// was found.
			"match": func(a *spec.Args, input string) string { return p.match(a, input) },
		}
	})
}

type page struct {
	catalog *catalog.Catalog
	columns map[string]*ground.Index
	looked  int
}

func (p *page) Find(c ground.Column, asked string) ground.Found {
	p.looked++
	if x := p.columns[name(c)]; x != nil {
		return x.Find(asked)
	}
	return ground.Found{}
}

func name(c ground.Column) string { return c.Table.Name + "." + c.Table.Column(c.Of).Name }

func bound(t *testing.T, cat *catalog.Catalog, text string) *ir.Query {
	t.Helper()
	tree, err := syntax.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	q, err := bind.Query(tree, cat.All(), bind.Env{Now: time.Now()})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q
}

func (p *page) match(a *spec.Args, text string) string {
	q := bound(a.T(), p.catalog, text)
	before := ir.Print(q)
	meaning := ground.Texts(q, p)
	if ir.Print(q) != before {
		a.Fail("the query itself was changed")
	}
	lines := changed(before, ir.Print(meaning.Query))
	for _, m := range meaning.Matches {
		lines = append(lines, fmt.Sprintf("%q beside %s %s", m.Asked, name(m.Column), say(m.Found)))
	}
	if len(lines) == 0 {
		return "nothing"
	}
	return strings.Join(lines, "\n")
}

// changed are the lines of a printed query that are others than before.
func changed(before, after string) []string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	var out []string
	for i := range b {
		if i >= len(a) || a[i] != b[i] {
			out = append(out, strings.TrimSpace(b[i]))
		}
	}
	return out
}

// What is put in counts as the viewer's, so that it reaches the database as a
// parameter, and what was not found stays the draft's.
func TestTextsAreTheViewers(t *testing.T) {
	cat, err := catalogtest.Parse(catalog.Postgres, "cities (id int8 key, name text)")
	if err != nil {
		t.Fatal(err)
	}
	p := &page{catalog: cat, columns: map[string]*ground.Index{"cities.name": ground.NewIndex(ground.Set{Values: []string{"New York"}})}}
	q := ground.Texts(bound(t, cat, "SELECT id FROM cities WHERE name IN ('new york', 'x') OR lower(name) = 'new-york'"), p).Query
	got := map[string]ir.Origin{}
	ir.Walk(q, func(n ir.Node) bool {
		if c, ok := n.(*ir.Const); ok {
			got[c.Value.Text()] = c.From
		}
		return true
	})
	if fmt.Sprint(got) != fmt.Sprint(map[string]ir.Origin{"New York": ir.FromViewer, "x": ir.FromDraft}) {
		t.Errorf("got %v", got)
	}
}

// A query with very many texts is not looked through to its end.
func TestTextsAreFew(t *testing.T) {
	cat, err := catalogtest.Parse(catalog.Postgres, "cities (id int8 key, name text)")
	if err != nil {
		t.Fatal(err)
	}
	p := &page{catalog: cat}
	var texts []string
	for i := range 500 {
		texts = append(texts, fmt.Sprintf("'%d'", i))
	}
	ground.Texts(bound(t, cat, "SELECT id FROM cities WHERE name IN ("+strings.Join(texts, ", ")+")"), p)
	if p.looked != 40 {
		t.Errorf("looked for %d texts", p.looked)
	}
}
