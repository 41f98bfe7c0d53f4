package emit

import (
	"fmt"
	"strings"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// trinoCall prints the calls for which Trino needs more than a template.
func trinoCall(p *printer, c call) bool {
	if c.fn.Trino != funcs.ByHand {
		return false
	}
	var out string
	switch name := c.fn.Func.Name; name {
	case "round", "trunc":
		out = p.rounded(c)
	case "like", "ilike":
		out = p.trinoLike(c)
	case "+", "-":
		out = p.shifted(c)
	case "extract", "date_part":
		if out = p.field(c); out != "" && name == "date_part" {
			out = "CAST(" + out + " AS double)"
		}
	case "date_trunc":
		out = p.truncated(c)
	case "to_char":
		out = p.formatted(c)
	case "generate_series":
		out = p.series(c)
	default:
		panic("emit: nothing prints " + name + " by hand")
	}
	if out == "" {
		p.refuse(c.at, "ask for it without "+c.fn.Func.Name, "trino cannot compute this %s", described(c.fn))
	}
	p.str(out)
	return true
}

// of is e as printed.
func (p *printer) of(e ir.Expr) string { return p.text(func() { p.expr(e) }) }

// constantOf is the value of e, if it is a constant and not NULL.
func constantOf(e ir.Expr) (types.Value, bool) {
	c, ok := e.(*ir.Const)
	if !ok || c.Value.IsNull() {
		return types.Null, false
	}
	return c.Value, true
}

// rounded gives as many digits after the point as are asked for.
func (p *printer) rounded(c call) string {
	name := map[string]string{"round": "round", "trunc": "truncate"}[c.fn.Func.Name]
	out := fmt.Sprintf("%s(%s, %s)", name, p.of(c.args[0]), p.of(c.args[1]))
	if n, ok := constantOf(c.args[1]); ok && n.Int() >= 0 && n.Int() <= 30 {
		return fmt.Sprintf("CAST(%s AS decimal(38, %d))", out, n.Int())
	}
	return out
}

// trinoLike: the escape character stands in every pattern, and only before what
// needs it. ILIKE compares in small letters.
func (p *printer) trinoLike(c call) string {
	x, pattern, escape := p.of(c.args[0]), "", `\`
	if len(c.args) == 3 {
		v, ok := constantOf(c.args[2])
		if !ok {
			return ""
		}
		escape = v.Text()
	}
	if v, ok := constantOf(c.args[1]); ok {
		clean := &ir.Const{Value: types.TextOf(escaped(v.Text(), escape)), T: types.Of(types.Text)}
		pattern, escape = p.of(clean), `\`
	} else {
		pattern = p.of(c.args[1])
	}
	if escape != `\` {
		return "" // of a pattern that is stored
	}
	if c.fn.Func.Name == "ilike" {
		x, pattern = "lower("+x+")", "lower("+pattern+")"
	}
	return "(" + x + " LIKE " + pattern + ` ESCAPE '\')`
}

// escaped is pattern with \ as its escape character.
func escaped(pattern, escape string) string {
	var b strings.Builder
	taken := false
	for _, r := range pattern {
		s := string(r)
		switch {
		case !taken && s == escape:
			taken = true
			continue
		case taken && (s == "%" || s == "_"), s == `\`:
			b.WriteString(`\`)
		}
		b.WriteString(s)
		taken = false
	}
	return b.String()
}

// shifted adds a constant interval to a date or time: months, then days, then
// milliseconds, as PostgreSQL does. Days of an instant are days of the session's
// clocks.
func (p *printer) shifted(c call) string {
	when, by := c.args[0], c.args[1]
	if when.Type().Kind == types.Interval {
		when, by = by, when
	}
	v, ok := constantOf(by)
	if !ok || by.Type().Kind != types.Interval {
		return ""
	}
	months, days, micros := v.Interval()
	if micros%1000 != 0 {
		return ""
	}
	out := p.of(when)
	switch when.Type().Kind {
	case types.Date:
		out = "CAST(" + out + " AS timestamp(6))"
	case types.TimestampTZ:
		out = funcs.InZone(out)
	}
	sign := int64(1)
	if c.fn.Func.Name == "-" {
		sign = -1
	}
	for _, part := range []struct {
		unit string
		n    int64
	}{{"month", int64(months)}, {"day", int64(days)}, {"millisecond", micros / 1000}} {
		if part.n != 0 {
			out = fmt.Sprintf("date_add('%s', %d, %s)", part.unit, sign*part.n, out)
		}
	}
	return out
}

// moment is e, from which fields are taken, as the session's clocks show it.
func (p *printer) moment(e ir.Expr) string {
	if e.Type().Kind == types.TimestampTZ {
		return "CAST(" + funcs.InZone(p.of(e)) + " AS timestamp(6))"
	}
	return p.of(e)
}

// fields that Trino has, of what has a date.
func trinoFields() map[string]string {
	return map[string]string{
		"year": "year({})", "quarter": "quarter({})", "month": "month({})", "day": "day({})", "week": "week({})",
		"hour": "hour({})", "minute": "minute({})", "isoyear": "year_of_week({})", "doy": "day_of_year({})",
		"isodow": "day_of_week({})", "dow": "(day_of_week({}) % 7)",
		"decade": "(year({}) / 10)", "century": "((year({}) + 99) / 100)", "millennium": "((year({}) + 999) / 1000)",
	}
}

// field prints extract(field FROM x) as a numeric.
func (p *printer) field(c call) string {
	name, ok := constantOf(c.args[0])
	if !ok {
		return ""
	}
	x, unit := c.args[1], funcs.Unit(name)
	if x.Type().Kind == types.Interval {
		return p.between(x, unit)
	}
	if unit == "epoch" {
		return p.epoch(x)
	}
	m := p.moment(x)
	switch unit {
	case "second", "milliseconds", "microseconds":
		if x.Type().Kind == types.Date {
			return ""
		}
		factor := map[string]string{"second": "", "milliseconds": " * 1000", "microseconds": " * 1000000"}[unit]
		return "(" + seconds(m, x.Type()) + factor + ")"
	}
	template := trinoFields()[unit]
	if template == "" {
		return ""
	}
	return "CAST(" + strings.ReplaceAll(template, "{}", m) + " AS decimal(19, 0))"
}

// seconds are those of a minute, with six digits after the point.
func seconds(m string, t types.Type) string {
	name := funcs.TypeTrino(types.Of(types.Timestamp))
	if t.Kind == types.Time {
		name = funcs.TypeTrino(t)
	}
	return "CAST(substr(CAST(CAST(" + m + " AS " + name + ") AS varchar), -9) AS decimal(8, 6))"
}

// epoch are the seconds since 1970, exactly.
func (p *printer) epoch(x ir.Expr) string {
	var m string
	switch x.Type().Kind {
	case types.Date:
		return "CAST(date_diff('day', DATE '1970-01-01', " + p.of(x) + ") * 86400 AS decimal(19, 0))"
	case types.Timestamp:
		m = p.of(x)
	case types.TimestampTZ:
		m = "CAST(at_timezone(" + p.of(x) + ", 'UTC') AS timestamp(6))"
	default:
		return ""
	}
	return "(CAST(date_diff('minute', TIMESTAMP '1970-01-01 00:00:00', date_trunc('minute', " + m + ")) * 60 AS decimal(19, 0)) + " + seconds(m, types.Of(types.Timestamp)) + ")"
}

// between is what extract takes from the difference of two times, which Trino
// keeps to milliseconds only: the seconds between them.
func (p *printer) between(x ir.Expr, unit string) string {
	c, ok := x.(*ir.Call)
	if !ok || unit != "epoch" || c.Fn.Func.Name != "-" || len(c.Args) != 2 {
		return ""
	}
	a, b := p.epoch(c.Args[0]), p.epoch(c.Args[1])
	if a == "" || b == "" {
		return ""
	}
	return "(" + a + " - " + b + ")"
}

func (p *printer) truncated(c call) string {
	name, ok := constantOf(c.args[0])
	if !ok {
		return ""
	}
	unit := funcs.Unit(name)
	switch unit {
	case "milliseconds":
		unit = "millisecond"
	case "second", "minute", "hour", "day", "week", "month", "quarter", "year":
	default:
		return ""
	}
	x := p.of(c.args[1])
	switch {
	case len(c.args) == 3:
		x = "at_timezone(" + x + ", " + p.of(c.args[2]) + ")"
	case c.args[1].Type().Kind == types.TimestampTZ:
		x = funcs.InZone(x)
	}
	return "date_trunc('" + unit + "', " + x + ")"
}

// trinoFormats are the patterns of to_char that date_format has too, longest first.
func trinoFormats() [][2]string {
	return [][2]string{
		{"FMMonth", "%M"}, {"FMDay", "%W"}, {"YYYY", "%Y"}, {"HH24", "%H"}, {"HH12", "%h"}, {"DDD", "%j"}, {"Mon", "%b"},
		{"YY", "%y"}, {"MM", "%m"}, {"DD", "%d"}, {"MI", "%i"}, {"SS", "%s"}, {"AM", "%p"}, {"PM", "%p"}, {"IW", "%v"}, {"Dy", "%a"},
	}
}

// formatted prints to_char of a time, for formats of those patterns and of
// punctuation.
func (p *printer) formatted(c call) string {
	v, ok := constantOf(c.args[1])
	if !ok {
		return ""
	}
	format := ""
	for rest := v.Text(); rest != ""; {
		found := false
		for _, f := range trinoFormats() {
			if after, ok := strings.CutPrefix(rest, f[0]); ok {
				format, rest, found = format+f[1], after, true
				break
			}
		}
		if !found {
			if !strings.ContainsRune(" -/.,:;", rune(rest[0])) {
				return ""
			}
			format, rest = format+rest[:1], rest[1:]
		}
	}
	// The format is made of ours alone.
	return "date_format(" + p.moment(c.args[0]) + ", '" + format + "')"
}

// mostSeries is how many values sequence() gives.
const mostSeries = 10_000

// series prints generate_series. Trino counts down where the end is below the
// start, and PostgreSQL gives no row.
func (p *printer) series(c call) string {
	step := types.IntOf(1)
	if len(c.args) == 3 {
		v, ok := constantOf(c.args[2])
		if !ok {
			return ""
		}
		step = v
	}
	from, to := p.of(c.args[0]), p.of(c.args[1])
	if c.result.Kind == types.Timestamp {
		return p.times(from, to, step)
	}
	a, okA := constantOf(c.args[0])
	b, okB := constantOf(c.args[1])
	if okA && okB && (float64(b.Int())-float64(a.Int()))/float64(step.Int()) >= mostSeries {
		return ""
	}
	op := "<="
	if step.Int() < 0 {
		op = ">="
	}
	return fmt.Sprintf("UNNEST(CASE WHEN %s %s %s THEN CAST(sequence(%s, %s, %d) AS %s) END)", from, op, to, from, to, step.Int(), "array("+funcs.TypeTrino(c.result)+")")
}

// times: a step of months begins at the start again each time, and not where the
// last one ended, which is the same from the first days of a month on.
func (p *printer) times(from, to string, step types.Value) string {
	months, days, micros := step.Interval()
	var by, guard string
	switch {
	case months > 0 && days == 0 && micros == 0:
		by = fmt.Sprintf("INTERVAL '%d' MONTH", months)
		guard = fmt.Sprintf("WHEN day(%s) > 28 THEN fail('a step of months from the end of a month') ", from)
	case months == 0 && days >= 0 && micros >= 0 && micros%1_000_000 == 0 && int64(days)*86400+micros/1_000_000 <= 1<<31-1:
		by = fmt.Sprintf("INTERVAL '%d' SECOND", int64(days)*86400+micros/1_000_000)
	default:
		return ""
	}
	return fmt.Sprintf("UNNEST(CASE %sWHEN %s <= %s THEN sequence(%s, %s, %s) END)", guard, from, to, from, to, by)
}
