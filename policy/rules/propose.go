package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// proposed is how a table could belong to a scope of which its entry says
// nothing. It is in force only when it is written in the file (redteam C7).
type proposed struct {
	table  *table
	scope  string
	ways   []chain // by keys that are promised, of one NOT NULL column; at most maxWays
	others bool    // more ways lead there by keys of other kinds
	maybe  []chain // those of them that can be written
}

// sole is the chain that may be written without asking.
func (p proposed) sole() bool { return len(p.ways) == 1 && !p.others }

// More ways than these are not listed, and more steps are not looked for.
const (
	maxWays  = 3
	maxTries = 10_000
)

// proposals are those for all tables that are stored and say nothing about a scope.
func (c *compiler) proposals() []proposed {
	var ps []proposed
	for _, name := range c.scopeNames() {
		s := c.scopes[name]
		anything := func(k catalog.ForeignKey, _ *catalog.Table) bool { return c.cat.Table(k.To) != nil }
		sure, all := c.leading(s, c.promised), c.leading(s, anything)
		for _, t := range c.tables {
			if _, said := t.rule.Links[name]; said || !policy.Stored(t.stored.Kind) {
				continue
			}
			start := chain{scope: name, of: s, from: t.stored}
			promised := walk{c: c, leads: sure, good: c.promised, tries: maxTries}
			promised.from(start, t.stored, []catalog.TableID{t.stored.ID})
			every := walk{c: c, leads: all, good: anything, tries: maxTries}
			every.from(start, t.stored, []catalog.TableID{t.stored.ID})
			// An end that holds other values than the anchor's is no way.
			ways := slices.DeleteFunc(promised.found, func(w chain) bool { return w.last == nil })
			maybe := slices.DeleteFunc(slices.Clone(every.found), func(w chain) bool { return w.last == nil || !c.writable(w) })
			ps = append(ps, proposed{t, name, ways, len(every.found) > len(ways), maybe})
		}
	}
	return ps
}

// promised reports keys that a chain may be proposed through.
func (c *compiler) promised(k catalog.ForeignKey, t *catalog.Table) bool {
	to := c.cat.Table(k.To)
	return len(k.Columns) == 1 && len(k.ToColumns) == 1 && !k.Unchecked && t.Column(k.Columns[0]).NotNull &&
		to != nil && !c.parented(to) && sameCollations(t, k, to) && len(keysOver(t, k.Columns)) == 1
}

// writable reports whether a file may say w.
func (c *compiler) writable(w chain) bool {
	at := w.from
	for _, k := range w.steps {
		to := c.cat.Table(k.To)
		if c.parented(to) || !sameCollations(at, k, to) || len(keysOver(at, k.Columns)) != 1 || k.Unchecked && !unique(to, k.ToColumns...) {
			return false
		}
		at = to
	}
	return true
}

// leading are the tables from which keys lead to the anchor's table, itself
// included. Without it the search below would try every way through a schema.
func (c *compiler) leading(s policy.Scope, good func(catalog.ForeignKey, *catalog.Table) bool) map[catalog.TableID]bool {
	leads := map[catalog.TableID]bool{s.Table: true}
	for grown := true; grown; {
		grown = false
		for _, t := range c.cat.Tables {
			if !leads[t.ID] && slices.ContainsFunc(t.Foreign, func(k catalog.ForeignKey) bool { return leads[k.To] && good(k, t) }) {
				leads[t.ID], grown = true, true
			}
		}
	}
	return leads
}

// walk looks for ways that meet no table twice, so keys that go round end.
type walk struct {
	c     *compiler
	leads map[catalog.TableID]bool
	good  func(catalog.ForeignKey, *catalog.Table) bool
	tries int
	found []chain
}

func (w *walk) from(path chain, t *catalog.Table, met []catalog.TableID) {
	for _, k := range t.Foreign {
		if w.tries--; w.tries < 0 || len(w.found) >= maxWays {
			return
		}
		if !w.leads[k.To] || slices.Contains(met, k.To) || !w.good(k, t) {
			continue
		}
		if k.To == path.of.Table {
			end := path
			end.last = path.holds(t, k)
			w.found = append(w.found, end)
			continue
		}
		if len(path.steps)+2 > longestChain {
			continue
		}
		next := path
		next.steps = append(slices.Clone(path.steps), k)
		w.from(next, w.c.cat.Table(k.To), append(slices.Clone(met), k.To))
	}
}

// holds is the column of t that has the anchor's values because k refers to them,
// or nil.
func (p chain) holds(t *catalog.Table, k catalog.ForeignKey) *catalog.Column {
	if len(k.Columns) != 1 || len(k.ToColumns) != 1 || k.ToColumns[0] != p.of.Column {
		return nil
	}
	col := t.Column(k.Columns[0])
	if !sameValues(col.Type, p.of.Type) || unfit(col) != "" {
		return nil
	}
	return col
}

// written is what a file says for p: customer_id, or {through: [...]}.
func (p chain) written(cat *catalog.Catalog) string {
	if len(p.steps) == 0 {
		return yamlKey(p.last.Name)
	}
	var names []string
	at := p.from
	for _, k := range p.steps {
		var step []string
		for _, id := range k.Columns {
			step = append(step, yamlKey(at.Column(id).Name))
		}
		at = cat.Table(k.To)
		if len(step) > 1 {
			names = append(names, "["+strings.Join(step, ", ")+"]")
			continue
		}
		names = append(names, step...)
	}
	return fmt.Sprintf("{through: [%s]}", strings.Join(append(names, yamlKey(p.last.Name)), ", "))
}

// propose says how the tables that say nothing could belong to each scope.
func (c *compiler) propose() {
	for _, p := range c.proposals() {
		ways, maybe := c.sayWays(p.ways), c.sayWays(p.maybe)
		how := ""
		switch {
		case p.sole():
			how = "one chain of keys leads there: write " + ways + ", or run grille rules check --write"
		case len(p.ways) > 1:
			how = "several chains of keys lead there; write the one that is meant: " + ways
		case len(p.ways) == 1:
			how = "one chain of keys that the database promises leads there, and others that may be NULL, have several columns or are not promised; write the one that is meant: " + ways
		case len(p.maybe) > 0:
			how = "only keys lead there that may be NULL, have several columns, or are not promised by the database; write a chain if it is meant: " + maybe
		case p.named(c) != "":
			how = fmt.Sprintf("no key says so, and its column %s may hold the value: write scope: {%s: %s} if it does", p.named(c), p.scope, yamlKey(p.named(c)))
		case p.others:
			how = "no chain of keys to the anchor can be written: write the column that holds its value"
		case p.table.open():
			how = fmt.Sprintf("no key leads there and nothing in it is masked: write shared: true if its rows are for every %s", p.scope)
		default:
			how = "no key leads there: write the column that holds its value"
		}
		c.say(Note, p.table.key.Pos(), "%s says nothing about scope %s, and is refused under that filter; %s", p.table.stored.Name, p.scope, how)
	}
}

// named is a column that is called like those that hold the anchor's value, in a
// table whose keys say nothing; such a table is not shared. "" if there is none.
func (p proposed) named(c *compiler) string {
	s := c.scopes[p.scope]
	names := []string{fold(p.scope), fold(p.scope) + "_id", fold(p.scope) + "id"}
	if name := fold(c.cat.Table(s.Table).Column(s.Column).Name); name != "id" {
		names = append(names, name)
	}
	for _, t := range c.cat.Tables {
		for _, k := range t.Foreign {
			if k.To == s.Table && len(k.Columns) == 1 && len(k.ToColumns) == 1 && k.ToColumns[0] == s.Column {
				names = append(names, fold(t.Column(k.Columns[0]).Name))
			}
		}
	}
	for _, col := range p.table.stored.Columns {
		if slices.Contains(names, fold(col.Name)) && sameValues(col.Type, s.Type) && unfit(col) == "" {
			return col.Name
		}
	}
	return ""
}

// sayWays is what a file would say for one of ways.
func (c *compiler) sayWays(ways []chain) string {
	var said []string
	for _, w := range ways {
		said = append(said, fmt.Sprintf("scope: {%s: %s}", w.scope, w.written(c.cat)))
	}
	return strings.Join(said, " or ")
}

// open reports whether every column of t is shown as it is, as in a list of
// countries.
func (t *table) open() bool {
	return !slices.ContainsFunc(t.stored.Columns, func(col *catalog.Column) bool {
		class := t.rule.Columns[col.ID]
		return class == nil || class.Mask.Show != policy.Plain
	})
}

// writeScopes adds to a file that holds the chains that are the only ones.
func writeScopes(file string, text []byte, cat *catalog.Catalog, opts Options) (string, error) {
	c := newCompiler(file, text, cat, opts)
	root, err := strict.Parse(file, text)
	if err == nil {
		err = c.read(root)
	}
	if c.fail(err); c.failed {
		return string(text), nil // Check says why
	}
	lines := map[*table][]string{}
	for _, p := range c.proposals() {
		if p.sole() {
			lines[p.table] = append(lines[p.table], p.scope+": "+p.ways[0].written(cat))
		}
	}
	var edits []edit
	for t, add := range lines {
		into, with := t.value, "scope: {"+strings.Join(add, ", ")+"}"
		entries, err := t.value.Entries()
		if err != nil {
			return "", err
		}
		for _, e := range entries {
			if e.Name == "scope" {
				into, with = e.Value, ""
			}
		}
		e, ok := insert(c.text, into, with, add)
		if ok {
			edits = append(edits, e)
		}
	}
	return apply(c.text, edits), nil
}

// insert puts a line before the first of a mapping; the lines of add one by one
// where with is "".
func insert(text string, into strict.Node, with string, add []string) (edit, bool) {
	entries, err := into.Entries()
	if err != nil || len(entries) == 0 {
		return edit{}, false
	}
	at := offset(text, entries[0].Key.Pos())
	between := "\n" + indent(text, at)
	if start := offset(text, into.Pos()); start < len(text) && text[start] == '{' {
		between = ", "
	}
	if with == "" {
		with = strings.Join(add, between)
	}
	return edit{at, at, with + between}, true
}
