package oracle

import (
	"slices"
	"strings"
)

// Query is one draft over a world, with marked names.
type Query struct {
	*block
	// Hidden: it names something that the viewer does not see.
	Hidden bool
	// Probe: it holds an expression that can fail.
	Probe bool
}

// block is one query block or set operation; what a draft is shrunk by.
type block struct {
	with     []with
	distinct bool
	on       string // DISTINCT ON (on)
	items    []item
	from     []from
	where    []string // joined by AND
	group    []string
	having   []string
	op       string // UNION and so on; right is its second arm
	right    *block
	order    []sortKey
	limit    string
}

// from is a relation with what joins it to those before: " JOIN x ON ...",
// ", x". A derived table stands between before and after.
type from struct {
	before  string
	derived *block
	after   string
}

func (f from) String() string {
	if f.derived == nil {
		return f.before + f.after
	}
	return f.before + "(" + f.derived.String() + ")" + f.after
}

type with struct {
	name  string
	body  *block
	again bool // it is recursive
}

// item is one output.
type item struct {
	text, alias string
	field
	star string // the column of a table that * stands for; only the first has a text
}

// sortKey is one item of ORDER BY; output is the index of the output it is, or -1.
type sortKey struct {
	text   string
	output int
}

func (q *block) String() string {
	var b strings.Builder
	for i, w := range q.with {
		if i == 0 {
			b.WriteString("WITH ")
			if slices.ContainsFunc(q.with, func(w with) bool { return w.again }) {
				b.WriteString("RECURSIVE ")
			}
		} else {
			b.WriteString(", ")
		}
		b.WriteString(w.name + " AS (" + w.body.String() + ")")
	}
	if len(q.with) > 0 {
		b.WriteString(" ")
	}
	q.core(&b)
	if q.right != nil {
		b.WriteString(" " + q.op + " ")
		if q.right.right != nil || len(q.right.order) > 0 || q.right.limit != "" {
			b.WriteString("(" + q.right.String() + ")")
		} else {
			q.right.core(&b)
		}
	}
	for i, k := range q.order {
		if i == 0 {
			b.WriteString(" ORDER BY ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(k.text)
	}
	b.WriteString(q.limit)
	return b.String()
}

func (q *block) core(b *strings.Builder) {
	b.WriteString("SELECT ")
	if q.distinct {
		b.WriteString("DISTINCT ")
	}
	if q.on != "" {
		b.WriteString("DISTINCT ON (" + q.on + ") ")
	}
	for i, x := range q.items {
		if x.text == "" {
			continue // part of *
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(x.text)
		if x.alias != "" {
			b.WriteString(" AS " + x.alias)
		}
	}
	for i, f := range q.from {
		if i == 0 {
			b.WriteString(" FROM ")
		}
		b.WriteString(f.String())
	}
	clause(b, " WHERE ", " AND ", q.where)
	clause(b, " GROUP BY ", ", ", q.group)
	clause(b, " HAVING ", " AND ", q.having)
}

func clause(b *strings.Builder, word, sep string, parts []string) {
	if len(parts) > 0 {
		b.WriteString(word + strings.Join(parts, sep))
	}
}

// Ordered are the outputs in whose order the rows come, as far as the text says.
func (q *block) Ordered() []int {
	var outs []int
	for _, k := range q.order {
		if k.output < 0 {
			break
		}
		outs = append(outs, k.output)
	}
	return outs
}

// smaller are drafts that say a little less than q.
func (q *block) smaller() []*block {
	var out []*block
	but := func(change func(*block)) {
		c := q.clone()
		change(c)
		out = append(out, c)
	}
	if q.right != nil {
		but(func(c *block) { c.right, c.op = nil, "" })
		but(func(c *block) { r := c.right; r.with = append(c.with, r.with...); *c = *r })
	}
	if len(q.order) > 0 {
		but(func(c *block) { c.order, c.limit, c.on = nil, "", "" })
	}
	if q.distinct {
		but(func(c *block) { c.distinct = false })
	}
	for i := range q.with {
		but(func(c *block) { c.with = slices.Delete(c.with, i, i+1) })
		but(func(c *block) { // the WITH item itself
			body := c.with[i].body
			body.with = append(c.with[:i:i], body.with...)
			*c = *body
		})
		for _, s := range q.with[i].body.smaller() {
			but(func(c *block) { c.with[i].body = s })
		}
	}
	for i := range q.having {
		but(func(c *block) { c.having = slices.Delete(c.having, i, i+1) })
	}
	for i := range q.where {
		but(func(c *block) { c.where = slices.Delete(c.where, i, i+1) })
	}
	if len(q.from) > 1 {
		but(func(c *block) { c.from = c.from[:len(c.from)-1] })
	}
	for i := range q.from {
		if q.from[i].derived == nil {
			continue
		}
		for _, s := range q.from[i].derived.smaller() {
			but(func(c *block) { c.from[i].derived = s })
		}
		if len(q.from) == 1 {
			but(func(c *block) { d := c.from[0].derived; d.with = append(c.with, d.with...); *c = *d })
		}
	}
	if len(q.items) > 1 && q.right == nil {
		for i := range q.items {
			but(func(c *block) { c.items = slices.Delete(c.items, i, i+1); c.order, c.limit, c.on = nil, "", "" })
		}
	}
	for i := range q.group {
		but(func(c *block) { c.group = slices.Delete(c.group, i, i+1) })
	}
	return out
}

func (q *block) clone() *block {
	if q == nil {
		return nil
	}
	c := *q
	c.with = slices.Clone(q.with)
	for i := range c.with {
		c.with[i].body = c.with[i].body.clone()
	}
	c.items, c.from, c.where = slices.Clone(q.items), slices.Clone(q.from), slices.Clone(q.where)
	c.group, c.having, c.order = slices.Clone(q.group), slices.Clone(q.having), slices.Clone(q.order)
	for i := range c.from {
		c.from[i].derived = c.from[i].derived.clone()
	}
	c.right = q.right.clone()
	return &c
}
