package arrowstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// given are rows for tests: what is written depends on nothing else.
type given struct {
	cols  []answer.Column
	data  [][]types.Value
	again int64 // how often data comes; 0: once
	at    int64
	zone  *time.Location
	err   error
	note  string
}

func (g *given) Next() bool {
	if g.at == int64(len(g.data))*max(g.again, 1) {
		return false
	}
	g.at++
	return true
}
func (g *given) Row() []types.Value   { return g.data[(g.at-1)%int64(len(g.data))] }
func (g *given) Zone() *time.Location { return g.zone }
func (g *given) Err() error {
	if g.at < int64(len(g.data))*max(g.again, 1) {
		return nil
	}
	return g.err
}
func (g *given) Receipt() answer.Receipt {
	return answer.Receipt{ID: "r1", Rows: g.at, Note: g.note, Complete: g.note == "" && g.Err() == nil}
}

func numbers(n int) *given {
	g := &given{cols: []answer.Column{{Label: "n", Type: types.Of(types.Int8)}, {Label: "s", Type: types.Of(types.Text)}}, zone: time.UTC}
	for i := range n {
		g.data = append(g.data, []types.Value{types.IntOf(int64(i)), types.TextOf(fmt.Sprint("row ", i))})
	}
	return g
}

type reading struct {
	rows     int64
	batches  int
	complete string // of the schema
	last     map[string]string
}

// read reads a stream to its end, and checks that the numbers are in turn.
func read(t *testing.T, stream io.Reader) reading {
	t.Helper()
	r, err := ipc.NewReader(stream)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	out := reading{last: map[string]string{}}
	meta := r.Schema().Metadata()
	out.complete, _ = meta.GetValue(keyComplete)
	for r.Next() {
		b := r.RecordBatch()
		out.rows += b.NumRows()
		out.batches++
		if m, ok := b.(arrow.RecordBatchWithMetadata); ok && b.NumRows() == 0 {
			for i, k := range m.Metadata().Keys() {
				out.last[k] = m.Metadata().Values()[i]
			}
		}
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// A small answer says in the schema that it is all; a large one in the last
// batch, which has the receipt in any case.
func TestWhole(t *testing.T) {
	for rows, want := range map[int]reading{
		1:               {rows: 1, batches: 2, complete: "true"},
		0:               {rows: 0, batches: 1, complete: "true"},
		batchRows:       {rows: batchRows, batches: 2, complete: "see the last batch"},
		2*batchRows + 1: {rows: 2*batchRows + 1, batches: 4, complete: "see the last batch"},
	} {
		var b bytes.Buffer
		g := numbers(rows)
		if err := write(&b, g.cols, g); err != nil {
			t.Fatal(err)
		}
		got := read(t, &b)
		if got.rows != want.rows || got.batches != want.batches || got.complete != want.complete || got.last[keyComplete] != "true" ||
			!strings.Contains(got.last[keyReceipt], fmt.Sprintf(`"rows":%d`, rows)) {
			t.Errorf("%d rows: %+v", rows, got)
		}
	}
}

// An answer that a limit cut says so where its readers look.
func TestCut(t *testing.T) {
	for _, rows := range []int{3, batchRows + 3} {
		var b bytes.Buffer
		g := numbers(rows)
		g.note = "cut at the limit of rows"
		if err := write(&b, g.cols, g); err != nil {
			t.Fatal(err)
		}
		got := read(t, &b)
		if got.last[keyComplete] != "false" || got.last[keyNote] != g.note || got.complete == "true" {
			t.Errorf("%d rows: %+v", rows, got)
		}
	}
}

// What breaks off behind some rows leaves a stream that can be read and says so;
// before any row nothing is written.
func TestBrokenOff(t *testing.T) {
	broken := errors.New("the line is dead")
	for _, rows := range []int{3, batchRows + 3} {
		var b bytes.Buffer
		g := numbers(rows)
		g.err = broken
		if err := write(&b, g.cols, g); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		got := read(t, &b)
		if got.rows != int64(rows) || got.last[keyComplete] != "false" || got.complete == "true" {
			t.Errorf("%d rows: %+v", rows, got)
		}
	}
	var b bytes.Buffer
	g := numbers(0)
	g.err = broken
	if err := write(&b, g.cols, g); !errors.Is(err, broken) || b.Len() > 0 {
		t.Error(err, b.Len())
	}
}

// A value without a place is refused by the name of its column, and not quoted;
// rows before it are there, and no half of its own.
func TestNoPlace(t *testing.T) {
	g := &given{zone: time.UTC, cols: []answer.Column{{Label: "n", Type: types.Of(types.Int8)}, {Label: "day", Type: types.Of(types.Date)}}}
	for i := range 5 {
		g.data = append(g.data, []types.Value{types.IntOf(int64(i)), types.DateOf(int64(i))})
	}
	g.data = append(g.data, []types.Value{types.IntOf(9), types.InfinityOf(types.Date, 1)})
	var b bytes.Buffer
	err := write(&b, g.cols, g)
	var r *refusal.Refusal
	if !errors.As(err, &r) || r.Code != refusal.Value || !strings.Contains(r.Msg, `"day"`) || strings.Contains(r.Msg, "infinity") {
		t.Fatal(err)
	}
	if got := read(t, &b); got.rows != 5 {
		t.Errorf("%+v", got)
	}
}

// A writer that fails ends the answer with its error.
func TestWriterFails(t *testing.T) {
	full := errors.New("disk full")
	g := numbers(3 * batchRows)
	if err := write(writer(func(p []byte) (int, error) { return 0, full }), g.cols, g); !errors.Is(err, full) {
		t.Error(err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// A million rows take the memory of a batch.
func TestConstantMemory(t *testing.T) {
	g := numbers(1000)
	g.again = 1000
	var before, peak runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	grown := uint64(0)
	err := write(writer(func(p []byte) (int, error) {
		if len(p) > 100_000 {
			runtime.GC()
			runtime.ReadMemStats(&peak)
			if peak.HeapAlloc > before.HeapAlloc {
				grown = max(grown, peak.HeapAlloc-before.HeapAlloc)
			}
		}
		return len(p), nil
	}), g.cols, g)
	if err != nil {
		t.Fatal(err)
	}
	if grown == 0 || grown > 16<<20 {
		t.Errorf("%d bytes more than before", grown)
	}
}

// Every value of each fixed-width type comes back as it was.
func TestRoundTrip(t *testing.T) {
	g := &given{zone: time.UTC, cols: []answer.Column{
		{Label: "i", Type: types.Of(types.Int8)}, {Label: "f", Type: types.Of(types.Float8)}, {Label: "ts", Type: types.Of(types.Timestamp)},
		{Label: "d", Type: types.Of(types.Numeric), Mod: types.Mod{Set: true, Prec: 38, Scale: 4}},
	}}
	for _, n := range []int64{math.MinInt64, -1, 0, 1, 1<<53 + 1, math.MaxInt64} {
		d, err := types.NumericOf(fmt.Sprintf("%d.0123", n))
		if err != nil {
			t.Fatal(err)
		}
		g.data = append(g.data, []types.Value{types.IntOf(n), types.FloatOf(math.Float64frombits(uint64(n) &^ (1 << 62))), types.TimestampOf(n / 1000), d})
	}
	var b bytes.Buffer
	if err := write(&b, g.cols, g); err != nil {
		t.Fatal(err)
	}
	r, err := ipc.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	r.Next()
	for i, row := range g.data {
		rec := r.RecordBatch()
		for c, v := range row {
			want := v.Format(g.cols[c].Type, nil)
			got := rec.Column(c).ValueStr(i)
			if g.cols[c].Type.Kind == types.Timestamp {
				got = strings.Replace(strings.TrimSuffix(got, "Z"), "T", " ", 1)
			}
			if g.cols[c].Type.Kind == types.Float8 {
				var f float64
				if _, err := fmt.Sscan(got, &f); err != nil || math.Float64bits(f) != math.Float64bits(v.Float()) && !math.IsNaN(f) {
					t.Errorf("%s: %s, want %s", g.cols[c].Label, got, want)
				}
				continue
			}
			if got != want {
				t.Errorf("%s: %s, want %s", g.cols[c].Label, got, want)
			}
		}
	}
}
