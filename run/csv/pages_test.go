package csv

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/runtest"
)

// TestPages runs the pages in testdata/spec: files in, tables or errors out.
//
//	file name=x.csv     a file, and what it is read as; escaped: with \r, \x00, \ufeff
//	folder              several files, each after its "-- name --"
//	sql                 what a query over the last ones gives
func TestPages(t *testing.T) {
	spec.Run(t, "testdata/spec", func(t *testing.T) spec.Commands {
		var e *Engine
		read := func(files map[string]string) string {
			e = engine(t, files)
			return told(t, e)
		}
		return spec.Commands{
			"file": func(a *spec.Args, input string) string {
				name := a.Need("name")
				if a.Has("escaped") {
					input = unescaped(strings.TrimSuffix(input, "\n"))
				}
				return read(map[string]string{name: input})
			},
			"folder": func(_ *spec.Args, input string) string {
				files := map[string]string{}
				for _, f := range txtar.Parse([]byte(input + "\n")).Files {
					files[f.Name] = string(f.Data)
				}
				return read(files)
			},
			"sql": func(_ *spec.Args, text string) string {
				rows, err := query(t, e, text)
				if err != nil {
					return err.Error()
				}
				return strings.Join(rows, "\n")
			},
		}
	})
}

func unescaped(s string) string {
	return strings.NewReplacer("\n", "", `\n`, "\n", `\r`, "\r", `\t`, "\t", `\x00`, "\x00", `\xe9`, "\xe9", `\xff\xfe`, "\xff\xfe", `\ufeff`, "\ufeff").Replace(s)
}

// engine reads files from a folder of their own.
func engine(t testing.TB, files map[string]string, change ...func(*Config)) *Engine {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := Config{Path: dir, Dirs: []string{dir}, TimeZone: "UTC", Concurrent: 2, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}}
	for _, f := range change {
		f(&c)
	}
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// told is what the files were read as.
func told(t testing.TB, e *Engine) string {
	files, err := e.Files(t.Context())
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintln(&b, f)
		for _, c := range f.Columns {
			fmt.Fprintf(&b, "  %s %s", c.Name, strings.ToLower(c.Declared))
			if c.NotNull {
				b.WriteString(" not null")
			}
			if c.Header != c.Name {
				fmt.Fprintf(&b, " (%s)", c.Header)
			}
			b.WriteByte('\n')
		}
		for _, n := range f.Notes {
			fmt.Fprintln(&b, "note:", n)
		}
	}
	return b.String()
}

// query is the journey of a draft of somebody to whom everything is open.
func query(t testing.TB, e *Engine, text string) ([]string, error) {
	t.Helper()
	cat, err := e.Catalog(t.Context())
	if err != nil {
		return nil, err
	}
	stmt, err := runtest.Statement(runtest.Open(t, cat), text)
	if err != nil {
		return nil, err
	}
	rows, err := e.Run(t.Context(), stmt, runtest.Limits())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	cols := rows.Columns()
	for rows.Next() {
		var cells []string
		for i, v := range rows.Row() {
			if v.IsNull() {
				cells = append(cells, "NULL")
				continue
			}
			cells = append(cells, v.Format(cols[i].Type, time.UTC))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out, rows.Err()
}
