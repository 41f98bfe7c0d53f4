package run

import (
	"context"
	"slices"
	"strings"
)

// Need is a table of which a database role must be able to read some columns.
type Need struct {
	Schema, Table string
	Columns       []string
	View          bool
}

// Least is what engines implement whose databases have roles.
type Least interface {
	// Least writes the script by which an administrator makes role able to do what
	// is needed and nothing else: it makes the role if there is none, takes away
	// what it has beyond the need, and gives what it lacks. Role "" is that of the
	// connection. Least reads catalogs only, and runs nothing of the script.
	Least(ctx context.Context, role string, needs []Need) (string, error)
}

// Schemas of the needs, sorted.
func Schemas(needs []Need) []string {
	var out []string
	for _, n := range needs {
		out = append(out, n.Schema)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Script is a script under a heading of comments.
type Script struct{ b strings.Builder }

// Comment is a line that does nothing. A new line in a name does not end it.
func Comment(text string) string {
	return "-- " + strings.NewReplacer("\n", "\n-- ", "\r", "\r-- ").Replace(text)
}

// Say adds a comment.
func (s *Script) Say(text string) { s.b.WriteString(Comment(text) + "\n") }

// Part adds statements, if there are any, under a comment.
func (s *Script) Part(about string, statements []string) {
	if len(statements) == 0 {
		return
	}
	s.b.WriteString("\n")
	s.Say(about)
	for _, st := range statements {
		s.b.WriteString(st + "\n")
	}
}

func (s *Script) String() string { return s.b.String() }
