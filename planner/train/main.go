// Command train makes the weights of the learned parser from public questions:
//
//	go run ./planner/train --data ../shared/data --out planner/learned/weights.bin
//
// It reads Spider, Spider-Syn and the outlines of SpiderMan's databases, leaves
// out the databases that are held back for measuring, and writes the same bytes
// each time.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/grille-dev/grille/internal/spider"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/planner/learned"
)

// noon is when the questions are asked.
var noon = time.Date(2025, 5, 15, 12, 0, 0, 0, time.UTC)

func main() {
	data := flag.String("data", spider.Dir("."), "the `folder` of the data sets")
	out := flag.String("out", "planner/learned/weights.bin", "the `file` to write")
	flag.Parse()
	if err := train(*data, *out); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func train(data, out string) error {
	set, err := spider.Read(data)
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // memory for time
	start := time.Now()
	log := func(format string, args ...any) {
		fmt.Printf("%5.0fs  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	examples := examplesOf(set, log)
	m := learned.Train(examples, learned.Settings{Seed: 1, SketchEpochs: 4, SketchRate: 0.08, SketchDrop: 0.4,
		SlotEpochs: 1, SlotRate: 0.06, RankEpochs: 6, RankRate: 0.05, Folds: 3, Log: log})
	file := m.Encode()
	log("%d bytes", len(file))
	return os.WriteFile(out, file, 0o644)
}

// examplesOf are the questions of the databases that may be trained on, and their
// paraphrases, with plans.
func examplesOf(set *spider.Set, log func(string, ...any)) []learned.Example {
	held := set.Held()
	outlines := map[string]planner.Outline{}
	var out []learned.Example
	all, failed := 0, map[string]int{}
	for _, q := range set.Questions {
		if slices.Contains(held, q.DB) {
			continue
		}
		o, ok := outlines[q.DB]
		if !ok {
			o = planner.NewOutline(set.Databases[q.DB].Catalog(), planner.Options{Now: noon, Zone: time.UTC})
			outlines[q.DB] = o
		}
		for _, text := range []string{q.Text, q.Synonyms} {
			if text == "" {
				continue
			}
			all++
			in := o.Input(text, nil)
			p, err := planOf(in, q.SQL)
			if err != nil {
				failed[err.Error()]++
				if os.Getenv("TRAIN_VERBOSE") != "" {
					fmt.Println(err, q.SQL)
				}
				continue
			}
			e := learned.Example{In: in, Plan: p, DB: q.DB}
			if all%3 != 0 { // two in three are enough for the re-ranker
				e.Hints = func() []learned.Hint { return o.Hints(in, text) }
			}
			out = append(out, e)
		}
	}
	log("%d questions, %d with a plan", all, len(out))
	return out
}
