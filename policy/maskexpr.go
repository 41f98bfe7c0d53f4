package policy

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// expr is what the viewer sees of the stored column that ref makes references
// to, of type t. Parts that could fail by themselves stand under a CASE that
// keeps from them the values on which they would.
func (m Mask) expr(ref func() ir.Expr, t types.Type, engine catalog.Engine, k keys) ir.Expr {
	switch m.Show {
	case Plain, Aggregate:
		return ref()
	case Redact:
		return &ir.Const{Value: types.Null, T: t, From: ir.FromRule}
	case Last4:
		return when(longer(ref, 8), call("right", asText(ref()), small(4)))
	case First1:
		return when(longer(ref, 2), call("left", asText(ref()), small(1)))
	case Domain:
		return m.domain(ref)
	case Zip3:
		return m.zip3(ref)
	case Hash:
		return m.token(ref, engine, k)
	case Width:
		return m.width(ref, t)
	case Day, Month, Year:
		return m.cut(ref, t)
	case Closed:
		panic("policy: a closed column has no value")
	default:
		panic("policy: unknown mask")
	}
}

// longer is length(x) >= n: a mask shows nothing of a value that is shorter
// than twice what it would show. right('12', 4) is the whole value.
func longer(ref func() ir.Expr, n int64) ir.Expr {
	return op(">=", call("length", asText(ref())), small(n))
}

func asText(x ir.Expr) ir.Expr {
	if x.Type().IsText() {
		return as(x, types.Of(types.Text))
	}
	return cast(x, types.Text)
}

// domain shows the part after the only @ of an address; nothing of a value
// with none or several, where it could be anything.
func (m Mask) domain(ref func() ir.Expr) ir.Expr {
	one := and(op("like", asText(ref()), text("%_@_%")), &ir.Not{X: op("like", asText(ref()), text("%@%@%"))})
	return when(one, call("split_part", asText(ref()), text("@"), small(2)))
}

// zip3 shows three characters of five or more, and 000 for the prefixes in
// which few people live.
func (m Mask) zip3(ref func() ir.Expr) ir.Expr {
	head := func() ir.Expr { return call("left", asText(ref()), small(3)) }
	few := restricted()
	list := make([]ir.Expr, len(few))
	for i, p := range few {
		list[i] = text(p)
	}
	equal := op("=", head(), text("")).(*ir.Call).Fn
	return &ir.Case{
		Arms: []ir.Arm{
			{When: &ir.Not{X: longer(ref, 5)}, Then: &ir.Const{Value: types.Null, T: types.Of(types.Text), From: ir.FromRule}},
			{When: &ir.In{X: head(), Cmp: equal, List: list}, Then: text("000")},
		},
		Else: head(),
		T:    types.Of(types.Text),
	}
}

// width is x - mod(mod(x, n) + n, n), the greatest multiple of n that is at most
// x, for negative x too; NULL where that is out of range. Numbers with a
// fraction are rounded down first, and shown only where whole numbers are exact
// in their type: NaN and the infinities are outside of that.
func (m Mask) width(ref func() ir.Expr, t types.Type) ir.Expr {
	n := func() ir.Expr { return number(m.Width) }
	cut := func(x func() ir.Expr) ir.Expr {
		return op("-", x(), call("mod", op("+", call("mod", x(), n()), n()), n()))
	}
	if t.IsInteger() {
		x := func() ir.Expr { return as(ref(), types.Of(types.Int8)) }
		return when(op(">=", x(), number(lowest(m.Width))), cut(x))
	}
	kind := types.Float8
	if t.Kind == types.Numeric {
		kind = types.Numeric
	}
	x := func() ir.Expr { return as(ref(), types.Of(kind)) }
	limit := func(n int64) ir.Expr { return whole(n, kind) }
	inside := and(op(">=", x(), limit(-exact)), op("<=", x(), limit(exact)))
	return when(inside, cut(func() ir.Expr { return cast(call("floor", x()), types.Int8) }))
}

// whole is the constant n as a numeric or a float8.
func whole(n int64, k types.Kind) ir.Expr {
	if k == types.Float8 {
		return constant(types.FloatOf(float64(n)), k)
	}
	v, err := types.Parse(types.Of(k), types.IntOf(n).Format(types.Of(types.Int8), nil), nil)
	if err != nil {
		panic("policy: " + err.Error())
	}
	return constant(v, k)
}

// cut is the first day of the value's day, month or year, in the time zone of
// the session, which is the workspace's; NULL outside of the years 1 to 9999,
// where types differ in what they can hold.
func (m Mask) cut(ref func() ir.Expr, t types.Type) ir.Expr {
	inside := and(op(">=", ref(), bound(firstDay, t)), op("<", ref(), bound(lastDay, t)))
	x := ref()
	if t.Kind == types.Date {
		x = cast(x, types.Timestamp)
	}
	return when(inside, cast(call("date_trunc", text(m.Show.String()), x), types.Date))
}

// bound is the constant midnight of a day, UTC, as a t.
func bound(day int64, t types.Type) ir.Expr {
	const micros = 86400_000000
	switch t.Kind {
	case types.Date:
		return constant(types.DateOf(day), t.Kind)
	case types.Timestamp:
		return constant(types.TimestampOf(day*micros), t.Kind)
	case types.TimestampTZ:
		return constant(types.TimestampTZOf(day*micros), t.Kind)
	default:
		panic("policy: no days in " + t.String())
	}
}

// token is the first 128 bits, in hexadecimal, of HMAC-SHA-256 over the text of
// the value. It is of type token, so that bind lets it be compared with tokens
// of the same family only.
//
// PostgreSQL, MariaDB, MySQL and DuckDB have sha256 and no hmac: H(outer || H(inner || text)).
// SQLite has a function of ours.
func (m Mask) token(ref func() ir.Expr, engine catalog.Engine, k keys) ir.Expr {
	var e ir.Expr
	switch engine {
	case catalog.Postgres, catalog.MariaDB, catalog.MySQL, catalog.DuckDB:
		inner, outer := k.pads(m.Family)
		utf8 := internal("convert_to", asText(ref()), text("UTF8"))
		digest := internal("sha256", op("||", secretBytes(outer), internal("sha256", op("||", secretBytes(inner), utf8))))
		e = call("left", internal("encode", digest, text("hex")), small(tokenLength))
	case catalog.SQLite, catalog.Trino:
		// Trino has no such function, on purpose: it keeps the text of each
		// statement, with the key in it, where others may read it. Emit refuses.
		e = internal("hmac_token", asText(ref()), secretBytes(k.of(m.Family)))
	case catalog.NoEngine:
		panic("policy: a catalog without an engine")
	default:
		panic("policy: unknown engine")
	}
	e.(*ir.Call).T = m.Type(types.Of(types.Text))
	return e
}

// tokenLength is in hexadecimal digits.
const tokenLength = 32
