package planner

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// handmade is where a reading by hand came from.
type handmade struct {
	l      *lattice
	t      attempt
	refs   []noun // of the slots of t
	pinned []bool // of these: the asker has chosen them; nil: none
	r      reading
	plan   *plan
	draft  model.Draft
}

// spot is something that a reading does, with the slot that it does it to.
type spot struct {
	kind   PartKind
	slot   *slot // nil: none
	at     int   // of slots of the attempt; -1: nothing to choose
	agg    aggregate
	usual  bool  // no word says agg
	pieces []int // that caused it, besides the slot's
	cond   cond  // of ValuePart
	taken  func(name string) string
}

// parts implements origin.
func (h *handmade) parts() []Part {
	var out []Part
	for _, s := range h.spots() {
		p := h.part(s)
		if s.kind == TablePart && slices.ContainsFunc(out, func(o Part) bool { return o.Slot == p.Slot && slices.Equal(o.Asked, p.Asked) }) {
			continue // "in the Cardiology department" has said so
		}
		h.swap(&p, s)
		out = append(out, p)
	}
	return append(out, h.ways()...)
}

// part is a spot without its alternatives.
func (h *handmade) part(s spot) Part {
	p := Part{Kind: s.kind, what: "column"}
	name := ""
	pieces := slices.Clone(s.pieces)
	if s.slot != nil && s.slot.pick.table != nil {
		name, p.pick = h.l.lex.label(s.slot.pick), s.slot.pick
		p.fit = func(r ref) float64 { return h.l.held.fit(r, s.cond) }
		own := s.slot.piece
		if own >= 0 && h.t.pieces[own].role == periodRole && len(pieces) > 0 {
			own = pieces[0] // of two periods each has its own words
		}
		if !slices.Contains(pieces, own) {
			pieces = append(pieces, own)
		}
		p.what, p.Default = h.what(s), s.usual || !h.named(s.slot.pick, pieces)
		p.Slot = wordsAt(h.l.text, h.trimmed([]int{own}))
		if p.Slot == "" {
			p.Slot = wordsAt(h.l.text, h.trimmed(s.pieces))
		}
		if s.at >= 0 {
			p.Means = aggregated(s, name)
		}
	}
	p.Asked = inOrder(h.trimmed(pieces))
	p.Words = wordsAt(h.l.text, p.Asked)
	if s.slot == nil {
		p.Slot, p.Default = p.Words, s.usual || len(p.Asked) == 0
	}
	p.Taken = s.taken(name)
	p.Place = h.place(s, p)
	return p
}

// aggregated is what a spot means: a name, with the aggregate where that can be
// chosen too.
func aggregated(s spot, name string) string {
	if s.usual && s.agg != noAgg {
		return aggregateWords[s.agg] + name
	}
	return name
}

var aggregateWords = map[aggregate]string{countAgg: "number of ", sumAgg: "total of ", avgAgg: "average of ", minAgg: "lowest ", maxAgg: "highest "}

// what is what one has to choose for a spot.
func (h *handmade) what(s spot) string {
	pick := s.slot.pick
	switch {
	case pick.col == nil:
		return "table"
	case pick.class() == dateClass && (s.slot.want == wantDate || s.agg == noAgg):
		return "date"
	case s.agg != noAgg && s.agg != countAgg || s.slot.want == wantMeasure:
		return "measure"
	}
	return "column"
}

// named reports whether one of some pieces says a word of a name.
func (h *handmade) named(r ref, pieces []int) bool {
	name := words.OfName(r.table.Name)
	if r.col != nil {
		name = words.OfName(r.col.Name)
	}
	for _, i := range pieces {
		if i < 0 {
			continue
		}
		p := h.t.pieces[i]
		for k := p.from; k < p.to; k++ {
			if slices.ContainsFunc(name, func(w string) bool { return h.l.alike[k][w] >= 0.7 }) {
				return true
			}
		}
		// What people call it is another name; an age is a birthday.
		if slices.ContainsFunc(p.nouns, func(x noun) bool { return x.is(r) && x.score >= 0.7 }) {
			return true
		}
	}
	return false
}

// spans are the words of pieces.
func (h *handmade) spans(pieces []int) []refusal.Span {
	var out []refusal.Span
	for _, i := range pieces {
		if i >= 0 && i < len(h.t.pieces) {
			out = append(out, h.l.spanOf(h.t.pieces[i]))
		}
	}
	return out
}

// trimmed are the words of pieces without small ones: "of last year", "share of".
func (h *handmade) trimmed(pieces []int) []refusal.Span {
	var out []refusal.Span
	for _, i := range pieces {
		if i < 0 || i >= len(h.t.pieces) {
			continue
		}
		p := h.t.pieces[i]
		p.from, p.to = h.l.content(p.from, p.to)
		out = append(out, h.l.spanOf(p))
	}
	return out
}

// content is tokens [from, to) without the small words at both ends.
func (l *lattice) content(from, to int) (int, int) {
	for from < to-1 && isSmall(l.kw, l.tokens[from].lower, false) {
		from++
	}
	for from < to-1 && isSmall(l.kw, l.tokens[to-1].lower, false) {
		to--
	}
	return from, to
}

func (l *lattice) spanOf(p piece) refusal.Span {
	return l.span(p.from, p.to)
}

// place is where a spot is in the draft: by the words that caused it, or as a table.
func (h *handmade) place(s spot, p Part) refusal.Span {
	var found refusal.Span
	spans := h.spans(s.pieces)
	if s.slot != nil {
		spans = append(spans, h.spans([]int{s.slot.piece})...)
	}
	late := s.kind == OrderPart || s.kind == LimitPart
	for _, want := range spans {
		for _, r := range h.draft.Reasons {
			if r.Asked == want && (late || found == refusal.Span{}) {
				found = r.Part
			}
		}
		if (found != refusal.Span{}) {
			return found
		}
	}
	if s.slot != nil && s.slot.pick.col == nil {
		found = h.plan.at[s.slot.pick.table]
	}
	return found
}

// swap finds what else the words of a spot could mean, all other slots as they are.
func (h *handmade) swap(p *Part, s spot) {
	if s.at < 0 || p.Means == "" {
		return
	}
	slots := h.t.r.slots()
	left := picks{refs: slices.Clone(h.refs)}
	left.refs[s.at] = noun{}
	v := &resolver{lex: h.l.lex, pieces: h.t.pieces, r: &h.t.r, held: h.l.held}
	for _, o := range v.options(*slots[s.at], s.at, slots, left) {
		if o.table == nil || o.is(h.refs[s.at].ref) {
			continue
		}
		means := aggregated(s, h.l.lex.label(o.ref))
		if h.farFetched(p, s, o) {
			p.far = append(p.far, means)
			continue
		}
		to := *h
		to.refs = h.moved(s.at, o, slots)
		to.offer(p, s, swap{means: means, pick: o.ref, tied: !p.Default && o.score >= h.refs[s.at].score-0.02})
	}
	if s.usual && s.kind == MeasurePart && isMeasure(s.slot.pick) {
		for _, agg := range []aggregate{sumAgg, avgAgg, maxAgg, minAgg} {
			if to := *h; agg != s.agg {
				to.t.r = h.t.r.clone()
				to.t.r.outs[s.at].agg = agg
				to.offer(p, s, swap{means: aggregateWords[agg] + h.l.lex.label(s.slot.pick)})
			}
		}
	}
}

// farFetched: of what words name, something that fits much worse ("the cities of
// patients" are none of hospitals); of dates that no word names, those of tables
// that nobody speaks of.
func (h *handmade) farFetched(p *Part, s spot, o noun) bool {
	const worse = 0.4
	switch {
	case !p.Default:
		return o.score < h.refs[s.at].score-worse
	case s.slot.want == wantDate:
		return !slices.ContainsFunc(h.refs, func(x noun) bool { return x.table == o.table })
	}
	return false
}

// offer adds h as an alternative, if it makes sense and another draft.
func (h *handmade) offer(p *Part, s spot, x swap) {
	if len(p.Others) == mostOthers {
		return
	}
	c, ok := h.l.draft(h.t, h.refs)
	if !ok || c.draft.SQL == h.draft.SQL {
		return
	}
	c.by.pinned = slices.Clone(h.pinned)
	if c.by.pinned == nil {
		c.by.pinned = make([]bool, len(h.refs))
	}
	if s.at >= 0 {
		c.by.pinned[s.at] = true
	}
	x.Reading = Reading{Draft: c.draft, from: c.by}
	p.add(x)
}

// moved are the meanings of all slots when one has another. With it move those of
// the same words, and all dates that no word names and that are not chosen yet:
// visits of last year by month are by one date.
func (h *handmade) moved(at int, to noun, slots []*slot) []noun {
	refs := slices.Clone(h.refs)
	for i, s := range slots {
		same := s.piece >= 0 && s.piece == slots[at].piece
		dates := s.want == wantDate && slots[at].want == wantDate && !h.named(h.refs[i].ref, []int{s.piece}) && !h.named(h.refs[at].ref, []int{slots[at].piece})
		pinned := h.pinned != nil && h.pinned[i]
		if i == at || h.refs[i].table != nil && h.refs[i].is(h.refs[at].ref) && (same || dates && !pinned) {
			refs[i] = to
		}
	}
	return refs
}

// label is a table or column as a Part calls it.
func (l *lexicon) label(r ref) string {
	t := l.called(r.table)
	switch {
	case r.col == nil:
		return t
	case r.metric != nil:
		return "metric " + r.metric.Name
	case r.age:
		return "age of " + t + "." + r.col.Name
	case r.span.since != nil:
		return r.name() + " from " + t + "." + r.span.since.Name + " to " + t + "." + r.col.Name
	}
	return t + "." + r.col.Name
}

// called is a table's name, with its schema where others have the name.
func (l *lexicon) called(t *catalog.Table) string {
	if l.catalog.All().Lookup("", t.Name) == t {
		return t.Name
	}
	return t.Schema + "." + t.Name
}
