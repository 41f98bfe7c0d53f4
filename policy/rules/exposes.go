package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// exposes is what an entry shows knowingly of columns that are closed, masked or
// counted in groups where they are stored.
type exposes struct {
	all     bool
	columns []catalog.Source
	at      []strict.Node // of each column
}

// readExposes reads exposes: all, or [public.patients.ssn, ...].
func (c *compiler) readExposes(t *table, n strict.Node) error {
	if n.Kind() == strict.KindText {
		_, err := n.OneOf("all")
		t.exposes.all = err == nil
		return err
	}
	items, err := n.List()
	if err != nil {
		return err
	}
	for _, item := range items {
		name, err := item.Text()
		if err != nil {
			return err
		}
		of, col, err := findStored(c.cat, name)
		if err != nil {
			return item.Errorf("%s", err)
		}
		s := catalog.Source{Table: of.ID, Column: col.ID}
		if slices.Contains(t.exposes.columns, s) {
			return item.Errorf("this column stands here already: keep one of them")
		}
		t.exposes.columns, t.exposes.at = append(t.exposes.columns, s), append(t.exposes.at, item)
	}
	return nil
}

func (x exposes) says(s catalog.Source) bool { return x.all || slices.Contains(x.columns, s) }

// findStored finds the column that table.column names.
func findStored(cat *catalog.Catalog, name string) (*catalog.Table, *catalog.Column, error) {
	parts, ok := split(name)
	if !ok || len(parts) < 2 {
		return nil, nil, fmt.Errorf("%q is no column: write table.column, as in customers.id", name)
	}
	last := parts[len(parts)-1].written()
	t, err := findTable(cat, strings.TrimSuffix(name, "."+last))
	if err != nil {
		return nil, nil, err
	}
	col, err := findColumn(t, last)
	return t, col, err
}

// exposed refuses an entry that shows a column which is closed, masked or counted
// in groups elsewhere, under a name of its own (redteam H4).
func (c *compiler) exposed(t *table) {
	from, opaque := c.sources(t)
	computed := c.computed(t)
	for i, s := range t.exposes.columns {
		if !slices.Contains(from, s) && !slices.ContainsFunc(computed, func(g computedColumn) bool { return g.from(t, s) }) && !opaque {
			c.say(Error, t.exposes.at[i].Pos(), "%s is not made from %s: remove it from exposes", t.stored.Name, c.nameOf(s))
		}
	}
	if t.exposes.all {
		return
	}
	if c.opens(t) {
		c.exposedByView(t, from, opaque)
	}
	for _, g := range computed {
		c.exposedByColumn(t, g)
	}
}

// opens reports whether any grant of t shows a value of it.
func (c *compiler) opens(t *table) bool {
	return slices.ContainsFunc(t.rule.Grants, func(g policy.Grant) bool { return t.showsAny(g) })
}

func (t *table) showsAny(g policy.Grant) bool {
	return slices.ContainsFunc(t.stored.Columns, func(col *catalog.Column) bool { return shows(t.rule.Shows(g, col.ID)) })
}

// shows reports masks that leave something of a value.
func shows(m policy.Mask) bool { return m.Show != policy.Closed && m.Show != policy.Redact }

// sources are the stored columns that t is made from, through views that the file
// does not name, and whether it may be made from others.
func (c *compiler) sources(t *table) (from []catalog.Source, opaque bool) {
	seen := map[catalog.TableID]bool{}
	var add func(of *catalog.Table)
	add = func(of *catalog.Table) {
		if seen[of.ID] {
			return
		}
		seen[of.ID] = true
		opaque = opaque || of.Opaque || of.Kind == catalog.Virtual // a search index has a text of its own table, or of another
		for _, s := range of.Sources {
			next := c.cat.Table(s.Table)
			if next == nil {
				opaque = true
				continue
			}
			view := next.Kind == catalog.View || next.Kind == catalog.MaterializedView
			if (!view || c.tableOf(s.Table) != nil) && !slices.Contains(from, s) {
				from = append(from, s)
			}
			if view {
				add(next)
			}
		}
	}
	if !policy.Stored(t.stored.Kind) {
		add(t.stored)
	}
	return from, opaque
}

func (c *compiler) exposedByView(t *table, from []catalog.Source, opaque bool) {
	if opaque {
		c.say(Error, t.key.Pos(), "the database does not say everything that %s is made from (it reads whole rows, tables that Grille was not given, or calls functions), so it may show anything: write `exposes: all` if everybody with a grant here may see whatever it shows", t.stored.Name)
		return
	}
	var hidden, add []string
	for _, s := range from {
		why := ""
		for _, g := range t.rule.Grants {
			if why == "" && t.showsAny(g) && !t.exposes.says(s) {
				why = c.hides(s, g)
			}
		}
		if why != "" {
			hidden = append(hidden, fmt.Sprintf("%s (%s)", c.nameOf(s), why))
			add = append(add, c.nameOf(s))
		}
	}
	if len(hidden) > 0 {
		c.say(Error, t.key.Pos(), "%s is made from columns that this file does not open where they are stored: %s. Grant another view, or write what it shows knowingly: exposes: [%s]",
			t.stored.Name, strings.Join(hidden, ", "), strings.Join(add, ", "))
	}
}

// hides says how the file hides a stored column from the team of g, a grant of
// something that is made from it; "" if it does not.
func (c *compiler) hides(s catalog.Source, g policy.Grant) string {
	of := c.tableOf(s.Table)
	if of == nil {
		return "its table is not named"
	}
	class := of.rule.Columns[s.Column]
	if class == nil {
		return "closed"
	}
	mask, group := class.Mask, of.group
	for _, own := range of.rule.Grants {
		if own.MinGroup != nil {
			group = own.MinGroup
		}
	}
	for _, own := range of.rule.Grants {
		if own.Team == g.Team {
			mask, group = of.rule.Shows(own, s.Column), own.MinGroup
		}
	}
	switch {
	case mask.Show == policy.Closed && class.Mask.Show != policy.Closed:
		return "closed to " + g.Team
	case mask.Show == policy.Closed:
		return fmt.Sprintf("closed, class %q", class.Name)
	case mask.Show != policy.Plain:
		return fmt.Sprintf("masked, class %q", class.Name)
	case group != nil && g.MinGroup == nil:
		return "in groups only; a min_group here would do"
	}
	return ""
}

// computedColumn is a generated column; any says that the database does not tell
// from what.
type computedColumn struct {
	*catalog.Column
	any bool
}

func (c *compiler) computed(t *table) []computedColumn {
	var gs []computedColumn
	for _, col := range t.stored.Columns {
		if col.Generated && t.rule.Columns[col.ID] != nil {
			gs = append(gs, computedColumn{col, c.cat.Engine != catalog.Postgres && col.Sources == nil})
		}
	}
	return gs
}

func (g computedColumn) from(t *table, s catalog.Source) bool {
	return s.Table == t.stored.ID && s.Column != g.ID && (g.any || slices.Contains(g.Sources, s.Column))
}

// exposedByColumn: lower(email) is the e-mail address under another name. A column
// of the class of what it is computed from is treated like that.
func (c *compiler) exposedByColumn(t *table, g computedColumn) {
	class := t.rule.Columns[g.ID]
	var hidden, add []string
	for _, col := range t.stored.Columns {
		s := catalog.Source{Table: t.stored.ID, Column: col.ID}
		if !g.from(t, s) || t.exposes.says(s) {
			continue
		}
		of := t.rule.Columns[col.ID]
		if slices.ContainsFunc(t.rule.Grants, func(grant policy.Grant) bool {
			got, had := t.rule.Shows(grant, g.ID), t.rule.Shows(grant, col.ID)
			alike := of != nil && of.Name == class.Name && got.Show == had.Show
			return shows(got) && had.Show != policy.Plain && !alike
		}) {
			hidden, add = append(hidden, col.Name), append(add, c.nameOf(s))
		}
	}
	for _, id := range g.Sources {
		if t.stored.Column(id) == nil && shows(class.Mask) && len(t.rule.Grants) > 0 {
			hidden, add = append(hidden, "a column that Grille's role may not read"), []string{"all"}
		}
	}
	if len(hidden) == 0 {
		return
	}
	list := "[" + strings.Join(add, ", ") + "]"
	if slices.Contains(add, "all") {
		list = "all"
	}
	how := "is computed from " + strings.Join(hidden, ", ")
	if g.any {
		how = "is computed, the database does not say from what, and it could be " + strings.Join(hidden, ", ")
	}
	c.say(Error, t.columns[g.ID].Pos(), "%s %s, of which class %q shows more than is open: give it the class of what it is computed from, or write what it shows knowingly: exposes: %s",
		g.Name, how, class.Name, list)
}

func (c *compiler) nameOf(s catalog.Source) string {
	t := c.cat.Table(s.Table)
	return tableName(c.cat, t) + "." + identifier(t.Column(s.Column).Name)
}

// beneath says of a view which rules of the tables below it end there.
func (c *compiler) beneath(t *table) {
	if !t.rule.AsView {
		return
	}
	from, _ := c.sources(t)
	var filtered []string
	seen := map[catalog.TableID]bool{}
	for _, s := range from {
		of := c.tableOf(s.Table)
		if of == nil || seen[s.Table] {
			continue
		}
		seen[s.Table] = true
		if of.rule.Always != nil || slices.ContainsFunc(of.rule.Grants, func(g policy.Grant) bool { return g.Rows != nil }) {
			filtered = append(filtered, of.stored.Name)
		}
		c.scopedBelow(t, of)
		c.offBelow(t, of)
	}
	if len(filtered) > 0 {
		c.say(Warning, t.key.Pos(), "the row rules of %s do not hold inside %s, which shows whatever rows it is made of: give it rows of its own", strings.Join(filtered, ", "), t.stored.Name)
		return
	}
	c.say(Note, t.key.Pos(), "%s is a %s: the rules of the tables below it do not hold inside", t.stored.Name, kind(t.stored.Kind))
}

// offBelow: neither does what is switched off for a table.
func (c *compiler) offBelow(t, of *table) {
	if of.rule.Off.And(t.rule.Off) != t.rule.Off {
		c.say(Warning, t.key.Pos(), "model, samples, values or run is switched off for %s, and not for %s, which is made from it: switch it off here too", of.stored.Name, t.stored.Name)
	}
}

// scopedBelow: the scope of a table does not pass through a view over it.
func (c *compiler) scopedBelow(t, of *table) {
	for _, name := range c.scopeNames() {
		below, ok := of.rule.Links[name]
		if !ok || below.Shared {
			continue
		}
		switch own, ok := t.rule.Links[name]; {
		case !ok:
			c.say(Note, t.key.Pos(), "%s is made from %s, which belongs to scope %s, and is refused under that filter until it says by which of its columns it belongs: scope: {%s: COLUMN}", t.stored.Name, of.stored.Name, name, name)
		case own.Shared && !t.exposes.all:
			c.say(Error, t.key.Pos(), "%s is shared in scope %s and is made from %s, which is not: write scope: {%s: COLUMN}, or `exposes: all`", t.stored.Name, name, of.stored.Name, name)
		}
	}
}
