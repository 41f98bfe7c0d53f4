package trino

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/trinotest"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// A literal is one token or a few, whatever its value: no value ends its quotes.
func TestInline(t *testing.T) {
	text := types.Of(types.Text)
	params := []emit.Param{{Value: types.TextOf("it's ?2 \\ \"x"), Type: text}, {Value: types.IntOf(7), Type: types.Of(types.Int8)}}
	got, err := inline(`SELECT ?1, "a?1", 'b?1', ?2, ?1`, params)
	const want = `SELECT VARCHAR 'it''s ?2 \ "x', "a?1", 'b?1', BIGINT '7', VARCHAR 'it''s ?2 \ "x'`
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	for _, bad := range []string{"SELECT ?3", "SELECT ?", "SELECT ?0", "SELECT 'x", `SELECT "x`} {
		if got, err := inline(bad, params); err == nil {
			t.Errorf("%s became %s", bad, got)
		}
	}
}

// What Trino has no literal for is no text at all.
func TestNoLiteral(t *testing.T) {
	parse := func(k types.Kind, s string) types.Value {
		v, err := types.Parse(types.Of(k), s, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for k, v := range map[types.Kind]types.Value{
		types.Numeric: parse(types.Numeric, strings.Repeat("9", 39)), types.Date: types.InfinityOf(types.Date, 1),
		types.Timestamp: parse(types.Timestamp, "20000-01-01 00:00:00"), types.Interval: types.IntervalOf(1, 0, 0),
		types.Time: types.TimeOf(86400_000_000), types.Text: types.TextOf("\xff"), types.Int8: types.Null,
	} {
		if got, err := literal(v, types.Of(k)); err == nil {
			t.Errorf("%s became %s", k, got)
		}
	}
}

// TestLiterals has the server read back what literal prints of random values: each
// is the value again, of the type that it was printed as.
func TestLiterals(t *testing.T) {
	trinotest.Required(t)
	e := engine(t, trinotest.New(t).Target, new(log))
	r := rand.New(rand.NewPCG(1, 2))
	for range 25 {
		var values []types.Value
		var kinds []types.Type
		var outs []string
		for range 40 {
			typ, v := randomValue(r)
			text, err := literal(v, typ)
			if err != nil {
				t.Fatal(typ, v, err)
			}
			values, kinds, outs = append(values, v), append(kinds, typ), append(outs, text)
		}
		row := one(t, e, "SELECT "+strings.Join(outs, ", "))
		for i, cell := range row {
			got, ok := decode(cell, kinds[i])
			if !ok || got.GroupKey() != values[i].GroupKey() {
				t.Errorf("%s came back as %s", outs[i], cell)
			}
		}
	}
}

// one is the first row of a text of ours.
func one(t *testing.T, e *Engine, text string) []json.RawMessage {
	t.Helper()
	r, err := e.client.start(t.Context(), text, time.Minute)
	for err == nil {
		if r.Error != nil {
			t.Fatalf("%v\n%s", r.Error, text)
		}
		if len(r.Data) > 0 {
			return r.Data[0]
		}
		if r.NextURI == "" {
			t.Fatalf("no row of %s", text)
		}
		r, err = e.client.next(t.Context(), r)
	}
	t.Fatal(err)
	return nil
}

// randomValue is one that an attacker would choose, more often than not.
func randomValue(r *rand.Rand) (types.Type, types.Value) {
	word := func() string {
		parts := []string{"'", "''", `\`, `"`, "--", "/*", "*/", ";", "?1", "?", "ä", "🦊", "\n", "\t", "\x01", "a", " ", "%", "{1}", "'; DROP TABLE x; --", "U&", "X'", "\u2028", "\ufeff", "\\'"}
		var b strings.Builder
		for range r.IntN(8) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		return b.String()
	}
	const day = 86400_000_000
	switch r.IntN(12) {
	case 0:
		return types.Of(types.Int8), types.IntOf(int64(r.Uint64()))
	case 1:
		return types.Of(types.Int2), types.IntOf(int64(int16(r.Uint32())))
	case 2:
		return types.Of(types.Float8), types.FloatOf(r.NormFloat64() * 1e300)
	case 3:
		v, _ := types.Parse(types.Of(types.Numeric), "-1234567890123456789012345678."+string(rune('1'+r.IntN(9))), nil)
		return types.Of(types.Numeric), v
	case 4:
		return types.Of(types.Bytea), types.BytesOf([]byte(word()))
	case 5:
		return types.Of(types.Date), types.DateOf(int64(r.IntN(3_000_000)) - 700_000)
	case 6:
		return types.Of(types.Timestamp), types.TimestampOf(r.Int64N(9000*365*day) - 1900*365*day)
	case 7:
		return types.Of(types.TimestampTZ), types.TimestampTZOf(r.Int64N(9000*365*day) - 1900*365*day)
	case 8:
		return types.Of(types.Time), types.TimeOf(r.Int64N(day))
	case 9:
		return types.ArrayOf(types.Text), types.ListOf([]types.Value{types.TextOf(word()), types.Null, types.TextOf(word())})
	default:
		return types.Of(types.Text), types.TextOf(word())
	}
}
