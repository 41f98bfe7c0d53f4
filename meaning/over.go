package meaning

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
)

// Finding is what of a file does not fit a database, and is left out.
type Finding struct {
	At   strict.Pos
	What string
}

func (f Finding) String() string { return f.At.String() + ": " + f.What }

// Over is the catalog with what m says of it, and what m says that does not fit it.
// c is not changed, nor is what it holds.
func (m *Meaning) Over(c *catalog.Catalog) (*catalog.Catalog, []Finding) {
	if m == nil {
		return c, nil
	}
	out := *c
	out.Tables = slices.Clone(c.Tables)
	sum := sha256.Sum256([]byte("grille/meaning/1 " + c.Version + " " + m.version))
	out.Version = hex.EncodeToString(sum[:16])
	o := &overlay{c: c, out: &out, place: map[catalog.TableID]int{}, said: map[catalog.TableID]bool{}}
	for i, t := range c.Tables {
		o.place[t.ID] = i
	}
	for _, t := range m.tables {
		o.table(t)
	}
	for _, x := range m.metrics {
		o.metric(x)
	}
	return &out, o.found
}

// overlay puts one file over one catalog.
type overlay struct {
	c, out *catalog.Catalog
	place  map[catalog.TableID]int
	said   map[catalog.TableID]bool
	found  []Finding
}

func (o *overlay) no(at strict.Pos, format string, args ...any) {
	o.found = append(o.found, Finding{at, fmt.Sprintf(format, args...)})
}

// own is the copy of a table in out.
func (o *overlay) own(id catalog.TableID) *catalog.Table {
	i := o.place[id]
	if o.out.Tables[i] == o.c.Tables[i] {
		t := *o.c.Tables[i]
		t.Columns = slices.Clone(t.Columns)
		o.out.Tables[i] = &t
	}
	return o.out.Tables[i]
}

func (o *overlay) table(t table) {
	of, col, err := taught.Find(o.c, t.path)
	switch {
	case err != nil:
		o.no(t.at, "%v", err)
		return
	case col != nil:
		o.no(t.at, "%s is a column: write its table, and it below columns", strings.Join(t.path, "."))
		return
	case o.said[of.ID]:
		o.no(t.at, "%s stands in the file already, under another name", of.Name)
		return
	}
	o.said[of.ID] = true
	own := o.own(of.ID)
	own.About, own.Also = t.told.about, slices.Clone(t.told.also)
	own.Said.Date = o.named(of, t.date, "date", taught.IsDate)
	own.Said.Measure = o.named(of, t.measure, "number", taught.IsNumber)
	if key := o.key(of, t.key); key != nil {
		o.believe(own, key)
	}
	for _, r := range t.refers {
		o.refer(of, r)
	}
	for _, x := range t.columns {
		o.column(own, x)
	}
}

// named is the column with a name that is what it should be; 0 where there is none.
func (o *overlay) named(t *catalog.Table, n named, want string, fits func(*catalog.Column) bool) catalog.ColumnID {
	if n.name == "" {
		return 0
	}
	c, err := taught.FindColumn(t, n.name)
	if err != nil {
		o.no(n.at, "%v", err)
		return 0
	}
	if !fits(c) {
		o.no(n.at, "%s.%s is no %s", t.Name, c.Name, want)
		return 0
	}
	return c.ID
}

func (o *overlay) key(t *catalog.Table, names []named) []catalog.ColumnID {
	var key []catalog.ColumnID
	for _, n := range names {
		id := o.named(t, n, "column", func(*catalog.Column) bool { return true })
		if id == 0 {
			return nil
		}
		key = append(key, id)
	}
	return key
}

// believe adds a key, unless one is known that says as much.
func (o *overlay) believe(own *catalog.Table, key []catalog.ColumnID) {
	if !slices.ContainsFunc(own.Believed(), func(k []catalog.ColumnID) bool {
		return !slices.ContainsFunc(k, func(c catalog.ColumnID) bool { return !slices.Contains(key, c) })
	}) {
		own.Said.Keys = append(slices.Clip(own.Said.Keys), key)
	}
}

// refer adds a reference. That each row has at most one row of the other table says
// that the column there tells its rows apart.
func (o *overlay) refer(t *catalog.Table, r reference) {
	from, err := taught.FindColumn(t, r.name)
	if err != nil {
		o.no(r.at, "%v", err)
		return
	}
	to, col, err := taught.Find(o.c, r.to)
	if err == nil && col == nil {
		err = fmt.Errorf("%s is a table: write the column that tells its rows apart", strings.Join(r.to, "."))
	}
	if err == nil {
		err = binds(o.c, "SELECT 1 FROM "+sqlName(t)+" AS a JOIN "+sqlName(to)+" AS b ON a."+quoted(from.Name)+" = b."+quoted(col.Name))
	}
	if err != nil {
		o.no(r.at, "%v", err)
		return
	}
	k := catalog.ForeignKey{Columns: []catalog.ColumnID{from.ID}, To: to.ID, ToColumns: []catalog.ColumnID{col.ID}, Unchecked: true}
	same := func(f catalog.ForeignKey) bool {
		return f.To == k.To && slices.Equal(f.Columns, k.Columns) && slices.Equal(f.ToColumns, k.ToColumns)
	}
	own := o.own(t.ID)
	if !slices.ContainsFunc(own.Refers(), same) {
		own.Said.Refers = append(own.Said.Refers, k)
	}
	o.believe(o.own(to.ID), k.ToColumns)
}

func (o *overlay) column(own *catalog.Table, x column) {
	c, err := taught.FindColumn(own, x.name)
	if err != nil {
		o.no(x.at, "%v", err)
		return
	}
	if c != o.c.Tables[o.place[own.ID]].Column(c.ID) {
		o.no(x.at, "%s.%s stands in the file already, in other letters", own.Name, c.Name)
		return
	}
	shaped := *c
	shaped.About, shaped.Also = x.told.about, slices.Clone(x.told.also)
	if x.shape != (catalog.Shape{}) {
		if shaped.Shape = x.shape; !taught.IsNumber(c) {
			o.no(x.at, "%s.%s is no number, and has no unit or format", own.Name, c.Name)
			shaped.Shape = catalog.Shape{}
		}
	}
	own.Columns[slices.Index(own.Columns, c)] = &shaped
}

// metric adds a metric, if it has the types.
func (o *overlay) metric(x metric) {
	m := &catalog.Metric{Name: x.name, Also: slices.Clone(x.also), About: x.about, Owner: x.owner, Shape: x.shape}
	for _, name := range append([]string{x.name}, x.also...) {
		if t := o.called(name); t != nil {
			o.no(x.at, "%q is the table %s: call the metric by another name", name, t.Name)
			return
		}
	}
	var of *catalog.Table
	for i, f := range x.figures {
		t, known, err := o.figure(f)
		if err == nil && of != nil && t != of {
			err = fmt.Errorf("a metric is of one table, and this is of %s and %s", of.Name, t.Name)
		}
		if err != nil {
			o.no(x.is, "%s: %v", x.name, err)
			return
		}
		if of = t; i == 0 {
			m.Over = known
		} else {
			m.Under = &known
		}
	}
	m.Table = of.ID
	conds, err := x.where.Bind(o.c, of)
	if err != nil {
		o.no(x.whereAt, "%s: %v", x.name, err)
		return
	}
	for _, k := range conds {
		m.Where = append(m.Where, catalog.Comparison{Column: k.Column, Test: k.Test})
	}
	if err := binds(o.c, SQL(m, of)); err != nil {
		o.no(x.is, "%s: %v", x.name, err)
		return
	}
	o.shape(m)
	o.out.Metrics = append(o.out.Metrics, m)
}

// called is the table whose name has the same words.
func (o *overlay) called(name string) *catalog.Table {
	said := words.OfName(name)
	for _, t := range o.c.Tables {
		if slices.Equal(words.OfName(t.Name), said) {
			return t
		}
	}
	return nil
}

func (o *overlay) figure(f figure) (*catalog.Table, catalog.Figure, error) {
	out := catalog.Figure{Agg: f.agg, Distinct: f.distinct}
	t, c, err := taught.Find(o.c, f.path)
	switch {
	case err != nil:
		return nil, out, err
	case c == nil && (f.agg != "count" || f.distinct):
		return nil, out, fmt.Errorf("%s is a table: write the column too", t.Name)
	case c == nil:
		return t, out, nil
	case (f.agg == "sum" || f.agg == "avg") && !taught.IsNumber(c):
		return nil, out, fmt.Errorf("%s.%s is no number, and has no %s", t.Name, c.Name, f.agg)
	case f.agg != "count" && !taught.IsNumber(c) && !taught.IsDate(c):
		return nil, out, fmt.Errorf("%s.%s is no number and no date, and has no %s", t.Name, c.Name, f.agg)
	}
	out.Column = c.ID
	return t, out, nil
}

// shape gives a metric the unit and format of its column, where it is still the same
// quantity and the file says nothing else.
func (o *overlay) shape(m *catalog.Metric) {
	if m.Under != nil || m.Over.Agg == "count" {
		return
	}
	of := o.out.Tables[o.place[m.Table]].Column(m.Over.Column).Shape
	if m.Shape.Unit == "" {
		m.Shape.Unit = of.Unit
	}
	if !m.Shape.Padded {
		m.Shape.Decimals, m.Shape.Padded = of.Decimals, of.Padded
	}
}

// SQL is a metric as a query over its table.
func SQL(m *catalog.Metric, t *catalog.Table) string {
	return "SELECT " + m.SQL(func(id catalog.ColumnID) string { return quoted(t.Column(id).Name) }) + " FROM " + sqlName(t)
}

// someday is an instant to bind with: which one says nothing of names.
var someday = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func binds(c *catalog.Catalog, sql string) error {
	tree, err := syntax.Parse(sql)
	if err == nil {
		_, err = bind.Query(tree, c.All(), bind.Env{Now: someday, Zone: time.UTC})
	}
	return err
}

func sqlName(t *catalog.Table) string { return quoted(t.Schema) + "." + quoted(t.Name) }

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
