package rules

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// longestScope leaves room for [policy.ScopeAttribute] in a name of SQL.
const longestScope = 50

// readScopes reads scopes: {customer: {anchor: customers.id, required: true}}.
func (c *compiler) readScopes(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	c.scopes = map[string]policy.Scope{}
	for _, e := range entries {
		if !plainName(e.Name) {
			return e.Key.Errorf("%q is no name for a scope: use lower case letters, digits and _", e.Name)
		}
		if len(e.Name) > longestScope {
			return e.Key.Errorf("this name is longer than %d letters: shorten it", longestScope)
		}
		if viewer.Reserved(e.Name) {
			return e.Key.Errorf("%q is a word of hard filters: give the scope another name", e.Name)
		}
		s := policy.Scope{Where: e.Key.Pos().String()}
		err := e.Value.Fields(
			strict.Required("anchor", func(n strict.Node) error { return c.readAnchor(&s, n) }),
			strict.Optional("required", strict.Bool(&s.Required)),
		)
		if err != nil {
			return err
		}
		c.scopes[e.Name] = s
	}
	return nil
}

// readAnchor reads anchor: [schema.]table.column, a column whose values are
// unique: each is one customer, one hospital.
func (c *compiler) readAnchor(s *policy.Scope, n strict.Node) error {
	name, err := n.Text()
	if err != nil {
		return err
	}
	t, col, err := findStored(c.cat, name)
	if err != nil {
		return n.Errorf("%s", err)
	}
	if why := unfit(col); why != "" {
		return n.Errorf("%s: %s", name, why)
	}
	if !unique(t, col.ID) {
		return n.Errorf("values of %s are not unique and NOT NULL in the database, so one value could be several of them: anchor the scope at a primary key, or at a column with a key of its own", name)
	}
	s.Table, s.Column, s.Type = t.ID, col.ID, col.Type
	return nil
}

// unfit says why the values of a column cannot be those of a scope, or "".
func unfit(col *catalog.Column) string {
	if why := policy.UnfitScope(col.Type); why != "" {
		return why + ": choose another column"
	}
	if col.Collation != "" {
		return "this column has a collation of its own, under which different texts may be equal: choose another column"
	}
	return ""
}

func unique(t *catalog.Table, columns ...catalog.ColumnID) bool {
	return slices.ContainsFunc(t.Unique, func(key []catalog.ColumnID) bool {
		return len(key) == len(columns) && !slices.ContainsFunc(columns, func(id catalog.ColumnID) bool { return !slices.Contains(key, id) })
	})
}

// readScope reads scope: {customer: customer_id}, {customer: {through: [...]}}
// or {customer: {shared: true}}.
func (c *compiler) readScope(t *table, n strict.Node) error {
	if t.shared {
		return n.Errorf("the table is shared: true, which is in every scope: keep one of the two")
	}
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	t.rule.Links = map[string]policy.Link{}
	for _, e := range entries {
		s, ok := c.scopes[e.Name]
		if !ok {
			return e.Key.Errorf("unknown scope %q: %s", e.Name, meant(e.Name, c.scopeNames()))
		}
		l, err := c.readLink(t, e, s)
		if err != nil {
			return err
		}
		l.Where = e.Key.Pos().String()
		t.rule.Links[e.Name] = l
	}
	return nil
}

func (c *compiler) readLink(t *table, e strict.Entry, s policy.Scope) (l policy.Link, err error) {
	path := chain{scope: e.Name, of: s, from: t.stored}
	if e.Value.Kind() == strict.KindText {
		if err := c.readLast(&path, t.stored, e.Value); err != nil {
			return l, err
		}
	} else {
		entries, err := e.Value.Entries()
		if err != nil {
			return l, err
		}
		if len(entries) != 1 {
			return l, e.Value.Errorf("%d ways to belong to a scope: write a column, {through: [...]} or {shared: true}", len(entries))
		}
		err = e.Value.Fields(
			strict.Optional("through", func(n strict.Node) error { return c.readThrough(&path, n) }),
			strict.Optional("shared", readWord("true", &l.Shared)),
		)
		if err != nil {
			return l, err
		}
	}
	if t.stored.ID == s.Table && (l.Shared || len(path.steps) > 0 || path.last.ID != s.Column) {
		return l, e.Value.Errorf("%s is the anchor's table, so its rows belong to the %s that they are: remove it", t.stored.Name, e.Name)
	}
	if l.Shared {
		return l, nil
	}
	t.links[e.Name] = path.first()
	l.Rows, err = c.link(path, e.Value)
	return l, err
}

// share gives the table the links that nobody needs to write: those of shared:
// true, and that of an anchor's table to its own scope.
func (c *compiler) share(t *table) error {
	if t.shared && len(c.scopes) == 0 {
		return t.key.Errorf("shared: true is about scopes, and none is declared: add scopes, or remove it")
	}
	for _, name := range c.scopeNames() {
		s := c.scopes[name]
		switch _, said := t.rule.Links[name]; {
		case t.stored.ID == s.Table && t.shared:
			return t.key.Errorf("%s is the anchor's table of scope %s, so its rows are not shared: remove shared: true", t.stored.Name, name)
		case said:
			continue
		case !t.shared && t.stored.ID != s.Table:
			continue
		}
		l := policy.Link{Shared: t.shared, Where: t.rule.Where}
		if !t.shared {
			var err error
			if l.Rows, err = c.link(chain{scope: name, of: s, from: t.stored, last: t.stored.Column(s.Column)}, t.key); err != nil {
				return err
			}
		}
		if t.rule.Links == nil {
			t.rule.Links = map[string]policy.Link{}
		}
		t.rule.Links[name] = l
	}
	return nil
}

func (c *compiler) scopeNames() []string {
	var names []string
	for name := range c.scopes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// sameValues reports whether a column can hold the values of a scope: of the
// anchor's type, or of another width.
func sameValues(a, b types.Type) bool { return a == b || a.IsInteger() && b.IsInteger() }
