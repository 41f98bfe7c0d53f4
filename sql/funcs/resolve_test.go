package funcs

import (
	"testing"

	"github.com/grille-dev/grille/sql/types"
)

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		name string
		args []types.Type
		want string
	}{
		{"=", []types.Type{int4, int8}, "int4 = int8 -> bool"},
		{"=", []types.Type{varchar, unknown}, "text = text -> bool"},
		{"=", []types.Type{date, unknown}, "date = date -> bool"},
		{"=", []types.Type{int4, numeric}, "numeric = numeric -> bool"},
		{"=", []types.Type{bpchar, text}, "text = text -> bool"},
		{"=", []types.Type{int4, text}, ""},
		{"-", []types.Type{date, unknown}, "date - date -> int4"},
		{"-", []types.Type{timestamp, date}, "timestamp - timestamp -> interval"},
		{"+", []types.Type{date, int4}, "date + int4 -> date"},
		{"+", []types.Type{unknown, unknown}, ""},
		{"-", []types.Type{int4}, "-int4 -> int4"},
		{"||", []types.Type{int4, unknown}, "anynonarray || text -> text"},
		{"||", []types.Type{varchar, varchar}, "text || text -> text"},
		{"sum", []types.Type{int4}, "sum(int4) -> int8"},
		{"round", []types.Type{float8, int4}, ""},
		{"round", []types.Type{int4}, "round(float8) -> float8"},
		{"date_trunc", []types.Type{unknown, date}, "date_trunc(text, timestamptz) -> timestamptz"},
		{"coalesce", []types.Type{int4, unknown, float8}, "coalesce(anyelement, ...) -> float8"},
		{"date", []types.Type{unknown}, "date(date) -> date"},
		{"nullif", []types.Type{int4, unknown}, "nullif(int4, int4) -> int4"},
		{"array_agg", []types.Type{int4}, "array_agg(anyelement) -> int4[]"},
		{"age", []types.Type{date, date}, "age(timestamptz, timestamptz) -> interval"},
		{"count", nil, "count() -> int8"},
		{"like", []types.Type{varchar, unknown}, "like(text, text) -> bool"},
		{"substring", []types.Type{varchar, int4, int4}, "substring(text, int4, int4) -> text"},
	} {
		f := Find(c.name)
		if f == nil {
			f = FindOperator(c.name)
		}
		if f == nil {
			t.Errorf("%s is not in the table", c.name)
			continue
		}
		m, err := f.Resolve(c.args)
		got := ""
		if err == nil {
			got = m.Sig.String() + " -> " + m.Result.String()
		}
		if got != c.want {
			t.Errorf("%s%v: %q, want %q (%v)", c.name, c.args, got, c.want, err)
		}
	}
}
