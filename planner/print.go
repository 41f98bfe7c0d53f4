package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// printer writes a plan as SQL of PostgreSQL and remembers which words of the
// question caused which part.
type printer struct {
	lex      *lexicon
	p        *plan
	l        *lattice
	pieces   []piece
	b        strings.Builder
	alias    map[*catalog.Table]string
	taken    map[string]bool
	reasons  []model.Reason
	bare     bool // one table: columns need no alias
	calendar periods
}

func (l *lattice) print(p *plan, pieces []piece) model.Draft {
	w := &printer{lex: l.lex, p: p, l: l, pieces: pieces, alias: map[*catalog.Table]string{}, taken: map[string]bool{}, calendar: l.calendar}
	p.at = map[*catalog.Table]refusal.Span{}
	w.bare = len(p.tree.edges) == 0 && len(p.semis) == 0
	for _, t := range p.tree.tables() {
		w.alias[t] = w.newAlias(t)
	}
	switch {
	case p.counted != "":
		w.counted()
	case p.dedupe:
		w.deduped()
	case len(p.per) > 0:
		w.firstOfEach()
	case p.mean:
		w.mean()
	default:
		w.query()
	}
	return model.Draft{Kind: model.SQL, SQL: w.b.String(), Reasons: w.reasons}
}

// newAlias is the first letter of the table's last word, numbered if taken.
func (w *printer) newAlias(t *catalog.Table) string {
	parts := words.OfName(t.Name)
	base := "t"
	if len(parts) > 0 && parts[0][0] >= 'a' && parts[0][0] <= 'z' {
		base = parts[0][:1]
	}
	a := base
	for n := 2; w.taken[a]; n++ {
		a = base + strconv.Itoa(n)
	}
	w.taken[a] = true
	return a
}

// because writes text and notes the pieces that caused it.
func (w *printer) because(text string, pieces ...int) {
	start := w.b.Len()
	w.b.WriteString(text)
	for _, i := range pieces {
		if i < 0 || i >= len(w.pieces) {
			continue
		}
		asked := w.l.span(w.pieces[i].from, w.pieces[i].to)
		w.reasons = append(w.reasons, model.Reason{
			Part: refusal.Span{Pos: int32(start), End: int32(w.b.Len())}, Asked: asked, Words: w.l.text[asked.Pos:asked.End]})
	}
}

func (w *printer) query() {
	w.b.WriteString("SELECT ")
	if w.p.distinct {
		w.b.WriteString("DISTINCT ")
	}
	w.list(len(w.p.outs), func(i int) { w.out(w.p.outs[i]) })
	w.from()
	w.filters()
	w.grouping()
	w.having()
	w.order()
	w.limit()
}

// counted is how many rows a query has:
//
//	SELECT count(*) AS number_of_... FROM (SELECT ... GROUP BY key HAVING ...) AS one
func (w *printer) counted() {
	w.b.WriteString("SELECT ")
	w.because("count(*)", w.p.countedBy...)
	w.b.WriteString(" AS " + quoteName(clean(w.p.counted)) + " FROM (SELECT ")
	w.list(len(w.p.outs), func(i int) { w.out(w.p.outs[i]) })
	w.from()
	w.filters()
	w.grouping()
	w.having()
	w.b.WriteString(") AS one")
}

func (w *printer) grouping() {
	if w.p.grouped && len(w.p.groups) > 0 {
		w.b.WriteString(" GROUP BY ")
		w.list(len(w.p.groups), func(i int) { w.because(w.expr(w.p.groups[i]), w.p.groups[i].piece) })
	}
}

func (w *printer) limit() {
	if w.p.limit > 0 {
		w.b.WriteByte(' ')
		w.because("LIMIT "+strconv.Itoa(w.p.limit), w.p.ranked...)
	}
}

func (w *printer) list(n int, item func(int)) {
	for i := range n {
		if i > 0 {
			w.b.WriteString(", ")
		}
		item(i)
	}
}

func (w *printer) out(o shown) {
	w.because(w.expr(o.expr), append([]int{o.piece}, o.pieces...)...)
	if name := w.name(o); name != "" {
		w.b.WriteString(" AS " + quoteName(name))
	}
}

// name is what an output is called, if not as its column: a name that another
// output has too gets its table in front.
func (w *printer) name(o shown) string {
	if o.name != "" {
		return clean(o.name)
	}
	same := 0
	for _, x := range w.p.outs {
		if x.name == "" && x.col != nil && o.col != nil && x.col.Name == o.col.Name {
			same++
		}
	}
	if same > 1 {
		return clean(singular(o.table) + "_" + o.col.Name)
	}
	return ""
}

// clean keeps what a column may be called.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, name)
	return name[:min(len(name), 60)]
}

func (w *printer) expr(x expr) string {
	switch {
	case x.figure != "":
		return w.figure(x)
	case x.agg != noAgg:
		return w.aggregate(x)
	}
	col := w.column(x.ref)
	if x.unit == "" {
		return col
	}
	kind := x.col.Type.Kind
	if x.moved != nil {
		col = w.moved(x, col)
		if kind == types.Date {
			kind = types.Timestamp
		}
	}
	if x.unit == "fiscal" {
		return fiscalOf(col, w.calendar.fiscal)
	}
	return w.calendar.truncated(col, kind, x.unit)
}

// truncated is the first day of the month, week, ... of a date; of years the
// number.
func (c periods) truncated(col string, k types.Kind, unit string) string {
	switch unit {
	case "weekday": // 1 is Monday
		return "CAST(extract(isodow FROM " + col + ") AS integer)"
	case "hour":
		return "CAST(extract(hour FROM " + asTimestamp(col, k) + ") AS integer)"
	case "month" + ofTheYear, "quarter" + ofTheYear:
		return "CAST(extract(" + strings.TrimSuffix(unit, ofTheYear) + " FROM " + col + ") AS integer)"
	case "year":
		return "CAST(extract(year FROM " + col + ") AS integer)"
	}
	if k == types.Date && unit == "day" {
		return col
	}
	col = asTimestamp(col, k)
	if n := c.week.Ahead(); n > 0 && unit == "week" {
		days := strconv.Itoa(n)
		return "CAST(date_trunc('week', " + col + " + INTERVAL '" + days + " days') AS date) - " + days
	}
	return "CAST(date_trunc('" + unit + "', " + col + ") AS date)"
}

func asTimestamp(col string, k types.Kind) string {
	if k == types.Date {
		return "CAST(" + col + " AS timestamp)"
	}
	return col
}

// aggregate is count(*) and the others. Where joins repeat the rows of the root,
// or rows of a table that the root refers to are counted, keys are counted once.
func (w *printer) aggregate(x expr) string {
	if x.metric != nil {
		return w.metric(x.ref)
	}
	if x.agg != countAgg {
		agg := string(x.agg) + "(" + w.column(x.ref) + ")"
		if x.scale != 0 {
			agg += times(1 / x.scale)
		}
		return agg
	}
	if x.col != nil {
		if x.distinct {
			return "count(DISTINCT " + w.column(x.ref) + ")"
		}
		return "count(" + w.column(x.ref) + ")"
	}
	if x.table == w.p.tree.root && !w.p.tree.multiplies() {
		return "count(*)"
	}
	key := w.lex.keyOf(x.table)
	if len(key) == 0 {
		return "count(*)"
	}
	return "count(DISTINCT " + w.column(key[0]) + ")"
}

func (w *printer) column(r ref) string {
	if r.metric != nil {
		return w.metricOfRow(r)
	}
	name := quoteName(r.col.Name)
	if !w.bare {
		name = w.alias[r.table] + "." + name
	}
	switch {
	case r.age:
		return w.age(name)
	case r.span.since != nil:
		return w.duration(r, name)
	}
	return name
}

// age is the whole years from a birthday to today.
func (w *printer) age(born string) string {
	return "CAST(extract(year FROM age(" + moment(w.calendar.today, types.Timestamp) + ", CAST(" + born + " AS timestamp))) AS integer)"
}

func (w *printer) table(t *catalog.Table) string {
	if w.lex.names.Lookup("", t.Name) == t {
		return quoteName(t.Name)
	}
	return quoteName(t.Schema) + "." + quoteName(t.Name)
}

func (w *printer) from() {
	w.b.WriteString(" FROM ")
	w.fromTable(w.p.tree.root)
	if !w.bare {
		w.b.WriteString(" AS " + w.alias[w.p.tree.root])
	}
	for _, e := range w.p.tree.edges {
		w.joinTo(e)
	}
}

func (w *printer) joinTo(e edge) {
	w.b.WriteString(" JOIN ")
	w.fromTable(e.to)
	w.b.WriteString(" AS " + w.alias[e.to] + " ON " + w.on(e))
}

// fromTable writes a table's name and notes where the first is.
func (w *printer) fromTable(t *catalog.Table) {
	start := w.b.Len()
	w.b.WriteString(w.table(t))
	if _, noted := w.p.at[t]; !noted {
		w.p.at[t] = refusal.Span{Pos: int32(start), End: int32(w.b.Len())}
	}
}

// fromAgain is the same FROM for a query inside.
func (w *printer) fromAgain() string {
	text := " FROM " + w.table(w.p.tree.root) + " AS " + w.alias[w.p.tree.root]
	for _, e := range w.p.tree.edges {
		text += " JOIN " + w.table(e.to) + " AS " + w.alias[e.to] + " ON " + w.on(e)
	}
	return text
}

func (w *printer) on(e edge) string {
	var parts []string
	for i := range e.fromCols {
		parts = append(parts, w.alias[e.to]+"."+quoteName(e.toCols[i].Name)+" = "+w.alias[e.from]+"."+quoteName(e.fromCols[i].Name))
	}
	return strings.Join(parts, " AND ")
}

func (w *printer) filters() {
	first := true
	and := func() {
		if first {
			w.b.WriteString(" WHERE ")
		} else {
			w.b.WriteString(" AND ")
		}
		first = false
	}
	w.conds(w.p.where, and)
	for _, s := range w.p.semis {
		and()
		w.semi(s)
	}
}

// conds writes conditions; those marked OR share a bracket with the one before.
func (w *printer) conds(conds []cond, and func()) {
	for i := 0; i < len(conds); {
		end := i + 1
		for end < len(conds) && conds[end].or {
			end++
		}
		and()
		if end > i+1 {
			w.b.WriteString("(")
		}
		for k := i; k < end; k++ {
			if k > i {
				w.b.WriteString(" OR ")
			}
			w.cond(conds[k])
		}
		if end > i+1 {
			w.b.WriteString(")")
		}
		i = end
	}
}

func (w *printer) cond(c cond) {
	text := w.comparison(c)
	pieces := slices.Clone(c.pieces)
	if c.slot.piece >= 0 && !slices.Contains(pieces, c.slot.piece) {
		pieces = append(pieces, c.slot.piece)
	}
	slices.Sort(pieces)
	w.because(text, pieces...)
}

func (w *printer) comparison(c cond) string {
	col := w.column(c.slot.pick)
	not := ""
	if c.not {
		not = "NOT "
	}
	switch c.op {
	case "null":
		return col + " IS " + not + "NULL"
	case "true":
		return not + col
	case "taught":
		return col + c.values[0]
	case "period":
		return w.during(c)
	case "like":
		return w.asText(c.slot.pick) + " " + not + "ILIKE " + quoteText(strings.Replace(c.pattern, "x", escapeLike(c.values[0]), 1))
	}
	if c.agg != noAgg {
		t := w.table(c.slot.pick.table)
		inner := quoteName(c.slot.pick.col.Name)
		if c.slot.pick.age {
			inner = w.age(inner)
		}
		factor := ""
		if c.factor != "" && c.factor != "1" {
			factor = c.factor + " * "
		}
		if len(c.within.nouns) > 0 {
			return fmt.Sprintf("%s %s %s%s", col, c.op, factor, w.averageWithin(c))
		}
		return fmt.Sprintf("%s %s %s(SELECT %s(%s) FROM %s)", col, c.op, factor, c.agg, inner, t)
	}
	if c.years > 0 {
		n, _ := strconv.Atoi(c.values[0])
		op := map[string]string{">": "<", ">=": "<=", "<": ">", "<=": ">="}[c.op]
		if op == "" {
			op = c.op
		}
		return col + " " + op + " " + moment(w.calendar.add(w.calendar.today, "year", -n), c.slot.pick.col.Type.Kind)
	}
	op := c.op
	if c.not {
		op = map[string]string{"=": "<>", "<>": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">", "between": "NOT BETWEEN"}[op]
	}
	if strings.EqualFold(op, "between") || op == "NOT BETWEEN" {
		return col + " " + strings.ToUpper(op) + " " + c.values[0] + " AND " + c.values[1]
	}
	if c.number {
		if len(c.values) > 1 {
			return col + " " + not + "IN (" + strings.Join(c.values, ", ") + ")"
		}
		return col + " " + op + " " + c.values[0]
	}
	return w.text(c, col, op)
}

// averageWithin is the average over the rows that are like this one in some columns.
func (w *printer) averageWithin(c cond) string {
	t := c.slot.pick.table
	inner, outer := w.newAlias(t), w.alias[t]
	if w.bare {
		outer = quoteName(t.Name)
	}
	var on []string
	for _, k := range w.lex.alikeIn(c) {
		on = append(on, inner+"."+quoteName(k.Name)+" = "+outer+"."+quoteName(k.Name))
	}
	return "(SELECT " + string(c.agg) + "(" + inner + "." + quoteName(c.slot.pick.col.Name) + ") FROM " + w.table(t) + " AS " + inner + " WHERE " + strings.Join(on, " AND ") + ")"
}

// text compares with a text: as it is if it was written with quotes or capitals,
// else without regard to case.
func (w *printer) text(c cond, col, op string) string {
	values := make([]string, len(c.values))
	for i, v := range c.values {
		values[i] = quoteText(v)
		if !c.exact {
			values[i] = quoteText(strings.ToLower(v))
		}
	}
	if !c.exact {
		col = "lower(" + w.asText(c.slot.pick) + ")"
	}
	if len(values) == 1 {
		return col + " " + op + " " + values[0]
	}
	if op == "<>" {
		return col + " NOT IN (" + strings.Join(values, ", ") + ")"
	}
	return col + " IN (" + strings.Join(values, ", ") + ")"
}

// asText is the column as text; an enum has to be told.
func (w *printer) asText(r ref) string {
	if r.col.Type.Kind == types.Enum {
		return "CAST(" + w.column(r) + " AS text)"
	}
	return w.column(r)
}

// during is from <= column AND column < to.
func (w *printer) during(c cond) string {
	col, kind := w.column(c.slot.pick), c.slot.pick.col.Type.Kind
	value := func(t time.Time) string { return moment(t, kind) }
	if classOf(c.slot.pick.col) == numericClass {
		value = func(t time.Time) string { return strconv.Itoa(t.Year()) }
		if p := c.period; !p.from.IsZero() && !p.to.IsZero() && p.to.Year() == p.from.Year()+1 {
			op := "="
			if c.not {
				op = "<>"
			}
			return col + " " + op + " " + value(p.from)
		}
	}
	var parts []string
	if !c.period.from.IsZero() {
		parts = append(parts, col+" >= "+value(c.period.from))
	}
	if !c.period.to.IsZero() {
		parts = append(parts, col+" < "+value(c.period.to))
	}
	text := strings.Join(parts, " AND ")
	if c.not && !c.slot.pick.col.NotNull {
		return "(" + col + " IS NULL OR NOT (" + text + "))"
	}
	if c.not {
		return "NOT (" + text + ")"
	}
	if len(parts) > 1 && c.or {
		return "(" + text + ")"
	}
	return text
}

// moment is midnight of a day as a constant of the column's type.
func moment(t time.Time, k types.Kind) string {
	switch k {
	case types.Date:
		return t.Format("DATE '2006-01-02'")
	case types.TimestampTZ:
		return t.Format("TIMESTAMPTZ '2006-01-02 15:04:05-07:00'")
	default:
		return t.Format("TIMESTAMP '2006-01-02 15:04:05'")
	}
}

// semi is [NOT] EXISTS (SELECT 1 FROM ...).
func (w *printer) semi(s semi) {
	if s.not {
		w.b.WriteString("NOT ")
	}
	outer := map[*catalog.Table]string{}
	for t, a := range w.alias {
		outer[t] = a
	}
	first := s.way[0]
	anchor := w.alias[s.anchor]
	w.alias[first.to] = w.newAlias(first.to)
	start := w.b.Len()
	w.because("EXISTS (SELECT 1 FROM "+w.table(first.to)+" AS "+w.alias[first.to], s.pieces...)
	w.p.at[first.to] = refusal.Span{Pos: int32(start), End: int32(w.b.Len())}
	for _, e := range slices.Concat(s.way[1:], s.more) {
		w.alias[e.to] = w.newAlias(e.to)
		w.joinTo(e)
	}
	inner := w.alias[first.to]
	w.b.WriteString(" WHERE ")
	for i := range first.fromCols {
		if i > 0 {
			w.b.WriteString(" AND ")
		}
		w.b.WriteString(inner + "." + quoteName(first.toCols[i].Name) + " = " + anchor + "." + quoteName(first.fromCols[i].Name))
	}
	w.conds(s.conds, func() { w.b.WriteString(" AND ") })
	w.b.WriteString(")")
	for t := range w.alias {
		delete(w.alias, t)
	}
	for t, a := range outer {
		w.alias[t] = a
	}
}

func (w *printer) having() {
	for i, h := range w.p.havings {
		if i == 0 {
			w.b.WriteString(" HAVING ")
		} else {
			w.b.WriteString(" AND ")
		}
		agg := w.aggregate(expr{agg: h.agg, ref: h.slot.pick})
		text := agg + " " + h.op + " " + h.number
		if h.op == "between" {
			text = agg + " BETWEEN " + h.number + " AND " + h.high
		}
		if h.average {
			text = agg + " " + h.op + " " + w.averageOf(h)
		}
		w.because(text, append(slices.Clone(h.pieces), h.slot.piece)...)
	}
}

// averageOf is what a group is compared with: the average of all rows, or how
// many rows a group has on average.
func (w *printer) averageOf(h having) string {
	factor := ""
	if h.factor != "" && h.factor != "1" {
		factor = h.factor + " * "
	}
	if h.agg != countAgg {
		return factor + "(SELECT " + string(avgAgg) + "(" + quoteName(h.slot.pick.col.Name) + ") FROM " + w.table(h.slot.pick.table) + ")"
	}
	var keys []string
	for _, g := range w.p.groups {
		keys = append(keys, w.expr(g))
	}
	return factor + "(SELECT avg(n) FROM (SELECT count(*) AS n" + w.fromAgain() + " GROUP BY " + strings.Join(keys, ", ") + ") AS one)"
}

func (w *printer) order() {
	orders := w.p.orders
	if len(orders) == 0 && w.p.grouped {
		w.naturally()
		return
	}
	w.orders(orders, true)
}

// orders is ORDER BY; named: by the output's name where it is shown.
func (w *printer) orders(orders []order, named bool) {
	for i, o := range orders {
		if i == 0 {
			w.b.WriteString(" ORDER BY ")
		} else {
			w.b.WriteString(", ")
		}
		x := expr{agg: o.agg, ref: o.slot.pick}
		if o.rows {
			x = expr{agg: countAgg, ref: ref{table: w.p.tree.root}}
		}
		text := w.expr(x)
		for _, out := range w.p.outs {
			if named && out.figure == "" && out.agg == x.agg && out.ref.is(x.ref) && out.agg != noAgg && w.name(out) != "" {
				text = quoteName(w.name(out))
			}
		}
		w.because(text+w.direction(o), append(slices.Clone(o.pieces), o.slot.piece)...)
	}
}

// direction: NULLs are no candidates for the first place.
func (w *printer) direction(o order) string {
	nullable := o.agg != countAgg && !o.rows && (o.slot.pick.col == nil || o.slot.pick.metric != nil || !o.slot.pick.col.NotNull)
	switch {
	case o.desc && nullable:
		return " DESC NULLS LAST"
	case o.desc:
		return " DESC"
	}
	return ""
}

// naturally orders groups where the question does not say: in time, else the
// largest first.
func (w *printer) naturally() {
	for _, o := range w.p.outs {
		if o.unit != "" {
			w.b.WriteString(" ORDER BY " + w.expr(o.expr))
			w.p.usualOrder = "in the order of time"
			return
		}
	}
	for _, o := range w.p.outs {
		if o.agg == countAgg || o.agg == sumAgg || o.agg == avgAgg {
			w.b.WriteString(" ORDER BY " + quoteName(w.name(o)) + " DESC")
			w.p.usualOrder = "by " + strings.ReplaceAll(w.name(o), "_", " ") + ", greatest first"
			if o.agg != countAgg {
				w.b.WriteString(" NULLS LAST")
			}
			return
		}
	}
}

// deduped takes sums over distinct rows of the root:
//
//	SELECT g1, sum(m1) FROM (SELECT DISTINCT key, group AS g1, measure AS m1 FROM ...) AS d GROUP BY g1
func (w *printer) deduped() {
	var inner []string
	name := map[string]string{}
	column := func(x expr) string {
		text := w.expr(expr{ref: x.ref, unit: x.unit})
		if name[text] == "" {
			name[text] = "c" + strconv.Itoa(len(name)+1)
			inner = append(inner, text+" AS "+name[text])
		}
		return "d." + name[text]
	}
	outer := func(x expr) string {
		if x.agg == noAgg {
			return column(x)
		}
		return string(x.agg) + "(" + column(x) + ")"
	}
	for _, k := range w.lex.keyOf(w.p.tree.root) {
		column(expr{ref: k})
	}
	w.b.WriteString("SELECT ")
	w.list(len(w.p.outs), func(i int) {
		o := w.p.outs[i]
		w.because(outer(o.expr), o.piece)
		called := w.name(o)
		if called == "" {
			called = clean(o.col.Name)
		}
		w.b.WriteString(" AS " + quoteName(called))
	})
	var groups, orders []string
	for _, g := range w.p.groups {
		groups = append(groups, column(g))
	}
	for _, o := range w.p.orders {
		orders = append(orders, outer(expr{agg: o.agg, ref: o.slot.pick})+w.direction(o))
	}
	w.b.WriteString(" FROM (SELECT DISTINCT " + strings.Join(inner, ", "))
	w.from()
	w.filters()
	w.b.WriteString(") AS d")
	if len(groups) > 0 {
		w.b.WriteString(" GROUP BY " + strings.Join(groups, ", "))
	}
	if len(orders) > 0 {
		w.b.WriteString(" ORDER BY " + strings.Join(orders, ", "))
	}
	w.limit()
}

func quoteText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// quoteName quotes a name that PostgreSQL would fold or take for a keyword.
func quoteName(s string) string {
	plain := s != "" && !reservedWords()[s]
	for i, r := range s {
		if !(r >= 'a' && r <= 'z' || r == '_' || i > 0 && r >= '0' && r <= '9') {
			plain = false
		}
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
