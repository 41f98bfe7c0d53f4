package planner

import (
	"slices"
	"strconv"
	"strings"
)

// figure is an output that is worked out of an aggregate.
func (w *printer) figure(x expr) string {
	plain := x
	plain.figure = ""
	if x.figure == "rate" {
		return "1.0 * " + w.expr(w.p.rate.over) + " / nullif(" + w.divisor() + ", 0)"
	}
	agg := w.aggregate(plain)
	switch x.figure {
	case "growth":
		before := "lag(" + agg + ")" + w.alongTime("")
		return "100.0 * (" + agg + " - " + before + ") / nullif(" + before + ", 0)"
	case "change":
		return agg + " - lag(" + agg + ")" + w.alongTime("")
	case "running":
		return "sum(" + agg + ")" + w.alongTime("")
	case "moving":
		return "avg(" + agg + ")" + w.alongTime(" ROWS BETWEEN "+strconv.Itoa(w.p.window-1)+" PRECEDING AND CURRENT ROW")
	case "share":
		return "100.0 * " + agg + " / nullif(sum(" + agg + ") OVER (), 0)"
	case "part":
		return "100.0 * " + w.only(agg, 1) + " / nullif(" + agg + ", 0)"
	case "ratio":
		return "1.0 * " + w.only(agg, 1) + " / nullif(" + w.only(agg, 2) + ", 0)"
	case "side1":
		return w.only(agg, 1)
	case "side2":
		return w.only(agg, 2)
	case "more":
		return w.only(agg, 1) + " - " + w.only(agg, 2)
	case "grown":
		return "100.0 * (" + w.only(agg, 1) + " - " + w.only(agg, 2) + ") / nullif(" + w.only(agg, 2) + ", 0)"
	default:
		panic("planner: unknown figure " + x.figure)
	}
}

// divisor is what a rate divides by; of a group of several rows that are not those
// of the query, it is added up on its own.
func (w *printer) divisor() string {
	f := w.p.rate
	if f.along.col == nil {
		return w.expr(f.under)
	}
	t, name := f.along.table, quoteName(f.along.col.Name)
	a := w.newAlias(t)
	return "(SELECT sum(" + a + "." + quoteName(f.under.col.Name) + ") FROM " + w.table(t) + " AS " + a + " WHERE " + a + "." + name + " = " + w.column(f.along) + ")"
}

// only is an aggregate over the rows that the conditions of one side pick.
func (w *printer) only(agg string, side int) string {
	var parts []string
	for _, c := range w.p.aside {
		if c.aside != side {
			continue
		}
		text := w.comparison(c)
		if c.or && len(parts) > 0 {
			parts[len(parts)-1] = "(" + parts[len(parts)-1] + " OR " + text + ")"
			continue
		}
		parts = append(parts, text)
	}
	return agg + " FILTER (WHERE " + strings.Join(parts, " AND ") + ")"
}

// alongTime is the window of one series: by what else is grouped, in time.
func (w *printer) alongTime(frame string) string {
	var by []string
	time := ""
	for _, g := range w.p.groups {
		if g.unit != "" {
			time = w.expr(g)
		} else {
			by = append(by, w.expr(g))
		}
	}
	part := ""
	if len(by) > 0 {
		part = "PARTITION BY " + strings.Join(by, ", ") + " "
	}
	return " OVER (" + part + "ORDER BY " + time + frame + ")"
}

// firstOfEach numbers the rows of each group and takes the first so many:
//
//	SELECT a, b FROM (SELECT g AS a, x AS b, row_number() OVER (PARTITION BY g ORDER BY y DESC) AS place FROM ...) AS ranked WHERE place <= 3
func (w *printer) firstOfEach() {
	names := w.distinctNames()
	w.b.WriteString("SELECT ")
	w.list(len(names), func(i int) { w.b.WriteString(quoteName(names[i])) })
	w.b.WriteString(" FROM (SELECT ")
	w.list(len(names), func(i int) {
		o := w.p.outs[i]
		w.because(w.expr(o.expr), append([]int{o.piece}, o.pieces...)...)
		w.b.WriteString(" AS " + quoteName(names[i]))
	})
	var by []string
	var pieces []int
	for _, g := range w.p.per {
		by = append(by, w.expr(g))
		pieces = append(pieces, g.piece)
	}
	w.b.WriteString(", row_number() OVER (")
	w.because("PARTITION BY "+strings.Join(by, ", "), pieces...)
	w.orders(w.p.orders, false)
	w.b.WriteString(") AS place")
	w.from()
	w.filters()
	w.grouping()
	w.having()
	w.b.WriteString(") AS ranked WHERE ")
	w.because("place <= "+strconv.Itoa(w.p.limit), w.p.ranked...)
	w.b.WriteString(" ORDER BY " + quoteName(names[0]) + ", place")
}

// distinctNames are the outputs' names, each once and none "place".
func (w *printer) distinctNames() []string {
	var names []string
	for _, o := range w.p.outs {
		name := w.name(o)
		if name == "" {
			name = clean(o.name)
			if o.col != nil {
				name = clean(o.col.Name)
			}
		}
		base := name
		for k := 2; name == "place" || slices.Contains(names, name); k++ {
			name = base + "_" + strconv.Itoa(k)
		}
		names = append(names, name)
	}
	return names
}

// mean is the average of what each of a group has:
//
//	SELECT avg(n) AS average_... FROM (SELECT count(*) AS n FROM ... GROUP BY key) AS each
func (w *printer) mean() {
	k := slices.IndexFunc(w.p.outs, func(o shown) bool { return o.agg != noAgg })
	o := w.p.outs[k]
	w.b.WriteString("SELECT ")
	w.because("avg(n)", w.p.ranked...)
	w.b.WriteString(" AS " + quoteName(clean("average_"+o.name)) + " FROM (SELECT ")
	w.because(w.expr(o.expr), append([]int{o.piece}, o.pieces...)...)
	w.b.WriteString(" AS n")
	w.from()
	w.filters()
	w.grouping()
	w.having()
	w.b.WriteString(") AS one")
}
