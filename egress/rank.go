package egress

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	lang "github.com/grille-dev/grille/internal/words"
)

// ranked orders the tables of a catalog that is too large for one prompt by how
// much the question speaks of them: a word of the table's name counts most, a
// word of a column's name less, and a table next to one that is spoken of more
// than one that is not. Ties keep the catalog's order, so that the same question
// makes the same prompt.
func ranked(c *catalog.Catalog, asked map[string]bool) []int {
	index := make(map[catalog.TableID]int, len(c.Tables))
	own := make([]int, len(c.Tables))
	for i, t := range c.Tables {
		index[t.ID] = i
		own[i] = 16 * hits(t.Name, asked)
		for _, col := range t.Columns {
			own[i] += 3 * hits(col.Name, asked)
		}
	}
	total := slices.Clone(own)
	for i, t := range c.Tables {
		for _, f := range t.Foreign {
			if j, ok := index[f.To]; ok && i != j {
				total[i] += own[j] / 4
				total[j] += own[i] / 4
			}
		}
	}
	order := make([]int, len(c.Tables))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return total[b] - total[a] })
	return order
}

func hits(name string, asked map[string]bool) int {
	n := 0
	for _, w := range lang.Split(name) {
		if asked[lang.Stem(w)] {
			n++
		}
	}
	return n
}
