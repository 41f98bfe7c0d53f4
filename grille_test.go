package grille_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/demo/load"
	"github.com/grille-dev/grille/eval"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/ledger/ledgertest"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/model/openai"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/release"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/viewer"
)

var now = time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)

func who(name string) viewer.Viewer {
	for _, v := range demo.Viewers() {
		if v.Name == name {
			return v.Viewer
		}
	}
	panic(name)
}

// config is that of the demo over an engine.
func config(t testing.TB, e run.Engine) grille.Config {
	t.Helper()
	secret, err := policy.NewSecret(bytes.Repeat([]byte("s"), 32))
	if err != nil {
		t.Fatal(err)
	}
	return grille.Config{
		Engine: e, Connection: "demo", Zone: time.UTC, Random: rand.Reader, Key: bytes.Repeat([]byte("k"), 32),
		Clock:  func() time.Time { return now },
		Limits: run.Limits{Rows: 100_000, Bytes: 1 << 28, Time: 5 * time.Minute},
		Rules: func(c *catalog.Catalog) (*policy.Rules, error) {
			return rules.Compile("rules.yaml", demo.Rules, c, rules.Options{
				Teams: []string{"clinicians", "analysts", "security"}, Secret: secret, Connection: "demo"})
		},
	}
}

func open(t testing.TB, c grille.Config) *grille.Grille {
	t.Helper()
	if c.Model != nil && c.Ledger == nil {
		c.Ledger = ledgertest.New(t)
	}
	g, err := grille.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// image is the demo as SQLite, made once.
var image = sync.OnceValues(func() ([]byte, error) { return demo.Image(context.Background(), now) })

func sqliteDemo(t testing.TB) run.Engine {
	t.Helper()
	bytes, err := image()
	if err != nil {
		t.Fatal(err)
	}
	e, err := sqlite.New(sqlite.Config{Image: bytes, TimeZone: "UTC", Concurrent: 2})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sqliteDirect asks the demo without Grille.
func sqliteDirect(t testing.TB) eval.Direct {
	t.Helper()
	bytes, err := image()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "demo.db")
	if err := os.WriteFile(path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	return direct(t, dsn.SQLite{Path: path})
}

func postgresDemo(t testing.TB) (run.Engine, eval.Direct, pgtest.DB) {
	t.Helper()
	db := pgtest.New(t)
	owner, err := dsn.Parse(db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Postgres(t.Context(), load.Config{Target: owner.(dsn.Postgres), Today: now}); err != nil {
		t.Fatal(err)
	}
	target, err := dsn.Parse(db.ReadOnlyDSN)
	if err != nil {
		t.Fatal(err)
	}
	e, err := postgres.New(postgres.Config{Target: target.(dsn.Postgres), Schemas: []string{load.Schema}, TimeZone: "UTC", Concurrent: 2})
	if err != nil {
		t.Fatal(err)
	}
	return e, direct(t, target), db
}

func direct(t testing.TB, target dsn.Target) eval.Direct {
	t.Helper()
	d, err := eval.OpenDirect(t.Context(), eval.DirectConfig{Target: target, Schemas: []string{load.Schema}, Zone: "UTC", Time: time.Minute, Rows: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// csv is an answer as CSV, or its refusal.
func csv(a *answer.Answer, err error) string {
	if err != nil {
		return err.Error()
	}
	defer a.Close()
	var b bytes.Buffer
	if err := a.WriteCSV(&b); err != nil {
		return err.Error()
	}
	_, rows, _ := strings.Cut(b.String(), "\n")
	return rows
}

func cells(t testing.TB, d eval.Direct, text string) string {
	t.Helper()
	c, err := d.Query(t.Context(), text, 0)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var b strings.Builder
	for _, row := range c.Rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			if v != nil {
				b.WriteString(*v)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// The whole journey on both engines: what a viewer gets is what the database
// gives when a person writes the viewer's rules into the query by hand.
func TestJourney(t *testing.T) {
	t.Parallel()
	const consented = "(SELECT id FROM patients WHERE consent)"
	cases := []struct{ who, asks, byHand string }{
		{"ines", "SELECT count(*) FROM visits", "SELECT count(*) FROM visits WHERE ward_id IN (3, 4)"},
		{"ines", "SELECT count(*), min(name), max(name) FROM patients", "SELECT count(*), min(name), max(name) FROM patients WHERE id IN (SELECT patient_id FROM visits WHERE ward_id IN (3, 4))"},
		{"ines", "SELECT count(*) FROM visits v JOIN patients p ON p.id = v.patient_id WHERE p.sex IS NULL",
			"SELECT count(*) FROM visits v JOIN patients p ON p.id = v.patient_id WHERE p.sex IS NULL AND v.ward_id IN (3, 4)"},
		{"ines", "SELECT count(*) FROM departments d WHERE NOT EXISTS (SELECT 1 FROM visits v WHERE v.department_id = d.id)",
			"SELECT count(*) FROM departments d WHERE NOT EXISTS (SELECT 1 FROM visits v WHERE v.department_id = d.id AND v.ward_id IN (3, 4))"},
		{"tom", "SELECT kind, count(*), sum(stay_days) FROM visits GROUP BY kind ORDER BY kind",
			"SELECT kind, count(*), sum(stay_days) FROM visits WHERE patient_id IN " + consented + " GROUP BY kind ORDER BY kind"},
		{"tom", "WITH visits AS (SELECT * FROM visits WHERE urgent) SELECT count(*) FROM visits",
			"SELECT count(*) FROM visits WHERE urgent AND patient_id IN " + consented},
		{"tom", "SELECT sum(amount) FROM invoices WHERE status = 'paid'",
			"SELECT sum(amount) FROM invoices i JOIN visits v ON v.id = i.visit_id WHERE status = 'paid' AND v.patient_id IN " + consented},
		{"tom", "SELECT count(DISTINCT name), count(email) FROM patients", "SELECT count(DISTINCT name), count(email) FROM patients WHERE consent"},
		{"tom", "SELECT birthday, count(*) FROM patients GROUP BY birthday ORDER BY birthday",
			"SELECT substr(CAST(birthday AS text), 1, 4) || '-01-01', count(*) FROM patients WHERE consent GROUP BY 1 HAVING count(*) >= 10 ORDER BY 1"},
	}
	try := func(t *testing.T, g *grille.Grille, d eval.Direct) {
		for _, c := range cases {
			got := csv(g.SQL(t.Context(), grille.Draft{SQL: c.asks, Viewer: who(c.who)}))
			if want := cells(t, d, c.byHand); normal(got) != normal(want) {
				t.Errorf("%s: %s: got %q, want %q", c.who, c.asks, got, want)
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		try(t, open(t, config(t, sqliteDemo(t))), sqliteDirect(t))
	})
	t.Run("postgres", func(t *testing.T) {
		e, d, _ := postgresDemo(t)
		try(t, open(t, config(t, e)), d)
	})
}

// normal drops what two engines write differently of one number.
func normal(s string) string {
	var b strings.Builder
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '\n' }) {
		if strings.Contains(f, ".") && strings.Trim(f, "0123456789.-") == "" {
			f = strings.TrimRight(strings.TrimRight(f, "0"), ".")
		}
		b.WriteString(f + ";")
	}
	return b.String()
}

// What a viewer may not see does not exist, in every position.
func TestClosed(t *testing.T) {
	t.Parallel()
	e := sqliteDemo(t)
	g := open(t, config(t, e))
	for text, want := range map[string]string{
		"SELECT insurance_number FROM patients":                     `unknown-column: patients has no column "insurance_number"`,
		"SELECT no_such FROM patients":                              `unknown-column: patients has no column "no_such"`,
		"SELECT * FROM staff":                                       `unknown-table: no table "staff"`,
		"SELECT * FROM nothing":                                     `unknown-table: no table "nothing"`,
		"SELECT count(*) FROM patients WHERE name = 'Maria Keller'": "masked-literal",
		"SELECT id FROM visits; DROP TABLE visits":                  "statements",
		"DELETE FROM visits":                                        "not-select",
		"ich möchte alles sehen":                                    "syntax",
		"":                                                          "empty",
		"SELECT 1 \x00":                                             "not-text",
		"SELECT " + strings.Repeat("(", 5000) + strings.Repeat(")", 10): "too-long",
	} {
		_, err := g.SQL(t.Context(), grille.Draft{SQL: text, Viewer: who("tom")})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60q: got %v, want %s", text, err, want)
		}
	}
	_, err := g.SQL(t.Context(), grille.Draft{SQL: "SELECT 1", Viewer: who("priya")})
	if refusal.CodeOf(err) != refusal.NoAccess {
		t.Errorf("priya: got %v, want no-access", err)
	}
	for _, text := range []string{"", strings.Repeat("a", 2<<20), "\xff\xfe\x00", "delete everything", "wo sind die Patienten?"} {
		a, err := g.Ask(t.Context(), grille.Question{Text: text, Viewer: who("tom")})
		if err == nil {
			a.Close()
		}
		if refusal.CodeOf(err) == "" || refusal.CodeOf(err) == refusal.Internal {
			t.Errorf("question %.20q: got %v, want a refusal", text, err)
		}
	}
}

// The suggested questions work for whoever is told to ask them.
func TestDemoQuestions(t *testing.T) {
	t.Parallel()
	e := sqliteDemo(t)
	g := open(t, config(t, e))
	for _, name := range []string{"ines", "tom"} {
		for _, q := range demo.Questions() {
			if got := csv(g.Ask(t.Context(), grille.Question{Text: q, Viewer: who(name)})); strings.Count(got, "\n") < 2 {
				t.Errorf("%s asks %q and gets %q", name, q, got)
			}
		}
	}
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	e := sqliteDemo(t)
	c := config(t, e)
	c.Limits.Rows = 3
	g := open(t, c)
	ask := func(text string) (*answer.Answer, answer.Receipt) {
		a, err := g.SQL(t.Context(), grille.Draft{SQL: text, Viewer: who("ines")})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		before := a.Receipt()
		for a.Next() {
		}
		return a, before
	}
	a, before := ask("SELECT id FROM wards WHERE id < 3")
	r := a.Receipt()
	if before.Complete || !r.Complete || r.Rows != 2 || r.Viewer != "ines" || r.Team != "clinicians" || r.Connection != "demo" || !r.Time.Equal(now) {
		t.Errorf("got %+v before the rows and %+v after them", before, r)
	}
	again, _ := ask("SELECT id FROM wards WHERE id < 3")
	other, _ := ask("SELECT id FROM wards WHERE id < 4")
	if again.Receipt().Statement != r.Statement || other.Receipt().Statement == r.Statement || again.Receipt().ID == r.ID {
		t.Error("the digest does not stand for the statement, or an id for the answer")
	}
	if cut, _ := ask("SELECT id FROM visits"); cut.Receipt().Complete || cut.Receipt().Rows != 3 || !strings.Contains(cut.Receipt().Note, "limit of rows") {
		t.Errorf("got %+v of an answer that was cut", cut.Receipt())
	}
}

// A fault becomes a refusal with an id; the stack goes to the operator alone.
func TestFaults(t *testing.T) {
	t.Parallel()
	e := sqliteDemo(t)
	var log bytes.Buffer
	c := config(t, faulty{e})
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	g := open(t, c)
	_, err := g.SQL(t.Context(), grille.Draft{SQL: "SELECT 1", Viewer: who("ines")})
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Code != refusal.Internal || strings.Contains(err.Error(), "boom") || !strings.Contains(log.String(), "boom") {
		t.Fatalf("got %v, and the log has %s", err, log.String())
	}
	id := no.Try[strings.LastIndexByte(no.Try, ' ')+1:]
	if !strings.Contains(log.String(), "id="+id) {
		t.Errorf("the log does not have the id %s that the refusal names", id)
	}
}

// A fault while rows stream is told like one before.
func TestFaultsInRows(t *testing.T) {
	t.Parallel()
	e := sqliteDemo(t)
	g := open(t, config(t, faultyRows{e}))
	a, err := g.SQL(t.Context(), grille.Draft{SQL: "SELECT id FROM wards", Viewer: who("ines")})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if a.Next() || refusal.CodeOf(a.Err()) != refusal.Internal || a.Next() || a.Receipt().Complete {
		t.Errorf("got %v and %+v", a.Err(), a.Receipt())
	}
}

type faultyRows struct{ run.Engine }

func (faultyRows) Run(_ context.Context, stmt emit.Statement, l run.Limits) (*run.Rows, error) {
	return run.Stream(stmt, l, faultySource{})
}

type faultySource struct{ run.Source }

func (faultySource) Close() error { return nil }

type faulty struct{ run.Engine }

func (faulty) Run(context.Context, emit.Statement, run.Limits) (*run.Rows, error) { panic("boom") }

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	e := sqliteDemo(t)
	for name, breakIt := range map[string]func(*grille.Config){
		"Engine": func(c *grille.Config) { c.Engine = nil }, "Rules": func(c *grille.Config) { c.Rules = nil },
		"Connection": func(c *grille.Config) { c.Connection = "" }, "Zone": func(c *grille.Config) { c.Zone = nil },
		"Clock": func(c *grille.Config) { c.Clock = nil }, "Random": func(c *grille.Config) { c.Random = nil },
		"Key": func(c *grille.Config) { c.Key = []byte("short") }, "limit of rows": func(c *grille.Config) { c.Limits.Rows = 0 },
	} {
		c := config(t, e)
		breakIt(&c)
		if _, err := grille.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: got %v", name, err)
		}
	}
}

// Nobody can skip a stage: what was not made by it is refused.
func TestZeroProofs(t *testing.T) {
	t.Parallel()
	if _, err := release.Open(nil); err == nil {
		t.Error("release opened nothing")
	}
	if _, err := release.Open(&run.Rows{}); err == nil {
		t.Error("release opened rows of no statement")
	}
	stamp := answer.Stamp{ID: "x", Time: now, Calendar: calendar.Calendar{Zone: time.UTC}, Key: []byte("k"), Fault: func(any) error { return nil }}
	for _, rows := range []*release.Rows{nil, {}} {
		if _, err := answer.From(rows, stamp); err == nil {
			t.Error("answer took rows that nobody released")
		}
	}
}

// A table that changes between two questions: one refusal, then the new table.
func TestDrift(t *testing.T) {
	t.Parallel()
	e, _, db := postgresDemo(t)
	g := open(t, config(t, e))
	ask := func() string {
		return csv(g.SQL(t.Context(), grille.Draft{SQL: "SELECT count(*) FROM wards", Viewer: who("ines")}))
	}
	if got := ask(); got != "16\n" {
		t.Fatalf("got %q", got)
	}
	db.Exec("ALTER TABLE grille_demo.wards ALTER COLUMN beds TYPE numeric")
	if got := ask(); !strings.HasPrefix(got, "drift") {
		t.Errorf("got %q, want a refusal", got)
	}
	if got := ask(); got != "16\n" {
		t.Errorf("got %q after the outline was read anew", got)
	}
}

// A database that is not there, with the reason in our own words.
func TestDown(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	e, err := postgres.New(postgres.Config{Target: dsn.Postgres{Host: "127.0.0.1", Port: uint16(port), User: "u", Database: "d", Plain: true},
		TimeZone: "UTC", Concurrent: 1, Connect: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := grille.Open(t.Context(), config(t, e)); refusal.CodeOf(err) != refusal.Down {
		t.Errorf("got %v, want down", err)
	}
}

// newChat is a server that speaks chat completions.
func newChat(t *testing.T, replies ...string) *modeltest.Server {
	t.Helper()
	return modeltest.Serve(t, modeltest.Chat(replies...))
}

func sqlReply(text string) string { return modeltest.SQL(text) }

func client(t *testing.T, s *modeltest.Server) model.Client {
	t.Helper()
	client, err := openai.New(openai.Config{EndpointConfig: model.EndpointConfig{Provider: "test", URL: s.URL}, Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func withModel(t *testing.T, s *modeltest.Server) *grille.Grille {
	t.Helper()
	cfg := config(t, sqliteDemo(t))
	cfg.Model = client(t, s)
	return open(t, cfg)
}

// A model drafts, is told once what is wrong, and never sees a stored value.
func TestModel(t *testing.T) {
	t.Parallel()
	server := newChat(t, sqlReply("SELECT ward, count(*) FROM visits GROUP BY ward"), sqlReply("SELECT kind, count(*) FROM visits GROUP BY kind ORDER BY kind"))
	g := withModel(t, server)
	var trace grille.Trace
	got := csv(g.Ask(t.Context(), grille.Question{Text: "how many visits of each kind?", Viewer: who("tom"), Trace: &trace}))
	if !strings.HasPrefix(got, "emergency,") || strings.Count(got, "\n") != 3 {
		t.Errorf("got %q", got)
	}
	if len(server.Bodies()) != 2 || len(trace.Sent) != 2 || string(trace.Sent[1].Body) != server.Bodies()[1] {
		t.Fatalf("%d requests came, and the trace has %d", len(server.Bodies()), len(trace.Sent))
	}
	if !strings.Contains(server.Bodies()[1], "no such column") {
		t.Errorf("the repair does not say what was wrong: %s", server.Bodies()[1])
	}
	for _, body := range server.Bodies() {
		for _, hidden := range []string{"Keller", "emergency", "insurance_number", "Aldenburg", `\"email\"`, "clinicians", "consented"} {
			if strings.Contains(body, hidden) {
				t.Errorf("%q left in %s", hidden, body)
			}
		}
	}
}

// Personal data of the question stay here and come back as a parameter.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	server := newChat(t, sqlReply("SELECT count(*) FROM departments WHERE name = 'PLACEHOLDER' OR name LIKE '%PLACEHOLDER'"))
	g := withModel(t, server)
	var trace grille.Trace
	a, err := g.Ask(t.Context(), grille.Question{Text: "is there a department called cardio_x@example.org?", Viewer: who("tom"), Trace: &trace})
	if got := csv(a, err); got != "0\n" {
		t.Errorf("got %q", got)
	}
	if strings.Contains(server.Bodies()[0], "cardio") || strings.Contains(trace.Draft, "cardio") {
		t.Errorf("the address left: %s", server.Bodies()[0])
	}
	if !strings.Contains(a.SQL, `'cardio_x@example.org'`) || !strings.Contains(a.SQL, `'%cardio\_x@example.org'`) {
		t.Errorf("the address did not come back: %s", a.SQL)
	}
}

// A placeholder where a number is meant is the number of the question; whether it
// is one, no model hears.
func TestPlaceholderOfANumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ question, ran, refused string }{
		{"how many visits has patient 123456789012?", "patient_id = 123456789012", ""},
		{"how many visits has ann@example.org?", "", "'ann@example.org' is not a value of type"},
	} {
		server := newChat(t, sqlReply("SELECT count(*) FROM visits WHERE patient_id = 'PLACEHOLDER'"))
		a, err := withModel(t, server).Ask(t.Context(), grille.Question{Text: c.question, Viewer: who("ines")})
		switch {
		case c.refused != "":
			if refusal.CodeOf(err) != refusal.Constant || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%s: got %v, want %s", c.question, err, c.refused)
			}
		case err != nil || !strings.Contains(a.SQL, c.ran):
			t.Errorf("%s: got %v", c.question, err)
		}
		if len(server.Bodies()) != 1 || strings.Contains(server.Bodies()[0], "123456789012") {
			t.Errorf("%s: sent %q", c.question, server.Bodies())
		}
	}
}

// What a model says that is no query is told in our own words.
func TestModelSaysNo(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]refusal.Code{
		`{"kind": "cannot_answer", "sql": null, "what": null}`:            refusal.CannotAnswer,
		`{"kind": "clarify", "sql": null, "what": "period"}`:              refusal.NotUnderstood,
		`<html>not a model</html>`:                                        refusal.Model,
		sqlReply("SELECT pg_sleep(10)"):                                   refusal.Model, // asked twice more, then given up
		sqlReply("SELECT count(*) FROM patients WHERE name = '⟨X_1234⟩'"): refusal.Model,
	} {
		server := newChat(t, reply)
		_, err := withModel(t, server).Ask(t.Context(), grille.Question{Text: "how many visits?", Viewer: who("tom")})
		if refusal.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %s", reply, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "html") {
			t.Errorf("the model's words are repeated: %v", err)
		}
		if len(server.Bodies()) > 3 {
			t.Errorf("%s: asked %d times", reply, len(server.Bodies()))
		}
	}
}

// Two viewers, the same words: what explain says depends on rules and query.
func TestExplain(t *testing.T) {
	t.Parallel()
	e := sqliteDemo(t)
	g := open(t, config(t, e))
	x, err := g.Explain(t.Context(), grille.Draft{SQL: "SELECT count(DISTINCT name) AS names, birthday, 'hello' AS note FROM patients GROUP BY birthday", Viewer: who("tom")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		"a row rule applies to patients: patients who consented",
		"patients is seen in groups of at least 10: smaller ones are left out, and numbers that would tell of fewer are empty",
	}, x.Rules); diff != "" {
		t.Error(diff)
	}
	if len(x.Notes) != 2 || !x.Columns[2].Constant || x.Columns[0].Constant {
		t.Errorf("got %+v", x)
	}
	for _, hidden := range []string{"consent ", "= true", "insurance_number", "notes"} {
		if strings.Contains(x.SQL, hidden) {
			t.Errorf("%q is told in %s", hidden, x.SQL)
		}
	}
}

// A condition that is copied inside of a fence is told once.
func TestExplainTellsOnce(t *testing.T) {
	t.Parallel()
	g := open(t, config(t, sqliteDemo(t)))
	x, err := g.Explain(t.Context(), grille.Draft{SQL: "SELECT 1 / (id - 5) FROM patients WHERE id = 4711", Viewer: who("ines")})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{x.SQL, strings.Join(x.Words, "\n")} {
		if strings.Count(text, "4711") != 1 {
			t.Errorf("told otherwise than once in %s", text)
		}
	}
}
