package answer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// explain says in words what a query does, a step a line; the steps of a query
// inside another stand below it, indented. It is made from the tree that ran
// and from nothing else. What a policy relation stands for is said by the rules
// (see banner), not here.
func explain(q *ir.Query, zone *time.Location) (steps []string, outputs map[ir.ColID]string) {
	w := &words{zone: zone, names: map[ir.ColID]string{}, single: relations(q) < 2}
	w.query(q)
	return w.lines, w.names
}

// relations counts what columns may come from: with one, names need no table.
func relations(n ir.Node) int {
	count := 0
	ir.Walk(n, func(n ir.Node) bool {
		switch n.(type) {
		case *ir.Table, *ir.Guarded, *ir.Subquery, *ir.CTERef, *ir.Self, *ir.FuncRel:
			count++
		}
		return true
	})
	return count
}

type words struct {
	zone   *time.Location
	single bool
	lines  []string
	depth  int
	subs   int
	later  []func() // queries inside expressions, told after the step that uses them
	names  map[ir.ColID]string
}

func (w *words) say(format string, args ...any) {
	w.lines = append(w.lines, strings.Repeat("  ", w.depth)+fmt.Sprintf(format, args...))
	later := w.later
	w.later = nil
	for _, f := range later {
		f()
	}
}

func (w *words) query(q *ir.Query) {
	for _, c := range q.With {
		again := ""
		if c.Recursive {
			again = ", step by step until a step gives nothing new"
		}
		w.say("first works out %s%s:", c.Name, again)
		w.below(func() { w.query(c.Query) })
	}
	w.body(q.Body)
	if len(q.Order) > 0 {
		parts := make([]string, len(q.Order))
		for i, s := range q.Order {
			parts[i] = w.col(s.Col) + direction(s.Desc, s.NullsFirst)
		}
		w.say("sorts by %s", strings.Join(parts, ", then "))
	}
	if q.Offset != nil {
		w.say("leaves out the first %s rows", w.expr(q.Offset))
	}
	if q.Limit != nil {
		w.say("stops after %s rows", w.expr(q.Limit))
	}
}

// below tells a query one step in, with its own queue of inner queries.
func (w *words) below(f func()) {
	later := w.later
	w.later = nil
	w.depth++
	f()
	w.depth--
	w.later = later
}

func direction(desc, nullsFirst bool) string {
	s := ""
	if desc {
		s = ", greatest first"
	}
	switch { // PostgreSQL's default takes NULL for the greatest
	case nullsFirst && !desc:
		s += ", missing first"
	case !nullsFirst && desc:
		s += ", missing last"
	}
	return s
}

func (w *words) body(b ir.Body) {
	switch b := b.(type) {
	case *ir.Select:
		w.selects(b)
	case *ir.SetOp:
		words, _ := setWords(b.Kind)
		if !b.All {
			words += ", each once"
		}
		w.say("%s:", words)
		w.below(func() { w.query(b.Left) })
		w.say("and:")
		w.below(func() { w.query(b.Right) })
		w.inherit(b.Cols, b.Left)
	case *ir.Values:
		w.say("takes %s written in the query", plural(len(b.Rows), "row"))
		for i, c := range b.Cols {
			w.names[c.ID] = named(c.Name, i)
		}
	default:
		panic("answer: unknown body")
	}
}

func (w *words) selects(s *ir.Select) {
	if s.From != nil {
		w.say("reads %s", w.rel(s.From))
	}
	if s.Where != nil {
		w.say("keeps rows where %s", w.expr(s.Where))
	}
	if len(s.Keys) > 0 {
		parts := make([]string, len(s.Keys))
		for i, k := range s.Keys {
			parts[i] = w.expr(k.Expr)
			w.names[k.ID] = parts[i]
		}
		w.say("makes a group for each %s", strings.Join(parts, " and "))
	}
	if s.Having != nil {
		w.say("keeps groups where %s", w.expr(s.Having))
	}
	var shown []string
	for _, d := range s.Out {
		x := w.expr(d.Expr)
		w.names[d.ID] = x
		if !d.Hidden {
			shown = append(shown, x)
		}
	}
	once := ""
	if s.Distinct {
		once = ", each combination once"
	}
	w.say("shows %s%s", list(shown), once)
}

// inherit names the outputs of a set operation after those of its left side.
func (w *words) inherit(cols []ir.Column, left *ir.Query) {
	from := outputs(left)
	for i, c := range cols {
		w.names[c.ID] = named(c.Name, i)
		if i < len(from) && c.Name == "" {
			w.names[c.ID] = w.names[from[i].ID]
		}
	}
}

func outputs(q *ir.Query) []ir.Column { return ir.Outputs(q.Body) }

func (w *words) rel(r ir.Rel) string {
	switch r := r.(type) {
	case *ir.Table:
		name := alias(r.Alias, r.Table.Name)
		for _, c := range r.Cols {
			w.declare(c.ID, name, c.Name)
		}
		return called(r.Table.Name, r.Alias)
	case *ir.Guarded:
		name := alias(r.Table.Alias, r.Table.Table.Name)
		for _, d := range r.Cols {
			w.declare(d.ID, name, d.Name)
		}
		return called(r.Table.Table.Name, r.Table.Alias)
	case *ir.Subquery:
		w.subs++
		name := alias(r.Alias, fmt.Sprintf("query %d", w.subs))
		w.lines = append(w.lines, strings.Repeat("  ", w.depth)+"works out "+name+":")
		w.below(func() { w.query(r.Query) })
		w.declareAll(r.Cols, name)
		return name
	case *ir.CTERef:
		w.declareAll(r.Cols, alias(r.Alias, r.CTE.Name))
		return called(r.CTE.Name, r.Alias)
	case *ir.Self:
		w.declareAll(r.Cols, alias(r.Alias, r.CTE.Name))
		return "what the step before gave for " + called(r.CTE.Name, r.Alias)
	case *ir.FuncRel:
		name := alias(r.Alias, r.Fn.Func.Name)
		w.declareAll(r.Cols, name)
		if r.Numbered {
			return w.call(r.Fn, w.exprs(r.Args)) + ", numbered"
		}
		return w.call(r.Fn, w.exprs(r.Args))
	case *ir.Join:
		left, right := w.rel(r.Left), w.rel(r.Right)
		switch r.Kind {
		case ir.Inner:
			if r.On == nil {
				return left + ", each with every row of " + right
			}
			return fmt.Sprintf("%s with %s where %s", left, right, w.expr(r.On))
		case ir.Left:
			return fmt.Sprintf("%s with %s, if there are any, where %s", left, right, w.on(r.On))
		case ir.Right:
			return fmt.Sprintf("%s with %s, if there are any, where %s", right, left, w.on(r.On))
		case ir.Full:
			return fmt.Sprintf("%s and %s, together where %s and else alone", left, right, w.on(r.On))
		default:
			panic("answer: unknown join")
		}
	default:
		panic("answer: unknown relation")
	}
}

func (w *words) on(e ir.Expr) string {
	if e == nil {
		return "nothing is asked"
	}
	return w.expr(e)
}

func (w *words) declareAll(cols []ir.Column, rel string) {
	for i, c := range cols {
		w.declare(c.ID, rel, named(c.Name, i))
	}
}

func (w *words) declare(id ir.ColID, rel, name string) {
	if !w.single {
		name = rel + "." + name
	}
	w.names[id] = name
}

func (w *words) col(id ir.ColID) string {
	if n, ok := w.names[id]; ok {
		return n
	}
	return "a column"
}

func (w *words) exprs(es []ir.Expr) []string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = w.expr(e)
	}
	return parts
}

func (w *words) expr(e ir.Expr) string {
	switch e := e.(type) {
	case *ir.Ref:
		return w.col(e.Col)
	case *ir.Const:
		return w.constant(e)
	case *ir.Attr:
		return "your " + e.Name
	case *ir.Call:
		return w.call(e.Fn, w.args(e.Args))
	case *ir.Cast:
		if e.Implicit {
			return w.expr(e.X)
		}
		return w.expr(e.X) + " as " + typeWords(e.T)
	case *ir.Logic:
		word := " and "
		if e.Or {
			word = " or "
		}
		parts := make([]string, len(e.Args))
		for i, a := range e.Args {
			parts[i] = w.expr(a)
			if l, ok := a.(*ir.Logic); ok && l.Or != e.Or {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, word)
	case *ir.Not:
		return "not (" + w.expr(e.X) + ")"
	case *ir.Is:
		return w.expr(e.X) + w.is(e)
	case *ir.Case:
		var b strings.Builder
		for _, a := range e.Arms {
			fmt.Fprintf(&b, "%s if %s, ", w.expr(a.Then), w.expr(a.When))
		}
		if e.Else == nil {
			return "(" + b.String() + "else nothing)"
		}
		return "(" + b.String() + "else " + w.expr(e.Else) + ")"
	case *ir.In:
		return fmt.Sprintf("%s is %sone of %s", w.expr(e.X), not(e.Not), list(w.exprs(e.List)))
	case *ir.AnyOf:
		return w.call(e.Cmp, []string{w.expr(e.X), some(e.All) + " of " + w.expr(e.Array)})
	case *ir.InQuery:
		row := strings.Join(w.exprs(e.Row), ", ")
		if len(e.Row) > 1 {
			row = "(" + row + ")"
		}
		inner := w.inner(e.Query)
		if e.Op == "=" && !e.All {
			return fmt.Sprintf("%s is %samong the rows of %s", row, not(e.Not), inner)
		}
		text := fmt.Sprintf("%s %s %s row of %s", row, operator(e.Op), each(e.All), inner)
		if e.Not {
			return "not (" + text + ")"
		}
		return text
	case *ir.Exists:
		return w.inner(e.Query) + " has a row"
	case *ir.Scalar:
		return "the value of " + w.inner(e.Query)
	case *ir.List:
		return "the list of " + list(w.exprs(e.Items))
	case *ir.Agg:
		return w.agg(e)
	case *ir.Over:
		return w.over(e)
	default:
		panic("answer: unknown expression")
	}
}

// args are arguments, in brackets where an operator inside could be misread.
func (w *words) args(es []ir.Expr) []string {
	parts := w.exprs(es)
	for i, e := range es {
		if c, ok := e.(*ir.Call); ok && c.Fn.Func.Class == funcs.Operator && len(c.Args) > 1 {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return parts
}

// unit takes the quotes from the unit of a function of dates.
func unit(s *funcs.Sig, args []string) []string {
	switch s.Func.Name {
	case "extract", "date_part", "date_trunc":
		args[0] = strings.Trim(args[0], `"`)
	}
	return args
}

// inner promises to tell what a query inside an expression does.
func (w *words) inner(q *ir.Query) string {
	w.subs++
	name := fmt.Sprintf("query %d", w.subs)
	w.later = append(w.later, func() {
		w.say("%s:", name)
		w.below(func() { w.query(q) })
	})
	return name
}

func (w *words) is(e *ir.Is) string {
	what, _ := isWords(e.What)
	return " is " + not(e.Not) + what
}

func (w *words) agg(e *ir.Agg) string {
	args := w.exprs(append(slices.Clone(e.Args), sortKeys(e.Within)...))
	s := ""
	switch {
	case e.Star:
		s = "the number of rows"
	case e.Distinct && e.Fn.Func.Name == "count":
		s = "the number of different " + strings.Join(args, ", ")
	default:
		if e.Distinct && len(args) > 0 {
			args[0] = "different " + args[0]
		}
		s = w.call(e.Fn, args)
	}
	if e.Filter != nil {
		s += " (only where " + w.expr(e.Filter) + ")"
	}
	return s
}

func sortKeys(ss []ir.SortExpr) []ir.Expr {
	es := make([]ir.Expr, len(ss))
	for i, s := range ss {
		es[i] = s.X
	}
	return es
}

func (w *words) over(e *ir.Over) string {
	s := "the number of rows"
	if !e.Star {
		s = w.call(e.Fn, w.exprs(e.Args))
	}
	if e.Filter != nil {
		s += " (only where " + w.expr(e.Filter) + ")"
	}
	if p := e.Window.Partition; len(p) > 0 {
		s += " within the same " + strings.Join(w.exprs(p), " and ")
	}
	if o := e.Window.Order; len(o) > 0 {
		parts := make([]string, len(o))
		for i, k := range o {
			parts[i] = w.expr(k.X) + direction(k.Desc, k.NullsFirst)
		}
		s += " in the order of " + strings.Join(parts, ", then ")
	}
	if f := e.Window.Frame; f != nil {
		s += " over " + w.frame(f)
	}
	return s
}

func (w *words) frame(f *ir.Frame) string {
	unit, _ := frameWords(f.Mode)
	bound := func(k ir.BoundKind, x ir.Expr) string {
		switch k {
		case ir.UnboundedPreceding:
			return "the first"
		case ir.Preceding:
			return w.expr(x) + " before"
		case ir.CurrentRow:
			return "this one"
		case ir.Following:
			return w.expr(x) + " after"
		case ir.UnboundedFollowing:
			return "the last"
		default:
			panic("answer: unknown bound")
		}
	}
	s := fmt.Sprintf("the %s from %s to %s", unit, bound(f.Start, f.From), bound(f.End, f.To))
	switch f.Exclude {
	case ir.ExcludeNothing:
		return s
	case ir.ExcludeCurrentRow:
		return s + " without this one"
	case ir.ExcludeGroup:
		return s + " without those that are equal"
	case ir.ExcludeTies:
		return s + " without the others that are equal"
	default:
		panic("answer: unknown exclusion")
	}
}

// call fills the words that package funcs has for a function.
func (w *words) call(s *funcs.Sig, args []string) string {
	f := s.Func
	args = unit(s, args)
	if f.Class == funcs.Operator && len(args) == 1 {
		return sideless(f.Name) + args[0]
	}
	if f.Words != "" {
		return fill(f.Words, args)
	}
	if f.Class == funcs.Operator {
		return args[0] + " " + operator(f.Name) + " " + args[1]
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

// sideless is an operator that stands before its one argument.
func sideless(op string) string {
	switch op {
	case "-":
		return "minus "
	case "+":
		return ""
	case "~":
		return "all other bits than those of "
	default:
		return op + " "
	}
}

// fill replaces {1}, {2} ... and {*} by the arguments; a placeholder without an
// argument disappears.
func fill(template string, args []string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "{")
		b.WriteString(before)
		if !ok {
			return strings.TrimSpace(b.String())
		}
		what, after, _ := strings.Cut(rest, "}")
		if n, err := strconv.Atoi(what); err == nil && n >= 1 && n <= len(args) {
			b.WriteString(args[n-1])
		} else if what == "*" {
			b.WriteString(strings.Join(args, ", "))
		}
		template = after
	}
}

func operator(op string) string {
	switch op {
	case "=":
		return "is"
	case "<>":
		return "is not"
	case "<":
		return "is less than"
	case "<=":
		return "is at most"
	case ">":
		return "is greater than"
	case ">=":
		return "is at least"
	default:
		return op
	}
}

func (w *words) constant(c *ir.Const) string {
	switch c.Value.Kind() {
	case types.Unknown:
		return "nothing"
	case types.Text, types.JSON, types.JSONB, types.Bytea:
		return strconv.Quote(visible(text(c.Value, c.T, w.zone)))
	case types.Timestamp:
		return strings.TrimSuffix(text(c.Value, c.T, w.zone), " 00:00:00")
	default:
		return text(c.Value, c.T, w.zone)
	}
}

func typeWords(t types.Type) string {
	switch {
	case t.IsInteger():
		return "a whole number"
	case t.IsNumber():
		return "a number"
	case t.IsText():
		return "a text"
	case t.Kind == types.Date:
		return "a date"
	case t.Kind == types.Timestamp || t.Kind == types.TimestampTZ:
		return "a time"
	default:
		return t.String()
	}
}

func alias(a, name string) string {
	if a != "" {
		return a
	}
	return name
}

func called(name, alias string) string {
	if alias == "" || alias == name {
		return name
	}
	return name + " (called " + alias + ")"
}

func named(name string, i int) string {
	if name == "" || name == "?column?" {
		return fmt.Sprintf("column %d", i+1)
	}
	return name
}

func list(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

func plural(n int, word string) string {
	if n == 1 {
		return "one " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func not(n bool) string {
	if n {
		return "not "
	}
	return ""
}

func some(all bool) string {
	if all {
		return "all"
	}
	return "any"
}

func each(all bool) string {
	if all {
		return "every"
	}
	return "some"
}
