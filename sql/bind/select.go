package bind

import (
	"slices"
	"strconv"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// sel binds a SELECT and the ORDER BY of its query. The clauses are bound in
// the order in which SQL gives them meaning: FROM, WHERE, the targets, GROUP
// BY (which may name a target), HAVING, ORDER BY; then everything above the
// grouping is rewritten in terms of the keys.
func (b *binder) sel(n *syntax.Select, outer *scope, order *ordering) *ir.Select {
	out := &ir.Select{Span: at(n), Distinct: n.Distinct}
	s := &scope{outer: outer, windows: map[string]*syntax.Window{}}
	out.From, s.ns = b.fromList(n.From, outer)
	for _, w := range n.Windows {
		s.windows[w.Name] = w
	}
	if n.Where != nil {
		out.Where = b.exprs(s, "WHERE").boolean(n.Where)
	}

	above := b.exprs(s, "the SELECT list")
	above.aggregates, above.over = true, true
	rows := &rowTargets{b: b}
	above.rows = rows
	for _, t := range n.Targets {
		b.target(out, s, above, t)
	}
	above.rows = nil
	sets := b.groupSets(n, out, s)
	if n.Having != nil {
		h := *above
		h.clause, h.over = "HAVING", false
		out.Having = h.boolean(n.Having)
	}
	on := b.distinctOn(n, out, above)
	b.orderSelect(out, above, order)
	rows.below(out, sets)
	if len(n.Group) > 0 || n.Having != nil || len(above.aggs) > 0 {
		b.group(out, s, sets, above)
	} else {
		above.noGroupings()
	}
	out = rows.above(out)
	if n.Distinct {
		b.settleSelect(out) // to compare them, before another arm could give them a type
		for _, d := range out.Out {
			if !d.Type.Groupable() {
				fail(n.At(), refusal.Types, "leave that column out", "values of type %s cannot be compared, so not made distinct", d.Type)
			}
		}
	}
	if len(on) > 0 {
		out = b.firstOfEach(n, out, on, order)
	}
	return out
}

// target adds one item of the SELECT list; a star is several.
func (b *binder) target(out *ir.Select, s *scope, x *exprs, t *syntax.Target) {
	add := func(name string, e ir.Expr) {
		out.Out = append(out.Out, ir.Def{Column: ir.Column{ID: b.id(), Name: name, Type: e.Type()}, Expr: e})
	}
	if c, ok := t.X.(*syntax.Column); ok && c.Star {
		for _, col := range b.star(s, c) {
			add(col.name, b.mention(c, col))
		}
		return
	}
	e, name := x.expr(t.X), t.Name
	if name == "" {
		name = figureName(t.X)
	}
	if q, ok := e.(*ir.Scalar); ok && t.Name == "" {
		name = ir.Outputs(q.Query.Body)[0].Name
	}
	add(name, e)
}

func (b *binder) groupKey(g syntax.Group, out *ir.Select, s *scope) ir.Expr {
	e := b.groupTarget(g, out, s)
	if e == nil {
		e = b.exprs(s, "GROUP BY").expr(g.X)
	}
	if hasAggregate(e) {
		fail(g.At, refusal.Grouping, "group by what is not aggregated", "GROUP BY may not hold an aggregate or a window function")
	}
	if hasQuery(e) { // it would have to be written twice, and equals none but itself
		fail(g.At, refusal.Unsupported, "compute it in FROM (SELECT ...) AS x, and group outside by its name", "GROUP BY may not hold a subquery")
	}
	if e.Type().Kind == types.Unknown {
		e = b.read(e.(*ir.Const), types.Of(types.Text))
	}
	if !e.Type().Groupable() {
		fail(g.At, refusal.Types, "group by another column", "values of type %s cannot be grouped", e.Type())
	}
	return e
}

func hasQuery(e ir.Expr) bool {
	found := false
	ir.Walk(e, func(n ir.Node) bool {
		_, query := n.(*ir.Query)
		found = found || query
		return !found
	})
	return found
}

// groupTarget is the target that a GROUP BY item names, or nil.
func (b *binder) groupTarget(g syntax.Group, out *ir.Select, s *scope) ir.Expr {
	if i, ok := ordinal(g.X, len(out.Out), "GROUP BY"); ok {
		return ir.Clone(out.Out[i].Expr)
	}
	c, ok := g.X.(*syntax.Column)
	if !ok || len(c.Parts) != 1 || c.Star || len(named(s.ns.cols, c.Parts[0])) > 0 {
		return nil
	}
	for _, d := range out.Out {
		if d.Name == c.Parts[0] {
			return ir.Clone(d.Expr)
		}
	}
	return nil
}

// orderSelect binds ORDER BY: a bare name is an output, else a column of FROM;
// what is no output becomes a hidden one.
func (b *binder) orderSelect(out *ir.Select, x *exprs, o *ordering) {
	for _, s := range o.items {
		d, ok := b.sorted(out, x, s.X, "ORDER BY")
		if !ok {
			continue // a constant orders nothing
		}
		b.sortable(s, d.Type)
		o.add(d.ID, s)
	}
}

// sorted is the output that an item of ORDER BY or DISTINCT ON means; none for a
// constant.
func (b *binder) sorted(out *ir.Select, x *exprs, s syntax.Expr, clause string) (ir.Column, bool) {
	visible := ir.Outputs(out)
	if i, ok := ordinal(s, len(visible), clause); ok {
		return visible[i], true
	}
	if i := outputNamed(out.Out[:len(visible)], s); i >= 0 {
		return visible[i], true
	}
	inner := *x
	inner.clause = clause
	e := inner.expr(s)
	if _, ok := e.(*ir.Const); ok {
		return ir.Column{}, false
	}
	for _, d := range out.Out {
		if ir.Equal(d.Expr, e) {
			return d.Column, true
		}
	}
	if out.Distinct {
		fail(s.At(), refusal.Unsupported, "add it to the SELECT list", "with SELECT DISTINCT, ORDER BY takes columns of the result")
	}
	d := ir.Def{Column: ir.Column{ID: b.id(), Type: e.Type()}, Expr: e, Hidden: true}
	out.Out = append(out.Out, d)
	return d.Column, true
}

func outputNamed(outs []ir.Def, s syntax.Expr) int {
	c, ok := s.(*syntax.Column)
	if !ok || len(c.Parts) != 1 || c.Star {
		return -1
	}
	found := -1
	for i, d := range outs {
		if d.Name != c.Parts[0] {
			continue
		}
		if found >= 0 && !ir.Equal(outs[found].Expr, d.Expr) {
			fail(s.At(), refusal.Ambiguous, "order by its number", "the result has several columns %q", d.Name)
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

// group makes out a grouped select: keys are defined once, and everything
// above the grouping refers to them.
func (b *binder) group(out *ir.Select, s *scope, sets *groupSets, x *exprs) {
	out.Grouped = true
	g := &grouping{b: b, s: s, out: out, aggs: x.aggs, own: map[ir.ColID]bool{}}
	if out.From != nil {
		for _, c := range ir.Columns(out.From) {
			g.own[c.ID] = true
		}
	}
	for _, k := range sets.keys {
		g.key(k)
	}
	if sets.plain() {
		g.primaryKeys()
	}
	for i := range out.Out {
		d := &out.Out[i]
		d.Expr = g.above(d.Expr)
	}
	if !sets.plain() {
		g.constants()
	}
	if out.Having != nil {
		out.Having = g.above(out.Having)
	}
	calls := b.groupings(out, x)
	if sets.plain() {
		calls.zero(out)
		return
	}
	*out = *b.unionOfSets(out, sets, x.aggs, calls)
}

// constants has the outputs that are a key, and a constant, be that key: it is
// NULL where rows are not grouped by it. Inside of an expression a constant stays
// what it is, and so does a second output, as in PostgreSQL.
func (g *grouping) constants() {
	g.b.settleSelect(g.out)
	for _, k := range g.out.Keys {
		for i := range g.out.Out {
			d := &g.out.Out[i]
			if _, ok := d.Expr.(*ir.Const); ok && ir.Equal(k.Expr, d.Expr) {
				d.Expr = &ir.Ref{Span: ir.Span{Span: d.Expr.At()}, Col: k.ID, T: k.Type}
				break
			}
		}
	}
}

type grouping struct {
	b    *binder
	s    *scope
	out  *ir.Select
	own  map[ir.ColID]bool // columns below the grouping
	aggs map[*ir.Agg]bool  // aggregates of this grouping; others are those of subqueries
	// byKey are the tables whose primary key is grouped by: their other columns
	// are the same in all rows of a group, and become keys when they are used.
	byKey []*ir.Table
}

// key defines e as a grouping key, once.
func (g *grouping) key(e ir.Expr) ir.ColID {
	for _, k := range g.out.Keys {
		if ir.Equal(k.Expr, e) {
			return k.ID
		}
	}
	name := ""
	if r, ok := e.(*ir.Ref); ok {
		name = g.nameOf(r.Col)
	}
	d := ir.Def{Column: ir.Column{ID: g.b.id(), Name: name, Type: e.Type()}, Expr: e}
	g.out.Keys = append(g.out.Keys, d)
	return d.ID
}

func (g *grouping) nameOf(id ir.ColID) string {
	for _, c := range ir.Columns(g.out.From) {
		if c.ID == id {
			return c.Name
		}
	}
	return ""
}

// primaryKeys finds the tables whose first unique key is among the keys. Rows
// that an outer join filled with NULLs agree in all columns too.
func (g *grouping) primaryKeys() {
	if g.out.From == nil {
		return
	}
	grouped := map[ir.ColID]bool{}
	for _, k := range g.out.Keys {
		if r, ok := k.Expr.(*ir.Ref); ok {
			grouped[r.Col] = true
		}
	}
	ir.Walk(g.out.From, func(n ir.Node) bool {
		if _, ok := n.(*ir.Subquery); ok {
			return false
		}
		if t, ok := n.(*ir.Table); ok && keyGrouped(t, grouped) {
			g.byKey = append(g.byKey, t)
		}
		return true
	})
}

// keyGrouped reports whether all columns of t's primary key are grouped by.
func keyGrouped(t *ir.Table, grouped map[ir.ColID]bool) bool {
	if len(t.Table.Unique) == 0 {
		return false
	}
	for _, id := range t.Table.Unique[0] {
		if !slices.ContainsFunc(t.Cols, func(c ir.TableCol) bool { return c.Of == id && grouped[c.ID] }) {
			return false
		}
	}
	return true
}

// above rewrites an expression that stands above the grouping: keys by their
// identity, aggregates as they are; a column that is neither is refused.
func (g *grouping) above(e ir.Expr) ir.Expr {
	if _, ok := e.(*ir.Const); !ok {
		for _, k := range g.out.Keys {
			if ir.Equal(k.Expr, e) {
				return &ir.Ref{Span: ir.Span{Span: e.At()}, Col: k.ID, T: k.Type}
			}
		}
	}
	if a, ok := e.(*ir.Agg); ok && g.aggs[a] {
		return a
	}
	if r, ok := e.(*ir.Ref); ok && g.own[r.Col] {
		return g.dependent(r)
	}
	ir.Children(e, g.above)
	return e
}

// dependent is a column that is no key, if a primary key decides it.
func (g *grouping) dependent(r *ir.Ref) ir.Expr {
	for _, t := range g.byKey {
		if slices.ContainsFunc(t.Cols, func(c ir.TableCol) bool { return c.ID == r.Col }) {
			return &ir.Ref{Span: r.Span, Col: g.key(r), T: r.T}
		}
	}
	name := g.nameOf(r.Col)
	fail(r.At(), refusal.Grouping, "add "+name+" to GROUP BY, or aggregate it, as in max("+name+")",
		"%q is neither grouped nor aggregated", name)
	return nil
}

func hasAggregate(e ir.Expr) bool {
	found := false
	ir.Walk(e, func(n ir.Node) bool {
		_, agg := n.(*ir.Agg)
		_, over := n.(*ir.Over)
		_, query := n.(*ir.Query)
		found = found || agg || over
		return !found && !query
	})
	return found
}

// figureName is the name PostgreSQL gives to a target without one.
func figureName(x syntax.Expr) string {
	name, _ := figure(x)
	return name
}

// strength is how much of a name a name is: that of a cast or a CASE gives way
// to that of what it stands around, so CAST(x AS date) is x, but CAST(DATE
// '2020-01-01' AS timestamp) is timestamp (FigureColnameInternal).
type strength uint8

const (
	noName strength = iota
	weak
	strong
)

func figure(x syntax.Expr) (string, strength) {
	switch x := x.(type) {
	case *syntax.Column:
		return x.Parts[len(x.Parts)-1], strong
	case *syntax.Call:
		return x.Name, strong
	case *syntax.Cast:
		if n, s := figure(x.X); s == strong {
			return n, s
		}
		return x.Type.Name, weak
	case *syntax.Case:
		if x.Else != nil {
			if n, s := figure(x.Else); s == strong {
				return n, s
			}
		}
		return "case", weak
	case *syntax.Now:
		return clockName(x), strong
	case *syntax.Exists:
		return "exists", strong
	case *syntax.Scalar:
		return queryName(x.Query), strong
	case *syntax.ArrayList, *syntax.ArrayQuery:
		return "array", strong
	case *syntax.Collate:
		return figure(x.X)
	case *syntax.Row:
		return "row", strong
	case *syntax.Grouping:
		return "grouping", strong
	case *syntax.Subscript:
		return figure(x.X)
	case *syntax.Literal, *syntax.Param, *syntax.Binary, *syntax.Unary, *syntax.Logic, *syntax.Not, *syntax.Is,
		*syntax.IsDistinct, *syntax.Between, *syntax.Like, *syntax.In, *syntax.InQuery, *syntax.Quantified, *syntax.GroupSet:
		return "?column?", noName
	default:
		panic("bind: unknown expression")
	}
}

// queryName is the name of the one output of a subquery.
func queryName(q *syntax.Query) string {
	switch b := q.Body.(type) {
	case *syntax.SetOp:
		return queryName(b.Left)
	case *syntax.Values:
		return "column1"
	case *syntax.Select:
		t := b.Targets[0]
		if c, ok := t.X.(*syntax.Column); ok && c.Star {
			return "?column?" // only bind knows; see target
		}
		if t.Name != "" {
			return t.Name
		}
		return figureName(t.X)
	default:
		panic("bind: unknown body")
	}
}

func clockName(x *syntax.Now) string {
	switch x.What {
	case syntax.CurrentDate:
		return "current_date"
	case syntax.CurrentTime:
		return "current_time"
	case syntax.CurrentTimestamp:
		return "current_timestamp"
	case syntax.LocalTime:
		return "localtime"
	case syntax.LocalTimestamp:
		return "localtimestamp"
	default:
		panic("bind: unknown clock function")
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) (int, error) { return strconv.Atoi(s) }
