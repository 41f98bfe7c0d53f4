package leak

import (
	"database/sql/driver"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/internal/trinotest"
	"github.com/grille-dev/grille/policy"
	rulesfile "github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/run/trino"
	"github.com/grille-dev/grille/viewer"
)

// TestTrino is the matrix on Trino: over tables in its memory, and over those of a
// PostgreSQL database, to which it hands down what it can. A cell takes three
// statements of the server, so that one in GRILLE_TRINO_CELLS is tried, 41 if that
// is not set: a prime, so that all probes and places come.
func TestTrino(t *testing.T) {
	trinotest.Required(t)
	t.Run("memory", func(t *testing.T) {
		inTrino(t, func(whole bool) trinotest.DB {
			return trinotest.New(t, trinoTexts(database("default", whole))...)
		})
	})
	t.Run("postgres", func(t *testing.T) {
		inTrino(t, func(whole bool) trinotest.DB {
			pg := pgtest.New(t)
			pg.Exec(database("public", whole))
			if whole {
				pg.Exec("ANALYZE")
			}
			return trinotest.Postgres(t, pg.ReadOnlyDSN)
		})
	})
}

// trinoTexts are those of a database in Trino's words, the rows of a table at once.
func trinoTexts(script string) []string {
	var out []string
	rows := map[string][]string{}
	for text := range strings.SplitSeq(script, ";") {
		text = strings.TrimSpace(text)
		into, values, insert := strings.Cut(text, " VALUES ")
		switch {
		case insert:
			rows[into] = append(rows[into], values)
		case strings.HasPrefix(text, "CREATE TABLE"):
			out = append(out, strings.NewReplacer(" PRIMARY KEY", "", " text", " varchar").Replace(text))
		}
	}
	for _, into := range slices.Sorted(maps.Keys(rows)) {
		out = append(out, into+" VALUES "+strings.Join(rows[into], ", "))
	}
	return out
}

type trinoMatrix struct {
	*testing.T
	full, copied   trinotest.DB
	ruled          policy.View
	open           policy.View
	cells          map[string]int
	told, answered int
	kept           map[string]map[string]bool
}

func inTrino(t *testing.T, lay func(whole bool) trinotest.DB) {
	every, err := strconv.Atoi(os.Getenv("GRILLE_TRINO_CELLS"))
	if err != nil {
		every = 41
	}
	m := &trinoMatrix{T: t, full: lay(true), copied: lay(false), cells: map[string]int{}, kept: map[string]map[string]bool{}}
	full, copied := outlineOf(t, m.full), outlineOf(t, m.copied)
	m.open = runtest.Open(t, copied)
	n := 0
	for _, form := range slices.Sorted(maps.Keys(forms())) {
		r, err := rulesfile.Compile("rules.yaml", []byte(rules(m.full.Target.Catalog+"."+m.full.Target.Schema, forms()[form])), full, rulesfile.Options{Teams: []string{"alpha"}, Connection: "leak"})
		if err != nil {
			t.Fatal(err)
		}
		if m.ruled, err = policy.See(viewer.Viewer{Name: "ana", Teams: []string{"alpha"}, Attributes: map[string][]string{"who": {"ana"}}}, r, full); err != nil {
			t.Fatal(err)
		}
		for _, place := range slices.Sorted(maps.Keys(places())) {
			for _, name := range slices.Sorted(maps.Keys(probes())) {
				if n++; n%every == 0 {
					p := probes()[name]
					m.cell([]string{form, name, place}, strings.NewReplacer("PROBE", "("+p.text+")", "COLUMN", p.column).Replace(places()[place]))
				}
			}
		}
	}
	m.report()
}

func outlineOf(t *testing.T, db trinotest.DB) *catalog.Catalog {
	t.Helper()
	e, err := trino.New(trino.Config{Target: db.Target, TimeZone: "UTC", Concurrent: 1, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask sends the statement of a draft, and gives its rows and its text.
func (m *trinoMatrix) ask(db trinotest.DB, view policy.View, draft string) (rows []string, text string, err error) {
	s, err := runtest.Statement(view, draft)
	if err != nil {
		return nil, "", err
	}
	if text, err = trino.Sent(s); err != nil {
		return nil, "", err
	}
	got, err := db.Try(text)
	for _, row := range got {
		rows = append(rows, lineOf(row))
	}
	slices.Sort(rows)
	return rows, text, err
}

func lineOf(row []driver.Value) string { return fmt.Sprint(row) }

func (m *trinoMatrix) cell(at []string, draft string) {
	m.cells["tried"]++
	want, _, errCopy := m.ask(m.copied, m.open, draft)
	if errCopy != nil {
		m.cells["not on the copy either"]++
		return
	}
	got, text, err := m.ask(m.full, m.ruled, draft)
	switch {
	case refusal.CodeOf(err) != "":
		m.cells["refused "+string(refusal.CodeOf(err))]++
		return
	case err != nil && strings.Contains(err.Error(), "not supported"):
		m.cells["refused by the server"]++
		return
	case err != nil, !strings.Contains(draft, "LIMIT 3") && !slices.Equal(want, got):
		m.Errorf("%q: %v\n%s\n%s\ncopy: %v\ngrille: %v", at, err, draft, text, want, got)
		return
	}
	m.answered++
	if bare := strings.ReplaceAll(text, " LIMIT 9223372036854775807)", ")"); bare != text {
		if _, err := m.full.Try(bare); err != nil {
			m.told++
			for i, kind := range []string{"form", "probe", "place"} {
				if m.kept[kind] == nil {
					m.kept[kind] = map[string]bool{}
				}
				m.kept[kind][at[i]] = true
			}
		}
	}
}

func (m *trinoMatrix) report() {
	m.Logf("%v; answered %d; without a fence %d told", m.cells, m.answered, m.told)
	for _, what := range slices.Sorted(maps.Keys(m.kept)) {
		m.Logf("without a fence, %s told: %s", what, strings.Join(slices.Sorted(maps.Keys(m.kept[what])), ", "))
	}
	// Trino mostly keeps the order of conditions, so that few cells tell: those in
	// which it makes a join of the rule, or hands the probe to the database below.
	if m.told*30 < m.answered || len(m.kept["probe"]) < 2 || len(m.kept["place"]) < 2 {
		m.Error("without a fence too little is told: the matrix proves nothing")
	}
	if m.answered*10 < (m.cells["tried"]-m.cells["not on the copy either"])*8 {
		m.Error("fewer than 80 % of the cells are answered")
	}
}
