package planner

import (
	"slices"

	"github.com/grille-dev/grille/refusal"
)

const (
	// maxRounds is how often words are left out of a question, to read the rest.
	maxRounds = 3
	// perPassed is by how much each word left out lessens the confidence.
	perPassed = 0.6
)

// partly are readings by hand of a question of which none uses every word: of what
// is left without the words to blame. There are none where these are what is
// asked for, or turn the meaning around.
func (l *lattice) partly(f *failure) []reckoned {
	var passed []refusal.Span
	for range maxRounds {
		if f == nil || f.core {
			return nil
		}
		passed = append(passed, f.lost...)
		rest := l.without(passed)
		if len(rest.tokens) == 0 || rest.plausible() != nil {
			return nil
		}
		var out []reckoned
		if out, f = rest.byHand(); len(out) > 0 {
			return l.passing(out, passed)
		}
	}
	return nil
}

// passing notes on readings what they pass over.
func (l *lattice) passing(all []reckoned, passed []refusal.Span) []reckoned {
	var words []refusal.Span
	for _, t := range l.tokens {
		if isAmong(t.span, passed) && t.kind != endToken {
			words = append(words, t.span)
		}
	}
	for i := range all {
		all[i].Passed = words
		for range words {
			all[i].Draft.Confidence *= perPassed
		}
		all[i].Draft.Confidence = rounded(all[i].Draft.Confidence)
	}
	return all
}

// without is the lattice of a question without some of its words.
func (l *lattice) without(passed []refusal.Span) *lattice {
	out := *l
	out.tokens, out.alike = nil, nil
	for i, t := range l.tokens {
		if !isAmong(t.span, passed) {
			out.tokens, out.alike = append(out.tokens, t), append(out.alike, l.alike[i])
		}
	}
	return &out
}

func isAmong(x refusal.Span, all []refusal.Span) bool {
	return slices.ContainsFunc(all, func(s refusal.Span) bool { return x.Pos >= s.Pos && x.End <= s.End })
}

// isCore reports whether a question without piece i asks something else: only names,
// adjectives of measure ("long") and words that are not known may be left out, and not what is asked for ("how many
// unicorns", "per unicorn").
func (l *lattice) isCore(pieces []piece, i int) bool {
	switch pieces[i].role {
	case unknownRole, valueRole, nounRole, oldRole:
		if kind := l.tokens[pieces[i].from].kind; kind != wordToken && kind != codeToken {
			return true
		}
	default:
		return true
	}
	is := func(i int, roles ...role) bool {
		return i >= 0 && i < len(pieces) && slices.Contains(roles, pieces[i].role)
	}
	after, before := i+1, i-1
	for is(after, stopRole, unknownRole) {
		after++
	}
	for is(before, stopRole, unknownRole, ofRole, distinctRole) {
		before--
	}
	return !is(after, nounRole) && (before < 0 || is(before, countRole, aggRole, leadRole, whoRole, mostRole, topRole, figureRole, eachRole, orderRole))
}
