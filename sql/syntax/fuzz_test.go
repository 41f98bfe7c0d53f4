package syntax

import (
	"errors"
	"testing"

	"github.com/sqlc-dev/oliphant"
	"github.com/sqlc-dev/oliphant/ast"

	"github.com/grille-dev/grille/refusal"
)

func seeds(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	for _, s := range hostile() {
		if len(s) < 2000 {
			f.Add(s)
		}
	}
	for _, s := range []string{
		"", ";", "SELECT 'a' -- b\n 'c'", "SELECT U&'\\0061' UESCAPE '!'", "SELECT $$a$$||$b$c$b$", "SELECT 1.e5, 1..2, 1e, 0x, 0b2",
		"SELECT E'\\'' , e'\\\\', b'01''01', x'F', n'x'", "SELECT a@-1, a=-1, a<=-1, a@/*x*/b, a--b", "SELECT \u00e9, \"\u212a\", '\u200b'",
		"SELECT IF(a, 'x', b), DATEDIFF(day, a, b), STRFTIME('%Y', d), GROUP_CONCAT(DISTINCT a ORDER BY b), \"west\", t.IFNULL()",
		"SELECT GROUP_CONCAT(a SEPARATOR ','), CONVERT(int, a), a NOT RLIKE 'b', c ILIKE ANY ('d', 'e'), f = 1 && g = 2 LIMIT 1 ORDER BY 1",
		"SELECT u&a, U&\"a\"", "SELECT $1a, $a, $", "/* /* */ SELECT 1", "SELECT a::b.c(1)[]", "SELECT case, end", "SELECT (((select 1)))",
	} {
		f.Add(s)
	}
}

func FuzzGuard(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		g, err := guarding(text)
		if err == nil {
			checkTokens(t, g)
		} else {
			checkRefusal(t, text, err)
		}
	})
}

// checkTokens asserts that the guard's tokens are those of PostgreSQL's
// scanner, where that accepts the text: a string that one of them ends
// earlier could hide a statement.
func checkTokens(t *testing.T, g guarded) {
	t.Helper()
	scan, err := oliphant.Scan(g.text)
	if err != nil {
		return
	}
	i := 0
	for _, want := range scan.Tokens {
		if want.Token == ast.Token_SQL_COMMENT || want.Token == ast.Token_C_COMMENT {
			continue
		}
		if i == len(g.toks) {
			t.Fatalf("the guard sees no %v at %d\n%q", want.Token, want.Start, g.text)
		}
		if got := g.toks[i]; got.pos != want.Start || got.end != want.End {
			t.Fatalf("token %d is %d to %d, and %v at %d to %d for the scanner\n%q",
				i, got.pos, got.end, want.Token, want.Start, want.End, g.text)
		}
		i++
	}
	if i != len(g.toks) {
		t.Fatalf("the guard sees %d tokens, the scanner %d\n%q", len(g.toks), i, g.text)
	}
}

func guarding(text string) (g guarded, err error) {
	defer recovered(&err)
	return guard(text, false, draftCaps()), nil
}

// Nothing panics; what parses has spans inside of the text and prints.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err == nil {
			checkSpans(t, text, q)
			Dump(q)
		} else if r := (*refusal.Refusal)(nil); !errors.As(err, &r) {
			t.Fatalf("%T", err)
		} else {
			checkRefusal(t, text, err)
		}
		if x, err := ParseExpr(text); err == nil {
			checkSpans(t, text, x)
			Dump(x)
		} else {
			checkRefusal(t, text, err)
		}
	})
}
