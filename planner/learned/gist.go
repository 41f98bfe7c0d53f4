package learned

import (
	"fmt"
	"slices"
	"strings"
)

// Gist is what a plan asks for, whatever it calls things: the same for the id of a
// ward and for its name, for the most visited ward and for how many visits that
// has. It is for comparing plans of one question.
func (in *Input) Gist(p *Plan) string {
	if p == nil {
		return ""
	}
	var shown, conds, groups, orders []string
	for _, o := range p.Order {
		orders = append(orders, fmt.Sprint(o.Desc, in.gistOf(o)))
	}
	for _, x := range p.Select {
		ranked := p.Limit != All && slices.ContainsFunc(p.Order, func(o Item) bool { return in.gistOf(o) == in.gistOf(x) })
		if !ranked {
			shown = append(shown, in.gistOf(x))
		}
	}
	for _, c := range append(p.Where[:len(p.Where):len(p.Where)], p.Having...) {
		conds = append(conds, fmt.Sprint(in.gistOf(c.Item), c.Op, c.Or, in.text(c.Values[0]), in.text(c.Values[1]), in.Gist(c.Sub)))
	}
	for _, g := range p.Group {
		groups = append(groups, in.gistOf(Item{Col: g}))
	}
	if p.Limit == All && len(groups) > 0 { // the usual order of groups
		orders = nil
	}
	for _, list := range []*[]string{&shown, &conds, &groups} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return fmt.Sprint(shown, conds, groups, orders, p.Limit, in.text(p.Count), p.Set, in.Gist(p.Right))
}

// Loosely is a plan's gist, whatever columns its values are of.
func (in *Input) Loosely(p *Plan) string {
	q := p.clone()
	for i, c := range q.Where {
		if c.Op == "=" && c.Sub == nil && c.Values[0] >= 0 {
			q.Where[i].Col = 0
		}
	}
	return in.Gist(q)
}

// gistOf is a column; of those that say which row of a table is meant, the table.
func (in *Input) gistOf(x Item) string {
	if x.Star {
		return x.Agg + "*"
	}
	c := in.Schema.Columns[x.Col]
	name := fmt.Sprint("column", x.Col)
	switch {
	case c.Foreign && !c.Key:
		for _, e := range in.Schema.Edges {
			if slices.Contains(e.FromCols, x.Col) {
				name = fmt.Sprint("table", e.To)
			}
		}
	case c.Key || c.Display:
		name = fmt.Sprint("table", c.Table)
	}
	if x.Agg == "count" && c.Key {
		return "count*"
	}
	return x.Agg + " " + name
}

// said is a value as it was written.
func (in *Input) text(v int) string {
	if v < 0 {
		return ""
	}
	return strings.ToLower(in.Values[v].Text)
}

// Conds is how many conditions a plan has.
func (p *Plan) Conds() int { return len(p.Where) + len(p.Having) }

// Repeats reports whether a plan adds up or averages rows that its joins repeat: the
// beds of a ward, once for each visit.
func (s *Schema) Repeats(p *Plan) bool {
	if p == nil {
		return false
	}
	steps, _ := s.tree(p.tables(s).all())
	sums := func(x Item) bool {
		return (x.Agg == "sum" || x.Agg == "avg") && !x.Star && !x.Distinct && s.repeated(steps, s.Columns[x.Col].Table, -1)
	}
	cond := func(c Cond) bool { return sums(c.Item) || s.Repeats(c.Sub) }
	return slices.ContainsFunc(p.Select, sums) || slices.ContainsFunc(p.Order, sums) ||
		slices.ContainsFunc(p.Having, cond) || slices.ContainsFunc(p.Where, cond) || s.Repeats(p.Right)
}

// repeated reports whether some joins give a row of table t several times; by is the
// join that led there.
func (s *Schema) repeated(steps []step, t, by int) bool {
	for i, w := range steps {
		if i == by || w.from != t && w.to != t {
			continue
		}
		many := w.edge.From != t && !s.unique(w.edge.From, w.edge.FromCols)
		if many || s.repeated(steps, w.edge.other(t), i) {
			return true
		}
	}
	return false
}

// unique reports whether columns hold the whole key of table t.
func (s *Schema) unique(t int, cols []int) bool {
	key := s.Tables[t].Key
	return len(key) > 0 && !slices.ContainsFunc(key, func(k int) bool { return !slices.Contains(cols, k) })
}

// Odd reports whether a plan does what nobody asks for: it measures what is no
// measure (the highest key), counts how many values a measure has, shows a column
// beside its own average, or lists nothing but days, or nothing but yes and no.
func (s *Schema) Odd(p *Plan) bool {
	if p == nil {
		return false
	}
	is := func(x Item, kinds ...Kind) bool { return !x.Star && slices.Contains(kinds, s.Columns[x.Col].Kind) }
	name := func(x Item) bool { return is(x, Bool) || !x.Star && s.Columns[x.Col].Key }
	summed := func(x Item) bool { return x.Agg != "" && x.Agg != "count" }
	odd := func(x Item) bool {
		if x.Agg == "count" && x.Distinct && is(x, Number) && !s.Columns[x.Col].Foreign && !name(x) {
			return true
		}
		return summed(x) && (name(x) || slices.ContainsFunc(p.Select, func(y Item) bool { return y.Agg == "" && !y.Star && y.Col == x.Col }))
	}
	cond := func(c Cond) bool {
		return odd(c.Item) || s.Odd(c.Sub) || c.Agg == "" && name(c.Item) && slices.Contains([]string{"<", "<=", ">", ">=", "between", "like"}, c.Op)
	}
	lists := len(p.Select) == 1 && p.Select[0].Agg == "" && len(p.Group) == 0 && p.Limit == All && p.Set == "" && is(p.Select[0], Bool, Date)
	return lists || slices.ContainsFunc(p.Select, odd) || slices.ContainsFunc(p.Order, odd) ||
		slices.ContainsFunc(p.Where, cond) || slices.ContainsFunc(p.Having, cond) || s.Odd(p.Right)
}

// Refers reports whether a plan lists nothing but references to another table, out
// of several: the visits of diagnoses, and not visits.
func (s *Schema) Refers(p *Plan) bool {
	if len(p.Select) != 1 || p.Select[0].Star || p.Select[0].Agg != "" || len(p.Group) > 0 || len(s.Joined(p)) < 2 {
		return false
	}
	c := s.Columns[p.Select[0].Col]
	return c.Foreign && !c.Key
}
