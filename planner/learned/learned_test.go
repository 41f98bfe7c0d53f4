package learned

import (
	"bytes"
	"strings"
	"testing"
)

// clinic is wards, and visits to them.
func clinic() *Schema {
	s := &Schema{
		Tables: []Table{{Name: "wards", SQL: "wards", Words: []string{"ward"}, Key: []int{0}}, {Name: "visits", SQL: "visits", Words: []string{"visit"}, Key: []int{3}}},
		Columns: []Column{
			{Name: "id", SQL: "id", Words: []string{"id"}, Kind: Number, Key: true, Foreign: true},
			{Name: "name", SQL: "name", Words: []string{"name"}, Kind: Text, Display: true},
			{Name: "beds", SQL: "beds", Words: []string{"bed"}, Kind: Number},
			{Name: "id", SQL: "id", Table: 1, Words: []string{"id"}, Kind: Number, Key: true},
			{Name: "ward_id", SQL: "ward_id", Table: 1, Words: []string{"ward", "id"}, Kind: Number, Foreign: true},
			{Name: "kind", SQL: "kind", Table: 1, Words: []string{"kind"}, Kind: Text},
		},
		Edges: []Edge{{From: 1, To: 0, FromCols: []int{4}, ToCols: []int{0}}},
	}
	s.Prepare()
	return s
}

func ask(s *Schema, text string) *Input { return askHolding(s, text, nil) }

func askHolding(s *Schema, text string, holds Holds) *Input {
	var tokens []Token
	for _, w := range strings.Fields(text) {
		t := Token{Text: w, Raw: w, Lower: strings.ToLower(w), Stem: strings.TrimSuffix(strings.ToLower(w), "s"), Upper: w != strings.ToLower(w)}
		t.Alike = map[string]float64{t.Stem: 1}
		t.Stop = strings.Contains(" the of in are with than ", " "+w+" ")
		t.Asks = strings.Contains(" how many average more each ", " "+w+" ")
		if w[0] >= '0' && w[0] <= '9' {
			t.Kind = Numeral
		}
		if w[0] == '\'' {
			t.Kind, t.Text, t.Raw = Quoted, strings.Trim(w, "'"), ""
		}
		tokens = append(tokens, t)
	}
	return NewInput(s, tokens, holds)
}

// A text that a column holds may be a value in small letters, small words within.
func TestHeld(t *testing.T) {
	stored := map[string][]int{"intensive care": {1}, "care of the old": {1, 5}, "visits": {5}}
	in := askHolding(clinic(), "beds in intensive care and Care of the old visits", func(text string) []int { return stored[strings.ToLower(text)] })
	got := map[string]holding{}
	for i := range in.Values {
		got[strings.ToLower(in.Values[i].Text)] = in.Values[i].heldBy(1)
	}
	for text, want := range map[string]holding{"intensive care": hereOnly, "care of the old": hereToo, "visits": elsewhere, "old": nowhere} {
		if h, ok := got[text]; !ok || h != want {
			t.Errorf("%s: %v %v, want %v", text, ok, h, want)
		}
	}
	if v := ask(clinic(), "beds in Care").Values; len(v) == 0 || v[0].Held != nil {
		t.Error("nothing is known, and held by", v)
	}
}

// A word that hints at a name does not say it, and is left over where the name is
// used.
func TestHinted(t *testing.T) {
	in := ask(clinic(), "names of places")
	in.Tokens[2].Alike = map[string]float64{"ward": Hinted}
	in = NewInput(in.Schema, in.Tokens, nil)
	if m := best(in.tables[0]); m.from != 2 || m.grade != 2 {
		t.Errorf("%+v", m)
	}
	c := Candidate{Plan: &Plan{Select: []Item{{Col: 1}}, Table: 0, Count: -1}}
	in.rankFeatures(&c)
	if len(c.Unused) != 1 || c.Unused[0] != 2 {
		t.Error("left over", c.Unused)
	}
}

// A plan's sketch keeps all but its names, and comes back the same.
func TestSketches(t *testing.T) {
	sub := &Plan{Select: []Item{{Col: 4}}, Where: []Cond{{Item: Item{Col: 5}, Op: "="}}}
	for _, p := range []*Plan{
		{Select: []Item{{Agg: "count", Star: true}}},
		{Distinct: true, Select: []Item{{Col: 1}, {Agg: "avg", Col: 2}}, Group: []int{1}, Having: []Cond{{Item: Item{Agg: "count", Star: true}, Op: ">="}}},
		{Select: []Item{{Agg: "count", Distinct: true, Col: 1}}, Where: []Cond{{Op: "="}, {Op: "!=", Or: true}, {Op: "notin", Sub: sub}}},
		{Select: []Item{{Col: 1}}, Order: []Item{{Col: 2, Desc: true}, {Col: 1}}, Limit: Some},
		{Select: []Item{{Col: 1}}, Set: "except", Right: sub},
	} {
		want := p.sketch()
		if got := want.skeleton().sketch(); got != want {
			t.Errorf("%s came back as %s", want, got)
		}
		if got := parsed(want.String()); got != want {
			t.Errorf("%s is read as %s", want, got)
		}
	}
}

// What is printed is SQL with joins along keys; what SQL refuses is not printed.
func TestPrint(t *testing.T) {
	in := ask(clinic(), "how many visits of kind 'acute' are in wards with more than 20 beds")
	acute, twenty := -1, -1
	for i, v := range in.Values {
		switch v.Text {
		case "acute":
			acute = i
		case "20":
			twenty = i
		}
	}
	kind := Cond{Item: Item{Col: 5}, Op: "=", Values: [2]int{acute, -1}}
	beds := Cond{Item: Item{Col: 2}, Op: ">", Values: [2]int{twenty, -1}}
	count := Item{Agg: "count", Star: true, Col: -1}
	for _, c := range []struct {
		plan *Plan
		sql  string
	}{
		{&Plan{Select: []Item{count}, Where: []Cond{kind, beds}, Table: 1, Count: -1},
			"SELECT count(*) FROM wards AS w1 JOIN visits AS v2 ON v2.ward_id = w1.id WHERE v2.kind = 'acute' AND w1.beds > 20"},
		{&Plan{Select: []Item{{Col: 1}, count}, Group: []int{0}, Table: 1, Count: -1},
			"SELECT w1.name, count(*) FROM wards AS w1 JOIN visits AS v2 ON v2.ward_id = w1.id GROUP BY w1.id, w1.name"},
		{&Plan{Select: []Item{{Col: 1}}, Where: []Cond{{Item: Item{Col: 0}, Op: "notin", Values: [2]int{-1, -1}, Sub: &Plan{Select: []Item{{Col: 4}}, Table: -1, Count: -1}}}, Table: -1, Count: -1},
			"SELECT name FROM wards WHERE id NOT IN (SELECT ward_id FROM visits)"},
		{&Plan{Select: []Item{{Col: 1}, count}, Table: -1, Count: -1}, ""},                                                                       // not grouped
		{&Plan{Select: []Item{{Agg: "avg", Col: 1}}, Table: -1, Count: -1}, ""},                                                                  // of texts
		{&Plan{Select: []Item{{Col: 1}}, Where: []Cond{{Item: Item{Col: 2}, Op: "=", Values: [2]int{acute, -1}}}, Table: -1}, ""},                // a text for a number
		{&Plan{Select: []Item{{Col: 1}}, Limit: One, Table: -1, Count: -1}, ""},                                                                  // of no order
		{&Plan{Select: []Item{{Agg: "avg", Col: 2}}, Group: []int{2}, Table: -1, Count: -1}, ""},                                                 // of one value each
		{&Plan{Select: []Item{{Col: 1}}, Set: "except", Table: -1, Count: -1, Right: &Plan{Select: []Item{{Col: 1}}, Table: -1, Count: -1}}, ""}, // nothing is left
	} {
		text, _, ok := in.Print(c.plan)
		if ok != (c.sql != "") || ok && text != c.sql {
			t.Errorf("%v %s, want %s", ok, text, c.sql)
		}
	}
}

func none() []Hint { return nil }

func wrong(string) bool { return false }

// examples are few, but enough to tell two questions apart.
func examples(s *Schema) []Example {
	var out []Example
	count := Item{Agg: "count", Star: true, Col: -1}
	for range 8 {
		for i, db := range []string{"a", "b", "c", "d"} {
			in := ask(s, "how many visits are there")
			out = append(out, Example{In: in, DB: db, Hints: none, Right: wrong, Plan: &Plan{Select: []Item{count}, Table: 1, Count: -1}})
			in = ask(s, []string{"name of wards with more than 20 beds", "the name of the wards with more than 7 beds"}[i%2])
			out = append(out, Example{In: in, DB: db, Hints: none, Right: wrong, Plan: &Plan{Select: []Item{{Col: 1}}, Table: -1, Count: -1,
				Where: []Cond{{Item: Item{Col: 2}, Op: ">", Values: [2]int{numeral(in), -1}}}}})
		}
	}
	return out
}

func numeral(in *Input) int {
	for i, v := range in.Values {
		if v.Kind == Numeral {
			return i
		}
	}
	return -1
}

func settings(t *testing.T) Settings {
	return Settings{Seed: 1, SketchEpochs: 4, SketchRate: 0.1, SketchDrop: 0.2, SlotEpochs: 2, SlotRate: 0.1, RankEpochs: 2, RankRate: 0.05, Folds: 2, Log: t.Logf}
}

// What is trained reads questions like those it was trained on; the same examples
// make the same file, and the file the same model.
func TestTrain(t *testing.T) {
	s := clinic()
	m := Train(examples(s), settings(t))
	file := m.Encode()
	if again := Train(examples(s), settings(t)).Encode(); !bytes.Equal(file, again) {
		t.Error("trained twice, two files")
	}
	read, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read.Encode(), file) {
		t.Error("read and written, another file")
	}
	for text, want := range map[string]string{
		"how many wards are there":             "SELECT count(*) FROM wards",
		"name of wards with more than 12 beds": "SELECT name FROM wards WHERE beds > 12",
	} {
		all := read.Parse(ask(s, text), nil)
		if len(all) == 0 || all[0].SQL != want {
			t.Errorf("%s: %+v", text, all)
		}
	}
}

// A file that is not whole is no model.
func TestDecode(t *testing.T) {
	file := Train(examples(clinic()), settings(t)).Encode()
	for _, bad := range [][]byte{nil, []byte("weights"), file[:len(file)/2], append([]byte("x"), file...)} {
		if _, err := Decode(bad); err == nil {
			t.Errorf("%d bytes are read as a model", len(bad))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Train(examples(clinic()), Settings{Seed: 1, SketchEpochs: 1, SketchRate: 0.1, SlotEpochs: 1, SlotRate: 0.1, Folds: 2, Log: f.Logf}).Encode())
	f.Fuzz(func(t *testing.T, file []byte) {
		if m, err := Decode(file); err == nil {
			m.Parse(ask(clinic(), "how many visits"), nil)
		}
	})
}

// The weights that come with the planner are whole, and small.
func TestWeights(t *testing.T) {
	if len(weights) > 5<<20 {
		t.Errorf("the weights have %d bytes", len(weights))
	}
	if all := Load().Parse(ask(clinic(), "how many visits are there"), nil); len(all) == 0 || all[0].SQL != "SELECT count(*) FROM visits" {
		t.Errorf("%+v", all)
	}
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(weights); err != nil {
			b.Fatal(err)
		}
	}
}
