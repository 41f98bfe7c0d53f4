package answer

import (
	"testing"
	"time"

	"github.com/grille-dev/grille/sql/ir"
)

// A node that nobody knows is not passed over: whatever tells a tree panics.
func TestForeignNodes(t *testing.T) {
	type (
		expr struct{ ir.Expr }
		rel  struct{ ir.Rel }
		body struct{ ir.Body }
	)
	one := func() *ir.Query { return &ir.Query{Body: &ir.Select{Out: []ir.Def{{Expr: expr{}}}}} }
	for name, q := range map[string]*ir.Query{
		"expression": one(),
		"relation":   {Body: &ir.Select{From: rel{}}},
		"body":       {Body: body{}},
		"inside":     {Body: &ir.Select{Where: &ir.Not{X: &ir.Is{X: expr{}}}}},
		"below":      {Body: &ir.Select{From: &ir.Subquery{Query: one()}}},
		"kind":       {Body: &ir.SetOp{Kind: 9, Left: one(), Right: one()}},
		"is":         {Body: &ir.Select{Where: &ir.Is{X: &ir.Ref{}, What: 9}}},
	} {
		for what, tell := range map[string]func(){
			"words": func() { (&words{zone: time.UTC, names: map[ir.ColID]string{}}).query(q) },
			"sql": func() {
				d := &displayer{zone: time.UTC, names: map[ir.ColID]string{}, plain: map[ir.ColID]string{}, ctes: map[*ir.CTE]string{}, withs: map[string]bool{}, taken: map[string]bool{}}
				d.query(q, nil)
			},
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: %s passed over a foreign node", name, what)
					}
				}()
				tell()
			}()
		}
	}
}
