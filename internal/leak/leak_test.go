package leak

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/viewer"
)

// forms are ways to write the rule that one tenant's rows are seen, nearly all
// dearer than the probes: an engine that may choose computes those first.
func forms() map[string]string {
	return map[string]string{
		"scan":    "upper(lower(upper(name))) LIKE 'N%' AND length(lower(upper(name))) < 9",
		"exists":  "EXISTS (SELECT 1 FROM perms g WHERE g.emp_tenant = emp.tenant AND g.who = viewer.who)",
		"in":      "tenant IN (SELECT g.emp_tenant FROM perms g WHERE g.who = viewer.who)",
		"foreign": "EXISTS (SELECT 1 FROM dept d WHERE d.id = emp.dept_id AND d.open)",
		"not":     "NOT EXISTS (SELECT 1 FROM dept d WHERE d.id = emp.dept_id AND NOT d.open)",
		"equal":   "tenant = 1", // a cheap one
		"mixed":   "lower(name) LIKE 'n%' AND EXISTS (SELECT 1 FROM perms g WHERE g.emp_tenant = emp.tenant)",
	}
}

// probe is an integer expression over e that fails on the hidden rows and on no
// other, and the column of e that it reads.
type probe struct{ column, text string }

func probes() map[string]probe {
	return map[string]probe{
		"divide":   {"salary", "1 / (e.salary - 666)"},
		"modulo":   {"salary", "mod(7, e.salary - 666)"},
		"cast":     {"code", "CAST(e.code AS int)"},
		"date":     {"note", "CAST(e.note AS date) - DATE '2020-01-01'"},
		"log":      {"salary", "CAST(ln(CAST(e.salary AS double precision) - 666) AS int)"},
		"overflow": {"quota", "CAST(e.quota * 2 AS int)"},
		"rows":     {"salary", "coalesce((SELECT p.v FROM pub p WHERE e.salary < 700), 0)"},
		"pattern":  {"pat", "CASE WHEN 'n' LIKE e.pat THEN 1 ELSE 0 END"},
		"cut":      {"salary", "length(substring(e.name FROM 1 FOR CAST(e.salary - 700 AS int)))"},
	}
}

// places are drafts with PROBE over e, and COLUMN, that of e which it reads.
func places() map[string]string {
	return map[string]string{
		"where":       "SELECT count(*) FROM emp e WHERE PROBE > -5",
		"where and":   "SELECT count(*) FROM emp e WHERE e.id > 3 AND PROBE > -5",
		"having":      "SELECT e.COLUMN, count(*) FROM emp e GROUP BY e.COLUMN HAVING PROBE > -5",
		"on":          "SELECT count(*) FROM pub p JOIN emp e ON p.k = e.id AND PROBE > -5",
		"on key":      "SELECT count(*) FROM pub p JOIN emp e ON p.k = PROBE",
		"left on":     "SELECT count(*) FROM pub p LEFT JOIN emp e ON p.k = e.id AND PROBE > -5",
		"output":      "SELECT e.id, PROBE FROM emp e",
		"joined":      "SELECT p.k, PROBE FROM pub p JOIN emp e ON e.id = p.k",
		"derived":     "SELECT count(*) FROM (SELECT e.id, PROBE AS y FROM emp e) s WHERE s.y > -5",
		"with":        "WITH s AS (SELECT e.id, PROBE AS y FROM emp e) SELECT count(*) FROM s WHERE s.y > -5",
		"coalesce":    "SELECT p.k, l.y FROM pub p LEFT JOIN (SELECT e.id, coalesce(PROBE, 0) AS y FROM emp e) l ON l.id = p.k",
		"exists":      "SELECT count(*) FROM pub p WHERE EXISTS (SELECT 1 FROM emp e WHERE e.id = p.k AND PROBE > -5)",
		"not exists":  "SELECT count(*) FROM pub p WHERE NOT EXISTS (SELECT 1 FROM emp e WHERE e.id = p.k AND PROBE > -5)",
		"in":          "SELECT count(*) FROM pub p WHERE p.k IN (SELECT PROBE FROM emp e)",
		"scalar":      "SELECT p.k, (SELECT max(PROBE) FROM emp e WHERE e.id = p.k) FROM pub p",
		"order":       "SELECT e.id FROM emp e ORDER BY PROBE, e.id",
		"group":       "SELECT PROBE AS y, count(*) FROM emp e GROUP BY PROBE",
		"case":        "SELECT count(*) FROM emp e WHERE CASE WHEN e.id > 0 THEN PROBE ELSE 0 END > -5",
		"case when":   "SELECT CASE WHEN PROBE > 3 THEN 'a' ELSE 'b' END, count(*) FROM emp e GROUP BY 1",
		"aggregate":   "SELECT sum(PROBE) FROM emp e",
		"filter":      "SELECT count(*) FILTER (WHERE PROBE > 0) FROM emp e",
		"join filter": "SELECT count(*) FILTER (WHERE PROBE > 0) FROM pub p JOIN emp e ON e.id = p.k",
		"window":      "SELECT e.id, sum(PROBE) OVER (ORDER BY e.id) FROM emp e",
		"partition":   "SELECT count(*) OVER (PARTITION BY PROBE) FROM emp e",
		"distinct":    "SELECT count(*) FROM (SELECT DISTINCT e.COLUMN FROM emp e) e WHERE PROBE > -5",
		"grouped":     "SELECT count(*) FROM (SELECT e.COLUMN, count(*) AS n FROM emp e GROUP BY e.COLUMN) e WHERE PROBE > -5",
		"union":       "SELECT count(*) FROM (SELECT PROBE AS y FROM emp e UNION ALL SELECT p.k FROM pub p) s WHERE s.y > -5",
		"self":        "SELECT count(*) FROM emp a JOIN emp e ON a.id = e.id WHERE PROBE > -5",
		"or":          "SELECT count(*) FROM emp e WHERE e.id < 0 OR PROBE > -5",
		"limit":       "SELECT count(*) FROM (SELECT e.* FROM emp e ORDER BY e.id LIMIT 500) e WHERE PROBE > -5",
		"negated":     "SELECT e.id FROM emp e WHERE NOT (PROBE > 100000) OR e.salary > 5000",
		"top":         "SELECT PROBE AS y FROM emp e ORDER BY e.salary LIMIT 3",
		"unique":      "SELECT DISTINCT PROBE AS y FROM emp e",
		"below union": "SELECT count(*) FROM (SELECT e.COLUMN, e.salary, e.name FROM emp e UNION ALL SELECT e.COLUMN, e.salary, e.name FROM emp e) e WHERE PROBE > -5",
		"or join":     "SELECT sum(PROBE) FROM emp e JOIN pub p ON p.k = e.id - 240 OR p.k = e.id",
		"constant":    "SELECT count(*) FROM emp e WHERE e.salary < 700 AND PROBE > -5",
		// What is said in other words.
		"sets":       "SELECT e.tenant, sum(PROBE), grouping(e.tenant) FROM emp e GROUP BY ROLLUP (e.tenant)",
		"set key":    "SELECT PROBE AS y, count(*) FROM emp e GROUP BY CUBE (e.tenant, PROBE)",
		"set having": "SELECT e.COLUMN, count(*) FROM emp e GROUP BY GROUPING SETS ((e.COLUMN), ()) HAVING count(*) > 0 AND max(PROBE) > -5",
		"first of":   "SELECT DISTINCT ON (e.tenant) e.tenant, PROBE FROM emp e ORDER BY e.tenant, e.id",
		"first by":   "SELECT DISTINCT ON (PROBE) e.id FROM emp e ORDER BY PROBE, e.id",
		"ties":       "SELECT e.id FROM emp e ORDER BY PROBE FETCH FIRST 2 ROWS WITH TIES",
		"series":     "SELECT generate_series(min(PROBE), min(PROBE) + 2) FROM emp e",
		"series of":  "SELECT count(*) FROM emp e, generate_series(1, PROBE - PROBE + 1) g",
		"row":        "SELECT count(*) FROM emp e WHERE (e.id, PROBE) > (0, -5)",
		"rows":       "SELECT count(*) FROM emp e WHERE (PROBE, e.id) NOT IN ((-5, 1), (-6, 2))",
		"array":      "SELECT cardinality(ARRAY(SELECT PROBE FROM emp e ORDER BY e.id))",
		"element":    "SELECT (array_agg(PROBE ORDER BY e.id))[1] FROM emp e",
		"range":      "SELECT e.id, count(*) OVER (ORDER BY PROBE RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM emp e",
		"lateral":    "SELECT p.k, s.y FROM pub p LEFT JOIN LATERAL (SELECT PROBE AS y FROM emp e WHERE e.id = p.k LIMIT 1) s ON TRUE",
		// Conditions that are copied inside of the fence, where they find hidden rows.
		"pushed":        "SELECT count(*) FROM emp e WHERE e.id BETWEEN 1 AND 290 AND PROBE > -5",
		"pushed list":   "SELECT count(*) FROM emp e WHERE e.id IN (7, 9, 57) AND PROBE > -5",
		"pushed equal":  "SELECT count(*) FROM emp e WHERE e.salary = 666 AND PROBE > -5",
		"pushed tenant": "SELECT e.id, PROBE FROM emp e WHERE e.tenant = 2",
		"pushed text":   "SELECT count(*) FROM emp e WHERE e.code >= '9' AND PROBE > -5",
		"pushed null":   "SELECT sum(PROBE) FROM emp e WHERE e.quota IS NOT NULL AND e.id = 7",
		"pushed on":     "SELECT count(*) FROM pub p JOIN emp e ON e.id = p.k AND e.salary <= 666 AND PROBE > -5",
		"pushed left":   "SELECT p.k, PROBE FROM pub p LEFT JOIN emp e ON e.id = p.k AND e.tenant = 2",
		"pushed below":  "SELECT count(*) FROM pub p WHERE p.k IN (SELECT e.id FROM emp e WHERE e.salary <= 666 AND PROBE > -5)",
		"pushed with":   "WITH s AS (SELECT e.id, PROBE AS y FROM emp e WHERE e.tenant = 2) SELECT count(*) FROM s JOIN s t ON s.id = t.id",
		// Recursion: what it begins with, its step, and who reads it.
		"base":       "WITH RECURSIVE r AS (SELECT e.id, CAST(PROBE AS bigint) AS y, 1 AS n FROM emp e UNION ALL SELECT r.id, r.y, r.n + 1 FROM r WHERE r.n < 2) SELECT count(*) FROM r WHERE r.y > -5",
		"base where": "WITH RECURSIVE r AS (SELECT e.id, 1 AS n FROM emp e WHERE PROBE > -5 UNION ALL SELECT r.id, r.n + 1 FROM r WHERE r.n < 2) SELECT count(*) FROM r",
		"step":       "WITH RECURSIVE r AS (SELECT p.k, p.v AS y, 1 AS n FROM pub p UNION ALL SELECT r.k, CAST(PROBE AS bigint), r.n + 1 FROM r JOIN emp e ON e.id = r.k WHERE r.n < 3) SELECT count(*) FROM r WHERE r.y > -5",
		"step where": "WITH RECURSIVE r AS (SELECT p.k, 1 AS n FROM pub p UNION ALL SELECT r.k, r.n + 1 FROM r JOIN emp e ON e.id = r.k WHERE r.n < 3 AND PROBE > -5) SELECT count(*) FROM r",
		"step on":    "WITH RECURSIVE r AS (SELECT p.k, 1 AS n FROM pub p UNION SELECT e.id, r.n + 1 FROM r JOIN emp e ON e.id = r.k + 1 AND r.n < 9 AND PROBE > -5) SELECT count(*), max(r.k) FROM r",
		"step key":   "WITH RECURSIVE r AS (SELECT p.k, 1 AS n FROM pub p UNION SELECT e.id, r.n + 1 FROM r JOIN emp e ON PROBE = r.k WHERE r.n < 3) SELECT count(*) FROM r",
		"step case":  "WITH RECURSIVE r AS (SELECT p.k, 1 AS n FROM pub p UNION ALL SELECT r.k, CASE WHEN PROBE > -5 THEN r.n + 1 ELSE 9 END FROM r JOIN emp e ON e.id = r.k WHERE r.n < 3) SELECT r.k, r.n FROM r",
		"walked":     "WITH RECURSIVE e AS (SELECT e.id, e.COLUMN, 1 AS n FROM emp e UNION ALL SELECT e.id, e.COLUMN, e.n + 1 FROM e WHERE e.n < 2) SELECT count(*) FROM e WHERE PROBE > -5",
	}
}

// database is emp, of which the rows of tenant 1 are seen, and what rules and
// drafts join to it. The hidden rows are those on which probes fail.
func database(schema string, whole bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, `CREATE TABLE S.emp (id bigint PRIMARY KEY NOT NULL, tenant bigint, dept_id bigint, name text, code text, note text, pat text, salary bigint, quota bigint);
		CREATE TABLE S.pub (k bigint PRIMARY KEY NOT NULL, v bigint);
		INSERT INTO S.pub VALUES (1, 5), (2, 6), (7, 7), (9, 8), (250, 9);`)
	if whole {
		b.WriteString(`CREATE TABLE S.perms (emp_tenant bigint, who text); CREATE TABLE S.dept (id bigint PRIMARY KEY NOT NULL, open boolean);
			INSERT INTO S.perms VALUES (1, 'ana'), (3, 'bob'); INSERT INTO S.dept VALUES (1, TRUE), (2, TRUE), (3, FALSE);`)
	}
	for i := 1; i <= 300; i++ {
		hidden := i%50 == 7
		if hidden && !whole {
			continue
		}
		row := fmt.Sprintf("%d, 1, %d, 'n%d', '%d', '2021-01-%02d', 'n%%', %d, %d", i, 1+i%2, i, i, 1+i%28, 1000+i, i)
		if hidden {
			row = fmt.Sprintf(`%d, 2, 3, 'secret%d', '999-88-7777', 'none', 'n\', 666, 9223372036854775807`, i, i)
		}
		fmt.Fprintf(&b, "INSERT INTO S.emp VALUES (%s);", row)
	}
	for _, c := range []string{"salary", "code", "tenant"} {
		fmt.Fprintf(&b, "CREATE INDEX emp_%[1]s ON S.emp (%[1]s);", c)
	}
	text := strings.ReplaceAll(b.String(), "S.", schema+".")
	if schema == "main" && whole { // SQLite wants the schema before an index's name
		text = strings.ReplaceAll(text, " ON main.", " ON ")
	}
	return text + "ANALYZE;"
}

func rules(schema, form string) string {
	return fmt.Sprintf(`version: 1
attributes: {who: text}
classes: {plain: {show: value}}
tables:
  %[1]s.emp:
    columns: {id: plain, tenant: plain, dept_id: plain, name: plain, code: plain, note: plain, pat: plain, salary: plain, quota: plain}
    grants: {alpha: {rows: "%[2]s"}}
  %[1]s.pub:
    columns: {k: plain, v: plain}
    grants: {alpha: {rows: all}}
  %[1]s.perms: {columns: {emp_tenant: plain, who: plain}}
  %[1]s.dept: {columns: {id: plain, open: plain}}
`, schema, form)
}

func layout(form string) oracle.Layout {
	var l oracle.Layout
	for _, e := range []oracle.Engine{oracle.Postgres, oracle.SQLite} {
		l.Full[e] = database(e.Schema(), true)
		l.Copy[e] = database(e.Schema(), false)
		l.Setup[e] = oracle.Setup{
			Rules: rules(e.Schema(), form), Teams: []string{"alpha"},
			Viewer: viewer.Viewer{Teams: []string{"alpha"}, Attributes: map[string][]string{"who": {"ana"}}},
		}
	}
	return l
}

// plans are settings of the database under which PostgreSQL plans differently.
func plans() []string {
	return []string{"", "enable_hashjoin = off", "enable_nestloop = off", "enable_seqscan = off",
		"parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0"}
}

func TestMatrix(t *testing.T) {
	full, pg, lite := pgtest.New(t), pgtest.New(t), pgtest.New(t)
	b, err := oracle.NewBench(t.Context(), full.DSN, full.ReadOnlyDSN, [2]string{pg.DSN, lite.DSN}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	m := &matrix{T: t, b: b, told: map[string]int{}, cells: map[string]int{}, kept: map[string]map[string]bool{}}
	for _, form := range slices.Sorted(maps.Keys(forms())) {
		for i, plan := range plans() {
			full.Exec("ALTER DATABASE " + full.ReadOnlyRole() + " RESET ALL")
			for setting := range strings.SplitSeq(plan, "; ") {
				if setting != "" {
					full.Exec("ALTER DATABASE " + full.ReadOnlyRole() + " SET " + setting)
				}
			}
			if err := b.Lay(t.Context(), layout(forms()[form])); err != nil {
				t.Fatal(err)
			}
			m.direct, err = oracle.OpenDirect(t.Context(), full.DSN, "public")
			if err != nil {
				t.Fatal(err)
			}
			m.all(form, oracle.Postgres, i)
			m.direct.Close()
			if i > 0 {
				continue
			}
			m.lite, err = oracle.OpenLite(b.Path())
			if err != nil {
				t.Fatal(err)
			}
			m.all(form, oracle.SQLite, 0)
			m.lite.Close()
		}
	}
	m.report()
}

// matrix counts cells: those that were answered, and those whose control told.
type matrix struct {
	*testing.T
	b      *oracle.Bench
	direct *oracle.Direct
	lite   *oracle.Lite
	cells  map[string]int
	told   map[string]int
	kept   map[string]map[string]bool // engine and kind of coordinate: those that told
}

// all tries the cells of a form; under another plan than the first, one of four.
func (m *matrix) all(form string, e oracle.Engine, plan int) {
	for i, place := range slices.Sorted(maps.Keys(places())) {
		for j, name := range slices.Sorted(maps.Keys(probes())) {
			if plan > 0 && (i+j+plan)%4 != 0 {
				continue
			}
			p := probes()[name]
			draft := strings.NewReplacer("PROBE", "("+p.text+")", "COLUMN", p.column).Replace(places()[place])
			m.cell(e, []string{form, name, place}, draft)
		}
	}
}

func (m *matrix) cell(e oracle.Engine, at []string, draft string) {
	m.cells[e.String()]++
	copied, grille := m.b.Both(m.Context(), e, draft)
	switch v, why := oracle.Judge(copied, grille, nil); {
	case copied.Err != nil:
		// Such a draft shows nothing: one that groups by another column than the
		// probe reads.
		m.cells[e.String()+" not on the copy either"]++
		return
	case v == oracle.Refused:
		m.cells[e.String()+" refused "+why]++
		return
	case v != oracle.Same:
		m.Errorf("%s %q: %s: %s\n%s\ncopy: %v\ngrille: %v", e, at, v, why, draft, copied, grille)
		return
	}
	m.cells[e.String()+" answered"]++
	m.cells[e.String()+" answered of "+at[1]]++
	s, err := m.b.Through(e).Statement(draft)
	if err != nil {
		m.Fatal(err)
	}
	if e == oracle.SQLite && m.hears(s.Text(), s.Params()) {
		m.Errorf("%s %q: a function of the draft was called with what a hidden row holds\n%s", e, at, s.Text())
	}
	if m.tells(e, s) {
		m.told[e.String()]++
		for i, kind := range []string{"form", "probe", "place"} {
			key := e.String() + " " + kind
			if m.kept[key] == nil {
				m.kept[key] = map[string]bool{}
			}
			m.kept[key][at[i]] = true
		}
	}
}

func (m *matrix) report() {
	for _, what := range slices.Sorted(maps.Keys(m.cells)) {
		m.Logf("%-40s %d", what, m.cells[what])
	}
	for _, what := range slices.Sorted(maps.Keys(m.kept)) {
		m.Logf("without a fence, %s told: %s", what, strings.Join(slices.Sorted(maps.Keys(m.kept[what])), ", "))
	}
	for name := range probes() {
		for _, e := range []string{"postgres", "sqlite"} {
			if m.cells[e+" answered of "+name] == 0 {
				m.Errorf("no cell of %s is answered on %s", name, e)
			}
		}
	}
	for _, place := range []string{"base where", "step where", "step on"} { // of a recursion
		for _, e := range []string{"postgres", "sqlite"} {
			if !m.kept[e+" place"][place] {
				m.Errorf("without a fence nothing is told at %q on %s", place, e)
			}
		}
	}
	// About two thirds of what was measured: planners change.
	for _, least := range []struct {
		engine                       string
		cells, forms, probes, places int
	}{{"postgres", 600, 4, 6, 15}, {"sqlite", 250, 3, 6, 12}} {
		e := least.engine
		m.Logf("without a fence, %s told in %d of %d cells", e, m.told[e], m.cells[e+" answered"])
		if m.told[e] < least.cells || len(m.kept[e+" form"]) < least.forms || len(m.kept[e+" probe"]) < least.probes || len(m.kept[e+" place"]) < least.places {
			m.Errorf("without a fence too little is told on %s: the matrix proves nothing", e)
		}
		if m.cells[e+" answered"]*10 < (m.cells[e]-m.cells[e+" not on the copy either"])*9 {
			m.Errorf("fewer than 90 %% of the cells are answered on %s", e)
		}
	}
}
