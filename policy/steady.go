package policy

import (
	"math"
	"strings"

	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Inside of a counted block nothing may fail. WHERE tenant = 7 AND 1 / 0 > 0
// fails if there is a single row of tenant 7, and sum(salary * 2147483) if a
// single salary is over 1000: an error is an answer about a group of one, and no
// count of entities comes before it.
//
// What is total ([ir.Total]) is steady. So is what fails on some values only that
// the asker cannot choose, at the far ends of a type: date_trunc('month', d) in
// the year 294277, price * quantity of a hundred thousand digits. Arithmetic of
// whole numbers and of floats is not: a factor moves its end to any value.
func (b *block) steady(e ir.Expr) error {
	var err error
	steps := 0
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Query:
			err = firstOf(err, b.steadyQuery(n))
			return false
		case ir.Expr:
			if err == nil && !b.total(n) && !steadyNode(n) {
				err = smallGroup(n, "cast whole numbers to numeric before you calculate with them, divide by a constant, and leave out what can fail",
					"this can fail on one row, and the table is seen in large groups only")
			}
			if b.walls(n); err == nil && !b.steadyOn(n) {
				err = smallGroup(n, "count by what is stored: convert no computed time to another zone, join short texts, calculate with fewer digits",
					"this can fail on one row on %s, and the table is seen in large groups only", b.view.full.Engine)
			}
			if _, call := n.(*ir.Call); call && !total(n) {
				steps++
			}
		}
		return err == nil
	})
	if err == nil && steps > maxSteps {
		return smallGroup(e, "calculate less at once", "%d steps of a calculation may go to the end of a type, which tells of one row, and the table is seen in large groups only", steps)
	}
	return err
}

// maxSteps is how many steps a calculation may have that fail at the end of a type:
// 300 times a thousand years reach the end of timestamps for those born after a
// day of the asker's choice.
const maxSteps = 16

// steadyQuery refuses a subquery that can fail: whether it runs at all may
// depend on one row.
func (b *block) steadyQuery(q *ir.Query) error {
	if anyFails(q, func(e ir.Expr) bool { return b.total(e) && b.totalOn(e) }) {
		return smallGroup(q, "leave out what can fail inside of it", "this subquery can fail, and a table beside it is seen in large groups only")
	}
	return nil
}

// totalOn reports whether e, which is total elsewhere, is so on the block's engine.
func (b *block) totalOn(e ir.Expr) bool {
	switch {
	case mysqlFamily(b.view.full.Engine):
		return mysqlTotal(e)
	case b.view.decimals():
		return decimals(func(*ir.Ref) (digits, bool) { return digits{}, false }).trinoTotal(e)
	}
	return true
}

func (b *block) total(e ir.Expr) bool { return total(e) && b.growth.total(e) }

func steadyNode(e ir.Expr) bool {
	switch e := e.(type) {
	case *ir.Cast:
		if e.T.Kind == types.Float8 { // (x * 1e18 * ... * 1e18)::float8 fails if x > 180
			return e.X.Type().Kind == types.Numeric && plain(e)
		}
		return temporal(e.X.Type()) && temporal(e.T) && !e.Mod.Set || e.T.IsInteger() && e.T.Kind != types.Int2 && field(e.X)
	case *ir.Call:
		return steadyCall(e)
	case *ir.Ref, *ir.Const, *ir.Attr, *ir.Logic, *ir.Not, *ir.Is, *ir.Case, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists, *ir.Scalar, *ir.List, *ir.Agg, *ir.Over:
		return false
	default:
		panic("policy: unknown expression")
	}
}

func steadyCall(e *ir.Call) bool {
	switch e.Fn.Func.Name {
	case "date_trunc":
		return isConst(e.Args[0]) && temporal(e.T)
	case "to_char":
		return temporal(e.Args[0].Type()) && isConst(e.Args[1])
	case "+", "-":
		return numeric(e) && modest(e.Args) || len(e.Args) == 2 && temporal(e.Args[0].Type()) && (temporal(e.T) || e.T.Kind == types.Int4) && near(e.Args[0]) && near(e.Args[1])
	case "*":
		return numeric(e) && modest(e.Args) || bracket(e)
	case "/", "%", "mod":
		return len(e.Args) == 2 && modest(e.Args) && positive(e.Args[1]) && (numeric(e) || e.T.IsInteger())
	case "floor", "ceil", "ceiling", "round", "trunc":
		return numeric(e) && (len(e.Args) == 1 || isConst(e.Args[1]))
	default:
		return false
	}
}

// field reports whether e is a year, a month, ...: whole numbers that an integer
// holds, save for those of an infinite date. The seconds since 1970 are not: a date
// that is moved first passes the end of integers at a day of the asker's choice.
func field(e ir.Expr) bool {
	c, ok := e.(*ir.Call)
	if !ok || c.Fn.Func.Name != "extract" && c.Fn.Func.Name != "date_part" {
		return false
	}
	k, ok := bare(c.Args[0]).(*ir.Const)
	if !ok || k.Value.IsNull() {
		return false
	}
	switch strings.ToLower(k.Value.Text()) {
	case "century", "decade", "year", "isoyear", "quarter", "month", "week", "day", "dow", "isodow", "doy", "hour", "minute":
		return true
	}
	return false
}

func temporal(t types.Type) bool {
	switch t.Kind {
	case types.Date, types.Timestamp, types.TimestampTZ:
		return true
	}
	return false
}

func numeric(e ir.Expr) bool { return e.Type().Kind == types.Numeric }

func isConst(e ir.Expr) bool { _, ok := bare(e).(*ir.Const); return ok }

// plain reports whether e is a column or a constant, under casts.
func plain(e ir.Expr) bool {
	_, ref := bare(e).(*ir.Ref)
	return ref || isConst(e)
}

// bare is e without casts.
func bare(e ir.Expr) ir.Expr {
	for c, ok := e.(*ir.Cast); ok; c, ok = e.(*ir.Cast) {
		e = c.X
	}
	return e
}

// modest reports whether the numbers among es are neither so great nor so small
// that a product of a few of them reaches the end of numeric.
func modest(es []ir.Expr) bool {
	for _, e := range es {
		if v, ok := magnitude(e); ok && (v > 1e18 || v != 0 && v < 1e-18) {
			return false
		}
	}
	return true
}

// magnitude is the size of a constant number.
func magnitude(e ir.Expr) (float64, bool) {
	c, ok := bare(e).(*ir.Const)
	if !ok || c.Value.IsNull() || !c.T.IsNumber() {
		return 0, false
	}
	switch {
	case c.T.IsInteger():
		return math.Abs(float64(c.Value.Int())), true
	case c.T.Kind == types.Numeric:
		f, err := c.Value.Decimal().Float64()
		if err != nil {
			return math.Inf(1), true
		}
		return math.Abs(f), true
	default:
		return math.Abs(c.Value.Float()), true
	}
}

// positive reports whether e is a constant of 1 or more: nothing fails that is
// divided by it.
func positive(e ir.Expr) bool {
	c, ok := bare(e).(*ir.Const)
	v, number := magnitude(e)
	return ok && number && v >= 1 && c.Value.Format(c.T, nil)[0] != '-'
}

// bracket is x / 10 * 10, which is no more than x.
func bracket(e *ir.Call) bool {
	if len(e.Args) != 2 || !e.T.IsInteger() {
		return false
	}
	d, ok := e.Args[0].(*ir.Call)
	if !ok || d.Fn.Func.Name != "/" || len(d.Args) != 2 || !positive(d.Args[1]) || !positive(e.Args[1]) {
		return false
	}
	by, _ := magnitude(d.Args[1])
	times, _ := magnitude(e.Args[1])
	return times <= by
}

// near reports whether e moves a date by no more than a thousand years, or is one.
func near(e ir.Expr) bool {
	if temporal(e.Type()) {
		return true
	}
	c, ok := bare(e).(*ir.Const)
	if !ok || c.Value.IsNull() {
		return false
	}
	switch {
	case c.T.Kind == types.Interval:
		months, days, micros := c.Value.Interval()
		const day = 86400_000000
		return within(int64(months), 12_000) && within(int64(days), 366_000) && within(micros, 366_000*day)
	case c.T.IsInteger():
		return within(c.Value.Int(), 366_000)
	default:
		return false
	}
}

// within reports whether n is between -most and most. The least number has no
// absolute value that could be compared.
func within(n, most int64) bool { return -most <= n && n <= most }
