// Package runtest is what every engine must do. The tests of an engine call
// [Engine] with a harness around a fresh database that holds [Tables]; each
// statement goes the whole way from a draft to the engine.
package runtest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// Canary is a stored value that must never be quoted.
const Canary = "kanarienvogel"

// Many is the number of rows of table numbers.
const Many = 20_000

// Tables makes the tables of the suite, in words that every engine knows. The
// harness fills numbers (n) with 1 to [Many] itself.
func Tables() []string {
	return []string{
		`CREATE TABLE things (id bigint NOT NULL PRIMARY KEY, label text NOT NULL, amount numeric, at timestamp, born date, good boolean, weight double precision)`,
		`INSERT INTO things VALUES (1, 'a', 1.5, '2024-02-29 12:00:00', '2024-02-29', true, 0.1)`,
		`INSERT INTO things VALUES (2, 'ünï 🦊''s "x"', -3.5, '1969-12-31 23:59:59', '0999-01-01', false, 1e300)`,
		`INSERT INTO things VALUES (3, '', NULL, NULL, NULL, NULL, NULL)`,
		`CREATE TABLE broken (id bigint NOT NULL PRIMARY KEY, word text, zero bigint)`,
		`INSERT INTO broken VALUES (1, '` + Canary + `', 0)`,
		`CREATE TABLE moving (id bigint NOT NULL PRIMARY KEY, note text, ssn text)`,
		`INSERT INTO moving VALUES (1, 'note', '` + Canary + `')`,
		`CREATE TABLE numbers (n bigint NOT NULL PRIMARY KEY)`,
		`CREATE TABLE tenants (id bigint NOT NULL PRIMARY KEY, tenant varchar(20))`,
		`INSERT INTO tenants VALUES (1, 'acme')`,
		`INSERT INTO tenants VALUES (2, 'ACME')`,
		`INSERT INTO tenants VALUES (3, 'acme ')`,
		`INSERT INTO tenants VALUES (4, 'ácme')`,
		`INSERT INTO tenants VALUES (5, '5')`,
		`INSERT INTO tenants VALUES (6, '05')`,
		`INSERT INTO tenants VALUES (7, '')`,
		`INSERT INTO tenants VALUES (8, '5x')`,
	}
}

// Harness is an engine on a database with the suite's tables. Functions that
// the engine's kind has no use for are nil.
type Harness struct {
	Engine run.Engine
	// Log is what the operator's log holds so far.
	Log func() string
	// Exec runs texts as the owner of the tables.
	Exec func(t testing.TB, text ...string)
	// Running counts the statements that the database works on for the engine.
	Running func(t testing.TB) int
	// Break ends the engine's connections in the database.
	Break func(t testing.TB)
	// NoKeys: the engine's kind knows of no keys.
	NoKeys bool
	// Down is an engine of the same kind whose database is not there.
	Down run.Engine
}

// Engine runs the suite. open is called once for each test.
func Engine(t *testing.T, open func(t *testing.T) Harness) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"introspects", introspects},
		{"is not refused", posture},
		{"refuses what was not made", notMade},
		{"gives values back", values},
		{"compares texts exactly", exactTexts},
		{"cuts at rows", cutsRows},
		{"cuts at bytes", cutsBytes},
		{"stops at the time", stopsInTime},
		{"cancels in the middle", cancels},
		{"closes in the middle", closes},
		{"says no value in errors", errorWords},
		{"notices drift", drift},
		{"serves several at once", concurrent},
		{"says that it is down", down},
		{"survives broken connections", broken},
		{"serves no more when closed", closed},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// Limits are wide ones.
func Limits() run.Limits { return run.Limits{Rows: 1 << 40, Bytes: 1 << 40, Time: time.Minute} }

// Open is the view of somebody to whom everything in c is open.
func Open(t testing.TB, c *catalog.Catalog) policy.View {
	t.Helper()
	plain := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}}
	cfg := policy.Config{File: "runtest", Version: "1", Catalog: c}
	for _, table := range c.Tables {
		columns := map[catalog.ColumnID]*policy.Class{}
		for _, col := range table.Columns {
			columns[col.ID] = plain
		}
		cfg.Tables = append(cfg.Tables, policy.Table{
			Table: table.ID, AsView: !policy.Stored(table.Kind), Columns: columns,
			Grants: []policy.Grant{{Team: "everyone", All: true}},
		})
	}
	rules, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Name: "ana", Teams: []string{"everyone"}}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// Statement takes a draft the whole way to a statement.
func Statement(view policy.View, draft string) (emit.Statement, error) {
	tree, err := syntax.Parse(draft)
	if err != nil {
		return emit.Statement{}, err
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{Now: time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		return emit.Statement{}, err
	}
	allowed, err := policy.Apply(view, q)
	if err != nil {
		return emit.Statement{}, err
	}
	return emit.SQL(allowed)
}

// outline is the catalog of the harness's database.
func outline(t testing.TB, h Harness) *catalog.Catalog {
	t.Helper()
	c, err := h.Engine.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func statement(t testing.TB, h Harness, draft string) emit.Statement {
	t.Helper()
	s, err := Statement(Open(t, outline(t, h)), draft)
	if refusal.CodeOf(err) == refusal.Engine {
		t.Skipf("this engine cannot say %s: %v", draft, err)
	}
	if err != nil {
		t.Fatalf("%s: %v", draft, err)
	}
	return s
}

// read reads rows to their end, and closes them.
func read(rows *run.Rows, err error) ([]string, error) {
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
			if v.Kind() == types.Numeric { // an engine may give another scale
				cells = append(cells, v.GroupKey()[1:])
				continue
			}
			cells = append(cells, v.Format(cols[i].Type, time.UTC))
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out, rows.Err()
}

func introspects(t *testing.T, h Harness) {
	c := outline(t, h)
	if c.Engine != h.Engine.Kind() {
		t.Errorf("the catalog is of %s", c.Engine)
	}
	things := c.All().Lookup("", "things")
	if things == nil {
		t.Fatal("no table things")
	}
	var got []string
	for _, col := range things.Columns {
		got = append(got, col.Name+" "+col.Type.String())
	}
	const want = "id int8, label text, amount numeric, at timestamp, born date, good bool, weight float8"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("things has %s", s)
	}
	if h.NoKeys {
		if things.Unique != nil {
			t.Errorf("things has the keys %v", things.Unique)
		}
	} else if len(things.Unique) != 1 || len(things.Unique[0]) != 1 || things.Column(things.Unique[0][0]).Name != "id" {
		t.Errorf("things has the keys %v", things.Unique)
	}
	if again := outline(t, h); again.Version != c.Version || c.Version == "" {
		t.Error("the same database has two versions")
	}
}

func posture(t *testing.T, h Harness) {
	p, err := h.Engine.Posture(t.Context())
	if err != nil || p.Refused() {
		t.Error(p, err)
	}
}

func notMade(t *testing.T, h Harness) {
	if _, err := h.Engine.Run(t.Context(), emit.Statement{}, Limits()); refusal.CodeOf(err) != refusal.Internal {
		t.Errorf("the zero statement: %v", err)
	}
	if _, err := h.Engine.Run(t.Context(), foreign(t, h), Limits()); refusal.CodeOf(err) != refusal.Internal || !strings.Contains(err.Error(), "not made for") {
		t.Errorf("another engine's statement: %v", err)
	}
	s := statement(t, h, `SELECT id FROM things`)
	for _, l := range []run.Limits{{}, {Rows: 1, Bytes: 1}, {Rows: 1, Time: time.Second}, {Bytes: 1, Time: time.Second}, {Rows: -1, Bytes: 1, Time: time.Second}} {
		if _, err := h.Engine.Run(t.Context(), s, l); refusal.CodeOf(err) != refusal.Internal {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

// foreign is a statement for another kind of database over the same tables.
func foreign(t *testing.T, h Harness) emit.Statement {
	t.Helper()
	c := *outline(t, h)
	if c.Engine = catalog.Postgres; h.Engine.Kind() == catalog.Postgres {
		c.Engine = catalog.SQLite
	}
	s, err := Statement(Open(t, &c), "SELECT 1 AS one")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func values(t *testing.T, h Harness) {
	for draft, want := range map[string][]string{
		`SELECT * FROM things ORDER BY id`: {
			"1|a|1.5|2024-02-29 12:00:00|2024-02-29|t|0.1",
			`2|ünï 🦊's "x"|-3.5|1969-12-31 23:59:59|0999-01-01|f|1e+300`,
			"3||NULL|NULL|NULL|NULL|NULL",
		},
		`SELECT count(*) FROM things`:                                            {"3"},
		`SELECT label FROM things WHERE id = 1 AND good`:                         {"a"},
		`SELECT id FROM things WHERE label = 'ünï 🦊''s "x"'`:                     {"2"},
		`SELECT id FROM things WHERE born > DATE '2000-01-01'`:                   {"1"},
		`SELECT id FROM things WHERE at < TIMESTAMP '1970-01-01 00:00:00'`:       {"2"},
		`SELECT id FROM things WHERE amount = 1.5`:                               {"1"},
		`SELECT id FROM things WHERE amount IS NULL`:                             {"3"},
		`SELECT id FROM things WHERE false`:                                      nil,
		`SELECT t.id, n.n FROM things t JOIN numbers n ON n.n = t.id ORDER BY 1`: {"1|1", "2|2", "3|3"},
	} {
		got, err := read(h.Engine.Run(t.Context(), statement(t, h, draft), Limits()))
		if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: %v\n%s", draft, err, strings.Join(got, "\n"))
		}
	}
}

// exactTexts: a rule that names one text lets that one through, and none that a
// collation, padding or a conversion takes for equal (red team H2).
func exactTexts(t *testing.T, h Harness) {
	for draft, want := range map[string]string{
		`SELECT id FROM tenants WHERE tenant = 'acme'`:                                           "1",
		`SELECT id FROM tenants WHERE tenant = 'ACME'`:                                           "2",
		`SELECT id FROM tenants WHERE tenant = 'acme '`:                                          "3",
		`SELECT id FROM tenants WHERE tenant = 'ácme'`:                                           "4",
		`SELECT id FROM tenants WHERE tenant = '5'`:                                              "5",
		`SELECT id FROM tenants WHERE tenant = ''`:                                               "7",
		`SELECT id FROM tenants WHERE tenant = ' '`:                                              "",
		`SELECT id FROM tenants WHERE tenant IN ('acme', '5') ORDER BY id`:                       "1,5",
		`SELECT id FROM tenants WHERE tenant LIKE 'ac%' ORDER BY id`:                             "1,3",
		`SELECT id FROM tenants WHERE tenant < 'B' ORDER BY id`:                                  "2,5,6,7,8",
		`SELECT count(DISTINCT tenant) FROM tenants`:                                             "8",
		`SELECT count(*) FROM (SELECT tenant FROM tenants GROUP BY tenant) t`:                    "8",
		`SELECT count(*) FROM (SELECT tenant FROM tenants UNION SELECT tenant FROM tenants) t`:   "8",
		`SELECT count(*) FROM tenants a JOIN tenants b ON a.tenant = b.tenant`:                   "8",
		`SELECT count(*) FROM tenants WHERE tenant IN (SELECT tenant FROM tenants WHERE id < 3)`: "2",
		`SELECT id FROM tenants WHERE id IN (1, 2, 3, 4) ORDER BY tenant`:                        "2,1,3,4",
	} {
		got, err := read(h.Engine.Run(t.Context(), statement(t, h, draft), Limits()))
		if err != nil || strings.Join(got, ",") != want {
			t.Errorf("%s: %v %v, want %s", draft, got, err, want)
		}
	}
	zero := "SELECT id FROM tenants WHERE tenant = 5"
	if s, err := Statement(Open(t, outline(t, h)), zero); err == nil {
		t.Errorf("a text is compared with a number: %s", s.Text())
	}
}

func cutsRows(t *testing.T, h Harness) {
	s := statement(t, h, `SELECT n FROM numbers`)
	for cap, want := range map[int64]struct {
		n   int
		cut run.Cap
	}{1: {1, run.RowCap}, 777: {777, run.RowCap}, Many - 1: {Many - 1, run.RowCap}, Many: {Many, run.NotCut}, Many + 1: {Many, run.NotCut}} {
		l := Limits()
		l.Rows = cap
		rows, err := h.Engine.Run(t.Context(), s, l)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(rows, nil)
		if err != nil || len(got) != want.n || rows.Truncated() != want.cut || rows.Count() != int64(want.n) {
			t.Errorf("cap %d: %d rows, %s, %v", cap, len(got), rows.Truncated(), err)
		}
	}
}

func cutsBytes(t *testing.T, h Harness) {
	s := statement(t, h, `SELECT n FROM numbers`)
	l := Limits()
	l.Bytes = 8 * 100
	rows, err := h.Engine.Run(t.Context(), s, l)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(rows, nil); err != nil || len(got) != 100 || rows.Truncated() != run.ByteCap {
		t.Errorf("%d rows, %s, %v", len(got), rows.Truncated(), err)
	}
}

// endless has 200 million rows; endlessCount takes as long to give one.
const (
	endless      = `SELECT a.n FROM numbers a JOIN numbers b ON a.n <> b.n`
	endlessCount = `SELECT count(*) FROM numbers a JOIN numbers b ON a.n <> b.n`
)

func stopsInTime(t *testing.T, h Harness) {
	for _, draft := range []string{endless, endlessCount} {
		l := Limits()
		l.Time = 300 * time.Millisecond
		s := statement(t, h, draft)
		start := time.Now()
		_, err := read(h.Engine.Run(t.Context(), s, l))
		refused(t, h, err, refusal.Limit)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
		stopped(t, h)
	}
}

func stopped(t *testing.T, h Harness) {
	t.Helper()
	if h.Running != nil {
		eventually(t, "the database stopped working", func() bool { return h.Running(t) == 0 })
	}
}

// eventually waits for what others do in their own time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

func cancels(t *testing.T, h Harness) {
	s := statement(t, h, endless)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows, err := h.Engine.Run(ctx, s, Limits())
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
	}
	if h.Running != nil && h.Running(t) != 1 {
		t.Error("nothing runs")
	}
	cancel()
	start := time.Now()
	for rows.Next() {
	}
	if !errors.Is(rows.Err(), context.Canceled) {
		t.Errorf("the error is %v", rows.Err())
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	_ = rows.Close()
	stopped(t, h)
	eventually(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= before })
	again(t, h)
}

// again sees that the engine serves.
func again(t *testing.T, h Harness) {
	t.Helper()
	got, err := read(h.Engine.Run(t.Context(), statement(t, h, `SELECT label FROM things WHERE id = 1`), Limits()))
	if err != nil || len(got) != 1 || got[0] != "a" {
		t.Errorf("the next statement: %v %v", got, err)
	}
}

func closes(t *testing.T, h Harness) {
	s := statement(t, h, endless)
	before := runtime.NumGoroutine()
	rows, err := h.Engine.Run(t.Context(), s, Limits())
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if rows.Next() || rows.Close() != nil {
		t.Error("closed rows go on")
	}
	stopped(t, h)
	eventually(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= before })
	again(t, h)
}

// refused checks a refusal's code, and that neither it nor the log quotes the
// canary or the database.
func refused(t *testing.T, h Harness, err error, code refusal.Code) {
	t.Helper()
	var r *refusal.Refusal
	if !errors.As(err, &r) || r.Code != code {
		t.Fatalf("the error is %v, not a refusal %s", err, code)
	}
	if code != refusal.Internal && r.Try == "" {
		t.Errorf("%v says nothing to try", r)
	}
	said := fmt.Sprintf("%v %+v", err, *r)
	for _, word := range []string{Canary, "SQLSTATE", "sqlite3", "invalid input", "syntax", "127.0.0.1"} {
		if strings.Contains(said, word) {
			t.Errorf("the refusal says %q: %s", word, said)
		}
	}
	if log := h.Log(); strings.Contains(log, Canary) {
		t.Errorf("the log holds the canary: %s", log)
	}
}

func errorWords(t *testing.T, h Harness) {
	for _, draft := range []string{
		`SELECT CAST(word AS int) FROM broken`,
		`SELECT CAST(word AS date) FROM broken`,
		`SELECT id / zero FROM broken`,
		`SELECT (SELECT n FROM numbers) FROM broken`,
		`SELECT id * 9223372036854775807 * 3 FROM things WHERE id = 2`,
	} {
		t.Run(draft, func(t *testing.T) {
			_, err := read(h.Engine.Run(t.Context(), statement(t, h, draft), Limits()))
			refused(t, h, err, refusal.Value)
			again(t, h)
		})
	}
}

func drift(t *testing.T, h Harness) {
	s := statement(t, h, `SELECT note FROM moving`)
	if _, err := read(h.Engine.Run(t.Context(), s, Limits())); err != nil {
		t.Fatal(err)
	}
	other := statement(t, h, `SELECT label FROM things WHERE id = 1`)
	h.Exec(t, `ALTER TABLE moving RENAME COLUMN note TO tmp`, `ALTER TABLE moving RENAME COLUMN ssn TO note`, `ALTER TABLE moving RENAME COLUMN tmp TO ssn`)
	_, err := read(h.Engine.Run(t.Context(), s, Limits()))
	refused(t, h, err, refusal.Drift)
	if got, err := read(h.Engine.Run(t.Context(), other, Limits())); err != nil || got[0] != "a" {
		t.Errorf("a table that did not change: %v %v", got, err)
	}
	if _, err := read(h.Engine.Run(t.Context(), statement(t, h, `SELECT note FROM moving`), Limits())); err != nil {
		t.Errorf("with the new catalog: %v", err)
	}
	h.Exec(t, `DROP TABLE moving`)
	_, err = read(h.Engine.Run(t.Context(), s, Limits()))
	refused(t, h, err, refusal.Drift)
}

func concurrent(t *testing.T, h Harness) {
	s := statement(t, h, `SELECT n FROM numbers WHERE n <= 2000`)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 3 {
				if got, err := read(h.Engine.Run(t.Context(), s, Limits())); err != nil || len(got) != 2000 {
					t.Error(len(got), err)
				}
			}
		})
	}
	all.Wait()
}

func down(t *testing.T, h Harness) {
	if h.Down == nil {
		t.Skip("this kind of engine has nothing that could be down")
	}
	s := statement(t, h, `SELECT id FROM things`)
	_, err := h.Down.Catalog(t.Context())
	refused(t, h, err, refusal.Down)
	_, err = h.Down.Posture(t.Context())
	refused(t, h, err, refusal.Down)
	_, err = read(h.Down.Run(t.Context(), s, Limits()))
	refused(t, h, err, refusal.Down)
}

func broken(t *testing.T, h Harness) {
	if h.Break == nil {
		t.Skip("this kind of engine has no connections")
	}
	s := statement(t, h, endless)
	rows, err := h.Engine.Run(t.Context(), s, Limits())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	h.Break(t)
	for rows.Next() {
	}
	refused(t, h, rows.Err(), refusal.Down)
	_ = rows.Close()
	again(t, h)
	h.Break(t) // the idle one
	again(t, h)
}

func closed(t *testing.T, h Harness) {
	s := statement(t, h, `SELECT n FROM numbers`)
	rows, err := h.Engine.Run(t.Context(), s, Limits())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Engine.Close(); err != nil {
		t.Error(err)
	}
	// What runs may end.
	if got, err := read(rows, nil); err != nil || len(got) != Many {
		t.Error(len(got), err)
	}
	_, err = read(h.Engine.Run(t.Context(), s, Limits()))
	refused(t, h, err, refusal.Down)
	if err := h.Engine.Close(); err != nil {
		t.Error(err)
	}
}
