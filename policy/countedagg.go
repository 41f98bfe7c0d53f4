package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// aggregate is one number of a counted block: COUNT, SUM or AVG of the rows for
// which holds is true.
type aggregate struct {
	agg   *ir.Agg
	holds ir.Expr    // FILTER, and the argument is not null; nil: all rows
	as    types.Type // as which it was asked for
	// of, unless nil, is the column that is summed, by itself and of every row: where
	// it is NULL there is no value that a difference could be.
	of *ir.Ref
}

// cuts is the condition by which a cuts groups into cells.
func (a *aggregate) cuts() ir.Expr {
	if a.of != nil {
		return a.agg.Filter
	}
	return a.holds
}

// whole finds the aggregates of which NULLs cut nothing: the average stay is shown
// though one is still there. Sum and average together count those who are not
// NULL, a column below an outer join is NULL where the asker wants it, and what is
// added to a column is counted: sum(x + 1) - sum(x).
func (b *block) whole() error {
	of := map[ir.ColID]map[string]bool{}
	for _, a := range b.aggs {
		name := a.agg.Fn.Func.Name
		if name != "sum" && name != "avg" || a.holds == nil {
			continue
		}
		r, ok := scaled(a.agg.Args[0])
		if !ok || b.present(r) || b.optional[b.made[r.Col].table] {
			continue
		}
		a.of = r
		if of[r.Col] == nil {
			of[r.Col] = map[string]bool{}
		}
		of[r.Col][name] = true
	}
	for _, a := range b.aggs {
		if a.of != nil && len(of[a.of.Col]) > 1 {
			a.of = nil
		}
	}
	return nil
}

// scaled is the column of which e is a multiple.
func scaled(e ir.Expr) (*ir.Ref, bool) {
	e = bare(e)
	if c, ok := e.(*ir.Call); ok && c.Fn.Func.Name == "*" {
		if isConst(c.Args[1]) {
			return scaled(c.Args[0])
		}
		if isConst(c.Args[0]) {
			return scaled(c.Args[1])
		}
	}
	r, ok := e.(*ir.Ref)
	return r, ok
}

// aggregates finds the numbers of the block in what stands above its groups.
func (b *block) aggregates() error {
	for _, d := range b.s.Out {
		if err := b.numbers(d.Expr); err != nil {
			return err
		}
	}
	if b.s.Having == nil {
		return nil
	}
	return b.numbers(b.s.Having)
}

func (b *block) numbers(e ir.Expr) error {
	var err error
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Agg:
			if err == nil {
				err = b.number(n)
			}
			return false
		case *ir.Query:
			return false // a query of its own
		}
		return err == nil
	})
	return err
}

func (b *block) number(a *ir.Agg) error {
	unwrapCase(a)
	if a.Filter != nil {
		if hasQuery(a.Filter) {
			return smallGroup(a.Filter, "compare columns with constants", "a subquery may not stand in FILTER over a table that is seen in large groups only")
		}
		if err := firstOf(b.picks(a.Filter), b.steady(a.Filter)); err != nil {
			return err
		}
	}
	if len(a.Order) > 0 || len(a.Within) > 0 {
		return b.noNumber(a)
	}
	var err error
	asked := a.T
	switch a.Fn.Func.Name {
	case "count":
		err = b.count(a)
	case "sum", "avg":
		err = b.sum(a)
	default:
		err = b.noNumber(a)
	}
	if err == nil {
		b.aggs = append(b.aggs, &aggregate{agg: a, holds: b.holds(a), as: asked})
	}
	return err
}

func (b *block) noNumber(a *ir.Agg) error {
	return smallGroup(a, "use count, sum or avg", "%s may show the value of one row, and this table is seen in large groups only", a.Fn.Func.Name)
}

// count requires count(*), count(column) or count(DISTINCT column).
func (b *block) count(a *ir.Agg) error {
	if a.Star || len(a.Args) == 0 {
		return b.someRoot(a)
	}
	if _, constant := a.Args[0].(*ir.Const); constant {
		return b.someRoot(a)
	}
	id, ok := column(a.Args[0])
	p, mine := b.made[id]
	if !ok || !mine {
		return smallGroup(a, "count a column, or count(*) FILTER (WHERE ...)", "only columns are counted in a table that is seen in large groups only")
	}
	if g := b.view.tables[p.table.Table.ID].group; a.Distinct && g != nil && g.Entity == p.of {
		return nil // entities are counted once, however often a join repeats them
	}
	if a.Distinct {
		return b.someRoot(a)
	}
	return b.once(a, p.table)
}

// someRoot requires that a row of the join is a row of one of its tables.
func (b *block) someRoot(a *ir.Agg) error {
	for _, t := range b.tables {
		if b.root(t) {
			return nil
		}
	}
	return b.repeated(a)
}

// once requires that no join repeats rows of t.
func (b *block) once(a *ir.Agg, t *ir.Table) error {
	if b.root(t) {
		return nil
	}
	return b.repeated(a)
}

func (b *block) repeated(a *ir.Agg) error {
	return smallGroup(a, "leave out the join that repeats them, or count DISTINCT persons or things", "a join repeats the rows that this counts")
}

// sum requires SUM or AVG of a column, or of columns of one row and constants
// under + - *.
func (b *block) sum(a *ir.Agg) error {
	if a.Distinct {
		return smallGroup(a, "leave out DISTINCT", "DISTINCT may leave out one row, and this table is seen in large groups only")
	}
	degree, err := b.summand(a.Args[0])
	ts := b.tablesOf(a.Args[0])
	switch {
	case err != nil:
		return err
	case len(ts) > 1:
		return smallGroup(a.Args[0], "sum columns of one table", "columns of two tables may not be weighed against each other in a table that is seen in large groups only")
	case degree > 2, degree == 2 && b.view.tables[ts[0].Table.ID].group != nil:
		return smallGroup(a.Args[0], "sum each column by itself, or multiply by a constant", "a product of columns may be one row's value, and 0 for all others, in a table that is seen in large groups only")
	}
	widen(a)
	if err := b.steady(a.Args[0]); err != nil {
		return err
	}
	if len(ts) == 0 {
		return b.someRoot(a)
	}
	return b.once(a, ts[0])
}

// summand is how many columns are multiplied in e. Of a table with a minimum group
// that is one: sum(salary * (dept - 1) * (dept - 2)) is of the rows of all other
// departments, and sum(x * x), sum(x * x * x) and so on give each x. For the same
// reason nothing rounds what was calculated: (x + 9007199254740992)::float8 is even.
func (b *block) summand(e ir.Expr) (degree int, err error) {
	if _, ok := e.(*ir.Const); ok {
		return 0, nil
	}
	if r, ok := e.(*ir.Ref); ok {
		if p := b.made[r.Col]; b.one[r.Col] {
			return 0, smallGroup(e, "use a column that many rows share", "%s tells rows one by one, and may not be summed", b.name(p))
		}
		return 1, nil
	}
	if c, ok := e.(*ir.Cast); ok && keepsNumber(c) {
		return b.summand(c.X)
	}
	if c, ok := e.(*ir.Call); ok && len(c.Args) == 2 {
		name := c.Fn.Func.Name
		l, lerr := b.summand(c.Args[0])
		r, rerr := b.summand(c.Args[1])
		switch name {
		case "*":
			return l + r, firstOf(lerr, rerr)
		case "+", "-":
			return max(l, r), firstOf(lerr, rerr)
		}
	}
	return 0, smallGroup(e, "sum a column; for a condition write sum(column) FILTER (WHERE ...), or count(*) FILTER (WHERE ...)",
		"only columns, and + - * of them and constants, are summed in a table that is seen in large groups only")
}

// keepsNumber reports whether a cast leaves what was calculated as it is, or is of
// a column or a constant.
func keepsNumber(c *ir.Cast) bool {
	exact := c.X.Type().IsInteger() && numeric(c) && !c.Mod.Set || c.Implicit && c.X.Type().IsInteger() && c.T.IsInteger()
	return exact || plain(c) && c.X.Type().IsNumber() && c.T.IsNumber()
}

// widen makes arithmetic of whole numbers one of numerics, which has no end that
// a factor could move to somebody's value.
func widen(a *ir.Agg) {
	if c, ok := a.Args[0].(*ir.Call); !ok || !c.T.IsInteger() && !numeric(c) {
		return
	}
	var wide func(ir.Expr) ir.Expr
	wide = func(e ir.Expr) ir.Expr {
		if c, ok := e.(*ir.Call); ok {
			return op(c.Fn.Func.Name, wide(c.Args[0]), wide(c.Args[1]))
		}
		if c, ok := e.(*ir.Cast); ok && c.X.Type().IsInteger() {
			return wide(c.X)
		}
		return as(e, types.Of(types.Numeric))
	}
	a.Args[0] = wide(a.Args[0])
	m, err := a.Fn.Func.Resolve([]types.Type{a.Args[0].Type()})
	if err != nil {
		panic("policy: groups: " + err.Error())
	}
	a.Fn, a.T = m.Sig, m.Result
}

// unwrapCase makes sum(CASE WHEN p THEN x ELSE 0 END) the same as sum(x) FILTER
// (WHERE p), which counts whom it is of. A sum of nobody is NULL then and not 0,
// and is not shown either way.
func unwrapCase(a *ir.Agg) {
	if a.Distinct || len(a.Args) != 1 {
		return
	}
	c, ok := a.Args[0].(*ir.Case)
	if !ok || len(c.Arms) != 1 || !nothing(c.Else, a.Fn.Func.Name == "sum") {
		return
	}
	a.Filter = both(a.Filter, c.Arms[0].When)
	a.Args[0] = c.Arms[0].Then
}

// nothing reports whether ELSE x adds nothing: NULL or, to a sum, 0.
func nothing(x ir.Expr, sum bool) bool {
	for c, ok := x.(*ir.Cast); ok; c, ok = x.(*ir.Cast) {
		x = c.X
	}
	if x == nil {
		return true
	}
	k, ok := x.(*ir.Const)
	return ok && (k.Value.IsNull() || sum && k.T.IsNumber() && k.Value.Format(k.T, nil) == "0")
}

// holds is the condition under which a row counts in a.
func (b *block) holds(a *ir.Agg) ir.Expr {
	cond := a.Filter
	for _, x := range a.Args {
		if b.present(x) {
			continue
		}
		cond = both(cond, &ir.Is{X: x, What: ir.IsNull, Not: true})
	}
	return cond
}

// present reports whether x is never NULL.
func (b *block) present(x ir.Expr) bool {
	if c, ok := x.(*ir.Const); ok {
		return !c.Value.IsNull()
	}
	if c, ok := x.(*ir.Cast); ok {
		return b.present(c.X)
	}
	if c, ok := x.(*ir.Call); ok { // + - * of summands
		return !slices.ContainsFunc(c.Args, func(a ir.Expr) bool { return !b.present(a) })
	}
	id, ok := column(x)
	p, mine := b.made[id]
	if !ok || !mine || b.optional[p.table] {
		return false
	}
	s := b.view.tables[p.table.Table.ID]
	if s.group != nil && s.group.Entity == p.of && s.columns[p.of].keeps() {
		return true // rows without an entity are of nobody
	}
	as := p.table.Table.Column(p.of)
	if s.columns[p.of].mask.Show == Aggregate {
		as = s.stored.Column(p.of) // as it is
	}
	return as.NotNull && !b.view.loose()
}

// loose reports whether the engine may read NULL from a column that is declared
// without: SQLite stores what does not fit a column's type, MySQL and MariaDB days
// that there are not.
func (v *view) loose() bool {
	switch v.full.Engine {
	case catalog.SQLite, catalog.MariaDB, catalog.MySQL, catalog.Trino: // what Trino's connectors say of columns, nobody checks
		return true
	case catalog.Postgres, catalog.DuckDB:
		return false
	case catalog.NoEngine:
		panic("policy: a catalog without an engine")
	default:
		panic("policy: unknown engine")
	}
}
