package csv

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	mostColumns = 2000
	mostRow     = 16 << 20 // bytes of one row
	mostFirst   = 1 << 20  // bytes of the first line
)

// table is a file that is being read.
type table struct {
	file, name string
	text       []byte
	comma      rune
	before     int // lines that were taken off
	columns    []*column
	rows       int
	notes      []string
	ticks      func(int64) // hears how far each has come
}

// take looks at a file from its first byte to its last: at its bytes, its names,
// and each of its values.
func take(ctx context.Context, file string, text []byte, ticks func(int64)) (*table, error) {
	name, err := tableOf(file)
	if err != nil {
		return nil, err
	}
	t := &table{file: file, name: name, ticks: ticks}
	if t.text, err = plain(file, text); err != nil {
		return nil, err
	}
	if i := bytes.IndexByte(t.text, '\n'); i > mostFirst || i < 0 && len(t.text) > mostFirst {
		return nil, fmt.Errorf("line 1: it has more than %s, and is to be the names of the columns: is it really a CSV file?", mebibytes(mostFirst))
	}
	t.part()
	if err := t.header(); err != nil {
		return nil, err
	}
	return t, t.look(ctx)
}

// plain sees that a file is UTF-8, and takes its mark of that off.
func plain(file string, text []byte) ([]byte, error) {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		return nil, fmt.Errorf("it is UTF-16, and UTF-8 is read: iconv -f UTF-16 -t UTF-8 %s > new, and put that in its place", quoted(file))
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		rest := text
		for len(rest) > 0 {
			r, n := utf8.DecodeRune(rest)
			if r == utf8.RuneError && n == 1 {
				break
			}
			rest = rest[n:]
		}
		return nil, fmt.Errorf("line %d: it is not UTF-8; if it comes from Windows: iconv -f WINDOWS-1252 -t UTF-8 %s > new, and put that in its place", lineAt(text, len(text)-len(rest)), quoted(file))
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, fmt.Errorf("line %d: a byte of zero, so it is no text: is it really a CSV file?", lineAt(text, i))
	}
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(bytes.TrimRight(text, "\r"), '\r') >= 0 {
		return nil, fmt.Errorf("its lines end as on old Macintoshes: tr '\\r' '\\n' < %s > new, and put that in its place", quoted(file))
	}
	return text, nil
}

func lineAt(text []byte, at int) int { return 1 + bytes.Count(text[:at], []byte{'\n'}) }

// quoted is the name of a file as a shell takes it.
func quoted(file string) string {
	if !strings.ContainsFunc(file, func(r rune) bool {
		return r != '.' && r != '_' && r != '-' && (r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z')
	}) {
		return file
	}
	return "'" + strings.ReplaceAll(file, "'", `'\''`) + "'"
}

// nothing stands between the fields of a file of one column, which may hold commas:
// a character that ends no word of any language.
const nothing = '\x1f'

// parts are what may stand between fields, in the order in which they are
// preferred.
func parts() []rune { return []rune{',', ';', '\t', '|'} }

func partName(r rune) string {
	switch r {
	case ',':
		return "commas"
	case ';':
		return "semicolons"
	case '\t':
		return "tabs"
	case '|':
		return "bars"
	case nothing:
		return "nothing"
	default:
		panic("csv: unknown separator")
	}
}

const (
	sampleRows  = 100
	sampleBytes = 1 << 20
)

// part finds what stands between fields: what gives the same number of them, and
// the most, in each of the first hundred rows; else what gives the most in the
// first line. If that is one name, the rows after it may not be parted evenly: it is
// a title then, and whole sees that. A line "sep=;", which spreadsheets write, says it.
func (t *table) part() {
	for _, r := range parts() {
		for _, end := range []string{"\n", "\r\n"} {
			if rest, ok := bytes.CutPrefix(t.text, []byte("sep="+string(r)+end)); ok {
				t.text, t.comma, t.before = rest, r, 1
				return
			}
		}
	}
	sample := t.text
	if len(sample) > sampleBytes {
		sample = sample[:sampleBytes]
	}
	if t.comma, _ = most(sample); t.comma != nothing {
		return
	}
	_, rows, _ := bytes.Cut(sample, []byte("\n"))
	if r, even := most(rows); even {
		t.comma = r
	}
}

// most finds what parts a sample into most fields, if they are more than one.
func most(sample []byte) (part rune, even bool) {
	part, best := nothing, 1
	for _, r := range parts() {
		fields, alike := count(sample, r)
		if fields > 1 && (alike && !even || alike == even && fields > best) {
			part, best, even = r, fields, alike
		}
	}
	return part, even
}

// count says how many fields the first row has if r stands between them, and
// whether the next ones have as many.
func count(sample []byte, r rune) (fields int, even bool) {
	c := reader(sample, r)
	for range sampleRows {
		row, err := c.Read()
		switch {
		case errors.Is(err, io.EOF), c.InputOffset() >= sampleBytes:
			return fields, true
		case err != nil:
			return fields, false
		case fields == 0:
			fields = len(row)
		case len(row) != fields:
			return fields, false
		}
	}
	return fields, true
}

func reader(text []byte, comma rune) *csv.Reader {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	return r
}

// header reads the first line.
func (t *table) header() error {
	r := reader(t.text, t.comma)
	names, err := r.Read()
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it is empty: its first line is to name the columns")
	case err != nil:
		return t.torn(err)
	case len(names) > mostColumns:
		return fmt.Errorf("line 1: %d columns, and at most %d are read: leave some out", len(names), mostColumns)
	}
	t.columns, t.notes, err = columnsOf(names)
	return err
}

// each calls f with each row after the first line, and its own line. The
// fields are only good until the next.
func (t *table) each(ctx context.Context, f func(line int, row []string) error) error {
	r := reader(t.text, t.comma)
	if _, err := r.Read(); err != nil {
		return t.torn(err)
	}
	for n := 0; ; n++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return t.torn(err)
		}
		line, _ := r.FieldPos(0)
		line += t.before
		if err := t.whole(line, row); err != nil {
			return err
		}
		if err := f(line, row); err != nil {
			return err
		}
		if n%1024 == 0 {
			t.ticks(r.InputOffset())
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
}

// whole sees that a row has a field for each column, and is not what a forgotten
// quote makes of a file.
func (t *table) whole(line int, row []string) error {
	if len(row) != len(t.columns) {
		mend := "a text that holds one of those is to stand in double quotes"
		if len(t.columns) == 1 {
			mend = "if the first line is a title and no name, remove it"
		}
		return fmt.Errorf("line %d: it has %s, and the first line names %s, parted by %s: %s",
			line, counted(len(row), "field"), counted(len(t.columns), "column"), partName(t.comma), mend)
	}
	size := 0
	for _, s := range row {
		size += len(s)
	}
	if size > mostRow {
		return fmt.Errorf("line %d: the row that begins here has more than %s: is a closing quote missing?", line, mebibytes(mostRow))
	}
	return nil
}

// torn says what the reader did not understand.
func (t *table) torn(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return err
	}
	switch {
	case errors.Is(err, csv.ErrBareQuote):
		return fmt.Errorf("line %d: a double quote within a field that does not begin with one: put the whole field into quotes, and write those within it twice", p.Line+t.before)
	case errors.Is(err, csv.ErrQuote) && p.StartLine != p.Line:
		return fmt.Errorf("line %d: the quote that opens in line %d is not closed where a field ends: close it there, and write quotes within it twice", p.Line+t.before, p.StartLine+t.before)
	case errors.Is(err, csv.ErrQuote):
		return fmt.Errorf("line %d: a quote that does not end its field: write quotes within a field twice", p.Line+t.before)
	}
	return fmt.Errorf("line %d: it cannot be taken apart into fields", p.Line+t.before)
}

// look shows each value to its column.
func (t *table) look(ctx context.Context) error {
	last := 1 + t.before // the line on which the last row ended, if it has one column
	skipped := 0
	err := t.each(ctx, func(line int, row []string) error {
		t.rows++
		again := true
		for i, s := range row {
			c := t.columns[i]
			c.see(s, line)
			if strings.TrimSpace(s) != c.header || s == "" {
				again = false
			} else if c.again == 0 {
				c.again = line
			}
		}
		if again {
			return fmt.Errorf("line %d: it repeats the names of the first line: remove it", line)
		}
		if len(row) == 1 {
			skipped += line - last - 1
			last = line + strings.Count(row[0], "\n")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if skipped > 0 {
		t.notes = append(t.notes, fmt.Sprintf("no row is made of %s: write \"\" for an empty value", counted(skipped, "empty line")))
	}
	return t.headless()
}

// headless refuses a first line that is a row: its values would become names, and
// names are shown to models.
func (t *table) headless() error {
	const mend = "add a first line with the names of the columns"
	again := 0 // a word such as "name" may well be a value too, but not many of them
	for _, c := range t.columns {
		if c.again > 0 {
			again++
		}
	}
	for i, c := range t.columns {
		f, _ := c.decide()
		switch {
		case strings.Contains(c.header, "@"):
			return fmt.Errorf("line 1: field %d is an address and no name: %s", i+1, mend)
		case c.again > 0 && 2*again >= len(t.columns):
			return fmt.Errorf("line 1: field %d stands in line %d too, as a value: %s", i+1, c.again, mend)
		case f != text && forms()[f].fits(c.header) && !yearLike(c.header):
			return fmt.Errorf("line 1: field %d is %s, as all of its column: %s", i+1, forms()[f].called, mend)
		}
	}
	return nil
}

// yearLike: tables of statistics have a column a year.
func yearLike(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20"))
}
