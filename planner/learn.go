package planner

import (
	"slices"

	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner/learned"
	"github.com/grille-dev/grille/refusal"
)

const (
	// maxHints is how many readings by hand the learned parser is told.
	maxHints = 3
	// leastOffered is the confidence that the best reading needs to be offered.
	leastOffered = 0.1
)

// together is what both parsers make of the question. Where a reading uses every
// word and is trusted, it may be run; where there is none, the likeliest are
// offered.
func (l *lattice) together(byHand []reckoned) Understanding {
	hand := likelyByHand(byHand)
	var all []rated
	if l.learnable() {
		all = l.learnt(byHand, hand)
	}
	u := l.weighed(hand, all)
	if r, ok := l.answered(byHand, all); ok {
		u = Understanding{Decision: Answer, Readings: distinct([]rated{{Reading: r}}, rate(u.Readings))}
	}
	return u
}

// weighed is what may be done with the readings of both.
func (l *lattice) weighed(hand, all []rated) Understanding {
	v, ok := judge(only(hand, rated.whole), all)
	rest := merged(all, hand)
	if ok && v.run {
		return Understanding{Decision: Answer, Readings: distinct([]rated{v.rated}, all[:min(1, len(all))], hand, only(rest, rated.whole), rest)}
	}
	if ok && len(all) > 0 && v.gist == all[0].gist { // both say so, and are not sure
		rest = slices.Insert(rest, 0, v.rated)
	}
	return Understanding{Decision: Choose, Readings: distinct(l.likely(rest))}
}

// rate makes rated readings of such that nobody rated.
func rate(all []Reading) []rated {
	var out []rated
	for _, r := range all {
		out = append(out, rated{Reading: r})
	}
	return out
}

// merged are the learned readings and those by hand that are none of them, the first
// of these before what is less likely and the others behind it.
func merged(all, hand []rated) []rated {
	out, at := slices.Clone(all), 0
	for _, r := range hand {
		if i := slices.IndexFunc(out, r.same); i >= 0 {
			at = max(at, i+1)
			continue
		}
		for at < len(out) && out[at].Draft.Confidence >= r.Draft.Confidence {
			at++
		}
		out = slices.Insert(out, at, r)
		at++
	}
	return out
}

// distinct are readings in the order of some lists, no draft twice, and none surer
// than the first.
func distinct(lists ...[]rated) []Reading {
	var out []Reading
	for _, r := range slices.Concat(lists...) {
		if len(out) == maxReadings {
			break
		}
		if !slices.ContainsFunc(out, func(o Reading) bool { return o.Draft.SQL == r.Draft.SQL }) {
			if len(out) > 0 {
				r.Draft.Confidence = min(r.Draft.Confidence, out[0].Draft.Confidence)
			}
			out = append(out, r.Reading)
		}
	}
	return out
}

// likelyByHand are the readings by hand, if the first is likely enough.
func likelyByHand(byHand []reckoned) []rated {
	if len(byHand) == 0 || byHand[0].Draft.Confidence < leastConfidence {
		return nil
	}
	var out []rated
	for _, r := range byHand {
		out = append(out, rated{Reading: r.Reading})
	}
	return out
}

// rated is a reading with what tells whether it is to be trusted.
type rated struct {
	Reading
	gist    string // what it asks for, in the learned parser's terms; "": it has none
	loosely string // the same, whatever columns its values are of
	conds   int    // how many conditions it has
	joins   int    // how many tables it joins
	guess   bool   // the column of some value is not spoken of
	repeats bool   // it adds up rows that a join repeats
	odd     bool   // it does what nobody asks for
	refers  bool   // it lists references, and not what they refer to
}

// learnt is what the learned parser makes of the question and of the readings by
// hand, the best first, with the words that each passes over. It notes on hand
// what can be compared.
func (l *lattice) learnt(byHand []reckoned, hand []rated) []rated {
	in := l.linked()
	m := learned.Load().With(l.lessons())
	hints, which := l.hints(in, byHand)
	for i, k := range which {
		if k < len(hand) {
			p := hints[i].Plan
			hand[k].gist, hand[k].loosely, hand[k].conds, hand[k].joins = in.Gist(p), in.Loosely(p), p.Conds(), len(in.Schema.Joined(p))
		}
	}
	var out []rated
	fixed := l.fixed(in)
	for _, c := range m.Parse(in, hints) {
		if len(fixed) > 0 && c.Hint == 0 {
			var ok bool
			if c, ok = in.Keep(c, fixed); !ok {
				continue
			}
		}
		r := Reading{Draft: l.draftOf(c), from: &trained{l: l, in: in, plan: c.Plan}}
		switch {
		case c.Hint > 0:
			r = byHand[which[c.Hint-1]].Reading
		default:
			for _, k := range c.Unused {
				r.Passed = append(r.Passed, l.tokens[k].span)
			}
		}
		r.Draft.Confidence = rounded(m.Confidence(c.Share))
		out = append(out, rated{Reading: r, gist: in.Gist(c.Plan), conds: c.Plan.Conds(), joins: len(in.Schema.Joined(c.Plan)), guess: c.Guess, repeats: in.Schema.Repeats(c.Plan), odd: in.Schema.Odd(c.Plan), refers: in.Schema.Refers(c.Plan)})
	}
	return out
}

// fixed is what was taught of the question's words, in the learned parser's terms.
func (l *lattice) fixed(in *learned.Input) []learned.Fixed {
	var out []learned.Fixed
	t := newTranslator(l.lex.catalog, in)
	for i, token := range l.tokens {
		for _, k := range token.kept {
			out = append(out, learned.Fixed{Col: t.columns[k.col], Test: k.test, From: i, To: i + 1})
		}
	}
	return out
}

// linked is the question in the learned parser's terms.
func (l *lattice) linked() *learned.Input {
	s := l.lex.schema()
	return l.input(s, l.held.learned(l.lex.catalog, s))
}

// hints are the best readings by hand in the learned parser's terms, and which
// of them each is. What passes words over is none: the weights know no such.
func (l *lattice) hints(in *learned.Input, byHand []reckoned) (out []learned.Hint, which []int) {
	t := newTranslator(l.lex.catalog, in)
	for i, r := range byHand[:min(len(byHand), maxHints)] {
		if p, ok := t.plan(r.plan); ok && len(r.Passed) == 0 {
			out = append(out, learned.Hint{Plan: p, Sure: r.Draft.Confidence})
			which = append(which, i)
		}
	}
	return out, which
}

// draftOf is a candidate as a draft, with the words that caused its parts.
func (l *lattice) draftOf(c learned.Candidate) model.Draft {
	d := model.Draft{Kind: model.SQL, SQL: c.SQL}
	for _, p := range c.Parts {
		asked := l.span(p.From, p.To)
		d.Reasons = append(d.Reasons, model.Reason{Part: refusal.Span{Pos: int32(p.Pos), End: int32(p.End)}, Asked: asked, Words: l.text[asked.Pos:asked.End]})
	}
	return d
}

// learnable reports whether all of a question is of the kind that the learned
// parser has seen: it knows nothing of dates, nor of what is worked out.
func (l *lattice) learnable() bool {
	if l.speaksOfMetric() {
		return false
	}
	for i, t := range l.tokens {
		if t.kind == alienToken {
			return false
		}
		if _, n := l.calendar.at(l.tokens, i); n > 1 || n == 1 && t.year() == 0 {
			return false
		}
		if len(l.alike[i]) == 0 && slices.ContainsFunc(l.longest(i), beyond) {
			return false
		}
	}
	return true
}

// longest are the meanings of the longest phrase of asking that begins at a token.
func (l *lattice) longest(i int) []keyword {
	most, out := 0, []keyword(nil)
	for n, all := range l.kw.at(l.tokens, i) {
		if n > most {
			most, out = n, all
		}
	}
	return out
}

// beyond reports whether the learned parser has no words for a keyword. That a
// year is meant it may see from a column.
func beyond(k keyword) bool {
	return k.role == cannotRole || k.role == figureRole || k.role == bucketRole && k.arg != "year"
}
