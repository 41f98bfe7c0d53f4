package emit

import (
	"fmt"
	"strings"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// MariaDB and MySQL compute decimals of more than 65 digits, but where such a value
// passes through a table of their own (of groups, of distinct rows, of a subquery
// with a LIMIT) it becomes the greatest that fits, without a word. So what may have
// more fails beforehand. An operand passes through no table: of sums of products
// only the whole is looked at.

const mysqlPrecision, mysqlScale = 65, 38

// decimal are the most digits of a numeric before and after the point.
type decimal struct{ whole, scale int }

// unknownDecimal are the digits of what was not counted.
var unknownDecimal = decimal{mysqlPrecision, mysqlScale}

// room is how many digits before the point are left by those after it.
func (d decimal) room() int { return mysqlPrecision - min(d.scale, mysqlScale) }

func (d decimal) fits() bool { return d.whole <= d.room() }

func (d decimal) most(of decimal) decimal {
	return decimal{max(d.whole, of.whole), max(d.scale, of.scale)}
}

// clamped prints a sum, difference or product of numerics that may not fit.
func (m mysql) clamped(p *printer, c call) bool {
	e, ok := c.at.(*ir.Call)
	if !ok || !computesDecimal(e) {
		return false
	}
	d := p.decimal(e)
	if d.fits() {
		return false
	}
	p.spell(funcs.HeldMySQL(d.room()), spell{at: e, args: []ir.Expr{e}, arg: func(x ir.Expr) { m.computed(p, x) }})
	return true
}

// computed prints a tower of sums, differences and products without looking at its storeys.
func (m mysql) computed(p *printer, e ir.Expr) {
	c, ok := e.(*ir.Call)
	if !ok || !computesDecimal(c) {
		p.expr(e)
		return
	}
	m.smallFactor(p, call{c, c.Fn, c.Args, c.T})
	p.spell(p.spelling(c, c.Fn), spell{at: c, args: c.Args, arg: func(x ir.Expr) { m.computed(p, x) }})
}

func computesDecimal(c *ir.Call) bool {
	switch c.Fn.Func.Name {
	case "+", "-", "*":
		return c.T.Kind == types.Numeric && len(c.Args) == 2
	}
	return false
}

// summed is the template of a sum or an average whose digits may not fit.
func (m mysql) summed(p *printer, fn *funcs.Sig, args []ir.Expr) string {
	name := fn.Func.Name
	if name != "sum" && name != "avg" || fn.Params[0].Kind != types.Numeric {
		return ""
	}
	d := p.decimal(args[0])
	sum, result := decimal{d.whole + 22, d.scale}, d
	if name == "avg" {
		result.scale += 30
	}
	if sum.fits() && result.fits() {
		return ""
	}
	return funcs.SummedMySQL(strings.ToUpper(name), result.room())
}

// decimal counts the digits of e as the engines do.
func (p *printer) decimal(e ir.Expr) decimal {
	if p.origins == nil {
		p.origins = originsOf(p.top)
	}
	return p.origins.decimal(e, map[ir.ColID]bool{})
}

// decimal are the digits of e. of are the columns that it is asked for.
func (o *origins) decimal(e ir.Expr, of map[ir.ColID]bool) decimal {
	switch e := e.(type) {
	case *ir.Const:
		if e.Value.IsNull() {
			return decimal{1, 0}
		}
		whole, scale := digits(e.Value)
		return decimal{whole, scale}
	case *ir.Ref:
		return o.stored(e.Col, of)
	case *ir.Cast:
		n, whole := map[types.Kind]int{types.Int2: 5, types.Int4: 10, types.Int8: 19}[e.X.Type().Kind]
		switch {
		case e.Mod.Set:
			return decimal{int(e.Mod.Prec - e.Mod.Scale), int(e.Mod.Scale)}
		case whole:
			return decimal{n, 0}
		case e.X.Type().Kind == types.Numeric:
			return o.decimal(e.X, of)
		}
		return unknownDecimal
	case *ir.Case:
		var most decimal
		for _, a := range e.Arms {
			most = most.most(o.decimal(a.Then, of))
		}
		if e.Else != nil {
			most = most.most(o.decimal(e.Else, of))
		}
		return most
	case *ir.Call:
		return o.computed(e.Fn.Func.Name, e.Args, of)
	case *ir.Agg:
		return o.computed(e.Fn.Func.Name, e.Args, of)
	case *ir.Over:
		return o.computed(e.Fn.Func.Name, e.Args, of)
	case *ir.Scalar:
		return o.stored(ir.Outputs(e.Query.Body)[0].ID, of)
	case *ir.Attr, *ir.Logic, *ir.Not, *ir.Is, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists, *ir.List:
		return unknownDecimal
	default:
		panic("emit: unknown expression")
	}
}

func (o *origins) computed(name string, args []ir.Expr, of map[ir.ColID]bool) decimal {
	var each []decimal
	for _, a := range args {
		if a.Type().Kind == types.Numeric {
			each = append(each, o.decimal(a, of))
		}
	}
	switch {
	case len(each) == 0:
		return unknownDecimal
	case len(each) == 1:
		x := each[0]
		switch name {
		case "+", "-", "abs", "min", "max", "lag", "lead", "first_value", "last_value", "nth_value":
			return x
		case "round", "trunc", "ceil", "ceiling", "floor":
			return decimal{x.whole + 1, x.scale}
		case "sum":
			return decimal{min(x.whole+22, x.room()), x.scale}
		case "avg":
			return decimal{x.whole, min(x.scale+30, mysqlScale)}
		}
		return unknownDecimal
	}
	x, y := each[0], each[1]
	switch name {
	case "+", "-":
		most := x.most(y)
		return decimal{most.whole + 1, most.scale}
	case "*":
		return decimal{x.whole + y.whole, x.scale + y.scale}
	case "/":
		return decimal{x.whole + y.scale, min(x.scale+30, mysqlScale)}
	case "coalesce", "greatest", "least", "%", "mod":
		for _, d := range each {
			x = x.most(d)
		}
		return x
	case "nullif":
		return x
	}
	return unknownDecimal
}

// stored are the digits of a column, and of all that it comes from.
func (o *origins) stored(id ir.ColID, of map[ir.ColID]bool) decimal {
	if t := o.tables[id]; t != "" {
		return declaredDecimal(t)
	}
	if of[id] || len(o.of[id]) == 0 {
		return unknownDecimal
	}
	of[id] = true
	var most decimal
	for _, e := range o.of[id] {
		most = most.most(o.decimal(e, of))
	}
	delete(of, id)
	return most
}

func declaredDecimal(declared string) decimal {
	precision, scale := 0, 0
	declared = strings.ToLower(declared)
	if n, err := fmt.Sscanf(declared, "decimal(%d,%d)", &precision, &scale); err == nil && n == 2 {
		return decimal{precision - scale, scale}
	}
	if strings.HasPrefix(declared, "bigint") {
		return decimal{20, 0}
	}
	return unknownDecimal
}
