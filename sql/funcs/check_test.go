package funcs

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/sql/types"
)

// constant makes a value of t; "-" is no constant, "NULL" is NULL.
func constantOf(t *testing.T, typ types.Type, s string) *types.Value {
	switch s {
	case "-":
		return nil
	case "NULL":
		return &types.Value{}
	}
	v, err := types.Parse(typ, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

// Constants that always fail, or that are dangerous, are refused with a word of
// what to do; want is "" where they are not. total says whether the call is
// then total.
func TestCheckAndTotal(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []types.Type
		consts string // separated by |, "-" where it is no constant
		want   string
		total  bool
	}{
		{"=", []types.Type{int4, int8}, "-|-", "", true},
		{"+", []types.Type{int4, int4}, "-|1", "", false},
		{"/", []types.Type{float8, float8}, "-|2", "", false},
		{"like", []types.Type{text, text}, `-|a%`, "", true},
		{"like", []types.Type{text, text}, `-|-`, "", false},
		{"like", []types.Type{text, text}, `-|NULL`, "", true},
		{"like", []types.Type{text, text}, `-|a\`, "twice", true},
		{"like", []types.Type{text, text}, `-|a\\`, "", true},
		{"like", []types.Type{text, text, text}, `-|a!|!`, "twice", true},
		{"like", []types.Type{text, text, text}, `-|a|xx`, "one character", true},
		{"like", []types.Type{text, text, text}, `-|a|-`, "constant", false},
		{"~", []types.Type{text, text}, `-|^a+$`, "", true},
		{"~", []types.Type{text, text}, `-|(`, "not closed", true},
		{"~", []types.Type{text, text}, `-|(a)\1`, "not supported", true},
		{"~", []types.Type{text, text}, `-|a(?=b)`, "look-around", true},
		{"~", []types.Type{text, text}, `-|a{1,300}`, "255", true},
		{"~", []types.Type{text, text}, `-|-`, "constant", false},
		{"regexp_replace", []types.Type{text, text, text, text}, `-|a|b|gx`, "g and i", false},
		{"date_trunc", []types.Type{text, timestamp}, "month|-", "", false},
		{"date_trunc", []types.Type{text, timestamp}, "DAY|-", "", true},
		{"date_trunc", []types.Type{text, timestamp}, "fortnight|-", "use one of", false},
		{"date_trunc", []types.Type{text, timestamptz}, "day|-", "", false},
		{"date_trunc", []types.Type{text, timestamp}, "-|-", "constant", false},
		{"extract", []types.Type{text, date}, "year|-", "", true},
		{"extract", []types.Type{text, date}, "hour|-", "use one of", true},
		{"extract", []types.Type{text, timestamptz}, "epoch|-", "", true},
		{"date_part", []types.Type{text, timestamp}, "Years|-", "", true},
		{"date_part", []types.Type{text, date}, "year|-", "", false},
		{"repeat", []types.Type{text, int4}, "-|3", "", false},
		{"repeat", []types.Type{text, int4}, "-|10001", "at most", false},
		{"repeat", []types.Type{text, int4}, "-|-", "constant", false},
		{"lpad", []types.Type{text, int4}, "-|20000", "at most", true},
		{"split_part", []types.Type{text, text, int4}, "-|-|0", "zero", false},
		{"split_part", []types.Type{text, text, int4}, "-|-|-2", "", true},
		{"substring", []types.Type{text, int4, int4}, "-|-|3", "", true},
		{"substring", []types.Type{text, int4, int4}, "-|-|-", "", false},
		{"substring", []types.Type{text, int4, int4}, "-|1|-1", "at least 0", false},
		{"to_char", []types.Type{timestamp, text}, "-|YYYY-MM", "", false},
		{"to_char", []types.Type{timestamp, text}, "-|foo", "double quotes", false},
		{"to_char", []types.Type{numeric, text}, "-|FM999,990.00", "", false},
		{"to_char", []types.Type{numeric, text}, "-|9.9.9", "two decimal points", false},
		{"to_char", []types.Type{numeric, text}, "-|-", "constant", false},
		{"timezone", []types.Type{text, timestamptz}, "Europe/Berlin|-", "", false},
		{"timezone", []types.Type{text, timestamptz}, "Foo/Bar|-", "unknown time zone", false},
		{"timezone", []types.Type{text, timestamptz}, "../etc/passwd|-", "unknown time zone", false},
		{"percentile_cont", []types.Type{float8, float8}, "0.5|-", "", false},
		{"percentile_cont", []types.Type{float8, float8}, "1.5|-", "between 0 and 1", false},
		{"ntile", []types.Type{int4}, "0", "at least 1", false},
		{"ntile", []types.Type{int4}, "4", "", true},
		{"nth_value", []types.Type{text, int4}, "-|0", "at least 1", false},
		{"generate_series", []types.Type{int4, int4}, "1|100000", "", false},
		{"generate_series", []types.Type{int4, int4}, "1|100001", "more than", false},
		{"generate_series", []types.Type{int8, int8, int8}, "1|5|0", "zero", false},
		{"generate_series", []types.Type{int4, int4}, "1|-", "", false},
		{"generate_series", []types.Type{int8, int8, int8}, "1|5|-", "step of generate_series must be a constant", false},
		{"generate_series", []types.Type{timestamp, timestamp, interval}, "2024-01-01|2024-12-31|1 day", "", false},
		{"generate_series", []types.Type{timestamp, timestamp, interval}, "-|-|1 day", "", false},
		{"generate_series", []types.Type{timestamp, timestamp, interval}, "-|-|1 second", "too small", false},
		{"generate_series", []types.Type{timestamp, timestamp, interval}, "2024-01-01|2024-12-31|0", "zero", false},
		{"generate_series", []types.Type{timestamp, timestamp, interval}, "2024-01-01|infinity|1 day", "finite", false},
		{"sum", []types.Type{int4}, "-", "", true},
		{"sum", []types.Type{float8}, "-", "", false},
		{"->>", []types.Type{jsonText, text}, "-|a", "", false},
		{"->>", []types.Type{jsonb, text}, "-|-", "", true},
	} {
		f := Find(c.name)
		if f == nil {
			f = FindOperator(c.name)
		}
		m, err := f.Resolve(c.args)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var consts []*types.Value
		for i, s := range strings.Split(c.consts, "|") {
			consts = append(consts, constantOf(t, m.Args[i], s))
		}
		why := ""
		if m.Sig.Check != nil {
			why = m.Sig.Check(consts)
		}
		if (why == "") != (c.want == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s(%s): %q, want %q", c.name, c.consts, why, c.want)
		}
		if why == "" {
			if total := m.Sig.Total != nil && m.Sig.Total(consts); total != c.total {
				t.Errorf("%s(%s): total is %t", c.name, c.consts, total)
			}
		}
		if why == "" || c.consts == "-" {
			continue
		}
		for _, s := range strings.Split(c.consts, "|") {
			if len(s) > 4 && strings.Contains(why, s) {
				t.Errorf("%s: the message repeats a constant: %s", c.name, why)
			}
		}
	}
}

// A check without any constants at hand does not fail, and Total says no.
func TestWithoutConstants(t *testing.T) {
	for _, f := range All() {
		for _, s := range f.Sigs {
			for n := range 5 {
				consts := make([]*types.Value, n)
				if s.Check != nil {
					s.Check(consts)
				}
				if s.Total != nil {
					s.Total(consts)
				}
			}
		}
	}
}

// Explanations and refusals can name every function.
func TestWords(t *testing.T) {
	for _, f := range All() {
		if f.Words == "" || f.Words != strings.TrimSpace(f.Words) || strings.HasSuffix(f.Words, ".") {
			t.Errorf("%s has no words", f.Name)
		}
		for _, s := range f.Sigs {
			if s.String() == "" || s.Func != f {
				t.Errorf("%s: an overload does not know its function", f.Name)
			}
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	eq, age := FindOperator("="), Find("age")
	for b.Loop() {
		if _, err := eq.Resolve([]types.Type{varchar, unknown}); err != nil {
			b.Fatal(err)
		}
		if _, err := age.Resolve([]types.Type{date, date}); err != nil {
			b.Fatal(err)
		}
	}
}
