package emit

import (
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// trinoAgg prints the aggregates for which Trino needs more than a template, and
// reports whether it did. Sums and averages of integers are those of decimals.
func trinoAgg(p *printer, e *ir.Agg) bool {
	switch e.Fn.Func.Name {
	case "string_agg":
		p.joined(e)
		return true
	case "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop":
		if !e.Distinct && e.T.Kind == types.Numeric {
			p.spread(e)
			return true
		}
	case "sum", "avg":
		if arg, ok := widened(e.Fn, e.Args); ok {
			wide := *e
			wide.Args = arg
			p.agg(&wide)
			return true
		}
	}
	return false
}

// widened are integers as decimals, where a sum of them is a numeric.
func widened(fn *funcs.Sig, args []ir.Expr) ([]ir.Expr, bool) {
	if fn.Result.Kind != types.Numeric || len(args) != 1 || !args[0].Type().IsInteger() {
		return nil, false
	}
	return []ir.Expr{&ir.Cast{X: args[0], T: types.Of(types.Numeric), Implicit: true}}, true
}

// spread prints the variance of decimals, or its root, from exact sums: Trino's own
// adds up floats.
func (p *printer) spread(e *ir.Agg) {
	arg := e.Args[0]
	if wide, ok := widened(e.Fn, e.Args); ok {
		arg = wide[0]
	}
	x, tail, less := p.of(arg), "", " - 1"
	if e.Filter != nil {
		tail = p.text(func() { p.filter(e.Filter) })
	}
	if strings.HasSuffix(e.Fn.Func.Name, "_pop") {
		less = ""
	}
	n, sum, squares := "count("+x+")"+tail, "sum("+x+")"+tail, "sum("+x+" * "+x+")"+tail
	out := "CAST(" + n + " * " + squares + " - " + sum + " * " + sum + " AS double) / nullif(CAST(" + n + " AS double) * (" + n + less + "), 0)"
	if strings.HasPrefix(e.Fn.Func.Name, "stddev") {
		out = "sqrt(" + out + ")"
	}
	p.str("CAST(", out, " AS ", funcs.Quotient, ")")
}

// joined prints string_agg: listagg ends at a megabyte, and has no OVER.
func (p *printer) joined(e *ir.Agg) {
	if _, ok := constantOf(e.Args[1]); !ok {
		p.refuse(e, "write one separator", "trino joins texts with one separator for all")
	}
	p.str("array_join(")
	p.collected(e, e.Args[0], e.Order)
	p.str(", ")
	p.expr(e.Args[1])
	p.str(")")
}

// collected prints the array of the values of x that are not NULL, in that order.
func (p *printer) collected(e *ir.Agg, x ir.Expr, order []ir.SortExpr) {
	p.str("array_agg(")
	if e.Distinct {
		p.str("DISTINCT ")
	}
	text := p.of(x)
	p.str(text)
	if p.orderBy(order, " ORDER BY "); e.Distinct && len(order) == 0 {
		p.str(" ORDER BY ", text, " ASC NULLS LAST") // as PostgreSQL sorts to find what differs
	}
	p.str(") FILTER (WHERE ", text, " IS NOT NULL")
	if e.Filter != nil {
		p.str(" AND ")
		p.expr(e.Filter)
	}
	p.str(")")
}

// trinoOrderedSet computes percentiles exactly, from all the values: Trino's own
// are estimates.
func trinoOrderedSet(p *printer, e *ir.Agg, _ spell) {
	if e.Fn.Trino != funcs.ByHand || len(e.Within) != 1 {
		p.spelling(e, e.Fn)
		p.refuse(e, "ask for it without "+e.Fn.Func.Name, "trino cannot compute this %s", described(e.Fn))
		return
	}
	at, ok := constantOf(e.Args[0])
	if !ok {
		p.refuse(e, "write one fraction", "trino cannot compute percentiles of no constant fraction")
		return
	}
	f := strconv.FormatFloat(at.Float(), 'E', -1, 64)
	p.str("element_at(transform(ARRAY[")
	p.collected(e, e.Within[0].X, e.Within)
	n := "(cardinality(a) - 1)"
	if e.Fn.Func.Name == "percentile_disc" {
		p.str("], a -> element_at(a, greatest(CAST(ceiling(", f, " * cardinality(a)) AS bigint), 1))), 1)")
		return
	}
	low := "CAST(floor(" + f + " * " + n + ") AS bigint)"
	high := "CAST(ceiling(" + f + " * " + n + ") AS bigint)"
	lowest, highest := "element_at(a, "+low+" + 1)", "element_at(a, "+high+" + 1)"
	p.str("], a -> ", lowest, " + (", f, " * ", n, " - ", low, ") * (", highest, " - ", lowest, ")), 1)")
}

// trinoOver: Trino has no FILTER with OVER, and wants no frame where it counts
// for nothing.
func trinoOver(p *printer, e *ir.Over) bool {
	name := e.Fn.Func.Name
	if e.Fn.Trino == funcs.ByHand {
		p.refuse(e, "compute it in a grouped subquery", "trino cannot compute %s over a window", described(e.Fn))
		return true
	}
	changed := *e
	switch name {
	case "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead":
		changed.Window.Frame = nil
	case "sum", "avg":
		if args, ok := widened(e.Fn, e.Args); ok {
			changed.Args = args
		}
	}
	if e.Filter != nil && !p.conditional(&changed) {
		p.refuse(e, "put the condition into CASE", "trino cannot compute %s with FILTER over a window", described(e.Fn))
		return true
	}
	if changed.Window.Frame == e.Window.Frame && changed.Filter == e.Filter && (len(e.Args) == 0 || changed.Args[0] == e.Args[0]) {
		return false
	}
	p.over(&changed)
	return true
}

// conditional makes f(x) FILTER (WHERE c) of those that leave NULLs out f(CASE WHEN c THEN x END).
func (p *printer) conditional(e *ir.Over) bool {
	switch e.Fn.Func.Name {
	case "count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every":
	default:
		return false
	}
	x, of := ir.Expr(&ir.Const{Value: types.BoolOf(true), T: types.Of(types.Bool)}), e.Fn
	if e.Star {
		of = countOf()
	} else {
		x = e.Args[0]
	}
	e.Fn, e.Star = of, false
	e.Args = []ir.Expr{&ir.Case{Arms: []ir.Arm{{When: e.Filter, Then: x}}, T: x.Type()}}
	e.Filter = nil
	return true
}

// countOf is count(x).
func countOf() *funcs.Sig {
	for _, s := range funcs.Find("count").Sigs {
		if len(s.Params) == 1 {
			return s
		}
	}
	panic("emit: the function table has no count(x)")
}
