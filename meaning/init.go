package meaning

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/planner/taught"
)

// Init proposes a file for a catalog: all of it in comments, for a person to take the
// marks away from what is right. Of what it proposes the comments of the database are
// texts that nobody has accepted yet.
func Init(c *catalog.Catalog) []byte {
	var b strings.Builder
	b.WriteString(head)
	for _, t := range c.Tables {
		b.WriteString(proposal(c, t))
	}
	b.WriteString(foot)
	return []byte(b.String())
}

const head = `# What people here agree on of the data. It opens nothing and closes nothing: that the
# rules do. Take the mark away from what is right: descriptions and names are told to
# models that may see the table.
version: 1
# tables:
`

const foot = `# metrics:
#   revenue: {is: sum(invoices.amount), where: invoices.status <> 'cancelled', unit: EUR, owner: finance@example.org}
`

func proposal(c *catalog.Catalog, t *catalog.Table) string {
	var b strings.Builder
	line := func(text string) { b.WriteString("#   " + text + "\n") }
	name := scalar(t.Name)
	if c.All().Lookup("", t.Name) != t {
		name = scalar(sqlPart(t.Schema) + "." + sqlPart(t.Name))
	} else if part := sqlPart(t.Name); part != t.Name {
		name = scalar(part)
	}
	line(name + ":")
	if about := oneLine(t.Comment); about != "" {
		line("  about: " + quotedText(about) + "  # says the database")
	} else {
		line("  about: what a row of it is")
	}
	for _, col := range t.Columns {
		if taught.IsDate(col) {
			line("  date: " + scalar(col.Name) + "  # the date that is meant where none is named")
			break
		}
	}
	if len(t.Unique) == 0 && len(t.Columns) > 0 {
		line("  key: [" + scalar(t.Columns[0].Name) + "]  # the database declares none")
	}
	columns := false
	for _, col := range t.Columns {
		if about := oneLine(col.Comment); about != "" {
			if !columns {
				line("  columns:")
				columns = true
			}
			line("    " + scalar(col.Name) + ": {about: " + quotedText(about) + "}  # says the database")
		}
	}
	return b.String()
}

// oneLine is a comment as a description may be.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	runes := []rune(strings.Join(strings.Fields(text), " "))
	return strings.TrimSpace(string(runes[:min(len(runes), maxAbout)]))
}

var plainName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)

// sqlPart is a part of a path, in double quotes where it needs them.
func sqlPart(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return quoted(name)
}

// scalar is a name as YAML writes it.
func scalar(name string) string {
	lower := strings.ToLower(name)
	if plainName.MatchString(name) && lower != "null" && lower != "true" && lower != "false" && lower != "yes" && lower != "no" && lower != "on" && lower != "off" && lower != "y" && lower != "n" {
		return name
	}
	return quotedText(name)
}

func quotedText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
