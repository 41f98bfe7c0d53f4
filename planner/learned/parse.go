package learned

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// Candidate is one way to understand a question.
type Candidate struct {
	Plan  *Plan
	SQL   string
	Parts []Part // what caused which part of SQL
	// Share is the probability of this candidate among all.
	Share float64
	// Hint is the number of the hint that says the same, from 1; 0 for none. SQL
	// is "" where there is only the hint.
	Hint int
	// Unused are the tokens that mean something and have no part in the plan.
	Unused []int
	// Guess: the column of some value is not spoken of.
	Guess  bool
	unsaid bool // no word of the question names what the plan uses
	heads  []head
	normal string // equal for candidates that ask the same
	asks   asks
	score  float64
	log    float64
	// features of the re-ranker
	features []feature
	base     base
	slots    int
}

// base is how likely the parts of a candidate are, before it is weighed as a whole.
type base struct {
	sketch, fill float64
	parts        [4]float64
	roles        [roles]float64
	least        float64
	place        int // of the sketch
	rank         int // among the fillings of its sketch
}

// Hint is a reading that somebody else made of the question.
type Hint struct {
	Plan *Plan
	Sure float64 // from 0 to 1
}

// Part is a stretch of SQL and the tokens that caused it.
type Part struct {
	Pos, End int
	From, To int
}

const (
	keptCandidates = 80
	// plausible is how much less likely than the best a sketch may be.
	plausible = 9.0
)

// Parse are the likeliest readings of a question, the best first.
func (m *Model) Parse(in *Input, hints []Hint) []Candidate {
	all := slices.DeleteFunc(m.candidates(in, hints), func(c Candidate) bool { return c.Plan.halved() })
	for i := range all {
		all[i].Unused = slices.DeleteFunc(all[i].Unused, func(k int) bool {
			return m.idle[uint32(in.hashes[k])] && !in.names(k) || m.stands(in.hashes[k], all[i].heads)
		})
		all[i].score = 0
		for _, f := range all[i].features {
			all[i].score += m.rank.at(f.hash) * f.value
		}
	}
	all = slices.DeleteFunc(all, func(c Candidate) bool { return c.Hint == 0 && c.unsaid && len(c.Unused) > 0 }) // it is about something else
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(b.score, a.score) })
	sum := 0.0
	for _, c := range all {
		sum += math.Exp(c.score - all[0].score)
	}
	for i := range all {
		all[i].Share = math.Exp(all[i].score-all[0].score) / sum
	}
	return all
}

// candidates are readings before they are ranked; each makes sense, and no two
// are the same SQL.
func (m *Model) candidates(in *Input, hints []Hint) []Candidate {
	if len(in.Schema.Tables) == 0 || len(in.Tokens) == 0 {
		return nil
	}
	f := &filler{in: in, weights: m.slots.at, fixed: map[[2]uint64]float64{}}
	var all []Candidate
	sketches := m.sketches(in)
	for place, s := range sketches {
		if s.log < sketches[0].log-plausible {
			break
		}
		skeleton := s.skeleton()
		for rank, fill := range f.fill(skeleton) {
			all = append(all, Candidate{Plan: skeleton.put(fill), log: s.log + fill.log, slots: len(fill.choices),
				base: base{s.log, fill.log, s.by, fill.by, fill.least, place, rank}})
		}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(b.log, a.log) })
	seen := map[string]bool{}
	var out []Candidate
	for _, c := range all {
		if len(out) == keptCandidates {
			break
		}
		text, parts, ok := in.Print(c.Plan)
		if !ok || seen[text] {
			continue
		}
		seen[text] = true
		c.asks = in.asksOf(c.Plan)
		if c.normal = c.asks.String(); seen[c.normal] {
			continue // the same, its columns in another order
		}
		seen[c.normal] = true
		c.SQL, c.Parts = text, parts
		out = append(out, c)
	}
	out = in.hinted(out, hints)
	agreed := in.agreement(out, hints)
	for i := range out {
		out[i].features = in.rankFeatures(&out[i])
		out[i].features = append(out[i].features, hintFeatures(&out[i], hints)...)
		out[i].features = agreed.features(out[i].features, &out[i])
	}
	return out
}

// hinted notes which candidates say what a hint says, and adds the other hints.
func (in *Input) hinted(all []Candidate, hints []Hint) []Candidate {
	for k, h := range hints {
		asks := in.asksOf(h.Plan)
		want := asks.String()
		i := slices.IndexFunc(all, func(c Candidate) bool { return c.normal == want })
		switch {
		case i < 0:
			all = append(all, Candidate{Plan: h.Plan, Hint: k + 1, normal: want, asks: asks, slots: len(h.Plan.slots())})
		case all[i].Hint == 0:
			all[i].Hint = k + 1
		}
	}
	return all
}

func hintFeatures(c *Candidate, hints []Hint) []feature {
	one := func(name string) feature { return feature{hashString(name), 1} }
	if len(hints) == 0 {
		return []feature{one("no hint")}
	}
	sure := strconv.Itoa(int(hints[0].Sure * 5))
	switch {
	case c.Hint == 0:
		return []feature{one("not hinted"), one("not hinted" + sure)}
	case c.SQL == "":
		return []feature{one("only hinted"), one("only hinted" + strconv.Itoa(min(c.Hint, 3))), one("only hinted" + strconv.Itoa(min(c.Hint, 3)) + "/" + sure)}
	}
	return []feature{one("hinted" + strconv.Itoa(min(c.Hint, 3))), one("hinted" + strconv.Itoa(min(c.Hint, 3)) + "/" + sure)}
}

// standsFor is the weight from which a word is taken to stand for a name.
const standsFor = 0.25

// stands reports whether training has seen a word stand for one of some names.
func (m *Model) stands(word uint64, heads []head) bool {
	return slices.ContainsFunc(heads, func(h head) bool { return m.slots.at(mixAll(h.kind, word, h.hash)) >= standsFor })
}

// Confidence is how often candidates with such a share were right.
func (m *Model) Confidence(share float64) float64 {
	x := min(max(share*curveSize-0.5, 0), curveSize-1)
	i := min(int(x), curveSize-2)
	return m.curve[i] + (x-float64(i))*(m.curve[i+1]-m.curve[i])
}

// names reports whether a token is a name, or the most of one.
func (in *Input) names(k int) bool { return in.owner[k].length > 0 }
