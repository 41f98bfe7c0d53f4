package learned

import (
	"reflect"
	"testing"
)

// From a right answer the words of it are learned, by the same weights each time; the
// model that was there before stays as it was.
func TestWith(t *testing.T) {
	const want = "SELECT DISTINCT name FROM wards WHERE beds > 12"
	m, s := Load(), clinic()
	if m.With(nil) != m {
		t.Error("of no lesson there is another model")
	}
	in := ask(s, "name of wards whose capacity is more than 12")
	lesson := Lesson{In: in, Candidates: m.Parse(in, nil), Right: -1}
	for i, c := range lesson.Candidates {
		if c.SQL == want {
			lesson.Right = i
		}
	}
	if lesson.Right < 0 {
		t.Fatalf("%s is no candidate", want)
	}
	share := func(m *Model) float64 {
		for _, c := range m.Parse(ask(s, "name of wards with a capacity of more than 30"), nil) {
			if c.SQL == "SELECT DISTINCT name FROM wards WHERE beds > 30" {
				return c.Share
			}
		}
		return 0
	}
	old := share(m)
	a, b := m.With([]Lesson{lesson}), m.With([]Lesson{lesson})
	if !reflect.DeepEqual(a.slots.own, b.slots.own) || !reflect.DeepEqual(a.rank.own, b.rank.own) || len(a.slots.own) == 0 {
		t.Error("learned twice, two models, or nothing")
	}
	if share(a) <= old {
		t.Errorf("%.3f before, %.3f after", old, share(a))
	}
	if share(m) != old || m.slots.own != nil || m.rank.own != nil {
		t.Error("the model changed from which another was made")
	}
	for _, own := range []map[uint64]float64{a.slots.own, a.rank.own} {
		for _, w := range own {
			if w > mostMoved || w < -mostMoved {
				t.Errorf("a weight moved by %f", w)
			}
		}
	}
}
