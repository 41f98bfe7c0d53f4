package taught

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// Known are the lessons that exist for one catalog. nil is none. It never changes.
type Known struct {
	names []name
	// Senses are phrases with a figure or comparisons; several of the same words are for several
	// tables.
	Senses   []Sense
	Defaults map[catalog.TableID]Default
	Answers  []Answer
}

// name is another name of a table or, with column, of one of its columns.
type name struct {
	table  catalog.TableID
	column catalog.ColumnID
	words  string
}

// Sense is a phrase that stands for a figure of a column (Agg), or for the rows of the table for
// which Conds hold.
type Sense struct {
	Words string
	Table catalog.TableID
	Agg   string
	Conds []Cond
}

// Cond is a comparison: the column, with Test behind it as SQL; Not is its negation.
type Cond struct {
	Column    catalog.ColumnID
	Test, Not string
}

// Default are the columns of a table that are meant where none is named; 0: nobody
// said.
type Default struct{ Date, Measure, Display catalog.ColumnID }

// Finding is what is wrong with a lesson: the catalog has no such names any more, or
// its types do not fit.
type Finding struct {
	At   strict.Pos
	What string
}

// For are the lessons that name only what the catalog has, and fit its types.
func (l *Lessons) For(c *catalog.Catalog) *Known {
	if l == nil {
		return nil
	}
	k, _ := l.against(c)
	return k
}

// Comparing is k without the phrases that compare a column which may not be. A
// phrase shows its values to whoever says it, and a mask would hide them.
func (k *Known) Comparing(may func(catalog.TableID, catalog.ColumnID) bool) *Known {
	if k == nil {
		return nil
	}
	out := *k
	out.Senses = slices.DeleteFunc(slices.Clone(k.Senses), func(s Sense) bool {
		return slices.ContainsFunc(s.Conds, func(c Cond) bool { return !may(s.Table, c.Column) })
	})
	return &out
}

// Check says which lessons do not exist for a catalog, and why.
func (l *Lessons) Check(c *catalog.Catalog) []Finding {
	_, all := l.against(c)
	return all
}

func (l *Lessons) against(c *catalog.Catalog) (*Known, []Finding) {
	k := &Known{Defaults: map[catalog.TableID]Default{}}
	var wrong []Finding
	for _, w := range l.words {
		for _, m := range w.meanings {
			if err := k.add(c, w.phrase, m); err != nil {
				wrong = append(wrong, Finding{w.at, fmt.Sprintf("%s: %v", w.phrase, err)})
			}
		}
	}
	for _, s := range l.defaults {
		if err := k.standard(c, s); err != nil {
			wrong = append(wrong, Finding{s.at, err.Error()})
		}
	}
	for _, a := range l.answers {
		if err := a.binds(c); err != nil {
			wrong = append(wrong, Finding{a.at, err.Error()})
			continue
		}
		k.Answers = append(k.Answers, a)
	}
	return k, wrong
}

// add puts a meaning in, if it exists.
func (k *Known) add(c *catalog.Catalog, phrase string, m meaning) error {
	table, col, err := find(c, m.name)
	if err != nil {
		return err
	}
	switch {
	case len(m.conds) > 0:
		p := Sense{Words: phrase, Table: table.ID}
		if col != nil {
			return fmt.Errorf("%s is a column, and rows are of a table", strings.Join(m.name, "."))
		}
		for _, x := range m.conds {
			known, err := x.bind(c, table)
			if err != nil {
				return err
			}
			p.Conds = append(p.Conds, known)
		}
		k.Senses = append(k.Senses, p)
		return nil
	case m.agg == "count" && col != nil:
		return fmt.Errorf("count is of a table: write count(%s)", table.Name)
	case m.agg == "count":
		k.names = append(k.names, name{table.ID, 0, phrase})
	case m.agg != "" && col == nil:
		return fmt.Errorf("%s is of a column: write %s(%s.column)", m.agg, m.agg, table.Name)
	case (m.agg == "sum" || m.agg == "avg") && !isNumber(col):
		return fmt.Errorf("%s.%s is no number, and has no %s", table.Name, col.Name, m.agg)
	case col != nil:
		k.names = append(k.names, name{table.ID, col.ID, phrase})
	default:
		k.names = append(k.names, name{table.ID, 0, phrase})
	}
	if m.agg != "" {
		k.Senses = append(k.Senses, Sense{Words: phrase, Table: table.ID, Agg: m.agg})
	}
	return nil
}

func isNumber(c *catalog.Column) bool {
	return slices.Contains([]types.Kind{types.Int2, types.Int4, types.Int8, types.Numeric, types.Float4, types.Float8}, c.Type.Kind)
}

// bind finds the column of a comparison and checks that both tests have types. What
// is bound is printed from the parts, so it is what will be drafted.
func (x cond) bind(c *catalog.Catalog, table *catalog.Table) (Cond, error) {
	col, err := columnIn(table, x.column)
	if err != nil {
		return Cond{}, err
	}
	for _, test := range []string{x.test, x.not} {
		tree, err := syntax.ParseExpr(quoteName(col.Name) + test)
		if err == nil {
			_, _, err = bind.Condition(tree, table, c.All(), nil)
		}
		if err != nil {
			return Cond{}, fmt.Errorf("%s%s: %w", col.Name, test, err)
		}
	}
	return Cond{col.ID, x.test, x.not}, nil
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (k *Known) standard(c *catalog.Catalog, s standard) error {
	table, col, err := find(c, s.table)
	if err != nil {
		return err
	}
	if col != nil {
		return fmt.Errorf("%s is a column, and defaults are of a table", strings.Join(s.table, "."))
	}
	d := k.Defaults[table.ID]
	for _, x := range []struct {
		name string
		into *catalog.ColumnID
		fits func(*catalog.Column) bool
		want string
	}{
		{s.date, &d.Date, isDate, "date"},
		{s.measure, &d.Measure, isNumber, "number"},
		{s.display, &d.Display, func(*catalog.Column) bool { return true }, "column"},
	} {
		if x.name == "" {
			continue
		}
		col, err := columnIn(table, x.name)
		if err != nil {
			return err
		}
		if !x.fits(col) {
			return fmt.Errorf("%s.%s is no %s", table.Name, col.Name, x.want)
		}
		*x.into = col.ID
	}
	k.Defaults[table.ID] = d
	return nil
}

func isDate(c *catalog.Column) bool {
	return slices.Contains([]types.Kind{types.Date, types.Timestamp, types.TimestampTZ}, c.Type.Kind)
}

// find is the table or column that a path names.
func find(c *catalog.Catalog, path []string) (*catalog.Table, *catalog.Column, error) {
	n := len(path)
	switch n {
	case 1:
		if t := table(c, "", path[0]); t != nil {
			return t, nil, nil
		}
	case 2:
		if t := table(c, "", path[0]); t != nil {
			col, err := columnIn(t, path[1])
			return t, col, err
		}
		if t := table(c, path[0], path[1]); t != nil {
			return t, nil, nil
		}
	case 3:
		if t := table(c, path[0], path[1]); t != nil {
			col, err := columnIn(t, path[2])
			return t, col, err
		}
	}
	return nil, nil, fmt.Errorf("there is no table %s", strings.Join(path[:max(1, n-1)], "."))
}

// table finds a table by its name, whatever its capitals if it is the only such.
func table(c *catalog.Catalog, schema, name string) *catalog.Table {
	if t := c.All().Lookup(schema, name); t != nil {
		return t
	}
	var found *catalog.Table
	for _, t := range c.Tables {
		in := strings.EqualFold(t.Schema, schema) || schema == "" && slices.Contains(c.Path, t.Schema)
		if in && strings.EqualFold(t.Name, name) {
			if found != nil {
				return nil
			}
			found = t
		}
	}
	return found
}

func columnIn(t *catalog.Table, name string) (*catalog.Column, error) {
	found := t.ColumnNamed(name)
	for _, c := range t.Columns {
		if found == nil && strings.EqualFold(c.Name, name) {
			found = c
		}
	}
	if found == nil || found.Type.Kind == types.Unsupported {
		return nil, fmt.Errorf("%s has no column %s", t.Name, name)
	}
	return found, nil
}

// Name is a catalog in which tables and columns have their taught names too.
func (k *Known) Name(c *catalog.Catalog) *catalog.Catalog {
	if k == nil || len(k.names) == 0 {
		return c
	}
	named := *c
	named.Tables = slices.Clone(c.Tables)
	for i, t := range c.Tables {
		var own []name
		for _, n := range k.names {
			if n.table == t.ID {
				own = append(own, n)
			}
		}
		if len(own) > 0 {
			named.Tables[i] = withNames(t, own)
		}
	}
	return &named
}

func withNames(t *catalog.Table, own []name) *catalog.Table {
	out := *t
	out.Columns = slices.Clone(t.Columns)
	for _, n := range own {
		if n.column == 0 {
			out.Also = append(slices.Clip(out.Also), n.words)
		}
	}
	for i, c := range t.Columns {
		col := *c
		for _, n := range own {
			if n.column == c.ID {
				col.Also = append(slices.Clip(col.Also), n.words)
			}
		}
		out.Columns[i] = &col
	}
	return &out
}

// Names reports whether words were taught as a name of a table or of its column.
func (k *Known) Names(t catalog.TableID, c catalog.ColumnID, words string) bool {
	return k != nil && slices.Contains(k.names, name{t, c, words})
}

// SpokenOf are the tables of lessons whose words all stand in a question.
func (k *Known) SpokenOf(question string) []catalog.TableID {
	if k == nil {
		return nil
	}
	said := map[string]bool{}
	for _, w := range words.Fields(question) {
		said[words.Stem(w)] = true
	}
	var out []catalog.TableID
	add := func(phrase string, id catalog.TableID) {
		parts := words.Fields(phrase)
		if !slices.Contains(out, id) && !slices.ContainsFunc(parts, func(w string) bool { return !said[words.Stem(w)] }) {
			out = append(out, id)
		}
	}
	for _, n := range k.names {
		add(n.words, n.table)
	}
	for _, s := range k.Senses {
		add(s.Words, s.Table)
	}
	return out
}

// Fits says what of a phrase does not fit a catalog.
func (l *Lessons) Fits(c *catalog.Catalog, phrase string) error {
	for _, w := range l.words {
		for _, m := range w.meanings {
			if err := (&Known{}).add(c, w.phrase, m); err != nil && w.phrase == phrase {
				return fmt.Errorf("%s: %w", m.text, err)
			}
		}
	}
	return nil
}

// FitsDefault says what of a table's defaults does not fit a catalog.
func (l *Lessons) FitsDefault(c *catalog.Catalog, table string) error {
	for _, s := range l.defaults {
		if slices.EqualFunc(s.table, pathOf(table), strings.EqualFold) {
			return (&Known{Defaults: map[catalog.TableID]Default{}}).standard(c, s)
		}
	}
	return nil
}
