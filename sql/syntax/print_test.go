package syntax

import (
	"fmt"
	"strconv"
	"strings"
)

// Dump prints a tree compactly: an expression as (op operand ...) on one
// line, a query as one line a clause. It is for tests and debugging, and is
// deterministic; it is not SQL.
func Dump(n Node) string {
	p := &printer{}
	p.node(n)
	return p.String()
}

type printer struct {
	strings.Builder
	indent int
}

func (p *printer) node(n Node) {
	switch n := n.(type) {
	case *Query:
		p.query(n)
	case Body:
		p.body(n)
	case From:
		p.from(n)
	case Expr:
		p.expr(n)
	case *CTE:
		p.cte(n)
	case *Target:
		p.target(n)
	case *Sort:
		p.sort(n)
	case *Window:
		p.window(n)
	default:
		panic(fmt.Sprintf("syntax: unknown node %T", n))
	}
}

func (p *printer) put(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// line begins a clause.
func (p *printer) line(clause string) {
	p.put("\n%s%s", strings.Repeat("  ", p.indent), clause)
}

// nest prints inside parentheses, one level deeper.
func (p *printer) nest(head string, inside func()) {
	p.put("(%s", head)
	p.indent++
	inside()
	p.indent--
	p.put(")")
}

func (p *printer) query(q *Query) {
	if len(q.With) == 0 && len(q.Order) == 0 && q.Limit == nil && q.Offset == nil {
		p.body(q.Body)
		return
	}
	p.nest("query", func() {
		if q.Recursive {
			p.put(" recursive")
		}
		for _, c := range q.With {
			p.line("with ")
			p.cte(c)
		}
		p.line("")
		p.body(q.Body)
		if len(q.Order) > 0 {
			p.line("order")
			p.sorts(q.Order)
		}
		p.clause("limit", q.Limit)
		if q.Ties {
			p.put(" with-ties")
		}
		p.clause("offset", q.Offset)
	})
}

func (p *printer) clause(word string, x Expr) {
	if x != nil {
		p.line(word + " ")
		p.expr(x)
	}
}

func (p *printer) cte(c *CTE) {
	p.put("%s", name(c.Name))
	p.columns(c.Columns)
	p.put("%s ", [...]string{"", " materialized", " not-materialized"}[c.Materialized])
	p.query(c.Query)
}

func (p *printer) columns(names []string) {
	if len(names) == 0 {
		return
	}
	p.put("(%s)", join(names, " "))
}

func (p *printer) body(b Body) {
	switch b := b.(type) {
	case *Select:
		p.nest("select", func() { p.selection(b) })
	case *Values:
		p.nest("values", func() {
			for _, row := range b.Rows {
				p.line("(")
				p.list("", row)
				p.put(")")
			}
		})
	case *SetOp:
		word := [...]string{"union", "intersect", "except"}[b.Op]
		if b.All {
			word += "-all"
		}
		p.nest(word, func() {
			p.line("")
			p.query(b.Left)
			p.line("")
			p.query(b.Right)
		})
	default:
		panic(fmt.Sprintf("syntax: unknown body %T", b))
	}
}

func (p *printer) selection(s *Select) {
	if s.Distinct {
		p.put(" distinct")
	}
	if len(s.DistinctOn) > 0 {
		p.put(" (distinct-on")
		p.list(" ", s.DistinctOn)
		p.put(")")
	}
	for _, t := range s.Targets {
		p.put(" ")
		p.target(t)
	}
	for _, f := range s.From {
		p.line("from ")
		p.from(f)
	}
	p.clause("where", s.Where)
	if len(s.Group) > 0 {
		p.line("group")
		if s.GroupDistinct {
			p.put(" distinct")
		}
		for _, g := range s.Group {
			p.put(" ")
			p.group(g)
		}
	}
	p.clause("having", s.Having)
	for _, w := range s.Windows {
		p.line("window ")
		p.window(w)
	}
}

func (p *printer) target(t *Target) {
	if t.Name == "" {
		p.expr(t.X)
		return
	}
	p.put("(as ")
	p.expr(t.X)
	p.put(" %s)", name(t.Name))
}

func (p *printer) group(g Group) {
	switch g.Kind {
	case GroupExpr:
		p.expr(g.X)
	case GroupEmpty:
		p.put("()")
	default:
		p.put("(%s", [...]string{"", "", "rollup", "cube", "grouping-sets"}[g.Kind])
		p.list(" ", g.Sets)
		p.put(")")
	}
}

func (p *printer) sorts(list []*Sort) {
	for _, s := range list {
		p.put(" ")
		p.sort(s)
	}
}

func (p *printer) sort(s *Sort) {
	words := ""
	if s.Desc {
		words = " desc"
	}
	words += [...]string{"", " nulls-first", " nulls-last"}[s.Nulls]
	if words == "" {
		p.expr(s.X)
		return
	}
	p.put("(")
	p.expr(s.X)
	p.put("%s)", words)
}

func (p *printer) window(w *Window) {
	if w.Bare {
		p.put("%s", name(w.Base))
		return
	}
	p.put("(window")
	if w.Name != "" {
		p.put(" %s", name(w.Name))
	}
	if w.Base != "" {
		p.put(" (base %s)", name(w.Base))
	}
	if len(w.Partition) > 0 {
		p.put(" (partition")
		p.list(" ", w.Partition)
		p.put(")")
	}
	if len(w.Order) > 0 {
		p.put(" (order")
		p.sorts(w.Order)
		p.put(")")
	}
	if f := w.Frame; f != nil {
		p.put(" (%s ", [...]string{"range", "rows", "groups"}[f.Mode])
		p.bound(f.Start)
		p.put(" ")
		p.bound(f.End)
		p.put("%s)", [...]string{"", " exclude-current-row", " exclude-group", " exclude-ties"}[f.Exclude])
	}
	p.put(")")
}

func (p *printer) bound(b Bound) {
	word := [...]string{"unbounded-preceding", "preceding", "current-row", "following", "unbounded-following"}[b.Kind]
	if b.Offset == nil {
		p.put("%s", word)
		return
	}
	p.put("(%s ", word)
	p.expr(b.Offset)
	p.put(")")
}

func (p *printer) from(f From) {
	switch f := f.(type) {
	case *Table:
		var parts []string
		for _, s := range []string{f.Catalog, f.Schema, f.Name} {
			if s != "" {
				parts = append(parts, s)
			}
		}
		p.aliased(f.Alias, func() { p.put("%s", path(parts)) })
	case *Derived:
		p.aliased(f.Alias, func() { p.lateral(f.Lateral, func() { p.query(f.Query) }) })
	case *TableFunc:
		p.aliased(f.Alias, func() {
			p.lateral(f.Lateral, func() {
				p.expr(f.Call)
				if f.Ordinality {
					p.put(" with-ordinality")
				}
			})
		})
	case *Join:
		p.aliased(f.Alias, func() { p.join(f) })
	default:
		panic(fmt.Sprintf("syntax: unknown from %T", f))
	}
}

func (p *printer) lateral(yes bool, inside func()) {
	if yes {
		p.put("lateral ")
	}
	inside()
}

func (p *printer) aliased(a *Alias, inside func()) {
	if a == nil {
		inside()
		return
	}
	p.put("(as ")
	inside()
	p.put(" %s", name(a.Name))
	p.columns(a.Columns)
	p.put(")")
}

func (p *printer) join(j *Join) {
	word := [...]string{"join", "left-join", "right-join", "full-join"}[j.Kind]
	if j.Natural {
		word = "natural-" + word
	}
	p.nest(word, func() {
		p.line("")
		p.from(j.Left)
		p.line("")
		p.from(j.Right)
		p.clause("on", j.On)
		if len(j.Using) > 0 {
			p.line("using ")
			p.columns(j.Using)
			if j.UsingAlias != "" {
				p.put(" as %s", name(j.UsingAlias))
			}
		}
	})
}

// list prints expressions; before stands in front of the first.
func (p *printer) list(before string, list []Expr) {
	for i, x := range list {
		if i > 0 {
			before = " "
		}
		p.put("%s", before)
		p.expr(x)
	}
}

// form is (head x ...), with not- before the head.
func (p *printer) form(not bool, head string, list ...Expr) {
	if not {
		head = "not-" + head
	}
	p.put("(%s", head)
	p.list(" ", list)
	p.put(")")
}

func (p *printer) expr(x Expr) {
	switch x := x.(type) {
	case *Column:
		s := path(x.Parts)
		if x.Star && s != "" {
			s += "."
		}
		if x.Star {
			s += "*"
		}
		p.put("%s", s)
	case *Literal:
		p.literal(x)
	case *Param:
		p.put("$%d", x.N)
	case *Binary:
		p.form(false, operator(x.Schema, x.Op), x.L, x.R)
	case *Unary:
		p.form(false, operator(x.Schema, x.Op), x.X)
	case *Logic:
		p.form(false, [2]string{"and", "or"}[bit(x.Or)], x.Args...)
	case *Not:
		p.form(false, "not", x.X)
	case *Is:
		p.form(false, [2]string{"is-", "is-not-"}[bit(x.Not)]+
			[...]string{"null", "true", "false", "unknown"}[x.What], x.X)
	case *IsDistinct:
		p.form(false, [2]string{"is-distinct", "is-not-distinct"}[bit(x.Not)], x.L, x.R)
	case *Between:
		p.form(x.Not, [2]string{"between", "between-symmetric"}[bit(x.Symmetric)], x.X, x.Lo, x.Hi)
	case *Like:
		args := []Expr{x.X, x.Pattern}
		if x.Escape != nil {
			args = append(args, x.Escape)
		}
		p.form(x.Not, [...]string{"like", "ilike", "similar"}[x.Kind], args...)
	case *In:
		p.form(x.Not, "in", append([]Expr{x.X}, x.List...)...)
	case *InQuery:
		p.inQuery(x)
	case *Quantified:
		p.form(false, x.Op+" "+[2]string{"any", "all"}[bit(x.All)], x.X, x.Array)
	case *Exists:
		p.nest("exists ", func() { p.query(x.Query) })
	case *Scalar:
		p.nest("scalar ", func() { p.query(x.Query) })
	case *ArrayQuery:
		p.nest("array ", func() { p.query(x.Query) })
	case *Case:
		p.caseExpr(x)
	case *Cast:
		p.put("(cast ")
		p.expr(x.X)
		p.put(" %s)", typeName(x.Type))
	case *Call:
		p.call(x)
	case *Now:
		p.put("(%s", [...]string{"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}[x.What])
		if x.Prec >= 0 {
			p.put(" %d", x.Prec)
		}
		p.put(")")
	case *Row:
		p.form(false, "row", x.Items...)
	case *ArrayList:
		p.put("[")
		p.list("", x.Items)
		p.put("]")
	case *Subscript:
		p.subscript(x)
	case *Collate:
		p.put("(collate ")
		p.expr(x.X)
		p.put(" %s)", path(x.Name))
	case *GroupSet:
		p.group(x.Group)
	case *Grouping:
		p.form(false, "grouping", x.Args...)
	default:
		panic(fmt.Sprintf("syntax: unknown expression %T", x))
	}
}

func (p *printer) literal(x *Literal) {
	switch x.Kind {
	case Null:
		p.put("null")
	case String:
		p.put("'%s'", strings.ReplaceAll(x.Text, "'", "''"))
	default:
		p.put("%s", x.Text)
	}
}

func (p *printer) inQuery(x *InQuery) {
	head := "in"
	if x.Op != "=" || x.All {
		head = x.Op + " " + [2]string{"any", "all"}[bit(x.All)]
	}
	if x.Not {
		head = "not-" + head
	}
	p.nest(head+" ", func() {
		p.expr(x.X)
		p.put(" ")
		p.query(x.Query)
	})
}

func (p *printer) caseExpr(x *Case) {
	p.put("(case")
	if x.X != nil {
		p.put(" ")
		p.expr(x.X)
	}
	for _, a := range x.Arms {
		p.put(" (when ")
		p.expr(a.When)
		p.put(" ")
		p.expr(a.Then)
		p.put(")")
	}
	if x.Else != nil {
		p.put(" (else ")
		p.expr(x.Else)
		p.put(")")
	}
	p.put(")")
}

func (p *printer) call(x *Call) {
	p.put("(")
	if x.Schema != "" {
		p.put("%s.", name(x.Schema))
	}
	p.put("%s", name(x.Name))
	if x.SQLForm {
		p.put("!")
	}
	if x.Star {
		p.put(" *")
	}
	if x.Distinct {
		p.put(" distinct")
	}
	for i, a := range x.Args {
		p.put(" ")
		if x.Variadic && i == len(x.Args)-1 {
			p.put("variadic ")
		}
		p.expr(a)
	}
	for _, part := range []struct {
		word  string
		sorts []*Sort
	}{{"order", x.Order}, {"within", x.Within}} {
		if len(part.sorts) > 0 {
			p.put(" (%s", part.word)
			p.sorts(part.sorts)
			p.put(")")
		}
	}
	if x.Filter != nil {
		p.put(" ")
		p.form(false, "filter", x.Filter)
	}
	if x.Over != nil {
		p.put(" over ")
		p.window(x.Over)
	}
	p.put(")")
}

func typeName(t TypeName) string {
	s := name(t.Name)
	if t.Schema != "" {
		s = name(t.Schema) + "." + s
	}
	if len(t.Mods) > 0 {
		s += strings.ReplaceAll(fmt.Sprint(t.Mods), " ", ",")
	}
	if t.Array {
		s += "[]"
	}
	return s
}

func operator(schema, op string) string {
	if schema != "" {
		return name(schema) + "." + op
	}
	return op
}

func path(parts []string) string { return join(parts, ".") }

func join(names []string, between string) string {
	out := make([]string, len(names))
	for i, s := range names {
		out[i] = name(s)
	}
	return strings.Join(out, between)
}

// name prints a name; quoted unless it is a plain lower-case one.
func name(s string) string {
	for i, r := range s {
		plain := r == '_' || r >= 'a' && r <= 'z' || i > 0 && (r >= '0' && r <= '9' || r == '$')
		if !plain && r < 0x80 {
			return strconv.Quote(s)
		}
	}
	return s
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *printer) subscript(x *Subscript) {
	if !x.Slice {
		p.form(false, "at", x.X, x.Index)
		return
	}
	p.put("(slice ")
	p.expr(x.X)
	for _, bound := range []Expr{x.Lo, x.Index} {
		if p.put(" "); bound == nil {
			p.put("-")
			continue
		}
		p.expr(bound)
	}
	p.put(")")
}
