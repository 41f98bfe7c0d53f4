package mysql

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
)

// relation is a table that a statement reads, and what it was when the catalog
// was read.
type relation struct{ schema, name, print string }

// printOf is an expression for the fingerprint of a relation: everything that
// decides what a statement naming it reads, and who may, and its unique keys, by
// which rules tell rows of one thing from rows of several. The rights of this user
// are part of it, so that a REVOKE is noticed as drift. The text of a view is
// NULL for who may not SHOW VIEW.
func printOf(schema, table string) string {
	at := "table_schema = " + literal(schema) + " AND table_name = " + literal(table) + " AND CAST(table_name AS BINARY) = CAST(" + literal(table) + " AS BINARY)"
	return `sha2(concat_ws('|',
  (SELECT concat_ws(' ', table_type, engine) FROM information_schema.tables WHERE ` + at + `),
  (SELECT concat_ws(' ', security_type, hex(definer), sha2(view_definition, 256)) FROM information_schema.views WHERE ` + at + `),
  (SELECT group_concat(concat_ws(' ', ordinal_position, hex(column_name), hex(column_type), collation_name, is_nullable, extra, hex(generation_expression), privileges)
     ORDER BY ordinal_position) FROM information_schema.columns WHERE ` + at + `),
  (SELECT group_concat(concat_ws(' ', hex(index_name), seq_in_index, hex(column_name), sub_part)
     ORDER BY index_name, seq_in_index) FROM information_schema.statistics WHERE non_unique = 0 AND ` + at + `)), 256)`
}

// touch reads nothing of a relation. But from then on until the end of the
// transaction nobody can change it: without that a table could change between
// the look at its fingerprint and the statement.
func touch(schema, table string) string {
	return "(SELECT 1 FROM " + name(schema) + "." + name(table) + " LIMIT 0)"
}

// gate looks, in the statement's transaction, whether the session is as pinned
// and the relations are as in the catalog.
func (c *conn) gate(rels []relation) error {
	// A statement that names no table leaves the warnings of the one before.
	exprs := append(readExprs(c.pins), "(SELECT 1 FROM information_schema.character_sets LIMIT 0)")
	for _, r := range rels {
		exprs = append(exprs, touch(r.schema, r.name))
	}
	for _, r := range rels {
		exprs = append(exprs, printOf(r.schema, r.name))
	}
	got, err := c.one("SELECT " + strings.Join(exprs, ", "))
	if err != nil {
		return &stageError{gating, err}
	}
	if err := compare(c.pins, got[:len(c.pins)]); err != nil {
		return err
	}
	for i, print := range got[len(c.pins)+1+len(rels):] {
		if print != rels[i].print {
			return fmt.Errorf("%w: %s.%s", errDrift, rels[i].schema, rels[i].name)
		}
	}
	return nil
}

// errDrift: a table is no longer what the catalog says.
var errDrift = errors.New("a table changed")

// relationsOf are the tables of a statement, each once, in the order of their names.
func relationsOf(reads []emit.Read) ([]relation, error) {
	seen := map[relation]bool{}
	for _, r := range reads {
		if r.Table.Schema == "" || r.Table.Fingerprint == "" {
			return nil, run.Fault("a table without identity")
		}
		seen[relation{r.Table.Schema, r.Table.Name, r.Table.Fingerprint}] = true
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b relation) int {
		return strings.Compare(a.schema+"\x00"+a.name+"\x00"+a.print, b.schema+"\x00"+b.name+"\x00"+b.print)
	}), nil
}
