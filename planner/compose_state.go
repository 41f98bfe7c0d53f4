package planner

import (
	"slices"

	"github.com/grille-dev/grille/internal/words"
)

// coordinated reads states in a list before their noun: "major or critical
// alarms", "ratio of cancelled to paid orders".
func (c *composer) coordinated(n state, at int) (state, bool) {
	ratio, compared := n.r.figure.ratio, false
	words := []int{at}
	i := at
	for {
		sep := c.piece(i + 1)
		versus := sep.role == figureRole && sep.arg == "versus"
		if sep.role != orRole && sep.role != andRole && !versus && !(ratio && c.says(sep, "to") && sep.to == sep.from+1) {
			break
		}
		compared = compared || versus
		if next := c.piece(i + 2); next.role != unknownRole && next.role != verbRole && !(next.role == nounRole && next.to == next.from+1 && next.nouns[0].class() == dateClass && next.nouns[0].score < 0.95 && !c.participle(i+2)) {
			break
		}
		i += 2
		words = append(words, i)
	}
	head := c.piece(i + 1)
	if len(words) < 2 || head.role != nounRole {
		return n, false
	}
	s := c.states(head.nouns, at)
	if head.nouns[0].class() == textClass { // "the web or app channel"
		s = slot{nouns: slices.DeleteFunc(slices.Clone(head.nouns), func(x noun) bool { return x.class() != textClass }), piece: i + 1, want: wantText}
		i++
	}
	if len(s.nouns) == 0 {
		return n, false
	}
	mode := n.mode
	t := n
	both := c.says(c.piece(at+1), "and") && slices.ContainsFunc(c.pieces[:at], func(p piece) bool { return p.role == bothRole && c.says(p, "both") })
	if ratio || both {
		for _, w := range words {
			t = c.equals(t, s, w, c.l.tokens[c.pieces[w].from].text, false)
		}
	} else {
		t = c.equals(n, s, at, c.l.tokens[c.pieces[at].from].text, false)
		k := &t.r.conds[len(t.r.conds)-1]
		for _, w := range words[1:] {
			k.values = append(slices.Clip(k.values), c.l.tokens[c.pieces[w].from].text)
			k.pieces = append(slices.Clip(k.pieces), w)
		}
	}
	if compared {
		t.r.figure.versus = true
	}
	t.mode = mode
	t.at = i + 1
	t.cost += 0.3
	return t, true
}

// amountOf is the measure that a number beside the tables of s is about.
func (c *composer) amountOf(s slot) (slot, bool) {
	out := slot{piece: s.piece, want: wantMeasure}
	for _, x := range s.nouns {
		if m, ok := c.l.lex.amount(x.table); ok {
			out.nouns = append(out.nouns, noun{ref: m, score: 0.8 * x.score})
		}
	}
	return out, len(out.nouns) > 0
}

// isCurrency reports whether a value is the code of a currency.
func isCurrency(value string) bool {
	return slices.Contains([]string{"EUR", "USD", "GBP", "CHF", "JPY", "CNY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD", "NZD", "INR", "BRL", "MXN", "ZAR", "TRY"}, value)
}

// placeBefore reads "Berlin departments", "EUR bills": where the rows are, if
// their table says where.
func (c *composer) placeBefore(n state, at int) (state, bool) {
	p, next := c.pieces[at], c.piece(at+1)
	if next.role != nounRole || next.nouns[0].col != nil || !p.exact || p.to != p.from+1 || c.l.tokens[p.from].kind != wordToken || !c.plural(at+1) {
		return n, false
	}
	s := slot{piece: at, want: wantText}
	for _, x := range next.nouns {
		if x.col != nil || x.score < 0.7 {
			continue
		}
		for rank, w := range append([]string{"currency"}, placeWords[:8]...) {
			for _, y := range c.l.lex.columnsLike([]string{w}) {
				if y.table == x.table && y.class() == textClass && (w == "currency") == isCurrency(p.text) {
					s.nouns = append(s.nouns, noun{ref: y, score: 0.8 - 0.01*float64(rank)})
				}
			}
		}
	}
	if len(s.nouns) == 0 {
		return n, false
	}
	mode := n.mode
	t := c.equals(n, s, at, p.text, true)
	t.mode = mode
	t.cost += 0.1
	return t, true
}

// head is the table that adjectives from piece at on stand before: "paid web
// orders".
func (c *composer) head(at int) piece {
	for i := at + 1; i <= at+3; i++ {
		p := c.piece(i)
		if p.role == nounRole && (p.nouns[0].col == nil || i == at+1) {
			return p
		}
		if p.role != unknownRole && p.role != valueRole && !(p.role == nounRole && (p.nouns[0].class() == boolClass || p.nouns[0].class() == dateClass || p.nouns[0].class() == textClass)) {
			return piece{}
		}
	}
	return piece{}
}

// statesOfOwners are states of what rows belong to: "mobile sessions", where the
// visitors have a device.
func (c *composer) statesOfOwners(tables []noun, s slot) slot {
	for _, x := range tables {
		if x.col != nil || x.score < 0.7 {
			continue
		}
		for _, e := range c.l.lex.graph.edges[x.table] {
			if e.many || e.guessed {
				continue
			}
			for rank, w := range stateWords {
				for _, y := range c.l.lex.columnsLike([]string{w}) {
					if y.table == e.to && y.class() == textClass && len(words.OfName(y.col.Name)) == 1 {
						s.nouns = append(s.nouns, noun{ref: y, score: 0.6 - 0.02*float64(rank)})
					}
				}
			}
		}
	}
	return s
}

// valuesBefore reads several values in front of their noun: "the Toys or Garden
// category", "both a Basic and a Pro plan".
func (c *composer) valuesBefore(n state, at int) (state, bool) {
	sep := c.piece(at + 1)
	if sep.role != orRole && sep.role != andRole {
		return n, false
	}
	i := c.meaning(at + 2)
	if c.piece(i).role != valueRole || c.piece(i+1).role != nounRole {
		return n, false
	}
	both := sep.role == andRole && slices.ContainsFunc(c.pieces[:at], func(p piece) bool { return p.role == bothRole && c.says(p, "both") })
	t, ok := c.before(n, i, c.pieces[at].text, c.pieces[at].exact)
	if !ok {
		return n, false
	}
	k := len(t.r.conds) - 1
	t.r.conds[k].pieces = []int{at}
	t.cost -= 0.1
	if both {
		second := t.r.conds[k]
		second.values, second.pieces = []string{c.pieces[i].text}, []int{i}
		t.r.conds = append(t.r.conds, second)
		return t, true
	}
	t.r.conds[k].values = append(t.r.conds[k].values, c.pieces[i].text)
	t.r.conds[k].pieces = append(t.r.conds[k].pieces, i)
	return t, true
}

// namesOf is s, or where its table has no names the names of what its rows belong
// to: a "Pro subscription" is one of the plan Pro.
func (c *composer) namesOf(s slot) slot {
	t := s.nouns[0].table
	if c.l.lex.named(t) {
		return s
	}
	out := slot{piece: s.piece, want: wantText}
	for _, e := range c.l.lex.graph.edges[t] {
		if d := c.l.lex.display(e.to); !e.many && !c.l.lex.isPerson(e.to) && c.l.lex.named(e.to) && len(d) == 1 {
			out.nouns = append(out.nouns, noun{ref: d[0], score: 0.95})
		}
	}
	if len(out.nouns) == 0 {
		return s
	}
	return out
}

// objects are what is bought and ordered.
var objects = []string{"product", "item", "article", "book", "service", "course", "part"}

// object is a value behind a verb: "who bought a Kettle". With several, each is of
// a row of its own.
func (c *composer) object(n state, at int) (state, bool) {
	verb := -1
	for i := at - 1; i >= max(0, at-8) && verb < 0; i-- {
		switch p := c.piece(i); {
		case p.role == verbRole || p.role == nounRole && p.to == p.from+1 && c.participle(i):
			verb = i
		case p.role != stopRole && p.role != bothRole && p.role != andRole && p.role != valueRole:
			return n, false
		}
	}
	if verb < 0 || len(c.dealt(verb).nouns) == 0 && !c.says(c.pieces[verb], "ordered", "bought", "purchased") {
		return n, false
	}
	s := slot{piece: at, want: wantText}
	for _, t := range c.l.lex.catalog.Tables {
		if d := c.l.lex.display(t); len(d) == 1 && c.l.lex.named(t) && slices.Contains(objects, last(words.OfName(t.Name))) {
			s.nouns = append(s.nouns, noun{ref: d[0], score: 0.95})
		}
	}
	if len(s.nouns) == 0 {
		return n, false
	}
	t := c.equals(n, s, at, c.pieces[at].text, c.pieces[at].exact)
	t.cost += 0.2
	return t, true
}

// meansWords name columns for how something is done.
var meansWords = []string{"method", "channel", "mode", "medium", "source"}

// means are the columns for how rows of the last table come about, for a value
// behind "by" or "via".
func (c *composer) means(n *state, at int) slot {
	s := slot{piece: at, want: wantText}
	from := max(0, c.pieces[at].from-2)
	says := slices.ContainsFunc(c.l.tokens[from:c.pieces[at].from], func(t token) bool { return oneOf(t, "by", "via", "through", "over", "using") })
	k := c.lastTable(n)
	if !says || k == nil {
		return s
	}
	for _, x := range k.nouns {
		for rank, w := range meansWords {
			for _, y := range c.l.lex.columnsLike([]string{w}) {
				if y.table == x.table && y.class() == textClass {
					s.nouns = append(s.nouns, noun{ref: y, score: 0.85 - 0.02*float64(rank)})
				}
			}
		}
	}
	return s
}
