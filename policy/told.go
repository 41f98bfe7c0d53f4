package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
)

// What people have written of tables and columns beside the rules is in the catalog
// (package meaning). Of it a viewer hears what is about things that they see as they
// are stored.

// over is what the rules say, and behind it what stands beside them: the rules' about
// is the one that is heard.
func (t Told) over(about string, also []string) Told {
	out := Told{t.About, slices.Clone(t.Also)}
	if out.About == "" {
		out.About = about
	}
	for _, name := range also {
		if !slices.Contains(out.Also, name) {
			out.Also = append(out.Also, name)
		}
	}
	return out
}

// said is what is declared of the stored table, as far as it holds of what is shown.
func (v *view) said(t *catalog.Table, shown *catalog.Catalog) catalog.Said {
	s := v.tables[t.ID]
	said := s.stored.Said
	out := catalog.Said{Keys: s.unique(said.Keys, t), Refers: v.foreign(t, said.Refers, shown)}
	for i := range out.Refers {
		out.Refers[i].Unchecked = true
	}
	if t.Column(said.Date) != nil && s.columns[said.Date].plain() {
		out.Date = said.Date
	}
	if t.Column(said.Measure) != nil && s.columns[said.Measure].plain() {
		out.Measure = said.Measure
	}
	return out
}

// plain: the values are shown, or may at least be added up, as they are stored.
func (x *seen) plain() bool { return !x.clash && (x.mask.Show == Plain || x.mask.Show == Aggregate) }

// metrics are those that read nothing but columns of shown which the viewer sees as
// they are. One that compares a column shows its values to whoever reads of it, so
// that has to be seen row by row.
func (v *view) metrics(shown *catalog.Catalog) []*catalog.Metric {
	var out []*catalog.Metric
	for _, m := range v.full.Metrics {
		if t := shown.Table(m.Table); t != nil && v.tables[t.ID].computes(m, t) {
			out = append(out, m)
		}
	}
	return out
}

func (s *sight) computes(m *catalog.Metric, shown *catalog.Table) bool {
	for _, f := range m.Figures() {
		if f.Column != 0 && (shown.Column(f.Column) == nil || !s.columns[f.Column].plain()) {
			return false
		}
	}
	return !slices.ContainsFunc(m.Where, func(c catalog.Comparison) bool {
		return shown.Column(c.Column) == nil || s.columns[c.Column].clash || s.columns[c.Column].mask.Show != Plain
	})
}
