package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// Rules are what a rules file grants over one database. [New] is the only
// maker; they never change.
type Rules struct {
	file    string
	version string
	catalog *catalog.Catalog
	keys    keys
	attrs   map[string]Attribute
	scopes  map[string]Scope
	off     Switches
	schemas map[string]Switches
	teams   map[string]Switches
	tables  map[catalog.TableID]*Table
}

// Config is what [New] makes Rules of. Package policy/rules fills it from a
// file. Empty means none: a table that is not listed is closed.
type Config struct {
	File    string // for lines that owners read
	Version string // digest of the file's text
	Catalog *catalog.Catalog
	// Secret and Connection make the keys of hash masks. Secret is that of the
	// workspace, at least 32 bytes; it may be empty if no column is hashed.
	Secret     Secret
	Connection string
	Attributes map[string]Attribute
	// Scopes are what a hard filter may name, by name.
	Scopes map[string]Scope
	// Off is switched off for everybody, Schemas and Teams for one of them.
	Off     Switches
	Schemas map[string]Switches
	Teams   map[string]Switches
	Tables  []Table
}

// Attribute is the declared type of a viewer attribute.
type Attribute struct {
	Type types.Type // of one value
	List bool
}

// Table is the rule of one table.
type Table struct {
	Table  catalog.TableID
	Where  string // file:line, for owners
	AsView bool   // the file says `as: view`: an object with rows of its own
	// Columns that are not listed are closed.
	Columns map[catalog.ColumnID]*Class
	// Told and ColumnsTold are what a person has written about the table and its
	// columns, for people and for models that may see the names.
	Told        Told
	ColumnsTold map[catalog.ColumnID]Told
	// Dictionary are the columns whose values are looked for in questions, as they
	// are stored and for everybody. Nobody is shown them by that.
	Dictionary []catalog.ColumnID
	// Means is what people call stored values of a column: another word, and the
	// value that is meant by it. It is for who sees the value, and for no model.
	Means map[catalog.ColumnID]map[string]string
	// Always is AND-ed to every grant; nil: nothing.
	Always *Condition
	// Fence keeps everything of the viewer above the row filter.
	Fence bool
	// Off is switched off for the table.
	Off    Switches
	Grants []Grant
	// Links say how the table belongs to each scope, by the scope's name. Under
	// a hard filter on a scope that stands not here the table is refused.
	Links map[string]Link
	// Say is how a team's row filter is named to that team, by team.
	Say map[string]string
}

// Class is how columns of one kind are treated.
type Class struct {
	Name string
	Mask Mask // Closed: `show: never`
	// Samples is how many stored values a model may be given: 0 to 3.
	Samples       int
	HideFromModel bool
	// NoValues: what is asked is not matched with stored values.
	NoValues bool
	// Personal: the class is one of personal data. Samples of it want to be meant
	// twice.
	Personal bool
	// Public: what columns of the class show may be given to agents and exports
	// that are given public columns only. It needs a Mask that is Plain.
	Public bool
	Where  string // file:line, for owners
}

// Told is what a person has written about a table or a column. It is not stored
// in the database.
type Told struct {
	About string   // one line
	Also  []string // other names for the same
}

// Empty reports whether nothing was written.
func (t Told) Empty() bool { return t.About == "" && len(t.Also) == 0 }

// Grant opens a table to a team.
type Grant struct {
	Team  string
	Where string // file:line, for owners
	// Rows is the row filter. Exactly one of All and Rows is set.
	All  bool
	Rows *Condition
	// Only, unless nil, are the columns that the grant opens. An empty list
	// opens none.
	Only []catalog.ColumnID
	// Reveal are classes that the team sees plainly; never one of `show: never`.
	Reveal []string
	// RevealNever are columns of `show: never` that the team sees plainly.
	RevealNever []catalog.ColumnID
	// MinGroup, unless nil, opens the table to aggregates alone. A grant that
	// shows a column as [Aggregate] has one.
	MinGroup *MinGroup
}

// MinGroup is a minimum group: the table is read only in counted blocks, each
// number of which is of at least Size distinct values of Entity.
type MinGroup struct {
	Entity catalog.ColumnID
	Size   int // 2 or more
}

// MaxGroup is the greatest Size of a MinGroup.
const MaxGroup = 1_000_000

var teamName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,62}$`)

// Team names that mean something else in a rules file.
func reserved(team string) bool { return team == "always" || team == "viewer" || team == "all" }

// TeamName says what is wrong with a name for a team, or "".
func TeamName(team string) string {
	switch {
	case reserved(team):
		return fmt.Sprintf("%q is a word of the rules", team)
	case !teamName.MatchString(team):
		return fmt.Sprintf("%q is no name for a team: use letters, digits, _ . @ -", team)
	}
	return ""
}

// New checks and freezes rules. It repeats what package policy/rules has
// checked with positions: nothing that it does not understand becomes Rules.
func New(c Config) (*Rules, error) {
	if c.Catalog == nil || c.Version == "" {
		return nil, fmt.Errorf("policy: rules need a catalog and a version")
	}
	r := &Rules{file: c.File, version: c.Version, catalog: c.Catalog, attrs: map[string]Attribute{}, scopes: maps.Clone(c.Scopes),
		off: c.Off, schemas: maps.Clone(c.Schemas), teams: maps.Clone(c.Teams), tables: map[catalog.TableID]*Table{}}
	maps.Copy(r.attrs, c.Attributes)
	for name, s := range c.Scopes {
		if err := s.check(name, c.Catalog); err != nil {
			return nil, err
		}
		r.attrs[ScopeAttribute(name)] = Attribute{Type: s.Type}
	}
	hashed := false
	for _, t := range c.Tables {
		if r.tables[t.Table] != nil {
			return nil, fmt.Errorf("policy: two rules for one table")
		}
		if err := t.check(c.Catalog, r.attrs); err != nil {
			return nil, err
		}
		if err := t.checkLinks(r.scopes); err != nil {
			return nil, err
		}
		t = t.clone()
		r.tables[t.Table] = &t
		for _, class := range t.Columns {
			hashed = hashed || class.Mask.Show == Hash
		}
	}
	if hashed {
		k, err := newKeys(c.Secret, c.Connection)
		if err != nil {
			return nil, err
		}
		r.keys = k
	}
	return r, nil
}

func (t Table) clone() Table {
	columns := make(map[catalog.ColumnID]*Class, len(t.Columns))
	for id, class := range t.Columns {
		c := *class
		columns[id] = &c
	}
	t.Columns = columns
	t.ColumnsTold = maps.Clone(t.ColumnsTold)
	t.Dictionary = slices.Clone(t.Dictionary)
	t.Means = maps.Clone(t.Means)
	for id, words := range t.Means {
		t.Means[id] = maps.Clone(words)
	}
	t.Grants = slices.Clone(t.Grants)
	t.Links = maps.Clone(t.Links)
	for i, g := range t.Grants {
		if g.MinGroup != nil {
			m := *g.MinGroup
			t.Grants[i].MinGroup = &m
		}
		t.Grants[i].Only = slices.Clone(g.Only)
		t.Grants[i].Reveal = slices.Clone(g.Reveal)
		t.Grants[i].RevealNever = slices.Clone(g.RevealNever)
	}
	slices.SortFunc(t.Grants, func(a, b Grant) int { return strings.Compare(a.Team, b.Team) })
	say := make(map[string]string, len(t.Say))
	for team, words := range t.Say {
		say[team] = words
	}
	t.Say = say
	return t
}

func (t Table) check(cat *catalog.Catalog, attrs map[string]Attribute) error {
	stored := cat.Table(t.Table)
	if stored == nil {
		return fmt.Errorf("policy: a rule for a table that does not exist")
	}
	if t.AsView == Stored(stored.Kind) {
		return fmt.Errorf("policy: %s: a view needs `as: view`, and only a view", stored.Name)
	}
	for id, class := range t.Columns {
		col := stored.Column(id)
		if col == nil || class == nil {
			return fmt.Errorf("policy: %s: a class for a column that does not exist", stored.Name)
		}
		if why := class.Mask.Unfit(col.Type); why != "" {
			return fmt.Errorf("policy: %s.%s: %s", stored.Name, col.Name, why)
		}
		if class.Samples < 0 || class.Samples > 3 {
			return fmt.Errorf("policy: class %s: samples are 0 to 3", class.Name)
		}
		if class.Public && class.Mask.Show != Plain {
			return fmt.Errorf("policy: class %s: what is not shown is not public", class.Name)
		}
	}
	for _, id := range t.Dictionary {
		if col := stored.Column(id); col == nil || !col.Type.IsText() {
			return fmt.Errorf("policy: %s: a dictionary of what does not exist, or is no text", stored.Name)
		}
	}
	for id := range t.Means {
		if col := stored.Column(id); col == nil || !col.Type.IsText() {
			return fmt.Errorf("policy: %s: words for values of what does not exist, or is no text", stored.Name)
		}
	}
	if err := t.Always.fits(stored, attrs); err != nil {
		return err
	}
	if err := t.Always.totalOn(cat.Engine); err != nil {
		return err
	}
	for name, l := range t.Links {
		if err := l.Rows.totalOn(cat.Engine); err != nil {
			return fmt.Errorf("policy: scope %s: %w", name, err)
		}
	}
	seen := map[string]bool{}
	for _, g := range t.Grants {
		if TeamName(g.Team) != "" || seen[g.Team] {
			return fmt.Errorf("policy: %s: a team without a name, or named twice", stored.Name)
		}
		seen[g.Team] = true
		if g.All == (g.Rows != nil) {
			return fmt.Errorf("policy: %s: %s needs rows, or all of them", stored.Name, g.Team)
		}
		if err := g.Rows.fits(stored, attrs); err != nil {
			return err
		}
		if err := g.Rows.totalOn(cat.Engine); err != nil {
			return err
		}
		for _, id := range slices.Concat(g.Only, g.RevealNever) {
			if t.Columns[id] == nil {
				return fmt.Errorf("policy: %s: %s is granted a column that has no class", stored.Name, g.Team)
			}
		}
		if err := t.checkGroup(&g, stored); err != nil {
			return err
		}
	}
	return nil
}

// checkGroup checks the minimum group of a grant, and that a grant without one
// shows nothing that is for aggregates alone.
func (t Table) checkGroup(g *Grant, stored *catalog.Table) error {
	if m := g.MinGroup; m != nil {
		col := stored.Column(m.Entity)
		switch {
		case col == nil || col.Type.Kind == types.Unsupported:
			return fmt.Errorf("policy: %s: %s counts by a column that does not exist, or cannot be read", stored.Name, g.Team)
		case m.Size < 2 || m.Size > MaxGroup:
			return fmt.Errorf("policy: %s: %s: a minimum group is of 2 to %d", stored.Name, g.Team, MaxGroup)
		}
		return nil
	}
	for id := range t.Columns {
		if t.treat(g, id).Show == Aggregate {
			return fmt.Errorf("policy: %s: %s sees %s in aggregates only, and needs a minimum group for them", stored.Name, g.Team, stored.Column(id).Name)
		}
	}
	return nil
}

// Stored reports the kinds of relation whose rows Grille knows to be stored in
// them. Any other relation computes its rows in the database, with rights and
// filters of its own: it is an object of its own and is named with `as: view`.
func Stored(k catalog.Kind) bool {
	switch k {
	case catalog.Ordinary, catalog.Partitioned:
		return true
	case catalog.Partition, catalog.View, catalog.MaterializedView, catalog.Foreign, catalog.Virtual:
		return false
	default:
		panic("policy: unknown kind of relation")
	}
}

// treat is what a grant shows of a column.
func (t *Table) treat(g *Grant, id catalog.ColumnID) Mask {
	class := t.Columns[id]
	switch {
	case class == nil:
		return Mask{}
	case g.Only != nil && !slices.Contains(g.Only, id):
		return Mask{}
	case class.Mask.Show == Closed:
		if slices.Contains(g.RevealNever, id) {
			return Mask{Show: Plain}
		}
		return Mask{}
	case slices.Contains(g.Reveal, class.Name):
		return Mask{Show: Plain}
	default:
		return class.Mask
	}
}

// grants of the teams, in the order of their names.
func (t *Table) grantsOf(teams []string) []*Grant {
	var gs []*Grant
	for i := range t.Grants {
		if slices.Contains(teams, t.Grants[i].Team) {
			gs = append(gs, &t.Grants[i])
		}
	}
	return gs
}
