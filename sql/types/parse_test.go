package types

import (
	"strings"
	"testing"
	"time"
)

// What is read, and how PostgreSQL prints it. An empty want: as it was written.
func TestParse(t *testing.T) {
	berlin, _ := Zone("Europe/Berlin")
	for _, c := range []struct {
		kind Kind
		in   string
		want string
	}{
		{Bool, "true", "t"}, {Bool, " YES ", "t"}, {Bool, "of", "f"}, {Bool, "0", "f"},
		{Int2, "-32768", ""}, {Int4, " +12 ", "12"}, {Int8, "9223372036854775807", ""},
		{Numeric, "1.50", ""}, {Numeric, "1e3", "1000"}, {Numeric, "-0.0", "0.0"}, {Numeric, ".5e-3", "0.0005"},
		{Numeric, "inf", "Infinity"}, {Numeric, "nan", "NaN"}, {Numeric, "007.", "7"},
		{Float8, "1e15", "1e+15"}, {Float8, "0.1", ""}, {Float8, "123456789012345", ""}, {Float8, "-inf", "-Infinity"},
		{Float4, "1e6", "1e+06"}, {Float4, "16777216", "1.6777216e+07"}, {Float4, "0.00024414062", ""},
		{Date, "2024-01-31", ""}, {Date, "Jan 31, 2024", "2024-01-31"}, {Date, "20240131", "2024-01-31"},
		{Date, "0044-03-15 BC", ""}, {Date, "31 Jan 2024", "2024-01-31"}, {Date, "2024-01-31 10:00", "2024-01-31"},
		{Date, "Wednesday, January 31, 2024", "2024-01-31"}, {Date, "2024-Feb-29", "2024-02-29"}, {Date, "2024/1/5", "2024-01-05"},
		{Date, "-infinity", ""}, {Date, "5874897-12-31", ""},
		{Time, "10:30", "10:30:00"}, {Time, "10:30 pm", "22:30:00"}, {Time, "24:00:00", ""}, {Time, "12:34:56.7890125", "12:34:56.789012"},
		{Timestamp, "2024-01-31T10:00:00.5Z", "2024-01-31 10:00:00.5"}, {Timestamp, "2024-01-31 24:00", "2024-02-01 00:00:00"},
		{Timestamp, "294276-12-31 23:59:59.999999", ""}, {Timestamp, "4714-11-24 00:00:00 BC", ""},
		{TimestampTZ, "2024-01-31 10:00:00+02", "2024-01-31 09:00:00+01"},
		{TimestampTZ, "2024-07-31 10:00 America/New_York", "2024-07-31 16:00:00+02"},
		{TimestampTZ, "2024-03-31 02:30:00", "2024-03-31 03:30:00+02"}, // the hour that does not exist
		{TimestampTZ, "2024-10-27 02:30:00", "2024-10-27 02:30:00+01"}, // the hour that is there twice
		{Interval, "1 year 2 months 3 days 04:05:06", "1 year 2 mons 3 days 04:05:06"},
		{Interval, "P1Y2M3DT4H5M6S", "1 year 2 mons 3 days 04:05:06"}, {Interval, "-1 day", "-1 days"},
		{Interval, "90 days", ""}, {Interval, "1.5 months", "1 mon 15 days"}, {Interval, "1 day -00:00:01", ""},
		{Interval, "2 hours ago", "-02:00:00"}, {Interval, "1 mon", ""}, {Interval, "0", "00:00:00"}, {Interval, "1h 30m", "01:30:00"},
		{JSONB, `{"b":1,"aa":1e2,"a":[1,"x\n"]}`, `{"a": [1, "x\n"], "b": 1, "aa": 100}`},
		{UUID, "{00112233445566778899AABBCCDDEEFF}", "00112233-4455-6677-8899-aabbccddeeff"},
		{Bytea, `\x01FF`, `\x01ff`}, {Bytea, `a\\b\001`, `\x615c6201`},
	} {
		if c.want == "" {
			c.want = c.in
		}
		v, err := Parse(Of(c.kind), c.in, berlin)
		if err != nil {
			t.Errorf("%s %q: %v", c.kind, c.in, err)
			continue
		}
		if got := v.Format(Of(c.kind), berlin); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.kind, c.in, got, c.want)
		}
	}
}

// What is refused, and a word of the hint.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		in   string
		hint string
	}{
		{Bool, "t r u e", "true or false"}, {Int4, "3000000000", "between"}, {Int4, "1_000", "digits"}, {Int4, "0x1f", "digits"}, {Int4, "+-1", "digits"},
		{Numeric, "1e", "12.50"}, {Numeric, "1,5", "12.50"}, {Float8, "1e400", "range"}, {Float8, "1e-400", "range"}, {Float8, "0x10", "number"},
		{Date, "now", "current_date"}, {Timestamp, "Tomorrow", "current_date"}, {Date, "01/02/2024", "swapped"}, {Date, "2024-02-30", "calendar"},
		{Date, "2024", "2024-01-31"}, {Date, "24-01-31", "2024-01-31"}, {Date, "0000-01-01", "calendar"}, {Date, "yesterday", "current_date"},
		{Interval, "abc", "1 year"}, {Interval, "", "1 year"}, {Interval, "1 day 2 days", "1 year"}, {Interval, "99999999999 years", "1 year"},
		{TimestampTZ, "2024-01-01 10:00 EST", "+01"}, {TimestampTZ, "2024-01-01 25:00", "+01"}, {Timestamp, "294277-01-01", "range"},
		{UUID, "00zz", "00112233-"}, {Bytea, `\xabc`, "hex"}, {JSON, "{a:1}", "key"}, {JSONB, `"\u0000"`, "key"}, {JSONB, `"\ud800"`, "key"},
		{Text, "a\x00b", "UTF-8"}, {Text, "\xff", "UTF-8"},
	} {
		v, err := Parse(Of(c.kind), c.in, nil)
		switch {
		case err == nil:
			t.Errorf("%s %q is read as %s", c.kind, c.in, v)
		case !strings.Contains(err.Error(), c.hint):
			t.Errorf("%s %q: %v lacks %q", c.kind, c.in, err, c.hint)
		case len(c.in) > 3 && c.kind != Date && c.kind != Timestamp && strings.Contains(err.Error(), c.in):
			t.Errorf("%s: the error repeats the literal: %v", c.kind, err)
		}
	}
}

func TestArrays(t *testing.T) {
	for in, want := range map[string]string{
		"{1,2}": "{1,2}", "{}": "{}", " { 1 , NULL } ": "{1,NULL}",
	} {
		v, err := Parse(ArrayOf(Int4), in, nil)
		if err != nil || v.Format(ArrayOf(Int4), nil) != want {
			t.Errorf("%s: %v %v", in, v, err)
		}
	}
	for in, want := range map[string]string{
		`{a,"b c","x\"y",NULL,"NULL",""}`: `{a,"b c","x\"y",NULL,"NULL",""}`,
	} {
		v, err := Parse(ArrayOf(Text), in, nil)
		if err != nil || v.Format(ArrayOf(Text), nil) != want {
			t.Errorf("%s: %v %v", in, v, err)
		}
	}
	for _, in := range []string{"1,2", "{1,}", "{1,2", "{{1},{2}}", `{"1}`, "[0:1]={1,2}"} {
		if v, err := Parse(ArrayOf(Int4), in, nil); err == nil {
			t.Errorf("%s is read as %s", in, v)
		}
	}
}

func TestNames(t *testing.T) {
	for name, sql := range map[string]string{
		"int4": "pg_catalog.int4", "decimal": "pg_catalog.numeric", "double precision": "pg_catalog.float8",
		"_text": "pg_catalog.text[]", "timestamptz": "pg_catalog.timestamptz",
	} {
		typ, ok := Named("", name)
		if !ok || typ.SQL() != sql {
			t.Errorf("%s is %v %s", name, ok, typ)
		}
	}
	for _, name := range []string{"regclass", "oid", "name", "char", "money", "xml", "timetz", "record", "anyelement", "__int4", "", "unknown", "token"} {
		if typ, ok := Named("", name); ok {
			t.Errorf("%s is %s", name, typ)
		}
	}
	if _, ok := Named("public", "int4"); ok {
		t.Error("public.int4 is no type")
	}
	if got := (Type{Kind: Enum, Name: `a.we"ird`}).SQL(); got != `"a"."we""ird"` {
		t.Error(got)
	}
	for typ, want := range map[Type]string{Of(Numeric): "pg_catalog.numeric(5,2)", Of(Interval): "pg_catalog.interval(32767,5)", Of(Varchar): "pg_catalog.varchar(5)"} {
		if got := typ.SQLMod(Mod{Set: true, Prec: 5, Scale: 2}); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestJSONOut(t *testing.T) {
	for _, c := range []struct {
		v    Value
		t    Type
		want string
	}{
		{Null, Of(Int4), "null"}, {IntOf(1 << 53), Of(Int8), "9007199254740992"}, {IntOf(1<<53 + 1), Of(Int8), `"9007199254740993"`},
		{IntOf(-1<<53 - 1), Of(Int8), `"-9007199254740993"`}, {BoolOf(true), Of(Bool), "true"}, {TextOf("a\"\u2028<"), Of(Text), "\"a\\\"\u2028<\""},
		{NumericFromInt(5), Of(Numeric), `"5"`}, {FloatOf(1.5), Of(Float8), "1.5"}, {DateOf(0), Of(Date), `"1970-01-01"`},
		{ListOf([]Value{IntOf(1), Null}), ArrayOf(Int4), "[1,null]"}, {JSONOf("{\"a\" :\n 1}"), Of(JSON), `{"a":1}`},
	} {
		if got := string(c.v.AppendJSON(nil, c.t, time.UTC)); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestCompare(t *testing.T) {
	num := func(s string) Value {
		v, err := NumericOf(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	ordered := []Value{num("-Infinity"), num("-10"), num("-9.5"), num("-0.001"), num("0"), num("0.001"), num("1.5"), num("2"), num("10"), num("Infinity"), num("NaN"), Null}
	for i, a := range ordered {
		for j, b := range ordered {
			c, err := Compare(a, b)
			if err != nil || c != sign(i-j) {
				t.Errorf("%s and %s: %d %v", a, b, c, err)
			}
		}
	}
	for _, p := range [][2]Value{
		{num("1.5"), num("1.50")}, {IntOf(2), num("2.0")}, {IntOf(2), FloatOf(2)},
		{IntervalOf(1, 0, 0), IntervalOf(0, 30, 0)}, {IntervalOf(0, 1, -86400e6), IntervalOf(0, 0, 0)},
	} {
		if !Equal(p[0], p[1]) {
			t.Errorf("%s and %s differ", p[0], p[1])
		}
		if p[0].Kind() == p[1].Kind() && p[0].GroupKey() != p[1].GroupKey() {
			t.Errorf("%s and %s have different group keys", p[0], p[1])
		}
	}
	if num("1.5").Key(Of(Numeric)) == num("1.50").Key(Of(Numeric)) {
		t.Error("parameters that print differently share a key")
	}
	if TextOf("1").Key(Of(Text)) == TextOf("1").Key(Of(Varchar)) || Null.Key(Of(Text)) == TextOf("").Key(Of(Text)) {
		t.Error("parameters of different types share a key")
	}
	if _, err := Compare(TextOf("1"), IntOf(1)); err == nil {
		t.Error("text and integers compare")
	}
	if _, err := Compare(JSONOf("1"), JSONOf("2")); err == nil {
		t.Error("json has an order")
	}
}
