package answer

import (
	"slices"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/meaning"
	"github.com/grille-dev/grille/sql/ir"
)

// A column has the unit of what it is made of as long as it is the same quantity: the
// stored column, sums, averages and extremes of it, differences of two of the same unit.
// A count has none, and neither has a product.

// shapes finds the unit and format of what a query computes.
type shapes struct{ *meaning.Finder }

// column is the shape of a column of the query.
func (s shapes) column(id ir.ColID, depth int) catalog.Shape {
	if shape := s.Shape(id); shape != (catalog.Shape{}) {
		return shape
	}
	if e := s.Made(id); e != nil && depth < 50 { // a recursive query ends there
		return s.expr(e, depth+1)
	}
	return catalog.Shape{}
}

func (s shapes) expr(e ir.Expr, depth int) catalog.Shape {
	if m := s.Metric(e); m != nil {
		return m.Shape
	}
	all := func(es ...ir.Expr) catalog.Shape { return s.same(es, depth) }
	switch e := e.(type) {
	case *ir.Ref:
		return s.column(e.Col, depth)
	case *ir.Cast:
		if e.T.IsNumber() {
			return all(e.X)
		}
	case *ir.Agg:
		if slices.Contains([]string{"sum", "avg", "min", "max"}, e.Fn.Func.Name) {
			return all(e.Args...)
		}
	case *ir.Over:
		if slices.Contains([]string{"sum", "avg", "min", "max", "lag", "lead", "first_value", "last_value"}, e.Fn.Func.Name) && len(e.Args) > 0 {
			return all(e.Args[0])
		}
	case *ir.Call:
		switch e.Fn.Func.Name {
		case "+", "-", "coalesce", "nullif", "greatest", "least":
			return all(e.Args...)
		case "round", "abs", "ceil", "ceiling", "floor", "trunc":
			return all(e.Args[0])
		}
	case *ir.Case:
		var arms []ir.Expr
		for _, a := range e.Arms {
			arms = append(arms, a.Then)
		}
		if e.Else != nil {
			arms = append(arms, e.Else)
		}
		return all(arms...)
	case *ir.Scalar:
		if outs := ir.Outputs(e.Query.Body); len(outs) == 1 {
			return s.column(outs[0].ID, depth)
		}
	case *ir.Const, *ir.Attr, *ir.Logic, *ir.Not, *ir.Is, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists, *ir.List:
	default:
		panic("answer: unknown expression")
	}
	return catalog.Shape{}
}

// same is the shape that all of some expressions have, constants aside.
func (s shapes) same(es []ir.Expr, depth int) catalog.Shape {
	var shape catalog.Shape
	found := false
	for _, e := range es {
		if _, constant := e.(*ir.Const); constant {
			continue
		}
		x := s.expr(e, depth)
		if found && x.Unit != shape.Unit {
			return catalog.Shape{}
		}
		if !found || x.Padded && x.Decimals > shape.Decimals {
			shape, found = x, true
		}
	}
	return shape
}

// output is the shape of each visible output.
func (s shapes) output(q *ir.Query, c ir.Column) catalog.Shape {
	if !c.Type.IsNumber() {
		return catalog.Shape{}
	}
	if op, ok := q.Body.(*ir.SetOp); ok {
		i := slices.IndexFunc(op.Cols, func(o ir.Column) bool { return o.ID == c.ID })
		left, right := s.output(op.Left, outputs(op.Left)[i]), s.output(op.Right, outputs(op.Right)[i])
		if left.Unit == right.Unit {
			return left
		}
		return catalog.Shape{}
	}
	return s.column(c.ID, 0)
}

// Heading is the label for people, with the unit where the label does not say it.
func (c Column) Heading() string {
	if c.Unit == "" || says(c.Label, c.Unit) {
		return c.Label
	}
	return c.Label + " (" + c.Unit + ")"
}

// says reports whether a label has the words of a unit: stay_days has days.
func says(label, unit string) bool {
	fields := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.Sc) && r != '%' && r != '°' })
	}
	said := fields(label)
	return !slices.ContainsFunc(fields(unit), func(w string) bool { return !slices.Contains(said, w) })
}

// padded is a number with as many decimals as its column shows at least. None is taken
// away: a number that has more is shown with all of them.
func (c Column) padded(text string) string {
	if c.decimals == 0 || strings.Trim(text, "-.0123456789") != "" {
		return text
	}
	whole, rest, _ := strings.Cut(text, ".")
	return whole + "." + rest + strings.Repeat("0", max(0, c.decimals-len(rest)))
}

// metric is what a reader is told of a metric that the query computes.
func metric(m *catalog.Metric, seen *catalog.Catalog) Metric {
	return Metric{Name: m.Name, Is: meaning.Definition(m, seen.Table(m.Table)), About: m.About, Owner: m.Owner}
}

// Metric is a figure with a name that an answer has, as the file of meaning defines it.
type Metric struct {
	Name  string `json:"name"`
	Is    string `json:"is"`
	About string `json:"about,omitempty"`
	Owner string `json:"owner,omitempty"`
}

func (m Metric) String() string {
	text := m.Name + " is " + m.Is
	if m.Owner != "" {
		text += "; " + m.Owner + " answers for it"
	}
	return text
}
