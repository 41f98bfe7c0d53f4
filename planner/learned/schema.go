package learned

import (
	"math/bits"
	"slices"
	"strings"
)

// Schema is the visible tables, as the parser needs them: columns are numbered
// through all tables.
type Schema struct {
	Tables  []Table
	Columns []Column
	Edges   []Edge
	// hops is the fewest joins from one table to another; far if there are none.
	hops [][]int
}

// Table is one table; Words are the stems of its name, Also those of its other
// names, Key its primary key.
type Table struct {
	Name  string // as the catalog has it
	SQL   string // as SQL writes it
	Words []string
	Also  [][]string
	Key   []int
	first int
	count int
	joint string // the words written together
}

// Column is one column; Need says without which of its words it is not meant, Also
// are the words of its other names.
type Column struct {
	Name    string // as the catalog has it
	SQL     string // as SQL writes it
	Table   int
	Words   []string
	Need    []bool
	Also    [][]string
	Kind    Kind
	Key     bool // the only column of its table's primary key
	Foreign bool // refers to another table, or is referred to
	Display bool // what rows of its table are known by
	joint   string
}

// Kind is what one may do with a column.
type Kind uint8

const (
	Other Kind = iota
	Number
	Text
	Date
	Bool
)

// Edge says that rows of two tables belong together; each of To has many of From.
type Edge struct {
	From, To         int // tables
	FromCols, ToCols []int
	Guessed          bool
}

const far = 99

// Prepare completes a schema whose exported fields are set.
func (s *Schema) Prepare() {
	for i := range s.Tables {
		s.Tables[i].joint = strings.Join(s.Tables[i].Words, "")
	}
	for i, c := range s.Columns {
		s.Columns[i].joint = strings.Join(c.Words, "")
		t := &s.Tables[c.Table]
		if t.count == 0 {
			t.first = i
		}
		t.count++
	}
	s.hops = make([][]int, len(s.Tables))
	for i := range s.hops {
		s.hops[i] = s.hopsFrom(i)
	}
}

func (s *Schema) hopsFrom(t int) []int {
	d := make([]int, len(s.Tables))
	for i := range d {
		d[i] = far
	}
	d[t] = 0
	for queue := []int{t}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, e := range s.Edges {
			if to := e.other(at); to >= 0 && d[to] == far {
				d[to] = d[at] + 1
				queue = append(queue, to)
			}
		}
	}
	return d
}

// other is the table at the other end, or -1.
func (e Edge) other(t int) int {
	switch t {
	case e.From:
		return e.To
	case e.To:
		return e.From
	}
	return -1
}

// linked reports whether an edge joins two columns.
func (s *Schema) linked(a, b int) bool {
	return slices.ContainsFunc(s.Edges, func(e Edge) bool {
		return slices.Contains(e.FromCols, a) && slices.Contains(e.ToCols, b) || slices.Contains(e.FromCols, b) && slices.Contains(e.ToCols, a)
	})
}

// set is a set of tables; the parser looks at the first 128.
type set [2]uint64

const maxTables = 128

func (s *set) add(t int)     { s[t/64] |= 1 << (t % 64) }
func (s set) has(t int) bool { return s[t/64]&(1<<(t%64)) != 0 }
func (s *set) join(o set)    { s[0], s[1] = s[0]|o[0], s[1]|o[1] }
func (s set) size() int      { return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) }

// all lists the tables of a set.
func (s set) all() []int {
	var out []int
	for t := range maxTables {
		if s.has(t) {
			out = append(out, t)
		}
	}
	return out
}

// step is one join: the table at the edge's other end comes in.
type step struct {
	edge Edge
	from int // already there
	to   int
}

// tree joins tables along the shortest ways, beginning with the first of the
// list; false if they cannot be joined.
func (s *Schema) tree(tables []int) ([]step, bool) {
	var in set
	var out []step
	if len(tables) == 0 {
		return nil, false
	}
	in.add(tables[0])
	left := slices.Clone(tables[1:])
	for len(left) > 0 {
		best, at, way := 1<<30, -1, []step(nil)
		for i, t := range left {
			if in.has(t) {
				at, way = i, nil
				break
			}
			if w, cost := s.way(in, t); cost < best {
				best, at, way = cost, i, w
			}
		}
		if at < 0 {
			return nil, false
		}
		for _, w := range way {
			in.add(w.to)
		}
		out = append(out, way...)
		left = slices.Delete(left, at, at+1)
	}
	return out, true
}

// way is the cheapest way from a set of tables to another.
func (s *Schema) way(in set, to int) ([]step, int) {
	const none = 1 << 30
	cost := make([]int, len(s.Tables))
	by := make([]step, len(s.Tables))
	done := make([]bool, len(s.Tables))
	for t := range cost {
		cost[t] = none
		if t < maxTables && in.has(t) {
			cost[t] = 0
		}
	}
	for {
		at := -1
		for t := range cost {
			if !done[t] && cost[t] < none && (at < 0 || cost[t] < cost[at]) {
				at = t
			}
		}
		if at < 0 {
			return nil, none
		}
		if at == to {
			break
		}
		done[at] = true
		for _, e := range s.Edges {
			o := e.other(at)
			if o < 0 || o == at || o >= maxTables {
				continue
			}
			c := cost[at] + 10
			if e.Guessed {
				c += 5
			}
			if c < cost[o] {
				cost[o], by[o] = c, step{e, at, o}
			}
		}
	}
	var out []step
	for t := to; !in.has(t); t = by[t].from {
		out = append(out, by[t])
	}
	slices.Reverse(out)
	return out, cost[to]
}

// closure is a set of tables with those that lie between them.
func (s *Schema) closure(tables set) (set, bool) {
	steps, ok := s.tree(tables.all())
	for _, w := range steps {
		tables.add(w.to)
	}
	return tables, ok
}
