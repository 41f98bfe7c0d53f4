package planner

import (
	"slices"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// graph is how tables are connected: by declared foreign keys, and where two
// tables have none, by columns named after the other's key.
type graph struct {
	edges  map[*catalog.Table][]edge
	tables []*catalog.Table
	number map[*catalog.Table]int
	mu     sync.Mutex
	ways   map[fromTo][]edge // that were found; of at most 64 tables
}

// fromTo is where a way begins, a bit a table, and where it ends.
type fromTo struct {
	from uint64
	to   int
}

// mostWays is how many ways a graph remembers.
const mostWays = 10_000

// edge goes from one table to another.
type edge struct {
	from, to         *catalog.Table
	fromCols, toCols []*catalog.Column
	many             bool // a row of from may meet several of to
	guessed          bool // not declared
}

func newGraph(l *lexicon) *graph {
	g := &graph{edges: map[*catalog.Table][]edge{}, tables: l.catalog.Tables, number: map[*catalog.Table]int{}, ways: map[fromTo][]edge{}}
	for i, t := range g.tables {
		g.number[t] = i
	}
	for _, t := range g.tables {
		for _, f := range t.Refers() {
			if to := l.tables[f.To]; to != nil {
				g.add(t, columnsOf(t, f.Columns), to, columnsOf(to, f.ToColumns), false)
			}
		}
	}
	g.guess(l)
	return g
}

func columnsOf(t *catalog.Table, ids []catalog.ColumnID) []*catalog.Column {
	var out []*catalog.Column
	for _, id := range ids {
		if c := t.Column(id); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// add adds an edge in both directions.
func (g *graph) add(t *catalog.Table, cols []*catalog.Column, to *catalog.Table, toCols []*catalog.Column, guessed bool) {
	if len(cols) == 0 || len(cols) != len(toCols) || t == to {
		return // a column is hidden, or the table refers to itself
	}
	for i := range cols {
		if !comparable(cols[i].Type, toCols[i].Type) {
			return // a mask has changed one of them
		}
	}
	g.edges[t] = append(g.edges[t], edge{t, to, cols, toCols, !isUnique(to, toCols), guessed})
	g.edges[to] = append(g.edges[to], edge{to, t, toCols, cols, !isUnique(t, cols), guessed})
}

func isUnique(t *catalog.Table, cols []*catalog.Column) bool {
	for _, key := range t.Believed() {
		within := true
		for _, id := range key {
			within = within && slices.ContainsFunc(cols, func(c *catalog.Column) bool { return c.ID == id })
		}
		if within && len(key) > 0 {
			return true
		}
	}
	return false
}

// guess connects a column with the single-column key of another table that has
// the same name, unless that name says nothing (id, code, name), or the name of
// that table and its key (ward_id, wards.id).
func (g *graph) guess(l *lexicon) {
	byKey := map[string][]ref{}
	for _, t := range l.catalog.Tables {
		if key := l.keyOf(t); len(key) == 1 {
			parts := l.of(key[0].col.Name)
			if len(parts) > 1 {
				byKey[joined(parts)] = append(byKey[joined(parts)], key[0])
			}
			if last := parts[len(parts)-1]; last == "id" || last == "code" {
				name := joined(append(l.of(t.Name), last))
				if name != joined(parts) {
					byKey[name] = append(byKey[name], key[0])
				}
			}
		}
	}
	for _, t := range l.catalog.Tables {
		for _, c := range t.Columns {
			for _, key := range byKey[joined(withoutOwner(l.of(c.Name), l.of(t.Name)))] {
				if key.table != t && comparable(c.Type, key.col.Type) && !g.connected(t, key.table) {
					g.add(t, []*catalog.Column{c}, key.table, []*catalog.Column{key.col}, true)
				}
			}
		}
	}
}

// withoutOwner leaves out the table's own words in front of a column's: the
// customer of transaction_customer_id.
func withoutOwner(name, table []string) []string {
	if k := len(table); len(name) > k+1 && slices.Equal(name[:k], table) {
		return name[k:]
	}
	return name
}

func joined(words []string) string {
	out := ""
	for _, w := range words {
		out += w
	}
	return out
}

// comparable reports whether = may stand between two columns of these types.
func comparable(a, b types.Type) bool {
	family := func(t types.Type) types.Kind {
		switch t.Kind {
		case types.Int2, types.Int4, types.Int8, types.Numeric, types.Float4, types.Float8:
			return types.Numeric
		case types.Text, types.Varchar, types.Bpchar:
			return types.Text
		default:
			return t.Kind
		}
	}
	return family(a) == family(b) && a.Name == b.Name
}

func (g *graph) connected(a, b *catalog.Table) bool {
	return slices.ContainsFunc(g.edges[a], func(e edge) bool { return e.to == b })
}

// path is the shortest way from one of the tables to another; nil if there is
// none. Of several, that with declared keys, then that which does not multiply
// rows, then the catalog's first. prefer are words of the question that may name
// a key: "as the home team".
func (g *graph) path(from []*catalog.Table, to *catalog.Table) []edge {
	if len(g.tables) > 64 {
		return g.findPath(from, to)
	}
	key := fromTo{to: g.number[to]}
	for _, t := range from {
		key.from |= 1 << g.number[t]
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	way, ok := g.ways[key]
	if !ok {
		if len(g.ways) == mostWays {
			clear(g.ways)
		}
		way = slices.Clip(g.findPath(from, to))
		g.ways[key] = way
	}
	return way
}

func (g *graph) findPath(from []*catalog.Table, to *catalog.Table) []edge {
	type step struct {
		seen, done bool
		cost       int
		by         edge
	}
	best := make([]step, len(g.tables))
	for _, t := range from {
		best[g.number[t]].seen = true
	}
	for {
		at := -1
		for i, s := range best {
			if s.seen && !s.done && (at < 0 || s.cost < best[at].cost || s.cost == best[at].cost && g.tables[i].ID < g.tables[at].ID) {
				at = i
			}
		}
		if at < 0 {
			return nil
		}
		if g.tables[at] == to {
			break
		}
		best[at].done = true
		for _, e := range g.edges[g.tables[at]] {
			cost := best[at].cost + 10
			if e.guessed {
				cost += 5
			}
			if e.many {
				cost++
			}
			if s := &best[g.number[e.to]]; !s.seen || cost < s.cost {
				s.seen, s.cost, s.by = true, cost, e
			}
		}
	}
	var way []edge
	for t := to; !slices.Contains(from, t); t = best[g.number[t]].by.from {
		way = append(way, best[g.number[t]].by)
	}
	slices.Reverse(way)
	return way
}

// tree is tables joined to a root, each along one edge.
type tree struct {
	root  *catalog.Table
	edges []edge // each from a table that is already in
}

func (t *tree) tables() []*catalog.Table {
	out := []*catalog.Table{t.root}
	for _, e := range t.edges {
		out = append(out, e.to)
	}
	return out
}

func (t *tree) has(x *catalog.Table) bool { return slices.Contains(t.tables(), x) }

// connect adds a table and what lies between; false if it cannot be reached.
func (t *tree) connect(g *graph, x *catalog.Table) bool {
	if t.has(x) {
		return true
	}
	way := g.path(t.tables(), x)
	t.edges = append(t.edges, way...)
	return len(way) > 0
}

// multiplies reports whether a row of the root may appear more than once.
func (t *tree) multiplies() bool {
	return slices.ContainsFunc(t.edges, func(e edge) bool { return e.many })
}
