package planner

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/refusal"
)

// token is a word, a number, a quoted text or a sign of the question.
type token struct {
	kind   tokenKind
	text   string // as written; of a quoted text, what is between the quotes
	lower  string
	stem   string
	number string // of a number: as SQL writes it
	span   refusal.Span
	kept   []kept // what was taught that it asks for besides
}

type tokenKind uint8

const (
	wordToken   tokenKind = iota
	codeToken             // letters and digits: QM-261
	numberToken           // 12, 1,000, 3.5k, $20, two
	quotedToken           // "Palo Alto"
	dateToken             // 2024-03-01
	signToken             // > >= = != ( ) , %
	endToken              // . ? ! ; and line ends
	alienToken            // anything else: emoji, brackets, code
)

// shapes of tokens, tried in order at each place of the question.
var tokenShapes = []struct {
	kind  tokenKind
	shape *regexp.Regexp
}{
	{quotedToken, regexp.MustCompile("^(?:\"([^\"]{1,200})\"|“([^”]{1,200})”|«([^»]{1,200})»|‘([^’]{1,200})’|`([^`]{1,200})`|'([^']{1,200})')")},
	{codeToken, regexp.MustCompile(`^[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+|^https?://[^\s"']+|^/[\p{L}_][\p{L}\p{N}_/.-]*`)},
	{dateToken, regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}\b`)},
	{numberToken, regexp.MustCompile(`^-?[$€£]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\b|^-?[$€£]?[0-9]+(?:\.[0-9]+)?(?:[kKmM]\b|st\b|nd\b|rd\b|th\b)?`)},
	{wordToken, regexp.MustCompile(`^[\p{L}\p{N}_]+(?:[-/&][\p{L}\p{N}_]+)*(?:['’][a-zA-Z]{1,2}\b)?`)},
	{signToken, regexp.MustCompile(`^(?:>=|<=|!=|<>|==|[><=(),%:&+*]|≥|≤|≠)`)},
	{endToken, regexp.MustCompile(`^[.?!;\n…]`)},
}

// tokenize takes the question apart. Nothing is lost but blanks.
func tokenize(text string) []token {
	var out []token
	for at := 0; at < len(text); {
		if n := blank(text, at); n > 0 {
			at += n
			continue
		}
		t := next(window(text[at:]))
		t.span = refusal.Span{Pos: int32(at), End: t.span.End + int32(at)}
		at = int(t.span.End)
		out = append(out, t)
	}
	return out
}

// window is as much of rest as one token can need.
func window(rest string) string {
	const most = 900 // bytes; a quoted text has up to 200 characters
	if len(rest) <= most {
		return rest
	}
	end := most
	for !utf8.RuneStart(rest[end]) {
		end--
	}
	return rest[:end]
}

// blank is how many bytes at text[at] mean nothing: white space, dashes that are
// no minus, an apostrophe that ends a word.
func blank(text string, at int) int {
	r, n := utf8.DecodeRuneInString(text[at:])
	begins := at == 0 || !isWordByte(text[at-1])
	switch {
	case unicode.IsSpace(r) && r != '\n', r == '–', r == '—':
		return n
	case r == '\'' && !begins:
		return n
	case r == '-' && (!begins || at+1 >= len(text) || text[at+1] < '0' || text[at+1] > '9'):
		return n
	}
	return 0
}

func isWordByte(b byte) bool {
	return b >= 0x80 || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// next is the token at the beginning of rest; its span starts at 0.
func next(rest string) token {
	for _, s := range tokenShapes {
		m := s.shape.FindStringSubmatch(rest)
		if m == nil {
			continue
		}
		t := token{kind: s.kind, text: m[0], span: refusal.Span{End: int32(len(m[0]))}}
		switch s.kind {
		case quotedToken:
			t.text = strings.TrimSpace(strings.Join(m[1:], ""))
		case numberToken:
			if unit := hyphened.FindString(rest[len(m[0]):]); unit != "" || shortUnit.MatchString(rest[len(m[0]):]) && !strings.HasSuffix(m[0], "0") { // 7-day, 5s
				t.number = numberOf(t.text)
			} else if tail := wordTail(rest[len(m[0]):]); tail > 0 { // 2nd_floor, 4x4, 10am
				t.kind, t.text = codeToken, rest[:len(m[0])+tail]
				t.span.End = int32(len(t.text))
			} else {
				t.number = numberOf(t.text)
			}
		case wordToken:
			t = word(t)
		}
		t.lower = strings.ToLower(t.text)
		t.stem = words.Stem(t.lower)
		return t
	}
	r := []rune(rest)[0]
	return token{kind: alienToken, text: string(r), lower: string(r), stem: string(r), span: refusal.Span{End: int32(len(string(r)))}}
}

var hyphened = regexp.MustCompile(`^-(?i:day|week|month|quarter|year|hour|minute)s?\b`)

var shortUnit = regexp.MustCompile(`^(?:s|ms|h|kg|km|cm|kwh|min)\b`)

var tailShape = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*|^(?:-[\p{L}\p{N}_]+)+`)

func wordTail(rest string) int { return len(tailShape.FindString(rest)) }

// word takes the possessive off, takes hyphens apart where they join ordinary
// words, and reads number words.
func word(t token) token {
	base, _, _ := strings.Cut(strings.ReplaceAll(t.text, "’", "'"), "'")
	if tail := t.text[len(base):]; tail != "" && !strings.HasSuffix(strings.ToLower(base), "n") || strings.HasSuffix(t.text, "'s") {
		t.text = base
	}
	if w := strings.ToLower(t.text); strings.HasPrefix(w, "sign-up") || strings.HasPrefix(w, "log-in") || strings.HasPrefix(w, "check-in") { // one word
		t.text = strings.ReplaceAll(t.text, "-", "")
	}
	if w := strings.ToLower(t.text); strings.HasPrefix(w, "non-") && len(w) > 8 && strings.Count(w, "-") == 1 { // nonremote
		t.text = strings.ReplaceAll(t.text, "-", "")
	}
	if i := strings.IndexAny(t.text, "-/&"); i > 0 && !strings.ContainsFunc(t.text, unicode.IsDigit) {
		t.text = t.text[:i]
		t.span.End = int32(i)
	}
	if n, ok := numberWords[strings.ToLower(t.text)]; ok {
		t.kind, t.number = numberToken, strconv.Itoa(n)
	} else if strings.ContainsFunc(t.text, unicode.IsDigit) {
		t.kind = codeToken
	}
	return t
}

var numberWords = map[string]int{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
	"hundred": 100, "thousand": 1000, "dozen": 12,
}

// numberOf writes 1,000 as 1000 and 3.5k as 3500.
func numberOf(s string) string {
	s = strings.ToLower(strings.NewReplacer(",", "", "$", "", "€", "", "£", "").Replace(s))
	scale := 1.0
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		s = strings.TrimSuffix(s, suffix)
	}
	if rest, ok := strings.CutSuffix(s, "k"); ok {
		s, scale = rest, 1e3
	} else if rest, ok := strings.CutSuffix(s, "m"); ok {
		s, scale = rest, 1e6
	}
	if scale == 1 {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(f*scale, 'f', -1, 64)
}

// startsUpper reports whether the word is written with a capital letter.
func (t token) startsUpper() bool {
	r := []rune(t.text)
	return len(r) > 0 && unicode.IsUpper(r[0])
}

// year is the year that the token writes, or 0.
func (t token) year() int {
	if t.kind != numberToken || len(t.text) != 4 {
		return 0
	}
	n, err := strconv.Atoi(t.text)
	if err != nil || n < 1900 || n > 2100 {
		return 0
	}
	return n
}

// small is the whole number that the token writes, or -1.
func (t token) small() int {
	if t.kind != numberToken {
		return -1
	}
	n, err := strconv.Atoi(t.number)
	if err != nil || n < 0 || n > 1_000_000 {
		return -1
	}
	return n
}
