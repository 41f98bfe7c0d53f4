// Package groups attacks minimum groups: what comes of a table with min_group is
// of enough entities, and so is the difference of any two numbers of it.
//
// From a seed it makes small tables whose groups are of sizes around the minimum,
// a rules file, and queries of the shape that a counted block may have. What must
// come back is computed here alone, over the rows in Go: the plain answer over the
// viewer's rows, and from it what the rule of small groups leaves. Nothing of that
// is shared with package policy. Grille is asked on PostgreSQL and on SQLite.
//
// Then an attacker takes what Grille really gave, and solves for a handful of
// entities: no sum of multiples of the numbers of one group may be of the rows of
// 1 to size-1 entities. The eleven attacks that were found against the first
// design are run through Grille, which refuses them, and directly with a naive
// count(DISTINCT id) >= size, to show that they are attacks. Expressions that fail
// on some rows are put everywhere in a block: they are refused, or do no harm.
package groups
