package answer

import (
	"fmt"

	"github.com/grille-dev/grille/sql/ir"
)

// tidy gives the names that a draft made up (labels, names of relations and of
// queries in WITH) the characters of labels; different names stay different. Names
// of the database are what they are.
func tidy(q *ir.Query) *ir.Query {
	t := tidying{map[string]string{}, map[string]bool{}}
	ir.Walk(q, func(n ir.Node) bool {
		t.node(n)
		return true
	})
	return q
}

type tidying struct {
	named map[string]string
	taken map[string]bool
}

func (t tidying) node(n ir.Node) {
	switch n := n.(type) {
	case *ir.Query:
		for _, c := range n.With {
			t.name(&c.Name)
		}
	case *ir.Select:
		t.defs(n.Keys)
		t.defs(n.Out)
	case *ir.SetOp:
		t.cols(n.Cols)
	case *ir.Values:
		t.cols(n.Cols)
	case *ir.Table:
		t.name(&n.Alias)
	case *ir.Subquery:
		t.name(&n.Alias)
		t.cols(n.Cols)
	case *ir.CTERef:
		t.name(&n.Alias)
		t.cols(n.Cols)
	case *ir.Self:
		t.name(&n.Alias)
		t.cols(n.Cols)
	case *ir.FuncRel:
		t.name(&n.Alias)
		t.cols(n.Cols)
	case *ir.Guarded:
		t.name(&n.Table.Alias)
	case *ir.Join, ir.Expr:
	default:
		panic("answer: unknown node")
	}
}

func (t tidying) defs(ds []ir.Def) {
	for i := range ds {
		t.name(&ds[i].Name)
	}
}

func (t tidying) cols(cs []ir.Column) {
	for i := range cs {
		t.name(&cs[i].Name)
	}
}

func (t tidying) name(name *string) {
	if *name == "" {
		return
	}
	if _, ok := t.named[*name]; !ok {
		l := label(*name)
		if l == "" {
			l = "column"
		}
		plain := l
		for i := 2; t.taken[plain]; i++ {
			plain = fmt.Sprintf("%s %d", l, i)
		}
		t.named[*name], t.taken[plain] = plain, true
	}
	*name = t.named[*name]
}
