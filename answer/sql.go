package answer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// display prints a query for the viewer who asked it. A policy relation is
// shown as its table, with a comment that names the rule: what the filter is,
// which columns it reads and with which values, is for who may read the rules.
//
// The text is PostgreSQL's dialect, in which drafts are written; it is not the
// text that ran, and nothing runs it. say gives the comment of a relation.
func display(q *ir.Query, zone *time.Location, say func(*ir.Guarded) string) string {
	d := &displayer{zone: zone, say: say, names: map[ir.ColID]string{}, plain: map[ir.ColID]string{}, ctes: map[*ir.CTE]string{},
		withs: map[string]bool{}, taken: map[string]bool{}, single: relations(q) < 2}
	d.query(q, nil)
	return strings.TrimRight(d.b.String(), "\n")
}

type displayer struct {
	b      strings.Builder
	zone   *time.Location
	say    func(*ir.Guarded) string
	names  map[ir.ColID]string // how a column is written
	plain  map[ir.ColID]string // its name alone
	ctes   map[*ir.CTE]string
	withs  map[string]bool // names of WITH items, unique in the whole text
	taken  map[string]bool // names of relations that can be seen from here
	single bool
	depth  int
}

func (d *displayer) line(format string, args ...any) {
	d.b.WriteString(strings.Repeat("  ", d.depth))
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

// query prints q; as, unless nil, are the names that its outputs get.
func (d *displayer) query(q *ir.Query, as []string) {
	for i, c := range q.With {
		word := "WITH "
		if slices.ContainsFunc(q.With, func(c *ir.CTE) bool { return c.Recursive }) {
			word = "WITH RECURSIVE "
		}
		if i > 0 {
			word = ", "
		}
		name := unused(d.withs, c.Name)
		d.ctes[c] = name
		how := " AS ("
		if c.Materialized {
			how = " AS MATERIALIZED ("
		}
		d.line("%s%s%s", word, ident(name), how)
		d.in(func() { d.apart(true, func() { d.query(c.Query, d.outputNames(c.Query)) }) })
		d.line(")")
	}
	d.body(q.Body, as)
	if len(q.Order) > 0 {
		parts := make([]string, len(q.Order))
		for i, s := range q.Order {
			parts[i] = d.col(s.Col) + orderWords(s.Desc, s.NullsFirst)
		}
		d.line("ORDER BY %s", strings.Join(parts, ", "))
	}
	if q.Limit != nil {
		d.line("LIMIT %s", d.bare(q.Limit))
	}
	if q.Offset != nil {
		d.line("OFFSET %s", d.bare(q.Offset))
	}
}

func (d *displayer) in(f func()) { d.depth++; f(); d.depth-- }

// apart prints a query with relations of its own. A blind one does not see those
// around it, and may use their names again.
func (d *displayer) apart(blind bool, f func()) {
	taken := d.taken
	d.taken = map[string]bool{}
	if !blind {
		maps.Copy(d.taken, taken)
	}
	f()
	d.taken = taken
}

func orderWords(desc, nullsFirst bool) string {
	s := ""
	if desc {
		s = " DESC"
	}
	if nullsFirst != desc {
		if nullsFirst {
			return s + " NULLS FIRST"
		}
		return s + " NULLS LAST"
	}
	return s
}

func (d *displayer) body(b ir.Body, as []string) {
	switch b := b.(type) {
	case *ir.Select:
		d.selects(b, as)
	case *ir.SetOp:
		_, word := setWords(b.Kind)
		if b.All {
			word += " ALL"
		}
		d.line("(")
		d.in(func() { d.apart(false, func() { d.query(b.Left, as) }) })
		d.line(") %s (", word)
		d.in(func() { d.apart(false, func() { d.query(b.Right, nil) }) })
		d.line(")")
		for i, c := range b.Cols {
			d.names[c.ID] = fmt.Sprint(i + 1)
		}
	case *ir.Values:
		rows := make([]string, len(b.Rows))
		for i, r := range b.Rows {
			rows[i] = "(" + strings.Join(d.exprs(r), ", ") + ")"
		}
		d.line("VALUES %s", strings.Join(rows, ", "))
		for i, c := range b.Cols {
			d.names[c.ID] = fmt.Sprint(i + 1)
		}
	default:
		panic("answer: unknown body")
	}
}

func (d *displayer) selects(s *ir.Select, as []string) {
	from := ""
	if s.From != nil {
		from = d.rel(s.From)
	}
	where, having := "", ""
	if s.Where != nil {
		where = d.bare(s.Where)
	}
	keys := make([]string, len(s.Keys))
	for i, k := range s.Keys {
		keys[i] = d.bare(k.Expr)
		d.names[k.ID] = d.expr(k.Expr)
		d.plain[k.ID] = d.ownName(k.Expr)
	}
	if s.Having != nil {
		having = d.bare(s.Having)
	}
	var out []string
	for _, o := range s.Out {
		x := d.bare(o.Expr)
		if o.Hidden {
			d.names[o.ID] = d.expr(o.Expr)
			continue
		}
		name := o.Name
		if as != nil {
			name = as[len(out)]
		}
		if name != "" && name != "?column?" && name != d.ownName(o.Expr) {
			x += " AS " + ident(name)
		}
		out = append(out, x)
		d.names[o.ID] = fmt.Sprint(len(out)) // ORDER BY 1
	}
	word := "SELECT "
	if s.Distinct {
		word = "SELECT DISTINCT "
	}
	d.line("%s%s", word, strings.Join(out, ", "))
	if from != "" {
		d.line("FROM %s", from)
	}
	if where != "" {
		d.line("WHERE %s", where)
	}
	if len(keys) > 0 {
		d.line("GROUP BY %s", strings.Join(keys, ", "))
	} else if s.Grouped && having == "" && !aggregates(s) {
		d.line("GROUP BY ()")
	}
	if having != "" {
		d.line("HAVING %s", having)
	}
}

// aggregates reports whether an output shows by itself that there is one group.
func aggregates(s *ir.Select) bool {
	found := false
	for _, o := range s.Out {
		ir.Walk(o.Expr, func(n ir.Node) bool {
			_, agg := n.(*ir.Agg)
			_, query := n.(*ir.Query)
			found = found || agg
			return !query
		})
	}
	return found
}

func (d *displayer) rel(r ir.Rel) string {
	switch r := r.(type) {
	case *ir.Table:
		return d.table(r, r.Alias, cols(r.Cols))
	case *ir.Guarded:
		cs := make([]ir.Column, len(r.Cols))
		for i, c := range r.Cols {
			cs[i] = c.Column
		}
		s := d.table(r.Table, r.Table.Alias, cs)
		if words := d.say(r); words != "" {
			s += " /* " + strings.ReplaceAll(words, "*/", "* /") + " */"
		}
		return s
	case *ir.Subquery:
		lateral := ""
		if r.Lateral {
			lateral = "LATERAL "
		}
		names := d.outputNames(r.Query)
		text := ""
		d.apart(!r.Lateral, func() { text = d.block(r.Query, names) })
		name := d.unique(r.Alias)
		d.declare(r.Cols, name, names)
		return lateral + text + " AS " + ident(name)
	case *ir.CTERef:
		name := d.unique(alias(r.Alias, r.CTE.Name))
		d.declare(r.Cols, name, d.outputNames(r.CTE.Query))
		if d.ctes[r.CTE] == name {
			return ident(name)
		}
		return ident(d.ctes[r.CTE]) + " AS " + ident(name)
	case *ir.Self:
		name := d.unique(alias(r.Alias, r.CTE.Name))
		d.declare(r.Cols, name, d.outputNames(r.CTE.Query))
		if d.ctes[r.CTE] == name {
			return ident(name)
		}
		return ident(d.ctes[r.CTE]) + " AS " + ident(name)
	case *ir.FuncRel:
		text := d.call(r.Fn, d.bares(r.Args))
		if r.Numbered {
			text += " WITH ORDINALITY"
		}
		name := d.unique(alias(r.Alias, r.Fn.Func.Name))
		names := make([]string, len(r.Cols))
		for i, c := range r.Cols {
			names[i] = alias(c.Name, fmt.Sprintf("column%d", i+1))
		}
		d.declare(r.Cols, name, names)
		quoted := make([]string, len(names))
		for i, n := range names {
			quoted[i] = ident(n)
		}
		return text + " AS " + ident(name) + "(" + strings.Join(quoted, ", ") + ")"
	case *ir.Join:
		left, right := d.rel(r.Left), d.rel(r.Right)
		if _, nested := r.Right.(*ir.Join); nested {
			right = "(" + right + ")"
		}
		if r.On == nil && r.Kind == ir.Inner {
			return left + " CROSS JOIN " + right
		}
		on := "TRUE"
		if r.On != nil {
			on = d.bare(r.On)
		}
		return fmt.Sprintf("%s\n%s%s %s ON %s", left, strings.Repeat("  ", d.depth+1), joinSQL(r.Kind), right, on)
	default:
		panic("answer: unknown relation")
	}
}

func cols(ts []ir.TableCol) []ir.Column {
	cs := make([]ir.Column, len(ts))
	for i, t := range ts {
		cs[i] = t.Column
	}
	return cs
}

func (d *displayer) table(t *ir.Table, as string, cs []ir.Column) string {
	name := d.unique(alias(as, t.Table.Name))
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.Name
	}
	d.declare(cs, name, names)
	text := ident(t.Table.Name)
	// A qualified name is never that of a WITH item.
	if t.Table.Schema != "public" && t.Table.Schema != "main" || d.withs[t.Table.Name] {
		text = ident(t.Table.Schema) + "." + text
	}
	if name != t.Table.Name {
		text += " AS " + ident(name)
	}
	return text
}

func (d *displayer) declare(cs []ir.Column, rel string, names []string) {
	for i, c := range cs {
		d.plain[c.ID] = names[i]
		d.names[c.ID] = ident(names[i])
		if !d.single {
			d.names[c.ID] = ident(rel) + "." + ident(names[i])
		}
	}
}

// outputNames are names for the outputs of an inner query, no two alike.
func (d *displayer) outputNames(q *ir.Query) []string {
	seen := map[string]bool{}
	var names []string
	for i, c := range outputs(q) {
		base := c.Name
		if base == "" || base == "?column?" {
			base = fmt.Sprintf("column%d", i+1)
		}
		names = append(names, unused(seen, base))
	}
	return names
}

func (d *displayer) unique(name string) string {
	if name == "" {
		name = "q"
	}
	return unused(d.taken, name)
}

func unused(taken map[string]bool, name string) string {
	try := name
	for n := 2; taken[try]; n++ {
		try = fmt.Sprintf("%s_%d", name, n)
	}
	taken[try] = true
	return try
}

// sub prints a query that stands in an expression.
func (d *displayer) sub(q *ir.Query) (text string) {
	d.apart(false, func() { text = d.block(q, nil) })
	return text
}

// block prints a query in brackets, in the middle of a line.
func (d *displayer) block(q *ir.Query, as []string) string {
	outer := d.b.String()
	d.b.Reset()
	d.in(func() { d.in(func() { d.query(q, as) }) })
	inner := d.b.String()
	d.b.Reset()
	d.b.WriteString(outer)
	return "(\n" + inner + strings.Repeat("  ", d.depth+1) + ")"
}

func (d *displayer) col(id ir.ColID) string {
	if n, ok := d.names[id]; ok {
		return n
	}
	return "?"
}

func (d *displayer) exprs(es []ir.Expr) []string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = d.expr(e)
	}
	return parts
}

func (d *displayer) bares(es []ir.Expr) []string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = d.bare(e)
	}
	return parts
}

// bare is expr without the brackets around all of it.
func (d *displayer) bare(e ir.Expr) string {
	s := d.expr(e)
	if bracketed(e) {
		return s[1 : len(s)-1]
	}
	return s
}

// bracketed tells which expressions expr puts in brackets.
func bracketed(e ir.Expr) bool {
	switch e := e.(type) {
	case *ir.Call:
		return e.Fn.Func.Class == funcs.Operator
	case *ir.Cast:
		return e.Implicit && bracketed(e.X)
	case *ir.Logic, *ir.Not, *ir.Is, *ir.In, *ir.AnyOf, *ir.InQuery:
		return true
	case *ir.Ref, *ir.Const, *ir.Attr, *ir.Case, *ir.Exists, *ir.Scalar, *ir.List, *ir.Agg, *ir.Over:
		return false
	default:
		panic("answer: unknown expression")
	}
}

func (d *displayer) expr(e ir.Expr) string {
	switch e := e.(type) {
	case *ir.Ref:
		return d.col(e.Col)
	case *ir.Const:
		return literal(e.Value, e.T, d.zone)
	case *ir.Attr:
		return "viewer." + ident(e.Name)
	case *ir.Call:
		return d.callOf(e)
	case *ir.Cast:
		if e.Implicit {
			return d.expr(e.X)
		}
		return "CAST(" + d.bare(e.X) + " AS " + typeSQL(e.T, e.Mod) + ")"
	case *ir.Logic:
		word := " AND "
		if e.Or {
			word = " OR "
		}
		parts := make([]string, len(e.Args))
		for i, a := range e.Args {
			if _, nested := a.(*ir.Logic); nested {
				parts[i] = d.expr(a)
			} else {
				parts[i] = d.bare(a) // AND and OR bind less tightly than anything else
			}
		}
		return "(" + strings.Join(parts, word) + ")"
	case *ir.Not:
		return "(NOT " + d.expr(e.X) + ")"
	case *ir.Is:
		_, what := isWords(e.What)
		return "(" + d.expr(e.X) + " IS " + strings.ToUpper(not(e.Not)) + what + ")"
	case *ir.Case:
		var b strings.Builder
		b.WriteString("CASE")
		for _, a := range e.Arms {
			fmt.Fprintf(&b, " WHEN %s THEN %s", d.bare(a.When), d.bare(a.Then))
		}
		if e.Else != nil {
			b.WriteString(" ELSE " + d.bare(e.Else))
		}
		return b.String() + " END"
	case *ir.In:
		return fmt.Sprintf("(%s %sIN (%s))", d.expr(e.X), strings.ToUpper(not(e.Not)), strings.Join(d.bares(e.List), ", "))
	case *ir.AnyOf:
		return fmt.Sprintf("(%s %s %s(%s))", d.expr(e.X), e.Cmp.Func.Name, anyAll(e.All), d.bare(e.Array))
	case *ir.InQuery:
		row := strings.Join(d.bares(e.Row), ", ")
		if len(e.Row) > 1 {
			row = "(" + row + ")"
		} else {
			row = d.expr(e.Row[0])
		}
		if e.Op == "=" && !e.All {
			return "(" + row + " " + strings.ToUpper(not(e.Not)) + "IN " + d.sub(e.Query) + ")"
		}
		text := row + " " + e.Op + " " + anyAll(e.All) + " " + d.sub(e.Query)
		if e.Not {
			return "(NOT (" + text + "))"
		}
		return "(" + text + ")"
	case *ir.Exists:
		return "EXISTS " + d.sub(e.Query)
	case *ir.Scalar:
		return d.sub(e.Query)
	case *ir.List:
		return "ARRAY[" + strings.Join(d.bares(e.Items), ", ") + "]"
	case *ir.Agg:
		return d.agg(e)
	case *ir.Over:
		return d.over(e)
	default:
		panic("answer: unknown expression")
	}
}

func (d *displayer) callOf(e *ir.Call) string {
	f := e.Fn.Func
	args := d.exprs(e.Args)
	switch {
	case f.Class == funcs.Operator && len(args) == 1:
		return "(" + f.Name + " " + args[0] + ")"
	case f.Class == funcs.Operator && len(args) == 3:
		return "(" + args[0] + " " + sign(f.Name) + " " + args[1] + " AND " + args[2] + ")"
	case f.Class == funcs.Operator:
		return "(" + args[0] + " " + sign(f.Name) + " " + args[1] + ")"
	case f.Name == "extract" && len(args) == 2:
		return "extract(" + strings.Trim(args[0], "'") + " FROM " + d.bare(e.Args[1]) + ")"
	case f.Name == "overlaps":
		return "((" + args[0] + ", " + args[1] + ") OVERLAPS (" + args[2] + ", " + args[3] + "))"
	}
	return d.call(e.Fn, d.bares(e.Args))
}

// sign is how SQL writes an operator that package funcs names by a word.
func sign(op string) string {
	switch op {
	case "like", "ilike", "between":
		return strings.ToUpper(op)
	case "between_symmetric":
		return "BETWEEN SYMMETRIC"
	case "is_distinct":
		return "IS DISTINCT FROM"
	default:
		return op
	}
}

func (d *displayer) call(s *funcs.Sig, args []string) string {
	return s.Func.Name + "(" + strings.Join(args, ", ") + ")"
}

func (d *displayer) agg(e *ir.Agg) string {
	args := strings.Join(d.bares(e.Args), ", ")
	if e.Star {
		args = "*"
	}
	if e.Distinct {
		args = "DISTINCT " + args
	}
	if len(e.Order) > 0 {
		args += " ORDER BY " + d.sorts(e.Order)
	}
	s := e.Fn.Func.Name + "(" + args + ")"
	if len(e.Within) > 0 {
		s += " WITHIN GROUP (ORDER BY " + d.sorts(e.Within) + ")"
	}
	if e.Filter != nil {
		s += " FILTER (WHERE " + d.bare(e.Filter) + ")"
	}
	return s
}

func (d *displayer) sorts(ss []ir.SortExpr) string {
	parts := make([]string, len(ss))
	for i, s := range ss {
		parts[i] = d.bare(s.X) + orderWords(s.Desc, s.NullsFirst)
	}
	return strings.Join(parts, ", ")
}

func (d *displayer) over(e *ir.Over) string {
	args := strings.Join(d.bares(e.Args), ", ")
	if e.Star {
		args = "*"
	}
	s := e.Fn.Func.Name + "(" + args + ")"
	if e.Filter != nil {
		s += " FILTER (WHERE " + d.bare(e.Filter) + ")"
	}
	var parts []string
	if len(e.Window.Partition) > 0 {
		parts = append(parts, "PARTITION BY "+strings.Join(d.bares(e.Window.Partition), ", "))
	}
	if len(e.Window.Order) > 0 {
		parts = append(parts, "ORDER BY "+d.sorts(e.Window.Order))
	}
	if f := e.Window.Frame; f != nil {
		parts = append(parts, d.frame(f))
	}
	return s + " OVER (" + strings.Join(parts, " ") + ")"
}

func (d *displayer) frame(f *ir.Frame) string {
	_, mode := frameWords(f.Mode)
	bound := func(k ir.BoundKind, x ir.Expr) string {
		switch k {
		case ir.UnboundedPreceding:
			return "UNBOUNDED PRECEDING"
		case ir.Preceding:
			return d.bare(x) + " PRECEDING"
		case ir.CurrentRow:
			return "CURRENT ROW"
		case ir.Following:
			return d.bare(x) + " FOLLOWING"
		case ir.UnboundedFollowing:
			return "UNBOUNDED FOLLOWING"
		default:
			panic("answer: unknown bound")
		}
	}
	s := fmt.Sprintf("%s BETWEEN %s AND %s", mode, bound(f.Start, f.From), bound(f.End, f.To))
	switch f.Exclude {
	case ir.ExcludeNothing:
		return s
	case ir.ExcludeCurrentRow:
		return s + " EXCLUDE CURRENT ROW"
	case ir.ExcludeGroup:
		return s + " EXCLUDE GROUP"
	case ir.ExcludeTies:
		return s + " EXCLUDE TIES"
	default:
		panic("answer: unknown exclusion")
	}
}

func literal(v types.Value, t types.Type, zone *time.Location) string {
	if v.IsNull() {
		return "NULL"
	}
	s := "'" + strings.ReplaceAll(v.Format(t, zone), "'", "''") + "'"
	switch {
	case v.Kind() == types.Bool:
		return strings.ToUpper(text(v, t, zone))
	case t.IsNumber() && v.Kind() != types.Float8:
		return v.Format(t, zone)
	case t.IsText() || t.Kind == types.Unknown:
		return s
	case t.Kind == types.Date || t.Kind == types.Timestamp || t.Kind == types.TimestampTZ || t.Kind == types.Time || t.Kind == types.Interval:
		return strings.ToUpper(t.Kind.String()) + " " + s
	default:
		return "CAST(" + s + " AS " + typeSQL(t, types.Mod{}) + ")"
	}
}

// typeSQL is a type without pg_catalog, as people write it.
func typeSQL(t types.Type, m types.Mod) string {
	return strings.TrimPrefix(t.SQLMod(m), "pg_catalog.")
}

// ownName is the name that PostgreSQL gives to an output without AS.
func (d *displayer) ownName(e ir.Expr) string {
	switch e := e.(type) {
	case *ir.Ref:
		return d.plain[e.Col]
	case *ir.Agg:
		return e.Fn.Func.Name
	case *ir.Over:
		return e.Fn.Func.Name
	case *ir.Call:
		if e.Fn.Func.Class != funcs.Operator {
			return e.Fn.Func.Name
		}
		return ""
	case *ir.Case:
		return "case"
	case *ir.Cast:
		if e.Implicit {
			return d.ownName(e.X)
		}
		return ""
	case *ir.Const, *ir.Attr, *ir.Logic, *ir.Not, *ir.Is, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists, *ir.Scalar, *ir.List:
		return ""
	default:
		panic("answer: unknown expression")
	}
}

// ident quotes a name where it must be.
func ident(name string) string {
	plain := name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && (name[0] < '0' || name[0] > '9')
	if plain && !reserved(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// reserved are PostgreSQL's reserved key words (its manual, appendix C).
func reserved(name string) bool {
	return strings.Contains(" all analyse analyze and any array as asc asymmetric authorization binary both case cast check "+
		"collate collation column concurrently constraint create cross current_catalog current_date current_role "+
		"current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except "+
		"false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull "+
		"join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order "+
		"outer overlaps placing primary references returning right select session_user similar some symmetric "+
		"system_user table tablesample then to trailing true union unique user using values variadic verbose when where "+
		"window with ", " "+name+" ")
}

func anyAll(all bool) string {
	if all {
		return "ALL"
	}
	return "ANY"
}
