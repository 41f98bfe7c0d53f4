package egress

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grille-dev/grille/refusal"
)

// Question is a text that somebody may ask: not empty, not too long, no binary.
// Only [ReadQuestion] makes one. The planner and models start from it alike.
type Question struct{ text string }

const (
	maxBytes      = 1 << 20
	maxCharacters = 4000
)

// ReadQuestion checks a text before anything else looks at it. Characters that
// cannot be seen (zero width, direction marks, tags) are dropped: a person who
// reads "what left" must read what the model read. Digits of other scripts become
// 0 to 9: a card's number is one in any.
func ReadQuestion(text string) (Question, error) {
	const try = "ask one question in a sentence or two"
	if len(text) > maxBytes {
		return Question{}, refusal.New(refusal.TooLong, try, "the question has more than %d bytes", maxBytes)
	}
	if !utf8.ValidString(text) {
		return Question{}, refusal.New(refusal.NotText, "send it as UTF-8", "the question is no text: it is not valid UTF-8")
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Co):
			return -1
		case unicode.In(r, unicode.Zl, unicode.Zp):
			return '\n' // what they look like
		}
		return plainDigit(r)
	}, text)
	if i := strings.IndexFunc(text, isControl); i >= 0 {
		return Question{}, refusal.New(refusal.NotText, "send it as plain text", "the question is no text: it has control characters")
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return Question{}, refusal.New(refusal.Empty, "ask something, such as how many rows a table has", "nothing was asked")
	}
	if utf8.RuneCountInString(text) > maxCharacters {
		return Question{}, refusal.New(refusal.TooLong, try, "the question has more than %d characters", maxCharacters)
	}
	return Question{text}, nil
}

// Made reports whether q was made by ReadQuestion.
func (q Question) Made() bool { return q.text != "" }

// Text is the question as asked, personal data included: it is for local use.
func (q Question) Text() string { return q.text }

// plainDigit is 0 to 9 for a digit of any script, and r itself for anything else.
func plainDigit(r rune) rune {
	if r < unicode.MaxASCII || !unicode.IsDigit(r) {
		return r
	}
	for _, in := range unicode.Nd.R16 { // each begins with a zero
		if lo := rune(in.Lo); lo <= r && r <= rune(in.Hi) {
			return '0' + (r-lo)%10
		}
	}
	for _, in := range unicode.Nd.R32 {
		if lo := rune(in.Lo); lo <= r && r <= rune(in.Hi) { //nolint:gosec // a code point
			return '0' + (r-lo)%10
		}
	}
	return r
}

func isControl(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}
