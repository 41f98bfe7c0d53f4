package bind

import (
	"strings"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
)

// rowTargets binds SELECT ..., f(x) with a function that returns rows. It stands
// for FROM ..., LATERAL f(x), which gives the same rows as long as there is one
// such function: in the block itself where groups are made of what f returns,
// and else above it, as groups and windows are computed before f is called:
//
//	SELECT generate_series(min(a), max(a)) FROM t
//	SELECT f.x FROM (SELECT min(a) AS lo, max(a) AS hi FROM t) AS s, LATERAL generate_series(s.lo, s.hi) AS f(x)
type rowTargets struct {
	b      *binder
	call   *syntax.Call
	rel    *ir.FuncRel // nil: no such function
	placed bool        // in FROM
	first  int         // where its arguments stand among the outputs
}

// add binds the call and gives the column that stands for its values.
func (r *rowTargets) add(x *exprs, c *syntax.Call) ir.Expr {
	if r.rel != nil {
		fail(c.At(), refusal.Unsupported, "put both into FROM: "+sideBySide, "two functions that return rows in one SELECT list")
	}
	inner := *x
	inner.rows = nil
	r.call, r.rel = c, r.b.rowsOf(c, &inner)
	if len(r.rel.Cols) > 1 {
		fail(c.At(), refusal.Unsupported, "put it into FROM: FROM "+c.Name+"(...) AS x, and name x."+r.rel.Cols[0].Name+" and x."+r.rel.Cols[1].Name, "%s returns rows of several columns", c.Name)
	}
	col := r.rel.Cols[0]
	return &ir.Ref{Span: at(c), Col: col.ID, T: col.Type}
}

// sideBySide is how rows of two functions stand beside each other.
const sideBySide = "f(...) WITH ORDINALITY AS x(a, n) FULL JOIN g(...) WITH ORDINALITY AS y(b, n) USING (n)"

// rowsOf binds a function that returns rows.
func (b *binder) rowsOf(c *syntax.Call, x *exprs) *ir.FuncRel {
	fn := b.function(c)
	if fn.Class != funcs.Set {
		fail(c.At(), refusal.Unsupported, "put it into the SELECT list", "%s returns one value and may not stand in FROM", c.Name)
	}
	if c.Distinct || c.Star || len(c.Order) > 0 || c.Filter != nil || c.Over != nil || len(c.Within) > 0 || c.Variadic {
		fail(c.At(), refusal.Unsupported, "call it with plain arguments", "%s takes no aggregate's clauses", c.Name)
	}
	if c.Name == "unnest" && len(c.Args) > 1 {
		fail(c.At(), refusal.Unsupported, "write "+strings.NewReplacer("f(...)", "unnest(a)", "g(...)", "unnest(b)").Replace(sideBySide), "unnest of several lists is not spoken")
	}
	sig, args, t := x.resolve(fn, c, x.list(c.Args))
	r := &ir.FuncRel{Span: at(c), Fn: sig, Args: args, Alias: c.Name, Lateral: true}
	r.Cols = []ir.Column{{ID: b.id(), Name: c.Name, Type: t}}
	if sig.Columns != nil {
		r.Cols = nil
	}
	for _, col := range sig.Columns {
		r.Cols = append(r.Cols, ir.Column{ID: b.id(), Name: col.Name, Type: col.Type})
	}
	return r
}

// below puts the function into FROM where nothing is computed before it is
// called, or where groups are made of its values. Else its arguments become
// outputs of the block, to be seen above it.
func (r *rowTargets) below(out *ir.Select, sets *groupSets) {
	if r.rel == nil {
		return
	}
	grouped, computed := false, out.Having != nil
	for _, k := range sets.keys {
		grouped = grouped || refers(k, r.rel.Cols[0].ID)
	}
	for _, d := range out.Out {
		computed = computed || hasAggregate(d.Expr)
	}
	args := false
	for _, a := range r.rel.Args {
		args = args || hasAggregate(a)
	}
	if grouped && args {
		fail(r.call.At(), refusal.Grouping, "group in a subquery, and call "+r.call.Name+" outside of it", "what %s returns is grouped by, and is computed of an aggregate", r.call.Name)
	}
	if grouped || !computed && !args && len(sets.keys) == 0 {
		out.From, r.placed = beside(out.From, r.rel), true
		return
	}
	r.first = len(out.Out)
	for _, a := range r.rel.Args {
		out.Out = append(out.Out, ir.Def{Column: ir.Column{ID: r.b.id(), Type: a.Type()}, Expr: a, Hidden: true})
	}
}

// above calls the function above the block out, where it does not stand in it.
func (r *rowTargets) above(out *ir.Select) *ir.Select {
	if r.rel == nil || r.placed {
		return out
	}
	r.b.settleSelect(out)
	l := r.b.lift(out)
	for i := range r.rel.Args {
		r.rel.Args[i] = l.take(out.Out[r.first+i].Expr)
	}
	l.outer.From = beside(l.sub, r.rel)
	for _, d := range out.Out[:r.first] {
		d.Expr = r.up(l, d.Expr)
		l.outer.Out = append(l.outer.Out, d)
	}
	l.outer.Distinct = out.Distinct
	return l.outer
}

// up is e above the block: what does not need the function is computed below.
func (r *rowTargets) up(l *lifted, e ir.Expr) ir.Expr {
	id := r.rel.Cols[0].ID
	if !refers(e, id) {
		return l.take(e)
	}
	if _, ok := e.(*ir.Ref); ok {
		return e
	}
	if hasQuery(e) {
		fail(r.call.At(), refusal.Unsupported, "put the function into FROM", "a function that returns rows may not stand beside a subquery in one expression")
	}
	ir.Children(e, func(x ir.Expr) ir.Expr { return r.up(l, x) })
	return e
}

func refers(e ir.Expr, id ir.ColID) bool {
	found := false
	ir.Walk(e, func(n ir.Node) bool {
		ref, ok := n.(*ir.Ref)
		found = found || ok && ref.Col == id
		return !found
	})
	return found
}

// beside is FROM left, right.
func beside(left ir.Rel, right *ir.FuncRel) ir.Rel {
	if left == nil {
		return right
	}
	return &ir.Join{Span: right.Span, Kind: ir.Inner, Left: left, Right: right}
}
