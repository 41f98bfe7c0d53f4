package learned

import "math"

// agreement is how much of the likelihood the candidates of a question give to
// each piece of what they ask, and what the first hint asks.
type agreement struct {
	mass [ways]map[string]float64
	hint *asks
}

const ways = 4

func (a *asks) pieces() [ways]string {
	return [ways]string{a.shown, a.kept, a.grouped + "/" + a.ordered, a.tables + a.right}
}

func (in *Input) agreement(all []Candidate, hints []Hint) *agreement {
	out := &agreement{}
	for i := range out.mass {
		out.mass[i] = map[string]float64{}
	}
	most, sum := math.Inf(-1), 0.0
	for _, c := range all {
		if c.SQL != "" {
			most = max(most, c.log)
		}
		if c.Hint == 1 {
			out.hint = &c.asks
		}
	}
	for _, c := range all {
		if c.SQL == "" {
			continue
		}
		p := math.Exp((c.log - most) / 2)
		sum += p
		for i, s := range c.asks.pieces() {
			out.mass[i][s] += p
		}
	}
	for _, m := range out.mass {
		for s := range m {
			m[s] /= sum
		}
	}
	return out
}

// features say how far a candidate agrees with the others, and with the hint.
func (a *agreement) features(out []feature, c *Candidate) []feature {
	mine := c.asks.pieces()
	var hinted [ways]string
	if a.hint != nil {
		hinted = a.hint.pieces()
	}
	for i, s := range mine {
		out = append(out, feature{mixAll(0x72, uint64(i)), math.Log(a.mass[i][s] + 0.01)})
		if a.hint != nil && c.Hint != 1 {
			out = append(out, feature{mixAll(0x73, uint64(i), flag(s == hinted[i])), 1})
		}
	}
	return out
}
