package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
)

// Write puts the columns of today in the place of each "*": class under columns:
// a column that the database gets tomorrow is closed until somebody names it.
// A table that says nothing about a scope to which one chain of keys leads is
// given it. Everything else of the text stays as it is. It returns the text
// unchanged if there is nothing to write.
func Write(file string, text []byte, cat *catalog.Catalog, opts Options) ([]byte, error) {
	expanded, err := expandAll(file, text, cat)
	if err != nil {
		return nil, err
	}
	out, err := writeScopes(file, []byte(expanded), cat, opts)
	if err != nil {
		return nil, err
	}
	if _, err := strict.Parse(file, []byte(out)); err != nil {
		return nil, fmt.Errorf("writing the columns of today and the chains to scopes made no rules file of it; write them by hand: %w", err)
	}
	return []byte(out), nil
}

func expandAll(file string, text []byte, cat *catalog.Catalog) (string, error) {
	root, err := strict.Parse(file, text)
	if err != nil {
		return "", err
	}
	var edits []edit
	err = under(root, "tables", func(tables strict.Node) error {
		entries, err := tables.Entries()
		if err != nil {
			return err
		}
		for _, e := range entries {
			stored, err := findTable(cat, e.Name)
			if err != nil {
				return e.Key.Errorf("%s", err)
			}
			err = under(e.Value, "columns", func(columns strict.Node) error {
				ed, err := expand(string(text), stored, columns)
				edits = append(edits, ed...)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return apply(string(text), edits), nil
}

// under calls f with the value of one key of a mapping, if it is there. What
// else the mapping holds is Compile's to judge.
func under(n strict.Node, key string, f func(strict.Node) error) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name == key {
			return f(e.Value)
		}
	}
	return nil
}

// edit replaces the bytes [from, to) of a text.
type edit struct {
	from, to int
	with     string
}

func apply(text string, edits []edit) string {
	slices.SortFunc(edits, func(a, b edit) int { return b.from - a.from })
	for _, e := range edits {
		text = text[:e.from] + e.with + text[e.to:]
	}
	return text
}

// expand is the edit for "*": class in a mapping of columns.
func expand(text string, t *catalog.Table, columns strict.Node) ([]edit, error) {
	entries, err := columns.Entries()
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	var star *strict.Entry
	for _, e := range entries {
		if e.Name == "*" {
			star = &e
			continue
		}
		col, err := findColumn(t, e.Name)
		if err != nil {
			return nil, e.Key.Errorf("%s", err)
		}
		named[col.Name] = true
	}
	if star == nil {
		return nil, nil
	}
	class, err := star.Value.Text()
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, c := range t.Columns {
		if !named[c.Name] {
			lines = append(lines, yamlKey(c.Name)+": "+scalar(class))
		}
	}
	if len(lines) == 0 {
		return nil, star.Key.Errorf(`%s has no further columns: remove "*"`, t.Name)
	}
	from, value := offset(text, star.Key.Pos()), offset(text, star.Value.Pos())
	between := "\n" + indent(text, from)
	if start := offset(text, columns.Pos()); start < len(text) && text[start] == '{' {
		between = ", "
	}
	return []edit{{from, value + width(text[value:], class), strings.Join(lines, between)}}, nil
}

// indent is the white space before byte i of its line.
func indent(text string, i int) string {
	return strings.Repeat(" ", i-strings.LastIndexByte(text[:i], '\n')-1)
}

// width is how many bytes the scalar with the given text takes at the beginning
// of s.
func width(s, text string) int {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return end + 2
		}
	}
	return len(text)
}

// yamlKey is a column's name as a key that [findColumn] reads back.
func yamlKey(name string) string { return scalar(identifier(name)) }

// scalar quotes a text where YAML would read something else.
func scalar(s string) string {
	plain := s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '.' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) && (s[0] < '0' || s[0] > '9') && s[0] != '.'
	switch fold(s) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		plain = false
	}
	switch {
	case plain:
		return s
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return strconv.Quote(s) // a new line in single quotes is a blank to YAML
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
