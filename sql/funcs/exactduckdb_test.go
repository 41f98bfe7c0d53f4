//go:build duckdb

package funcs

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"

	"github.com/grille-dev/grille/internal/ducktest"
	"github.com/grille-dev/grille/sql/types"
)

// duck is DuckDB for an asker in India.
type duck struct {
	db   *ducktest.DB
	zone *time.Location
}

func newDuck(t *testing.T) duck {
	t.Helper()
	zone, _ := types.Zone("Asia/Kolkata")
	return duck{ducktest.Open(t, ducktest.New(t), zone), zone}
}

// duckParam is the type of a parameter, as package emit writes it; "" if DuckDB has no
// such value.
func duckParam(v types.Value, t types.Type) string {
	switch {
	case t != numeric:
		return typeDuck(t)
	case v.IsNull():
		return DecimalDuckDB(1, 0)
	}
	whole, after, _ := strings.Cut(strings.TrimPrefix(v.Format(t, nil), "-"), ".")
	if strings.ContainsFunc(whole, func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return DecimalDuckDB(max(len(strings.TrimLeft(whole, "0"))+len(after), min(len(after)+1, 38)), len(after))
}

// eval computes expr, in which v.a1, v.a2, ... are columns of one row of such values.
func (d duck) eval(expr string, vs []types.Value, ts []types.Type, result types.Type) string {
	var cols []string
	var params []ducktest.Param
	for i, v := range vs {
		place := "NULL"
		if !v.IsNull() {
			params = append(params, ducktest.Param{Value: v, Type: ts[i]})
			place = "$" + strconv.Itoa(len(params))
		}
		cols = append(cols, fmt.Sprintf("CAST(%s AS %s) AS a%d", place, duckParam(v, ts[i]), i+1))
	}
	rows, err := d.db.Ask("SELECT "+expr+" FROM (SELECT "+strings.Join(append(cols, "1 AS one"), ", ")+") AS v", []types.Type{result}, params...)
	switch {
	case err != nil:
		return "error " + err.Error()
	case rows[0][0].IsNull():
		return "NULL"
	}
	return rows[0][0].Format(result, d.zone)
}

var duckMark = regexp.MustCompile(`\{(\d)(:text)?\}`)

// renderDuck fills a template with the columns v.a1, v.a2, ...
func renderDuck(template string, s *Sig, ts []types.Type) string {
	var plain, out []string
	for i, t := range ts {
		plain = append(plain, "v.a"+strconv.Itoa(i+1))
		out = append(out, strings.ReplaceAll(TextDuckDB(t, false), "{1}", plain[i]))
	}
	silent := strings.Contains(template, "{*:out}") && slices.Contains(out, "")
	template = duckMark.ReplaceAllStringFunc(template, func(mark string) string {
		n := int(mark[1] - '1')
		if strings.HasSuffix(mark, ":text}") {
			silent = silent || CastDuckDB(ts[n], text, types.Mod{}, false) == ""
			return strings.ReplaceAll(CastDuckDB(ts[n], text, types.Mod{}, false), "{1}", plain[n])
		}
		return plain[n]
	})
	if silent {
		return "" // package emit refuses it
	}
	return strings.NewReplacer("{op}", s.Func.Name, "{*}", strings.Join(plain, ", "), "{*:out}", strings.Join(out, ", ")).Replace(template)
}

// duckTemplate is the template of s with these constants, as package emit chooses it.
func duckTemplate(s *Sig, consts []*types.Value) string {
	switch t := DuckDBCall(s, consts, false); {
	case RefusedDuckDB(t):
		return ""
	case t != "":
		return t
	}
	return s.DuckDB
}

// Each function that DuckDB can spell gives there what PostgreSQL gives, or fails where
// it fails; and what cannot fail does not.
func TestExactOnDuckDB(t *testing.T) {
	pg := live(t)
	pg.exec(try)
	pg.exec("SET TimeZone = 'Asia/Kolkata'")
	d := newDuck(t)
	calls := 0
	for _, f := range All() {
		if f.Class != Scalar && f.Class != Operator || f.Internal {
			continue
		}
		for _, s := range f.Sigs {
			for _, args := range instances(s) {
				match, err := s.match(args)
				if (f.Name == "greatest" || f.Name == "least") && args[0] == interval {
					continue // package emit refuses them
				}
				if err != nil || slices.ContainsFunc(args, func(t types.Type) bool { return typeDuck(t) == "" }) {
					continue
				}
				if s.Variadic && len(args) < 3 {
					args = append(args, args[len(args)-1])
					match.Args = append(match.Args, args[len(args)-1])
				}
				calls += exactDuck(t, pg, d, s, match)
			}
		}
	}
	t.Logf("%d calls compared", calls)
}

func exactDuck(t *testing.T, pg *postgres, d duck, s *Sig, match Match) int {
	args := match.Args
	sets := make([][]types.Value, len(args))
	fixed := needsConst(s, args)
	for i, a := range args {
		if fixed[i] {
			for _, c := range exactConstants(s, i, a) {
				if v, err := types.Parse(a, c, time.UTC); err == nil {
					sets[i] = append(sets[i], v)
				}
			}
			continue
		}
		for _, v := range valuesOf(a, len(args) > 1) {
			if duckParam(v, a) != "" {
				sets[i] = append(sets[i], v)
			}
		}
	}
	thin(sets)
	var combos [][]types.Value
	constsOf := func(vs []types.Value) []*types.Value {
		out := pointers(vs)
		for i := range out {
			if !fixed[i] {
				out[i] = nil
			}
		}
		return out
	}
	every(sets, func(vs []types.Value) {
		if renderDuck(duckTemplate(s, constsOf(vs)), s, args) != "" && (s.Check == nil || s.Check(pointers(vs)) == "") {
			combos = append(combos, slices.Clone(vs))
		}
	})
	combos = sample(combos, duckCalls())
	queries := make([]string, len(combos))
	for i, vs := range combos {
		queries[i] = asText(render(s, quotedAll(vs, args)), match.Result)
	}
	failures := 0
	for n, want := range pg.ask(queries) {
		vs := combos[n]
		consts := constsOf(vs)
		expr := renderDuck(duckTemplate(s, consts), s, args)
		got := d.eval(expr, vs, args, match.Result)
		switch {
		case s.Total != nil && s.Total(consts) && strings.HasPrefix(got, "error") && !decimalsMeet(args) && !FailsDuckDB(s, consts):
			t.Errorf("%s is not total on DuckDB: %.200s\n\t%.200s", s, got, queries[n])
		case sameDuck(got, want, match.Result), decimalsMeet(args) && strings.Contains(got, "out of range"),
			s.Func.Name == "age" && strings.HasPrefix(got, "error") && infinities(vs), s.Func.Name == "to_char" && strings.Contains(want, "fin"),
			want == "error 22P05" && got == "NULL": // \u0000 in a document that is not read so far
		default:
			if failures++; failures <= 3 {
				t.Errorf("%s: DuckDB %.150s, PostgreSQL %s\n\t%.200s\n\t%.200s", s, got, short(want), queries[n], expr)
			}
		}
	}
	if failures > 3 {
		t.Errorf("%s: %d of %d differ", s, failures, len(combos))
	}
	return len(combos)
}

// duckCalls are how many calls of an overload are compared.
func duckCalls() int {
	if n, err := strconv.Atoi(os.Getenv("GRILLE_DUCKDB_CALLS")); err == nil {
		return n
	}
	return 30
}

// decimalsMeet: two numerics are brought to one type, which package policy knows.
func decimalsMeet(args []types.Type) bool {
	n := 0
	for _, a := range args {
		if a == numeric {
			n++
		}
	}
	return n > 1
}

// sameDuck: the same text; both fail; numbers to fourteen digits; what needs more than
// 38 digits, or a timestamp that DuckDB cannot hold, is an error.
func sameDuck(got, want string, t types.Type) bool {
	failed := strings.HasPrefix(got, "error")
	switch {
	case failed && (strings.Contains(want, "BC") || want == "NaN" || strings.Contains(want, "Infinity") || strings.HasPrefix(want, "10000-") || strings.HasPrefix(want, "0001-")):
		return true
	case t.IsFloat() && strings.TrimPrefix(got, "-") == "0" && want == "error 22003":
		return true // PostgreSQL fails where a result is too small
	case strings.HasPrefix(want, "0001-") && strings.HasSuffix(want, ":28"):
		return true // an offset of seconds
	case got == want || failed && strings.HasPrefix(want, "error"):
		return true
	case t == numeric && failed:
		return len(strings.Trim(want, "-0.")) > 17 || len(want) > 19
	case t == numeric:
		a, _, err1 := apd.NewFromString(got)
		b, _, err2 := apd.NewFromString(want)
		if err1 != nil || err2 != nil {
			return false
		}
		var d apd.Decimal
		_, err := apd.BaseContext.WithPrecision(60).Sub(&d, a, b)
		size := max(int64(a.Exponent)+a.NumDigits(), int64(b.Exponent)+b.NumDigits())
		return err == nil && (d.IsZero() || int64(d.Exponent)+d.NumDigits() <= size-13) // of powers; others to 15
	case t.IsFloat():
		a, err1 := strconv.ParseFloat(got, 64)
		b, err2 := strconv.ParseFloat(want, 64)
		return err1 == nil && err2 == nil && (a == b || math.Abs(a-b) <= 1e-13*max(math.Abs(a), math.Abs(b)))
	}
	return false
}

// Casts on DuckDB give what PostgreSQL gives.
func TestExactCastsOnDuckDB(t *testing.T) {
	pg := live(t)
	pg.exec(try)
	pg.exec("SET TimeZone = 'Asia/Kolkata'")
	d := newDuck(t)
	n := 0
	for _, from := range concreteTypes() {
		for _, to := range concreteTypes() {
			for _, mod := range []types.Mod{{}, {Set: true, Prec: 3}, {Set: true, Prec: 5, Scale: 2}} {
				if mod.Set && (!takesMod(to) || mod.Scale > 0 && to != numeric) {
					continue
				}
				if template := CastDuckDB(from, to, mod, false); template != "" {
					n += castsOnDuckDB(t, pg, d, duckCast{from, to, mod, template})
				}
			}
		}
	}
	t.Logf("%d casts compared", n)
}

type duckCast struct {
	from, to types.Type
	mod      types.Mod
	template string
}

func castsOnDuckDB(t *testing.T, pg *postgres, d duck, c duckCast) int {
	var values []types.Value
	var queries []string
	for _, v := range valuesOf(c.from, false) {
		if duckParam(v, c.from) != "" {
			values = append(values, v)
			queries = append(queries, asText(fmt.Sprintf("CAST(%s AS %s)", quoted(v, c.from), c.to.SQLMod(c.mod)), c.to))
		}
	}
	for i, want := range pg.ask(queries) {
		got := d.eval(strings.ReplaceAll(c.template, "{1}", "v.a1"), values[i:i+1], []types.Type{c.from}, c.to)
		if CastTotal(c.from, c.to, c.mod) && strings.HasPrefix(got, "error") {
			t.Errorf("%s to %s is not total on DuckDB: %s\n\t%.200s", c.from, c.to, got, queries[i])
		}
		if !sameDuck(got, want, c.to) {
			t.Errorf("%s to %s: DuckDB %.150s, PostgreSQL %s\n\t%.200s", c.from, c.to.SQLMod(c.mod), got, short(want), queries[i])
		}
	}
	return len(queries)
}
