// Package syntax turns a draft's text into a tree.
//
// [Parse] reads one SELECT (or VALUES, TABLE, or a set operation of them) in
// PostgreSQL's dialect. [ParseExpr] reads one expression, for the conditions
// of a rules file. What they return is a small closed set of nodes (nodes.go),
// each with the place in the text where it was written.
//
// It guarantees:
//
//   - The text passed the guard first: valid UTF-8 without control
//     characters, at most [MaxBytes], [MaxTokens] and [MaxDepth], and no shape
//     that makes the parser take more than linear work.
//   - The tree holds only what nodes.go lists. The parser's tree is copied by
//     an allow-list: a node, or a field of a node, that is not copied is a
//     refusal with its position, never dropped.
//   - Names are folded to lower case, ASCII letters only, unless quoted, and
//     are never truncated.
//   - Every error is a *refusal.Refusal with the span it speaks of and what to
//     write instead. A panic of the parser is a refusal too, code internal.
//
// It knows no catalog: whether a table, column, function or type exists is
// for package bind to say. The text itself is never run; a difference between
// this parser and a database's own can give a wrong answer or a refusal, not
// an open door, because policy acts on what was bound and emit prints that.
//
// It is the only importer of github.com/sqlc-dev/oliphant. Begin with
// parse.go; guard.go is the part that faces hostile text.
package syntax
