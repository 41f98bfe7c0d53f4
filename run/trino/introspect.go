package trino

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// Catalog implements [run.Engine]. It reads information_schema of each catalog and
// no row of a table. Trino tells of no keys. That it is read is a sign that questions
// will come, so the look at what the user may do begins.
func (e *Engine) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	c, err := e.outlines(ctx)
	if err == nil && !e.c.InsecureAllowWritableRole {
		e.safe.begin(e.done)
	}
	return c, err
}

func (e *Engine) outlines(ctx context.Context) (*catalog.Catalog, error) {
	out := &catalog.Catalog{Engine: catalog.Trino, Path: slices.Clone(e.c.Schemas)}
	for _, name := range e.catalogs() {
		found, err := e.outline(ctx, name, e.schemasOf(name), nil)
		if err != nil {
			return nil, e.refuse(ctx, err)
		}
		out.Tables = append(out.Tables, found...)
	}
	slices.SortFunc(out.Tables, func(a, b *catalog.Table) int {
		return cmp.Or(strings.Compare(a.Schema, b.Schema), strings.Compare(a.Name, b.Name))
	})
	for i, t := range out.Tables {
		t.ID = catalog.TableID(i + 1)
	}
	out.Version = catalog.Digest(out)
	return out, nil
}

// catalogs are those of the configured schemas, each once.
func (e *Engine) catalogs() []string {
	var names []string
	for _, s := range e.c.Schemas {
		if name, _, _ := strings.Cut(s, "."); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (e *Engine) schemasOf(name string) []string {
	var schemas []string
	for _, s := range e.c.Schemas {
		if c, schema, _ := strings.Cut(s, "."); c == name {
			schemas = append(schemas, schema)
		}
	}
	return schemas
}

// outline reads tables of one catalog: those of the schemas, or of them only those
// that are named.
func (e *Engine) outline(ctx context.Context, name string, schemas, tables []string) ([]*catalog.Table, error) {
	where := " WHERE table_schema IN (" + texts(schemas) + ")"
	if tables != nil {
		where += " AND table_name IN (" + texts(tables) + ")"
	}
	from := " FROM " + identifier(name) + ".information_schema."
	views := map[string]bool{}
	err := e.ask(ctx, "SELECT table_schema, table_name"+from+"tables"+where+" AND table_type = 'VIEW'", func(row []string) {
		views[row[0]+"."+row[1]] = true
	})
	if err != nil {
		return nil, err
	}
	var found []*catalog.Table
	prints := map[*catalog.Table]*strings.Builder{}
	err = e.ask(ctx, "SELECT table_schema, table_name, column_name, data_type, is_nullable"+from+"columns"+where+" ORDER BY table_schema, table_name, ordinal_position", func(row []string) {
		schema := name + "." + row[0]
		if len(found) == 0 || found[len(found)-1].Schema != schema || found[len(found)-1].Name != row[1] {
			t := &catalog.Table{Schema: schema, Name: row[1]}
			if views[row[0]+"."+row[1]] {
				t.Kind, t.Opaque = catalog.View, true
			}
			found, prints[t] = append(found, t), &strings.Builder{}
		}
		t := found[len(found)-1]
		t.Columns = append(t.Columns, &catalog.Column{
			ID: catalog.ColumnID(len(t.Columns) + 1), Name: row[2], Declared: row[3], Type: typeOf(row[3]), NotNull: row[4] == "NO",
		})
		fmt.Fprintf(prints[t], "%q %q %q %d\n", row[2], row[3], row[4], t.Kind)
	})
	if err != nil {
		return nil, err
	}
	for t, b := range prints {
		h := sha256.Sum256([]byte(b.String()))
		t.Fingerprint = hex.EncodeToString(h[:16])
	}
	return slices.DeleteFunc(found, func(t *catalog.Table) bool { return strings.Contains(strings.TrimPrefix(t.Schema, name+"."), ".") }), nil
}

// drift fails unless the tables are as when they were introspected. Trino has no
// transaction in which that and the statement could stand.
func (e *Engine) drift(ctx context.Context, reads []emit.Read) error {
	type at struct{ schemas, tables []string }
	of := map[string]at{}
	for _, r := range reads {
		if r.Table.Fingerprint == "" {
			return run.Fault("a table without identity")
		}
		name, schema, _ := strings.Cut(r.Table.Schema, ".")
		x := of[name]
		x.schemas, x.tables = append(x.schemas, schema), append(x.tables, r.Table.Name)
		of[name] = x
	}
	now := map[string]string{}
	for name, x := range of {
		found, err := e.outline(ctx, name, x.schemas, x.tables)
		if err != nil {
			return err
		}
		for _, t := range found {
			now[t.Schema+"."+t.Name] = t.Fingerprint
		}
	}
	for _, r := range reads {
		if now[r.Table.Schema+"."+r.Table.Name] != r.Table.Fingerprint {
			return errDrift
		}
	}
	return nil
}

// maxOwn bounds our own questions, in time.
const maxOwn = 5 * time.Minute

// ask runs a text of our own, whose cells are texts.
func (e *Engine) ask(ctx context.Context, text string, row func([]string)) error {
	select {
	case <-e.done:
		return errClosed
	default:
	}
	r, err := e.client.start(ctx, text, maxOwn)
	for err == nil {
		if r.Error != nil {
			return r.Error
		}
		for _, cells := range r.Data {
			list := make([]string, len(cells))
			for i, c := range cells {
				_ = json.Unmarshal(c, &list[i]) // NULL is ""
			}
			row(list)
		}
		if r.NextURI == "" {
			return nil
		}
		last := r
		if r, err = e.client.next(ctx, r); err != nil {
			e.client.cancel(last)
		}
	}
	return err
}

func texts(list []string) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quoted(s))
	}
	return b.String()
}

func identifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// typeOf maps a type as Trino writes it.
func typeOf(declared string) types.Type {
	if elem, ok := strings.CutPrefix(declared, "array("); ok {
		switch t := typeOf(strings.TrimSuffix(elem, ")")); t.Kind {
		case types.Unsupported, types.Array, types.Bpchar, types.TimestampTZ:
			return types.Of(types.Unsupported)
		default:
			return types.ArrayOfType(t)
		}
	}
	name, rest, _ := strings.Cut(declared, "(")
	size, zone, _ := strings.Cut(rest, ")")
	digits, _ := strconv.Atoi(size)
	switch name {
	case "boolean":
		return types.Of(types.Bool)
	case "smallint":
		return types.Of(types.Int2)
	case "integer":
		return types.Of(types.Int4)
	case "bigint":
		return types.Of(types.Int8)
	case "decimal":
		return types.Of(types.Numeric)
	case "real":
		return types.Of(types.Float4)
	case "double":
		return types.Of(types.Float8)
	case "varchar":
		if rest != "" {
			return types.Of(types.Varchar)
		}
		return types.Of(types.Text)
	case "char":
		return types.Of(types.Bpchar)
	case "varbinary":
		return types.Of(types.Bytea)
	case "date":
		return types.Of(types.Date)
	case "time":
		if zone == "" && digits <= 6 {
			return types.Of(types.Time)
		}
	case "timestamp":
		switch {
		case digits > 6: // more of a second than PostgreSQL has
		case zone == "":
			return types.Of(types.Timestamp)
		case zone == " with time zone":
			return types.Of(types.TimestampTZ)
		}
	case "uuid":
		return types.Of(types.UUID)
	case "json":
		return types.Of(types.JSONB)
	}
	return types.Of(types.Unsupported)
}
