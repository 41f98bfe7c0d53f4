package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// What [ir.Total] says of PostgreSQL is not all true on Trino and DuckDB. Where two
// decimals meet, in a comparison, a CASE or a UNION, both are brought to one type of at
// most 38 digits, and a value that does not fit fails: amount > 0.0000000000000000001
// where a hidden row has a large amount. On Trino a day that is compared with an instant becomes
// one, which very late ones cannot. A part of a document is a text only if it is a
// scalar.

// digits are those of a decimal before and after the point.
type digits struct{ whole, scale int }

// decimals tells the digits of a stored column that is shown as it is.
type decimals func(*ir.Ref) (digits, bool)

// decimals are those of the tables that a query reads.
func (f *fences) decimals(r *ir.Ref) (digits, bool) {
	d := f.trace.made[r.Col]
	if d.table == nil {
		return digits{}, false
	}
	return f.view.digits(d.table.Table.ID, d.of)
}

func (v *view) digits(table catalog.TableID, column catalog.ColumnID) (digits, bool) {
	s := v.tables[table]
	if s.columns[column].mask.masks() {
		return digits{}, false
	}
	return declaredDigits(s.stored.Column(column).Declared)
}

// trinoTotal reports whether e, which is total elsewhere, is so on Trino and DuckDB.
func (of decimals) trinoTotal(e ir.Expr) bool {
	switch e := e.(type) {
	case *ir.Call:
		if e.Fn.Func.Name == "->>" {
			return false
		}
		if e.Fn.Func.Class == funcs.Operator && e.Fn.Result.Kind != types.Bool && len(e.Args) == 1 {
			return true
		}
		return of.meet(e.Args)
	case *ir.In:
		return of.meet(append([]ir.Expr{e.X}, e.List...))
	case *ir.AnyOf:
		return oneKind(e.Cmp)
	case *ir.InQuery:
		return !slices.ContainsFunc(e.Cmp, func(c *funcs.Sig) bool { return !oneKind(c) })
	case *ir.Case:
		all := []ir.Expr{}
		for _, a := range e.Arms {
			all = append(all, a.Then)
		}
		if e.Else != nil {
			all = append(all, e.Else)
		}
		return of.meet(all)
	case *ir.List:
		return of.meet(e.Items)
	case *ir.Ref, *ir.Const, *ir.Attr, *ir.Cast, *ir.Logic, *ir.Not, *ir.Is, *ir.Exists, *ir.Scalar, *ir.Agg, *ir.Over:
		return true
	default:
		panic("policy: unknown expression")
	}
}

// oneKind reports a comparison of values that are neither numerics nor two kinds of
// days and times.
func oneKind(c *funcs.Sig) bool {
	left, right := c.Params[0], c.Params[1]
	return left.Kind != types.Numeric && (left == right || !left.IsTemporal())
}

// meet reports whether values of es can be brought to one type.
func (of decimals) meet(es []ir.Expr) bool {
	most, numerics, days := digits{}, 0, map[types.Kind]bool{}
	for _, e := range es {
		switch k := e.Type().Kind; k {
		case types.Date, types.Timestamp, types.TimestampTZ:
			days[k] = true
		case types.Numeric:
			d, known := of.digits(e)
			if numerics++; !known && len(es) > 1 {
				return false
			}
			most = digits{max(most.whole, d.whole), max(most.scale, d.scale)}
		}
	}
	return len(days) < 2 && most.whole+most.scale <= 38
}

// digits are those of a constant, of an integer, and of a stored column.
func (of decimals) digits(e ir.Expr) (digits, bool) {
	switch e := e.(type) {
	case *ir.Const:
		whole, fraction, _ := strings.Cut(strings.TrimPrefix(e.Value.Text(), "-"), ".")
		return digits{len(whole), len(fraction)}, true
	case *ir.Cast:
		n, ok := map[types.Kind]int{types.Int2: 5, types.Int4: 10, types.Int8: 19}[e.X.Type().Kind]
		return digits{n, 0}, ok && !e.Mod.Set
	case *ir.Ref:
		return of(e)
	case *ir.Attr, *ir.Call, *ir.Logic, *ir.Not, *ir.Is, *ir.Case, *ir.In, *ir.AnyOf, *ir.InQuery, *ir.Exists, *ir.Scalar, *ir.List, *ir.Agg, *ir.Over:
		return digits{}, false
	default:
		panic("policy: unknown expression")
	}
}

func declaredDigits(declared string) (digits, bool) {
	precision, scale := 0, 0
	if n, err := fmt.Sscanf(strings.ToLower(declared), "decimal(%d,%d)", &precision, &scale); err != nil || n != 2 {
		return digits{}, false
	}
	return digits{precision - scale, scale}, true
}

// unites reports whether numerics of different digits meet in a set operation of q.
func (f *fences) unites(q *ir.Query) bool {
	found := false
	ir.Walk(q, func(n ir.Node) bool {
		s, ok := n.(*ir.SetOp)
		found = found || ok && f.apart(s)
		return !found
	})
	return found
}

// apart reports whether a column of a set operation has numerics that may not be
// brought to one type: a condition that sinks into its arms takes the conversion
// along.
func (f *fences) apart(s *ir.SetOp) bool {
	if !f.view.decimals() {
		return false
	}
	left, right := ir.Outputs(s.Left.Body), ir.Outputs(s.Right.Body)
	for i := range s.Cols {
		if !decimals(f.decimals).meet([]ir.Expr{&ir.Ref{Col: left[i].ID, T: left[i].Type}, &ir.Ref{Col: right[i].ID, T: right[i].Type}}) {
			return true
		}
	}
	return false
}

// meets reports whether e compares numerics: inside of a fence none are.
func meets(e ir.Expr) bool {
	found := false
	ir.Walk(e, func(n ir.Node) bool {
		x, ok := n.(ir.Expr)
		found = found || ok && x.Type().Kind == types.Numeric
		return !found
	})
	return found
}

// decimals reports whether numerics are decimals of 38 digits.
func (v *view) decimals() bool {
	return v.full.Engine == catalog.Trino || v.full.Engine == catalog.DuckDB
}
