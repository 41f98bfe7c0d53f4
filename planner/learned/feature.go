package learned

// Features of a candidate for a slot. Those of fixed depend on slot and candidate
// alone, those of context on what was chosen before as well.

func (in *Input) fixed(out []uint64, s *slot, c int) []uint64 {
	switch s.kind {
	case columnSlot:
		return in.fixedColumn(out, s, c)
	case tableSlot:
		return in.fixedTable(out, s, c)
	case valueSlot:
		return in.fixedValue(out, s, c)
	default:
		panic("learned: slot kind")
	}
}

func (in *Input) context(out []uint64, slots []slot, i int, choices []int, c int) []uint64 {
	switch slots[i].kind {
	case columnSlot:
		return in.contextColumn(out, slots, i, choices, c)
	case tableSlot:
		return in.contextTable(out, slots, i, choices, c)
	case valueSlot:
		return in.contextValue(out, slots, i, choices, c)
	default:
		panic("learned: slot kind")
	}
}

// lexical features pair a word that no name explains with the last word of a name
// that it may stand for.
const (
	lexical      = 0x22
	lexicalTable = 0x25
)

func tableHead(t *Table) uint64 {
	if len(t.Words) == 0 {
		return 0
	}
	return hashString(t.Words[len(t.Words)-1])
}

// grade is how well a name is spoken of, as a feature.
func (m mention) code() uint64 {
	score := uint64(0)
	switch {
	case m.score >= 0.99:
		score = 1
	case m.from >= 0 && m.hinted():
		score = 2
	}
	return uint64(m.grade)<<3 | score<<1 | flag(m.covered)
}

// columnFeatures are those of a column for any slot; what the slot is for is
// mixed in when it is known.
type columnFeatures struct {
	both   []uint64 // with the role, and with the coarse role
	role   []uint64
	coarse []uint64
	plain  []uint64
}

func (in *Input) fixedColumn(out []uint64, s *slot, c int) []uint64 {
	if in.ofColumns == nil {
		in.ofColumns = make([]*columnFeatures, len(in.Schema.Columns))
	}
	if in.ofColumns[c] == nil {
		in.ofColumns[c] = in.ofColumn(c)
	}
	x := in.ofColumns[c]
	for _, h := range x.both {
		out = append(out, mix(h, s.role), mix(h, s.coarse))
	}
	for _, h := range x.role {
		out = append(out, mix(h, s.role))
	}
	for _, h := range x.coarse {
		out = append(out, mix(h, s.coarse))
	}
	return append(out, x.plain...)
}

func (in *Input) ofColumn(c int) *columnFeatures {
	col := &in.Schema.Columns[c]
	m, t := best(in.columns[c]), best(in.tables[col.Table])
	length := uint64(min(m.to-m.from, 3))
	kinds := uint64(col.Kind)<<3 | flag(col.Key)<<2 | flag(col.Foreign)<<1 | flag(col.Display)
	table := t.code()
	out := &columnFeatures{}
	add := func(xs ...uint64) { out.both = append(out.both, mixAll(0x20, xs...)) }
	add(1, m.code())
	add(2, m.code(), length)
	add(3, kinds)
	add(4, kinds, uint64(m.grade))
	add(5, table)
	add(6, table, uint64(m.grade), flag(m.covered))
	add(7, table, uint64(m.grade), kinds)
	add(8, in.rivals(c, m))
	add(9, in.rivals(c, m), uint64(m.grade), uint64(t.grade))
	if h := in.holds(c, nil); h != notKnown {
		add(22, uint64(h))
		add(23, uint64(h), uint64(m.grade))
		add(24, uint64(h), table, flag(col.Display))
	}
	head := hashString(col.Words[len(col.Words)-1])
	owner := tableHead(&in.Schema.Tables[col.Table])
	add(10, head)
	add(11, head, uint64(m.grade))
	for _, w := range in.cues {
		out.coarse = append(out.coarse, mixAll(0x21, w, head))
		out.plain = append(out.plain, mixAll(lexical, w, head), mixAll(lexicalTable, w, owner))
		if m.grade == 0 {
			out.coarse = append(out.coarse, mixAll(0x23, w, kinds))
		}
	}
	if m.from < 0 {
		return out
	}
	if t.from >= 0 {
		add(12, bucket(t.from-m.from), uint64(m.grade))
	}
	for d := -3; d <= 2; d++ {
		k := m.from + d
		if d >= 0 {
			k = m.to + d
		}
		add(13, uint64(d+9), in.shapeAt(k))
		if d == -1 || d == 0 {
			add(14, uint64(d+9), in.shapeAt(k), uint64(m.grade))
		}
	}
	add(15, in.shapeAt(m.from-2), in.shapeAt(m.from-1))
	add(16, in.shapeAt(m.to), in.shapeAt(m.to+1))
	for k := max(0, m.from-6); k < min(len(in.Tokens), m.to+6); k++ {
		if in.owner[k].length > 0 && in.owner[k].column >= 3 {
			continue
		}
		side := flag(k < m.from)
		out.role = append(out.role, mixAll(0x24, side, in.hashes[k]))
		if in.Tokens[k].Kind == Numeral {
			add(17, side, bucket(k-m.to))
		}
		if in.owner[k].value > 0 {
			add(18, side, bucket(k-m.to))
		}
	}
	add(19, uint64(min(in.rank(m), 5)))
	add(20, in.tagBefore(m.from))
	add(21, in.tagBefore(m.from), in.tagAfter(m.to))
	return out
}

// rivals says which other columns the same words fit: how many fit better, and
// whether their tables are spoken of.
func (in *Input) rivals(c int, m mention) uint64 {
	if m.from < 0 {
		return 0
	}
	mine := best(in.tables[in.Schema.Columns[c].Table]).grade
	better, equal, spoken := 0, 0, 0
	for o, ms := range in.columns {
		if o == c || len(ms) == 0 || ms[0].from >= m.to || ms[0].to <= m.from {
			continue
		}
		switch {
		case ms[0].grade > m.grade || ms[0].grade == m.grade && ms[0].to-ms[0].from > m.to-m.from:
			better++
		case ms[0].grade == m.grade:
			equal++
			if best(in.tables[in.Schema.Columns[o].Table]).grade > mine {
				spoken++
			}
		}
	}
	return uint64(min(better, 2))<<4 | uint64(min(equal, 2))<<2 | uint64(min(spoken, 2))
}

// rank is how many good mentions of columns come before one.
func (in *Input) rank(m mention) int {
	n := 0
	for k := 0; k < m.from; k++ {
		if in.owner[k].column >= 3 && (k == 0 || in.owner[k-1].column < 3) {
			n++
		}
	}
	return n
}

// shapeAt is a token as its kind, or its word.
func (in *Input) shapeAt(k int) uint64 {
	if k < 0 || k >= len(in.Tokens) {
		return 0x7
	}
	o := in.owner[k]
	switch {
	case in.Tokens[k].Kind == Numeral:
		return classNumber
	case o.value > 0:
		return classValue
	case in.Tokens[k].Stop:
		return in.hashes[k]
	case o.column >= 3:
		return classColumn
	case o.table >= 3:
		return classTable
	}
	return in.hashes[k]
}

func (in *Input) contextColumn(out []uint64, slots []slot, i int, choices []int, c int) []uint64 {
	s := &slots[i]
	col := &in.Schema.Columns[c]
	m := best(in.columns[c])
	near, used, last := far, uint64(0), -1
	var reused, grouped uint64
	var spent []int // values
	for k, o := range slots[:i] {
		if o.kind == valueSlot && choices[k] >= 0 {
			spent = append(spent, choices[k])
		}
		if o.kind != columnSlot || choices[k] < 0 {
			continue
		}
		x := &in.Schema.Columns[choices[k]]
		if o.level == s.level {
			near = min(near, in.Schema.hops[x.Table][col.Table])
			last = k
			if choices[k] == c {
				used = mix(used, o.coarse)
			}
		} else if choices[k] == c {
			reused = 1
		}
		if o.level == s.level && o.agg == "" && x.Table == col.Table {
			grouped |= 1
		}
	}
	add := func(xs ...uint64) {
		h := mixAll(0x30, xs...)
		out = append(out, mix(h, s.role), mix(h, s.coarse))
	}
	add(1, uint64(min(near, 4)))
	add(2, uint64(min(near, 4)), uint64(m.grade), flag(best(in.tables[col.Table]).grade >= 3))
	add(3, used)
	add(4, used, uint64(m.grade), flag(col.Key))
	add(5, reused)
	add(6, grouped, flag(col.Key)<<1|flag(col.Foreign), flag(used != 0))
	if h := in.holds(c, spent); h != notKnown && len(spent) > 0 {
		add(14, uint64(h))
		add(15, uint64(h), uint64(m.grade))
	}
	if near > 1 && near < far {
		add(7, flag(m.grade >= 3))
	}
	if last >= 0 {
		p := best(in.columns[choices[last]])
		if m.from >= 0 && p.from >= 0 {
			add(8, bucket(m.from-p.from), slots[last].coarse)
			add(9, flag(m.from > p.from), in.between(p, m), slots[last].coarse)
		} else {
			add(10, flag(m.from >= 0), flag(p.from >= 0), slots[last].coarse)
		}
	}
	if s.outer >= 0 {
		o := choices[s.outer]
		add(11, flag(o == c), flag(in.Schema.linked(o, c)), uint64(col.Kind))
		add(12, flag(hashSame(in.Schema.Columns[o].Words, col.Words)), flag(in.Schema.Columns[o].Table == col.Table))
	}
	if s.mirror >= 0 {
		o := choices[s.mirror]
		add(13, flag(o == c), flag(in.Schema.linked(o, c)), uint64(m.grade))
	}
	return out
}

func hashSame(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// between says what stands between two mentions.
func (in *Input) between(a, b mention) uint64 {
	from, to := a.to, b.from
	if b.from < a.from {
		from, to = b.to, a.from
	}
	h := uint64(0x9)
	for k := from; k < min(to, from+4); k++ {
		h = mix(h, in.shapeAt(k))
	}
	return h
}

func (in *Input) fixedTable(out []uint64, s *slot, t int) []uint64 {
	if t < 0 {
		return append(out, mixAll(0x40, s.role))
	}
	m := best(in.tables[t])
	add := func(xs ...uint64) { out = append(out, mix(mixAll(0x41, xs...), s.role)) }
	add(1, m.code())
	for _, w := range in.cues {
		out = append(out, mixAll(lexicalTable, w, tableHead(&in.Schema.Tables[t])))
	}
	rank := 0
	for o, ms := range in.tables {
		if o != t && len(ms) > 0 && ms[0].grade >= 3 && (ms[0].from < m.from || m.from < 0) {
			rank++
		}
	}
	add(2, uint64(min(rank, 3)), uint64(m.grade))
	if m.from >= 0 {
		for d := -3; d < 0; d++ {
			add(3, uint64(d+9), in.shapeAt(m.from+d))
		}
		add(4, in.shapeAt(m.to))
		add(5, in.shapeAt(m.from-2), in.shapeAt(m.from-1))
		if len(in.tables[t]) > 1 {
			add(6, uint64(m.grade))
		}
	}
	add(7, uint64(min(in.Schema.Tables[t].count, 6)))
	keys := 0
	for k := range in.Schema.Tables[t].count {
		if in.Schema.Columns[in.Schema.Tables[t].first+k].Foreign {
			keys++
		}
	}
	add(8, uint64(min(keys, 3)), uint64(m.grade))
	return out
}

func (in *Input) contextTable(out []uint64, slots []slot, i int, choices []int, t int) []uint64 {
	s := &slots[i]
	var have set
	for k, o := range slots[:i] {
		if o.level == s.level && o.kind == columnSlot && choices[k] >= 0 {
			have.add(in.Schema.Columns[choices[k]].Table)
		}
	}
	all, joined := in.closure(have)
	unspoken := 0
	for o, ms := range in.tables {
		if o < maxTables && len(ms) > 0 && ms[0].grade >= 3 && !ms[0].covered && !all.has(o) && o != t {
			unspoken++
		}
	}
	add := func(xs ...uint64) { out = append(out, mix(mixAll(0x42, xs...), s.role)) }
	n := uint64(min(have.size(), 3))
	add(1, n, uint64(min(unspoken, 2)), flag(t >= 0), flag(joined))
	if t < 0 {
		return out
	}
	m := best(in.tables[t])
	near := far
	for _, o := range have.all() {
		near = min(near, in.Schema.hops[o][t])
	}
	add(2, uint64(min(near, 4)), uint64(m.grade))
	add(3, flag(have.has(t)), flag(all.has(t)), n, uint64(m.grade), flag(m.covered))
	many := uint64(0) // rows of t per row of what is there
	for _, e := range in.Schema.Edges {
		if e.From == t && have.has(e.To) {
			many |= 1
		}
		if e.To == t && have.has(e.From) {
			many |= 2
		}
	}
	add(4, many, uint64(m.grade), flag(have.has(t)))
	return out
}

func (in *Input) fixedValue(out []uint64, s *slot, v int) []uint64 {
	x := &in.Values[v]
	add := func(xs ...uint64) {
		h := mixAll(0x60, xs...)
		out = append(out, mix(h, s.role), mix(h, s.coarse))
	}
	o := in.owner[x.From]
	named := max(o.column, o.table)
	add(1, uint64(x.Kind), flag(x.Upper), flag(x.whole), uint64(min(x.To-x.From, 4)))
	add(2, uint64(x.Kind), flag(x.Upper), uint64(named), flag(x.From == 0))
	add(3, in.shapeAt(x.From-1), uint64(x.Kind), flag(x.Upper))
	add(4, in.shapeAt(x.From-2), in.shapeAt(x.From-1), flag(x.Upper))
	add(5, in.shapeAt(x.To), uint64(x.Kind), flag(x.Upper))
	add(6, in.shapeAt(x.To), in.shapeAt(x.To+1))
	add(7, flag(in.Tokens[x.To-1].Stop), flag(in.Tokens[x.From].Stop))
	add(9, in.tagBefore(x.From))
	add(10, in.tagBefore(x.From), in.tagAfter(x.To))
	if x.Held != nil {
		add(11, uint64(min(len(x.Held), 2)), uint64(x.Kind), flag(x.Upper))
		add(12, uint64(min(len(x.Held), 2)), uint64(min(x.To-x.From, 4)), uint64(named))
	}
	if x.Kind == Word && !x.Upper {
		for k := x.From; k < x.To; k++ {
			add(8, in.hashes[k])
		}
	}
	return out
}

func (in *Input) contextValue(out []uint64, slots []slot, i int, choices []int, v int) []uint64 {
	s := &slots[i]
	x := &in.Values[v]
	add := func(xs ...uint64) {
		h := mixAll(0x61, xs...)
		out = append(out, mix(h, s.role), mix(h, s.coarse))
	}
	used, before := uint64(0), -1
	for k, o := range slots[:i] {
		if o.kind != valueSlot || choices[k] < 0 {
			continue
		}
		before = choices[k]
		if y := in.Values[choices[k]]; y.From < x.To && x.From < y.To {
			used = 1
		}
	}
	add(1, used, flag(s.second))
	if before >= 0 {
		add(2, flag(in.Values[before].From < x.From), flag(s.second))
		add(3, bucket(x.From-in.Values[before].To), flag(s.second))
	}
	if s.cond < 0 {
		return out
	}
	c := choices[s.cond]
	col := &in.Schema.Columns[c]
	kinds := uint64(col.Kind)<<2 | flag(col.Key)<<1 | flag(col.Display)
	add(4, kinds, uint64(x.Kind), flag(x.Upper))
	head := hashString(col.Words[len(col.Words)-1])
	add(5, head, uint64(x.Kind), flag(x.Upper))
	if h := x.heldBy(c); h != notKnown {
		add(13, uint64(h), uint64(x.Kind), flag(x.Upper))
		add(14, uint64(h), uint64(min(x.To-x.From, 4)))
	}
	m := nearest(in.columns[c], x)
	if m.from >= 0 {
		add(6, bucket(x.From-m.to), uint64(min(m.grade, 3)))
		add(7, flag(x.From >= m.to), in.between(m, mention{from: x.From, to: x.To}), uint64(min(m.grade, 3)))
		add(8, flag(m.from < x.To && x.From < m.to), uint64(m.grade))
		add(9, in.columnsBetween(m, x), flag(x.From >= m.to))
	} else {
		add(10, kinds, uint64(x.Kind), flag(x.Upper))
	}
	if t := nearest(in.tables[col.Table], x); t.from >= 0 {
		add(11, bucket(x.From-t.to), flag(m.from >= 0), flag(col.Display))
	}
	if x.Kind == Numeral {
		add(12, head, flag(len(x.Text) == 4 && (x.Text[0] == '1' || x.Text[0] == '2')))
	}
	return out
}

// tagBefore is the nearest tag before a token, tagAfter that behind one.
func (in *Input) tagBefore(k int) uint64 {
	for i := k - 1; i >= max(0, k-5); i-- {
		if in.tags[i] != 0 {
			return in.tags[i]
		}
	}
	return 0
}

func (in *Input) tagAfter(k int) uint64 {
	for i := k; i < min(len(in.tags), k+2); i++ {
		if in.tags[i] != 0 {
			return in.tags[i]
		}
	}
	return 0
}

// nearest is the mention that is nearest to a value.
func nearest(ms []mention, v *Value) mention {
	out := mention{from: -1, to: -1}
	least := 1 << 20
	for _, m := range ms {
		d := v.From - m.to
		if d < 0 {
			d = m.from - v.To + 1
		}
		if d < least {
			least, out = d, m
		}
	}
	return out
}

// columnsBetween is how many other columns are spoken of between a mention and a
// value.
func (in *Input) columnsBetween(m mention, v *Value) uint64 {
	from, to := m.to, v.From
	if v.From < m.from {
		from, to = v.To, m.from
	}
	n := uint64(0)
	for k := from; k < to; k++ {
		if in.owner[k].column >= 3 && (k == from || in.owner[k-1].column < 3) {
			n++
		}
	}
	return min(n, 3)
}
