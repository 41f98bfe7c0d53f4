package answer

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"github.com/grille-dev/grille/sql/types"
)

// text is a value as a person reads it: PostgreSQL's form, but true and false
// in full. NULL is not a text; the caller says what it shows.
func text(v types.Value, t types.Type, zone *time.Location) string {
	if v.Kind() == types.Bool {
		if v.Bool() {
			return "true"
		}
		return "false"
	}
	return v.Format(t, zone)
}

// visible writes what would move a cursor, turn the direction of a line or be
// invisible as an escape: a stored text must not be able to draw on a terminal.
func visible(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !hidden(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// hidden leaves the two joiners alone: Persian and the Indic scripts, and
// emoji, need them.
func hidden(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return r != nonJoiner && r != joiner && (unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar)
}

// breadth is how many cells of a terminal s takes.
func breadth(s string) int {
	n := 0
	for _, r := range s {
		n += cells(r)
	}
	return n
}

func cells(r rune) int {
	if r < 0x7f {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// fit cuts s to most cells, the last of them an ellipsis.
func fit(s string, most int) string {
	if breadth(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n+cells(r) > most-1 {
			return s[:i] + "…"
		}
		n += cells(r)
	}
	return s
}

func pad(s string, to int, right bool) string {
	space := strings.Repeat(" ", max(0, to-breadth(s)))
	if right {
		return space + s
	}
	return s + space
}

// label keeps of a name what cannot be taken for anything but a name: letters
// and digits of any script, and a few signs. Names of columns are written by
// whoever wrote the draft, and a model may have.
func label(name string) string {
	const most = 60
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(name) {
		if unicode.In(r, unicode.L, unicode.M, unicode.N) || strings.ContainsRune("_ %()-", r) {
			b.WriteRune(r)
			if n++; n == most {
				break
			}
		}
	}
	return strings.TrimSpace(b.String())
}
