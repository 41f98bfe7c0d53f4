//go:build duckdb

package duckdb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// schema is what an attached file holds.
type schema struct {
	path   string
	tables []*relation
	whole  string // of all of it
}

// relation is a table or view.
type relation struct {
	schema, name, text string
	view               bool
	columns            []column
	keys               []key
}

type column struct {
	name, declared string
	notNull        bool
	computed       bool // it has a default, in a table that has computed columns
}

type key struct {
	kind    string // PRIMARY KEY, UNIQUE, FOREIGN KEY
	columns []string
	table   string // of a foreign key: the other one
	others  []string
}

// schema reads the schema of the attached file.
func (c *conn) schema(path string) (*schema, error) {
	s := &schema{path: path}
	byName := map[[2]string]*relation{}
	err := c.ask("SELECT schema_name, table_name, 'table', sql FROM duckdb_tables() WHERE database_name = '"+attached+"' AND NOT internal"+
		" UNION ALL SELECT schema_name, view_name, 'view', sql FROM duckdb_views() WHERE database_name = '"+attached+"' AND NOT internal", nil,
		func(r []types.Value) error {
			t := &relation{schema: r[0].Text(), name: r[1].Text(), view: r[2].Text() == "view", text: r[3].Text()}
			byName[[2]string{t.schema, t.name}] = t
			s.tables = append(s.tables, t)
			return nil
		})
	if err != nil {
		return nil, err
	}
	err = c.ask("SELECT schema_name, table_name, column_name, data_type, CAST(is_nullable AS VARCHAR), CAST(column_default IS NOT NULL AS VARCHAR) FROM duckdb_columns()"+
		" WHERE database_name = '"+attached+"' AND NOT internal ORDER BY schema_name, table_name, column_index", nil,
		func(r []types.Value) error {
			if t := byName[[2]string{r[0].Text(), r[1].Text()}]; t != nil {
				t.columns = append(t.columns, column{name: r[2].Text(), declared: r[3].Text(), notNull: r[4].Text() == "false",
					computed: r[5].Text() == "true" && strings.Contains(t.text, "GENERATED ALWAYS AS")})
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	err = c.ask("SELECT schema_name, table_name, constraint_type, array_to_string(constraint_column_names, chr(0)), coalesce(referenced_table, ''), array_to_string(referenced_column_names, chr(0)) FROM duckdb_constraints()"+
		" WHERE database_name = '"+attached+"' AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY') ORDER BY schema_name, table_name, constraint_type <> 'PRIMARY KEY', constraint_index", nil,
		func(r []types.Value) error {
			if t := byName[[2]string{r[0].Text(), r[1].Text()}]; t != nil {
				t.keys = append(t.keys, key{kind: r[2].Text(), columns: strings.Split(r[3].Text(), "\x00"), table: r[4].Text(), others: strings.Split(r[5].Text(), "\x00")})
			}
			return nil
		})
	s.finish()
	return s, err
}

// finish orders the tables and makes the text of the whole.
func (s *schema) finish() {
	slices.SortFunc(s.tables, func(a, b *relation) int {
		return cmp.Or(cmp.Compare(lower(a.schema), lower(b.schema)), cmp.Compare(lower(a.name), lower(b.name)))
	})
	var all strings.Builder
	for _, t := range s.tables {
		all.WriteString(t.lines())
	}
	s.whole = all.String()
}

// lines are all that is known of a table.
func (t *relation) lines() string {
	var b strings.Builder
	for _, part := range []string{t.schema, t.name, t.text} {
		b.WriteString(strconv.Quote(part) + " ")
	}
	for _, c := range t.columns {
		b.WriteString(strconv.Quote(c.name) + " " + strconv.Quote(c.declared) + " " + strconv.FormatBool(c.notNull) + ", ")
	}
	return b.String() + "\n"
}

// print is the fingerprint of a table; of a view, that of the whole schema.
func (s *schema) print(t *relation) string {
	text := t.lines()
	if t.view {
		text = s.whole
	}
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:16])
}

// drift fails unless the tables are as when they were introspected.
func (s *schema) drift(reads []emit.Read) error {
	for _, r := range reads {
		if r.Table.Fingerprint == "" {
			return run.Fault("a table without identity")
		}
		i := slices.IndexFunc(s.tables, func(t *relation) bool {
			return lower(t.schema) == r.Table.Schema && lower(t.name) == r.Table.Name
		})
		if i < 0 || s.print(s.tables[i]) != r.Table.Fingerprint {
			return errDrift
		}
	}
	return nil
}

// consultTime is how long a question of our own may take.
const consultTime = time.Minute

// Catalog implements [run.Engine]. Names are folded to lower case: DuckDB
// compares them without regard to it, and an unquoted name of a draft arrives
// folded.
func (e *Engine) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	c, err := e.conn(ctx, consultTime)
	if err != nil {
		return nil, err
	}
	defer c.close()
	return c.file.schema.catalog(), nil
}

func (s *schema) catalog() *catalog.Catalog {
	out := &catalog.Catalog{Engine: catalog.DuckDB, Path: []string{"main"}}
	made := map[*relation]*catalog.Table{}
	for _, r := range s.tables {
		if len(r.columns) == 0 {
			continue // a view over what is gone
		}
		t := &catalog.Table{ID: catalog.TableID(len(out.Tables) + 1), Schema: lower(r.schema), Name: lower(r.name), Fingerprint: s.print(r)}
		if r.view {
			t.Kind, t.Opaque = catalog.View, true // DuckDB does not say what a view reads
		}
		for i, c := range r.columns {
			t.Columns = append(t.Columns, &catalog.Column{
				ID: catalog.ColumnID(i + 1), Name: lower(c.name), Declared: c.declared, Type: typeNamed(c.declared),
				NotNull: c.notNull && !r.view && !strings.HasPrefix(c.declared, "TIMESTAMP_"), Generated: c.computed, Virtual: c.computed,
			})
		}
		made[r] = t
		out.Tables = append(out.Tables, t)
	}
	for _, r := range s.tables {
		if t := made[r]; t != nil {
			s.keys(r, t, out)
		}
	}
	out.Version = catalog.Digest(out)
	return out
}

func (s *schema) keys(r *relation, t *catalog.Table, all *catalog.Catalog) {
	for _, k := range r.keys {
		ids, null := idsOf(t, k.columns)
		switch {
		case ids == nil:
		case k.kind != "FOREIGN KEY" && !null:
			t.Unique = append(t.Unique, ids)
		case k.kind == "FOREIGN KEY":
			to := all.All().Lookup(t.Schema, lower(k.table))
			if to == nil {
				continue
			}
			if others, _ := idsOf(to, k.others); others != nil {
				t.Foreign = append(t.Foreign, catalog.ForeignKey{Columns: ids, To: to.ID, ToColumns: others})
			}
		}
	}
}

// idsOf are columns by name; nil if one is not there. null: one may be NULL.
func idsOf(t *catalog.Table, names []string) (list []catalog.ColumnID, null bool) {
	for _, n := range names {
		c := t.ColumnNamed(lower(n))
		if c == nil {
			return nil, false
		}
		list = append(list, c.ID)
		null = null || !c.NotNull
	}
	return list, null
}

// typeNamed maps a type as DuckDB writes it. Package emit reads some through a
// cast: see its dialect.
func typeNamed(declared string) types.Type {
	if element, ok := strings.CutSuffix(declared, "[]"); ok {
		t := typeNamed(element)
		if t.Kind == types.Array || t.Kind == types.Unsupported || !asItIs(element) {
			return types.Of(types.Unsupported)
		}
		return types.ArrayOf(t.Kind)
	}
	if strings.HasPrefix(declared, "DECIMAL(") && strings.HasSuffix(declared, ")") {
		return types.Of(types.Numeric)
	}
	if strings.HasPrefix(declared, "ENUM(") && strings.HasSuffix(declared, ")") {
		return types.Of(types.Text) // in the order of texts
	}
	switch declared {
	case "BOOLEAN":
		return types.Of(types.Bool)
	case "TINYINT", "UTINYINT", "SMALLINT":
		return types.Of(types.Int2)
	case "USMALLINT", "INTEGER":
		return types.Of(types.Int4)
	case "UINTEGER", "BIGINT":
		return types.Of(types.Int8)
	case "UBIGINT", "HUGEINT":
		return types.Of(types.Numeric)
	case "FLOAT":
		return types.Of(types.Float4)
	case "DOUBLE":
		return types.Of(types.Float8)
	case "VARCHAR":
		return types.Of(types.Text)
	case "BLOB":
		return types.Of(types.Bytea)
	case "DATE":
		return types.Of(types.Date)
	case "TIME":
		return types.Of(types.Time)
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return types.Of(types.Timestamp)
	case "TIMESTAMP WITH TIME ZONE":
		return types.Of(types.TimestampTZ)
	case "INTERVAL":
		return types.Of(types.Interval)
	case "UUID":
		return types.Of(types.UUID)
	case "JSON":
		return types.Of(types.JSON)
	default: // STRUCT, MAP, UNION, BIT, arrays of fixed length, types of users
		return types.Of(types.Unsupported)
	}
}

// asItIs reports whether values of a stored type are read without a cast.
func asItIs(declared string) bool {
	switch declared {
	case "BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "UUID":
		return true
	}
	return false
}

// lower folds as DuckDB does: ASCII letters only.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
