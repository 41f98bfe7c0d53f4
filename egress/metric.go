package egress

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
)

// maxMetric is how many bytes the expression of a metric has at most.
const maxMetric = 600

// figures are the metrics of a table as lines of its block: each with its name, the
// expression that it stands for, and what people say of it. Who answers for it is not
// told. The values in it are those of the file of meaning; one with a character that
// cannot be seen, or that could be taken for a placeholder, is left out.
func (o outliner) figures(t *catalog.Table, notes *int) []line {
	var out []line
	for k, m := range o.metrics[t.ID] {
		named := true
		text := m.SQL(func(id catalog.ColumnID) string {
			name, ok := quoted(t.Column(id).Name)
			named = named && ok
			return name
		})
		if !named || len(text) > maxMetric || plain(text, maxMetric) != text {
			continue
		}
		out = append(out, line{"  metric " + inQuotes(plain(m.Name, maxAlso)) + " = " + text, told(m.About, m.Also, notes), len(t.Columns) + k, false, true})
	}
	return out
}

// sums reports whether metrics are among the lines.
func (b block) sums() bool {
	return slices.ContainsFunc(b.columns, func(l line) bool { return l.metric })
}
