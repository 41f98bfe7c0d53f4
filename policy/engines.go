package policy

import (
	"fmt"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// totalOn refuses a condition that may fail, on this engine, on a stored value.
func (c *Condition) totalOn(engine catalog.Engine) error {
	if c == nil || !c.failsOn(engine) {
		return nil
	}
	if engine == catalog.Trino || engine == catalog.DuckDB {
		return fmt.Errorf("policy: the condition %q can fail on a stored value on %s: compare numbers with numbers that have together no more than 38 digits, "+
			"a day with a day, and no part of a document", c.text, engine)
	}
	return fmt.Errorf("policy: the condition %q can fail on a stored value on %s: compare a timestamp with time zone with another one, and join no texts", c.text, engine)
}

func (c *Condition) failsOn(engine catalog.Engine) bool {
	total := func(ir.Expr) bool { return true }
	switch {
	case mysqlFamily(engine):
		total = mysqlTotal
	case engine == catalog.Trino || engine == catalog.DuckDB:
		total = decimals(c.decimals).trinoTotal
	}
	if engine == catalog.DuckDB && anyFails(c.expr, duckTotal) {
		return true
	}
	return anyFails(c.expr, total)
}

// decimals are those of the tables that a condition reads, masked or not: it is
// computed on what is stored.
func (c *Condition) decimals(r *ir.Ref) (digits, bool) {
	tables := []*ir.Table{c.over}
	ir.Walk(c.expr, func(n ir.Node) bool {
		if t, ok := n.(*ir.Table); ok {
			tables = append(tables, t)
		}
		return true
	})
	for _, t := range tables {
		for _, col := range t.Cols {
			if col.ID == r.Col {
				return declaredDigits(t.Table.Column(col.Of).Declared)
			}
		}
	}
	return digits{}, false
}

// steadyOn reports whether e, in a counted block, tells of no single row by failing on
// the block's engine. What fails elsewhere only at ends that nobody reaches may fail
// here at a day of 1970, or at a number that the asker has moved there:
//
//   - MariaDB and MySQL convert between time zones the years 1970 to 2038 only. A
//     column of theirs with a time zone holds no other; what was computed may. Texts
//     are joined up to the length of a packet, which columns of a declared length are
//     far from;
//   - Trino and DuckDB have 38 digits, so only arithmetic whose digits can be counted is steady.
func (b *block) steadyOn(e ir.Expr) bool {
	switch {
	case mysqlFamily(b.view.full.Engine):
		return mysqlTotal(e) || b.wall[e] || b.mysqlSteady(e)
	case b.view.decimals():
		return b.trinoSteady(e) && (!b.view.duckdb() || duckTotal(e))
	}
	return true
}

// walls notes the conversions at and in e that package emit leaves out: those to a point
// in time that is made a date and time of the asker again.
func (b *block) walls(e ir.Expr) {
	var chain []ir.Expr
	for x := pointIn(e); x != nil && x.Type().Kind == types.TimestampTZ; {
		chain = append(chain, x)
		if c, ok := x.(*ir.Cast); ok {
			if temporal(c.X.Type()) && c.X.Type().Kind != types.TimestampTZ && !c.Mod.Set {
				for _, c := range append(chain, e) {
					b.wall[c] = true
				}
			}
			return
		}
		c, ok := x.(*ir.Call)
		if !ok || c.Fn.Func.Name != "date_trunc" || len(c.Args) != 2 {
			return
		}
		x = c.Args[1]
	}
}

// pointIn is what e makes a date and time of the asker of; nil if it makes none.
func pointIn(e ir.Expr) ir.Expr {
	if c, ok := e.(*ir.Cast); ok {
		return c.X
	}
	c, ok := e.(*ir.Call)
	if !ok {
		return nil
	}
	switch c.Fn.Func.Name {
	case "extract", "date_part":
		return c.Args[1]
	case "to_char":
		return c.Args[0]
	default:
		return nil
	}
}

// mysqlSteady reports whether e, which is not total, fails on nothing that is stored.
// A calculation of many digits fails, in a large group, at the end of decimals.
func (b *block) mysqlSteady(e ir.Expr) bool {
	c, ok := e.(*ir.Call)
	if ok && clamps(c) {
		_, known := decimals(b.decimals).computed(c)
		return known
	}
	if ok && joins(c) {
		for _, a := range c.Args {
			if k := bare(a).Type().Kind; !isConst(a) && (k == types.Text || k == types.JSON || k == types.JSONB) {
				return false
			}
		}
		return true
	}
	steady := true
	ir.Children(e, func(x ir.Expr) ir.Expr {
		if _, ref := x.(*ir.Ref); x.Type().Kind == types.TimestampTZ && !ref && !isConst(x) {
			steady = false
		}
		return x
	})
	return steady && (e.Type().Kind != types.TimestampTZ || sameZone(e))
}

// sameZone reports whether e makes a point in time of one that is stored.
func sameZone(e ir.Expr) bool {
	_, ok := e.(*ir.Call)
	found := false
	ir.Children(e, func(x ir.Expr) ir.Expr {
		found = found || x.Type().Kind == types.TimestampTZ
		return x
	})
	return ok && found
}

// trinoSteady reports whether e fails on no number and no document on Trino.
func (b *block) trinoSteady(e ir.Expr) bool {
	of := decimals(b.decimals)
	if e.Type().Kind == types.Numeric {
		switch ir.Node(e).(type) {
		case *ir.Call:
			_, known := of.computed(e)
			return known
		case *ir.Agg, *ir.Ref, *ir.Const:
			return true
		}
	}
	return of.trinoTotal(e)
}

func (b *block) decimals(r *ir.Ref) (digits, bool) {
	p := b.made[r.Col]
	if p.table == nil {
		return digits{}, false
	}
	return b.view.digits(p.table.Table.ID, p.of)
}

// most is how many digits before the point a numeric may have that package emit brings
// to one of 20 after it.
const mostWhole = 18

// computed are the digits of an expression of numerics, if all that it goes through on
// the way has them.
func (of decimals) computed(e ir.Expr) (digits, bool) {
	c, ok := e.(*ir.Call)
	if !ok {
		d, known := of.digits(e)
		return d, known && d.whole <= mostWhole
	}
	var d digits
	for i, a := range c.Args {
		x, known := of.computed(a)
		switch {
		case !known && !(i > 0 && isConst(a) && !numeric(a)): // round(x, 2)
			return digits{}, false
		case c.Fn.Func.Name == "*":
			d = digits{d.whole + x.whole, d.scale + x.scale}
		case c.Fn.Func.Name == "+" || c.Fn.Func.Name == "-":
			d = digits{max(d.whole, x.whole) + 1, max(d.scale, x.scale)}
		default:
			d = digits{max(d.whole, x.whole) + 1, max(d.scale, x.scale, quotientScale(c))}
		}
	}
	return d, d.whole <= mostWhole && d.whole+d.scale <= 38
}

// quotientScale is how many digits after the point a division gives.
func quotientScale(c *ir.Call) int {
	if c.Fn.Func.Name == "/" {
		return 20
	}
	return 0
}
