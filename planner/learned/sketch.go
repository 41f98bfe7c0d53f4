package learned

import (
	"cmp"
	"math"
	"slices"
)

// classifier chooses one part of a sketch: a softmax over the parts seen in
// training, linear in hashed features.
type classifier struct {
	classes []string
	keys    []uint32 // the features that have weights, in order
	ends    []uint32 // where each one's row ends
	weights []byte   // pairs: a class, and its weight in steps of the scale
	scale   float64
}

// mostClasses is how many there may be, for one byte to say which.
const mostClasses = 256

// row is the weights of a feature.
func (c *classifier) row(feature uint64) []byte {
	i, ok := slices.BinarySearch(c.keys, uint32(feature))
	if !ok {
		return nil
	}
	return c.weights[c.start(i):c.ends[i]]
}

func (c *classifier) start(i int) uint32 {
	if i == 0 {
		return 0
	}
	return c.ends[i-1]
}

// sums are the classes' weights, in steps, added to what there is.
func (c *classifier) sums(features []uint64, so []float64) []float64 {
	for _, f := range features {
		row := c.row(f)
		for i := 0; i+1 < len(row); i += 2 {
			so[row[i]] += float64(int8(row[i+1]))
		}
	}
	return so
}

// logs are the log-probabilities of all classes, given the sums.
func (c *classifier) logs(sums []float64) []float64 {
	for i := range sums {
		sums[i] *= c.scale
	}
	normalize(sums)
	return sums
}

// normalize makes log-probabilities of scores.
func normalize(x []float64) {
	if len(x) == 0 {
		return
	}
	most := slices.Max(x)
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - most)
	}
	sum = most + math.Log(sum)
	for i := range x {
		x[i] -= sum
	}
}

// sketched is a sketch with its log-probability.
type sketched struct {
	parts
	class [4]int
	log   float64
	by    [4]float64 // log by part
}

const (
	partWidth   = 8  // classes tried of each part
	sketchWidth = 30 // sketches kept
)

// sketches composes the likeliest sketches, a part after the other, each in the
// light of those before.
func (m *Model) sketches(in *Input) []sketched {
	base := in.features()
	beam := []sketched{{}}
	for k, part := range m.parts {
		var next []sketched
		asked := part.sums(base, make([]float64, len(part.classes)))
		for _, s := range beam {
			logs := part.logs(part.sums(s.history(k), slices.Clone(asked)))
			for _, c := range top(logs, partWidth) {
				t := s
				t.parts[k], t.class[k], t.log = part.classes[c], c, s.log+logs[c]
				t.by[k] = logs[c]
				next = append(next, t)
			}
		}
		slices.SortStableFunc(next, func(a, b sketched) int { return cmp.Compare(b.log, a.log) })
		beam = next[:min(len(next), sketchWidth)]
	}
	return beam
}

// top are the indices of the n greatest, the greatest first.
func top(x []float64, n int) []int {
	out := make([]int, 0, n+1)
	for i, v := range x {
		at := len(out)
		for at > 0 && v > x[out[at-1]] {
			at--
		}
		if at == n {
			continue
		}
		out = slices.Insert(out, at, i)
		out = out[:min(len(out), n)]
	}
	return out
}

// history are features of the parts that were chosen before part k.
func (s parts) history(k int) []uint64 {
	var out []uint64
	all := uint64(0x51)
	for i := range k {
		h := hashString(s[i])
		out = append(out, mixAll(0x50, uint64(i), h))
		all = mix(all, h)
	}
	return append(out, all)
}

// features are those of the question alone, for all parts.
func (in *Input) features() []uint64 {
	out := []uint64{mix(1, 1)}
	out = grams(out, 2, in.hashes, 3)
	out = grams(out, 3, in.shape, 5)
	for i := range in.shape {
		for d := 2; d <= 7 && i+d < len(in.shape); d++ {
			h := mixAll(4, in.shape[i], in.shape[i+d])
			if d <= 3 {
				out = append(out, mix(h, 9))
			}
			out = append(out, h)
		}
	}
	out = grams(out, 12, in.tagged, 4)
	for i, a := range in.tags {
		if a == 0 || i > 0 && in.tags[i-1] == a {
			continue
		}
		out = append(out, mix(13, a))
		for k := i + 1; k < len(in.tags); k++ {
			if b := in.tags[k]; b != 0 && b != a && in.tags[k-1] != b {
				out = append(out, mixAll(14, a, b))
			}
		}
	}
	columns, tables, values, numbers := in.counts()
	for kind, n := range []uint64{columns, tables, values, numbers} {
		out = append(out, mixAll(5, uint64(kind), n))
	}
	out = append(out, mixAll(6, columns, values+numbers), mixAll(7, tables, columns), mixAll(8, uint64(len(in.shape)/4)))
	if n := len(in.shape); n > 1 {
		out = append(out, mixAll(9, in.shape[0], in.shape[1]), mixAll(10, in.shape[n-2], in.shape[n-1]))
		first := in.shape[0]
		for _, c := range in.shape[1:] {
			if c < classWord {
				out = append(out, mixAll(11, first, c))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// grams are runs of up to n in a sequence with its ends marked.
func grams(out []uint64, kind uint64, seq []uint64, n int) []uint64 {
	seq = append(append([]uint64{0x1}, seq...), 0x2)
	for i := range seq {
		h := mix(kind, 7)
		for k := i; k < len(seq) && k < i+n; k++ {
			h = mix(h, seq[k])
			out = append(out, h)
		}
	}
	return out
}

// counts says how many names and values are spoken of.
func (in *Input) counts() (columns, tables, values, numbers uint64) {
	for _, c := range in.shape {
		switch c {
		case classColumn:
			columns++
		case classTable, classBoth:
			tables++
		case classValue:
			values++
		case classNumber:
			numbers++
		}
	}
	return min(columns, 5), min(tables, 4), min(values, 3), min(numbers, 3)
}
