package csv

import (
	"errors"
	"slices"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/internal/words"
)

// A key is a column that its name calls one, and whose values are all there and all
// different. That amounts happen to differ makes them no key, nor does it that each
// customer_id of a few orders does, where there are customers.

// keys finds the keys of all tables, and then which columns refer to them.
func (m *maker) keys() error {
	for i := range m.files {
		if err := m.unique(&m.files[i]); err != nil {
			return err
		}
	}
	for i := range m.files {
		for j := range m.files[i].Columns {
			if err := m.refers(m.files[i], &m.files[i].Columns[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// unique makes an index of each column that is a key, the table's own id first.
func (m *maker) unique(f *File) error {
	order := make([]*Column, 0, len(f.Columns))
	for i := range f.Columns {
		order = append(order, &f.Columns[i])
	}
	slices.SortStableFunc(order, func(a, b *Column) int { return own(b, f.Table) - own(a, f.Table) })
	for _, c := range order {
		if !c.NotNull || c.repeats || !c.keyLike() || own(c, f.Table) == 0 && m.elsewhere(c.Name, f.Table) {
			continue
		}
		// The dot is in no name of a table.
		err := m.db.Exec("CREATE UNIQUE INDEX " + sqlite3.QuoteIdentifier(f.Table+"."+c.Name) + " ON " + sqlite3.QuoteIdentifier(f.Table) + " (" + sqlite3.QuoteIdentifier(c.Name) + ")")
		if err != nil && !errors.Is(err, sqlite3.CONSTRAINT) {
			return err
		}
		c.Unique = err == nil
	}
	return nil
}

// own is how surely a column is the id of its table: id, then visit_id of visits.
func own(c *Column, table string) int {
	switch {
	case c.Name == "id":
		return 2
	case slices.Contains(idsOf(table), stem(c.Name)):
		return 1
	default:
		return 0
	}
}

// keyWords end the names of keys.
func keyWords() []string {
	return []string{"id", "key", "code", "no", "nr", "num", "number", "uuid", "guid", "sku", "isbn", "iban", "ref"}
}

// keyLike reports whether a column may be a key or refer to one.
func (c *Column) keyLike() bool {
	return (c.Declared == "INTEGER" || c.Declared == "TEXT") && keyLike(c.Name)
}

func keyLike(name string) bool {
	w := strings.Split(name, "_")
	return slices.Contains(keyWords(), w[len(w)-1])
}

// elsewhere reports whether a column is called what others call the id of another
// table.
func (m *maker) elsewhere(column, table string) bool {
	said := stem(column)
	return slices.ContainsFunc(m.files, func(f File) bool {
		return f.Table != table && slices.ContainsFunc(idsOf(f.Table), func(id string) bool { return said == id || strings.HasSuffix(said, "_"+id) })
	})
}

// stem is a name with its words in the singular.
func stem(name string) string {
	w := strings.Split(name, "_")
	for i := range w {
		w[i] = words.Stem(w[i])
	}
	return strings.Join(w, "_")
}

// idsOf are what others call the id of a table.
func idsOf(table string) []string {
	var all []string
	for _, k := range keyWords() {
		all = append(all, stem(table)+"_"+k)
	}
	return all
}

// refers finds the key that a column refers to: customer_id to the id, or the
// customer_id, of customers. All of its values must be there. A word before it is
// a role: billing_customer_id.
func (m *maker) refers(f File, c *Column) error {
	if !c.keyLike() {
		return nil
	}
	if to, ok := m.namesake(f, c); ok {
		within, err := m.within(f.Table, c.Name, to.Table, to.Column)
		if within {
			c.To = to
		}
		return err
	}
	for _, to := range m.files {
		for _, k := range to.Columns {
			if !k.Unique || k.Declared != c.Declared || to.Table == f.Table && k.Name == c.Name || !names(c.Name, to.Table, k.Name) {
				continue
			}
			if within, err := m.within(f.Table, c.Name, to.Table, k.Name); err != nil || within {
				if within {
					c.To = Target{to.Table, k.Name}
				}
				return err
			}
		}
	}
	return nil
}

// namesake is the one key of another table that has the very name of a column which
// is no key here: star_rating_code of hotels, and of the list of ratings.
func (m *maker) namesake(f File, c *Column) (Target, bool) {
	var found []Target
	for _, to := range m.files {
		for _, k := range to.Columns {
			if k.Unique && k.Name == c.Name && k.Declared == c.Declared && to.Table != f.Table && strings.Contains(k.Name, "_") {
				found = append(found, Target{to.Table, k.Name})
			}
		}
	}
	if c.Unique || len(found) != 1 {
		return Target{}, false
	}
	return found[0], true
}

// names reports whether a column's name is that of a key of a table.
func names(column, table, key string) bool {
	want := stem(table) + "_" + key
	if strings.HasPrefix(stem(key), stem(table)+"_") {
		want = stem(key)
	}
	said := stem(column)
	return said == want || strings.HasSuffix(said, "_"+want)
}

// within reports whether a column has values, all of them in a key.
func (m *maker) within(table, column, to, key string) (bool, error) {
	q := sqlite3.QuoteIdentifier
	stmt, _, err := m.db.Prepare("SELECT EXISTS (SELECT 1 FROM " + q(table) + " WHERE " + q(column) + " IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM " + q(table) + " AS a WHERE a." + q(column) +
		" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM " + q(to) + " AS b WHERE b." + q(key) + " = a." + q(column) + "))")
	if err != nil {
		return false, err
	}
	defer stmt.Close()
	found := stmt.Step() && stmt.ColumnBool(0)
	return found, stmt.Err()
}
