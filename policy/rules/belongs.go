package rules

import (
	"slices"

	"github.com/grille-dev/grille/policy"
)

// belongs says that a table is seen row by row by a team that sees in groups what
// each row belongs to. The amounts of sales are known one by one then, and their
// sum in each department of employees tells whose sales it is made of.
func (c *compiler) belongs(t *table) {
	for _, g := range t.rule.Grants {
		if g.MinGroup != nil {
			continue
		}
		for _, k := range t.stored.Foreign {
			of := c.tableOf(k.To)
			if of == nil || of == t || !of.grouped(g.Team) {
				continue
			}
			c.say(Warning, t.key.Pos(), "%s sees rows of %s one by one, and %s, to which they belong, in groups: what is known of each row tells which group it falls in; give %s a min_group, too", g.Team, t.stored.Name, of.stored.Name, t.stored.Name)
			break
		}
	}
}

// grouped reports whether a team sees the table in groups.
func (t *table) grouped(team string) bool {
	return slices.ContainsFunc(t.rule.Grants, func(g policy.Grant) bool { return g.Team == team && g.MinGroup != nil })
}
