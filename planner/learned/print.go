package learned

import (
	"slices"
	"strconv"
	"strings"
)

// printer writes a plan as SQL of PostgreSQL.
type printer struct {
	in    *Input
	b     strings.Builder
	parts []Part
	ok    bool
	taken int // aliases
}

// Print writes a plan; false if it makes no sense as SQL.
func (in *Input) Print(p *Plan) (string, []Part, bool) {
	w := &printer{in: in, ok: true}
	w.query(p, nil)
	return w.b.String(), w.parts, w.ok
}

// scope is the aliases of one SELECT by table; "" where one table needs none.
type scope map[int]string

func (w *printer) query(p *Plan, outer *Column) {
	tables := p.tables(w.in.Schema).all()
	if len(tables) == 0 || len(p.Select) == 0 {
		w.ok = false
		return
	}
	if p.Table >= 0 && slices.ContainsFunc(p.Select, func(x Item) bool { return x.Star && x.Agg == "" }) {
		i := slices.Index(tables, p.Table) // all columns of that table
		tables[0], tables[i] = tables[i], tables[0]
	}
	steps, ok := w.in.Schema.tree(tables)
	w.ok = w.ok && ok
	names := scope{tables[0]: ""}
	if len(steps) > 0 {
		names[tables[0]] = w.alias(tables[0])
	}
	for _, s := range steps {
		names[s.to] = w.alias(s.to)
	}
	groups := w.groups(p)
	w.sense(p, groups)
	w.b.WriteString("SELECT ")
	if p.Distinct {
		w.b.WriteString("DISTINCT ")
	}
	w.list(len(p.Select), func(i int) { w.shown(p, p.Select[i], names) })
	w.b.WriteString(" FROM ")
	w.table(tables[0], names)
	for _, s := range steps {
		w.b.WriteString(" JOIN ")
		w.table(s.to, names)
		w.b.WriteString(" ON ")
		w.list2(" AND ", len(s.edge.FromCols), func(i int) {
			w.bare(s.edge.FromCols[i], names)
			w.b.WriteString(" = ")
			w.bare(s.edge.ToCols[i], names)
		})
	}
	if len(p.Where) > 0 {
		w.b.WriteString(" WHERE ")
		w.conds(p.Where, names)
	}
	w.fixed(p, names)
	if len(groups) > 0 {
		w.b.WriteString(" GROUP BY ")
		w.list(len(groups), func(i int) { w.column(groups[i], names) })
	}
	if len(p.Having) > 0 {
		w.b.WriteString(" HAVING ")
		w.conds(p.Having, names)
	}
	if p.Right != nil {
		left := *p
		left.Right = nil // and the two sides differ
		w.b.WriteString(" " + strings.ToUpper(p.Set) + " ")
		w.query(p.Right, nil)
		w.ok = w.ok && len(p.Right.Select) == len(p.Select) && w.alike(p, p.Right) && w.in.asksOf(p.Right) != w.in.asksOf(&left)
		return
	}
	w.orders(p, names, len(groups) > 0)
}

// alike reports whether the two sides of a set operation show the same types.
func (w *printer) alike(p, q *Plan) bool {
	for i := range min(len(p.Select), len(q.Select)) {
		whole := p.Select[i].Star && p.Select[i].Agg == "" || q.Select[i].Star && q.Select[i].Agg == ""
		if whole || w.kind(p.Select[i]) != w.kind(q.Select[i]) {
			return false
		}
	}
	return len(p.Order) == 0 && p.Limit == All && len(q.Order) == 0
}

func (w *printer) kind(x Item) Kind {
	if x.Agg == "count" || x.Star || x.Agg == "avg" || x.Agg == "sum" {
		return Number
	}
	return w.in.Schema.Columns[x.Col].Kind
}

func (w *printer) alias(t int) string {
	w.taken++
	letter := "t"
	if words := w.in.Schema.Tables[t].Words; len(words) > 0 && words[0] != "" && words[0][0] >= 'a' && words[0][0] <= 'z' {
		letter = words[0][:1]
	}
	return letter + strconv.Itoa(w.taken)
}

// groups are what rows are put together by: SQL wants each column that is shown
// or ordered by beside an aggregate.
func (w *printer) groups(p *Plan) []int {
	if len(p.Group) == 0 {
		return nil
	}
	out := slices.Clone(p.Group)
	add := func(x Item) {
		if x.Agg == "" && !x.Star && !slices.Contains(out, x.Col) {
			out = append(out, x.Col)
		}
	}
	for _, x := range p.Select {
		add(x)
	}
	for _, o := range p.Order {
		add(o)
	}
	return out
}

// sense refuses what SQL refuses, and what nobody asks for.
func (w *printer) sense(p *Plan, groups []int) {
	plain, summed := false, len(p.Having) > 0
	seen := map[Item]bool{}
	for _, x := range p.Select {
		w.ok = w.ok && !seen[x] && !(x.Star && x.Agg == "" && (len(p.Select) > 1 || len(groups) > 0))
		seen[x] = true
		if x.Agg == "" {
			plain = true
		} else {
			summed = true
		}
		if x.Agg != "" && x.Agg != "count" && slices.Contains(groups, x.Col) {
			w.ok = false // one value each
		}
	}
	for _, o := range p.Order {
		if o.Agg != "" {
			summed = true
		}
		if p.Distinct && !seen[Item{Agg: o.Agg, Star: o.Star, Col: o.Col}] {
			w.ok = false
		}
	}
	if summed && len(groups) == 0 && (plain || len(p.Order) > 0 || p.Limit != All || len(p.Having) > 0) {
		w.ok = false
	}
	if p.Limit != All && len(p.Order) == 0 {
		w.ok = false
	}
	for i, c := range p.Where {
		for _, d := range p.Where[:i] {
			if c.Item == d.Item && c.Op == d.Op && c.Values == d.Values && c.Sub == nil && d.Sub == nil {
				w.ok = false
			}
		}
	}
	w.ok = w.ok && (p.Limit != Some || p.Count >= 0 && w.whole(p.Count))
}

// whole reports whether a value is a number of rows.
func (w *printer) whole(v int) bool {
	n, err := strconv.Atoi(w.in.Values[v].Text)
	return err == nil && n > 0 && n <= 1000
}

func (w *printer) list(n int, f func(i int)) { w.list2(", ", n, f) }

func (w *printer) list2(sep string, n int, f func(i int)) {
	for i := range n {
		if i > 0 {
			w.b.WriteString(sep)
		}
		f(i)
	}
}

func (w *printer) table(t int, names scope) {
	w.b.WriteString(w.in.Schema.Tables[t].SQL)
	if names[t] != "" {
		w.b.WriteString(" AS " + names[t])
	}
}

func (w *printer) bare(c int, names scope) {
	col := &w.in.Schema.Columns[c]
	if a := names[col.Table]; a != "" {
		w.b.WriteString(a + ".")
	}
	w.b.WriteString(col.SQL)
}

// column writes a column, and notes the words that name it.
func (w *printer) column(c int, names scope) {
	start := w.b.Len()
	w.bare(c, names)
	w.because(start, best(w.in.columns[c]))
}

func (w *printer) because(start int, m mention) {
	if m.from >= 0 {
		w.parts = append(w.parts, Part{start, w.b.Len(), m.from, m.to})
	}
}

// shown writes an item of SELECT.
func (w *printer) shown(p *Plan, x Item, names scope) {
	if x.Star && x.Agg == "" {
		t := &w.in.Schema.Tables[p.Table]
		w.list(t.count, func(i int) { w.bare(t.first+i, names) })
		return
	}
	w.item(x, names)
}

func (w *printer) item(x Item, names scope) {
	switch {
	case x.Star:
		w.b.WriteString("count(*)")
	case x.Agg == "":
		w.column(x.Col, names)
	default:
		w.b.WriteString(x.Agg + "(")
		if x.Distinct {
			w.b.WriteString("DISTINCT ")
		}
		w.column(x.Col, names)
		w.b.WriteString(")")
		if k := w.in.Schema.Columns[x.Col].Kind; (x.Agg == "sum" || x.Agg == "avg") && k != Number || x.Agg != "count" && (k == Other || k == Bool) {
			w.ok = false
		}
	}
}

// conds writes conditions; those joined by OR share a bracket.
func (w *printer) conds(cs []Cond, names scope) {
	for i := 0; i < len(cs); {
		end := i + 1
		for end < len(cs) && cs[end].Or {
			end++
		}
		if i > 0 {
			w.b.WriteString(" AND ")
		}
		if end > i+1 {
			w.b.WriteString("(")
		}
		w.list2(" OR ", end-i, func(k int) { w.cond(cs[i+k], names) })
		if end > i+1 {
			w.b.WriteString(")")
		}
		i = end
	}
}

func (w *printer) cond(c Cond, names scope) {
	if c.Sub != nil {
		w.item(c.Item, names)
		w.b.WriteString(" " + operators[c.Op] + " (")
		w.sub(c)
		w.b.WriteString(")")
		return
	}
	switch c.Op {
	case "null", "notnull":
		w.item(c.Item, names)
		w.b.WriteString(" " + operators[c.Op])
		return
	case "in", "notin":
		w.ok = false // a list of values is written with OR
		return
	}
	if c.Values[0] < 0 || c.Op == "between" && c.Values[1] < 0 {
		w.ok = false
		return
	}
	w.compare(c, names)
}

var operators = map[string]string{"=": "=", "!=": "<>", ">": ">", "<": "<", ">=": ">=", "<=": "<=", "in": "IN", "notin": "NOT IN",
	"null": "IS NULL", "notnull": "IS NOT NULL", "like": "ILIKE", "notlike": "NOT ILIKE", "between": "BETWEEN"}

// sub writes a sub-query: of one column, or one number to compare with.
func (w *printer) sub(c Cond) {
	s := c.Sub
	w.query(s, nil)
	if len(s.Select) != 1 || s.Select[0].Star && s.Select[0].Agg == "" {
		w.ok = false
		return
	}
	one := s.Select[0].Agg != "" && len(s.Group) == 0 || s.Limit == One
	if c.Op != "in" && c.Op != "notin" && !one || w.kind(c.Item) != w.kind(s.Select[0]) {
		w.ok = false
	}
}

func (w *printer) compare(c Cond, names scope) {
	v := &w.in.Values[c.Values[0]]
	if c.Agg != "" || c.Star {
		w.ok = w.ok && v.Kind == Numeral
		w.item(c.Item, names)
		w.b.WriteString(" " + operators[c.Op] + " ")
		w.literal(v, v.Text)
	} else {
		w.ok = w.ok && w.in.comparable(c.Op, w.in.Schema.Columns[c.Col].Kind, v)
		w.where(c, v, names)
	}
	if c.Op == "between" {
		w.b.WriteString(" AND ")
		u := &w.in.Values[c.Values[1]]
		w.ok = w.ok && u.Kind == v.Kind
		kind := Number
		if !c.Star && c.Agg == "" {
			kind = w.in.Schema.Columns[c.Col].Kind
		}
		w.literal(u, w.constant(u, kind))
	}
}

// where compares a column with a value: a text that was not written with quotes
// or capitals without regard to case.
func (w *printer) where(c Cond, v *Value, names scope) {
	kind := w.in.Schema.Columns[c.Col].Kind
	loose := kind == Text && v.Kind == Word && !v.Upper && c.Op != "like" && c.Op != "notlike"
	if loose {
		w.b.WriteString("lower(")
	}
	w.column(c.Col, names)
	if loose {
		w.b.WriteString(")")
	}
	w.b.WriteString(" " + operators[c.Op] + " ")
	text := w.constant(v, kind)
	switch {
	case c.Op == "like" || c.Op == "notlike":
		text = quoteText(w.pattern(v))
	case loose:
		text = quoteText(strings.ToLower(v.Text))
	}
	w.literal(v, text)
}

func (w *printer) constant(v *Value, k Kind) string {
	switch {
	case k == Number || k == Bool:
		return v.Text
	case k == Date:
		return "DATE " + quoteText(v.Text)
	}
	return quoteText(v.Written())
}

// pattern is %v%, or anchored where the question says so.
func (w *printer) pattern(v *Value) string {
	text := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(v.Written())
	for k := max(0, v.From-5); k < v.From; k++ {
		switch t := w.in.Tokens[k]; {
		case strings.HasPrefix(t.Lower, "start") || strings.HasPrefix(t.Lower, "begin") || t.Lower == "prefix":
			return text + "%"
		case t.Lower == "end" || t.Lower == "ends" || t.Lower == "ending" || t.Lower == "suffix":
			return "%" + text
		}
	}
	return "%" + text + "%"
}

func (w *printer) literal(v *Value, text string) {
	start := w.b.Len()
	w.b.WriteString(text)
	w.because(start, mention{from: v.From, to: v.To})
}

func (w *printer) orders(p *Plan, names scope, grouped bool) {
	for i, o := range p.Order {
		if i == 0 {
			w.b.WriteString(" ORDER BY ")
		} else {
			w.b.WriteString(", ")
		}
		w.item(o, names)
		if o.Desc {
			w.b.WriteString(" DESC")
		}
		if o.Desc && o.Agg != "count" && !o.Star {
			w.b.WriteString(" NULLS LAST")
		}
	}
	switch p.Limit {
	case One:
		w.b.WriteString(" LIMIT 1")
	case Some:
		w.b.WriteString(" LIMIT " + w.in.Values[p.Count].Text)
	case All:
	}
}

func quoteText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
