package grille_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest/modeldouble"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/release"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
)

const (
	namesSchema = `CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT, given TEXT, surname TEXT, ref TEXT, town TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES clients (id), amount INTEGER);
`
	namesRows = `INSERT INTO clients VALUES
 (1, 'Green Valley Farms Ltd', 'rose', 'banks', 'P-10233', 'Quiet Waters'),
 (2, 'Blue Moon', NULL, NULL, 'P-10234', 'Silver Lake');
`
	// The client is of a row that nobody but the dictionary reads.
	namesRules = `version: 1
classes: {plain: {show: value}, secret: {show: never}}
tables:
  clients:
    columns:
      id: plain
      name: {class: secret, dictionary: true}
      given: {class: secret, dictionary: true}
      surname: {class: secret, dictionary: true}
      ref: {class: secret, dictionary: true}
      town: plain
    grants: {sellers: {rows: "id = 0"}}
  orders:
    columns: {id: plain, client_id: plain, amount: plain}
    grants: {sellers: {rows: all}}
`
)

func namesEngine(t *testing.T, kind catalog.Engine) run.Engine {
	t.Helper()
	var e run.Engine
	var err error
	if kind == catalog.SQLite {
		path := filepath.Join(t.TempDir(), "a.db")
		if err := oracle.FillSQLite(path, namesSchema+namesRows); err != nil {
			t.Fatal(err)
		}
		e, err = oracle.OpenSQLite(path, run.Log{})
	} else {
		e, err = oracle.OpenPostgres(pgtest.New(t, namesSchema, namesRows).ReadOnlyDSN, run.Log{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// namesSite is a site with a dictionary; told has the questions that a model got.
type namesSite struct {
	*grille.Grille
	told  []string
	store *shelfOfNames
}

type shelfOfNames struct {
	text  []byte
	saved int
	fails error
}

func (s *shelfOfNames) Load() ([]byte, error) { return s.text, s.fails }
func (s *shelfOfNames) Save(text []byte) error {
	s.text, s.saved = text, s.saved+1
	return s.fails
}

func newNamesSite(t *testing.T, e run.Engine, change func(*grille.Config), replace ...string) *namesSite {
	t.Helper()
	s := &namesSite{store: &shelfOfNames{}}
	c := config(t, e)
	text := strings.NewReplacer(replace...).Replace(namesRules)
	c.Rules = func(cat *catalog.Catalog) (*policy.Rules, error) {
		return rules.Compile("rules.yaml", []byte(text), cat, rules.Options{Teams: []string{"sellers"}, Connection: "demo"})
	}
	c.Names = grille.Names{Key: func() ([]byte, error) { return bytes.Repeat([]byte("n"), 32), nil }, Store: s.store}
	c.Model = modeldouble.New(t, func(_ context.Context, p egress.Prompt) (model.Draft, error) {
		s.told = append(s.told, p.Messages()[1].Text)
		return modeldouble.SQL("SELECT count(*) FROM orders")
	})
	if change != nil {
		change(&c)
	}
	s.Grille = open(t, c)
	return s
}

// ask gives the last question as a model was told it, or the code of a refusal.
func (s *namesSite) ask(t *testing.T, text string) string {
	t.Helper()
	a, err := s.Ask(t.Context(), grille.Question{Text: text, Viewer: of("sellers", "")})
	if err != nil {
		return string(refusal.CodeOf(err))
	}
	_ = a.Close()
	told := s.told[len(s.told)-1]
	return told[strings.LastIndex(told, "Question"):]
}

// Names of the site's own data are replaced although their words are plain, in
// whatever row they stand and whoever asks; what is not marked is not read.
func TestDictionary(t *testing.T) {
	t.Parallel()
	for _, kind := range []catalog.Engine{catalog.SQLite, catalog.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newNamesSite(t, namesEngine(t, kind), nil)
			for text, hidden := range map[string]string{
				"what did green valley farms order?":     "green valley farms",
				"orders of Green Valley Farms Ltd":       "Green Valley Farms Ltd",
				"what did blue moon order in 2024?":      "blue moon",
				"rose banks orders":                      "rose banks",
				"banks rose orders":                      "banks rose",
				"what did client P-10233 order?":         "P-10233",
				"what did client P-99999 order?":         "P-99999", // by its form: there is none
				"how many orders from blue-moon by day?": "blue-moon",
			} {
				if got := s.ask(t, text); strings.Contains(got, hidden) || !strings.Contains(got, "⟨WORD_") {
					t.Errorf("%s\nleft as %s", text, got)
				}
			}
			for _, text := range []string{
				"orders to quiet waters",            // a column that is not marked
				"what did green hill farms order?",  // no client
				"orders of blue and moon",           // no phrase
				"orders with more than 10233 euros", // a number
			} {
				if got := s.ask(t, text); strings.Contains(got, "⟨") {
					t.Errorf("%s\nleft as %s", text, got)
				}
			}
			if s.store.saved != 1 {
				t.Errorf("kept %d times", s.store.saved)
			}
			for _, secret := range []string{"green", "Valley", "moon", "10233"} {
				if bytes.Contains(s.store.text, []byte(secret)) {
					t.Errorf("%q stands in what is kept", secret)
				}
			}
		})
	}
}

// It is made anew after a day, when the rules change and on demand; and it is not
// trusted when it was changed.
func TestDictionaryIsMadeAnew(t *testing.T) {
	t.Parallel()
	e := namesEngine(t, catalog.SQLite)
	at := now
	clock := func(c *grille.Config) { c.Clock = func() time.Time { return at } }
	s := newNamesSite(t, e, clock)
	ask := func(s *namesSite, saved int) {
		t.Helper()
		if got := s.ask(t, "orders of blue moon"); strings.Contains(got, "blue moon") || s.store.saved != saved {
			t.Errorf("%s, kept %d times, want %d", got, s.store.saved, saved)
		}
	}
	ask(s, 1)
	at = at.Add(23 * time.Hour)
	ask(s, 1)
	at = at.Add(2 * time.Hour)
	ask(s, 2)
	if i, ok, err := s.Dictionary(t.Context()); err != nil || !ok || i.Names != 5 || i.Rows != 2 || s.store.saved != 3 {
		t.Errorf("%+v %v %v", i, ok, err)
	}
	next := newNamesSite(t, namesEngine(t, catalog.SQLite), clock) // another process
	next.store.text = s.store.text
	ask(next, 0)
	changed := newNamesSite(t, namesEngine(t, catalog.SQLite), clock, "town: plain", "town: secret")
	changed.store.text = s.store.text
	ask(changed, 1)
	broken := newNamesSite(t, namesEngine(t, catalog.SQLite), clock)
	broken.store.text = bytes.Clone(s.store.text)
	broken.store.text[len(broken.store.text)/2] ^= 1
	ask(broken, 1)
	lost := newNamesSite(t, namesEngine(t, catalog.SQLite), clock)
	lost.store.fails = errors.New("no disk")
	ask(lost, 1)
}

// Where it cannot be had, nothing leaves; where the switches forbid to read, or
// nothing is marked, there is none.
func TestNoDictionary(t *testing.T) {
	t.Parallel()
	noKey := newNamesSite(t, namesEngine(t, catalog.SQLite), func(c *grille.Config) { c.Names = grille.Names{} })
	if got := noKey.ask(t, "orders by day"); got != string(refusal.Internal) || len(noKey.told) != 0 {
		t.Error("no key:", got, noKey.told)
	}
	small := newNamesSite(t, namesEngine(t, catalog.SQLite), func(c *grille.Config) {
		c.Names.Limits = run.Limits{Rows: 1, Bytes: 1 << 20, Time: time.Minute}
	})
	if got := small.ask(t, "orders by day"); got != string(refusal.Limit) || len(small.told) != 0 {
		t.Error("more rows than the limit:", got, small.told)
	}
	for _, change := range [][]string{
		{", dictionary: true", ""},
		{"tables:\n  clients:", "tables:\n  clients:\n    values: none"},
		{"tables:\n  clients:", "tables:\n  clients:\n    run: show"},
		{"version: 1", "version: 1\nvalues: none"},
	} {
		s := newNamesSite(t, namesEngine(t, catalog.SQLite), nil, change...)
		if got := s.ask(t, "orders of blue moon"); !strings.Contains(got, "blue moon") || s.store.saved != 0 {
			t.Errorf("%v: %s", change, got)
		}
		if _, ok, err := s.Dictionary(t.Context()); ok || err != nil {
			t.Errorf("%v: %v, %v", change, ok, err)
		}
	}
}

// What was looked for is counted, whether it is a name or not: 1000 misses are an
// end, as 1000 hits are.
func TestDictionaryMissesAreCounted(t *testing.T) {
	t.Parallel()
	s := newNamesSite(t, namesEngine(t, catalog.SQLite), func(c *grille.Config) { c.Words = 3 })
	for _, step := range [][2]string{{"orders of blue sun", ""}, {"orders of blue stars", ""}, {"orders of green sun", ""},
		{"orders of green stars", string(refusal.WordBudget)}, {"orders of blue moon", string(refusal.WordBudget)}, {"orders by day", ""}} {
		if got := s.ask(t, step[0]); (step[1] != "") != (got == step[1]) {
			t.Errorf("%s: %s", step[0], got)
		}
	}
}

// The view with which it is read is for nobody to see, and no model.
func TestViewOfTheDictionary(t *testing.T) {
	t.Parallel()
	e := namesEngine(t, catalog.SQLite)
	cat, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := rules.Compile("rules.yaml", []byte(namesRules), cat, rules.Options{Teams: []string{"sellers"}, Connection: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	view, ok, err := policy.ForDictionary(r, cat)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	var names []string
	for _, table := range view.Visible().Tables {
		for _, c := range table.Columns {
			names = append(names, table.Name+"."+c.Name)
		}
	}
	if got := strings.Join(names, " "); got != "clients.name clients.given clients.surname clients.ref" {
		t.Errorf("it sees %s", got)
	}
	q, err := egress.ReadQuestion("how many orders?")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := answer.From(rowsOf(t, e, view), answer.Stamp{ID: "1", Time: now, Calendar: calendar.Calendar{Zone: time.UTC}, Key: []byte("k"), Fault: func(any) error { return nil }}); refusal.CodeOf(err) != refusal.Internal {
		t.Errorf("answer takes its rows: %v", err)
	}
	for name, use := range map[string]func(){
		"planner": func() { _, _ = planner.Understand(view, q, planner.Options{Now: now, Zone: time.UTC}) },
		"compose": func() { _, _, _ = egress.Composer{Random: zeros{}}.Compose(t.Context(), view, q) },
		"review":  func() { _, _, _ = egress.Composer{Random: zeros{}}.Review(view, q) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes it", name)
				}
			}()
			use()
		}()
	}
}

// rowsOf are the rows of the dictionary's view.
func rowsOf(t *testing.T, e run.Engine, view policy.View) *release.Rows {
	t.Helper()
	tree, err := syntax.Parse("SELECT name FROM clients")
	if err != nil {
		t.Fatal(err)
	}
	query, err := bind.Query(tree, view.Names(), bind.Env{Now: now, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := policy.Apply(view, query)
	if err != nil {
		t.Fatal(err)
	}
	stmt, err := emit.SQL(allowed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := e.Run(t.Context(), stmt, run.Limits{Rows: 10, Bytes: 1 << 20, Time: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := release.Open(raw)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
