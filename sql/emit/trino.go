package emit

import (
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// trino: one statement over the tables of several catalogs, whose names are
// catalog.schema.table. Numerics are decimals of at most 38 digits; what needs
// more fails. Constants are ?1, ?2, ...: package run/trino puts literals in their
// places, as expressions with parameters in them are never equal to Trino, which
// GROUP BY wants them to be.
//
// A fence is a LIMIT that no table reaches: Trino moves no condition through a
// LIMIT, and connectors take over none that is so large. The rows of a fenced
// table pass one worker.
var trino = dialect{
	engine:        catalog.Trino,
	lower:         trinoRewrites,
	fence:         " LIMIT 9223372036854775807",
	cross:         "CROSS JOIN",
	groupByAll:    " GROUP BY ()",
	lateral:       true,
	nameRows:      true,
	distinctPairs: true,
	quantifiers:   true,
	sortsValues:   true,
	nested:        true,
	catalogs:      true,
	namesValues:   true,
	nullsApart:    true,

	spelling: func(s *funcs.Sig) string { return s.Trino },
	text:     func(t types.Type) string { return funcs.CastTrino(t, types.Of(types.Text), types.Mod{}) },
	out:      funcs.TextTrino,
	param:    trinoParam,
	null: func(p *printer, t types.Type) {
		if t.Kind == types.Numeric { // takes the digits of what stands beside it
			p.str("CAST(NULL AS decimal(1, 0))")
			return
		}
		p.str("CAST(NULL AS ", p.trinoType(t), ")")
	},
	cast: func(p *printer, e *ir.Cast) {
		t := funcs.CastTrino(e.X.Type(), e.T, e.Mod)
		if t == "" || e.T.IsText() && e.X.Type().Kind == types.Numeric && !scaled(e.X) {
			p.refuse(e, "compare or show it as it is", "trino cannot convert %s to %s as postgres does", e.X.Type(), e.T)
			return
		}
		p.spell(t, spell{at: e, kind: e.T.Kind, args: []ir.Expr{e.X}, arg: p.expr})
	},
	read: func(p *printer, alias string, _ *catalog.Table, c *catalog.Column) {
		p.str(alias, ".")
		p.quote(c.Name)
	},
	collation:  func(types.Type) string { return "" },
	plain:      func(types.Type) string { return "" },
	quantified: trinoQuantified,
	list: func(p *printer, e *ir.List) {
		if len(e.Items) == 0 {
			p.str("CAST(ARRAY[] AS ", p.trinoType(e.T), ")")
			return
		}
		p.str("ARRAY[")
		p.exprs(e.Items)
		p.str("]")
	},
	scalar:     func(p *printer, e *ir.Scalar) { p.subquery(e.Query) },
	orderedSet: trinoOrderedSet,
	frame:      trinoFrame,
	special:    trinoCall,
	aggregate:  trinoAgg,
	over:       trinoOver,
	is:         trinoIs,
	cut:        trinoCut,
}

// trinoType is how trino calls t, or a refusal.
func (p *printer) trinoType(t types.Type) string {
	name := funcs.TypeTrino(t)
	if name == "" {
		p.refuse(p.top, "leave it out", "trino has no type like %s", t)
	}
	return name
}

// trinoParam prints the place of a constant. There are none of intervals, which
// are two types in Trino: what is done with them is printed by hand.
func trinoParam(p *printer, n int, t types.Type) {
	v := p.params.list[n-1].Value
	switch {
	case p.trinoType(t) == "":
		return
	case t.Kind == types.Numeric && !short(v.Text()):
		p.refuse(p.top, "write fewer digits", "trino has no numbers of more than 38 digits")
	}
	p.str("?")
	p.int(n)
}

// short reports whether a numeric fits a decimal.
func short(text string) bool {
	digits := strings.Trim(text, "-0123456789.") == ""
	return digits && len(strings.NewReplacer("-", "", ".", "").Replace(text)) <= 38
}

// scaled reports whether the digits after the point of e are those that
// PostgreSQL would write: of a column, of a cast, or rounded to.
func scaled(e ir.Expr) bool {
	switch e := e.(type) {
	case *ir.Ref, *ir.Const:
		return true
	case *ir.Cast:
		return e.Mod.Set || e.X.Type().IsInteger()
	case *ir.Call:
		return e.Fn.Func.Name == "round" || e.Fn.Func.Name == "trunc"
	case *ir.Attr, *ir.Logic, *ir.Not, *ir.Is, *ir.Case, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists, *ir.Scalar, *ir.List, *ir.Agg, *ir.Over:
		return false
	default:
		panic("emit: unknown expression")
	}
}

// trinoIs: IS TRUE is not in Trino's grammar.
func trinoIs(p *printer, e *ir.Is) {
	not := map[bool]string{true: "NOT "}
	p.str("(")
	p.expr(e.X)
	switch e.What {
	case ir.IsNull, ir.IsUnknown:
		p.str(" IS ", not[e.Not], "NULL)")
	case ir.IsTrue:
		p.str(" IS ", not[!e.Not], "DISTINCT FROM TRUE)")
	case ir.IsFalse:
		p.str(" IS ", not[!e.Not], "DISTINCT FROM FALSE)")
	default:
		panic("emit: unknown IS")
	}
}

// trinoCut: OFFSET comes first, and both are digits in the text.
func trinoCut(p *printer, q *ir.Query) {
	for _, x := range []struct {
		word string
		e    ir.Expr
	}{{" OFFSET ", q.Offset}, {" LIMIT ", q.Limit}} {
		c, ok := x.e.(*ir.Const)
		switch {
		case x.e == nil || ok && c.Value.IsNull():
		case !ok:
			panic("emit: a LIMIT that is no constant")
		default:
			p.str(x.word, strconv.FormatInt(c.Value.Int(), 10))
		}
	}
}

// trinoQuantified prints x op ANY|ALL of a list element by element, and of an
// array that is not known as a condition on its elements.
func trinoQuantified(p *printer, e *ir.AnyOf) {
	if _, known := elements(e.Array); known {
		quantifiedList(p, e)
		return
	}
	word := "any_match("
	if e.All {
		word = "all_match("
	}
	if hasQuery(e.X) {
		p.refuse(e, "join with the subquery", "trino cannot compare a subquery with the elements of an array")
	}
	p.str(word)
	p.expr(e.Array)
	p.str(", v -> (v ", flipped(e.Cmp.Func.Name), " ")
	p.expr(e.X)
	p.str("))")
}

// flipped is the operator with its sides exchanged.
func flipped(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}

func hasQuery(e ir.Expr) bool {
	has := false
	ir.Walk(e, func(n ir.Node) bool {
		switch n.(type) {
		case *ir.Query, *ir.Agg, *ir.Over:
			has = true
		}
		return !has
	})
	return has
}

// trinoFrame refuses frames that Trino has not, or measures otherwise.
func trinoFrame(p *printer, e *ir.Over) {
	f := e.Window.Frame
	switch {
	case f == nil:
	case f.Exclude != ir.ExcludeNothing:
		p.refuse(e, "leave EXCLUDE out", "trino cannot exclude rows from a window frame")
	case f.Mode == ir.FrameRange && (f.From != nil || f.To != nil):
		for _, s := range e.Window.Order {
			if !s.X.Type().IsInteger() {
				p.refuse(e, "use ROWS BETWEEN", "trino cannot measure a RANGE frame in values of type %s", s.X.Type())
			}
		}
	}
}
