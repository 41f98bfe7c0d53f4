package differential

import (
	"fmt"

	"github.com/grille-dev/grille/sql/syntax"
)

// expr prints x in parentheses, unless it is a name, a star or a row, which mean
// something else in them.
func (p *printer) expr(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Column:
		p.put("%s", dotted(x.Parts...))
		if x.Star {
			if len(x.Parts) > 0 {
				p.put(".")
			}
			p.put("*")
		}
		return
	case *syntax.GroupSet:
		p.group(x.Group)
		return
	case *syntax.Row:
		p.put("ROW(")
		p.exprs(x.Items)
		p.put(")")
		return
	}
	p.put("(")
	p.bare(x)
	p.put(")")
}

func not(yes bool) string {
	if yes {
		return "NOT "
	}
	return ""
}

func operator(schema, op string) string {
	if schema != "" {
		return "OPERATOR(" + ident(schema) + "." + op + ")"
	}
	return op
}

func quantifier(all bool) string {
	if all {
		return "ALL"
	}
	return "ANY"
}

func (p *printer) bare(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Literal:
		if x.Kind == syntax.String {
			p.put("%s", quoted(x.Text))
		} else if x.Kind == syntax.Null {
			p.put("NULL")
		} else {
			p.put("%s", x.Text)
		}
	case *syntax.Param:
		p.put("$%d", x.N)
	case *syntax.Binary:
		p.expr(x.L)
		p.put(" %s ", operator(x.Schema, x.Op))
		p.expr(x.R)
	case *syntax.Unary:
		p.put("%s ", operator(x.Schema, x.Op))
		p.expr(x.X)
	case *syntax.Logic:
		word := " AND "
		if x.Or {
			word = " OR "
		}
		for i, a := range x.Args {
			if i > 0 {
				p.put("%s", word)
			}
			p.expr(a)
		}
	case *syntax.Not:
		p.put("NOT ")
		p.expr(x.X)
	case *syntax.Is:
		p.expr(x.X)
		p.put(" IS %s%s", not(x.Not), [...]string{"NULL", "TRUE", "FALSE", "UNKNOWN"}[x.What])
	case *syntax.IsDistinct:
		p.expr(x.L)
		p.put(" IS %sDISTINCT FROM ", not(x.Not))
		p.expr(x.R)
	case *syntax.Between:
		p.expr(x.X)
		p.put(" %sBETWEEN ", not(x.Not))
		if x.Symmetric {
			p.put("SYMMETRIC ")
		}
		p.expr(x.Lo)
		p.put(" AND ")
		p.expr(x.Hi)
	case *syntax.Like:
		p.expr(x.X)
		p.put(" %s%s ", not(x.Not), [...]string{"LIKE", "ILIKE", "SIMILAR TO"}[x.Kind])
		p.expr(x.Pattern)
		p.clause(" ESCAPE ", x.Escape)
	case *syntax.In:
		p.expr(x.X)
		p.put(" %sIN (", not(x.Not))
		p.exprs(x.List)
		p.put(")")
	case *syntax.InQuery:
		p.inQuery(x)
	case *syntax.Quantified:
		p.expr(x.X)
		p.put(" %s %s (", x.Op, quantifier(x.All))
		p.expr(x.Array)
		p.put(")")
	case *syntax.Exists:
		p.put("EXISTS ")
		p.inner(x.Query)
	case *syntax.Scalar:
		p.inner(x.Query)
	case *syntax.ArrayQuery:
		p.put("ARRAY")
		p.inner(x.Query)
	case *syntax.Case:
		p.put("CASE")
		p.clause(" ", x.X)
		for _, a := range x.Arms {
			p.clause(" WHEN ", a.When)
			p.clause(" THEN ", a.Then)
		}
		p.clause(" ELSE ", x.Else)
		p.put(" END")
	case *syntax.Cast:
		p.put("CAST(")
		p.expr(x.X)
		p.put(" AS ")
		p.typeName(x.Type)
		p.put(")")
	case *syntax.Call:
		p.call(x)
	case *syntax.Now:
		p.put("%s", [...]string{"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"}[x.What])
		if x.Prec >= 0 {
			p.put("(%d)", x.Prec)
		}
	case *syntax.ArrayList:
		p.put("ARRAY[")
		p.exprs(x.Items)
		p.put("]")
	case *syntax.Subscript:
		p.expr(x.X)
		p.put("[")
		if x.Slice {
			p.clause("", x.Lo)
			p.put(":")
		}
		p.clause("", x.Index)
		p.put("]")
	case *syntax.Collate:
		p.expr(x.X)
		p.put(" COLLATE %s", dotted(x.Name...))
	case *syntax.Grouping:
		p.put("GROUPING(")
		p.exprs(x.Args)
		p.put(")")
	default:
		panic(fmt.Sprintf("differential: unknown expression %T", x))
	}
}

func (p *printer) inQuery(x *syntax.InQuery) {
	p.expr(x.X)
	switch {
	case x.Op == "=" && !x.All:
		p.put(" %sIN ", not(x.Not))
	case x.Not:
		panic("differential: NOT before ANY or ALL")
	default:
		p.put(" %s %s ", x.Op, quantifier(x.All))
	}
	p.inner(x.Query)
}

func (p *printer) call(c *syntax.Call) {
	if c.SQLForm {
		p.form(c)
	} else {
		p.put("%s(", dotted(c.Schema, c.Name))
		p.arguments(c)
		p.put(")")
	}
	p.order(" WITHIN GROUP (ORDER BY ", c.Within)
	if len(c.Within) > 0 {
		p.put(")")
	}
	if c.Filter != nil {
		p.clause(" FILTER (WHERE ", c.Filter)
		p.put(")")
	}
	if c.Over != nil {
		p.put(" OVER ")
		p.window(c.Over)
	}
}

func (p *printer) arguments(c *syntax.Call) {
	if c.Star {
		p.put("*")
	}
	if c.Distinct {
		p.put("DISTINCT ")
	}
	for i, a := range c.Args {
		if i > 0 {
			p.put(", ")
		}
		if c.Variadic && i == len(c.Args)-1 {
			p.put("VARIADIC ")
		}
		p.expr(a)
	}
	p.order(" ORDER BY ", c.Order)
}

// form prints what SQL has a syntax of its own for. In it the grammar takes some
// operands without parentheses around them; what stands in ours is one of those.
func (p *printer) form(c *syntax.Call) {
	three := func(before, first, second, third string) {
		p.put("%s", before)
		p.expr(c.Args[0])
		p.clause(first, c.Args[1])
		if len(c.Args) > 2 {
			p.clause(second, c.Args[2])
		}
		if len(c.Args) > 3 {
			p.clause(third, c.Args[3])
		}
		p.put(")")
	}
	word := func(i int) string { return c.Args[i].(*syntax.Literal).Text }
	trim := func(side string) {
		p.put("TRIM(%s ", side)
		if len(c.Args) > 1 {
			p.expr(c.Args[1])
			p.put(" FROM ")
		}
		p.expr(c.Args[0])
		p.put(")")
	}
	switch c.Name {
	case "coalesce", "nullif", "greatest", "least", "json_object":
		p.put("%s(", c.Name)
		p.exprs(c.Args)
		p.put(")")
	case "extract":
		p.put("EXTRACT(%s FROM ", quoted(word(0)))
		p.expr(c.Args[1])
		p.put(")")
	case "position":
		p.put("POSITION(")
		p.expr(c.Args[1])
		p.put(" IN ")
		p.expr(c.Args[0])
		p.put(")")
	case "substring":
		three("SUBSTRING(", " FROM ", " FOR ", "")
	case "overlay":
		three("OVERLAY(", " PLACING ", " FROM ", " FOR ")
	case "btrim":
		trim("BOTH")
	case "ltrim":
		trim("LEADING")
	case "rtrim":
		trim("TRAILING")
	case "timezone":
		p.expr(c.Args[1])
		p.put(" AT TIME ZONE ")
		p.expr(c.Args[0])
	case "overlaps":
		p.put("ROW(")
		p.exprs(c.Args[:2])
		p.put(") OVERLAPS ROW(")
		p.exprs(c.Args[2:])
		p.put(")")
	case "normalize":
		p.put("NORMALIZE(")
		p.expr(c.Args[0])
		if len(c.Args) > 1 {
			p.put(", %s", word(1))
		}
		p.put(")")
	case "is_normalized":
		p.expr(c.Args[0])
		p.put(" IS ")
		if len(c.Args) > 1 {
			p.put("%s ", word(1))
		}
		p.put("NORMALIZED")
	default:
		panic("differential: unknown form " + c.Name)
	}
}
