package bind

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// A row as JSON is an object of its columns, each of which is named, and so is
// one that this viewer may see, and masked as it is for them:
//
//	to_jsonb(t)        jsonb_build_object('a', t.a, 'b', t.b)
//	json_agg(t)        json_agg(json_build_object('a', t.a, 'b', t.b))
//
// As a json, which unlike a jsonb is a text, it has a blank on either side of each
// colon that PostgreSQL's row_to_json does not write.

// wholeRow is the call with an object in the place of its argument, a table of
// FROM; nil if it is something else.
func (x *exprs) wholeRow(n *syntax.Call) ir.Expr {
	build := ""
	switch n.Name {
	case "row_to_json", "to_json", "json_agg":
		build = "json_build_object"
	case "to_jsonb", "jsonb_agg":
		build = "jsonb_build_object"
	default:
		return nil
	}
	var src *source
	if c, ok := n.Args[0].(*syntax.Column); ok && x.s != nil {
		src = x.whole(c)
	}
	switch {
	case src == nil && n.Name == "row_to_json":
		fail(n.At(), refusal.Unsupported, "write row_to_json(t) of a table t of FROM, or json_build_object('name', value)", "row_to_json takes the row of a table here")
	case src == nil:
		return nil
	}
	object := x.object(n, build, src)
	if n.Name != "json_agg" && n.Name != "jsonb_agg" {
		return x.expr(object)
	}
	call := *n
	call.Args = []syntax.Expr{object}
	return x.callExpr(&call)
}

// object is a row of src, or NULL where an outer join found none.
func (x *exprs) object(n *syntax.Call, build string, src *source) syntax.Expr {
	const most = 50 // PostgreSQL's functions take a hundred arguments
	call := &syntax.Call{Name: build}
	for _, c := range src.cols {
		value := syntax.Expr(&syntax.Column{Parts: []string{src.name, c.name}})
		switch t := c.expr.Type(); {
		case t.Kind == types.Unsupported: // left out, as of *
			continue
		case t.Kind == types.Token || t.Elem == types.Token:
			fail(n.At(), refusal.MaskedLiteral, "name the columns that you want: "+build+"('name', "+src.name+".name)", "column %q of %s is a pseudonym, and those do not go into JSON", c.name, src.name)
		case t.Kind == types.Enum || t.Elem == types.Enum:
			value = &syntax.Cast{X: value, Type: syntax.TypeName{Name: "text", Array: t.Kind == types.Array}}
		}
		call.Args = append(call.Args, &syntax.Literal{Kind: syntax.String, Text: c.name}, value)
	}
	if len(call.Args) == 0 || len(call.Args) > 2*most {
		fail(n.At(), refusal.Unsupported, "name the columns that you want: "+build+"('name', "+src.name+".name)", "%s has %d columns, and an object here takes 1 to %d", src.name, len(call.Args)/2, most)
	}
	if !src.optional {
		return call
	}
	there := src.certain()
	if there == "" {
		fail(n.At(), refusal.Unsupported, "name the columns that you want: "+build+"('name', "+src.name+".name)", "%s may be missing here, and no column of it says so", src.name)
	}
	found := &syntax.Is{X: &syntax.Column{Parts: []string{src.name, there}}, What: syntax.IsNull, Not: true}
	return &syntax.Case{Arms: []syntax.Arm{{When: found, Then: call}}}
}

// certain is a column of a stored table that is NULL only where an outer join
// found no row, or "".
func (src *source) certain() string {
	if src.stored != nil {
		for i, col := range src.stored.Columns {
			if col.NotNull && col.Type.Kind != types.Unsupported {
				return src.cols[i].name
			}
		}
	}
	return ""
}
