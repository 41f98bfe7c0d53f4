// Package chunk is the one place that reads and writes DuckDB's memory, as its C API
// describes it: the columns of a chunk of rows, parameters, and PostgreSQL's functions
// over chunks. What is read is copied before the next chunk is fetched.
//
// Like package duckdb it is there in builds with the tag duckdb alone. It knows no
// statement; begin at vector.go.
package chunk
