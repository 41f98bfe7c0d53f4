// Package oracle attacks one promise: a viewer's answer is what a copy of the
// database would give that holds only the viewer's rows, with the viewer's
// columns under their masks; or it is a refusal.
//
// From a seed it makes a [World] (tables, rows, a rules file, a viewer) and
// queries over what the viewer sees. The copy is made here alone: each row
// condition is made together with a Go function over rows ([Condition]), and
// masks are computed by mask.go, which shares nothing with package policy. The
// copy lies in PostgreSQL, under the same names. A query is run on the copy
// directly, as its text stands, and through Grille on PostgreSQL, on SQLite and on
// MariaDB over the whole data; [Judge] compares what came back.
//
// Like the rest of it this is for tests, and it is no part of the program.
// Begin with the test, then [NewWorld] and [World.Query].
package oracle
