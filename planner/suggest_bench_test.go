package planner

import (
	"runtime"
	"slices"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
)

// keystrokes are questions as they grow while somebody types.
func keystrokes() []string {
	var all []string
	for _, q := range []string{
		"how many visits per patient last year", "average visit amount of visits by month", "top 10 tikan customers by customer amount",
		"show all famin sensors", "which department has the most tickets", "total invoice weight of vepon invoices", "how many neben orders per neben customer",
	} {
		for n := range len(q) + 1 {
			all = append(all, q[:n])
		}
	}
	return all
}

// used is the processor's time of this thread: on a busy machine the clock says
// little.
func used() time.Duration {
	var u syscall.Rusage
	const thread = 1
	if err := syscall.Getrusage(thread, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// One keystroke over 10,000 tables and 100,000 columns, beside what it costs to find
// the typed text among the same names in a sorted list. Every question is typed
// with nothing remembered of earlier ones.
func BenchmarkSuggest(b *testing.B) {
	view := open(b, large(10_000))
	texts := keystrokes()
	b.Run("keystroke", func(b *testing.B) {
		var times []time.Duration
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for b.Loop() {
			times = times[:0]
			opt := Options{Now: noon, Zone: noon.Location(), Lexicons: &Lexicons{}}
			b.StopTimer()
			Suggest(view, Typed{}, opt)
			b.StartTimer()
			for _, text := range texts {
				start := used()
				Suggest(view, Typed{Text: text}, opt)
				times = append(times, used()-start)
			}
		}
		slices.Sort(times)
		at := func(q float64) float64 { return float64(times[int(q*float64(len(times)-1))].Microseconds()) / 1000 }
		b.ReportMetric(at(0.5), "ms-median")
		b.ReportMetric(at(0.95), "ms-p95")
		b.ReportMetric(at(1), "ms-most")
		sum := time.Duration(0)
		for _, d := range times {
			sum += d
		}
		b.ReportMetric(float64(sum.Microseconds())/1000/float64(len(times)), "ms-mean")
	})
	b.Run("names", func(b *testing.B) {
		for b.Loop() {
			opt := Options{Now: noon, Zone: noon.Location(), Lexicons: &Lexicons{}}
			opt.Lexicons.names(view, nil)
		}
	})
	b.Run("bare", func(b *testing.B) {
		names := allNames(view)
		for b.Loop() {
			for _, text := range texts {
				last := text[strings.LastIndexByte(text, ' ')+1:]
				var found []string
				for i := sort.SearchStrings(names, last); i < len(names) && len(found) < 8 && strings.HasPrefix(names[i], last); i++ {
					found = append(found, names[i])
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(texts)), "ns/keystroke")
	})
}

func allNames(view policy.View) []string {
	var names []string
	add := func(t *catalog.Table) {
		names = append(names, t.Name)
		for _, c := range t.Columns {
			names = append(names, c.Name)
		}
	}
	for _, t := range view.Visible().Tables {
		add(t)
	}
	slices.Sort(names)
	return names
}
