package fanout_test

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/fanout"
	"github.com/grille-dev/grille/sql/syntax"
)

// TestSpec runs the pages in testdata/spec: which aggregates count rows more than
// once, and what is proposed instead. Hidden keys are tables as seen without them.
func TestSpec(t *testing.T) {
	spec.Run(t, "testdata/spec", func(*testing.T) spec.Commands {
		var cat *catalog.Catalog
		return spec.Commands{
			"catalog": func(a *spec.Args, input string) string {
				c, err := catalogtest.Parse(catalog.Postgres, input)
				if err != nil {
					a.Fail("%v", err)
				}
				cat = c
				return "ok"
			},
			"alarms": func(a *spec.Args, input string) string {
				tree, err := syntax.Parse(input)
				if err != nil {
					a.Fail("%v", err)
				}
				q, err := bind.Query(tree, cat.All(), bind.Env{})
				if err != nil {
					a.Fail("%v", err)
				}
				var b strings.Builder
				for _, x := range fanout.Find(q, cat.Table) {
					b.WriteString(refusal.Caret(input, x.Span) + "\n" + x.Says + "\ntry: " + x.Try + "\n")
				}
				if b.Len() == 0 {
					return "none"
				}
				return b.String()
			},
		}
	})
}
