package funcs

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"

	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/sql/types"
)

// maria is a connection as docs/engines-mysql.md wants one, for an asker in India.
type maria struct {
	t    *testing.T
	conn *mytest.Conn
}

func newMaria(t *testing.T) maria {
	t.Helper()
	conn := mytest.Connect(t, mytest.New(t).ReadOnlyDSN)
	err := conn.Exec("SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin", "SET SESSION time_zone = '+00:00', div_precision_increment = 30, lc_time_names = 'en_US',"+
		" sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO', @grille_zone = '+05:30'")
	if err != nil {
		t.Fatal(err)
	}
	return maria{t, conn}
}

// eval computes expr, in which a1, a2, ... are columns of a table with one row
// of such values.
func (m maria) eval(expr string, vs []types.Value, ts []types.Type, result types.Type) string {
	var cols []string
	var args []any
	for i, v := range vs {
		cols = append(cols, mariaColumn(v, ts[i])+" AS a"+strconv.Itoa(i+1))
		if !v.IsNull() {
			args = append(args, mariaArg(v, ts[i]))
		}
	}
	rows, err := m.conn.Query("SELECT "+expr+" FROM (SELECT "+strings.Join(append(cols, "1 AS one"), ", ")+" FROM DUAL LIMIT 10) AS v", args...)
	if err != nil {
		return "error " + err.Error()
	}
	return mariaText(rows[0][0], result)
}

func mariaColumn(v types.Value, t types.Type) string {
	if v.IsNull() {
		return map[types.Kind]string{types.Date: "CAST(NULL AS DATE)", types.Timestamp: "CAST(NULL AS DATETIME(6))", types.TimestampTZ: "CAST(NULL AS DATETIME(6))"}[t.Kind] +
			map[bool]string{true: "NULL"}[!slices.Contains([]types.Kind{types.Date, types.Timestamp, types.TimestampTZ}, t.Kind)]
	}
	switch t.Kind {
	case types.Bool, types.Int2, types.Int4, types.Int8:
		return "CAST(? AS SIGNED)"
	case types.Float4:
		return "CAST(? AS FLOAT)"
	case types.Float8:
		return "CAST(? AS DOUBLE)"
	case types.Numeric:
		whole, after, _ := strings.Cut(strings.TrimPrefix(v.String(), "-"), ".")
		return fmt.Sprintf("CAST(? AS DECIMAL(%d, %d))", len(whole)+len(after), len(after))
	case types.Bytea:
		return "CAST(? AS BINARY)"
	case types.Date:
		return "CAST(? AS DATE)"
	case types.Time:
		return "CAST(? AS TIME(6))"
	case types.Timestamp, types.TimestampTZ:
		return "CAST(? AS DATETIME(6))"
	}
	return "(CONVERT(? USING utf8mb4) COLLATE utf8mb4_nopad_bin)"
}

func mariaArg(v types.Value, t types.Type) any {
	switch v.Kind() {
	case types.Bool:
		return map[bool]int64{true: 1}[v.Bool()]
	case types.Int8:
		return v.Int()
	case types.Float8:
		return v.Float()
	case types.Bytea:
		return v.Bytes()
	}
	return strings.TrimSuffix(v.Format(t, time.UTC), "+00")
}

// mariaText is what PostgreSQL would print of a result of type t, to an asker in India.
func mariaText(x any, t types.Type) string {
	s := fmt.Sprint(x)
	switch x := x.(type) {
	case nil:
		return "NULL"
	case []byte:
		s = string(x)
	case float32:
		s = strconv.FormatFloat(float64(x), 'g', -1, 32)
	case float64:
		s = types.FloatOf(x).Format(float8, nil)
	}
	switch {
	case t == boolean:
		return map[string]string{"1": "t", "0": "f"}[s]
	case t == timestamp || t == timestamptz || t == date || t == clock:
		v, err := types.Parse(t, s, time.UTC)
		if err != nil {
			return "unreadable " + s
		}
		zone, _ := types.Zone("Asia/Kolkata")
		return v.Format(t, zone)
	case t == bytea:
		return types.BytesOf([]byte(s)).Format(t, nil)
	}
	return s
}

// holds reports whether MariaDB has such a value.
func holds(v types.Value, t types.Type) bool {
	if v.IsNull() {
		return true
	}
	switch t.Kind {
	case types.Float4:
		return !math.IsNaN(v.Float()) && !math.IsInf(v.Float(), 0) && (v.Float() == 0 || math.Abs(v.Float()) > 1e-37)
	case types.Float8: // zero has no sign there
		return !math.IsNaN(v.Float()) && !math.IsInf(v.Float(), 0) && !(v.Float() == 0 && math.Signbit(v.Float()))
	case types.Numeric:
		whole, after, _ := strings.Cut(strings.TrimPrefix(v.String(), "-"), ".")
		return whole[0] <= '9' && len(whole) <= 35 && len(after) <= 30
	case types.Date, types.Timestamp:
		return v.IsInfinite() == 0 && representable(v)
	case types.TimestampTZ:
		text := v.Format(t, time.UTC)
		return v.IsInfinite() == 0 && text > "1970-01-02" && text < "2038-01-18" && text[4] == '-'
	case types.Interval, types.Array, types.Enum, types.JSON, types.JSONB:
		return false
	}
	return true
}

// mysqlTemplate is the template of s with these constants, as package emit
// chooses it, and the arguments that it takes.
func mysqlTemplate(s *Sig, vs []types.Value) (string, []int) {
	if template, at, texts := ConstMySQL(s, pointers(vs)); template != "" {
		for i, t := range texts {
			hex := "(CONVERT(x'" + fmt.Sprintf("%x", t) + "' USING utf8mb4) COLLATE utf8mb4_nopad_bin)"
			template = strings.ReplaceAll(template, fmt.Sprintf("{%d}", len(at)+i+1), hex)
		}
		return template, at
	}
	word := func(i int) string { return vs[i].Text() }
	switch s.Func.Name {
	case "date_trunc":
		if len(vs) == 2 {
			return TruncMySQL(word(0), s.Params[1]), []int{1}
		}
	case "extract", "date_part":
		t := FieldMySQL(word(0), s.Params[1])
		if t != "" && s.Func.Name == "date_part" {
			t = "CAST(" + t + " AS DOUBLE)"
		}
		return t, []int{1}
	case "to_char":
		if s.Params[0] == timestamp || s.Params[0] == timestamptz {
			return CharMySQL(word(1), s.Params[0]), []int{0}
		}
	}
	var all []int
	for i := range vs {
		all = append(all, i)
	}
	return s.MySQL, all
}

var mysqlMark = regexp.MustCompile(`\{(\d)(:text)?\}`)

// renderMySQL fills a template with the columns a1, a2, ...
func renderMySQL(template string, s *Sig, at []int, ts []types.Type) string {
	var plain, out []string
	for _, i := range at {
		a := "v.a" + strconv.Itoa(i+1)
		plain = append(plain, a)
		out = append(out, strings.ReplaceAll(TextMySQL(ts[i]), "{1}", a))
	}
	template = mysqlMark.ReplaceAllStringFunc(template, func(mark string) string {
		n := int(mark[1] - '1')
		if strings.HasSuffix(mark, ":text}") {
			return strings.ReplaceAll(CastMySQL(ts[at[n]], text, types.Mod{}), "{1}", plain[n])
		}
		return plain[n]
	})
	return strings.NewReplacer("{op}", s.Func.Name, "{*}", strings.Join(plain, ", "), "{*:out}", strings.Join(out, ", ")).Replace(template)
}

// Each function that MariaDB can spell gives there what PostgreSQL gives, or
// fails where it fails; and what cannot fail does not.
func TestExactOnMariaDB(t *testing.T) {
	t.Parallel()
	both := make(chan beside, 2)
	for range cap(both) {
		pg := live(t)
		pg.exec(try)
		pg.exec("SET TimeZone = 'Asia/Kolkata'")
		both <- beside{pg, newMaria(t)}
	}
	for _, f := range All() {
		if f.Class != Scalar && f.Class != Operator || f.Internal {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			b := <-both
			defer func() { both <- b }()
			calls := 0
			for _, s := range f.Sigs {
				calls += exactInstances(t, b, s)
			}
			t.Logf("%d calls compared", calls)
		})
	}
}

// beside is a connection to each of the two that are compared.
type beside struct {
	pg *postgres
	m  maria
}

func exactInstances(t *testing.T, b beside, s *Sig) (calls int) {
	for _, args := range instances(s) {
		match, err := s.match(args)
		if err != nil || slices.ContainsFunc(args, func(t types.Type) bool { return TextMySQL(t) == "" && t != text && s.Func.Name != "date_bin" }) {
			continue
		}
		if s.Variadic && len(args) < 3 {
			args = append(args, args[len(args)-1])
			match.Args = append(match.Args, args[len(args)-1])
		}
		calls += exactMaria(t, b, s, match)
	}
	return calls
}

func exactMaria(t *testing.T, b beside, s *Sig, match Match) (calls int) {
	args := match.Args
	sets := make([][]types.Value, len(args))
	fixed := needsConst(s, args)
	for i, a := range args {
		if s.Func.Name == "make_date" && i == 2 {
			sets[i] = append(sets[i], types.IntOf(29), types.IntOf(31))
		}
		if fixed[i] || strings.Contains(s.Func.Name, "like") && i > 0 || a == interval {
			for _, c := range exactConstants(s, i, a) {
				if v, err := types.Parse(a, c, time.UTC); err == nil {
					sets[i] = append(sets[i], v)
				}
			}
			continue
		}
		if strings.HasPrefix(s.Func.Name, "to_") && a == text {
			for _, v := range []string{"2024-02-29", "2023-02-29", "2024-06-30 23:59:59", "2024-06-30 24:00:00", "06/30/2024", "20240630", "0000-01-01", "2024-13-01", "2024-1-5"} {
				sets[i] = append(sets[i], types.TextOf(v))
			}
		}
		for _, v := range valuesOf(a, len(args) > 1) {
			if holds(v, a) {
				sets[i] = append(sets[i], v)
			}
		}
	}
	var combos [][]types.Value
	every(sets, func(vs []types.Value) {
		if template, _ := mysqlTemplate(s, vs); template != "" && (s.Check == nil || s.Check(pointers(vs)) == "") {
			combos = append(combos, slices.Clone(vs))
		}
	})
	combos = sample(combos, 250)
	queries := make([]string, len(combos))
	for i, vs := range combos {
		queries[i] = asText(render(s, quotedAll(vs, args)), match.Result)
	}
	failures := 0
	for n, want := range b.pg.ask(queries) {
		vs := combos[n]
		template, at := mysqlTemplate(s, vs)
		got := b.m.eval(renderMySQL(template, s, at, args), vs, args, match.Result)
		consts := make([]*types.Value, len(vs))
		for i := range vs {
			if fixed[i] {
				consts[i] = &vs[i]
			}
		}
		bad := !sameMaria(got, want, match.Result) && !edge(s, got, want)
		if s.Total != nil && s.Total(consts) && strings.HasPrefix(got, "error") {
			t.Errorf("%s is not total on MariaDB: %.200s\n\t%.200s", s, got, queries[n])
		} else if bad {
			if failures++; failures <= 4 {
				t.Errorf("%s: MariaDB %.150s, PostgreSQL %s\n\t%.200s", s, got, short(want), queries[n])
			}
		}
	}
	if failures > 4 {
		t.Errorf("%s: %d of %d differ", s, failures, len(combos))
	}
	return len(combos)
}

// edge: a difference that is the least bigint fails, and powers are right to 14 digits.
func edge(s *Sig, got, want string) bool {
	switch s.Func.Name {
	case "-":
		return want == "-9223372036854775808" && strings.HasPrefix(got, "error")
	case "^", "power", "pow":
		a, err1 := strconv.ParseFloat(got, 64)
		b, err2 := strconv.ParseFloat(want, 64)
		return err1 == nil && err2 == nil && math.Abs(a-b) <= 2e-14*math.Abs(b)
	case "to_date", "to_timestamp": // texts are read strictly
		return strings.HasPrefix(got, "error") && strings.Contains(got, "1690")
	}
	return false
}

// sameMaria: the same text; both fail; numbers to fifteen digits; times that
// MariaDB cannot hold are an error.
func sameMaria(got, want string, t types.Type) bool {
	failed := strings.HasPrefix(got, "error") && strings.Contains(got, "1690")
	switch {
	case got == want || failed && strings.HasPrefix(want, "error"):
		return true
	case failed && (t == date || t == timestamp || t == timestamptz):
		return strings.HasSuffix(want, "BC") || strings.Contains(want, "infinity") || strings.IndexByte(want, '-') > 4 || t == timestamptz && (want < "1970-01-03" || want > "2038-01-17")
	case t.IsFloat() && got == "0" && strings.HasPrefix(want, "error 22003"):
		return true // PostgreSQL fails where a result is too small
	case t == numeric && failed:
		return len(want) > 35
	case t == numeric:
		a, _, err1 := apd.NewFromString(got)
		b, _, err2 := apd.NewFromString(want)
		if err1 != nil || err2 != nil {
			return false
		}
		var d apd.Decimal
		_, err := apd.BaseContext.WithPrecision(60).Sub(&d, a, b)
		size := max(int64(a.Exponent)+a.NumDigits(), int64(b.Exponent)+b.NumDigits())
		return err == nil && (d.IsZero() || int64(d.Exponent)+d.NumDigits() <= max(size-15, -29))
	case t.IsFloat():
		a, err1 := strconv.ParseFloat(got, 64)
		b, err2 := strconv.ParseFloat(want, 64)
		digits := 1e-13
		if t == float4 {
			digits = 1e-6
		}
		return err1 == nil && err2 == nil && (a == b || math.Abs(a-b) <= digits*max(math.Abs(a), math.Abs(b)))
	}
	return false
}

// Casts on MariaDB give what PostgreSQL gives; texts are read more strictly.
func TestExactCastsOnMariaDB(t *testing.T) {
	pg := live(t)
	pg.exec(try)
	pg.exec("SET TimeZone = 'Asia/Kolkata'")
	m := newMaria(t)
	n := 0
	for _, from := range concreteTypes() {
		for _, to := range concreteTypes() {
			for _, mod := range []types.Mod{{}, {Set: true, Prec: 3}, {Set: true, Prec: 5, Scale: 2}} {
				if mod.Set && (!takesMod(to) || mod.Scale > 0 && to != numeric) {
					continue
				}
				template := CastMySQL(from, to, mod)
				if template == "" {
					continue
				}
				n += castsOnMariaDB(t, pg, m, mariaCast{from, to, mod, template})
			}
		}
	}
	t.Logf("%d casts compared", n)
}

type mariaCast struct {
	from, to types.Type
	mod      types.Mod
	template string
}

func castsOnMariaDB(t *testing.T, pg *postgres, m maria, c mariaCast) int {
	var values []types.Value
	var queries []string
	for _, v := range valuesOf(c.from, false) {
		if holds(v, c.from) {
			values = append(values, v)
			queries = append(queries, asText(fmt.Sprintf("CAST(%s AS %s)", quoted(v, c.from), c.to.SQLMod(c.mod)), c.to))
		}
	}
	for i, want := range pg.ask(queries) {
		got := m.eval(strings.ReplaceAll(c.template, "{1}", "v.a1"), values[i:i+1], []types.Type{c.from}, c.to)
		if CastTotal(c.from, c.to, c.mod) && strings.HasPrefix(got, "error") {
			t.Errorf("%s to %s is not total on MariaDB: %s\n\t%.200s", c.from, c.to, got, queries[i])
		}
		if c.from.IsText() && strings.HasPrefix(got, "error") && strings.Contains(got, "1690") {
			continue // fewer spellings are read
		}
		if c.to.IsText() && strings.Contains(queries[i], "e-07") {
			continue // 0.0000001, not 1e-07
		}
		if !sameMaria(got, want, c.to) {
			t.Errorf("%s to %s: MariaDB %.150s, PostgreSQL %s\n\t%.200s", c.from, c.to.SQLMod(c.mod), got, short(want), queries[i])
		}
	}
	return len(values)
}
