package learned

import (
	"cmp"
	"slices"
)

// Place is a choice that a plan makes of a column or a table, or something that it
// does to one.
type Place struct {
	Clause   Clause
	Item     Item    // its column is what was chosen
	Op       string  // of Kept and Having
	Values   []Value // that it is compared with
	Sub      bool    // it is compared with a query
	Table    int     // of Counted; else -1
	From, To int     // tokens that speak of it; equal if none does
	Pos, End int     // in the SQL; equal if it has no one place
	slots    []int   // that the choice fills, the place's own first
}

// Clause is what a place is for.
type Clause uint8

const (
	Shown Clause = iota + 1
	Kept
	Grouped
	Having
	Ordered
	Counted // the table whose rows are counted or shown whole, or that is spoken of besides
)

// Places are the choices of a plan, in the order of SQL, without those of right
// sides and sub-queries.
func (in *Input) Places(p *Plan) []Place {
	w := &placer{in: in, p: p, slots: p.slots()}
	w.noted = in.printed(p)
	for i := range p.Select {
		w.column(Shown, &p.Select[i])
	}
	for i := range p.Where {
		w.cond(Kept, &p.Where[i])
	}
	for i := range p.Group {
		w.add(Place{Clause: Grouped, Item: Item{Col: p.Group[i]}}, &p.Group[i])
	}
	for i := range p.Having {
		w.cond(Having, &p.Having[i])
	}
	for i := range p.Order {
		w.column(Ordered, &p.Order[i])
	}
	if p.Table >= 0 {
		m := best(in.tables[p.Table])
		w.table(Place{Clause: Counted, Item: Item{Col: -1, Star: p.stars()}, Table: p.Table, From: max(m.from, 0), To: max(m.to, 0)})
	}
	return w.out
}

// placer lists places.
type placer struct {
	in    *Input
	p     *Plan
	slots []slot
	noted []Part
	out   []Place
}

func (w *placer) column(c Clause, x *Item) { w.add(Place{Clause: c, Item: *x}, &x.Col) }

func (w *placer) cond(c Clause, x *Cond) {
	p := Place{Clause: c, Item: x.Item, Op: x.Op, Sub: x.Sub != nil}
	for _, v := range x.Values {
		if v >= 0 && x.Sub == nil && x.Op != "null" && x.Op != "notnull" {
			p.Values = append(p.Values, w.in.Values[v])
		}
	}
	w.add(p, &x.Col)
}

// add adds a place of a column; with it go all others of the same column.
func (w *placer) add(p Place, at *int) {
	p.Table = -1
	if !p.Item.Star {
		m := best(w.in.columns[p.Item.Col])
		p.From, p.To = max(m.from, 0), max(m.to, 0)
		for i, s := range w.slots {
			switch {
			case s.at == at:
				p.slots = slices.Insert(p.slots, 0, i)
			case s.kind == columnSlot && *s.at == p.Item.Col:
				p.slots = append(p.slots, i)
			}
		}
	}
	p.Pos, p.End = w.at(p)
	w.out = append(w.out, p)
}

// at is where the words of a place, or else those of its value, caused something.
func (w *placer) at(p Place) (pos, end int) {
	from, to := p.From, p.To
	if from == to && len(p.Values) > 0 {
		from, to = p.Values[0].From, p.Values[0].To
	}
	i := slices.IndexFunc(w.noted, func(n Part) bool { return n.From == from && n.To == to })
	if i < 0 || from == to {
		return 0, 0
	}
	return w.noted[i].Pos, w.noted[i].End
}

func (w *placer) table(p Place) {
	for i, s := range w.slots {
		if s.at == &w.p.Table {
			p.slots = []int{i}
		}
	}
	w.out = append(w.out, p)
}

// printed are the parts of a plan's SQL that words caused.
func (in *Input) printed(p *Plan) []Part {
	_, parts, _ := in.Print(p)
	return parts
}

// Swap is a plan with another choice in one place.
type Swap struct {
	Column, Table int // -1: the other is chosen
	Plan          *Plan
	SQL           string
	Parts         []Part
}

// farFetched is by how much less likely another choice may be, as a logarithm.
const farFetched = 3.0

// Others are what else could fill a place of a plan: names that the same words
// speak of, or, where no word does, columns of the tables that are there. The
// likeliest come first.
func (m *Model) Others(in *Input, p *Plan, at Place) []Swap {
	if len(at.slots) == 0 {
		return nil
	}
	slots := p.slots()
	choices := make([]int, len(slots))
	for i, s := range slots {
		choices[i] = *s.at
	}
	f := &filler{in: in, weights: m.slots.at, fixed: map[[2]uint64]float64{}}
	i := at.slots[0]
	type scored struct {
		choice int
		score  float64
	}
	var all []scored
	least := f.score(slots, i, choices[:i], choices[i]) - farFetched
	for _, c := range f.candidates(slots, i, choices) {
		if c < 0 || c == choices[i] || !in.instead(p, at, c) {
			continue
		}
		if score := f.score(slots, i, choices[:i], c); score > least {
			all = append(all, scored{c, score})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var out []Swap
	for _, c := range all {
		q := p.clone()
		to := q.slots()
		for _, k := range at.slots {
			*to[k].at = c.choice
		}
		text, parts, ok := in.Print(q)
		if !ok {
			continue
		}
		o := Swap{Column: c.choice, Table: -1, Plan: q, SQL: text, Parts: parts}
		if at.Table >= 0 {
			o.Column, o.Table = -1, c.choice
		}
		out = append(out, o)
	}
	return out
}

// instead reports whether a choice may stand for another: all words that spoke of
// it speak of the other.
func (in *Input) instead(p *Plan, at Place, c int) bool {
	if at.Table >= 0 {
		return in.spokenOf(in.tables[c], at)
	}
	if at.To > at.From {
		return in.spokenOf(in.columns[c], at)
	}
	old, new := &in.Schema.Columns[at.Item.Col], &in.Schema.Columns[c]
	return old.Kind == new.Kind && !new.Key && !new.Foreign && slices.Contains(in.Schema.Named(p), new.Table)
}

func (in *Input) spokenOf(ms []mention, at Place) bool {
	return slices.ContainsFunc(ms, func(m mention) bool { return m.from <= at.From && at.To <= m.to })
}
