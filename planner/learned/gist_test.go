package learned

import "testing"

// Numbers of the clinic's columns: 0 wards.id, 1 wards.name, 2 wards.beds, 3
// visits.id, 4 visits.ward_id, 5 visits.kind.
func item(agg string, col int) Item { return Item{Agg: agg, Col: col} }

func rows(agg string) Item { return Item{Agg: agg, Star: true, Col: -1} }

func shows(items ...Item) *Plan { return &Plan{Select: items, Table: -1, Count: -1} }

func by(p *Plan, group int) *Plan {
	p.Group = append(p.Group, group)
	return p
}

// Plans that differ only in what they call a row have the same gist.
func TestGist(t *testing.T) {
	in := ask(clinic(), "how many visits are there in each ward")
	visits := func(name int) *Plan {
		p := by(shows(item("", name), rows("count")), name)
		p.Table = 1
		return p
	}
	byName, byID := in.Gist(visits(1)), in.Gist(visits(4))
	if byName != byID {
		t.Errorf("by the ward's name: %s\nby its id: %s", byName, byID)
	}
	if other := in.Gist(visits(5)); other == byID {
		t.Errorf("visits of each kind are not visits of each ward: %s", other)
	}
	most := visits(1)
	most.Order, most.Limit = []Item{{Agg: "count", Star: true, Col: -1, Desc: true}}, One
	alone := visits(4)
	alone.Order, alone.Limit, alone.Select = most.Order, One, alone.Select[:1]
	if a, b := in.Gist(most), in.Gist(alone); a != b {
		t.Errorf("the most visited ward with the number: %s\nwithout: %s", a, b)
	}
}

// The beds of a ward are not to be added up once for each visit; the visits of a
// ward may be, and its beds alone.
func TestRepeats(t *testing.T) {
	s := clinic()
	for name, c := range map[string]struct {
		plan *Plan
		want bool
	}{
		"beds by kind of visit":    {by(shows(item("sum", 2), item("", 5)), 5), true},
		"average beds by kind":     {by(shows(item("avg", 2), item("", 5)), 5), true},
		"most beds by kind":        {by(shows(item("max", 2), item("", 5)), 5), false},
		"beds by ward":             {by(shows(item("sum", 2), item("", 1)), 1), false},
		"sum of visit ids by ward": {by(shows(item("sum", 3), item("", 1)), 1), false},
	} {
		if got := s.Repeats(c.plan); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOdd(t *testing.T) {
	s := clinic()
	s.Columns[5].Kind = Bool
	for name, c := range map[string]struct {
		plan *Plan
		want bool
	}{
		"average id":                {shows(item("avg", 0)), true},
		"beds beside their average": {by(shows(item("", 2), item("avg", 2)), 2), true},
		"nothing but yes and no":    {shows(item("", 5)), true},
		"visits with an id over 5":  {&Plan{Select: []Item{rows("")}, Where: []Cond{{Item: item("", 3), Op: ">", Values: [2]int{-1, -1}}}, Table: 1, Count: -1}, true},
		"average beds":              {shows(item("avg", 2)), false},
		"number of ids":             {shows(item("count", 0)), false},
		"yes and no, counted":       {by(shows(item("", 5), rows("count")), 5), false},
	} {
		if got := s.Odd(c.plan); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
