package bind_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// noon is the instant of all specs.
var noon = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

// TestSpec runs the pages in testdata/spec: what names and types mean.
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
				return fmt.Sprintf("%d tables", len(c.Tables))
			},
			"bind": func(a *spec.Args, input string) string {
				tree, err := syntax.Parse(input)
				if err != nil {
					return say(err, input)
				}
				q, err := bind.Query(tree, cat.All(), bind.Env{Now: noon})
				if err != nil {
					return say(err, input)
				}
				return ir.Print(q)
			},
			"condition": func(a *spec.Args, input string) string {
				table := a.Need("table")
				x, err := syntax.ParseExpr(input)
				if err != nil {
					return say(err, input)
				}
				attrs := map[string]bind.Attr{
					"wards":  {Type: types.Of(types.Int4), List: true},
					"region": {Type: types.Of(types.Text)},
				}
				e, _, err := bind.Condition(x, cat.All().Lookup("", table), cat.All(), attrs)
				if err != nil {
					return say(err, input)
				}
				return ir.Print(e)
			},
		}
	})
}

// say prints a refusal as a person reads it.
func say(err error, text string) string {
	var r *refusal.Refusal
	if !errors.As(err, &r) {
		return "NOT A REFUSAL: " + err.Error()
	}
	s := "refused " + r.Error()
	if c := refusal.Caret(text, r.Span); c != "" {
		s += "\n" + c
	}
	if r.Try != "" {
		s += "\ntry: " + r.Try
	}
	return s
}
