package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
)

// chain is how the rows of a table belong to a scope: through keys from child to
// parent, to a column that holds the anchor's values.
type chain struct {
	scope string
	of    policy.Scope
	from  *catalog.Table
	steps []catalog.ForeignKey // each of the table before it
	last  *catalog.Column      // of the last parent, or of from
}

// longestChain keeps a link readable, and its query one that is planned well.
const longestChain = 8

// readThrough reads through: [invoice_id, customer_id]. Each step but the last
// is a foreign key of the table at that point, written as its column, or as the
// list of its columns; the last is the column that holds the anchor's value in
// the last parent. It is always written, also in the anchor's own table, so that
// the same list never means two things.
func (c *compiler) readThrough(path *chain, n strict.Node) error {
	items, err := n.List()
	if err != nil {
		return err
	}
	switch {
	case len(items) == 1:
		return n.Errorf("a chain has a key and a column: write scope: {%s: COLUMN} where the table has the column itself", path.scope)
	case len(items) > longestChain:
		return n.Errorf("a chain of %d steps: write at most %d", len(items), longestChain)
	}
	at := path.from
	for _, item := range items[:len(items)-1] {
		key, err := c.readKey(at, item)
		if err != nil {
			return err
		}
		path.steps = append(path.steps, key)
		at = c.cat.Table(key.To)
	}
	return c.readLast(path, at, items[len(items)-1])
}

// readKey finds the one foreign key of t over the columns that n names.
func (c *compiler) readKey(t *catalog.Table, n strict.Node) (key catalog.ForeignKey, err error) {
	items := []strict.Node{n}
	if n.Kind() == strict.KindList {
		if items, err = n.List(); err != nil {
			return key, err
		}
	}
	var ids []catalog.ColumnID
	var names []string
	for _, item := range items {
		name, err := item.Text()
		if err != nil {
			return key, err
		}
		col, err := findColumn(t, name)
		if err != nil {
			return key, item.Errorf("%s", err)
		}
		if slices.Contains(ids, col.ID) {
			return key, item.Errorf("column %s stands here already: keep one of them", col.Name)
		}
		ids, names = append(ids, col.ID), append(names, col.Name)
	}
	said := strings.Join(names, ", ")
	keys := keysOver(t, ids)
	switch {
	case len(keys) == 0:
		return key, n.Errorf("%s is no foreign key of %s: a chain goes from child to parent by keys that the database promises; name a key, or a column of %s that holds the value", said, t.Name, t.Name)
	case len(keys) > 1:
		return key, n.Errorf("%s is a key to several tables, and which one is meant cannot be said here: go another way", said)
	}
	key = keys[0]
	to := c.cat.Table(key.To)
	switch {
	case to == nil || len(key.Columns) != len(key.ToColumns):
		return key, n.Errorf("%s refers to a table outside of what Grille was given: go another way", said)
	case !sameCollations(t, key, to):
		return key, n.Errorf("%s and what it refers to in %s have different collations, and comparing them fails: go another way", said, to.Name)
	case c.parented(to):
		return key, n.Errorf("%s is inherited from by other tables, whose rows may have the same key: go another way", to.Name)
	case key.Unchecked && !unique(to, key.ToColumns...):
		return key, n.Errorf("%s refers to columns of %s that are no key there, so a row could have several parents: go another way", said, to.Name)
	case key.Unchecked:
		c.say(Warning, n.Pos(), "the database does not promise that %s is in %s: a row without its parent is not visible under the filter, and one that was given another parent belongs to that", said, to.Name)
	}
	return key, nil
}

func sameCollations(t *catalog.Table, key catalog.ForeignKey, to *catalog.Table) bool {
	for i, id := range key.Columns {
		if t.Column(id).Collation != to.Column(key.ToColumns[i]).Collation {
			return false
		}
	}
	return true
}

// keysOver are the different foreign keys of t over exactly these columns.
func keysOver(t *catalog.Table, ids []catalog.ColumnID) []catalog.ForeignKey {
	var keys []catalog.ForeignKey
	for _, k := range t.Foreign {
		same := len(k.Columns) == len(ids) && !slices.ContainsFunc(k.Columns, func(id catalog.ColumnID) bool { return !slices.Contains(ids, id) })
		if same && !slices.ContainsFunc(keys, func(o catalog.ForeignKey) bool { return sameKey(o, k) }) {
			keys = append(keys, k)
		}
	}
	return keys
}

// sameKey reports whether two keys over the same columns say the same, whatever
// the order in which each names them.
func sameKey(a, b catalog.ForeignKey) bool {
	if a.To != b.To || len(a.ToColumns) != len(b.ToColumns) || len(a.Columns) != len(a.ToColumns) {
		return false
	}
	for i, id := range a.Columns {
		if j := slices.Index(b.Columns, id); j < 0 || a.ToColumns[i] != b.ToColumns[j] {
			return false
		}
	}
	return true
}

// parented reports whether reading t reads rows that its keys know nothing of:
// those of inheritance children. Partitions share the keys of their parent.
func (c *compiler) parented(t *catalog.Table) bool {
	return t.Kind != catalog.Partitioned && c.parents[t.ID]
}

// readLast reads the column that holds the anchor's value.
func (c *compiler) readLast(path *chain, t *catalog.Table, n strict.Node) error {
	name, err := n.Text()
	if err != nil {
		return err
	}
	col, err := findColumn(t, name)
	if err != nil {
		return n.Errorf("%s", err)
	}
	if !sameValues(col.Type, path.of.Type) {
		anchor := c.cat.Table(path.of.Table)
		return n.Errorf("%s is %s and %s.%s, the anchor of %s, is %s: name a column of that type", col.Name, col.Type, anchor.Name, anchor.Column(path.of.Column).Name, path.scope, path.of.Type)
	}
	if why := unfit(col); why != "" {
		return n.Errorf("%s: %s", col.Name, why)
	}
	if t.ID == path.of.Table && col.ID != path.of.Column && len(path.steps) > 0 {
		return n.Errorf("%s is the anchor's table, whose rows are told apart by %s: write that", t.Name, t.Column(path.of.Column).Name)
	}
	path.last = col
	return nil
}

// link is the condition of a chain. It is made of identities, printed with every
// name in quotes, and then read like any other condition, over the whole
// catalog: parents are read as they are stored, named in the file or not.
func (c *compiler) link(path chain, at strict.Node) (*policy.Condition, error) {
	if path.from.Name == "viewer" {
		return nil, at.Errorf("in conditions over a table that is called viewer, the viewer cannot be named, so it can belong to no scope: close it, or grant a view of it")
	}
	text := path.condition(c.cat)
	x, err := syntax.ParseExpr(text)
	if err != nil {
		return nil, c.at(at, text, err)
	}
	name := policy.ScopeAttribute(path.scope)
	expr, over, err := bind.Condition(x, path.from, c.cat.All(), map[string]bind.Attr{name: {Type: path.of.Type}})
	if err != nil {
		return nil, c.at(at, text, err)
	}
	cond, err := policy.NewCondition(expr, over, map[string]policy.Attribute{name: {Type: path.of.Type}}, text)
	if err != nil {
		return nil, c.at(at, text, err)
	}
	return cond, nil
}

// condition is column = viewer."scope customer", or one EXISTS over the parents.
// NULL in a key or in the last column is equal to nothing, so such rows belong to
// nobody and are not visible.
func (p chain) condition(cat *catalog.Catalog) string {
	value := "viewer." + quoted(policy.ScopeAttribute(p.scope))
	if len(p.steps) == 0 {
		return fmt.Sprintf("%s.%s = %s", quoted(p.from.Name), quoted(p.last.Name), value)
	}
	var from strings.Builder
	var first string
	child := p.from
	for i, key := range p.steps {
		parent := cat.Table(key.To)
		var on []string
		for j, id := range key.Columns {
			on = append(on, fmt.Sprintf("%s.%s = %s.%s", p.alias(i+1), quoted(parent.Column(key.ToColumns[j]).Name), p.alias(i), quoted(child.Column(id).Name)))
		}
		table := fmt.Sprintf("%s.%s AS %s", quoted(parent.Schema), quoted(parent.Name), p.alias(i+1))
		if i == 0 {
			from.WriteString(table)
			first = strings.Join(on, " AND ")
		} else {
			fmt.Fprintf(&from, " JOIN %s ON %s", table, strings.Join(on, " AND "))
		}
		child = parent
	}
	return fmt.Sprintf("EXISTS (SELECT 1 FROM %s WHERE %s AND %s.%s = %s)", &from, first, p.alias(len(p.steps)), quoted(p.last.Name), value)
}

// first are the columns of the table itself by which the chain begins.
func (p chain) first() []catalog.ColumnID {
	if len(p.steps) == 0 {
		return []catalog.ColumnID{p.last.ID}
	}
	return p.steps[0].Columns
}

// alias names the table at step i; 0 is the child, which keeps its own name.
func (p chain) alias(i int) string {
	if i == 0 {
		return quoted(p.from.Name)
	}
	name := fmt.Sprintf("parent %d", i)
	if strings.HasPrefix(p.from.Name, "parent ") {
		name = "the " + name
	}
	return quoted(name)
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
