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
	dev := flag.Bool("dev", false, "train on six of seven databases and measure on the others")
	flag.Parse()
	if err := train(*data, *out, *dev); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func train(data, out string, dev bool) error {
	set, err := spider.Read(data)
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // memory for time
	start := time.Now()
	t := &trainer{set: set, log: func(format string, args ...any) {
		fmt.Printf("%5.0fs  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}}
	leave := set.Held()
	if dev {
		leave = append(leave, set.Dev()...)
	}
	examples, err := t.examples(func(db string) bool { return !slices.Contains(leave, db) }, (*shelf).sometimes)
	if err != nil {
		return err
	}
	if path := os.Getenv("TRAIN_MODEL"); path != "" {
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		m, err := learned.Decode(file)
		if err != nil {
			return err
		}
		return t.measure(m)
	}
	m := learned.Train(examples, learned.Settings{Seed: 1, SketchEpochs: 4, SketchRate: 0.08, SketchDrop: 0.4,
		SlotEpochs: 1, SlotRate: 0.06, RankEpochs: 6, RankRate: 0.05, Folds: 3, Log: t.log})
	file := m.Encode()
	t.log("%d bytes", len(file))
	if err := os.WriteFile(out, file, 0o644); err != nil || !dev {
		return err
	}
	return t.measure(m)
}

// measure measures a model on the databases that choices are made with: with all
// values known, and with none.
func (t *trainer) measure(m *learned.Model) error {
	dev := t.set.Dev()
	for name, known := range map[string]knowledge{"values": (*shelf).all, "no values": (*shelf).none} {
		all, err := t.examples(func(db string) bool { return slices.Contains(dev, db) }, known)
		if err != nil {
			return err
		}
		for _, synonyms := range []bool{false, true} {
			some := slices.DeleteFunc(slices.Clone(all), func(e learned.Example) bool { return e.Synonyms != synonyms })
			measure(fmt.Sprintf("%s, synonyms %v", name, synonyms), m, some, t.log)
		}
	}
	return nil
}

// knowledge is what is known of the values of a database when a question is asked.
type knowledge func(s *shelf, question uint64) planner.Values

// trainer makes examples of the sets.
type trainer struct {
	set *spider.Set
	log func(string, ...any)
}

// examples are the questions of some databases, and their paraphrases, with plans.
func (t *trainer) examples(of func(db string) bool, known knowledge) ([]learned.Example, error) {
	outlines, shelves, rows := map[string]planner.Outline{}, map[string]*shelf{}, map[string]*answers{}
	var out []learned.Example
	all := 0
	for _, q := range t.set.Questions {
		if !of(q.DB) {
			continue
		}
		o, ok := outlines[q.DB]
		if !ok {
			c := t.set.Databases[q.DB].Catalog()
			o = planner.NewOutline(c, planner.Options{Now: noon, Zone: time.UTC})
			s, err := shelfOf(t.set.Databases[q.DB], c)
			if err != nil {
				return nil, err
			}
			outlines[q.DB], shelves[q.DB], rows[q.DB] = o, s, answersOf(t.set.Databases[q.DB])
		}
		answers := rows[q.DB]
		for i, text := range []string{q.Text, q.Synonyms} {
			if text == "" {
				continue
			}
			all++
			o := o.Knowing(known(shelves[q.DB], uint64(all)))
			in := o.Input(text)
			p, err := planOf(in, q.SQL)
			if err != nil {
				if os.Getenv("TRAIN_VERBOSE") != "" {
					fmt.Println(err, q.SQL)
				}
				continue
			}
			out = append(out, learned.Example{In: in, Plan: p, DB: q.DB, Text: text, SQL: q.SQL, Synonyms: i == 1,
				Right: func(sql string) bool { return answers.same(q.SQL, sql) },
				Hints: func() []learned.Hint { return o.Hints(in, text) }})
		}
	}
	t.log("%d questions, %d with a plan", all, len(out))
	return out, nil
}
