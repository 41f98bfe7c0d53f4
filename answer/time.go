package answer

import (
	"strings"

	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

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

// mondays reports whether a query has weeks that begin on Monday, as PostgreSQL has
// them unless days are moved before, though those of the site do not.
func mondays(q *ir.Query, week calendar.Week) (found bool) {
	ir.Walk(q, func(n ir.Node) bool {
		if c, ok := n.(*ir.Call); ok && week.Ahead() > 0 {
			found = found || ofMonday(c, week.Ahead())
		}
		_, guard := n.(*ir.Guarded)
		return !guard && !found
	})
	return found
}

func ofMonday(c *ir.Call, ahead int) bool {
	if len(c.Args) < 2 {
		return false
	}
	switch c.Fn.Func.Name {
	case "date_trunc", "extract", "date_part":
		return strings.EqualFold(spelled(c.Args[0]), "week") && !moved(c.Args[1], ahead)
	case "to_char":
		return strings.Contains(strings.ToUpper(spelled(c.Args[1])), "IW") && !moved(c.Args[0], ahead)
	}
	return false
}

// moved reports whether e is a time so many days ahead.
func moved(e ir.Expr, ahead int) bool {
	c, ok := bare(e).(*ir.Call)
	if !ok || len(c.Args) != 2 || c.Fn.Func.Name != "+" && c.Fn.Func.Name != "-" {
		return false
	}
	by, ok := bare(c.Args[1]).(*ir.Const)
	if !ok || by.Value.IsNull() {
		return false
	}
	days := 0
	switch by.Value.Kind() {
	case types.Interval:
		months, d, micros := by.Value.Interval()
		if months != 0 || micros != 0 {
			return false
		}
		days = int(d)
	case types.Int2, types.Int4, types.Int8:
		days = int(by.Value.Int())
	default:
		return false
	}
	if c.Fn.Func.Name == "-" {
		days = -days
	}
	return (days-ahead)%7 == 0
}

// spelled is a text that stands in the query; "" for anything else.
func spelled(e ir.Expr) string {
	if c, ok := bare(e).(*ir.Const); ok && c.Value.Kind() == types.Text {
		return c.Value.Text()
	}
	return ""
}

// bare is e without casts.
func bare(e ir.Expr) ir.Expr {
	for c, ok := e.(*ir.Cast); ok; c, ok = e.(*ir.Cast) {
		e = c.X
	}
	return e
}
