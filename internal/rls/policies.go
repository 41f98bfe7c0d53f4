package rls

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/oracle"
)

// Roles are the server's roles of a test.
type Roles struct {
	Teams  map[string]string // by team
	Viewer string            // who asks directly
	Reader string            // Grille's
}

// teams lists the roles of all teams.
func (r Roles) teams() string {
	return strings.Join(slices.Sorted(maps.Values(r.Teams)), ", ")
}

// Policies is what a world's rules say, in PostgreSQL's SQL: for its owner to run
// when the tables are there. From then on the reader reads everything, and the
// viewer as her teams may.
func Policies(w *oracle.World, r Roles) string {
	var b strings.Builder
	fmt.Fprintf(&b, "REVOKE %s FROM %s;\n", r.teams(), r.Viewer)
	for _, team := range w.Viewer.Teams {
		fmt.Fprintf(&b, "GRANT %s TO %s;\n", r.Teams[team], r.Viewer)
	}
	b.WriteString("DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw;\n")
	for _, t := range w.Tables {
		fmt.Fprintf(&b, "CREATE VIEW raw.%[1]s AS SELECT * FROM public.%[1]s;\n", t.Identifier())
	}
	fmt.Fprintf(&b, "GRANT USAGE ON SCHEMA raw, public TO %[1]s; GRANT SELECT ON ALL TABLES IN SCHEMA raw TO %[1]s;\n", r.teams())
	for _, rights := range w.Rights() {
		r.write(&b, rights, w.Viewer)
	}
	return b.String()
}

func (r Roles) write(b *strings.Builder, rights oracle.Rights, v *oracle.Viewer) {
	on := "public." + rights.Table.Identifier()
	n := 0
	policy := func(kind, to, using string) {
		n++
		fmt.Fprintf(b, "CREATE POLICY p%d ON %s AS %s FOR SELECT TO %s USING (%s);\n", n, on, kind, to, using)
	}
	fmt.Fprintf(b, "ALTER TABLE %s ENABLE ROW LEVEL SECURITY;\n", on)
	policy("PERMISSIVE", r.Reader, "true")
	if c := rights.Always; c != nil {
		for _, part := range c.Conjuncts() {
			policy("RESTRICTIVE", r.teams(), using(part, c.Needs(), v))
		}
	}
	for _, team := range slices.Sorted(maps.Keys(rights.Teams)) {
		right, to := rights.Teams[team], r.Teams[team]
		if len(right.Columns) > 0 {
			fmt.Fprintf(b, "GRANT SELECT (%s) ON %s TO %s;\n", columns(right.Columns), on, to)
		}
		if right.Rows == nil {
			policy("PERMISSIVE", to, "true")
			continue
		}
		for _, part := range right.Rows.Arms() {
			policy("PERMISSIVE", to, using(part, right.Rows.Needs(), v))
		}
	}
}

func columns(cs []*oracle.Column) string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.Identifier()
	}
	return strings.Join(names, ", ")
}

// using is a condition as a policy has it. Needs are the attributes of the whole
// grant: without one of them it holds for no row.
func using(c oracle.Condition, needs []string, v *oracle.Viewer) string {
	text := c.Over("raw")
	for _, a := range v.Has() {
		text = strings.ReplaceAll(text, "IN (viewer."+a.Name+")", "= ANY (viewer."+a.Name+")")
		text = regexp.MustCompile(`\bviewer\.`+a.Name+`\b`).ReplaceAllLiteralString(text, "CAST("+setting(a.Name)+" AS "+a.Type+")")
	}
	for _, name := range needs {
		text = "(" + text + ") AND " + setting(name) + " IS NOT NULL"
	}
	return text
}

// setting is what the viewer has of an attribute, as a text; NULL if it is
// missing.
func setting(name string) string {
	return "nullif(current_setting('" + prefix + name + "'), '')"
}

const prefix = "asks."

// value is what an attribute's setting is set to.
func value(a oracle.Has) string {
	switch {
	case a.Missing:
		return ""
	case !a.List:
		return a.Texts[0]
	}
	items := make([]string, len(a.Texts))
	for i, s := range a.Texts {
		items[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	return "{" + strings.Join(items, ",") + "}"
}
