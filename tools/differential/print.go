package differential

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/syntax"
)

// SQL prints a tree as a statement that means it: every expression in parentheses,
// every name in quotes.
func SQL(q *syntax.Query) string {
	p := &printer{}
	p.query(q)
	return p.String()
}

type printer struct{ strings.Builder }

func (p *printer) put(format string, args ...any) { fmt.Fprintf(p, format, args...) }

func ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func idents(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = ident(n)
	}
	return strings.Join(out, ", ")
}

func dotted(names ...string) string {
	var out []string
	for _, n := range names {
		if n != "" {
			out = append(out, ident(n))
		}
	}
	return strings.Join(out, ".")
}

func each[T any](p *printer, list []T, one func(T)) {
	for i, x := range list {
		if i > 0 {
			p.put(", ")
		}
		one(x)
	}
}

func (p *printer) query(q *syntax.Query) {
	if len(q.With) > 0 {
		p.put("WITH ")
		if q.Recursive {
			p.put("RECURSIVE ")
		}
		each(p, q.With, p.cte)
		p.put(" ")
	}
	p.body(q.Body)
	p.order(" ORDER BY ", q.Order)
	if !q.Ties {
		p.clause(" LIMIT ", q.Limit)
	}
	p.clause(" OFFSET ", q.Offset)
	if q.Ties {
		p.clause(" FETCH FIRST ", q.Limit)
		p.put(" ROWS WITH TIES")
	}
}

func (p *printer) clause(word string, x syntax.Expr) {
	if x != nil {
		p.put("%s", word)
		p.expr(x)
	}
}

func (p *printer) order(word string, list []*syntax.Sort) {
	if len(list) > 0 {
		p.put("%s", word)
		each(p, list, p.sort)
	}
}

func (p *printer) cte(c *syntax.CTE) {
	p.put("%s", ident(c.Name))
	if len(c.Columns) > 0 {
		p.put(" (%s)", idents(c.Columns))
	}
	p.put(" AS %s(", [...]string{"", "MATERIALIZED ", "NOT MATERIALIZED "}[c.Materialized])
	p.query(c.Query)
	p.put(")")
}

func (p *printer) inner(q *syntax.Query) {
	p.put("(")
	p.query(q)
	p.put(")")
}

func (p *printer) body(b syntax.Body) {
	switch b := b.(type) {
	case *syntax.Select:
		p.selection(b)
	case *syntax.SetOp:
		p.inner(b.Left)
		p.put(" %s ", [...]string{"UNION", "INTERSECT", "EXCEPT"}[b.Op])
		if b.All {
			p.put("ALL ")
		}
		p.inner(b.Right)
	case *syntax.Values:
		p.put("VALUES ")
		each(p, b.Rows, func(row []syntax.Expr) {
			p.put("(")
			p.exprs(row)
			p.put(")")
		})
	default:
		panic(fmt.Sprintf("differential: unknown body %T", b))
	}
}

func (p *printer) selection(s *syntax.Select) {
	p.put("SELECT ")
	switch {
	case len(s.DistinctOn) > 0:
		p.put("DISTINCT ON (")
		p.exprs(s.DistinctOn)
		p.put(") ")
	case s.Distinct:
		p.put("DISTINCT ")
	}
	each(p, s.Targets, func(t *syntax.Target) {
		p.expr(t.X)
		if t.Name != "" {
			p.put(" AS %s", ident(t.Name))
		}
	})
	if len(s.From) > 0 {
		p.put(" FROM ")
		each(p, s.From, p.from)
	}
	p.clause(" WHERE ", s.Where)
	if len(s.Group) > 0 {
		p.put(" GROUP BY ")
		if s.GroupDistinct {
			p.put("DISTINCT ")
		}
		each(p, s.Group, p.group)
	}
	p.clause(" HAVING ", s.Having)
	if len(s.Windows) > 0 {
		p.put(" WINDOW ")
		each(p, s.Windows, func(w *syntax.Window) {
			p.put("%s AS ", ident(w.Name))
			p.window(w)
		})
	}
}

func (p *printer) group(g syntax.Group) {
	sets := func(word string) {
		p.put("%s (", word)
		p.exprs(g.Sets)
		p.put(")")
	}
	switch g.Kind {
	case syntax.GroupExpr:
		p.expr(g.X)
	case syntax.GroupEmpty:
		p.put("()")
	case syntax.Rollup:
		sets("ROLLUP")
	case syntax.Cube:
		sets("CUBE")
	case syntax.GroupingSets:
		sets("GROUPING SETS")
	default:
		panic("differential: unknown GROUP BY item")
	}
}

func (p *printer) sort(s *syntax.Sort) {
	p.expr(s.X)
	if s.Desc {
		p.put(" DESC")
	}
	p.put("%s", [...]string{"", " NULLS FIRST", " NULLS LAST"}[s.Nulls])
}

func (p *printer) alias(a *syntax.Alias) {
	if a == nil {
		return
	}
	p.put(" AS %s", ident(a.Name))
	if len(a.Columns) > 0 {
		p.put(" (%s)", idents(a.Columns))
	}
}

func (p *printer) from(f syntax.From) {
	lateral := func(yes bool) {
		if yes {
			p.put("LATERAL ")
		}
	}
	switch f := f.(type) {
	case *syntax.Table:
		p.put("%s", dotted(f.Catalog, f.Schema, f.Name))
		p.alias(f.Alias)
	case *syntax.Derived:
		lateral(f.Lateral)
		p.inner(f.Query)
		p.alias(f.Alias)
	case *syntax.TableFunc:
		lateral(f.Lateral)
		p.call(f.Call)
		if f.Ordinality {
			p.put(" WITH ORDINALITY")
		}
		p.alias(f.Alias)
	case *syntax.Join:
		p.join(f)
	default:
		panic(fmt.Sprintf("differential: unknown FROM item %T", f))
	}
}

func (p *printer) join(j *syntax.Join) {
	p.put("(")
	p.from(j.Left)
	word := [...]string{"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"}[j.Kind]
	switch {
	case j.Natural:
		word = "NATURAL " + word
	case j.On == nil && len(j.Using) == 0:
		word = "CROSS JOIN"
	}
	p.put(" %s ", word)
	p.from(j.Right)
	p.clause(" ON ", j.On)
	if len(j.Using) > 0 {
		p.put(" USING (%s)", idents(j.Using))
		if j.UsingAlias != "" {
			p.put(" AS %s", ident(j.UsingAlias))
		}
	}
	p.put(")")
	p.alias(j.Alias)
}

func (p *printer) window(w *syntax.Window) {
	if w.Bare {
		p.put("%s", ident(w.Base))
		return
	}
	p.put("(")
	if w.Base != "" {
		p.put("%s ", ident(w.Base))
	}
	if len(w.Partition) > 0 {
		p.put("PARTITION BY ")
		p.exprs(w.Partition)
	}
	p.order(" ORDER BY ", w.Order)
	if f := w.Frame; f != nil {
		p.put(" %s BETWEEN ", [...]string{"RANGE", "ROWS", "GROUPS"}[f.Mode])
		p.bound(f.Start)
		p.put(" AND ")
		p.bound(f.End)
		p.put("%s", [...]string{"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"}[f.Exclude])
	}
	p.put(")")
}

func (p *printer) bound(b syntax.Bound) {
	switch b.Kind {
	case syntax.UnboundedPreceding:
		p.put("UNBOUNDED PRECEDING")
	case syntax.Preceding:
		p.expr(b.Offset)
		p.put(" PRECEDING")
	case syntax.CurrentRow:
		p.put("CURRENT ROW")
	case syntax.Following:
		p.expr(b.Offset)
		p.put(" FOLLOWING")
	case syntax.UnboundedFollowing:
		p.put("UNBOUNDED FOLLOWING")
	default:
		panic("differential: unknown bound")
	}
}

func (p *printer) exprs(xs []syntax.Expr) { each(p, xs, p.expr) }

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// typeName names every type in quotes, so that its modifiers are plain numbers.
func (p *printer) typeName(t syntax.TypeName) {
	p.put("%s", dotted(t.Schema, t.Name))
	if len(t.Mods) > 0 {
		mods := make([]string, len(t.Mods))
		for i, m := range t.Mods {
			mods[i] = strconv.Itoa(int(m))
		}
		p.put("(%s)", strings.Join(mods, ", "))
	}
	if t.Array {
		p.put("[]")
	}
}
