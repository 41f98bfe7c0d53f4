package planner

import "slices"

// multiples of an average, but for "three times".
var multiples = map[string]string{"twice": "2", "double": "2", "triple": "3", "thrice": "3", "half": "0.5", "quarter": "0.25"}

// likenesses are the adjectives of "twice as expensive as", with the columns that
// they are about.
var likenesses = map[string]string{
	"expensive": "price|cost|amount|fee|rate", "heavy": "weight|heavy", "long": "length|duration|distance|runtime|stay|day|page", "old": "age",
	"big": "size|area|capacity|bed|population", "large": "size|area|capacity|bed|population", "high": "height|amount|total", "fast": "speed", "much": "amount|total",
}

// factorAt is a multiple of the average: "twice the average", "3 times the
// average", "twice as expensive as the average".
func (l *lattice) factorAt(i int) (piece, bool) {
	t := l.tokens[i:]
	p := piece{keyword: keyword{role: aggRole, arg: string(avgAgg)}, from: i}
	at := 0
	switch {
	case multiples[t[0].lower] != "" && t[0].kind == wordToken:
		p.factor, at = multiples[t[0].lower], 1
	case t[0].kind == numberToken && len(t) > 1 && oneOf(t[1], "times", "x"):
		p.factor, at = t[0].number, 2
	default:
		return p, false
	}
	if at+2 < len(t) && oneOf(t[at], "as") && likenesses[t[at+1].lower] != "" && oneOf(t[at+2], "as") {
		p.hint = likenesses[t[at+1].lower]
		at += 3
	}
	for at < len(t) && oneOf(t[at], "of", "the", "our", "as") {
		at++
	}
	if at >= len(t) || !oneOf(t[at], "average", "mean", "avg") {
		return p, false
	}
	at++
	if at+1 < len(t) && oneOf(t[at], "number", "count", "amount") && oneOf(t[at+1], "of") {
		at += 2
	}
	p.to, p.weight = i+at, 1.1*float64(at)
	return p, true
}

// rateAt is "conversion rate": the share of the rows for which a yes-or-no column
// that is called like it holds.
func (l *lattice) rateAt(i int) (piece, bool) {
	if i+1 >= len(l.tokens) || !oneOf(l.tokens[i+1], "rate", "rates") || len(l.tokens[i].stem) < 5 {
		return piece{}, false
	}
	p := piece{keyword: keyword{role: figureRole, arg: "rate"}, from: i, to: i + 2, weight: 2.2, text: l.tokens[i].text}
	for _, x := range l.lex.lexemes {
		if x.col == nil || classOf(x.col) != boolClass {
			continue
		}
		if slices.ContainsFunc(x.words, func(w string) bool { return sameRoot(w, l.tokens[i].stem) }) {
			p.nouns = append(p.nouns, noun{ref: x.ref, score: 0.9})
		}
	}
	return p, len(p.nouns) > 0
}

// sameRoot: conversion and converted, refund and refunded.
func sameRoot(a, b string) bool {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n >= 5
}

// countAverage reads "more tickets than average": more rows than a row has on
// average.
func (c *composer) countAverage(n state, s slot) state {
	k := n.cmp
	n.cmp = nil
	n.r.havings = append(n.r.havings, having{agg: countAgg, slot: s, op: k.op, average: true, factor: "1", pieces: k.pieces})
	n.last = &s
	n.mode = condMode
	return n
}
