package differential

import (
	"fmt"

	"github.com/pganalyze/pg_query_go/v6/parser"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/syntax"
)

// Verdict is what became of a text.
type Verdict uint8

const (
	Refused Verdict = iota // by syntax: nothing to compare
	Same
	Different
)

// Compare holds what syntax makes of a text to what PostgreSQL's parser does. Why
// says what differs.
func Compare(text string) (v Verdict, why string) {
	q, err := syntax.Parse(text)
	if refusal.CodeOf(err) == refusal.Internal {
		return Different, "syntax failed: " + err.Error()
	}
	if err != nil {
		return Refused, ""
	}
	want, err := tree(text)
	if err != nil {
		return Different, "syntax accepts it, PostgreSQL does not: " + err.Error()
	}
	again := SQL(q)
	got, err := tree(again)
	if err != nil {
		return Different, fmt.Sprintf("our tree is no SQL: %v\n%s", err, again)
	}
	if got != want {
		return Different, fmt.Sprintf("our tree means something else:\n%s\n%s", again, parting(got, want))
	}
	return Same, ""
}

func tree(text string) (string, error) {
	j, err := parser.ParseToJSON(text)
	if err != nil {
		return "", err
	}
	return normal(j)
}

// parting is where two texts part, with what stands around it.
func parting(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, i-80):min(len(s), i+160)] }
	return "ours: " + cut(got) + "\nPostgreSQL's: " + cut(want)
}
