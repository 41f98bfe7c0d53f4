package refusal

// Code names one reason for no. The set is closed: each code is listed here
// with an example that a test runs.
type Code string

// Codes of the draft's text.
const (
	Empty       Code = "empty"       // nothing was asked
	TooLong     Code = "too-long"    // over the guard's size, token or nesting caps
	NotText     Code = "not-text"    // invalid UTF-8, NUL or control characters
	Syntax      Code = "syntax"      // the parser does not accept it
	Statements  Code = "statements"  // more or less than one statement
	NotSelect   Code = "not-select"  // something other than SELECT
	Unsupported Code = "unsupported" // SQL that Grille does not speak (yet)
)

// Codes of names and types.
const (
	UnknownTable    Code = "unknown-table"
	UnknownColumn   Code = "unknown-column"
	Ambiguous       Code = "ambiguous"        // a name that means two things
	UnknownFunction Code = "unknown-function" // not in the function table
	Types           Code = "types"            // operands that do not fit
	Grouping        Code = "grouping"         // a column neither grouped nor aggregated
	Constant        Code = "constant"         // a constant that its place does not allow
)

// Codes of rules.
const (
	MaskedFilter  Code = "masked-filter"  // a redacted column picks rows
	MaskedLiteral Code = "masked-literal" // a token compared with something that is no token
	ChooseTeam    Code = "choose-team"    // grants of several teams that differ
	NoAccess      Code = "no-access"      // the viewer has no grant at all
	Scope         Code = "scope"          // a hard filter that cannot be kept
)

// Codes of engines and running.
const (
	Engine    Code = "engine"     // this engine cannot say it
	CrossJoin Code = "cross-join" // a product without a join condition
	Limit     Code = "limit"      // time, rows, bytes; or something internal to the database
	Value     Code = "value"      // a value you may see does not fit this expression
	Down      Code = "down"       // the database cannot be reached
	Posture   Code = "posture"    // the database role may do more than read
	Drift     Code = "drift"      // the database changed since it was read
	Internal  Code = "internal"   // a fault of Grille's
)

// Codes of drafting.
const (
	NotUnderstood Code = "not-understood" // no reading of the question
	CannotAnswer  Code = "cannot-answer"  // a model says that the data cannot answer it
	Model         Code = "model"          // a model that is down, slow or talks nonsense
)
