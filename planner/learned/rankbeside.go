package learned

import (
	"strconv"
	"strings"
)

// What stands beside the words that a part of a candidate comes from: whether it
// asks for just that.

// base is how likely the sketch and its filling are, part by part.
func (r *ranker) base(c *Candidate) {
	b := &c.base
	r.add("sketch", b.sketch)
	r.add("fill", b.fill)
	r.add("fill/slots", b.fill/float64(max(c.slots, 1)))
	r.add("slots", float64(c.slots))
	for k, x := range b.parts {
		r.add("sketch part"+strconv.Itoa(k), x)
	}
	for k, x := range b.roles {
		r.add("fill role"+strconv.Itoa(k), x)
	}
	r.add("fill least", b.least)
	r.flag("first sketch", b.place == 0)
	r.flag("late sketch", b.place > 5)
	r.flag("first filling", b.rank == 0)
	r.flag("late filling", b.rank > 2)
}

// beside looks at each part of a plan.
func (r *ranker) beside(p *Plan) {
	last := -1
	kept := r.firstKept(p)
	for _, x := range p.Select {
		if x.Star {
			r.counted(p, x)
			continue
		}
		m := best(r.in.columns[x.Col])
		r.asked("S", x, m)
		if m.from < 0 {
			continue
		}
		r.flag("shown in another order", m.from < last)
		r.flag("shown is said behind what is kept", kept >= 0 && m.from > kept)
		last = m.from
	}
	for _, o := range p.Order {
		if !o.Star {
			r.asked("O"+strconv.FormatBool(o.Desc), o, best(r.in.columns[o.Col]))
		}
	}
	for _, g := range p.Group {
		m := best(r.in.columns[g])
		if m.grade < 3 {
			m = best(r.in.tables[r.in.Schema.Columns[g].Table])
		}
		r.add("group beside "+r.tagNear(m.from, 3, "each "), 1)
	}
	for _, c := range append(p.Where[:len(p.Where):len(p.Where)], p.Having...) {
		r.compared(c)
		if c.Sub != nil {
			r.beside(c.Sub)
		}
	}
	if p.Right != nil {
		r.beside(p.Right)
	}
}

// firstKept is where a column is spoken of that rows are kept by, or -1.
func (r *ranker) firstKept(p *Plan) int {
	for _, c := range p.Where {
		if !c.Star && c.Col >= 0 {
			return best(r.in.columns[c.Col]).from
		}
	}
	return -1
}

// asked holds what is done with a column against the nearest phrase before it
// that asks for something to be done.
func (r *ranker) asked(where string, x Item, m mention) {
	if m.from < 0 {
		r.add("unsaid "+where+x.Agg, 1)
		return
	}
	said := ""
	for k := m.from - 1; k >= max(0, m.from-4); k-- {
		if t := r.in.Tokens[k].Tag; t != "" {
			said = t
			break
		}
		if r.in.owner[k].length > 0 {
			break // belongs to that name
		}
	}
	r.add("said "+said+", done "+where+x.Agg, 1)
}

// counted holds the table that is counted against the one that is said to be.
func (r *ranker) counted(p *Plan, x Item) {
	if x.Agg != "count" || p.Table < 0 {
		return
	}
	for k, t := range r.in.Tokens {
		if !strings.HasPrefix(t.Tag, "count") {
			continue
		}
		for j := k; j < min(len(r.in.Tokens), k+6); j++ {
			if r.in.owner[j].table < 3 {
				continue
			}
			for _, m := range r.in.tables[p.Table] {
				if m.grade >= 3 && m.from <= j && j < m.to {
					r.add("counts what is said", 1)
					return
				}
			}
			r.add("counts something else", 1)
			return
		}
	}
	r.add("counts what is not said"+strconv.Itoa(best(r.in.tables[p.Table]).grade), 1)
}

// compared holds an operator against the phrases around its value.
func (r *ranker) compared(c Cond) {
	if c.Sub != nil || c.Values[0] < 0 {
		return
	}
	v := &r.in.Values[c.Values[0]]
	said := "none"
	for k := v.From - 1; k >= max(0, v.From-5); k-- {
		t := &r.in.Tokens[k]
		if comparison(t.Tag) {
			said = t.Tag
			break
		}
		if t.Kind == Numeral || r.in.owner[k].value > 0 {
			break
		}
	}
	for k := v.To; said == "none" && k < min(len(r.in.Tokens), v.To+3); k++ {
		t := &r.in.Tokens[k]
		if t.Kind == Numeral || r.in.owner[k].value > 0 {
			break
		}
		if comparison(t.Tag) {
			said = "then " + t.Tag
		}
	}
	kind := "word"
	if v.Kind == Numeral {
		kind = "number"
	}
	r.add("said "+said+", compared "+kind+c.Op, 1)
	r.flag("compares rows or sums", c.Agg != "" && said == "none")
}

// comparison reports whether a phrase says how something is compared.
func comparison(tag string) bool {
	for _, p := range []string{"cmp ", "between ", "like ", "not "} {
		if strings.HasPrefix(tag, p) {
			return true
		}
	}
	return false
}

// tagNear is a tag with a prefix among the tokens before one, or "".
func (r *ranker) tagNear(at, within int, prefix string) string {
	for k := at - 1; k >= max(0, at-within); k-- {
		if strings.HasPrefix(r.in.Tokens[k].Tag, prefix) {
			return prefix
		}
	}
	return ""
}

// spoken holds the tables that are spoken of against those that are used.
func (r *ranker) spoken() {
	passed, unsaid := 0, 0
	for t, ms := range r.in.tables {
		if t >= maxTables {
			break
		}
		m := best(ms)
		said := m.grade >= 3 && !m.covered
		switch {
		case said && !r.from.has(t) && !r.used[m.from]:
			passed++
		case !said && r.from.has(t):
			unsaid++
		}
	}
	r.add("tables passed over"+strconv.Itoa(min(passed, 3)), 1)
	r.add("tables unsaid"+strconv.Itoa(min(unsaid, 3)), 1)
	for i, c := range r.in.cues {
		if i == 8 {
			break
		}
		for k, part := range r.sketch {
			r.out = append(r.out, feature{mixAll(0x71, c, uint64(k), part), 1})
		}
	}
}
