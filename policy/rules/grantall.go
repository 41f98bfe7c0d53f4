package rules

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
)

// GrantAll makes rules that open every table and column to one team. It is for
// measuring, over databases that hold nothing of anybody: it sets "no rules:
// nothing is visible" aside, so nothing that serves people may call it, and no
// connection that has a rules file (redteam M7).
func GrantAll(cat *catalog.Catalog, team string) (*policy.Rules, error) {
	plain := &policy.Class{Name: "everything", Mask: policy.Mask{Show: policy.Plain}, Where: "(everything is granted)"}
	config := policy.Config{File: "(everything is granted)", Version: "everything", Catalog: cat}
	for _, t := range cat.Tables {
		columns := map[catalog.ColumnID]*policy.Class{}
		for _, c := range t.Columns {
			columns[c.ID] = plain
		}
		config.Tables = append(config.Tables, policy.Table{
			Table: t.ID, Where: plain.Where, AsView: !policy.Stored(t.Kind), Columns: columns,
			Grants: []policy.Grant{{Team: team, Where: plain.Where, All: true}},
		})
	}
	return policy.New(config)
}
