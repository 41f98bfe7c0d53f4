package mysql

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// Catalog implements [run.Engine]. It reads information_schema only. Names of
// columns are folded to lower case: the server compares them without regard to
// it, and an unquoted name of a draft arrives folded. Names of tables are as the
// server stores them.
func (e *Engine) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	var r *reader
	err := e.consult(ctx, func(c *conn) error {
		r = &reader{byName: map[string]*catalog.Table{}, said: map[*catalog.Table]*said{}, text: map[*catalog.Column]bool{}, long: map[*catalog.Column]string{}}
		return r.read(c, e.c.Schemas)
	})
	if err != nil {
		return nil, err
	}
	cat := &catalog.Catalog{Engine: e.kind, Path: slices.Clone(e.c.Schemas), Tables: r.tables}
	cat.Version = catalog.Digest(cat)
	return cat, nil
}

// The questions, over the database %s. information_schema shows what this user
// has rights on. The server opens each table's file for each of them, so they are
// one pass each, and joined here.
const (
	tablesText = `SELECT table_schema, table_name, table_type, coalesce(engine, ''), table_comment, ` + tablePrint + ` FROM information_schema.tables
WHERE table_schema = %s AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW') ORDER BY CAST(table_name AS BINARY)`

	viewsText = `SELECT table_schema, table_name, ` + viewPrint + ` FROM information_schema.views WHERE table_schema = %s`

	columnsText = `SELECT table_schema, table_name, ordinal_position, column_name, data_type, column_type, coalesce(character_set_name, ''), is_nullable, extra, column_comment, privileges, coalesce(collation_name, ''), ` + columnPrint + `
FROM information_schema.columns WHERE table_schema = %s ORDER BY CAST(table_name AS BINARY), ordinal_position`

	// indexText lists indexes over whole columns, the primary key first.
	indexText = `SELECT table_schema, table_name, index_name, non_unique, column_name, coalesce(sub_part, ''), index_type, seq_in_index, ` + uniquePrint + ` FROM information_schema.statistics
WHERE table_schema = %s ORDER BY CAST(table_name AS BINARY), ` + indexOrder

	foreignText = `SELECT table_schema, table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage WHERE table_schema = %s AND referenced_table_name IS NOT NULL
ORDER BY CAST(table_name AS BINARY), CAST(constraint_name AS BINARY), ordinal_position`
)

// reader builds a catalog from the rows of the questions above.
type reader struct {
	tables []*catalog.Table
	byName map[string]*catalog.Table
	said   map[*catalog.Table]*said
	text   map[*catalog.Column]bool   // compares under a collation
	long   map[*catalog.Column]string // a longtext of MariaDB, which may be its JSON, and its name there
}

func (r *reader) read(c *conn, schemas []string) error {
	schemas = slices.Compact(slices.Sorted(slices.Values(schemas)))
	for _, s := range []struct {
		text string
		take func(rows [][]string) error
	}{
		{tablesText, each(6, r.table)}, {viewsText, each(3, r.view)}, {columnsText, each(13, r.column)}, {indexText, r.indexes}, {foreignText, r.foreign},
	} {
		for _, schema := range schemas {
			rows, err := c.all(strings.ReplaceAll(s.text, "%s", literal(schema)))
			if err == nil {
				err = s.take(rows)
			}
			if err != nil {
				return err
			}
		}
	}
	r.close()
	r.prints()
	if c.version.maria {
		return r.json(c)
	}
	return nil
}

// each checks the shape of rows, and takes one after the other.
func each(width int, take func([]string)) func([][]string) error {
	return func(rows [][]string) error {
		for _, row := range rows {
			if len(row) != width {
				return errRow
			}
			take(row)
		}
		return nil
	}
}

func key(parts ...string) string { return strings.Join(parts, "\x00") }

func (r *reader) table(v []string) {
	t := &catalog.Table{
		ID: catalog.TableID(len(r.tables) + 1), Schema: v[0], Name: v[1], Kind: relationKind(v[2], v[3]),
		Comment: v[4], Leading: []catalog.ColumnID{},
	}
	if t.Kind == catalog.View {
		t.Comment = ""  // the server has the word VIEW there
		t.Opaque = true // what it reads is not told in columns
	}
	r.tables = append(r.tables, t)
	r.byName[key(t.Schema, t.Name)] = t
	r.said[t] = &said{table: v[5]}
}

func (r *reader) view(v []string) {
	if t := r.byName[key(v[0], v[1])]; t != nil && t.Kind == catalog.View {
		r.said[t].view = v[2]
	}
}

func relationKind(kind, engine string) catalog.Kind {
	switch {
	case kind == "VIEW":
		return catalog.View
	case slices.Contains([]string{"FEDERATED", "CONNECT", "SPIDER", "S3", "MRG_MYISAM", "MRG_MyISAM", "OQGRAPH", "SPHINX"}, engine):
		return catalog.Foreign // the rows are elsewhere, or are other tables'
	default:
		return catalog.Ordinary
	}
}

// json finds what MariaDB makes of JSON: a long text with a check, which it
// shows in the text of the table alone, and there to who reads all of it.
func (r *reader) json(c *conn) error {
	for _, t := range r.tables {
		if t.Kind != catalog.Ordinary || !slices.ContainsFunc(t.Columns, func(col *catalog.Column) bool { return r.long[col] != "" }) {
			continue
		}
		rows, err := c.all("SHOW CREATE TABLE " + name(t.Schema) + "." + name(t.Name))
		var me *mysql.MySQLError
		if errors.As(err, &me) && me.Number == 1142 {
			continue
		}
		if err == nil && (len(rows) != 1 || len(rows[0]) < 2) {
			err = errRow
		}
		if err != nil {
			return err
		}
		for _, col := range t.Columns {
			if n := r.long[col]; n != "" && (strings.Contains(rows[0][1], "CHECK (json_valid("+name(n)+"))") || strings.Contains(rows[0][1], "CHECK (json_valid("+quoted(n)+"))")) {
				col.Type, col.Declared = types.Of(types.JSON), "json"
			}
		}
	}
	return nil
}

func (r *reader) column(v []string) {
	t := r.byName[key(v[0], v[1])]
	if t == nil {
		return
	}
	r.said[t].columns = append(r.said[t].columns, v[12])
	id, err := strconv.ParseUint(v[2], 10, 16)
	if err != nil || !strings.Contains(v[10], "select") {
		return
	}
	extra := strings.ToUpper(v[8])
	c := &catalog.Column{
		ID: catalog.ColumnID(id), Name: lower(v[3]), Type: typeOf(v[4], v[5]), Declared: declared(v[4], v[5], v[6]),
		NotNull: v[7] == "NO", Comment: v[9], Sorted: v[11], Generated: strings.Contains(extra, "GENERATED") && !strings.Contains(extra, "DEFAULT_GENERATED"),
	}
	c.Virtual = c.Generated && strings.Contains(extra, "VIRTUAL")
	if v[4] == "longtext" && v[6] == "utf8mb4" {
		r.long[c] = v[3]
	}
	r.text[c] = v[6] != ""
	t.Columns = append(t.Columns, c)
}

// lower folds as an unquoted name of a draft is folded.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// typeOf maps a stored type. Enums and sets are read as the texts that they
// are. tinyint(1), and bit(1), is how this family says boolean.
func typeOf(data, column string) types.Type {
	unsigned := strings.Contains(column, "unsigned")
	switch data {
	case "tinyint":
		if strings.HasPrefix(column, "tinyint(1)") {
			return types.Of(types.Bool)
		}
		return types.Of(types.Int2)
	case "bit":
		if column == "bit(1)" {
			return types.Of(types.Bool)
		}
		return types.Type{Kind: types.Unsupported, Name: data}
	case "smallint":
		if unsigned {
			return types.Of(types.Int4)
		}
		return types.Of(types.Int2)
	case "year":
		return types.Of(types.Int2)
	case "mediumint":
		return types.Of(types.Int4)
	case "int":
		if unsigned {
			return types.Of(types.Int8)
		}
		return types.Of(types.Int4)
	case "bigint":
		if unsigned { // up to 2^64 - 1
			return types.Of(types.Numeric)
		}
		return types.Of(types.Int8)
	default:
		if k := otherType(data); k != types.Unsupported {
			return types.Of(k)
		}
		return types.Type{Kind: types.Unsupported, Name: data}
	}
}

func otherType(data string) types.Kind {
	switch data {
	case "decimal":
		return types.Numeric
	case "float":
		return types.Float4
	case "double":
		return types.Float8
	case "char", "varchar", "enum", "set":
		return types.Varchar
	case "tinytext", "text", "mediumtext", "longtext":
		return types.Text
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		return types.Bytea
	case "date":
		return types.Date
	case "datetime":
		return types.Timestamp
	case "timestamp":
		return types.TimestampTZ
	case "time":
		return types.Time
	case "json":
		return types.JSON
	case "uuid":
		return types.UUID
	default:
		return types.Unsupported
	}
}

// declared is the type as the database spells it, without the labels of an enum,
// which are values, and with a character set that is not utf8mb4: emit converts
// from that.
func declared(data, column, charset string) string {
	if data == "enum" || data == "set" {
		column = data
	}
	if charset != "" && charset != "utf8mb4" {
		column += " character set " + charset
	}
	return column
}

// indexes takes the parts of indexes in their order.
func (r *reader) indexes(rows [][]string) error {
	for len(rows) > 0 {
		if len(rows[0]) != 9 {
			return errRow
		}
		n := 1
		for n < len(rows) && len(rows[n]) == 9 && slices.Equal(rows[n][:3], rows[0][:3]) {
			n++
		}
		if t := r.byName[key(rows[0][0], rows[0][1])]; t != nil {
			r.index(t, rows[:n])
		}
		rows = rows[n:]
	}
	return nil
}

// index notes a unique key, if it holds: over whole columns that are NOT NULL.
// That texts are unique under a collation, which takes different ones for equal,
// is more than that they are unique.
func (r *reader) index(t *catalog.Table, parts [][]string) {
	var ids []catalog.ColumnID
	whole, unique := true, parts[0][3] == "0"
	if unique {
		for _, p := range parts {
			r.said[t].unique = append(r.said[t].unique, p[8])
		}
	}
	for _, p := range parts {
		c := t.ColumnNamed(lower(p[4]))
		if c == nil || p[5] != "" || p[6] != "BTREE" && p[6] != "HASH" {
			whole = false
			break
		}
		if p[7] == "1" && !slices.Contains(t.Leading, c.ID) {
			t.Leading = append(t.Leading, c.ID)
		}
		whole = whole && c.NotNull
		ids = append(ids, c.ID)
	}
	if whole && unique {
		t.Unique = append(t.Unique, ids)
	}
}

// foreign takes the columns of foreign keys in their order.
func (r *reader) foreign(rows [][]string) error {
	for len(rows) > 0 {
		if len(rows[0]) != 7 {
			return errRow
		}
		n := 1
		for n < len(rows) && len(rows[n]) == 7 && slices.Equal(rows[n][:3], rows[0][:3]) {
			n++
		}
		r.foreignKey(rows[:n])
		rows = rows[n:]
	}
	return nil
}

// foreignKey notes a key. One over texts is held by the server under a collation
// that takes different texts for equal: for Grille, which compares by bytes, it
// may not hold.
func (r *reader) foreignKey(parts [][]string) {
	from, to := r.byName[key(parts[0][0], parts[0][1])], r.byName[key(parts[0][4], parts[0][5])]
	if from == nil || to == nil {
		return
	}
	k := catalog.ForeignKey{To: to.ID}
	for _, p := range parts {
		a, b := from.ColumnNamed(lower(p[3])), to.ColumnNamed(lower(p[6]))
		if a == nil || b == nil {
			return // the user may not read it
		}
		k.Columns, k.ToColumns = append(k.Columns, a.ID), append(k.ToColumns, b.ID)
		k.Unchecked = k.Unchecked || r.text[a] || r.text[b]
	}
	from.Foreign = append(from.Foreign, k)
}

// close leaves out tables of which this user may read no column.
func (r *reader) close() {
	kept := r.tables[:0]
	ids := map[catalog.TableID]catalog.TableID{}
	for _, t := range r.tables {
		if len(t.Columns) > 0 {
			ids[t.ID] = catalog.TableID(len(kept) + 1)
			kept = append(kept, t)
		}
	}
	r.tables = kept
	for _, t := range kept {
		t.ID = ids[t.ID]
		for i := range t.Foreign {
			t.Foreign[i].To = ids[t.Foreign[i].To]
		}
	}
}

// prints makes the fingerprints, the same as a statement's transaction has them.
func (r *reader) prints() {
	for _, t := range r.tables {
		t.Fingerprint = r.said[t].print()
	}
}
