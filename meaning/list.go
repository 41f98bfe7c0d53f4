package meaning

import (
	"fmt"
	"strings"

	"github.com/grille-dev/grille/catalog"
)

// List is what is said in a catalog, a line each: tables and columns of which
// something is said, then the metrics.
func List(c *catalog.Catalog) []string {
	var out []string
	for _, t := range c.Tables {
		if said := about(t.About, t.Also, append(keysOf(c, t), meant(t)...)); said != "" {
			out = append(out, t.Name+": "+said)
		}
		for _, col := range t.Columns {
			var more []string
			if col.Shape.Unit != "" {
				more = append(more, "in "+col.Shape.Unit)
			}
			if col.Shape.Padded {
				more = append(more, fmt.Sprintf("%d decimals at least", col.Shape.Decimals))
			}
			if said := about(col.About, col.Also, more); said != "" {
				out = append(out, t.Name+"."+col.Name+": "+said)
			}
		}
	}
	for _, m := range c.Metrics {
		var more []string
		if m.Shape.Unit != "" {
			more = append(more, "in "+m.Shape.Unit)
		}
		if m.Owner != "" {
			more = append(more, m.Owner+" answers for it")
		}
		out = append(out, "metric "+m.Name+": "+about(Definition(m, c.Table(m.Table)), m.Also, append(nonEmpty(m.About), more...)))
	}
	return out
}

func about(text string, also, more []string) string {
	parts := nonEmpty(text)
	if len(also) > 0 {
		parts = append(parts, "also "+strings.Join(also, ", "))
	}
	return strings.Join(append(parts, more...), "; ")
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func keysOf(c *catalog.Catalog, t *catalog.Table) []string {
	var out []string
	for _, k := range t.Said.Keys {
		var names []string
		for _, id := range k {
			names = append(names, t.Column(id).Name)
		}
		out = append(out, "key "+strings.Join(names, ", "))
	}
	for _, k := range t.Said.Refers {
		to := c.Table(k.To)
		out = append(out, t.Column(k.Columns[0]).Name+" refers to "+to.Name+"."+to.Column(k.ToColumns[0]).Name)
	}
	return out
}

func meant(t *catalog.Table) []string {
	var out []string
	for _, x := range []struct {
		what string
		id   catalog.ColumnID
	}{{"date", t.Said.Date}, {"measure", t.Said.Measure}} {
		if x.id != 0 {
			out = append(out, x.what+" "+t.Column(x.id).Name)
		}
	}
	return out
}
