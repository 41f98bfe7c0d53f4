package emit

import (
	"math"
	"strconv"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// What is computed of a date or time differs from it by so much, and no more: of
// date_trunc('month', d) = '2024-02-01' d lies between that day and 31 days later.
// So beside a condition on what date_trunc, a cast, an interval or extract(year ...)
// make of a column stands that range of the column, which an index serves.

// span is a column or a constant of days or times, in microseconds, plus at least
// least and at most most.
type span struct {
	column      *storedColumn
	micros      int64
	least, most int64
}

const (
	day  = int64(24 * 60 * 60 * 1e6)
	zone = 2 * day // clocks are apart by so much at most, here and there, now and then
)

// units are the longest that date_trunc takes off.
var units = map[string]int64{
	"microseconds": 0, "milliseconds": 1000, "second": day / 86400, "minute": day / 1440, "hour": day / 24, "day": day, "week": 7 * day,
	"month": 31 * day, "quarter": 92 * day, "year": 366 * day,
}

// span is beside x op y, where one of them hangs on a column.
func (b asKept) span(op string, x, y ir.Expr) string {
	s, ok := b.of(x)
	if !ok || s.column == nil {
		return b.year(op, x, y)
	}
	c, ok := b.of(y)
	if !ok || c.column != nil {
		return ""
	}
	if x.Type().Kind != y.Type().Kind && (x.Type().Kind == types.TimestampTZ || y.Type().Kind == types.TimestampTZ) {
		s.widen(-zone, zone)
	}
	return b.bounds(op, s, c.micros+c.least, c.micros+c.most)
}

// bounds are those of the column of s where s op a value that lies between least
// and most.
func (b asKept) bounds(op string, s span, least, most int64) string {
	from, to := least-s.most, most-s.least
	low, high := b.bound(s.column, " >= ", from), b.bound(s.column, " <= ", to)
	switch op {
	case "<", "<=":
		return high
	case ">", ">=":
		return low
	}
	return joined(low, high)
}

// bound is the column compared with a time, "" where the engine does not have it.
func (b asKept) bound(c *storedColumn, op string, micros int64) string {
	first, last := types.DaysOf(1000, 1, 2)*day, types.DaysOf(9999, 12, 30)*day
	if c.Type.Kind == types.TimestampTZ {
		first, last = types.DaysOf(1970, 1, 3)*day, types.DaysOf(2038, 1, 17)*day
	}
	if micros < first || micros > last {
		return ""
	}
	var v types.Value
	switch c.Type.Kind {
	case types.Date:
		days := int64(math.Floor(float64(micros) / float64(day)))
		if op == " >= " && days*day < micros {
			days++
		}
		v = types.DateOf(days)
	case types.Timestamp:
		v = types.TimestampOf(micros)
	case types.TimestampTZ:
		v = types.TimestampTZOf(micros)
	default:
		return ""
	}
	return c.text() + op + b.p.text(func() { b.p.d.param(b.p, b.p.params.number(v, c.Type), c.Type) })
}

// of is e as a span; false if it is none.
func (b asKept) of(e ir.Expr) (span, bool) {
	switch e := ir.Node(e).(type) {
	case *ir.Ref:
		c := b.column(e)
		return span{column: c}, c != nil && timed(c.Type.Kind)
	case *ir.Const:
		if e.Value.IsNull() || !timed(e.T.Kind) || e.Value.IsInfinite() != 0 || !common(e.Value) {
			return span{}, false
		}
		if e.T.Kind == types.Date {
			return span{micros: e.Value.Days() * day}, true
		}
		return span{micros: e.Value.Micros()}, true
	case *ir.Cast:
		return b.ofCast(e)
	case *ir.Call:
		return b.ofCall(e)
	}
	return span{}, false
}

func timed(k types.Kind) bool {
	return k == types.Date || k == types.Timestamp || k == types.TimestampTZ
}

func (b asKept) ofCast(e *ir.Cast) (span, bool) {
	s, ok := b.of(e.X)
	if !ok || e.Mod.Set || !timed(e.T.Kind) {
		return span{}, false
	}
	if (e.X.Type().Kind == types.TimestampTZ) != (e.T.Kind == types.TimestampTZ) {
		s.widen(-zone, zone)
	}
	if e.T.Kind == types.Date {
		s.widen(-day, 0)
	}
	return s, true
}

func (b asKept) ofCall(e *ir.Call) (span, bool) {
	switch e.Fn.Func.Name {
	case "date":
		s, ok := b.of(e.Args[0])
		if ok && e.Args[0].Type().Kind == types.TimestampTZ {
			s.widen(-zone, zone)
		}
		return s.widened(-day, 0), ok
	case "date_trunc":
		unit, known := constText(e.Args[0])
		longest, has := units[funcs.UnitNamed(unit)]
		if !known || !has || len(e.Args) != 2 {
			return span{}, false
		}
		s, ok := b.of(e.Args[1])
		if ok && e.T.Kind == types.TimestampTZ {
			s.widen(-zone, zone)
		}
		return s.widened(-longest, 0), ok
	case "+", "-":
		if len(e.Args) == 2 {
			return b.shifted(e)
		}
	}
	return span{}, false
}

// shifted is a date or time plus or minus an interval, or days, that are known.
func (b asKept) shifted(e *ir.Call) (span, bool) {
	s, ok := b.of(e.Args[0])
	by, known := e.Args[1].(*ir.Const)
	if !ok || !known || by.Value.IsNull() {
		return span{}, false
	}
	least, most := int64(0), int64(0)
	switch by.T.Kind {
	case types.Interval:
		months, days, micros := by.Value.Interval()
		if months > 12_000 || months < -12_000 || days > 365_000 || days < -365_000 || micros > 365_000*day || micros < -365_000*day {
			return span{}, false
		}
		least = min(int64(months)*28*day, int64(months)*31*day) + int64(days)*day + micros
		most = max(int64(months)*28*day, int64(months)*31*day) + int64(days)*day + micros
		if e.T.Kind == types.TimestampTZ && (months != 0 || days != 0) {
			least, most = least-zone, most+zone
		}
	case types.Int4:
		if n := by.Value.Int(); n < 365_000 && n > -365_000 {
			least, most = n*day, n*day
		} else {
			return span{}, false
		}
	default:
		return span{}, false
	}
	if e.Fn.Func.Name == "-" {
		least, most = -most, -least
	}
	return s.widened(least, most), true
}

// year is beside extract(year FROM ...) op y.
func (b asKept) year(op string, x, y ir.Expr) string {
	e, ok := x.(*ir.Call)
	if !ok || e.Fn.Func.Name != "extract" && e.Fn.Func.Name != "date_part" {
		return ""
	}
	field, known := constText(e.Args[0])
	n, whole := yearOf(y)
	s, ok := b.of(e.Args[1])
	if !known || funcs.UnitNamed(field) != "year" || !whole || !ok || s.column == nil {
		return ""
	}
	if e.Args[1].Type().Kind == types.TimestampTZ {
		s.widen(-zone, zone)
	}
	return b.bounds(op, s, types.DaysOf(n, 1, 1)*day, types.DaysOf(n+1, 1, 1)*day)
}

// yearOf is a constant that is a whole year.
func yearOf(e ir.Expr) (int64, bool) {
	if c, ok := e.(*ir.Cast); ok && !c.Mod.Set && c.T.IsNumber() {
		e = c.X
	}
	c, ok := e.(*ir.Const)
	if !ok || !c.T.IsNumber() || c.Value.IsNull() {
		return 0, false
	}
	n, err := strconv.ParseInt(c.Value.String(), 10, 16)
	return n, err == nil && n > 1000 && n < 9998
}

func (s *span) widen(least, most int64) { s.least, s.most = s.least+least, s.most+most }

func (s span) widened(least, most int64) span { s.widen(least, most); return s }
