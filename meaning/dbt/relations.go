package dbt

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// readRelations takes models, seeds, snapshots and sources that are in a database.
func (p *Project) readRelations(m manifest) {
	for _, id := range slices.Sorted(maps.Keys(m.Nodes)) {
		switch n := m.Nodes[id]; n.Kind {
		case "model", "seed", "snapshot":
			if n.Config.Materialized != "ephemeral" && n.Config.enabled() {
				p.tables = append(p.tables, n.relation(id))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.Sources)) {
		if n := m.Sources[id]; n.Config.enabled() {
			p.tables = append(p.tables, n.relation(id))
		}
	}
}

func (c config) enabled() bool { return c.Enabled == nil || *c.Enabled }

func (n node) relation(id string) relation {
	r := relation{id: id, schema: n.Schema, name: firstOf(n.Identifier, n.Alias, n.Name), about: oneLine(n.Description),
		said: sayings(n.Config.Meta, n.Meta)}
	for _, name := range slices.Sorted(maps.Keys(n.Columns)) {
		c := n.Columns[name]
		r.columns = append(r.columns, column{firstOf(c.Name, name), oneLine(c.Description), sayings(c.Config.Meta, c.Meta)})
		if slices.ContainsFunc(c.Constraints, isPrimary) {
			r.keys = append(r.keys, []string{firstOf(c.Name, name)})
		}
	}
	for _, c := range n.Constraints {
		if isPrimary(c) && len(c.Columns) > 0 {
			r.keys = append(r.keys, c.Columns)
		}
	}
	return r
}

func isPrimary(c constraint) bool { return c.Type == "primary_key" }

func firstOf(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return ""
}

// arguments are those of a test that concern keys.
type arguments struct {
	Column  string     `json:"column_name"`
	To      string     `json:"to"`
	Field   string     `json:"field"`
	Where   string     `json:"where"`
	Columns []string   `json:"combination_of_columns"`
	Own     *arguments `json:"arguments"` // where dbt 1.10 and newer write them
}

func (n node) arguments() arguments {
	var a arguments
	if json.Unmarshal(n.Test.Kwargs, &a) != nil {
		return arguments{}
	}
	if a.Own != nil {
		own := *a.Own
		a.To, a.Field, a.Where, a.Columns = firstOf(own.To, a.To), firstOf(own.Field, a.Field), firstOf(own.Where, a.Where), append(a.Columns, own.Columns...)
	}
	a.Column = firstOf(a.Column, n.Column)
	return a
}

// readTests takes keys from tests. A test with a condition is of some rows only, and
// one of a column that may be NULL makes no key.
func (p *Project) readTests(m manifest) {
	unique, full := map[[2]string]bool{}, map[[2]string]bool{}
	for _, id := range slices.Sorted(maps.Keys(m.Nodes)) {
		n := m.Nodes[id]
		if n.Kind != "test" || n.Test == nil || !n.Config.enabled() {
			continue
		}
		a := n.arguments()
		if a.Where != "" || len(n.Config.Where) > 0 && string(n.Config.Where) != "null" {
			continue
		}
		of := n.attached()
		switch n.Test.Name {
		case "unique":
			unique[[2]string{of, a.Column}] = true
		case "not_null":
			full[[2]string{of, a.Column}] = true
		case "unique_combination_of_columns":
			if r := p.relation(of); r != nil && len(a.Columns) > 0 {
				r.keys = append(r.keys, a.Columns)
			}
		case "relationships":
			if r, to := p.relation(of), n.referred(of, a.To); r != nil && to != "" && a.Column != "" && a.Field != "" {
				r.refers = append(r.refers, reference{a.Column, to, a.Field})
			}
		}
	}
	for i := range p.tables {
		r := &p.tables[i]
		for _, c := range r.columns {
			if at := [2]string{r.id, c.name}; unique[at] && full[at] {
				r.keys = append(r.keys, []string{c.name})
			}
		}
	}
}

// attached is what a test is of.
func (n node) attached() string {
	if n.Attached != "" || len(n.DependsOn.Nodes) == 0 {
		return n.Attached
	}
	return n.DependsOn.Nodes[len(n.DependsOn.Nodes)-1] // where dbt before 1.4 puts it
}

var refForm = regexp.MustCompile(`^\s*(?:ref|source)\s*\((.*)\)\s*$`)

// referred is the node that the tested column refers to: "ref('customers')".
func (n node) referred(of, to string) string {
	m := refForm.FindStringSubmatch(strings.Trim(to, "{} "))
	if m == nil {
		return ""
	}
	var words []string
	for _, w := range strings.Split(m[1], ",") {
		if w = strings.TrimSpace(w); !strings.Contains(w, "=") { // not v=2
			words = append(words, strings.Trim(w, `'" `))
		}
	}
	name := words[len(words)-1]
	for _, id := range append(slices.Clone(n.DependsOn.Nodes), of) {
		if parts := strings.Split(id, "."); len(parts) > 2 && slices.Contains(parts[2:], name) {
			return id
		}
	}
	return ""
}

func (p *Project) relation(id string) *relation {
	for i := range p.tables {
		if p.tables[i].id == id {
			return &p.tables[i]
		}
	}
	return nil
}
