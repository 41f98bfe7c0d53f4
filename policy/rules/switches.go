package rules

import (
	"slices"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// readWord reads a switch that has one word: model: hide, samples: none,
// run: show. Without the key nothing is switched off here.
func readWord(word string, into *bool) strict.Reader {
	return func(n strict.Node) error {
		_, err := n.OneOf(word)
		*into = err == nil
		return err
	}
}

// dataSwitches are those of a schema or a table: of what is asked about.
func dataSwitches(off *policy.Switches) []strict.Field {
	return []strict.Field{
		strict.Optional("model", readWord("hide", &off.HideFromModel)),
		strict.Optional("samples", readWord("none", &off.NoSamples)),
		strict.Optional("values", readWord("none", &off.NoValues)),
		strict.Optional("run", readWord("show", &off.ShowOnly)),
	}
}

// personSwitches are those of a team or of the connection: of who asks.
func personSwitches(off *policy.Switches) []strict.Field {
	return []strict.Field{
		strict.Optional("model", func(n strict.Node) error {
			word, err := n.OneOf("hide", "none", "private")
			if err == nil {
				off.HideFromModel, off.NoModel, off.PrivateModels = word == "hide", word == "none", word == "private"
			}
			return err
		}),
		strict.Optional("samples", readWord("none", &off.NoSamples)),
		strict.Optional("values", readWord("none", &off.NoValues)),
		strict.Optional("privacy", readWord("strict", &off.StrictPrivacy)),
		strict.Optional("run", readWord("show", &off.ShowOnly)),
	}
}

// readSchemas reads schemas: {hr: {model: hide, samples: none, values: none, run: show}}.
func (c *compiler) readSchemas(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	var names []string
	for _, t := range c.cat.Tables {
		if !slices.Contains(names, t.Schema) {
			names = append(names, t.Schema)
		}
	}
	c.schemas = map[string]policy.Switches{}
	for _, e := range entries {
		parts, ok := split(e.Name)
		found := ""
		if ok && len(parts) == 1 {
			found, ok = parts[0].among(names)
		}
		if !ok || found == "" {
			return e.Key.Errorf("the database has no schema %q: %s", e.Name, meant(e.Name, names))
		}
		if _, twice := c.schemas[found]; twice {
			return e.Key.Errorf("schema %s stands here already: keep one of them", found)
		}
		var off policy.Switches
		if err := e.Value.Fields(dataSwitches(&off)...); err != nil {
			return err
		}
		c.schemas[found] = off
	}
	return nil
}

// readTeams reads teams: {billing: {model: none, samples: none, privacy: strict, run: show}}.
func (c *compiler) readTeams(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	c.teams = map[string]policy.Switches{}
	for _, e := range entries {
		if err := c.team(e); err != nil {
			return err
		}
		var off policy.Switches
		if err := e.Value.Fields(personSwitches(&off)...); err != nil {
			return err
		}
		c.teams[e.Name] = off
	}
	return nil
}

// team refuses a name that is that of no team.
func (c *compiler) team(e strict.Entry) error {
	if why := policy.TeamName(e.Name); why != "" {
		return e.Key.Errorf("%s", why)
	}
	if !slices.Contains(c.opts.Teams, e.Name) {
		return e.Key.Errorf("unknown team %q: %s", e.Name, meant(e.Name, c.opts.Teams))
	}
	return nil
}
