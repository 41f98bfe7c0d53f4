package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/oracle"
)

// source is what stands in FROM: the text, the rows, and what may be done with
// their columns.
type source struct {
	text     string
	with     string // WITH items before it
	rows     []row
	entities []string // of each occurrence of a table with a minimum group
	alone    string   // of them, that of which no two rows are of one entity
	optional string   // occurrences that an outer join may miss
	conds    []cond
	keys     []expr
	sums     []expr
	counts   []string // columns for count(x); with DISTINCT too
	once     bool     // rows may be counted: no join repeats them
}

// number is an aggregate.
type number struct {
	fn     string // "count(*)", "count", "distinct", "sum", "avg"
	arg    expr
	filter *cond
	inCase bool // the condition is written as CASE
}

// query is a counted block and what stands above it.
type query struct {
	from    source
	where   *cond
	keys    []expr
	numbers []number
	having  *number // having > more
	more    int64
	above   above
}

// above is what is done with the block's rows.
type above uint8

const (
	nothing  above = iota
	ordered        // ORDER BY all keys LIMIT 3
	windowed       // with sum(count(*)) OVER ()
	outer          // count(*) of them
	unique         // SELECT DISTINCT keys
	twice          // UNION ALL with itself
)

func (w *world) rowsOf(t *table, alias string) []row {
	var rows []row
	for _, x := range t.rows {
		if !t.seen(x) {
			continue
		}
		y := row{}
		for c, v := range x {
			y[alias+"."+c] = v
		}
		rows = append(rows, y)
	}
	return rows
}

// join is l [LEFT] JOIN r ON on.
func join(l, r []row, left bool, on cond) []row {
	var out []row
	for _, x := range l {
		met := false
		for _, y := range r {
			z := row{}
			for c, v := range x {
				z[c] = v
			}
			for c, v := range y {
				z[c] = v
			}
			if on.f(z) == true {
				out, met = append(out, z), true
			}
		}
		if left && !met {
			out = append(out, x)
		}
	}
	return out
}

func same(a, b string) cond {
	return cond{text: a + " = " + b, f: func(x row) any {
		c, ok := compare(x[a], x[b])
		if !ok {
			return nil
		}
		return c == 0
	}}
}

func filter(rows []row, c *cond) []row {
	if c == nil {
		return rows
	}
	var out []row
	for _, x := range rows {
		if c.f(x) == true {
			out = append(out, x)
		}
	}
	return out
}

func pick[T any](w *world, of []T) T { return of[w.r.IntN(len(of))] }

func (w *world) chance(of int) bool { return w.r.IntN(of) == 0 }

// relation is a table, or a subquery or WITH item that filters it.
func (w *world) relation(s *source, t *table, alias string, conds []cond) (string, []row) {
	rows := w.rowsOf(t, alias)
	if w.chance(2) {
		return t.name + " " + alias, rows
	}
	c := w.condition(conds)
	body := fmt.Sprintf("SELECT * FROM %s %s WHERE %s", t.name, alias, c.text)
	rows = filter(rows, &c)
	if w.chance(2) {
		return "(" + body + ") " + alias, rows
	}
	name := "only_" + alias
	s.with += ", " + name + " AS (" + body + ")"
	return name + " " + alias, rows
}

func empConds(a string) []cond {
	return []cond{is(a+".tenant", "=", int64(1)), is(a+".dept", "=", int64(1)), is(a+".dept", ">=", int64(2)), in(a+".dept", int64(1), int64(3)),
		is(a+".name", "<>", "bob"), starts(a+".name", "a"), is(a+".hired", ">=", "2020-03-01"), null(a+".dept", true), is(a+".tenant", "<>", int64(3))}
}

func saleConds(a string) []cond {
	return []cond{is(a+".kind", "=", "a"), is(a+".kind", "<>", "c"), is(a+".day", ">=", "2020-02-10"), is(a+".day", "<", "2021-02-01"), is(a+".amount", ">=", cents(30000)), null(a+".amount", false)}
}

func deptConds(a string) []cond {
	return []cond{is(a+".name", "=", "north"), is(a+".floor", ">=", int64(1)), null(a+".id", true)}
}

func empKeys(a string) []expr {
	return []expr{col(a + ".dept"), col(a + ".tenant"), col(a + ".name"), text("to_char(%s, 'YYYY-MM')", a+".hired", func(s string) any { return s[:7] }),
		text("upper(%s)", a+".name", func(s string) any { return strings.ToUpper(s) }), text("date_trunc('month', %s)", a+".hired", func(s string) any { return s[:7] + "-01" }),
		{text: a + ".tenant / 2 * 2", f: func(x row) any { return x[a+".tenant"].(int64) / 2 * 2 }},
		branch(is(a+".dept", ">=", int64(2)), "high", "low"), branch(starts(a+".name", "e"), int64(1), int64(0))}
}

func deptKeys(a string) []expr { return []expr{col(a + ".name"), col(a + ".floor")} }

func saleKeys(a string) []expr {
	return []expr{col(a + ".kind"), text("to_char(%s, 'YYYY-MM')", a+".day", func(s string) any { return s[:7] })}
}

func (w *world) condition(of []cond) cond {
	c := pick(w, of)
	switch w.r.IntN(6) {
	case 0:
		c = not(c)
	case 1, 2:
		c = logic(c, []string{"AND", "OR"}[w.r.IntN(2)], pick(w, of))
	}
	return c
}

// source makes a FROM clause.
func (w *world) source() source {
	s := source{once: true}
	empSums := func(a string) []expr {
		return []expr{col(a + ".salary"), col(a + ".bonus"), col(a + ".rate"), linear(a+".salary", 2, a+".bonus"), times(a+".salary", 119)}
	}
	switch w.r.IntN(7) {
	case 0, 1, 2: // employees, with lookups
		s.text, s.rows = w.relation(&s, w.emp, "e", empConds("e"))
		s.alone = "e.id"
		s.entities, s.conds, s.keys, s.sums, s.counts = []string{"e.id"}, empConds("e"), empKeys("e"), empSums("e"), []string{"e.bonus", "e.dept", "e.name"}
		if w.chance(2) {
			w.lookup(&s, w.dept, "d", same("d.id", "e.dept"), deptConds("d"), w.chance(2))
			s.conds, s.keys = append(s.conds, deptConds("d")...), append(s.keys, deptKeys("d")...)
		}
		if w.chance(4) { // another employee in the same block
			w.lookup(&s, w.emp, "b", same("b.id", "e.boss"), empConds("b"), w.chance(2))
			s.entities, s.conds, s.keys = append(s.entities, "b.id"), append(s.conds, empConds("b")...), append(s.keys, col("b.dept"))
		}
	case 3: // rows of them
		s.text, s.rows = w.relation(&s, w.sale, "s", saleConds("s"))
		w.lookup(&s, w.emp, "e", same("e.id", "s.emp_id"), empConds("e"), w.chance(3))
		w.sales(&s)
	case 4: // the other way round
		s.text, s.rows = w.relation(&s, w.emp, "e", empConds("e"))
		w.lookup(&s, w.sale, "s", same("s.emp_id", "e.id"), saleConds("s"), w.chance(2))
		w.sales(&s)
	case 5: // rows of rows: only entities are counted
		s.text, s.rows = w.relation(&s, w.emp, "e", empConds("e"))
		w.lookup(&s, w.sale, "s", same("s.emp_id", "e.id"), saleConds("s"), false)
		w.lookup(&s, w.sale, "t", same("t.emp_id", "e.id"), saleConds("t"), w.chance(2))
		w.sales(&s)
		s.once, s.conds = false, append(s.conds, saleConds("t")...)
	default:
		s.text, s.rows = w.relation(&s, w.cases, "c", saleConds("c")[:2])
		s.rows = slices.DeleteFunc(s.rows, func(x row) bool { return x["c.person"] == nil }) // rows of nobody do not count
		s.entities, s.conds = []string{"c.person"}, append(saleConds("c")[:2], is("c.dept", ">=", int64(2)), in("c.dept", int64(1), int64(4)))
		s.keys, s.sums, s.counts = []expr{col("c.kind"), col("c.dept")}, []expr{col("c.cost"), times("c.cost", 50)}, []string{"c.cost", "c.kind"}
		if w.chance(2) {
			w.lookup(&s, w.dept, "d", same("c.dept", "d.id"), deptConds("d"), w.chance(2))
			s.conds, s.keys = append(s.conds, deptConds("d")...), append(s.keys, deptKeys("d")...)
		}
	}
	s.with = strings.Replace(s.with, ", ", "WITH ", 1)
	return s
}

func (w *world) sales(s *source) {
	s.entities = []string{"e.id"}
	s.conds, s.keys, s.counts = append(empConds("e"), saleConds("s")...), append(empKeys("e")[:4], saleKeys("s")...), []string{"s.amount", "s.id"}
	s.sums = []expr{col("s.amount"), times("s.amount", 250)}
}

// lookup joins one more table.
func (w *world) lookup(s *source, t *table, alias string, on cond, conds []cond, left bool) {
	text, rows := w.relation(s, t, alias, conds)
	word := " JOIN "
	if left {
		word = " LEFT JOIN "
		s.optional += alias + "."
	}
	if w.chance(4) {
		on = logic(on, "AND", w.condition(conds))
	}
	s.text, s.rows = s.text+word+text+" ON "+on.text, join(s.rows, rows, left, on)
}

// query makes a query of the shape that is allowed.
func (w *world) query() *query {
	q := &query{from: w.source(), above: above(w.r.IntN(9))}
	if q.above > twice {
		q.above = nothing
	}
	if w.chance(3) {
		c := w.condition(q.from.conds)
		q.where = &c
	}
	for range w.r.IntN(3) {
		q.keys = append(q.keys, pick(w, q.from.keys))
	}
	for range 1 + w.r.IntN(5) {
		q.numbers = append(q.numbers, w.number(&q.from))
	}
	if w.chance(5) {
		n := w.number(&q.from)
		q.having, q.more = &n, int64(w.r.IntN(12))
	}
	if q.above == twice {
		q.numbers = q.numbers[:min(3, len(q.numbers))] // or the text is too long to be checked
	}
	if q.above == unique && len(q.keys) == 0 {
		q.above = nothing
	}
	if q.above == unique {
		q.numbers, q.having = nil, nil
	}
	if q.above == windowed {
		q.numbers, q.having = []number{w.number(&source{entities: q.from.entities, conds: q.from.conds, once: false})}, nil
		q.numbers[0].filter = nil
	}
	return q
}

func (w *world) number(s *source) number {
	n := number{fn: "distinct", arg: col(s.entities[0])}
	if s.once {
		switch n.fn = pick(w, []string{"count(*)", "count", "distinct", "sum", "sum", "avg"}); n.fn {
		case "count(*)":
			n.arg = expr{}
		case "count":
			n.arg = col(pick(w, s.counts))
		case "sum", "avg":
			n.arg = pick(w, s.sums)
		}
	}
	if w.chance(2) {
		c := w.condition(s.conds)
		n.filter = &c
		n.inCase = n.fn != "distinct" && n.fn != "avg" && w.chance(3)
	}
	return n
}

// present reports whether the number is of all rows, whatever they are, as the
// engine's catalog knows.
func (n number) present(s *source, e oracle.Engine) bool {
	if n.filter != nil {
		return false
	}
	for _, name := range n.arg.reads {
		table, column, _ := strings.Cut(name, ".")
		entity := slices.Contains(s.entities, name)
		if strings.Contains(s.optional, table+".") || !entity && (e == oracle.SQLite || !slices.Contains([]string{"id", "salary", "name", "kind"}, column)) {
			return false
		}
	}
	return true
}

// holds is the condition under which a row counts.
func (n number) holds(x row) bool {
	if n.filter != nil && n.filter.f(x) != true {
		return false
	}
	return n.fn == "count(*)" || n.arg.f(x) != nil
}

func (n number) text() string {
	if n.inCase {
		switch n.fn {
		case "count(*)":
			return "sum(CASE WHEN " + n.filter.text + " THEN 1 ELSE 0 END)"
		case "count":
			return "count(CASE WHEN " + n.filter.text + " THEN " + n.arg.text + " END)"
		case "sum":
			return "sum(CASE WHEN " + n.filter.text + " THEN " + n.arg.text + " ELSE 0 END)"
		}
	}
	text := n.fn
	switch n.fn {
	case "count", "sum", "avg":
		text = n.fn + "(" + n.arg.text + ")"
	case "distinct":
		text = "count(DISTINCT " + n.arg.text + ")"
	}
	if n.filter != nil {
		text += " FILTER (WHERE " + n.filter.text + ")"
	}
	return text
}

func (q *query) String() string {
	var out, keys []string
	for i, k := range q.keys {
		out = append(out, fmt.Sprintf("%s AS k%d", k.text, i+1))
		keys = append(keys, fmt.Sprint(i+1))
	}
	for i, n := range q.numbers {
		out = append(out, fmt.Sprintf("%s AS n%d", n.text(), i+1))
	}
	if q.above == windowed {
		out = append(out, "sum("+q.numbers[0].text()+") OVER () AS total")
	}
	rest := " FROM " + q.from.text
	if q.where != nil {
		rest += " WHERE " + q.where.text
	}
	if q.above == unique {
		return q.from.with + " SELECT DISTINCT " + strings.Join(out, ", ") + rest
	}
	if len(keys) > 0 {
		rest += " GROUP BY " + strings.Join(keys, ", ")
	}
	if q.having != nil {
		rest += fmt.Sprintf(" HAVING %s > %d", q.having.text(), q.more)
	}
	block := "SELECT " + strings.Join(out, ", ") + rest
	switch q.above {
	case ordered:
		if len(keys) > 0 {
			block += " ORDER BY " + strings.Join(keys, ", ") + " LIMIT 3"
		}
	case outer:
		block = "SELECT count(*) AS n FROM (" + block + ") AS x"
	case twice:
		block += " UNION ALL " + block
	}
	return q.from.with + " " + block
}
