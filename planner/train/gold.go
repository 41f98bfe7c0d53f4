package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/planner/learned"
	"github.com/grille-dev/grille/sql/syntax"
)

// converter makes plans of SQL.
type converter struct {
	in   *learned.Input
	from []source // of the SELECT at hand
}

// source is a table of FROM.
type source struct {
	alias string
	table int
}

var errBeyond = errors.New("no plan can say this")

// planOf is what a query of the data sets asks, as a plan; an error if plans
// cannot say it.
func planOf(in *learned.Input, sql string) (*learned.Plan, error) {
	tree, err := syntax.Parse(strings.TrimRight(strings.TrimSpace(sql), ";"))
	if err != nil {
		return nil, err
	}
	c := &converter{in: in}
	return c.query(tree)
}

func (c *converter) query(q *syntax.Query) (*learned.Plan, error) {
	if len(q.With) > 0 || q.Offset != nil {
		return nil, errBeyond
	}
	outer := c.from
	defer func() { c.from = outer }()
	if b, ok := q.Body.(*syntax.Select); ok {
		return c.selectOf(q, b)
	}
	if b, ok := q.Body.(*syntax.SetOp); ok {
		return c.setOf(q, b)
	}
	return nil, errBeyond
}

func (c *converter) setOf(q *syntax.Query, b *syntax.SetOp) (*learned.Plan, error) {
	if len(q.Order) > 0 || q.Limit != nil || b.All {
		return nil, errBeyond
	}
	left, err := c.query(b.Left)
	if err != nil {
		return nil, err
	}
	right, err := c.query(b.Right)
	if err != nil {
		return nil, err
	}
	if left.Right != nil || right.Right != nil {
		return nil, errBeyond
	}
	left.Set, left.Right = map[syntax.SetKind]string{syntax.Union: "union", syntax.Intersect: "intersect", syntax.Except: "except"}[b.Op], right
	return left, nil
}

func (c *converter) selectOf(q *syntax.Query, b *syntax.Select) (*learned.Plan, error) {
	c.from = nil
	for _, f := range b.From {
		if err := c.source(f); err != nil {
			return nil, err
		}
	}
	if len(b.DistinctOn) > 0 || len(b.Windows) > 0 {
		return nil, errBeyond
	}
	p := &learned.Plan{Distinct: b.Distinct, Table: -1, Count: -1}
	for _, t := range b.Targets {
		x, err := c.item(t.X)
		if err != nil {
			return nil, err
		}
		p.Select = append(p.Select, x)
	}
	var err error
	if p.Where, err = c.conds(b.Where); err != nil {
		return nil, err
	}
	for _, g := range b.Group {
		x, err := c.item(g.X)
		if err != nil || x.Star || x.Agg != "" {
			return nil, errBeyond
		}
		p.Group = append(p.Group, x.Col)
	}
	if p.Having, err = c.conds(b.Having); err != nil {
		return nil, err
	}
	for _, o := range q.Order {
		x, err := c.item(o.X)
		if err != nil {
			return nil, err
		}
		x.Desc = o.Desc
		p.Order = append(p.Order, x)
	}
	if n, ok := q.Limit.(*syntax.Literal); ok {
		p.Limit = learned.One
		if n.Text != "1" {
			p.Limit, p.Count = learned.Some, c.value(n.Text)
		}
	}
	c.besides(p)
	return p, nil
}

// source notes the tables of a FROM item; how they are joined follows from keys.
func (c *converter) source(f syntax.From) error {
	if t, ok := f.(*syntax.Table); ok {
		return c.table(t)
	}
	j, ok := f.(*syntax.Join)
	if !ok || j.Kind != syntax.Inner {
		return errBeyond
	}
	if err := c.source(j.Left); err != nil {
		return err
	}
	return c.source(j.Right)
}

func (c *converter) table(f *syntax.Table) error {
	i := slices.IndexFunc(c.in.Schema.Tables, func(t learned.Table) bool { return strings.EqualFold(t.Name, f.Name) })
	if i < 0 {
		return fmt.Errorf("no table %s", f.Name)
	}
	if slices.ContainsFunc(c.from, func(s source) bool { return s.table == i }) {
		return errBeyond // a table joined with itself
	}
	alias := f.Name
	if f.Alias != nil {
		alias = f.Alias.Name
	}
	c.from = append(c.from, source{strings.ToLower(alias), i})
	return nil
}

func (c *converter) item(x syntax.Expr) (learned.Item, error) {
	if x, ok := x.(*syntax.Column); ok {
		if x.Star {
			return learned.Item{Star: true, Col: -1}, nil
		}
		col, err := c.column(x)
		return learned.Item{Col: col}, err
	}
	if x, ok := x.(*syntax.Call); ok {
		return c.call(x)
	}
	return learned.Item{}, errBeyond
}

func (c *converter) call(x *syntax.Call) (learned.Item, error) {
	if !slices.Contains([]string{"count", "sum", "avg", "min", "max"}, x.Name) || x.Filter != nil || x.Over != nil {
		return learned.Item{}, errBeyond
	}
	if x.Star {
		return learned.Item{Agg: "count", Star: true, Col: -1}, nil
	}
	if len(x.Args) != 1 {
		return learned.Item{}, errBeyond
	}
	y, err := c.item(x.Args[0])
	if err != nil || y.Agg != "" || y.Star {
		return learned.Item{}, errBeyond
	}
	y.Agg, y.Distinct = x.Name, x.Distinct
	return y, nil
}

func (c *converter) column(x *syntax.Column) (int, error) {
	name := x.Parts[len(x.Parts)-1]
	for _, s := range c.from {
		if len(x.Parts) > 1 && s.alias != strings.ToLower(x.Parts[0]) {
			continue
		}
		for i, col := range c.in.Schema.Columns {
			if col.Table == s.table && strings.EqualFold(col.Name, name) {
				return i, nil
			}
		}
	}
	return 0, fmt.Errorf("no column %s", name)
}

// conds flattens conditions: AND of ORs.
func (c *converter) conds(x syntax.Expr) ([]learned.Cond, error) {
	if x == nil {
		return nil, nil
	}
	l, ok := x.(*syntax.Logic)
	if !ok {
		one, err := c.cond(x)
		return []learned.Cond{one}, err
	}
	var out []learned.Cond
	for i, a := range l.Args {
		some, err := c.conds(a)
		if err != nil {
			return nil, err
		}
		if l.Or {
			if len(some) != 1 {
				return nil, errBeyond
			}
			some[0].Or = i > 0
		}
		out = append(out, some...)
	}
	return out, nil
}

func (c *converter) cond(x syntax.Expr) (learned.Cond, error) {
	if x, ok := x.(*syntax.Binary); ok {
		op := x.Op
		if op == "<>" {
			op = "!="
		}
		if !slices.Contains([]string{"=", "!=", ">", "<", ">=", "<="}, op) {
			return learned.Cond{}, errBeyond
		}
		return c.compare(x.L, op, x.R)
	}
	if x, ok := x.(*syntax.Between); ok && !x.Not {
		out, err := c.compare(x.X, "between", x.Lo)
		if hi, ok := x.Hi.(*syntax.Literal); ok {
			out.Values[1] = c.value(hi.Text)
		}
		return out, err
	}
	if x, ok := x.(*syntax.Like); ok {
		return c.compare(x.X, negated("like", "notlike", x.Not), x.Pattern)
	}
	if x, ok := x.(*syntax.InQuery); ok && x.Op == "=" {
		out, err := c.bare(x.X, negated("in", "notin", x.Not))
		if err != nil {
			return out, err
		}
		out.Sub, err = c.query(x.Query)
		return out, err
	}
	if x, ok := x.(*syntax.Is); ok {
		return c.bare(x.X, negated("null", "notnull", x.Not))
	}
	return learned.Cond{}, errBeyond
}

func negated(op, other string, not bool) string {
	if not {
		return other
	}
	return op
}

// bare is a condition without a value.
func (c *converter) bare(x syntax.Expr, op string) (learned.Cond, error) {
	item, err := c.item(x)
	return learned.Cond{Item: item, Op: op, Values: [2]int{-1, -1}}, err
}

func (c *converter) compare(l syntax.Expr, op string, r syntax.Expr) (learned.Cond, error) {
	out := learned.Cond{Op: op, Values: [2]int{-1, -1}}
	var err error
	if out.Item, err = c.item(l); err != nil {
		return out, err
	}
	if r, ok := r.(*syntax.Literal); ok {
		out.Values[0] = c.value(r.Text)
		return out, nil
	}
	if _, ok := r.(*syntax.Unary); ok {
		out.Values[0] = -2
		return out, nil
	}
	if r, ok := r.(*syntax.Scalar); ok {
		out.Sub, err = c.query(r.Query)
		return out, err
	}
	return out, errBeyond
}

// value is the stretch of the question that says a literal, or -2.
func (c *converter) value(text string) int {
	for i, v := range c.in.Values {
		if v.Says(text) {
			return i
		}
	}
	return -2
}

// besides finds the table that is counted, or that FROM has besides those of the
// columns; -2 if no one table explains FROM.
func (c *converter) besides(p *learned.Plan) {
	var from []int
	for _, s := range c.from {
		from = append(from, s.table)
	}
	slices.Sort(from)
	fits := func() bool { return slices.Equal(c.in.Schema.Joined(p), from) }
	if !p.Stars() && fits() {
		return
	}
	named := c.in.Schema.Named(p)
	order := slices.Clone(from)
	slices.SortStableFunc(order, func(a, b int) int { return rank(c.in.Schema, named, a) - rank(c.in.Schema, named, b) })
	for _, t := range order {
		p.Table = t
		if fits() {
			return
		}
	}
	p.Table = -2
}

// rank prefers tables that no column names, then those with most keys of others.
func rank(s *learned.Schema, named []int, t int) int {
	n := 0
	if slices.Contains(named, t) {
		n += 100
	}
	for _, e := range s.Edges {
		if e.From == t {
			n--
		}
	}
	return n
}
