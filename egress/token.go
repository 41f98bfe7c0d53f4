package egress

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grille-dev/grille/internal/lexicon"
	lang "github.com/grille-dev/grille/internal/words"
)

// token is one word of a text: bytes [start, end), without a possessive 's.
type token struct {
	start, end int
	lower      string
	form       form
	sense      lexicon.Sense
	known      bool // English, a place, or a name of the catalog
	ofCatalog  bool
	first      bool // of a sentence
	owns       bool // 's follows
	gap        string
	taken      bool // it is inside of a mark of another kind
}

// form is how a word is written.
type form uint8

const (
	small   form = iota // keller, and what has no case
	capital             // Keller
	caps                // KELLER
	mixed               // McKeller, iKeller
	code                // with a digit
)

// tokens takes a text apart. Letters, digits and marks make a word, and an
// apostrophe between two letters belongs to it: O'Brien.
func tokens(text string) []token {
	var all []token
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) {
			i += n
			continue
		}
		end := wordEnd(text, i)
		t := token{start: i, end: end}
		if base, ok := possessive(text[i:end]); ok {
			t.end, t.owns = i+len(base), true
		}
		last := 0
		if len(all) > 0 {
			last = all[len(all)-1].end
		}
		t.gap = text[last:t.start]
		t.first = len(all) == 0 || strings.ContainsAny(t.gap, ".!?:;\n") && strings.TrimSpace(t.gap) != "." || strings.HasPrefix(t.gap, ". ") && t.start-last == 2 && !abbreviates(all[len(all)-1])
		t.lower, t.form = strings.ToLower(text[t.start:t.end]), formOf(text[t.start:t.end])
		all = append(all, t)
		i = end
	}
	return all
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func apostrophe(r rune) bool { return r == '\'' || r == '’' }

func wordEnd(text string, i int) int {
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) {
			next, _ := utf8.DecodeRuneInString(text[i+n:])
			if !apostrophe(r) || !unicode.IsLetter(next) {
				return i
			}
		}
		i += n
	}
	return i
}

// possessive is a word without 's.
func possessive(w string) (string, bool) {
	for _, suffix := range []string{"'s", "’s", "'S", "’S"} {
		if base, ok := strings.CutSuffix(w, suffix); ok && base != "" {
			return base, true
		}
	}
	return w, false
}

// abbreviates reports whether a full stop after t ends no sentence: Dr. Keller, J. Keller.
func abbreviates(t token) bool { return utf8.RuneCountInString(t.lower) == 1 || isTitle(t) }

func formOf(w string) form {
	upper, lower, at := 0, 0, 0
	firstUpper := false
	for _, r := range w {
		switch {
		case unicode.IsDigit(r):
			return code
		case unicode.IsUpper(r), unicode.IsTitle(r):
			upper++
			firstUpper = firstUpper || at == 0
		case unicode.IsLower(r):
			lower++
		}
		at++
	}
	switch {
	case upper == 0:
		return small
	case lower == 0 && upper > 1, lower == 1 && upper > 1 && strings.HasSuffix(w, "s"): // CEOs
		return caps
	case firstUpper && upper == 1:
		return capital
	default:
		return mixed
	}
}

// understand looks the word up, in English and in the catalog's names.
func (t *token) understand(catalog func(stem string) bool) {
	t.sense = lexicon.Look(t.lower)
	stem := lang.Stem(t.lower)
	if t.sense == 0 && stem != t.lower {
		t.sense = lexicon.Look(stem) & (lexicon.Word | lexicon.Place)
	}
	t.ofCatalog = catalog(stem)
	t.known = t.sense.Is(lexicon.Word|lexicon.Place) || t.ofCatalog || derived(t.lower) || contraction(t.lower) ||
		t.form == small && misspelt(t.lower, catalog)
}

// derived reports words that the list lacks and whose parts it has: rebooked,
// nonurgent, monthwise. Underwood is none of them, so prefixes are few.
func derived(w string) bool {
	plain := func(rest string) bool {
		s := lexicon.Look(rest)
		return len(rest) >= 4 && s.Is(lexicon.Word) && !s.Is(lexicon.Given|lexicon.Surname)
	}
	for _, prefix := range []string{"re", "un", "non", "pre", "multi", "sub", "inter", "anti", "mis", "post", "micro", "mini"} {
		if rest, ok := strings.CutPrefix(w, prefix); ok && plain(rest) {
			return true
		}
	}
	for _, suffix := range []string{"wise", "ness", "able", "less", "ly"} {
		if rest, ok := strings.CutSuffix(w, suffix); ok && plain(rest) {
			return true
		}
	}
	return false
}

// misspelt reports a slip in a common word or a word of the catalog: deparment.
// Of surnames that are no words, by how many people have them, 0.07 % are that
// close to a common word and eight letters long.
func misspelt(w string, catalog func(stem string) bool) bool {
	if len(w) < 7 || len(w) > 30 || strings.IndexFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) >= 0 {
		return false
	}
	return lexicon.Misspells(w, func(near string) bool {
		return len(w) >= 8 && lexicon.Look(near).Is(lexicon.Common) || catalog(lang.Stem(near))
	})
}

// contraction reports don't, what's, they're.
func contraction(w string) bool {
	w = strings.ReplaceAll(w, "’", "'")
	i := strings.IndexByte(w, '\'')
	if i < 0 {
		return false
	}
	switch w[i+1:] {
	case "t", "re", "ve", "ll", "d", "m":
		return lexicon.Look(strings.TrimSuffix(w[:i], "n")).Is(lexicon.Word) || lexicon.Look(w[:i]).Is(lexicon.Word)
	default:
		return false
	}
}
