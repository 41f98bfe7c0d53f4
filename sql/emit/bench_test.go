package emit

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
)

const benchTables = `patients (id int4 key, name text, born date, ward int4 -> wards.id, weight numeric null, status text)
wards (id int4 key, name text, beds int4)
visits (id int8 key, patient_id int4 -> patients.id, at timestamp, cost numeric)`

const benchRules = `version: 1
attributes: {ward: int}
classes:
  plain: {show: value}
  year: {show: {bucket: year}}
tables:
  public.patients:
    columns: {id: plain, name: plain, born: year, ward: plain, weight: plain, status: plain}
    grants:
      nurses: {rows: "ward = viewer.ward"}
  public.wards:
    columns: {id: plain, name: plain, beds: plain}
    grants:
      nurses: {rows: all}
  public.visits:
    columns: {id: plain, patient_id: plain, at: plain, cost: plain}
    grants:
      nurses: {rows: "EXISTS (SELECT 1 FROM patients p WHERE p.id = visits.patient_id AND p.ward = viewer.ward)"}
`

// benchDrafts are a two-table query and an analyst's report of 1.5 KB.
var benchDrafts = map[string]string{
	"two": `SELECT w.name, count(*) AS n, avg(p.weight) FROM patients p JOIN wards w ON w.id = p.ward WHERE p.status = 'in' AND p.born > '1950-01-01' GROUP BY w.name ORDER BY n DESC LIMIT 10`,
	"report": `WITH monthly AS (
  SELECT date_trunc('month', v.at) AS month, w.id AS ward_id, w.name AS ward, count(*) AS visits, sum(v.cost) AS cost,
         count(DISTINCT v.patient_id) AS patients, avg(v.cost) FILTER (WHERE p.weight > 80) AS heavy
  FROM visits v JOIN patients p ON p.id = v.patient_id LEFT JOIN wards w ON w.id = p.ward
  WHERE v.at >= '2024-01-01' AND v.at < '2025-01-01' AND p.status IN ('in', 'out', 'transfer') AND p.name NOT LIKE 'test%'
  GROUP BY date_trunc('month', v.at), w.id, w.name
), ranked AS (
  SELECT month, ward, visits, cost, patients, heavy,
         rank() OVER (PARTITION BY month ORDER BY cost DESC) AS place,
         sum(cost) OVER (PARTITION BY ward ORDER BY month ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS rolling,
         lag(cost) OVER (PARTITION BY ward ORDER BY month) AS before
  FROM monthly
)
SELECT r.month, r.ward, r.visits, r.cost, round(100 * r.cost / nullif(r.before, 0), 1) AS change,
       CASE WHEN r.place = 1 THEN 'first' WHEN r.place <= 3 THEN 'top three' ELSE 'other' END AS grade,
       coalesce(r.heavy, 0) AS heavy, r.rolling,
       (SELECT max(m.visits) FROM monthly m WHERE m.ward = r.ward) AS best
FROM ranked r
WHERE r.place <= 5 AND EXISTS (SELECT 1 FROM visits v2 JOIN patients p2 ON p2.id = v2.patient_id WHERE p2.status = 'in' AND v2.cost > r.cost / 10)
   OR r.ward IN (SELECT name FROM wards WHERE beds BETWEEN 10 AND 50)
ORDER BY r.month DESC, r.cost DESC NULLS LAST, r.ward LIMIT 200`,
}

func allow(b testing.TB, view policy.View, draft string) policy.Allowed {
	b.Helper()
	tree, err := syntax.Parse(draft)
	if err != nil {
		b.Fatal(err)
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{})
	if err != nil {
		b.Fatal(err)
	}
	a, err := policy.Apply(view, q)
	if err != nil {
		b.Fatal(err)
	}
	return a
}

func Benchmark(b *testing.B) {
	view := nurse(must(catalogtest.Parse(catalog.Postgres, benchTables)), benchRules)
	for name, draft := range benchDrafts {
		a := allow(b, view, draft)
		b.Run(name+"/all", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(SQL(allow(b, view, draft)))
			}
		})
		b.Run(name+"/sql", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(SQL(a))
			}
		})
		q := a.Query()
		lower(&postgres, q)
		p := must(printQuery(&postgres, q))
		b.Run(name+"/print", func(b *testing.B) {
			for b.Loop() {
				must(printQuery(&postgres, q))
			}
		})
		b.Run(name+"/check", func(b *testing.B) {
			for b.Loop() {
				if err := recheck(view, q, p); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/parse", func(b *testing.B) {
			for b.Loop() {
				must(syntax.Parse(p.text))
			}
		})
		b.Run(name+"/fingerprint", func(b *testing.B) {
			for b.Loop() {
				ir.Fingerprint(q)
			}
		})
	}
}

// BenchmarkEngines is the whole way of each draft, and the check of its text alone.
func BenchmarkEngines(b *testing.B) {
	for _, engine := range []catalog.Engine{catalog.Postgres, catalog.SQLite, catalog.MariaDB, catalog.Trino} {
		view := nurse(must(catalogtest.Parse(engine, benchTables)), strings.ReplaceAll(benchRules, "public.", ""))
		d := dialectOf(engine)
		for name, draft := range benchDrafts {
			b.Run(engine.String()+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := SQL(allow(b, view, draft)); err != nil {
						b.Skip(err)
					}
				}
			})
			b.Run(engine.String()+"/"+name+"/check", func(b *testing.B) {
				q := allow(b, view, draft).Query()
				lower(d, q)
				p, err := printQuery(d, q)
				if err != nil {
					b.Skip(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if err := recheck(view, q, p); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
