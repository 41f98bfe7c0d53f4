package groups

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/oracle"
)

// group is one group of a block.
type group struct {
	keys []any
	rows []row
}

// answer is what must come back: the groups that are of enough, and their numbers.
func (q *query) answer(size int, e oracle.Engine) [][]any {
	var out [][]any
	for _, g := range q.groups() {
		if line := q.line(g, size, e); line != nil {
			out = append(out, line)
		}
	}
	switch q.above {
	case nothing, unique:
	case ordered:
		if len(q.keys) > 0 {
			slices.SortStableFunc(out, func(a, b []any) int { return order(a[:len(q.keys)], b[:len(q.keys)]) })
			out = out[:min(3, len(out))]
		}
	case windowed:
		var total any
		for _, line := range out {
			total = add(total, line[len(q.keys)])
		}
		for i := range out {
			out[i] = append(out[i], total)
		}
	case outer:
		out = [][]any{{int64(len(out))}}
	case twice:
		out = append(out, out...)
	}
	return out
}

func add(a, b any) any {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return new(big.Rat).Add(rat(a), rat(b))
}

// order is PostgreSQL's, NULL last.
func order(a, b []any) int {
	for i := range a {
		switch {
		case a[i] == nil && b[i] == nil:
		case a[i] == nil:
			return 1
		case b[i] == nil:
			return -1
		default:
			if c, _ := compare(a[i], b[i]); c != 0 {
				return c
			}
		}
	}
	return 0
}

// groups are those of the viewer's rows.
func (q *query) groups() []*group {
	var all []*group
	if len(q.keys) == 0 {
		all = append(all, &group{})
	}
	for _, x := range filter(q.from.rows, q.where) {
		keys := make([]any, len(q.keys))
		for i, k := range q.keys {
			keys[i] = k.f(x)
		}
		i := slices.IndexFunc(all, func(g *group) bool { return fmt.Sprint(g.keys) == fmt.Sprint(keys) })
		if i < 0 {
			i, all = len(all), append(all, &group{keys: keys})
		}
		all[i].rows = append(all[i].rows, x)
	}
	return all
}

// entities are those with a row for which is holds.
func entities(rows []row, column string, is func(row) bool) map[any]bool {
	of := map[any]bool{}
	for _, x := range rows {
		if id := x[column]; id != nil && is(x) {
			of[id] = true
		}
	}
	return of
}

func every(row) bool { return true }

// all are the numbers that the block computes.
func (q *query) all() []number {
	if q.having == nil {
		return q.numbers
	}
	return append(slices.Clone(q.numbers), *q.having)
}

// line is the group as it is shown, nil if not at all.
func (q *query) line(g *group, size int, engine oracle.Engine) []any {
	enough := true
	for _, e := range q.from.entities {
		enough = enough && len(entities(g.rows, e, every)) >= size
	}
	if len(q.keys) > 0 && !enough {
		return nil
	}
	shown := func(n number) any {
		if !enough || !n.present(&q.from, engine) && !q.shown(g, n, size, engine) {
			return nil
		}
		return n.value(g.rows)
	}
	if q.having != nil {
		v := shown(*q.having)
		if v == nil || rat(v).Cmp(new(big.Rat).SetInt64(q.more)) <= 0 {
			return nil
		}
	}
	line := slices.Clone(g.keys)
	if line == nil {
		line = []any{}
	}
	for _, n := range q.numbers {
		line = append(line, shown(n))
	}
	return line
}

// whole reports whether NULLs cut nothing from a number: it is the SUM or the AVG,
// and not both, of one column that no outer join makes NULL.
func (q *query) whole(n number, engine oracle.Engine) bool {
	one := func(m number) bool {
		bare := m
		bare.filter = nil
		return (m.fn == "sum" || m.fn == "avg") && len(m.arg.reads) == 1 && !bare.present(&q.from, engine)
	}
	if !one(n) || strings.Contains(q.from.optional, n.arg.reads[0][:2]) {
		return false
	}
	return !slices.ContainsFunc(q.all(), func(m number) bool {
		return one(m) && m.fn != n.fn && m.arg.reads[0] == n.arg.reads[0]
	})
}

// shown is the rule of small groups for a number with a condition.
func (q *query) shown(g *group, n number, size int, engine oracle.Engine) bool {
	fits := func(n int) bool { return n == 0 || n >= size }
	var cuts []func(row) bool
	universes := []func(row) bool{every}
	for _, m := range q.all() {
		if !q.whole(m, engine) {
			cuts = append(cuts, m.holds)
			continue
		}
		cuts = append(cuts, func(x row) bool { return m.filter == nil || m.filter.f(x) == true })
		universes = append(universes, func(x row) bool { return x[m.arg.reads[0]] != nil })
	}
	for _, e := range q.from.entities {
		if len(entities(g.rows, e, n.holds)) < size {
			return false
		}
		for _, within := range universes {
			cells := map[string]map[any]bool{} // entities by the conditions that hold for a row
			for _, x := range g.rows {
				if x[e] == nil || !within(x) {
					continue
				}
				cell := ""
				for _, c := range cuts {
					cell += fmt.Sprint(c(x))
				}
				if cells[cell] == nil {
					cells[cell] = map[any]bool{}
				}
				cells[cell][x[e]] = true
			}
			for _, of := range cells {
				if !fits(len(of)) {
					return false
				}
			}
		}
		if q.from.alone != e && !apart(g, e, cuts, fits) {
			return false
		}
	}
	return true
}

// apart reports whether, of each two conditions, the entities that have a row of
// both, of one alone, and of neither are none or enough.
func apart(g *group, entity string, cuts []func(row) bool, fits func(int) bool) bool {
	marks := map[any]uint{}
	for _, x := range g.rows {
		for i, c := range cuts {
			if x[entity] != nil && c(x) {
				marks[x[entity]] |= 1 << i
			}
		}
		if x[entity] != nil {
			marks[x[entity]] |= 0
		}
	}
	for i := range cuts {
		for j := range cuts {
			parts := [4]int{}
			for _, m := range marks {
				parts[m>>i&1<<1|m>>j&1]++
			}
			if slices.ContainsFunc(parts[:], func(n int) bool { return !fits(n) }) {
				return false
			}
		}
	}
	return true
}

// value is the number of rows, as if all could be shown.
func (n number) value(rows []row) any {
	var sum any
	count, of := int64(0), map[string]bool{}
	for _, x := range rows {
		if !n.holds(x) {
			continue
		}
		count++
		switch n.fn {
		case "sum", "avg":
			sum = add(sum, n.arg.f(x))
		case "distinct":
			of[fmt.Sprint(n.arg.f(x))] = true
		}
	}
	switch n.fn {
	case "sum":
		return sum
	case "avg":
		if count == 0 {
			return nil
		}
		return new(big.Rat).Quo(rat(sum), new(big.Rat).SetInt64(count))
	case "distinct":
		return int64(len(of))
	case "count", "count(*)":
		if n.inCase && count == 0 && n.fn == "count(*)" {
			return nil
		}
		return count
	default:
		panic("groups: unknown aggregate")
	}
}

// lines are the answer in an order of its own, each line as one text.
func lines(rows [][]any) []string {
	var out []string
	for _, r := range rows {
		var cells []string
		for _, v := range r {
			cells = append(cells, cell(v))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	slices.Sort(out)
	return out
}

// cell is a value as a text that both ways of computing give.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		return v
	default:
		return rat(v).FloatString(6)
	}
}
