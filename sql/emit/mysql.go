package emit

import (
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// MariaDB and MySQL. Texts are read as utf8mb4 under a collation that compares
// bytes and does not pad, and from there on everything compares so. A point in
// time stands as its date and time in UTC. What is needed of the session stands
// in docs/engines-mysql.md; names are in backquotes, which mean a name under any
// sql_mode.
//
// Parameters are ? in the order of the text: a value that stands in it twice is
// two of them, and no two are the same expression to the engine. So keys of
// groups are computed in a block below (keysBelow).
func mysqlDialect(engine catalog.Engine) *dialect {
	maria := engine == catalog.MariaDB
	m := mysql{engine: engine, collate: " COLLATE utf8mb4_0900_bin"}
	if maria {
		m.collate = " COLLATE utf8mb4_nopad_bin"
	}
	d := &dialect{
		recursion:     &recursion{begin: m.begin, step: m.step},
		engine:        engine,
		lower:         mysqlRewrites,
		fence:         " LIMIT 18446744073709551615",
		cross:         "CROSS JOIN",
		noLimit:       " LIMIT 18446744073709551615",
		unknown:       "UNKNOWN",
		lateral:       !maria,
		inward:        maria,
		forgets:       true,
		distinctPairs: true, // of string_agg, whose separator is no argument
		quantifiers:   true,
		nested:        true,
		backquotes:    true,
		positional:    true,
		unions:        true,
		plainCounts:   true,
		nullsLow:      true,
		strange:       mysqlPad,

		spelling:   func(s *funcs.Sig) string { return s.MySQL },
		text:       func(t types.Type) string { return funcs.CastMySQL(t, types.Of(types.Text), types.Mod{}) },
		out:        funcs.TextMySQL,
		param:      m.param,
		null:       func(p *printer, t types.Type) { p.str(mysqlNull(t)) },
		cast:       m.cast,
		read:       m.read,
		collation:  m.collation,
		plain:      m.plain,
		apart:      mysqlApart,
		quantified: quantifiedList,
		list:       func(p *printer, e *ir.List) { p.refuse(e, "use several columns", "%s has no arrays", engine) },
		scalar:     func(p *printer, e *ir.Scalar) { p.subquery(e.Query) },
		orderedSet: func(p *printer, e *ir.Agg, s spell) { p.spell(p.spelling(e, e.Fn), s) },
		frame:      m.frame,
		special:    m.special,
		aggregate:  m.aggregate,
		over:       m.over,
		summed:     m.summed,
	}
	if maria { // how MySQL puts what equals a column in its place was not looked at
		d.bare, d.above = mysqlBare, true
	}
	return d
}

var mariadbDialect, mysql8Dialect = mysqlDialect(catalog.MariaDB), mysqlDialect(catalog.MySQL)

type mysql struct {
	engine  catalog.Engine
	collate string
}

// param prints a ? as a value of the type that bind gave: both engines guess
// that of a bare one from its surroundings.
func (m mysql) param(p *printer, n int, t types.Type) {
	v := p.params.list[n-1].Value
	cast := func(as string) { p.str("CAST("); p.place(n); p.str(" AS ", as, ")") }
	switch t.Kind {
	case types.Text, types.Varchar, types.Bpchar, types.UUID, types.JSON, types.JSONB:
		// Whatever collation_connection says, two ? compare as the server's own
		// collation has it: 'ADMIN' = 'admin'.
		p.str("(")
		p.place(n)
		p.str(m.collate, ")")
	case types.Bool, types.Int2, types.Int4, types.Int8:
		cast("SIGNED")
	case types.Float4, types.Float8:
		cast("DOUBLE")
	case types.Bytea:
		cast("BINARY")
	case types.Numeric:
		whole, fraction := digits(v)
		if whole == 0 || whole+fraction > 65 || fraction > 30 {
			p.refuse(&ir.Const{}, "use a number of fewer digits", "%s cannot hold a number of so many digits", m.engine)
		}
		cast("DECIMAL(" + strconv.Itoa(whole+fraction) + ", " + strconv.Itoa(fraction) + ")")
	case types.Date, types.Time, types.Timestamp, types.TimestampTZ:
		if !common(v) {
			p.refuse(&ir.Const{}, "name a day between the years 1 and 9999", "%s cannot hold such a time", m.engine)
		}
		cast(map[types.Kind]string{types.Date: "DATE", types.Time: "TIME(6)", types.Timestamp: "DATETIME(6)", types.TimestampTZ: "DATETIME(6)"}[t.Kind])
	default:
		p.refuse(&ir.Const{}, "compare with something else", "%s has no values of type %s", m.engine, t)
	}
}

// mysqlNull is NULL as a value of a type: of a bare one both engines make a text or
// a float where something is computed of it. A numeric without digits is one to
// which those of others are added.
func mysqlNull(t types.Type) string {
	switch t.Kind {
	case types.Bool, types.Int2, types.Int4, types.Int8:
		return "CAST(NULL AS SIGNED)"
	case types.Float4:
		return "CAST(NULL AS FLOAT)"
	case types.Float8:
		return "CAST(NULL AS DOUBLE)"
	case types.Numeric:
		return "CAST(NULL AS DECIMAL(1, 0))"
	case types.Date:
		return "CAST(NULL AS DATE)"
	case types.Time:
		return "CAST(NULL AS TIME(6))"
	case types.Timestamp, types.TimestampTZ:
		return "CAST(NULL AS DATETIME(6))"
	default:
		return "NULL"
	}
}

// digits are how many there are before and after the point of a numeric; none of
// what is no number.
func digits(v types.Value) (whole, fraction int) {
	text := strings.TrimPrefix(v.String(), "-")
	if text == "" || text[0] < '0' || text[0] > '9' {
		return 0, 0
	}
	before, after, _ := strings.Cut(text, ".")
	return len(before), len(after)
}

// common reports whether a time lies in the years 1 to 9999.
func common(v types.Value) bool {
	if v.Kind() == types.Time {
		return true
	}
	text := v.Format(types.Of(v.Kind()), time.UTC)
	return v.IsInfinite() == 0 && !strings.HasSuffix(text, "BC") && text[4] == '-'
}

func (m mysql) cast(p *printer, e *ir.Cast) {
	from, to := e.X.Type(), e.T
	t := funcs.CastMySQL(from, to, e.Mod)
	if t == "" {
		p.refuse(e, "compare or show it as it is", "%s cannot convert %s to %s", m.engine, from, to)
	}
	p.spell(t, spell{at: e, kind: to.Kind, args: []ir.Expr{e.X}, arg: p.expr})
}

// read is a stored column as a value of its type. Days without a month or a
// year, and times of more than a day, are NULL.
func (m mysql) read(p *printer, alias string, t *catalog.Table, c *catalog.Column) {
	col := p.text(func() { p.str(alias, "."); p.quote(c.Name) })
	declared := strings.ToLower(c.Declared)
	unsigned := strings.Contains(declared, "unsigned") || strings.HasPrefix(declared, "year")
	switch c.Type.Kind {
	case types.Text, types.Varchar, types.Bpchar, types.Enum, types.JSON, types.JSONB:
		p.str("(CONVERT(", col, " USING utf8mb4)", m.collate, ")")
	case types.UUID:
		p.str("(CONVERT(CAST(", col, " AS CHAR) USING utf8mb4)", m.collate, ")")
	case types.Bool: // tinyint(1) holds any number
		p.str("(", col, " <> 0)")
	case types.Date, types.Timestamp, types.TimestampTZ:
		p.str("CASE WHEN DAYOFMONTH(", col, ") > 0 AND MONTH(", col, ") > 0 AND YEAR(", col, ") > 0 THEN ", col, " END")
	case types.Time:
		p.str("CASE WHEN ", col, " BETWEEN '00:00:00' AND '24:00:00' THEN ", col, " END")
	case types.Int2, types.Int4, types.Int8:
		if unsigned { // differences of unsigned numbers may not be negative
			col = "CAST(" + col + " AS SIGNED)"
		}
		p.str(col)
	case types.Numeric:
		if unsigned {
			col = "CAST(" + col + " AS " + signed(declared) + ")"
		}
		p.str(col)
	case types.Float4, types.Float8, types.Bytea:
		p.str(col)
	case types.Interval:
		p.refuse(&ir.Const{}, "leave "+c.Name+" out", "%s has no intervals", m.engine)
	case types.Array:
		p.refuse(&ir.Const{}, "leave "+c.Name+" out", "%s has no arrays", m.engine)
	case types.Unsupported, types.Unknown, types.Token, types.Inet, types.Cidr, types.MacAddr, types.MacAddr8:
		panic("emit: no column of " + m.engine.String() + " is of type " + c.Type.String())
	default:
		panic("emit: unknown type")
	}
}

// signed is the decimal that holds all values of an unsigned one, or of an unsigned
// bigint.
func signed(declared string) string {
	if size, ok := strings.CutPrefix(declared, "decimal("); ok {
		if size, _, ok = strings.Cut(size, ")"); ok {
			return "DECIMAL(" + size + ")"
		}
	}
	return "DECIMAL(20, 0)"
}

// mysqlApart tells texts of any length apart: in a partition, and in groups that
// count distinct values, the engine sorts by max_sort_length bytes and takes for
// equal what begins alike.
func mysqlApart(x string, t types.Type) string {
	if t.Kind == types.Text || t.Kind == types.JSON || t.Kind == types.JSONB {
		return "SHA2(" + x + ", 256)"
	}
	return ""
}

// mysqlPad ignores blanks at the end, which do not count in a bpchar.
const mysqlPad = " COLLATE utf8mb4_bin"

func (m mysql) collation(t types.Type) string {
	if t.Kind == types.Bpchar {
		return mysqlPad
	}
	return ""
}

func (m mysql) plain(t types.Type) string {
	if t.IsText() || t.Kind == types.Token || t.Kind == types.UUID {
		return m.collate
	}
	return ""
}

func (m mysql) frame(p *printer, e *ir.Over) {
	f := e.Window.Frame
	if f == nil {
		return
	}
	switch {
	case f.Mode == ir.FrameGroups:
		p.refuse(e, "use ROWS BETWEEN", "%s has no frames of GROUPS", m.engine)
	case f.Exclude != ir.ExcludeNothing:
		p.refuse(e, "leave EXCLUDE out", "%s cannot leave rows out of a frame", m.engine)
	case f.Mode == ir.FrameRange && (f.From != nil || f.To != nil):
		for _, s := range e.Window.Order {
			if t := s.X.Type(); !t.IsInteger() && !t.IsFloat() && t.Kind != types.Numeric || s.NullsFirst == s.Desc {
				p.refuse(e, "use ROWS BETWEEN", "%s cannot measure such a RANGE frame", m.engine)
			}
		}
	}
}
