package check_test

import (
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
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

const grouped = `version: 1
classes: {plain: {show: value}}
tables:
  emp:
    columns: {id: plain, dept: plain, pay: plain, bonus: plain}
    grants: {nurses: {rows: all, min_group: {entity: id, size: 5}}}
  boss:
    columns: {id: plain, dept: plain}
    grants: {nurses: {rows: all, min_group: {entity: id, size: 5}}}
`

// allowGroups is the allowed tree of a draft, and its minimum groups.
func allowGroups(t *testing.T, draft string) (*ir.Query, func(*ir.Guarded) int) {
	t.Helper()
	cat, err := catalogtest.Parse(catalog.Postgres, "emp (no int4 key, id int4, dept int4, pay int4, bonus int4 null)\nboss (id int4 key, dept int4)")
	if err != nil {
		t.Fatal(err)
	}
	r, err := rules.Compile("rules.yaml", []byte(grouped), cat, rules.Options{Teams: []string{"nurses"}})
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Name: "ana", Teams: []string{"nurses"}}, r, cat)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := syntax.Parse(draft)
	if err != nil {
		t.Fatal(err)
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{})
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := policy.Apply(view, q)
	if err != nil {
		t.Fatal(err)
	}
	return allowed.Query(), func(g *ir.Guarded) int { return view.MinGroup(g.Table.Table.ID) }
}

// A rewriter gone wrong, one part at a time: each is noticed.
func TestFloors(t *testing.T) {
	const draft = "SELECT dept, sum(bonus), count(*) FILTER (WHERE pay > 1) FROM emp GROUP BY dept"
	outer := func(q *ir.Query) *ir.Select { return q.Body.(*ir.Select) }
	inner := func(q *ir.Query) *ir.Select { return outer(q).From.(*ir.Subquery).Query.Body.(*ir.Select) }
	guard := func(q *ir.Query) *ir.Guarded { return inner(q).From.(*ir.Guarded) }
	for name, spoil := range map[string]func(*ir.Query){
		"no HAVING": func(q *ir.Query) { inner(q).Having = nil },
		"HAVING of rows": func(q *ir.Query) {
			n := inner(q).Having.(*ir.Call).Args[0].(*ir.Agg)
			n.Distinct = false
		},
		"HAVING of fewer": func(q *ir.Query) {
			inner(q).Having.(*ir.Call).Args[1] = &ir.Ref{Col: inner(q).Keys[0].ID}
		},
		"HAVING of some": func(q *ir.Query) {
			inner(q).Having.(*ir.Call).Args[0].(*ir.Agg).Filter = outer(q).Out[1].Expr.(*ir.Case).Arms[0].When
		},
		"no barrier":    func(q *ir.Query) { outer(q).From.(*ir.Subquery).Query.Offset = nil },
		"a bare number": func(q *ir.Query) { outer(q).Out[1].Expr = outer(q).Out[1].Expr.(*ir.Case).Arms[0].Then },
		"an ELSE":       func(q *ir.Query) { c := outer(q).Out[2].Expr.(*ir.Case); c.Else = c.Arms[0].Then },
		"another CASE": func(q *ir.Query) {
			c := outer(q).Out[2].Expr.(*ir.Case)
			c.Arms[0].When = ir.And(ir.Conjuncts(c.Arms[0].When)[1:]...)
		},
		"no cells": func(q *ir.Query) {
			c := outer(q).Out[2].Expr.(*ir.Case)
			c.Arms[0].When = ir.Conjuncts(c.Arms[0].When)[0]
		},
		"cells of rows": func(q *ir.Query) {
			for i, d := range inner(q).Out {
				if d.Type.Kind == types.Bool {
					inner(q).Out[i].Expr = &ir.Is{X: &ir.Ref{Col: guard(q).Cols[1].ID}}
				}
			}
		},
		"a count shown":  func(q *ir.Query) { outer(q).Out[1].Expr = &ir.Ref{Col: outer(q).From.(*ir.Subquery).Cols[1].ID} },
		"the entity":     func(q *ir.Query) { g := guard(q); inner(q).Keys[0].Expr = &ir.Ref{Col: g.Cols[len(g.Cols)-1].ID} },
		"in a condition": func(q *ir.Query) { g := guard(q); inner(q).Where = &ir.Is{X: &ir.Ref{Col: g.Cols[len(g.Cols)-1].ID}} },
		"rows given out": func(q *ir.Query) { inner(q).Out[0].Expr = &ir.Ref{Col: guard(q).Cols[0].ID} },
		"read beside it": func(q *ir.Query) { outer(q).From = &ir.Join{Left: outer(q).From, Right: ir.Clone(guard(q))} },
		"no groups":      func(q *ir.Query) { inner(q).Grouped = false },
		"rows alone":     func(q *ir.Query) { outer(q).From = guard(q) },
	} {
		t.Run(name, func(t *testing.T) {
			q, size := allowGroups(t, draft)
			if err := check.Floors(q, size); err != nil {
				t.Fatalf("what was allowed does not pass: %v", err)
			}
			spoil(q)
			if err := check.Floors(q, size); refusal.CodeOf(err) != refusal.Internal {
				t.Errorf("it passes: %v", err)
			}
		})
	}
}

// Where each row is an entity, rows are counted, and only there.
func TestFloorsCountRows(t *testing.T) {
	q, size := allowGroups(t, "SELECT dept, count(*) FROM boss GROUP BY dept")
	if err := check.Floors(q, size); err != nil {
		t.Fatal(err)
	}
	inner := q.Body.(*ir.Select).From.(*ir.Subquery).Query.Body.(*ir.Select)
	if inner.Having.(*ir.Call).Args[0].(*ir.Agg).Distinct {
		t.Error("rows that are entities are sorted to be counted")
	}
	boss := inner.From.(*ir.Guarded)
	inner.From = &ir.Join{Left: boss, Right: ir.Clone(boss)}
	if err := check.Floors(q, size); refusal.CodeOf(err) != refusal.Internal {
		t.Errorf("rows are counted that a join repeats: %v", err)
	}
}
