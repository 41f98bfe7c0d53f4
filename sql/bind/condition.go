package bind

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// Attr is the declared type of a viewer attribute.
type Attr struct {
	Type types.Type // of one value
	List bool
}

// Condition binds a boolean expression over the columns of one table and
// viewer.<attribute>, as row conditions of rules are written. It returns the
// occurrence of the table whose column identities the expression uses.
// Subqueries resolve against names.
func Condition(x syntax.Expr, table *catalog.Table, names catalog.Names, attrs map[string]Attr) (e ir.Expr, t *ir.Table, err error) {
	b := &binder{names: names, attrs: attrs}
	defer b.catch(&err)
	t = b.table(table, table.Name, syntax.Span{})
	s := &scope{}
	s.ns = namespaceOf(t.Alias, table.Schema, ir.Columns(t), t)
	e = b.exprs(s, "a row condition").boolean(x)
	checkLists(e)
	return e, t, nil
}

// checkLists refuses a list attribute anywhere but in positive membership:
// under NOT an empty list would show every row (redteam H15). The WHERE of a
// positive EXISTS or IN is such a place too: id IN (SELECT patient_id FROM visits
// WHERE ward IN (viewer.wards)).
func checkLists(e ir.Expr) {
	if l, ok := e.(*ir.Logic); ok {
		for _, a := range l.Args {
			checkLists(a)
		}
		return
	}
	if a, ok := e.(*ir.AnyOf); ok && !a.All && a.Cmp.Func.Name == "=" && isAttr(a.Array) {
		checkLists(a.X)
		return
	}
	if x, ok := e.(*ir.Exists); ok {
		checkListsIn(x.Query)
		return
	}
	if q, ok := e.(*ir.InQuery); ok && q.Op == "=" && !q.All && !q.Not {
		for _, x := range q.Row {
			noLists(x)
		}
		checkListsIn(q.Query)
		return
	}
	noLists(e)
}

func isAttr(e ir.Expr) bool { _, ok := e.(*ir.Attr); return ok }

func checkListsIn(q *ir.Query) {
	for _, w := range q.With {
		noLists(w.Query)
	}
	s, ok := q.Body.(*ir.Select)
	if !ok {
		noLists(q)
		return
	}
	rest := *s
	if s.Where != nil {
		checkLists(s.Where)
		rest.Where = nil
	} else if inner, ok := s.From.(*ir.Subquery); ok && !s.Grouped && q.Limit == nil {
		checkListsIn(inner.Query) // as around what IN has to convert
		rest.From = nil
	}
	noLists(&rest)
}

func noLists(n ir.Node) {
	ir.Walk(n, func(n ir.Node) bool {
		if a, ok := n.(*ir.Attr); ok && a.T.Kind == types.Array {
			fail(a.At(), refusal.Types, "write column IN (viewer."+a.Name+"), joined to the rest by AND or OR", "viewer.%s is a list and may stand in a positive IN only", a.Name)
		}
		return true
	})
}
