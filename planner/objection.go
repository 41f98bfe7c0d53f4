package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
)

// Asks reports whether a phrase is how one asks: of words such as "how many" and "per"
// alone.
func Asks(phrase string) bool {
	kw, tokens := askingWords(), tokenize(phrase)
	asks := 0
	for i := 0; i < len(tokens); {
		n := 1
		for k := range kw.at(tokens, i) {
			n = max(n, k)
		}
		if len(kw.at(tokens, i)) == 0 && tokens[i].kind == wordToken && !kw.verbs[tokens[i].lower] {
			asks = -1 << 10
		}
		asks += n
		i += n
	}
	return asks > 0
}

// Objection is what speaks against teaching a phrase: asking uses it, or it is a name
// of the catalog already, which the lesson would hide. "" if nothing does.
func Objection(c *catalog.Catalog, phrase string) string {
	if Asks(phrase) {
		return fmt.Sprintf("%q is how one asks, and would no longer be understood as that", phrase)
	}
	name := words.OfName(phrase)
	for _, t := range c.Tables {
		if slices.Equal(words.OfName(t.Name), name) {
			return fmt.Sprintf("%q is the table %s", phrase, t.Name)
		}
	}
	for _, t := range c.Tables {
		for _, col := range t.Columns {
			if slices.Equal(words.OfName(col.Name), name) {
				return fmt.Sprintf("%q is the column %s of %s", phrase, col.Name, strings.TrimSpace(t.Name))
			}
		}
	}
	return ""
}
