package egress

import (
	"cmp"
	"math"
	"slices"
	"strings"

	lang "github.com/grille-dev/grille/internal/words"
)

// term is one word of a question as the words of names that may be meant.
type term []alternative

type alternative struct {
	stem string
	word *word
	like float64 // 1: the same; less for what is only related
}

// How alike the words of a question and those of names are.
const (
	asSame    = 1.0
	asSynonym = 0.45
	asRoot    = 0.9
	asSlip    = 0.5
	asHint    = 0.4
	asYear    = 0.3
	asValue   = 0.4  // of anything else, for what is rather a value than a name
	asAsking  = 0.14 // a word of asking that is a word of names, too
)

// terms are the words of a question that may mean words of names. What is quoted,
// or capitalised within a sentence, is rather a value.
func (x *index) terms(q Question) []term {
	ts := tokens(q.text)
	var out []term
	quote := rune(0)
	for i, t := range ts {
		quote = quoting(quote, t.gap, i == 0)
		like := map[string]float64{}
		x.meant(t.lower, like)
		if i > 0 {
			x.set(like, lang.Stem(ts[i-1].lower+t.lower), asSame) // "roller coaster" for rollercoaster
		}
		if i+1 < len(ts) {
			x.set(like, lang.Stem(t.lower+ts[i+1].lower), asSame)
		}
		capital := t.form == capital || t.form == caps || t.form == mixed
		if found := x.term(like, quote != 0 || capital && !t.first); len(found) > 0 {
			out = append(out, found)
		}
	}
	return out
}

// quoting is the quote that is open after a gap between two words, 0 if none is.
// An apostrophe right behind a word opens nothing: the customers' names.
func quoting(open rune, gap string, first bool) rune {
	for i, r := range gap {
		switch {
		case r == open:
			open = 0
		case open == 0 && (r == '"' || r == '\'' && (first || i > 0)):
			open = r
		}
	}
	return open
}

func (x *index) term(like map[string]float64, value bool) term {
	var found term
	for stem, v := range like {
		if value {
			v *= asValue
		}
		found = append(found, alternative{stem, x.words[stem], v})
	}
	slices.SortFunc(found, func(a, b alternative) int { return cmp.Compare(a.stem, b.stem) })
	return found
}

// set notes that stem may be meant, if it is a word of names.
func (x *index) set(like map[string]float64, stem string, v float64) {
	if x.words[stem] != nil && like[stem] < v {
		like[stem] = v
	}
}

// meant notes the words of names that a word of a question may mean. Slips of
// the pen are looked for only where nothing else is known of the word.
func (x *index) meant(text string, like map[string]float64) {
	stem := lang.Stem(text)
	if lang.Asks(text) {
		x.set(like, stem, asAsking)
		return
	}
	x.set(like, stem, asSame)
	if isYear(text) {
		x.set(like, "year", asYear)
		x.set(like, "date", asYear)
	}
	for _, w := range lang.OfName(text) { // abbreviations, and words run together
		x.set(like, w, asSame)
	}
	for _, w := range lang.Synonyms(stem) {
		x.set(like, w, asSynonym)
	}
	for _, w := range append(lang.Hints(text), lang.Hints(stem)...) {
		x.set(like, w, asHint)
	}
	if root := lang.Root(stem); len(stem) >= 4 {
		for _, w := range x.roots[root] {
			x.set(like, w, asRoot*math.Pow(float64(len(root))/float64(max(len(stem), len(w))), 0.65))
		}
	}
	if len(like) == 0 && len(stem) >= 5 {
		for _, w := range x.slips(stem) {
			x.set(like, w, asSlip)
		}
	}
}

func isYear(text string) bool {
	return len(text) == 4 && (text[0] == '1' || text[0] == '2') && strings.Trim(text, "0123456789") == ""
}
