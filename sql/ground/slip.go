package ground

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shortest is how many letters a word has at least in which a slip is seen: of
// shorter ones too many differ by a letter (male, mail).
const shortest = 5

// slip reports whether a and b, as same gives them, differ by one slip of the
// pen: in one word a letter is missing, too much, or two stand the wrong way
// round, and not the first. A letter for another is no slip but another word
// (Iceland is not Ireland), and neither is any difference in digits.
func slip(a, b string) bool {
	if differ(a, b) > 2*utf8.UTFMax {
		return false
	}
	as, bs := strings.Fields(a), strings.Fields(b)
	if len(as) != len(bs) {
		return false
	}
	found := false
	for i := range as {
		if as[i] == bs[i] {
			continue
		}
		if found || !slippedWord([]rune(as[i]), []rune(bs[i])) {
			return false
		}
		found = true
	}
	return found
}

// differ is how many bytes of the longer one stand between what a and b begin and
// end with alike.
func differ(a, b string) int {
	least := min(len(a), len(b))
	begin := 0
	for begin < least && a[begin] == b[begin] {
		begin++
	}
	end := 0
	for end < least-begin && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return max(len(a), len(b)) - begin - end
}

func slippedWord(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	if len(b) < shortest || len(b)-len(a) > 1 || a[0] != b[0] || slices.ContainsFunc(a, notLetter) || slices.ContainsFunc(b, notLetter) {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return slices.Equal(a[i:], b[i+1:])
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}
