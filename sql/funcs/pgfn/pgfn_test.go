package pgfn

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func call(t *testing.T, name string, args ...any) string {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range New(func() *time.Location { return berlin }).Scalars {
		if f.Name != name {
			continue
		}
		v, err := f.Fn(args)
		if err != nil {
			return "error: " + err.Error()
		}
		return fmt.Sprint(v)
	}
	t.Fatalf("no function %s", name)
	return ""
}

// A page of the manual; package funcs compares everything with PostgreSQL.
func TestExamples(t *testing.T) {
	for _, c := range []struct {
		name string
		args []any
		want string
	}{
		{"g_add_int4", []any{int64(math.MaxInt32), int64(1)}, "error: number out of range"},
		{"g_div_int8", []any{int64(-7), int64(2)}, "-3"},
		{"g_div_float8", []any{1.0, 0.0}, "error: division by zero"},
		{"g_div_numeric", []any{"1", "3"}, "0.33333333333333333333"},
		{"g_mul_numeric", []any{"1.50", "2.0"}, "3.000"},
		{"g_round_numeric", []any{"2.5"}, "3"},
		{"g_round_numeric", []any{"-1234.567", int64(-2)}, "-1200"},
		{"g_round_float8", []any{2.5}, "2"},
		{"g_lower", []any{"ÉCOLE"}, "école"},
		{"g_substr", []any{"hello", int64(-1), int64(4)}, "he"},
		{"g_split_part", []any{"a,b,c", ",", int64(-1)}, "c"},
		{"g_like", []any{"50%", `50\%`}, "1"},
		{"g_regexp_replace", []any{"foobar", "(o+)b", `[\1]`, ""}, "f[oo]ar"},
		{"g_date_trunc", []any{"quarter", "2024-05-17 10:00:00"}, "2024-04-01 00:00:00"},
		{"g_date_trunc_tz", []any{"day", "2024-07-01 22:30:00+00"}, "2024-07-01 22:00:00+00"},
		{"g_extract_date", []any{"isoyear", "2021-01-03"}, "2020"},
		{"g_age", []any{"2024-03-01 00:00:00", "2023-01-31 00:00:00"}, "1 year 1 mon 1 day"},
		{"g_timestamp_add", []any{"2024-01-31 00:00:00", "1 mon"}, "2024-02-29 00:00:00"},
		{"g_to_char_timestamp", []any{"2024-02-03 04:05:06", "FMDay, DDth Mon YYYY HH12:MI AM"}, "Saturday, 03rd Feb 2024 04:05 AM"},
		{"g_to_char_numeric", []any{"1234.5", "FM9,999,990.00"}, "1,234.50"},
		{"g_date", []any{"31 Jan 2024"}, "2024-01-31"},
		{"g_date", []any{"soon"}, "<nil>"},
		{"g_numeric", []any{19.99}, "19.99"},
		{"g_greatest_numeric", []any{"9", nil, "10.0"}, "10.0"},
		{"g_more_than_one_row", nil, "error: more than one row returned by a subquery used as an expression"},
	} {
		if got := call(t, c.name, c.args...); got != c.want {
			t.Errorf("%s(%v): %s, want %s", c.name, c.args, got, c.want)
		}
	}
}

// Names are unique, and each is a name of ours.
func TestNames(t *testing.T) {
	lib := New(nil)
	seen := map[string]bool{}
	name := func(n string) {
		if seen[n] || !strings.HasPrefix(n, "g_") && !strings.HasPrefix(n, "grille_") {
			t.Errorf("%q is taken twice, or is no name of ours", n)
		}
		seen[n] = true
	}
	for _, f := range lib.Scalars {
		name(f.Name)
	}
	for _, f := range lib.Aggregates {
		name(f.Name)
	}
	for _, c := range lib.Collations {
		name(c.Name)
	}
	for _, f := range lib.Tables {
		name(f.Name)
	}
	t.Logf("%d scalar functions, %d aggregates, %d collations, %d tables", len(lib.Scalars), len(lib.Aggregates), len(lib.Collations), len(lib.Tables))
}

// anything is what a column of SQLite may hold.
func anything() *rapid.Generator[any] {
	texts := []any{"", "1", "-1.5", "NaN", "Infinity", "-infinity", "infinity", "2024-02-29", "2024-02-29 10:11:12.5", "2024-02-29 10:11:12+00", "9999-12-31 23:59:59.999999+00",
		"0001-01-01", "1 year 2 mons 3 days", "-178000000 years", "10:00:00", "24:00:00", "year", "day", "week", "millennium", "UTC", "Asia/Kolkata", "YYYY-MM-DD", "FM999.99", "S9", "%", "_", `\`,
		"(", "a|b", "[[:alpha:]]", "{", `{"a": [1, {"b": null}]}`, "[1,2]", `"\ud800"`, `"\u0000"`, "é😀", "\xff\xfe", "\x00", strings.Repeat("9", 200), "0." + strings.Repeat("0", 200) + "1", "g", "hex", "t", "\\x00"}
	return rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Int64Range(-20, 20), func(n int64) any { return n }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.SampledFrom([]any{math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324, 0.5, 1e18}),
		rapid.SampledFrom(texts), rapid.SampledFrom(texts), rapid.SampledFrom(texts),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) any { return b }),
	)
}

// Whatever a column holds: no function panics or takes long, errors are of our
// kind, results are what SQLite can hold.
func TestAnythingGoes(t *testing.T) {
	lib := New(nil)
	good := func(r *rapid.T, name string, v any, err error) {
		var ours *Error
		if err != nil && !errors.As(err, &ours) {
			r.Fatalf("%s: %T %v", name, err, err)
		}
		switch v.(type) {
		case nil, int64, float64, string, []byte:
		default:
			r.Fatalf("%s gives a %T", name, v)
		}
	}
	draw := func(r *rapid.T, n int) []any {
		if n < 0 {
			n = 2 // all of them take two
		}
		return rapid.SliceOfN(anything(), n, n).Draw(r, "values")
	}
	rapid.Check(t, func(r *rapid.T) {
		for range 20 {
			f := rapid.SampledFrom(lib.Scalars).Draw(r, "function")
			args := draw(r, f.Args)
			start := time.Now()
			v, err := f.Fn(args)
			if d := time.Since(start); d > 5*time.Second {
				r.Fatalf("%s took %s", f.Name, d)
			}
			good(r, f.Name, v, err)
		}
		f := rapid.SampledFrom(lib.Aggregates).Draw(r, "aggregate")
		acc := f.New()
		var rows [][]any
		for range rapid.IntRange(0, 5).Draw(r, "rows") {
			row := draw(r, f.Args)
			rows = append(rows, row)
			good(r, f.Name, nil, acc.Step(row))
		}
		v, err := acc.Value()
		good(r, f.Name, v, err)
		if inv, ok := acc.(Inverter); ok && len(rows) > 1 {
			good(r, f.Name, nil, inv.Inverse(rows[0]))
			v, err := acc.Value()
			good(r, f.Name, v, err)
		}
		table := rapid.SampledFrom(lib.Tables).Draw(r, "table")
		n := 0
		err = table.Rows(draw(r, table.Args), func(v any) bool { n++; good(r, table.Name, v, nil); return n < 50 })
		good(r, table.Name, nil, err)
		c := rapid.SampledFrom(lib.Collations).Draw(r, "collation")
		a, b := []byte(text(anything().Draw(r, "a"))), []byte(text(anything().Draw(r, "b")))
		if c.Compare(a, b) != -c.Compare(b, a) || c.Compare(a, a) != 0 {
			r.Fatalf("%s is no order: %q %q", c.Name, a, b)
		}
	})
}

func BenchmarkFunctions(b *testing.B) {
	lib := New(nil)
	for _, c := range []struct {
		name string
		args []any
	}{
		{"g_mul_int8", []any{int64(3), int64(4)}}, {"g_mul_numeric", []any{"19.99", "3"}}, {"g_div_numeric", []any{"19.99", "3"}},
		{"g_like", []any{"the quick brown fox", "%brown%"}}, {"g_regexp", []any{"the quick brown fox", "br.wn"}}, {"g_lower", []any{"The Quick"}},
		{"g_date_trunc", []any{"month", "2024-02-29 10:11:12"}}, {"g_extract_date", []any{"year", "2024-02-29"}}, {"g_date", []any{"2024-02-29"}}, {"g_numeric", []any{19.99}},
		{"g_to_char_timestamp", []any{"2024-02-29 10:11:12", "YYYY-MM"}},
	} {
		for _, f := range lib.Scalars {
			if f.Name == c.name {
				b.Run(c.name, func(b *testing.B) {
					for b.Loop() {
						if _, err := f.Fn(c.args); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
