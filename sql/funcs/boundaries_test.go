package funcs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// boundaries are the stored values most likely to break a function, as
// PostgreSQL reads them.
var boundaries = map[types.Kind][]string{
	types.Bool: {"t", "f"},
	types.Int2: {"-32768", "-32767", "-1", "0", "1", "7", "32766", "32767"},
	types.Int4: {"-2147483648", "-2147483647", "-10001", "-1", "0", "1", "2", "10000", "2147483646", "2147483647"},
	types.Int8: {"-9223372036854775808", "-9223372036854775807", "-2147483649", "-1", "0", "1", "4294967296", "9223372036854775806", "9223372036854775807"},
	types.Numeric: {
		"NaN", "Infinity", "-Infinity", "0", "-0.00", "1", "-1", "0.5", "-0.5", "1.50", "99999999999999999999999999.99999999999999",
		"1e131071", "-9.99e131071", "1e-16383", "-1e-16383", strings.Repeat("9", 5000) + "." + strings.Repeat("9", 5000),
		strings.Repeat("9", 131072) + ".9", "-" + strings.Repeat("9", 131072) + ".9",
	},
	types.Float4: {"NaN", "Infinity", "-Infinity", "0", "-0", "1", "-1.5", "3.4028235e38", "-3.4028235e38", "1e-45", "1.17549435e-38"},
	types.Float8: {"NaN", "Infinity", "-Infinity", "0", "-0", "1", "-1.5", "0.5", "1.7976931348623157e308", "-1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "9223372036854775808", "1e15"},
	types.Text:   texty, types.Varchar: texty, types.Bpchar: texty,
	types.Bytea: {`\x`, `\x00`, `\xff`, `\x` + strings.Repeat("ab", 70000)},
	types.Date: {"-infinity", "infinity", "4714-11-24 BC", "0001-12-31 BC", "0001-01-01", "1582-10-04", "1969-12-31", "1970-01-01",
		"2000-02-29", "2024-12-30", "9999-12-31", "10000-01-01", "294276-12-31", "294277-01-01", "5874897-12-31"},
	types.Time: {"00:00:00", "00:00:00.000001", "12:34:56.789012", "23:59:59.999999", "24:00:00"},
	types.Timestamp: {"-infinity", "infinity", "4714-11-24 00:00:00 BC", "4714-11-24 00:00:00.000001 BC", "0001-12-31 23:59:59.999999 BC", "0001-01-01 00:00:00",
		"1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "2024-03-31 02:30:00", "2024-10-27 02:30:00", "9999-12-31 23:59:59.999999", "294276-12-31 23:59:59.999999", "294276-12-31 00:00:00"},
	types.TimestampTZ: {"-infinity", "infinity", "4714-11-24 00:00:00+00 BC", "4714-11-24 00:00:00.000001+00 BC", "0001-01-01 00:00:00+00",
		"1969-12-31 23:59:59.999999+00", "1970-01-01 00:00:00+00", "2024-03-31 01:30:00+00", "2024-10-27 00:30:00+00", "9999-12-31 23:59:59.999999+00", "294276-12-31 23:59:59.999999+00", "294276-12-31 12:00:00+00"},
	types.Interval: {"0", "1 microsecond", "-1 microsecond", "1 mon", "-1 mon", "30 days", "-1 day 24:00:00", "178000000 years", "-178000000 years",
		"2147483647 days", "-2147483648 days", "2562047788:00:54.775807", "-2562047788:00:54.775807", "178000000 years 2147483647 days 2562047788:00:54.775807"},
	types.UUID:     {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
	types.JSON:     {"null", "1", `"x"`, "{}", "[]", `{"a": {"b": [1, 2, {"c": null}]}}`, `{"a": "\u0000"}`, `[1e400, "\ud83d\ude00"]`, `{"": 1, "a b": true, "0": 2}`},
	types.JSONB:    {"null", "1", `"x"`, "{}", "[]", `{"a": {"b": [1, 2, {"c": null}]}}`, `[1e400, "\ud83d\ude00"]`, `{"": 1, "a b": true, "0": 2}`},
	types.Inet:     {"0.0.0.0", "0.0.0.0/0", "255.255.255.255", "10.1.2.3/8", "::", "::/0", "::ffff:10.1.2.3", "2001:db8::1/33", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	types.Cidr:     {"0.0.0.0/0", "255.255.255.255/32", "10.0.0.0/8", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"},
	types.MacAddr:  {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"},
	types.MacAddr8: {"00:00:00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff:ff:ff", "08:00:2b:ff:fe:01:02:03"},
	types.Enum:     {"sad", "ok", "happy"},
}

var texty = []string{
	"", " ", "a", "A", "%", "_", `\`, `a\`, `\\`, "'", `"`, "a b  c", "ab%_", "\t\n\r", "ß", "İ", "ǅ", "ﬃ", "Ω", "é", "e\u0301", "日本語", "😀", "👨‍👩‍👧", "\u200b", "\ufeff", "\u202e",
	"\U0010ffff", "\u0001", "NULL", "1", "-1", "1e400", "NaN", "2024-02-30", "(", "[", "*", "{1}", "$1", "a,b,,c", strings.Repeat("x", 70000), strings.Repeat("é%_", 20000),
}

// constantsFor are constants worth trying for a parameter of type t.
var constantsFor = map[types.Kind][]string{
	types.Text: {"", "year", "month", "week", "day", "hour", "minute", "second", "epoch", "milliseconds", "microseconds", "quarter", "dow", "isodow", "doy", "isoyear",
		"century", "decade", "millennium", "julian", "a", "a%", "%_%", `\%`, ",", "x", "ß", "😀", "^a.*(b|c)+$", "[[:alpha:]]", "hex", "utf8"},
	types.Int2:     {"-32768", "-2", "-1", "0", "1", "7", "32767"},
	types.Int4:     {"-2147483648", "-10000", "-2", "-1", "0", "1", "2", "10000", "2147483647"},
	types.Int8:     {"-9223372036854775808", "-2", "-1", "0", "1", "7", "9223372036854775807"},
	types.Float8:   {"0", "0.25", "0.5", "1"},
	types.Interval: {"1 day", "15 minutes", "7 days 06:00:00", "1 microsecond", "1 mon"},
}

// Every call that says it is total is fed every boundary value of its types, on
// the live engine, and must not fail.
func TestTotal(t *testing.T) {
	t.Parallel()
	pg := live(t)
	for _, typ := range concreteTypes() {
		name := "b_" + typ.Kind.String()
		pg.exec("CREATE TABLE public." + name + " (id serial, x " + typ.SQL() + ")")
		for _, v := range boundaries[typ.Kind] {
			if _, err := pg.conn.Exec(t.Context(), "INSERT INTO public."+name+" (x) VALUES (CAST(CAST($1 AS text) AS "+typ.SQL()+"))", v); err != nil {
				t.Fatalf("%s %.50s: %v", typ, v, err)
			}
		}
		pg.exec("INSERT INTO public." + name + " (x) VALUES (NULL)")
		if typ == interval { // it cannot be written, but be made
			pg.exec("INSERT INTO public." + name + " (x) VALUES (interval '-2562047788:00:54.775807' - interval '1 microsecond')")
		}
		arr := "b_" + typ.Kind.String() + "_array"
		pg.exec("CREATE TABLE public." + arr + " AS SELECT CAST('{}' AS " + typ.SQL() + "[]) AS x UNION ALL SELECT NULL UNION ALL SELECT array_agg(x) FROM public." + name)
	}
	calls, values, overloads := 0, 0, 0
	for _, f := range All() {
		for _, s := range f.Sigs {
			if s.Total == nil || s.Postgres == "{unavailable}" {
				continue
			}
			overloads++
			before := calls
			for _, args := range allInstances(s) {
				if s.Variadic {
					args = append(args, args[len(args)-1])
				}
				for _, zone := range zonesFor(s) {
					pg.exec("SET TimeZone = '" + zone + "'")
					for _, consts := range constantSets(s, args) {
						n, err := pg.feed(s, args, consts)
						if err != nil {
							t.Errorf("%s is not total in %s: %v", s, zone, err)
							break
						}
						calls++
						values += n
					}
				}
			}
			if calls == before && len(s.Params) > 0 && s.Params[0] != AnyToken {
				t.Errorf("%s: no constants make it total; add some to the test", s)
			}
		}
	}
	t.Logf("%d total overloads, %d statements, %d combinations of boundary values", overloads, calls, values)
}

// extremeZones lie furthest from UTC, today and before standard time.
var extremeZones = []string{"Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Manila", "America/Juneau"}

func zonesFor(s *Sig) []string {
	if s.Stable && slices.Contains(s.Params, timestamptz) {
		return extremeZones
	}
	return extremeZones[:1]
}

// constantSets are the ways to fix some arguments such that Check is content
// and the call is total; nil where an argument is stored data. The smallest sets
// of fixed arguments that do are tried, with all constants.
func constantSets(s *Sig, args []types.Type) [][]*types.Value {
	for fixed := range 4 {
		var out [][]*types.Value
		for _, mask := range masks(len(args), fixed) {
			for _, consts := range fill(args, mask) {
				if s.Total(consts) && (s.Check == nil || s.Check(consts) == "") {
					out = append(out, consts)
				}
			}
		}
		if out != nil {
			return out
		}
	}
	return nil
}

// masks are the ways to choose k of n arguments.
func masks(n, k int) [][]bool {
	if k > n {
		return nil
	}
	if n == 0 {
		return [][]bool{{}}
	}
	var out [][]bool
	for _, m := range masks(n-1, k) {
		out = append(out, append(m, false))
	}
	if k > 0 {
		for _, m := range masks(n-1, k-1) {
			out = append(out, append(m, true))
		}
	}
	return out
}

func fill(args []types.Type, mask []bool) [][]*types.Value {
	out := [][]*types.Value{make([]*types.Value, len(args))}
	for i, fixed := range mask {
		if !fixed {
			continue
		}
		var next [][]*types.Value
		for _, text := range constantsFor[args[i].Kind] {
			v, err := types.Parse(args[i], text, nil)
			if err != nil {
				panic(err)
			}
			for _, c := range out {
				c = slices.Clone(c)
				c[i] = &v
				next = append(next, c)
			}
		}
		out = next
	}
	return out
}

// feed runs one call over all combinations of boundary values.
func (pg *postgres) feed(s *Sig, args []types.Type, consts []*types.Value) (int, error) {
	texts := make([]string, len(args))
	var from []string
	n := 1
	for i, a := range args {
		if consts[i] != nil {
			texts[i] = "CAST('" + strings.ReplaceAll(consts[i].Format(a, nil), "'", "''") + "' AS " + a.SQL() + ")"
			continue
		}
		texts[i] = fmt.Sprintf("t%d.x", i)
		table, size := "b_"+a.Kind.String(), len(boundaries[a.Kind])+1
		if a.Kind == types.Array {
			table, size = "b_"+a.Elem.String()+"_array", 3
		}
		source := "public." + table
		if len(from) > 0 { // long values in the first place only
			source = "(SELECT x FROM " + source + " WHERE octet_length(CAST(x AS text)) < 1000 OR x IS NULL)"
		}
		from = append(from, fmt.Sprintf("%s t%d", source, i))
		n *= size
	}
	if len(from) == 3 && n > 2000 { // all three text: a sample of the third
		from[2] = "(SELECT x FROM " + strings.TrimSuffix(from[2], " t2") + " AS q LIMIT 7) t2"
	}
	source := ""
	if from != nil {
		source = " FROM " + strings.Join(from, ", ")
	}
	call := render(s, texts)
	var sql string
	switch s.Func.Class {
	case Aggregate, OrderedSet, Window:
		sql = "SELECT count(x) FROM (SELECT " + call + " AS x" + source + ") q"
	case Set:
		sql = "SELECT count(u.x) " + source + ", " + call + " AS u(x)"
	default:
		sql = "SELECT count(hashtext(CAST(" + call + " AS text)))" + source
		if s.Result == boolean || s.Result == textArray {
			sql = "SELECT count(" + call + ")" + source
		}
	}
	start := time.Now()
	if _, err := pg.conn.Exec(pg.t.Context(), sql); err != nil {
		return 0, fmt.Errorf("%s\n\t%.300s", message(err), sql)
	}
	if d := time.Since(start); d > time.Second {
		pg.t.Logf("%s took %s: %.300s", s, d, sql)
	}
	return n, nil
}

// Every cast that says it is total is fed every boundary value.
func TestCastTotal(t *testing.T) {
	pg := live(t)
	n := 0
	for _, from := range concreteTypes() {
		zones := extremeZones
		if from != timestamptz {
			zones = zones[:1]
		}
		for i, to := range slices.Repeat(concreteTypes(), len(zones)) {
			pg.exec("SET TimeZone = '" + zones[i/len(concreteTypes())] + "'")
			for _, mod := range []types.Mod{{}, {Set: true, Prec: 3}} {
				if mod.Set && !takesMod(to) || !CastTotal(from, to, mod) {
					continue
				}
				for _, v := range boundaries[from.Kind] {
					sql := "SELECT count(CAST(x AS " + to.SQLMod(mod) + ")) FROM (SELECT CAST(CAST($1 AS text) AS " + from.SQL() + ") AS x) q"
					if _, err := pg.conn.Exec(t.Context(), sql, v); err != nil {
						t.Errorf("%s to %s is not total: %.40s: %s", from, to.SQLMod(mod), v, message(err))
					}
					n++
				}
			}
		}
	}
	t.Logf("%d casts of boundary values", n)
}

func takesMod(t types.Type) bool {
	switch t.Kind {
	case types.Numeric, types.Varchar, types.Bpchar, types.Time, types.Timestamp, types.TimestampTZ, types.Interval:
		return true
	}
	return false
}

// A cast exists here if and only if it exists in PostgreSQL, and is implicit
// here if and only if it is there; json to text and back included.
func TestCastsLikePostgres(t *testing.T) {
	pg := live(t)
	for _, from := range concreteTypes() {
		for _, to := range concreteTypes() {
			_, err := pg.typeOf("SELECT CAST(" + nulls([]types.Type{from})[0] + " AS " + to.SQL() + ")")
			if ours := CastOK(from, to); ours != (err == nil) {
				t.Errorf("CAST(%s AS %s): we say %t, PostgreSQL %v", from, to, ours, err)
			}
			if from == to {
				continue
			}
			var implicit bool
			sql := "SELECT EXISTS (SELECT FROM pg_cast WHERE castsource = CAST(to_regtype($1) AS oid) AND casttarget = CAST(to_regtype($2) AS oid) AND castcontext = 'i')"
			if err := pg.conn.QueryRow(t.Context(), sql, from.SQL(), to.SQL()).Scan(&implicit); err != nil {
				t.Fatal(err)
			}
			if ours := ImplicitCast(from, to); ours != implicit {
				t.Errorf("%s to %s by itself: we say %t, PostgreSQL %t", from, to, ours, implicit)
			}
		}
	}
}

// CASE over three types has the type PostgreSQL gives it, or none.
func TestCommonTypeLikePostgres(t *testing.T) {
	pg := live(t)
	all := append(concreteTypes(), unknown)
	n := 0
	for _, a := range all {
		for _, b := range all {
			for _, c := range []types.Type{a, unknown, int8, float8, text, timestamp, timestamptz} {
				ts := []types.Type{a, b, c}
				x := nulls(ts)
				want, theirs := pg.typeOf("SELECT x FROM (VALUES (" + x[0] + "), (" + x[1] + "), (" + x[2] + ")) v(x)")
				got, ours := CommonType(ts)
				if (ours == nil) != (theirs == nil) || ours == nil && got != want {
					t.Errorf("%v: we say %s %v, PostgreSQL %s %v", ts, got, ours, want, theirs)
				}
				n++
			}
		}
	}
	t.Logf("%d combinations", n)
}
