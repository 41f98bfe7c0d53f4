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

// SQLite reads a stored column through an expression, which no index serves (and
// MariaDB: mysql_bare.go). So beside a condition of a guard that compares one with constants stands the same
// over the bare column:
//
//	WHERE (CASE typeof(t2."id") WHEN 'integer' THEN t2."id" END = ?1) AND t2."id" = CAST(?1 AS INTEGER)
//
// The bare one decides nothing: it is true of every row of which the other one
// is. That carries over to AND and OR, and must be proven for each type (see [bareText] and the test):
//
//   - integers: the read gives integers only, and an integer compares with an
//     integer as a number, whatever affinity the column has: the constant may
//     only become text beside a column of affinity TEXT, which stores no integer;
//   - texts: the read gives texts only, which compare by bytes. The collation of
//     the column may be another, hence COLLATE binary, and an index with another
//     does not serve. Beside a column of affinity NUMERIC ('string') '5' would
//     become a number, which is less than every text: only affinity TEXT.
//
// And it must stay beside. Of column = ?1 SQLite concludes that the column is ?1
// wherever else it stands, in the read too, where a real that equals ?1 would then
// be an integer. It does not where the constant has an affinity, as that of a CAST,
// or where the column has a COLLATE.
//
// It is not so, and there is none, for floats (2^53 + 1 is read as 2^53), and for
// booleans, dates, times and numerics, whose values have several spellings in a
// file. Nor for a view, whose columns have the affinities of its expressions.
func (p *printer) besides(where ir.Expr) {
	if p.d.bare == nil {
		return
	}
	for _, e := range ir.Conjuncts(where) {
		if text := p.beside(e, false); text != "" {
			p.str(" AND ", text)
		}
	}
}

// besidesAbove is besides of a condition above guards.
func (p *printer) besidesAbove(e ir.Expr) {
	if p.d.above {
		p.besides(e)
	}
}

// beside is a condition that is true wherever e is, and that an index may serve; ""
// if there is none. Of an OR each side must have one, of an AND one side is enough.
func (p *printer) beside(e ir.Expr, or bool) string {
	l, ok := e.(*ir.Logic)
	if !ok {
		return p.d.bare(p, e, or)
	}
	var sides []string
	for _, x := range l.Args {
		if side := p.beside(x, or || l.Or); side != "" {
			sides = append(sides, side)
		}
	}
	switch {
	case len(sides) == 0 || l.Or && len(sides) < len(l.Args):
		return ""
	case l.Or:
		return "(" + strings.Join(sides, " OR ") + ")"
	}
	return "(" + strings.Join(sides, " AND ") + ")"
}

// asStored prints conditions over bare columns. Inside of an OR SQLite uses no index
// for what names a collation, so there are none of texts.
type asStored struct {
	p  *printer
	or bool
}

func sqliteBare(p *printer, e ir.Expr, or bool) string {
	s := asStored{p, or}
	switch e := e.(type) {
	case *ir.Call:
		if e.Fn.Func.Class == funcs.Operator {
			return s.call(e.Fn.Func.Name, e.Args)
		}
	case *ir.In:
		if !e.Not {
			return s.in(e.X, e.List)
		}
	case *ir.AnyOf:
		if items, _ := elements(e.Array); !e.All && e.Cmp.Func.Name == "=" {
			return s.in(e.X, items)
		}
	case *ir.Ref, *ir.Const, *ir.Attr, *ir.Cast, *ir.Logic, *ir.Not, *ir.Is, *ir.Case, *ir.InQuery, *ir.Exists, *ir.Scalar, *ir.List, *ir.Agg, *ir.Over:
	default:
		panic("emit: unknown expression")
	}
	return ""
}

func (s asStored) call(op string, args []ir.Expr) string {
	switch op {
	case "=", "<", "<=", ">", ">=":
		if col, value := s.column(args[0], args[1]); col != "" {
			return col + " " + op + " " + value(args[1])
		}
		if col, value := s.column(args[1], args[0]); col != "" {
			return value(args[0]) + " " + op + " " + col
		}
	case "between":
		if col, value := s.column(args[0], args[1:]...); col != "" {
			return col + " BETWEEN " + value(args[1]) + " AND " + value(args[2])
		}
	}
	return ""
}

func (s asStored) in(x ir.Expr, list []ir.Expr) string {
	col, value := s.column(x, list...)
	switch {
	case col == "":
		return ""
	case len(list) == 1: // IN (x) SQLite makes = +x, and + takes the affinity away
		return col + " = " + value(list[0])
	}
	values := make([]string, len(list))
	for i, x := range list {
		values[i] = value(x)
	}
	return col + " IN (" + strings.Join(values, ", ") + ")"
}

// column is e as it is stored, if it is a stored column that may be compared so
// with these values, and how one of them is printed; or "".
func (s asStored) column(e ir.Expr, values ...ir.Expr) (col string, value func(ir.Expr) string) {
	r, ok := stored(e).(*ir.Ref)
	if !ok {
		return "", nil
	}
	n := s.p.names[r.Col]
	if n.column == nil || !policy.Stored(n.table.Kind) || n.table.Strict && raw(n.column) {
		return "", nil // what is read raw is bare
	}
	col = s.p.text(func() { s.p.str(n.rel, "."); s.p.quote(n.column.Name) })
	switch {
	case r.T.IsInteger() && all(values, types.Type.IsInteger):
		return col, func(x ir.Expr) string { return "CAST(" + s.p.text(func() { s.p.expr(x) }) + " AS INTEGER)" }
	case !s.or && bareText(n.column) && all(values, textual):
		return col + " COLLATE binary", func(x ir.Expr) string { return s.p.text(func() { s.p.expr(x) }) }
	}
	return "", nil
}

// all reports whether es are constants, at least one, whose types are such.
func all(es []ir.Expr, such func(types.Type) bool) bool {
	return len(es) > 0 && !slices.ContainsFunc(es, func(e ir.Expr) bool {
		c, ok := e.(*ir.Const)
		return !ok || !such(c.T)
	})
}

func textual(t types.Type) bool { return t.Kind == types.Text || t.Kind == types.Varchar }

// stored is e without the cast of a varchar to a text, which is one already.
func stored(e ir.Expr) ir.Expr {
	if c, ok := e.(*ir.Cast); ok && c.Implicit && c.X.Type().Kind == types.Varchar && c.T.Kind == types.Text {
		return c.X
	}
	return e
}

// bareText reports whether c is a text of affinity TEXT, by the rules of SQLite's
// section 3.1 on datatypes: INT anywhere in the declaration makes an integer of
// it, before CHAR, CLOB or TEXT make it a text.
func bareText(c *catalog.Column) bool {
	if !textual(c.Type) {
		return false
	}
	d := strings.ToUpper(c.Declared)
	has := func(word string) bool { return strings.Contains(d, word) }
	return !has("INT") && (has("CHAR") || has("CLOB") || has("TEXT"))
}
