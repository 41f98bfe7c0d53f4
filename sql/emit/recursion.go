package emit

import (
	"strconv"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// A recursive WITH item need not end. So each reading of one asks for one row more
// than it may have, and fails where there is one. PostgreSQL makes no more rows of
// a recursion than are asked for; the other engines are also told to stop in it.

// MostRows is how many rows a recursive WITH item may have.
const MostRows = 100_000

// Endless stands in what an engine says when a recursive WITH item has more: this
// text is no number.
const Endless = "rows of a recursion: "

// recursion is how an engine says a recursive WITH item.
type recursion struct {
	// begin prints an output of the block that the recursive WITH item c begins with,
	// and step one of the block that goes on. nil: as any other.
	begin, step func(p *printer, c *ir.CTE, d ir.Def, first bool)
}

// recursionBounded puts a block around each reading of a recursive WITH item w:
//
//	(SELECT a, b FROM (SELECT a, b, row_number() OVER () AS n FROM w LIMIT 100001) AS t
//	WHERE CASE WHEN n > 100000 THEN CAST('rows of ...' || n AS int8) > 0 ELSE TRUE END LIMIT 100001)
//
// The outer LIMIT cuts nothing: below it no condition of the reader may sink, which
// would leave out the last row before it fails.
func recursionBounded(over func(n ir.Expr) ir.Expr) rewrite {
	return rewrite{
		name:  "recursion-bounded",
		wants: func(n ir.Node) bool { r, ok := n.(*ir.CTERef); return ok && r.CTE.Recursive },
		apply: func(l *lowering, q *ir.Query) {
			ir.Rewrite(q, func(r ir.Rel) ir.Rel {
				if ref, ok := r.(*ir.CTERef); ok && ref.CTE.Recursive && !l.guarded[r] {
					return l.bounded(ref, over)
				}
				return r
			}, nil)
		},
	}
}

// overByCast fails with the words [Endless]. It has the number of the row in it, or
// engines would compute it before there is a row.
func overByCast(n ir.Expr) ir.Expr {
	text := types.Of(types.Text)
	x := operation("||", &ir.Const{Value: types.TextOf(Endless), T: text}, &ir.Cast{X: n, T: text})
	return moreThan(&ir.Cast{X: x, T: types.Of(types.Int8)}, 0)
}

// overByCall is a function of ours.
func overByCall(n ir.Expr) ir.Expr {
	m, err := funcs.FindInternal("recursion_over").Resolve([]types.Type{n.Type()})
	if err != nil {
		panic("emit: the function table has no recursion_over()")
	}
	return &ir.Call{Fn: m.Sig, Args: []ir.Expr{n}, T: m.Result}
}

func (l *lowering) bounded(r *ir.CTERef, over func(n ir.Expr) ir.Expr) ir.Rel {
	int8 := types.Of(types.Int8)
	read := &ir.CTERef{Span: r.Span, CTE: r.CTE, Alias: r.Alias, Cols: l.renewed(r.Cols)}
	number := ir.Def{Column: ir.Column{ID: l.id(), Type: int8}, Expr: &ir.Over{Fn: sigOf("row_number"), T: int8}}
	rows := &ir.Select{From: read, Out: append(l.outputs(read.Cols), number)}
	sub := &ir.Subquery{Query: &ir.Query{Body: rows, Limit: bigint(MostRows + 1)}, Cols: l.renewed(ir.Outputs(rows))}
	last := len(sub.Cols) - 1
	n := &ir.Ref{Col: sub.Cols[last].ID, T: int8}
	within := &ir.Case{
		Arms: []ir.Arm{{When: moreThan(n, MostRows), Then: over(n)}},
		Else: truth(true), T: types.Of(types.Bool),
	}
	out := &ir.Select{From: sub, Out: l.outputs(sub.Cols[:last]), Where: within}
	return &ir.Subquery{Span: r.Span, Query: &ir.Query{Body: out, Limit: bigint(MostRows + 1)}, Alias: r.Alias, Cols: r.Cols}
}

// renewed are cols under new identities.
func (l *lowering) renewed(cols []ir.Column) []ir.Column {
	out := make([]ir.Column, len(cols))
	for i, c := range cols {
		out[i] = ir.Column{ID: l.id(), Name: c.Name, Type: c.Type}
	}
	return out
}

func bigint(n int64) *ir.Const { return &ir.Const{Value: types.IntOf(n), T: types.Of(types.Int8)} }

// recursionCut ends a recursion after one row more than it may have: SQLite makes
// all rows of one that is read twice before it gives any.
var recursionCut = rewrite{
	name:  "recursion-cut",
	wants: recurses,
	apply: func(l *lowering, q *ir.Query) {
		recursive(q, func(c *ir.CTE) { c.Query.Limit = bigint(MostRows + 1) })
	},
}

// recursionBegun puts a block around what a recursion begins with, whose outputs the
// dialect casts (begin): engines take the types of the columns from there, with the
// length of a varchar and the scale of a numeric, and refuse or cut what a step makes
// longer.
var recursionBegun = rewrite{
	name:  "recursion-begun",
	wants: recurses,
	apply: func(l *lowering, q *ir.Query) {
		recursive(q, func(c *ir.CTE) {
			s := c.Query.Body.(*ir.SetOp)
			sub := &ir.Subquery{Query: s.Left, Cols: l.renewed(ir.Outputs(s.Left.Body))}
			s.Left = &ir.Query{Body: &ir.Select{From: sub, Out: l.outputs(sub.Cols)}}
		})
	},
}

func recurses(n ir.Node) bool {
	q, ok := n.(*ir.Query)
	found := false
	if ok {
		for _, c := range q.With {
			found = found || c.Recursive
		}
	}
	return found
}

// recursive calls f for each recursive WITH item of q.
func recursive(q *ir.Query, f func(*ir.CTE)) {
	above(q, func(n ir.Node) {
		if q, ok := n.(*ir.Query); ok {
			for _, c := range q.With {
				if c.Recursive {
					f(c)
				}
			}
		}
	})
}

// terms has the blocks of the recursive WITH item c printed as the dialect wants.
func (p *printer) terms(c *ir.CTE) {
	p.again = true
	if p.d.recursion == nil {
		p.refuse(c.Query, "ask without recursion", "%s cannot be asked a recursive query", p.d.engine)
		return
	}
	s := c.Query.Body.(*ir.SetOp)
	if b, ok := s.Left.Body.(*ir.Select); ok && p.d.recursion.begin != nil {
		p.outs[b] = func(d ir.Def, first bool) { p.d.recursion.begin(p, c, d, first) }
	}
	if b := s.Right.Body.(*ir.Select); p.d.recursion.step != nil {
		p.outs[b] = func(d ir.Def, first bool) { p.d.recursion.step(p, c, d, first) }
	}
}

// unmodified is d without the modifier that a stored column may have.
func unmodified(p *printer, _ *ir.CTE, d ir.Def, _ bool) {
	p.str("CAST(")
	p.expr(d.Expr)
	p.str(" AS ", d.Type.SQL(), ")")
}

// MariaDB and MySQL make all rows of a recursion before they give any, and MariaDB
// knows no limit of them. So a variable of the session counts those that the steps
// give, and the sum that is no bigint ends it. Of a UNION it counts rows that
// are there already too, so it lets ten times as many pass.

func (m mysql) begin(p *printer, c *ir.CTE, d ir.Def, first bool) {
	as, ok := m.wide(d.Type)
	if !ok {
		p.refuse(d.Expr, "leave it out of the recursion", "%s cannot carry values of type %s through a recursion", m.engine, d.Type)
	}
	if first {
		p.str("CASE WHEN (", counter(p, c), " := 0) = 0 THEN ")
	}
	p.spell(as, spell{at: d.Expr, args: []ir.Expr{d.Expr}, arg: p.expr})
	if first {
		p.str(" END")
	}
}

func (m mysql) step(p *printer, c *ir.CTE, d ir.Def, first bool) {
	if !first {
		p.operand(d.Expr)
		return
	}
	most := MostRows
	if !c.Query.Body.(*ir.SetOp).All {
		most *= 10
	}
	n := counter(p, c)
	p.str("CASE WHEN ", strconv.Itoa(1<<63-1-most), " + (", n, " := CAST(", n, " AS SIGNED) + 1) > 0 THEN ")
	p.operand(d.Expr)
	p.str(" END")
}

func counter(p *printer, c *ir.CTE) string { return "@grille_" + p.ctes[c] }

// wide is the template of a value of type t that a column of a recursion begins
// with, so wide that it takes what a step may make of it.
func (m mysql) wide(t types.Type) (string, bool) {
	switch t.Kind {
	case types.Bool, types.Int2, types.Int4, types.Int8:
		return "CAST({1} AS SIGNED)", true
	case types.Float8:
		return "CAST({1} AS DOUBLE)", true
	case types.Date:
		return "CAST({1} AS DATE)", true
	case types.Time:
		return "CAST({1} AS TIME(6))", true
	case types.Timestamp, types.TimestampTZ:
		return "CAST({1} AS DATETIME(6))", true
	case types.Text, types.Varchar, types.Bpchar, types.Enum, types.UUID, types.JSON, types.JSONB:
		return "(COALESCE({1}, CAST(NULL AS CHAR(4194304)))" + m.collate + ")", true // a LONGTEXT
	default:
		return "", false
	}
}
