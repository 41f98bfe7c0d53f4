package syntax

import (
	"slices"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// intervalParts are the arguments of make_interval, by PostgreSQL's names.
var intervalParts = []string{"years", "months", "weeks", "days", "hours", "mins", "secs"}

// args are the arguments of a call. Those of make_interval(days => 7), the one
// function that people call so, are put in their places; what is not given is 0,
// as PostgreSQL has it.
func (c *converter) args(call *Call, list []*ast.Node, at Span) []Expr {
	first := slices.IndexFunc(list, func(n *ast.Node) bool { return n.GetNamedArgExpr() != nil })
	if first < 0 || call.Name != "make_interval" || first >= len(intervalParts) {
		return c.exprs(list)
	}
	out := make([]Expr, first, len(intervalParts))
	for i, n := range list[:first] {
		out[i] = c.expr(n)
	}
	for len(out) < len(intervalParts) {
		out = append(out, &Literal{pos: pos(at), Kind: Integer, Text: "0"})
	}
	given := map[string]bool{}
	for _, n := range list[first:] {
		a := n.GetNamedArgExpr()
		if a == nil {
			c.no(c.expr(n).At(), "name this one too", "an argument without a name stands behind one with a name")
		}
		place := slices.Index(intervalParts, a.Name)
		if a.Xpr != nil || a.Argnumber != -1 { // the parser leaves both to later stages
			c.strange(c.at(a.Location), "a named argument")
		}
		if place < first || given[a.Name] {
			c.no(c.at(a.Location), "give each of "+strings.Join(intervalParts, ", ")+" once",
				"make_interval has no argument of that name, or has it already")
		}
		given[a.Name] = true
		out[place] = c.expr(a.Arg)
	}
	return out
}
