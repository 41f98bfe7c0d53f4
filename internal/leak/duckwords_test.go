//go:build duckdb

package leak

import (
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/ducktest"
	"github.com/grille-dev/grille/policy"
	rulesfile "github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/duckdb"
	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/viewer"
)

// words is a column of few words, which DuckDB keeps once in a dictionary, those of
// hidden rows beside the others. A function that it takes for harmless it computes for
// the whole dictionary, above any fence.
const words = `CREATE TABLE e (id bigint, tenant bigint, code varchar);
	INSERT INTO e SELECT i, CASE WHEN i % 50 = 7 THEN 2 ELSE 1 END, CASE WHEN i % 50 = 7 THEN 'z\' ELSE CAST(i % 20 AS VARCHAR) END FROM range(100000) r(i);
	CHECKPOINT;`

func TestDuckDBWords(t *testing.T) {
	path := ducktest.New(t, words)
	engine, err := duckdb.New(duckdb.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 1, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	c, err := engine.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := rulesfile.Compile("rules.yaml", []byte("version: 1\nclasses: {plain: {show: value}}\ntables:\n  e: {columns: {id: plain, tenant: plain, code: plain}, grants: {alpha: {rows: \"tenant = 1\"}}}\n"),
		c, rulesfile.Options{Teams: []string{"alpha"}, Connection: "leak"})
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Name: "ana", Teams: []string{"alpha"}}, r, c)
	if err != nil {
		t.Fatal(err)
	}
	direct := ducktest.Open(t, path, time.UTC)
	ask := func(s emit.Statement, text string) error {
		_, err := direct.Ask(text, nil, duckParams(s.Params())...)
		return err
	}
	var heard atomic.Bool
	direct.Heard = func(_ string, args []any) {
		for _, a := range args {
			if a == `z\` {
				heard.Store(true)
			}
		}
	}
	whole := runtest.Open(t, c)
	controls := 0
	for _, x := range []string{
		"sum(CAST(code AS int))", "count(CAST(code AS numeric))", "max(upper(code))", "max(reverse(code))", "max(initcap(code))", "max(left(code, -1))",
		"max(lpad(code, 5, '.'))", "max(translate(code, 'q', 'y'))", "count(*) FILTER (WHERE code ~ '1')", "max(regexp_replace(code, '1', '2'))",
		"count(*) FILTER (WHERE code ILIKE 'X%')", "max(ascii(code))", "max(to_number(code, '99'))",
		// DuckDB's own.
		"max(repeat(code, 3))", "max(replace(code, '1', '2'))", "max(length(code))", "max(position('1' IN code))", "count(*) FILTER (WHERE 'zy' LIKE code)",
		"max(CASE WHEN code = 'nothing' THEN 1 / (length(code) - 8) ELSE 1 END)", "max(1 / (octet_length(code) - 3))", "max(code || 'x')",
	} {
		draft := "SELECT " + x + " AS it FROM e"
		s, err := runtest.Statement(view, draft)
		if err != nil {
			t.Errorf("%s: %v", draft, err)
			continue
		}
		heard.Store(false)
		if err := ask(s, s.Text()); err != nil || heard.Load() {
			t.Errorf("%s: a hidden word was computed with: %v\n%s", draft, err, s.Text())
		}
		rows, err := engine.Run(t.Context(), s, runtest.Limits())
		if err != nil {
			t.Errorf("%s: %v", draft, err)
			continue
		}
		rows.Close()
		if s, err = runtest.Statement(whole, draft); err != nil {
			t.Fatal(err)
		}
		if heard.Store(false); ask(s, s.Text()) != nil || heard.Load() {
			controls++
		}
	}
	if controls < 10 {
		t.Errorf("of all rows %d drafts tell: nothing is shown", controls)
	}
	// A function of DuckDB's that fails, and that it believes not to.
	s, err := runtest.Statement(view, "SELECT count(*) FILTER (WHERE 'zy' LIKE code) AS it FROM e")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(s.Text(), "g_like2(CAST($1 AS VARCHAR), t1.c1)", `CAST($1 AS VARCHAR) LIKE t1.c1 ESCAPE '\'`, 1)
	if err := ask(s, own); err != nil {
		t.Errorf("a hidden word was computed with: %v\n%s", err, own)
	}
	word := `(t2."code" COLLATE C)`
	bare := strings.Replace(own, "coalesce(CASE WHEN random() < 0 THEN "+word+" END, "+word+")", word, 1)
	if bare == own || ask(s, bare) == nil {
		t.Errorf("nothing is shown: %s", bare)
	}
}
