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
	c := chart{title: p.cols[measure].Heading()}
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
	places := p.places(axis)
	order := make([]int, len(p.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(places[a], places[b]) })
	names := map[string]int{}
	for i, at := range order {
		row := p.rows[at]
		if i == 0 || places[at] != places[order[i-1]] {
			c.labels = append(c.labels, p.name(row, axis))
		}
		name := p.name(row, by)
		line, known := names[name]
		if !known {
			line = len(c.series)
			names[name] = line
			c.series = append(c.series, series{name: name})
		}
		s := &c.series[line]
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
	return !slices.ContainsFunc(p.places(i), math.IsNaN)
}

// ordered reports an axis that only rises, or only falls.
func (p plot) ordered(i int) bool {
	places := p.places(i)
	rises := slices.IsSorted(places)
	slices.Reverse(places)
	return p.axis(i) && (rises || slices.IsSorted(places))
}

// places are where the values of column i stand on an axis.
func (p plot) places(i int) []float64 {
	out := make([]float64, len(p.rows))
	for n, row := range p.rows {
		out[n] = place(row[i])
	}
	return out
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

// amount is a value as it is drawn, NaN for NULL; not what cannot be drawn: what is no
// number, has a great many digits, or leaves no room for arithmetic.
func amount(v types.Value) (float64, bool) {
	const least, most, digits = 1e-100, 1e100, 120
	n := 0.0
	switch v.Kind() {
	case types.Unknown:
		return math.NaN(), true
	case types.Int8:
		return float64(v.Int()), true
	case types.Float8:
		n = v.Float()
	case types.Numeric:
		if len(v.Text()) > digits {
			return 0, false
		}
		var err error
		if n, err = v.Decimal().Float64(); err != nil {
			return 0, false
		}
	default:
		return 0, false
	}
	size := math.Abs(n)
	return n, n == 0 || size >= least && size <= most // NaN is neither
}
