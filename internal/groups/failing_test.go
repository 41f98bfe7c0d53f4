package groups

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/refusal"
)

// failing are whole numbers over e that fail on one row at least; many on vera's
// alone, of the tenant 7.
func failing() map[string]string {
	return map[string]string{
		"divide":    "1 / (e.tenant - 7)",
		"modulo":    "mod(5, e.tenant - 7)",
		"cast":      "CAST(e.name AS bigint)",
		"date":      "CAST(e.name AS date) - DATE '2020-01-01'",
		"factor":    "e.tenant * 1317624576693539402",
		"minus":     "-9223372036854775807 - e.tenant",
		"narrow":    "CAST(e.tenant * 400000000 AS int)",
		"log":       "CAST(ln(7.5 - e.tenant) AS bigint)",
		"cut":       "length(substring(e.name FROM 1 FOR CAST(6 - e.tenant AS int)))",
		"character": "length(chr(CAST(e.tenant - 7 AS int)))",
		"pattern":   `CASE WHEN 'vera!' LIKE e.name || '\' THEN 1 ELSE 0 END`,
		"rows":      "(SELECT d.id FROM dept d WHERE e.tenant = 7)",
		"float":     "length(CAST(CAST(e.tenant * 30.0" + strings.Repeat(" * 1e18", 17) + " AS double precision) AS text))",
		"tiny":      "length(CAST(CAST(e.tenant * 0.1" + strings.Repeat(" * 0.000000000000000001", 18) + " AS double precision) AS text))",
		"years":     "CAST(extract(year FROM e.hired" + strings.Repeat(" + interval '1000 years'", 293) + ") AS bigint)",
		"length":    "length(repeat(e.name, 1000000000))",
	}
}

// onGroups are the positions where an expression is computed on groups that are shown:
// there it may fail on those.
func onGroups(place string) bool {
	return slices.Contains([]string{"having", "output", "order", "window"}, place)
}

// positions are where an expression may stand in a block, and around it.
func positions() map[string]string {
	return map[string]string{
		"where":         "SELECT count(*) FROM emp e WHERE FAIL > -5",
		"where one":     "SELECT count(*) FROM emp e WHERE e.name = 'vera' AND FAIL > -5",
		"where or":      "SELECT count(*) FROM emp e WHERE e.name <> 'vera' OR FAIL > -5",
		"on":            "SELECT count(*) FROM emp e JOIN dept d ON d.id = e.dept AND FAIL > -5",
		"left on":       "SELECT d.name, count(*) FROM emp e LEFT JOIN dept d ON d.id = e.dept AND FAIL > -5 GROUP BY d.name",
		"key":           "SELECT FAIL AS k, count(*) FROM emp e GROUP BY 1",
		"case key":      "SELECT CASE WHEN FAIL > 3 THEN 1 ELSE 0 END AS k, count(*) FROM emp e GROUP BY 1",
		"distinct":      "SELECT DISTINCT FAIL AS k FROM emp e",
		"filter":        "SELECT count(*) FILTER (WHERE FAIL > -5) FROM emp e",
		"sum case":      "SELECT sum(CASE WHEN FAIL > -5 THEN 1 ELSE 0 END) FROM emp e",
		"sum then":      "SELECT sum(CASE WHEN e.tenant > 0 THEN FAIL END) FROM emp e",
		"sum":           "SELECT sum(FAIL) FROM emp e",
		"avg":           "SELECT avg(FAIL) FROM emp e",
		"count":         "SELECT count(FAIL) FROM emp e",
		"count each":    "SELECT count(DISTINCT FAIL) FROM emp e",
		"derived":       "SELECT x.k, count(*) FROM (SELECT FAIL AS k FROM emp e) x GROUP BY x.k",
		"derived where": "SELECT count(*) FROM (SELECT e.id FROM emp e WHERE FAIL > -5) x",
		"unused":        "SELECT count(*) FROM (SELECT e.id, FAIL AS k FROM emp e) x",
		"with":          "WITH x AS (SELECT e.dept, FAIL AS k FROM emp e) SELECT dept, sum(k) FROM x GROUP BY dept",
		"optional":      "SELECT x.k, count(*) FROM dept d LEFT JOIN (SELECT e.dept, FAIL AS k FROM emp e) x ON x.dept = d.id GROUP BY x.k",
		"child":         "SELECT s.kind, count(*) FROM sale s JOIN emp e ON e.id = s.emp_id WHERE FAIL > -5 GROUP BY s.kind",
		"exists":        "SELECT d.id FROM dept d WHERE EXISTS (SELECT count(*) FROM emp e WHERE FAIL > -5)",
		"scalar":        "SELECT d.id FROM dept d WHERE d.id < (SELECT count(*) FROM emp e WHERE FAIL > -5)",
		"having":        "SELECT e.tenant, count(*) FROM emp e GROUP BY e.tenant HAVING FAIL > -5",
		"having number": "SELECT e.tenant FROM emp e GROUP BY e.tenant HAVING count(*) FILTER (WHERE FAIL > -5) > 0",
		"output":        "SELECT FAIL AS x, count(*) FROM emp e GROUP BY e.tenant, e.name",
		"order":         "SELECT e.tenant, count(*) FROM emp e GROUP BY e.tenant ORDER BY FAIL",
		"window":        "SELECT e.tenant, sum(count(*)) OVER (PARTITION BY FAIL) FROM emp e GROUP BY e.tenant",
	}
}

// TestFailing puts what fails into each position. An error of the database would
// tell of one row, for it comes before entities are counted: such a draft is
// refused before it runs, or does no harm.
func TestFailing(t *testing.T) {
	b := newBench(t)
	w := newWorld(1, 1)
	w.emp.rows = append(w.emp.rows, record{"id": int64(len(w.emp.rows) + 1), "dept": int64(1), "tenant": int64(7), "name": "vera", "badge": "B-V", "hired": "2020-01-01", "salary": int64(10_999)})
	b.lay(w)
	of := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(failing())) {
		text := failing()[name]
		if r := b.owner.Query(t.Context(), "SELECT "+text+" FROM emp e"); r.Err == nil {
			t.Errorf("%s does not fail", name)
		}
		others := b.owner.Query(t.Context(), "SELECT "+text+" FROM emp e WHERE e.tenant < 7").Err != nil || name == "pattern" // on SQLite for each
		for _, place := range slices.Sorted(maps.Keys(positions())) {
			draft := strings.ReplaceAll(positions()[place], "FAIL", "("+text+")")
			for _, e := range []oracle.Engine{oracle.Postgres, oracle.SQLite} {
				r := b.ask(e, draft)
				code := refusal.CodeOf(r.Err)
				of[fmt.Sprintf("refused %q", code)]++
				ran := r.Err != nil && (code == "" || code == refusal.Internal || code == refusal.Value || code == refusal.Limit)
				if ran && !(code == refusal.Value && onGroups(place) && others) {
					t.Errorf("%s, %s on %s: %v\n%s\n%s", name, place, e, r.Err, draft, b.said.String())
				}
			}
		}
	}
	for _, what := range slices.Sorted(maps.Keys(of)) {
		t.Logf("%-40s %d", what, of[what])
	}
	if of[`refused ""`] == 0 || of[fmt.Sprintf("refused %q", refusal.SmallGroup)] == 0 {
		t.Error("all is refused, or nothing")
	}
}
