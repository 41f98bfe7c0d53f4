package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Line is one line of a file. Keys that are not listed here are ignored.
type Line struct {
	ID           string
	DB           string   // names the connection; "" for the one of the run
	SQL          []string // alternatives
	Prompt       string   // a question, of attack files
	Question     string
	Unanswerable bool
	Dialect      string
	Kind         string
	// Broken says why the line could not be read; it counts as failed.
	Broken string
}

const longestLine = 16 << 20

// ReadLines reads JSON lines. A line that is no JSON becomes a broken Line.
// Lines without an id have their number.
func ReadLines(r io.Reader) ([]Line, error) {
	return eachLine(r, func(n int, text []byte) (Line, error) {
		l := readLine(text)
		if l.ID == "" {
			l.ID = fmt.Sprint(n)
		}
		return l, nil
	})
}

// eachLine reads what stands in the lines that are not empty, of which there is
// at least one.
func eachLine[T any](r io.Reader, read func(n int, text []byte) (T, error)) ([]T, error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, longestLine)
	var lines []T
	for n := 1; s.Scan(); n++ {
		text := bytes.TrimSpace(bytes.TrimPrefix(s.Bytes(), []byte("\ufeff")))
		if len(text) == 0 {
			continue
		}
		l, err := read(n, text)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("reading line %d: %w", len(lines)+1, err)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("the file has no line: write one JSON object a line")
	}
	return lines, nil
}

func readLine(text []byte) Line {
	var raw struct {
		ID           json.RawMessage `json:"id"`
		DB           *string         `json:"db"`
		SQL          json.RawMessage `json:"sql"`
		Prompt       *string         `json:"prompt"`
		Question     *string         `json:"question"`
		Unanswerable bool            `json:"unanswerable"`
		Dialect      *string         `json:"dialect"`
		Kind         *string         `json:"kind"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return Line{Broken: "the line is not an object with these keys: " + shape(err)}
	}
	l := Line{ID: strings.Trim(string(raw.ID), `"`), DB: or(raw.DB), Prompt: or(raw.Prompt), Question: or(raw.Question),
		Unanswerable: raw.Unanswerable, Dialect: or(raw.Dialect), Kind: or(raw.Kind)}
	if l.ID == "null" {
		l.ID = ""
	}
	switch {
	case len(raw.SQL) == 0 || string(raw.SQL) == "null":
	case raw.SQL[0] == '"':
		l.SQL = make([]string, 1)
		_ = json.Unmarshal(raw.SQL, &l.SQL[0]) // it is a string: seen above
	default:
		if err := json.Unmarshal(raw.SQL, &l.SQL); err != nil {
			l.Broken = "sql is neither a text nor a list of texts"
		}
	}
	return l
}

func or(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// shape is an error of package json without what it quotes.
func shape(err error) string {
	if e, ok := err.(*json.UnmarshalTypeError); ok {
		return fmt.Sprintf("%s is not a %s", e.Field, e.Type)
	}
	return "not JSON"
}

// foreign reports a dialect other than that in which drafts are written.
func (l Line) foreign() bool {
	switch strings.ToLower(l.Dialect) {
	case "", "postgres", "postgresql", "any":
		return false
	default:
		return true
	}
}

// texts are the ids of a line's alternatives; of one where there is none.
func (l Line) texts() []string {
	if len(l.SQL) < 2 {
		return []string{l.ID}
	}
	ids := make([]string, len(l.SQL))
	for i := range ids {
		ids[i] = fmt.Sprintf("%s/%d", l.ID, i+1)
	}
	return ids
}
