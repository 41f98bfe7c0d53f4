// Package leak is the matrix that shows that fences are needed, and hold.
//
// A row filter in a subquery is no barrier: an engine may compute the viewer's
// expressions first, on rows that the filter would leave out, and where such an
// expression fails the failure tells of a hidden row. A cell of the matrix is a
// row filter, a probe that fails on the one hidden row and on no visible one, and
// a place in a query where the probe stands. Run as Grille prints it, no cell may
// fail. Run with its fences taken out, the same statement must fail in a good
// part of the cells: that is the control, without which the test proves nothing.
//
// The tests of run/postgres and run/sqlite run it; nothing else imports it.
package leak

import (
	"fmt"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// Tables makes emp, with 400 rows of tenant north that ana may see and one row of
// south that she may not; it alone has a salary of 666 and a code that is no
// number. The text is understood by PostgreSQL and SQLite.
func Tables() string {
	var b strings.Builder
	b.WriteString(`CREATE TABLE emp (id int PRIMARY KEY, tenant text NOT NULL, salary int NOT NULL, code text NOT NULL);
CREATE TABLE grants (emp_tenant text NOT NULL, who text NOT NULL);
CREATE TABLE pub (k int PRIMARY KEY, v int NOT NULL);
CREATE INDEX emp_salary ON emp (salary);
CREATE INDEX emp_tenant ON emp (tenant);
INSERT INTO grants VALUES ('north', 'ana'), ('south', 'bob'), ('east', 'bob');
INSERT INTO emp VALUES (1000, 'south', 666, 'secret bob');
`)
	for i := 1; i <= 400; i++ {
		fmt.Fprintf(&b, "INSERT INTO emp VALUES (%d, 'north', %d, '%d');\n", i, 1000+i, i)
		if i <= 60 {
			fmt.Fprintf(&b, "INSERT INTO pub VALUES (%d, %d);\n", i, i*10)
		}
	}
	return b.String()
}

// Filters are row filters, the cheap ones and those that an engine likes to put
// last.
func Filters() map[string]string {
	return map[string]string{
		"equal":  "tenant = 'north'",
		"like":   "upper(lower(upper(lower(upper(lower(upper(lower(tenant)))))))) LIKE 'N%'",
		"exists": "EXISTS (SELECT 1 FROM grants g WHERE g.emp_tenant = emp.tenant AND g.who = viewer.name)",
		"in":     "tenant IN (SELECT g.emp_tenant FROM grants g WHERE g.who = viewer.name)",
	}
}

// Probes are numbers that can be computed for each row of e that ana may see.
func Probes() map[string]string {
	return map[string]string{
		"division": "(10000 / (e.salary - 666))",
		"cast":     "CAST(e.code AS int)",
		"rows":     "(SELECT p2.v FROM pub p2 WHERE p2.k < e.salary AND e.salary < 700)",
	}
}

// Places are drafts in which PROBE stands somewhere.
func Places() map[string]string {
	return map[string]string{
		"where":            "SELECT e.id FROM emp e WHERE PROBE > -100000",
		"where, by index":  "SELECT e.id FROM emp e WHERE e.salary < 700 AND PROBE > -100000",
		"negated":          "SELECT e.id FROM emp e WHERE NOT (PROBE > 100000) OR e.salary > 5000",
		"case in where":    "SELECT e.id FROM emp e WHERE CASE WHEN e.salary < 700 THEN PROBE > 0 ELSE true END",
		"on":               "SELECT p.k FROM pub p JOIN emp e ON p.k = PROBE",
		"on, outer":        "SELECT p.k, e.id FROM pub p LEFT JOIN emp e ON e.id = p.k AND PROBE > -100000",
		"output":           "SELECT PROBE AS y FROM emp e",
		"output, ordered":  "SELECT PROBE AS y FROM emp e ORDER BY e.salary LIMIT 3",
		"derived":          "SELECT max(x.y) FROM (SELECT PROBE AS y FROM emp e) x",
		"derived, filter":  "SELECT x.id FROM (SELECT e.id, PROBE AS y FROM emp e) x WHERE x.y > 0",
		"with":             "WITH x AS (SELECT e.id, PROBE AS y FROM emp e) SELECT x.id FROM x WHERE x.y > 0",
		"outer, coalesce":  "SELECT p.k, l.y FROM pub p LEFT JOIN (SELECT e.id, coalesce(PROBE, 0) AS y FROM emp e) l ON l.id = p.k",
		"exists":           "SELECT p.k FROM pub p WHERE EXISTS (SELECT 1 FROM emp e WHERE e.id = p.k + 940 AND PROBE > -100000)",
		"in":               "SELECT p.k FROM pub p WHERE p.k IN (SELECT PROBE FROM emp e)",
		"scalar":           "SELECT (SELECT max(PROBE) FROM emp e WHERE e.salary < 700) AS y",
		"order":            "SELECT e.id FROM emp e ORDER BY PROBE",
		"group":            "SELECT count(*) FROM (SELECT PROBE AS y FROM emp e) x GROUP BY x.y",
		"having":           "SELECT e.salary, e.code FROM emp e GROUP BY e.salary, e.code HAVING max(e.id) > 0 AND (10000 / (e.salary - 666)) > -100000",
		"aggregate":        "SELECT sum(PROBE) FROM emp e",
		"aggregate, join":  "SELECT sum(PROBE) FROM emp e JOIN pub p ON p.k = e.id - 940 OR p.k = e.id",
		"filter":           "SELECT count(*) FILTER (WHERE PROBE > 0) FROM emp e",
		"window":           "SELECT e.id, sum(PROBE) OVER (ORDER BY e.id) FROM emp e",
		"distinct":         "SELECT DISTINCT PROBE AS y FROM emp e",
		"union":            "SELECT PROBE AS y FROM emp e UNION ALL SELECT k FROM pub",
		"below a union":    "SELECT x.y FROM (SELECT e.salary AS y, e.salary, e.code FROM emp e UNION ALL SELECT 5000, 5000, '1') x WHERE (10000 / (x.salary - 666)) > -100000",
		"joined predicate": "SELECT p.k FROM pub p JOIN emp e ON e.id = p.k + 940 WHERE PROBE > -100000",
		"self join":        "SELECT e.id FROM emp e JOIN emp f ON f.id = e.id WHERE PROBE > -100000",
	}
}

// Cell is one query of the matrix.
type Cell struct{ Filter, Probe, Place, Draft string }

// String names the cell.
func (c Cell) String() string { return c.Filter + " / " + c.Probe + " / " + c.Place }

// Cells are all cells of a filter.
func Cells(filter string) []Cell {
	var cells []Cell
	for probe, expr := range Probes() {
		for place, draft := range Places() {
			if !strings.Contains(draft, "PROBE") && probe != "division" {
				continue
			}
			cells = append(cells, Cell{filter, probe, place, strings.ReplaceAll(draft, "PROBE", expr)})
		}
	}
	return cells
}

// View is what ana sees under a filter.
func View(c *catalog.Catalog, filter string) (policy.View, error) {
	text := fmt.Sprintf(`version: 1
attributes: {name: text}
classes: {plain: {show: value}}
tables:
  emp:
    columns: {id: plain, tenant: plain, salary: plain, code: plain}
    grants: {people: {rows: %q}}
  pub:
    columns: {k: plain, v: plain}
    grants: {people: {rows: all}}
  grants:
    columns: {emp_tenant: plain, who: plain}
`, Filters()[filter])
	r, err := rules.Compile("leak.yaml", []byte(text), c, rules.Options{Teams: []string{"people"}})
	if err != nil {
		return policy.View{}, err
	}
	return policy.See(viewer.Viewer{Name: "ana", Teams: []string{"people"}, Attributes: map[string][]string{"name": {"ana"}}}, r, c)
}

// Statement is what Grille runs for a draft of ana's.
func Statement(v policy.View, draft string) (emit.Statement, error) {
	tree, err := syntax.Parse(draft)
	if err != nil {
		return emit.Statement{}, err
	}
	q, err := bind.Query(tree, v.Names(), bind.Env{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return emit.Statement{}, err
	}
	allowed, err := policy.Apply(v, q)
	if err != nil {
		return emit.Statement{}, err
	}
	return emit.SQL(allowed)
}

// Unfenced is a statement's text with its fences taken out.
func Unfenced(text string) string {
	return strings.NewReplacer(" OFFSET 0", "", " LIMIT -1", "").Replace(text)
}
