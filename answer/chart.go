package answer

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// A chart is one measure of an answer, drawn by one or two other columns. It is
// made of rows that were given out, and of nothing else.
type chart struct {
	kind   chartKind
	title  string // the measure
	by     string // the column along which it is drawn
	labels []string
	series []series
}

// series is a line or a row of bars; NaN is where there is no value.
type series struct {
	name   string
	values []float64
}

// all are the values of all series.
func (c chart) all() []float64 {
	var all []float64
	for _, s := range c.series {
		all = append(all, s.values...)
	}
	return all
}

type chartKind uint8

const (
	bars  chartKind = iota // an amount for each of some names
	lines                  // along days, times or numbers
)

const (
	mostLines  = 7
	leastLines = 4 // points: fewer are bars
)

// charts are those of a whole answer, one for each measure, up to three; none where
// rows are a list, or cannot be told apart by one name, or by a time and a name.
func charts(cols []Column, rows [][]types.Value, zone *time.Location) []chart {
	by, measures := shape(cols)
	if len(rows) < 2 || len(measures) == 0 || len(measures) > 3 || len(by) == 0 || len(by) > 2 {
		return nil
	}
	p := plot{cols, rows, zone}
	var out []chart
	for _, m := range measures {
		if c, ok := p.draw(by, m); ok {
			out = append(out, c)
		}
	}
	return out
}

// shape tells what is drawn from what it is drawn by.
func shape(cols []Column) (by, measures []int) {
	for i, c := range cols {
		switch {
		case c.Measure && c.Type.IsNumber():
			measures = append(measures, i)
		case !c.Constant:
			by = append(by, i)
		}
	}
	return by, measures
}

type plot struct {
	cols []Column
	rows [][]types.Value
	zone *time.Location
}

func (p plot) draw(by []int, measure int) (chart, bool) {
	c := chart{title: p.cols[measure].Label}
	if len(by) == 1 {
		return c, p.along(&c, by[0], measure)
	}
	for i, axis := range by { // whichever stands first
		if p.axis(axis) && !p.axis(by[1-i]) {
			return c, p.split(&c, axis, by[1-i], measure)
		}
	}
	return c, false
}

// along draws one series.
func (p plot) along(c *chart, by, measure int) bool {
	c.by, c.kind = p.cols[by].Label, bars
	if p.ordered(by) && len(p.rows) >= leastLines {
		c.kind = lines
	}
	s, seen := series{name: c.title}, map[string]bool{}
	for _, row := range p.rows {
		name := p.name(row, by)
		n, ok := amount(row[measure])
		if !ok || seen[name] {
			return false
		}
		seen[name] = true
		c.labels, s.values = append(c.labels, name), append(s.values, n)
	}
	c.series = []series{s}
	if first, last := p.rows[0][by], p.rows[len(p.rows)-1][by]; c.kind == lines && place(first) > place(last) { // the newest first
		slices.Reverse(c.labels)
		slices.Reverse(s.values)
	}
	return true
}

// split draws a line for each of a few names.
func (p plot) split(c *chart, axis, by, measure int) bool {
	c.by, c.kind = p.cols[axis].Label, lines
	ordered := slices.Clone(p.rows)
	slices.SortStableFunc(ordered, func(a, b []types.Value) int { return cmp.Compare(place(a[axis]), place(b[axis])) })
	names := map[string]int{}
	for i, row := range ordered {
		if i == 0 || place(row[axis]) != place(ordered[i-1][axis]) {
			c.labels = append(c.labels, p.name(row, axis))
		}
		name := p.name(row, by)
		at, known := names[name]
		if !known {
			at = len(c.series)
			names[name] = at
			c.series = append(c.series, series{name: name})
		}
		s := &c.series[at]
		if n, ok := amount(row[measure]); !ok || !s.put(len(c.labels)-1, n) {
			return false
		}
	}
	for i := range c.series {
		c.series[i].fill(len(c.labels))
	}
	return len(c.labels) >= leastLines && len(c.series) <= mostLines
}

// put sets the value of a point that has none.
func (s *series) put(point int, value float64) bool {
	if len(s.values) > point {
		return false
	}
	s.fill(point)
	s.values = append(s.values, value)
	return true
}

func (s *series) fill(points int) {
	for len(s.values) < points {
		s.values = append(s.values, math.NaN())
	}
}

func (p plot) name(row []types.Value, i int) string {
	if row[i].IsNull() {
		return "NULL"
	}
	return visible(text(row[i], p.cols[i].Type, p.zone))
}

// axis reports a column of days, times or numbers with none missing.
func (p plot) axis(i int) bool {
	switch t := p.cols[i].Type; {
	case t.IsNumber(), t.Kind == types.Date, t.Kind == types.Timestamp, t.Kind == types.TimestampTZ:
	default:
		return false
	}
	return !slices.ContainsFunc(p.rows, func(row []types.Value) bool { return math.IsNaN(place(row[i])) })
}

// ordered reports an axis that only rises, or only falls.
func (p plot) ordered(i int) bool {
	by := func(a, b []types.Value) int { return cmp.Compare(place(a[i]), place(b[i])) }
	falls := func(a, b []types.Value) int { return by(b, a) }
	return p.axis(i) && (slices.IsSortedFunc(p.rows, by) || slices.IsSortedFunc(p.rows, falls))
}

// place is where a value stands on an axis; NaN for none.
func place(v types.Value) float64 {
	switch v.Kind() {
	case types.Date, types.Timestamp, types.TimestampTZ:
		switch {
		case v.IsInfinite() != 0:
			return math.NaN()
		case v.Kind() == types.Date:
			return float64(v.Days())
		default:
			return float64(v.Micros())
		}
	default:
		n, ok := amount(v)
		if !ok {
			return math.NaN()
		}
		return n
	}
}

// amount is a value as it is drawn, NaN for NULL; not what cannot be drawn.
func amount(v types.Value) (float64, bool) {
	switch v.Kind() {
	case types.Unknown:
		return math.NaN(), true
	case types.Int8:
		return float64(v.Int()), true
	case types.Float8:
		f := v.Float()
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	case types.Numeric:
		f, err := v.Decimal().Float64()
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	default:
		return 0, false
	}
}
