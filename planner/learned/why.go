package learned

import "slices"

// Why says at which step a plan was lost that is not among the candidates; for
// whoever measures.
func (m *Model) Why(in *Input, want *Plan) string {
	if !want.Known() {
		return "value not said"
	}
	s := want.sketch()
	for k, p := range m.parts {
		if !slices.Contains(p.classes, s[k]) {
			return "part never seen: " + []string{"set", "group", "select", "where"}[k]
		}
	}
	if _, _, ok := in.Print(want); !ok {
		return "not printed"
	}
	sketches := m.sketches(in)
	at := slices.IndexFunc(sketches, func(x sketched) bool { return x.parts == s })
	if at < 0 {
		return "sketch not composed"
	}
	if sketches[at].log < sketches[0].log-plausible {
		return "sketch not plausible"
	}
	f := &filler{in: in, weights: m.slots.at, fixed: map[[2]uint64]float64{}}
	normal := in.asksOf(want).String()
	skeleton := s.skeleton()
	if !slices.ContainsFunc(f.fill(skeleton), func(x filling) bool { return in.asksOf(skeleton.put(x)).String() == normal }) {
		return "slots filled otherwise"
	}
	return "cut"
}
