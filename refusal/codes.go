package refusal

// Code names one reason for no. The set is closed. Each code says
// what it means, what to do, and has an example that a test runs on the demo: the
// viewer, and what they write (sql) or ask. A code that no text of a viewer's can
// show names the folder whose tests do. docs/refusals.md is made of all that.
type Code string

// Codes of the draft's text.
const (
	// Empty: nothing was asked.
	//
	// Write a question, or a SELECT.
	//	sql ines:
	Empty Code = "empty"
	// TooLong: over the guard's limits of size, words or nesting.
	//
	// Ask for less at once: fewer words, fewer levels of brackets, a WITH item in
	// place of nested queries.
	//	sql ines: SELECT ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
	TooLong Code = "too-long"
	// NotText: invalid UTF-8, control characters, invisible characters.
	//
	// Type the text anew: something that cannot be seen was pasted with it.
	//	sql ines: SELECT\u200b 1
	NotText Code = "not-text"
	// Syntax: the parser does not accept it.
	//
	// Look at the mark below the text. It is PostgreSQL's dialect on every engine.
	//	sql ines: SELECT FROM WHERE
	Syntax Code = "syntax"
	// Statements: more than one.
	//
	// Send one statement at a time.
	//	sql ines: SELECT 1; SELECT 2
	Statements Code = "statements"
	// NotSelect: something other than a SELECT.
	//
	// Write a SELECT. Grille changes nothing in a database.
	//	sql ines: DELETE FROM visits
	NotSelect Code = "not-select"
	// Unsupported: SQL that Grille does not speak (yet).
	//
	// Say it in another way: the refusal names what is not spoken.
	//	sql ines: SELECT id FROM visits FOR UPDATE
	Unsupported Code = "unsupported"
)

// Codes of names and types.
const (
	// UnknownTable: no such table, or none that the viewer may see.
	//
	// `grille catalog` lists the tables that this viewer has. If one should be
	// there, the rules file has to name and grant it.
	//	sql ines: SELECT * FROM salaries
	UnknownTable Code = "unknown-table"
	// UnknownColumn: no such column, or none that the viewer may see.
	//
	// `grille catalog` lists the columns. If one should be there, the rules file
	// has to class it.
	//	sql ines: SELECT salary FROM staff
	UnknownColumn Code = "unknown-column"
	// Ambiguous: a name that means two things.
	//
	// Write the table before the column: `wards.name`.
	//	sql ines: SELECT name FROM wards, departments
	Ambiguous Code = "ambiguous"
	// UnknownFunction: not in the function table.
	//
	// docs/functions.md lists the functions.
	//	sql ines: SELECT pg_sleep(10)
	UnknownFunction Code = "unknown-function"
	// Types: operands that do not fit.
	//
	// Cast one side, or compare with something of its kind.
	//	sql ines: SELECT name + 1 FROM wards
	Types Code = "types"
	// Grouping: a column neither grouped nor aggregated.
	//
	// Put the column into GROUP BY, or into an aggregate.
	//	sql ines: SELECT kind, urgent, count(*) FROM visits GROUP BY kind
	Grouping Code = "grouping"
	// FanOut: an aggregate over rows that a join repeats. A model hears it, once; a
	// person's query runs, with a warning.
	//
	// Nothing, as a person. A program that drafts counts each row once, as the
	// hint says.
	//	shown in .
	FanOut Code = "fan-out"
	// Constant: a constant that its place does not allow.
	//
	// Write the constant as its column has it: a day as 2026-03-15.
	//	sql ines: SELECT id FROM visits WHERE admitted_at > 'soon'
	Constant Code = "constant"
)

// Codes of rules.
const (
	// MaskedFilter: a redacted column picks rows.
	//
	// Leave the condition out. Whoever needs it asks for the rules to reveal the
	// class to their team.
	//	shown in policy/testdata/spec
	MaskedFilter Code = "masked-filter"
	// MaskedLiteral: a pseudonym compared with something that is none.
	//
	// Compare pseudonyms with pseudonyms of the same family: join, group, count
	// distinct.
	//	sql tom: SELECT id FROM patients WHERE name = 'Ann'
	MaskedLiteral Code = "masked-literal"
	// ChooseTeam: grants of several teams that differ.
	//
	// Say as which team: `--team`, or `Viewer.Team`.
	//	shown in policy/testdata/spec
	ChooseTeam Code = "choose-team"
	// SmallGroup: a table that is seen in large groups only, read in another way.
	//
	// Ask for counts, sums and averages of groups, with joins along keys.
	//	shown in policy/testdata/spec
	SmallGroup Code = "small-group-shape"
	// SmallGroupBudget: too many different conditions in a day over a table that is
	// seen in large groups only.
	//
	// Ask again tomorrow, or repeat what was asked today.
	//	shown in .
	SmallGroupBudget Code = "small-group-budget"
	// Scope: a hard filter that is missing, unknown or no value, or a table of
	// which the rules do not say how it belongs to one.
	//
	// Give the hard filter that the rules want: `--filter`, or
	// `Viewer.HardFilters`.
	//	shown in policy/testdata/spec
	Scope Code = "scope"
	// Label: an answer that is for its viewer alone, and was to go elsewhere.
	//
	// Show the answer to its viewer only, or ask for columns that the rules call
	// public.
	//	shown in policy/testdata/spec
	Label Code = "label"
	// NotRun: the rules let SQL be explained, and not run.
	//
	// Take the query to somebody who may run it.
	//	shown in .
	NotRun Code = "not-run"
	// NoAccess: the viewer has no grant at all.
	//
	// Ask whoever keeps the rules for a grant to a team of yours.
	//	sql priya: SELECT 1
	NoAccess Code = "no-access"
)

// Codes of engines and running.
const (
	// Engine: this engine cannot say it.
	//
	// Say it in another way; docs/engines.md lists what each engine speaks.
	//	sql ines: SELECT w.id FROM wards w, LATERAL (SELECT count(*) FROM visits v WHERE v.ward_id = w.id) x
	Engine Code = "engine"
	// Limit: time, rows, memory; or something internal to the database.
	//
	// Ask for less: a shorter period, fewer columns, groups in place of rows.
	// `limits:` in `grille.yaml` are the bounds.
	//	shown in run/runtest
	Limit Code = "limit"
	// Value: a value you may see does not fit this expression.
	//
	// Guard the expression: `NULLIF(x, 0)`, CASE, or a condition that keeps such
	// rows out.
	//	sql ines: SELECT 1 / (id - id) FROM wards
	Value Code = "value"
	// Down: the database cannot be reached.
	//
	// Try again; then `grille doctor`.
	//	shown in run/runtest
	Down Code = "down"
	// Posture: the database role may do more than read.
	//
	// Mend the role: the refusal, `grille connect` and `grille doctor` have the
	// statements.
	//	shown in run/postgres
	Posture Code = "posture"
	// Drift: the database changed since it was read.
	//
	// Ask again: the outline is read anew.
	//	shown in run/runtest
	Drift Code = "drift"
	// Internal: a fault of Grille's.
	//
	// Report what you ran. It says nothing about your data.
	//	shown in sql/check
	Internal Code = "internal"
)

// Codes of drafting.
const (
	// NotUnderstood: no reading of the question.
	//
	// Use names of tables and columns; `grille suggest` completes a question. Or
	// teach the word: docs/teaching.md.
	//	ask ines: what is the meaning of life?
	NotUnderstood Code = "not-understood"
	// WhichReading: the question can be read in several ways, or only by passing
	// words over; or the reading that was chosen does not exist.
	//
	// Choose with `--reading` or `--means`; docs/readings.md.
	//	shown in .
	WhichReading Code = "which-reading"
	// CannotAnswer: a model says that the data cannot answer it.
	//
	// Ask for what the tables have; or ask with another model, or the planner.
	//	shown in .
	CannotAnswer Code = "cannot-answer"
	// UnsureWord: with privacy: strict, words of a question that may be personal
	// data, and of which nobody has said whether they may leave.
	//
	// Say `--keep` or `--hide` for each word that the refusal lists.
	//	shown in .
	UnsureWord Code = "unsure-word"
	// WordChoice: a word to keep or to hide that the question has not, or that is
	// more than a word.
	//
	// Name one word of the question, as it stands there.
	//	shown in egress
	WordChoice Code = "word-choice"
	// WordBudget: too many different words that may be names in a day.
	//
	// Ask again tomorrow, or have the names of the database known: `dictionary:
	// true` in the rules.
	//	shown in .
	WordBudget Code = "word-budget"
	// Model: a model that is down, slow or talks nonsense.
	//
	// Try again; `grille model test` says how each model does. `--model planner`
	// asks without one.
	//	shown in model/openai
	Model Code = "model"
	// ModelBudget: more requests to models, or tokens, than a person has in a day.
	//
	// Ask again tomorrow, or `--model planner`.
	//	shown in model/quota
	ModelBudget Code = "model-budget"
	// Ledger: what would leave for a model cannot be recorded, so nothing does.
	//
	// `grille verify ledger` and `grille doctor` say what is wrong with it. The
	// planner goes on.
	//	shown in ledger
	Ledger Code = "ledger"
)
