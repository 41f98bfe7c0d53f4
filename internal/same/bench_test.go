package same

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// What `make bench` prints. Figures are of a machine, so nothing here fails; a
// busy machine shows in the distance between the middle and the 99th part.
func bench(t *testing.T) {
	t.Helper()
	if os.Getenv("GRILLE_BENCH") == "" {
		t.Skip("set GRILLE_BENCH=1, or run make bench")
	}
}

// TestBenchStages times each stage of the gate for ten questions of [Shop], as
// mara, whose rules narrow and mask.
func TestBenchStages(t *testing.T) {
	bench(t)
	s := openShop(t)
	for i, db := range s.engines {
		fmt.Printf("\nthe gate, %s, µs in the middle (all: and in the 99th part)\n%-14s %6s %6s %6s %6s %6s %6s %7s %8s\n",
			db.Kind(), "question", "bytes", "parse", "bind", "policy", "emit", "all", "p99", "allocs")
		for _, q := range tenQuestions(t) {
			stages(q, s.mara[i])
		}
	}
}

type question struct{ name, text string }

// tenQuestions are of growing size: those of the pages that bear these comments.
func tenQuestions(t *testing.T) []question {
	t.Helper()
	var all []question
	for _, q := range []struct{ name, page, comment string }{
		{"two tables", "", "SELECT s.name, count(*) AS n, avg(x.paid) FROM store_sales x JOIN stores s ON s.store_id = x.store_id WHERE s.region = 'West' AND x.day > '2025-01-01' GROUP BY s.name ORDER BY n DESC LIMIT 10"},
		{"one table", "", "SELECT city, count(*) FROM customers WHERE segment = 'home' GROUP BY city"},
		{"summary", "reports", "What was sold by kind of line until a day"},
		{"cheapest", "reports", "Who of a continent supplies a product"},
		{"volume", "reports", "Volume between two nations by year"},
		{"shares", "retail-shares", "A product's part in the revenue of its kind"},
		{"returns", "retail-shares", "The worst ratios of returns in each channel"},
		{"running", "retail-years", "Running totals of two channels"},
		{"months", "retail-years", "Months that differ by more than a tenth"},
		{"3.2 KB", "", ""},
	} {
		text := q.comment
		switch {
		case q.page != "":
			text = fromPage(t, q.page, q.comment)
		case text == "":
			text = large(fromPage(t, "retail-shares", "The worst ratios of returns in each channel"), fromPage(t, "retail-years", "Running totals of two channels"))
		}
		all = append(all, question{q.name, text})
	}
	return all
}

// stages prints a line.
func stages(q question, view policy.View) {
	const rounds = 400
	var took [5][]time.Duration
	var before, after runtime.MemStats
	for range rounds {
		if len(took[0]) == rounds/2 { // warm
			runtime.ReadMemStats(&before)
		}
		marks := []time.Time{time.Now()}
		mark := func() { marks = append(marks, time.Now()) }
		tree, err := syntax.Parse(q.text)
		mark()
		if err != nil {
			panic(err)
		}
		bound, err := bind.Query(tree, view.Names(), bind.Env{Now: noon()})
		mark()
		if err != nil {
			panic(err)
		}
		allowed, err := policy.Apply(view, bound)
		mark()
		if err != nil {
			panic(err)
		}
		if _, err = emit.SQL(allowed); err != nil {
			fmt.Printf("%-14s %v\n", q.name, err)
			return
		}
		mark()
		for i := range 4 {
			took[i] = append(took[i], marks[i+1].Sub(marks[i]))
		}
		took[4] = append(took[4], marks[4].Sub(marks[0]))
	}
	runtime.ReadMemStats(&after)
	fmt.Printf("%-14s %6d", q.name, len(q.text))
	for i := range took {
		slices.Sort(took[i])
		fmt.Printf(" %6.0f", micros(took[i][rounds/2]))
	}
	fmt.Printf(" %7.0f %8d\n", micros(took[4][rounds*99/100]), (after.Mallocs-before.Mallocs)/(rounds/2))
}

func noon() time.Time { return time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC) }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// TestBenchStream reads a million rows with the driver alone and through
// Grille, three times in turn, and prints the ratio of the best of each.
func TestBenchStream(t *testing.T) {
	bench(t)
	fmt.Printf("\na million rows\n%-10s %10s %10s %7s %12s\n", "", "driver", "grille", "ratio", "peak heap")
	for _, db := range Open(t, many()) {
		if db.Bare == nil {
			fmt.Printf("%-10s no driver alone to compare with\n", db.Kind())
			continue
		}
		s, err := runtest.Statement(runtest.Open(t, db.Catalog), million)
		must(t, err)
		alone, ours, heap := time.Hour, time.Hour, uint64(0)
		for range 3 {
			alone = min(alone, timed(func() { db.Bare(million) }))
			peak := heapPeak()
			ours = min(ours, timed(func() { stream(t, db, s) }))
			heap = max(heap, peak())
		}
		fmt.Printf("%-10s %10s %10s %7.2f %9.1f MB\n", db.Kind(), alone.Round(time.Millisecond), ours.Round(time.Millisecond), float64(ours)/float64(alone), float64(heap)/1e6)
	}
}

const million = `SELECT id, word, amount, at, weight FROM million`

// many is a thousand rows, and their product with themselves.
func many() Script {
	t := table("many", "id", "id int8", "word text", "amount numeric(12,2)", "at timestamp", "weight float8")
	for i := range 1000 {
		t.Rows = append(t.Rows, row(i, fmt.Sprintf("row number %d", i*i), cents(i*137), date(2020, 1, 1).at(i*60), float64(i)/7))
	}
	product := *t
	product.Name, product.Rows = "million", nil
	return Script{Tables: []Table{*t, product},
		Then: []string{"INSERT INTO million SELECT a.id * 1000 + b.id, b.word, b.amount, b.at, b.weight FROM many a CROSS JOIN many b"}}
}

func stream(t testing.TB, db Database, s emit.Statement) {
	t.Helper()
	rows, err := db.Run(t.Context(), s, run.Limits{Rows: 1 << 30, Bytes: 1 << 40, Time: 10 * time.Minute})
	must(t, err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		if rows.Row()[0].Kind() == types.Int8 {
			n++
		}
	}
	if must(t, rows.Err()); n != 1_000_000 {
		t.Errorf("%s: %d rows", db.Kind(), n)
	}
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// heapPeak watches the heap until its result is called.
func heapPeak() func() uint64 {
	runtime.GC()
	var peak atomic.Uint64
	done := make(chan bool)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			select {
			case done <- true:
				return
			case <-time.After(2 * time.Millisecond):
				metrics.Read(sample)
				peak.Store(max(peak.Load(), sample[0].Value.Uint64()))
			}
		}
	}()
	return func() uint64 { <-done; return peak.Load() }
}
