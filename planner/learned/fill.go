package learned

import (
	"cmp"
	"slices"
)

// filler fills the slots of sketches over one question.
type filler struct {
	in      *Input
	weights func(feature uint64) float64
	fixed   map[[2]uint64]float64 // by role and candidate: what does not depend on earlier slots
	buf     []uint64
	logs    []float64
	next    []extension
	columns map[columnUse][]int // that fit
}

// columnUse is what decides which columns fit a slot.
type columnUse struct{ agg, op string }

// filling is a partly filled plan: a choice a slot, -1 for none.
type filling struct {
	choices []int
	log     float64
	by      [roles]float64 // log by what the slots are for
	least   float64        // of the least likely choice
}

const slotWidth = 10

// fill are the likeliest ways to fill a skeleton, with their log-probabilities.
func (f *filler) fill(p *Plan) []filling {
	slots := p.slots()
	beam := []filling{{}}
	for i := range slots {
		f.next = f.next[:0]
		for at, st := range beam {
			candidates := f.candidates(slots, i, st.choices)
			f.logs = f.logs[:0]
			for _, c := range candidates {
				f.logs = append(f.logs, f.score(slots, i, st.choices, c))
			}
			normalize(f.logs)
			for _, k := range top(f.logs, slotWidth) {
				f.next = append(f.next, extension{at, candidates[k], f.logs[k], st.log + f.logs[k]})
			}
		}
		slices.SortStableFunc(f.next, func(a, b extension) int { return cmp.Compare(b.sum, a.sum) })
		longer := make([]filling, 0, slotWidth)
		for _, x := range f.next[:min(len(f.next), slotWidth)] {
			longer = append(longer, beam[x.from].with(x, slots[i].group))
		}
		beam = longer
	}
	return beam
}

// extension is a filling of the beam with one more choice.
type extension struct {
	from, choice int
	log, sum     float64
}

func (st filling) with(x extension, g role) filling {
	out := filling{append(slices.Clip(st.choices), x.choice), x.sum, st.by, min(st.least, x.log)}
	out.by[g] += x.log
	return out
}

// candidates are what may fill slot i, by type.
func (f *filler) candidates(slots []slot, i int, choices []int) []int {
	s := &slots[i]
	var out []int
	switch s.kind {
	case columnSlot:
		return f.fitting(s)
	case tableSlot:
		if !s.stars {
			out = append(out, -1)
		}
		for t := range min(len(f.in.Schema.Tables), maxTables) {
			if s.stars || len(f.in.tables[t]) > 0 {
				out = append(out, t)
			}
		}
	case valueSlot:
		for v := range f.in.Values {
			if s.cond >= 0 && !f.in.comparable(s.op, f.in.Schema.Columns[choices[s.cond]].Kind, &f.in.Values[v]) || s.cond < 0 && f.in.Values[v].Kind != Numeral {
				continue
			}
			out = append(out, v)
		}
	default:
		panic("learned: slot kind")
	}
	return out
}

// fitting are the columns that fit a slot.
func (f *filler) fitting(s *slot) []int {
	use := columnUse{s.agg, s.op}
	out, known := f.columns[use]
	if known {
		return out
	}
	for c := range f.in.Schema.Columns {
		if f.fits(s, c) {
			out = append(out, c)
		}
	}
	if f.columns == nil {
		f.columns = map[columnUse][]int{}
	}
	f.columns[use] = out
	return out
}

// fits reports whether a column can be used as a slot wants.
func (f *filler) fits(s *slot, c int) bool {
	col := &f.in.Schema.Columns[c]
	if col.Table >= maxTables {
		return false
	}
	switch s.agg {
	case "sum", "avg":
		return col.Kind == Number
	}
	switch s.op {
	case ">", "<", ">=", "<=", "between":
		return col.Kind == Number || col.Kind == Date
	case "like", "notlike":
		return col.Kind == Text
	}
	return true
}

// comparable reports whether a value can be compared with a column.
func (in *Input) comparable(op string, k Kind, v *Value) bool {
	switch k {
	case Number:
		return v.Kind == Numeral
	case Text:
		return v.Kind != Day && (op == "=" || op == "!=" || op == "like" || op == "notlike")
	case Date:
		return v.Kind == Day
	case Bool, Other:
		return false
	default:
		panic("learned: kind")
	}
}

func (f *filler) score(slots []slot, i int, choices []int, c int) float64 {
	s := &slots[i]
	key := [2]uint64{s.role, uint64(c) << 2}
	fixed, ok := f.fixed[key]
	if !ok {
		f.buf = f.in.fixed(f.buf[:0], s, c)
		fixed = f.sum()
		f.fixed[key] = fixed
	}
	f.buf = f.in.context(f.buf[:0], slots, i, choices, c)
	return fixed + f.sum()
}

func (f *filler) sum() float64 {
	x := 0.0
	for _, h := range f.buf {
		x += f.weights(h)
	}
	return x
}

// put makes a plan of a skeleton and a filling.
func (p *Plan) put(fill filling) *Plan {
	q := p.clone()
	for i, s := range q.slots() {
		*s.at = fill.choices[i]
	}
	return q
}
