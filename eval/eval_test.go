package eval_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/eval"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/viewer"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

type compiler = func(*catalog.Catalog) (*policy.Rules, error)

// everybody sees everything, as under --insecure-grant-all.
func everything(cat *catalog.Catalog) (*policy.Rules, error) { return rules.GrantAll(cat, "everybody") }

func all() viewer.Viewer { return viewer.Viewer{Name: "eval", Teams: []string{"everybody"}} }

// open opens one database for eval, as the command does.
func open(t testing.TB, url string, schemas []string, compile compiler) *eval.Database {
	t.Helper()
	target, err := dsn.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	limits := run.Limits{Rows: 100_000, Bytes: 1 << 28, Time: 30 * time.Second}
	e, err := postgres.New(postgres.Config{Target: target.(dsn.Postgres), Schemas: schemas, TimeZone: "UTC", Concurrent: 2, Log: run.Log{To: logger}})
	if err != nil {
		t.Fatal(err)
	}
	g, err := grille.Open(t.Context(), grille.Config{Engine: e, Rules: compile, Connection: "test", Limits: limits, Zone: time.UTC,
		Clock: time.Now, Random: rand.Reader, Key: bytes.Repeat([]byte("k"), 32), Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	d, err := eval.OpenDirect(t.Context(), eval.DirectConfig{Target: target, Schemas: schemas, Zone: "UTC", Time: limits.Time, Rows: int(limits.Rows)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(); _ = g.Close() })
	return &eval.Database{Grille: g, Direct: d, Log: func() string { s := log.String(); log.Reset(); return s }}
}

func config(t testing.TB, db *eval.Database, who viewer.Viewer, lines string) eval.Config {
	t.Helper()
	ls, err := eval.ReadLines(strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	return eval.Config{Lines: ls, Viewer: who, Zone: time.UTC, Open: func(_ context.Context, name string) (*eval.Database, error) {
		if name != "" {
			return nil, fmt.Errorf("there is no connection %q", name)
		}
		return db, nil
	}}
}

// shop is the database that eval/testdata/gateway describes, and its clerk.
func shop(t *testing.T) (pgtest.DB, compiler, viewer.Viewer) {
	t.Helper()
	db := pgtest.New(t, string(read(t, "testdata/gateway/schema.sql")))
	db.Exec("GRANT USAGE ON SCHEMA other_schema TO "+db.ReadOnlyRole(), "GRANT SELECT ON ALL TABLES IN SCHEMA other_schema TO "+db.ReadOnlyRole())
	text := read(t, "testdata/gateway/rules.yaml")
	secret, err := policy.NewSecret(bytes.Repeat([]byte("s"), 32))
	if err != nil {
		t.Fatal(err)
	}
	return db, func(cat *catalog.Catalog) (*policy.Rules, error) {
		return rules.Compile("rules.yaml", text, cat, rules.Options{Teams: []string{"clerks"}, Secret: secret, Connection: "shop"})
	}, viewer.Viewer{Name: "carla", Teams: []string{"clerks"}, Attributes: map[string][]string{"tenant": {"1"}}}
}

func verdicts(r eval.Report) string {
	var b strings.Builder
	for _, o := range r.Outcomes() {
		fmt.Fprintf(&b, "%s %s %s\n", o.ID, o.Verdict, o.Detail)
	}
	return b.String()
}

// Each verdict of eval sql, from a real database.
func TestSQLVerdicts(t *testing.T) {
	t.Parallel()
	db, _, _ := shop(t)
	schemas := []string{"public"}
	r, err := eval.SQL(t.Context(), config(t, open(t, db.ReadOnlyDSN, schemas, everything), all(), `
{"id":"same","sql":"SELECT region, count(*), avg(amount) FROM orders GROUP BY region ORDER BY 2, 1"}
{"id":"ties","sql":"SELECT tenant_id, id FROM users ORDER BY tenant_id"}
{"id":"alternatives","sql":["SELECT 1", "SELECT 1.50", "VALUES (1), (NULL)"]}
{"id":"dates","sql":"SELECT created_at, created_at::date, created_at - interval '1 day', items, NULL, true FROM orders"}
{"id":"unstable","sql":"SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.id > 3 LIMIT 7"}
{"id":"refused","sql":"SELECT pg_sleep(1)"}
{"id":"both","sql":"SELECT nothing FROM users"}
{"id":"both-run","sql":"SELECT 1 / (id - 3) FROM users"}
{"id":"lacking","sql":"SELECT st_area(name) FROM users"}
{"id":"foreign","dialect":"mysql","sql":"SELECT 1"}
{"id":"elsewhere","db":"nowhere","sql":["SELECT 1","SELECT 2"]}
{"id":"empty"}
not json
`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]eval.Verdict{}
	for _, o := range r.Outcomes() {
		got[o.ID] = o.Verdict
	}
	for id, want := range map[string]eval.Verdict{
		"same": eval.Same, "ties": eval.Same, "alternatives/1": eval.Same, "alternatives/2": eval.Same, "alternatives/3": eval.Same,
		"dates": eval.Same, "refused": eval.Refused, "both": eval.FailedBoth, "both-run": eval.FailedBoth, "lacking": eval.Skipped,
		"foreign": eval.Skipped, "elsewhere/1": eval.Failed, "elsewhere/2": eval.Failed, "empty": eval.Failed, "14": eval.Failed,
	} {
		if got[id] != want {
			t.Errorf("%s: got %q, want %q, in\n%s", id, got[id], want, verdicts(r))
		}
	}
	if v := got["unstable"]; v != eval.Unstable && v != eval.Same {
		t.Errorf("LIMIT without an order: got %q", v)
	}
	if r.N != 16 || r.Same < 6 || r.Failed != 4 || r.FailedBoth != 2 || r.Skipped != 2 || r.GateUS.P99 <= 0 {
		t.Errorf("got %+v", r)
	}
}

// Two databases that differ: eval sees it, and says where without a value.
func TestSQLDiffers(t *testing.T) {
	t.Parallel()
	const schema = `CREATE TABLE t (k int PRIMARY KEY, secret text); INSERT INTO t VALUES (1, 'one'), (2, 'two')`
	here, there := pgtest.New(t, schema), pgtest.New(t, schema, `UPDATE t SET secret = 'three' WHERE k = 2`)
	db := open(t, here.ReadOnlyDSN, []string{"public"}, everything)
	db.Direct = open(t, there.ReadOnlyDSN, []string{"public"}, everything).Direct
	r, err := eval.SQL(t.Context(), config(t, db, all(), `{"id":"a","sql":"SELECT k, secret FROM t"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := verdicts(r), "a differ rows differ in secret\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The drafts of the shop's own hostile model. The control sees everything, and
// there eval must find canaries; under the rules there is none.
func TestAttack(t *testing.T) {
	t.Parallel()
	db, compile, clerk := shop(t)
	lines := string(read(t, "testdata/gateway/drafts.jsonl"))
	canary := regexp.MustCompile(`CANARY-[A-Z0-9]+`)
	schemas := []string{"public", "other_schema"}

	under := open(t, db.ReadOnlyDSN, schemas, compile)
	under.Direct = nil
	c := config(t, under, clerk, lines)
	c.Canary = canary
	r, err := eval.Attack(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if r.Violations != 0 || r.Failed != 0 || r.Answered == 0 {
		t.Errorf("got %+v\n%s", r, verdicts(r))
	}

	control := open(t, db.ReadOnlyDSN, schemas, everything)
	control.Direct = nil
	c = config(t, control, all(), lines)
	c.Canary = canary
	if r, err = eval.Attack(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if r.Violations < 5 {
		t.Errorf("the control leaks everything, and eval found %d canaries:\n%s", r.Violations, verdicts(r))
	}
}

// A copy of the database without what the viewer may not see: an answer that
// differs from it is a violation, also without a canary.
func TestAttackAgainstCopy(t *testing.T) {
	t.Parallel()
	const schema = `CREATE TABLE t (k int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 10), (2, 20)`
	full, copied := pgtest.New(t, schema), pgtest.New(t, schema, "DELETE FROM t WHERE k = 2")
	db := open(t, full.ReadOnlyDSN, []string{"public"}, everything)
	db.Direct = open(t, copied.ReadOnlyDSN, []string{"public"}, everything).Direct
	c := config(t, db, all(), `{"id":"count","sql":"SELECT count(*) FROM t"}
{"id":"first","sql":"SELECT v FROM t WHERE k = 1"}`)
	c.Canary = regexp.MustCompile("CANARY")
	r, err := eval.Attack(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := verdicts(r), "count violation compared with the filtered copy: rows differ in count\nfirst answered \n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAllow(t *testing.T) {
	t.Parallel()
	db, compile, clerk := shop(t)
	r, err := eval.Allow(t.Context(), config(t, open(t, db.ReadOnlyDSN, []string{"public"}, compile), clerk, `
{"id":"cte","sql":"WITH orders AS (SELECT * FROM public.orders WHERE amount > 0) SELECT count(*) FROM orders"}
{"id":"hidden","sql":"SELECT ssn FROM customers"}
{"id":"lacking","sql":"SELECT st_intersects(a.geom, b.geom) FROM a JOIN b ON true"}
`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Allowed != 1 || r.FalseRefusals != 1 || r.Skipped != 1 || r.Refused["unknown-column"] != 1 {
		t.Errorf("got %+v\n%s", r, verdicts(r))
	}
}

func TestReportsPrint(t *testing.T) {
	r := &eval.SQLReport{Command: "sql", N: 2, Same: 1, Refused: eval.Refusals{"unknown-table": 1}, Lines: []eval.Outcome{{ID: "1", Verdict: eval.Same}, {ID: "2", Verdict: eval.Refused, Detail: "d"}}}
	var b bytes.Buffer
	if err := eval.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	want := `{"command":"sql","n":2,"same":1,"differ":0,"unstable":0,"refused":{"unknown-table":1},"failed":0,"failed_directly":0,"failed_both":0,"skipped":0,"gate_us":{"p50":0,"p99":0},"lines":[{"id":"1","verdict":"same"},{"id":"2","verdict":"refused","detail":"d"}],"seed":0}` + "\n"
	if b.String() != want {
		t.Errorf("got  %s\nwant %s", b.String(), want)
	}
	r.Keep(eval.Remarkable)
	b.Reset()
	if err := eval.WriteTable(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"same              1  (50.0 %)", "refused           1  (unknown-table 1)", "2  refused  d"} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("%q is not in\n%s", part, b.String())
		}
	}
	if r.Figures()["internal"] != 0 || r.Figures()["unknown-table"] != 1 {
		t.Error("codes are no figures")
	}
}

// shared reads a file of the data that are not part of this repository.
func shared(t *testing.T, path ...string) (folder string, text []byte) {
	t.Helper()
	if folder = os.Getenv("GRILLE_DATA"); folder == "" {
		folder = filepath.Join("..", "..", "shared", "data")
	}
	text, err := os.ReadFile(filepath.Join(folder, filepath.Join(path...)))
	if err != nil {
		t.Skipf("the data are not there: set GRILLE_DATA to their folder (%v)", err)
	}
	return folder, text
}

// What broke real gateways breaks nothing here, and is not refused for the wrong
// reason: a table that is there and granted is never unknown.
func TestGateway(t *testing.T) {
	t.Parallel()
	_, lines := shared(t, "attacks", "gateway.jsonl")
	db, compile, clerk := shop(t)
	under := open(t, db.ReadOnlyDSN, []string{"public", "other_schema"}, compile)
	under.Direct = nil
	c := config(t, under, clerk, string(lines))
	c.Canary = regexp.MustCompile(`CANARY-[A-Z0-9]+`)
	r, err := eval.Attack(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d lines: %d answered, %d skipped, refused %v", r.N, r.Answered, r.Skipped, r.Refused)
	if r.Violations != 0 || r.Failed != 0 || r.Refused["internal"] != 0 {
		t.Errorf("%d violations, %d could not be tried\n%s", r.Violations, r.Failed, verdicts(r))
	}
	for _, o := range r.Outcomes() {
		for _, granted := range []string{"users", "customers", "orders", "a", "b"} {
			if strings.HasSuffix(o.Detail, fmt.Sprintf("no table %q", granted)) || strings.HasSuffix(o.Detail, fmt.Sprintf("no table %q", "public."+granted)) {
				t.Errorf("line %s: %s", o.ID, o.Detail)
			}
		}
	}
}

// What real gateways refused and must not: refused is only what needs an
// extension.
func TestMustAllow(t *testing.T) {
	t.Parallel()
	_, lines := shared(t, "attacks", "must_allow.jsonl")
	db, compile, clerk := shop(t)
	r, err := eval.Allow(t.Context(), config(t, open(t, db.ReadOnlyDSN, []string{"public"}, compile), clerk, string(lines)))
	if err != nil {
		t.Fatal(err)
	}
	if r.FalseRefusals != 0 || r.Allowed < 8 {
		t.Errorf("got %+v\n%s", r, verdicts(r))
	}
}

// The gold queries of defog's sql-eval, where the data are at hand.
func TestGold(t *testing.T) {
	if testing.Short() {
		t.Skip("eleven databases")
	}
	data, lines := shared(t, "sql-eval", "gold_postgres.jsonl")
	opened := map[string]*eval.Database{}
	c := config(t, nil, all(), string(lines))
	c.Open = func(_ context.Context, name string) (*eval.Database, error) {
		if opened[name] == nil {
			db := pgtest.New(t)
			db.Script(filepath.Join(data, "defog-data", "defog_data", name, name+".sql"))
			schemas := []string{"public"}
			if name == "ewallet" {
				schemas = []string{"consumer_div"}
				db.Exec("GRANT USAGE ON SCHEMA consumer_div TO "+db.ReadOnlyRole(), "GRANT SELECT ON ALL TABLES IN SCHEMA consumer_div TO "+db.ReadOnlyRole())
			}
			opened[name] = open(t, db.ReadOnlyDSN, schemas, everything)
		}
		return opened[name], nil
	}
	r, err := eval.SQL(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	r.Keep(eval.Remarkable)
	t.Logf("%d texts, %d same, %d unstable, %d differ, refused %v; gate %+v us", r.N, r.Same, r.Unstable, r.Differ, r.Refused, r.GateUS)
	var careful []string
	for _, l := range c.Lines {
		shownSQL(t, opened[l.DB].Grille, l.SQL[0])
		careful = append(careful, warned(t, opened[l.DB].Grille, l)...)
	}
	// In both a join repeats the rows that are counted and averaged; each was read.
	if want := []string{"instruct_advanced_postgres#7", "instruct_advanced_postgres#34"}; !slices.Equal(careful, want) {
		t.Errorf("warnings of rows that are counted more than once: %v, want %v", careful, want)
	}
	var bounds []eval.Bound
	for _, text := range []string{"same>=1", "differ<=0", "internal<=0", "failed<=0"} {
		b, err := eval.ParseBound(text)
		if err != nil {
			t.Fatal(err)
		}
		bounds = append(bounds, b)
	}
	if missed, err := eval.Missed(bounds, r.Figures()); err != nil || len(missed) > 0 {
		t.Errorf("%v %v\n%s", missed, err, verdicts(r))
	}
}

// warned is the line, once for each of its texts that counts rows more than once.
func warned(t *testing.T, g *grille.Grille, l eval.Line) (ids []string) {
	t.Helper()
	for _, text := range l.SQL {
		if e, err := g.Explain(t.Context(), grille.Draft{SQL: text, Viewer: all()}); err == nil && len(e.Warnings) > 0 {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// shownSQL checks that the SQL which a viewer reads beside an answer gives that
// answer.
func shownSQL(t *testing.T, g *grille.Grille, text string) {
	t.Helper()
	rows := func(text string) ([]string, string) {
		a, err := g.SQL(t.Context(), grille.Draft{SQL: text, Viewer: all()})
		if err != nil {
			return []string{err.Error()}, ""
		}
		defer a.Close()
		var b bytes.Buffer
		if err := a.WriteCSV(&b); err != nil {
			return []string{err.Error()}, ""
		}
		_, data, _ := strings.Cut(b.String(), "\n")
		return slices.Sorted(strings.Lines(data)), a.SQL
	}
	want, shown := rows(text)
	if shown == "" {
		return // refused
	}
	if got, _ := rows(shown); !slices.Equal(got, want) {
		t.Errorf("%s\nis shown as\n%s\nwhich gives %d rows %.200q and not %d rows %.200q", text, shown, len(got), got, len(want), want)
	}
}
