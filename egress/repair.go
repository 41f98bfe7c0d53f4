package egress

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grille-dev/grille/refusal"
)

const (
	maxRepairs = 2
	maxDraft   = 16 << 10 // bytes of a draft that are sent back
)

// Attempt is a draft of a model.
type Attempt struct {
	By  string // the model that wrote it, as the configuration calls it
	SQL string // as it wrote it, placeholders not restored
}

// ComposeRepair asks the model that wrote a draft to correct it, and no other:
// see [Prompt.For]. The words depend on the draft, the code and the position
// only: no value or message of ours or of the database is in them, and of a refusal's
// hints the one that was made from the draft and what the model sees. Codes that arise from running
// a query, or from something the model cannot change, are refused, as are a third
// round and a draft that came back unchanged.
func ComposeRepair(p Prompt, a Attempt, no *refusal.Refusal) (Prompt, error) {
	if !p.Made() {
		panic("egress: zero Prompt")
	}
	draft := a.SQL
	why, ok := Mendable(no.Code)
	if !ok {
		return Prompt{}, fmt.Errorf("composing a repair: %q is not for a model to hear", no.Code)
	}
	if p.p.repairs >= maxRepairs || len(draft) > maxDraft || !utf8.ValidString(draft) {
		return Prompt{}, stuck()
	}
	said, err := json.Marshal(map[string]any{"kind": "sql", "sql": draft, "what": nil})
	if err != nil {
		panic("egress: " + err.Error())
	}
	if last := p.p.messages[len(p.p.messages)-2]; p.p.repairs > 0 && last.Text == string(said) {
		return Prompt{}, stuck() // the same again: it has nothing better
	}
	next := *p.p
	next.repairs++
	next.only = a.By
	next.messages = append(slices.Clone(p.p.messages),
		Message{Assistant, string(said)},
		Message{User, filled("repair.txt", map[string]string{"Why": why, "Where": where(draft, no.Span), "Try": hint(no)})})
	return Prompt{&next}, nil
}

const maxHint = 400 // bytes

// hint is what a refusal has for a model.
func hint(no *refusal.Refusal) string {
	if len(no.Mend) > maxHint || strings.ContainsAny(no.Mend, "\r\n") {
		return ""
	}
	return no.Mend
}

func stuck() error {
	return refusal.New(refusal.Model, "ask in other words, or ask without a model",
		"the model did not find a query that works")
}

// where shows the line of the draft with carets below the place.
func where(draft string, at refusal.Span) string {
	at.End = min(at.End, int32(len(draft)))
	caret := refusal.Caret(draft, at)
	if caret == "" {
		return ""
	}
	line := 1 + strings.Count(draft[:at.Pos], "\n")
	return fmt.Sprintf("line %d:\n%s", line, caret)
}

// Mendable is what a model is told about a code, and whether it is told at all.
// What is not listed here is never sent.
func Mendable(code refusal.Code) (string, bool) {
	switch code {
	case refusal.Syntax:
		return "it is not valid PostgreSQL.", true
	case refusal.Statements:
		return "it has to be exactly one statement.", true
	case refusal.NotSelect:
		return "only SELECT is accepted.", true
	case refusal.Unsupported:
		return "this form of SQL is not accepted here; write it with plain joins, sub-queries and common functions.", true
	case refusal.Empty, refusal.TooLong, refusal.NotText:
		return "it is empty, too long, or not plain text.", true
	case refusal.UnknownTable:
		return "the outline has no such table.", true
	case refusal.UnknownColumn:
		return "the outline has no such column in that table.", true
	case refusal.Ambiguous:
		return "the name can mean two things; qualify it with its table.", true
	case refusal.UnknownFunction:
		return "there is no such function here; use a common one.", true
	case refusal.Types:
		return "the types of the operands do not fit.", true
	case refusal.Grouping:
		return "a column is neither grouped nor aggregated.", true
	case refusal.FanOut:
		return "a join repeats the rows that an aggregate counts. If each should count once, aggregate before joining, or use count(DISTINCT ...) or EXISTS; if it is meant so, send the same query again.", true
	case refusal.Constant:
		return "a constant stands where its place does not allow it.", true
	case refusal.Engine:
		return "the database cannot express this; write it in a simpler way.", true
	case refusal.SmallGroup:
		return "rows of this table are not shown: use count(*), sum(column) or avg(column) with GROUP BY, join stored tables along their keys only, and do not compare a key, or a column that only one row has.", true
	case refusal.MaskedFilter, refusal.MaskedLiteral:
		return "this column may be grouped by and counted, but not compared with a value.", true
	default:
		return "", false
	}
}
