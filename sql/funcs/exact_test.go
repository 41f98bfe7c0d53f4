package funcs

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// ordinary are values of everyday use, beside the boundaries.
var ordinary = map[types.Kind][]string{
	types.Int2: {"12", "-345"}, types.Int4: {"365", "-12345", "1000000"}, types.Int8: {"1234567890123", "-42", "86400"},
	types.Numeric:     {"19.99", "-0.005", "0.001", "100", "1234567.891", "3.14159265358979", "2.5", "-2.5", "1e20", "0.00000000000000000001", "12345678901234567890.123"},
	types.Float4:      {"0.1", "3.25", "-2.5", "1e10"},
	types.Float8:      {"0.1", "2.5", "-2.5", "3.5", "1234567.891", "1e-7", "100", "1e22", "-0.75"},
	types.Text:        {"Hello World", "o'neil-smith", "straße ÉCOLE", "2024-02-29", "12.5", "a1b22c333", "x=1;y=2"},
	types.Date:        {"2024-02-29", "2023-12-31", "2024-01-31", "1999-12-31", "2000-01-01", "2021-01-03", "1900-03-01"},
	types.Time:        {"08:30:00", "17:45:30.25"},
	types.Timestamp:   {"2024-02-29 13:45:30.123456", "2023-12-31 23:59:59", "2024-01-31 00:00:00", "1999-05-17 08:09:10.5", "2021-01-03 12:00:00"},
	types.TimestampTZ: {"2024-02-29 13:45:30.123456+00", "2023-12-31 23:30:00+00", "2024-07-01 00:00:00+00", "2024-03-31 00:59:59+00", "2024-10-27 01:00:00+00", "1999-05-17 08:09:10.5+00"},
	types.Interval:    {"1 day", "-3 days 04:05:06", "1 year 2 mons", "90 minutes", "1 mon -1 day", "14 months 40 days 30:00:00.5", "-1 year", "00:00:01.5"},
	types.JSON:        {`{"a": 1, "b": [true, null, "x\ty"], "c": {"d": "é"}}`, `[10, 20, {"k": "v"}]`},
}

// valuesOf are the values of t with which functions are compared.
func valuesOf(t types.Type, short bool) []types.Value {
	kind := t.Kind
	if t.IsText() {
		kind = types.Text
	}
	texts := slices.Concat(boundaries[kind], ordinary[kind])
	out := []types.Value{types.Null}
	for _, s := range texts {
		v, err := types.Parse(t, s, time.UTC)
		if err == nil && len(v.Format(t, nil)) <= 100 && representable(v) {
			out = append(out, v)
		}
	}
	if short && len(out) > 14 {
		var some []types.Value
		for i := 0; i < len(out); i += 2 {
			some = append(some, out[i])
		}
		out = some
	}
	return out
}

// exactConstants are constants for parameters that must be constants.
func exactConstants(s *Sig, i int, t types.Type) []string {
	name := s.Func.Name
	switch {
	case t == int4 || t == int8 || t == float8:
		return constantsFor[types.Int4][1:7]
	case name == "format":
		return []string{"", "%s", "%s, %s", "%2$s %1$s", "%1$s%s", "[%-5s]", "[%5s] %%"}
	case name == "regexp_like" && i == 2:
		return []string{"", "i"}
	case name == "make_timestamptz":
		return []string{"UTC", "Europe/Berlin"}
	case name == "timezone", name == "date_trunc" && i == 2:
		return []string{"UTC", "America/New_York", "Asia/Kolkata"}
	case (name == "date_trunc" || name == "extract" || name == "date_part") && i == 0:
		return append(constantsFor[types.Text], "timezone", "timezone_hour", "timezone_minute")
	case strings.HasPrefix(name, "to_"):
		if slices.Contains(s.Params, timestamp) || slices.Contains(s.Params, timestamptz) {
			return dateFormats
		}
		if name == "to_number" || s.Params[0].IsNumber() {
			return numberFormats
		}
		return readFormats
	case i > 0 && (strings.HasPrefix(name, "regexp") || name == "substring" || strings.Contains(name, "~")):
		if i == 3 {
			return []string{"", "g", "gi"}
		}
		if i == 2 {
			return []string{"", "X", `<\1>`, `[\&]`, `\\`}
		}
		return regexps
	case strings.Contains(name, "like"):
		if i == 2 {
			return []string{"", "!", `\`}
		}
		return []string{"", "%", "_", "a%", "%a", "%_%", "A b%", `\%`, "%!%%", "__", "é%", "%W_rld", "%o%l%", "a_%c", "h%d"}
	}
	return constantsFor[t.Kind]
}

var (
	dateFormats = []string{"YYYY-MM-DD", "YYYY-MM-DD HH24:MI:SS", "Month", "FMMonth YYYY", "Mon DD, YYYY", "DAY", "FMDay, DD FMMonth", "Dy", "Q", `YYYY-"Q"Q`,
		"IYYY-IW", "WW", "D ID", "DDD", "HH12:MI AM", "HH:MI p.m.", "MS US", "J", "CC", "YY Y YYY", "DDth FMDDTH", "month mon day dy", "MONTH", "W", "SSSS", "Y,YYY", "RM", "FMRM", "AD",
		"IDDD", "FMHH24h", `"Week" IW`, "yyyy/mm/dd", "FMMM/FMDD/YYYY", "YYYYMMDD", "HH24", "FMDD.FMMM.YY"}
	readFormats   = []string{"YYYY-MM-DD", "YYYY-MM-DD HH24:MI:SS", "DD Mon YYYY", "YYYYMMDD", "MM/DD/YYYY", "HH12:MI AM", "YYYY", "Month DD, YYYY", "YY-MM-DD", "YYYY-DDD", "IYYY-IW-ID"}
	numberFormats = []string{"9", "999", "99999", "0", "000", "9.9", "9.99", "99.99", "0.00", "990.00", "FM990.00", "FM999.99", "FM999,999,999", "999,999,999", "999,999,999.99", "FM999,999,990.00",
		"S999", "999S", "S9.9", "MI999", "999MI", "999PR", "FM999PR", "SG999", "PL999", "FM000", "FM9.9", "FM0.9", "00.0", "$999.99", "999%", "FM$999,990.00", "9G999D99", "09999", "9999.0", "FM9999.09", ".99", "0,000", "FM9,999.9", "999 999", "999999999.999999999", "FM999999999.999999999", "000000000.0000000000"}
	regexps = []string{"", "a", "^a", "o$", "[a-z]+", "[A-Z]", "[0-9]+", `\d+`, `\s`, `\w+`, "(a|b)+", "(foo|foobar)", ".", "^.*$", "[^a-z]", "[[:alpha:]]+", "[[:space:]]", "x?", "(o)(.)", "a{1,2}", "é", "l+?", `\.`, "[é-ü]", "^$", "()", "(?:l)(o)"}
)

// Each function that SQLite can spell gives there what PostgreSQL gives, or
// fails where it fails.
func TestExact(t *testing.T) {
	t.Parallel()
	pg := live(t)
	pg.exec(try)
	zone, _ := types.Zone("Europe/Berlin")
	l := newLite(t, zone)
	total := 0
	for _, f := range All() {
		if f.Class != Scalar && f.Class != Operator {
			continue
		}
		for _, s := range f.Sigs {
			if s.SQLite == "" || s.Postgres == "{unavailable}" {
				continue
			}
			for _, args := range instances(s) {
				m, err := s.match(args)
				if err != nil || slices.ContainsFunc(args, func(t types.Type) bool { return TextSQLite(t) == "" && t != text }) {
					continue
				}
				if s.Variadic && len(args) < 3 {
					args = append(args, args[len(args)-1])
					m.Args = append(m.Args, args[len(args)-1])
				}
				total += exact(t, pg, l, s, m, zone)
			}
		}
	}
	t.Logf("%d calls compared", total)
}

// thin keeps the number of combinations of many arguments within reason.
func thin(sets [][]types.Value) {
	for {
		all, widest := 1, 0
		for i, s := range sets {
			all *= len(s)
			if len(s) > len(sets[widest]) {
				widest = i
			}
		}
		if all <= 50_000 || len(sets[widest]) < 4 {
			return
		}
		var some []types.Value
		for i := 0; i < len(sets[widest]); i += 2 {
			some = append(some, sets[widest][i])
		}
		sets[widest] = some
	}
}

// sample is about most of all, evenly: before they are printed, which is most of
// the work.
func sample[T any](all []T, most int) []T {
	step := len(all)/most + 1
	var some []T
	for i := 0; i < len(all); i += step {
		some = append(some, all[i])
	}
	return some
}

func pointers(vs []types.Value) []*types.Value {
	out := make([]*types.Value, len(vs))
	for i := range vs {
		out[i] = &vs[i]
	}
	return out
}

func quotedAll(vs []types.Value, ts []types.Type) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = quoted(v, ts[i])
	}
	return out
}

// needsConst are the positions at which Check wants a constant.
func needsConst(s *Sig, args []types.Type) []bool {
	out := make([]bool, len(args))
	if s.Check == nil {
		return out
	}
	consts := make([]*types.Value, len(args))
	for i := range args {
		v := types.TextOf("")
		switch {
		case args[i].IsInteger():
			v = types.IntOf(1)
		case args[i].IsNumber():
			v = types.FloatOf(0.5)
		case args[i] == interval:
			v = types.IntervalOf(0, 1, 0)
		case args[i] != text:
			continue
		}
		consts[i] = &v
	}
	for i := range args {
		without := slices.Clone(consts)
		without[i] = nil
		out[i] = strings.HasSuffix(s.Check(without), "must be a constant")
	}
	return out
}

func exact(t *testing.T, pg *postgres, l *lite, s *Sig, m Match, zone *time.Location) int {
	args := m.Args
	sets := make([][]types.Value, len(args))
	fixed := needsConst(s, args)
	name := s.Func.Name
	if strings.Contains(name, "like") {
		for i := 1; i < len(args); i++ {
			fixed[i] = true
		}
	}
	for i, a := range args {
		if fixed[i] || name == "substring" && a == text && i == 1 {
			for _, c := range exactConstants(s, i, a) {
				if v, err := types.Parse(a, c, time.UTC); err == nil {
					sets[i] = append(sets[i], v)
				}
			}
			continue
		}
		sets[i] = valuesOf(a, len(args) > 1)
	}
	thin(sets)
	params := make([]string, len(args))
	for i := range params {
		params[i] = "?" + strconv.Itoa(i+1)
	}
	expr := renderLite(s, params, args, m.Result)
	var combos [][]types.Value
	every(sets, func(vs []types.Value) {
		if s.Check == nil || s.Check(pointers(vs)) == "" {
			combos = append(combos, slices.Clone(vs))
		}
	})
	combos = sample(combos, 3000)
	queries := make([]string, len(combos))
	for i, vs := range combos {
		queries[i] = asText(render(s, quotedAll(vs, args)), m.Result)
	}
	want := pg.ask(queries)
	failures := 0
	for i, vs := range combos {
		got := l.eval(expr, vs, args, m.Result, zone)
		consts := make([]*types.Value, len(vs))
		for i := range vs {
			if fixed[i] {
				consts[i] = &vs[i]
			}
		}
		if s.Total != nil && s.Total(consts) && strings.HasPrefix(got, "error") {
			t.Errorf("%s is not total on SQLite: %s\n\t%.200s", s, got, queries[i])
		}
		if same(got, want[i], m.Result) || name == "age" && strings.HasPrefix(got, "error") && infinities(vs) || name == "to_char" && strings.Contains(want[i], "fin") ||
			name == "right" && least(vs[1]) || earlier(name, got, want[i]) {
			continue
		}
		if failures++; failures <= 4 {
			t.Errorf("%s: SQLite %s, PostgreSQL %s\n\t%.200s", s, short(got), short(want[i]), queries[i])
		}
	}
	if failures > 4 {
		t.Errorf("%s: %d of %d differ", s, failures, len(combos))
	}
	return len(combos)
}

// least: PostgreSQL before 15.19 negates the least int4 to itself, and takes
// nothing off on the left.
func least(v types.Value) bool { return !v.IsNull() && v.Int() == math.MinInt32 }

// earlier: PostgreSQL 15 wraps an interval around that is too long, and counts one
// bucket more where a rounded share reaches the end, or none that is; later
// versions do as we do. The ends of overlaps leave the years that SQLite has.
func earlier(name, got, want string) bool {
	switch name {
	case "make_interval":
		return strings.HasSuffix(got, "interval out of range")
	case "overlaps":
		return strings.HasSuffix(got, "date or timestamp out of range")
	case "width_bucket":
		n, err := strconv.Atoi(got)
		return err == nil && (want == strconv.Itoa(n+1) || want == "-2147483648" || n == math.MaxInt32 && want == "error 22003")
	}
	return false
}

// infinities: PostgreSQL 15 computes the age of infinity with its bits.
func infinities(vs []types.Value) bool {
	return slices.ContainsFunc(vs, func(v types.Value) bool { return v.IsInfinite() != 0 })
}

func short(s string) string {
	if len(s) > 80 {
		return fmt.Sprintf("%.60s... (%d)", s, len(s))
	}
	return s
}

// same: the same text; both fail; a date that SQLite cannot hold; a NaN, which
// is NULL there; floats of functions that differ in the last digits.
func same(got, want string, t types.Type) bool {
	if got == want {
		return true
	}
	failed := strings.HasPrefix(got, "error") || got == "NULL" && t == date
	switch {
	case failed && strings.HasPrefix(want, "error"):
		return true
	case strings.HasSuffix(got, "value overflows numeric format") && len(want) > 3000:
		return true // powers end earlier here
	case failed && (t == date || t == timestamp || t == timestamptz):
		return strings.HasSuffix(want, "BC") || strings.HasPrefix(want, "0001-01-01") || !strings.HasPrefix(want, "error") && strings.IndexByte(want, '-') > 4
	case t.IsFloat() && want == "NaN":
		return got == "NULL"
	case t.IsFloat():
		a, err1 := strconv.ParseFloat(got, 64)
		b, err2 := strconv.ParseFloat(want, 64)
		return err1 == nil && err2 == nil && (a == b || math.Abs(a-b) <= 1e-13*max(math.Abs(a), math.Abs(b)))
	}
	return false
}

// every calls fn with all combinations; the slice is reused.
func every(sets [][]types.Value, fn func(vs []types.Value)) {
	vs := make([]types.Value, len(sets))
	var rec func(i int)
	rec = func(i int) {
		if i == len(sets) {
			fn(vs)
			return
		}
		for _, v := range sets[i] {
			vs[i] = v
			rec(i + 1)
		}
	}
	rec(0)
}

// Casts on SQLite give what PostgreSQL gives.
func TestExactCasts(t *testing.T) {
	pg := live(t)
	pg.exec(try)
	zone, _ := types.Zone("Europe/Berlin")
	l := newLite(t, zone)
	n := 0
	for _, from := range concreteTypes() {
		for _, to := range concreteTypes() {
			for _, mod := range []types.Mod{{}, {Set: true, Prec: 3}, {Set: true, Prec: 5, Scale: 2}} {
				if mod.Set && (!takesMod(to) || mod.Scale > 0 && to != numeric) {
					continue
				}
				template := CastSQLite(from, to, mod)
				if template == "" {
					continue
				}
				expr := strings.ReplaceAll(template, "{1}", "?1")
				values := valuesOf(from, false)
				var queries []string
				for _, v := range values {
					queries = append(queries, asText(fmt.Sprintf("CAST(%s AS %s)", quoted(v, from), to.SQLMod(mod)), to))
				}
				for i, want := range pg.ask(queries) {
					got := l.eval(expr, []types.Value{values[i]}, []types.Type{from}, to, zone)
					if CastTotal(from, to, mod) && strings.HasPrefix(got, "error") {
						t.Errorf("%s to %s is not total on SQLite: %s\n\t%.200s", from, to, got, queries[i])
					}
					n++
					if from.IsText() && to.IsTemporal() && strings.HasPrefix(got, "error") {
						continue // we read fewer spellings
					}
					if !same(got, want, to) {
						t.Errorf("%s to %s: SQLite %s, PostgreSQL %s\n\t%.200s", from, to.SQLMod(mod), short(got), short(want), queries[i])
					}
				}
			}
		}
	}
	t.Logf("%d casts compared", n)
}
