package learned

// Model is what training makes.
type Model struct {
	parts [4]*classifier
	slots table
	rank  table
	// idle are the stems that mean nothing to a plan, in several databases.
	idle map[uint32]bool
	// curve makes of a candidate's share how often such a one was right.
	curve [curveSize]float64
}

// table holds weights by the low bits of a feature's hash, in steps of its scale.
type table struct {
	w     []int8
	scale float64
	own   map[uint64]float64 // added, of a workspace; nil: none
}

func (t *table) at(h uint64) float64 {
	x := float64(t.w[h&uint64(len(t.w)-1)]) * t.scale
	if t.own != nil {
		x += t.own[h&uint64(len(t.w)-1)]
	}
	return x
}
