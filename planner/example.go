package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
)

// Lesson finds a question in which a taught phrase is understood, with its draft; ""
// if none of the usual ones is. The catalog is all that the teacher sees.
func Lesson(c *catalog.Catalog, phrase string, opt Options) (question, sql string) {
	known := opt.Taught.For(c)
	c = known.Name(c)
	lex := newPart(part{c, c, known})
	for _, q := range lex.questions(phrase) {
		u, err := read(lex, q, opt)
		if err != nil || u.Decision != Answer {
			continue
		}
		for _, r := range u.Readings[0].Draft.Reasons {
			if strings.Contains(r.Words, phrase) || strings.Contains(phrase, r.Words) {
				return q, u.Readings[0].Draft.SQL
			}
		}
	}
	return "", ""
}

// questions in which a phrase may stand, by what it means.
func (l *lexicon) questions(phrase string) []string {
	var out []string
	for _, s := range l.senses {
		t := ofMany(inWords(l.tables[s.Table].Name))
		switch {
		case s.Words != phrase:
		case s.Agg != "":
			out = append(out, fmt.Sprintf("what is the %s?", phrase))
			for _, e := range l.graph.edges[l.tables[s.Table]] {
				if !e.many {
					out = append(out, fmt.Sprintf("%s per %s?", phrase, strings.Join(words.OfName(e.to.Name), " ")))
				}
			}
		default:
			out = append(out, fmt.Sprintf("how many %s %s are there?", phrase, t), fmt.Sprintf("how many %s are there?", phrase))
		}
	}
	parts := words.OfName(phrase)
	for _, x := range l.lexemes {
		switch {
		case !slices.Equal(x.words, parts) || len(out) > 8:
		case x.col == nil:
			out = append(out, fmt.Sprintf("how many %s are there?", phrase))
		default:
			out = append(out, fmt.Sprintf("list the %s of %s", phrase, ofMany(inWords(x.table.Name))), fmt.Sprintf("average %s of %s", phrase, ofMany(inWords(x.table.Name))))
		}
	}
	return out
}
