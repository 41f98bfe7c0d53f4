package sqlite

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/funcs/pgfn"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// TestIntrospect says how a database looks to Grille.
func TestIntrospect(t *testing.T) {
	e := engine(t, file(t, `
CREATE TABLE Orders (
	Id INTEGER PRIMARY KEY, Code varchar(12) NOT NULL UNIQUE, maybe int UNIQUE, total DECIMAL(10,2) DEFAULT 3.5,
	twice AS (total * 2) STORED, at datetime, born date, ok boolean, w double precision, raw blob, doc json, u uuid,
	t time, z timestamp with time zone, any, shape geometry, span interval, "odd ""name" text COLLATE NOCASE);
CREATE UNIQUE INDEX i1 ON orders (lower(code)); CREATE UNIQUE INDEX i2 ON orders (code, id) WHERE total > 1;
CREATE UNIQUE INDEX i3 ON orders (code, born); CREATE UNIQUE INDEX i4 ON orders (code, id);
CREATE TABLE items (order_id int NOT NULL REFERENCES orders, line int NOT NULL, code text REFERENCES ORDERS(CODE), lost int REFERENCES nowhere(x),
	FOREIGN KEY (line, order_id) REFERENCES pairs (a, b), PRIMARY KEY (order_id, line)) WITHOUT ROWID;
CREATE TABLE pairs (a int NOT NULL, b int NOT NULL, c text PRIMARY KEY, UNIQUE (a, b)) STRICT;
CREATE TABLE days (d date NOT NULL PRIMARY KEY);
CREATE VIEW v AS SELECT id, total * 2 AS twice FROM orders;
CREATE VIEW vv AS WITH w AS (SELECT twice FROM v) SELECT w.twice, (SELECT count(*) FROM days) AS n, (SELECT c FROM pairs) AS c FROM w;
CREATE VIEW gone AS SELECT * FROM nowhere_else;
CREATE TABLE sequenced (id INTEGER PRIMARY KEY AUTOINCREMENT);
ANALYZE;`))
	c := outline(t, e)
	const want = `days strict=false kind=0
  1 d date not null (date)
  indexes begin with d
items strict=false kind=0
  1 order_id int8 not null (INT)
  2 line int8 not null (INT)
  3 code text (TEXT)
  4 lost int8 (INT)
  indexes begin with order_id
  key order_id, line
  order_id -> orders(id)
  code -> orders(code)
  line, order_id -> pairs(a, b)
orders strict=false kind=0
  1 id int8 not null (INTEGER)
  2 code text not null (varchar(12))
  3 maybe int8 (INT)
  4 total numeric (DECIMAL(10,2))
  5 twice unsupported generated
  6 at timestamp (datetime)
  7 born date (date)
  8 ok bool (boolean)
  9 w float8 (double precision)
  10 raw bytea (BLOB)
  11 doc json (json)
  12 u uuid (uuid)
  13 t time (time)
  14 z timestamptz (timestamp with time zone)
  15 any unsupported
  16 shape unsupported (geometry)
  17 span unsupported (interval)
  18 odd "name text (TEXT)
  indexes begin with id, code, maybe
  key id
  key code
  key code, id
pairs strict=true kind=0
  1 a int8 not null (INT)
  2 b int8 not null (INT)
  3 c text not null (TEXT)
  indexes begin with c, a
  key c
  key a, b
sequenced strict=false kind=0
  1 id int8 not null (INTEGER)
  indexes begin with id
  key id
v strict=false kind=3
  1 id int8 (INTEGER)
  2 twice unsupported
  from orders.id
  from orders.total
vv strict=false kind=3
  1 twice unsupported
  2 n unsupported
  3 c text (TEXT)
  from orders.id
  from orders.total
  from pairs.c
  from v.twice
`
	if got := describe(c); got != want {
		t.Errorf("got\n%s", got)
	}
	if outline(t, e).Version != c.Version {
		t.Error("the same file has two versions")
	}
}

func describe(c *catalog.Catalog) string {
	var b strings.Builder
	names := func(t *catalog.Table, ids []catalog.ColumnID) string {
		var out []string
		for _, id := range ids {
			out = append(out, t.Column(id).Name)
		}
		return strings.Join(out, ", ")
	}
	for _, t := range c.Tables {
		fmt.Fprintf(&b, "%s strict=%t kind=%d\n", t.Name, t.Strict, t.Kind)
		for _, col := range t.Columns {
			fmt.Fprintf(&b, "  %d %s %s", col.ID, col.Name, col.Type)
			if col.NotNull {
				b.WriteString(" not null")
			}
			if col.Generated {
				b.WriteString(" generated")
			}
			if col.Declared != "" {
				fmt.Fprintf(&b, " (%s)", col.Declared)
			}
			b.WriteString("\n")
		}
		if len(t.Leading) > 0 {
			fmt.Fprintf(&b, "  indexes begin with %s\n", names(t, t.Leading))
		}
		for _, x := range t.Sources {
			fmt.Fprintf(&b, "  from %s.%s\n", c.Table(x.Table).Name, c.Table(x.Table).Column(x.Column).Name)
		}
		if t.Opaque {
			b.WriteString("  from what is not known\n")
		}
		for _, k := range t.Unique {
			fmt.Fprintf(&b, "  key %s\n", names(t, k))
		}
		for _, f := range t.Foreign {
			fmt.Fprintf(&b, "  %s -> %s(%s)\n", names(t, f.Columns), c.Table(f.To).Name, names(c.Table(f.To), f.ToColumns))
			if !f.Unchecked {
				b.WriteString("  and SQLite promises it\n")
			}
		}
	}
	return b.String()
}

func TestImage(t *testing.T) {
	img, err := os.ReadFile(file(t, hospital))
	if err != nil {
		t.Fatal(err)
	}
	e := engine(t, "", func(c *Config) { c.Dirs, c.Image = nil, img })
	r := []emit.Read{reads(t, outline(t, e), "emp", "id")}
	rows, err := all(t, e, query{text: `SELECT t1.id FROM "main"."emp" AS t1 ORDER BY 1`, columns: cols(types.Int8), reads: r})
	if err != nil || len(rows) != 2 {
		t.Error(rows, err)
	}
	p, err := e.Posture(t.Context())
	if err != nil || p.Refused() || len(p.Findings) != 1 {
		t.Error(p, err)
	}
}

func TestPosture(t *testing.T) {
	e := engine(t, file(t, `PRAGMA encoding = 'UTF-16'; CREATE TABLE t (a int)`))
	p, err := e.Posture(t.Context())
	if err != nil || !p.Refused() {
		t.Error(p, err)
	}
	if _, err := all(t, e, query{text: `SELECT 1`, columns: cols(types.Int8)}); refusal.CodeOf(err) != refusal.Posture {
		t.Error(err)
	}
	e = engine(t, file(t, `CREATE TABLE t (a int)`))
	p, err = e.Posture(t.Context())
	if err != nil || p.Refused() || !slices.ContainsFunc(p.Findings, func(f run.Finding) bool { return f.Level == run.Yellow }) {
		t.Error(p, err)
	}
}

func TestConfig(t *testing.T) {
	path := file(t, `CREATE TABLE t (a int)`)
	for name, change := range map[string]func(*Config){
		"no file": func(c *Config) { c.Path = "" }, "both": func(c *Config) { c.Image = []byte{1} },
		"no connections": func(c *Config) { c.Concurrent = 0 }, "memory": func(c *Config) { c.Memory = 1 },
		"no zone": func(c *Config) { c.TimeZone = "" }, "local": func(c *Config) { c.TimeZone = "Local" }, "unknown zone": func(c *Config) { c.TimeZone = "Mars" },
	} {
		c := Config{Path: path, Dirs: []string{"/"}, TimeZone: "UTC", Concurrent: 1}
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Each value comes back as it was sent.
func TestValues(t *testing.T) {
	e := engine(t, file(t, `CREATE TABLE t (a)`))
	for kind, texts := range map[types.Kind][]string{
		types.Bool: {"t", "f"}, types.Int8: {"-9223372036854775808", "9223372036854775807"}, types.Int2: {"-1"},
		types.Numeric: {"1.50", "-3", "123456789012345678901234567890.5", "NaN"}, types.Float8: {"0.1", "1e-323", "Infinity"}, types.Float4: {"0.1"},
		types.Text: {"", "ünï 🦊", "a\nb", "'"}, types.Varchar: {"x "}, types.Bytea: {`\x`, `\x00ff`},
		types.Date: {"2024-02-29", "0001-01-01", "infinity"}, types.Time: {"23:59:59.5", "24:00:00"}, types.Timestamp: {"2024-02-29 12:00:00.000001", "-infinity"},
		types.TimestampTZ: {"2024-07-01 10:00:00+00"}, types.Interval: {"1 year 2 mons -3 days +04:05:06.789"}, types.UUID: {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		types.JSON: {`{"a" : 1}`}, types.JSONB: {`{"a": [1, null]}`},
	} {
		for _, text := range texts {
			ty := types.Of(kind)
			v, err := types.Parse(ty, text, time.UTC)
			if err != nil {
				t.Errorf("%s %s: %v", ty, text, err)
				continue
			}
			rows, err := all(t, e, query{text: `SELECT ?1, NULL`, params: []emit.Param{{Value: v, Type: ty}}, columns: []ir.Column{{Type: ty}, {Type: ty}}})
			if err != nil {
				t.Errorf("%s %s: %v", ty, text, err)
				continue
			}
			if got := rows[0][0]; got.Key(ty) != v.Key(ty) || got.Format(ty, time.UTC) != text || !rows[0][1].IsNull() {
				t.Errorf("%s %s: came back as %s", ty, text, got.Format(ty, time.UTC))
			}
		}
	}
}

// What a function says of a value is a value that does not fit; anything else
// it says is a fault.
func TestFunctionErrors(t *testing.T) {
	l := new(log)
	e := engine(t, file(t, `CREATE TABLE t (a)`), l.into)
	c, err := e.pool.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = c.register(pgfn.Library{Scalars: []pgfn.Scalar{
		{Name: "g_value", Args: 0, Fn: func([]any) (any, error) { return nil, &pgfn.Error{State: "22012", Message: canary} }},
		{Name: "g_fault", Args: 0, Fn: func([]any) (any, error) { return nil, errors.New(canary) }},
		{Name: "g_panic", Args: 0, Fn: func([]any) (any, error) { panic(canary) }},
		{Name: "g_type", Args: 0, Fn: func([]any) (any, error) { return struct{}{}, nil }},
		{Name: "g_args", Args: -1, Fn: func(a []any) (any, error) { return fmt.Sprintf("%T", a), nil }},
	}})
	for _, n := range []string{"g_value", "g_fault", "g_panic", "g_type", "g_args"} {
		e.funcs[n] = true
	}
	e.pool.put(c)
	if err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]refusal.Code{"g_value": refusal.Value, "g_fault": refusal.Internal, "g_panic": refusal.Internal, "g_type": refusal.Internal} {
		_, err := all(t, e, query{text: `SELECT ` + name + `()`, columns: cols(types.Int8)})
		refused(t, err, code, l)
	}
	if _, err := all(t, e, query{text: `SELECT g_args(1, 'a', 1.5, NULL, x'00')`, columns: cols(types.Text)}); err != nil {
		t.Error(err, l)
	}
}

// Every function that the table of functions spells for SQLite may be called.
func TestSpelledFunctions(t *testing.T) {
	e := engine(t, file(t, `CREATE TABLE t (a)`))
	call := regexp.MustCompile(`\b([a-z_][a-z0-9_]*)\(`)
	seen := map[string]bool{}
	for _, f := range funcs.All() {
		for _, s := range f.Sigs {
			for _, m := range call.FindAllStringSubmatch(s.SQLite, -1) {
				if name := m[1]; !seen[name] {
					seen[name] = true
					if !e.funcs[name] && !e.rows[name] {
						t.Errorf("%s is spelled with %s, which no statement may call", f.Name, name)
					}
				}
			}
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d functions are spelled", len(seen))
	}
}

// Functions that stand in FROM are tables of one column, c1.
func TestRowFunctions(t *testing.T) {
	e := engine(t, file(t, `CREATE TABLE t (a)`))
	rows, err := all(t, e, query{text: `SELECT t1.c1 FROM g_series(2, 10, 4) AS t1`, columns: cols(types.Int8)})
	if err != nil || len(rows) != 3 || rows[2][0].Int() != 10 {
		t.Error(rows, err)
	}
	// A cursor that is not read to its end.
	rows, err = all(t, e, query{text: `SELECT t1.c1 FROM g_series(1, 1000000000, 1) AS t1 LIMIT 2`, columns: cols(types.Int8)})
	if err != nil || len(rows) != 2 {
		t.Error(rows, err)
	}
	// A stored table of that name is not the function.
	e = engine(t, file(t, `CREATE TABLE g_series (c1 int); INSERT INTO g_series VALUES (1)`))
	if _, err := all(t, e, query{text: `SELECT t1.c1 FROM "main"."g_series" AS t1`, columns: cols(types.Int8)}); refusal.CodeOf(err) != refusal.Internal {
		t.Error(err)
	}
}

// BenchmarkStream reads rows with the driver alone and through Grille.
func BenchmarkStream(b *testing.B) {
	const text = `SELECT t1.a, t1.b, t1.c, t1.d FROM "main"."t" AS t1`
	e := engine(b, file(b, `CREATE TABLE t (a int, b text, c real, d date); INSERT INTO t
		WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 200000) SELECT n, 'row number ' || n, n / 7.0, date('2020-01-01', n % 900 || ' days') FROM r`))
	c, err := e.Catalog(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	r := []emit.Read{reads(b, c, "t", "a", "b", "c", "d")}
	b.Run("driver", func(b *testing.B) {
		db, err := sqlite3.OpenFlags(e.path, sqlite3.OPEN_READONLY)
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		for b.Loop() {
			s, _, err := db.Prepare(text)
			if err != nil {
				b.Fatal(err)
			}
			for s.Step() {
				_, _, _, _ = s.ColumnInt64(0), s.ColumnText(1), s.ColumnFloat(2), s.ColumnText(3)
			}
			_ = s.Close()
		}
	})
	b.Run("grille", func(b *testing.B) {
		row := make([]types.Value, 4)
		for b.Loop() {
			src, err := e.query(b.Context(), query{text: text, columns: cols(types.Int8, types.Text, types.Float8, types.Date), reads: r, time: time.Minute})
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for src.Next(row) {
				n++
			}
			if src.Err() != nil || n != 200000 {
				b.Fatal(src.Err(), n)
			}
			_ = src.Close()
		}
	})
}
