package learned

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"math/bits"
	"slices"
)

// magic begins a file of weights; its number changes with the features.
const magic = "grille planner weights 2\n"

// Encode writes a model: the same model as the same bytes. Most of the file is
// read where it lies, so that nothing has to be made of it first.
func (m *Model) Encode() []byte {
	e := &encoder{out: []byte(magic)}
	for _, c := range m.parts {
		e.classifier(c)
	}
	e.table(m.slots)
	e.table(m.rank)
	for _, x := range m.curve {
		e.float(x)
	}
	e.words(m.idle)
	return e.out
}

type encoder struct{ out []byte }

func (e *encoder) number(n int) { e.out = binary.AppendUvarint(e.out, uint64(n)) }
func (e *encoder) float(x float64) {
	e.out = binary.LittleEndian.AppendUint64(e.out, math.Float64bits(x))
}

func (e *encoder) classifier(c *classifier) {
	e.number(len(c.classes))
	for _, s := range c.classes {
		e.number(len(s))
		e.out = append(e.out, s...)
	}
	e.float(c.scale)
	e.number(len(c.keys))
	for _, f := range c.keys {
		e.out = binary.LittleEndian.AppendUint32(e.out, f)
	}
	for i := range c.keys {
		e.out = append(e.out, byte((c.ends[i]-c.start(i))/2-1))
	}
	e.out = append(e.out, c.weights...)
}

func (e *encoder) words(set map[uint32]bool) {
	keys := slices.Sorted(maps.Keys(set))
	e.number(len(keys))
	for _, k := range keys {
		e.number(int(k))
	}
}

// table writes which weights are not zero, a bit each, and then these.
func (e *encoder) table(t table) {
	e.number(len(t.w))
	e.float(t.scale)
	at := len(e.out)
	e.out = append(e.out, make([]byte, (len(t.w)+7)/8)...)
	for i, w := range t.w {
		if w != 0 {
			e.out[at+i/8] |= 1 << (i % 8)
			e.out = append(e.out, byte(w))
		}
	}
}

var errWeights = errors.New("these are no weights of this planner")

// Decode reads what Encode wrote.
func Decode(file []byte) (*Model, error) {
	rest, ok := bytes.CutPrefix(file, []byte(magic))
	if !ok {
		return nil, errWeights
	}
	d := &decoder{in: rest}
	m := &Model{}
	for i := range m.parts {
		m.parts[i] = d.classifier()
	}
	m.slots, m.rank = d.table(), d.table()
	for i := range m.curve {
		m.curve[i] = d.float()
	}
	m.idle = d.words()
	if d.bad || len(d.in) > 0 {
		return nil, errWeights
	}
	return m, nil
}

// decoder reads; once something is wrong all is zero.
type decoder struct {
	in  []byte
	bad bool
}

func (d *decoder) number() int {
	if len(d.in) > 0 && d.in[0] < 0x80 {
		n := int(d.in[0])
		d.in = d.in[1:]
		return n
	}
	n, k := binary.Uvarint(d.in)
	if k <= 0 || n > 1<<32 {
		d.bad, d.in = true, nil
		return 0
	}
	d.in = d.in[k:]
	return int(n)
}

func (d *decoder) take(n int) []byte {
	if n > len(d.in) {
		d.bad, d.in = true, nil
		return make([]byte, min(n, 1<<25))
	}
	out := d.in[:n]
	d.in = d.in[n:]
	return out
}

func (d *decoder) float() float64 { return math.Float64frombits(binary.LittleEndian.Uint64(d.take(8))) }

func (d *decoder) classifier() *classifier {
	c := &classifier{}
	for range d.number() {
		c.classes = append(c.classes, string(d.take(d.number())))
		if d.bad {
			return c
		}
	}
	c.scale = d.float()
	n := d.number()
	if n > len(d.in)/5 || len(c.classes) > mostClasses {
		d.bad, n = true, 0
	}
	c.keys, c.ends = make([]uint32, n), make([]uint32, n)
	keys := d.take(4 * n)
	for i := range c.keys {
		c.keys[i] = binary.LittleEndian.Uint32(keys[4*i:])
	}
	end := uint32(0)
	for i, length := range d.take(n) {
		end += 2 * (uint32(length) + 1)
		c.ends[i] = end
	}
	c.weights = d.take(int(end))
	for i := 0; i < len(c.weights); i += 2 {
		d.bad = d.bad || int(c.weights[i]) >= len(c.classes)
	}
	d.bad = d.bad || !slices.IsSorted(c.keys)
	return c
}

func (d *decoder) words() map[uint32]bool {
	out := map[uint32]bool{}
	for range d.number() {
		out[uint32(d.number())] = true
		if d.bad {
			break
		}
	}
	return out
}

func (d *decoder) table() table {
	n := d.number()
	if n == 0 || n > 1<<24 || n&(n-1) != 0 {
		d.bad = true
		return table{w: make([]int8, 1)}
	}
	t := table{w: make([]int8, n), scale: d.float()}
	for i, eight := range d.take((n + 7) / 8) {
		for some := eight; some != 0; some &= some - 1 {
			if k := 8*i + bits.TrailingZeros8(some); k < n {
				t.w[k] = int8(d.byte())
			}
		}
	}
	return t
}

func (d *decoder) byte() byte { return d.take(1)[0] }
