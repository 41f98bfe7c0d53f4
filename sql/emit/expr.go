package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// expr prints e so that it can stand anywhere: whatever has operators stands
// in parentheses.
func (p *printer) expr(e ir.Expr) {
	switch e := e.(type) {
	case *ir.Ref:
		p.ref(e)
	case *ir.Const:
		if e.T.Kind == types.Bool && !e.Value.IsNull() {
			p.truth(e.Value.Bool())
			return
		}
		p.constant(e.Value, e.T)
	case *ir.Attr:
		panic("emit: an attribute of the viewer that policy left without a value")
	case *ir.Call:
		p.call(e, e.Fn, e.Args, e.T)
	case *ir.Cast:
		p.d.cast(p, e)
	case *ir.Logic:
		p.logic(e)
	case *ir.Not:
		p.str("(NOT ")
		p.expr(e.X)
		p.str(")")
	case *ir.Is:
		p.is(e)
	case *ir.Case:
		p.caseWhen(e)
	case *ir.In:
		p.in(e)
	case *ir.AnyOf:
		p.d.quantified(p, e)
	case *ir.InQuery:
		p.inQuery(e)
	case *ir.Exists:
		p.str("(EXISTS ")
		p.subquery(e.Query)
		p.str(")")
	case *ir.Scalar:
		p.d.scalar(p, e)
	case *ir.List:
		p.d.list(p, e)
	case *ir.Agg:
		p.agg(e)
	case *ir.Over:
		p.over(e)
	default:
		panic("emit: unknown expression")
	}
}

// subquery prints a query inside an expression.
func (p *printer) subquery(q *ir.Query) {
	p.probed++
	p.paren(func() { p.query(q, nil) })
	p.probed--
}

func (p *printer) exprs(es []ir.Expr) {
	for i, e := range es {
		p.sep(i, "", ", ")
		p.expr(e)
	}
}

// operand prints e where its value is compared or will be: grouped, made
// distinct, sorted.
func (p *printer) operand(e ir.Expr) {
	if p.d.strange == "" && p.d.collation(e.Type()) == "" {
		p.expr(e)
		return
	}
	text, collation := p.compared(e, p.expr)
	if collation != "" {
		p.str("(", text, collation, ")")
		return
	}
	p.str(text)
}

// compared is e as print prints it, and what comparing its values must name. On
// SQLite a COLLATE reaches up to the whole expression that it stands in: texts
// of CASE WHEN n > 1 THEN a ELSE b END, where n is a numeric, would compare as
// numbers do.
func (p *printer) compared(e ir.Expr, print func(ir.Expr)) (text, collation string) {
	text = p.text(func() { print(e) })
	collation = p.d.collation(e.Type())
	if collation == "" && p.d.strange != "" && strings.Contains(text, p.d.strange) {
		collation = p.d.plain(e.Type())
	}
	return text, collation
}

// sortable prints e where engines take a bare constant for an ordinal or
// refuse it: in GROUP BY and ORDER BY.
func (p *printer) sortable(e ir.Expr) {
	if c, ok := e.(*ir.Const); ok {
		p.constant(c.Value, c.T)
		return
	}
	p.expr(e)
}

func (p *printer) ref(e *ir.Ref) {
	n, ok := p.names[e.Col]
	switch {
	case !ok:
		panic("emit: a column out of scope")
	case n.deep < p.deep && p.d.inward:
		p.refuse(e, "join on a condition instead", "%s cannot refer to a table from inside of a subquery in FROM that does not have it", p.d.engine)
	case n.rel == "":
		p.str(n.text)
	case n.column == nil:
		p.str(n.rel, ".", n.text)
	default:
		p.reads.column(n.table, n.column)
		p.d.read(p, n.rel, n.table, n.column)
	}
}

func (p *printer) truth(b bool) {
	if b {
		p.str("TRUE")
	} else {
		p.str("FALSE")
	}
}

func (p *printer) logic(e *ir.Logic) {
	word := " AND "
	if e.Or {
		word = " OR "
	}
	for i, a := range e.Args {
		p.sep(i, "(", word)
		p.expr(a)
	}
	p.str(")")
}

func (p *printer) is(e *ir.Is) {
	if p.d.is != nil {
		p.d.is(p, e)
		return
	}
	p.str("(")
	p.expr(e.X)
	p.str(" IS ")
	if e.Not {
		p.str("NOT ")
	}
	switch e.What {
	case ir.IsNull:
		p.str("NULL")
	case ir.IsTrue:
		p.str("TRUE")
	case ir.IsFalse:
		p.str("FALSE")
	case ir.IsUnknown:
		p.str(p.d.unknown)
	default:
		panic("emit: unknown IS")
	}
	p.str(")")
}

func (p *printer) caseWhen(e *ir.Case) {
	p.str("CASE")
	for _, a := range e.Arms {
		p.str(" WHEN ")
		p.expr(a.When)
		p.str(" THEN ")
		p.expr(a.Then)
	}
	if e.Else != nil {
		p.str(" ELSE ")
		p.expr(e.Else)
	}
	p.str(" END")
}

func (p *printer) in(e *ir.In) {
	if p.d.nullsApart && slices.ContainsFunc(e.List, isNull) { // of a rule, which no rewrite is shown
		p.refuse(e, "leave NULL out of the list", "%s misunderstands NULL in a list", p.d.engine)
	}
	p.str("(")
	p.operand(e.X)
	if e.Not {
		p.str(" NOT")
	}
	p.str(" IN (")
	p.exprs(e.List)
	p.str("))")
}

// mixed reports whether a comparison is of two kinds of days and times: its spelling
// converts one of them, which IN does not.
func mixed(c *funcs.Sig) bool {
	return len(c.Params) == 2 && c.Params[0].IsTemporal() && c.Params[0] != c.Params[1]
}

// inQuery prints IN where the operator is =, and else ANY or ALL, which only
// some engines know: for the others lower has replaced what it could.
func (p *printer) inQuery(e *ir.InQuery) {
	for i, c := range e.Cmp {
		if mixed(c) && !p.d.mixedRows {
			p.refuse(e.Row[i], fmt.Sprintf("cast one of them, so that both are of type %s", c.Params[1]), "%s cannot look for a %s among rows of type %s", p.d.engine, c.Params[0], c.Params[1])
			return
		}
	}
	op := e.Cmp[0].Func.Name
	if op != e.Op || e.Not && (op != "=" || e.All) {
		panic("emit: a comparison with a subquery that contradicts itself")
	}
	if (op != "=" || e.All) && !p.d.quantifiers {
		p.refuse(e, "compare with max(...) or min(...) of the subquery", "%s cannot compare this with ANY or ALL rows of a subquery", p.d.engine)
	}
	p.str("(")
	if len(e.Row) == 1 {
		p.operand(e.Row[0])
	} else {
		p.paren(func() {
			for i, x := range e.Row {
				p.sep(i, "", ", ")
				p.operand(x)
			}
		})
	}
	switch {
	case op == "=" && !e.All && e.Not:
		p.str(" NOT IN ")
	case op == "=" && !e.All:
		p.str(" IN ")
	case e.All:
		p.str(" ", op, " ALL ")
	default:
		p.str(" ", op, " ANY ")
	}
	p.subquery(e.Query)
	p.str(")")
}
