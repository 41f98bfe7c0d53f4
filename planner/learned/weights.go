package learned

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
)

// magic begins a file of weights; its number changes with the features.
const magic = "grille planner weights 1\n"

// Encode writes a model: the same model as the same bytes.
func (m *Model) Encode() []byte {
	var b bytes.Buffer
	b.WriteString(magic)
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is one of gzip's own
	}
	e := &encoder{}
	for _, c := range m.parts {
		e.classifier(c)
	}
	e.table(m.slots)
	e.table(m.rank)
	for _, x := range m.curve {
		e.float(x)
	}
	e.words(m.idle)
	if _, err := z.Write(e.out); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
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
	last := uint32(0)
	for i, f := range c.keys {
		e.number(int(f - last))
		last = f
		row := c.weights[c.start(i):c.ends[i]]
		e.number(len(row))
		for _, w := range row {
			e.number(int(w.class))
			e.out = append(e.out, byte(w.w))
		}
	}
}

func (e *encoder) words(set map[uint32]bool) {
	keys := slices.Sorted(maps.Keys(set))
	e.number(len(keys))
	for _, k := range keys {
		e.number(int(k))
	}
}

// table writes weights with the zeros between them counted.
func (e *encoder) table(t table) {
	e.number(len(t.w))
	e.float(t.scale)
	zeros := 0
	for _, w := range t.w {
		if w == 0 {
			zeros++
			continue
		}
		e.number(zeros)
		e.out = append(e.out, byte(w))
		zeros = 0
	}
	e.number(zeros)
	e.out = append(e.out, 0)
}

var errWeights = errors.New("these are no weights of this planner")

// Decode reads what Encode wrote.
func Decode(file []byte) (*Model, error) {
	rest, ok := bytes.CutPrefix(file, []byte(magic))
	if !ok {
		return nil, errWeights
	}
	z, err := gzip.NewReader(bytes.NewReader(rest))
	if err != nil {
		return nil, errWeights
	}
	all := bytes.NewBuffer(make([]byte, 0, 3*len(file)))
	if _, err := io.Copy(all, z); err != nil {
		return nil, errWeights
	}
	d := &decoder{in: all.Bytes()}
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
		return make([]byte, min(n, 1<<10))
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
	if n > len(d.in) {
		d.bad = true
		return c
	}
	c.keys, c.ends, c.weights = make([]uint32, n), make([]uint32, n), make([]weight, 0, 8*n)
	f := uint32(0)
	for i := range n {
		f += uint32(d.number())
		k := d.number()
		if k > len(d.in) || d.bad {
			d.bad = true
			return c
		}
		for range k {
			class := d.number()
			if class >= len(c.classes) {
				d.bad = true
				return c
			}
			c.weights = append(c.weights, weight{uint16(class), int8(d.take(1)[0])})
		}
		c.keys[i], c.ends[i] = f, uint32(len(c.weights))
	}
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
	for at := 0; !d.bad; at++ {
		at += d.number()
		w := int8(d.take(1)[0])
		if at >= n {
			d.bad = d.bad || at > n || w != 0
			break
		}
		t.w[at] = w
	}
	return t
}
