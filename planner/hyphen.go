package planner

import "slices"

// particles make a word of another one: a follow-up, a walk-in, an add-on.
var particles = []string{"up", "in", "out", "off", "on", "over", "down", "back", "through"}

// compoundAt is how many tokens a word with a hyphen has whose parts do not say
// what it means: nobody who writes no-show says that something is not "show", and
// a follow-up follows nothing. It is 0 for others.
func (l *lattice) compoundAt(i int) int {
	if i+1 >= len(l.tokens) || !l.hyphenBehind(i) || l.hyphenBehind(i+1) || i > 0 && l.hyphenBehind(i-1) {
		return 0
	}
	if head, tail := l.tokens[i], l.tokens[i+1]; tail.kind == wordToken && (oneOf(head, "no") || head.kind == wordToken && oneOf(tail, particles...)) {
		return 2
	}
	return 0
}

// hyphenBehind reports whether the token behind i is joined to it.
func (l *lattice) hyphenBehind(i int) bool {
	if i+1 >= len(l.tokens) {
		return false
	}
	end := int(l.tokens[i].span.End)
	return int(l.tokens[i+1].span.Pos) == end+1 && end < len(l.text) && l.text[end] == '-'
}

// compound puts the whole word in the place of what its first part would mean
// alone; names that are made of its parts stay.
func (l *lattice) compound(i int, all []piece) []piece {
	n := l.compoundAt(i)
	if n == 0 {
		return all
	}
	all = slices.DeleteFunc(all, func(p piece) bool { // "no" may be a number
		return p.to == i+1 && (oneOf(l.tokens[i], "no") || p.role == verbRole || p.role == unknownRole)
	})
	return append(all, piece{keyword: keyword{role: unknownRole}, from: i, to: i + n, text: l.written(i, i+n), weight: -0.5})
}
