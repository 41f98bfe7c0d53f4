package check

import (
	"slices"
	"strconv"

	"github.com/grille-dev/grille/sql/syntax"
)

// own requires that a text has nothing in it but what emit prints: no name of a
// draft, no literal, nothing that PostgreSQL would look up in a search path.
//
//   - WITH items are w1, w2, ..., relations t1, t2, ..., each number once, and
//     the outputs of a block c1, c2, ... in this order; only the outermost list
//     may use other names;
//   - a table is schema.table or a WITH item above or before it, a column is t1.column, without *;
//   - a function is pg_catalog.name, or one of the four that are grammar;
//   - a value is a parameter in a CAST to a qualified type, or NULL in one, or
//     TRUE or FALSE; a bare number is an ordinal of ORDER BY, and a bare text the
//     '0' of a fence;
//   - each parameter is used.
//
// Whatever is not listed here is refused.
func own(tree *syntax.Query, params int) error {
	o := &ownText{used: make([]bool, params), named: map[string]bool{}}
	o.query(tree, true)
	for i, used := range o.used {
		if !used {
			o.wrong("parameter %d is not used", i+1)
		}
	}
	return o.err
}

type ownText struct {
	used  []bool // parameters
	named map[string]bool
	items []string // WITH items that can be seen here
	err   error
}

func (o *ownText) wrong(format string, args ...any) {
	if o.err == nil {
		o.err = fault(format, args...)
	}
}

// numbered reports whether s is prefix and a number, as emit's own names are.
func numbered(s, prefix string) bool {
	if len(s) <= len(prefix) || len(s) > 16 || s[:len(prefix)] != prefix || s[len(prefix)] == '0' {
		return false
	}
	for _, c := range []byte(s[len(prefix):]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// name reports whether s is a name of ours that has not been given before: one
// name never means two things, not even in blocks that cannot see each other.
func (o *ownText) name(s, prefix string) bool {
	fresh := numbered(s, prefix) && !o.named[s]
	o.named[s] = true
	return fresh
}

func (o *ownText) query(q *syntax.Query, outermost bool) {
	if q.Ties {
		o.wrong("WITH TIES")
	}
	defer func(outside int) { o.items = o.items[:outside] }(len(o.items))
	for _, w := range q.With {
		outside := len(o.items)
		if q.Recursive { // by itself, where bind lets it
			o.items = append(o.items, w.Name)
		}
		if !o.name(w.Name, "w") || len(w.Columns) > 0 || w.Materialized == syntax.MaterializeNever {
			o.wrong("a WITH item that is not ours")
		}
		o.query(w.Query, false)
		o.items = append(o.items[:outside], w.Name) // not by those before it
	}
	switch b := q.Body.(type) {
	case *syntax.Select:
		o.selection(b, outermost)
	case *syntax.SetOp:
		o.query(b.Left, outermost) // its names are those of the result
		o.query(b.Right, false)
	case *syntax.Values:
		for _, row := range b.Rows {
			o.exprs(row)
		}
	default:
		panic("check: unknown body")
	}
	for _, s := range q.Order {
		if l, ok := s.X.(*syntax.Literal); ok && l.Kind == syntax.Integer {
			o.nulls(s)
			continue
		}
		o.sort(s)
	}
	if q.Limit != nil {
		o.expr(q.Limit)
	}
	if q.Offset != nil && !zero(q.Offset) {
		o.expr(q.Offset)
	}
}

// zero is the '0' of a fence.
func zero(x syntax.Expr) bool {
	l, ok := x.(*syntax.Literal)
	return ok && l.Kind == syntax.String && l.Text == "0"
}

func (o *ownText) selection(s *syntax.Select, outermost bool) {
	if len(s.DistinctOn) > 0 || s.GroupDistinct || len(s.Windows) > 0 || len(s.Targets) == 0 {
		o.wrong("a clause that is not printed")
	}
	for i, t := range s.Targets {
		if t.Name == "" || !outermost && t.Name != column(i) {
			o.wrong("an output that is not named by us")
		}
		o.expr(t.X)
	}
	if len(s.From) > 1 {
		o.wrong("a list in FROM")
	}
	for _, f := range s.From {
		o.from(f)
	}
	o.optional(s.Where)
	for _, g := range s.Group {
		switch g.Kind {
		case syntax.GroupExpr:
			o.expr(g.X)
		case syntax.GroupEmpty:
		case syntax.Rollup, syntax.Cube, syntax.GroupingSets:
			o.wrong("grouping sets")
		default:
			panic("check: unknown GROUP BY item")
		}
	}
	o.optional(s.Having)
}

func column(i int) string { return "c" + strconv.Itoa(i+1) }

func (o *ownText) alias(a *syntax.Alias, columns bool) {
	if a == nil || !o.name(a.Name, "t") || columns != (len(a.Columns) > 0) {
		o.wrong("a relation that is not named by us")
		return
	}
	for i, c := range a.Columns {
		if c != column(i) {
			o.wrong("a column that is not named by us")
		}
	}
}

func (o *ownText) from(f syntax.From) {
	switch f := f.(type) {
	case *syntax.Table:
		if f.Catalog != "" || f.Schema == "" && !slices.Contains(o.items, f.Name) {
			o.wrong("a table that is not qualified by its schema, and no WITH item that can be seen here")
		}
		o.alias(f.Alias, false)
	case *syntax.Derived:
		o.query(f.Query, false)
		o.alias(f.Alias, false)
	case *syntax.TableFunc:
		o.call(f.Call)
		o.alias(f.Alias, true)
	case *syntax.Join:
		if len(f.Using) > 0 || f.UsingAlias != "" || f.Natural || f.Alias != nil {
			o.wrong("a join by names")
		}
		o.from(f.Left)
		o.from(f.Right)
		o.optional(f.On)
	default:
		panic("check: unknown FROM item")
	}
}

func (o *ownText) optional(x syntax.Expr) {
	if x != nil {
		o.expr(x)
	}
}

func (o *ownText) exprs(xs []syntax.Expr) {
	for _, x := range xs {
		o.expr(x)
	}
}

func (o *ownText) sorts(list []*syntax.Sort) {
	for _, s := range list {
		o.sort(s)
	}
}

func (o *ownText) sort(s *syntax.Sort) {
	o.nulls(s)
	o.expr(s.X)
}

func (o *ownText) nulls(s *syntax.Sort) {
	if s.Nulls == syntax.NullsDefault {
		o.wrong("a sort that does not say where NULL goes")
	}
}

func (o *ownText) expr(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Column:
		if x.Star || len(x.Parts) != 2 || !numbered(x.Parts[0], "t") {
			o.wrong("a column that is not qualified by an alias of ours")
		}
	case *syntax.Literal:
		if x.Kind != syntax.Bool {
			o.wrong("a literal")
		}
	case *syntax.Param:
		o.wrong("a parameter without a type")
	case *syntax.Binary:
		o.operator(x.Schema)
		o.exprs([]syntax.Expr{x.L, x.R})
	case *syntax.Unary:
		o.operator(x.Schema)
		o.expr(x.X)
	case *syntax.Logic:
		o.exprs(x.Args)
	case *syntax.Not:
		o.expr(x.X)
	case *syntax.Is:
		o.expr(x.X)
	case *syntax.IsDistinct:
		o.exprs([]syntax.Expr{x.L, x.R})
	case *syntax.Between:
		o.exprs([]syntax.Expr{x.X, x.Lo, x.Hi})
	case *syntax.Like:
		o.exprs([]syntax.Expr{x.X, x.Pattern})
		o.optional(x.Escape)
	case *syntax.In:
		o.expr(x.X)
		o.exprs(x.List)
	case *syntax.InQuery:
		if r, ok := x.X.(*syntax.Row); ok {
			o.exprs(r.Items)
		} else {
			o.expr(x.X)
		}
		o.query(x.Query, false)
	case *syntax.Quantified:
		o.exprs([]syntax.Expr{x.X, x.Array})
	case *syntax.Exists:
		o.query(x.Query, false)
	case *syntax.Scalar:
		o.query(x.Query, false)
	case *syntax.Case:
		o.caseWhen(x)
	case *syntax.Cast:
		o.cast(x)
	case *syntax.Call:
		o.call(x)
	case *syntax.ArrayList:
		o.exprs(x.Items)
	case *syntax.Subscript:
		o.expr(x.X)
		o.optional(x.Lo)
		o.optional(x.Index)
	case *syntax.Collate:
		if len(x.Name) != 2 || x.Name[0] != "pg_catalog" || x.Name[1] != "C" {
			o.wrong("a collation that is not printed")
		}
		o.expr(x.X)
	case *syntax.ArrayQuery, *syntax.Now, *syntax.Row, *syntax.GroupSet, *syntax.Grouping:
		o.wrong("an expression that is not printed")
	default:
		panic("check: unknown expression")
	}
}

func (o *ownText) operator(schema string) {
	if schema != "" && schema != "pg_catalog" {
		o.wrong("an operator of another schema")
	}
}

func (o *ownText) caseWhen(x *syntax.Case) {
	if x.X != nil {
		o.wrong("CASE over a value")
	}
	for _, a := range x.Arms {
		o.exprs([]syntax.Expr{a.When, a.Then})
	}
	o.optional(x.Else)
}

func (o *ownText) cast(x *syntax.Cast) {
	if x.Type.Schema == "" {
		o.wrong("a type that is not qualified by its schema")
	}
	if p, ok := x.X.(*syntax.Param); ok {
		if p.N < 1 || p.N > len(o.used) {
			o.wrong("a parameter without a value")
			return
		}
		o.used[p.N-1] = true
		return
	}
	if l, ok := x.X.(*syntax.Literal); ok {
		if l.Kind != syntax.Null && l.Kind != syntax.Bool {
			o.wrong("a literal")
		}
		return
	}
	o.expr(x.X)
}

// grammar are the functions that SQL's grammar names and no schema has.
func grammar(name string) bool {
	switch name {
	case "coalesce", "nullif", "greatest", "least":
		return true
	}
	return false
}

func (o *ownText) call(x *syntax.Call) {
	if x.Schema != "pg_catalog" && !(x.Schema == "" && x.SQLForm && grammar(x.Name)) {
		o.wrong("a function that is not qualified by pg_catalog")
	}
	if x.Variadic {
		o.wrong("VARIADIC")
	}
	o.exprs(x.Args)
	o.sorts(x.Order)
	o.sorts(x.Within)
	o.optional(x.Filter)
	if w := x.Over; w != nil {
		o.window(w)
	}
}

func (o *ownText) window(w *syntax.Window) {
	if w.Name != "" || w.Base != "" {
		o.wrong("a named window")
	}
	o.exprs(w.Partition)
	o.sorts(w.Order)
	if w.Frame != nil {
		o.optional(w.Frame.Start.Offset)
		o.optional(w.Frame.End.Offset)
	}
}
