// Package ir is the closed set of bound, typed query nodes: what a draft means
// once every name is an identity and every expression has a type.
//
// Queries are blocks as in PostgreSQL, not flattened algebra. Columns are
// referred to by [ColID] only; names are kept for people. Every switch over
// nodes ends in default: panic, go-check-sumtype names what is missing, and a
// reflection test finds a child that walking forgets.
package ir
