package viewer

// Switches say what is off, at one level: a site, a person, a connection, a
// schema, a team, a table. The zero value switches nothing off. Levels add up,
// so the strictest wins: what one level switches off, no other switches on again.
type Switches struct {
	HideFromModel bool // names are not for models
	NoModel       bool // no model drafts; not of a schema or a table
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
