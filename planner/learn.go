package planner

import (
	"math"
	"slices"

	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner/learned"
	"github.com/grille-dev/grille/refusal"
)

const (
	// maxHints is how many readings by hand the learned parser is told.
	maxHints = 3
	// sureEnough is the least confidence in a reading that only the learned parser
	// has.
	sureEnough = 0.4
	// nearlySure is the share from which a learned reading goes before one by hand.
	nearlySure = 0.5
	// certain is the confidence from which a reading by hand stays first.
	certain = 0.5
	// leastOffered is the confidence that the best reading needs to be offered.
	leastOffered = 0.1
	// mostPassed: one word in so many may be passed over.
	mostPassed = 3
)

// together is what both parsers make of the question. Where a reading uses every
// word and is sure enough, it may be run; where there is none, the likeliest are
// offered.
func (l *lattice) together(byHand []reckoned) Understanding {
	var all []rated
	if l.learnable() {
		all = l.learnt(byHand)
	}
	u := Understanding{Decision: Choose, Readings: distinct(nil, l.likely(all))}
	if sure := complete(byHand, all); len(sure) > 0 {
		u = Understanding{Decision: Answer, Readings: distinct(sure, all)}
	}
	if r, ok := l.answered(byHand, all); ok {
		u = Understanding{Decision: Answer, Readings: distinct([]Reading{r}, rate(u.Readings))}
	}
	return u
}

// complete are the readings that use every word, if the first is sure enough. One
// by hand uses them by rules that can be read, and stays first unless the learned
// parser is nearly sure of another; without one the learned parser has to be sure
// enough.
func complete(byHand []reckoned, all []rated) []Reading {
	both := slices.DeleteFunc(slices.Clone(all), func(r rated) bool { return len(r.Passed) > 0 })
	hand := readings(byHand)
	first := -1
	if len(hand) > 0 {
		first = slices.IndexFunc(both, func(r rated) bool { return r.Draft.SQL == hand[0].Draft.SQL })
	}
	switch {
	case len(hand) == 0:
		if len(both) == 0 || both[0].Draft.Confidence < sureEnough {
			return nil
		}
	case first > 0 && (both[0].share < nearlySure || both[0].guess || hand[0].Draft.Confidence >= certain):
		return promoted(hand, both, first)
	case first < 0: // the learned parser has no words for it
		return distinct(hand, both)
	}
	return distinct(nil, both)
}

// likely are the readings that are worth being offered: if the best is not likely,
// or leaves most of what was said aside, none.
func (l *lattice) likely(all []rated) []rated {
	if len(all) == 0 || all[0].Draft.Confidence < leastOffered {
		return nil
	}
	meant := 0
	for i, t := range l.tokens {
		if t.kind == wordToken && !isSmall(l.kw, t.lower, len(l.alike[i]) > 0) {
			meant++
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(r rated) bool { return mostPassed*len(r.Passed) > meant })
}

// promoted has the first reading by hand first, as sure as both parsers are on
// average, and none surer; then the best learned one, and the others.
func promoted(hand []Reading, both []rated, first int) []Reading {
	hand[0].Draft.Confidence = math.Round(50*(hand[0].Draft.Confidence+both[first].Draft.Confidence)) / 100
	out := distinct(distinct(hand[:1], both[:1]), rate(hand[1:]))
	out = distinct(out, both)
	for i := range out {
		out[i].Draft.Confidence = min(out[i].Draft.Confidence, out[0].Draft.Confidence)
	}
	return out
}

// rate makes rated readings of such that nobody rated.
func rate(all []Reading) []rated {
	var out []rated
	for _, r := range all {
		out = append(out, rated{Reading: r})
	}
	return out
}

// readings are those by hand, if the first is likely enough.
func readings(byHand []reckoned) []Reading {
	var out []Reading
	for _, r := range byHand {
		out = append(out, r.Reading)
	}
	if len(out) > 0 && out[0].Draft.Confidence < leastConfidence {
		return nil
	}
	return out
}

// distinct are some readings and then others, no draft twice.
func distinct(out []Reading, more []rated) []Reading {
	out = slices.Clone(out)
	for _, r := range more {
		if !slices.ContainsFunc(out, func(o Reading) bool { return o.Draft.SQL == r.Draft.SQL }) {
			out = append(out, r.Reading)
		}
	}
	return out[:min(len(out), maxReadings)]
}

// rated is a reading with its share among all candidates.
type rated struct {
	Reading
	share float64
	guess bool // the column of some value is not spoken of
}

// learnt is what the learned parser makes of the question and of the readings by
// hand, the best first, with the words that each passes over.
func (l *lattice) learnt(byHand []reckoned) []rated {
	in := l.linked()
	m := learned.Load().With(l.lessons())
	hints, which := l.hints(in, byHand)
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
		r.Draft.Confidence = math.Round(m.Confidence(c.Share)*100) / 100
		out = append(out, rated{r, c.Share, c.Guess})
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
// of them each is.
func (l *lattice) hints(in *learned.Input, byHand []reckoned) (out []learned.Hint, which []int) {
	t := newTranslator(l.lex.catalog, in)
	for i, r := range byHand[:min(len(byHand), maxHints)] {
		if p, ok := t.plan(r.plan); ok {
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
