// Package duckdb runs Grille's statements on DuckDB, in a file.
//
// It is there in builds with the tag duckdb alone: the engine is a C++ library,
// and a program without it needs no C compiler.
//
// It guarantees, for every statement: an instance of its own in memory, to which
// the file is attached read-only, so that nothing that stands in the file
// (macros, types, views) is ever found for a name that Grille writes; no way to
// other files, to the network or to extensions, and settings that can no longer
// be changed; bounded memory, and nothing on disk, not even for a sort; one
// statement, which reads; tables that are still what the catalog says; an end
// when the caller's context ends.
//
// While the file is attached, no other process can write to it. Whoever makes a
// new one puts it in the old one's place by renaming: the next statement reads
// the new file.
//
// DuckDB has no asking gate as SQLite has: that a text reads only what it should rests
// on package emit, and on package check, which reads it again.
//
// Begin at query.go.
package duckdb
