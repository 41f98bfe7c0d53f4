// Package rls holds Grille to what PostgreSQL itself makes of the same rules.
//
// A rules file has a twin in PostgreSQL: a team is a role, a grant's rows are
// permissive policies TO that role, `always` is restrictive ones, columns are
// GRANT SELECT (...), and an attribute of the viewer is a setting of her
// session. Grille answers over a role that a policy lets read everything; the
// server answers the same text, as it stands, to a role that is restricted. The
// rows must be the same, or Grille refuses; what one of them fails on must be a
// row that the viewer sees. The server decides what is right: nothing here
// computes a condition. Made-up worlds are those of internal/oracle, without
// masks; pages by hand have the shapes of PostgreSQL's own test of policies.
//
// In these places the two mean different things, and what is compared is written
// so that they do not meet; testdata/differences.txt shows each.
//
//   - A subquery in a policy is run with the rights of who asks, and under the
//     policies of the tables it reads; in a rules file it reads them raw. The
//     policies that are made here read views of the owner's, which are raw.
//   - An attribute that is missing makes a whole grant false. A policy has to say
//     so, in each of the policies that one grant becomes.
//   - A star is every column, on PostgreSQL, and so an error where one is closed;
//     in Grille it is those that the viewer sees.
//   - Whoever may read no column may not count rows on PostgreSQL.
//   - A view reads with its owner's rights, or with those of who asks. Grille's
//     reader is neither, so a view has rules of its own.
//   - A viewer of two teams that see different columns has both on PostgreSQL, and
//     must choose a team in Grille.
//
// Begin with [Policies] and the tests. It is for tests, and no part of the
// program.
package rls
