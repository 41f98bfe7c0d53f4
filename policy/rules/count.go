package rules

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// FewValues is how many different values a hashed column should have: below,
// a pseudonym is told by counting, or by trying (redteam H8).
const FewValues = 10_000

// Counter is the team under which [Counting] opens columns.
const Counter = "grille.check"

// Hashed is a column whose class shows pseudonyms.
type Hashed struct {
	Where string // of its table, file:line:column
	Name  string // table.column
	Class string
	// SQL counts its different values, up to FewValues.
	SQL string
}

// Few is what is to be said where they are fewer.
func (h Hashed) Few() Finding {
	return Finding{placeOf(h.Where), Warning, fmt.Sprintf("%s (class %q) has fewer than %d different values: who can count or guess them can undo a pseudonym; use redact or a bucket", h.Name, h.Class, FewValues)}
}

// placeOf reads what [strict.Pos.String] wrote.
func placeOf(where string) strict.Pos {
	pos := strict.Pos{File: where, Line: 1, Col: 1}
	if m := regexp.MustCompile(`^(.*):(\d+):(\d+)$`).FindStringSubmatch(where); m != nil {
		pos.File = m[1]
		pos.Line, _ = strconv.Atoi(m[2])
		pos.Col, _ = strconv.Atoi(m[3])
	}
	return pos
}

// HashedColumns are those of r, by table.
func HashedColumns(r *policy.Rules) []Hashed {
	var out []Hashed
	c := r.Granted()
	for _, t := range c.Tables {
		stored := c.Catalog.Table(t.Table)
		for _, col := range stored.Columns {
			class := t.Columns[col.ID]
			if class == nil || class.Mask.Show != policy.Hash {
				continue
			}
			out = append(out, Hashed{Where: t.Where, Name: tableName(c.Catalog, stored) + "." + col.Name, Class: class.Name,
				SQL: fmt.Sprintf("SELECT count(*) AS n FROM (SELECT DISTINCT x.%[1]s FROM %[2]s.%[3]s AS x WHERE x.%[1]s IS NOT NULL LIMIT %[4]d) AS d",
					quoted(col.Name), quoted(stored.Schema), quoted(stored.Name), FewValues)})
		}
	}
	return out
}

// Counting makes rules that open the hashed columns of r, and those whose
// descriptions may quote values, and nothing else, to the team [Counter]. It is for the person who keeps the rules and has the database's
// password: nothing that answers questions of others may call it.
func Counting(r *policy.Rules) (*policy.Rules, error) {
	from := r.Granted()
	plain := &policy.Class{Name: "counted", Mask: policy.Mask{Show: policy.Plain}, HideFromModel: true, Where: from.File}
	c := policy.Config{File: from.File, Version: "counting " + from.Version, Catalog: from.Catalog}
	for _, t := range from.Tables {
		columns := map[catalog.ColumnID]*policy.Class{}
		for id, class := range t.Columns {
			if class.Mask.Show == policy.Hash || len(toldQuotes(t, id)) > 0 {
				columns[id] = plain
			}
		}
		if len(columns) > 0 {
			c.Tables = append(c.Tables, policy.Table{Table: t.Table, Where: t.Where, AsView: t.AsView, Columns: columns,
				Grants: []policy.Grant{{Team: Counter, Where: t.Where, All: true}}})
		}
	}
	return policy.New(c)
}
