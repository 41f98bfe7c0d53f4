package types

import "testing"

func TestParseFormat(t *testing.T) {
	for _, c := range []struct {
		t       Kind
		in, out string
	}{
		{Date, "2024-01-31", ""}, {Date, "Jan 31, 2024", "2024-01-31"}, {Date, "20240131", "2024-01-31"}, {Date, "0044-03-15 BC", ""},
		{Date, "31 Jan 2024", "2024-01-31"}, {Date, "2024-01-31 10:00", "2024-01-31"}, {Date, "Wednesday, January 31, 2024", "2024-01-31"},
		{Timestamp, "2024-01-31T10:00:00.5Z", "2024-01-31 10:00:00.5"}, {TimestampTZ, "2024-01-31 10:00:00+02", "2024-01-31 08:00:00+00"},
		{TimestampTZ, "2024-07-31 10:00 Europe/Berlin", "2024-07-31 08:00:00+00"},
		{Timestamp, "294276-12-31 23:59:59.999999", ""}, {Timestamp, "4714-11-24 00:00:00 BC", ""},
		{Interval, "1 year 2 months 3 days 04:05:06", "1 year 2 mons 3 days 04:05:06"}, {Interval, "P1Y2M3DT4H5M6S", "1 year 2 mons 3 days 04:05:06"},
		{Interval, "-1 day", "-1 days"}, {Interval, "90 days", "90 days"}, {Interval, "1.5 months", "1 mon 15 days"}, {Interval, "1 day -00:00:01", "1 day -00:00:01"},
		{Interval, "2 hours ago", "-02:00:00"}, {Interval, "1 mon", "1 mon"}, {Interval, "0", "00:00:00"},
		{Numeric, "1.50", ""}, {Numeric, "1e3", "1000"}, {Numeric, "-0.0", "0.0"}, {Numeric, ".5e-3", "0.0005"},
		{Float8, "1e15", "1e+15"}, {Float8, "0.1", ""}, {Float8, "123456789012345", ""}, {Float4, "1e6", "1e+06"},
		{JSONB, `{"b":1,"aa":1e2,"a":[1,"x\n"]}`, `{"a": [1, "x\n"], "b": 1, "aa": 100}`},
		{UUID, "{00112233445566778899AABBCCDDEEFF}", "00112233-4455-6677-8899-aabbccddeeff"}, {Bytea, `\x01FF`, `\x01ff`},
		{Time, "10:30", "10:30:00"}, {Time, "10:30 pm", "22:30:00"}, {Time, "24:00:00", ""},
	} {
		if c.out == "" {
			c.out = c.in
		}
		v, err := Parse(Of(c.t), c.in, nil)
		if err != nil {
			t.Errorf("%s %s: %v", c.t, c.in, err)
			continue
		}
		if got := v.Format(Of(c.t), nil); got != c.out {
			t.Errorf("%s %s: %s, want %s", c.t, c.in, got, c.out)
		}
	}
	for _, c := range []struct {
		t  Kind
		in string
	}{{Date, "now"}, {Date, "01/02/2024"}, {Date, "2024-02-30"}, {Date, "2024"}, {Interval, "abc"}, {Interval, ""}, {Int4, "2147483648"}, {TimestampTZ, "2024-01-01 10:00 EST"}, {Numeric, "1e"}, {Float8, "1e400"}, {Float8, "0x10"}, {Timestamp, "tomorrow"}} {
		if v, err := Parse(Of(c.t), c.in, nil); err == nil {
			t.Errorf("%s %s: accepted as %s", c.t, c.in, v)
		}
	}
}
