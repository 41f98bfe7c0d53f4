package rules

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// A description is sent to models that may see the name, so it should say what
// kind of values there are and quote none.

var quoting = struct{ quotes, address, number *regexp.Regexp }{
	quotes:  regexp.MustCompile(`(?:^|[\s(,:;/=])(?:"([^"]{1,200})"|'([^']{1,200})'|“([^”]{1,200})”|‘([^’]{1,200})’|«([^»]{1,200})»|` + "`([^`]{1,200})`" + `)`),
	address: regexp.MustCompile(`[^\s@"'<>()]+@[^\s@"'<>()]+`),
	number:  regexp.MustCompile(`\+?\d(?:[ ()./-]{0,2}\d){5,}`),
}

// quotations are the parts of a text that may be stored values: what stands in
// quotes, addresses, numbers of six digits or more.
func quotations(text string) []string {
	var found []string
	for _, m := range quoting.quotes.FindAllStringSubmatch(text, -1) {
		found = append(found, strings.TrimSpace(strings.Join(m[1:], "")))
	}
	found = append(found, quoting.address.FindAllString(text, -1)...)
	return append(found, quoting.number.FindAllString(text, -1)...)
}

// toldQuotes are the quotations of what was told about a column. What is told
// about its table may quote it, too.
func toldQuotes(t policy.Table, column catalog.ColumnID) []string {
	var found []string
	for _, told := range []policy.Told{t.Told, t.ColumnsTold[column]} {
		found = append(found, quotations(told.About)...)
		for _, name := range told.Also {
			found = append(found, quotations(name)...)
		}
	}
	return found
}

// warnOfQuotes says that a description may quote what is stored. It does not
// repeat it.
func (c *compiler) warnOfQuotes(n strict.Node, text string) {
	if len(quotations(text)) > 0 {
		c.say(Warning, n.Pos(), "what stands in quotes here, or looks like a number or an address, may be a stored value, and is sent to models that may see the name: say what kind of value it is; grille rules check --count has the database look for it")
	}
}

// Quoted is a column whose description may quote stored values.
type Quoted struct {
	Where string // of its table, file:line:column
	Name  string // table.column
	// SQL counts 1 if one of them is stored in the column, else 0.
	SQL string
}

// Stored is what is to be said where one is.
func (q Quoted) Stored() Finding {
	return Finding{placeOf(q.Where), Warning, fmt.Sprintf("the description of %s quotes a value that is stored there, and is sent to models that may see the name: say what kind of value it is", q.Name)}
}

// QuotedColumns are those of r that hold text, by table.
func QuotedColumns(r *policy.Rules) []Quoted {
	var out []Quoted
	c := r.Granted()
	for _, t := range c.Tables {
		stored := c.Catalog.Table(t.Table)
		for _, col := range stored.Columns {
			found := toldQuotes(t, col.ID)
			if !col.Type.IsText() || len(found) == 0 {
				continue
			}
			var texts []string
			for _, text := range found {
				texts = append(texts, "'"+strings.ReplaceAll(text, "'", "''")+"'")
			}
			out = append(out, Quoted{Where: t.Where, Name: tableName(c.Catalog, stored) + "." + col.Name,
				SQL: fmt.Sprintf("SELECT count(*) AS n FROM (SELECT x.%[1]s FROM %[2]s.%[3]s AS x WHERE x.%[1]s IN (%[4]s) LIMIT 1) AS d",
					quoted(col.Name), quoted(stored.Schema), quoted(stored.Name), strings.Join(texts, ", "))})
		}
	}
	return out
}
