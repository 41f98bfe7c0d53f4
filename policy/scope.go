package policy

import (
	"fmt"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
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
