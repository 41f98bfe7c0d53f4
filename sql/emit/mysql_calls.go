package emit

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// special prints the calls that hang on their constants: units, fields and
// formats are words of the text, and a divisor that cannot be zero needs no CASE.
func (m mysql) special(p *printer, c call) bool {
	name, args := c.fn.Func.Name, c.args
	switch name {
	case "greatest", "least", "between", "between_symmetric":
		if t := args[0].Type(); t.Kind == types.JSON || t.Kind == types.JSONB {
			p.refuse(c.at, "compare one of its fields", "%s cannot order values of type %s", m.engine, t)
		}
	}
	switch name {
	case "greatest", "least":
		m.extreme(p, c)
		return true
	case "/", "%", "mod", "div":
		return m.divide(p, c)
	case "generate_series":
		return m.series(p, c)
	}
	if m.clamped(p, c) {
		return true
	}
	template, rest := hanging(c)
	if template == "" {
		rest = args
	}
	switch name {
	case "date_trunc":
		template, rest = m.constant(args[0], func(s string) string { return funcs.TruncMySQL(s, c.fn.Params[1]) }), args[1:]
		if len(args) > 2 {
			template = ""
		}
	case "extract", "date_part":
		template, rest = m.constant(args[0], func(s string) string { return funcs.FieldMySQL(s, c.fn.Params[1]) }), args[1:]
		if name == "date_part" && template != "" {
			template = "CAST(" + template + " AS DOUBLE)"
		}
	case "to_char":
		if k := c.fn.Params[0].Kind; k == types.Timestamp || k == types.TimestampTZ {
			template, rest = m.constant(args[1], func(s string) string { return funcs.CharMySQL(s, c.fn.Params[0]) }), args[:1]
		}
	case "+", "-":
		template, rest = m.shift(c)
	case "*":
		m.smallFactor(p, c)
	case "left", "right":
		if n, ok := number(args[1]); ok && n >= 0 {
			template = strings.ToUpper(name) + "({1}, {2})"
		}
	case "substr", "substring":
		if template == "" {
			template = m.part(args)
		}
	case "btrim", "ltrim", "rtrim":
		if s, ok := constText(lastOf(args)); ok && len(args) == 2 && len([]rune(s)) == 1 {
			word := map[string]string{"btrim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}[name]
			template = "TRIM(" + word + " {2} FROM {1})"
		}
	case "lpad", "rpad":
		if s, ok := constText(lastOf(args)); ok && len(args) == 3 && s != "" {
			template = strings.ToUpper(name) + "({1}, GREATEST({2}, 0), {3})"
		}
	case "split_part":
		s, known := constText(args[1])
		if n, ok := number(args[2]); ok && known && s != "" && n > 0 {
			template = "CASE WHEN CHAR_LENGTH({1}) - CHAR_LENGTH(REPLACE({1}, {2}, '')) < ({3} - 1) * CHAR_LENGTH({2}) THEN LEFT({1}, 0)" +
				" ELSE SUBSTRING_INDEX(SUBSTRING_INDEX({1}, {2}, {3}), {2}, -1) END"
		}
	case "->", "->>", "#>>", "#>":
		template, rest = m.field(c)
	case "replace":
		if _, ok := constText(args[2]); ok {
			template = "REPLACE({1}, {2}, {3})"
		}
	case "like", "ilike":
		if s, ok := constText(lastOf(args)); ok && len(args) == 3 && len([]rune(s)) == 1 {
			template = "({1} LIKE {2} ESCAPE {3})"
			if name == "ilike" {
				template = "(LOWER({1}) LIKE LOWER({2}) ESCAPE LOWER({3}))"
			}
		}
	}
	if template == "" {
		return false
	}
	p.spell(template, spell{at: c.at, args: rest, arg: p.expr})
	return true
}

// smallFactor refuses a product with a constant of many digits after the point: the
// engine keeps 30 of a product, and cuts the rest without a word.
func (m mysql) smallFactor(p *printer, c call) {
	for _, a := range c.args {
		k, ok := a.(*ir.Const)
		if !ok || k.T.Kind != types.Numeric || k.Value.IsNull() {
			continue
		}
		if _, fraction := digits(k.Value); fraction > 15 {
			p.refuse(c.at, "divide by a number instead", "%s cannot multiply exactly by a number of %d digits after the point", m.engine, fraction)
		}
	}
}

// hanging is what [funcs.ConstMySQL] makes of a call.
func hanging(c call) (template string, rest []ir.Expr) {
	consts := make([]*types.Value, len(c.args))
	for i, a := range c.args {
		if k, ok := a.(*ir.Const); ok {
			consts[i] = &k.Value
		}
	}
	template, at, texts := funcs.ConstMySQL(c.fn, consts)
	for _, i := range at {
		rest = append(rest, c.args[i])
	}
	for _, s := range texts {
		rest = append(rest, &ir.Const{Value: types.TextOf(s), T: types.Of(types.Text)})
	}
	return template, rest
}

// field prints a part of a JSON value: the path to it is a parameter.
func (m mysql) field(c call) (template string, rest []ir.Expr) {
	path, ok := jsonPath(c.args[1])
	if !ok {
		return "", nil
	}
	part := "JSON_EXTRACT({1}, {2})"
	if n, ok := number(c.args[1]); ok && n >= 0 { // [0] of what is no array is the whole
		part = "CASE JSON_TYPE({1}) WHEN 'ARRAY' THEN " + part + " END"
	}
	template = part
	if strings.HasSuffix(c.fn.Func.Name, ">>") {
		template = "CASE JSON_TYPE(" + part + ") WHEN 'NULL' THEN NULL ELSE CONVERT(JSON_UNQUOTE(" + part + ") USING utf8mb4)" + m.collate + " END"
	}
	return template, []ir.Expr{c.args[0], &ir.Const{Value: types.TextOf(path), T: types.Of(types.Text)}}
}

// jsonPath is the path to a key, an element or along a list of keys that are
// constants; keys with a quote, a backslash or a control character have none.
func jsonPath(e ir.Expr) (string, bool) {
	if n, ok := number(e); ok {
		return "$[" + strconv.FormatInt(n, 10) + "]", n >= 0
	}
	if key, ok := constText(e); ok {
		return "$.\"" + key + "\"", plainKey(key)
	}
	items, known := elements(e)
	if !known || e.Type().Kind != types.Array {
		return "", false
	}
	path := "$"
	for _, x := range items {
		key, ok := constText(x)
		if !ok || !plainKey(key) || strings.Trim(key, "-0123456789") == "" { // a number may be an element too
			return "", false
		}
		path += ".\"" + key + "\""
	}
	return path, len(items) > 0
}

func plainKey(key string) bool {
	return !strings.ContainsFunc(key, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' })
}

func lastOf(args []ir.Expr) ir.Expr { return args[len(args)-1] }

// constant is what f makes of a constant text; "" of others.
func (m mysql) constant(e ir.Expr, f func(string) string) string {
	s, ok := constText(e)
	if !ok {
		return ""
	}
	return f(s)
}

func constText(e ir.Expr) (string, bool) {
	c, ok := e.(*ir.Const)
	if !ok || c.Value.Kind() != types.Text {
		return "", false
	}
	return c.Value.Text(), true
}

func number(e ir.Expr) (int64, bool) {
	c, ok := e.(*ir.Const)
	if !ok || c.Value.Kind() != types.Int8 {
		return 0, false
	}
	return c.Value.Int(), true
}

// part is a substring from and of a length that are known.
func (m mysql) part(args []ir.Expr) string {
	from, ok := number(args[1])
	if !ok || from < 1 || len(args) > 3 {
		return ""
	}
	if len(args) == 2 {
		return "SUBSTR({1}, {2})"
	}
	if n, ok := number(args[2]); !ok || n < 0 {
		return ""
	}
	return "SUBSTR({1}, {2}, {3})"
}

// shift is a date or timestamp plus or minus an interval that is known.
func (m mysql) shift(c call) (template string, rest []ir.Expr) {
	if len(c.args) != 2 {
		return "", nil
	}
	if n, ok := number(c.args[1]); ok && n != math.MinInt64 && c.fn.Func.Name == "-" && c.result.Kind == types.Int8 {
		return "({1} - {2})", c.args
	}
	x, by := c.args[0], c.args[1]
	if x.Type().Kind == types.Interval && c.fn.Func.Name == "+" {
		x, by = by, x
	}
	v, ok := by.(*ir.Const)
	if !ok || by.Type().Kind != types.Interval || v.Value.IsNull() {
		return "", nil
	}
	switch x.Type().Kind {
	case types.Date, types.Timestamp, types.TimestampTZ:
		return funcs.ShiftMySQL(v.Value, c.fn.Func.Name == "-", x.Type()), []ir.Expr{x}
	}
	return "", nil
}

// divide prints a division by what is no zero, which the engines would make NULL.
func (m mysql) divide(p *printer, c call) bool {
	if !nonZero(c.args[1]) {
		return false
	}
	p.spell(funcs.DividedMySQL(p.spelling(c.at, c.fn)), spell{at: c.at, args: c.args, arg: p.expr})
	return true
}

// nonZero reports whether e is never zero: a constant, or nullif(x, 0).
func nonZero(e ir.Expr) bool {
	if c, ok := e.(*ir.Const); ok {
		return !c.Value.IsNull() && !zero(c.Value)
	}
	if c, ok := e.(*ir.Cast); ok && !c.Mod.Set && c.X.Type().IsInteger() && c.T.IsNumber() {
		return nonZero(c.X)
	}
	if c, ok := e.(*ir.Call); ok && c.Fn.Func.Name == "nullif" {
		no, known := c.Args[1].(*ir.Const)
		return known && !no.Value.IsNull() && zero(no.Value)
	}
	return false
}

func zero(v types.Value) bool {
	c, err := types.Compare(v, types.IntOf(0))
	return err != nil || c == 0
}

// extreme prints greatest and least, which pass over NULL: the place of one that
// is NULL takes another.
func (m mysql) extreme(p *printer, c call) {
	template := strings.ToUpper(c.fn.Func.Name) + "("
	for i := range c.args {
		if i > 0 {
			template += ", "
		}
		template += "COALESCE("
		for j := range c.args {
			if j > 0 {
				template += ", "
			}
			template += "{" + string(rune('1'+(i+j)%len(c.args))) + "}"
		}
		template += ")"
	}
	if len(c.args) > 9 {
		p.refuse(c.at, "compare fewer values", "%s cannot compare so many values with %s", m.engine, c.fn.Func.Name)
		return
	}
	p.spell(template+")", spell{at: c.at, args: c.args, arg: p.operand})
}

// series prints generate_series as a query that adds the step to its last row.
func (m mysql) series(p *printer, c call) bool {
	from, to := c.args[0], c.args[1]
	t := c.result
	as := map[types.Kind]string{types.Int4: "SIGNED", types.Int8: "SIGNED", types.Numeric: "DECIMAL(65, 30)", types.Timestamp: "DATETIME(6)", types.TimestampTZ: "DATETIME(6)"}[t.Kind]
	next, down := " + 1", false
	args := []ir.Expr{from, to}
	if len(c.args) == 3 {
		step, ok := c.args[2].(*ir.Const)
		if !ok || step.Value.IsNull() {
			return false
		}
		if step.T.Kind == types.Interval {
			next = strings.Replace(funcs.ShiftMySQL(step.Value, false, t), "{1}", "s.c1", -1)
			months, days, micros := step.Value.Interval()
			down = months < 0 || months == 0 && days < 0 || months == 0 && days == 0 && micros < 0
			next = strings.TrimPrefix(next, "s.c1")
		} else {
			args = append(args, c.args[2])
			next = " + {3}"
			down = strings.HasPrefix(step.Value.String(), "-")
		}
	}
	if as == "" {
		return false
	}
	if m.engine == catalog.MySQL && slices.ContainsFunc(args, refers) { // MariaDB's ref refuses it
		p.refuse(c.at, "write the bounds as constants", "%s cannot make a series between columns", m.engine)
	}
	if strings.HasPrefix(next, " +") {
		next = "s.c1" + next
	}
	order := " <= "
	if down {
		order = " >= "
	}
	p.spell("(WITH RECURSIVE s AS (SELECT CAST({1} AS "+as+") AS c1 FROM DUAL WHERE {1}"+order+"{2}"+
		" UNION ALL SELECT "+next+" FROM s WHERE "+next+order+"{2}) SELECT s.c1 AS c1 FROM s)",
		spell{at: c.at, args: args, arg: p.expr})
	return true
}

// refers reports whether e refers to a column.
func refers(e ir.Expr) bool {
	found := false
	ir.Walk(e, func(n ir.Node) bool {
		_, ref := n.(*ir.Ref)
		found = found || ref
		return !found
	})
	return found
}

// aggregate prints string_agg, whose separator is a word of the text: in
// hexadecimal digits, as nothing of a draft is copied.
func (m mysql) aggregate(p *printer, e *ir.Agg) bool {
	if e.Distinct {
		switch e.Fn.Func.Name {
		case "count", "sum", "avg", "min", "max", "any_value", "bool_and", "bool_or", "every", "string_agg":
		default:
			p.refuse(e, "leave DISTINCT out", "%s cannot compute %s(DISTINCT ...)", m.engine, e.Fn.Func.Name)
		}
	}
	if e.Fn.Func.Name != "string_agg" || e.Args[0].Type().Kind == types.Bytea {
		return false
	}
	sep, ok := constText(e.Args[1])
	if !ok {
		p.refuse(e, "write the separator as a constant", "%s cannot join texts with a separator that is computed", m.engine)
		return true
	}
	p.str("GROUP_CONCAT(")
	if e.Distinct {
		p.str("DISTINCT ")
	}
	p.operand(e.Args[0])
	p.orderBy(e.Order, " ORDER BY ")
	if sep == "" {
		p.str(" SEPARATOR '')")
	} else {
		p.str(" SEPARATOR 0x", hexOf(sep), ")")
	}
	return true
}

// over prints lag and lead with a default, which MariaDB does not know: it stands
// where there is no such row. Shares of the rows are divided here, as the engine
// keeps ten digits of them.
func (m mysql) over(p *printer, e *ir.Over) bool {
	if e.Filter != nil {
		return false
	}
	above := func(w *ir.Window) string {
		return " OVER (" + p.text(func() { p.window(w) }) + ")"
	}
	switch name := e.Fn.Func.Name; {
	case strings.HasPrefix(name, "bit_"): // of a frame that moves MariaDB's is wrong
		p.refuse(e, "compute it in a grouped subquery", "%s cannot compute %s over a window", m.engine, described(e.Fn))
	case name == "percent_rank":
		n := "COUNT(*)" + above(&ir.Window{Partition: e.Window.Partition})
		p.str("CASE WHEN ", n, " = 1 THEN 0e0 ELSE CAST(RANK()", above(&e.Window), " - 1 AS DOUBLE) / (")
		p.str("COUNT(*)", above(&ir.Window{Partition: e.Window.Partition}), " - 1) END")
	case name == "cume_dist" && len(e.Window.Order) == 0:
		p.str("1e0")
	case name == "cume_dist":
		p.str("(CAST(COUNT(*)", above(&e.Window), " AS DOUBLE) / COUNT(*)", above(&ir.Window{Partition: e.Window.Partition}), ")")
	case (name == "lag" || name == "lead") && len(e.Args) == 3:
		return m.beyond(p, e, above)
	default:
		return false
	}
	return true
}

func (m mysql) beyond(p *printer, e *ir.Over, above func(*ir.Window) string) bool {
	n, known := number(e.Args[1])
	if !known || n < 0 {
		return false
	}
	name, offset := strings.ToUpper(e.Fn.Func.Name), ", "+strconv.FormatInt(n, 10)+")"
	p.str("CASE WHEN ", name, "(1", offset, above(&e.Window), " IS NULL THEN ")
	p.expr(e.Args[2])
	p.str(" ELSE ", name, "(")
	p.expr(e.Args[0])
	p.str(offset, above(&e.Window), " END")
	return true
}

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }
