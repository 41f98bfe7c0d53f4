package policy_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// What rules cost (make bench-rules). Each benchmark runs the thing with rules
// and the bare thing in turn, and reports the medians of both and their ratio:
// what else the machine does then weighs on both.

// BenchmarkGate is the way of a draft from its text to the checked statement,
// with n rules in the file: one of them in the query, or all. Bare is the same
// query where every row of the same tables is open.
func BenchmarkGate(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		with, bare := gated(b, n, "a = viewer.ward AND (b = 'open' OR d > '2020-01-01') AND a IN (viewer.wards)"), gated(b, n, "all")
		for _, in := range slices.Compact([]int{1, n}) {
			draft := strings.TrimSuffix(strings.Repeat("SELECT b, count(*), sum(a) FROM tN t WHERE d < '2024-01-01' GROUP BY b UNION ALL ", in), " UNION ALL ")
			for i := range in {
				draft = strings.Replace(draft, "tN", fmt.Sprintf("t%d", i), 1)
			}
			b.Run(fmt.Sprintf("rules=%d/used=%d", n, in), func(b *testing.B) {
				inTurn(b, "µs", time.Microsecond, func() error { return gate(with, draft) }, func() error { return gate(bare, draft) })
			})
		}
	}
}

// gated sees n tables through as many rules.
func gated(b *testing.B, n int, rows string) func() (policy.View, error) {
	var tables, file strings.Builder
	file.WriteString("version: 1\nattributes: {ward: int, wards: \"int[]\"}\nclasses: {plain: {show: value}}\ntables:\n")
	for i := range n {
		fmt.Fprintf(&tables, "t%d (id int8 key, a int4, b text, c text, d date)\n", i)
		fmt.Fprintf(&file, "  t%d: {columns: {id: plain, a: plain, b: plain, c: plain, d: plain}, grants: {analysts: {rows: %q}}}\n", i, rows)
	}
	cat, err := catalogtest.Parse(catalog.Postgres, tables.String())
	if err != nil {
		b.Fatal(err)
	}
	r, err := rules.Compile("rules.yaml", []byte(file.String()), cat, rules.Options{Teams: teams, Secret: secret(b), Connection: "x"})
	if err != nil {
		b.Fatal(err)
	}
	who := viewer.Viewer{Teams: []string{"analysts"}, Attributes: map[string][]string{"ward": {"3"}, "wards": {"3", "4", "5"}}}
	return func() (policy.View, error) { return policy.See(who, r, cat) }
}

// gate sees, parses, binds, applies, prints and checks, as one question does.
func gate(see func() (policy.View, error), draft string) error {
	view, err := see()
	if err != nil {
		return err
	}
	tree, err := syntax.Parse(draft)
	if err != nil {
		return err
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{})
	if err != nil {
		return err
	}
	allowed, err := policy.Apply(view, q)
	if err != nil {
		return err
	}
	_, err = emit.SQL(allowed)
	return err
}

// inTurn times what is to be measured and the bare thing, one after the other.
func inTurn(b *testing.B, unit string, of time.Duration, with, bare func() error) {
	var a, z []time.Duration
	for b.Loop() {
		for f, to := range map[*func() error]*[]time.Duration{&with: &a, &bare: &z} {
			start := time.Now()
			if err := (*f)(); err != nil {
				b.Fatal(err)
			}
			*to = append(*to, time.Since(start))
		}
	}
	slices.Sort(a)
	slices.Sort(z)
	at := func(d []time.Duration, p int) float64 { return float64(d[(len(d)-1)*p/100]) / float64(of) }
	b.ReportMetric(0, "ns/op") // of both together: says nothing
	b.ReportMetric(at(a, 50), "p50-"+unit)
	b.ReportMetric(at(a, 99), "p99-"+unit)
	b.ReportMetric(at(a, 50)-at(z, 50), "added-p50-"+unit)
	b.ReportMetric(at(a, 99)-at(z, 99), "added-p99-"+unit)
	b.ReportMetric(at(a, 50)/at(z, 50), "of-bare")
}

// filtered are drafts over a million rows of which a rule leaves three quarters,
// and the same with the rule's condition written by hand.
func filtered() map[string][2]string {
	const hand = " status <> 'void' AND region IN (1, 2, 3)"
	return map[string][2]string{
		"open": {
			"SELECT region, count(*), sum(amount) FROM sales WHERE day >= '2020-06-01' GROUP BY region",
			"SELECT region, count(*), sum(amount) FROM sales WHERE day >= '2020-06-01' AND" + hand + " GROUP BY region",
		},
		"fenced": {
			"SELECT region, count(*), sum(1000 / amount) FROM sales WHERE day >= '2020-06-01' GROUP BY region",
			"SELECT region, count(*), sum(1000 / amount) FROM sales WHERE day >= '2020-06-01' AND" + hand + " GROUP BY region",
		},
		"point": {
			"SELECT amount FROM sales WHERE id = 4712 AND 10 / (amount + 1) >= 0",
			"SELECT amount FROM sales WHERE id = 4712 AND 10 / (amount + 1) >= 0 AND" + hand,
		},
	}
}

// grouped are drafts over the same rows, seen in groups of ten, and the same
// without holding anything back.
func grouped() map[string][2]string {
	const hand = " FROM sales WHERE status <> 'void' AND region IN (1, 2, 3) GROUP BY region"
	const two = ", sum(amount) FILTER (WHERE day >= '2021-01-01'), count(*) FILTER (WHERE day < '2020-06-01')"
	return map[string][2]string{
		"groups":         {"SELECT region, count(*), sum(amount) FROM sales GROUP BY region", "SELECT region, count(*), sum(amount)" + hand},
		"groups/filters": {"SELECT region" + two + " FROM sales GROUP BY region", "SELECT region" + two + hand},
	}
}

// BenchmarkFiltered runs each of them through Grille on PostgreSQL, and by hand on
// a connection of pgx's.
func BenchmarkFiltered(b *testing.B) {
	db := pgtest.New(b)
	direct, err := oracle.OpenDirect(b.Context(), db.DSN, "public")
	if err != nil {
		b.Fatal(err)
	}
	defer direct.Close()
	fill := `CREATE TABLE sales (id bigint PRIMARY KEY, region integer, day date, status text, amount integer);
		INSERT INTO sales SELECT n, n % 4 + 1, date '2020-01-01' + n % 1000, CASE WHEN n % 50 = 0 THEN 'void' ELSE 'paid' END, 1 + n % 977 FROM generate_series(1, 1000000) n;
		GRANT SELECT ON sales TO ` + db.ReadOnlyRole()
	for _, text := range []string{fill, "VACUUM ANALYZE sales"} {
		if err := direct.Exec(b.Context(), text); err != nil {
			b.Fatal(err)
		}
	}
	engine, err := oracle.OpenPostgres(db.ReadOnlyDSN, run.Log{})
	if err != nil {
		b.Fatal(err)
	}
	defer engine.Close()
	compare := func(name string, g *oracle.Through, texts [2]string) {
		b.Run(name, func(b *testing.B) {
			inTurn(b, "ms", time.Millisecond,
				func() error { return g.Query(b.Context(), texts[0]).Err },
				func() error { return direct.Query(b.Context(), texts[1]).Err })
		})
	}
	pushes, always, groups := sales(b, engine, ""), sales(b, engine, "fence: always, "), sales(b, engine, "min_group: {entity: id, size: 10}, ")
	for _, name := range slices.Sorted(maps.Keys(filtered())) {
		compare(name, pushes, filtered()[name])
		compare(name+"/fence-always", always, filtered()[name])
	}
	for _, name := range slices.Sorted(maps.Keys(grouped())) {
		compare(name, groups, grouped()[name])
	}
}

func sales(b *testing.B, engine run.Engine, more string) *oracle.Through {
	g, err := oracle.NewThrough(b.Context(), engine, oracle.Setup{Teams: []string{"alpha"}, Viewer: viewer.Viewer{Teams: []string{"alpha"}}, Rules: fmt.Sprintf(`version: 1
classes: {plain: {show: value}}
tables:
  public.sales: {%scolumns: {id: plain, region: plain, day: plain, status: plain, amount: plain}, grants: {alpha: {rows: "status <> 'void' AND region IN (1, 2, 3)"}}}
`, more)})
	if err != nil {
		b.Fatal(err)
	}
	return g
}
