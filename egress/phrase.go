package egress

import (
	"regexp"
	"strings"

	lang "github.com/grille-dev/grille/internal/words"
)

// longestPhrase is how many words a name of the dictionary has at most.
const longestPhrase = 5

// phrases looks for names of the dictionary among the words that stand side by
// side and that are plain by themselves. It gives all that it tried, found or not.
//
// Here alone a mark depends on what is stored. So the dictionary says yes to some
// other phrases, too, and what was tried is counted (package dictionary, and
// [Kept.Looked]).
func (s *sentence) phrases(d Detector) (tried []string) {
	for i := 0; i < len(s.tokens); i++ {
		longest := 0
		for n := 2; n <= longestPhrase && i+n <= len(s.tokens) && s.continues(i, i+n-1, d); n++ {
			if !s.names(i, i+n) {
				continue
			}
			words := s.words(i, i+n)
			tried = append(tried, strings.Join(words, " "))
			if d.Names.Name(words) {
				longest = n
			}
		}
		for j := i; j < i+longest; j++ {
			s.seen[j] = yes
		}
		i += max(longest-1, 0)
	}
	return tried
}

// continues reports whether a phrase from i can hold token j.
func (s *sentence) continues(i, j int, d Detector) bool {
	fits := func(t token) bool { return !t.taken && t.form != code && !d.Keep[t.lower] }
	a, b := s.tokens[i], s.tokens[j]
	return fits(a) && fits(b) && s.seen[i] != yes && s.seen[j] != yes && (b.gap == " " || b.gap == "-" || b.gap == " & ") && !s.tokens[j-1].owns
}

// names reports whether tokens [i, j) can be a name: neither end is a small word of
// English, and one of them is more than a word of the catalog.
func (s *sentence) names(i, j int) bool {
	if stopWord(s.tokens[i].lower) || stopWord(s.tokens[j-1].lower) {
		return false
	}
	for _, t := range s.tokens[i:j] {
		if !t.ofCatalog && !stopWord(t.lower) {
			return true
		}
	}
	return false
}

func (s *sentence) words(i, j int) (all []string) {
	for _, t := range s.tokens[i:j] {
		all = append(all, lang.Fields(t.lower)...)
	}
	return all
}

var codeShape = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9_/.:-]{3,38}[A-Za-z0-9]`)

// codes marks what has the form of the site's own ids. A form is no value: what
// has it is marked whether it exists or not.
func (d Detector) codes(text string) []Mark {
	if d.Names == nil || !strings.ContainsAny(text, "0123456789") {
		return nil
	}
	var found []Mark
	for _, at := range codeShape.FindAllStringIndex(text, -1) {
		if !inWord(text, at[0]) && !d.Keep[strings.ToLower(text[at[0]:at[1]])] && d.Names.Code(text[at[0]:at[1]]) {
			found = append(found, Mark{Kind: Word, Start: at[0], End: at[1]})
		}
	}
	return found
}
