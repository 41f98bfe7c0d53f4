package words

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed hints.txt
var hintLines string

// Hints are the words of names that a word of a question hints at, as stems:
// age and birth for "oldest". They are looser than [Synonyms].
func Hints(word string) []string { return hints()[word] }

var hints = sync.OnceValue(func() map[string][]string {
	of := map[string][]string{}
	for line := range strings.Lines(hintLines) {
		said, meant, directed := strings.Cut(line, ":")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if !directed {
			meant = said
		}
		for w := range strings.FieldsSeq(said) {
			of[w] = append(of[w], strings.Fields(meant)...)
		}
	}
	return of
})
