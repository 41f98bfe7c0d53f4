package planner

import (
	"slices"
	"strconv"

	"github.com/grille-dev/grille/internal/words"
)

type unit struct {
	words []string // the last one is how a figure in it is called
	kind  string
	hint  string // columns that are meant where none is named
	size  float64
}

// unitsOf are the words for units, the column that a number with one is about,
// and how many of the smallest unit of its kind it is.
var unitsOf = []unit{
	{[]string{"ms", "millisecond"}, "time", "", 0.001},
	{[]string{"s", "sec", "second"}, "time", "", 1},
	{[]string{"min", "minute"}, "time", "", 60},
	{[]string{"hr", "h", "hour"}, "time", "", 3600},
	{[]string{"day"}, "time", "", 86400},
	{[]string{"week"}, "time", "", 7 * 86400},
	{[]string{"g", "gram"}, "weight", "weight", 1},
	{[]string{"kg", "kilo", "kilogram"}, "weight", "weight", 1000},
	{[]string{"ton", "tonne"}, "weight", "weight", 1e6},
	{[]string{"wh"}, "energy", "energy", 1},
	{[]string{"kwh"}, "energy", "energy", 1000},
	{[]string{"mwh"}, "energy", "energy", 1e6},
	{[]string{"degree", "celsius"}, "temperature", "temperature", 1},
	{[]string{"euro", "eur", "dollar", "usd", "gbp", "pound"}, "money", "", 1},
	{[]string{"percent", "%", "pct"}, "percent", "", 1},
	{[]string{"cm"}, "length", "height|length", 1},
	{[]string{"m", "meter", "metre"}, "length", "height|length|distance", 100},
	{[]string{"km", "kilometer", "kilometre"}, "length", "distance", 1e5},
}

// unitWord is the unit that a token names, by its place in unitsOf; -1: none.
func unitWord(t token) int {
	if t.kind == quotedToken {
		return -1
	}
	for i, u := range unitsOf {
		if slices.Contains(u.words, t.stem) || slices.Contains(u.words, t.lower) {
			return i
		}
	}
	return -1
}

// unitOfColumn is the unit in which a column counts, as its name says:
// duration_seconds, stay_days.
func unitOfColumn(r ref) int {
	if r.col == nil || r.metric != nil || r.age || r.span.since != nil {
		return -1
	}
	parts := words.OfName(r.col.Name)
	for i, u := range unitsOf {
		if slices.Contains(u.words, parts[len(parts)-1]) {
			return i
		}
	}
	return -1
}

// converted is by how much a number in unit i is multiplied for a column; false
// where that makes no sense.
func converted(i int, r ref) (float64, bool) {
	at := unitOfColumn(r)
	switch {
	case i < 0 || at < 0:
		return 1, true
	case unitsOf[i].kind != unitsOf[at].kind:
		return 1, false
	}
	return unitsOf[i].size / unitsOf[at].size, true
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// unitTailAt is the unit in which a figure is wanted: "in minutes".
func (l *lattice) unitTailAt(i int) (piece, bool) {
	if i == 0 || i+1 >= len(l.tokens) || !oneOf(l.tokens[i], "in") {
		return piece{}, false
	}
	to, t := i+2, l.tokens[i+1]
	u := unitWord(t)
	if oneOf(t, "megawatt", "kilowatt", "watt") && i+2 < len(l.tokens) && oneOf(l.tokens[i+2], "hours", "hour") {
		to, u = i+3, unitWord(token{lower: t.lower[:1] + "wh", stem: t.lower[:1] + "wh"})
	}
	if u < 0 || unitsOf[u].kind == "money" || unitsOf[u].kind == "percent" {
		return piece{}, false
	}
	return piece{keyword: keyword{role: figureRole, arg: "unit"}, from: i, to: to, n: u + 1, text: t.text, weight: 1.05 * float64(to-i)}, true
}

// scaled shows aggregates in the unit that was asked for.
func (b *builder) scaled() bool {
	if b.r.figure.in == 0 {
		return true
	}
	done := false
	for i := range b.p.outs {
		o := &b.p.outs[i]
		if o.span.since != nil && unitsOf[b.r.figure.in-1].kind == "time" {
			o.span.unit, done = b.r.figure.in-1, true
			o.name = string(o.agg) + "_" + o.ref.name()
			if o.agg == avgAgg {
				o.name = "average_" + o.ref.name()
			}
			continue
		}
		by, ok := converted(b.r.figure.in-1, o.ref)
		if o.agg != noAgg && o.agg != countAgg && ok && unitOfColumn(o.ref) >= 0 {
			o.scale, done = by, true
			o.name += "_in_" + last(unitsOf[b.r.figure.in-1].words) + "s"
		}
	}
	return done
}
