package rules

import (
	"slices"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/types"
)

// readGroup reads min_group: {entity: id, size: 10}. The entity is what is
// counted, and need not be a column that anybody sees.
func (c *compiler) readGroup(t *table, n strict.Node) (*policy.MinGroup, error) {
	var m policy.MinGroup
	err := n.Fields(
		strict.Required("entity", func(n strict.Node) error {
			name, err := n.Text()
			if err != nil {
				return err
			}
			col, err := findColumn(t.stored, name)
			if err != nil {
				return n.Errorf("%s", err)
			}
			switch {
			case col.Type.Kind == types.Unsupported || !col.Type.Groupable():
				return n.Errorf("values of %s cannot be told apart here: count by a key", col.Name)
			case col.Generated:
				return n.Errorf("%s is computed from other columns: count by a column that says who or what a row is about", col.Name)
			case !col.NotNull:
				c.say(Note, n.Pos(), "%s may be NULL: rows without an entity belong to nobody, and are not counted or seen", col.Name)
			}
			m.Entity = col.ID
			return nil
		}),
		strict.Required("size", strict.Int(&m.Size, 2, policy.MaxGroup)),
	)
	return &m, err
}

// raise puts the table's minimum group under a grant, which may only raise it;
// at is that of the grant's own, if it has one.
func (t *table) raise(g *policy.Grant, at strict.Node) error {
	switch {
	case t.group == nil:
	case g.MinGroup == nil:
		m := *t.group
		g.MinGroup = &m
	case g.MinGroup.Entity != t.group.Entity:
		return at.Errorf("the table counts %s, and a grant counts the same: write entity: %s", t.stored.Column(t.group.Entity).Name, t.stored.Column(t.group.Entity).Name)
	case g.MinGroup.Size < t.group.Size:
		return at.Errorf("the table's groups are of %d, and a grant can only ask for more: remove it, or lower that of the table", t.group.Size)
	}
	return nil
}

// needsGroup refuses a grant that shows columns in aggregates, and says of how
// many nowhere.
func (t *table) needsGroup(g *policy.Grant, at strict.Node) error {
	if g.MinGroup != nil {
		return nil
	}
	for _, col := range t.stored.Columns {
		class := t.rule.Columns[col.ID]
		if class == nil || class.Mask.Show != policy.Aggregate || g.Only != nil && !slices.Contains(g.Only, col.ID) || slices.Contains(g.Reveal, class.Name) {
			continue
		}
		return at.Errorf("%s sees %s in aggregates only (class %q), and they need a least size: add min_group: {entity: COLUMN, size: 10}, or leave the column out with columns: [...]", g.Team, col.Name, class.Name)
	}
	return nil
}
