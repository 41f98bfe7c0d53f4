package groups

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
)

// look has the attacker look at what was shown of each group. He knows which rows
// each number is of, and solves for a few: a sum of multiples of numbers that is of
// the rows of 1 to size-1 entities, and of no others, gives their values away.
func (b *bench) look(w *world, q *query, got oracle.Result, at string, of map[string]int) {
	shown := map[string][]any{}
	for _, line := range values(got) {
		shown[lines([][]any{line[:len(q.keys)]})[0]] = line
	}
	for _, g := range q.groups() {
		keys := g.keys
		if keys == nil {
			keys = []any{}
		}
		line := shown[lines([][]any{keys})[0]]
		if line == nil {
			of["hidden groups"]++
			continue
		}
		var numbers []number
		for i, n := range q.numbers {
			if line[len(q.keys)+i] == nil {
				of["hidden numbers"]++
				continue
			}
			of["shown numbers"]++
			numbers = append(numbers, n)
		}
		for _, e := range q.from.entities {
			if who := isolated(g, numbers, e, w.size); who != "" {
				b.Errorf("%s: groups of %d: of %v the numbers tell of %s: %s\n%s", at, w.size, g.keys, e, who, q)
			}
		}
	}
}

// cells are the parts of a group in which the same of the numbers count a row,
// with the entities in each.
type cells struct {
	counts   [][]bool // by cell and number
	entities []map[any]bool
}

func (c *cells) add(counts []bool, id any) {
	for i := range c.counts {
		if fmt.Sprint(c.counts[i]) == fmt.Sprint(counts) {
			c.entities[i][id] = true
			return
		}
	}
	c.counts = append(c.counts, counts)
	c.entities = append(c.entities, map[any]bool{id: true})
}

// isolated says which entities the numbers of a group tell of, "" if of none. Sums
// of one column are added and subtracted where it has a value, and counts where
// there is a row.
func isolated(g *group, all []number, entity string, size int) string {
	var counts, distinct []number
	sums := map[string][]number{}
	for _, n := range all {
		switch n.fn {
		case "distinct":
			distinct = append(distinct, n)
		case "count", "count(*)":
			counts = append(counts, n)
		default:
			for _, c := range n.arg.reads {
				sums[c] = append(sums[c], n)
			}
			if slices.ContainsFunc(all, func(m number) bool { return m.fn != n.fn && m.arg.text == n.arg.text }) {
				counts = append(counts, n) // a sum by its average
			}
		}
	}
	if who := among(g.rows, counts, entity, size); who != "" {
		return who
	}
	for column, of := range sums {
		rows := slices.DeleteFunc(slices.Clone(g.rows), func(x row) bool { return x[column] == nil })
		if who := among(rows, of, entity, size); who != "" {
			return who
		}
	}
	return amongEntities(g, distinct, entity, size)
}

// among looks at numbers of rows.
func among(rows []row, all []number, entity string, size int) string {
	var of cells
	for _, x := range rows {
		if x[entity] == nil {
			continue
		}
		counts := make([]bool, len(all))
		for i, n := range all {
			counts[i] = n.holds(x)
		}
		of.add(counts, x[entity])
	}
	return of.solve(len(all), size)
}

// amongEntities looks at any two numbers of entities.
func amongEntities(g *group, all []number, entity string, size int) string {
	of := map[any][]bool{}
	for _, x := range g.rows {
		if x[entity] == nil {
			continue
		}
		if of[x[entity]] == nil {
			of[x[entity]] = make([]bool, len(all))
		}
		for i, n := range all {
			of[x[entity]][i] = of[x[entity]][i] || n.holds(x)
		}
	}
	for i := range all {
		for j := range i {
			var two cells
			for id, counts := range of {
				two.add([]bool{counts[i], counts[j]}, id)
			}
			if who := two.solve(2, size); who != "" {
				return who
			}
		}
	}
	return ""
}

// solve tries each set of cells that together have too few entities: numbers tell
// of it if their rank is less without those cells.
func (c *cells) solve(numbers, size int) string {
	var few []int
	for i, of := range c.entities {
		if len(of) < size {
			few = append(few, i)
		}
	}
	for set := 1; set < 1<<len(few); set++ {
		who := map[any]bool{}
		var outside [][]bool
		for i := range c.counts {
			if at := slices.Index(few, i); at < 0 || set>>at&1 == 0 {
				outside = append(outside, c.counts[i])
				continue
			}
			for id := range c.entities[i] {
				who[id] = true
			}
		}
		if len(who) < size && rank(outside, numbers) < rank(c.counts, numbers) {
			return fmt.Sprint(who)
		}
	}
	return ""
}

// rank is that of the matrix of cells by numbers.
func rank(of [][]bool, numbers int) int {
	m := make([][]*big.Rat, len(of))
	for i, counts := range of {
		m[i] = make([]*big.Rat, numbers)
		for j := range m[i] {
			m[i][j] = new(big.Rat)
			if counts[j] {
				m[i][j].SetInt64(1)
			}
		}
	}
	r := 0
	for j := 0; j < numbers && r < len(m); j++ {
		pivot := r
		for pivot < len(m) && m[pivot][j].Sign() == 0 {
			pivot++
		}
		if pivot == len(m) {
			continue
		}
		m[r], m[pivot] = m[pivot], m[r]
		for i := r + 1; i < len(m); i++ {
			by := new(big.Rat).Quo(m[i][j], m[r][j])
			for k := j; k < numbers; k++ {
				m[i][k].Sub(m[i][k], new(big.Rat).Mul(by, m[r][k]))
			}
		}
		r++
	}
	return r
}

// TestAttacker shows that he finds what there is to find: of ten, the first five
// and the next four, the tenth.
func TestAttacker(t *testing.T) {
	g := &group{}
	for i := range 10 {
		g.rows = append(g.rows, row{"e.id": int64(i + 1)})
	}
	to := func(op string, id int64) number {
		c := is("e.id", op, id)
		return number{fn: "sum", arg: col("e.id"), filter: &c}
	}
	all, five := number{fn: "sum", arg: col("e.id")}, to("<", 6)
	next := logic(is("e.id", ">=", int64(6)), "AND", is("e.id", "<", int64(10)))
	four := number{fn: "avg", arg: times("e.id", 50), filter: &next}
	few := to("<", 6)
	few.fn, few.arg = "count(*)", expr{}
	for _, c := range []struct {
		name    string
		numbers []number
		tells   bool
	}{
		{"of ten, five", []number{all, five}, false},
		{"of ten, five and the other five", []number{all, five, to(">=", 6)}, false},
		{"of ten, five and four", []number{all, five, four}, true},
		{"five and four", []number{five, four}, false},
		{"of ten, nine", []number{all, to("<", 10)}, true},
		{"one", []number{to("=", 10)}, true},
		{"of ten, nine of another kind", []number{all, few}, false},
		{"two overlap in one", []number{all, to("<", 6), to(">=", 5)}, true},
	} {
		if got := isolated(g, c.numbers, "e.id", 3); (got != "") != c.tells {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
