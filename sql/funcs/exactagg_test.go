package funcs

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// Aggregates, ordered-set aggregates and window functions on SQLite give what
// PostgreSQL gives over random groups, and over moving frames.
func TestExactAggregates(t *testing.T) {
	pg := live(t)
	pg.exec(try)
	zone, _ := types.Zone("Europe/Berlin")
	l := newLite(t, zone)
	rnd := rand.New(rand.NewPCG(1, 2))
	n := 0
	for _, f := range All() {
		if f.Class != Aggregate && f.Class != OrderedSet && f.Class != Window {
			continue
		}
		for _, s := range f.Sigs {
			if s.SQLite == "" {
				continue
			}
			for _, args := range instances(s) {
				m, err := s.match(args)
				if err != nil {
					t.Fatal(err)
				}
				for round := range 12 {
					g := groupFor(rnd, s, m, round)
					want := pg.ask([]string{g.postgres()})[0]
					got := g.sqlite(l, zone)
					n++
					if !sameList(got, want, m.Result) {
						t.Errorf("%s %s: SQLite %s, PostgreSQL %s\n\t%.300s", s, g.over, short(got), short(want), g.postgres())
						break
					}
				}
			}
		}
	}
	t.Logf("%d groups compared", n)
}

// rowGroup is one group of rows to aggregate.
type rowGroup struct {
	s      *Sig
	m      Match
	rows   [][]types.Value
	consts map[int]types.Value
	over   string // the window, or ""
}

func groupFor(rnd *rand.Rand, s *Sig, m Match, round int) rowGroup {
	g := rowGroup{s: s, m: m, consts: map[int]types.Value{}}
	var pools [][]types.Value
	for i, a := range m.Args {
		pool := tame(a)
		switch {
		case s.Func.Name == "string_agg" && i == 1:
			g.consts[i] = types.TextOf(", ")
		case s.Func.Class == OrderedSet && i == 0 && len(m.Args) > 1:
			g.consts[i] = types.FloatOf([]float64{0, 0.25, 0.5, 0.9, 1}[round%5])
		case s.Func.Class == Window && a == int4 && (i > 0 || s.Func.Name == "ntile"):
			g.consts[i] = types.IntOf(int64(1 + round%4))
		}
		pools = append(pools, pool)
	}
	for range rnd.IntN(14) {
		row := make([]types.Value, len(pools))
		for i, p := range pools {
			row[i] = p[rnd.IntN(len(p))]
		}
		g.rows = append(g.rows, row)
	}
	switch {
	case s.Func.Class == Window:
		g.over = "OVER (ORDER BY n)"
	case s.Func.Class == Aggregate && round%3 == 2:
		g.over = "OVER (ORDER BY n ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"
	}
	return g
}

// tame are values whose sums do not overflow.
func tame(t types.Type) []types.Value {
	texts := map[types.Kind][]string{
		types.Int2: {"1", "2", "-3", "100", "0", "7"}, types.Int4: {"1", "2", "-3", "100000", "0", "7"}, types.Int8: {"1", "2", "-3", "10000000000", "0", "7"},
		types.Numeric: {"1.5", "2.25", "-3", "100.001", "0", "7.10", "0.333333333333", "12345678901234567890.12"},
		types.Float4:  {"1.5", "2.25", "-3", "1e3", "0", "7"}, types.Float8: {"1.5", "2.25", "-3", "1e3", "0", "7.125"},
		types.Interval: {"1 day", "2 hours", "-1 mon", "1 year 2 days 03:04:05.5"},
	}[t.Kind]
	out := []types.Value{types.Null}
	for _, s := range texts {
		v, err := types.Parse(t, s, nil)
		if err != nil {
			panic(err)
		}
		out = append(out, v)
	}
	if texts == nil {
		out = valuesOf(t, true)
	}
	return out
}

func (g rowGroup) postgres() string {
	rows := []string{}
	for n, row := range g.rows {
		cells := []string{strconv.Itoa(n)}
		for i, v := range row {
			cells = append(cells, quoted(v, g.m.Args[i]))
		}
		rows = append(rows, "("+strings.Join(cells, ", ")+")")
	}
	args := make([]string, len(g.m.Args))
	nothing := []string{"0"}
	for i, a := range g.m.Args {
		args[i] = fmt.Sprintf("c%d", i+1)
		nothing = append(nothing, "CAST(NULL AS "+a.SQL()+")")
		if c, ok := g.consts[i]; ok {
			args[i] = quoted(c, a)
		}
	}
	from := "(VALUES (" + strings.Join(nothing, ", ") + ")"
	for _, r := range rows {
		from += ", " + r
	}
	from += ") v(" + columns(len(args)) + ")"
	expr := render(g.s, args)
	if g.s.Func.Name == "string_agg" && g.over == "" {
		expr = strings.Replace(expr, args[1]+")", args[1]+" ORDER BY n)", 1)
	}
	expr = strings.TrimSuffix(expr, " OVER ()")
	if g.over == "" {
		return asText(expr, g.m.Result) + " FROM (SELECT * FROM " + from + " OFFSET 1) v"
	}
	return "SELECT string_agg(coalesce(" + castText("x", g.m.Result) + ", 'NULL'), '|' ORDER BY n) FROM (SELECT n, " + expr + " " + g.over +
		" AS x FROM (SELECT * FROM " + from + " OFFSET 1) v) q"
}

func castText(x string, t types.Type) string {
	if t == boolean {
		return "CASE WHEN " + x + " THEN 't' WHEN NOT " + x + " THEN 'f' END"
	}
	if t == bpchar {
		return "CASE WHEN " + x + " IS NOT NULL THEN concat(" + x + ") END"
	}
	return "CAST(" + x + " AS text)"
}

func columns(n int) string {
	names := []string{"n"}
	for i := range n {
		names = append(names, fmt.Sprintf("c%d", i+1))
	}
	return strings.Join(names, ", ")
}

func (g rowGroup) sqlite(l *lite, zone *time.Location) string {
	args := make([]string, len(g.m.Args))
	var values []types.Value
	var ts []types.Type
	bind := func(v types.Value, t types.Type) string {
		values, ts = append(values, v), append(ts, t)
		return "?" + strconv.Itoa(len(values))
	}
	for i, a := range g.m.Args {
		args[i] = fmt.Sprintf("c%d", i+1)
		if c, ok := g.consts[i]; ok {
			args[i] = bind(c, a)
		}
	}
	from := "SELECT " + strings.Repeat("NULL, ", len(args)) + "NULL WHERE 0"
	for n, row := range g.rows {
		from += " UNION ALL SELECT " + strconv.Itoa(n)
		for i, v := range row {
			from += ", " + bind(v, g.m.Args[i])
		}
	}
	sig := *g.s
	if g.over != "" && !strings.Contains(sig.SQLite, "{tail}") {
		sig.SQLite += "{tail}"
	}
	sig.SQLite = strings.ReplaceAll(sig.SQLite, "{tail}", " "+g.over)
	expr := renderLite(&sig, args, g.m.Args, g.m.Result)
	if g.s.Func.Name == "string_agg" && g.over == "" {
		expr = strings.Replace(expr, args[1]+")", args[1]+" ORDER BY n)", 1)
	}
	s, _, err := l.conn.Prepare("WITH v(" + columns(len(args)) + ") AS (" + from + ") SELECT " + expr + " FROM v ORDER BY " + map[bool]string{true: "n", false: "1"}[g.over != ""])
	if err != nil {
		return "cannot prepare " + expr + ": " + err.Error()
	}
	defer s.Close()
	for i, v := range values {
		bindValue(s, i+1, v, ts[i])
	}
	var out []string
	for s.Step() {
		out = append(out, column(s, g.m.Result, zone))
	}
	if err := s.Err(); err != nil {
		return "error " + err.Error()
	}
	if out == nil {
		return "NULL" // string_agg over no rows
	}
	return strings.Join(out, "|")
}

func sameList(got, want string, t types.Type) bool {
	if same(got, want, t) {
		return true
	}
	a, b := strings.Split(got, "|"), strings.Split(want, "|")
	if len(a) != len(b) || len(a) < 2 {
		return false
	}
	for i := range a {
		if !same(a[i], b[i], t) {
			return false
		}
	}
	return true
}
