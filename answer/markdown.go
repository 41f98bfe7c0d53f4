package answer

import (
	"bufio"
	"io"
	"strings"
)

// WriteMarkdown writes a table as GitHub's Markdown has it, and below it what is to
// be said and the receipt. Stored texts are escaped: they are no markup, no link and
// no end of a cell.
func (a *Answer) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	more := a.Next()
	if err := a.Err(); err != nil && !more {
		return err // nothing came: then nothing is written
	}
	writeMarkdownRows(b, a, more)
	for _, s := range a.said() {
		b.WriteString("\n" + markdown(s) + "\n")
	}
	b.WriteString("\n" + markdown(a.Receipt().String()) + "\n")
	if err := b.Flush(); err != nil {
		return err
	}
	return a.Err()
}

func writeMarkdownRows(b *bufio.Writer, a stream, more bool) {
	cols := a.columns()
	for _, c := range cols {
		b.WriteString("| " + markdown(visible(c.Heading())) + " ")
	}
	b.WriteString("|\n")
	for _, c := range cols {
		if c.Type.IsNumber() {
			b.WriteString("| ---: ")
		} else {
			b.WriteString("| --- ")
		}
	}
	b.WriteString("|\n")
	for ; more; more = a.Next() {
		for i, v := range a.Row() {
			s := "NULL"
			if !v.IsNull() {
				s = visible(a.numerals().read(text(v, cols[i].Type, a.zone()), cols[i]))
				if !cols[i].Type.IsNumber() {
					s = markdown(s)
				}
			}
			b.WriteString("| " + s + " ")
		}
		b.WriteString("|\n")
	}
}

// markdown escapes each sign that can mean something inside of a line (CommonMark 2.4),
// and what makes GitHub see a link in a bare address, of pages and of persons.
func markdown(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if special(s, i) {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
		if s[i] == '@' { // GitHub looks for names where markup ends
			b.WriteString("<!-- -->")
		}
	}
	return b.String()
}

func special(s string, i int) bool {
	switch c := s[i]; c {
	case '\\', '`', '*', '[', ']', '<', '>', '|', '~', '&', '$':
		return true
	case '_': // inside of a word it is one of its letters
		return i == 0 || i == len(s)-1 || !letter(s[i-1]) || !letter(s[i+1])
	case ':':
		return strings.HasPrefix(s[i:], "://")
	case '.':
		return i >= 3 && strings.EqualFold(s[i-3:i], "www")
	default:
		return false
	}
}

func letter(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}
