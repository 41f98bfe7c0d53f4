package egress

import (
	"maps"
	"math"
	"slices"

	"github.com/grille-dev/grille/catalog"
	lang "github.com/grille-dev/grille/internal/words"
)

// index is a catalog with its names taken apart: what choosing tables for a
// question needs, made once for a view. It does not change, and is shared.
type index struct {
	outliner
	speaksOf func(stem string) bool // a name, or what was told
	labels   []label
	first    []int32 // the first label of a table; its labels stand together
	words    map[string]*word
	stems    []string            // the words, in order
	roots    map[string][]string // words by their root
	group    []int32             // which tables belong together
	sizes    []float64           // of a group, in tables
	next     [][]int32           // tables that a foreign key connects
}

// label is one text about a table: a name, another name, a description.
type label struct {
	kind  labelKind
	table int32
	// column counts from 1, metrics behind columns; 0: the label is about the table.
	column int32
	mass   float64 // how much its words say, all together
}

type labelKind uint8

const (
	tableName  labelKind = iota // or another name for the table
	columnName                  // or another name for a column
	toldOf                      // what a person wrote about one
)

// word is a word of names. It says the more, the fewer groups of tables have it.
type word struct {
	idf    float64
	labels []int32
	groups []int32 // schemas with the word in their name
}

// mostTogether is how many tables are a neighbourhood. More of them in one
// schema, or tied by keys, are a whole database, and say nothing of each other.
const mostTogether = 40

func newIndex(c *catalog.Catalog) *index {
	x := &index{outliner: newOutliner(c), speaksOf: Stems(c), words: map[string]*word{}, roots: map[string][]string{}}
	x.connect()
	x.assemble()
	names := map[string][]string{} // taken apart already
	for i, t := range c.Tables {
		x.first = append(x.first, int32(len(x.labels)))
		x.add(label{kind: tableName, table: int32(i)}, t.Name, names)
		for j, col := range t.Columns {
			x.add(label{kind: columnName, table: int32(i), column: int32(j + 1)}, col.Name, names)
		}
		x.more(i, t, names)
	}
	x.first = append(x.first, int32(len(x.labels)))
	x.weigh()
	return x
}

// more adds what people have written about a table and its columns.
func (x *index) more(i int, t *catalog.Table, names map[string][]string) {
	about := func(kind labelKind, column int, text string, also []string) {
		for _, name := range also {
			x.add(label{kind: kind, table: int32(i), column: int32(column)}, name, names)
		}
		if text != "" {
			x.add(label{kind: toldOf, table: int32(i), column: int32(column)}, text, names)
		}
	}
	about(tableName, 0, t.About, t.Also)
	for j, col := range t.Columns {
		about(columnName, j+1, col.About, col.Also)
	}
	for k, m := range x.metrics[t.ID] {
		about(tableName, len(t.Columns)+k+1, m.About, append([]string{m.Name}, m.Also...))
	}
}

func (x *index) add(f label, text string, names map[string][]string) {
	parts, ok := names[text]
	if !ok {
		parts = distinct(lang.OfName(text))
		names[text] = parts
	}
	id := int32(len(x.labels))
	x.labels = append(x.labels, f)
	for _, p := range parts {
		w := x.word(p)
		w.labels = append(w.labels, id)
	}
}

// word is the entry of a stem.
func (x *index) word(stem string) *word {
	w := x.words[stem]
	if w == nil {
		w = &word{}
		x.words[stem] = w
		root := lang.Root(stem)
		x.roots[root] = append(x.roots[root], stem)
	}
	return w
}

// weigh gives words and labels their weights, when all are known.
func (x *index) weigh() {
	n := float64(len(x.sizes))
	counted := make([]*word, len(x.sizes)) // the word for which a group was counted last
	for _, w := range x.words {
		in := 0
		count := func(group int32) {
			if counted[group] != w {
				counted[group], in = w, in+1
			}
		}
		for _, f := range w.labels {
			count(x.group[x.labels[f].table])
		}
		for _, g := range w.groups {
			count(g)
		}
		w.idf = math.Log((n + 1) / (float64(in) + 0.5))
	}
	x.stems = slices.Sorted(maps.Keys(x.words))
	for _, stem := range x.stems { // in order: sums of fractions depend on it
		for _, f := range x.words[stem].labels {
			x.labels[f].mass += x.words[stem].idf
		}
	}
}

// connect notes which tables foreign keys connect.
func (x *index) connect() {
	at := make(map[catalog.TableID]int32, len(x.tables))
	for i, t := range x.tables {
		at[t.ID] = int32(i)
	}
	x.next = make([][]int32, len(x.tables))
	for i, t := range x.tables {
		for _, f := range t.Refers() {
			if j, ok := at[f.To]; ok && j != int32(i) {
				x.next[i], x.next[j] = append(x.next[i], j), append(x.next[j], int32(i))
			}
		}
	}
	for i := range x.next {
		slices.Sort(x.next[i])
		x.next[i] = slices.Compact(x.next[i])
	}
}

// assemble puts the tables into groups: a small schema is one, of a large one
// what keys connect, and a table of which too much is connected stands alone.
func (x *index) assemble() {
	x.group = make([]int32, len(x.tables))
	schemas := map[string][]int32{}
	for i, t := range x.tables {
		schemas[t.Schema] = append(schemas[t.Schema], int32(i))
	}
	done := make([]bool, len(x.tables))
	for i, t := range x.tables {
		if done[i] {
			continue
		}
		together := schemas[t.Schema]
		small := len(together) <= mostTogether
		if !small {
			together = x.component(int32(i))
		}
		if len(together) > mostTogether {
			together = []int32{int32(i)}
		}
		id := int32(len(x.sizes))
		x.sizes = append(x.sizes, float64(len(together)))
		for _, j := range together {
			x.group[j], done[j] = id, true
		}
		if small {
			for _, w := range distinct(lang.OfName(t.Schema)) {
				x.word(w).groups = append(x.word(w).groups, id)
			}
		}
	}
}

// component is what keys connect with a table of its schema, up to one table
// more than belong together.
func (x *index) component(i int32) []int32 {
	found := []int32{i}
	for k := 0; k < len(found); k++ {
		for _, j := range x.next[found[k]] {
			if x.tables[j].Schema == x.tables[i].Schema && !slices.Contains(found, j) {
				if found = append(found, j); len(found) > mostTogether {
					return found
				}
			}
		}
	}
	return found
}

func distinct(words []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(words)))
}

// slips are the words of names that a misspelt one may be; the first letter is
// right.
func (x *index) slips(stem string) []string {
	var found []string
	at, _ := slices.BinarySearch(x.stems, stem[:1])
	for _, w := range x.stems[at:] {
		if w[0] != stem[0] {
			break
		}
		if len(w) >= 5 && lang.OneSlip(stem, w) {
			found = append(found, w)
		}
	}
	return found
}
