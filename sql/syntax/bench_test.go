package syntax

import (
	"strings"
	"testing"

	"github.com/sqlc-dev/oliphant/parser"
)

const twoTables = `SELECT c.name, count(*) AS orders, sum(o.amount) AS total
FROM customers c JOIN orders o ON o.customer_id = c.id
WHERE o.created_at >= DATE '2024-01-01' AND o.status IN ('paid', 'shipped') AND c.country = 'DE'
GROUP BY c.name ORDER BY total DESC LIMIT 10`

// long is 3 KB of CTEs, joins and windows.
func long() string {
	cte := `m AS (
  SELECT date_trunc('month', o.created_at) AS month, c.country, sum(o.amount) FILTER (WHERE o.status <> 'void') AS total,
         count(DISTINCT o.customer_id) AS buyers, avg(CASE WHEN o.amount > 100 THEN o.amount ELSE NULL END) AS big
  FROM orders o JOIN customers c ON c.id = o.customer_id LEFT JOIN refunds r ON r.order_id = o.id
  WHERE o.created_at BETWEEN DATE '2023-01-01' AND DATE '2023-12-31' AND r.id IS NULL
  GROUP BY 1, 2 HAVING sum(o.amount) > 1000
)`
	var b strings.Builder
	b.WriteString("WITH " + cte)
	for _, name := range []string{"n", "p", "q", "s", "t"} {
		b.WriteString(",\n" + name + strings.TrimPrefix(cte, "m"))
	}
	b.WriteString(`
SELECT m.month, m.country, m.total, lag(m.total) OVER (PARTITION BY m.country ORDER BY m.month) AS before,
       round(100.0 * m.total / NULLIF(n.total, 0), 2) AS share
FROM m JOIN n USING (month, country) WHERE m.country IN (SELECT country FROM p WHERE buyers > 10)
ORDER BY m.month, share DESC NULLS LAST LIMIT 100`)
	return b.String()
}

// BenchmarkParse measures Parse and, as /bare, the parser alone: the ratio is
// what the guard and the copy cost.
func BenchmarkParse(b *testing.B) {
	for _, q := range []struct{ name, text string }{{"two tables", twoTables}, {"3KB", long()}} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(q.text)))
			for b.Loop() {
				if _, err := Parse(q.text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(q.name+"/bare", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(q.text)))
			for b.Loop() {
				if _, err := parser.ParseToTree(q.text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(q.name+"/guard", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				guard(q.text, false, draftCaps())
			}
		})
	}
}
