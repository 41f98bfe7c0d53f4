package emit_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/sql/types"
)

// asDeclared are columns of each type that SQLite has for Grille, and values that
// a file may hold in any of them: every storage class, in spellings that are
// canonical, that are not, and that fit no type.
var (
	asDeclared = map[string]types.Kind{"boolean": types.Bool, "smallint": types.Int2, "int4": types.Int4, "INTEGER": types.Int8, "float4": types.Float4, "REAL": types.Float8, "numeric(12,2)": types.Numeric,
		"TEXT": types.Text, "TEXT COLLATE NOCASE": types.Text, "varchar(20)": types.Varchar, "char(5)": types.Bpchar, "BLOB": types.Bytea, "date": types.Date, "time": types.Time, "datetime": types.Timestamp,
		"timestamptz": types.TimestampTZ, "string": types.Interval, "clob": types.UUID, "uuid": types.UUID, "json": types.JSON, "jsonb": types.JSONB}
	inFiles = []string{"NULL", "0", "1", "2", "-1", "-0.0", "32768", "2147483648", "-9223372036854775808", "9007199254740993", "1.5", "12.50", "-0.05", "0.07", "1e15", "-1e14", "99999999999999.99", "1e300",
		"1.0/3", "2.675", "9e999", "-9e999", "'12.50'", "'012.5'", "'1e3'", "'NaN'", "' 7'", "'abc'", "'ABC  '", "''", "'é'", "CAST(x'80ff' AS TEXT)", "CAST(x'31003132' AS TEXT)", "x''", "x'00ff'",
		"'2024-02-29'", "'2024-2-9'", "'29 Feb 2024'", "'2023-02-29'", "'infinity'", "'0000-01-01'", "'2024-02-29 10:11:12'", "'2024-02-29T10:11:12Z'", "'2024-02-29 10:11:12.5'", "'2024-02-29 10:11:12.1234567'",
		"'2024-02-29 24:00:00'", "'2024-02-29 10:11:12+00'", "'2024-02-29 10:11:12.25+00'", "'2024-02-29 10:11:12+02'", "'2024-02-29 10:11:12.+00'", "'2024-02-29 10:11:60'", "'10:11:12'", "'10:11'", "'1 day 02:00:00'", "'1 mon'", "'P1D'",
		"'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "'a0eebc999c0b4ef8bb6d6bb9bd380a11'", "'{\"a\": 1,  \"a\":2}'", "'[1, 2]'", "'\"x\"'", "'nul'", "'true'"}
)

// A stored value that package run reads is what the expression says that is printed
// where something computes on the column, whatever the file holds: alone, beside a
// use of the same column, behind an outer join, and from a view.
func TestStoredAsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stored.db")
	file := must(sqlite3.Open(path))
	defer file.Close()
	all := slices.Sorted(maps.Keys(asDeclared))
	for i, declared := range all {
		text := fmt.Sprintf("CREATE TABLE t%d (k INTEGER PRIMARY KEY, x %s);", i, declared)
		for _, v := range inFiles {
			text += fmt.Sprintf("INSERT INTO t%d (x) VALUES (%s);", i, v)
		}
		if err := file.Exec(text + fmt.Sprintf("CREATE VIEW v%[1]d AS SELECT k, x FROM t%[1]d;", i)); err != nil {
			t.Fatal(err)
		}
	}
	e := must(sqlite.New(sqlite.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 1}))
	defer e.Close()
	c := must(e.Catalog(t.Context()))
	for _, table := range c.Tables { // some types no declaration of a file gives
		var i int
		fmt.Sscan(table.Name[1:], &i)
		table.ColumnNamed("x").Type = types.Of(asDeclared[all[i]])
	}
	view := runtest.Open(t, c)
	values := 0
	for i, declared := range all {
		computed := answerOf(t, e, view, fmt.Sprintf("SELECT k, x FROM t%[1]d UNION ALL SELECT k, x FROM t%[1]d WHERE k < 0 ORDER BY k", i), false)
		fit := slices.DeleteFunc(slices.Clone(computed), func(row string) bool { return strings.HasSuffix(row, "NULL") })
		values += len(fit)
		for draft, want := range map[string][]string{
			"SELECT k, x FROM t# ORDER BY k":                                     computed,
			"SELECT k, x FROM (SELECT * FROM t#) s ORDER BY k":                   computed,
			"SELECT k, x FROM t# WHERE x IS NOT NULL ORDER BY k":                 fit,
			"SELECT a.k, b.x FROM t# a LEFT JOIN t# b ON a.k = b.k ORDER BY a.k": computed,
			"SELECT k, x FROM v# ORDER BY k":                                     computed,
		} {
			draft = strings.ReplaceAll(draft, "#", fmt.Sprint(i))
			if got := answerOf(t, e, view, draft, !strings.Contains(draft, "s ORDER")); !slices.Equal(got, want) {
				t.Errorf("%s: %s gives\n%s\nand where the values are computed on\n%s", declared, draft, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
	t.Logf("%d values of %d fit their columns", values, len(asDeclared)*len(inFiles))
	if values < 300 {
		t.Error("too few values that fit their columns to prove anything")
	}
}

// answerOf are the rows of a draft; its second column is read as stored, or not.
func answerOf(t *testing.T, e run.Engine, view policy.View, draft string, stored bool) []string {
	t.Helper()
	s := made(t, view, draft)
	if got := s.Stored()[1]; got != stored {
		t.Fatalf("%s: stored is %v\n%s", draft, got, s.Text())
	}
	rows := must(e.Run(t.Context(), s, runtest.Limits()))
	defer rows.Close()
	var all []string
	for rows.Next() {
		line := ""
		for i, v := range rows.Row() {
			if v.IsNull() {
				line += " NULL"
				continue
			}
			line += fmt.Sprintf(" %v %s", v.Kind(), v.Format(s.Columns()[i].Type, time.UTC))
		}
		all = append(all, line)
	}
	if rows.Err() != nil {
		t.Fatal(draft, rows.Err())
	}
	return all
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
