package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// Init proposes a rules file for a database, to be read and edited by a person.
// It looks at names, types, keys and comments, and at no row. What it is not
// sure of it closes, and it grants nothing: nobody sees anything until somebody
// has written a grant.
func Init(cat *catalog.Catalog) []byte {
	return Propose(cat).File(func(*catalog.Table) string { return "" })
}

// Proposal is a rules file before it is written.
type Proposal struct {
	cat   *catalog.Catalog
	class map[*catalog.Column]string
	was   map[*catalog.Column]string // before somebody named another
	said  map[*catalog.Table][]Reader
}

// Propose sorts the columns of a database into classes.
func Propose(cat *catalog.Catalog) *Proposal {
	p := &Proposal{cat: cat, class: map[*catalog.Column]string{}, was: map[*catalog.Column]string{}, said: map[*catalog.Table][]Reader{}}
	for _, t := range cat.Tables {
		for _, c := range t.Columns {
			p.class[c] = sortingOf(t, c).class()
		}
	}
	p.spread()
	return p
}

// Class is the class that is proposed for a column of a table.
func (p *Proposal) Class(c *catalog.Column) string { return p.class[c] }

// Tables are those for which rules are proposed.
func (p *Proposal) Tables() []*catalog.Table {
	var out []*catalog.Table
	for _, t := range p.cat.Tables {
		if policy.Stored(t.Kind) && nameable(t) {
			out = append(out, t)
		}
	}
	return out
}

// nameable reports whether a file can name a table, and a column of it.
func nameable(t *catalog.Table) bool {
	return !strict.Hidden(t.Schema+t.Name) && (len(t.Columns) == 0 || slices.ContainsFunc(t.Columns, func(c *catalog.Column) bool { return !strict.Hidden(c.Name) }))
}

// Catalog is what was sorted.
func (p *Proposal) Catalog() *catalog.Catalog { return p.cat }

// Name is how the file names a table.
func (p *Proposal) Name(t *catalog.Table) string { return tableName(p.cat, t) }

// File is the proposal with a grant of all rows for the team to which each table
// opens; "" is nobody.
func (p *Proposal) File(opens func(*catalog.Table) string) []byte {
	var b strings.Builder
	presets, own := p.extra()
	b.WriteString(head + presets + classesHead + own + "\ntables:\n")
	for _, t := range p.Tables() {
		p.write(&b, t, opens(t))
	}
	var views, hidden []string
	for _, t := range p.cat.Tables {
		switch {
		case !nameable(t):
			hidden = append(hidden, strconv.Quote(tableName(p.cat, t)))
		case !policy.Stored(t.Kind):
			views = append(views, fmt.Sprintf("%s (%s)", scalar(tableName(p.cat, t)), kind(t.Kind)))
		}
	}
	leaveOut(&b, "Not proposed, for the rules of the tables below do not hold inside them; to open\n# one, name it and write `as: view`:", views)
	leaveOut(&b, "Closed, for a name here can hold no character that cannot be seen; rename them:", hidden)
	return []byte(b.String())
}

func leaveOut(b *strings.Builder, why string, names []string) {
	if len(names) == 0 {
		return
	}
	fmt.Fprintf(b, "\n# %s\n", why)
	for _, n := range names {
		fmt.Fprintf(b, "#   %s\n", n)
	}
}

const head = `# Who may see what. Whatever is not named here is closed: a table without a grant,
# a column without a class, a column that the database gets tomorrow.
#
# Proposed from names, types and keys, and from no value. Read each line, change it
# to what is true, then add grants and try them: grille rules check.
version: 1
`

const classesHead = `
classes:
  plain:        {show: value}
  key:          {show: value, samples: 0}
  person.name:  {show: redact, model: hide}
  contact:      {show: hash, model: hide}
  birth:        {show: {bucket: year}, model: hide}
  zip:          {show: {bucket: zip3}}
  sensitive:    {show: redact, model: hide}   # health, belief, sex life, pay
  text.free:    {show: never}                 # could hold anything
  secret:       {show: never}
  unsure:       {show: never}                 # nobody has decided yet
`

// Shown is what becomes of the values of each class that is proposed, in words.
func Shown() map[string]string {
	return map[string]string{
		"plain":       "shown as it is",
		"key":         "shown as it is",
		"person.name": "not shown, may be counted",
		"contact":     "shown as a pseudonym",
		"birth":       "shown as its year",
		"zip":         "its first three digits",
		"sensitive":   "not shown, may be counted",
		"text.free":   "closed: it could hold anything",
		"secret":      "closed",
		"unsure":      "closed until you decide",
	}
}

// The order of classes from open to closed; keys take the more closed one of
// their two ends.
func order() []string {
	return []string{"plain", "key", "zip", "birth", "contact", "person.name", "sensitive", "text.free", "unsure", "secret"}
}

func stricter(a, b string) string {
	rank := func(class string) int {
		if i := slices.Index(order(), class); i >= 0 {
			return i
		}
		return len(order()) // closed, or as a preset has it
	}
	if rank(a) < rank(b) {
		return b
	}
	return a
}

func (p *Proposal) write(b *strings.Builder, t *catalog.Table, team string) {
	fmt.Fprintf(b, "  %s:\n    columns:\n", scalar(tableName(p.cat, t)))
	for _, c := range t.Columns {
		if strict.Hidden(c.Name) {
			fmt.Fprintf(b, "      # %q stays closed: its name holds a character that cannot be seen\n", c.Name)
			continue
		}
		fmt.Fprintf(b, "      %s: %s%s\n", yamlKey(c.Name), p.class[c], p.opens(c))
	}
	if team == "" {
		b.WriteString("    # grants: {TEAM: {rows: all}}\n")
	} else {
		fmt.Fprintf(b, "    grants: {%s: {rows: all}}\n", team)
	}
	p.suggestions(b, t)
}

// spread gives both ends of a foreign key one class: they hold the same values.
func (p *Proposal) spread() {
	for changed := true; changed; {
		changed = false
		for _, t := range p.cat.Tables {
			for _, k := range t.Foreign {
				changed = p.even(t, k) || changed
			}
		}
	}
}

func (p *Proposal) even(t *catalog.Table, k catalog.ForeignKey) bool {
	to := p.cat.Table(k.To)
	if to == nil || len(k.Columns) != len(k.ToColumns) {
		return false
	}
	changed := false
	for i, id := range k.Columns {
		a, b := t.Column(id), to.Column(k.ToColumns[i])
		if a == nil || b == nil || p.class[a] == p.class[b] {
			continue
		}
		class := stricter(p.class[a], p.class[b])
		p.class[a], p.class[b] = class, class
		changed = true
	}
	return changed
}
