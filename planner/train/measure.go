package main

import (
	"fmt"
	"os"

	"github.com/grille-dev/grille/planner/learned"
)

// measure says at which place a model has the plans of questions that it has not
// been trained on.
func measure(name string, m *learned.Model, all []learned.Example, log func(string, ...any)) {
	n, places, why := 0, map[int]int{}, map[string]int{}
	for _, e := range all {
		p, first := m.Place(&e)
		places[p]++
		n++
		reason := ""
		if p < 0 {
			reason = m.Why(e.In, e.Plan)
			why[reason]++
		}
		if os.Getenv("TRAIN_VERBOSE") != "" {
			fmt.Printf("%s\t%d\t%s\t%s\t%s\t%s\t%s\n", name, p, reason, e.DB, e.Text, e.SQL, first)
		}
	}
	within := func(k int) float64 {
		sum := 0
		for i := range k {
			sum += places[i]
		}
		return 100 * float64(sum) / float64(n)
	}
	log("%v", why)
	log("%s: %d questions, right at once %.1f, in three %.1f, in ten %.1f, in all %.1f", name, n, within(1), within(3), within(10), within(100))
}
