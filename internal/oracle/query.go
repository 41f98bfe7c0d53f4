package oracle

import (
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
	name string
	body *block
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
