package oracle

import (
	"fmt"
	"strings"
)

// expr is an expression of kind k.
func (g *generator) expr(s *scope, k Kind, depth int) string {
	if g.probe && g.chance(30) {
		if text := g.probing(s, k); text != "" {
			return text
		}
	}
	if depth <= 0 || g.chance(35) {
		return g.leaf(s, k)
	}
	d := depth - 1
	switch g.r.IntN(12) {
	case 0:
		return fmt.Sprintf("coalesce(%s, %s)", g.expr(s, k, d), g.leaf(s, k))
	case 1:
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", g.predicate(s, d), g.expr(s, k, d), g.expr(s, k, d))
	case 2:
		if k != Bool {
			return fmt.Sprintf("nullif(%s, %s)", g.expr(s, k, d), g.leaf(s, k))
		}
	case 3:
		return g.scalar(s, k, d)
	case 4:
		if k != Bool {
			return fmt.Sprintf("%s(%s, %s)", g.one("greatest", "least"), g.leaf(s, k), g.expr(s, k, d))
		}
	}
	switch k {
	case Int:
		return g.integer(s, d)
	case Big:
		return fmt.Sprintf("CAST(%s AS bigint)", g.expr(s, Int, d))
	case Num:
		return g.decimal(s, d)
	case Float:
		return g.float(s, d)
	case Text:
		return g.text(s, d)
	case Date:
		return g.date(s, d)
	case Stamp:
		return g.stamp(s, d)
	case Bool:
		return "(" + g.predicate(s, d) + ")"
	case Token:
		return g.leaf(s, k)
	default:
		panic("oracle: unknown kind")
	}
}

// leaf is a column, or a constant where there is none.
func (g *generator) leaf(s *scope, k Kind) string {
	if f, ok := g.field(s, func(f field) bool { return f.kind == k && !f.other }); ok && g.chance(85) {
		return f.text
	}
	return g.constant(k)
}

// tame is a column of small numbers, or a constant: sums of it stay in range.
func (g *generator) tame(s *scope, k Kind) string {
	if f, ok := g.field(s, func(f field) bool { return f.kind == k && !f.other && !f.wild && f.trap == NoTrap }); ok {
		return f.text
	}
	return g.constant(k)
}

// constant is typed where nothing around it would say what it is.
func (g *generator) constant(k Kind) string {
	if g.chance(4) {
		return "CAST(NULL AS " + typeName(Postgres, k) + ")"
	}
	switch k {
	case Int, Big:
		return fmt.Sprint(g.r.IntN(20) - 3)
	case Num:
		return Dec(g.r.IntN(500)).String()
	case Float:
		return fmt.Sprintf("CAST(%v AS double precision)", float64(g.r.IntN(40))/4)
	case Text, Token:
		return quote(randomValue(g.r, Text).(string)) + g.one("", "::text")
	case Date:
		return "DATE " + quote(plain(randomDay(g.r)))
	case Stamp:
		return "TIMESTAMP " + quote(plain(randomValue(g.r, Stamp)))
	case Bool:
		return g.one("TRUE", "FALSE")
	default:
		panic("oracle: unknown kind")
	}
}

func (g *generator) integer(s *scope, d int) string {
	switch g.r.IntN(9) {
	case 0:
		return fmt.Sprintf("length(%s)", g.expr(s, Text, d))
	case 1:
		return fmt.Sprintf("(%s %s %s)", g.tame(s, Int), g.one("+", "-"), g.tame(s, Int))
	case 2:
		return fmt.Sprintf("(%s * %d)", g.tame(s, Int), g.r.IntN(9))
	case 3:
		return fmt.Sprintf("(%s %s nullif(%s, 0))", g.tame(s, Int), g.one("/", "%"), g.tame(s, Int))
	case 4:
		return fmt.Sprintf("CAST(extract(%s FROM %s) AS int)", g.one("year", "month", "day", "dow", "doy", "quarter", "isodow", "week", "isoyear", "decade"), g.leaf(s, Date))
	case 5:
		return fmt.Sprintf("abs(%s)", g.tame(s, Int))
	case 6:
		return fmt.Sprintf("(%s - %s)", g.leaf(s, Date), g.leaf(s, Date))
	case 7:
		return fmt.Sprintf("strpos(%s, %s)", g.leaf(s, Text), quote(g.one("o", "n", "@", "")))
	default:
		return fmt.Sprintf("CAST(round(%s) AS int)", g.tame(s, Num))
	}
}

func (g *generator) decimal(s *scope, d int) string {
	switch g.r.IntN(7) {
	case 0:
		return fmt.Sprintf("(%s %s %s)", g.expr(s, Num, d), g.one("+", "-", "*"), g.leaf(s, Num))
	case 1:
		return fmt.Sprintf("(%s / nullif(%s, 0))", g.tame(s, Num), g.tame(s, Num))
	case 2:
		return fmt.Sprintf("%s(%s%s)", g.one("round", "trunc"), g.expr(s, Num, d), g.one("", ", 1", ", 0", ", -1"))
	case 3:
		return fmt.Sprintf("%s(%s)", g.one("floor", "ceil", "abs", "sign"), g.expr(s, Num, d))
	case 4:
		return fmt.Sprintf("CAST(%s AS numeric)", g.leaf(s, Int))
	case 5:
		return fmt.Sprintf("(%s * %s)", g.tame(s, Int), Dec(g.r.IntN(300)))
	default:
		return fmt.Sprintf("round(%s / 3.0, 2)", g.tame(s, Int))
	}
}

func (g *generator) float(s *scope, d int) string {
	switch g.r.IntN(6) {
	case 0:
		return fmt.Sprintf("(%s %s %s)", g.expr(s, Float, d), g.one("+", "-", "*"), g.constant(Float))
	case 1:
		return fmt.Sprintf("(%s / nullif(%s, 0))", g.leaf(s, Float), g.leaf(s, Float))
	case 2:
		return fmt.Sprintf("%s(%s)", g.one("floor", "ceil", "abs", "sign", "trunc", "round"), g.expr(s, Float, d))
	case 3:
		return fmt.Sprintf("CAST(%s AS double precision)", g.leaf(s, Int))
	case 4:
		return fmt.Sprintf("sqrt(abs(%s))", g.leaf(s, Float))
	default:
		return fmt.Sprintf("(%s * 0.5)", g.leaf(s, Float))
	}
}

func (g *generator) text(s *scope, d int) string {
	x := func() string { return g.expr(s, Text, d) }
	switch g.r.IntN(16) {
	case 0:
		return fmt.Sprintf("%s(%s)", g.one("upper", "lower"), x())
	case 1:
		return fmt.Sprintf("(%s || %s)", x(), g.leaf(s, Text))
	case 2:
		return fmt.Sprintf("%s(%s, %d)", g.one("left", "right"), x(), g.r.IntN(7)-2)
	case 3:
		return fmt.Sprintf("substring(%s FROM %d FOR %d)", x(), g.r.IntN(4), g.r.IntN(5))
	case 4:
		return fmt.Sprintf("replace(%s, %s, %s)", x(), quote(g.one("o", "n", "", "ß")), quote(g.one("0", "", "**")))
	case 5:
		return fmt.Sprintf("%s(%s)", g.one("trim", "btrim", "ltrim", "rtrim", "reverse", "initcap"), x())
	case 6:
		return fmt.Sprintf("CAST(%s AS text)", g.leaf(s, []Kind{Int, Big, Date, Stamp, Bool, Float}[g.r.IntN(6)]))
	case 7:
		return fmt.Sprintf("split_part(%s, %s, %d)", x(), quote(g.one("@", ".", " ", "")), 1+g.r.IntN(2))
	case 8:
		return fmt.Sprintf("to_char(%s, %s)", g.leaf(s, []Kind{Date, Stamp}[g.r.IntN(2)]), quote(g.one("YYYY-MM", "DD.MM.YYYY", "Mon YYYY", "YYYY \"Q\"Q", "HH24:MI", "FMMonth", "Dy")))
	case 9:
		return fmt.Sprintf("concat(%s, %s, %s)", g.leaf(s, Text), g.constant(Text), g.leaf(s, Int))
	case 10:
		return fmt.Sprintf("lpad(%s, %d, %s)", g.leaf(s, Text), g.r.IntN(8), quote(g.one("0", "xy", "*")))
	case 11:
		return fmt.Sprintf("(%s || %s)", g.leaf(s, Int), quote(g.one("%", " EUR", "")))
	case 12:
		return fmt.Sprintf("concat_ws('-', %s, %s)", g.leaf(s, Text), g.leaf(s, Text))
	case 13:
		return fmt.Sprintf("CAST(%s AS varchar(3))", x())
	case 14:
		return fmt.Sprintf("translate(%s, 'abo', 'xY')", g.leaf(s, Text))
	default:
		return fmt.Sprintf("CASE %s WHEN %s THEN 'one' WHEN %s THEN 'two' END", g.leaf(s, Int), g.constant(Int), g.constant(Int))
	}
}

func (g *generator) date(s *scope, d int) string {
	switch g.r.IntN(4) {
	case 0:
		return fmt.Sprintf("(%s %s %d)", g.someDay(s), g.one("+", "-"), g.r.IntN(400))
	case 1:
		return fmt.Sprintf("CAST(%s AS date)", g.expr(s, Stamp, d))
	case 2:
		return fmt.Sprintf("CAST(date_trunc('%s', %s) AS date)", g.one("month", "year", "quarter", "week", "day"), g.leaf(s, Stamp))
	default:
		return fmt.Sprintf("make_date(2020 + %d, 1 + %d, 1)", g.r.IntN(4), g.r.IntN(12))
	}
}

// someDay keeps away from the ends of the years 1 to 9999, beyond which SQLite
// has no dates.
func (g *generator) someDay(s *scope) string {
	return fmt.Sprintf("greatest(least(%s, DATE '2030-01-01'), DATE '1800-02-03')", g.leaf(s, Date))
}

func (g *generator) stamp(s *scope, d int) string {
	switch g.r.IntN(4) {
	case 0:
		return fmt.Sprintf("date_trunc('%s', %s)", g.one("month", "year", "quarter", "week", "day", "hour", "minute"), g.expr(s, Stamp, d))
	case 1:
		return fmt.Sprintf("(%s %s INTERVAL '%s')", fmt.Sprintf("least(greatest(%s, TIMESTAMP '1700-01-01'), TIMESTAMP '2100-01-01 01:02:03')", g.leaf(s, Stamp)), g.one("+", "-"), g.one("1 day", "1 month", "90 minutes", "1 year 2 days", "-3 days"))
	case 2:
		return fmt.Sprintf("CAST(%s AS timestamp)", g.expr(s, Date, d))
	default:
		return fmt.Sprintf("(%s + INTERVAL '1 month')", g.someDay(s))
	}
}

// interval is an output of none of the kinds.
func (g *generator) interval(s *scope) string {
	a, ok := g.field(s, func(f field) bool { return f.kind == Stamp && !f.other })
	if !ok {
		return ""
	}
	if g.chance(50) {
		return fmt.Sprintf("age(%s, TIMESTAMP '2020-02-29 12:00:00')", a.text)
	}
	return fmt.Sprintf("(%s - %s)", a.text, g.leaf(s, Stamp))
}

// predicate is a condition. Redacted columns are kept out of it: they are
// refused there.
func (g *generator) predicate(s *scope, depth int) string {
	before := g.picks
	g.picks = true
	defer func() { g.picks = before }()
	return g.condition(s, depth)
}

func (g *generator) condition(s *scope, d int) string {
	if d > 0 {
		switch g.r.IntN(9) {
		case 0:
			return fmt.Sprintf("(%s AND %s)", g.condition(s, d-1), g.condition(s, d-1))
		case 1:
			return fmt.Sprintf("(%s OR %s)", g.condition(s, d-1), g.condition(s, d-1))
		case 2:
			return fmt.Sprintf("NOT (%s)", g.condition(s, d-1))
		case 3, 4:
			return g.subquery(s, d-1)
		}
	}
	f, ok := g.field(s, func(f field) bool { return !f.other && (f.kind != Token) })
	if !ok {
		return g.compare(s, Int, d)
	}
	x := f.text
	switch g.r.IntN(13) {
	case 0:
		return x + g.one(" IS NULL", " IS NOT NULL")
	case 5:
		return g.rows(s, f)
	case 1:
		return fmt.Sprintf("%s %sIN (%s, %s, %s)", x, g.one("", "NOT "), g.like(f), g.like(f), g.like(f))
	case 2:
		return fmt.Sprintf("%s %s %s AND %s", x, g.one("BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC"), g.like(f), g.like(f))
	case 3:
		return fmt.Sprintf("%s IS %sDISTINCT FROM %s", x, g.one("", "NOT "), g.leaf(s, f.kind))
	case 4:
		return fmt.Sprintf("(%s) IS %s", g.compare(s, f.kind, d), g.one("TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "UNKNOWN", "NOT UNKNOWN"))
	}
	switch {
	case f.kind == Text && g.chance(50):
		return g.pattern(x)
	case f.kind == Bool:
		return g.one(x, "NOT "+x, x+" IS TRUE", x+" = FALSE")
	case g.chance(50):
		return x + " " + g.one("=", "<>", "<", "<=", ">", ">=") + " " + g.like(f)
	}
	return g.compare(s, f.kind, d)
}

// rows compares two columns at once.
func (g *generator) rows(s *scope, a field) string {
	b, ok := g.field(s, func(f field) bool { return !f.other && f.kind != Token })
	if !ok {
		b = a
	}
	row := func() string { return fmt.Sprintf("(%s, %s)", g.like(a), g.like(b)) }
	left := fmt.Sprintf("(%s, %s)", a.text, b.text)
	switch g.r.IntN(4) {
	case 0:
		return fmt.Sprintf("%s %sIN (%s, %s)", left, g.one("", "NOT "), row(), row())
	case 1:
		return left + g.one(" IS NULL", " IS NOT NULL")
	default:
		return left + " " + g.one("=", "<>", "<", "<=", ">", ">=") + " " + row()
	}
}

// like is a constant beside a column: untyped where that is how people write it.
func (g *generator) like(f field) string {
	switch f.kind {
	case Date, Stamp:
		if g.chance(60) {
			return quote(plain(randomValue(g.r, f.kind)))
		}
	case Int, Big:
		if g.chance(10) {
			return g.one("2.5", "3.0", "'4'")
		}
		return fmt.Sprint(g.r.IntN(20) - 3)
	}
	return g.constant(f.kind)
}

func (g *generator) pattern(x string) string {
	switch g.r.IntN(8) {
	case 0:
		return fmt.Sprintf("%s ILIKE '%s'", x, g.one("B%", "%O%", "_ob", "n_rth%"))
	case 1:
		return fmt.Sprintf("%s ~ '%s'", x, g.one("^[a-c]", "o.$", "[0-9]+", "^$"))
	case 2:
		return fmt.Sprintf("starts_with(%s, '%s')", x, g.one("a", "B", ""))
	case 3:
		return fmt.Sprintf("lower(%s) = '%s'", x, g.one("bob", "open", "münchen"))
	case 4:
		return fmt.Sprintf("%s LIKE '%s' ESCAPE '!'", x, g.one("10!%", "a!_%", "%!%%"))
	default:
		return fmt.Sprintf("%s %sLIKE '%s'", x, g.one("", "NOT "), g.one("b%", "%o%", "_ob%", "%", "", "a\\_b", "%@%", "Bob", "%ü%"))
	}
}

func (g *generator) compare(s *scope, k Kind, d int) string {
	if k == Token {
		k = Text
	}
	if k == Bool {
		return fmt.Sprintf("(%s) %s (%s)", g.expr(s, Bool, d), g.one("=", "<>"), g.leaf(s, Bool))
	}
	return fmt.Sprintf("%s %s %s", g.expr(s, k, d), g.one("=", "<>", "<", "<=", ">", ">="), g.expr(s, k, min(d, 1)))
}

// subquery is a condition with a subquery, mostly one that looks outside.
func (g *generator) subquery(s *scope, d int) string {
	inner := &block{}
	is := g.from(inner, d, s)
	if on := g.link(s, is.sources[0]); on != "" && g.chance(70) {
		inner.where = append(inner.where, on)
	}
	if g.chance(50) {
		inner.where = append(inner.where, g.predicate(is, 0))
	}
	switch g.r.IntN(5) {
	case 0, 1:
		inner.items = []item{{text: g.one("1", "*", "NULL")}}
		if g.w.unmasked {
			inner.items[0].text = "1"
		}
		if len(is.sources[0].fields) == 0 || hasClash(is) {
			inner.items[0].text = "1"
		}
		return fmt.Sprintf("%sEXISTS (%s)", g.one("", "NOT "), inner)
	case 2:
		k := Kind(g.r.IntN(int(Bool)))
		return fmt.Sprintf("%s %s %s", g.leaf(s, k), g.one("=", "<", ">=", "<>"), g.scalar(s, k, d))
	case 3:
		if f, ok := g.field(&scope{sources: s.sources}, func(f field) bool { return f.kind == Token && !f.clash }); ok {
			if x, ok := g.field(&scope{sources: is.sources}, func(x field) bool { return x.kind == Token && x.family == f.family && !x.clash }); ok {
				inner.items = []item{{text: x.text}}
				return fmt.Sprintf("%s %sIN (%s)", f.text, g.one("", "NOT "), inner)
			}
		}
	}
	f, ok := g.field(&scope{sources: is.sources}, func(f field) bool { return f.kind != Token && !f.other })
	if !ok {
		return "EXISTS (SELECT 1 FROM " + inner.from[0].String() + ")"
	}
	inner.items = []item{{text: f.text}}
	if g.chance(12) && f.kind != Bool {
		return fmt.Sprintf("%s %s %s (%s)", g.leaf(s, f.kind), g.one("=", "<", ">="), g.one("ANY", "ALL"), inner)
	}
	return fmt.Sprintf("%s %sIN (%s)", g.leaf(s, f.kind), g.one("", "NOT "), inner)
}

func hasClash(s *scope) bool {
	for _, src := range s.sources {
		for _, f := range src.fields {
			if f.clash {
				return true
			}
		}
	}
	return false
}

// scalar is a subquery that gives one value: an aggregate of some rows.
func (g *generator) scalar(s *scope, k Kind, d int) string {
	inner := &block{}
	is := g.from(inner, 0, s)
	if on := g.link(s, is.sources[0]); on != "" && g.chance(60) {
		inner.where = append(inner.where, on)
	}
	if g.chance(30) {
		inner.where = append(inner.where, g.predicate(is, 0))
	}
	local := &scope{sources: is.sources} // of columns outside alone it would be another block's aggregate
	inner.items = []item{{text: g.aggregate(local, k, min(d, 1))}}
	return "(" + inner.String() + ")"
}

// aggregate is one of kind k.
func (g *generator) aggregate(s *scope, k Kind, d int) string {
	inner := &scope{sources: s.sources}
	tail := ""
	if g.chance(18) {
		tail = " FILTER (WHERE " + g.predicate(inner, 0) + ")"
	}
	switch k {
	case Int:
		switch g.r.IntN(5) {
		case 0:
			return fmt.Sprintf("sum(%s)%s", g.expr(inner, Int, min(d, 0)), tail)
		case 1:
			if f, ok := g.field(inner, func(f field) bool { return !f.other }); ok {
				return fmt.Sprintf("count(%s%s)%s", g.one("", "DISTINCT "), f.text, tail)
			}
		case 2:
			return fmt.Sprintf("%s(%s)%s", g.one("min", "max"), g.expr(inner, Int, d), tail)
		}
		return "count(*)" + tail
	case Big:
		return fmt.Sprintf("%s(%s)%s", g.one("min", "max"), g.leaf(inner, Big), tail)
	case Num:
		switch g.r.IntN(4) {
		case 0:
			return fmt.Sprintf("avg(%s)%s", g.leaf(inner, []Kind{Int, Num, Big}[g.r.IntN(3)]), tail)
		case 1:
			return fmt.Sprintf("%s(%s)%s", g.one("min", "max"), g.expr(inner, Num, d), tail)
		case 2:
			return fmt.Sprintf("round(avg(%s)%s, 2)", g.leaf(inner, []Kind{Int, Num}[g.r.IntN(2)]), tail)
		}
		return fmt.Sprintf("sum(%s%s)%s", g.one("", "", "DISTINCT "), g.expr(inner, Num, d), tail)
	case Float:
		return fmt.Sprintf("%s(%s)%s", g.one("sum", "avg", "min", "max"), g.leaf(inner, Float), tail)
	case Text:
		x := g.expr(inner, Text, d)
		if g.chance(40) {
			return fmt.Sprintf("string_agg(%s, ',' ORDER BY %s)%s", x, x, tail)
		}
		return fmt.Sprintf("%s(%s)%s", g.one("min", "max"), x, tail)
	case Date, Stamp:
		return fmt.Sprintf("%s(%s)%s", g.one("min", "max"), g.leaf(inner, k), tail)
	case Bool:
		return fmt.Sprintf("%s(%s)%s", g.one("bool_and", "bool_or", "every"), g.expr(inner, Bool, d), tail)
	case Token:
		return "'no token'"
	default:
		panic("oracle: unknown kind")
	}
}

// window is a window function of kind k, of which rows that tie get the same.
func (g *generator) window(s *scope, k Kind, d int) string {
	var part []string
	if f, ok := g.field(s, func(f field) bool { return !f.other }); ok && g.chance(60) {
		part = append(part, "PARTITION BY "+f.text)
	}
	over := ""
	total := false
	if f, ok := g.field(s, func(f field) bool { return !f.other && f.kind != Token }); ok && g.chance(75) {
		order := "ORDER BY " + f.text + g.one("", " DESC", " NULLS FIRST")
		if len(s.sources) == 1 {
			for _, x := range s.sources[0].fields {
				if x.key && x.kind != Token {
					order, total = order+", "+x.text, true
				}
			}
		}
		part = append(part, order)
		over = order
	}
	frame := ""
	if total && g.chance(30) {
		frame = g.one(" ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", " ROWS UNBOUNDED PRECEDING", " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
	}
	w := "OVER (" + strings.Join(part, " ") + frame + ")"
	if k == Int && over != "" && g.chance(60) {
		if total && g.chance(50) {
			return g.one("row_number()", "ntile(3)") + " OVER (" + strings.Join(part, " ") + ")"
		}
		return g.one("rank()", "dense_rank()") + " OVER (" + strings.Join(part, " ") + ")"
	}
	if total && g.chance(40) {
		x := g.leaf(s, k)
		if strings.HasPrefix(x, "'") && !strings.HasSuffix(x, "::text") {
			x += "::text"
		}
		return g.one("lag("+x+")", "lead("+x+", 2)", "first_value("+x+")", "lag("+x+", 1, "+g.constant(k)+")") + " OVER (" + strings.Join(part, " ") + ")"
	}
	switch k {
	case Int:
		return g.one("count(*)", "sum("+g.tame(s, Int)+")") + " " + w
	case Num:
		return g.one("sum", "avg") + "(" + g.tame(s, Num) + ") " + w
	case Float:
		return "sum(" + g.leaf(s, Float) + ") " + w
	case Bool:
		return "bool_or(" + g.leaf(s, Bool) + ") " + w
	case Token:
		return g.leaf(s, k)
	default:
		return g.one("min", "max") + "(" + g.leaf(s, k) + ") " + w
	}
}
