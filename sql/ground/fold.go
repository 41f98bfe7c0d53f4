package ground

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// same folds what nobody means by writing it differently: case, accents, forms
// of one letter (full-width, ligatures), and how many spaces there are.
func same(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range folded(s) {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// folded is s without case and accents.
func folded(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return strings.ToLower(s)
	}
	return cases.Fold().String(strings.Map(unaccented, norm.NFKD.String(s)))
}

// unaccented drops the marks of Latin, Greek and Cyrillic letters. Those of other
// scripts are vowels, or make another letter.
func unaccented(r rune) rune {
	if r >= 0x300 && r <= 0x36f {
		return -1
	}
	return r
}

// loose drops spaces and punctuation from what same gives. What makes another
// number stays: between two digits something stands where something stood (1.5
// is not 15), and a sign before a number (-5 is not 5). Symbols stay, for they
// are no punctuation: <5, C#, 5%. An address is what it is:
// ann.lee@example.org is not annlee@example.org.
func loose(same string) string {
	if strings.ContainsAny(same, "@\\") || strings.Contains(same, "://") {
		return same
	}
	rs := []rune(same)
	out := make([]rune, 0, len(rs))
	for i, r := range rs {
		switch {
		case !dropped(r):
			if i > 0 && dropped(rs[i-1]) && len(out) > 0 && unicode.IsDigit(r) && unicode.IsDigit(out[len(out)-1]) {
				out = append(out, ' ')
			}
			out = append(out, r)
		case unicode.Is(unicode.Pd, r) && i+1 < len(rs) && unicode.IsDigit(rs[i+1]) && (i == 0 || dropped(rs[i-1])):
			out = append(out, '-')
		}
	}
	return string(out)
}

func dropped(r rune) bool {
	if strings.ContainsRune("#%&*@\\", r) {
		return false
	}
	return r == ' ' || unicode.IsPunct(r)
}

// letters are the words of what same gives, without what stands between them.
func letters(same string) []string {
	return strings.FieldsFunc(same, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
