package bind

import (
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// subscript binds x[i] and x[lo:hi].
func (x *exprs) subscript(n *syntax.Subscript) ir.Expr {
	args := []ir.Expr{x.expr(n.X)}
	if args[0].Type().Kind != types.Array {
		fail(n.At(), refusal.Types, "use -> for the fields of a json value", "%s has no elements", args[0].Type())
	}
	name := "subscript"
	switch {
	case !n.Slice:
	case n.Lo != nil && n.Index != nil:
		name = "slice"
	case n.Lo != nil:
		name = "slice_from"
	case n.Index != nil:
		name = "slice_to"
	default:
		return args[0]
	}
	for _, i := range []syntax.Expr{n.Lo, n.Index} {
		if i != nil {
			args = append(args, number4(x.expr(i)))
		}
	}
	return x.call(n.At(), x.b.builtin(name), "a subscript", args)
}

// number4 is a number as an integer, which PostgreSQL makes of it as in INSERT.
func number4(e ir.Expr) ir.Expr {
	if t := e.Type(); t.IsNumber() && t.Kind != types.Int2 && t.Kind != types.Int4 {
		return &ir.Cast{Span: ir.Span{Span: e.At()}, X: e, T: types.Of(types.Int4)}
	}
	return e
}

// likeAny binds x LIKE ANY (ARRAY['a%', 'b%']), which is x LIKE 'a%' OR x LIKE
// 'b%'; nil if it is something else.
func (x *exprs) likeAny(n *syntax.Quantified) ir.Expr {
	name, not := "", false
	switch n.Op {
	case "~~":
		name = "like"
	case "!~~":
		name, not = "like", true
	case "~~*":
		name = "ilike"
	case "!~~*":
		name, not = "ilike", true
	default:
		return nil
	}
	var any []ir.Expr
	for _, pattern := range x.patterns(n) {
		like := x.call(n.At(), x.b.builtin(name), "LIKE", []ir.Expr{x.expr(n.X), pattern})
		any = append(any, negate(not, like, n))
	}
	if len(any) == 0 {
		return &ir.Const{Span: at(n), Value: types.BoolOf(n.All), T: boolean}
	}
	return either(!n.All, any)
}

// patterns are the elements of an array that is written out.
func (x *exprs) patterns(n *syntax.Quantified) []ir.Expr {
	arr := n.Array
	if c, ok := arr.(*syntax.Cast); ok && c.Type.Array {
		arr = c.X
	}
	if list, ok := arr.(*syntax.ArrayList); ok {
		return x.list(list.Items)
	}
	if l, ok := arr.(*syntax.Literal); ok && l.Kind == syntax.String {
		var out []ir.Expr
		list := x.b.read(x.literal(l).(*ir.Const), types.ArrayOf(types.Text))
		for _, v := range list.Value.List() {
			out = append(out, &ir.Const{Span: at(l), Value: v, T: types.Of(types.Text)})
		}
		return out
	}
	fail(n.At(), refusal.Unsupported, "write the patterns out: LIKE ANY (ARRAY['a%', 'b%'])", "LIKE ANY takes a list of patterns")
	return nil
}

// collate binds x COLLATE "C": texts compare by their bytes.
func (x *exprs) collate(n *syntax.Collate) ir.Expr {
	e := x.expr(n.X)
	name := n.Name[len(n.Name)-1]
	if len(n.Name) == 2 && n.Name[0] != "pg_catalog" {
		name = ""
	}
	switch name {
	case "C", "POSIX", "ucs_basic":
	case "default":
		return e
	default:
		fail(n.At(), refusal.Unsupported, `write COLLATE "C", which compares bytes, or leave it out`, "this collation is not spoken")
	}
	return x.call(n.At(), x.b.builtin("collate"), "COLLATE", []ir.Expr{e})
}

// arrayQuery binds ARRAY(SELECT x FROM ... ORDER BY y), which is
// (SELECT coalesce(array_agg(x ORDER BY y), '{}') FROM (SELECT x, y FROM ...)):
// of no rows it is an empty array, and no NULL.
func (x *exprs) arrayQuery(n *syntax.ArrayQuery) ir.Expr {
	q := x.b.query(n.Query, x.s)
	if len(ir.Outputs(q.Body)) != 1 {
		fail(n.At(), refusal.Types, "select one column in it", "a subquery used as an array has %d columns", len(ir.Outputs(q.Body)))
	}
	l := x.b.exposed(q)
	items := l.order(q.Order)
	if q.Limit != nil || q.Offset != nil {
		l.keep(q)
	}
	element := l.outer.Out[0]
	fn := x.match(n.At(), x.b.builtin("array_agg"), []types.Type{element.Type})
	agg := &ir.Agg{Span: at(n), Fn: fn.Sig, Args: []ir.Expr{element.Expr}, Order: items, T: fn.Result}
	empty := &ir.Const{Value: types.ListOf(nil), T: agg.T}
	value := x.call(n.At(), x.b.builtin("coalesce"), "ARRAY", []ir.Expr{agg, empty})
	l.outer.Grouped = true
	l.outer.Out = []ir.Def{{Column: ir.Column{ID: x.b.id(), Name: "array", Type: value.Type()}, Expr: value}}
	return &ir.Scalar{Span: at(n), Query: &ir.Query{Span: at(n), Body: l.outer}, T: value.Type()}
}
