package spider

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/grille-dev/grille/sql/types"
)

const (
	// mostTexts is how many different texts a column may have, and still be one of
	// things that have names.
	mostTexts = 5000
	// longText has more letters than a name.
	longText = 60
)

// Cell is a column that holds a text; names in lower case.
type Cell struct{ Table, Column string }

// Texts are the texts of a database as [Fold] writes them, with the columns that
// hold each. Columns of prose, or of very many texts, are left out.
func (db *Database) Texts() (map[string][]Cell, error) {
	out := map[string][]Cell{}
	for _, t := range db.Tables {
		columns := make([]map[string]bool, len(t.Columns))
		for i := range columns {
			columns[i] = map[string]bool{}
		}
		err := db.Rows(t, func(row []string) error {
			for i, v := range row {
				if len(columns[i]) <= mostTexts {
					columns[i][Fold(v)] = true
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for i, c := range t.Columns {
			if !c.isText() || len(columns[i]) > mostTexts || prose(columns[i]) {
				continue
			}
			for v := range columns[i] {
				if v != "" {
					out[v] = append(out[v], Cell{strings.ToLower(t.Name), strings.ToLower(c.Name)})
				}
			}
		}
	}
	for _, cells := range out {
		slices.SortFunc(cells, func(a, b Cell) int { return strings.Compare(a.Table+"."+a.Column, b.Table+"."+b.Column) })
	}
	return out, nil
}

func (c Column) isText() bool { return kindOf(c.Type) == types.Text }

// prose reports whether one text in ten is longer than a name.
func prose(texts map[string]bool) bool {
	n := 0
	for v := range texts {
		if len(v) > longText {
			n++
		}
	}
	return n*10 > len(texts)
}

// Fold writes a text without capitals and accents, with one space for what
// stands between words.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsPunct(r):
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	return strings.Join(strings.Fields(s), " ")
}
