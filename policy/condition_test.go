package policy_test

import (
	"testing"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// NewCondition looks for itself at what bind refuses as well: a condition that
// somebody builds by hand opens no more than one that is read from a file.
func TestConditionsByHand(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	stored := w.cat.All().Lookup("", "patients")
	over := &ir.Table{Table: stored, Alias: "patients"}
	for i, c := range stored.Columns {
		over.Cols = append(over.Cols, ir.TableCol{Column: ir.Column{ID: ir.ColID(i + 1), Name: c.Name, Type: c.Type}, Of: c.ID})
	}
	integer, list := types.Of(types.Int4), types.ArrayOf(types.Int4)
	ward := func() ir.Expr { return &ir.Ref{Col: 5, T: integer} }
	wards := &ir.Attr{Name: "wards", T: list}
	operator := func(symbol string, a, b types.Type) *funcs.Sig {
		m, err := funcs.FindOperator(symbol).Resolve([]types.Type{a, b})
		if err != nil {
			t.Fatal(err)
		}
		return m.Sig
	}
	equal := operator("=", integer, integer)
	member := func() ir.Expr { return &ir.AnyOf{X: ward(), Cmp: equal, Array: wards} }
	boolean := types.Of(types.Bool)
	attrs := map[string]policy.Attribute{"wards": {Type: integer, List: true}, "level": {Type: integer}}
	try := func(e ir.Expr) error {
		_, err := policy.NewCondition(e, over, attrs, "by hand")
		return err
	}

	for name, e := range map[string]ir.Expr{
		"member":        member(),
		"or":            &ir.Logic{Or: true, Args: []ir.Expr{member(), &ir.Is{X: ward(), What: ir.IsNull}}},
		"level":         &ir.Not{X: &ir.Call{Fn: equal, Args: []ir.Expr{ward(), &ir.Attr{Name: "level", T: integer}}, T: boolean}},
		"list as items": &ir.In{X: ward(), Cmp: equal, List: []ir.Expr{wards}},
	} {
		if err := try(e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, e := range map[string]ir.Expr{
		"nothing":              nil,
		"no boolean":           ward(),
		"under NOT":            &ir.Not{X: member()},
		"under IS FALSE":       &ir.Is{X: member(), What: ir.IsFalse},
		"in CASE":              &ir.Case{Arms: []ir.Arm{{When: member(), Then: &ir.Const{Value: types.BoolOf(false), T: boolean}}}, T: boolean},
		"all":                  &ir.AnyOf{X: ward(), Cmp: equal, All: true, Array: wards},
		"another comparison":   &ir.AnyOf{X: ward(), Cmp: operator("<>", integer, integer), Array: wards},
		"not in":               &ir.In{X: ward(), Cmp: equal, List: []ir.Expr{wards}, Not: true},
		"undeclared":           &ir.Call{Fn: equal, Args: []ir.Expr{ward(), &ir.Attr{Name: "other", T: integer}}, T: boolean},
		"of another type":      &ir.Call{Fn: equal, Args: []ir.Expr{ward(), &ir.Attr{Name: "level", T: types.Of(types.Int8)}}, T: boolean},
		"list as a value":      &ir.Is{X: wards, What: ir.IsNull},
		"of nothing":           &ir.Is{X: &ir.Ref{Col: 99, T: integer}, What: ir.IsNull},
		"constant":             &ir.Const{Value: types.BoolOf(true), T: boolean},
		"division":             &ir.Call{Fn: equal, Args: []ir.Expr{&ir.Call{Fn: operator("/", integer, integer), Args: []ir.Expr{ward(), ward()}, T: integer}, ward()}, T: boolean},
		"aggregate":            &ir.Is{X: &ir.Agg{Fn: equal, T: integer}, What: ir.IsNull},
		"window":               &ir.Is{X: &ir.Over{Fn: equal, T: integer}, What: ir.IsNull},
		"scalar":               &ir.Is{X: &ir.Scalar{Query: &ir.Query{Body: &ir.Select{}}, T: integer}, What: ir.IsNull},
		"guarded in a query":   &ir.Exists{Query: &ir.Query{Body: &ir.Select{From: &ir.Guarded{Table: over}, Where: member()}}},
		"a query without FROM": &ir.Exists{Query: &ir.Query{Body: &ir.Select{Where: member()}}},
		"values":               &ir.Exists{Query: &ir.Query{Body: &ir.Values{Rows: [][]ir.Expr{{ward()}}}}},
	} {
		if try(e) == nil {
			t.Errorf("%s is taken as a condition", name)
		}
	}
}
