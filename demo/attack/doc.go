// Package attack lets a hostile model's drafts loose on the demo, through two
// gateways side by side: one as many are built (naive.go, on one page) and
// Grille.
//
// The drafts are a corpus of our own, drafts.yaml: attacks, a channel each, and
// questions that are good and must be answered. Nothing is said about a draft
// beforehand; what became of it is seen from the run:
//
//   - leaked: the outcome is another one over a database that differs only in
//     what this viewer may not see (worlds/), or a cell of it is a value that
//     they may not read. An outcome is everything that comes back: rows, errors,
//     what is said beside them;
//   - wrote: the database has another content afterwards.
//
// It guarantees that a draft cannot get at anything: the naive gateway, which
// runs texts as they stand, has a throw-away copy of the demo in memory
// (sandbox.go) and nothing else.
//
// Begin with [Run].
package attack
