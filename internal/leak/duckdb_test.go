//go:build duckdb

package leak

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/ducktest"
	"github.com/grille-dev/grille/policy"
	rulesfile "github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/duckdb"
	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/viewer"
)

// TestDuckDB is the matrix on DuckDB, one in GRILLE_DUCKDB_CELLS of its cells, 7 if that
// is not set: a prime, so that all probes and places come. Nothing fails on a hidden
// row, and no function of ours is called with what stands in one: DuckDB keeps the
// words of a column once, and computes what it takes for harmless for all of them.
func TestDuckDB(t *testing.T) {
	every, err := strconv.Atoi(os.Getenv("GRILLE_DUCKDB_CELLS"))
	if err != nil {
		every = 7
	}
	n, probes := 0, duckProbes()
	full, copied := layDuckDB(t, true), layDuckDB(t, false)
	m := &duckMatrix{T: t, full: full.engine, copied: copied.engine, direct: ducktest.Open(t, full.path, time.UTC), cells: map[string]int{}, kept: map[string]map[string]bool{}}
	m.open = runtest.Open(t, copied.outline)
	for _, form := range slices.Sorted(maps.Keys(forms())) {
		r, err := rulesfile.Compile("rules.yaml", []byte(rules("main", forms()[form])), full.outline, rulesfile.Options{Teams: []string{"alpha"}, Connection: "leak"})
		if err != nil {
			t.Fatal(err)
		}
		if m.ruled, err = policy.See(viewer.Viewer{Name: "ana", Teams: []string{"alpha"}, Attributes: map[string][]string{"who": {"ana"}}}, r, full.outline); err != nil {
			t.Fatal(err)
		}
		for _, place := range slices.Sorted(maps.Keys(places())) {
			for _, name := range slices.Sorted(maps.Keys(probes)) {
				if n++; n%every > 0 {
					continue
				}
				p := probes[name]
				m.cell([]string{form, name, place}, strings.NewReplacer("PROBE", "("+p.text+")", "COLUMN", p.column).Replace(places()[place]))
			}
		}
	}
	m.report()
}

// duckProbes has more than all engines have: DuckDB leaves what it knows to fail where
// it stands, and these fail although it does not know it.
func duckProbes() map[string]probe {
	all := probes()
	maps.Copy(all, map[string]probe{
		"bigint": {"code", "CAST(e.code AS bigint)"},
		"exp":    {"quota", "CAST(exp(CAST(e.quota AS double precision)) > 0 AS int)"},
	})
	return all
}

// duckFile is a file with its engine.
type duckFile struct {
	path    string
	engine  *duckdb.Engine
	outline *catalog.Catalog
}

func layDuckDB(t *testing.T, whole bool) duckFile {
	t.Helper()
	f := duckFile{path: ducktest.New(t, database("main", whole))}
	var err error
	f.engine, err = duckdb.New(duckdb.Config{Path: f.path, Dirs: []string{filepath.Dir(f.path)}, TimeZone: "UTC", Concurrent: 1, Threads: 2, Log: run.Log{To: slog.New(slog.DiscardHandler)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.engine.Close() })
	if f.outline, err = f.engine.Catalog(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

type duckMatrix struct {
	*testing.T
	full, copied   *duckdb.Engine
	ruled, open    policy.View
	direct         *ducktest.DB
	cells          map[string]int
	told, answered int
	kept           map[string]map[string]bool
}

// ask gives the rows of a draft, sorted, and its statement.
func (m *duckMatrix) ask(e *duckdb.Engine, view policy.View, draft string) (lines []string, s emit.Statement, err error) {
	if s, err = runtest.Statement(view, draft); err != nil {
		return nil, s, err
	}
	rows, err := e.Run(m.Context(), s, runtest.Limits())
	if err != nil {
		return nil, s, err
	}
	defer rows.Close()
	for rows.Next() {
		lines = append(lines, fmt.Sprint(rows.Row()))
	}
	slices.Sort(lines)
	return lines, s, rows.Err()
}

func (m *duckMatrix) cell(at []string, draft string) {
	m.cells["tried"]++
	want, _, errCopy := m.ask(m.copied, m.open, draft)
	if code := refusal.CodeOf(errCopy); code == refusal.Engine {
		m.cells["refused engine: "+errCopy.Error()]++
		return
	}
	if errCopy != nil {
		m.cells["not on the copy either"]++
		return
	}
	got, s, err := m.ask(m.full, m.ruled, draft)
	switch code := refusal.CodeOf(err); {
	case code == refusal.Engine:
		m.cells["refused engine: "+err.Error()]++
		return
	case err != nil, !strings.Contains(draft, "LIMIT 3") && !slices.Equal(want, got):
		m.Errorf("%q: %v\n%s\n%s\ncopy: %v\ngrille: %v", at, err, draft, s.Text(), want, got)
		return
	}
	m.answered++
	m.cells["answered of "+at[1]]++
	if heard, err := m.hears(s.Text(), s.Params()); heard || err != nil {
		m.Errorf("%q: a function of the draft was called with what a hidden row holds: %v\n%s", at, err, s.Text())
	}
	if !m.tells(s) {
		return
	}
	m.told++
	for i, kind := range []string{"form", "probe", "place"} {
		if m.kept[kind] == nil {
			m.kept[kind] = map[string]bool{}
		}
		m.kept[kind][at[i]] = true
	}
}

// tells reports whether the statement shows a hidden row without its fences.
func (m *duckMatrix) tells(s emit.Statement) bool {
	bare := strings.ReplaceAll(s.Text(), " LIMIT 9223372036854775807)", ")")
	if bare == s.Text() {
		return false
	}
	heard, err := m.hears(bare, s.Params())
	if err != nil && (strings.HasPrefix(err.Error(), "Binder") || strings.HasPrefix(err.Error(), "Parser") || strings.HasPrefix(err.Error(), "Catalog")) {
		m.Errorf("the control is no statement: %v\n%s", err, bare)
	}
	return heard || err != nil
}

// hears runs a text and reports whether a function of a probe was called with what
// only hidden rows have.
func (m *duckMatrix) hears(text string, params []emit.Param) (bool, error) {
	heard := make(chan bool, 1)
	m.direct.Heard = func(function string, args []any) {
		for _, a := range args {
			if (a == "999-88-7777" || a == "none") && strings.HasPrefix(function, "g_text_to_") {
				select {
				case heard <- true:
				default:
				}
			}
		}
	}
	_, err := m.direct.Ask(text, nil, duckParams(params)...)
	return len(heard) > 0, err
}

func duckParams(params []emit.Param) (out []ducktest.Param) {
	for _, p := range params {
		out = append(out, ducktest.Param(p))
	}
	return out
}

func (m *duckMatrix) report() {
	for _, what := range slices.Sorted(maps.Keys(m.cells)) {
		m.Logf("%-40s %d", what, m.cells[what])
	}
	m.Logf("answered %d; without a fence %d told", m.answered, m.told)
	for _, what := range slices.Sorted(maps.Keys(m.kept)) {
		m.Logf("without a fence, %s told: %s", what, strings.Join(slices.Sorted(maps.Keys(m.kept[what])), ", "))
	}
	for name := range duckProbes() {
		if m.cells["answered of "+name] == 0 {
			m.Errorf("no cell of %s is answered", name)
		}
	}
	// Of what may fail DuckDB moves only what it takes for harmless, and of our probes
	// that is exp: our own functions are volatile, and stay where they stand. What those
	// would tell is TestDuckDBWords'.
	if m.told*60 < m.answered || len(m.kept["form"]) < 3 || !m.kept["probe"]["exp"] || len(m.kept["place"]) < 8 {
		m.Error("without a fence too little is told: the matrix proves nothing")
	}
}
