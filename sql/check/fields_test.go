package check

import (
	"reflect"
	"strings"
	"testing"

	"github.com/grille-dev/grille/sql/ir"
)

// compared are the fields of the tree's nodes, and what becomes of each when the tree
// of a text is compared with the wanted one. "same" compares it; "block" does as part
// of a policy relation; what stands after "no:" is not compared, for that reason. A
// field that is missing here is new: have same compare it, then write it down. A field
// that nobody compares is one that a text may have otherwise than was allowed.
var compared = map[string]string{
	"Query":    "With Body Order Limit Offset",
	"CTE":      "Materialized Recursive Query | no, a name: Name",
	"Sort":     "Col Desc NullsFirst",
	"Select":   "From Where Grouped Keys Having Out Distinct",
	"SetOp":    "Kind All Left Right Cols",
	"Values":   "Rows Cols",
	"Def":      "Column Expr Hidden",
	"Column":   "ID Type | no, a name: Name",
	"Table":    "Table Cols | no, a name: Alias",
	"TableCol": "Column Of",
	"Guarded":  "Table Filter Pushed Cols Fence | no, words: Rules",
	"Subquery": "Query Lateral Cols | no, a name: Alias",
	"CTERef":   "CTE Cols | no, a name: Alias",
	"Self":     "CTE Cols | no, a name: Alias",
	"Join":     "Kind Left Right On",
	"FuncRel":  "Fn Args Cols Numbered | no, a name: Alias | no, a function sees what stands left of it with and without: Lateral",
	"Ref":      "Col T",
	"Const":    "Value T | no, it is of the text: From",
	"Attr":     "| no, refused: Name T",
	"Call":     "Fn Args T",
	"Cast":     "X T Mod | no, a text has none: Implicit",
	"Logic":    "Or Args",
	"Not":      "X",
	"Is":       "X What Not",
	"Case":     "Arms Else T",
	"Arm":      "When Then",
	"In":       "X Cmp List Not",
	"AnyOf":    "X Cmp All Array",
	"InQuery":  "Row Op Cmp All Not Query",
	"Exists":   "Query",
	"Scalar":   "Query T",
	"List":     "Items T",
	"Agg":      "Fn Args Star Distinct Order Within Filter T",
	"SortExpr": "X Desc NullsFirst",
	"Over":     "Fn Args Star Filter Window T",
	"Window":   "Partition Order Frame",
	"Frame":    "Mode Start End From To Exclude",
}

func TestEveryFieldIsCompared(t *testing.T) {
	nodes := []any{ir.Query{}, ir.CTE{}, ir.Sort{}, ir.Select{}, ir.SetOp{}, ir.Values{}, ir.Def{}, ir.Column{}, ir.Table{}, ir.TableCol{},
		ir.Guarded{}, ir.Subquery{}, ir.CTERef{}, ir.Self{}, ir.Join{}, ir.FuncRel{}, ir.Ref{}, ir.Const{}, ir.Attr{}, ir.Call{}, ir.Cast{}, ir.Logic{},
		ir.Not{}, ir.Is{}, ir.Case{}, ir.Arm{}, ir.In{}, ir.AnyOf{}, ir.InQuery{}, ir.Exists{}, ir.Scalar{}, ir.List{}, ir.Agg{}, ir.SortExpr{},
		ir.Over{}, ir.Window{}, ir.Frame{}}
	if len(nodes) != len(compared) {
		t.Errorf("%d nodes, and %d are written down", len(nodes), len(compared))
	}
	for _, n := range nodes {
		typ := reflect.TypeOf(n)
		known := map[string]bool{"Span": true}
		for _, part := range strings.Split(compared[typ.Name()], "|") {
			if _, names, reason := strings.Cut(part, ":"); reason {
				part = names // behind why they are not
			}
			for _, f := range strings.Fields(part) {
				known[f] = true
				if _, ok := typ.FieldByName(f); !ok {
					t.Errorf("%s has no field %s any more", typ.Name(), f)
				}
			}
		}
		for i := range typ.NumField() {
			if f := typ.Field(i).Name; !known[f] {
				t.Errorf("%s.%s is not compared", typ.Name(), f)
			}
		}
	}
}
