package policy

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/viewer"
)

// Switches are those of a level; see [viewer.Switches].
type Switches = viewer.Switches

// everywhere is what is off for who asks, whatever they ask about: of the
// person, of the connection, and of the teams as which they act.
func (v *view) everywhere() Switches {
	off := v.who.Off.And(v.rules.off)
	for _, team := range v.teams {
		off = off.And(v.rules.teams[team])
	}
	return off
}

// switched is what is off for a table.
func (v *view) switched(t *catalog.Table) Switches {
	off := v.everywhere().And(v.rules.schemas[t.Schema]).And(v.rules.tables[t.ID].Off)
	off.HideFromModel = off.HideFromModel || off.NoModel
	return off
}

// ModelsOff reports whether no model may draft for the viewer at all.
func (v View) ModelsOff() bool { return v.v.everywhere().NoModel }

// ShowOnly reports whether the query may be explained, and not run: the switch
// is on for the viewer, or for a table that the query reads.
func (a Allowed) ShowOnly() bool { return a.a.showOnly }

func (v *view) showOnly(tables []*ir.Table) bool {
	off := v.everywhere()
	for _, t := range tables {
		off = off.And(v.tables[t.Table.ID].off)
	}
	return off.ShowOnly
}
