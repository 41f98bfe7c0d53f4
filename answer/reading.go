package answer

// Reading is how a question was understood: what its words were taken for, and what
// else they could mean. It holds names that the viewer may see, and the viewer's own
// words.
type Reading struct {
	// Asked is the question that a follow-up was read as, in which Words are, and
	// Changed what it changed of the one before; "": the question stands alone.
	Asked      string   `json:"asked,omitempty"`
	Changed    string   `json:"changed,omitempty"`
	Confidence float64  `json:"confidence"`       // from 0 to 1: how often such a reading is right
	Passed     []string `json:"passed,omitempty"` // words that mean something and have no part in it
	Parts      []Part   `json:"parts"`            // in the order of the question
}

// Part is one thing that a reading does. [Part.Slot] and one of Others is a choice.
type Part struct {
	Kind    string   `json:"kind"`              // table, column, measure, condition, period, group, order, limit, figure
	Words   string   `json:"words,omitempty"`   // of the question that caused it
	Taken   string   `json:"taken"`             // what they were taken for
	Default bool     `json:"default,omitempty"` // no word says so: it is what is usual
	Chosen  bool     `json:"chosen,omitempty"`  // the asker says so
	Slot    string   `json:"slot,omitempty"`    // the words that a choice is about
	Means   string   `json:"means,omitempty"`   // what they mean, as a choice says it
	Others  []string `json:"others,omitempty"`  // what else they could mean, the likeliest first
}
