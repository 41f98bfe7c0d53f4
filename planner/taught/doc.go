// Package taught is what the people of a workspace have said of its words: other
// names for its tables and columns, phrases with a meaning, the columns that are
// meant where none is named, and answers that somebody looked at.
//
//	words:
//	  client: customers                                  # a table
//	  turnover: orders.total                             # a column
//	  active customers: customers where status = 'active'
//	  big: orders where total > 1000
//	  revenue: sum(orders.total)
//	  title: [books.name, films.name]                    # each for its table
//	defaults:
//	  orders: {date: ordered_on, measure: total, display: number}
//	answers:
//	  - {question: "how many big orders of ⟨text⟩", sql: "SELECT ..."}
//
// A meaning is read into a table, a column, a figure of a column, or comparisons of
// columns with values; no other form is accepted, and what the planner drafts is
// printed from that form, never from the file's text. The draft is as untrusted as
// any.
//
// A workspace has one file, and viewers see different parts of it: [Lessons.For]
// keeps what names only what its catalog has and fits the types there. The rest does
// not exist, without an error or a hint.
//
// The way, a file each:
//
//	file      the file becomes lessons
//	meaning   the text behind a phrase; condition its comparisons
//	answers   questions with the reading that is right, without values
//	known     the lessons that exist for one catalog
//	edit      a lesson is added to the file's text or taken out, the rest untouched
//
// Nothing of it is sent to a model. Begin with [Parse] and [Lessons.For].
package taught
