package planner

import (
	"slices"
	"strconv"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/planner/learned"
)

// translator writes plans made by hand as the learned parser would, so that the
// two can be compared.
type translator struct {
	in      *learned.Input
	columns map[*catalog.Column]int
	tables  map[*catalog.Table]int
	ok      bool
}

func newTranslator(c *catalog.Catalog, in *learned.Input) *translator {
	t := &translator{in: in, columns: map[*catalog.Column]int{}, tables: map[*catalog.Table]int{}}
	k := 0
	for i, table := range c.Tables {
		t.tables[table] = i
		for _, col := range table.Columns {
			if k < len(in.Schema.Columns) && in.Schema.Columns[k].Table == i && in.Schema.Columns[k].Name == col.Name {
				t.columns[col] = k
				k++
			}
		}
	}
	return t
}

// plan is p in the learned parser's terms; false if these have no words for it.
func (t *translator) plan(p *plan) (*learned.Plan, bool) {
	t.ok = !p.dedupe && len(p.aside) == 0 && p.window == 0 && len(p.per) == 0 && !p.mean && p.counted == ""
	out := &learned.Plan{Distinct: p.distinct, Table: -1, Count: -1}
	star := func(x learned.Item, table *catalog.Table) learned.Item {
		if x.Star {
			out.Table = t.tables[table]
		}
		return x
	}
	for _, o := range p.outs {
		out.Select = append(out.Select, star(t.item(o.expr), o.table))
	}
	out.Where = t.conds(p.where)
	for _, s := range p.semis {
		t.ok = t.ok && !s.not && len(s.conds) > 0
		out.Where = append(out.Where, t.conds(s.conds)...)
	}
	for _, g := range p.groups {
		t.ok = t.ok && g.unit == ""
		out.Group = append(out.Group, t.column(g.ref))
	}
	for _, h := range p.havings {
		t.ok = t.ok && !h.average && h.factor == ""
		x := star(t.item(expr{agg: h.agg, ref: h.slot.pick}), h.slot.pick.table)
		values := [2]int{t.value(h.number), -1}
		if h.op == "between" {
			values[1] = t.value(h.high)
		}
		out.Having = append(out.Having, learned.Cond{Item: x, Op: notEqual(h.op), Values: values})
	}
	for _, o := range p.orders {
		x := t.item(expr{agg: o.agg, ref: o.slot.pick})
		if o.rows {
			x = learned.Item{Agg: "count", Star: true, Col: -1}
			out.Table = t.tables[p.tree.root]
		}
		x.Desc = o.desc
		out.Order = append(out.Order, star(x, o.slot.pick.table))
	}
	t.limit(out, p.limit)
	if out.Table < 0 && !slices.Contains(t.in.Schema.Named(out), t.tables[p.tree.root]) {
		out.Table = t.tables[p.tree.root]
	}
	return out, t.ok
}

func (t *translator) limit(out *learned.Plan, n int) {
	switch n {
	case 0:
	case 1:
		out.Limit = learned.One
	default:
		out.Limit = learned.Some
		for i, v := range t.in.Values {
			if v.Kind == learned.Numeral && v.Text == strconv.Itoa(n) {
				out.Count = i
			}
		}
		t.ok = t.ok && out.Count >= 0
	}
}

func (t *translator) item(x expr) learned.Item {
	t.ok = t.ok && x.unit == "" && x.figure == ""
	if x.col == nil {
		return learned.Item{Agg: string(x.agg), Star: true, Col: -1}
	}
	return learned.Item{Agg: string(x.agg), Distinct: x.distinct, Col: t.column(x.ref)}
}

func (t *translator) column(r ref) int {
	n, known := t.columns[r.col]
	t.ok = t.ok && known && !r.age && r.span.since == nil && r.metric == nil
	return n
}

func (t *translator) value(text string) int {
	for i, v := range t.in.Values {
		if v.Says(text) {
			return i
		}
	}
	t.ok = false
	return -1
}

func notEqual(op string) string {
	if op == "<>" {
		return "!="
	}
	return op
}

// conds translates conditions; several values of = are one alternative each.
func (t *translator) conds(cs []cond) []learned.Cond {
	var out []learned.Cond
	for _, c := range cs {
		if c.op == "taught" {
			continue // the learned parser is not told
		}
		t.ok = t.ok && c.slot.pick.span.since == nil && c.agg == noAgg && c.years == 0 && c.aside == 0 && c.factor == "" && len(c.within.nouns) == 0
		x := learned.Cond{Item: learned.Item{Col: t.column(c.slot.pick)}, Op: notEqual(c.op), Or: c.or, Values: [2]int{-1, -1}}
		switch {
		case c.op == "null" && !c.not:
			out = append(out, x)
			continue
		case c.op == "null":
			x.Op = "notnull"
			out = append(out, x)
			continue
		case c.op == "true" || c.op == "period" || len(c.values) == 0:
			t.ok = false
			return nil
		case c.not && c.op == "=":
			x.Op = "!="
		case c.not && c.op == "like":
			x.Op = "notlike"
		case c.not:
			t.ok = false
		}
		if c.op == "between" {
			x.Values = [2]int{t.value(c.values[0]), t.value(c.values[1])}
			out = append(out, x)
			continue
		}
		for i, v := range c.values {
			x.Values[0], x.Or = t.value(v), c.or || i > 0
			out = append(out, x)
		}
	}
	return out
}
