package check_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/check"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// TestSpec runs the pages in testdata/spec: which texts pass for a draft, and
// which do not. A page's texts are written by hand, as a printer gone wrong or
// somebody between it and the checker might write them.
func TestSpec(t *testing.T) {
	spec.Run(t, "testdata/spec", func(t *testing.T) spec.Commands {
		p := &page{t: t}
		return spec.Commands{
			"catalog": func(a *spec.Args, input string) string {
				c, err := catalogtest.Parse(catalog.Postgres, input)
				if err != nil {
					a.Fail("%v", err)
				}
				p.full = c
				return fmt.Sprintf("%d tables", len(c.Tables))
			},
			"rules": func(a *spec.Args, input string) string {
				r, err := rules.Compile("rules.yaml", []byte(input), p.full, rules.Options{
					Teams: []string{"nurses", "billing"},
				})
				if err != nil {
					a.Fail("%v", err)
				}
				p.rules = r
				return "ok"
			},
			// draft sets what is allowed, for a nurse of ward 3.
			"draft": func(a *spec.Args, input string) string {
				p.draft(a, input)
				return "ok"
			},
			// text checks a text against the draft. The parameters are those in
			// brackets: text (int4:3, text:West).
			"text": func(a *spec.Args, input string) string {
				return said(p.check(a, input))
			},
		}
	})
}

type page struct {
	t     *testing.T
	full  *catalog.Catalog
	rules *policy.Rules
	view  policy.View
	query *ir.Query
}

func (p *page) draft(a *spec.Args, input string) {
	who := viewer.Viewer{Name: "ana", Teams: []string{"nurses"}, Attributes: map[string][]string{"ward": {"3"}}}
	view, err := policy.See(who, p.rules, p.full)
	if err != nil {
		a.Fail("%v", err)
	}
	tree, err := syntax.Parse(input)
	if err != nil {
		a.Fail("%v", err)
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{})
	if err != nil {
		a.Fail("%v", err)
	}
	allowed, err := policy.Apply(view, q)
	if err != nil {
		a.Fail("%v", err)
	}
	p.view, p.query = view, allowed.Query()
}

func (p *page) check(a *spec.Args, text string) error {
	var params []check.Param
	for _, arg := range a.List("params") {
		name, value, _ := strings.Cut(arg, ":")
		t, ok := types.Named("", name)
		if !ok {
			a.Fail("no type %q", name)
		}
		v, err := types.Parse(t, value, nil)
		if err != nil {
			a.Fail("%v", err)
		}
		params = append(params, check.Param{Value: v, Type: t})
	}
	return check.Text(text, check.Want{Full: p.full, Query: p.query, Params: params, Guard: p.view.Guard})
}

func said(err error) string {
	var r *refusal.Refusal
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &r):
		return string(r.Code) + ": " + r.Owner
	default:
		return "error: " + err.Error()
	}
}

// Nothing to check against is no check.
func TestZero(t *testing.T) {
	for _, w := range []check.Want{{}, {Full: &catalog.Catalog{}}, {Query: &ir.Query{}}} {
		if err := check.Text("SELECT TRUE AS c1", w); refusal.CodeOf(err) != refusal.Internal {
			t.Errorf("passed, or failed otherwise: %v", err)
		}
	}
}

// A tree in which somebody forgot the rules is not what its text is compared with.
func TestBare(t *testing.T) {
	full, err := catalogtest.Parse(catalog.Postgres, "t (id int8 key)")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := syntax.Parse("SELECT id FROM t")
	if err != nil {
		t.Fatal(err)
	}
	bare, err := bind.Query(tree, full.All(), bind.Env{})
	if err != nil {
		t.Fatal(err)
	}
	guard := func(g *ir.Guarded) (*ir.Guarded, error) { return g, nil }
	err = check.Text(`SELECT t1."id" AS c1 FROM "public"."t" AS t1`, check.Want{Full: full, Query: bare, Guard: guard})
	if got := said(err); got != "internal: table t is allowed without the rules" {
		t.Errorf("got %s", got)
	}
}
