package policy

import (
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// Switches say what is off, at one level: a connection, a schema, a team, a
// table. The zero value switches nothing off. Levels add up, so the strictest
// wins: what one level switches off, no other switches on again.
type Switches struct {
	HideFromModel bool // names are not for models
	NoModel       bool // no model drafts; of a connection or a team
	NoSamples     bool // no stored value is for models, whatever a class says
	ShowOnly      bool // SQL is explained and not run
}

// And is off where s or t is.
func (s Switches) And(t Switches) Switches {
	return Switches{
		HideFromModel: s.HideFromModel || t.HideFromModel,
		NoModel:       s.NoModel || t.NoModel,
		NoSamples:     s.NoSamples || t.NoSamples,
		ShowOnly:      s.ShowOnly || t.ShowOnly,
	}
}

// switched is what is off for a table when teams read it.
func (r *Rules) switched(t *catalog.Table, teams []string) Switches {
	off := r.off.And(r.schemas[t.Schema])
	for _, team := range teams {
		off = off.And(r.teams[team])
	}
	if rule := r.tables[t.ID]; rule != nil {
		off = off.And(rule.Off)
	}
	off.HideFromModel = off.HideFromModel || off.NoModel
	return off
}

// ModelsOff reports whether no model may draft for the viewer at all.
func (v View) ModelsOff() bool {
	off := v.v.rules.off
	for _, team := range v.v.teams {
		off = off.And(v.v.rules.teams[team])
	}
	return off.NoModel
}

// ShowOnly reports whether the query may be explained, and not run: the switch
// is on for the viewer, or for a table that the query reads.
func (a Allowed) ShowOnly() bool { return a.a.showOnly }

func (v *view) showOnly(tables []*ir.Table) bool {
	off := v.rules.off
	for _, team := range v.teams {
		off = off.And(v.rules.teams[team])
	}
	for _, t := range tables {
		off = off.And(v.tables[t.Table.ID].off)
	}
	return off.ShowOnly
}
