package learned

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// asks is what a plan asks, in pieces that are equal for plans which ask the same.
type asks struct {
	shown, kept, grouped, ordered, tables, right string
}

func (a asks) String() string {
	return strings.Join([]string{a.shown, a.kept, a.grouped, a.ordered, a.tables, a.right}, ";")
}

func (in *Input) asksOf(p *Plan) asks {
	var shown, conds, groups []string
	for _, x := range p.Select {
		shown = append(shown, x.String())
	}
	for _, c := range append(p.Where[:len(p.Where):len(p.Where)], p.Having...) {
		text := c.Item.String() + c.Op + in.lower(c.Values[0]) + " " + in.lower(c.Values[1])
		if c.Or {
			text = "or " + text
		}
		if c.Sub != nil {
			text += "{" + in.asksOf(c.Sub).String() + "}"
		}
		conds = append(conds, text)
	}
	slices.Sort(shown)
	slices.Sort(conds)
	for _, g := range p.Group {
		groups = append(groups, in.groupName(p, g))
	}
	slices.Sort(groups)
	out := asks{kept: strings.Join(conds, ","), grouped: strings.Join(slices.Compact(groups), ",")}
	out.shown = strconv.FormatBool(p.Distinct && len(p.Group) == 0) + strings.Join(shown, ",")
	out.ordered = strconv.Itoa(int(p.Limit)) + in.lower(p.Count)
	for _, o := range p.Order {
		out.ordered += strconv.FormatBool(o.Desc) + o.String()
	}
	tables, _ := in.closure(p.tables(in.Schema))
	out.tables = fmt.Sprint(tables)
	if p.Right != nil {
		out.right = p.Set + "{" + in.asksOf(p.Right).String() + "}"
	}
	return out
}

// String writes an item; whether it is ordered upwards is not its own.
func (x Item) String() string {
	if x.Star {
		return x.Agg + "(*)"
	}
	return x.Agg + strconv.FormatBool(x.Distinct) + "(" + strconv.Itoa(x.Col) + ")"
}

func (in *Input) lower(v int) string {
	if v < 0 {
		return ""
	}
	return strings.ToLower(in.Values[v].Text)
}

// groupName makes one of a table's key and of what of it is shown: rows are put
// together by both.
func (in *Input) groupName(p *Plan, g int) string {
	t := in.Schema.Columns[g].Table
	if slices.Contains(in.Schema.Tables[t].Key, g) && slices.ContainsFunc(p.Select, func(x Item) bool {
		return x.Agg == "" && !x.Star && in.Schema.Columns[x.Col].Table == t
	}) {
		return "shown"
	}
	if slices.ContainsFunc(p.Select, func(x Item) bool { return x.Agg == "" && !x.Star && x.Col == g }) {
		return "shown"
	}
	return fmt.Sprint(g)
}
