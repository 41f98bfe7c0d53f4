package policy

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
)

// duckTotal reports whether e, which is total elsewhere, is so on DuckDB; of its
// decimals see trino.go.
func duckTotal(e ir.Expr) bool {
	c, ok := e.(*ir.Call)
	return !ok || !funcs.FailsDuckDB(c.Fn, ir.Consts(c.Args))
}

func (v *view) duckdb() bool { return v.full.Engine == catalog.DuckDB }
