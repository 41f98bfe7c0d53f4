package words

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// OfName are the stems of an identifier, abbreviations written out.
func OfName(name string) []string {
	var out []string
	split := Split(name)
	if len(split) == 2 && len(split[0]) == 1 { // LName
		if long, ok := abbreviations[split[0]+split[1]]; ok {
			return strings.Fields(long)
		}
	}
	for _, w := range split {
		if long, ok := abbreviations[w]; ok {
			out = append(out, strings.Fields(long)...)
			continue
		}
		parts := segment(w)
		if parts == nil {
			out = append(out, Stem(w))
		}
		for _, p := range parts {
			if long, ok := abbreviations[p]; ok {
				p = long
			}
			out = append(out, strings.Fields(p)...)
		}
	}
	return out
}

// segment takes a run of known words apart: orderdate. It is nil for a word that
// is known itself, and for one that cannot be taken apart.
func segment(w string) []string {
	known := wordsOfNames()
	if len(w) < 6 || known[w] || known[Stem(w)] {
		return nil
	}
	best := make([][]string, len(w)+1) // by end, the fewest words
	best[0] = []string{}
	for i := range w {
		if best[i] == nil {
			continue
		}
		for j := i + 2; j <= len(w); j++ {
			if p := w[i:j]; (known[p] || len(p) > 4 && known[Stem(p)]) && (best[j] == nil || len(best[i])+1 < len(best[j])) {
				best[j] = append(slices.Clip(best[i]), Stem(p))
			}
		}
	}
	if all := best[len(w)]; len(all) > 1 && len(all) <= 4 {
		return all
	}
	return nil
}

// IsOfNames reports whether word is one of those that names are made of, or a run
// of such.
func IsOfNames(word string) bool { return wordsOfNames()[Stem(word)] || segment(word) != nil }

//go:embed names.txt
var names string

// wordsOfNames are words that names are made of, as stems.
var wordsOfNames = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(names) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for w := range strings.FieldsSeq(line) {
			set[w] = true
		}
	}
	for short := range abbreviations {
		set[short] = true
	}
	for _, group := range synonyms {
		for _, w := range group {
			set[w] = true
		}
	}
	return set
})
