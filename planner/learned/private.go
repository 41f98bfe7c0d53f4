package learned

import (
	"maps"
	"math"
	"slices"
)

// Lesson is a question with the candidates for it, of which one is known to be right.
type Lesson struct {
	In         *Input
	Candidates []Candidate // as Parse gave them
	Right      int
}

const (
	// lessonSteps is how often each lesson is gone through, at most; one whose right
	// candidate has so much of the likelihood teaches nothing more.
	lessonSteps = 8
	learntWell  = 0.8
	// The rates of a step, and how far a weight moves at most.
	slotRate, rankRate = 0.15, 0.08
	mostMoved          = 0.6
)

// With is a model that has learned from a few lessons besides: weights of its own are
// added to those of m, which does not change. The same lessons in the same order make
// the same model.
func (m *Model) With(lessons []Lesson) *Model {
	if len(lessons) == 0 {
		return m
	}
	own := *m
	own.slots.own, own.rank.own = map[uint64]float64{}, map[uint64]float64{}
	for range lessonSteps {
		for _, l := range lessons {
			own.attend(l)
		}
	}
	return &own
}

// attend goes through a lesson once.
func (m *Model) attend(l Lesson) {
	scores := make([]float64, len(l.Candidates))
	for i, c := range l.Candidates {
		for _, f := range c.features {
			scores[i] += m.rank.at(f.hash) * f.value
		}
	}
	normalize(scores)
	if math.Exp(scores[l.Right]) >= learntWell {
		return
	}
	moves := map[uint64]float64{}
	for i, c := range l.Candidates {
		d := math.Exp(scores[i])
		if i == l.Right {
			d--
		}
		for _, f := range c.features {
			if f.value == 1 { // said or not; logarithms are left alone
				moves[f.hash] -= rankRate * d
			}
		}
	}
	m.rank.move(moves)
	m.attendSlots(l)
}

// attendSlots learns which names fill the places of the right plan.
func (m *Model) attendSlots(l Lesson) {
	f := &filler{in: l.In}
	slots := l.Candidates[l.Right].Plan.slots()
	choices := make([]int, len(slots))
	for i, s := range slots {
		choices[i] = *s.at
	}
	for i := range slots {
		if slots[i].cond >= 0 && choices[slots[i].cond] < 0 {
			continue
		}
		all := f.candidates(slots, i, choices)
		right := slices.Index(all, choices[i])
		if right < 0 || len(all) < 2 {
			continue
		}
		logs, features := make([]float64, len(all)), make([][]uint64, len(all))
		for k, c := range all {
			features[k] = l.In.context(l.In.fixed(nil, &slots[i], c), slots, i, choices, c)
			for _, h := range features[k] {
				logs[k] += m.slots.at(h)
			}
		}
		normalize(logs)
		moves := map[uint64]float64{}
		for k := range all {
			d := math.Exp(logs[k])
			if k == right {
				d--
			}
			for _, h := range features[k] {
				moves[h] -= slotRate * d
			}
		}
		m.slots.move(moves)
	}
}

// move changes the weights of one's own.
func (t *table) move(by map[uint64]float64) {
	for _, h := range slices.Sorted(maps.Keys(by)) {
		at := h & uint64(len(t.w)-1)
		t.own[at] = min(max(t.own[at]+by[h], -mostMoved), mostMoved)
	}
}
