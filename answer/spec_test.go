package answer

import (
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
)

// TestPages runs the pages in testdata/spec: how a query is told in words, and
// how its viewer reads it as SQL. What is shown as SQL must mean the same.
func TestPages(t *testing.T) {
	spec.Run(t, "testdata/spec", func(*testing.T) spec.Commands {
		var cat *catalog.Catalog
		query := func(a *spec.Args, text string) *ir.Query {
			tree, err := syntax.Parse(text)
			if err != nil {
				a.Fail("%v", err)
			}
			q, err := bind.Query(tree, cat.All(), bind.Env{Now: time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)})
			if err != nil {
				a.Fail("%v", err)
			}
			return q
		}
		return spec.Commands{
			"catalog": func(a *spec.Args, input string) string {
				c, err := catalogtest.Parse(catalog.Postgres, input)
				if err != nil {
					a.Fail("%v", err)
				}
				cat = c
				return "ok"
			},
			"words": func(a *spec.Args, input string) string {
				q := query(a, input)
				steps, names := explain(q, time.UTC)
				var b strings.Builder
				for _, s := range steps {
					b.WriteString(s + "\n")
				}
				amounts := measured(q)
				for i, c := range outputs(q) {
					b.WriteString("column " + label(c.Name) + ": " + names[c.ID])
					if amounts[i] {
						b.WriteString(" (an amount)")
					}
					b.WriteByte('\n')
				}
				return b.String()
			},
			"sql": func(a *spec.Args, input string) string {
				q := query(a, input)
				text := display(q, time.UTC, func(*ir.Guarded) string { return "" })
				if again := query(a, text); ir.Fingerprint(again) != ir.Fingerprint(q) {
					return text + "\nMEANS SOMETHING ELSE:\n" + ir.Fingerprint(q) + "\n" + ir.Fingerprint(again)
				}
				return text
			},
		}
	})
}
