package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// Right is what one team is shown of one column: a line of the access matrix.
type Right struct {
	Team   string `json:"team"`
	Table  string `json:"table"`
	Column string `json:"column"`
	// Shows is value, a mask, aggregate(10), or closed.
	Shows string `json:"shows"`
	// Rows is all, a condition, or none.
	Rows string `json:"rows"`
	// Groups is what the table is counted in: "10 of id", or "".
	Groups string `json:"groups,omitempty"`
	// Scope is how the table belongs to each scope: "customer: by key",
	// "customer: shared", "customer: refused".
	Scope []string `json:"scope,omitempty"`
}

// Matrix is what r shows of every column to each of the teams, ordered by table,
// column and team. A column that is not named, and each of a table that is not,
// is closed to all.
func Matrix(r *policy.Rules, teams []string) []Right {
	g := r.Granted()
	teams = sorted(teams)
	out := []Right{}
	for _, t := range g.Catalog.Tables {
		rule := ruleOf(g, t.ID)
		for _, col := range t.Columns {
			for _, team := range teams {
				out = append(out, right(g, t, rule, team, col))
			}
		}
	}
	return out
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// ruleOf is the rule of a table; one that opens nothing where there is none.
func ruleOf(c policy.Config, id catalog.TableID) policy.Table {
	for _, t := range c.Tables {
		if t.Table == id {
			return t
		}
	}
	return policy.Table{Table: id}
}

// grantOf is the grant of a team, or nil.
func grantOf(t policy.Table, team string) *policy.Grant {
	for i := range t.Grants {
		if t.Grants[i].Team == team {
			return &t.Grants[i]
		}
	}
	return nil
}

func right(c policy.Config, t *catalog.Table, rule policy.Table, team string, col *catalog.Column) Right {
	x := Right{Team: team, Table: tableName(c.Catalog, t), Column: col.Name, Shows: policy.Closed.String(), Rows: "none"}
	g := grantOf(rule, team)
	if g == nil {
		return x
	}
	x.Shows, x.Rows, x.Groups, x.Scope = showsWords(rule, *g, col.ID), rowsWords(rule, *g), groupWords(t, g.MinGroup), scopeWords(c, rule)
	return x
}

func showsWords(t policy.Table, g policy.Grant, id catalog.ColumnID) string {
	m := t.Shows(g, id)
	if m.Show == policy.Aggregate && g.MinGroup != nil {
		return fmt.Sprintf("aggregate(%d)", g.MinGroup.Size)
	}
	return maskWords(m)
}

// maskWords is m in the words of a rules file.
func maskWords(m policy.Mask) string {
	if m.Show != policy.Hash {
		return m.String()
	}
	if name, shared := strings.CutPrefix(m.Family, policy.SharedFamily("")); shared {
		return "hash " + name
	}
	return "hash"
}

func rowsWords(t policy.Table, g policy.Grant) string {
	var parts []string
	if t.Always != nil {
		parts = append(parts, t.Always.Text())
	}
	if g.Rows != nil {
		parts = append(parts, g.Rows.Text())
	}
	switch len(parts) {
	case 0:
		return "all"
	case 1:
		return parts[0]
	}
	return "(" + strings.Join(parts, ") AND (") + ")"
}

func groupWords(t *catalog.Table, m *policy.MinGroup) string {
	if m == nil {
		return ""
	}
	return fmt.Sprintf("%d of %s", m.Size, t.Column(m.Entity).Name)
}

func scopeWords(c policy.Config, t policy.Table) []string {
	var names, out []string
	for name := range c.Scopes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		word := linkWords(t, name)
		if c.Scopes[name].Required {
			word += ", required"
		}
		out = append(out, name+": "+word)
	}
	return out
}

func linkWords(t policy.Table, scope string) string {
	switch l, ok := t.Links[scope]; {
	case !ok:
		return "refused"
	case l.Shared:
		return "shared"
	default:
		return "by key"
	}
}

// Ungranted says which of the teams r opens nothing to.
func Ungranted(r *policy.Rules, teams []string) []Finding {
	g := r.Granted()
	var found []Finding
	for _, team := range sorted(teams) {
		if !slices.ContainsFunc(g.Tables, func(t policy.Table) bool { return grantOf(t, team) != nil }) {
			found = append(found, Finding{strict.Pos{File: g.File, Line: 1, Col: 1}, Note, "no table is open to the team " + team})
		}
	}
	return found
}
