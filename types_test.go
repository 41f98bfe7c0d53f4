package grille_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/google/go-cmp/cmp"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/answer/arrowstream"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/mysql"
	"github.com/grille-dev/grille/sql/types"
)

var rewriteTypes = flag.Bool("types", false, "write docs/types.md anew")

// stored is a type of a column and two of its values, the lesser first.
type stored struct{ declared, low, high string }

const madeTypes = `
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE DOMAIN work_email AS email NOT NULL; CREATE DOMAIN moods AS mood; CREATE DOMAIN tags AS text[];
CREATE TYPE pair AS (a int, b int); CREATE TYPE span AS RANGE (subtype = int4);
`

// Each column of a world of one table, in the order of docs/types.md.
var (
	onPostgres = []stored{
		{"boolean", "false", "true"},
		{"smallint", "-3", "7"}, {"integer", "-3", "7"}, {"bigint", "-3", "9007199254740993"},
		{"numeric(20,2)", "1.50", "123456789012345678.90"}, {"real", "0.1", "'NaN'"}, {"double precision", "0.1", "'Infinity'"},
		{"money", "'1.50'", "'2.50'"},
		{"text", "'Ä'", "'ä, \"b\"'"}, {"varchar(9)", "'a'", "'b '"}, {"char(4)", "'a'", "'b'"},
		{"mood", "'sad'", "'happy'"}, {"email", "'a@b'", "'c@d'"}, {"work_email", "'a@b'", "'c@d'"}, {"moods", "'sad'", "'happy'"},
		{"name", "'a'", "'b'"}, {`"char"`, "'a'", "'b'"}, {"oid", "7", "4294967295"},
		{"bytea", `'\x00'`, `'\xff'`}, {"bit(3)", "B'001'", "B'101'"}, {"bit varying(5)", "B'1'", "B'101'"},
		{"date", "'0044-03-15 BC'", "'2024-02-29'"}, {"time", "'00:00'", "'13:45:30.5'"}, {"time with time zone", "'00:00+00'", "'13:45+01'"},
		{"timestamp", "'1999-12-31 23:59:59.999999'", "'2024-02-29'"}, {"timestamp with time zone", "'1999-12-31 23:59:59+05'", "'2024-02-29 12:00+01'"},
		{"interval", "'-1 day'", "'1 mon 2 days 03:04:05.6'"},
		{"uuid", "'00000000-0000-0000-0000-000000000001'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"},
		{"json", `'{"a": 12345678901234567890}'`, `'[1, 1.50]'`}, {"jsonb", `'[1, 1.50, null]'`, `'{"a": 12345678901234567890}'`}, {"xml", "'<a/>'", "'<b/>'"},
		{"inet", "'10.1.2.3'", "'2001:db8::1/64'"}, {"cidr", "'10.0.0.0/8'", "'2001:db8::/32'"},
		{"macaddr", "'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'"}, {"macaddr8", "'08:00:2b:01:02:03:04:05'", "'ff:00:2b:01:02:03:04:05'"},
		{"integer[]", "'{1,NULL,-3}'", "'{2}'"}, {"text[]", `'{"a b",NULL,"NULL"}'`, `'{b}'`}, {"inet[]", "'{10.1.2.3}'", "'{::1}'"}, {"mood[]", "'{sad,NULL}'", "'{happy}'"}, {"tags", "'{a}'", "'{b}'"},
		{"email[]", "'{a@b}'", "'{c@d}'"}, {"pair", "'(1,2)'", "'(2,1)'"}, {"int4range", "'[1,3)'", "'[2,3)'"}, {"span", "'[1,3)'", "'[2,3)'"},
		{"tsvector", "'a'", "'b'"}, {"point", "'(1,2)'", "'(3,4)'"}, {"pg_lsn", "'0/1'", "'0/2'"},
	}
	onMariaDB = []stored{
		{"tinyint(1)", "0", "1"}, {"bit(1)", "0", "1"}, {"tinyint", "-3", "7"}, {"smallint unsigned", "3", "65535"}, {"int", "-3", "7"}, {"int unsigned", "3", "4294967295"},
		{"bigint", "-3", "9007199254740993"}, {"bigint unsigned", "3", "18446744073709551615"}, {"year", "1999", "2024"},
		{"decimal(20,2)", "1.50", "123456789012345678.90"}, {"float", "0.1", "2"}, {"double", "0.1", "2"},
		{"text", "'Ä'", "'ä'"}, {"varchar(9)", "'a'", "'b'"}, {"char(4)", "'a'", "'b'"}, {"enum('sad','happy')", "'happy'", "'sad'"}, {"set('a','b')", "'a'", "'a,b'"},
		{"blob", "X'00'", "X'FF'"}, {"binary(2)", "X'0001'", "X'FFFF'"}, {"bit(8)", "1", "2"},
		{"date", "'1999-12-31'", "'2024-02-29'"}, {"time", "'00:00'", "'13:45:30'"}, {"datetime(6)", "'1999-12-31 23:59:59.999999'", "'2024-02-29'"}, {"timestamp", "'1999-12-31 23:59:59'", "'2024-02-29'"},
		{"uuid", "'00000000-0000-0000-0000-000000000001'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"}, {"json", `'{"a": 1}'`, `'[1]'`},
		{"inet6", "'::1'", "'::2'"}, {"geometry", "POINT(1, 2)", "POINT(3, 4)"},
	}
	onSQLite = []stored{
		{"BOOLEAN", "0", "1"}, {"INTEGER", "-3", "9007199254740993"}, {"NUMERIC", "1.5", "2.5"}, {"DECIMAL(9,2)", "1.5", "2.5"}, {"REAL", "0.1", "2"},
		{"TEXT", "'Ä'", "'ä'"}, {"VARCHAR(9)", "'a'", "'b'"}, {"CHAR(4)", "'a'", "'b'"}, {"BLOB", "X'00'", "X'FF'"},
		{"DATE", "'1999-12-31'", "'2024-02-29'"}, {"TIME", "'00:00:00'", "'13:45:30'"}, {"TIMESTAMP", "'1999-12-31 23:59:59'", "'2024-02-29 00:00:00'"}, {"DATETIME", "'1999-12-31 23:59:59'", "'2024-02-29 00:00:00'"},
		{"UUID", "'00000000-0000-0000-0000-000000000001'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"}, {"JSON", `'{"a": 1}'`, `'[1]'`}, {"GEOMETRY", "'x'", "'y'"},
	}
)

// script makes and fills a table of all.
func script(all []stored) []string {
	cols, rows := []string{"id int"}, []string{"1", "2"}
	for i, s := range all {
		cols = append(cols, fmt.Sprintf("c%d %s", i+1, s.declared))
		rows[0], rows[1] = rows[0]+", "+s.low, rows[1]+", "+s.high
	}
	return []string{"CREATE TABLE stored (" + strings.Join(cols, ", ") + ")", "INSERT INTO stored VALUES (" + rows[0] + "), (" + rows[1] + ")"}
}

// typed opens an engine with all columns of stored open, of whatever type.
func typed(t testing.TB, e run.Engine, all []stored) *grille.Grille {
	c := config(t, e)
	c.Rules = func(cat *catalog.Catalog) (*policy.Rules, error) {
		cols := "id: plain"
		for i := range all {
			cols += fmt.Sprintf(", c%d: plain", i+1)
		}
		text := "version: 1\nclasses: {plain: {show: value}}\ntables:\n  stored:\n    columns: {" + cols + "}\n    grants: {readers: {rows: all}" + few(all) + "}\n"
		return rules.Compile("rules.yaml", []byte(text), cat, rules.Options{Teams: []string{"readers", "few"}, Connection: "types"})
	}
	return open(t, c)
}

// few is a grant of the first row by conditions on columns of the rarer types.
func few(all []stored) string {
	conditions := map[string]string{
		"email": "= 'a@b'", "work_email": "<> 'c@d'", "moods": "= 'sad'", "name": "= 'a'", `"char"`: "< 'b'", "oid": "= 7", "bit(3)": "= '001'",
		"inet": "<<= '10.0.0.0/8'", "cidr": "= '10.0.0.0/8'", "macaddr": "IN ('08:00:2b:01:02:03', '08:00:2b:01:02:05')",
	}
	var rows []string
	for i, s := range all {
		if c, ok := conditions[s.declared]; ok {
			rows = append(rows, fmt.Sprintf("c%d %s", i+1, c))
		}
	}
	if len(rows) < len(conditions) {
		return ""
	}
	return `, few: {rows: "` + strings.Join(rows, " AND ") + `"}`
}

// A line of docs/types.md.
func (s stored) line(t *testing.T, g *grille.Grille, col string) string {
	ask := func(text string) (*answer.Answer, error) {
		return g.SQL(t.Context(), grille.Draft{SQL: text, Viewer: of("readers", "")})
	}
	a, err := ask("SELECT " + col + " FROM stored ORDER BY id")
	var no *refusal.Refusal
	if errors.As(err, &no) {
		return fmt.Sprintf("| `%s` | no: %s | | | | |\n", s.declared, strings.TrimPrefix(no.Try, "leave it out, or "))
	}
	if err != nil {
		t.Fatalf("%s: %v", s.declared, err)
	}
	typ := a.Columns[0].Type
	var doc, flow bytes.Buffer
	if err := errors.Join(a.WriteJSON(&doc), a.Close()); err != nil {
		t.Fatalf("%s: %v", s.declared, err)
	}
	var read struct{ Rows [][]json.RawMessage }
	if err := json.Unmarshal(doc.Bytes(), &read); err != nil || len(read.Rows) != 2 {
		t.Fatalf("%s: %v\n%s", s.declared, err, &doc)
	}
	lines := strings.Split(csv(ask("SELECT "+col+" FROM stored WHERE id = 2")), "\n")
	a, err = ask("SELECT " + col + " FROM stored WHERE id = 2")
	if err == nil {
		err = errors.Join(arrowstream.Write(&flow, a), a.Close())
	}
	if err != nil {
		t.Fatalf("%s: %v", s.declared, err)
	}
	r, err := ipc.NewReader(&flow)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	code := func(s string) string { return "`" + strings.ReplaceAll(s, "|", `\|`) + "`" }
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", code(s.declared), typ, compared(ask, col),
		code(string(read.Rows[1][0])), code(lines[0]), r.Schema().Field(0).Type)
}

// compared is what may be done with a column.
func compared(ask func(string) (*answer.Answer, error), col string) string {
	var can []string
	for _, c := range []struct{ what, text, want string }{
		{"=", "SELECT count(*) FROM stored a JOIN stored b ON a." + col + " = b." + col, "2\n"},
		{"<", "SELECT id FROM stored ORDER BY " + col, "1\n2\n"},
		{"groups", "SELECT count(*) FROM stored GROUP BY " + col, "1\n1\n"},
	} {
		switch got := csv(ask(c.text)); got {
		case c.want:
			can = append(can, c.what)
		default:
			if !strings.Contains(got, ":") {
				can = append(can, "WRONG "+got)
			}
		}
	}
	if len(can) == 0 {
		return "no"
	}
	return strings.Join(can, " ")
}

const typesHead = `# Types of columns

What Grille reads of each type that a column can have, written by a test (` + "`go test . -run TestTypes -types`" + `) from two values of each: as which type of PostgreSQL it counts in a query; whether it compares (=), sorts (<) and makes groups; and its second value as JSON, as CSV and as Arrow. A column of a type that is not read is refused when it is named, left out of ` + "`*`" + `, and harms nothing beside it; the table says what to do.

[output.md](output.md) says more of what is written.
`

const typesPostgres = `
A domain counts as the type that it is made of, whatever that is. An enum is compared and sorted in the order of its labels, and a ` + "`char(n)`" + ` without the blanks at its end. Network addresses sort as PostgreSQL sorts them, by number; ` + "`<<`, `<<=`, `>>`, `>>=`, `&&`, host(), masklen(), family(), network(), netmask() and broadcast()" + ` are of PostgreSQL alone. A bit string, ` + "`name`, `\"char\"`" + ` and xml are read as their text.
`

// docs/types.md says what is read of each type, on each engine.
func TestTypes(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(typesHead)
	table := func(name string, g *grille.Grille, all []stored) {
		b.WriteString("\n## " + name + "\n\n| stored as | read as | compares | JSON | CSV | Arrow |\n|---|---|---|---|---|---|\n")
		for i, s := range all {
			b.WriteString(s.line(t, g, fmt.Sprintf("c%d", i+1)))
		}
	}
	pg := pgtest.New(t, append([]string{madeTypes}, script(onPostgres)...)...)
	e, err := oracle.OpenPostgres(pg.ReadOnlyDSN, run.Log{})
	if err != nil {
		t.Fatal(err)
	}
	g := typed(t, e, onPostgres)
	table("PostgreSQL", g, onPostgres)
	b.WriteString(typesPostgres)
	asPostgresWrites(t, g, pg)
	a, err := g.SQL(t.Context(), grille.Draft{SQL: "SELECT id FROM stored", Viewer: of("few", "")})
	if got := csv(a, err); got != "1\n" {
		t.Errorf("few see %s", got)
	}

	my := mytest.New(t, script(onMariaDB)...)
	target, err := dsn.Parse(my.ReadOnlyDSN)
	if err != nil {
		t.Fatal(err)
	}
	e, err = mysql.New(mysql.Config{Target: target.(dsn.MySQL), TimeZone: "UTC", Concurrent: 2, Log: run.Log{}})
	if err != nil {
		t.Fatal(err)
	}
	table("MariaDB", typed(t, e, onMariaDB), onMariaDB)

	path := filepath.Join(t.TempDir(), "types.db")
	if err := oracle.FillSQLite(path, strings.Join(script(onSQLite), ";")+";"); err != nil {
		t.Fatal(err)
	}
	if e, err = oracle.OpenSQLite(path, run.Log{}); err != nil {
		t.Fatal(err)
	}
	table("SQLite", typed(t, e, onSQLite), onSQLite)

	if *rewriteTypes {
		if err := os.WriteFile("docs/types.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(file(t, "docs/types.md"), b.String()); diff != "" {
		t.Errorf("docs/types.md is not what the engines say; write it with -types:\n%s", diff)
	}
}

// asPostgresWrites compares each value with what the server itself sends.
func asPostgresWrites(t *testing.T, g *grille.Grille, db pgtest.DB) {
	d, err := oracle.OpenDirect(t.Context(), db.DSN, "public")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for i, s := range onPostgres {
		col := fmt.Sprintf("c%d", i+1)
		a, err := g.SQL(t.Context(), grille.Draft{SQL: "SELECT " + col + " FROM stored ORDER BY id", Viewer: of("readers", "")})
		if err != nil {
			continue // docs/types.md says so
		}
		want := d.Query(t.Context(), "SELECT "+col+" FROM stored ORDER BY id")
		for n := 0; a.Next(); n++ {
			if got := a.Row()[0].Format(a.Columns[0].Type, a.Zone()); want.Err != nil || got != want.Rows[n][0].Text {
				t.Errorf("%s: Grille reads %s, the server sends %s", s.declared, got, want.Rows[n][0].Text)
			}
		}
		if err := errors.Join(a.Err(), a.Close()); err != nil {
			t.Errorf("%s: %v", s.declared, err)
		}
		if a.Columns[0].Type.Kind == types.Array {
			continue
		}
		list := csv(g.SQL(t.Context(), grille.Draft{SQL: "SELECT (array_agg(" + col + " ORDER BY id))[2] FROM stored", Viewer: of("readers", "")}))
		if one := csv(g.SQL(t.Context(), grille.Draft{SQL: "SELECT " + col + " FROM stored WHERE id = 2", Viewer: of("readers", "")})); list != one {
			t.Errorf("%s: %s, and in an array %s", s.declared, one, list)
		}
	}
}
