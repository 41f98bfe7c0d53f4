package ir

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/types"
)

// Print shows a tree for people who may read its rules: specs, explain for
// owners. Columns are name#id.
func Print(n Node) string {
	p := &printer{names: map[ColID]string{}}
	p.node(n)
	return strings.TrimSuffix(p.b.String(), "\n")
}

// Fingerprint is Print without names, aliases and spans: equal for trees that
// mean the same by construction. A Guarded prints as the block it stands for,
// (SELECT Cols FROM Table WHERE Filter OFFSET 0), implicit casts as if they had
// been written, date(x) as a cast and a token as a text, so that a tree that policy made equals the tree that bind
// makes of its printed text.
func Fingerprint(n Node) string {
	p := &printer{normal: true, names: map[ColID]string{}, ctes: map[*CTE]string{}}
	p.node(n)
	return p.b.String()
}

type printer struct {
	b      strings.Builder
	depth  int
	normal bool
	names  map[ColID]string
	ctes   map[*CTE]string
	rels   int
}

// line joins its parts. Trees are printed to be compared, on the way of a query
// too, so nothing here is formatted that can be joined.
func (p *printer) line(parts ...string) {
	for range p.depth {
		p.b.WriteString("  ")
	}
	for _, s := range parts {
		p.b.WriteString(s)
	}
	p.b.WriteByte('\n')
}

// at is a place: its number i in of.
func at(of, mark string, i int) string { return of + mark + strconv.Itoa(i) }

func (p *printer) in(f func()) { p.depth++; f(); p.depth-- }

// name gives the column an entry; in normal form it is its place.
func (p *printer) declare(c Column, place string) {
	if p.normal {
		p.names[c.ID] = place
		return
	}
	n := c.Name
	if n == "" {
		n = "?"
	}
	p.names[c.ID] = at(n, "#", int(c.ID))
}

func (p *printer) col(id ColID) string {
	if n, ok := p.names[id]; ok {
		return n
	}
	return at("outer", "#", int(id))
}

func (p *printer) next(kind string) string {
	p.rels++
	return at(kind, "", p.rels)
}

func (p *printer) node(n Node) {
	switch n := n.(type) {
	case *Query:
		p.query(n)
	case Rel:
		p.rel(n)
	case Body:
		p.body(n)
	case Expr:
		p.line(p.expr(n))
	default:
		panic("ir: unknown node")
	}
}

func (p *printer) query(q *Query) {
	for _, w := range q.With {
		name := w.Name
		if p.normal {
			name = p.next("w")
			p.ctes[w] = name
		}
		m := ""
		if w.Materialized {
			m = " materialized"
		}
		if w.Recursive {
			m += " recursive"
		}
		p.line("with ", name, m)
		p.in(func() { p.query(w.Query) })
	}
	p.body(q.Body)
	for _, s := range q.Order {
		p.line("order ", p.col(s.Col), direction(s.Desc, s.NullsFirst))
	}
	if q.Limit != nil {
		p.line("limit ", p.expr(q.Limit))
	}
	if q.Offset != nil {
		p.line("offset ", p.expr(q.Offset))
	}
}

func direction(desc, nullsFirst bool) string {
	s := ""
	if desc {
		s = " desc"
	}
	if nullsFirst != desc { // PostgreSQL's default: NULLs are greatest
		if nullsFirst {
			return s + " nulls first"
		}
		return s + " nulls last"
	}
	return s
}

func (p *printer) body(b Body) {
	switch b := b.(type) {
	case *Select:
		word := "select"
		if b.Distinct {
			word = "select distinct"
		}
		if b.Grouped && len(b.Keys) == 0 {
			word += " (one group)"
		}
		place := p.next("o")
		p.line(word)
		p.in(func() {
			// FROM first: what stands above refers to it.
			if b.From != nil {
				p.line("from")
				p.in(func() { p.rel(b.From) })
			}
			if b.Where != nil {
				p.line("where ", p.expr(b.Where))
			}
			for i, k := range b.Keys {
				x := p.expr(k.Expr)
				p.declare(k.Column, at(place, ".k", i))
				p.line("group ", p.col(k.ID), " = ", x)
			}
			if b.Having != nil {
				p.line("having ", p.expr(b.Having))
			}
			for i, d := range b.Out {
				x := p.expr(d.Expr)
				p.declare(d.Column, at(place, ".", i))
				hidden := ""
				if d.Hidden {
					hidden = " (hidden)"
				}
				p.line("out ", p.col(d.ID), " ", p.typ(d.Type), " = ", x, hidden)
			}
		})
	case *SetOp:
		all := ""
		if b.All {
			all = " all"
		}
		place := p.next("o")
		p.line([...]string{"union", "intersect", "except"}[b.Kind], all)
		p.in(func() {
			p.query(b.Left)
			p.line("and")
			p.query(b.Right)
			p.outputs(b.Cols, place)
		})
	case *Values:
		place := p.next("o")
		p.line("values")
		p.in(func() {
			for _, r := range b.Rows {
				p.line("row ", p.list(r))
			}
			p.outputs(b.Cols, place)
		})
	default:
		panic("ir: unknown body")
	}
}

func (p *printer) outputs(cols []Column, place string) {
	for i, c := range cols {
		p.declare(c, at(place, ".", i))
		p.line("out ", p.col(c.ID), " ", p.typ(c.Type))
	}
}

func (p *printer) rel(r Rel) {
	switch r := r.(type) {
	case *Table:
		p.table("table", r)
	case *Guarded:
		p.guarded(r)
	case *Subquery:
		lateral := ""
		if r.Lateral {
			lateral = " lateral"
		}
		p.line("subquery", p.alias(r.Alias), lateral)
		p.in(func() { p.query(r.Query) })
		p.columns(r.Cols)
	case *CTERef:
		name := r.CTE.Name
		if p.normal {
			name = p.ctes[r.CTE]
		}
		p.line("cte ", name, p.alias(r.Alias))
		p.columns(r.Cols)
	case *Self:
		name := r.CTE.Name
		if p.normal {
			name = p.ctes[r.CTE]
		}
		p.line("self ", name, p.alias(r.Alias))
		p.columns(r.Cols)
	case *Join:
		kind := [...]string{"inner", "left", "right", "full"}[r.Kind]
		p.line(kind, " join")
		p.in(func() {
			p.rel(r.Left)
			p.rel(r.Right)
			if r.On != nil {
				p.line("on ", p.expr(r.On))
			}
		})
	case *FuncRel:
		p.line("function ", p.fn(r.Fn), p.list(r.Args), numbered(r), p.alias(r.Alias))
		p.columns(r.Cols)
	default:
		panic("ir: unknown relation")
	}
}

func numbered(r *FuncRel) string {
	if r.Numbered {
		return " numbered"
	}
	return ""
}

func (p *printer) alias(a string) string {
	if a == "" || p.normal {
		return ""
	}
	return " as " + a
}

func (p *printer) table(word string, t *Table) {
	place := p.next("r")
	for _, c := range t.Cols {
		p.declare(c.Column, at(place, ".c", int(c.Of)))
	}
	p.line(word, " ", p.tableName(t.Table), p.alias(t.Alias))
}

// tableName is the identity in normal form: "a.b"."c" and "a"."b.c" are two.
func (p *printer) tableName(t *catalog.Table) string {
	if p.normal {
		return at("", "#", int(t.ID))
	}
	return t.Schema + "." + t.Name
}

// typ is the type; in normal form as engines know it, where a token is a text.
func (p *printer) typ(t types.Type) string {
	if p.normal && t.Kind == types.Token {
		return types.Text.String()
	}
	return t.String()
}

func (p *printer) columns(cols []Column) {
	place := p.next("s")
	for i, c := range cols {
		p.declare(c, at(place, ".", i))
	}
}

func (p *printer) guarded(g *Guarded) {
	if p.normal {
		p.line("subquery")
		p.in(func() {
			p.line("select")
			place := p.next("o")
			p.in(func() {
				p.line("from")
				p.in(func() { p.table("table", g.Table) })
				if where := g.Where(); where != nil {
					p.line("where ", p.expr(where))
				}
				for i, d := range g.Cols {
					p.line("out ", at(place, ".", i), " ", p.typ(d.Type), " = ", p.expr(d.Expr))
				}
				if len(g.Cols) == 0 { // printed text selects something
					yes := &Const{Value: types.BoolOf(true), T: types.Of(types.Bool)}
					p.line("out ", place, ".0 ", yes.T.String(), " = ", p.expr(yes))
				}
			})
			if g.Fence {
				p.line("offset 0:", types.Of(types.Int8).String())
			}
		})
		cols := make([]Column, len(g.Cols))
		for i, d := range g.Cols {
			cols[i] = d.Column
		}
		p.columns(cols)
		return
	}
	words := append([]string(nil), g.Rules...)
	if g.Fence {
		words = append(words, "fence")
	}
	note := ""
	if len(words) > 0 {
		note = " (" + strings.Join(words, "; ") + ")"
	}
	p.table("guarded", g.Table)
	s := p.b.String()
	p.b.Reset()
	p.b.WriteString(strings.TrimSuffix(s, "\n") + note + "\n")
	p.in(func() {
		if g.Filter != nil {
			p.line("rows ", p.expr(g.Filter))
		}
		if g.Pushed != nil {
			p.line("pushed ", p.expr(g.Pushed))
		}
		for _, d := range g.Cols {
			x := p.expr(d.Expr)
			p.declare(d.Column, "")
			p.line("column ", p.col(d.ID), " ", d.Type.String(), " = ", x)
		}
	})
}

func (p *printer) fn(s *funcs.Sig) string {
	if s == nil || s.Func == nil {
		return "?"
	}
	return s.Func.Name
}

func (p *printer) list(es []Expr) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = p.expr(e)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func (p *printer) sorts(ss []SortExpr) string {
	parts := make([]string, len(ss))
	for i, s := range ss {
		parts[i] = p.expr(s.X) + direction(s.Desc, s.NullsFirst)
	}
	return strings.Join(parts, ", ")
}

// sub prints a query inside an expression.
func (p *printer) sub(q *Query) string {
	outer, depth := p.b, p.depth
	p.b = strings.Builder{}
	p.depth = depth + 2
	p.query(q)
	text := p.b.String()
	p.b, p.depth = strings.Builder{}, depth
	p.b.WriteString(outer.String())
	return "{\n" + text + strings.Repeat("  ", depth+1) + "}"
}

func (p *printer) expr(e Expr) string {
	switch e := e.(type) {
	case *Ref:
		return p.col(e.Col)
	case *Const:
		if e.Value.IsNull() {
			return "null:" + p.typ(e.T)
		}
		if e.From == FromKey && !p.normal {
			return "(key):" + p.typ(e.T)
		}
		return quoteConst(e) + ":" + p.typ(e.T)
	case *Attr:
		return "viewer." + e.Name
	case *Call:
		if e.Fn.Func != nil && e.Fn.Func.Class == funcs.Operator {
			if len(e.Args) == 2 {
				return "(" + p.expr(e.Args[0]) + " " + e.Fn.Func.Name + " " + p.expr(e.Args[1]) + ")"
			}
			if len(e.Args) == 1 {
				return "(" + e.Fn.Func.Name + " " + p.expr(e.Args[0]) + ")"
			}
		}
		if p.normal && e.Fn.Func.Name == "date" { // prints as the cast that it is
			if e.Args[0].Type() == e.T {
				return p.expr(e.Args[0])
			}
			return "cast(" + p.expr(e.Args[0]) + ", " + p.typ(e.T) + ")"
		}
		return p.fn(e.Fn) + p.list(e.Args)
	case *Cast:
		op := "cast"
		if e.Implicit && !p.normal {
			op = "as"
		}
		mod := ""
		if e.Mod.Set {
			mod = fmt.Sprintf("(%d,%d)", e.Mod.Prec, e.Mod.Scale)
		}
		return op + "(" + p.expr(e.X) + ", " + p.typ(e.T) + mod + ")"
	case *Logic:
		word := " and "
		if e.Or {
			word = " or "
		}
		parts := make([]string, len(e.Args))
		for i, a := range e.Args {
			parts[i] = p.expr(a)
		}
		return "(" + strings.Join(parts, word) + ")"
	case *Not:
		return "not " + p.expr(e.X)
	case *Is:
		return "(" + p.expr(e.X) + " is " + not(e.Not) + [...]string{"null", "true", "false", "unknown"}[e.What] + ")"
	case *Case:
		var b strings.Builder
		b.WriteString("case(")
		for _, a := range e.Arms {
			fmt.Fprintf(&b, "when %s then %s ", p.expr(a.When), p.expr(a.Then))
		}
		if e.Else != nil {
			b.WriteString("else " + p.expr(e.Else))
		}
		return strings.TrimSpace(b.String()) + ")"
	case *In:
		return "(" + p.expr(e.X) + " " + not(e.Not) + "in " + p.list(e.List) + ")"
	case *AnyOf:
		return "(" + p.expr(e.X) + " " + p.fn(e.Cmp) + " " + anyAll(e.All) + "(" + p.expr(e.Array) + "))"
	case *InQuery:
		return not(e.Not) + "(" + p.list(e.Row) + " " + e.Op + " " + anyAll(e.All) + " " + p.sub(e.Query) + ")"
	case *Exists:
		return "exists " + p.sub(e.Query)
	case *Scalar:
		return "scalar " + p.sub(e.Query)
	case *List:
		return "array" + p.list(e.Items)
	case *Agg:
		args := strings.TrimSuffix(strings.TrimPrefix(p.list(e.Args), "("), ")")
		if e.Star {
			args = "*"
		}
		if e.Distinct {
			args = "distinct " + args
		}
		if len(e.Order) > 0 {
			args += " order " + p.sorts(e.Order)
		}
		s := p.fn(e.Fn) + "(" + args + ")"
		if len(e.Within) > 0 {
			s += " within(" + p.sorts(e.Within) + ")"
		}
		if e.Filter != nil {
			s += " filter(" + p.expr(e.Filter) + ")"
		}
		return s
	case *Over:
		args := p.list(e.Args)
		if e.Star {
			args = "(*)"
		}
		s := p.fn(e.Fn) + args
		if e.Filter != nil {
			s += " filter(" + p.expr(e.Filter) + ")"
		}
		return s + " over(" + p.window(e.Window) + ")"
	default:
		panic("ir: unknown expression")
	}
}

func (p *printer) window(w Window) string {
	var parts []string
	if len(w.Partition) > 0 {
		parts = append(parts, "partition "+p.list(w.Partition))
	}
	if len(w.Order) > 0 {
		parts = append(parts, "order "+p.sorts(w.Order))
	}
	if f := w.Frame; f != nil {
		bound := func(k BoundKind, x Expr) string {
			s := [...]string{"unbounded preceding", "preceding", "current row", "following", "unbounded following"}[k]
			if x != nil {
				s = p.expr(x) + " " + s
			}
			return s
		}
		parts = append(parts, fmt.Sprintf("%s %s to %s%s", [...]string{"range", "rows", "groups"}[f.Mode],
			bound(f.Start, f.From), bound(f.End, f.To),
			[...]string{"", " exclude current row", " exclude group", " exclude ties"}[f.Exclude]))
	}
	return strings.Join(parts, " ")
}

func quoteConst(c *Const) string {
	s := c.Value.Format(c.T, nil)
	if c.T.Kind == types.Bool || c.Value.Kind() == types.Int8 || c.Value.Kind() == types.Numeric {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

func not(n bool) string {
	if n {
		return "not "
	}
	return ""
}

func anyAll(all bool) string {
	if all {
		return "all"
	}
	return "any"
}
