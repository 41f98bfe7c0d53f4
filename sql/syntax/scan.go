package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grille-dev/grille/refusal"
)

// token is a piece of the text as PostgreSQL's scanner cuts it. Comments and
// white space are no tokens.
type token struct {
	pos, end int32
	// match is the index of the partner of ( ) [ ] and CASE END, else -1.
	match int32
	kind  tokenKind
}

type tokenKind uint8

const (
	word   tokenKind = iota // a keyword or a name without quotes
	quoted                  // "a name"
	str                     // '..', E'..', U&'..', B'..', X'..', $tag$..$tag$
	number
	param // $1
	oper  // one or more operator characters, also :: := => ..
	punct // one byte: ( ) [ ] , ; . : and what no SQL has
)

// scanner cuts text into tokens, a token a call, in one pass. It stops at the
// first thing that is no text for SQL.
type scanner struct {
	text string
	at   int
}

// next returns the next token; ok is false at the end.
func (s *scanner) next() (t token, ok bool) {
	s.skip()
	if s.at >= len(s.text) {
		return token{}, false
	}
	start := s.at
	kind := s.cut()
	return token{pos: int32(start), end: int32(s.at), match: -1, kind: kind}, true
}

// byteAt is the byte i places ahead, or 0 behind the end.
func (s *scanner) byteAt(i int) byte {
	if s.at+i < len(s.text) {
		return s.text[s.at+i]
	}
	return 0
}

// skip passes white space and comments.
func (s *scanner) skip() {
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case isSpace(c):
			s.at++
		case c == '-' && s.byteAt(1) == '-':
			for s.at < len(s.text) && !isNewline(s.text[s.at]) {
				s.at++
			}
		case c == '/' && s.byteAt(1) == '*':
			s.comment()
		default:
			return
		}
	}
}

// comment passes a /* comment */, which nests.
func (s *scanner) comment() {
	start, depth := s.at, 0
	for s.at < len(s.text) {
		switch {
		case s.text[s.at] == '/' && s.byteAt(1) == '*':
			depth++
			s.at += 2
		case s.text[s.at] == '*' && s.byteAt(1) == '/':
			depth--
			s.at += 2
			if depth == 0 {
				return
			}
		default:
			s.at++
		}
	}
	s.unclosed(start, 2, "comment", "close it with */")
}

// cut passes one token and says what it is.
func (s *scanner) cut() tokenKind {
	c := s.text[s.at]
	switch {
	case c == '\'':
		s.quote(s.at, 0, true)
		return str
	case c == '"':
		s.ident()
		return quoted
	case c == '$':
		return s.dollar()
	case isDigit(c) || c == '.' && isDigit(s.byteAt(1)):
		s.number()
		return number
	case isLetter(c):
		return s.wordOrString(c)
	case isOperator(c):
		s.operator()
		return oper
	case c == ':' && (s.byteAt(1) == ':' || s.byteAt(1) == '='), c == '.' && s.byteAt(1) == '.':
		s.at += 2
		return oper
	}
	s.at++
	return punct
}

// wordOrString passes a word, or a string with a letter in front.
func (s *scanner) wordOrString(c byte) tokenKind {
	switch c | 0x20 {
	case 'e':
		if s.byteAt(1) == '\'' {
			s.quote(s.at, '\\', true)
			return str
		}
	case 'b', 'x':
		if s.byteAt(1) == '\'' {
			s.quote(s.at, 0, false)
			return str
		}
	case 'n':
		if s.byteAt(1) == '\'' { // N'..': the type NCHAR, then a string
			s.at++
			return word
		}
	case 'u':
		if s.byteAt(1) == '&' && s.byteAt(2) == '\'' {
			s.at += 2
			s.quote(s.at-2, 0, true)
			return str
		}
		if s.byteAt(1) == '&' && s.byteAt(2) == '"' {
			panic(halt{refusal.New(refusal.Unsupported, "write the name itself in double quotes",
				"names with Unicode escapes (U&\"...\") are not supported").At(s.span(s.at, 3))})
		}
		if s.byteAt(1) == '&' { // PostgreSQL takes u alone and reads on at &
			s.at++
			return word
		}
	}
	start := s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		if c >= utf8.RuneSelf {
			s.nameRune(true)
			continue
		}
		if classes[c]&(letter|digit) == 0 && c != '$' {
			break
		}
		s.at++
	}
	s.nameLength(start, s.at-start)
	return word
}

// nameRune passes one character beyond ASCII in a name. PostgreSQL takes any
// of them as a letter, so a no-break space or a zero-width character copied
// from a page makes a name that looks like another.
func (s *scanner) nameRune(bare bool) {
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	where := s.span(s.at, size)
	switch {
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp),
		bare && unicode.Is(unicode.Zs, r):
		panic(halt{refusal.New(refusal.NotText, "remove it, or write an ordinary space",
			"there is an invisible character (U+%04X) outside of a string", r).At(where)})
	case bare && (r >= 0x2018 && r <= 0x201F):
		panic(halt{refusal.New(refusal.Syntax, "write ' around values and \" around names",
			"a typographic quote (U+%04X) is no quote in SQL", r).At(where)})
	}
	s.at += size
}

// nameLength refuses names that PostgreSQL would cut off.
func (s *scanner) nameLength(start, n int) {
	if n > maxName {
		panic(halt{refusal.New(refusal.Unsupported, "shorten it; two long names could become the same",
			"a name is longer than %d bytes", maxName).At(s.span(start, s.at-start))})
	}
}

// ident passes a "quoted name".
func (s *scanner) ident() {
	start, n := s.at, 0
	s.at++
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == '"' && s.byteAt(1) == '"':
			s.at += 2
			n++
		case c == '"':
			s.at++
			s.nameLength(start, n)
			return
		case c >= utf8.RuneSelf:
			before := s.at
			s.nameRune(false)
			n += s.at - before
		default:
			s.at++
			n++
		}
	}
	s.unclosed(start, 1, "quoted name", `close it with "`)
}

// quote passes a string from its opening quote. start is where its token
// begins; doubled says whether ” stands for a quote in it.
func (s *scanner) quote(start int, escape byte, doubled bool) {
	for s.text[s.at] != '\'' {
		s.at++
	}
	s.at++
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case escape != 0 && c == escape:
			s.at = min(s.at+2, len(s.text))
		case c != '\'':
			s.at++
		case doubled && s.byteAt(1) == '\'':
			s.at += 2
		default:
			s.at++
			if !s.continued() {
				return
			}
		}
	}
	s.unclosed(start, 1, "string", "close it with '; a quote inside a string is written twice: 'it''s'")
}

// continued passes white space with a line break in it and another quote:
// 'a' on one line and 'b' on the next are one string.
func (s *scanner) continued() bool {
	newline := false
	for i := s.at; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case isNewline(c):
			newline = true
		case c == '\'' && newline:
			s.at = i + 1
			return true
		case !isSpace(c):
			return false
		}
	}
	return false
}

// dollar passes $1, $tag$..$tag$ or a lone $.
func (s *scanner) dollar() tokenKind {
	start := s.at
	s.at++
	if isDigit(s.byteAt(0)) {
		for isDigit(s.byteAt(0)) {
			s.at++
		}
		if s.at-start > 6 {
			panic(halt{refusal.New(refusal.Syntax, "number parameters from $1",
				"a parameter number is too large").At(s.span(start, s.at-start))})
		}
		if isLetter(s.byteAt(0)) {
			s.junk(start, "put a blank between them", "parameter")
		}
		return param
	}
	i := s.at
	for i < len(s.text) && (isLetter(s.text[i]) || i > s.at && isDigit(s.text[i])) {
		i++
	}
	if i >= len(s.text) || s.text[i] != '$' {
		return punct
	}
	tag := s.text[start : i+1]
	s.at = i + 1
	for s.at < len(s.text) {
		if s.text[s.at] == '$' && s.at+len(tag) <= len(s.text) && s.text[s.at:s.at+len(tag)] == tag {
			s.at += len(tag)
			return str
		}
		s.at++
	}
	s.unclosed(start, len(tag), "dollar-quoted string", "close it with its own tag, or write an ordinary 'string'")
	return str
}

// number passes 12, 1_000, 0xFF, 1.5, .5, 1e10. A letter right behind it is
// refused here: the parser says so too, but not where it reads a bracket twice,
// to see whether a join or a subquery stands in it. There it takes "a"1AS b for
// "a" AS b.
func (s *scanner) number() {
	start := s.at
	s.numeral()
	if isLetter(s.byteAt(0)) {
		s.junk(start, "put a blank between them, or write a string in 'single quotes'", "numeric literal")
	}
}

// junk refuses a word that stands right behind a number or a parameter.
func (s *scanner) junk(start int, try, behind string) {
	for isLetter(s.byteAt(0)) || isDigit(s.byteAt(0)) {
		s.at++
	}
	panic(halt{refusal.New(refusal.Syntax, try, "trailing junk after %s near %q", behind, short(s.text[start:s.at])).
		At(s.span(start, s.at-start))})
}

func (s *scanner) numeral() {
	if s.byteAt(0) == '0' {
		switch s.byteAt(1) | 0x20 {
		case 'x':
			s.based("0123456789abcdefABCDEF_")
			return
		case 'o':
			s.based("01234567_")
			return
		case 'b':
			s.based("01_")
			return
		}
	}
	s.digits()
	if s.byteAt(0) == '.' && s.byteAt(1) != '.' {
		s.at++
		if isDigit(s.byteAt(0)) {
			s.digits()
		}
	}
	if s.byteAt(0)|0x20 == 'e' {
		i := 1
		if c := s.byteAt(1); c == '+' || c == '-' {
			i = 2
		}
		if isDigit(s.byteAt(i)) {
			s.at += i
			s.digits()
		}
	}
}

func (s *scanner) based(digits string) {
	s.at += 2
	for s.at < len(s.text) && strings.IndexByte(digits, s.text[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) digits() {
	for isDigit(s.byteAt(0)) || s.byteAt(0) == '_' && isDigit(s.byteAt(1)) {
		s.at++
	}
}

// operator passes the longest run of operator characters that is one: it
// ends before a comment, and without an exotic character in it, it does not
// end in + or -, so that a=-1 needs no space. A long run is refused: the
// parser would read it again for each sign that is cut off its end.
func (s *scanner) operator() {
	start := s.at
	sign := true // it may not end in + or -
	for s.at < len(s.text) && isOperator(s.text[s.at]) {
		c := s.text[s.at]
		if c == '-' && s.byteAt(1) == '-' || c == '/' && s.byteAt(1) == '*' {
			break
		}
		sign = sign && !isExotic(c)
		s.at++
		if s.at-start > maxName {
			panic(halt{refusal.New(refusal.Syntax, "write one operator",
				"an operator is longer than %d bytes", maxName).At(s.span(start, s.at-start))})
		}
	}
	for sign && s.at-start > 1 && (s.text[s.at-1] == '+' || s.text[s.at-1] == '-') {
		s.at--
	}
}

func (s *scanner) span(pos, n int) Span {
	return Span{Pos: int32(pos), End: int32(min(pos+n, len(s.text)))}
}

func (s *scanner) unclosed(start, n int, what, try string) {
	panic(halt{refusal.New(refusal.Syntax, try, "a %s is not closed", what).At(s.span(start, n))})
}

func isSpace(c byte) bool    { return classes[c]&space != 0 }
func isNewline(c byte) bool  { return c == '\n' || c == '\r' }
func isDigit(c byte) bool    { return classes[c]&digit != 0 }
func isLetter(c byte) bool   { return classes[c]&letter != 0 }
func isOperator(c byte) bool { return classes[c]&(plain|exotic) != 0 }
func isExotic(c byte) bool   { return classes[c]&exotic != 0 }

// Classes of bytes, as in PostgreSQL's scan.l. Bytes beyond ASCII are letters.
const (
	space = 1 << iota
	digit
	letter
	plain  // operator characters that arithmetic uses
	exotic // the others, and %
)

var classes = func() (t [256]uint8) {
	mark := func(class uint8, chars string) {
		for i := range len(chars) {
			t[chars[i]] |= class
		}
	}
	mark(space, " \t\n\v\f\r")
	mark(digit, "0123456789")
	mark(letter, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
	mark(plain, "+-*/<>=")
	mark(exotic, "~!@#^&|`?%")
	for c := utf8.RuneSelf; c < 256; c++ {
		t[c] |= letter
	}
	return t
}()
