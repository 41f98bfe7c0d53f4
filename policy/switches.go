package policy

import (
	"maps"
	"slices"

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

// PrivateModels reports whether only models that the site calls private may
// draft for the viewer.
func (v View) PrivateModels() bool { return v.v.everywhere().PrivateModels }

// StrictPrivacy reports whether a word of a question that may be personal data
// leaves only when the viewer says so.
func (v View) StrictPrivacy() bool { return v.v.everywhere().StrictPrivacy }

// Values reports whether a text that the viewer gives may be matched with the
// stored values of a column: the viewer sees them as they are, row by row.
func (v View) Values(table catalog.TableID, column catalog.ColumnID) bool {
	s := v.v.tables[table]
	if s == nil || s.off.NoValues || s.off.ShowOnly || s.group != nil || s.clash || s.outside != "" {
		return false
	}
	return v.AsStored(table, column) && !s.columns[column].class.NoValues
}

// AsStored reports whether the viewer sees the values of a column as they are: it
// is not hidden, not behind a mask, and their teams agree on it.
func (v View) AsStored(table catalog.TableID, column catalog.ColumnID) bool {
	s := v.v.tables[table]
	if s == nil {
		return false
	}
	c := s.columns[column]
	return c != nil && !c.clash && c.mask.Show == Plain
}

// Persons reports whether the values of a column are personal data: their class
// says so, or hides them from others, or they are looked for in questions.
func (v View) Persons(table catalog.TableID, column catalog.ColumnID) bool {
	s := v.v.tables[table]
	if s == nil || s.columns[column] == nil {
		return true
	}
	class := s.columns[column].class
	return class.Personal || class.Mask.Show != Plain || slices.Contains(s.rules.Dictionary, column)
}

// Means is what people call values of a column, and the stored value that is
// meant. Whether the viewer sees that value is another question: who looks a word
// up must find the value among those that the viewer sees.
func (v View) Means(table catalog.TableID, column catalog.ColumnID) map[string]string {
	if !v.Values(table, column) {
		return nil
	}
	return maps.Clone(v.v.tables[table].rules.Means[column])
}

// Samples is how many stored values of a text column a model may be given, at
// most three. It is 0 unless the column's class opts in and no switch is on, and
// wherever the viewer sees less than the plain values of whole rows: behind a
// mask, in groups, under a hard filter. The names of the dictionary are no samples.
func (v View) Samples(table catalog.TableID, column catalog.ColumnID) int {
	s := v.v.tables[table]
	if s == nil || s.off.NoSamples || s.off.HideFromModel || s.off.ShowOnly || s.group != nil || s.clash || s.outside != "" || v.v.who.HardFilters != nil {
		return 0
	}
	c := s.columns[column]
	if c == nil || c.clash || c.mask.Show != Plain || c.class.HideFromModel || !s.stored.Column(column).Type.IsText() || slices.Contains(s.rules.Dictionary, column) {
		return 0
	}
	return c.class.Samples
}

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
