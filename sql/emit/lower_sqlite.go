package emit

import (
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

var sqliteRewrites = []rewrite{
	selectSomething, recursionBounded(overByCall), recursionCut, singleGroup, rightAsLeft, fullAsUnion, numberedSets, quantifiedAsAggregate,
}

// singleGroup makes a group of all rows, without a key and without an aggregate,
// the one row of a count: SELECT 1 FROM t HAVING TRUE gives one row, and SQLite
// takes HAVING for a mistake there. What stands above such a grouping refers to
// no column below it.
var singleGroup = rewrite{
	name: "single-group",
	wants: func(n ir.Node) bool {
		s, ok := n.(*ir.Select)
		return ok && s.Grouped && len(s.Keys) == 0 && !aggregates(s)
	},
	apply: func(l *lowering, q *ir.Query) {
		above(q, func(n ir.Node) {
			s, ok := n.(*ir.Select)
			if !ok || !s.Grouped || len(s.Keys) > 0 || aggregates(s) {
				return
			}
			int8 := types.Of(types.Int8)
			count := ir.Def{Column: ir.Column{ID: l.id(), Type: int8}, Expr: &ir.Agg{Fn: sigOf("count"), Star: true, T: int8}}
			below := &ir.Select{From: s.From, Where: s.Where, Grouped: true, Out: []ir.Def{count}}
			s.From = &ir.Subquery{Query: &ir.Query{Body: below}, Cols: []ir.Column{{ID: l.id(), Type: int8}}}
			s.Where, s.Having, s.Grouped = s.Having, nil, false
		})
	},
}

// rightAsLeft turns A RIGHT JOIN B around: SQLite makes no index for the side
// that it must keep, and compares each row with each.
var rightAsLeft = rewrite{
	name:  "right-as-left",
	wants: func(n ir.Node) bool { return joins(n, ir.Right) },
	apply: func(l *lowering, q *ir.Query) {
		l.joins(q, func(j *ir.Join) ir.Rel {
			if j.Kind != ir.Right {
				return j
			}
			return &ir.Join{Span: j.Span, Kind: ir.Left, Left: j.Right, Right: j.Left, On: j.On}
		})
	},
}

func joins(n ir.Node, k ir.JoinKind) bool {
	j, ok := n.(*ir.Join)
	return ok && j.Kind == k
}

// fullAsUnion makes A FULL JOIN B ON c, for the same reason,
//
//	SELECT * FROM A LEFT JOIN B ON c
//	UNION ALL
//	SELECT NULL, ..., B.* FROM B WHERE NOT EXISTS (SELECT FROM A WHERE c)
//
// under the identities of the columns of A and B.
var fullAsUnion = rewrite{
	name:  "full-as-union",
	wants: func(n ir.Node) bool { return joins(n, ir.Full) },
	apply: func(l *lowering, q *ir.Query) {
		l.joins(q, func(j *ir.Join) ir.Rel {
			if j.Kind != ir.Full {
				return j
			}
			return l.union(j)
		})
	},
}

func (l *lowering) union(j *ir.Join) *ir.Subquery {
	a, b := ir.Fresh(j, l.id), ir.Fresh(j, l.id)
	a.Kind = ir.Left
	matched := &ir.Select{From: a, Out: l.outputs(ir.Columns(a))}
	none := &ir.Select{From: b.Left, Where: b.On, Out: []ir.Def{{Column: ir.Column{ID: l.id(), Type: types.Of(types.Bool)}, Expr: truth(true)}}}
	alone := &ir.Select{From: b.Right, Where: &ir.Not{X: &ir.Exists{Query: &ir.Query{Body: none}}}}
	for _, c := range ir.Columns(b.Left) {
		alone.Out = append(alone.Out, ir.Def{Column: ir.Column{ID: l.id(), Type: c.Type}, Expr: &ir.Const{T: c.Type}})
	}
	alone.Out = append(alone.Out, l.outputs(ir.Columns(b.Right))...)
	cols := ir.Columns(j)
	both := &ir.SetOp{Kind: ir.Union, All: true, Left: &ir.Query{Body: matched}, Right: &ir.Query{Body: alone}}
	for _, c := range cols {
		both.Cols = append(both.Cols, ir.Column{ID: l.id(), Name: c.Name, Type: c.Type})
	}
	return &ir.Subquery{Span: j.Span, Query: &ir.Query{Body: both}, Cols: cols}
}

// outputs are references to cols under new identities.
func (l *lowering) outputs(cols []ir.Column) []ir.Def {
	var out []ir.Def
	for _, c := range cols {
		out = append(out, ir.Def{Column: ir.Column{ID: l.id(), Name: c.Name, Type: c.Type}, Expr: &ir.Ref{Col: c.ID, T: c.Type}})
	}
	return out
}

// numberedSets makes INTERSECT ALL and EXCEPT ALL, which SQLite lacks, from
// INTERSECT and EXCEPT: the rows of each side get numbers among their equals,
// and with them no two are equal. {a, a} EXCEPT ALL {a} is {a,1; a,2} EXCEPT
// {a,1}, which is one a, whereas EXCEPT would leave none.
var numberedSets = rewrite{
	name: "numbered-sets",
	wants: func(n ir.Node) bool {
		q, ok := n.(*ir.Query)
		return ok && countsRows(q) != nil
	},
	apply: func(l *lowering, q *ir.Query) {
		above(q, func(n ir.Node) {
			q, ok := n.(*ir.Query)
			if !ok {
				return
			}
			if s := countsRows(q); s != nil {
				q.Body = l.numbered(s)
			}
		})
	},
}

func countsRows(q *ir.Query) *ir.SetOp {
	s, ok := q.Body.(*ir.SetOp)
	if ok && s.All && s.Kind != ir.Union {
		return s
	}
	return nil
}

// numbered is s without ALL over numbered rows, with the numbers left out
// again. Its outputs keep the identities of those of s.
func (l *lowering) numbered(s *ir.SetOp) *ir.Select {
	inner := &ir.SetOp{Span: s.Span, Kind: s.Kind, Left: l.number(s.Left), Right: l.number(s.Right)}
	sub := &ir.Subquery{Query: &ir.Query{Body: inner}}
	out := &ir.Select{From: sub}
	for _, c := range ir.Outputs(inner.Left.Body) {
		inner.Cols = append(inner.Cols, ir.Column{ID: l.id(), Name: c.Name, Type: c.Type})
		sub.Cols = append(sub.Cols, ir.Column{ID: l.id(), Name: c.Name, Type: c.Type})
	}
	for i, c := range s.Cols {
		out.Out = append(out.Out, ir.Def{Column: c, Expr: &ir.Ref{Col: sub.Cols[i].ID, T: c.Type}})
	}
	return out
}

// number is q with row_number() OVER (PARTITION BY all its outputs) as a
// further output.
func (l *lowering) number(q *ir.Query) *ir.Query {
	sub := &ir.Subquery{Query: q}
	out := &ir.Select{From: sub}
	n := &ir.Over{Fn: sigOf("row_number"), T: types.Of(types.Int8)}
	for _, c := range ir.Outputs(q.Body) {
		col := ir.Column{ID: l.id(), Name: c.Name, Type: c.Type}
		sub.Cols = append(sub.Cols, col)
		ref := &ir.Ref{Col: col.ID, T: c.Type}
		out.Out = append(out.Out, ir.Def{Column: ir.Column{ID: l.id(), Name: c.Name, Type: c.Type}, Expr: ref})
		n.Window.Partition = append(n.Window.Partition, ir.Clone(ref))
	}
	out.Out = append(out.Out, ir.Def{Column: ir.Column{ID: l.id(), Type: n.T}, Expr: n})
	return &ir.Query{Body: out}
}

// quantifiedAsAggregate makes x > ALL (q) and its like, which SQLite lacks, a
// scalar subquery that counts over q what x > y is: with ANY true if it is true
// once, else NULL if it is NULL once, else false; with ALL the same of false.
// IN and NOT IN, that is = ANY and its NOT, SQLite knows.
var quantifiedAsAggregate = rewrite{
	name: "quantified-as-aggregate",
	wants: func(n ir.Node) bool {
		in, ok := n.(*ir.InQuery)
		return ok && quantified(in)
	},
	apply: func(l *lowering, q *ir.Query) {
		l.exprs(q, func(e ir.Expr) ir.Expr {
			if in, ok := e.(*ir.InQuery); ok && quantified(in) {
				return l.counted(in)
			}
			return e
		})
	},
}

// quantified leaves out what SQLite would compute in the wrong block: an
// aggregate of the outer query. The dialect refuses that.
func quantified(in *ir.InQuery) bool {
	if in.Op == "=" && !in.All || len(in.Row) != 1 {
		return false
	}
	fine := true
	ir.Walk(in.Row[0], func(n ir.Node) bool {
		switch n.(type) {
		case *ir.Agg, *ir.Over:
			fine = false
		}
		return fine
	})
	return fine
}

func (l *lowering) counted(in *ir.InQuery) ir.Expr {
	boolean := types.Of(types.Bool)
	out := ir.Outputs(in.Query.Body)[0]
	col := ir.Column{ID: l.id(), Name: out.Name, Type: out.Type}
	holds := &ir.Call{Fn: in.Cmp[0], Args: []ir.Expr{in.Row[0], &ir.Ref{Col: col.ID, T: col.Type}}, T: boolean}
	fails := &ir.Not{X: ir.Clone[ir.Expr](holds)}
	decisive, first, last := ir.Expr(holds), true, false
	if in.All {
		decisive, first, last = fails, false, true
	}
	verdict := &ir.Case{T: boolean, Else: truth(last), Arms: []ir.Arm{
		{When: l.occurs(decisive), Then: truth(first)},
		{When: l.occurs(&ir.Is{X: ir.Clone[ir.Expr](holds), What: ir.IsNull}), Then: &ir.Const{T: boolean}},
	}}
	block := &ir.Select{
		From:    &ir.Subquery{Query: in.Query, Cols: []ir.Column{col}},
		Grouped: true,
		Out:     []ir.Def{{Column: ir.Column{ID: l.id(), Type: boolean}, Expr: verdict}},
	}
	return &ir.Scalar{Span: in.Span, Query: &ir.Query{Body: block}, T: boolean}
}

// occurs is count(*) FILTER (WHERE cond) > 0.
func (l *lowering) occurs(cond ir.Expr) ir.Expr {
	int8 := types.Of(types.Int8)
	return moreThan(&ir.Agg{Fn: sigOf("count"), Star: true, Filter: cond, T: int8}, 0)
}

// moreThan is e > n, of a bigint.
func moreThan(e ir.Expr, n int64) ir.Expr {
	return operation(">", e, bigint(n))
}

// operation is a op b, of one type that op takes as it is.
func operation(op string, a, b ir.Expr) ir.Expr {
	m, err := funcs.FindOperator(op).Resolve([]types.Type{a.Type(), b.Type()})
	if err != nil {
		panic("emit: the function table has no such " + op)
	}
	return &ir.Call{Fn: m.Sig, Args: []ir.Expr{a, b}, T: m.Result}
}

func truth(b bool) ir.Expr { return &ir.Const{Value: types.BoolOf(b), T: types.Of(types.Bool)} }

// sigOf is the overload of name without arguments.
func sigOf(name string) *funcs.Sig {
	m, err := funcs.Find(name).Resolve(nil)
	if err != nil {
		panic("emit: the function table has no " + name + "()")
	}
	return m.Sig
}
