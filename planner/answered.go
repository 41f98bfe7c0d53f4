package planner

import (
	"cmp"
	"slices"

	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner/learned"
	"github.com/grille-dev/grille/planner/taught"
)

// verified is the confidence in a reading that somebody found right.
const verified = 0.99

// answered is the reading that somebody found right for the same question, whatever
// values it says: one of those at hand, or as it was recorded.
func (l *lattice) answered(byHand []reckoned, all []rated) (Reading, bool) {
	for _, a := range l.lex.answers() {
		if !a.Resembles(l.text) {
			continue
		}
		for _, r := range byHand {
			if a.Is(l.text, r.Draft.SQL) {
				return sure(r.Reading), true
			}
		}
		for _, r := range all {
			if len(r.Passed) == 0 && a.Is(l.text, r.Draft.SQL) {
				return sure(r.Reading), true
			}
		}
		if sql, ok := a.Fill(l.text, l.isValue); ok {
			return sure(Reading{Draft: model.Draft{Kind: model.SQL, SQL: sql}}), true
		}
	}
	return Reading{}, false
}

// isValue reports whether what stands in the place of a value can be one: it is in
// quotes, has capitals, or is one word that is no name and that no asking uses.
func (l *lattice) isValue(said string) bool {
	tokens := tokenize(said)
	if len(tokens) == 1 && tokens[0].kind == wordToken && !tokens[0].startsUpper() {
		t := tokens[0]
		return len(l.lex.alike(t, l.kw)) == 0 && len(l.kw.phrases[t.lower]) == 0 && !l.kw.verbs[t.lower]
	}
	const longest = 5
	return len(tokens) <= longest && !slices.ContainsFunc(tokens, func(t token) bool {
		return t.kind == endToken || t.kind == signToken || t.kind == alienToken || t.kind == wordToken && !t.startsUpper()
	})
}

func sure(r Reading) Reading {
	r.Draft.Confidence, r.Passed = verified, nil
	return r
}

func (l *lexicon) answers() []taught.Answer {
	if l.known == nil {
		return nil
	}
	return l.known.Answers
}

// mostLessons is from how many answers the learned parser learns for one question.
const mostLessons = 6

// lessons are the answers to questions that share words with this one, those that
// share most first, and of equal ones the latest. Answers to other questions would
// move no weight that matters here.
func (l *lattice) lessons() []learned.Lesson {
	type near struct {
		taught.Answer
		shared int
	}
	var all []near
	for _, a := range slices.Backward(l.lex.answers()) {
		if n := l.shares(a); n > 0 {
			all = append(all, near{a, n})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(b.shared, a.shared) })
	var out []learned.Lesson
	for _, a := range all[:min(len(all), mostLessons)] {
		if lesson, ok := l.lesson(a.Answer); ok {
			out = append(out, lesson)
		}
	}
	return out
}

// shares is how many words that mean something an answered question has too.
func (l *lattice) shares(a taught.Answer) int {
	said := map[string]bool{}
	for _, t := range tokenize(a.Question) {
		if t.kind == wordToken && !isSmall(l.kw, t.lower, false) {
			said[t.stem] = true
		}
	}
	n := 0
	for i, t := range l.tokens {
		if said[t.stem] && (len(l.alike[i]) > 0 || len(l.kw.phrases[t.lower]) == 0) {
			n++
		}
	}
	return n
}

// lesson is an answered question as one to learn from, with values made up; false if
// none of its candidates is the reading that was found right.
func (l *lattice) lesson(a taught.Answer) (learned.Lesson, bool) {
	text := a.Sample()
	tokens := tokenize(text)
	if len(tokens) > maxWords {
		return learned.Lesson{}, false
	}
	opt := l.opt
	opt.Values = nil
	q := newLattice(l.lex, text, l.lex.expand(tokens, l.kw), opt)
	if !q.learnable() {
		return learned.Lesson{}, false
	}
	byHand, _ := q.byHand()
	in := q.linked()
	hints, which := q.hints(in, byHand)
	out := learned.Lesson{In: in, Candidates: learned.Load().Parse(in, hints), Right: -1}
	fixed := q.fixed(in)
	for i, c := range out.Candidates {
		sql := c.SQL
		switch {
		case c.Hint > 0:
			sql = byHand[which[c.Hint-1]].Draft.SQL
		case len(fixed) > 0:
			kept, ok := in.Keep(c, fixed)
			if !ok {
				continue
			}
			sql = kept.SQL
		}
		if a.Is(text, sql) {
			out.Right = i
			break
		}
	}
	return out, out.Right >= 0
}
