package same

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/run/runtest"
)

// TestBenchLarge reads catalogs of 10,000 tables with 200,000 columns, and asks
// a question of two tables among them and among twenty.
func TestBenchLarge(t *testing.T) {
	bench(t)
	fmt.Printf("\na catalog of 10,000 tables, beside one of 20\n%-10s %10s %10s %12s %12s %12s\n", "", "read", "heap", "see", "a question", "of 20")
	small := Open(t, wide(20))
	for i, db := range Open(t, wide(10_000)) {
		before := heap()
		start := time.Now()
		c, err := db.Engine.Catalog(t.Context())
		read := time.Since(start)
		must(t, err)
		size := heap() - before
		start = time.Now()
		view := runtest.Open(t, c)
		see := time.Since(start)
		fmt.Printf("%-10s %10s %7.1f MB %12s %12s %12s\n", db.Kind(), read.Round(time.Millisecond), float64(size)/1e6, see.Round(time.Millisecond),
			asked(t, view).Round(time.Microsecond), asked(t, runtest.Open(t, small[i].Catalog)).Round(time.Microsecond))
		runtime.KeepAlive(c)
	}
}

// asked is what the gate takes for a question of two tables, in the middle.
func asked(t *testing.T, view policy.View) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 300 {
		took = append(took, timed(func() {
			_, err := runtest.Statement(view, "SELECT a.c3, count(*), max(b.c4) FROM t7 a JOIN t11 b ON b.id = a.c1 WHERE a.c6 = 'x' GROUP BY a.c3 ORDER BY 2, 1")
			must(t, err)
		}))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

func wide(n int) Script {
	var s Script
	for i := range n {
		columns := []string{"id int4"}
		for j := 1; j < 20; j++ {
			columns = append(columns, fmt.Sprintf("c%d %s", j, []string{"int4", "text", "date null", "numeric(10,2) null"}[(j+3)%4]))
		}
		s.Tables = append(s.Tables, *table(fmt.Sprintf("t%d", i), "id", columns...))
	}
	return s
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
