package check

import (
	"maps"
	"strings"

	"github.com/sqlc-dev/meyer/ast"
	"github.com/sqlc-dev/meyer/parser"
)

// readsAlike asks a parser of SQLite's whole grammar what it makes of a text that our
// reader has passed: one SELECT, of nodes that are listed here, with as many blocks,
// tables, functions, columns and parameters of the same names. So that our reader, which
// knows no grammar, has understood what SQLite will.
func readsAlike(text string, ps []piece) error {
	stmts, err := parser.ParseString(text)
	if err != nil {
		return fault("it is not SQLite's: %v", err)
	}
	if len(stmts) != 1 {
		return fault("it is more than one statement")
	}
	theirs, ours := census{}, census{}
	if !theirs.statement(stmts[0]) {
		return fault("it has something that nothing is printed with")
	}
	ours.pieces(ps)
	if !maps.Equal(theirs, ours) {
		return fault("SQLite's grammar reads it otherwise")
	}
	return nil
}

// census counts what stands in a text.
type census map[string]int

// statement counts what stands in a SELECT; false: something else does.
func (c census) statement(s ast.Stmt) bool {
	fine := true
	ast.Walk(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectQuery:
			c["block"]++
		case *ast.TableRef:
			fine = fine && n.IndexedBy == nil && !n.NotIndexed && len(n.Using) == 0
			if q := n.Name; q != nil && q.Schema != nil {
				c["table "+q.Schema.Name+"."+q.Name.Name]++
			} else if n.HasArgs {
				c["function "+n.Name.Name.Name]++
			}
		case *ast.FuncCall:
			c["function "+n.Name.Name]++
		case *ast.QualifiedRef:
			fine = fine && len(n.Parts) == 2
			c["column "+n.Parts[0].Name+"."+n.Parts[1].Name]++
		case *ast.BindParam:
			fine = fine && n.Kind == ast.ParamNumber
			c["parameter"]++
		case *ast.InExpr:
			fine = fine && n.Table == nil
		case *ast.Literal:
			fine = fine && n.Kind != ast.LitBlob && n.Kind < ast.LitCurrentDate
		case *ast.SelectStmt, *ast.CompoundOp, *ast.ValuesClause, *ast.ResultColumn, *ast.JoinOperator, *ast.QualifiedName,
			*ast.OrderingTerm, *ast.Limit, *ast.With, *ast.CTE, *ast.FrameBound, *ast.WindowDef, *ast.Ident, *ast.BinaryExpr,
			*ast.UnaryExpr, *ast.ParenExpr, *ast.IsExpr, *ast.NullCheckExpr, *ast.BetweenExpr, *ast.CaseExpr, *ast.CaseWhen,
			*ast.CastExpr, *ast.CollateExpr, *ast.ExistsExpr, *ast.SubqueryExpr, *ast.VectorExpr, *ast.TypeName:
		default:
			fine = false
		}
		return fine
	})
	return fine
}

// pieces counts the same in what our reader read.
func (c census) pieces(ps []piece) {
	for i, p := range ps {
		next := func(n int) piece {
			if i+n < len(ps) {
				return ps[i+n]
			}
			return piece{}
		}
		switch {
		case p.is("SELECT"):
			c["block"]++
		case p.kind == paramToken:
			c["parameter"]++
		case p.kind == groupToken:
			c.pieces(p.in)
		case p.kind == wordToken && next(1).kind == groupToken && !numbered(p.text, "w") && !strings.Contains(grammarList, " "+p.text+" "):
			c["function "+p.text]++
		case p.kind == wordToken && next(1).is("."):
			c["column "+p.text+"."+next(2).text]++
		case p.kind == nameToken && next(1).is("."):
			c["table "+p.text+"."+next(2).text]++
		}
	}
}
