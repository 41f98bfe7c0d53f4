package groups

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/refusal"
)

// attack is a draft that gives the salary of one away where a group is only asked
// for enough entities. In the texts $V is her id, $U the one before, $K the size.
type attack struct {
	name string
	// naive is run directly, HAVING count(DISTINCT id) >= K.
	naive string
	// salary computes hers from the rows, which are numbers.
	salary func(rows [][]*big.Rat, victim int64) *big.Rat
	draft  string       // for Grille
	code   refusal.Code // "": an answer without her
}

// first is the first cell of a row.
func first(rows [][]*big.Rat, _ int64) *big.Rat { return rows[0][0] }

// less is a - b of the first row.
func less(rows [][]*big.Rat, _ int64) *big.Rat { return new(big.Rat).Sub(rows[0][0], rows[0][1]) }

// step is the difference at the victim's row.
func step(rows [][]*big.Rat, victim int64) *big.Rat {
	of := map[string]*big.Rat{}
	for _, r := range rows {
		of[r[0].RatString()] = r[1]
	}
	return new(big.Rat).Sub(of[fmt.Sprint(victim)], of[fmt.Sprint(victim-1)])
}

// attacks are the eleven of the red team, a to k, and those that were found since.
func attacks() []attack {
	enough := " HAVING count(DISTINCT e.id) >= $K"
	total := "(SELECT sum(salary) FROM emp)"
	shape := refusal.SmallGroup
	return []attack{
		{"a, prefix sums", "SELECT g, sum(e.salary) FROM generate_series(1, 1000) g JOIN emp e ON e.id <= g GROUP BY g" + enough, step,
			"SELECT g, sum(e.salary) FROM generate_series(1, 1000) g JOIN emp e ON e.id <= g GROUP BY g", shape},
		{"b, all but one", "SELECT " + total + ", sum(e.salary) FROM generate_series($V, $V) g JOIN emp e ON e.id <> g GROUP BY g" + enough, less,
			"SELECT g, sum(e.salary) FROM generate_series(1, 50) g JOIN emp e ON e.id <> g GROUP BY g", shape},
		{"c, one twice", "SELECT sum(e.salary), " + total + " FROM emp e LEFT JOIN (VALUES ($V), ($V)) x(id) ON x.id = e.id" + enough, less,
			"SELECT sum(e.salary) FROM emp e LEFT JOIN (VALUES ($V), ($V)) x(id) ON x.id = e.id", shape},
		{"d, a condition inside", "SELECT sum(CASE WHEN e.id = $V THEN e.salary END) FROM emp e" + enough, first,
			"SELECT sum(CASE WHEN id = $V THEN salary END) FROM emp", shape},
		{"d, a filter", "SELECT sum(e.salary) FILTER (WHERE e.id = $V) FROM emp e" + enough, first,
			"SELECT sum(salary) FILTER (WHERE id = $V) FROM emp", shape},
		{"d, a factor", "SELECT sum(e.salary * (e.id = $V)::int) FROM emp e" + enough, first,
			"SELECT sum(salary * (id = $V)::int) FROM emp", shape},
		{"e, a query for each row", "SELECT g, (SELECT sum(e.salary) FROM emp e WHERE e.id <= g" + enough + ") FROM generate_series($U, $V) g", step,
			"SELECT g, (SELECT sum(salary) FROM emp WHERE id <= g) FROM generate_series(1, 50) g", shape},
		{"f, a total beside groups", "SELECT total, s FROM (SELECT sum(e.salary) AS s, sum(sum(e.salary)) OVER () AS total, count(DISTINCT e.id) AS n FROM emp e GROUP BY e.tenant = 7) x WHERE n >= $K", less,
			"SELECT sum(sum(salary)) OVER () - sum(salary) AS hers FROM emp GROUP BY tenant = 7", ""},
		{"g, one row more", "SELECT a.s, b.s FROM (SELECT sum(e.salary) AS s FROM (SELECT * FROM emp ORDER BY id LIMIT $V) e" + enough + ") a, (SELECT sum(e.salary) AS s FROM (SELECT * FROM emp ORDER BY id LIMIT $U) e" + enough + ") b", less,
			"SELECT sum(salary) FROM (SELECT * FROM emp ORDER BY id LIMIT 42) x", shape},
		{"h, a total of all groups", "SELECT max(s), min(s) FROM (SELECT sum(e.salary) AS s FROM emp e GROUP BY ROLLUP (e.tenant = 7)" + enough + ") x", less,
			"SELECT tenant = 7, sum(salary) FROM emp GROUP BY ROLLUP (tenant = 7)", refusal.Unsupported},
		{"i, one in two groups", "SELECT max(s), min(s) FROM (SELECT u, sum(e.salary) AS s FROM emp e CROSS JOIN LATERAL unnest(ARRAY['all', CASE WHEN e.id <> $V THEN 'but' END]) u WHERE u IS NOT NULL GROUP BY u" + enough + ") x", less,
			"SELECT u, sum(salary) FROM emp CROSS JOIN LATERAL unnest(ARRAY['all', CASE WHEN id <> $V THEN 'but' END]) u GROUP BY u", shape},
		{"j, a question about one", "SELECT max(g) + 1 FROM generate_series(0, 20000) g WHERE EXISTS (SELECT 1 FROM emp e WHERE e.id = $V AND e.salary > g)", first,
			"SELECT g FROM generate_series(0, 20000) g WHERE EXISTS (SELECT 1 FROM emp e WHERE e.id = $V AND e.salary > g)", shape},
		{"k, joined with the others", "SELECT " + total + ", sum(e.salary) FROM emp a JOIN emp e ON a.id <> e.id WHERE a.id = $V GROUP BY a.id" + enough, less,
			"SELECT a.id, sum(b.salary) FROM emp a JOIN emp b ON a.id <> b.id GROUP BY a.id", shape},
		{"k, weights", "SELECT sum(e.salary * v.w) FROM emp e JOIN (VALUES (1, 0), (2, 0), (3, 0), (7, 1), (9, 0)) v(t, w) ON v.t = e.tenant" + enough, first,
			"SELECT sum(e.salary * v.w) FROM emp e JOIN (VALUES (1, 0), (7, 1)) v(t, w) ON v.t = e.tenant", shape},
		{"k, the greatest", "SELECT max(e.salary) FROM emp e" + enough, first, "SELECT max(salary) FROM emp", shape},
		{"k, without what another has", "SELECT sum(e.y), sum(DISTINCT e.y) + 100000 * $V FROM (SELECT id, salary + 100000 * id AS y FROM emp UNION ALL SELECT 1000, salary + 100000 * id FROM emp WHERE id = $V) e" + enough, less,
			"SELECT sum(DISTINCT salary) FROM emp", shape},
		// Found against the first version of counted blocks.
		{"l, a product", "SELECT sum(e.salary * (e.tenant - 1) * (e.tenant - 2) * (e.tenant - 3) * (e.tenant - 9)) / (6 * 5 * 4 * -2) FROM emp e" + enough, first,
			"SELECT sum(salary * (tenant - 1) * (tenant - 2) * (tenant - 3)) FROM emp", shape},
		{"m, three sums", "SELECT sum(e.salary), sum(e.salary) FILTER (WHERE e.tenant < 7) + sum(e.salary) FILTER (WHERE e.tenant = 9) FROM emp e" + enough, less,
			"SELECT sum(salary) FILTER (WHERE tenant < 3), sum(salary) FILTER (WHERE tenant = 3) FROM emp", ""},
	}
}

// TestAttacks runs each attack directly, where it must give her salary, and
// through Grille on both engines, where it must not.
func TestAttacks(t *testing.T) {
	b := newBench(t)
	w := newWorld(1, 1)
	id := int64(len(w.emp.rows) + 1)
	w.emp.rows = append(w.emp.rows, record{"id": id, "dept": int64(1), "tenant": int64(7), "boss": nil, "name": "vera", "badge": "B-V", "hired": "2020-01-01", "salary": int64(10_999), "bonus": nil, "rate": nil})
	b.lay(w)
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			fill := func(text string) string {
				return strings.NewReplacer("$U", fmt.Sprint(id-1), "$V", fmt.Sprint(id), "$K", fmt.Sprint(w.size)).Replace(text)
			}
			r := b.owner.Query(t.Context(), fill(a.naive))
			if r.Err != nil {
				t.Fatalf("the control: %v\n%s", r.Err, a.naive)
			}
			if got := a.salary(rationals(r), id); got.Cmp(big.NewRat(10_999, 1)) != 0 {
				t.Errorf("the control tells nothing: %s", got)
			}
			for e := range b.grille {
				b.refused(t, e, fill(a.draft), a.code)
			}
		})
	}
}

func (b *bench) refused(t *testing.T, e oracle.Engine, draft string, want refusal.Code) {
	r := b.ask(e, draft)
	if want != "" {
		if refusal.CodeOf(r.Err) != want {
			t.Errorf("%s: %v, and not %s\n%s", e, r.Err, want, draft)
		}
		return
	}
	if r.Err != nil {
		t.Fatalf("%s: %v\n%s", e, r.Err, draft)
	}
	for _, line := range values(r) {
		for _, v := range line {
			if v != nil && rat(v).Sign() != 0 {
				t.Errorf("%s gives %v\n%s", e, line, draft)
			}
		}
	}
}

func rationals(r oracle.Result) [][]*big.Rat {
	var rows [][]*big.Rat
	for _, cells := range r.Rows {
		var line []*big.Rat
		for _, c := range cells {
			n, ok := new(big.Rat).SetString(c.Text)
			if !ok {
				n = new(big.Rat)
			}
			line = append(line, n)
		}
		rows = append(rows, line)
	}
	return rows
}
