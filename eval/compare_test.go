package eval

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

func value(t *testing.T, k types.Kind, text string) types.Value {
	t.Helper()
	v, err := types.Parse(types.Of(k), text, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEqualValues(t *testing.T) {
	num := func(s string) types.Value { return value(t, types.Numeric, s) }
	for _, c := range []struct {
		a, b types.Value
		want bool
	}{
		{types.Null, types.Null, true},
		{types.Null, types.TextOf(""), false},
		{num("1.50"), num("1.5"), true},
		{num("1.5"), types.FloatOf(1.5), true},
		{num("2"), types.IntOf(2), true},
		{types.FloatOf(0.1 + 0.2), types.FloatOf(0.3), true},
		{types.FloatOf(1), types.FloatOf(1 + 1e-8), false},
		{types.FloatOf(math.NaN()), num("NaN"), true},
		{types.IntOf(1<<53 + 1), types.IntOf(1 << 53), false},
		{types.IntOf(1), types.BoolOf(true), false},
		{types.IntOf(1), types.TextOf("1"), false},
		{value(t, types.Date, "2024-02-29"), value(t, types.Timestamp, "2024-02-29 00:00:00"), true},
		{value(t, types.Date, "2024-02-29"), value(t, types.Timestamp, "2024-02-29 00:00:01"), false},
		{value(t, types.TimestampTZ, "2024-02-29 01:00:00+01"), value(t, types.TimestampTZ, "2024-02-29 00:00:00+00"), true},
		{value(t, types.Interval, "1 mon"), value(t, types.Interval, "30 days"), true},
		{types.ListOf([]types.Value{types.IntOf(1), types.Null}), types.ListOf([]types.Value{types.IntOf(1), types.Null}), true},
		{types.ListOf([]types.Value{types.IntOf(1)}), types.ListOf([]types.Value{types.IntOf(2)}), false},
		{types.TextOf("a"), types.TextOf("A"), false},
	} {
		if got := equalValues(c.a, c.b); got != c.want {
			t.Errorf("%v and %v: got %v", c.a, c.b, got)
		}
		if got := equalValues(c.b, c.a); got != c.want {
			t.Errorf("%v and %v: got %v", c.b, c.a, got)
		}
	}
}

// tbl reads a table: columns a|b, rows separated by ;, numbers as floats.
func tbl(t *testing.T, text string) Table {
	t.Helper()
	out := Table{}
	for i, line := range strings.Split(text, ";") {
		var row []types.Value
		for j, cell := range strings.Split(strings.TrimSpace(line), "|") {
			if i == 0 {
				out.Names = append(out.Names, string(rune('a'+j)))
			}
			switch {
			case cell == "NULL":
				row = append(row, types.Null)
			case strings.Trim(cell, "0123456789.-e") == "":
				row = append(row, value(t, types.Float8, cell))
			default:
				row = append(row, types.TextOf(cell))
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		a, b    string
		ordered bool
		want    string
	}{
		{"x|1; y|2", "y|2; x|1", false, ""},
		{"x|1; y|2", "y|2; x|1", true, orderDiffers},
		{"x|1; x|1; y|2", "x|1; y|2; y|2", false, "rows differ in a, b"},
		{"x|1; y|2", "x|2; y|1", false, "rows differ in how columns go together"},
		{"x|1", "x|1; x|1", false, "1 rows directly, 2 through Grille"},
		{"x|1", "x", false, "2 columns directly, 1 through Grille"},
		{"x|NULL", "x|0", false, "rows differ in b"},
		// sums that differ in the last digit, in an order that sorting turns round
		{"0.30000000000000004|b; 0.3|a", "0.3|b; 0.30000000000000004|a", false, ""},
		{"1.5|1.25; 1.50000000001|1.75", "1.5|1.75; 1.50000000001|1.25", false, ""},
	} {
		if got := difference(tbl(t, c.a), tbl(t, c.b), c.ordered); got != c.want {
			t.Errorf("%q and %q: got %q, want %q", c.a, c.b, got, c.want)
		}
	}
	if !keysInOrder(tbl(t, "1|x; 1|y; 2|z"), tbl(t, "1|y; 1|x; 2|z"), []int{0}) {
		t.Error("ties in another order are not ordered alike")
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		gold, answer    string
		ordered, subset bool
		want            bool
	}{
		{"x|1; y|2", "1|x; 2|y", false, false, true},
		{"x|1; y|2", "2|y; 1|x", true, false, false},
		{"x; y", "x|1; y|2", false, false, false},
		{"x; y", "x|1; y|2", false, true, true},
		{"1|1; 2|2", "1|2; 2|1", false, false, false},
		{"x|1", "x|2", false, false, false},
	} {
		if got := matches(tbl(t, c.gold), tbl(t, c.answer), c.ordered, c.subset); got != c.want {
			t.Errorf("%q and %q: got %v", c.gold, c.answer, got)
		}
	}
}

func TestLines(t *testing.T) {
	lines, err := ReadLines(strings.NewReader(`{"id":"a","sql":"SELECT 1","extra":1}` + "\n\n" +
		`{"id":306,"sql":["SELECT 1","SELECT 2"],"db":"x"}` + "\n" + `not json` + "\n" + `{"sql":3}` + "\n" +
		`{"prompt":"p","dialect":"mysql"}` + "\n" + `{"question":7}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		got = append(got, strings.Join([]string{l.ID, strings.Join(l.SQL, ","), l.DB, l.Prompt, l.Broken}, "|"))
	}
	want := []string{"a|SELECT 1|||", "306|SELECT 1,SELECT 2|x||", "4||||the line is not an object with these keys: not JSON",
		"5||||sql is neither a text nor a list of texts", "6|||p|", "7||||the line is not an object with these keys: question is not a string"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !lines[4].foreign() || lines[0].foreign() {
		t.Error("mysql is not what drafts are written in, and no dialect is")
	}
	if _, err := ReadLines(strings.NewReader("\n")); err == nil {
		t.Error("an empty file was read")
	}
}

func TestBounds(t *testing.T) {
	figures := map[string]float64{"same": 0.99, "differ": 1, "internal": 0}
	for text, want := range map[string]string{
		"same=0.9": "", "same>=0.995": "same is 0.99, and >=0.995 was required", "differ<=1": "", "differ=0": "differ is 1, and <=0 was required",
		"internal<=0": "", "smae>=1": "error", "same": "error", "same>=x": "error", "same>=99": "error",
	} {
		b, err := ParseBound(text)
		var missed []string
		if err == nil {
			missed, err = Missed([]Bound{b}, figures)
		}
		if got := strings.Join(missed, ""); (err != nil) != (want == "error") || err == nil && got != want {
			t.Errorf("%s: got %q and %v, want %q", text, got, err, want)
		}
	}
}
