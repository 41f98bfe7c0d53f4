package emit_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/internal/same"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/sql/emit"
)

// indexed is a rule of big, a draft over it, and the column whose index the
// database uses: on both engines, or only as said. "" is none.
type indexed struct{ rule, draft, postgres, sqlite string }

func indexes() []indexed {
	open := "SELECT count(*) FROM big b WHERE b.salary > 0"
	fenced := "SELECT count(*) FROM big b WHERE 1 / (b.salary - 666) > -5"
	point := "SELECT b.name FROM big b WHERE b.id = 4711 AND 10 / (b.salary + 1) >= 0"
	return []indexed{
		// A rule of a column and constants, with a fence and without.
		{"tenant = 7", open, "tenant", "tenant"},
		{"tenant = 7", fenced, "tenant", "tenant"},
		{"7 = tenant", fenced, "tenant", "tenant"},
		{"tenant = viewer.ward", open, "tenant", "tenant"},
		{"tenant = viewer.ward", fenced, "tenant", "tenant"},
		{"tenant IN (viewer.wards)", open, "tenant", "tenant"},
		{"tenant IN (viewer.wards)", fenced, "tenant", "tenant"},
		{"tenant = ANY (viewer.wards)", fenced, "tenant", "tenant"},
		{"tenant IN (7, 8)", fenced, "tenant", "tenant"},
		{"tenant BETWEEN 7 AND 8", fenced, "tenant", "tenant"},
		{"tenant < 3", fenced, "tenant", "tenant"},
		{"code = 'c77'", open, "code", "code"},
		{"code = 'c77'", fenced, "code", "code"},
		{"code IN ('c77', 'c78')", fenced, "code", "code"},
		{"short = 's77'", fenced, "short", "short"}, // a varchar
		{"salary > 0 AND tenant = 7", fenced, "tenant", "tenant"},
		{"tenant = 7 OR tenant IN (viewer.wards)", fenced, "tenant", "tenant"},
		{"(tenant = 7 AND salary > 0) OR (id = 5 AND name = 'name')", open, "tenant", "tenant"},
		// SQLite uses no index in an OR for what names its collation, as texts do.
		{"tenant = 7 OR code = 'c77'", fenced, "tenant", ""},
		// SQLite: a date has several spellings in a file.
		{"day = '2020-01-05'", fenced, "day", ""},
		// What no index serves.
		{"coalesce(tenant, 0) = 7", fenced, "", ""},
		{"upper(code) = 'C77'", fenced, "", ""},
		// A condition of the viewer's, inside of the fence.
		{"salary > 0", point, "id", "id"},
		{"salary > 0", "SELECT 1 / b.salary FROM big b WHERE b.code = 'c77'", "code", "code"},
		{"salary > 0", "SELECT 1 / b.salary FROM big b WHERE b.short IN ('s77', 's78')", "short", "short"},
		{"salary > 0", "SELECT 1 / b.salary FROM big b WHERE b.day BETWEEN '2020-01-05' AND '2020-01-06'", "day", ""},
		{"salary > 0", "SELECT 1 / b.salary FROM big b WHERE b.gone IS NOT NULL", "gone", ""},
		// a is not fenced, and so PostgreSQL finds the way by itself.
		{"salary > 0", "SELECT a.id, 1 / b.salary FROM big a LEFT JOIN big b ON b.tenant = 9 AND a.id = b.id AND b.code > 'z' WHERE a.id < 7", "id", "tenant"},
		{"EXISTS (SELECT 1 FROM open o WHERE o.tenant = big.tenant)", point, "id", "id"},
	}
}

// TestIndexes asks both databases how they would run what is printed, over
// 100,000 rows; and runs it.
func TestIndexes(t *testing.T) {
	e, pg, lite := bigEngines(t)
	for _, x := range indexes() {
		e.ruled(bigRules(x.rule, ""))
		s := made(t, e.all[0].view, x.draft)
		if got := postgresUses(t, pg, s); got != x.postgres {
			t.Errorf("postgres: %s: %s: the index of %q, want %q\n%s", x.rule, x.draft, got, x.postgres, s.Text())
		}
		s = made(t, e.all[1].view, x.draft)
		if got := sqliteUses(t, lite, s); got != x.sqlite {
			t.Errorf("sqlite: %s: %s: the index of %q, want %q\n%s", x.rule, x.draft, got, x.sqlite, s.Text())
		}
		if _, err := e.compare(x.draft); err != nil {
			t.Errorf("%s: %v", x.rule, err)
		}
	}
	// With `fence: always` nothing of the viewer's is inside of it, so that all rows
	// are read: what the time of the rule's condition depends on is no choice of the
	// viewer's.
	e.ruled(bigRules("salary > 0", "fence: always, "))
	draft := "SELECT b.name FROM big b WHERE b.id = 4711"
	if got := postgresUses(t, pg, made(t, e.all[0].view, draft)); got != "" {
		t.Errorf("postgres uses the index of %s", got)
	}
	if got := sqliteUses(t, lite, made(t, e.all[1].view, draft)); got != "" {
		t.Errorf("sqlite uses the index of %s", got)
	}
}

func bigEngines(t *testing.T) (*engines, *oracle.Direct, *oracle.Lite) {
	db := pgtest.New(t)
	path := filepath.Join(t.TempDir(), "big.db")
	pg, err := oracle.OpenDirect(t.Context(), db.DSN, "public")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pg.Close)
	text := `CREATE TABLE big (id bigint PRIMARY KEY, tenant integer, code text, short varchar(20), day date, gone date, name text, salary integer);
		CREATE TABLE open (tenant integer); INSERT INTO open VALUES (1), (2);
		INSERT INTO big SELECT n, n % 1000, 'c' || (n % 1000), 's' || (n % 1000), DAY, CASE WHEN n % 1000 = 0 THEN '2020-01-01' END, 'name', 1000 + n % 100 FROM SERIES;`
	for _, column := range []string{"tenant", "code", "short", "day", "gone"} {
		text += fmt.Sprintf("CREATE INDEX big_%[1]s ON big (%[1]s);", column)
	}
	text += "ANALYZE;"
	onPG := strings.NewReplacer("DAY", "date '2020-01-01' + n % 1000", "'2020-01-01' END", "date '2020-01-01' END", "SERIES", "generate_series(1, 100000) n").Replace(text)
	if err := pg.Exec(t.Context(), onPG+grants(db)); err != nil {
		t.Fatal(err)
	}
	onLite := strings.NewReplacer("DAY", "date('2020-01-01', (n % 1000) || ' days')",
		"SERIES", "(WITH RECURSIVE s (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM s WHERE n < 100000) SELECT n FROM s) WHERE TRUE").Replace(text)
	if err := oracle.FillSQLite(path, onLite); err != nil {
		t.Fatal(err)
	}
	onFile, err := oracle.OpenSQLite(path, run.Log{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { onFile.Close() })
	e := &engines{t: t, all: []*opened{found(t, postgresAt(t, db.ReadOnlyDSN), "public"), found(t, onFile, "main")}}
	lite, err := oracle.OpenLite(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lite.Close() })
	return e, pg, lite
}

func found(t *testing.T, e run.Engine, schema string) *opened {
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &opened{Database: same.Database{Engine: e, Catalog: c, Schema: schema}, catalog: c}
}

func grants(db pgtest.DB) string {
	return fmt.Sprintf(";GRANT USAGE ON SCHEMA public TO %[1]s; GRANT SELECT ON ALL TABLES IN SCHEMA public TO %[1]s;", db.ReadOnlyRole())
}

func postgresAt(t *testing.T, url string) run.Engine {
	t.Helper()
	target, err := dsn.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	e, err := postgres.New(postgres.Config{Target: target.(dsn.Postgres), TimeZone: "UTC", Concurrent: 1, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func bigRules(rule, more string) string {
	return fmt.Sprintf(`version: 1
attributes: {ward: int, wards: "int[]"}
classes: {plain: {show: value}}
tables:
  public.open: {columns: {tenant: plain}}
  public.big: {%scolumns: {id: plain, tenant: plain, code: plain, short: plain, day: plain, gone: plain, name: plain, salary: plain}, grants: {nurses: {rows: %q}}}
`, more, rule)
}

func made(t *testing.T, v policy.View, draft string) emit.Statement {
	s, err := statement(v, draft)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// postgresUses is the column whose index PostgreSQL would use for s.
func postgresUses(t *testing.T, d *oracle.Direct, s emit.Statement) string {
	var params [][]byte
	for _, p := range s.Params() {
		params = append(params, []byte(p.Value.Format(p.Type, time.UTC)))
	}
	r := d.Query(t.Context(), "EXPLAIN "+s.Text(), params...)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	for _, row := range r.Rows {
		if _, cond, ok := strings.Cut(row[0].Text, "Index Cond: "); ok {
			return strings.FieldsFunc(cond, func(c rune) bool { return c < 'a' || c > 'z' })[0]
		}
	}
	return ""
}

// sqliteUses is the column whose index SQLite would use for s.
func sqliteUses(t *testing.T, l *oracle.Lite, s emit.Statement) string {
	steps, err := l.Plan(s.Text())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		if _, index, ok := strings.Cut(step, " USING INDEX big_"); ok && strings.HasPrefix(step, "SEARCH t") {
			column, _, _ := strings.Cut(index, " ")
			return column
		}
		if strings.Contains(step, "USING INTEGER PRIMARY KEY") || strings.Contains(step, "sqlite_autoindex_big_1") {
			return "id"
		}
	}
	return ""
}
