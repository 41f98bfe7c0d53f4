package oracle

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// rule is what the rules file says of one table.
type rule struct {
	t      *Table
	always *Condition
	fence  bool
	grants map[string]*grant // by team
}

// grant is what a team gets. Its rows are all, unless it has a condition.
type grant struct {
	rows        *Condition
	only        []*Column // nil: all
	reveal      []string  // classes
	revealNever []*Column
}

// newRules classifies the columns and grants the tables.
func (w *World) newRules() []*rule {
	for _, t := range w.Tables {
		classify(w.r, t)
		if w.unmasked {
			unmask(w.r, t)
		}
	}
	g := conditions{w.r, w.Tables, w.Viewer}
	rules := make([]*rule, len(w.Tables))
	for i, t := range w.Tables {
		rules[i] = newRule(g, t)
	}
	if len(rules[0].grants) == 0 {
		rules[0].grants["alpha"] = newGrant(g, rules[0])
	}
	return rules
}

// unmask shows what was masked as it is, or not at all.
func unmask(r *rand.Rand, t *Table) {
	for _, c := range t.Columns {
		switch c.class {
		case "", "plain", "key", "shut":
			continue
		}
		c.class = []string{"plain", "plain", "shut"}[r.IntN(3)]
		if c.Refers != nil {
			c.class = c.Refers.Columns[0].class
		}
	}
}

// classify gives columns their classes; a reference has that of its key, for
// the rules refuse to open one and close the other.
func classify(r *rand.Rand, t *Table) {
	sight := shows()
	names := slices.Sorted(maps.Keys(sight))
	for _, c := range t.Columns {
		switch {
		case c.Refers != nil:
			c.class = c.Refers.Columns[0].class
			continue
		case c.Trap != NoTrap:
			c.class = []string{"plain", "plain", "plain", "gone", "shut"}[r.IntN(5)]
		case r.IntN(100) < 8:
			c.class = []string{"", "shut"}[r.IntN(2)]
			if c.Key {
				c.class = "shut" // a rule names a column at least
			}
		case c.Key && r.IntN(6) > 0, r.IntN(100) < 60:
			c.class = "plain"
		default:
			for s := sight["shut"]; s.fits == nil || !s.fits(c.Kind); s = sight[c.class] {
				c.class = names[r.IntN(len(names))]
			}
		}
	}
}

func newRule(g conditions, t *Table) *rule {
	l := &rule{t: t, fence: g.r.IntN(12) == 0, grants: map[string]*grant{}}
	if g.r.IntN(4) == 0 {
		c := g.on(t)
		l.always = &c
	}
	if g.r.IntN(10) > 0 {
		l.grants["alpha"] = newGrant(g, l)
	}
	if g.r.IntN(3) > 0 {
		l.grants["beta"] = newGrant(g, l)
	}
	if a := l.grants["alpha"]; a != nil && g.r.IntN(2) == 0 && l.grants["beta"] != nil {
		same := *a // but for the rows: then teams differ in nothing that clashes
		same.rows = l.grants["beta"].rows
		l.grants["beta"] = &same
	}
	if g.r.IntN(6) == 0 {
		l.grants["gamma"] = newGrant(g, l)
	}
	return l
}

func newGrant(g conditions, l *rule) *grant {
	x := &grant{}
	if g.r.IntN(6) > 0 {
		c := g.on(l.t)
		x.rows = &c
	}
	if g.r.IntN(6) == 0 {
		x.only = []*Column{}
		for _, c := range l.t.Columns {
			if c.class != "" && g.r.IntN(5) > 0 {
				x.only = append(x.only, c)
			}
		}
		if len(x.only) == 0 {
			x.only = nil
		}
	}
	for _, c := range l.t.Columns {
		s := shows()[c.class]
		switch {
		case s == nil || g.r.IntN(8) > 0:
		case c.class == "shut":
			if x.only == nil || slices.Contains(x.only, c) {
				x.revealNever = append(x.revealNever, c)
			}
		case s.yaml != "value" && !slices.Contains(x.reveal, c.class):
			x.reveal = append(x.reveal, c.class)
		}
	}
	return x
}

// class is the class as which the grant shows a column; "shut" if it does not.
func (x *grant) class(c *Column) string {
	switch {
	case c.class == "", x.only != nil && !slices.Contains(x.only, c):
		return "shut"
	case slices.Contains(x.revealNever, c), slices.Contains(x.reveal, c.class):
		return "plain"
	default:
		return c.class
	}
}

// holds reports whether a condition, if there is one, holds for the viewer.
func holds(c *Condition, v *Viewer, row []Value) bool {
	return c == nil || !v.lacks(c.needs) && c.Holds(row) == True
}

// acting are the grants of the viewer's acting teams.
func (l *rule) acting(v *Viewer) []*grant {
	var gs []*grant
	for _, team := range v.Acting() {
		if g := l.grants[team]; g != nil {
			gs = append(gs, g)
		}
	}
	return gs
}

// sees reports whether the grants show the viewer a row.
func (l *rule) sees(v *Viewer, row []Value) bool {
	return holds(l.always, v, row) && slices.ContainsFunc(l.acting(v), func(g *grant) bool { return holds(g.rows, v, row) })
}

// file is the rules file for an engine.
func (w *World) file(e Engine) string {
	var b strings.Builder
	b.WriteString("version: 1\nattributes:\n")
	for _, a := range w.Viewer.declared {
		fmt.Fprintf(&b, "  %s: %q\n", a.name, a.typ)
	}
	b.WriteString("classes:\n")
	sight := shows()
	for _, name := range slices.Sorted(maps.Keys(sight)) {
		fmt.Fprintf(&b, "  %s: {show: %s}\n", name, sight[name].yaml)
	}
	w.writeScopes(&b, e)
	b.WriteString("tables:\n")
	for _, l := range w.rules {
		l.write(&b, e, w)
	}
	return b.String()
}

func (l *rule) write(b *strings.Builder, e Engine, w *World) {
	name := identifier(e.name(l.t.Name))
	fmt.Fprintf(b, "  %s:\n    columns:\n", yaml(e.Schema()+"."+name))
	for _, c := range l.t.Columns {
		if c.class != "" {
			fmt.Fprintf(b, "      %s: %s\n", yaml(column(e, c)), c.class)
		}
	}
	if l.always != nil {
		fmt.Fprintf(b, "    always: %s\n", yaml(e.Write(l.always.Text)))
	}
	if l.fence {
		b.WriteString("    fence: always\n")
	}
	w.writeLinks(b, e, l.t)
	if len(l.grants) > 0 {
		b.WriteString("    grants:\n")
	}
	for _, team := range slices.Sorted(maps.Keys(l.grants)) {
		l.grants[team].write(b, team, e)
	}
}

func (x *grant) write(b *strings.Builder, team string, e Engine) {
	fmt.Fprintf(b, "      %s:\n", team)
	rows := "all"
	if x.rows != nil {
		rows = yaml(e.Write(x.rows.Text))
	}
	fmt.Fprintf(b, "        rows: %s\n", rows)
	if len(x.only) > 0 {
		fmt.Fprintf(b, "        columns: %s\n", list(e, x.only))
	}
	if len(x.reveal) > 0 {
		fmt.Fprintf(b, "        reveal: [%s]\n", strings.Join(x.reveal, ", "))
	}
	if len(x.revealNever) > 0 {
		fmt.Fprintf(b, "        reveal_never: %s\n", list(e, x.revealNever))
	}
}

func column(e Engine, c *Column) string { return identifier(e.name(c.Name)) }

func list(e Engine, cs []*Column) string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = yaml(column(e, c))
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// yaml is s as a scalar.
func yaml(s string) string {
	if !strings.ContainsAny(s, "\n\t\x00") {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}
