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
	numerals() numerals
}

const (
	widest   = 48   // cells of one column
	lookedAt = 1000 // rows that are held back to find widths, and to draw
)

// WriteTable writes the rows aligned for a terminal: numbers to the right,
// NULL as NULL, one line a row. A cell wider than its column is cut, with an
// ellipsis; widths are those of the first thousand rows.
func (a *Answer) WriteTable(w io.Writer) error { return writeTable(w, a, false) }

// WriteDrawn writes the table of WriteTable with what can be drawn of it: bars
// beside the rows, or lines below them. More than a thousand rows are not drawn.
func (a *Answer) WriteDrawn(w io.Writer) error { return writeTable(w, a, true) }

func writeTable(w io.Writer, a stream, draw bool) error {
	b := bufio.NewWriter(w)
	h := hold(a)
	if err := a.Err(); err != nil && len(h.rows) == 0 {
		return err // nothing came: then nothing is written
	}
	var found []chart
	if draw && h.all {
		found = charts(h.cols, h.rows, a.zone())
	}
	t := newTabular(b, h, a)
	t.beside(found)
	for i, row := range t.held {
		t.write(row)
		if i == 0 {
			t.write(t.rule())
		}
	}
	for !h.all && a.Next() {
		t.write(line(a.Row(), h.cols, a))
	}
	for _, c := range found {
		if c.kind == lines {
			b.WriteByte('\n')
			c.drawn(b, a.numerals())
		}
	}
	if err := b.Flush(); err != nil {
		return err
	}
	return a.Err()
}

// held are the first rows of an answer, and whether they are all.
type held struct {
	cols []Column
	rows [][]types.Value
	all  bool
}

func hold(a stream) held {
	h := held{cols: a.columns()}
	for len(h.rows) < lookedAt {
		if !a.Next() {
			h.all = true
			break
		}
		h.rows = append(h.rows, append([]types.Value(nil), a.Row()...))
	}
	return h
}

func line(values []types.Value, cols []Column, a stream) []string {
	row := make([]string, len(cols))
	for i, v := range values {
		if v.IsNull() {
			row[i] = "NULL"
			continue
		}
		row[i] = fit(visible(a.numerals().read(text(v, cols[i].Type, a.zone()), cols[i])), widest)
	}
	return row
}

type tabular struct {
	b      *bufio.Writer
	held   [][]string // the head first
	widths []int
	right  []bool
}

func newTabular(b *bufio.Writer, h held, a stream) *tabular {
	t := &tabular{b: b, widths: make([]int, len(h.cols)), right: make([]bool, len(h.cols))}
	head := make([]string, len(h.cols))
	for i, c := range h.cols {
		head[i] = fit(visible(c.Heading()), widest)
		t.right[i] = c.Type.IsNumber()
	}
	t.held = [][]string{head}
	for _, row := range h.rows {
		t.held = append(t.held, line(row, h.cols, a))
	}
	for _, row := range t.held {
		for i, s := range row {
			t.widths[i] = max(t.widths[i], breadth(s))
		}
	}
	return t
}

// beside draws bars behind the rows, if there is one chart, and of bars.
func (t *tabular) beside(found []chart) {
	if len(found) != 1 || found[0].kind != bars {
		return
	}
	t.held[0] = append(t.held[0], "")
	for i, s := range barTexts(found[0].series[0].values) {
		t.held[i+1] = append(t.held[i+1], s)
	}
}

func (t *tabular) rule() []string {
	rule := make([]string, len(t.widths))
	for i, n := range t.widths {
		rule[i] = strings.Repeat("-", n)
	}
	return rule
}

func (t *tabular) write(row []string) {
	var s strings.Builder
	for i, c := range row {
		if i > 0 {
			s.WriteString("  ")
		}
		if i < len(t.widths) {
			c = pad(fit(c, t.widths[i]), t.widths[i], t.right[i])
		}
		s.WriteString(c)
	}
	t.b.WriteString(strings.TrimRight(s.String(), " ") + "\n")
}
