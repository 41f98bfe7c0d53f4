package catalog

import "slices"

// Said is what a person has declared of a table beside its database, in a file of
// meaning. Nothing promises that it is true: it is good for finding joins, for
// outlines and for warnings. Whatever restricts, or relies on a row being the only
// one, reads Unique and Foreign, which have none of it.
type Said struct {
	Keys   [][]ColumnID `json:",omitempty"` // each tells rows apart
	Refers []ForeignKey `json:",omitempty"` // each row has at most one of the others
	// Date and Measure are meant where none is named; 0: nobody has said.
	Date    ColumnID `json:",omitempty"`
	Measure ColumnID `json:",omitempty"`
}

// Believed are the keys that the database promises, and then those that a person
// has declared: for advice, and for nothing that restricts.
func (t *Table) Believed() [][]ColumnID {
	if len(t.Said.Keys) == 0 {
		return t.Unique
	}
	return append(slices.Clip(t.Unique), t.Said.Keys...)
}

// Refers are the foreign keys, and then those that a person has declared: for
// advice, and for nothing that restricts.
func (t *Table) Refers() []ForeignKey {
	if len(t.Said.Refers) == 0 {
		return t.Foreign
	}
	return append(slices.Clip(t.Foreign), t.Said.Refers...)
}

// Shape is how the numbers of a column are shown to people.
type Shape struct {
	Unit string `json:",omitempty"` // "": none is known
	// Decimals is how many digits behind the point are shown at least, if Padded.
	Decimals int  `json:",omitempty"`
	Padded   bool `json:",omitempty"`
}

// Metric is a figure with a name on which people have agreed: Over, or Over divided
// by Under.
type Metric struct {
	Name  string   // words in small letters
	Also  []string `json:",omitempty"` // likewise
	About string   `json:",omitempty"`
	Owner string   `json:",omitempty"` // who answers for it
	Shape Shape
	Table TableID
	Over  Figure
	Under *Figure `json:",omitempty"`
	// Where are the rows that it is of; none: all.
	Where []Comparison `json:",omitempty"`
}

// Figure is an aggregate of a column of the metric's table; without a column it
// counts rows.
type Figure struct {
	Agg      string // sum, avg, min, max, count
	Distinct bool   `json:",omitempty"`
	Column   ColumnID
}

// Comparison is a column, with Test behind it as SQL.
type Comparison struct {
	Column ColumnID
	Test   string // " <> 'cancelled'"; "" for a column that is true itself
}

// Figures are the one or two figures of m.
func (m *Metric) Figures() []Figure {
	if m.Under == nil {
		return []Figure{m.Over}
	}
	return []Figure{m.Over, *m.Under}
}

// SQL writes m over columns as name writes them.
func (m *Metric) SQL(name func(ColumnID) string) string {
	over := m.figure(m.Over, name)
	if m.Under == nil {
		return over
	}
	return "1.0 * " + over + " / nullif(" + m.figure(*m.Under, name) + ", 0)"
}

func (m *Metric) figure(f Figure, name func(ColumnID) string) string {
	of := "*"
	if f.Column != 0 {
		of = name(f.Column)
	}
	if f.Distinct {
		of = "DISTINCT " + of
	}
	text := f.Agg + "(" + of + ")"
	if where := m.Condition(name); where != "" {
		text += " FILTER (WHERE " + where + ")"
	}
	return text
}

// Condition is which rows m is of, "" for all.
func (m *Metric) Condition(name func(ColumnID) string) string {
	text := ""
	for i, c := range m.Where {
		if i > 0 {
			text += " AND "
		}
		text += name(c.Column) + c.Test
	}
	return text
}
