// Package strict reads the files that decide who may see what: grille.yaml and
// the rules files.
//
// It guarantees that a file means what a person reads in it, or is refused with
// its line and column:
//
//   - one document, at most [MaxBytes] long and [MaxDepth] deep, plain UTF-8
//     without invisible or direction-changing characters;
//   - no anchors, aliases, merge keys, tags or directives, so what is granted
//     is granted where it is read;
//   - no duplicate keys, and no keys that YAML takes for a number, a date, a
//     boolean or a null;
//   - no null, no empty text and no empty list anywhere: "ssn:" is a slip and
//     must not mean "everything". An empty mapping must be written out as {};
//   - no typing by YAML: a scalar is its text, so 00123 stays "00123" and
//     2024-01-01 does not become a time. Whoever reads it says which type it has;
//   - no unknown keys, at any depth: a mapping of fixed keys is read with
//     [Node.Fields], where a key cannot be declared without being read.
//
// It uses no reflection and no struct tags: with those, a null skips the
// unmarshaller and a custom unmarshaller loses the check for unknown keys, and
// both then mean "visible" (tried with yaml v4.0.0).
//
// Begin at [Parse]; then read the [Node]:
//
//	root, err := strict.Parse("grille.yaml", text)
//	err = root.Fields(
//		strict.Required("version", strict.Int(&version, 1, 1)),
//		strict.Optional("model", strict.Text(&cfg.Model)),
//		strict.Optional("viewers", func(n strict.Node) error { ... n.Entries() ... }),
//	)
package strict

import "fmt"

// MaxBytes and MaxDepth bound a file: rules for a thousand tables fit many times.
const (
	MaxBytes = 1 << 20
	MaxDepth = 32
)

// Pos is a place in a file; line and column count characters from 1.
type Pos struct {
	File      string
	Line, Col int
}

// String is file:line:column, as editors and compilers write it.
func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Error is what is wrong at a place in a file, and what to do about it.
type Error struct {
	Pos     Pos
	Message string
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Message }

func (p Pos) errorf(format string, args ...any) error {
	return &Error{Pos: p, Message: fmt.Sprintf(format, args...)}
}
