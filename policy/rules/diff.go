package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
)

// Effect is what a change does to what may be seen.
type Effect uint8

const (
	Opens   Effect = iota // somebody sees more
	Changes               // somebody sees something else, which may be more
	Closes                // somebody sees less
)

func (e Effect) String() string {
	switch e {
	case Opens:
		return "opens"
	case Changes:
		return "changes"
	case Closes:
		return "closes"
	default:
		panic("rules: unknown effect")
	}
}

// Change is one difference between two rules files, in words for owners.
type Change struct {
	Effect Effect `json:"-"`
	Word   string `json:"effect"`         // Effect in a word
	Team   string `json:"team,omitempty"` // "" for everybody
	Table  string `json:"table,omitempty"`
	Column string `json:"column,omitempty"`
	Text   string `json:"text"`
}

func (c Change) String() string {
	at := ""
	switch {
	case c.Column != "":
		at = " " + c.Table + "." + c.Column
	case c.Table != "":
		at = " " + c.Table
	}
	if c.Team != "" {
		at += " for " + c.Team
	}
	return c.Word + at + ": " + c.Text
}

// Diff says what new opens and closes against old; both are of one catalog. It
// compares what is granted, not how it is written: a class that is renamed and
// shows the same is no difference. Where it cannot tell whether a change opens,
// as of two row conditions, it says that it changes.
func Diff(old, new *policy.Rules) []Change {
	d := differ{a: old.Granted(), b: new.Granted()}
	d.switches("", "", "the connection", d.a.Off, d.b.Off)
	for _, name := range both(d.a.Schemas, d.b.Schemas) {
		d.switches("", "", "schema "+name, d.a.Schemas[name], d.b.Schemas[name])
	}
	for _, name := range both(d.a.Teams, d.b.Teams) {
		d.switches(name, "", "the team", d.a.Teams[name], d.b.Teams[name])
	}
	d.attributes()
	for _, name := range both(d.a.Scopes, d.b.Scopes) {
		d.scope(name)
	}
	for _, t := range d.a.Catalog.Tables {
		d.table(t)
	}
	return d.out
}

type differ struct {
	a, b policy.Config
	out  []Change
}

func (d *differ) say(e Effect, at Change, format string, args ...any) {
	at.Effect, at.Word, at.Text = e, e.String(), fmt.Sprintf(format, args...)
	d.out = append(d.out, at)
}

func both[V any](a, b map[string]V) []string {
	var names []string
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		names = append(names, name)
	}
	return sorted(names)
}

// flip says a change of something that closes where it stands.
func (d *differ) flip(at Change, was, is bool, off, on string) {
	switch {
	case was && !is:
		d.say(Opens, at, "%s", on)
	case is && !was:
		d.say(Closes, at, "%s", off)
	}
}

func (d *differ) switches(team, table, level string, a, b policy.Switches) {
	at := Change{Team: team, Table: table}
	d.flip(at, a.HideFromModel || a.NoModel, b.HideFromModel || b.NoModel, level+" is hidden from models", level+" is no longer hidden from models")
	d.flip(at, a.NoModel, b.NoModel, "no model drafts for "+level, "models may draft for "+level)
	d.flip(at, a.NoSamples, b.NoSamples, "no samples of "+level, "samples of "+level+" may be given to models, where a class says so")
	d.flip(at, a.PrivateModels, b.PrivateModels, "only private models draft for "+level, "models that are not private may draft for "+level)
	d.flip(at, a.NoValues, b.NoValues, "what is asked is not matched with values of "+level, "what is asked is matched with values of "+level)
	d.flip(at, a.StrictPrivacy, b.StrictPrivacy, level+" is asked before a word leaves that may be personal data", level+" is no longer asked before a word leaves that may be personal data")
	d.flip(at, a.ShowOnly, b.ShowOnly, "SQL over "+level+" is shown and not run", "SQL over "+level+" is run")
}

func (d *differ) attributes() {
	for _, name := range both(d.a.Attributes, d.b.Attributes) {
		a, was := d.a.Attributes[name]
		b, is := d.b.Attributes[name]
		if was && is && a != b {
			d.say(Changes, Change{}, "attribute %s is %s, and was %s", name, attributeWords(b), attributeWords(a))
		}
	}
}

func attributeWords(a policy.Attribute) string {
	if a.List {
		return a.Type.String() + "[]"
	}
	return a.Type.String()
}

func (d *differ) scope(name string) {
	a, was := d.a.Scopes[name]
	b, is := d.b.Scopes[name]
	switch {
	case !was && b.Required:
		d.say(Closes, Change{}, "scope %s is declared and required: without the filter nothing is visible", name)
	case !was:
		d.say(Closes, Change{}, "scope %s is declared: a filter that names it leaves what belongs to it", name)
	case !is && a.Required:
		d.say(Opens, Change{}, "scope %s is gone, and was required: everything is visible without a filter", name)
	case !is:
		d.say(Closes, Change{}, "scope %s is gone: a filter that names it is refused", name)
	default:
		d.flip(Change{}, a.Required, b.Required, "scope "+name+" is required: without the filter nothing is visible", "scope "+name+" is no longer required: without the filter everything granted is visible")
		if a.Table != b.Table || a.Column != b.Column {
			d.say(Changes, Change{}, "scope %s is anchored at %s, and was at %s", name, d.anchor(b), d.anchor(a))
		}
	}
}

func (d *differ) anchor(s policy.Scope) string {
	t := d.a.Catalog.Table(s.Table)
	return tableName(d.a.Catalog, t) + "." + t.Column(s.Column).Name
}

func (d *differ) table(t *catalog.Table) {
	a, b := ruleOf(d.a, t.ID), ruleOf(d.b, t.ID)
	at := Change{Table: tableName(d.a.Catalog, t)}
	d.switches("", at.Table, "the table", a.Off, b.Off)
	if a.Fence && !b.Fence && len(b.Grants) > 0 {
		d.say(Changes, at, "fence: always is gone, so time may tell more of hidden rows")
	}
	d.told(at, a.Told, b.Told)
	for _, name := range both(d.a.Scopes, d.b.Scopes) {
		d.link(at, name, a, b)
	}
	var teams []string
	for _, g := range slices.Concat(a.Grants, b.Grants) {
		teams = append(teams, g.Team)
	}
	for _, team := range sorted(teams) {
		at.Team = team
		d.grant(at, t, a, b)
	}
	at.Team = ""
	for _, col := range t.Columns {
		at.Column = col.Name
		d.class(at, a.Columns[col.ID], b.Columns[col.ID])
		d.told(at, a.ColumnsTold[col.ID], b.ColumnsTold[col.ID])
		if !maps.Equal(a.Means[col.ID], b.Means[col.ID]) {
			d.say(Changes, at, "what people call its values are other words")
		}
	}
}

// told is what people and models read of it.
func (d *differ) told(at Change, a, b policy.Told) {
	if a.About != b.About || !slices.Equal(a.Also, b.Also) {
		d.say(Changes, at, "what people and models read about it is another text")
	}
}

// link is what a hard filter leaves of the table.
func (d *differ) link(at Change, scope string, a, b policy.Table) {
	if _, ok := d.a.Scopes[scope]; !ok || len(a.Grants) == 0 || len(b.Grants) == 0 {
		return // the scope, or the grant, is the news
	}
	if _, ok := d.b.Scopes[scope]; !ok {
		return
	}
	x, y := a.Links[scope], b.Links[scope]
	was, is := linkWords(a, scope), linkWords(b, scope)
	switch {
	case was == is && (x.Rows == nil || x.Rows.Text() == y.Rows.Text()):
	case was == is:
		d.say(Changes, at, "belongs to scope %s by %s, and did by %s", scope, y.Rows.Text(), x.Rows.Text())
	case is == "shared" || was == "refused":
		d.say(Opens, at, "under the filter %s it is %s, and was %s", scope, is, was)
	default:
		d.say(Closes, at, "under the filter %s it is %s, and was %s", scope, is, was)
	}
}

func (d *differ) grant(at Change, t *catalog.Table, a, b policy.Table) {
	x, y := grantOf(a, at.Team), grantOf(b, at.Team)
	switch {
	case x == nil:
		d.say(Opens, at, "granted; rows: %s%s; columns: %s", rowsWords(b, *y), inGroups(t, y.MinGroup), d.columns(t, b, *y))
		return
	case y == nil:
		d.say(Closes, at, "no longer granted; rows were: %s; columns were: %s", rowsWords(a, *x), d.columns(t, a, *x))
		return
	}
	d.rows(at, rowsWords(a, *x), rowsWords(b, *y))
	d.group(at, t, x.MinGroup, y.MinGroup)
	for _, col := range t.Columns {
		at.Column = col.Name
		d.mask(at, a.Shows(*x, col.ID), b.Shows(*y, col.ID))
	}
}

func inGroups(t *catalog.Table, m *policy.MinGroup) string {
	if m == nil {
		return ""
	}
	return ", in groups of " + groupWords(t, m)
}

// columns are those that a grant opens, with what is shown of them.
func (d *differ) columns(t *catalog.Table, rule policy.Table, g policy.Grant) string {
	var words []string
	for _, col := range t.Columns {
		if m := rule.Shows(g, col.ID); m.Show != policy.Closed {
			words = append(words, fmt.Sprintf("%s (%s)", col.Name, maskWords(m)))
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

func (d *differ) rows(at Change, was, is string) {
	switch {
	case was == is:
	case is == "all":
		d.say(Opens, at, "every row, and were: %s", was)
	case was == "all":
		d.say(Closes, at, "rows are: %s, and were all", is)
	default:
		d.say(Changes, at, "rows are: %s, and were: %s", is, was)
	}
}

func (d *differ) group(at Change, t *catalog.Table, a, b *policy.MinGroup) {
	was, is := groupWords(t, a), groupWords(t, b)
	switch {
	case was == is:
	case a == nil:
		d.say(Closes, at, "in groups of %s only, and was not", is)
	case b == nil:
		d.say(Opens, at, "row by row, and was in groups of %s", was)
	case a.Entity != b.Entity:
		d.say(Changes, at, "in groups of %s, and was of %s", is, was)
	case b.Size < a.Size:
		d.say(Opens, at, "in groups of %s, and was of %s", is, was)
	default:
		d.say(Closes, at, "in groups of %s, and was of %s", is, was)
	}
}

func (d *differ) mask(at Change, a, b policy.Mask) {
	if a == b {
		return
	}
	d.say(maskEffect(a, b), at, "shows %s, and was %s", maskWords(b), maskWords(a))
}

// maskEffect compares what two masks leave, where one leaves no more than the
// other on every value; else it changes.
func maskEffect(a, b policy.Mask) Effect {
	less := func(a, b policy.Mask) bool {
		calendar := []policy.Show{policy.Year, policy.Month, policy.Day}
		i, j := slices.Index(calendar, a.Show), slices.Index(calendar, b.Show)
		switch {
		case a.Show == policy.Closed, b.Show == policy.Plain:
			return true
		case a.Show == policy.Redact:
			return b.Show != policy.Closed
		case a.Show == policy.Width && b.Show == policy.Width:
			return a.Width%b.Width == 0
		case i >= 0 && j >= 0:
			return i < j
		}
		return false
	}
	switch {
	case less(a, b):
		return Opens
	case less(b, a):
		return Closes
	}
	return Changes
}

// class is what a class says beside its mask: what models and agents are given.
func (d *differ) class(at Change, a, b *policy.Class) {
	if a == nil || b == nil {
		return // the mask has said it
	}
	d.flip(at, a.HideFromModel, b.HideFromModel, "hidden from models", "no longer hidden from models")
	d.flip(at, a.NoValues, b.NoValues, "what is asked is not matched with its values", "what is asked is matched with its values")
	d.flip(at, !a.Public, !b.Public, "no longer public", "public")
	switch {
	case b.Samples > a.Samples:
		d.say(Opens, at, "%d samples for models, and were %d", b.Samples, a.Samples)
	case b.Samples < a.Samples:
		d.say(Closes, at, "%d samples for models, and were %d", b.Samples, a.Samples)
	}
}
