package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
)

// Reader is a role of the database that may read a table, for [Proposal.Say].
type Reader struct {
	Role    string
	Columns []string // nil: all
	// Rows are the conditions of which the database demands one, All those of which
	// it demands all, as it prints them. Guarded: without one there is no row.
	Guarded   bool
	Rows, All []string
}

// Say adds to the proposal who may read a table in the database itself: as grants
// that are comments, for roles are proposed as teams and nothing opens by it.
func (p *Proposal) Say(t *catalog.Table, readers []Reader) { p.said[t] = readers }

// suggestions are the lines about readers, each a comment.
func (p *Proposal) suggestions(b *strings.Builder, t *catalog.Table) {
	for _, r := range p.said[t] {
		for _, line := range strings.FieldsFunc(p.suggestion(t, r), breaks) {
			b.WriteString("    # " + line + "\n")
		}
	}
}

// breaks reports what ends a line, and with it a comment.
func breaks(c rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", c) }

func (p *Proposal) suggestion(t *catalog.Table, r Reader) string {
	rows, why := p.rowsOf(t, r)
	switch {
	case policy.TeamName(r.Role) != "":
		return fmt.Sprintf("the role %q may read it, whose name is none for a team", r.Role)
	case r.Guarded && len(r.Rows) == 0:
		return fmt.Sprintf("the role %s may read it, and its policies show it no row", r.Role)
	case why != "":
		return fmt.Sprintf("the role %s may read it by a policy that is no row condition here (%s):\n  %s", r.Role, why, conditionOf(r))
	}
	columns := ""
	if r.Columns != nil {
		var names []string
		for _, c := range t.Columns {
			if slices.Contains(r.Columns, c.Name) {
				names = append(names, yamlKey(c.Name))
			}
		}
		columns = ", columns: [" + strings.Join(names, ", ") + "]"
	}
	return fmt.Sprintf("the database lets this role read it: grants: {%s: {rows: %s%s}}", r.Role, rows, columns)
}

// conditionOf is what the database demands of a row.
func conditionOf(r Reader) string {
	parts := slices.Clone(r.All)
	if len(r.Rows) > 0 {
		parts = append(parts, strings.Join(r.Rows, " OR "))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	for i := range parts {
		parts[i] = "(" + parts[i] + ")"
	}
	return strings.Join(parts, " AND ")
}

// rowsOf is what stands behind rows: for a reader, or why nothing can. A condition
// is tried as it would stand in the file.
func (p *Proposal) rowsOf(t *catalog.Table, r Reader) (rows, why string) {
	if !r.Guarded || len(r.All) == 0 && slices.Contains(r.Rows, "true") {
		return "all", ""
	}
	text := conditionOf(r)
	if strings.ContainsFunc(text, breaks) {
		return "", "it is of several lines"
	}
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	var b strings.Builder
	b.WriteString("version: 1\nclasses: {plain: {show: value}}\ntables:\n")
	for _, of := range p.Tables() {
		if len(of.Columns) == 0 {
			continue
		}
		fmt.Fprintf(&b, "  %s:\n    columns: {%s: plain}\n", scalar(tableName(p.cat, of)), yamlKey(of.Columns[0].Name))
		if of == t {
			fmt.Fprintf(&b, "    grants: {t: {rows: %s}}\n", quoted)
		}
	}
	if _, err := Compile("policy", []byte(b.String()), p.cat, Options{Teams: []string{"t"}}); err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		_, line, _ = strings.Cut(line, ": ")
		return "", line
	}
	return quoted, ""
}
