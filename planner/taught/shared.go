package taught

import (
	"fmt"

	"github.com/grille-dev/grille/catalog"
)

// What follows is for other files in which people write of the same things in the
// same words (package meaning).

// Path takes a.b.c apart, where a part in double quotes may have any characters.
func Path(text string) ([]string, bool) { return pathOf(text), pathForm.MatchString(text) }

// Find is the table that a path names, or the column; an error where there is none.
func Find(c *catalog.Catalog, path []string) (*catalog.Table, *catalog.Column, error) {
	return find(c, path)
}

// FindColumn is the column of a table with a name.
func FindColumn(t *catalog.Table, name string) (*catalog.Column, error) { return columnIn(t, name) }

// Comparisons are columns of one table compared with values, joined by AND.
type Comparisons struct{ all []cond }

// Compare reads comparisons of the table that a path names.
func Compare(text string, table []string) (Comparisons, error) {
	if len(text) > maxMeaning {
		return Comparisons{}, fmt.Errorf("a condition has at most %d bytes", maxMeaning)
	}
	all, err := readConditions(text, &table)
	return Comparisons{all}, err
}

// Bind finds the columns, and checks that each comparison has types.
func (x Comparisons) Bind(c *catalog.Catalog, table *catalog.Table) ([]Cond, error) {
	var out []Cond
	for _, one := range x.all {
		known, err := one.bind(c, table)
		if err != nil {
			return nil, err
		}
		out = append(out, known)
	}
	return out, nil
}

// IsNumber and IsDate say what may be added up, and what says when.
func IsNumber(c *catalog.Column) bool { return isNumber(c) }
func IsDate(c *catalog.Column) bool   { return isDate(c) }
