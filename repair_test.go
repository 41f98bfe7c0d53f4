package grille_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest/modeldouble"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

// TestMain has random tests leave no files behind: what they found is printed, and
// belongs into a test of its own.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// Two databases of one outline whose rows have nothing in common. In the second
// one divisions fail, sums pass the end of their type, groups are too small.
const repairSchema = `
CREATE TABLE wards (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE people (id INTEGER PRIMARY KEY, ward_id INTEGER NOT NULL REFERENCES wards(id), name TEXT NOT NULL,
  email TEXT NOT NULL, salary BIGINT NOT NULL, code TEXT NOT NULL);
`

var repairRows = [2]string{
	`INSERT INTO wards VALUES (1, 'North'), (2, 'South');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
INSERT INTO people SELECT i, 1 + i % 2, 'p' || i, 'ann.lee@example.org', i, '7' FROM n;`,
	`INSERT INTO wards VALUES (7, 'CANARY-ward');
INSERT INTO people VALUES (9, 7, 'CANARY-name', 'CANARY@example.org', 9223372036854775807, 'CANARY'), (10, 7, 'x', '', 0, '');`,
}

const repairRules = `
version: 1
classes: {plain: {show: value}, pseudonym: {show: hash}, own: {show: value, model: hide}}
tables:
  wards: {columns: {id: plain, name: plain}, grants: {clerks: {rows: all}, analysts: {rows: all}}}
  people:
    columns: {id: plain, ward_id: plain, name: pseudonym, email: plain, salary: plain, code: own}
    grants:
      clerks: {rows: "salary >= 0"}
      analysts: {rows: all, min_group: {entity: id, size: 5}}
`

// repairDrafts are what a model may say, in any order.
var repairDrafts = []string{
	"SELECT count(*) FROM people", "SELECT name FROM wards ORDER BY name",
	"SELECT 1 / (id - 9) FROM people",                                                  // fails on a visible row of one of them
	"SELECT sum(salary * salary) FROM people", "SELECT CAST(email AS int) FROM people", // the same
	"SELECT name FROM wards WHERE name = 'North'", "SELECT * FROM wards WHERE id > 100", // empty in one, in both
	"SELECT ward_id, count(*) FROM people GROUP BY ward_id", // too small in one
	"SELECT count(*) FROM people a, people b, people c",     // above the limit, in one
	"SELECT * FROM people a, people b",
	"SELECT email FROM people WHERE email = '⟨EMAIL_PUT⟩'", "SELECT email FROM people WHERE email LIKE '%⟨EMAIL_PUT⟩'",
	"SELECT count(*) FROM people WHERE email = 'x⟨EMAIL_PUT⟩'", "SELECT count(*) FROM people WHERE id = '⟨EMAIL_PUT⟩'",
	"SELECT id FROM people WHERE salary = '⟨ID_PUT⟩'", "SELECT id FROM people WHERE salary > '⟨ID_PUT⟩' OR email = '⟨EMAIL_PUT⟩'",
	"SELECT id FROM people WHERE salary = 1", "SELECT count(*) FROM people WHERE salary > 5",
	"SELECT count(*) FROM people WHERE name = 'p1'", "SELECT name, count(*) FROM people GROUP BY name",
	"SELECT code FROM people", "SELECT salry FROM people", "SELECT count(*) FROM secrets", "SELECT count(code) FROM people",
	"SELECT", "not SQL", "SELECT 1; SELECT 2", "DELETE FROM people", "SELECT pg_sleep(1)", "SELECT name + 1 FROM wards",
	"SELECT YEAR(salary) FROM people", "SELECT id FROM people WHERE email = \"p1\"", "SELECT id FROM people WHERE ROWNUM < 3 AND \"code\" = 1",
	"SELECT IFNULL(email, '⟨EMAIL_PUT⟩') FROM people LIMIT 5 ORDER BY id", "SELECT IFNULL(email, '⟨EMAIL_PUT⟩') FROM people",
	"SELECT sum(w.id) FROM wards w JOIN people p ON p.ward_id = w.id", "SELECT count(w.id), avg(w.id) FROM people p JOIN wards w ON p.salary > w.id",
	"SELECT name, count(*) FROM wards", "SELECT id FROM people JOIN wards ON true", "SELECT 'x' || \xff",
}

// repairSide is one of the two databases, with a model that says the drafts of
// script, one after the other; sent is what it is sent.
type repairSide struct {
	g      *grille.Grille
	script []string
	sent   []string
	after  *grille.Conversation
}

// repairEngine opens one of the two databases on an engine.
func repairEngine(t *testing.T, on oracle.Engine, rows string) run.Engine {
	t.Helper()
	var e run.Engine
	var err error
	switch on {
	case oracle.SQLite:
		path := filepath.Join(t.TempDir(), "a.db")
		if err := oracle.FillSQLite(path, repairSchema+rows); err != nil {
			t.Fatal(err)
		}
		e, err = oracle.OpenSQLite(path, run.Log{})
	case oracle.Postgres:
		e, err = oracle.OpenPostgres(pgtest.New(t, repairSchema, rows).ReadOnlyDSN, run.Log{})
	default:
		panic("unknown engine")
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func repairSides(t *testing.T, on oracle.Engine) [2]*repairSide {
	t.Helper()
	var sides [2]*repairSide
	for i, rows := range repairRows {
		c := config(t, repairEngine(t, on, rows))
		c.Limits.Rows, c.Predicates, c.Random = 1000, 1_000_000, zeros{}
		c.Rules = func(cat *catalog.Catalog) (*policy.Rules, error) {
			secret, err := policy.NewSecret(bytes.Repeat([]byte("s"), 32))
			if err != nil {
				return nil, err
			}
			return rules.Compile("rules.yaml", []byte(repairRules), cat, rules.Options{Teams: []string{"clerks", "analysts"}, Secret: secret, Connection: "demo"})
		}
		s := &repairSide{}
		c.Model = modeldouble.New(t, s.draft)
		s.g = open(t, c)
		sides[i] = s
	}
	return sides
}

// zeros makes the same placeholders each time.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func (s *repairSide) draft(_ context.Context, p egress.Prompt) (model.Draft, error) {
	s.sent = append(s.sent, fmt.Sprintf("%q %s", p.Messages(), p.Schema()))
	if len(s.sent) > len(s.script) {
		return model.Draft{Kind: model.CannotAnswer}, nil
	}
	return modeldouble.SQL(strings.NewReplacer("EMAIL_PUT", "EMAIL_aaaa", "ID_PUT", "ID_aaaa").Replace(s.script[len(s.sent)-1]))
}

// ask is what one question has the model sent, and what came of it.
func (s *repairSide) ask(t *testing.T, team, text string, script []string) ([]string, refusal.Code) {
	s.sent, s.script = nil, script
	a, err := s.g.Ask(t.Context(), grille.Question{Text: text, Viewer: viewer.Viewer{Name: "v", Teams: []string{team}}, After: s.after})
	if err == nil {
		for a.Next() {
		}
		err = a.Err()
		_ = a.Close()
	}
	return s.sent, refusal.CodeOf(err)
}

// onBoth runs a property on both engines, each with its two databases.
func onBoth(t *testing.T, property func(t *testing.T, sides [2]*repairSide)) {
	for _, e := range []oracle.Engine{oracle.SQLite, oracle.Postgres} {
		t.Run(e.String(), func(t *testing.T) { property(t, repairSides(t, e)) })
	}
}

// Over both databases, and for two people of whom only one is in them, the model
// is sent the same bytes, whatever it says.
func TestRepairTellsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, sides [2]*repairSide) {
		differed := map[string]bool{} // results that tell the databases apart: the test can fail
		try := func(r interface{ Fatalf(string, ...any) }, team string, script ...string) {
			one, first := sides[0].ask(t, team, "is ann.lee@example.org one of the people, or 123456789012?", script)
			two, second := sides[1].ask(t, team, "is 50%_x'y@a.de one of the people, or 99999999999999999999?", script)
			if !slices.Equal(one, two) {
				r.Fatalf("the requests differ:\n%s\n%s", strings.Join(one, "\n"), strings.Join(two, "\n"))
			}
			if len(one) > 3 {
				r.Fatalf("%d requests", len(one))
			}
			if first != second {
				differed[string(first+"/"+second)] = true
			}
		}
		for _, draft := range repairDrafts {
			try(t, "clerks", draft)
			try(t, "analysts", draft)
		}
		rapid.Check(t, func(r *rapid.T) {
			script := rapid.SliceOfN(rapid.SampledFrom(repairDrafts), 1, 4).Draw(r, "drafts")
			try(r, rapid.SampledFrom([]string{"clerks", "analysts"}).Draw(r, "team"), script...)
		})
		if t.Logf("told apart by their answers: %v", differed); len(differed) == 0 {
			t.Error("nothing tells the two databases apart: the test cannot fail")
		}
	})
}
