package emit

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// postgres: the session's search_path is pg_catalog, so operators are plain
// symbols; functions and types are qualified all the same.
//
// The 0 of a fence is a text, which the parser makes a bigint of at once. That of
// OFFSET 0 is an integer with a cast around it, for which the planner takes the
// subquery to be cut somewhere, and computes what stands above it in one process
// (limit_needed, as asked by set_rel_consider_parallel; PostgreSQL 15). A million
// rows took twice as long.
var postgres = dialect{
	engine:        catalog.Postgres,
	lower:         postgresRewrites,
	fence:         " OFFSET '0'",
	cross:         "CROSS JOIN",
	groupByAll:    " GROUP BY ()",
	unknown:       "UNKNOWN",
	lateral:       true,
	ordinality:    true,
	nameRows:      true,
	distinctPairs: true,
	mixedRows:     true,
	quantifiers:   true,
	sortsValues:   true,
	nested:        true,
	recursion:     &recursion{begin: unmodified},
	materializes:  true,

	spelling: func(s *funcs.Sig) string {
		switch {
		case s.Postgres != "":
			return s.Postgres
		case s.Func.Class != funcs.Operator:
			return "pg_catalog." + s.Func.Name + "({*})"
		case len(s.Params) == 1:
			return "({op} {1})"
		default:
			return "({1} {op} {2})"
		}
	},
	// The type of a bare $1 is guessed from its surroundings, and is then
	// another than bind's: salary / $1 makes an integer of 2.5.
	param: func(p *printer, n int, t types.Type) {
		p.str("CAST($")
		p.int(n)
		p.str(" AS ", t.SQL(), ")")
	},
	null: func(p *printer, t types.Type) { p.str("CAST(NULL AS ", t.SQL(), ")") },
	// Implicit casts are written out, too: PostgreSQL knows overloads that the
	// function table does not, and length(bpchar) is not length(CAST(bpchar AS text)).
	cast: func(p *printer, e *ir.Cast) {
		p.str("CAST(")
		p.expr(e.X)
		p.str(" AS ", e.T.SQLMod(e.Mod), ")")
	},
	// A domain has arrays, and may have overloads, of its own.
	read: func(p *printer, alias string, _ *catalog.Table, c *catalog.Column) {
		if c.Recast {
			p.str("CAST(")
			defer p.str(" AS ", c.Type.SQL(), ")")
		}
		p.str(alias, ".")
		p.quote(c.Name)
	},
	collation: func(types.Type) string { return "" },
	plain:     func(types.Type) string { return "" },
	quantified: func(p *printer, e *ir.AnyOf) {
		p.str("(")
		p.expr(e.X)
		p.str(" ", e.Cmp.Func.Name)
		if e.All {
			p.str(" ALL (")
		} else {
			p.str(" ANY (")
		}
		if _, subquery := e.Array.(*ir.Scalar); subquery {
			// A bare subquery here would be one whose rows are compared.
			p.str("CAST(")
			p.expr(e.Array)
			p.str(" AS ", e.Array.Type().SQL(), ")))")
			return
		}
		p.expr(e.Array)
		p.str("))")
	},
	list: func(p *printer, e *ir.List) {
		if len(e.Items) == 0 {
			p.str("CAST(ARRAY[] AS ", e.T.SQL(), ")")
			return
		}
		p.str("ARRAY[")
		p.exprs(e.Items)
		p.str("]")
	},
	scalar: func(p *printer, e *ir.Scalar) { p.subquery(e.Query) },
	orderedSet: func(p *printer, e *ir.Agg, s spell) {
		filter := s.tail
		s.tail = func() {
			p.str(" WITHIN GROUP (")
			p.orderBy(e.Within, "ORDER BY ")
			p.str(")")
			if filter != nil {
				filter()
			}
		}
		p.spell(p.spelling(e, e.Fn), s)
	},
	frame: func(*printer, *ir.Over) {},
}
