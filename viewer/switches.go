package viewer

// Switches say what is off, at one level: a site, a person, a connection, a
// schema, a team, a table. The zero value switches nothing off. Levels add up,
// so the strictest wins: what one level switches off, no other switches on again.
type Switches struct {
	HideFromModel bool // names are not for models
	NoModel       bool // no model drafts; not of a schema or a table
	// PrivateModels: only models that the site calls private draft; not of a schema
	// or a table.
	PrivateModels bool
	NoSamples     bool // no stored value is for models, whatever a class says
	NoValues      bool // what is asked is not matched with stored values
	// StrictPrivacy: a word of a question that may be personal data leaves only when
	// whoever asks says so; not of a schema or a table.
	StrictPrivacy bool
	ShowOnly      bool // SQL is explained and not run
}

// And is off where s or t is.
func (s Switches) And(t Switches) Switches {
	return Switches{
		HideFromModel: s.HideFromModel || t.HideFromModel,
		NoModel:       s.NoModel || t.NoModel,
		PrivateModels: s.PrivateModels || t.PrivateModels,
		NoSamples:     s.NoSamples || t.NoSamples,
		NoValues:      s.NoValues || t.NoValues,
		StrictPrivacy: s.StrictPrivacy || t.StrictPrivacy,
		ShowOnly:      s.ShowOnly || t.ShowOnly,
	}
}
