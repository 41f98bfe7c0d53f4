package types

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/grille-dev/grille/internal/pgtest"
)

type postgres struct {
	t    *testing.T
	conn *pgx.Conn
}

// try gives a query's only text, or its error as one.
const try = `CREATE FUNCTION public.try(q text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE q INTO r;
	RETURN coalesce(r, 'NULL');
EXCEPTION WHEN OTHERS THEN RETURN 'error ' || sqlstate;
END $$`

func live(t *testing.T) *postgres {
	t.Helper()
	db := pgtest.New(t, try)
	conn, err := pgx.Connect(t.Context(), db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	for _, sql := range []string{"SET TimeZone = 'Europe/Berlin'", "SET DateStyle = 'ISO, YMD'", "SET search_path = pg_catalog, pg_temp"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return &postgres{t, conn}
}

func (pg *postgres) ask(queries []string) []string {
	rows, err := pg.conn.Query(pg.t.Context(), "SELECT public.try(q) FROM unnest($1::text[]) WITH ORDINALITY AS u(q, n) ORDER BY n", queries)
	if err != nil {
		pg.t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		pg.t.Fatal(err)
	}
	return out
}

// shown is the text that PostgreSQL writes for x; that of a cast has /32 behind
// the address of one machine.
func shown(x string, k Kind) string {
	if k == Inet {
		return "format('%s', " + x + ")"
	}
	return "CAST(" + x + " AS text)"
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// spelled are shapes of literals, close to what people write and to what
// PostgreSQL reads.
var spelled = map[Kind]string{
	Bool:     `[ ]?(t|tr|true|TRUE|yes|y|on|o|1|f|fa|false|no|n|of|off|0|2|null)[ ]?`,
	Int4:     `[ ]{0,2}[-+]?[0-9]{1,11}[ ]?`,
	Int8:     `[-+]?[0-9]{1,20}`,
	Numeric:  `[ ]?[-+]?([0-9]{0,12}\.?[0-9]{0,8}(e[-+]?[0-9]{1,3})?|NaN|inf|infinity|Infinity)[ ]?`,
	Float8:   `[-+]?([0-9]{0,20}\.?[0-9]{0,20}(e[-+]?[0-9]{1,3})?|nan|inf|Infinity)`,
	Float4:   `[-+]?([0-9]{0,9}\.?[0-9]{0,9}(e[-+]?[0-9]{1,2})?|NaN|-inf)`,
	UUID:     `\{?[0-9a-fA-F]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?`,
	Inet:     ` ?([0-9]{1,3}\.){3}[0-9]{1,3}(/[0-9]{1,3})?|(([0-9a-f]{1,4}:){7}[0-9A-F]{1,4}|([0-9a-f]{1,4}:){0,3}:([0-9a-f]{1,4}){0,3}|::(ffff:)?1\.2\.3\.4)(/[0-9]{1,3})?`,
	Cidr:     `([1-9][0-9]{0,2}\.){2}0\.0(/(8|16|24|33|032))?|2001:db8::(/(32|64|129))?|10/8|10\.1/16`,
	MacAddr:  `([0-9a-f]{2}[:-]){5}[0-9A-F]{2}|([0-9a-f]{4}[.-]){2}[0-9a-f]{4}|[0-9a-f]{6}[:-]?[0-9a-f]{6}`,
	MacAddr8: `([0-9a-f]{2}[:-]){5}[0-9A-F]{2}|([0-9a-f]{2}:){7}[0-9a-f]{2}|([0-9a-f]{4}[.-]){2,3}[0-9a-f]{4}|[0-9a-f]{16}`,
	Bytea:    `(\\x([0-9a-fA-F]{2} ?){0,4}|([a-z]|\\\\|\\[0-7]{3}){0,5})`,
	Date: `[ ]?(([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})|[12][0-9]{7}|(Jan|february|MAR|sept|Oct\.?) [0-9]{1,2},? [0-9]{4}|` +
		`[0-9]{1,2}[- ](Apr|MAY|june|Dec)[- ][0-9]{4}|(Mon|Tuesday),? (Jan|July) [0-9]{1,2},? 20[0-9]{2}|[0-9]{4}-(Jan|Feb)-[0-9]{2}|[0-9]{5,7}-0[1-9]-1[0-9])( BC| AD)?[ ]?`,
	Time: `[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{0,8})?)? ?(am|PM|)`,
	Timestamp: `[0-9]{4}-[01]?[0-9]-[0-3]?[0-9][ T][0-2]?[0-9]:[0-5][0-9](:[0-6][0-9](\.[0-9]{0,8})?)?( ?(AM|pm))?( ?(Z|UTC|[-+][01][0-9](:?[0-5][0-9])?))?( BC)?|` +
		`(Jan|Feb) [0-9]{1,2}, 2[0-9]{3} [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?`,
	TimestampTZ: `[0-9]{4}-[01]?[0-9]-[0-3]?[0-9][ T][0-2]?[0-9]:[0-5][0-9](:[0-6][0-9](\.[0-9]{0,8})?)?( ?(Z|UTC|GMT|[-+][01]?[0-9](:?[0-5][0-9])?(:[0-5][0-9])?| America/New_York| Europe/Berlin| Asia/Kolkata))?( BC)?`,
	Interval: `(@ )?([-+]?[0-9]{1,3}(\.[0-9]{1,3})? ?(year|years|yrs?|y|mons?|months?|weeks?|w|days?|d|hours?|hrs?|h|minutes?|min|m|seconds?|sec|s|ms|milliseconds?|us|decades?|centur(y|ies)) ?){0,3}( ?[-+]?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?)?( ago)?|` +
		`[-+]?[0-9]{1,4}|P(-?[0-9]{1,2}(\.[0-9])?Y)?(-?[0-9]{1,2}M)?([0-9]{1,2}W)?(-?[0-9]{1,2}(\.[0-9])?D)?(T(-?[0-9]{1,2}H)?([0-9]{1,2}M)?([0-9]{1,2}(\.[0-9]{1,6})?S)?)?|[0-9] [0-9]{1,2}:[0-9]{2}`,
}

// What Parse reads, PostgreSQL reads as the same value; Parse refuses what
// PostgreSQL refuses, and a little more.
func TestParseLikePostgres(t *testing.T) {
	pg := live(t)
	berlin, _ := Zone("Europe/Berlin")
	read, stricter := map[Kind]int{}, map[Kind]int{}
	example := map[Kind]string{}
	rapid.Check(t, func(r *rapid.T) {
		var kinds []Kind
		var texts, queries []string
		for k := range numKinds {
			if spelled[k] == "" {
				continue
			}
			for range 4 {
				s := rapid.StringMatching(spelled[k]).Draw(r, k.String())
				kinds, texts = append(kinds, k), append(texts, s)
				queries = append(queries, "SELECT "+shown("CAST("+literal(s)+" AS "+Of(k).SQL()+")", k))
			}
		}
		for i, want := range pg.ask(queries) {
			k := kinds[i]
			v, err := Parse(Of(k), texts[i], berlin)
			refused := strings.HasPrefix(want, "error")
			switch {
			case err != nil && !refused:
				stricter[k]++
				if len(example[k]) == 0 || len(texts[i]) < len(example[k]) {
					example[k] = texts[i]
				}
			case err != nil:
			case refused:
				r.Fatalf("%s %q: we read %s, PostgreSQL refuses", k, texts[i], v.Format(Of(k), berlin))
			default:
				read[k]++
				got := v.Format(Of(k), berlin)
				if k == Bool {
					got = map[string]string{"t": "true", "f": "false"}[got]
				}
				if got != want {
					r.Fatalf("%s %q: we read %s, PostgreSQL %s", k, texts[i], got, want)
				}
			}
		}
	})
	for k := range numKinds {
		if spelled[k] != "" {
			t.Logf("%s: %d literals read alike, %d that PostgreSQL reads refused, like %q", k, read[k], stricter[k], example[k])
		}
	}
}

// Values print, compare and are equal as in PostgreSQL.
func TestFormatAndCompareLikePostgres(t *testing.T) {
	pg := live(t)
	berlin, _ := Zone("Europe/Berlin")
	rapid.Check(t, func(r *rapid.T) {
		var queries []string
		var checks []func(want string)
		for range 20 {
			k := rapid.SampledFrom(scalars).Draw(r, "kind")
			typ := Of(k)
			a, b := anyValue(typ).Draw(r, "a"), anyValue(typ).Draw(r, "b")
			if _, _, micros := span(a); micros < -9223372036854775000 {
				continue // PostgreSQL 15 prints it and cannot read it
			}
			cast := func(v Value) string { return "CAST(" + literal(v.Format(typ, berlin)) + " AS " + typ.SQL() + ")" }
			queries = append(queries, "SELECT "+shown(cast(a), k),
				"SELECT CAST(CASE WHEN "+cast(a)+" < "+cast(b)+" THEN -1 WHEN "+cast(a)+" = "+cast(b)+" THEN 0 ELSE 1 END AS text)")
			checks = append(checks, func(want string) {
				got := a.Format(typ, berlin)
				if k == Bool {
					got = map[string]string{"t": "true", "f": "false"}[got]
				}
				if got != want {
					r.Fatalf("%s %s, PostgreSQL %s", typ, got, want)
				}
			}, func(want string) {
				c, err := Compare(a, b)
				if got := map[int]string{-1: "-1", 0: "0", 1: "1"}[c]; err != nil || got != want {
					r.Fatalf("%s %s and %s: %s %v, PostgreSQL %s", typ, a, b, got, err, want)
				}
			})
		}
		for i, want := range pg.ask(queries) {
			checks[i](want)
		}
	})
}

func span(v Value) (months, days int32, micros int64) {
	if v.Kind() == Interval {
		return v.Interval()
	}
	return 0, 0, 0
}

// jsonb is canonical as in PostgreSQL.
func TestJSONBLikePostgres(t *testing.T) {
	pg := live(t)
	scalar := []string{"null", "true", `"a"`, `"\u00e9\n\"\/"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\u0000"`, "1", "-1.50", "1e2", "1E-3", "0.0", "12345678901234567890.1", "-0", "[]", "{}", ` [ 1 ,2 ] `, "01", "nul", "'a'"}
	var doc func(depth int) *rapid.Generator[string]
	doc = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(r *rapid.T) string {
			if depth == 0 || rapid.IntRange(0, 2).Draw(r, "shape") == 0 {
				return rapid.SampledFrom(scalar).Draw(r, "scalar")
			}
			items := rapid.SliceOfN(doc(depth-1), 0, 4).Draw(r, "items")
			if rapid.Bool().Draw(r, "array") {
				return "[" + strings.Join(items, ",") + "]"
			}
			for i := range items {
				items[i] = rapid.SampledFrom([]string{`"b"`, `"a"`, `"aa"`, `"é"`, `"zz"`, `""`}).Draw(r, "key") + ": " + items[i]
			}
			return "{" + strings.Join(items, ", ") + "}"
		})
	}
	rapid.Check(t, func(r *rapid.T) {
		docs := rapid.SliceOfN(doc(3), 10, 10).Draw(r, "docs")
		var queries []string
		for _, d := range docs {
			queries = append(queries, "SELECT CAST(CAST("+literal(d)+" AS jsonb) AS text)", "SELECT CAST(CAST("+literal(d)+" AS json) AS text)")
		}
		want := pg.ask(queries)
		for i, k := range slices.Repeat([]Kind{JSONB, JSON}, len(docs)) {
			v, err := Parse(Of(k), docs[i/2], time.UTC)
			got := "error"
			if err == nil {
				got = v.Text()
			}
			if got != want[i] && !(err != nil && strings.HasPrefix(want[i], "error")) {
				r.Fatalf("%s %s: %s, PostgreSQL %s", k, docs[i/2], got, want[i])
			}
		}
	})
}
