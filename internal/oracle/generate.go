package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// field is a column that an expression may read.
type field struct {
	kind    Kind
	other   bool   // a value of no Kind: an interval
	text    string // how it is written where it stands
	family  string // of tokens: those of one family compare
	red     bool   // redacted: may be shown and counted, and may pick no row
	clash   bool   // refused as soon as it is used
	wild    bool   // holds numbers at the ends of their type
	key     bool   // the key of a stored table
	notNull bool
	trap    Trap
}

// source is a relation in FROM.
type source struct {
	qualifier string // with its dot
	fields    []named
	rows      int  // at most, roughly
	stored    bool // a table itself: its key determines its row
	partial   bool // a table of which * means less than the table has
}

// named is a field and its name in its relation.
type named struct {
	name string
	field
}

// scope is what expressions of a block may read: its sources, and those of the
// blocks around it.
type scope struct {
	sources []source
	outer   *scope
}

// Query makes query number n of the world. A quarter of them are probes.
func (w *World) Query(n int) *Query {
	g := &generator{w: w, r: rand.New(rand.NewPCG(w.Seed^0x9e3779b97f4a7c15, uint64(w.Number)<<32|uint64(n)))}
	if n%40 == 39 {
		if q := g.hidden(); q != nil {
			return q
		}
	}
	g.probe = n%4 == 3
	for {
		g.aliases, g.ctes = 0, nil
		q := g.draft()
		if text := q.String(); len(text) < 6000 {
			return &Query{block: q, Probe: g.probe && strings.Contains(text, probeMark)}
		}
	}
}

// probeMark is a comment, by which a probe is known.
const probeMark = "/*probe*/"

type generator struct {
	w       *World
	r       *rand.Rand
	probe   bool
	aliases int
	ctes    []source // by name: qualifier without its dot

	picks bool // what is made now picks rows: no redacted column
	red   bool // a redacted column was read
}

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *generator) one(texts ...string) string { return texts[g.r.IntN(len(texts))] }

func (g *generator) alias() string {
	g.aliases++
	return fmt.Sprintf("%s%d", g.one("a", "b", "t", "x"), g.aliases)
}

func (g *generator) draft() *block {
	if g.probe && len(g.w.traps) > 0 && g.chance(60) {
		return g.aimed()
	}
	return g.whole()
}

// whole is a draft: WITH items, a body, an order, a limit.
func (g *generator) whole() *block {
	var ws []with
	for g.chance(22) && len(ws) < 2 {
		name, body, again := g.item()
		ws = append(ws, with{name, body, again})
		g.ctes = append(g.ctes, g.asSource(name, body))
	}
	q := g.body(2, nil, nil)
	q.with = ws
	g.sort(q)
	return q
}

// item is a WITH item. No table has the name of a recursive one: in it that is itself.
func (g *generator) item() (name string, body *block, again bool) {
	if g.chance(30) {
		name = g.alias()
		if body = g.recursion(name); body != nil {
			return name, body, true
		}
	}
	body = g.body(1, nil, nil)
	return g.cteName(), body, false
}

// cteName is a new name, or that of a table, which it hides from then on.
func (g *generator) cteName() string {
	if g.chance(30) {
		name := marked(g.w.sees[g.r.IntN(len(g.w.sees))].rule.t.Name)
		for _, c := range g.ctes {
			if c.qualifier == name {
				return g.alias()
			}
		}
		return name
	}
	return g.alias()
}

// asSource is what a block gives to the block around it. Its outputs have
// aliases that can be written without quotes.
func (g *generator) asSource(name string, q *block) source {
	s := source{qualifier: name, rows: 300}
	for i := range q.items {
		x := &q.items[i]
		name := x.star
		if name == "" {
			if x.alias == "" {
				x.alias = fmt.Sprintf("c%d", i+1)
			}
			name = x.alias
		}
		f := x.field
		f.text, f.key = "", false
		s.fields = append(s.fields, named{name, f})
	}
	return s
}

// body is a block or two in a set operation. With kinds it has outputs of just
// these.
func (g *generator) body(depth int, outer *scope, want []field) *block {
	q := g.block(depth, outer, want)
	if depth > 0 && g.chance(12) && combinable(q) {
		var kinds []field
		for _, x := range q.items {
			kinds = append(kinds, x.field)
		}
		q.op = g.one("UNION", "UNION ALL", "EXCEPT", "INTERSECT", "UNION", "UNION ALL", "EXCEPT ALL", "INTERSECT ALL")
		q.right = g.block(depth-1, outer, kinds)
		for i := range q.items {
			x, y := &q.items[i].field, q.right.items[i].field
			x.red, x.wild, x.clash, x.notNull, x.trap = x.red || y.red, x.wild || y.wild, x.clash || y.clash, false, NoTrap
		}
	}
	return q
}

// combinable outputs have kinds that others may be found for.
func combinable(q *block) bool {
	for _, x := range q.items {
		if x.kind == Token || x.other {
			return false
		}
	}
	return true
}

func (g *generator) block(depth int, outer *scope, want []field) *block {
	q := &block{}
	s := g.from(q, depth, outer)
	if g.chance(55) {
		for range 1 + g.r.IntN(2) {
			q.where = append(q.where, g.predicate(s, depth))
		}
	}
	switch {
	case g.chance(30):
		g.grouped(q, s, depth, want)
	default:
		g.outputs(q, s, depth, want)
		if g.chance(12) && groupable(q) {
			q.distinct = true
		}
	}
	return q
}

func groupable(q *block) bool {
	for _, x := range q.items {
		if strings.Contains(x.text, "OVER") {
			return false
		}
	}
	return true
}

// outputs makes the select list of a block that does not group.
func (g *generator) outputs(q *block, s *scope, depth int, want []field) {
	if want == nil && g.chance(10) && g.star(q, s) {
		return
	}
	if want == nil {
		for range 1 + g.r.IntN(4) {
			want = append(want, field{kind: g.kind(s), other: g.chance(3)})
		}
		want[0].other = false
	} else if len(want) > 0 && g.chance(10) {
		g.r.Shuffle(0, func(int, int) {})
	}
	for _, f := range want {
		q.items = append(q.items, g.output(s, depth, f))
	}
}

// kind is one that the sources have a column of.
func (g *generator) kind(s *scope) Kind {
	if f, ok := g.field(s, func(f field) bool { return true }); ok && g.chance(85) {
		return f.kind
	}
	return Kind(g.r.IntN(int(Token)))
}

func (g *generator) output(s *scope, depth int, want field) item {
	g.red = false
	x := item{field: field{kind: want.kind}}
	switch f, ok := g.field(s, func(f field) bool { return f.kind == want.kind && !f.other }); {
	case want.other:
		if x.text = g.interval(s); x.text != "" {
			x.other = true
			break
		}
		x.text = g.expr(s, want.kind, depth)
	case ok && (want.kind == Token || g.chance(55)):
		x.field, x.text = f, f.text
		x.field.text, x.field.key = "", false
		g.red = f.red
	case want.kind == Token: // of no source
		x.text, x.kind = "'no token'", Text
	case g.chance(12):
		x.text = g.window(s, want.kind, depth)
	default:
		x.text = g.expr(s, want.kind, depth)
	}
	x.red = x.red || g.red
	if g.chance(50) {
		x.alias = fmt.Sprintf("%s%d", g.one("v", "out", "k"), g.number())
	}
	return x
}

func (g *generator) number() int { g.aliases++; return g.aliases }

// star is SELECT * or SELECT a.*, of sources without columns that teams see
// differently.
func (g *generator) star(q *block, s *scope) bool {
	if len(s.sources) != 1 || len(q.from) != 1 || len(s.sources[0].fields) == 0 {
		return false
	}
	src := s.sources[0]
	if hasClash(s) || src.partial && g.w.unmasked {
		return false
	}
	for i, f := range src.fields {
		x := item{field: f.field, star: f.name}
		x.key = false
		if i == 0 {
			x.text = g.one("*", src.qualifier+"*")
		}
		q.items = append(q.items, x)
	}
	return true
}

// from fills FROM with one to three relations.
func (g *generator) from(q *block, depth int, outer *scope) *scope {
	s := &scope{outer: outer}
	first := g.relation(depth, s)
	q.from = append(q.from, first.from)
	s.sources = append(s.sources, first.source)
	for len(q.from) < 3 && g.chance(38) {
		g.join(q, s, depth)
	}
	return s
}

// relation is a table, a WITH item or a derived table, under a name.
type relation struct {
	from
	source
}

func (g *generator) relation(depth int, s *scope) relation {
	switch {
	case depth > 0 && g.chance(14):
		body := g.body(depth-1, nil, nil)
		if g.chance(20) {
			g.sort(body)
		}
		src := g.asSource(g.alias(), body)
		after := g.one(" AS ", " ") + src.qualifier
		src.name(src.qualifier)
		return relation{from{"", body, after}, src}
	case len(g.ctes) > 0 && g.chance(45):
		src := g.ctes[g.r.IntN(len(g.ctes))]
		text, name := src.qualifier, src.qualifier
		if g.chance(60) || g.taken(s, name) {
			name = g.alias()
			text += " AS " + name
		}
		src.name(name)
		return relation{from{before: text}, src}
	default:
		return g.stored(s)
	}
}

// stored is a stored table.
func (g *generator) stored(s *scope) relation {
	x := g.w.sees[g.r.IntN(len(g.w.sees))]
	for len(x.columns) == 0 && g.chance(90) {
		x = g.w.sees[g.r.IntN(len(g.w.sees))]
	}
	return g.read(x, s)
}

func (g *generator) read(x *sight, s *scope) relation {
	t := x.rule.t
	src := source{stored: true, rows: len(t.Rows), partial: len(x.columns) < len(t.Columns)}
	for _, c := range x.columns {
		src.fields = append(src.fields, named{mark(g.r, c.Name), g.columnField(t, c)})
	}
	text, name := mark(g.r, t.Name), marked(t.Name)
	hidden := false
	for _, c := range g.ctes {
		hidden = hidden || c.qualifier == name
	}
	if hidden || g.chance(12) {
		text = string(schemaMark) + "." + text
	}
	if g.chance(65) || g.taken(s, name) || hidden {
		name = g.alias()
		text += g.one(" AS ", " ") + name
	}
	src.name(name)
	return relation{from{before: text}, src}
}

func (g *generator) columnField(t *Table, c *seen) field {
	f := field{kind: c.kind(), red: c.redacted(), clash: c.clash, key: c.Key && c.show.keeps && !c.clash, notNull: c.NotNull}
	if c.show.hash {
		f.family = c.family(Postgres, t)
	}
	if c.show.yaml == "value" {
		f.trap = c.Trap
	}
	f.wild = c.Kind == Big || c.Trap == Brim || f.kind == Big
	return f
}

// name sets the qualifier of a source and the texts of its fields.
func (s *source) name(name string) {
	s.qualifier = name + "."
	fields := make([]named, len(s.fields))
	for i, f := range s.fields {
		f.text = s.qualifier + f.name
		fields[i] = f
	}
	s.fields = fields
}

func (g *generator) taken(s *scope, name string) bool {
	for _, src := range s.sources {
		if src.qualifier == name+"." {
			return true
		}
	}
	return false
}

// join adds a relation, where the rows stay few.
func (g *generator) join(q *block, s *scope, depth int) {
	r := g.relation(depth, s)
	rows := r.rows
	for _, src := range s.sources {
		rows *= max(src.rows, 1)
	}
	on := g.link(s, r.source)
	if on == "" && rows > 3000 || rows > 400_000 {
		return
	}
	both := &scope{sources: append(append([]source{}, s.sources...), r.source), outer: s.outer}
	switch {
	case on == "":
		r.before = g.one(" CROSS JOIN ", ", ") + r.before
	case g.chance(12):
		r.before = ", " + r.before
		q.where = append(q.where, on)
	case len(s.sources) == 1 && g.chance(15) && g.using(s.sources[0], r.source) != "":
		r.before = g.one(" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ") + r.before
		r.after += " USING (" + g.using(s.sources[0], r.source) + ")"
	default:
		kind := g.one(" JOIN ", " JOIN ", " INNER JOIN ", " LEFT JOIN ", " LEFT JOIN ", " LEFT OUTER JOIN ", " RIGHT JOIN ", " FULL JOIN ")
		r.before = kind + r.before
		if kind != " FULL JOIN " && g.chance(25) {
			on += " AND " + g.predicate(both, 0)
		}
		r.after += " ON " + on
	}
	q.from = append(q.from, r.from)
	*s = *both
}

// link is an equality between a column of the scope and one of the relation.
func (g *generator) link(s *scope, r source) string {
	var all []string
	for _, src := range s.sources {
		for _, a := range src.fields {
			for _, b := range r.fields {
				if a.kind != b.kind || a.family != b.family || a.red || b.red || a.clash || b.clash || a.other || b.other {
					continue
				}
				weight := 1
				if a.key || b.key || a.kind == Token {
					weight = 6
				}
				if a.kind == Bool {
					weight = 0
				}
				for range weight {
					all = append(all, a.text+" = "+b.text)
				}
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	return all[g.r.IntN(len(all))]
}

// using is a name that both sides have once, for values of one kind.
func (g *generator) using(a, b source) string {
	for _, x := range a.fields {
		for _, y := range b.fields {
			if plainName(x.name) == plainName(y.name) && x.kind == y.kind && x.family == y.family && !x.red && !y.red && !x.clash && !y.clash && !x.other {
				return x.name
			}
		}
	}
	return ""
}

func plainName(name string) string {
	if name[0] == nameMark {
		return name[2 : len(name)-1]
	}
	return name
}

// grouped makes GROUP BY or an aggregation of everything.
func (g *generator) grouped(q *block, s *scope, depth int, want []field) {
	var keys []item
	for range g.r.IntN(3) {
		keys = append(keys, g.key(s, depth))
	}
	if want == nil {
		want = make([]field, 1+g.r.IntN(3))
		for i := range want {
			want[i].kind = []Kind{Int, Int, Int, Num, Float, Text, Date, Bool}[g.r.IntN(8)]
		}
		q.items = append(q.items, keys...)
	}
	for i, k := range keys {
		form := k.text
		if i < len(q.items) && g.chance(30) {
			form = fmt.Sprint(i + 1)
			if k.alias != "" && g.chance(50) {
				form = k.alias
			}
		}
		q.group = append(q.group, form)
	}
	var free []source // tables of whose rows there is one a group
	for _, k := range keys {
		free = append(free, g.determined(s, k)...)
	}
	if len(keys) > 0 && g.chance(25) && !slices.ContainsFunc(keys, s.fixed) {
		free = nil
		g.sets(q)
	}
	for _, f := range want {
		q.items = append(q.items, g.aggregated(s, depth, f, keys, free))
	}
	if g.chance(25) {
		g.picks = true
		a := g.aggregate(s, Int, 0)
		q.having = append(q.having, a+" "+g.one(">", ">=", "<>", "<", "=")+" "+fmt.Sprint(g.r.IntN(6)))
		if len(keys) > 0 && !keys[0].red && keys[0].kind != Token && g.chance(40) {
			q.having = append(q.having, keys[0].text+" IS NOT NULL")
		}
		g.picks = false
	}
}

// fixed reports whether x reads no column of the sources: PostgreSQL takes such a
// key for the same in all rows, which it is not where rows are not grouped by it.
func (s *scope) fixed(x item) bool {
	return !slices.ContainsFunc(s.sources, func(src source) bool { return strings.Contains(x.text, src.qualifier) })
}

// sets groups by several sets of the keys at once.
func (g *generator) sets(q *block) {
	all := strings.Join(q.group, ", ")
	switch g.r.IntN(4) {
	case 0:
		q.group = []string{"ROLLUP (" + all + ")"}
	case 1:
		q.group = []string{"CUBE (" + all + ")"}
	case 2:
		q.group = []string{"GROUPING SETS ((" + all + "), " + q.group[0] + ", ())"}
	default:
		q.group = append(q.group[:1:1], "ROLLUP ("+all+")")
	}
	for i := range q.items {
		q.items[i].key, q.items[i].notNull = false, false
	}
}

func (g *generator) key(s *scope, depth int) item {
	f, ok := g.field(s, func(f field) bool { return !f.other })
	if !ok || g.chance(25) && f.kind != Token {
		g.red = false
		k := Kind(g.r.IntN(int(Token)))
		x := item{text: g.expr(s, k, min(depth, 1)), field: field{kind: k, red: g.red}}
		for try := 0; constant(x.text); try++ {
			if x.text = g.expr(s, k, 1); try == 20 {
				x.text = "CAST(1.5 AS numeric)"
			}
		}
		x.red = x.red || g.red
		x.alias = fmt.Sprintf("k%d", g.number())
		return x
	}
	x := item{text: f.text, field: f}
	x.field.text = ""
	if g.chance(50) {
		x.alias = fmt.Sprintf("k%d", g.number())
	}
	return x
}

// constant texts mean something else in GROUP BY, or nothing.
func constant(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil || strings.HasPrefix(text, "'") || text == "TRUE" || text == "FALSE"
}

// determined are the stored tables whose key k is.
func (g *generator) determined(s *scope, k item) []source {
	for _, src := range s.sources {
		for _, f := range src.fields {
			if src.stored && f.key && f.text == k.text {
				return []source{src}
			}
		}
	}
	return nil
}

func (g *generator) aggregated(s *scope, depth int, want field, keys []item, free []source) item {
	if len(free) > 0 && g.chance(30) {
		if f, ok := g.field(&scope{sources: free}, func(f field) bool { return f.kind == want.kind && !f.other }); ok {
			x := item{text: f.text, field: f}
			x.field.text, x.field.key = "", false
			return x
		}
	}
	g.red = false
	x := item{text: g.aggregate(s, want.kind, min(depth, 1)), field: field{kind: want.kind}}
	x.red = g.red
	if g.chance(50) {
		x.alias = fmt.Sprintf("n%d", g.number())
	}
	return x
}

// sort adds ORDER BY; with all outputs in it, LIMIT means one thing.
func (g *generator) sort(q *block) {
	switch {
	case g.chance(45):
		return
	case g.chance(60) && sortable(q):
		for n, i := range g.r.Perm(len(q.items)) {
			if n == 0 && q.right == nil && !q.distinct && g.chance(30) {
				q.on = fmt.Sprint(i + 1) // the first row of each: one thing, as all outputs decide on the order
			}
			q.order = append(q.order, g.sortKey(q, i))
		}
		if g.chance(60) {
			q.limit = fmt.Sprintf(" LIMIT %d", g.r.IntN(12))
			if g.chance(25) {
				q.limit += fmt.Sprintf(" OFFSET %d", g.r.IntN(5))
			}
		}
	default:
		i := g.r.IntN(len(q.items))
		if x := q.items[i]; x.kind != Token || x.other {
			q.order = append(q.order, g.sortKey(q, i))
			if g.chance(40) { // rows that are equal in the order come together
				q.limit = fmt.Sprintf(" FETCH FIRST %d ROWS WITH TIES", 1+g.r.IntN(4))
			}
		}
	}
}

func sortable(q *block) bool {
	for _, x := range q.items {
		if x.kind == Token && !x.other {
			return false
		}
	}
	return true
}

func (g *generator) sortKey(q *block, i int) sortKey {
	text := fmt.Sprint(i + 1)
	if q.items[i].alias != "" && g.chance(60) {
		text = q.items[i].alias
	}
	return sortKey{text + g.one("", " ASC", " DESC", " DESC", " NULLS FIRST", " DESC NULLS LAST"), i}
}

// field picks a column of the sources, seldom one of the blocks around.
func (g *generator) field(s *scope, fits func(field) bool) (field, bool) {
	if s.outer != nil && (g.chance(25) || len(s.sources) == 0) {
		if f, ok := g.field(s.outer, fits); ok {
			return f, true
		}
	}
	var all []field
	for _, src := range s.sources {
		for _, f := range src.fields {
			if fits(f.field) && (!f.clash || g.chance(2)) && (!f.red || !g.picks || g.chance(1)) {
				all = append(all, f.field)
			}
		}
	}
	if len(all) == 0 {
		return field{}, false
	}
	f := all[g.r.IntN(len(all))]
	g.red = g.red || f.red
	return f, true
}

// hidden is a draft that names something the viewer does not see.
func (g *generator) hidden() *Query {
	for range 20 {
		l := g.w.rules[g.r.IntN(len(g.w.rules))]
		s := g.w.look(l)
		c := l.t.Columns[g.r.IntN(len(l.t.Columns))]
		q := &block{items: []item{{text: mark(g.r, c.Name)}}, from: []from{{before: mark(g.r, l.t.Name)}}}
		if s == nil {
			if g.chance(50) {
				q.items[0].text = g.one("*", "count(*)", "1")
			}
			return &Query{block: q, Hidden: true}
		}
		visible := false
		for _, x := range s.columns {
			visible = visible || x.Column == c
		}
		if !visible {
			switch g.r.IntN(3) {
			case 0:
				q.where = []string{q.items[0].text + " IS NOT NULL"}
				q.items[0].text = "count(*)"
			case 1:
				q.order = []sortKey{{q.items[0].text, -1}}
				q.items[0].text = "1"
			}
			return &Query{block: q, Hidden: true}
		}
	}
	return nil
}
