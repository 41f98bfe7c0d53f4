// Package eval measures Grille on a person's own questions and drafts: JSON
// lines in, figures out.
//
// It is the one place with a direct connection of its own ([Direct]), read
// only, on which a text of the file runs as it is, so that the rows which Grille
// gives can be compared with those of the database. Nothing of this package is
// reachable from a server, and what it reports holds codes, counts and names of
// columns, never a cell.
//
// [SQL] compares rows, [Attack] feeds drafts of a hostile model and searches
// all that came back for canaries, [Allow] counts what is refused and must not
// be, [Ask] compares answers with those of gold queries, [Redact] counts what of
// labelled personal data is found in texts. No error of a line stops a run.
package eval
