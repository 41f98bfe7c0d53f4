package tour

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrQuit is what Next and Pause return where somebody has seen enough.
var ErrQuit = errors.New("the tour was ended")

// Screen is where a tour is shown.
type Screen struct {
	Out   io.Writer
	Width int  // in columns, to which text is folded; 0: 80
	Bold  bool // the terminal knows bold
	Draw  bool // tables have bars beside them
	// Next, unless nil, waits between scenes; Pause, unless nil, for as long as so
	// many words take to read.
	Next  func(context.Context) error
	Pause func(ctx context.Context, words int) error
}

func (s Screen) wait(ctx context.Context) error {
	if s.Next == nil {
		return ctx.Err()
	}
	return s.Next(ctx)
}

func (s Screen) width() int {
	if s.Width <= 0 {
		return 80
	}
	return max(s.Width, 40)
}

func (s Screen) bold(text string) string {
	text = plain(text)
	if !s.Bold {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

// title begins a scene.
func (s *stage) title(text string) {
	s.line("")
	s.print(s.bold(text))
	s.line(strings.Repeat("=", min(utf8.RuneCountInString(text), s.width())))
}

// heading begins a part of a scene, and gives time to read the one before.
func (s *stage) heading(text string) {
	s.rest()
	s.line("")
	s.print(s.bold(text + ":"))
}

// say is a paragraph; item one of a list.
func (s *stage) say(text string)  { s.text(text, "", "") }
func (s *stage) item(text string) { s.text(text, "  true: ", "        ") }

// code is SQL, or what else is written in lines, with the marked ones lit.
func (s *stage) code(text string, marked func(line string) bool) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		if marked != nil && marked(line) {
			for _, l := range fold(strings.TrimLeft(line, " "), s.width()-4-len(indent)) {
				s.print("> " + indent + s.bold(l))
				indent += "  "
			}
			continue
		}
		s.text(strings.TrimLeft(line, " "), "  "+indent, "    "+indent)
	}
}

// A table of more than longest lines is shown with cut: that fits on a screen.
const longest, cut = 30, 16

// table is not folded, as its columns would not stand below each other; of a long one
// the middle is left out.
func (s *stage) table(text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		switch out := len(lines) - cut; {
		case len(lines) > longest && i == cut-3:
			s.line(fmt.Sprintf("  ... (%d rows more)", out+1))
		case len(lines) > longest && i > cut-3 && i <= cut-3+out:
		default:
			s.line("  " + line)
		}
	}
}

func (s *stage) text(text, first, then string) {
	for i, l := range fold(text, s.width()-utf8.RuneCountInString(then)) {
		if i > 0 {
			first = then
		}
		s.line(first + l)
	}
}

func (s *stage) line(text string) { s.print(plain(text)) }

// print writes a line, in which nothing but Bold may move a terminal.
func (s *stage) print(line string) {
	if s.err != nil {
		return
	}
	s.unread += len(strings.Fields(line))
	_, s.err = fmt.Fprintln(s.Out, strings.TrimRight(line, " "))
}

// plain is where a text stops to be able to do something to a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// rest gives time to read what stands there.
func (s *stage) rest() {
	if s.err == nil && s.Pause != nil && s.unread > 0 {
		s.err = s.Pause(s.ctx, s.unread)
	}
	s.unread = 0
}

// fold breaks a text at spaces; a longer word stands as it is.
func fold(text string, width int) []string {
	var lines []string
	line, length := "", 0
	for _, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		if length > 0 && length+1+n > width {
			lines, line, length = append(lines, line), "", 0
		}
		if line != "" {
			line, length = line+" ", length+1
		}
		line, length = line+word, length+n
	}
	return append(lines, line)
}
