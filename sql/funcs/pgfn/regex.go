package pgfn

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Regular expressions are the part of PostgreSQL's that means the same in Go's
// automaton, which cannot run for ever: characters, ., classes, groups,
// alternation, repetition, ^, $, \d \s \w \D \S \W, \y and \Y, the control
// escapes. No back-references, look-around, options or collating elements.

type regexps struct {
	known map[string]*compiled
}

// compiled is a regular expression, and the same for searching the rest of a
// text, where ^ does not match.
type compiled struct {
	*regexp.Regexp
	rest *regexp.Regexp
}

func newRegexps() *regexps { return &regexps{known: map[string]*compiled{}} }

// A statement has few patterns; they are forgotten when a connection has seen many.
const maxRegexps = 100

func (c *regexps) get(pattern string, fold bool) (*compiled, error) {
	key := pattern
	if fold {
		key = "(?i)" + pattern
	}
	if re := c.known[key]; re != nil {
		return re, nil
	}
	re, why := compile(pattern, fold)
	if why != "" {
		return nil, fail("2201B", "invalid regular expression: "+why)
	}
	if len(c.known) >= maxRegexps {
		clear(c.known)
	}
	c.known[key] = re
	return re, nil
}

func (c *regexps) replace(s, pattern, with, flags string) (any, error) {
	re, err := c.get(pattern, strings.Contains(flags, "i"))
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	from, copied := 0, 0
	for from <= len(s) {
		m := re.after(s, from)
		if m == nil {
			break
		}
		out.WriteString(s[copied:m[0]])
		expand(&out, with, s, m)
		from, copied = m[1], m[1]
		if m[0] == m[1] { // go on behind the next character, which is copied later
			_, n := utf8.DecodeRuneInString(s[from:])
			from += max(n, 1)
		}
		if out.Len() > maxText {
			return nil, errLength
		}
		if !strings.Contains(flags, "g") {
			break
		}
	}
	out.WriteString(s[copied:])
	return out.String(), nil
}

// after finds the next match at from or later.
func (c *compiled) after(s string, from int) []int {
	if from == 0 {
		return c.FindStringSubmatchIndex(s)
	}
	m := c.rest.FindStringSubmatchIndex(s[from:])
	for i := range m {
		if m[i] >= 0 {
			m[i] += from
		}
	}
	return m
}

// expand writes a replacement: \1 to \9 are groups, \& the match, \\ a backslash.
func expand(out *strings.Builder, with, s string, m []int) {
	for i := 0; i < len(with); i++ {
		if with[i] != '\\' || i+1 == len(with) {
			out.WriteByte(with[i])
			continue
		}
		i++
		switch c := with[i]; {
		case c >= '0' && c <= '9' || c == '&':
			g := 0
			if c != '&' {
				g = int(c - '0')
			}
			if 2*g+1 < len(m) && m[2*g] >= 0 {
				out.WriteString(s[m[2*g]:m[2*g+1]])
			}
		case c == '\\':
			out.WriteByte('\\')
		default:
			out.WriteByte('\\')
			out.WriteByte(c)
		}
	}
}

// CheckRegexp says what is wrong with a regular expression, or "".
func CheckRegexp(pattern string) string {
	_, why := compile(pattern, false)
	return why
}

// compile translates PostgreSQL's syntax. PostgreSQL takes the longest match of
// a greedy expression where Go takes the first alternative, hence Longest.
func compile(pattern string, fold bool) (*compiled, string) {
	if strings.HasPrefix(pattern, "***") || strings.HasPrefix(pattern, "(?") && !strings.HasPrefix(pattern, "(?:") {
		return nil, "options at the start are not supported"
	}
	re, why := translate(pattern, fold, false)
	if why != "" {
		return nil, why
	}
	rest := re
	if strings.ContainsAny(pattern, "^A") {
		rest, _ = translate(pattern, fold, true)
	}
	return &compiled{re, rest}, ""
}

func translate(pattern string, fold, rest bool) (*regexp.Regexp, string) {
	t := translator{in: pattern, start: `\A`}
	if rest {
		t.start = `[^\x00-\x{10FFFF}]` // nothing
	}
	if why := t.run(); why != "" {
		return nil, why
	}
	flags := "(?s)"
	if fold {
		flags = "(?si)"
	}
	re, err := regexp.Compile(flags + t.out.String())
	if err != nil {
		return nil, "brackets or repetitions do not match up"
	}
	switch {
	case t.lazy && (t.greedy || t.branches): // PostgreSQL decides by the first one, for the whole
		return nil, "non-greedy repetition together with greedy, or with |, is not supported"
	case !t.lazy:
		re.Longest()
	}
	return re, ""
}

type translator struct {
	in       string
	start    string // how ^ is written
	out      strings.Builder
	lazy     bool
	branches bool
	greedy   bool
	depth    int
	atom     bool // something that can be repeated stands before
}

func (t *translator) run() string {
	for t.in != "" {
		if why := t.next(); why != "" {
			return why
		}
	}
	if t.depth != 0 {
		return "a parenthesis is not closed"
	}
	return ""
}

func (t *translator) next() string {
	c := t.in[0]
	switch c {
	case '\\':
		return t.escape()
	case '[':
		return t.bracket()
	case '*', '+', '?', '{':
		return t.repeat()
	case '(':
		t.depth++
		t.atom = false
		if rest, ok := strings.CutPrefix(t.in, "(?:"); ok {
			t.in = rest
			t.out.WriteString("(?:")
			return ""
		}
		if strings.HasPrefix(t.in, "(?") {
			return "look-around is not supported"
		}
	case ')':
		if t.depth == 0 {
			return "a parenthesis is not open"
		}
		t.depth--
		t.atom = true
	case '|':
		t.atom, t.branches = false, true
	case '^', '$':
		t.atom = false
		t.in = t.in[1:]
		if c == '$' {
			t.out.WriteString(`\z`)
		} else {
			t.out.WriteString(t.start)
		}
		return ""
	default:
		t.atom = true
		r, n := utf8.DecodeRuneInString(t.in)
		t.in = t.in[n:]
		if r == '.' {
			t.out.WriteByte('.')
			return ""
		}
		t.out.WriteString(regexp.QuoteMeta(string(r)))
		return ""
	}
	t.out.WriteByte(c)
	t.in = t.in[1:]
	return ""
}

// letters are what glibc takes for letters: those of the Unicode property
// Alphabetic, and digits that are not ASCII's.
var letters = `\p{L}\p{Nl}` + ranges(unicode.Other_Alphabetic, 0) + ranges(unicode.Nd, '9')

// ranges are the characters of a table that come after one.
func ranges(table *unicode.RangeTable, after rune) string {
	var b strings.Builder
	span := func(low, high, stride rune) {
		for r := low; r <= high && stride > 1; r += stride {
			fmt.Fprintf(&b, `\x{%x}`, r)
		}
		if stride == 1 && low > after {
			fmt.Fprintf(&b, `\x{%x}-\x{%x}`, low, high)
		}
	}
	for _, r := range table.R16 {
		span(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range table.R32 {
		span(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return b.String()
}

// punctuation is all that shows and is no letter, digit or space.
var punctuation = `\p{P}\p{S}\p{No}\p{Me}\p{Cf}\p{Co}\x{a0}\x{2007}\x{202f}` + marks()

// marks are those that do not count as letters.
func marks() string {
	var b strings.Builder
	for _, r := range unicode.Mn.R16 {
		for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
			if !unicode.Is(unicode.Other_Alphabetic, c) {
				fmt.Fprintf(&b, `\x{%x}`, c)
			}
		}
	}
	return b.String()
}

var wordClass = letters + `0-9_`

const (
	spaceClass = `\s\x0b\x{1680}\x{2000}-\x{2006}\x{2008}-\x{200a}\x{2028}\x{2029}\x{205f}\x{3000}`
)

func (t *translator) escape() string {
	if len(t.in) < 2 {
		return "it ends in a backslash"
	}
	c := t.in[1]
	t.in = t.in[2:]
	t.atom = true
	switch c {
	case 'd':
		t.out.WriteString(`[0-9]`)
	case 'D':
		t.out.WriteString(`[^0-9]`)
	case 's':
		t.out.WriteString(`[` + spaceClass + `]`)
	case 'S':
		t.out.WriteString(`[^` + spaceClass + `]`)
	case 'w':
		t.out.WriteString(`[` + wordClass + `]`)
	case 'W':
		t.out.WriteString(`[^` + wordClass + `]`)
	case 'n', 't', 'r', 'f', 'v', 'a':
		t.out.WriteString(`\` + string(c))
	case 'A', 'Z':
		t.atom = false
		t.out.WriteString(map[byte]string{'A': t.start, 'Z': `\z`}[c])
	default:
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf {
			return `the escape \` + printable(c) + ` is not supported`
		}
		t.out.WriteString(regexp.QuoteMeta(string(c)))
	}
	return ""
}

func printable(c byte) string {
	if c >= utf8.RuneSelf {
		return "?"
	}
	return string(c)
}

func (t *translator) repeat() string {
	if !t.atom {
		return "nothing stands before a repetition"
	}
	t.atom = false
	op := t.in[:1]
	if op == "{" {
		end := strings.IndexByte(t.in, '}')
		if end < 0 || !goodBounds(t.in[1:end]) {
			return "a bound {m,n} must hold numbers up to 255"
		}
		op = t.in[:end+1]
	}
	t.in = t.in[len(op):]
	t.out.WriteString(op)
	if strings.HasPrefix(t.in, "?") {
		t.in = t.in[1:]
		t.out.WriteByte('?')
		t.lazy = true
		return ""
	}
	t.greedy = true
	return ""
}

func goodBounds(s string) bool {
	low, high, both := strings.Cut(s, ",")
	l, err := strconv.Atoi(low)
	if err != nil || l < 0 || l > 255 || low[0] == '+' {
		return false
	}
	if !both || high == "" {
		return true
	}
	h, err := strconv.Atoi(high)
	return err == nil && h >= l && h <= 255 && high[0] != '+'
}

// bracket copies [...]: characters, ranges and classes like [:alpha:].
func (t *translator) bracket() string {
	i := 1
	t.out.WriteByte('[')
	if strings.HasPrefix(t.in[i:], "^") {
		t.out.WriteByte('^')
		i++
	}
	first := true
	for {
		if i >= len(t.in) {
			return "a bracket is not closed"
		}
		switch {
		case t.in[i] == ']' && !first:
			t.out.WriteByte(']')
			t.in = t.in[i+1:]
			t.atom = true
			return ""
		case strings.HasPrefix(t.in[i:], "[:"):
			end := strings.Index(t.in[i:], ":]")
			if end < 0 || classes[t.in[i+2:i+end]] == "" {
				return "unknown class of characters"
			}
			t.out.WriteString(classes[t.in[i+2:i+end]])
			i += end + 2
		case strings.HasPrefix(t.in[i:], "[.") || strings.HasPrefix(t.in[i:], "[="):
			return "collating elements are not supported"
		case t.in[i] == '\\':
			if i+1 >= len(t.in) {
				return "it ends in a backslash"
			}
			s, ok := bracketEscapes[t.in[i+1]]
			if !ok {
				if isWord(t.in[i+1]) {
					return `an escape inside brackets is not supported`
				}
				s = regexp.QuoteMeta(t.in[i+1 : i+2])
			}
			t.out.WriteString(s)
			i += 2
		default:
			r, n := utf8.DecodeRuneInString(t.in[i:])
			if r == '-' {
				if !first && i+1 < len(t.in) && t.in[i+1] != ']' {
					t.out.WriteByte('-') // a range
				} else {
					t.out.WriteString(`\-`)
				}
			} else {
				t.out.WriteString(quoteInBracket(r))
			}
			i += n
		}
		first = false
	}
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

func quoteInBracket(r rune) string {
	switch r {
	case '[', ']', '\\', '^', '&', '~', '|':
		return `\` + string(r)
	}
	return string(r)
}

var bracketEscapes = map[byte]string{
	'd': `0-9`, 's': spaceClass, 'w': wordClass, 'n': `\n`, 't': `\t`, 'r': `\r`, 'f': `\f`, 'v': `\v`,
}

var classes = map[string]string{
	"alpha": letters, "digit": `0-9`, "alnum": letters + `0-9`,
	"upper": `\p{Lu}\p{Lt}` + ranges(unicode.Other_Uppercase, 0), "lower": `\p{Ll}\p{Lt}` + ranges(unicode.Other_Lowercase, 0),
	"space": spaceClass, "blank": ` \t`, "punct": punctuation, "xdigit": `0-9A-Fa-f`, "word": wordClass,
}
