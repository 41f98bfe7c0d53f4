package same

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

const matrixPage = "../../docs/engines.md"

// TestMatrix holds the table of docs/engines.md to what the engines that are
// here speak of testdata/features.txt; -rewrite writes it. A column of an
// engine that is not here stays as it is.
func TestMatrix(t *testing.T) {
	s := openShop(t)
	page, err := os.ReadFile(matrixPage)
	must(t, err)
	head, was, ok := strings.Cut(string(page), matrixStart)
	if !ok {
		t.Fatalf("%s has no line %q", matrixPage, matrixStart)
	}
	is := s.matrix(t, kept(was))
	if is == was {
		return
	}
	if rewriting() {
		must(t, os.WriteFile(matrixPage, []byte(head+matrixStart+is), 0o644))
		return
	}
	for i, line := range strings.Split(is, "\n") {
		if old := strings.Split(was, "\n"); i >= len(old) || old[i] != line {
			t.Errorf("%s is no longer so; -rewrite writes\n%s", matrixPage, line)
		}
	}
}

const matrixStart = "<!-- go test ./internal/same -run TestMatrix -rewrite makes what follows -->\n"

func rewriting() bool {
	f := flag.Lookup("rewrite")
	return f != nil && f.Value.String() == "true"
}

// columns of the table, in the order of their constants.
func matrixEngines() []catalog.Engine {
	return []catalog.Engine{catalog.Postgres, catalog.SQLite, catalog.MariaDB, catalog.MySQL, catalog.Trino, catalog.DuckDB}
}

// kept are the cells of a page, by feature and column.
func kept(page string) map[string][]string {
	cells := map[string][]string{}
	for line := range strings.Lines(page) {
		if parts := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | "); len(parts) == 1+len(matrixEngines()) {
			cells[strings.TrimSpace(parts[0])] = parts[1:]
		}
	}
	return cells
}

func (s *shop) matrix(t *testing.T, was map[string][]string) string {
	t.Helper()
	var b strings.Builder
	for _, f := range features(t) {
		if len(f.probes) == 0 {
			fmt.Fprintf(&b, "\n## %s\n\n| | PostgreSQL | SQLite | MariaDB | MySQL | Trino | DuckDB |\n|---|---|---|---|---|---|---|\n", f.name)
			continue
		}
		name := strings.ReplaceAll(f.name, "|", "\\|")
		b.WriteString("| " + name)
		for i, e := range matrixEngines() {
			cell, here := s.speaks(t, f, e)
			if old := was[name]; !here && len(old) > 0 {
				cell = strings.TrimSpace(old[i])
			}
			b.WriteString(" | " + cell)
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

type feature struct {
	name   string
	probes []string
}

// features are those of the file; a heading has no probes.
func features(t *testing.T) []feature {
	t.Helper()
	text, err := os.ReadFile("testdata/features.txt")
	must(t, err)
	var all []feature
	for line := range strings.Lines(string(text)) {
		switch line = strings.TrimRight(line, "\n"); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "\t"):
			all[len(all)-1].probes = append(all[len(all)-1].probes, strings.TrimSpace(line))
		default:
			all = append(all, feature{name: strings.TrimPrefix(line, "= ")})
		}
	}
	return all
}

// speaks is a cell of the table, and whether the engine is here.
func (s *shop) speaks(t *testing.T, f feature, e catalog.Engine) (string, bool) {
	t.Helper()
	for i, db := range s.engines {
		if db.Kind() == e {
			return s.cell(t, f, db, s.owner[i]), true
		}
	}
	return "?", false
}

func (s *shop) cell(t *testing.T, f feature, db Database, view policy.View) string {
	t.Helper()
	var not []string
	for _, probe := range f.probes {
		got := db.Ask(t, view, probe)
		if no := refused(got.Err); no != nil && !got.Statement.Made() {
			not = append(not, said(no, db.Kind()))
			continue
		}
		want := s.engines[0].Direct(atNoon(probe))
		no := refused(got.Err)
		if want.Err != nil && no != nil && no.Code == refusal.Value {
			continue
		}
		how := comparison(probe)
		if db.Kind() != catalog.Postgres && db.Kind() != catalog.SQLite {
			how.Digits = 14
		}
		if d := how.Differ(want, got); d != "" {
			t.Errorf("%s: %s: %s\n%s\n%s", db.Kind(), f.name, d, probe, text(got))
		}
	}
	switch {
	case len(not) == 0:
		return "yes"
	case len(not) < len(f.probes):
		return "in part: " + not[0]
	default:
		return "no: " + not[0]
	}
}

// said is a refusal without the name of the engine, which the column has.
func said(no *refusal.Refusal, e catalog.Engine) string {
	return strings.ReplaceAll(strings.TrimPrefix(no.Msg, e.String()+" "), "|", "\\|")
}
