package emit

import (
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// sqlite: a column may hold values of any type, whatever it was declared as,
// and comparisons convert by the affinity of columns. So a stored column is
// read through an expression that gives NULL for what does not fit its type;
// expressions have no affinity, and from there on types are PostgreSQL's. What is
// only given out, package run reads (stored.go).
// Functions named g_... are registered by package sql/funcs/pgfn.
var sqlite = dialect{
	engine:  catalog.SQLite,
	lower:   sqliteRewrites,
	fence:   " LIMIT -1",
	cross:   "JOIN", // CROSS JOIN would forbid the planner to choose the order
	noLimit: " LIMIT -1",
	unknown: "NULL",
	probes:  true,
	bare:    sqliteBare,
	strange: " COLLATE ",

	recursion:    &recursion{},
	materializes: true,
	givesStored:  true,

	spelling: func(s *funcs.Sig) string { return s.SQLite },
	text:     func(t types.Type) string { return funcs.CastSQLite(t, types.Of(types.Text), types.Mod{}) },
	out:      funcs.TextSQLite,
	param: func(p *printer, n int, t types.Type) {
		if t.IsAddress() || t.Kind == types.Array && t.Element().IsAddress() {
			p.refuse(&ir.Const{}, "compare with something else", "sqlite has no values of type %s", t)
		}
		p.str("?")
		p.int(n)
	},
	null: func(p *printer, _ types.Type) { p.str("NULL") },
	cast: func(p *printer, e *ir.Cast) {
		from, to := e.X.Type(), e.T
		t := funcs.CastSQLite(from, to, e.Mod)
		if t == "" {
			p.refuse(e, "compare or show it as it is", "sqlite cannot convert %s to %s", from, to)
		}
		p.spell(t, spell{at: e, kind: to.Kind, args: []ir.Expr{e.X}, arg: p.expr})
	},
	read:       typedRead,
	collation:  collation,
	plain:      plain,
	quantified: quantifiedList,
	list: func(p *printer, e *ir.List) {
		p.refuse(e, "use several columns", "sqlite has no arrays")
	},
	scalar: func(p *printer, e *ir.Scalar) {
		if ir.OneRow(e.Query) {
			p.subquery(e.Query)
			return
		}
		// SQLite takes the first of several rows; PostgreSQL fails.
		alias := p.alias()
		col := alias + "." + output(e.Query.Body, 0)
		p.str("(SELECT CASE WHEN count(*) > 1 THEN g_more_than_one_row() ELSE max(", col, ") END FROM ")
		p.subquery(e.Query)
		p.str(" AS ", alias, ")")
	},
	// The ordered values follow the arguments: percentile_cont(0.5, x).
	orderedSet: func(p *printer, e *ir.Agg, s spell) {
		for _, w := range e.Within {
			if w.Desc {
				p.refuse(e, "leave DESC out", "sqlite cannot compute %s() of values in descending order", e.Fn.Func.Name)
			}
			s.args = append(s.args[:len(s.args):len(s.args)], w.X)
		}
		p.spell(p.spelling(e, e.Fn), s)
	},
	frame: func(p *printer, e *ir.Over) {
		f := e.Window.Frame
		if f == nil || f.Mode != ir.FrameRange || f.From == nil && f.To == nil {
			return
		}
		for _, s := range e.Window.Order {
			if t := s.X.Type(); !t.IsInteger() && !t.IsFloat() {
				p.refuse(e, "use ROWS BETWEEN", "sqlite cannot measure a RANGE frame in values of type %s", t)
			}
		}
	},
}

// typedRead is a stored column as a value of its type: canonical, or NULL.
func typedRead(p *printer, alias string, t *catalog.Table, c *catalog.Column) {
	col := p.text(func() { p.str(alias, "."); p.quote(c.Name) })
	if t.Strict && raw(c) {
		p.str(col)
		return
	}
	p.str(strings.ReplaceAll(reading(c.Type.Kind), "{}", col))
}

// reading is the expression that reads the column {} as a value of kind k.
func reading(k types.Kind) string {
	switch k {
	case types.Bool:
		return "CASE WHEN typeof({}) = 'integer' AND {} IN (0, 1) THEN {} END"
	case types.Int2:
		return "CASE WHEN typeof({}) = 'integer' AND {} BETWEEN -32768 AND 32767 THEN {} END"
	case types.Int4:
		return "CASE WHEN typeof({}) = 'integer' AND {} BETWEEN -2147483648 AND 2147483647 THEN {} END"
	case types.Int8:
		return "CASE typeof({}) WHEN 'integer' THEN {} END"
	case types.Float4, types.Float8:
		return "CASE typeof({}) WHEN 'real' THEN {} WHEN 'integer' THEN CAST({} AS REAL) END"
	case types.Text, types.Varchar, types.Bpchar:
		return "CASE typeof({}) WHEN 'text' THEN {} END"
	case types.Bytea:
		return "CASE typeof({}) WHEN 'blob' THEN {} END"
	case types.Numeric, types.Date, types.Time, types.Timestamp, types.TimestampTZ, types.Interval,
		types.UUID, types.JSON, types.JSONB:
		return "g_" + k.String() + "({})"
	case types.Unsupported, types.Unknown, types.Enum, types.Token, types.Array,
		types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
		panic("emit: no column of sqlite is of type " + k.String())
	default:
		panic("emit: unknown type")
	}
}

// raw reports whether a STRICT table holds nothing but values of the column's
// type. Texts are read through an expression all the same, to be rid of the
// column's collation.
func raw(c *catalog.Column) bool {
	switch strings.ToUpper(c.Declared) {
	case "INTEGER", "INT":
		return c.Type.Kind == types.Int8
	case "REAL":
		return c.Type.Kind == types.Float8
	case "BLOB":
		return c.Type.Kind == types.Bytea
	}
	return false
}

// collation is what SQLite must be told to compare texts that stand for
// something else. Texts themselves compare by bytes, as they come out of
// expressions.
func collation(t types.Type) string {
	switch t.Kind {
	case types.Numeric:
		return " COLLATE grille_numeric"
	case types.Interval:
		return " COLLATE grille_interval"
	case types.Bpchar:
		return " COLLATE rtrim"
	}
	return ""
}

// plain: everything that SQLite stores as a text, and compares as one.
func plain(t types.Type) string {
	if t.IsInteger() || t.IsFloat() || t.Kind == types.Bool || t.Kind == types.Bytea {
		return ""
	}
	return " COLLATE binary"
}

// elements are those of an array that is written out; none of NULL.
func elements(e ir.Expr) (items []ir.Expr, known bool) {
	if l, ok := e.(*ir.List); ok {
		return l.Items, true
	}
	c, ok := e.(*ir.Const)
	if !ok || c.Value.IsNull() {
		return nil, ok
	}
	for _, v := range c.Value.List() {
		items = append(items, &ir.Const{Value: v, T: c.T.Element()})
	}
	return items, true
}

// quantifiedList prints x op ANY|ALL of a list that is known, element by
// element: SQLite has no arrays.
func quantifiedList(p *printer, e *ir.AnyOf) {
	items, known := elements(e.Array)
	if !known {
		p.refuse(e, "compare with a list of values", "sqlite has no arrays")
		return
	}
	if c, ok := e.Array.(*ir.Const); ok && c.Value.IsNull() {
		p.str("NULL")
		return
	}
	op := e.Cmp.Func.Name
	if (op == "=" && !e.All || op == "<>" && e.All) && !mixed(e.Cmp) {
		p.in(&ir.In{X: e.X, Cmp: e.Cmp, List: items, Not: e.All})
		return
	}
	word := " OR "
	if e.All {
		word = " AND "
	}
	if len(items) == 0 {
		p.truth(e.All)
		return
	}
	for i, x := range items {
		p.sep(i, "(", word)
		p.call(e, e.Cmp, []ir.Expr{e.X, x}, types.Of(types.Bool))
	}
	p.str(")")
}
