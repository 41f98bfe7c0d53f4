package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
)

// split reads a name by the grammar of SQL identifiers: parts joined by dots,
// a part with other characters in double quotes. It is not YAML's reading and
// not Go's: strings.ToLower would make a k of the Kelvin sign (redteam M18).
func split(name string) ([]part, bool) {
	var parts []part
	for {
		p, rest, ok := one(name)
		if !ok {
			return nil, false
		}
		parts = append(parts, p)
		if rest == "" {
			return parts, true
		}
		if rest[0] != '.' {
			return nil, false
		}
		name = rest[1:]
	}
}

// part is one identifier; unless quoted, its letters match in either case.
type part struct {
	text   string
	quoted bool
}

func one(s string) (p part, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		i := strings.IndexAny(s, `."`)
		if i < 0 {
			i = len(s)
		}
		return part{text: s[:i]}, s[i:], i > 0 && !strings.ContainsAny(s[:i], " \t\n*")
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		return part{b.String(), true}, s[i+1:], b.Len() > 0
	}
	return part{}, "", false
}

// among finds the one name that p stands for: the very name, or else the only
// one that differs in the case of ASCII letters.
func (p part) among(names []string) (string, bool) {
	if slices.Contains(names, p.text) {
		return p.text, true
	}
	if p.quoted {
		return "", false
	}
	found, n := "", 0
	for _, name := range names {
		if fold(name) == fold(p.text) {
			found, n = name, n+1
		}
	}
	return found, n == 1
}

// fold lowers ASCII letters, as PostgreSQL and SQLite do.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// findTable finds schema.name, or name in the schemas of the path.
func findTable(cat *catalog.Catalog, name string) (*catalog.Table, error) {
	parts, ok := split(name)
	if ok && len(parts) == 3 && cat.Engine == catalog.Trino { // whose schemas are those of catalogs
		parts = []part{{parts[0].text + "." + parts[1].text, parts[0].quoted && parts[1].quoted}, parts[2]}
	}
	if !ok || len(parts) > 2 {
		return nil, fmt.Errorf(`%q is no name of a table: write schema.table, in double quotes where SQL needs them: '"Weird Name"'`, name)
	}
	schemas := cat.Path
	if len(parts) == 2 {
		var all []string
		for _, t := range cat.Tables {
			if !slices.Contains(all, t.Schema) {
				all = append(all, t.Schema)
			}
		}
		schema, _ := parts[0].among(all)
		schemas = []string{schema}
	}
	last := parts[len(parts)-1]
	for _, schema := range schemas {
		var names []string
		for _, t := range cat.Tables {
			if t.Schema == schema {
				names = append(names, t.Name)
			}
		}
		if found, ok := last.among(names); ok {
			return cat.All().Lookup(schema, found), nil
		}
	}
	var names []string
	for _, t := range cat.Tables {
		names = append(names, tableName(cat, t))
	}
	return nil, fmt.Errorf("the database has no table %q: %s", name, meant(name, names))
}

// tableName is how a rules file names t: without the schema if it is the only
// one of the path.
func tableName(cat *catalog.Catalog, t *catalog.Table) string {
	if (cat.Engine == catalog.SQLite || cat.Engine == catalog.DuckDB) && t.Schema == "main" {
		return identifier(t.Name)
	}
	if own := cat.Engine == catalog.MariaDB || cat.Engine == catalog.MySQL; own && len(cat.Path) == 1 && t.Schema == cat.Path[0] {
		return identifier(t.Name) // a schema is a database, which a copy calls otherwise
	}
	if of, schema, ok := strings.Cut(t.Schema, "."); ok && cat.Engine == catalog.Trino {
		return identifier(of) + "." + identifier(schema) + "." + identifier(t.Name)
	}
	return identifier(t.Schema) + "." + identifier(t.Name)
}

// identifier quotes a name where [split] would not read it back.
func identifier(name string) string {
	if name != "" && !strings.ContainsAny(name, " \t\n*.\"") {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func findColumn(t *catalog.Table, name string) (*catalog.Column, error) {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	parts, ok := split(name)
	if ok && len(parts) == 1 {
		if found, ok := parts[0].among(names); ok {
			return t.ColumnNamed(found), nil
		}
	}
	return nil, fmt.Errorf("%s has no column %q: %s", t.Name, name, meant(name, names))
}

// meant says which of the names was probably meant, or what there is.
func meant(name string, names []string) string {
	best, least := "", len(name)/3+1
	for _, n := range names {
		if d := distance(fold(name), fold(n)); d <= least && (best == "" || d < least) {
			best, least = n, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(names) == 0:
		return "there is none"
	case len(names) > 12:
		return "there are " + strings.Join(names[:12], ", ") + ", ..."
	}
	return "there are " + strings.Join(names, ", ")
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// written is p as [split] reads it.
func (p part) written() string {
	if p.quoted {
		return `"` + strings.ReplaceAll(p.text, `"`, `""`) + `"`
	}
	return p.text
}
