// Package refusal is the words for no.
//
// A [Refusal] says what is wrong and what to do next. It quotes no stored
// value and no name that its reader may not see: whoever makes one has only
// the draft, the visible catalog and the rules in hand, never a row. Each
// [Code] has a runnable example in codes.go, and a test runs it.
//
// A refusal is an error; errors.As finds it through any wrapping.
package refusal

import (
	"errors"
	"fmt"
	"strings"
)

// Span is where in a text something was written: bytes [Pos, End). The zero
// Span means that Grille made it.
type Span struct{ Pos, End int32 }

// Refusal is one no: a code for programs, a sentence for people, and what to
// try instead.
type Refusal struct {
	Code Code
	Msg  string // lower case, no full stop
	Try  string // something that works; may be empty only where nothing can be done
	Span Span   // in the draft; zero if the whole of it is meant
	// Mend is what a model that wrote the draft may be told beside the code: a Try
	// that was made from its draft and from names that it sees, and from nothing else.
	Mend string
	// Owner is what whoever runs locally with the rules file, or has the role
	// rules-admin, may read in addition. It never reaches a viewer or a model.
	Owner string
}

// New makes a refusal. The sentence is a fmt format.
func New(code Code, try, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Msg: fmt.Sprintf(format, args...), Try: try}
}

// At sets where in the draft it is.
func (r *Refusal) At(s Span) *Refusal { r.Span = s; return r }

// ForOwner adds the line for whoever may read the rules.
func (r *Refusal) ForOwner(format string, args ...any) *Refusal {
	r.Owner = fmt.Sprintf(format, args...)
	return r
}

// Error is code and sentence: "unknown-column: patients has no column "ssn"".
func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Msg }

// CodeOf returns the code of err, or "" if it is no refusal.
func CodeOf(err error) Code {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// Caret shows the line of text in which s stands, with a caret line below it,
// or "" for the zero span. Columns count code points; tabs are kept.
func Caret(text string, s Span) string {
	if s.End <= s.Pos || int(s.Pos) >= len(text) || s.Pos < 0 {
		return ""
	}
	start := strings.LastIndexByte(text[:s.Pos], '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[s.Pos:], '\n'); i >= 0 {
		end = int(s.Pos) + i
	}
	var pad strings.Builder
	for _, c := range text[start:s.Pos] {
		if c == '\t' {
			pad.WriteByte('\t')
		} else {
			pad.WriteByte(' ')
		}
	}
	width := 0
	for range text[s.Pos:min(int(s.End), end)] {
		width++
	}
	return text[start:end] + "\n" + pad.String() + strings.Repeat("^", max(width, 1))
}
