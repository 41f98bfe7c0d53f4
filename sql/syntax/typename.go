package syntax

import (
	"strings"

	"github.com/sqlc-dev/oliphant/ast"

	"github.com/grille-dev/grille/refusal"
)

func (c *converter) cast(t *ast.TypeCast) Expr {
	x := c.expr(t.Arg)
	at := cover(c.at(t.Location), x.At())
	if t.TypeName == nil {
		c.strange(at, "a cast")
	}
	if _, ok := x.(*Param); ok && t.Location < 0 {
		c.no(at, "write CAST($1 AS type)", "a type before a parameter is not supported")
	}
	typ := c.typeName(t.TypeName, at)
	if i := c.index(t.Location); i >= 0 && c.is(i, "cast") {
		at = cover(at, c.reach(t.Location))
	}
	return &Cast{pos: pos(cover(at, typ.At)), X: x, Type: typ}
}

func (c *converter) typeName(t *ast.TypeName, where Span) TypeName {
	at := c.typeSpan(t.Location)
	if at.End > 0 {
		where = at
	}
	switch {
	case t.Setof:
		c.no(where, "name one type", "SETOF is not supported")
	case t.PctType:
		c.no(where, "name the type itself", "%%TYPE is not supported")
	case t.TypeOid != 0 || t.Typemod != -1:
		c.strange(where, "a type")
	}
	for _, n := range t.ArrayBounds {
		if n.GetInteger() == nil {
			c.strange(where, "a type")
		}
	}
	// int[3][] is int[]: PostgreSQL's types keep neither lengths nor dimensions.
	out := TypeName{At: at, Array: len(t.ArrayBounds) > 0}
	switch names := c.names(t.Names, where); len(names) {
	case 1:
		if c.keyword(t.Location, noTypes) {
			panic(halt{refusal.New(refusal.Syntax, "write a type", "%s is a word of SQL's and no type", strings.ToUpper(names[0])).At(where)})
		}
		out.Name = names[0]
	case 2:
		out.Name = names[1]
		// INTEGER is pg_catalog.int4 in the tree, as if it had been written.
		if names[0] != "pg_catalog" || c.wrote(t.Location, "pg_catalog") {
			out.Schema = names[0]
		}
	default:
		c.no(where, "write type or schema.type", "a type name has too many parts")
	}
	for _, n := range t.Typmods {
		out.Mods = append(out.Mods, c.mod(n, where))
	}
	return out
}

// mod is a type modifier: the 10 and the 2 of numeric(10, 2).
func (c *converter) mod(n *ast.Node, at Span) int32 {
	k := n.GetAConst()
	v, ok := k.GetVal().(*ast.A_Const_Ival)
	if !ok || k.Isnull {
		c.no(at, "write numbers, like numeric(10, 2)", "a type's length must be a number")
	}
	return v.Ival.GetIval()
}

// typeSpan is a type as written: several words, (10, 2), WITH TIME ZONE, [].
func (c *converter) typeSpan(loc int32) Span {
	i := c.index(loc)
	if i < 0 {
		return Span{}
	}
	start := c.toks[i].pos
	if c.is(i, "national") {
		i = c.follow(i, "character", "char")
	}
	i = c.dots(i)
	i = c.follow(i, "precision", "varying")
	if c.has(i+1) && c.sym(i+1, '(') {
		i = c.group(i)
	}
	if j := c.follow(i, "with", "without"); j > i {
		if k := c.follow(j, "time"); k > j {
			i = c.follow(k, "zone")
		}
	}
	i = c.follow(i, "array")
	for c.has(i+1) && c.sym(i+1, '[') && c.group(i) > i {
		i = c.group(i)
	}
	return Span{Pos: start, End: c.toks[i].end}
}

// follow is the next token if it is one of the words, else i.
func (c *converter) follow(i int32, words ...string) int32 {
	for _, w := range words {
		if c.has(i+1) && c.is(i+1, w) {
			return i + 1
		}
	}
	return i
}
