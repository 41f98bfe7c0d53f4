package answer

import (
	"bufio"
	"io"
	"strings"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// stream is what can be written: an Answer.
type stream interface {
	columns() []Column
	matched() []Match
	Next() bool
	Row() []types.Value
	Err() error
	zone() *time.Location
}

const (
	widest   = 48   // cells of one column
	lookedAt = 1000 // rows that are held back to find widths
)

// WriteTable writes the rows aligned for a terminal: numbers to the right,
// NULL as NULL, one line a row. A cell wider than its column is cut, with an
// ellipsis; widths are those of the first thousand rows.
func (a *Answer) WriteTable(w io.Writer) error { return writeTable(w, a) }

func writeTable(w io.Writer, a stream) error {
	b := bufio.NewWriter(w)
	cols := a.columns()
	t := tabular{b: b, widths: make([]int, len(cols)), right: make([]bool, len(cols))}
	head := make([]string, len(cols))
	for i, c := range cols {
		head[i] = fit(visible(c.Label), widest)
		t.right[i] = c.Type.IsNumber()
	}
	held := [][]string{head}
	for len(held) <= lookedAt && a.Next() {
		held = append(held, line(a, cols))
	}
	if err := a.Err(); err != nil && len(held) == 1 {
		return err // nothing came: then nothing is written
	}
	for _, row := range held {
		for i, s := range row {
			t.widths[i] = max(t.widths[i], breadth(s))
		}
	}
	rule := make([]string, len(cols))
	for i, n := range t.widths {
		rule[i] = strings.Repeat("-", n)
	}
	t.write(head)
	t.write(rule)
	for _, row := range held[1:] {
		t.write(row)
	}
	for a.Next() {
		t.write(line(a, cols))
	}
	if err := b.Flush(); err != nil {
		return err
	}
	return a.Err()
}

func line(a stream, cols []Column) []string {
	row := make([]string, len(cols))
	for i, v := range a.Row() {
		if v.IsNull() {
			row[i] = "NULL"
			continue
		}
		row[i] = fit(visible(text(v, cols[i].Type, a.zone())), widest)
	}
	return row
}

type tabular struct {
	b      *bufio.Writer
	widths []int
	right  []bool
}

func (t *tabular) write(row []string) {
	var s strings.Builder
	for i, c := range row {
		if i > 0 {
			s.WriteString("  ")
		}
		s.WriteString(pad(fit(c, t.widths[i]), t.widths[i], t.right[i]))
	}
	t.b.WriteString(strings.TrimRight(s.String(), " ") + "\n")
}
