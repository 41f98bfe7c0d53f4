package rules

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// table is one entry of tables.
type table struct {
	key    strict.Node
	value  strict.Node
	stored *catalog.Table
	rule   policy.Table

	columns map[catalog.ColumnID]strict.Node // where each column is named
	group   *policy.MinGroup                 // of every grant
	exposes exposes
	links   map[string][]catalog.ColumnID // the columns by which each link begins
	shared  bool                          // in every scope
	never   []catalog.ColumnID            // of class show: never
}

// declare finds the table of an entry, so that row conditions of all tables can
// name it.
func (c *compiler) declare(e strict.Entry) error {
	stored, err := findTable(c.cat, e.Name)
	if err != nil && !opensAny(e.Value) {
		c.say(Note, e.Key.Pos(), "%s; if the database role may not read it, all is well: nobody has a grant here", err)
		return nil
	}
	if err != nil {
		return e.Key.Errorf("%s", err)
	}
	for _, t := range c.tables {
		if t.stored == stored {
			return e.Key.Errorf("%s stands already on line %d: keep one of them", tableName(c.cat, stored), t.key.Pos().Line)
		}
	}
	t := &table{key: e.Key, value: e.Value, stored: stored, columns: map[catalog.ColumnID]strict.Node{}, links: map[string][]catalog.ColumnID{}}
	t.rule = policy.Table{Table: stored.ID, Where: e.Key.Pos().String(), Columns: map[catalog.ColumnID]*policy.Class{},
		ColumnsTold: map[catalog.ColumnID]policy.Told{}, Means: map[catalog.ColumnID]map[string]string{}, Say: map[string]string{}}
	c.tables = append(c.tables, t)
	return nil
}

// opensAny reports whether an entry of a table may open it, for all that can be
// told without the table: it has grants, or says what this version does not know.
func opensAny(n strict.Node) bool {
	columns := false
	for _, e := range entriesOf(n) {
		switch e.Name {
		case "columns":
			columns = true
		case "as", "exposes", "always", "fence", "about", "also", "shared", "scope", "min_group", "model", "samples", "values", "run":
		default:
			return true
		}
	}
	return !columns
}

func (c *compiler) readTable(t *table) error {
	err := t.value.Fields(append(dataSwitches(&t.rule.Off),
		strict.Optional("as", t.readAs),
		strict.Required("columns", func(n strict.Node) error { return c.readColumns(t, n) }),
		strict.Optional("exposes", func(n strict.Node) error { return c.readExposes(t, n) }),
		strict.Optional("always", func(n strict.Node) (err error) { t.rule.Always, err = c.condition(t, n); return err }),
		strict.Optional("fence", t.readFence),
		strict.Optional("about", c.readAbout(&t.rule.Told)),
		strict.Optional("also", c.readAlso(&t.rule.Told)),
		strict.Optional("shared", readWord("true", &t.shared)),
		strict.Optional("scope", func(n strict.Node) error { return c.readScope(t, n) }),
		strict.Optional("min_group", func(n strict.Node) (err error) { t.group, err = c.readGroup(t, n); return err }),
		strict.Optional("grants", func(n strict.Node) error { return c.readGrants(t, n) }),
		strict.Optional("say", func(n strict.Node) error { return t.readSay(n) }),
	)...)
	if err != nil {
		return err
	}
	if !policy.Stored(t.stored.Kind) && !t.rule.AsView {
		return t.key.Errorf("%s is a %s, which the database fills by its own rules, not by those of this file: write `as: view` if its rows may be seen as they are", t.stored.Name, kind(t.stored.Kind))
	}
	if off := c.off.And(c.schemas[t.stored.Schema]).And(t.rule.Off); len(t.rule.Dictionary) > 0 && (off.NoValues || off.ShowOnly) {
		c.say(Warning, t.key.Pos(), "values or run is switched off for %s, so its columns with dictionary: true are not read, and names that only they have may leave", t.stored.Name)
	}
	return c.share(t)
}

func kind(k catalog.Kind) string {
	switch k {
	case catalog.Ordinary:
		return "table"
	case catalog.Partitioned:
		return "partitioned table"
	case catalog.Partition:
		return "partition or child of another table"
	case catalog.View:
		return "view"
	case catalog.MaterializedView:
		return "materialized view"
	case catalog.Foreign:
		return "foreign table"
	case catalog.Virtual:
		return "virtual table"
	default:
		panic("rules: unknown kind of table")
	}
}

// readAs reads as: view.
func (t *table) readAs(n strict.Node) error {
	if _, err := n.OneOf("view"); err != nil {
		return err
	}
	if policy.Stored(t.stored.Kind) {
		return n.Errorf("%s is a %s: remove `as: view`", t.stored.Name, kind(t.stored.Kind))
	}
	t.rule.AsView = true
	return nil
}

// readFence reads fence: always.
func (t *table) readFence(n strict.Node) error {
	_, err := n.OneOf("always")
	t.rule.Fence = err == nil
	return err
}

// readColumns reads columns: {id: key, name: {class: pii.name, dictionary: true}}.
func (c *compiler) readColumns(t *table, n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name == "*" {
			return e.Key.Errorf(`"*" would open columns that do not exist yet: run "grille rules check --write" to put the columns of today in its place`)
		}
		col, err := findColumn(t.stored, e.Name)
		if err != nil && c.closes(e.Value) {
			c.say(Note, e.Key.Pos(), "%s; if the database role may not read it, all is well: it is closed here", err)
			continue
		}
		if err != nil {
			return e.Key.Errorf("%s", err)
		}
		if at, ok := t.columns[col.ID]; ok {
			return e.Key.Errorf("column %s stands already on line %d: keep one of them", col.Name, at.Pos().Line)
		}
		t.columns[col.ID] = e.Key
		if err := c.readColumn(t, col, e.Value); err != nil {
			return err
		}
	}
	return nil
}

// closes reports whether what stands at a column only closes it: its class is
// `show: never`. A role with the least rights cannot read such a column, and then
// it is not in the catalog.
func (c *compiler) closes(n strict.Node) bool {
	if n.Kind() == strict.KindText {
		class, err := c.class(n)
		return err == nil && class.Mask.Show == policy.Closed
	}
	closes := false
	for _, e := range entriesOf(n) {
		closes = closes || e.Name == "class" && e.Value.Kind() == strict.KindText && c.closes(e.Value)
	}
	return closes
}

// entriesOf are the entries of a map; none of anything else.
func entriesOf(n strict.Node) []strict.Entry {
	entries, err := n.Entries()
	if err != nil {
		return nil
	}
	return entries
}

// readColumn reads what stands at a column: its class, or {class: pii.name,
// samples: none, about: "as in the passport"}. A switch of one column is as if
// its class had it.
func (c *compiler) readColumn(t *table, col *catalog.Column, n strict.Node) error {
	var of struct {
		*class
		off        policy.Switches
		told       policy.Told
		dictionary bool
		means      map[string]string
	}
	readClass := func(n strict.Node) (err error) { of.class, err = c.class(n); return err }
	read := readClass
	if n.Kind() != strict.KindText {
		read = func(n strict.Node) error {
			return n.Fields(
				strict.Required("class", readClass),
				strict.Optional("model", readWord("hide", &of.off.HideFromModel)),
				strict.Optional("samples", readWord("none", &of.off.NoSamples)),
				strict.Optional("values", readWord("none", &of.off.NoValues)),
				strict.Optional("about", c.readAbout(&of.told)),
				strict.Optional("also", c.readAlso(&of.told)),
				strict.Optional("dictionary", readWord("true", &of.dictionary)),
				strict.Optional("means", readMeans(&of.means)),
			)
		}
	}
	if err := read(n); err != nil {
		return err
	}
	use := of.Class
	if of.own {
		use.Mask.Family = policy.ColumnFamily(t.stored.Schema, t.stored.Name, col.Name)
	}
	if why := use.Mask.Unfit(col.Type); why != "" {
		return n.Errorf("class %q does not fit %s: %s", use.Name, col.Name, why)
	}
	if of.off.NoSamples || of.off.HideFromModel || !col.Type.IsText() {
		use.Samples = 0
	}
	use.HideFromModel = use.HideFromModel || of.off.HideFromModel
	use.NoValues = of.off.NoValues
	if of.dictionary {
		if !col.Type.IsText() {
			return n.Errorf("%s is no text: the dictionary of personal data holds names, addresses and ids that are texts", col.Name)
		}
		if use.NoValues {
			return n.Errorf("`values: none` keeps the values of %s from being read, which dictionary asks for: keep one of them", col.Name)
		}
		t.rule.Dictionary = append(t.rule.Dictionary, col.ID)
	}
	if of.means != nil {
		if !col.Type.IsText() || use.NoValues {
			return n.Errorf("what is asked is not matched with values of %s: remove means, or `values: none`; it is of texts", col.Name)
		}
		t.rule.Means[col.ID] = of.means
	}
	if use.Mask.Show == policy.Closed {
		t.never = append(t.never, col.ID)
	}
	t.rule.Columns[col.ID] = &use
	if !of.told.Empty() {
		t.rule.ColumnsTold[col.ID] = of.told
	}
	return nil
}

// class finds the class that n names.
func (c *compiler) class(n strict.Node) (*class, error) {
	name, err := n.Text()
	if err != nil {
		return nil, err
	}
	if k, ok := c.classes[name]; ok {
		return k, nil
	}
	return nil, n.Errorf("unknown class %q: %s", name, meant(name, c.classNames()))
}

func (c *compiler) classNames() []string {
	var names []string
	for name := range c.classes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// readGrants reads grants: {team: {rows: ..., reveal: [...]}}.
func (c *compiler) readGrants(t *table, n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := c.team(e); err != nil {
			return err
		}
		g := policy.Grant{Team: e.Name, Where: e.Key.Pos().String()}
		if err := c.readGrant(t, &g, e.Key, e.Value); err != nil {
			return err
		}
		t.rule.Grants = append(t.rule.Grants, g)
	}
	return nil
}

func (c *compiler) readGrant(t *table, g *policy.Grant, at, n strict.Node) error {
	var group strict.Node
	err := n.Fields(
		strict.Required("rows", func(n strict.Node) error {
			text, err := n.Text()
			if err != nil {
				return err
			}
			if text == "all" {
				g.All = true
				return nil
			}
			g.Rows, err = c.condition(t, n)
			return err
		}),
		strict.Optional("min_group", func(n strict.Node) (err error) { group = n; g.MinGroup, err = c.readGroup(t, n); return err }),
		strict.Optional("columns", func(n strict.Node) error { return t.readOnly(g, n) }),
		strict.Optional("reveal", func(n strict.Node) error { return c.readReveal(g, n) }),
		strict.Optional("reveal_never", func(n strict.Node) error { return c.readRevealNever(t, g, n) }),
	)
	if err != nil {
		return err
	}
	if err := t.raise(g, group); err != nil {
		return err
	}
	return t.needsGroup(g, at)
}

// readOnly reads columns: [id, ward], which narrow a grant.
func (t *table) readOnly(g *policy.Grant, n strict.Node) error {
	items, err := n.List()
	if err != nil {
		return err
	}
	for _, item := range items {
		id, err := t.classified(item)
		if err != nil {
			return err
		}
		if slices.Contains(g.Only, id) {
			return item.Errorf("this column stands here already: keep one of them")
		}
		g.Only = append(g.Only, id)
	}
	return nil
}

// classified is the column that n names, which has a class.
func (t *table) classified(n strict.Node) (catalog.ColumnID, error) {
	name, err := n.Text()
	if err != nil {
		return 0, err
	}
	col, err := findColumn(t.stored, name)
	if err != nil {
		return 0, n.Errorf("%s", err)
	}
	if t.rule.Columns[col.ID] == nil {
		return 0, n.Errorf("column %s has no class, so nobody sees it: name it under columns first", col.Name)
	}
	return col.ID, nil
}

// readReveal reads reveal: [class, ...].
func (c *compiler) readReveal(g *policy.Grant, n strict.Node) error {
	items, err := n.List()
	if err != nil {
		return err
	}
	for _, item := range items {
		class, err := c.class(item)
		if err != nil {
			return err
		}
		switch {
		case class.Mask.Show == policy.Closed:
			return item.Errorf("class %q is `show: never`, which opens by naming a column only: write reveal_never: [column]", class.Name)
		case class.Mask.Show == policy.Plain:
			return item.Errorf("class %q is shown as it is already: remove it from reveal", class.Name)
		case slices.Contains(g.Reveal, class.Name):
			return item.Errorf("class %q stands here already: keep one of them", class.Name)
		}
		g.Reveal = append(g.Reveal, class.Name)
	}
	return nil
}

// readRevealNever reads reveal_never: [column, ...].
func (c *compiler) readRevealNever(t *table, g *policy.Grant, n strict.Node) error {
	items, err := n.List()
	if err != nil {
		return err
	}
	for _, item := range items {
		id, err := t.classified(item)
		if err != nil {
			return err
		}
		col := t.stored.Column(id)
		switch {
		case !slices.Contains(t.never, id):
			return item.Errorf("the class of %s is not `show: never`: write reveal: [class] to show it as it is", col.Name)
		case slices.Contains(g.RevealNever, id):
			return item.Errorf("column %s stands here already: keep one of them", col.Name)
		case g.Only != nil && !slices.Contains(g.Only, id):
			return item.Errorf("column %s is not among the grant's columns: add it there, or remove it here", col.Name)
		}
		g.RevealNever = append(g.RevealNever, id)
		c.say(Warning, item.Pos(), "%s sees %s, whose class says `show: never`", g.Team, col.Name)
	}
	return nil
}

const longestSay = 200

// readSay reads say: {team: "your wards"}: how a row rule is named to the team.
func (t *table) readSay(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	var teams []string
	for _, g := range t.rule.Grants {
		teams = append(teams, g.Team)
	}
	for _, e := range entries {
		if !slices.Contains(teams, e.Name) {
			return e.Key.Errorf("%q has no grant here: %s", e.Name, meant(e.Name, teams))
		}
		words, err := e.Value.Text()
		if err != nil {
			return err
		}
		if utf8.RuneCountInString(words) > longestSay || strings.ContainsAny(words, "\n\t") {
			return e.Value.Errorf("a short line is meant here: at most %d characters", longestSay)
		}
		t.rule.Say[e.Name] = words
	}
	return nil
}
