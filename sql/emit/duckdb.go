package emit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// duckdb: the file is attached to an instance of its own under the name grille,
// and names without one are DuckDB's: nothing in the file (a macro named lower,
// or +) is found for them. Functions named g_... are registered by run/duckdb.
//
// A fence is a LIMIT that no table reaches, through which DuckDB moves no condition.
// Texts pass it one by one (duckFenced).
var duckdb = dialect{
	engine:        catalog.DuckDB,
	lower:         duckdbRewrites,
	database:      "grille",
	fence:         " LIMIT 9223372036854775807",
	cross:         "CROSS JOIN",
	groupByAll:    " GROUP BY ()",
	unknown:       "NULL",
	lateral:       true,
	nameRows:      true,
	distinctPairs: true,
	quantifiers:   true,
	sortsValues:   true,
	nested:        true,
	unions:        true,
	writtenArrays: true,
	writtenLimits: true,
	alone:         true,
	sortsDistinct: true,
	approximating: true,

	spelling: func(s *funcs.Sig) string { return s.DuckDB },
	text:     func(t types.Type) string { return funcs.CastDuckDB(t, types.Of(types.Text), types.Mod{}, false) },
	out:      func(t types.Type) string { return funcs.TextDuckDB(t, false) },
	param: func(p *printer, n int, t types.Type) {
		p.str("CAST($")
		p.int(n)
		p.str(" AS ", p.duckType(t, p.params.list[n-1].Value), ")")
	},
	// A NULL among decimals must not make them wider.
	null: func(p *printer, t types.Type) { p.str("CAST(NULL AS ", p.duckType(t, types.NumericFromInt(0)), ")") },
	cast: func(p *printer, e *ir.Cast) {
		from, to := e.X.Type(), e.T
		t := funcs.CastDuckDB(from, to, e.Mod, p.approximate(e.X))
		if t == "" {
			p.refuse(e, "compare or show it as it is", "duckdb cannot convert %s to %s", from, to)
		}
		p.spell(t, spell{at: e, kind: to.Kind, args: []ir.Expr{e.X}, arg: p.expr})
	},
	read: func(p *printer, alias string, t *catalog.Table, c *catalog.Column) {
		if funcs.TypeDuckDB(c.Type) == "" {
			p.refuse(p.top, "leave the column out", "duckdb has no columns of type %s", c.Type)
		}
		col := p.text(func() { p.str(alias, "."); p.quote(c.Name) })
		p.str(duckRead(col, c.Declared))
	},
	fenced:     duckFenced,
	collation:  func(types.Type) string { return "" },
	plain:      func(types.Type) string { return "" },
	quantified: duckQuantified,
	list: func(p *printer, e *ir.List) {
		t := funcs.TypeDuckDB(e.T)
		if t == "" || e.T.Elem == types.Numeric {
			p.refuse(e, "use several columns", "duckdb cannot make this array")
		}
		p.str("CAST([")
		p.exprs(e.Items)
		p.str("] AS ", t, ")")
	},
	// DuckDB wants the separator of string_agg when it compiles.
	inline: func(p *printer, fn *funcs.Sig, at int, e ir.Expr) bool {
		c, ok := e.(*ir.Const)
		if !ok || at != 1 || fn.Func.Name != "string_agg" || c.Value.IsNull() {
			return false
		}
		p.characters(c.Value.Text())
		return true
	},
	scalar: func(p *printer, e *ir.Scalar) { p.subquery(e.Query) },
	// The ordered values follow the arguments, as in the table.
	orderedSet: func(p *printer, e *ir.Agg, s spell) {
		for _, w := range e.Within {
			if w.Desc {
				p.refuse(e, "leave DESC out", "duckdb cannot compute %s() of values in descending order", e.Fn.Func.Name)
			}
			s.args = append(s.args[:len(s.args):len(s.args)], w.X)
		}
		p.spell(p.template(e, e.Fn, s.args), s)
	},
	frame: func(p *printer, e *ir.Over) {
		f := e.Window.Frame
		if f == nil || f.Mode != ir.FrameRange || f.From == nil && f.To == nil {
			return
		}
		for _, s := range e.Window.Order {
			if t := s.X.Type(); !t.IsInteger() && !t.IsFloat() {
				p.refuse(e, "use ROWS BETWEEN", "duckdb cannot measure a RANGE frame in values of type %s", t)
			}
		}
	},
}

// duckType is the type that a value of type t is cast to.
func (p *printer) duckType(t types.Type, v types.Value) string {
	if t.Kind == types.Numeric {
		if v.Kind() == types.Int8 {
			v = types.NumericFromInt(v.Int())
		}
		digits, scale := digitsOf(v.Text())
		if name := funcs.DecimalDuckDB(max(digits, min(scale+1, 38)), scale); name != "" {
			return name
		}
		p.refuse(p.top, "use a number of at most 38 digits", "duckdb has no number of so many digits")
		return "DECIMAL(38, 0)"
	}
	name := funcs.TypeDuckDB(t)
	if name == "" {
		p.refuse(p.top, "leave it out", "duckdb has no values of type %s", t)
	}
	return name
}

// digitsOf counts the digits of a numeric's text and those after the point; NaN
// and infinity have too many.
func digitsOf(text string) (digits, scale int) {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if strings.ContainsFunc(whole, func(r rune) bool { return r < '0' || r > '9' }) {
		return 1000, 0
	}
	whole = strings.TrimLeft(whole, "0")
	return len(whole) + len(fraction), len(fraction)
}

// characters prints a text as the numbers of its characters: nothing of it gets
// into the SQL.
func (p *printer) characters(text string) {
	p.str("concat(''")
	for _, r := range text {
		p.str(", chr(")
		p.int(int(r))
		p.str(")")
	}
	p.str(")")
}

// duckRead is a stored column as a value of its type, which cannot fail. Texts
// lose the collation that a column may have: else 'A' would equal 'a'.
func duckRead(col, declared string) string {
	switch declared {
	case "VARCHAR":
		return "(" + col + " COLLATE C)"
	case "TINYINT", "UTINYINT":
		return "CAST(" + col + " AS SMALLINT)"
	case "USMALLINT":
		return "CAST(" + col + " AS INTEGER)"
	case "UINTEGER":
		return "CAST(" + col + " AS BIGINT)"
	case "UBIGINT":
		return "CAST(" + col + " AS DECIMAL(20, 0))"
	case "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return "TRY_CAST(" + col + " AS TIMESTAMP)"
	}
	var precision, scale int
	if n, _ := fmt.Sscanf(declared, "DECIMAL(%d,%d)", &precision, &scale); n == 2 && precision == scale && precision < 38 {
		return fmt.Sprintf("CAST(%s AS DECIMAL(%d, %d))", col, precision+1, scale) // 0.5 is not to be .5
	}
	if strings.HasPrefix(declared, "ENUM(") {
		return "CAST(" + col + " AS VARCHAR)"
	}
	return col
}

// duckFenced takes texts out of the dictionary of their column. DuckDB keeps each word
// once, those of rows that a condition has left out too, and computes a function that it
// believes not to fail (LIKE with ESCAPE is one of them, and does) for all of them.
// COALESCE makes a vector of its own, whatever it is given.
func duckFenced(x string, t types.Type) string {
	switch t.Kind {
	case types.Text, types.Varchar, types.Token, types.Enum, types.Bytea, types.JSON, types.Array:
		return "coalesce(CASE WHEN random() < 0 THEN " + x + " END, " + x + ")"
	}
	return x
}

// duckQuantified prints X op ANY|ALL of an array, element by element where they
// are known.
func duckQuantified(p *printer, e *ir.AnyOf) {
	if _, known := elements(e.Array); known {
		quantifiedList(p, e)
		return
	}
	p.str("(")
	p.expr(e.X)
	p.str(" ", e.Cmp.Func.Name)
	if e.All {
		p.str(" ALL (")
	} else {
		p.str(" ANY (")
	}
	if _, subquery := e.Array.(*ir.Scalar); subquery {
		p.refuse(e, "unnest the array in FROM", "duckdb cannot compare with the elements of a subquery's array")
	}
	p.expr(e.Array)
	p.str("))")
}

// template is the engine's template of a call, which on DuckDB depends on
// constants and on which numerics are doubles; or a refusal.
func (p *printer) template(at ir.Node, fn *funcs.Sig, args []ir.Expr) string {
	if p.d.summed != nil {
		if t := p.d.summed(p, fn, args); t != "" {
			return t
		}
	}
	if !p.d.approximating || fn.DuckDB == "" && !chosenByArguments(fn) {
		return p.spelling(at, fn)
	}
	consts, approximate := make([]*types.Value, len(args)), false
	for i, a := range args {
		if c, ok := a.(*ir.Const); ok {
			consts[i] = &c.Value
		}
		approximate = approximate || p.approximate(a)
	}
	t := funcs.DuckDBCall(fn, consts, approximate)
	switch {
	case (fn.Func.Name == "greatest" || fn.Func.Name == "least") && len(args) > 0 && args[0].Type().Kind == types.Interval:
		p.refuse(at, "use CASE", "duckdb cannot compute %s of intervals", described(fn))
		return ""
	case t == "":
		return p.spelling(at, fn)
	case funcs.RefusedDuckDB(t):
		p.refuse(at, "ask for it without "+fn.Func.Name, "duckdb cannot compute this use of %s", described(fn))
		return ""
	}
	return t
}

// once is a template in which arguments that are more than a column or a constant stand
// once: a tower of quotients would double with each storey otherwise.
func once(template string, args []ir.Expr) string {
	again := false
	for i, a := range args {
		again = again || strings.Count(template, markOf(i)) > 1 && !shallow(a)
	}
	if !again {
		return template
	}
	var parts []string
	for i := range args {
		parts = append(parts, markOf(i))
		template = strings.ReplaceAll(template, markOf(i), "struct_extract_at(w, "+strconv.Itoa(i+1)+")")
	}
	return "(list_transform([row(" + strings.Join(parts, ", ") + ")], lambda w: " + template + ")[1])"
}

func markOf(i int) string { return "{" + strconv.Itoa(i+1) + "}" }

// shallow reports whether e is a column, a constant, or one under casts.
func shallow(e ir.Expr) bool {
	if c, ok := e.(*ir.Cast); ok {
		return shallow(c.X)
	}
	_, column := e.(*ir.Ref)
	_, constant := e.(*ir.Const)
	return column || constant
}

// chosenByArguments are the functions without a template that serves for all.
func chosenByArguments(fn *funcs.Sig) bool {
	switch fn.Func.Name {
	case "extract", "date_part", "date_trunc", "percentile_cont", "percentile_disc":
		return true
	}
	return false
}
