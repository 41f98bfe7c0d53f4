package refusal

// Codes are all codes, for whoever counts them.
func Codes() []Code {
	return []Code{
		Empty, TooLong, NotText, Syntax, Statements, NotSelect, Unsupported,
		UnknownTable, UnknownColumn, Ambiguous, UnknownFunction, Types, Grouping, FanOut, Constant,
		MaskedFilter, MaskedLiteral, ChooseTeam, SmallGroup, SmallGroupBudget, Scope, Label, NotRun, NoAccess,
		Engine, Limit, Value, Down, Posture, Drift, Internal,
		NotUnderstood, WhichReading, CannotAnswer, UnsureWord, WordChoice, WordBudget, Model, ModelBudget, Ledger,
	}
}
