package policy_test

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// maskCase is what a mask shows of the values of one column; "-" is NULL.
type maskCase struct {
	show, typ string
	values    []string // SQL literals
	want      []string
	pgOnly    bool
}

// The boundaries of every type, at which a mask that is not total would fail.
var maskCases = []maskCase{
	{show: "redact", typ: "text", values: []string{"'x'", "NULL"}, want: []string{"-", "-"}},
	{show: "{partial: last4}", typ: "text",
		values: []string{"'12345678'", "'1234567'", "'12'", "''", "'ééééàààà'", "NULL"},
		want:   []string{"5678", "-", "-", "-", "àààà", "-"}},
	{show: "{partial: first1}", typ: "text",
		values: []string{"'Bob'", "'Bo'", "'B'", "''", "'日本'", "NULL"},
		want:   []string{"B", "B", "-", "-", "日", "-"}},
	{show: "{partial: domain}", typ: "text",
		values: []string{"'bob@x.org'", "'nobody'", "'a@b@c'", "'@x.org'", "'bob@'", "''", "NULL", `'a\@b'`},
		want:   []string{"x.org", "-", "-", "-", "-", "-", "-", "b"}},
	{show: "{bucket: zip3}", typ: "text",
		values: []string{"'94103'", "'03601'", "'1234'", "'94103-1234'", "''", "NULL"},
		want:   []string{"941", "000", "-", "941", "-", "-"}},
	{show: "{bucket: 10}", typ: "bigint",
		values: []string{"0", "9", "10", "-1", "-10", "-11", "9223372036854775807", "-9223372036854775807", "-9223372036854775800", "NULL"},
		want:   []string{"0", "0", "10", "-10", "-10", "-20", "9223372036854775800", "-", "-", "-"}},
	{show: "{bucket: 1000}", typ: "smallint",
		values: []string{"32767", "-32768", "999", "NULL"},
		want:   []string{"32000", "-33000", "0", "-"}},
	{show: "{bucket: 1000000000}", typ: "integer",
		values: []string{"2147483647", "-2147483648", "-1"},
		want:   []string{"2000000000", "-3000000000", "-1000000000"}},
	{show: "{bucket: 10}", typ: "double precision",
		values: []string{"9.99", "-0.5", "1e15", "1e300", "-1e300", "NULL"},
		want:   []string{"0", "-10", "1000000000000000", "-", "-", "-"}},
	{show: "{bucket: 10}", typ: "double precision", pgOnly: true,
		values: []string{"'NaN'", "'Infinity'", "'-Infinity'"}, want: []string{"-", "-", "-"}},
	{show: "{bucket: 10}", typ: "numeric", pgOnly: true,
		values: []string{"9.999", "-0.001", "1e40", "'NaN'", "NULL"}, want: []string{"0", "-10", "-", "-", "-"}},
	{show: "{bucket: year}", typ: "date",
		values: []string{"'1984-02-29'", "'0001-01-01'", "'9999-12-30'", "NULL"},
		want:   []string{"1984-01-01", "0001-01-01", "9999-01-01", "-"}},
	{show: "{bucket: month}", typ: "date", pgOnly: true,
		values: []string{"'1984-02-29'", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'", "'4714-11-24 BC'"},
		want:   []string{"1984-02-01", "-", "-", "-", "-", "-"}},
	{show: "{bucket: day}", typ: "timestamp",
		values: []string{"'1984-02-29 23:59:59'", "NULL"}, want: []string{"1984-02-29", "-"}},
	{show: "{bucket: year}", typ: "timestamp", pgOnly: true,
		values: []string{"'infinity'", "'294276-12-31 23:59:59.999999'", "'4714-11-24 00:00:00 BC'"}, want: []string{"-", "-", "-"}},
	// In the session's time zone, here UTC.
	{show: "{bucket: month}", typ: "timestamptz", pgOnly: true,
		values: []string{"'1984-02-29 23:59:59-05'", "'infinity'", "'294276-12-31 23:59:59.999999+00'"}, want: []string{"1984-03-01", "-", "-"}},
	{show: "{hash: people}", typ: "text",
		values: []string{"'bob'", "''", "NULL"}, want: []string{token("people", "bob"), token("people", ""), "-"}},
	{show: "{hash: people}", typ: "bigint",
		values: []string{"-9223372036854775807", "42", "NULL"}, want: []string{token("people", "-9223372036854775807"), token("people", "42"), "-"}},
	{show: "{hash: people}", typ: "uuid", pgOnly: true,
		values: []string{"'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"}, want: []string{token("people", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")}},
	{show: "{hash: people}", typ: "char(5)", pgOnly: true,
		values: []string{"'bob'"}, want: []string{token("people", "bob")}},
}

// token is computed here from RFC 5869 and RFC 2104, not from package policy.
func token(family, value string) string {
	info := fmt.Sprintf("14:grille/token/14:spec%d:family %s", len("family "+family), family)
	key, err := hkdf.Key(sha256.New, []byte(strings.Repeat("spec", 8)), nil, info, 32)
	if err != nil {
		panic(err)
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(value))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func TestMasksOnPostgres(t *testing.T) {
	db := pgtest.New(t)
	target, err := dsn.Parse(db.ReadOnlyDSN)
	if err != nil {
		t.Fatal(err)
	}
	db.Exec(strings.Join(setUp(catalog.Postgres), ";"))
	e, err := postgres.New(postgres.Config{Target: target.(dsn.Postgres), TimeZone: "UTC", Concurrent: 2, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	checkMasks(t, e)
}

func TestMasksOnSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "masks.db")
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range setUp(catalog.SQLite) {
		if err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	e, err := sqlite.New(sqlite.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 2, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	checkMasks(t, e)
}

func casesFor(engine catalog.Engine) map[string]maskCase {
	cases := map[string]maskCase{}
	for i, c := range maskCases {
		if !c.pgOnly || engine == catalog.Postgres {
			cases[fmt.Sprintf("m%02d", i)] = c
		}
	}
	return cases
}

func setUp(engine catalog.Engine) []string {
	var sql []string
	for name, c := range casesFor(engine) {
		sql = append(sql, fmt.Sprintf("CREATE TABLE %s (n int PRIMARY KEY, x %s)", name, c.typ))
		for i, v := range c.values {
			sql = append(sql, fmt.Sprintf("INSERT INTO %s VALUES (%d, %s)", name, i, v))
		}
	}
	return sql
}

func checkMasks(t *testing.T, e run.Engine) {
	cat, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cases := casesFor(e.Kind())
	var file strings.Builder
	file.WriteString("version: 1\nclasses:\n  key: {show: value}\n")
	for name, c := range cases {
		fmt.Fprintf(&file, "  %s: {show: %s}\n", name, c.show)
	}
	file.WriteString("tables:\n")
	for name := range cases {
		fmt.Fprintf(&file, "  %s:\n    columns: {n: key, x: %s}\n    grants: {analysts: {rows: all}}\n", name, name)
	}
	r, err := rules.Compile("rules.yaml", []byte(file.String()), cat, rules.Options{Teams: teams, Secret: secret(t), Connection: "spec"})
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Teams: []string{"analysts"}}, r, cat)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		t.Run(fmt.Sprintf("%s of %s", c.show, c.typ), func(t *testing.T) {
			got, err := ask(t.Context(), e, view, "SELECT x FROM "+name+" ORDER BY n")
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range c.values {
				if i >= len(got) || got[i] != c.want[i] {
					t.Errorf("%s is shown as %s, want %s", v, got, c.want[i])
				}
			}
		})
	}
}

// ask is the first column of the answer to a query.
func ask(ctx context.Context, e run.Engine, view policy.View, sql string) ([]string, error) {
	tree, err := syntax.Parse(sql)
	if err != nil {
		return nil, err
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{})
	if err != nil {
		return nil, err
	}
	allowed, err := policy.Apply(view, q)
	if err != nil {
		return nil, err
	}
	stmt, err := emit.SQL(allowed)
	if err != nil {
		return nil, err
	}
	rows, err := e.Run(ctx, stmt, run.Limits{Rows: 1000, Bytes: 1 << 20, Time: 10 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, stmt.Text())
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		v := rows.Row()[0]
		if v.IsNull() {
			out = append(out, "-")
			continue
		}
		out = append(out, v.Format(stmt.Columns()[0].Type, nil))
	}
	return out, rows.Err()
}
