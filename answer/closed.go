package answer

import "github.com/grille-dev/grille/sql/ir"

// The closed sets of the tree, in words and in SQL.

func setWords(k ir.SetKind) (words, sql string) {
	switch k {
	case ir.Union:
		return "puts together the rows of two queries", "UNION"
	case ir.Intersect:
		return "keeps the rows that two queries share", "INTERSECT"
	case ir.Except:
		return "keeps the rows of a first query that a second does not have", "EXCEPT"
	default:
		panic("answer: unknown set operation")
	}
}

func isWords(k ir.IsKind) (words, sql string) {
	switch k {
	case ir.IsNull:
		return "missing", "NULL"
	case ir.IsTrue:
		return "true", "TRUE"
	case ir.IsFalse:
		return "false", "FALSE"
	case ir.IsUnknown:
		return "unknown", "UNKNOWN"
	default:
		panic("answer: unknown test")
	}
}

func joinSQL(k ir.JoinKind) string {
	switch k {
	case ir.Inner:
		return "JOIN"
	case ir.Left:
		return "LEFT JOIN"
	case ir.Right:
		return "RIGHT JOIN"
	case ir.Full:
		return "FULL JOIN"
	default:
		panic("answer: unknown join")
	}
}

func frameWords(m ir.FrameMode) (words, sql string) {
	switch m {
	case ir.FrameRange:
		return "values", "RANGE"
	case ir.FrameRows:
		return "rows", "ROWS"
	case ir.FrameGroups:
		return "groups", "GROUPS"
	default:
		panic("answer: unknown frame")
	}
}
