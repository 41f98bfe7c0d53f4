package model

import (
	"crypto/rand"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// testPrompt asks about one table with one column, open to everybody.
func testPrompt(t *testing.T, off viewer.Switches) egress.Prompt {
	t.Helper()
	visits := &catalog.Table{ID: 1, Schema: "public", Name: "visits",
		Columns: []*catalog.Column{{ID: 1, Name: "id", Type: types.Of(types.Int4)}}}
	c := &catalog.Catalog{Engine: catalog.Postgres, Path: []string{"public"}, Tables: []*catalog.Table{visits}, Version: "1"}
	rules, err := policy.New(policy.Config{Version: "1", Catalog: c, Tables: []policy.Table{{Table: 1,
		Columns: map[catalog.ColumnID]*policy.Class{1: {Name: "plain", Mask: policy.Mask{Show: policy.Plain}}},
		Grants:  []policy.Grant{{Team: "all-of-us", All: true}}}}})
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Teams: []string{"all-of-us"}, Off: off}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	q, err := egress.ReadQuestion("how many visits?")
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := egress.Composer{Random: rand.Reader}.Compose(t.Context(), view, q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
