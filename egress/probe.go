package egress

import "encoding/json"

// Probe is a prompt that tries a model out: a fixed question about a table that
// does not exist. Nothing of the site is in it, so it may go to any model.
func Probe() Prompt {
	return Prompt{&prompt{
		messages: []Message{{System, fixed("system.txt")}, {User, fixed("probe.txt")}},
		schema:   json.RawMessage(fixed("answer.schema.json")),
	}}
}
