package answer

import "github.com/grille-dev/grille/sql/ir"

// overTime reports whether a query computes with dates or times that are stored:
// compares them, cuts them to weeks, or takes the last of them. Which days it means
// is then for the calendar to say. The rules of tables are not looked at.
func overTime(q *ir.Query) (found bool) {
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Guarded, *ir.Ref:
			return false
		case ir.Expr:
			found = found || readsTime(n)
			return false
		}
		return !found
	})
	return found
}

func readsTime(e ir.Expr) (found bool) {
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Guarded:
			return false
		case *ir.Ref:
			found = found || n.Type().IsTemporal()
		}
		return !found
	})
	return found
}
