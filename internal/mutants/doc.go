// Package mutants keeps the list of what must not be missed: a fence, a mask, a
// rule, an entry of an allow-list, a check, taken away one at a time. For each some
// test must fail, and the list says which. It is tests alone.
//
// mutants.txt is the list. A mutant is lines of a key and a text, up to an empty
// line:
//
//	mutant  its name
//	why     one line: what is gone
//	file    what is changed
//	old     the text that goes; several lines of old are several lines of the file
//	new     what stands there instead; none: nothing
//	test    package, then the pattern for -run: the test that must fail
//	ci      present where CI runs it
//
// No file of the tree is changed: a mutant is compiled with go test -overlay. That
// each old text is found exactly once, and that what comes of it is Go, is tested
// always; that each mutant is killed takes minutes, and is asked for with
// GRILLE_MUTANTS: all, ci, or the names of some, by commas (make mutants).
package mutants
