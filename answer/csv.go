package answer

import (
	"bufio"
	"io"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// WriteCSV writes a header and the rows as RFC 4180 has it, lines ended by \n.
// NULL is an empty field and an empty text is "". A text that a spreadsheet
// would take for a formula begins with an apostrophe, and cannot be told from one
// that is stored so; values of other types are as they are.
func (a *Answer) WriteCSV(w io.Writer) error { return writeCSV(w, a) }

func writeCSV(w io.Writer, a stream) error {
	more := a.Next()
	if err := a.Err(); err != nil && !more {
		return err // nothing came: then nothing is written
	}
	b := bufio.NewWriter(w)
	cols := a.columns()
	for i, c := range cols {
		comma(b, i)
		b.WriteString(quoteCSV(defuse(c.Label)))
	}
	b.WriteByte('\n')
	for ; more; more = a.Next() {
		for i, v := range a.Row() {
			comma(b, i)
			b.WriteString(fieldCSV(v, cols[i].Type, a.zone()))
		}
		b.WriteByte('\n')
	}
	if err := b.Flush(); err != nil {
		return err
	}
	return a.Err()
}

func comma(b *bufio.Writer, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

func fieldCSV(v types.Value, t types.Type, zone *time.Location) string {
	if v.IsNull() {
		return ""
	}
	s := text(v, t, zone)
	switch {
	case t.IsNumber() || v.Kind() == types.Bool:
		return s
	case t.IsText() || t.Kind == types.Enum || t.Kind == types.Unknown:
		s = defuse(s)
	}
	return quoteCSV(s) // an interval may begin with a sign; nobody chooses what follows
}

// defuse escapes what a spreadsheet would calculate (OWASP, "CSV Injection").
func defuse(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

func quoteCSV(s string) string {
	if s != "" && !strings.ContainsAny(s, ",\"\r\n") && s == strings.TrimSpace(s) {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
