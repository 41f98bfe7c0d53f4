package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// Scope is what a hard filter may name: the rows that belong to one value of
// the anchor, as "customer 123".
type Scope struct {
	Table  catalog.TableID // the anchor's
	Column catalog.ColumnID
	Type   types.Type // of the anchor
	// Required: a viewer without the hard filter sees nothing.
	Required bool
	Where    string // file:line, for owners
}

// Link is how the rows of a table belong to a scope. Exactly one of Shared and
// Rows is set.
type Link struct {
	Shared bool // they belong to every value of it
	// Rows are those of one value: a condition over the table that mentions
	// [ScopeAttribute] and nothing else of the viewer. A chain of keys is an
	// EXISTS over the parents, which are read raw.
	Rows  *Condition
	Where string // file:line, for owners
}

// ScopeAttribute is the name under which the conditions of links refer to the
// value of a scope's hard filter. It has a space in it, so that no attribute
// that a file declares has this name.
func ScopeAttribute(scope string) string { return "scope " + scope }

// check refuses a scope that is no column, or of values that are not compared
// exactly.
func (s Scope) check(name string, cat *catalog.Catalog) error {
	t := cat.Table(s.Table)
	if t == nil || t.Column(s.Column) == nil || t.Column(s.Column).Type != s.Type {
		return fmt.Errorf("policy: scope %s: the anchor is no column", name)
	}
	if why := UnfitScope(s.Type); why != "" {
		return fmt.Errorf("policy: scope %s: %s", name, why)
	}
	return nil
}

// UnfitScope says why values of type t cannot be those of a scope, or "": they
// are given as texts, and must have one text each.
func UnfitScope(t types.Type) string {
	if t.IsInteger() || t.IsText() || t.Kind == types.UUID {
		return ""
	}
	return fmt.Sprintf("a hard filter is a whole number, a text or a uuid, and this is %s", t)
}

// checkLinks refuses links to scopes that are not declared, and conditions that
// are about something else than their scope.
func (t Table) checkLinks(scopes map[string]Scope) error {
	for name, l := range t.Links {
		if _, ok := scopes[name]; !ok {
			return fmt.Errorf("policy: a link to the scope %s, which is not declared", name)
		}
		if l.Shared == (l.Rows != nil) {
			return fmt.Errorf("policy: scope %s: a table is shared, or has rows of it", name)
		}
		if l.Rows == nil {
			continue
		}
		if l.Rows.over.Table.ID != t.Table || len(l.Rows.attrs) != 1 || l.Rows.attrs[ScopeAttribute(name)] != (Attribute{Type: scopes[name].Type}) {
			return fmt.Errorf("policy: scope %s: a link that is not over its table and scope alone", name)
		}
	}
	return nil
}

// hard is the hard filter of one request, checked.
type hard struct {
	scopes   []string            // in force, sorted
	values   map[string][]string // by ScopeAttribute, as attributes are
	withhold map[catalog.TableID]map[catalog.ColumnID]bool
}

// narrow checks the hard filter of a request: a scope that the rules do not
// have, or a value that is no value of it, is refused, and so is a request
// without a filter that the rules require.
func (r *Rules) narrow(h *viewer.HardFilters, cat *catalog.Catalog) (hard, error) {
	out := hard{values: map[string][]string{}, withhold: map[catalog.TableID]map[catalog.ColumnID]bool{}}
	if h != nil && len(h.Scopes) == 0 && len(h.Withhold) == 0 {
		return hard{}, refusal.New(refusal.Scope, "name a scope and its value, or give no hard filter", "the hard filter of this request filters nothing")
	}
	if h == nil {
		h = &viewer.HardFilters{}
	}
	for _, name := range slices.Sorted(maps.Keys(h.Scopes)) {
		s, ok := r.scopes[name]
		if !ok {
			return hard{}, refusal.New(refusal.Scope, "use a scope that the rules declare", "there is no scope %q", name).ForOwner("%s declares: %s", r.file, list(slices.Sorted(maps.Keys(r.scopes))))
		}
		if !s.converts(h.Scopes[name]) {
			return hard{}, refusal.New(refusal.Scope, "write it as the database does: digits without leading zeros, a uuid in lower case", "the value of the scope %s is no %s", name, s.Type).ForOwner("declared at %s", s.Where)
		}
		out.scopes = append(out.scopes, name)
		out.values[ScopeAttribute(name)] = []string{h.Scopes[name]}
	}
	for _, name := range slices.Sorted(maps.Keys(r.scopes)) {
		if _, ok := h.Scopes[name]; !ok && r.scopes[name].Required {
			return hard{}, refusal.New(refusal.Scope, fmt.Sprintf("give the request a hard filter: %s=VALUE", name), "nothing is open without a hard filter on %s", name).ForOwner("required at %s", r.scopes[name].Where)
		}
	}
	for _, name := range h.Withhold {
		if err := out.hold(name, cat); err != nil {
			return hard{}, err
		}
	}
	return out, nil
}

// converts reports whether text is the one text of a value of the scope.
func (s Scope) converts(text string) bool {
	v, ok := Attribute{Type: s.Type}.value([]string{text})
	return ok && v.Format(s.Type, nil) == text
}

// hold withholds the column that name means. A name that means none, or several,
// is refused: what was to be withheld would be shown.
func (h hard) hold(name string, cat *catalog.Catalog) error {
	found := 0
	for _, t := range cat.Tables {
		for _, c := range t.Columns {
			if name != t.Name+"."+c.Name && name != t.Schema+"."+t.Name+"."+c.Name {
				continue
			}
			found++
			if h.withhold[t.ID] == nil {
				h.withhold[t.ID] = map[catalog.ColumnID]bool{}
			}
			h.withhold[t.ID][c.ID] = true
		}
	}
	if found != 1 {
		return refusal.New(refusal.Scope, "write schema.table.column, as the database spells it", "%q names no column that could be withheld, or several", name)
	}
	return nil
}

// key is what of the hard filter decides what is seen, for digests.
func (h hard) key() []string {
	var parts []string
	for _, s := range h.scopes {
		parts = append(parts, s, h.values[ScopeAttribute(s)][0])
	}
	for _, t := range slices.Sorted(maps.Keys(h.withhold)) {
		for _, c := range slices.Sorted(maps.Keys(h.withhold[t])) {
			parts = append(parts, fmt.Sprintf("%d.%d", t, c))
		}
	}
	return parts
}

// outside is the first scope in force to which the table says nothing, or "".
func (t *Table) outside(h hard) string {
	for _, name := range h.scopes {
		if _, ok := t.Links[name]; !ok {
			return name
		}
	}
	return ""
}

// scoped refuses tables of which the rules do not say how they belong to a
// scope in force: to guess a path of keys is to guess the rule (redteam C7).
func (s *sight) scoped() error {
	if s.outside == "" {
		return nil
	}
	return refusal.New(refusal.Scope, "leave it out, or have the rules say scope: or shared: for it",
		"%s cannot be read under the hard filter on %s: the rules do not say which of its rows belong to it", s.stored.Name, s.outside).
		ForOwner("the table stands at %s", s.rules.Where)
}

// words are the scopes in force, for banners.
func (h hard) words() string { return strings.Join(h.scopes, " and ") }

// Filters are the scopes of the request's hard filter, sorted; not their values.
func (v View) Filters() []string { return slices.Clone(v.v.hard.scopes) }
