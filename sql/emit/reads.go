package emit

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
)

// reads are the stored tables and columns that the text names, in the order in
// which it names the tables first.
type reads struct{ list []Read }

// table notes that t is named and gives its place.
func (r *reads) table(t *catalog.Table) int {
	i := slices.IndexFunc(r.list, func(x Read) bool { return x.Table.ID == t.ID })
	if i < 0 {
		r.list = append(r.list, Read{Table: t})
		i = len(r.list) - 1
	}
	return i
}

// column notes that the column c of t is named.
func (r *reads) column(t *catalog.Table, c *catalog.Column) {
	x := &r.list[r.table(t)]
	if i, ok := slices.BinarySearch(x.Columns, c.ID); !ok {
		x.Columns = slices.Insert(x.Columns, i, c.ID)
	}
}
