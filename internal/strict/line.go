package strict

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line is a text of at most so many characters, all of which can be seen.
func (n Node) Line(most int) (string, error) {
	text, err := n.Text()
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" {
		return "", n.Errorf("an empty text says nothing: remove the key, or write what is meant")
	}
	if count := utf8.RuneCountInString(text); count > most {
		return "", n.Errorf("%d characters: write at most %d", count, most)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }); i >= 0 {
		return "", n.Errorf("a character that cannot be seen, or a second line: write one line of plain text")
	}
	return strings.TrimSpace(text), nil
}
