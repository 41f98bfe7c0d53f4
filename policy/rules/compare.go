package rules

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
)

// compare says what the entries of a file mean together, and with the catalog.
func (c *compiler) compare() {
	for _, t := range c.tables {
		c.closed(t)
		c.copied(t)
		c.inherited(t)
		c.exposed(t)
		c.beneath(t)
		c.indexed(t)
		c.belongs(t)
		if len(t.rule.Grants) == 0 {
			c.say(Note, t.key.Pos(), "%s has no grant, so nobody sees it: add grants: {team: {rows: all}}", t.stored.Name)
		}
	}
}

// closed names the columns that the file does not name.
func (c *compiler) closed(t *table) {
	var names []string
	for _, col := range t.stored.Columns {
		if t.rule.Columns[col.ID] == nil {
			names = append(names, col.Name)
		}
	}
	if len(names) > 0 {
		c.say(Note, t.key.Pos(), "%s: not named, so closed: %s", t.stored.Name, strings.Join(names, ", "))
	}
}

// indexed says which row rules and scopes make the database read a whole table,
// because no index begins with a column that they compare.
func (c *compiler) indexed(t *table) {
	if t.stored.Leading == nil || !policy.Stored(t.stored.Kind) {
		return
	}
	slow := func(what string, compared []catalog.ColumnID) {
		if len(compared) == 0 || slices.ContainsFunc(compared, func(id catalog.ColumnID) bool { return slices.Contains(t.stored.Leading, id) }) {
			return
		}
		var names []string
		for _, id := range compared {
			if name := t.stored.Column(id).Name; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		c.say(Note, t.key.Pos(), "no index of %s begins with %s, by which %s: each question may read the whole table", t.stored.Name, strings.Join(names, " or "), what)
	}
	for _, g := range t.rule.Grants {
		if g.Rows != nil {
			slow("the rows of "+g.Team+" are found", g.Rows.Compared())
		}
	}
	if t.rule.Always != nil {
		slow("always finds rows", t.rule.Always.Compared())
	}
	for _, name := range c.scopeNames() {
		slow("rows belong to scope "+name, t.links[name])
	}
}

// copied refuses a key that is open at one end and closed or masked at the
// other: it holds the same values (redteam H4, H8).
func (c *compiler) copied(t *table) {
	for _, k := range t.stored.Foreign {
		other := c.tableOf(k.To)
		if other == nil || len(k.Columns) != len(k.ToColumns) {
			continue
		}
		for i, id := range k.Columns {
			from, to := t.rule.Columns[id], other.rule.Columns[k.ToColumns[i]]
			if from == nil || to == nil || (from.Mask.Show == policy.Plain) == (to.Mask.Show == policy.Plain) {
				continue
			}
			open, closed := from, to
			if to.Mask.Show == policy.Plain {
				open, closed = to, from
			}
			c.say(Error, t.columns[id].Pos(), "%s.%s and %s.%s hold the same values, and class %q shows what class %q does not: give both one class",
				t.stored.Name, t.stored.Column(id).Name, other.stored.Name, other.stored.Column(k.ToColumns[i]).Name, open.Name, closed.Name)
		}
	}
}

// inherited refuses rules for both ends of an inheritance: reading the parent
// reads the child's rows under the parent's rule alone (redteam H4).
func (c *compiler) inherited(t *table) {
	seen := map[catalog.TableID]bool{}
	var up func(ids []catalog.TableID)
	up = func(ids []catalog.TableID) {
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			if parent := c.tableOf(id); parent != nil {
				c.say(Error, t.key.Pos(), "the rows of %s are rows of %s too, and are seen there under that rule: keep one of the two", t.stored.Name, parent.stored.Name)
			}
			if parent := c.cat.Table(id); parent != nil {
				up(parent.Inherits)
			}
		}
	}
	up(t.stored.Inherits)
}

func (c *compiler) tableOf(id catalog.TableID) *table {
	for _, t := range c.tables {
		if t.stored.ID == id {
			return t
		}
	}
	return nil
}
