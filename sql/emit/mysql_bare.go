package emit

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// MariaDB reads texts in another collation than that of their indexes, dates with a
// condition, and unsigned numbers as signed ones. So beside a condition of WHERE or
// ON stands, as on SQLite, one over the columns as they are stored:
//
//	WHERE t1.c1 = (? COLLATE utf8mb4_nopad_bin) AND t1.b1 = ?
//
// It is true of every row of which the other one is, and decides nothing:
//
//   - texts: what has the same bytes is equal in every collation. It says nothing of
//     an order: only =, IN, and joins of columns of one collation. The constant must
//     be one of the column's character set, or the comparison is an error;
//   - whole numbers and decimals compare as numbers, unsigned or not. Not years: of
//     5 the engine makes 2005;
//   - uuids: one has one text;
//   - dates and times: mysql_span.go.
//
// And it cannot fail: there is none of what may fail elsewhere. It must stay beside:
// MariaDB puts what equals a column into other conditions, but where that is read
// for its bytes only under a collation in which equal means the same bytes (the
// test has the case).
func mysqlBare(p *printer, e ir.Expr, _ bool) string {
	b := asKept{p}
	switch e := e.(type) {
	case *ir.Call:
		if e.Fn.Func.Class != funcs.Operator {
			return ""
		}
		switch name := e.Fn.Func.Name; name {
		case "=", "<", "<=", ">", ">=":
			return b.compare(name, e.Args[0], e.Args[1])
		case "between":
			return joined(b.compare(">=", e.Args[0], e.Args[1]), b.compare("<=", e.Args[0], e.Args[2]))
		}
	case *ir.In:
		if !e.Not {
			return b.in(e.X, e.List)
		}
	case *ir.AnyOf:
		if items, _ := elements(e.Array); !e.All && e.Cmp.Func.Name == "=" {
			return b.in(e.X, items)
		}
	case *ir.Ref, *ir.Const, *ir.Attr, *ir.Cast, *ir.Logic, *ir.Not, *ir.Is, *ir.Case, *ir.InQuery, *ir.Exists, *ir.Scalar, *ir.List, *ir.Agg, *ir.Over:
	default:
		panic("emit: unknown expression")
	}
	return ""
}

// joined is a AND b, either of which may be "".
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " AND " + b
}

// asKept prints conditions over columns as they are stored.
type asKept struct{ p *printer }

// storedColumn is a column of a stored table as it is.
type storedColumn struct {
	*catalog.Column
	text func() string
}

// column is what e refers to; nil if that is no column of a stored table, or one
// that cannot be had here.
func (b asKept) column(e ir.Expr) *storedColumn {
	r, ok := stored(e).(*ir.Ref)
	if !ok {
		return nil
	}
	n := b.p.names[r.Col]
	switch {
	case n.deep < b.p.deep && b.p.d.inward:
		return nil
	case n.column != nil && !n.column.Virtual && policy.Stored(n.table.Kind):
		return &storedColumn{n.column, func() string {
			return b.p.text(func() { b.p.str(n.rel, "."); b.p.quote(n.column.Name) })
		}}
	case n.kept != nil && n.shows != nil && !n.shows.Virtual:
		return &storedColumn{n.shows, func() string { return n.kept.column(n.shows) }}
	}
	return nil
}

func (b asKept) compare(op string, x, y ir.Expr) string {
	if text := b.between(op, x, y); text != "" {
		return text
	}
	if text := b.against(op, x, y); text != "" {
		return text
	}
	return b.against(turned[op], y, x)
}

var turned = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// between compares two columns.
func (b asKept) between(op string, x, y ir.Expr) string {
	c, d := b.column(uncast(x)), b.column(uncast(y))
	if c == nil || d == nil {
		return ""
	}
	same := c.Type == d.Type
	switch {
	case lettered(c) && lettered(d):
		same = op == "=" && c.Sorted == d.Sorted && c.Sorted != ""
	case numeral(c) && numeral(d):
		same = unsigned(c.Column) || unsigned(d.Column) || x != uncast(x) || y != uncast(y)
	case c.Type.Kind != types.UUID && !c.Type.IsTemporal() || c.Type.Kind == types.UUID && op != "=":
		same = false
	}
	if !same {
		return ""
	}
	return c.text() + " " + op + " " + d.text()
}

// against compares a column with a constant.
func (b asKept) against(op string, x, y ir.Expr) string {
	if text := b.span(op, x, y); text != "" {
		return text
	}
	c := b.column(uncast(x))
	if c == nil || !b.comparable(c, op, y) {
		return ""
	}
	return c.text() + " " + op + " " + b.constant(y)
}

func (b asKept) in(x ir.Expr, list []ir.Expr) string {
	c := b.column(uncast(x))
	if c == nil || len(list) == 0 || slices.ContainsFunc(list, func(y ir.Expr) bool { return !b.comparable(c, "=", y) }) {
		return ""
	}
	values := make([]string, len(list))
	for i, y := range list {
		values[i] = b.constant(y)
	}
	return c.text() + " IN (" + strings.Join(values, ", ") + ")"
}

// comparable reports whether c op y may stand beside the same of what is read.
func (b asKept) comparable(c *storedColumn, op string, y ir.Expr) bool {
	k, ok := uncast(y).(*ir.Const)
	switch {
	case !ok || k.Value.IsNull():
		return false
	case lettered(c):
		return op == "=" && textual(k.T) && within(charset(c.Column), k.Value.Text())
	case numeral(c):
		return unsigned(c.Column) && (k.T.IsInteger() || k.T.Kind == types.Numeric)
	case c.Type.Kind == types.UUID:
		return op == "=" && k.T.Kind == types.UUID
	}
	return c.Type.IsTemporal() && c.Type.Kind != types.Interval && k.T == c.Type && k.Value.IsInfinite() == 0
}

// constant prints y, of texts without a collation, so that the column's counts.
func (b asKept) constant(y ir.Expr) string {
	return b.p.text(func() {
		if k, ok := y.(*ir.Const); ok && (textual(k.T) || k.T.Kind == types.UUID) {
			b.p.place(b.p.params.number(k.Value, k.T))
			return
		}
		b.p.expr(y)
	})
}

// uncast is e without the casts between numbers that change none.
func uncast(e ir.Expr) ir.Expr {
	c, ok := e.(*ir.Cast)
	if !ok || c.Mod.Set || !c.X.Type().IsInteger() {
		return e
	}
	if to := c.T; to.Kind == types.Numeric || to.IsInteger() && to.Kind >= c.X.Type().Kind {
		return c.X
	}
	return e
}

// lettered reports whether c is a text of a character set of which nothing is lost
// when it becomes utf8mb4, and back. Labels of an enum have numbers too.
func lettered(c *storedColumn) bool {
	return textual(c.Type) && !strings.HasPrefix(c.Declared, "enum") && !strings.HasPrefix(c.Declared, "set") && charset(c.Column) != ""
}

// charset is utf8mb4, utf8mb3 or latin1; "" if it is another one.
func charset(c *catalog.Column) string {
	_, set, other := strings.Cut(c.Declared, " character set ")
	switch {
	case !other:
		return "utf8mb4"
	case set == "utf8", set == "utf8mb3":
		return "utf8mb3"
	case set == "latin1":
		return set
	}
	return ""
}

// within reports whether s has only characters of a set: of latin1, which is
// Windows's 1252, those that stand there where Unicode has them.
func within(set, s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		switch set {
		case "utf8mb3":
			return r > 0xffff
		case "latin1":
			return r > 0x7f && r < 0xa0 || r > 0xff
		}
		return false
	})
}

// numeral reports whether c is a whole number or a decimal.
func numeral(c *storedColumn) bool {
	return (c.Type.IsInteger() || c.Type.Kind == types.Numeric) && !strings.HasPrefix(c.Declared, "year")
}

func unsigned(c *catalog.Column) bool { return strings.Contains(c.Declared, "unsigned") }
