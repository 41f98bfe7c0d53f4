package learned

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

const rankBits = 18

// curveSize is how many steps the calibration has.
const curveSize = 20

// contest is what a model that has not seen the database makes of a question,
// and which of it is right.
type contest struct {
	candidates []Candidate
	right      []bool
}

// trainRank trains the re-ranker on candidates of models that have not seen their
// database, so that it sees mistakes as they will be.
func trainRank(all []Example, s Settings) (table, [curveSize]float64) {
	folds := foldsOf(all, s.Folds)
	var contests []contest
	where := []int{}
	for fold := range s.Folds {
		var rest []Example
		for _, e := range all {
			if folds[e.DB] != fold {
				rest = append(rest, e)
			}
		}
		m := trainBase(rest, s)
		found, n := 0, 0
		for _, e := range all {
			if folds[e.DB] != fold || !e.Plan.Known() {
				continue
			}
			c := contest{candidates: m.candidates(e.In, e.Hints())}
			for i := range c.candidates {
				c.right = append(c.right, e.answered(&c.candidates[i]))
			}
			n++
			if slices.Contains(c.right, true) {
				found++
			}
			contests = append(contests, c)
			where = append(where, fold)
		}
		s.Log("fold %d: %d questions, %d with the right candidate", fold, n, found)
	}
	w := rankWeights(contests, s)
	return w, calibrate(contests, where, s)
}

func foldsOf(all []Example, n int) map[string]int {
	var dbs []string
	for _, e := range all {
		dbs = append(dbs, e.DB)
	}
	sort.Strings(dbs)
	dbs = slices.Compact(dbs)
	out := map[string]int{}
	for i, db := range dbs {
		out[db] = i % n
	}
	return out
}

// Known reports whether every slot of a plan was found in the question.
func (p *Plan) Known() bool {
	return !slices.ContainsFunc(p.slots(), func(s slot) bool { return *s.at == -2 })
}

// answered reports whether a candidate asks the same as the example's plan, or
// gives the same.
func (e *Example) answered(c *Candidate) bool {
	if c.normal == e.In.asksOf(e.Plan).String() {
		return true
	}
	sql := c.SQL
	if sql == "" { // only a hint
		text, _, ok := e.In.Print(c.Plan)
		if !ok {
			return false
		}
		sql = text
	}
	return e.Right(sql)
}

// Place is the place of the first right one among the readings of an example, from
// 0, or -1; and what is the first of all.
func (m *Model) Place(e *Example) (int, string) {
	all, first := m.Parse(e.In, e.Hints()), ""
	if len(all) > 0 {
		first = all[0].SQL
	}
	return slices.IndexFunc(all, func(c Candidate) bool { return e.answered(&c) }), first
}

func rankWeights(contests []contest, s Settings) table {
	const mask = 1<<rankBits - 1
	w, g := make([]float32, 1<<rankBits), make([]float32, 1<<rankBits)
	w[hashString("sketch")&mask], w[hashString("fill")&mask] = 1, 1
	rng := rand.New(rand.NewPCG(s.Seed, 99))
	for epoch := range s.RankEpochs {
		right, all := 0, 0
		for _, n := range rng.Perm(len(contests)) {
			c := &contests[n]
			if !slices.Contains(c.right, true) {
				continue
			}
			scores := make([]float64, len(c.candidates))
			for i := range c.candidates {
				for _, f := range c.candidates[i].features {
					scores[i] += float64(w[f.hash&mask]) * f.value
				}
			}
			all++
			if c.right[top(scores, 1)[0]] {
				right++
			}
			normalize(scores)
			mass := 0.0
			for i, r := range c.right {
				if r {
					mass += math.Exp(scores[i])
				}
			}
			grad := map[uint64]float64{}
			var order []uint64
			for i := range c.candidates {
				p := math.Exp(scores[i])
				d := p
				if c.right[i] {
					d -= p / math.Max(mass, 1e-9)
				}
				if math.Abs(d) < 1e-4 {
					continue
				}
				for _, f := range c.candidates[i].features {
					at := f.hash & mask
					if _, ok := grad[at]; !ok {
						order = append(order, at)
					}
					grad[at] += d * f.value
				}
			}
			for _, at := range order {
				d := grad[at]
				g[at] += float32(d * d)
				w[at] -= float32(s.RankRate * d / (1e-6 + math.Sqrt(float64(g[at]))))
				w[at] *= 1 - 1e-6
			}
		}
		s.Log("ranking %d: %d of %d right", epoch, right, all)
	}
	return compact(w, 0.005)
}

// calibrate says how often candidates of each share were right, each ranked by
// weights that have not seen its database; made monotone.
func calibrate(contests []contest, where []int, s Settings) [curveSize]float64 {
	quiet := s
	quiet.Log = func(string, ...any) {}
	var n, right [curveSize]float64
	top1, all := 0, 0
	for fold := range s.Folds {
		var rest []contest
		for i := range contests {
			if where[i] != fold {
				rest = append(rest, contests[i])
			}
		}
		m := &Model{rank: rankWeights(rest, quiet)}
		for i := range contests {
			if where[i] != fold {
				continue
			}
			all++
			k, share := m.first(contests[i].candidates)
			if k < 0 {
				continue
			}
			b := min(int(share*curveSize), curveSize-1)
			n[b]++
			if contests[i].right[k] {
				right[b]++
				top1++
			}
		}
	}
	s.Log("out of fold: %d of %d right at once", top1, all)
	for i := range n {
		s.Log("share %.2f: %v questions, %.2f right", float64(i)/curveSize, n[i], right[i]/max(n[i], 1))
	}
	return monotone(n, right)
}

// monotone are shares of right ones that never fall: neighbours that would are
// put together.
func monotone(n, right [curveSize]float64) [curveSize]float64 {
	type pool struct {
		n, right float64
		width    int
	}
	var pools []pool
	for i := range n {
		pools = append(pools, pool{n[i] + 1, right[i] + float64(i)/curveSize, 1}) // as many as the share promises
		for k := len(pools); k > 1 && pools[k-1].right/pools[k-1].n < pools[k-2].right/pools[k-2].n; k-- {
			a, b := pools[k-2], pools[k-1]
			pools = append(pools[:k-2], pool{a.n + b.n, a.right + b.right, a.width + b.width})
		}
	}
	var out [curveSize]float64
	i := 0
	for _, p := range pools {
		for range p.width {
			out[i] = p.right / p.n
			i++
		}
	}
	return out
}

// first is the best of some candidates and its share.
func (m *Model) first(all []Candidate) (int, float64) {
	if len(all) == 0 {
		return -1, 0
	}
	scores := make([]float64, len(all))
	for i := range all {
		for _, f := range all[i].features {
			scores[i] += m.rank.at(f.hash) * f.value
		}
	}
	normalize(scores)
	k := top(scores, 1)[0]
	return k, math.Exp(scores[k])
}
