package answer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/sql/types"
)

// TestDrawn runs the pages in testdata/drawn. A page gives the columns of an answer
// and its rows; an amount is marked with a star.
func TestDrawn(t *testing.T) {
	spec.Run(t, "testdata/drawn", func(t *testing.T) spec.Commands {
		read := func(a *spec.Args, input string) *rows {
			r, err := readRows(input)
			if err != nil {
				a.Fail("%v", err)
			}
			if l := a.Get("locale"); l != "" {
				r.marks = numeralsOf(language.MustParse(l))
			}
			return r
		}
		write := func(a *spec.Args, input string, f func(*bufio.Writer, *rows) error) string {
			var out bytes.Buffer
			b := bufio.NewWriter(&out)
			if err := f(b, read(a, input)); err != nil {
				a.Fail("%v", err)
			}
			_ = b.Flush()
			return out.String()
		}
		return spec.Commands{
			"draw": func(a *spec.Args, input string) string {
				return write(a, input, func(b *bufio.Writer, r *rows) error { return writeTable(b, r, true) })
			},
			"markdown": func(a *spec.Args, input string) string {
				return write(a, input, func(b *bufio.Writer, r *rows) error { writeMarkdownRows(b, r, r.Next()); return nil })
			},
		}
	})
}

// readRows reads a head as in "city text, visits int8*" and lines of CSV; NULL is NULL.
func readRows(input string) (*rows, error) {
	head, body, _ := strings.Cut(input, "\n")
	r := &rows{}
	for _, c := range strings.Split(head, ", ") {
		label, name, _ := strings.Cut(c, " ")
		name, measure := strings.CutSuffix(name, "*")
		typ, ok := types.Named("pg_catalog", name)
		if !ok {
			return nil, fmt.Errorf("no type %s", name)
		}
		r.cols = append(r.cols, Column{Label: label, Type: typ, Measure: measure})
	}
	lines, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		row := make([]types.Value, len(line))
		for i, cell := range line {
			if cell == "NULL" {
				continue
			}
			if row[i], err = types.Parse(r.cols[i].Type, cell, nil); err != nil {
				return nil, err
			}
		}
		r.data = append(r.data, row)
	}
	return r, nil
}
