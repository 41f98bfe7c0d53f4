package learned

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// Example is a question with the plan that answers it. Columns, tables and values
// of the plan that are not known are -2: nothing is learned for them.
type Example struct {
	In   *Input
	Plan *Plan
	DB   string // what is trained for the re-ranker is split by it
	// Hints are as Parse will be given them.
	Hints func() []Hint
	// Right says whether SQL gives what was asked for, though it is not the plan's.
	Right func(sql string) bool
	// Text is the question with the SQL of the set, and Synonyms whether it is a
	// paraphrase; for whoever measures.
	Text, SQL string
	Synonyms  bool
}

// Settings of training; the zero value is of no use.
type Settings struct {
	Seed                   uint64
	SketchEpochs           int
	SketchRate, SketchDrop float64
	SlotEpochs             int
	SlotRate               float64
	RankEpochs             int
	RankRate               float64
	Folds                  int
	Log                    func(format string, args ...any)
}

// Train makes a model. The same examples in the same order, and the same
// settings, make the same model.
func Train(all []Example, s Settings) *Model {
	m := trainBase(all, s)
	m.rank, m.curve = trainRank(all, s)
	m.idle = idleWords(all)
	return m
}

// leastIdle is in how many databases a word must have been idle.
const leastIdle = 2

// idleWords are the words that right plans leave over, in at least so many
// databases and nearly always.
func idleWords(all []Example) map[uint32]bool {
	type count struct {
		left, used int
		dbs        map[string]bool
	}
	counts := map[uint32]*count{}
	for _, e := range all {
		if !e.Plan.Known() {
			continue
		}
		c := Candidate{Plan: e.Plan}
		e.In.rankFeatures(&c)
		for k, t := range e.In.Tokens {
			if t.Kind != Word || t.Upper {
				continue
			}
			h := uint32(e.In.hashes[k])
			if counts[h] == nil {
				counts[h] = &count{dbs: map[string]bool{}}
			}
			if slices.Contains(c.Unused, k) {
				counts[h].left++
				counts[h].dbs[e.DB] = true
			} else {
				counts[h].used++
			}
		}
	}
	out := map[uint32]bool{}
	for h, c := range counts {
		if len(c.dbs) >= leastIdle && c.left >= 3*c.used {
			out[h] = true
		}
	}
	return out
}

// trainBase trains all but the re-ranker.
func trainBase(all []Example, s Settings) *Model {
	m := &Model{}
	features := make([][]uint64, len(all))
	for i, e := range all {
		if e.In.said == nil {
			e.In.said = e.In.features()
		}
		features[i] = e.In.said
	}
	for k := range m.parts {
		m.parts[k] = trainPart(all, features, k, s)
	}
	m.slots = trainSlots(all, s)
	m.rank = table{w: make([]int8, 1)}
	return m
}

const (
	leastParts    = 2 // how often a part must be seen to be a class
	leastFeatures = 3
)

// trainPart trains the classifier of one part of the sketch: AdaGrad on the
// log-likelihood, with a share of the features left out each time.
func trainPart(all []Example, features [][]uint64, k int, s Settings) *classifier {
	sketches := make([]parts, len(all))
	count, seen := map[string]int{}, map[uint64]int{}
	for i, e := range all {
		sketches[i] = e.Plan.sketch()
		count[sketches[i][k]]++
	}
	c := &classifier{}
	for p, n := range count {
		if n >= leastParts {
			c.classes = append(c.classes, p)
		}
	}
	sort.Strings(c.classes)
	if len(c.classes) > mostClasses {
		panic("learned: too many classes")
	}
	class := map[string]int{}
	for i, p := range c.classes {
		class[p] = i
	}
	full := make([][]uint64, len(all))
	for i := range all {
		full[i] = append(slices.Clip(features[i]), sketches[i].history(k)...)
		for _, f := range full[i] {
			seen[f]++
		}
	}
	var ids []uint64
	for f, n := range seen {
		if n >= leastFeatures {
			ids = append(ids, f)
		}
	}
	slices.Sort(ids)
	d := newDense(len(ids), len(c.classes))
	id := make(map[uint64]int32, len(ids))
	for i, f := range ids {
		id[f] = int32(i)
	}
	rows := make([][]int32, len(all))
	for i := range all {
		for _, f := range full[i] {
			if r, ok := id[f]; ok {
				rows[i] = append(rows[i], r)
			}
		}
	}
	rng := rand.New(rand.NewPCG(s.Seed, uint64(k)))
	var kept []int32
	for range s.SketchEpochs {
		for _, i := range rng.Perm(len(all)) {
			want, ok := class[sketches[i][k]]
			if !ok {
				continue
			}
			kept = kept[:0]
			for _, r := range rows[i] {
				if rng.Float64() >= s.SketchDrop {
					kept = append(kept, r)
				}
			}
			d.learn(kept, want, s.SketchRate)
		}
	}
	d.scale(1 - s.SketchDrop)
	d.sparse(ids, c)
	return c
}

// dense is a matrix of weights with AdaGrad's sums of squares.
type dense struct {
	k    int
	w, g []float32
	p    []float64
}

func newDense(rows, k int) *dense {
	return &dense{k, make([]float32, rows*k), make([]float32, rows*k), make([]float64, k)}
}

func (d *dense) learn(rows []int32, want int, rate float64) {
	clear(d.p)
	for _, r := range rows {
		for c, w := range d.w[int(r)*d.k : (int(r)+1)*d.k] {
			d.p[c] += float64(w)
		}
	}
	normalize(d.p)
	for c := range d.p {
		g := math.Exp(d.p[c])
		if c == want {
			g--
		}
		if math.Abs(g) < 1e-3 {
			continue
		}
		for _, r := range rows {
			at := int(r)*d.k + c
			d.g[at] += float32(g * g)
			d.w[at] -= float32(rate * g / (1e-6 + math.Sqrt(float64(d.g[at]))))
		}
	}
}

func (d *dense) scale(by float64) {
	for i := range d.w {
		d.w[i] *= float32(by)
	}
}

// tiny weights are not worth their place.
const tiny = 0.08

// sparse keeps what is not tiny, in 127 steps to either side.
func (d *dense) sparse(ids []uint64, into *classifier) {
	most := float32(0.001)
	for _, w := range d.w {
		most = max(most, w, -w)
	}
	into.scale = min(float64(most), 3) / 127
	rows := map[uint32][]byte{}
	for r, f := range ids {
		for c, w := range d.w[r*d.k : (r+1)*d.k] {
			if q := quantized(float64(w), into.scale); math.Abs(float64(w)) >= tiny && q != 0 {
				rows[uint32(f)] = append(rows[uint32(f)], byte(c), byte(q))
			}
		}
	}
	into.keys = slices.Sorted(maps.Keys(rows))
	for _, f := range into.keys {
		into.weights = append(into.weights, rows[f]...)
		into.ends = append(into.ends, uint32(len(into.weights)))
	}
}

func quantized(w, scale float64) int8 { return int8(max(-127, min(127, math.Round(w/scale)))) }

const slotBits = 21

// trainSlots trains the choice of columns, tables and values, each in the light
// of the right ones before it.
func trainSlots(all []Example, s Settings) table {
	w, g := make([]float32, 1<<slotBits), make([]float32, 1<<slotBits)
	const mask = 1<<slotBits - 1
	rng := rand.New(rand.NewPCG(s.Seed, 77))
	f := &filler{}
	var features [][]uint64
	for range s.SlotEpochs {
		for _, n := range rng.Perm(len(all)) {
			e := all[n]
			f.in, f.columns = e.In, nil
			slots := e.Plan.slots()
			choices := make([]int, len(slots))
			for i, sl := range slots {
				choices[i] = *sl.at
			}
			for i := range slots {
				want := choices[i]
				if want == -2 || slots[i].cond >= 0 && choices[slots[i].cond] < 0 {
					continue
				}
				candidates := f.candidates(slots, i, choices)
				k := slices.Index(candidates, want)
				if k < 0 || len(candidates) < 2 {
					continue
				}
				logs := make([]float64, len(candidates))
				for len(features) < len(candidates) {
					features = append(features, nil)
				}
				for j, c := range candidates {
					fs := e.In.fixed(features[j][:0], &slots[i], c)
					fs = e.In.context(fs, slots, i, choices, c)
					features[j] = fs
					for _, h := range fs {
						logs[j] += float64(w[h&mask])
					}
				}
				normalize(logs)
				for j := range candidates {
					d := math.Exp(logs[j])
					if j == k {
						d--
					}
					if math.Abs(d) < 1e-3 {
						continue
					}
					for _, h := range features[j] {
						at := h & mask
						g[at] += float32(d * d)
						w[at] -= float32(s.SlotRate * d / (1e-6 + math.Sqrt(float64(g[at]))))
					}
				}
			}
		}
	}
	return compact(w, 0.045)
}

// compact makes a table of weights.
func compact(w []float32, least float64) table {
	most := float32(0.001)
	for _, x := range w {
		most = max(most, x, -x)
	}
	t := table{w: make([]int8, len(w)), scale: min(float64(most), 2) / 127}
	for i, x := range w {
		if math.Abs(float64(x)) >= least {
			t.w[i] = quantized(float64(x), t.scale)
		}
	}
	return t
}
