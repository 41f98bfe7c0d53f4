package syntax

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/refusal"
)

// hostile are texts that take other parsers seconds, or their process.
func hostile() map[string]string {
	nested := func(open, inner, end string, n int) string {
		return "SELECT " + strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	chain := func(term string, n int) string { return "SELECT 1" + strings.Repeat(term, n) }
	return map[string]string{
		"10k open parentheses":       strings.Repeat("(", 10_000),
		"32k open parentheses":       strings.Repeat("(", 32_000),
		"100k parentheses":           nested("(", "1", ")", 100_000),
		"60 parentheses":             nested("(", "1", ")", 60),
		"100k nested comments":       "SELECT 1 " + strings.Repeat("/*", 100_000) + strings.Repeat("*/", 100_000),
		"8k nested comments":         "SELECT 1 " + strings.Repeat("/*", 8000) + strings.Repeat("*/", 8000),
		"5000 terms":                 chain("+1", 4999),
		"2000 terms":                 chain("+1", 2000),
		"minus signs":                "SELECT " + strings.Repeat("- ", 4990) + "1",
		"minus signs in one":         "SELECT " + strings.Repeat("-", 30_000) + "1",
		"NOT":                        "SELECT " + strings.Repeat("NOT ", 4990) + "a",
		"casts":                      "SELECT a" + strings.Repeat("::int", 2400),
		"joins":                      "SELECT 1 FROM a" + strings.Repeat(" JOIN a ON b", 1200),
		"joins without ON":           "SELECT 1 FROM a" + strings.Repeat(" JOIN a", 2400),
		"unions":                     "SELECT 1" + strings.Repeat(" UNION SELECT 1", 1600),
		"AND":                        "SELECT a" + strings.Repeat(" AND a", 2400),
		"IN list":                    "SELECT a IN (1" + strings.Repeat(",1", 2400) + ")",
		"CASE":                       nested("CASE WHEN ", "a", " THEN 1 END", 60),
		"CASE too deep":              nested("CASE WHEN ", "a", " THEN 1 END", 70),
		"subqueries":                 nested("(SELECT ", "1", ")", 60),
		"subqueries that fail":       nested("(SELECT ", "FROM FROM", ")", 60),
		"double parentheses":         nested("((SELECT ", "1", ") + 1)", 31),
		"double that fail":           nested("((SELECT ", "FROM FROM", "))", 31),
		"triple that fail":           nested("(((SELECT ", "FROM FROM", ")))", 20),
		"in FROM, double, failing":   "SELECT 1 FROM " + strings.Repeat("((SELECT 1 FROM ", 31) + "FROM" + strings.Repeat(") a)", 31),
		"substring":                  nested("substring(", "a", ", 1, 2)", 63),
		"overlay":                    nested("overlay(", "a", ", 'x', 2)", 63),
		"json_object":                nested("json_object(", "a", ")", 63),
		"as much work as is allowed": nested("substring(", "a"+strings.Repeat(" + a", 2400), ", 1, 2)", 4),
		"and it fails":               nested("((SELECT ", "a"+strings.Repeat(" + a", 2400)+" +", "))", 4),
		"substring, six":             nested("substring(", "a", ", 1, 2)", 6),
		"substring and subqueries":   nested("substring((SELECT ", "a", "), 1, 2)", 30),
		"quotes":                     "SELECT " + strings.Repeat("'", 32_000),
		"quotes and line breaks":     "SELECT 'a'" + strings.Repeat("\n", 30_000) + "x",
		"many strings, line breaks":  "SELECT 'a'" + strings.Repeat(" \n\n\n\n\n\n\n\n'a'x", 1500),
		"dollar tags":                "SELECT $a$" + strings.Repeat("$b$", 10_000),
		"many dollars":               "SELECT " + strings.Repeat("$a", 15_000),
		"long dollar tag, not ended": "SELECT $" + strings.Repeat("a", 16_000) + "$" + strings.Repeat("$", 15_000),
		"dollar words":               "SELECT " + strings.Repeat("$a b", 4000),
		"operators":                  "SELECT a " + strings.Repeat("+", 32_000) + " b",
		"operators, fewer":           "SELECT a " + strings.Repeat("+", 4900) + " b",
		"operators and signs":        "SELECT a " + strings.Repeat("@-", 16_000) + " b",
		"operator, comment":          "SELECT a " + strings.Repeat("@/*", 10_000),
		"digits":                     "SELECT " + strings.Repeat("1", 32_000),
		"digits and underscores":     "SELECT 1" + strings.Repeat("_1", 16_000),
		"hex":                        "SELECT 0x" + strings.Repeat("F", 32_000),
		"number and letters":         "SELECT 1" + strings.Repeat("a", 32_000),
		"a long name":                "SELECT " + strings.Repeat("a", 32_000),
		"dots":                       "SELECT a" + strings.Repeat(".a", 2400),
		"brackets":                   "SELECT a" + strings.Repeat("[1]", 1600),
		"array types":                "SELECT a::int" + strings.Repeat("[]", 2400),
		"WITH":                       "WITH a AS (SELECT 1)" + strings.Repeat(", a AS (SELECT 1)", 700) + " SELECT 1",
		"windows":                    "SELECT 1" + strings.Repeat(", f() OVER (w)", 600),
		"commas":                     "SELECT 1" + strings.Repeat(",", 4990),
		"2 MB":                       "SELECT " + strings.Repeat("a,", 1<<20),
	}
}

// Hostile texts are read or refused at once, in whichever way.
func TestHostile(t *testing.T) {
	const most = 500 * time.Millisecond // generous: the slowest takes a tenth
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := Parse(text)
			_, err2 := ParseExpr(text)
			took := time.Since(start)
			t.Logf("%v %.60v", took, err)
			if took > most {
				t.Errorf("took %v", took)
			}
			for _, err := range []error{err, err2} {
				if err != nil {
					checkRefusal(t, text, err)
				}
			}
		})
	}
}

// The limits are exact, and what is within them is read.
func TestLimits(t *testing.T) {
	parens := func(n int) string { return "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) }
	for _, tt := range []struct {
		name, text string
		want       refusal.Code
	}{
		{"depth", parens(MaxDepth), ""},
		{"one deeper", parens(MaxDepth + 1), refusal.TooLong},
		{"bytes", "SELECT 1 --" + strings.Repeat("x", MaxBytes-11), ""},
		{"one more byte", "SELECT 1 --" + strings.Repeat("x", MaxBytes-10), refusal.TooLong},
		{"tokens", "SELECT 1" + strings.Repeat(",1", MaxTokens/2-1), ""},
		{"one more token", "SELECT 1" + strings.Repeat(",1", MaxTokens/2-1) + ";", refusal.TooLong},
		{"name", "SELECT " + strings.Repeat("a", 63), ""},
		{"one more byte in a name", "SELECT " + strings.Repeat("a", 64), refusal.Unsupported},
		{"quotes in a name count once", `SELECT "` + strings.Repeat(`""`, 63) + `"`, ""},
		{"subqueries", "SELECT " + strings.Repeat("(SELECT ", 60) + "1" + strings.Repeat(")", 60), ""},
		{"substring", "SELECT " + strings.Repeat("substring(", 8) + "a" + strings.Repeat(", 1)", 8), ""},
		{"unions in parentheses", "SELECT 1 FROM " + strings.Repeat("(", 40) + "SELECT 1" + strings.Repeat(" UNION SELECT 2)", 40) + " x", ""},
	} {
		if _, err := Parse(tt.text); refusal.CodeOf(err) != tt.want {
			t.Errorf("%s: %v, not %q", tt.name, err, tt.want)
		}
	}
}

// A panic of the parser is a refusal, with the reason for the owner only.
func TestPanicIsRefused(t *testing.T) {
	err := func() (err error) {
		defer recovered(&err)
		panic(fmt.Errorf("out of cheese"))
	}()
	r, ok := err.(*refusal.Refusal)
	if !ok || r.Code != refusal.Internal || strings.Contains(r.Msg+r.Try, "cheese") || !strings.Contains(r.Owner, "cheese") {
		t.Errorf("%+v", err)
	}
}

// The guard counts statements before the parser sees them. Should the two ever
// differ, what the parser found counts too.
func TestStatementsAreCountedTwice(t *testing.T) {
	for _, text := range []string{"SELECT 1; SELECT 2", "", ";"} {
		if _, err := run(text); !errors.Is(err, errStatements) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := run("SELECT 1;"); err != nil {
		t.Error(err)
	}
}
