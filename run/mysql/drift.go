package mysql

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
)

// relation is a table that a statement reads, and what it was when the catalog
// was read.
type relation struct {
	schema, name, print string
	view                bool
}

// What decides what a statement naming a relation reads, and who may, and its
// unique keys, by which rules tell rows of one thing from rows of several. The
// rights of this user are part of it, so that a REVOKE is noticed as drift. The
// text of a view is NULL for who may not SHOW VIEW.
//
// Each is an expression over a row of information_schema. The catalog asks for
// them with what it reads, in one pass over all tables; a statement asks for those
// of its tables.
const (
	tablePrint  = `concat_ws(' ', table_type, engine)`
	viewPrint   = `concat_ws(' ', security_type, hex(definer), sha2(view_definition, 256))`
	columnPrint = `concat_ws(' ', ordinal_position, hex(column_name), hex(column_type), collation_name, is_nullable, extra, hex(generation_expression), privileges)`
	uniquePrint = `concat_ws(' ', hex(index_name), seq_in_index, hex(column_name), sub_part)`

	indexOrder = `index_name <> 'PRIMARY', CAST(index_name AS BINARY), seq_in_index`
)

// printOf is an expression for the fingerprint of a relation, which [said.print]
// makes too. What is not a view has no text, and a view no keys; were it the other
// one by now, table_type would say so.
func printOf(r relation) string {
	at := "table_schema = " + literal(r.schema) + " AND table_name = " + literal(r.name) + " AND CAST(table_name AS BINARY) = CAST(" + literal(r.name) + " AS BINARY)"
	parts := []string{
		`SELECT ` + tablePrint + ` FROM information_schema.tables WHERE ` + at,
		`SELECT group_concat(` + columnPrint + ` ORDER BY ordinal_position) FROM information_schema.columns WHERE ` + at,
	}
	if r.view {
		parts = append(parts, `SELECT `+viewPrint+` FROM information_schema.views WHERE `+at)
	} else {
		parts = append(parts, `SELECT group_concat(`+uniquePrint+` ORDER BY `+indexOrder+`) FROM information_schema.statistics WHERE non_unique = 0 AND `+at)
	}
	return "sha2(concat_ws('|', (" + strings.Join(parts, "), (") + ")), 256)"
}

// said is what a fingerprint is made of, as the server said it for the catalog.
type said struct {
	table, view     string
	columns, unique []string
}

// print is what the server computes of [printOf].
func (s *said) print() string {
	parts := []string{s.table, strings.Join(s.columns, ","), s.view, strings.Join(s.unique, ",")}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	sum := sha256.Sum256([]byte(strings.Join(parts, "|")))
	return hex.EncodeToString(sum[:])
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
		exprs = append(exprs, printOf(r))
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
		seen[relation{r.Table.Schema, r.Table.Name, r.Table.Fingerprint, r.Table.Kind == catalog.View}] = true
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b relation) int {
		return strings.Compare(a.schema+"\x00"+a.name+"\x00"+a.print, b.schema+"\x00"+b.name+"\x00"+b.print)
	}), nil
}
