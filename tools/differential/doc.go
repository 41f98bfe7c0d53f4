// Package differential holds package sql/syntax to PostgreSQL's own parser, in C.
//
// Whatever syntax accepts, PostgreSQL's parser has to accept too, and with the same
// structure: our tree is printed as SQL again, and what PostgreSQL's parser makes of
// that is what it makes of the statement, places and a few spellings aside
// (normal.go). So a difference in how two parsers read a text, and anything that our
// copy of the tree drops, fails a test.
//
// The statements are those of the pages of this repository, a page of our own, the
// SELECTs of PostgreSQL's regression suite where they are at hand, and random
// changes of all of them. What differs, and why it may, stands in testdata/known.
//
// It is a module of its own, because it needs a C compiler, and the program must not.
// Of pg_query_go only the package parser may be imported: the other one registers
// the same protocol buffers as our parser, and both cannot be in one program.
package differential
