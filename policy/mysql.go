package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// What [ir.Total] says of PostgreSQL is not all true on MariaDB and MySQL. Between
// time zones they convert the years 1970 to 2038 only, and package emit prints the
// rest as a failure: CAST(at AS date) of a hidden row from the year 1969. And texts
// that are joined become NULL, with a warning that run/mysql refuses, once they are
// longer than a packet, which may be far shorter than what is long elsewhere; so do
// those whose characters are replaced by longer ones.
// A sum or product of numerics fails where it may have more than 65 digits.

func mysqlFamily(e catalog.Engine) bool { return e == catalog.MariaDB || e == catalog.MySQL }

// mysqlTotal reports whether e, which is total elsewhere, is so on MariaDB and MySQL.
func mysqlTotal(e ir.Expr) bool {
	switch e := e.(type) {
	case *ir.Call:
		if e.Fn.Func.Name == "translate" {
			return false
		}
		return !joins(e) && !clamps(e) && !converts(e.Fn, e.T)
	case *ir.Cast:
		return (e.X.Type().Kind == types.TimestampTZ) == (e.T.Kind == types.TimestampTZ)
	case *ir.In:
		return !converts(e.Cmp, e.Type())
	case *ir.AnyOf:
		return !converts(e.Cmp, e.Type())
	case *ir.InQuery:
		return !slices.ContainsFunc(e.Cmp, func(s *funcs.Sig) bool { return converts(s, e.Type()) })
	case *ir.Ref, *ir.Const, *ir.Attr, *ir.Logic, *ir.Not, *ir.Is, *ir.Case, *ir.Exists, *ir.Scalar, *ir.List, *ir.Agg, *ir.Over:
		return true
	default:
		panic("policy: unknown expression")
	}
}

// converts reports whether a call makes something else of a point in time, or
// compares one with something else: then the asker's clock counts.
func converts(s *funcs.Sig, result types.Type) bool {
	points, others := 0, 0
	for _, t := range append(slices.Clone(s.Params), result) {
		switch t.Kind {
		case types.TimestampTZ:
			points++
		case types.Bool: // whether it holds
		default:
			others++
		}
	}
	return points > 0 && others > 0
}

// clamps reports whether a call makes a numeric of more digits than it is given.
func clamps(c *ir.Call) bool {
	return c.T.Kind == types.Numeric && len(c.Args) == 2 && slices.Contains([]string{"+", "-", "*"}, c.Fn.Func.Name)
}
