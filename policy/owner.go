package policy

import (
	"fmt"
	"strings"
)

// WhyClosed says, to whoever may read the rules and to nobody else, why the
// viewer does not see what they called name (column, table.column or table):
// the name may belong to several things. A viewer reads "patients has no column
// ssn"; the owner reads beside it that rules.yaml:14 closes it.
func (v View) WhyClosed(name string) []string {
	table, column := "", strings.ReplaceAll(name, `"`, "")
	if i := strings.LastIndexByte(column, '.'); i >= 0 {
		table, column = column[:i], column[i+1:]
		table = table[strings.LastIndexByte(table, '.')+1:]
	}
	var lines []string
	for _, t := range v.v.full.Tables {
		rule, s := v.v.rules.tables[t.ID], v.v.tables[t.ID]
		switch {
		case strings.EqualFold(t.Name, column) && rule == nil:
			lines = append(lines, fmt.Sprintf("%s is not named in %s", t.Name, v.v.rules.file))
		case strings.EqualFold(t.Name, column) && s == nil:
			lines = append(lines, fmt.Sprintf("%s grants nothing to %s (%s)", t.Name, list(v.v.teams), rule.Where))
		}
		if s == nil || table != "" && !strings.EqualFold(t.Name, table) {
			continue
		}
		for _, c := range t.Columns {
			if !strings.EqualFold(c.Name, column) || s.columns[c.ID] != nil {
				continue
			}
			if class := rule.Columns[c.ID]; class == nil {
				lines = append(lines, fmt.Sprintf("%s.%s has no class at %s, so it is closed", t.Name, c.Name, rule.Where))
			} else {
				lines = append(lines, fmt.Sprintf("%s.%s is closed to %s by %s (class %s)", t.Name, c.Name, list(v.v.teams), rule.Where, class.Name))
			}
		}
	}
	return lines
}
