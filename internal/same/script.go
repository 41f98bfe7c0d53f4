package same

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/sql/types"
)

// Script is tables in an order in which each comes after those it refers to.
type Script struct {
	Tables []Table
	// Then are texts that every engine reads alike, run when all tables are full.
	Then []string
}

// Table is a stored table with all its rows.
type Table struct {
	Name    string
	Columns []Column
	Key     []string   // the primary key; none if empty
	Unique  [][]string // further keys, of columns that are NOT NULL
	Foreign []Foreign
	Rows    [][]types.Value
}

// Column is a stored column; Type is what PostgreSQL calls it, with Mod.
type Column struct {
	Name    string
	Type    types.Type
	Mod     types.Mod
	NotNull bool
}

// Foreign says that Columns refer to To of an earlier table.
type Foreign struct {
	Columns []string
	Table   string
	To      []string
}

// Spelling is how a kind of engine writes a Script.
type Spelling struct {
	Schema string // that unqualified names are in: public, main; "": what the engine says
	Quote  func(name string) string
	// Type is the declared type of a column.
	Type func(Column) string
	// Literal is a value of a column, which is not NULL.
	Literal func(Column, types.Value) string
	// After stands behind the closing bracket of a table: ENGINE=InnoDB.
	After string
	// NoKeys: the engine knows no keys, or none of another table's.
	NoKeys, NoForeign bool
	// Rows is how many an INSERT may have; 0 is a hundred.
	Rows int
}

// check says what of a script no engine could take.
func (s Script) check() error {
	seen := map[string]bool{}
	for _, t := range s.Tables {
		for _, f := range t.Foreign {
			if !seen[f.Table] {
				return fmt.Errorf("%s refers to %s, which does not come before it", t.Name, f.Table)
			}
		}
		for i, row := range t.Rows {
			if len(row) != len(t.Columns) {
				return fmt.Errorf("row %d of %s has %d values", i, t.Name, len(row))
			}
		}
		seen[t.Name] = true
	}
	return nil
}

// texts make and fill the tables.
func (s Script) texts(sp Spelling) []string {
	var out []string
	for _, t := range s.Tables {
		out = append(out, t.create(sp))
		for rows := range slices.Chunk(t.Rows, cmp.Or(sp.Rows, 100)) {
			out = append(out, t.insert(sp, rows))
		}
	}
	return append(out, s.Then...)
}

func (t Table) create(sp Spelling) string {
	var parts []string
	for _, c := range t.Columns {
		part := sp.Quote(c.Name) + " " + sp.Type(c)
		if c.NotNull || slices.Contains(t.Key, c.Name) {
			part += " NOT NULL"
		}
		parts = append(parts, part)
	}
	if len(t.Key) > 0 && !sp.NoKeys {
		parts = append(parts, "PRIMARY KEY ("+sp.list(t.Key)+")")
	}
	for _, u := range t.Unique {
		if !sp.NoKeys {
			parts = append(parts, "UNIQUE ("+sp.list(u)+")")
		}
	}
	for _, f := range t.Foreign {
		if !sp.NoForeign && !sp.NoKeys {
			parts = append(parts, fmt.Sprintf("FOREIGN KEY (%s) REFERENCES %s (%s)", sp.list(f.Columns), sp.Quote(f.Table), sp.list(f.To)))
		}
	}
	return "CREATE TABLE " + sp.Quote(t.Name) + " (" + strings.Join(parts, ", ") + ")" + sp.After
}

func (t Table) insert(sp Spelling, rows [][]types.Value) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + sp.Quote(t.Name) + " VALUES ")
	for i, row := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		texts := make([]string, len(row))
		for j, v := range row {
			if texts[j] = "NULL"; !v.IsNull() {
				texts[j] = sp.Literal(t.Columns[j], v)
			}
		}
		b.WriteString("(" + strings.Join(texts, ", ") + ")")
	}
	return b.String()
}

func (sp Spelling) list(names []string) string {
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, sp.Quote(n))
	}
	return strings.Join(quoted, ", ")
}

// Doubled is name between double quotes, as most engines write names.
func Doubled(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Text is a text between single quotes, for engines in which a backslash is one.
func Text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
