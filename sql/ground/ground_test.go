package ground_test

import (
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ground"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
)

// kept holds one value, 50%@x, for the placeholder <E>.
type kept struct{}

func (kept) Restore(literal string) (string, bool, error) {
	switch {
	case literal == "<E>":
		return "50%@x", true, nil
	case strings.ContainsAny(literal, "<>"):
		return "", false, refusal.New(refusal.Model, "ask again", "misplaced")
	}
	return literal, false, nil
}

func (kept) RestorePattern(p string) (string, bool, error) {
	out := strings.ReplaceAll(p, "<E>", `50\%@x`)
	if strings.ContainsAny(out, "<>") {
		return "", false, refusal.New(refusal.Model, "ask again", "misplaced")
	}
	return out, out != p, nil
}

func TestLiterals(t *testing.T) {
	cat, err := catalogtest.Parse(catalog.Postgres, "people (id int8 key, email text, nick varchar null, born date)")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"SELECT id FROM people WHERE email = '<E>'":                                     `'50%@x':text`,
		"SELECT id FROM people WHERE nick = '<E>'":                                      `'50%@x':`,
		"SELECT id FROM people WHERE email IN ('a', '<E>')":                             `'50%@x':text`,
		"SELECT id FROM people WHERE email LIKE '%<E>'":                                 `'%50\%@x':text`,
		"SELECT id FROM people WHERE NOT email ILIKE '<E>%'":                            `'50\%@x%':text`,
		"SELECT id FROM (SELECT * FROM people WHERE email = '<E>') p":                   `'50%@x':text`,
		"SELECT CASE WHEN EXISTS (SELECT 1 FROM people WHERE email = '<E>') THEN 1 END": `'50%@x':text`,
		"SELECT id FROM people WHERE email = 'plain'":                                   `'plain':text`,
		// A placeholder as part of other text, or one that was never given.
		"SELECT id FROM people WHERE email = 'x<E>'":   "refused at x<E>",
		"SELECT id FROM people WHERE email = '<F>'":    "refused at <F>",
		"SELECT id FROM people WHERE email LIKE '<F>'": "refused at <F>",
		"SELECT email || '<E>!' FROM people":           "refused at <E>!",
	} {
		tree, err := syntax.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		q, err := bind.Query(tree, cat.All(), bind.Env{Now: time.Now()})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		before := ir.Print(q)
		out, err := ground.Literals(q, kept{})
		if at, ok := strings.CutPrefix(want, "refused at "); ok {
			r, _ := err.(*refusal.Refusal)
			if r == nil || !strings.Contains(text[r.Span.Pos:r.Span.End], at) {
				t.Errorf("%s: got %v, want a refusal at %s", text, err, at)
			}
			continue
		}
		if err != nil || !strings.Contains(ir.Print(out), want) {
			t.Errorf("%s: got %v\n%s\nwant %s", text, err, ir.Print(out), want)
		}
		ir.Walk(out, func(n ir.Node) bool {
			if c, ok := n.(*ir.Const); ok && strings.Contains(c.Value.String(), "@x") && c.From != ir.FromViewer {
				t.Errorf("%s: the viewer's value counts as the draft's", text)
			}
			return true
		})
		if ir.Print(q) != before {
			t.Errorf("%s: the query itself was changed", text)
		}
	}
}
