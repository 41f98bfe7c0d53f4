package sqlite

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// errDrift: a table is no longer what the catalog says.
var errDrift = errors.New("a table changed")

// Catalog implements [run.Engine]. Names are folded to lower case: SQLite
// compares them without regard to it, and an unquoted name of a draft arrives
// folded.
func (e *Engine) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	var cat *catalog.Catalog
	err := e.consult(ctx, func(c *conn) (err error) {
		cat, err = c.catalog()
		return err
	})
	return cat, err
}

// consult lends a connection for questions of our own.
func (e *Engine) consult(ctx context.Context, f func(*conn) error) error {
	c, err := e.pool.get(ctx)
	if err != nil {
		return e.refuse(ctx, err)
	}
	defer e.pool.put(c)
	c.SetInterrupt(ctx)
	if err := c.safely(func() error { return f(c) }); err != nil {
		return e.refuse(ctx, err)
	}
	return nil
}

func (c *conn) catalog() (*catalog.Catalog, error) {
	if err := c.Exec("BEGIN"); err != nil {
		return nil, err
	}
	s, err := c.schema()
	if err != nil {
		return nil, err
	}
	out := &catalog.Catalog{Engine: catalog.SQLite, Path: []string{"main"}}
	keys := map[*catalog.Table][]declared{}
	err = c.ask("SELECT lower(name), type, strict FROM pragma_table_list WHERE schema = 'main' ORDER BY 1", nil, func(r *sqlite3.Stmt) error {
		t := &catalog.Table{Schema: "main", Name: r.ColumnText(0), Strict: r.ColumnBool(2)}
		kind, ok := kindOf(r.ColumnText(1))
		if !ok || strings.HasPrefix(t.Name, "sqlite_") {
			return nil
		}
		t.Kind, t.Fingerprint = kind, s.print(t.Name)
		cols, err := c.columns(t)
		if err != nil || len(cols) == 0 {
			return nil //nolint: a view over a table that is gone, a module that is not built in
		}
		keys[t] = cols
		out.Tables = append(out.Tables, t)
		t.ID = catalog.TableID(len(out.Tables))
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, t := range out.Tables {
		if err := errors.Join(c.keys(t, keys[t]), c.leading(t)); err != nil {
			return nil, err
		}
	}
	for _, t := range out.Tables {
		if err := c.foreign(t, out); err != nil {
			return nil, err
		}
	}
	for _, t := range out.Tables {
		if t.Kind == catalog.View {
			c.sources(t, out)
		}
	}
	out.Version = catalog.Digest(out)
	return out, nil
}

func kindOf(kind string) (catalog.Kind, bool) {
	switch kind {
	case "table":
		return catalog.Ordinary, true
	case "view":
		return catalog.View, true
	case "virtual":
		return catalog.Virtual, true
	default: // shadow: the inside of a virtual table
		return 0, false
	}
}

// declared is what the keys of a table need to know of a column.
type declared struct {
	id  catalog.ColumnID
	pk  int // place in the primary key, from 1
	raw string
}

// columns reads the columns of t.
func (c *conn) columns(t *catalog.Table) ([]declared, error) {
	var out []declared
	err := c.ask("SELECT cid, lower(name), type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1, 'main')", []string{t.Name}, func(r *sqlite3.Stmt) error {
		hidden := r.ColumnInt(5)
		if hidden == 1 {
			return nil
		}
		raw := r.ColumnText(2)
		col := &catalog.Column{
			ID: catalog.ColumnID(r.ColumnInt(0) + 1), Name: r.ColumnText(1), Declared: raw,
			Type: typeOf(raw), NotNull: r.ColumnBool(3), Generated: hidden >= 2, Virtual: hidden == 2,
		}
		if t.Kind == catalog.Virtual {
			// Its module reads shadow tables, which the authorizer denies.
			col.Type = types.Of(types.Unsupported)
		}
		t.Columns = append(t.Columns, col)
		out = append(out, declared{id: col.ID, pk: r.ColumnInt(4), raw: raw})
		return nil
	})
	return out, err
}

// typeOf maps a declared type. SQLite stores anything in any column, and reads
// are printed so that what is not of this type is NULL.
func typeOf(declared string) types.Type {
	name, _, _ := strings.Cut(strings.ToUpper(declared), "(")
	switch strings.Join(strings.Fields(name), " ") {
	case "INT", "INTEGER", "TINYINT", "SMALLINT", "MEDIUMINT", "BIGINT", "UNSIGNED BIG INT", "INT2", "INT4", "INT8":
		return types.Of(types.Int8)
	case "REAL", "DOUBLE", "DOUBLE PRECISION", "FLOAT", "FLOAT4", "FLOAT8":
		return types.Of(types.Float8)
	case "NUMERIC", "DECIMAL", "DEC", "NUMBER", "MONEY",
		"NUMERIC TEXT": // a decimal that SQLite keeps as the text that it is, and does not make a float of
		return types.Of(types.Numeric)
	case "BOOL", "BOOLEAN":
		return types.Of(types.Bool)
	case "DATE":
		return types.Of(types.Date)
	case "TIME":
		return types.Of(types.Time)
	case "DATETIME", "TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE":
		return types.Of(types.Timestamp)
	case "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE":
		return types.Of(types.TimestampTZ)
	case "TEXT", "CLOB", "STRING", "CHAR", "VARCHAR", "NCHAR", "NVARCHAR", "CHARACTER", "CHARACTER VARYING",
		"VARYING CHARACTER", "NATIVE CHARACTER", "LONGTEXT", "MEDIUMTEXT", "TINYTEXT", "BPCHAR":
		return types.Of(types.Text)
	case "BLOB", "BYTEA", "VARBINARY", "BINARY":
		return types.Of(types.Bytea)
	case "UUID":
		return types.Of(types.UUID)
	case "JSON", "JSONB":
		return types.Of(types.JSON)
	default:
		return types.Of(types.Unsupported)
	}
}

// keys reads the unique keys of t that hold for values as they are read.
func (c *conn) keys(t *catalog.Table, cols []declared) error {
	var primary []declared
	for _, d := range cols {
		if d.pk > 0 {
			primary = append(primary, d)
		}
	}
	slices.SortFunc(primary, func(a, b declared) int { return a.pk - b.pk })
	indexes := []string{}
	withPrimary := false
	err := c.ask("SELECT name, origin FROM pragma_index_list(?1, 'main') WHERE \"unique\" AND NOT partial ORDER BY origin <> 'pk', seq DESC", []string{t.Name}, func(r *sqlite3.Stmt) error {
		indexes = append(indexes, r.ColumnText(0))
		withPrimary = withPrimary || r.ColumnText(1) == "pk"
		return nil
	})
	if err != nil {
		return err
	}
	if len(primary) == 1 && !withPrimary {
		// The rowid under another name: an integer and never NULL, whatever is declared.
		col := t.Column(primary[0].id)
		col.NotNull = true
		t.Unique = append(t.Unique, []catalog.ColumnID{col.ID})
	}
	for _, name := range indexes {
		if err := c.index(t, name); err != nil {
			return err
		}
	}
	return nil
}

// leading reads what indexes over all rows begin with, the rowid among them.
func (c *conn) leading(t *catalog.Table) error {
	t.Leading = []catalog.ColumnID{}
	if len(t.Unique) > 0 && len(t.Unique[0]) == 1 {
		t.Leading = append(t.Leading, t.Unique[0][0])
	}
	return c.ask("SELECT x.cid FROM pragma_index_list(?1, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x WHERE NOT l.partial AND x.seqno = 0", []string{t.Name}, func(r *sqlite3.Stmt) error {
		id := catalog.ColumnID(r.ColumnInt(0) + 1)
		if t.Column(id) != nil && !slices.Contains(t.Leading, id) {
			t.Leading = append(t.Leading, id)
		}
		return nil
	})
}

func (c *conn) index(t *catalog.Table, name string) error {
	var ids []catalog.ColumnID
	holds := true
	err := c.ask("SELECT cid FROM pragma_index_xinfo(?1, 'main') WHERE key ORDER BY seqno", []string{name}, func(r *sqlite3.Stmt) error {
		col := t.Column(catalog.ColumnID(r.ColumnInt(0) + 1)) // cid -1: rowid, -2: an expression
		if col == nil || !col.NotNull || !exact(col.Type) {
			holds = false
			return nil
		}
		ids = append(ids, col.ID)
		return nil
	})
	if err == nil && holds && len(ids) > 0 {
		t.Unique = append(t.Unique, ids)
	}
	return err
}

// exact reports whether different stored values of the type are read as
// different values: a date may be stored in two spellings, a numeric too.
func exact(t types.Type) bool {
	switch t.Kind {
	case types.Bool, types.Int8, types.Float8, types.Text, types.Bytea:
		return true
	default:
		return false
	}
}

// foreign reads the foreign keys of t. SQLite does not know whether they hold.
func (c *conn) foreign(t *catalog.Table, all *catalog.Catalog) error {
	keys := map[int]*catalog.ForeignKey{}
	var order []int
	broken := map[int]bool{}
	err := c.ask("SELECT id, lower(\"table\"), lower(\"from\"), lower(\"to\"), seq FROM pragma_foreign_key_list(?1, 'main') ORDER BY id DESC, seq", []string{t.Name}, func(r *sqlite3.Stmt) error {
		id, to := r.ColumnInt(0), all.All().Lookup("main", r.ColumnText(1))
		if keys[id] == nil {
			keys[id] = &catalog.ForeignKey{Unchecked: true}
			order = append(order, id)
		}
		from := t.ColumnNamed(r.ColumnText(2))
		target := toColumn(to, r.ColumnText(3), r.ColumnInt(4))
		if from == nil || target == 0 {
			broken[id] = true
			return nil
		}
		k := keys[id]
		k.To = to.ID
		k.Columns = append(k.Columns, from.ID)
		k.ToColumns = append(k.ToColumns, target)
		return nil
	})
	for _, id := range order {
		if !broken[id] {
			t.Foreign = append(t.Foreign, *keys[id])
		}
	}
	return err
}

// sources notes what a view reads, by compiling a read of all of it.
func (c *conn) sources(t *catalog.Table, all *catalog.Catalog) {
	r := &recorder{}
	c.gate = r
	stmt, _, err := c.Prepare("SELECT * FROM main." + sqlite3.QuoteIdentifier(t.Name))
	c.gate = ours{}
	t.Opaque = err != nil
	if err == nil {
		_ = stmt.Close()
	}
	seen := map[catalog.Source]bool{}
	for _, a := range r.reads {
		name := lower(a.name)
		if name == t.Name || a.schema == "" || a.column == "" {
			continue
		}
		of := all.All().Lookup("main", name)
		if of == nil || of.ColumnNamed(lower(a.column)) == nil {
			t.Opaque = true
			continue
		}
		x := catalog.Source{Table: of.ID, Column: of.ColumnNamed(lower(a.column)).ID}
		if !seen[x] {
			seen[x] = true
			t.Sources = append(t.Sources, x)
		}
	}
	slices.SortFunc(t.Sources, func(a, b catalog.Source) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Column, b.Column))
	})
}

// recorder is a gate that lets reads be compiled, never run, and notes them.
type recorder struct{ reads []action }

func (r *recorder) allows(a action) bool {
	switch a.code {
	case sqlite3.AUTH_READ:
		r.reads = append(r.reads, a)
		return true
	case sqlite3.AUTH_SELECT, sqlite3.AUTH_FUNCTION, sqlite3.AUTH_RECURSIVE:
		return true
	}
	return false
}

// toColumn is the column a key refers to: by name, or by its place in the
// primary key.
func toColumn(to *catalog.Table, name string, place int) catalog.ColumnID {
	switch {
	case to == nil:
		return 0
	case name != "":
		if c := to.ColumnNamed(name); c != nil {
			return c.ID
		}
		return 0
	case len(to.Unique) > 0 && place < len(to.Unique[0]):
		return to.Unique[0][place]
	default:
		return 0
	}
}

// schema is the text of a database's schema.
type schema struct {
	of    map[string]string // lower-case name -> its definition
	views map[string]bool
	whole string
}

func (c *conn) schema() (schema, error) {
	s := schema{of: map[string]string{}, views: map[string]bool{}}
	var all strings.Builder
	err := c.ask("SELECT type, lower(name), lower(tbl_name), sql FROM main.sqlite_schema ORDER BY 1, 2, 3", nil, func(r *sqlite3.Stmt) error {
		line := fmt.Sprintf("%s %q %q %q\n", r.ColumnText(0), r.ColumnText(1), r.ColumnText(2), r.ColumnText(3))
		all.WriteString(line)
		switch r.ColumnText(0) {
		case "view":
			s.views[r.ColumnText(1)] = true
			s.of[r.ColumnText(1)] = line
		case "table":
			s.of[r.ColumnText(1)] = line
		}
		return nil
	})
	s.whole = all.String()
	return s, err
}

// print is the fingerprint of a table; of a view, that of the whole schema.
func (s schema) print(name string) string {
	text := s.of[name]
	if s.views[name] {
		text = s.whole
	}
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:16])
}

// drift fails unless the tables are as when they were introspected. It must
// run in the transaction that the statement will run in.
func (c *conn) drift(reads []emit.Read) (schema, error) {
	s, err := c.schema()
	if err != nil {
		return schema{}, err
	}
	for _, r := range reads {
		if r.Table.Fingerprint == "" {
			return schema{}, run.Fault("a table without identity")
		}
		name := lower(r.Table.Name)
		if _, ok := s.of[name]; !ok || s.print(name) != r.Table.Fingerprint {
			return schema{}, errDrift
		}
	}
	return s, nil
}

// ask runs one of our own constant texts.
func (c *conn) ask(text string, params []string, row func(*sqlite3.Stmt) error) error {
	stmt, _, err := c.Prepare(text)
	if err != nil {
		return &compileError{err, c.said}
	}
	defer stmt.Close()
	for i, p := range params {
		if err := stmt.BindText(i+1, p); err != nil {
			return err
		}
	}
	for stmt.Step() {
		if err := row(stmt); err != nil {
			return err
		}
	}
	return stmt.Err()
}
