package csv

import (
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/sql/types"
)

// TestNothingIsLost: what is read back equals the file, as the documented mapping
// has it (docs/csv.md), for whatever stands in it.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		cols := rapid.IntRange(1, 4).Draw(r, "columns")
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.OneOf(cells()...), cols, cols), 0, 8).Draw(r, "rows")
		if rapid.Bool().Draw(r, "alike") { // else nearly all columns are texts
			rows = alike(r, cols)
		}
		var b bytes.Buffer
		w := stdcsv.NewWriter(&b)
		w.Comma = rapid.SampledFrom(parts()).Draw(r, "comma")
		must(t, w.Write([]string{"ca", "cb", "cc", "cd"}[:cols]))
		for _, row := range rows {
			if cols == 1 && row[0] == "" {
				row = []string{"x"} // an empty line is no row
			}
			must(t, w.Write(row))
		}
		w.Flush()
		got, is, err := back(t, b.Bytes())
		if err != nil && cols == 1 && strings.Contains(err.Error(), "names 1 column") {
			return // all rows have commas: a title, or so it looks
		}
		must(t, err)
		if len(got) != len(rows) {
			r.Fatalf("%d rows of %d", len(got), len(rows))
		}
		for i, row := range rows {
			for j, s := range row {
				if cols == 1 && s == "" {
					s = "x"
				}
				if !means(is[j], strings.ReplaceAll(s, "\r\n", "\n"), got[i][j]) {
					r.Fatalf("row %d, column %d (%s): %q was read as %v", i+1, j+1, is[j].Declared, s, got[i][j])
				}
			}
		}
	})
}

// cells are values of all kinds.
func cells() []*rapid.Generator[string] {
	return []*rapid.Generator[string]{
		rapid.Just(""), rapid.StringMatching(`-?[0-9]{1,22}`), rapid.StringMatching(`-?(0|[1-9][0-9]{0,5})[.,][0-9]{1,25}`),
		rapid.StringMatching(`[1-9][0-9]{0,2}(,[0-9]{3}){1,3}(\.[0-9]{2})?`), rapid.StringMatching(`[1-9][0-9]{0,2}(\.[0-9]{3}){1,3}(,[0-9]{2})?`),
		rapid.StringMatching(`[0-9](\.[0-9]{1,3})?[eE][+-]?[0-9]{1,2}`), rapid.StringMatching(`(true|false|TRUE|yes|No|NO|Yes)`),
		rapid.StringMatching(`[0-9]{1,2}[./-][0-9]{1,2}[./-](19|20)[0-9]{2}`), rapid.StringMatching(`(19|20)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]`),
		rapid.StringMatching(`2024-0[1-9]-[0-2][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,8})?)?(Z|[+-]0[0-9]:?30)?`),
		rapid.StringMatching(`[0-2]?[0-9]:[0-5][0-9]( (AM|PM))?`), rapid.StringMatching(` ?[0-9]{1,3} ?`),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab \"',;\t|\n\r.0é=")), 0, 6, -1),
	}
}

func alike(r *rapid.T, cols int) [][]string {
	kinds := rapid.SliceOfN(rapid.SampledFrom(cells()), cols, cols).Draw(r, "kinds")
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) []string {
		row := make([]string, cols)
		for i, k := range kinds {
			row[i] = k.Draw(r, "cell")
		}
		return row
	}), 0, 8).Draw(r, "alike rows")
}

// back reads a file and asks for all of it.
func back(t testing.TB, text []byte) ([][]types.Value, []*catalog.Column, error) {
	e := engine(t, map[string]string{"data.csv": string(text)})
	cat, err := e.Catalog(t.Context())
	if err != nil {
		return nil, nil, err
	}
	stmt, err := runtest.Statement(runtest.Open(t, cat), "SELECT * FROM data")
	must(t, err)
	rows, err := e.Run(t.Context(), stmt, runtest.Limits())
	must(t, err)
	defer rows.Close()
	var out [][]types.Value
	for rows.Next() {
		out = append(out, append([]types.Value(nil), rows.Row()...))
	}
	must(t, rows.Err())
	return out, cat.Tables[0].Columns, nil
}

// means is the mapping once more, by other means than the reader's.
func means(c *catalog.Column, s string, v types.Value) bool {
	if s == "" {
		return v.IsNull()
	}
	if c.Type.Kind == types.Text {
		return v.Text() == s
	}
	s = strings.Trim(s, " ")
	switch c.Type.Kind {
	case types.Bool:
		return v.Bool() == (strings.EqualFold(s, "true") || strings.EqualFold(s, "yes"))
	case types.Int8:
		return v.Format(c.Type, time.UTC) == s || s == "-0" && v.Int() == 0
	case types.Numeric:
		for _, as := range []string{s, strings.ReplaceAll(s, ",", ""), strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")} {
			if n, err := types.NumericOf(as); err == nil && n.GroupKey() == v.GroupKey() {
				return true
			}
		}
		return false
	case types.Date:
		return oneOf(s, v.Format(c.Type, time.UTC), "2006-01-02", "2006-1-2", "2.1.2006", "2/1/2006", "1/2/2006", "2-1-2006", "1-2-2006")
	case types.Time:
		return oneOf("2000-01-01 "+s, "2000-01-01 "+v.Format(c.Type, time.UTC), "2006-01-02 15:04", "2006-01-02 3:04 PM")
	case types.Timestamp:
		return oneOf(strings.Replace(s, "T", " ", 1), v.Format(c.Type, time.UTC), "2006-01-02 15:04", "2006-01-02 15:04:05")
	case types.TimestampTZ:
		want := strings.Replace(v.Format(c.Type, time.UTC), "+00", "Z", 1)
		return oneOf(strings.Replace(s, "T", " ", 1), want, "2006-01-02 15:04Z07:00", "2006-01-02 15:04Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700")
	}
	return false
}

// oneOf reports whether s, read by one of layouts, is what was printed.
func oneOf(s, printed string, layouts ...string) bool {
	for _, l := range layouts {
		at, err := time.Parse(l, s)
		if err != nil {
			continue
		}
		for _, p := range []string{"2006-01-02", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z"} {
			if is, err := time.Parse(p, printed); err == nil && is.Equal(at) {
				return true
			}
		}
	}
	return false
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// FuzzTake: whatever bytes a file has, they are a table or an error that quotes
// none of them, and each row has a field for each column.
func FuzzTake(f *testing.F) {
	for _, s := range []string{"id,n\n1,2\n", "a;b\r\n\"x\"\"y\";1,5\r\n", "sep=|\na|b\n", "\ufeffa\tb\n", "a,a\n", "\"", "a\n\n\nb", "\xff\xfea", "d\n31.12.2024\n", "n\n1.5e-05\n", "x\n\"SECRETVALUE\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := take(t.Context(), "data.csv", text, func(int64) {})
		if err != nil {
			if strings.Contains(err.Error(), "SECRETVALUE") {
				t.Fatal(err)
			}
			return
		}
		file, is := got.describe()
		rows := 0
		must(t, got.each(t.Context(), func(_ int, row []string) error {
			rows++
			for i, s := range row {
				if s = strings.Trim(s, " "); row[i] != "" && !forms()[is[i]].fits(s) {
					t.Fatalf("a value of %s does not fit %s", file.Columns[i].Name, forms()[is[i]].called)
				}
				if row[i] != "" {
					forms()[is[i]].stored(s)
				}
			}
			return nil
		}))
		if rows != file.Rows {
			t.Fatalf("%d rows, then %d", file.Rows, rows)
		}
	})
}

// Nothing but files below the folders of the configuration is read, links followed.
func TestWhereFilesMayLie(t *testing.T) {
	outside := t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "secret.csv"), []byte("id,n\n1,2\n"), 0o600))
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "a.csv"), []byte("id,n\n1,2\n"), 0o600))
	must(t, os.Mkdir(filepath.Join(dir, "empty"), 0o700))
	open := func(path string, dirs ...string) error {
		_, err := New(Config{Path: path, Dirs: dirs, TimeZone: "UTC", Concurrent: 1})
		return err
	}
	for _, c := range []struct {
		path, dir, says string
	}{
		{dir, dir, ""},
		{filepath.Join(dir, "a.csv"), dir, ""},
		{dir, filepath.Join(dir, "empty"), "not below"},
		{filepath.Join(outside, "secret.csv"), dir, "not below"},
		{filepath.Join(dir, "empty"), dir, "has no file whose name ends in .csv"},
		{filepath.Join(dir, "none.csv"), dir, "no such file"},
		{os.DevNull, "/", "is not a file"},
	} {
		if err := open(c.path, c.dir); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s below %s: %v, want %q", c.path, c.dir, err, c.says)
		}
	}
	must(t, os.Symlink(filepath.Join(outside, "secret.csv"), filepath.Join(dir, "b.csv")))
	if err := open(dir, dir); err == nil || !strings.Contains(err.Error(), "b.csv is not below") {
		t.Errorf("a link that leads out: %v", err)
	}
	must(t, open(dir, dir, outside))
}

// A link that is put in the place of a file after it was found leads nowhere.
func TestSwappedForALink(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.csv")
	must(t, os.WriteFile(outside, []byte("id,n\n1,2\n"), 0o600))
	path := filepath.Join(t.TempDir(), "a.csv")
	must(t, os.Symlink(outside, path))
	if _, err := read(path, 100); !errors.Is(err, errGone) {
		t.Errorf("read through a link: %v", err)
	}
}

// A name that could write lines of its own, or move a terminal's cursor, is refused
// and not repeated.
func TestNamesOfFiles(t *testing.T) {
	for _, name := range []string{"a\nok: b.csv", "a\x1b[2Jb.csv", "a\u202eb.csv"} {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("id,n\n1,2\n"), 0o600))
		_, err := New(Config{Path: dir, Dirs: []string{dir}, TimeZone: "UTC", Concurrent: 1})
		if err == nil || !strings.Contains(err.Error(), "rename it") || strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestLimits(t *testing.T) {
	small := strings.Repeat("1,2\n", 100)
	for _, c := range []struct {
		change func(*Config)
		says   string
	}{
		{func(c *Config) { c.MaxFile = 100 }, "a.csv: it has more than the 100 bytes that may be read"},
		{func(c *Config) { c.MaxAll = 500 }, "the files have 808 bytes together, and at most 500 bytes"},
		{func(c *Config) { c.MaxAll = 1 << 20 }, ""},
	} {
		e := engine(t, map[string]string{"a.csv": "a,b\n" + small, "b.csv": "c,d\n" + small}, c.change)
		_, err := e.Catalog(t.Context())
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
	wide := strings.TrimSuffix(strings.Repeat("a,", mostColumns+1), ",")
	if _, err := engine(t, map[string]string{"a.csv": wide}).Catalog(t.Context()); err == nil || !strings.Contains(err.Error(), "at most 2000") {
		t.Errorf("%v", err)
	}
	if _, err := engine(t, map[string]string{"a.csv": strings.Repeat("a", mostFirst+1) + ",b\n1,2\n"}).Catalog(t.Context()); err == nil || !strings.Contains(err.Error(), "line 1: it has more than 1 MiB") {
		t.Errorf("%v", err)
	}
	long := "a,b\n1,\"" + strings.Repeat("x", mostRow) + "\"\n"
	if _, err := engine(t, map[string]string{"a.csv": long}).Catalog(t.Context()); err == nil || !strings.Contains(err.Error(), "is a closing quote missing?") {
		t.Errorf("%v", err)
	}
}

// Reading ends with the context, and may be asked for again.
func TestCancelled(t *testing.T) {
	e := engine(t, map[string]string{"a.csv": "id,n\n1,2\n"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Catalog(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	_, err := e.Catalog(t.Context())
	must(t, err)
}

// The files are read once; another engine reads them anew. Nothing is written.
func TestReadOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	must(t, os.WriteFile(path, []byte("id,n\n1,2\n"), 0o400))
	must(t, os.Chmod(dir, 0o500))
	defer os.Chmod(dir, 0o700)
	count := func(e *Engine) string {
		rows, err := query(t, e, "SELECT count(*), sum(n) FROM a")
		must(t, err)
		return strings.Join(rows, "\n")
	}
	open := func() *Engine {
		e, err := New(Config{Path: path, Dirs: []string{dir}, TimeZone: "UTC", Concurrent: 1})
		must(t, err)
		t.Cleanup(func() { _ = e.Close() })
		return e
	}
	old := open()
	if got := count(old); got != "1 | 2" {
		t.Error(got)
	}
	must(t, os.Chmod(path, 0o600))
	must(t, os.WriteFile(path, []byte("id,n\n1,2\n2,3\n"), 0o600))
	if got := count(old); got != "1 | 2" {
		t.Error(got)
	}
	if got := count(open()); got != "2 | 5" {
		t.Error(got)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("%d files in the folder", len(entries))
	}
}

// Keys that were seen to hold are good for joins; nothing promises them for the rows
// of tomorrow, so that rules rest on none that nobody wrote.
func TestKeysAreNoPromise(t *testing.T) {
	e := engine(t, map[string]string{"customers.csv": "id,n\n1,a\n2,b\n", "orders.csv": "id,customer_id\n1,1\n2,1\n"})
	cat, err := e.Catalog(t.Context())
	must(t, err)
	orders := cat.All().Lookup("main", "orders")
	if len(orders.Foreign) != 1 || !orders.Foreign[0].Unchecked || len(orders.Unique) != 1 {
		t.Errorf("keys %v, unique %v", orders.Foreign, orders.Unique)
	}
	if cat.Version != catalog.Digest(cat) {
		t.Error("the digest is of another catalog")
	}
}

func TestPostureIsOfFiles(t *testing.T) {
	e := engine(t, map[string]string{"a.csv": "zip,n\n01234,2\n"})
	p, err := e.Posture(t.Context())
	must(t, err)
	if p.Refused() || len(p.Findings) != 3 || p.Findings[2].Level != run.Yellow {
		t.Errorf("%v", p.Findings)
	}
}
