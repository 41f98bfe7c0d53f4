package oracle

import "regexp"

// Rights are what the rules of a world without masks say of one table.
type Rights struct {
	Table  *Table
	Always *Condition       // nil: nothing
	Teams  map[string]Right // those that have one
}

// Right is what a team may read of a table.
type Right struct {
	Rows    *Condition // nil: all
	Columns []*Column
}

// Rights lists the tables with what the rules say of them.
func (w *World) Rights() []Rights {
	var all []Rights
	for _, l := range w.rules {
		r := Rights{Table: l.t, Always: l.always, Teams: map[string]Right{}}
		for team, g := range l.grants {
			right := Right{Rows: g.rows}
			for _, c := range l.t.Columns {
				if g.class(c) != "shut" {
					right.Columns = append(right.Columns, c)
				}
			}
			r.Teams[team] = right
		}
		all = append(all, r)
	}
	return all
}

// Has is what the viewer has of an attribute.
type Has struct {
	Name, Type string // the type as the rules file writes it
	List       bool
	Texts      []string
	Missing    bool // then a condition that reads it holds for no row
}

// Has lists the attributes.
func (v *Viewer) Has() []Has {
	var all []Has
	for _, a := range v.declared {
		all = append(all, Has{a.name, a.typ, a.list, a.texts, a.missing})
	}
	return all
}

// Identifier is the table's name in PostgreSQL's SQL.
func (t *Table) Identifier() string { return identifier(t.Name) }

// Identifier is the column's name in PostgreSQL's SQL.
func (c *Column) Identifier() string { return identifier(c.Name) }

// Over is the condition in PostgreSQL's SQL, with the tables of a schema in its
// subqueries.
func (c Condition) Over(schema string) string {
	inner := regexp.MustCompile("FROM (" + string(nameMark) + "[^" + string(nameEnd) + "]*" + string(nameEnd) + ") o WHERE")
	return Postgres.Write(inner.ReplaceAllString(c.Text, "FROM "+schema+".$1 o WHERE"))
}
