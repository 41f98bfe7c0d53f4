package same

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// TestValues: every kind of engine gives back the values that were put into it,
// of every type that it can store, and NULL.
func TestValues(t *testing.T) {
	kinds := map[types.Kind][]string{
		types.Bool:      {"true", "false"},
		types.Int2:      {"32767", "-32768"},
		types.Int4:      {"2147483647", "-2147483648"},
		types.Int8:      {"9223372036854775807", "-9223372036854775808"},
		types.Numeric:   {"12345678.25", "-0.01", "0"},
		types.Float8:    {"0.1", "-1e+300", "1.5"},
		types.Text:      {"a'b\\c\"d\n", "ünï 🦊", "", "NULL", "ab ", "AB"},
		types.Varchar:   {"West", "ward 7"},
		types.Date:      {"2024-02-29", "1969-12-31"},
		types.Timestamp: {"2024-02-29 23:59:59.5", "1969-12-31 00:00:00"},
		types.UUID:      {"00000000-0000-0000-0000-0000000000ff"},
	}
	order := []types.Kind{types.Bool, types.Int2, types.Int4, types.Int8, types.Numeric, types.Float8, types.Text, types.Varchar, types.Date, types.Timestamp, types.UUID}
	s := Script{Tables: []Table{{Name: "things", Key: []string{"id"}, Columns: []Column{{Name: "id", Type: types.Of(types.Int8)}}}}}
	things := &s.Tables[0]
	for _, k := range order {
		c := Column{Name: "c_" + k.String(), Type: types.Of(k)}
		if k == types.Numeric {
			c.Mod = types.Mod{Set: true, Prec: 12, Scale: 2}
		}
		if k == types.Varchar {
			c.Mod = types.Mod{Set: true, Prec: 20}
		}
		things.Columns = append(things.Columns, c)
	}
	for i := range 7 {
		row := []types.Value{types.IntOf(int64(i))}
		for _, k := range order {
			v := types.Null
			if texts := kinds[k]; i < 6 {
				var err error
				if v, err = types.Parse(types.Of(k), texts[i%len(texts)], time.UTC); err != nil {
					t.Fatal(err)
				}
			}
			row = append(row, v)
		}
		things.Rows = append(things.Rows, row)
	}
	for _, db := range Open(t, s) {
		stored := Answer{Columns: columns(things.Columns), Rows: things.Rows}
		got := db.Ask(t, runtest.Open(t, db.Catalog), "SELECT * FROM things ORDER BY id")
		if d := (Comparison{Ordered: true}).Differ(stored, got); d != "" {
			t.Errorf("%s: %s", db.Kind(), d)
		}
		if db.Direct != nil {
			if d := (Comparison{Ordered: true}).Differ(stored, db.Direct("SELECT * FROM things ORDER BY id")); d != "" {
				t.Errorf("directly: %s", d)
			}
		}
	}
}

func columns(cs []Column) []ir.Column {
	var out []ir.Column
	for _, c := range cs {
		out = append(out, ir.Column{Name: c.Name, Type: c.Type})
	}
	return out
}

// TestDiffer: what is the same, and what is not.
func TestDiffer(t *testing.T) {
	num := func(s string) types.Value { v, err := types.NumericOf(s); must(t, err); return v }
	one := func(vs ...types.Value) Answer {
		a := Answer{Columns: []ir.Column{{Name: "x"}}}
		for _, v := range vs {
			a.Rows = append(a.Rows, []types.Value{v})
		}
		return a
	}
	n, text := types.IntOf, types.TextOf
	for _, c := range []struct {
		name string
		how  Comparison
		a, b Answer
		same bool
	}{
		{"an integer and a numeric of its value", Comparison{}, one(n(3)), one(num("3.00")), true},
		{"another number", Comparison{}, one(n(3)), one(n(4)), false},
		{"a number and its text", Comparison{}, one(n(3)), one(text("3")), false},
		{"NULL and nothing", Comparison{}, one(types.Null), one(text("")), false},
		{"NULL and NULL", Comparison{}, one(types.Null), one(types.Null), true},
		{"all digits", Comparison{}, one(num("0.3333333333333333")), one(num("0.33333333333333333")), false},
		{"fifteen digits", Comparison{Digits: 15}, one(num("0.3333333333333333")), one(num("0.33333333333333333")), true},
		{"a difference in the fifteenth", Comparison{Digits: 15}, one(num("0.333333333333333")), one(num("0.333333333333334")), false},
		{"across a power of ten", Comparison{Digits: 15}, one(num("0.99999999999999999")), one(n(1)), true},
		{"floats in twelve digits", Comparison{}, one(types.FloatOf(1.0000000000001)), one(types.FloatOf(1)), true},
		{"floats that differ in the eleventh", Comparison{}, one(types.FloatOf(1.0000000001)), one(types.FloatOf(1)), false},
		{"another order", Comparison{}, one(n(1), n(2)), one(n(2), n(1)), true},
		{"another order where it counts", Comparison{Ordered: true}, one(n(1), n(2)), one(n(2), n(1)), false},
		{"a row twice", Comparison{}, one(n(1), n(1), n(2)), one(n(1), n(2), n(2)), false},
		{"a row more", Comparison{}, one(n(1)), one(n(1), n(1)), false},
		{"json with other spaces", Comparison{}, one(types.JSONOf(`{"b":1,"a":2}`)), one(types.JSONOf(`{"a": 2, "b": 1}`)), true},
		{"capitals", Comparison{}, one(text("a")), one(text("A")), false},
		{"an error", Comparison{}, one(n(1)), Answer{Columns: one(n(1)).Columns, Rows: one(n(1)).Rows, Err: errors.New("stopped")}, false},
	} {
		if d := c.how.Differ(c.a, c.b); (d == "") != c.same {
			t.Errorf("%s: %q", c.name, d)
		}
	}
}

// TestRequired: a kind that is asked for and that no test has fails the test.
func TestRequired(t *testing.T) {
	t.Setenv("GRILLE_REQUIRE_ENGINES", "")
	if got := Available(t); !slices.Contains(got, kinds()[1].engine) {
		t.Errorf("there are %v", got)
	}
	t.Setenv("GRILLE_REQUIRE_ENGINES", "oracle")
	f := &failing{TB: t}
	done := make(chan bool)
	go func() { defer close(done); Available(f) }()
	if <-done; !f.failed {
		t.Error("an engine that is not there is not missed")
	}
}

// failing notes a Fatalf and ends its goroutine.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Fatalf(string, ...any) { f.failed = true; runtime.Goexit() }
