package postgres

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
)

// printExpr is the fingerprint of relation c in schema n: everything that
// decides what a statement naming it reads, and who may, and its unique keys, by
// which rules tell rows of one thing from rows of several. Rights of columns and
// of the relation are part of it, so that a REVOKE is noticed as drift.
// Children are not: a new partition is an ordinary day.
const printExpr = `encode(sha256(convert_to(concat_ws('|', quote_ident(n.nspname), quote_ident(c.relname), c.relkind, c.relispartition, c.relrowsecurity, c.relacl,
    (SELECT string_agg(i.inhparent::pg_catalog.text, ',' ORDER BY i.inhparent) FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid),
    (SELECT string_agg(hashtextextended(r.ev_action::pg_catalog.text, 0)::pg_catalog.text, ',' ORDER BY r.oid) FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type = '1'),
    (SELECT string_agg(concat_ws(' ', a.attnum, quote_ident(a.attname), a.atttypid, a.atttypmod, a.attcollation, a.attgenerated, a.attnotnull, a.attacl), ',' ORDER BY a.attnum)
       FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT string_agg(k, ',' ORDER BY k COLLATE "C") FROM (SELECT concat_ws(' ', x.indkey, x.indnkeyatts, x.indisvalid, x.indimmediate, x.indisexclusion, x.indpred IS NULL, x.indexprs IS NULL) AS k
       FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND x.indisunique) AS keys)), 'UTF8')), 'hex')`

// relationsText lists relations of the schemas $1 that the role may read
// something of.
const relationsText = `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition,
  EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid),
  c.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid),
  obj_description(c.oid, 'pg_class'), ` + printExpr + `
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

// columnsText lists the columns that the role may read.
const columnsText = `SELECT a.attrelid, a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, col_description(a.attrelid, a.attnum),
  CASE WHEN l.oid IS NULL OR l.collname = 'default' THEN '' ELSE l.collname END, coalesce(l.collisdeterministic, true)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attrelid, a.attnum`

// keysText lists the unique keys that hold at any moment: valid, checked at
// once, over all rows, without expressions, over columns that are NOT NULL.
// Columns come in the order of the index.
const keysText = `SELECT x.indrelid, x.indisprimary,
  (SELECT string_agg(k.n::pg_catalog.text, ' ' ORDER BY k.i) FROM unnest(x.indkey[0:x.indnkeyatts - 1]) WITH ORDINALITY k(n, i))
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND x.indisunique AND NOT x.indisexclusion AND x.indisvalid AND x.indimmediate
  AND x.indpred IS NULL AND x.indexprs IS NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = x.indrelid AND NOT a.attnotnull AND a.attnum = ANY (x.indkey[0:x.indnkeyatts - 1]))
ORDER BY x.indrelid, NOT x.indisprimary, x.indexrelid`

// foreignText lists validated and enforced foreign keys, without those that
// a key to a partitioned table has to each partition for its triggers. Columns
// that only newer servers have are read through jsonb.
const foreignText = `SELECT o.conrelid, o.confrelid, array_to_string(o.conkey, ' '), array_to_string(o.confkey, ' ')
FROM pg_catalog.pg_constraint o
JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND o.contype = 'f' AND o.convalidated
  AND coalesce(to_jsonb(o) ->> 'conenforced', 'true') = 'true' AND coalesce(to_jsonb(o) ->> 'conperiod', 'false') = 'false'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p WHERE p.oid = o.conparentid AND p.conrelid = o.conrelid)
ORDER BY o.conrelid, o.conname COLLATE "C"`

// Catalog implements [run.Engine]. It reads the database's catalogs
// only, in one snapshot.
func (e *Engine) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	var r *reader
	schemas := []string{arrayOf(e.c.Schemas)}
	err := e.consult(ctx, func(c *conn) error {
		r = &reader{byOID: map[uint32]*catalog.Table{}, parent: map[uint32]bool{}, made: map[uint32]made{}}
		return e.ask(ctx, c,
			question{typesText, nil, r.typ}, question{relationsText, schemas, r.relation}, question{columnsText, schemas, r.column},
			question{keysText, schemas, r.key}, question{foreignText, schemas, r.foreign},
			question{inheritsText, schemas, r.inherits}, question{sourcesText, schemas, r.source},
			question{opaqueText, schemas, r.opaque}, question{generatedText, schemas, r.generated},
			question{leadingText, schemas, r.leading})
	})
	if err != nil {
		return nil, err
	}
	cat := &catalog.Catalog{Engine: catalog.Postgres, Path: slices.Clone(e.c.Schemas), Tables: r.tables}
	cat.Version = catalog.Digest(cat)
	return cat, nil
}

// inheritsText lists parents of partitions and inheritance children.
const inheritsText = `SELECT i.inhrelid, i.inhparent FROM pg_catalog.pg_inherits i
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('r', 'p', 'f') ORDER BY 1, i.inhseqno`

// sourcesText lists what the definition of a view names: relations (column 0)
// and columns.
const sourcesText = `SELECT DISTINCT r.ev_class, d.refobjid, d.refobjsubid FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
  AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('v', 'm') AND r.ev_type = '1' ORDER BY 1, 2, 3`

// opaqueText lists views whose dependencies do not tell all: they use whole
// rows, which PostgreSQL notes as nothing, or functions that are not the
// server's own and may read anything.
const opaqueText = `SELECT r.ev_class FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('v', 'm') AND r.ev_type = '1'
  AND (r.ev_action::pg_catalog.text ~ '[{]VAR :varno [0-9]+ :varattno 0 ' OR EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass))`

// generatedText lists what generated columns are made from.
const generatedText = `SELECT DISTINCT f.adrelid, f.adnum, d.refobjsubid FROM pg_catalog.pg_attrdef f
JOIN pg_catalog.pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated <> ''
JOIN pg_catalog.pg_class c ON c.oid = f.adrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = f.adrelid AND d.refobjsubid > 0 AND d.refobjsubid <> f.adnum
  AND (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = f.adrelid AND d.objsubid = f.adnum)
WHERE n.nspname = ANY ($1::pg_catalog.text[]) ORDER BY 1, 2, 3`

// leadingText lists the columns that an index over all rows begins with.
const leadingText = `SELECT DISTINCT x.indrelid, x.indkey[0] FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_am m ON m.oid = i.relam
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND m.amname IN ('btree', 'hash') AND x.indisvalid AND x.indpred IS NULL AND x.indkey[0] > 0
ORDER BY 1, 2`

// arrayOf writes a text array.
func arrayOf(s []string) string {
	q := make([]string, len(s))
	for i, x := range s {
		q[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(x) + `"`
	}
	return "{" + strings.Join(q, ",") + "}"
}

// reader builds a catalog from the rows of the questions above.
type reader struct {
	tables []*catalog.Table
	byOID  map[uint32]*catalog.Table
	parent map[uint32]bool // has inheritance children: its keys do not hold over them
	made   map[uint32]made
}

var errRow = errors.New("a catalog row of another shape")

func (r *reader) relation(v [][]byte) error {
	if len(v) != 9 || len(v[3]) != 1 {
		return errRow
	}
	t := &catalog.Table{
		ID: catalog.TableID(len(r.tables) + 1), OID: oidOf(v[0]), Schema: string(v[1]), Name: string(v[2]),
		Kind: kindOf(v[3][0], isTrue(v[4]) || isTrue(v[5])), Comment: string(v[7]), Fingerprint: string(v[8]), Leading: []catalog.ColumnID{},
	}
	r.tables = append(r.tables, t)
	r.byOID[t.OID] = t
	r.parent[t.OID] = isTrue(v[6])
	return nil
}

func kindOf(relkind byte, child bool) catalog.Kind {
	switch relkind {
	case 'v':
		return catalog.View
	case 'm':
		return catalog.MaterializedView
	}
	if child {
		return catalog.Partition
	}
	switch relkind {
	case 'r':
		return catalog.Ordinary
	case 'p':
		return catalog.Partitioned
	case 'f':
		return catalog.Foreign
	default:
		panic("postgres: unknown kind of relation")
	}
}

func (r *reader) column(v [][]byte) error {
	if len(v) != 10 {
		return errRow
	}
	t := r.byOID[oidOf(v[0])]
	if t == nil {
		return nil
	}
	id, err := strconv.ParseUint(string(v[1]), 10, 16)
	if err != nil {
		return errRow
	}
	c := &catalog.Column{
		ID: catalog.ColumnID(id), Name: string(v[2]), Declared: string(v[4]),
		NotNull: isTrue(v[5]), Generated: len(v[6]) > 0, Virtual: string(v[6]) == "v", Comment: string(v[7]), Collation: string(v[8]),
	}
	c.Type, c.Recast = r.typeOf(oidOf(v[3]), c.Declared)
	if !isTrue(v[9]) {
		// A collation under which different texts are equal would widen every
		// rule that compares.
		c.Type, c.Recast = unread("a type under a collation that is not deterministic"), false
	}
	t.Columns = append(t.Columns, c)
	return nil
}

func (r *reader) key(v [][]byte) error {
	if len(v) != 3 {
		return errRow
	}
	oid := oidOf(v[0])
	t := r.byOID[oid]
	if t == nil || r.parent[oid] {
		return nil
	}
	if ids, ok := idsOf(t, v[2]); ok {
		t.Unique = append(t.Unique, ids)
	}
	return nil
}

func (r *reader) foreign(v [][]byte) error {
	if len(v) != 4 {
		return errRow
	}
	from, to := r.byOID[oidOf(v[0])], r.byOID[oidOf(v[1])]
	if from == nil || to == nil || r.parent[from.OID] || r.parent[to.OID] {
		return nil
	}
	cols, ok1 := idsOf(from, v[2])
	refs, ok2 := idsOf(to, v[3])
	if ok1 && ok2 {
		from.Foreign = append(from.Foreign, catalog.ForeignKey{Columns: cols, To: to.ID, ToColumns: refs})
	}
	return nil
}

func (r *reader) inherits(v [][]byte) error {
	if len(v) != 2 {
		return errRow
	}
	child, parent := r.byOID[oidOf(v[0])], r.byOID[oidOf(v[1])]
	if child != nil && parent != nil {
		child.Inherits = append(child.Inherits, parent.ID)
	}
	return nil
}

func (r *reader) source(v [][]byte) error {
	if len(v) != 3 {
		return errRow
	}
	view, of := r.byOID[oidOf(v[0])], r.byOID[oidOf(v[1])]
	if view == nil {
		return nil
	}
	id := catalog.ColumnID(oidOf(v[2]))
	switch {
	case of == nil || id > 0 && of.Column(id) == nil:
		view.Opaque = true // the role may not read it, or it is in no schema of ours
	case id > 0:
		view.Sources = append(view.Sources, catalog.Source{Table: of.ID, Column: id})
	}
	return nil
}

func (r *reader) opaque(v [][]byte) error {
	if len(v) != 1 {
		return errRow
	}
	if t := r.byOID[oidOf(v[0])]; t != nil {
		t.Opaque = true
	}
	return nil
}

func (r *reader) generated(v [][]byte) error {
	if len(v) != 3 {
		return errRow
	}
	if t := r.byOID[oidOf(v[0])]; t != nil {
		if c := t.Column(catalog.ColumnID(oidOf(v[1]))); c != nil {
			c.Sources = append(c.Sources, catalog.ColumnID(oidOf(v[2])))
		}
	}
	return nil
}

func (r *reader) leading(v [][]byte) error {
	if len(v) != 2 {
		return errRow
	}
	t, id := r.byOID[oidOf(v[0])], catalog.ColumnID(oidOf(v[1]))
	if t != nil && t.Column(id) != nil {
		t.Leading = append(t.Leading, id)
	}
	return nil
}

// idsOf reads column numbers; ok only if the role may read them all.
func idsOf(t *catalog.Table, v []byte) (ids []catalog.ColumnID, ok bool) {
	for _, s := range strings.Fields(string(v)) {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || t.Column(catalog.ColumnID(n)) == nil {
			return nil, false
		}
		ids = append(ids, catalog.ColumnID(n))
	}
	return ids, len(ids) > 0
}

func oidOf(v []byte) uint32 {
	n, _ := strconv.ParseUint(string(v), 10, 32)
	return uint32(n)
}

func isTrue(v []byte) bool { return len(v) == 1 && v[0] == 't' }
