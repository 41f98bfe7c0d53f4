package pgfn

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// TestReaders: what is stored as it would be written is given back as it is,
// and everything else comes out as the long way writes it.
func TestReaders(t *testing.T) {
	fns := map[string]Scalar{}
	for _, f := range readers() {
		fns[f.Name] = f
	}
	read := func(name string, v any) any {
		out, err := fns[name].Fn([]any{v})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		f := r.NormFloat64()
		for range r.IntN(40) {
			f *= 10 * r.Float64()
		}
		d := fromFloat(f, 15)
		if long, err := d.text(); err != nil || read("g_numeric", f) != any(long) {
			t.Fatalf("%v: %v, want %v %v", f, read("g_numeric", f), long, err)
		}
	}
	for _, text := range []string{"2024-02-29 10:11:12", "2024-02-29 24:00:00", "2024-02-29 23:59:60", "2024-02-29 10:11:12.50", "2024-02-30 00:00:00",
		"0000-01-01 00:00:00", "2024-2-29 10:11:12", "2024-02-29T10:11:12", "2024-02-29", " 2024-02-29 10:11:12", "x", "0999-01-01 00:00:00", "2024-13-01 00:00:00"} {
		var long any
		if v, err := types.Parse(types.Of(types.Timestamp), text, time.UTC); err == nil {
			long = v.Format(types.Of(types.Timestamp), time.UTC)
		}
		if got := read("g_timestamp", text); got != long {
			t.Errorf("%q is read as %v, want %v", text, got, long)
		}
	}
	for _, text := range []string{"2024-02-29", "2024-02-30", "0000-01-01", "2024-2-9", "0999-12-31", "20240229", "2024-02-29 ", "x"} {
		var long any
		if v, err := types.Parse(types.Of(types.Date), text, time.UTC); err == nil {
			long = v.Format(types.Of(types.Date), time.UTC)
		}
		if got := read("g_date", text); got != long {
			t.Errorf("%q is read as %v, want %v", text, got, long)
		}
	}
}
