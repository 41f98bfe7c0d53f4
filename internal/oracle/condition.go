package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Condition is a row condition of a rules file, and beside it, made in the same
// breath, what it says of a row.
type Condition struct {
	Text  string // with marked names
	Holds func(row []Value) Tri
	needs []string // attributes: one that is missing makes the condition false

	arms, all []Condition // joined by OR, by AND: what the condition is made of
}

// Arms are the conditions that, joined by OR, are this one.
func (c Condition) Arms() []Condition { return c.flat(func(c Condition) []Condition { return c.arms }) }

// Conjuncts are the conditions that, joined by AND, are this one.
func (c Condition) Conjuncts() []Condition {
	return c.flat(func(c Condition) []Condition { return c.all })
}

func (c Condition) flat(parts func(Condition) []Condition) []Condition {
	if len(parts(c)) == 0 {
		return []Condition{c}
	}
	var out []Condition
	for _, p := range parts(c) {
		out = append(out, p.flat(parts)...)
	}
	return out
}

// Needs are the attributes that the condition reads.
func (c Condition) Needs() []string { return slices.Compact(slices.Sorted(slices.Values(c.needs))) }

// conditions makes the conditions of one world.
type conditions struct {
	r      *rand.Rand
	tables []*Table
	viewer *Viewer
}

// on is a condition over rows of t.
func (g conditions) on(t *Table) Condition {
	return g.tree(over{t, ""}, 2, true)
}

// over is a table as a condition names its columns: "" for those of the rule's
// own table outside of subqueries, else an alias and a dot.
type over struct {
	t         *Table
	qualifier string
}

func (o over) ref(c *Column) string { return o.qualifier + marked(c.Name) }

// tree joins leaves. Positive says that no NOT stands above.
func (g conditions) tree(o over, depth int, positive bool) Condition {
	switch {
	case depth == 0:
		return g.leaf(o, positive)
	case g.r.IntN(8) == 0:
		return not(g.tree(o, depth-1, false))
	}
	switch g.r.IntN(5) {
	case 0:
		return both(g.tree(o, depth-1, positive), g.tree(o, depth-1, positive))
	case 1, 2:
		return either(g.tree(o, depth-1, positive), g.tree(o, depth-1, positive))
	default:
		return g.leaf(o, positive)
	}
}

func not(a Condition) Condition {
	return Condition{Text: "NOT (" + a.Text + ")", Holds: func(row []Value) Tri { return a.Holds(row).not() }, needs: a.needs}
}

func both(a, b Condition) Condition {
	return Condition{
		Text:  "(" + a.Text + " AND " + b.Text + ")",
		Holds: func(row []Value) Tri { return min(a.Holds(row), b.Holds(row)) },
		needs: slices.Concat(a.needs, b.needs), all: []Condition{a, b},
	}
}

func either(a, b Condition) Condition {
	return Condition{
		Text:  "(" + a.Text + " OR " + b.Text + ")",
		Holds: func(row []Value) Tri { return max(a.Holds(row), b.Holds(row)) },
		needs: slices.Concat(a.needs, b.needs), arms: []Condition{a, b},
	}
}

// leaf is a condition on one column, or a subquery. Of a subquery's own table
// there are no further subqueries.
func (g conditions) leaf(o over, positive bool) Condition {
	if o.qualifier == "" && g.r.IntN(4) == 0 {
		return g.subquery(o.t, positive)
	}
	c := g.column(o.t)
	if !c.NotNull && g.r.IntN(10) == 0 {
		return null(o, c)
	}
	if g.r.IntN(3) == 0 {
		if leaf, ok := g.attribute(o, c, positive); ok {
			return leaf
		}
	}
	switch c.Kind {
	case Text:
		return g.text(o, c)
	case Bool:
		return test(o, c, o.ref(c), func(v Value) bool { return v.(bool) })
	}
	switch g.r.IntN(6) {
	case 0:
		return g.between(o, c)
	case 1:
		return g.list(o, c)
	case 2:
		if c.Kind == Date || c.Kind == Stamp {
			return g.year(o, c)
		}
	}
	return g.compared(o, c)
}

// column is one that conditions may read: no trap.
func (g conditions) column(t *Table) *Column {
	for {
		if c := t.Columns[g.r.IntN(len(t.Columns))]; c.Trap == NoTrap {
			return c
		}
	}
}

// test is a condition that is unknown where the column is NULL.
func test(o over, c *Column, text string, holds func(Value) bool, needs ...string) Condition {
	i := o.t.index(c)
	return Condition{Text: text, needs: needs, Holds: func(row []Value) Tri {
		if row[i] == nil {
			return Unknown
		}
		return truth(holds(row[i]))
	}}
}

func null(o over, c *Column) Condition {
	i := o.t.index(c)
	return Condition{Text: o.ref(c) + " IS NULL", Holds: func(row []Value) Tri { return truth(row[i] == nil) }}
}

// some is a value of the column, or like one.
func (g conditions) some(t *Table, c *Column) Value {
	i := t.index(c)
	for range 3 {
		if len(t.Rows) > 0 {
			if v := t.Rows[g.r.IntN(len(t.Rows))][i]; v != nil {
				return sayable(v)
			}
		}
	}
	return sayable(randomValue(g.r, c.Kind))
}

// sayable is v, or its neighbour where v takes a subtraction to write: a rule
// has none.
func sayable(v Value) Value {
	if v == Value(int64(-1<<63)) {
		return int64(-1<<63 + 1)
	}
	return v
}

func (g conditions) compared(o over, c *Column) Condition {
	v, op := g.some(o.t, c), g.operator()
	return test(o, c, o.ref(c)+" "+op+" "+literal(v), func(x Value) bool { return says(op, compare(x, v)) })
}

func (g conditions) operator() string {
	return []string{"=", "<>", "<>", "<", "<=", ">", ">="}[g.r.IntN(7)]
}

func says(op string, order int) bool {
	switch op {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	default:
		panic("oracle: unknown operator")
	}
}

func (g conditions) between(o over, c *Column) Condition {
	a, b := g.some(o.t, c), g.some(o.t, c)
	return test(o, c, fmt.Sprintf("%s BETWEEN %s AND %s", o.ref(c), literal(a), literal(b)),
		func(x Value) bool { return compare(x, a) >= 0 && compare(x, b) <= 0 })
}

func (g conditions) list(o over, c *Column) Condition {
	var vs []Value
	var texts []string
	for range 1 + g.r.IntN(5) {
		v := g.some(o.t, c)
		vs, texts = append(vs, v), append(texts, literal(v))
	}
	not, want := "", true
	if g.r.IntN(3) == 0 {
		not, want = "NOT ", false
	}
	return test(o, c, o.ref(c)+" "+not+"IN ("+strings.Join(texts, ", ")+")", func(x Value) bool { return among(x, vs) == want })
}

func among(x Value, vs []Value) bool {
	for _, v := range vs {
		if compare(x, v) == 0 {
			return true
		}
	}
	return false
}

func (g conditions) year(o over, c *Column) Condition {
	year := 2020 + g.r.IntN(4)
	return test(o, c, fmt.Sprintf("extract(year FROM %s) >= %d", o.ref(c), year), func(x Value) bool {
		if m, ok := x.(Micro); ok {
			x = m.day()
		}
		var y int
		fmt.Sscanf(plain(x), "%d-", &y)
		return y >= year
	})
}

// text conditions are also such as cost time: the dearer a rule is beside the
// viewer's expression, the sooner an engine computes the latter first.
func (g conditions) text(o over, c *Column) Condition {
	ref := o.ref(c)
	lower, upper := strings.ToLower, strings.ToUpper
	switch g.r.IntN(6) {
	case 0:
		return test(o, c, "upper(lower(upper("+ref+"))) LIKE 'B%'", func(x Value) bool { return strings.HasPrefix(upper(lower(upper(x.(string)))), "B") })
	case 1:
		return test(o, c, ref+" LIKE '%o%n%'", func(x Value) bool {
			_, rest, ok := strings.Cut(x.(string), "o")
			return ok && strings.Contains(rest, "n")
		})
	case 2:
		return test(o, c, ref+" NOT LIKE '_o%'", func(x Value) bool {
			runes := []rune(x.(string))
			return !(len(runes) > 1 && runes[1] == 'o')
		})
	case 3:
		return test(o, c, "length("+ref+") > 4", func(x Value) bool { return len([]rune(x.(string))) > 4 })
	case 4:
		v := lower(g.some(o.t, c).(string))
		return test(o, c, "lower("+ref+") <> "+quote(v), func(x Value) bool { return lower(x.(string)) != v })
	default:
		return g.compared(o, c)
	}
}

// attribute compares c with what the viewer has, if there is an attribute for
// its kind. Lists stand in positive places only: elsewhere they are refused.
func (g conditions) attribute(o over, c *Column, positive bool) (Condition, bool) {
	var fit []*Attribute
	for _, a := range g.viewer.declared {
		if a.kind == c.Kind && (positive || !a.list) {
			fit = append(fit, a)
		}
	}
	if len(fit) == 0 {
		return Condition{}, false
	}
	a := fit[g.r.IntN(len(fit))]
	if a.list {
		form := []string{"%s IN (viewer.%s)", "%s = ANY (viewer.%s)"}[g.r.IntN(2)]
		return test(o, c, fmt.Sprintf(form, o.ref(c), a.name), func(x Value) bool { return among(x, a.values) }, a.name), true
	}
	op := g.operator()
	return test(o, c, o.ref(c)+" "+op+" viewer."+a.name, func(x Value) bool { return says(op, compare(x, a.values[0])) }, a.name), true
}

// subquery is [NOT] EXISTS or [NOT] IN over any table of the file, read raw.
func (g conditions) subquery(t *Table, positive bool) Condition {
	inner, mine, theirs := g.link(t)
	o := over{inner, "o."}
	keep := Condition{Text: "TRUE", Holds: func([]Value) Tri { return True }}
	negative := g.r.IntN(4) == 0
	if g.r.IntN(2) == 0 {
		keep = g.leaf(o, positive && !negative)
	}
	i, j := t.index(mine), inner.index(theirs)
	not := ""
	if negative {
		not = "NOT "
	}
	if g.r.IntN(2) == 0 {
		text := fmt.Sprintf("%sEXISTS (SELECT 1 FROM %s o WHERE o.%s = %s.%s AND %s)",
			not, marked(inner.Name), marked(theirs.Name), marked(t.Name), marked(mine.Name), keep.Text)
		return g.signed(Condition{Text: text, needs: keep.needs, Holds: func(row []Value) Tri {
			for _, other := range inner.Rows {
				if row[i] != nil && other[j] != nil && compare(row[i], other[j]) == 0 && keep.Holds(other) == True {
					return True
				}
			}
			return False
		}}, negative)
	}
	text := fmt.Sprintf("%s %sIN (SELECT o.%s FROM %s o WHERE %s)", marked(mine.Name), not, marked(theirs.Name), marked(inner.Name), keep.Text)
	return g.signed(Condition{Text: text, needs: keep.needs, Holds: func(row []Value) Tri {
		found := False
		for _, other := range inner.Rows {
			switch {
			case keep.Holds(other) != True:
			case row[i] == nil || other[j] == nil:
				found = max(found, Unknown)
			case compare(row[i], other[j]) == 0:
				return True
			}
		}
		return found
	}}, negative)
}

func (g conditions) signed(c Condition, negative bool) Condition {
	if !negative {
		return c
	}
	holds := c.Holds
	c.Holds = func(row []Value) Tri { return holds(row).not() }
	return c
}

// link is a table, a column of t and one of that table that may be compared.
func (g conditions) link(t *Table) (inner *Table, mine, theirs *Column) {
	for range 20 {
		inner = g.tables[g.r.IntN(len(g.tables))]
		for _, c := range t.Columns {
			if c.Refers == inner && g.r.IntN(2) == 0 {
				return inner, c, inner.Columns[0]
			}
		}
		for _, c := range inner.Columns {
			if c.Refers == t && g.r.IntN(2) == 0 {
				return inner, t.Columns[0], c
			}
		}
		mine, theirs = g.column(t), g.column(inner)
		if mine.Kind == theirs.Kind && mine.Kind != Bool {
			return inner, mine, theirs
		}
	}
	return t, t.Columns[0], t.Columns[0]
}
