package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grille-dev/grille/catalog"
)

// tokenKind says what a token is.
type tokenKind uint8

const (
	wordToken   tokenKind = iota // SELECT, t1, COUNT
	nameToken                    // in the engine's quotes, which are taken off
	numberToken                  // 12, 1.5e3, 0x2c
	textToken                    // '...'
	paramToken                   // ?, ?3
	signToken                    // a character that is an operator or a comma
	groupToken                   // what stands in brackets
)

// piece is a token, or a pair of brackets with what stands in it.
type piece struct {
	kind tokenKind
	text string // of a group its bracket
	n    int    // of a parameter its number, from 1
	in   []piece
}

func (p piece) is(s string) bool { return (p.kind == wordToken || p.kind == signToken) && p.text == s }

// scanner takes a text apart by the fewest rules that what emit prints needs. What
// stands outside of these rules is refused, whatever an engine makes of it: comments,
// a second statement, variables, hints, backslashes, characters that are not ASCII
// outside of names.
type scanner struct {
	rest   string
	engine catalog.Engine
	params int
	open   []piece // of the brackets that have not ended: moved out where one does
}

// pieces are those of a text, to its end.
func pieces(text string, engine catalog.Engine) ([]piece, int, error) {
	s := &scanner{rest: text, engine: engine, open: make([]piece, 0, 128)}
	ps, err := s.until("")
	return ps, s.params, err
}

// until reads to the bracket end.
func (s *scanner) until(end string) ([]piece, error) {
	from := len(s.open)
	for {
		s.rest = strings.TrimLeft(s.rest, " ")
		if s.rest == "" {
			if end != "" {
				return nil, fmt.Errorf("a bracket without an end")
			}
			return s.moved(from), nil
		}
		if end != "" && strings.HasPrefix(s.rest, end) {
			s.rest = s.rest[1:]
			return s.moved(from), nil
		}
		p, err := s.piece()
		if err != nil {
			return nil, err
		}
		s.open = append(s.open, p)
	}
}

// moved are the pieces behind the first from of those that are open.
func (s *scanner) moved(from int) []piece {
	ps := slices.Clone(s.open[from:])
	s.open = s.open[:from]
	return ps
}

func (s *scanner) piece() (piece, error) {
	c := s.rest[0]
	switch {
	case c == '(' || c == '[' && (s.engine == catalog.Trino || s.engine == catalog.DuckDB):
		open, end := s.take(1), ")"
		if c == '[' {
			end = "]"
		}
		in, err := s.until(end)
		return piece{kind: groupToken, text: open, in: in}, err
	case c == quoteOf(s.engine):
		return s.quoted(nameToken, utf8.ValidString)
	case c == '\'':
		return s.quoted(textToken, plainText)
	case c == '?' && s.engine != catalog.DuckDB, c == '$' && s.engine == catalog.DuckDB:
		return s.param()
	case '0' <= c && c <= '9':
		return s.number()
	case letter(c) || c == '@' && mysqlFamily(s.engine):
		return piece{kind: wordToken, text: s.take(1 + length(s.rest[1:], wordly))}, nil
	case strings.HasPrefix(s.rest, "--") || strings.HasPrefix(s.rest, "/*") || strings.HasPrefix(s.rest, "*/"):
		return piece{}, fmt.Errorf("a comment")
	case strings.IndexByte(".,=<>+-*/%|&~", c) >= 0 || strings.HasPrefix(s.rest, ":=") && mysqlFamily(s.engine), c == ':' && s.engine == catalog.DuckDB: // lambda v: ...
		return piece{kind: signToken, text: s.take(1)}, nil
	}
	return piece{}, fmt.Errorf("a character that nothing is printed with")
}

func (s *scanner) take(n int) string {
	t := s.rest[:n]
	s.rest = s.rest[n:]
	return t
}

// quoted reads what stands in quotes; a quote in it is written twice.
func (s *scanner) quoted(k tokenKind, fine func(string) bool) (piece, error) {
	quote, from := s.rest[:1], 1
	for {
		i := strings.Index(s.rest[from:], quote)
		if i < 0 {
			return piece{}, fmt.Errorf("a quote without an end")
		}
		if from += i + 1; !strings.HasPrefix(s.rest[from:], quote) {
			break
		}
		from++
	}
	in := strings.ReplaceAll(s.take(from)[1:from-1], quote+quote, quote)
	if strings.IndexByte(in, 0) >= 0 || !fine(in) || k == nameToken && in == "" {
		return piece{}, fmt.Errorf("something in quotes that is not printed")
	}
	return piece{kind: k, text: in}, nil
}

// plainText reports whether a text is one that templates have: of visible characters,
// without a quote, and without a backslash that does not stand alone.
func plainText(s string) bool {
	return s == `\` || len(s) <= 80 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '\'' || r == '\\' })
}

// param is ?, ?3 or $3. It numbers those without a number in their order.
func (s *scanner) param() (piece, error) {
	digits := s.take(1 + length(s.rest[1:], digit))[1:]
	s.params++
	if mysqlFamily(s.engine) != (digits == "") {
		return piece{}, fmt.Errorf("a parameter that is not the engine's")
	}
	n := s.params
	if digits != "" {
		n = 0
		if numbered("?"+digits, "?") {
			fmt.Sscan(digits, &n)
		}
	}
	return piece{kind: paramToken, n: n}, nil
}

func (s *scanner) number() (piece, error) {
	if strings.HasPrefix(s.rest, "0x") && mysqlFamily(s.engine) {
		return piece{kind: numberToken, text: s.take(2 + length(s.rest[2:], wordly))}, nil
	}
	n := length(s.rest, digit)
	if strings.HasPrefix(s.rest[n:], ".") {
		n += 1 + length(s.rest[n+1:], digit)
	}
	if e := strings.TrimLeft(s.rest[n:], "eE"); len(e) == len(s.rest)-n-1 {
		if e != "" && (e[0] == '-' || e[0] == '+') {
			e = e[1:]
		}
		n = len(s.rest) - len(e) + length(e, digit)
	}
	if n < len(s.rest) && wordly(s.rest[n]) {
		return piece{}, fmt.Errorf("a number that goes on as a word")
	}
	return piece{kind: numberToken, text: s.take(n)}, nil
}

func length(s string, such func(byte) bool) int {
	n := 0
	for n < len(s) && such(s[n]) {
		n++
	}
	return n
}

func digit(c byte) bool  { return '0' <= c && c <= '9' }
func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }
func wordly(c byte) bool { return letter(c) || digit(c) }

func mysqlFamily(e catalog.Engine) bool { return e == catalog.MariaDB || e == catalog.MySQL }

func quoteOf(e catalog.Engine) byte {
	if mysqlFamily(e) {
		return '`'
	}
	return '"'
}
