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

// JSON is made neither of a token, which would be a text then, nor of an enum,
// which PostgreSQL asks for a cast to json that somebody may have made.
func TestNothingHiddenBecomesJSON(t *testing.T) {
	token := types.Type{Kind: types.Token, Name: "people"}
	for _, name := range []string{"to_json", "to_jsonb", "json_agg", "jsonb_agg", "json_build_array", "jsonb_build_array"} {
		for _, arg := range []types.Type{token, mood, types.ArrayOfType(token), types.ArrayOfType(mood)} {
			if _, err := Find(name).Resolve([]types.Type{arg}); err == nil {
				t.Errorf("%s takes %s", name, arg)
			}
		}
		if _, err := Find(name).Resolve([]types.Type{types.ArrayOf(types.Int4)}); err != nil {
			t.Error(err)
		}
	}
	if _, err := Find("format").Resolve([]types.Type{text, token}); err == nil {
		t.Error("format takes a token")
	}
}
