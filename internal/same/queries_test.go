package same

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// TestQueries runs the pages in testdata/queries: each query as the owner, whose
// answer is that of the text run on PostgreSQL as it stands, and as mara, whose
// answer is that of the text on a copy which holds only what she may see. Every
// kind of engine must answer the same, or refuse, and then the page says so.
func TestQueries(t *testing.T) {
	s := openShop(t)
	n := 0
	spec.Run(t, "testdata/queries", func(*testing.T) spec.Commands {
		return spec.Commands{
			"query": func(a *spec.Args, draft string) string {
				n++
				return s.query(a, draft)
			},
		}
	})
	t.Logf("%d queries on %v; refused: %v", n, Available(t), s.refused)
}

// shop is the shop in every kind of engine.
type shop struct {
	engines []Database
	owner   []policy.View // of each
	mara    []policy.View
	copied  Database // on PostgreSQL, what mara may see and nothing else
	refused map[string]int
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{engines: Open(t, Shop()), refused: map[string]int{}}
	file, err := os.ReadFile("testdata/rules.yaml")
	must(t, err)
	for _, db := range s.engines {
		r, err := rules.Compile("rules.yaml", file, db.Catalog, rules.Options{Teams: []string{"owners", "region"}, Connection: "shop"})
		must(t, err)
		see := func(who viewer.Viewer) policy.View {
			v, err := policy.See(who, r, db.Catalog)
			must(t, err)
			return v
		}
		s.owner = append(s.owner, see(viewer.Viewer{Name: "olga", Teams: []string{"owners"}}))
		s.mara = append(s.mara, see(viewer.Viewer{Name: "mara", Teams: []string{"region"}, Attributes: map[string][]string{"region": {"West"}}}))
	}
	pg := available(t)[0]
	s.copied = pg.open(t, forMara(Shop()).texts(pg.spelling))
	return s
}

// query is what comes of a draft: of its rows, and who refuses it. What kinds of
// engine refuse that this machine lacks stays as the page has it.
func (s *shop) query(a *spec.Args, draft string) string {
	a.T().Helper()
	owner, no := s.asked(a, draft, s.owner, s.engines[0])
	lines := append([]string{owner}, s.kept(a, "", no)...)
	mara, more := s.asked(a, draft, s.mara, s.copied)
	if mara != owner {
		lines = append(lines, "mara: "+mara)
	}
	maps.DeleteFunc(more, func(e catalog.Engine, why string) bool { return no[e] == why })
	return strings.Join(append(lines, s.kept(a, "mara, ", more)...), "\n")
}

// kept says who refuses, of those that are here and of the others.
func (s *shop) kept(a *spec.Args, who string, no map[catalog.Engine]string) []string {
	var out []string
	for e := catalog.SQLite; e <= catalog.DuckDB; e++ {
		head := who + e.String() + " refuses "
		switch {
		case slices.ContainsFunc(s.engines, func(db Database) bool { return db.Kind() == e }):
			if no[e] != "" {
				out = append(out, head+no[e])
			}
		default:
			for line := range strings.Lines(a.Was()) {
				if strings.HasPrefix(line, head) {
					out = append(out, strings.TrimSpace(line))
				}
			}
		}
	}
	return out
}

// asked asks all engines as one viewer, holding PostgreSQL to the text run
// directly and the others to PostgreSQL. It says who refuses, and why.
func (s *shop) asked(a *spec.Args, draft string, views []policy.View, direct Database) (string, map[catalog.Engine]string) {
	t := a.T()
	t.Helper()
	first := s.engines[0].Ask(t, views[0], draft)
	if no := refused(first.Err); no != nil && no.Code != refusal.Value {
		return "refused " + words(no), nil
	}
	s.asItStands(a, draft, direct, first)
	no := map[catalog.Engine]string{}
	for i, db := range s.engines[1:] {
		if why := s.other(a, draft, db, first, db.Ask(t, views[i+1], draft)); why != "" {
			no[db.Kind()] = why
			s.refused[db.Kind().String()]++
		}
	}
	return summary(first), no
}

// asItStands holds an answer to the text run directly.
func (s *shop) asItStands(a *spec.Args, draft string, direct Database, got Answer) {
	t := a.T()
	t.Helper()
	want := direct.Direct(atNoon(draft))
	if got.Err != nil && want.Err != nil {
		return // both fail on a value
	}
	if d := comparison(draft).Differ(want, got); d != "" {
		t.Errorf("PostgreSQL directly and through the gate: %s\n%s\n%s", d, draft, text(got))
		return
	}
	for i, c := range want.Columns {
		if c.Name != got.Columns[i].Name {
			t.Errorf("column %d is %q and %q\n%s", i+1, c.Name, got.Columns[i].Name, draft)
		}
	}
}

// other holds another engine's answer to PostgreSQL's. It returns the words of a
// refusal.
func (s *shop) other(a *spec.Args, draft string, db Database, want, got Answer) string {
	a.T().Helper()
	no, how := refused(got.Err), comparison(draft)
	switch {
	case no != nil && no.Code == refusal.Value && want.Err != nil:
		return ""
	case no != nil && (no.Code == refusal.Engine || !got.Statement.Made()): // Trino tells when it plans
		return words(no)
	}
	if db.Kind() != catalog.SQLite {
		how.Digits = 14 // of quotients and averages
	}
	if d := how.Differ(want, got); d != "" {
		a.T().Errorf("%s: %s\n%s\n%s", db.Kind(), d, draft, text(got))
	}
	return ""
}

// text is what ran, if anything did.
func text(a Answer) string {
	if !a.Statement.Made() {
		return "nothing ran"
	}
	return a.Statement.Text()
}

func comparison(draft string) Comparison { return Comparison{Ordered: ordered(draft)} }

func refused(err error) *refusal.Refusal {
	var no *refusal.Refusal
	errors.As(err, &no)
	return no
}

func words(no *refusal.Refusal) string { return fmt.Sprintf("%s: %s", no.Code, no.Msg) }

// summary is how many rows there are and the first, as the draft orders them or
// as their texts are ordered.
func summary(a Answer) string {
	switch {
	case a.Err != nil:
		return "fails on a value"
	case len(a.Rows) == 0:
		return "no rows"
	case len(a.Rows) == 1:
		return "1 row: " + inLine(a.Rows[0])
	}
	return fmt.Sprintf("%d rows, one of them: %s", len(a.Rows), slices.MinFunc(lines(a), strings.Compare))
}

func lines(a Answer) []string {
	var out []string
	for _, row := range a.Rows {
		out = append(out, inLine(row))
	}
	return out
}

func inLine(row []types.Value) string {
	line := []rune(strings.ReplaceAll(Line(row), "\n", "⏎"))
	if len(line) > 100 {
		return string(line[:100]) + "…"
	}
	return string(line)
}

// atNoon says the instant of the gate in the text that runs as it stands.
func atNoon(draft string) string {
	return strings.NewReplacer("CURRENT_DATE", "DATE '2026-03-15'", "now()", "TIMESTAMPTZ '2026-03-15 12:00:00+00'",
		"CURRENT_TIMESTAMP", "TIMESTAMPTZ '2026-03-15 12:00:00+00'").Replace(draft)
}

// ordered reports whether the outermost query has an ORDER BY.
func ordered(draft string) bool {
	depth, quoted := 0, byte(0)
	for i := range len(draft) {
		switch c := draft[i]; {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.HasPrefix(draft[i:], "ORDER BY"):
			return true
		}
	}
	return false
}

// forMara is what of the shop the rules show mara.
func forMara(s Script) Script {
	west := map[int64]bool{}
	for i := range s.Tables {
		t := &s.Tables[i]
		t.Foreign = nil
		col := func(name string) int {
			return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
		}
		mask := func(name string, f func(types.Value) types.Value) {
			t.Columns[col(name)].NotNull = false
			for _, row := range t.Rows {
				if v := row[col(name)]; !v.IsNull() {
					row[col(name)] = f(v)
				}
			}
		}
		nothing := func(types.Value) types.Value { return types.Null }
		keep := func(types.Value) bool { return true }
		of := ""
		switch t.Name {
		case "stores":
			for _, row := range t.Rows {
				west[row[0].Int()] = row[col("region")].Text() == "West"
			}
			of, keep = "region", func(v types.Value) bool { return v.Text() == "West" }
			mask("manager", nothing)
		case "store_sales":
			of, keep = "store_id", func(v types.Value) bool { return west[v.Int()] }
		case "customers":
			of, keep = "segment", func(v types.Value) bool { return v.Text() != "school" }
			mask("email", nothing)
			mask("last_name", func(v types.Value) types.Value { return types.TextOf(string([]rune(v.Text())[:1])) })
			mask("born", func(v types.Value) types.Value { y, _, _ := v.YearMonthDay(); return value(date(int(y), 1, 1)) })
			mask("credit", func(v types.Value) types.Value { return value(thousands(v)) })
		case "reviews":
			of, keep = "stars", func(v types.Value) bool { return v.Int() > 1 }
		case "store_returns":
			quantity, reason := col("quantity"), col("reason")
			t.Rows = slices.DeleteFunc(t.Rows, func(row []types.Value) bool { return row[quantity].Int() >= 5 && !row[reason].IsNull() })
		}
		if of != "" {
			t.Rows = slices.DeleteFunc(t.Rows, func(row []types.Value) bool { return !keep(row[col(of)]) })
		}
	}
	return s
}

// thousands is the lower end of the thousand that v is in.
func thousands(v types.Value) dec {
	text := v.Format(types.Of(types.Numeric), time.UTC)
	whole, _, _ := strings.Cut(text, ".")
	var n int
	fmt.Sscan(whole, &n)
	if strings.HasPrefix(text, "-") && n%1000 == 0 || n < 0 && n%1000 != 0 {
		n -= 1000
	}
	return dec(fmt.Sprint(n / 1000 * 1000))
}
