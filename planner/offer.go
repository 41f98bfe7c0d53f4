package planner

import (
	"slices"

	"github.com/grille-dev/grille/refusal"
)

const (
	// mostPassed: one word in so many may be passed over, of all that mean something.
	mostPassed = 3
	// mostUnsaid is the same of the words that say what a question is about: those
	// that do not only belong to asking.
	mostUnsaid = 2
)

// likely are the readings that are worth being offered. If the best reading is
// none, there are none.
func (l *lattice) likely(all []rated) []rated {
	meant, about := l.meant()
	out := only(all, func(r rated) bool {
		return !r.odd && mostPassed*len(r.Passed) <= meant && !slices.ContainsFunc(r.Passed, l.firm) && l.speaks(r.Reading, about)
	})
	if len(out) == 0 || !l.names() || min(all[0].Draft.Confidence, out[0].Draft.Confidence) < leastOffered {
		return nil
	}
	return out
}

// speaks reports whether a reading is about what the question is about: it uses a
// word that says so, half of them, and if few are left, what is asked for.
func (l *lattice) speaks(r Reading, about []refusal.Span) bool {
	unsaid := 0
	for _, s := range about {
		if slices.Contains(r.Passed, s) {
			unsaid++
		}
	}
	switch {
	case unsaid == len(about) || mostUnsaid*unsaid > len(about):
		return false
	case mostPassed*unsaid <= len(about): // another word for what the rest is about
		return true
	default:
		return !l.missesPoint(r.Passed)
	}
}

// names reports whether a question has a name, a text in quotes or a word that some
// column holds: without any it is about something else.
func (l *lattice) names() bool {
	for i, t := range l.tokens {
		if len(l.alike[i]) > 0 || t.kind == quotedToken || t.kind == codeToken || t.kind == wordToken && l.held != nil && len(l.held.in(t.text)) > 0 {
			return true
		}
	}
	return false
}

// meant is how many words of the question mean something, and which of them say
// what it is about.
func (l *lattice) meant() (n int, about []refusal.Span) {
	seen := map[string]bool{}
	asking := 0 // where the phrase of asking ends that is being read
	for i, t := range l.tokens {
		for k := range l.kw.at(l.tokens, i) {
			asking = max(asking, i+k)
		}
		switch {
		case t.kind == quotedToken || t.kind == codeToken:
			about = append(about, t.span)
		case t.kind == wordToken && !isSmall(l.kw, t.lower, len(l.alike[i]) > 0):
			n++
			if !seen[t.stem] && (len(l.alike[i]) > 0 || i >= asking && len(l.kw.phrases[t.lower]) == 0) {
				seen[t.stem] = true
				about = append(about, t.span)
			}
		}
	}
	return n, about
}

// firm reports whether a word is not to be passed over: a text in quotes, a number
// and what it counts.
func (l *lattice) firm(word refusal.Span) bool {
	i := slices.IndexFunc(l.tokens, func(t token) bool { return t.span == word })
	return i >= 0 && (l.tokens[i].kind == quotedToken || l.tokens[i].kind == numberToken || i > 0 && l.tokens[i-1].kind == numberToken)
}

// missesPoint reports whether what is asked for is among the words passed over, and
// no name: "how many unicorns", "per unicorn", "and what is the weather".
func (l *lattice) missesPoint(passed []refusal.Span) bool {
	for i, t := range l.tokens {
		if slices.Contains(passed, t.span) && len(l.alike[i]) == 0 && !l.describes(i, passed) && l.isAskedFor(i, passed) {
			return true
		}
	}
	return false
}

// describes reports whether a name comes right behind token i.
func (l *lattice) describes(i int, passed []refusal.Span) bool {
	for i++; i < len(l.tokens); i++ {
		if !slices.Contains(passed, l.tokens[i].span) {
			return len(l.alike[i]) > 0
		}
	}
	return false
}

// asksFor are what stands before that which is asked for.
var asksFor = []role{leadRole, whoRole, countRole, aggRole, mostRole, topRole, eachRole, figureRole}

// isAskedFor reports whether a word of asking comes before token i, or nothing.
func (l *lattice) isAskedFor(i int, passed []refusal.Span) bool {
	for i--; i >= 0; i-- {
		t := l.tokens[i]
		asks := func(p phrase) bool { return len(p.words) == 1 && slices.Contains(asksFor, p.role) }
		if slices.ContainsFunc(l.kw.phrases[t.lower], asks) || oneOf(t, "many") {
			return len(l.alike[i]) == 0
		}
		if !slices.Contains(passed, t.span) && !isSmall(l.kw, t.lower, len(l.alike[i]) > 0) {
			return false
		}
	}
	return true
}
