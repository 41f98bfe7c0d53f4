package refusal

// Code names one reason for no. The set is closed. Each code has an example
// that a test runs on the demo: the viewer, and what they write (sql) or ask. A
// code that no text of a viewer's can show names the folder whose tests do.
type Code string

// Codes of the draft's text.
const (
	// Empty: nothing was asked.
	//	sql ines:
	Empty Code = "empty"
	// TooLong: over the guard's limits of size, words or nesting.
	//	sql ines: SELECT ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
	TooLong Code = "too-long"
	// NotText: invalid UTF-8, control characters, invisible characters.
	//	sql ines: SELECT\u200b 1
	NotText Code = "not-text"
	// Syntax: the parser does not accept it.
	//	sql ines: SELECT FROM WHERE
	Syntax Code = "syntax"
	// Statements: more than one.
	//	sql ines: SELECT 1; SELECT 2
	Statements Code = "statements"
	// NotSelect: something other than a SELECT.
	//	sql ines: DELETE FROM visits
	NotSelect Code = "not-select"
	// Unsupported: SQL that Grille does not speak (yet).
	//	sql ines: SELECT id FROM visits FOR UPDATE
	Unsupported Code = "unsupported"
)

// Codes of names and types.
const (
	// UnknownTable: no such table, or none that the viewer may see.
	//	sql ines: SELECT * FROM salaries
	UnknownTable Code = "unknown-table"
	// UnknownColumn: no such column, or none that the viewer may see.
	//	sql ines: SELECT salary FROM staff
	UnknownColumn Code = "unknown-column"
	// Ambiguous: a name that means two things.
	//	sql ines: SELECT name FROM wards, departments
	Ambiguous Code = "ambiguous"
	// UnknownFunction: not in the function table.
	//	sql ines: SELECT pg_sleep(10)
	UnknownFunction Code = "unknown-function"
	// Types: operands that do not fit.
	//	sql ines: SELECT name + 1 FROM wards
	Types Code = "types"
	// Grouping: a column neither grouped nor aggregated.
	//	sql ines: SELECT kind, urgent, count(*) FROM visits GROUP BY kind
	Grouping Code = "grouping"
	// FanOut: an aggregate over rows that a join repeats. A model hears it, once; a
	// person's query runs, with a warning.
	//	shown in .
	FanOut Code = "fan-out"
	// Constant: a constant that its place does not allow.
	//	sql ines: SELECT id FROM visits WHERE admitted_at > 'soon'
	Constant Code = "constant"
)

// Codes of rules.
const (
	// MaskedFilter: a redacted column picks rows.
	//	shown in policy/testdata/spec
	MaskedFilter Code = "masked-filter"
	// MaskedLiteral: a pseudonym compared with something that is none.
	//	sql tom: SELECT id FROM patients WHERE name = 'Ann'
	MaskedLiteral Code = "masked-literal"
	// ChooseTeam: grants of several teams that differ.
	//	shown in policy/testdata/spec
	ChooseTeam Code = "choose-team"
	// SmallGroup: a table that is seen in large groups only, read in another way.
	//	shown in policy/testdata/spec
	SmallGroup Code = "small-group-shape"
	// SmallGroupBudget: too many different conditions in a day over a table that is
	// seen in large groups only.
	//	shown in .
	SmallGroupBudget Code = "small-group-budget"
	// Scope: a hard filter that is missing, unknown or no value, or a table of
	// which the rules do not say how it belongs to one.
	//	shown in policy/testdata/spec
	Scope Code = "scope"
	// Label: an answer that is for its viewer alone, and was to go elsewhere.
	//	shown in policy/testdata/spec
	Label Code = "label"
	// NotRun: the rules let SQL be explained, and not run.
	//	shown in .
	NotRun Code = "not-run"
	// NoAccess: the viewer has no grant at all.
	//	sql priya: SELECT 1
	NoAccess Code = "no-access"
)

// Codes of engines and running.
const (
	// Engine: this engine cannot say it.
	//	sql ines: SELECT w.id FROM wards w, LATERAL (SELECT count(*) FROM visits v WHERE v.ward_id = w.id) x
	Engine Code = "engine"
	// Limit: time, rows, memory; or something internal to the database.
	//	shown in run/runtest
	Limit Code = "limit"
	// Value: a value you may see does not fit this expression.
	//	sql ines: SELECT 1 / (id - id) FROM wards
	Value Code = "value"
	// Down: the database cannot be reached.
	//	shown in run/runtest
	Down Code = "down"
	// Posture: the database role may do more than read.
	//	shown in run/postgres
	Posture Code = "posture"
	// Drift: the database changed since it was read.
	//	shown in run/runtest
	Drift Code = "drift"
	// Internal: a fault of Grille's.
	//	shown in sql/check
	Internal Code = "internal"
)

// Codes of drafting.
const (
	// NotUnderstood: no reading of the question.
	//	ask ines: what is the meaning of life?
	NotUnderstood Code = "not-understood"
	// WhichReading: the question can be read in several ways, or only by passing
	// words over; or the reading that was chosen does not exist.
	//	shown in .
	WhichReading Code = "which-reading"
	// CannotAnswer: a model says that the data cannot answer it.
	//	shown in .
	CannotAnswer Code = "cannot-answer"
	// UnsureWord: with privacy: strict, words of a question that may be personal
	// data, and of which nobody has said whether they may leave.
	//	shown in .
	UnsureWord Code = "unsure-word"
	// WordChoice: a word to keep or to hide that the question has not, or that is
	// more than a word.
	//	shown in egress
	WordChoice Code = "word-choice"
	// WordBudget: too many different words that may be names in a day.
	//	shown in .
	WordBudget Code = "word-budget"
	// Model: a model that is down, slow or talks nonsense.
	//	shown in model/openai
	Model Code = "model"
	// ModelBudget: more requests to models, or tokens, than a person has in a day.
	//	shown in model/quota
	ModelBudget Code = "model-budget"
	// Ledger: what would leave for a model cannot be recorded, so nothing does.
	//	shown in ledger
	Ledger Code = "ledger"
)
