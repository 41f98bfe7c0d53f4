package planner_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const docPath = "../docs/planner-language.md"

// families are the kinds of questions of the set, as the table of docs names them.
var families = []struct{ name, what string }{
	{"count", "counting, also per group"},
	{"list", "lists that fulfil a condition"},
	{"date", "dates: named, relative, ranges, open"},
	{"bookyear", "financial years"},
	{"zones", "times with a zone"},
	{"trend", "over time"},
	{"growth", "growth and change"},
	{"share", "shares and rates, in percent"},
	{"running", "running totals"},
	{"moving", "moving averages"},
	{"compare", "two periods side by side"},
	{"topgroup", "the first so many of each group"},
	{"superlative", "superlatives and top N"},
	{"average", "compared with the average"},
	{"ratio", "ratios, so many for each"},
	{"negation", "negation: without, never, not yet"},
	{"either", "either, both, neither"},
	{"money", "money, k and M"},
	{"units", "units and times between dates"},
	{"several", "several conditions at once"},
}

// document compares the page of docs with the figures, or writes it (-rewrite).
func (s *scores) document(t *testing.T) {
	text := s.page()
	if f := flag.Lookup("rewrite"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(docPath, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(docPath)
	if err != nil || string(got) != text {
		t.Errorf("%s is not what the set gives today: run go test ./planner -run TestLanguage -rewrite and read the diff (%v)", docPath, err)
	}
}

func (s *scores) page() string {
	var b strings.Builder
	b.WriteString(docHead)
	b.WriteString("| kind | understood | refused | wrong | for example | not understood, or wrongly |\n|---|---|---|---|---|---|\n")
	for _, f := range families {
		c := s.total(f.name)
		fmt.Fprintf(&b, "| %s | %d of %d | %d | %d | %s | %s |\n", f.what, c.right, c.n, c.n-c.right-c.wrong, c.wrong, s.example(f.name+" right"), s.example(f.name+" other"))
	}
	all, seen, held := s.total("all"), s.seen["all"], s.held["all"]
	fmt.Fprintf(&b, "| all | %d of %d (%d %%) | %d | %d | | |\n\n", all.right, all.n, 100*all.right/all.n, all.n-all.right-all.wrong, all.wrong)
	fmt.Fprintf(&b, "Of the questions with which the rules were written %d %% are right; of those that were held out, of which only the figure was looked at, %d %%. Of all answers that are given %d %% are right.\n",
		100*seen.right/seen.n, 100*held.right/held.n, 100*all.right/(all.right+all.wrong))
	fmt.Fprintf(&b, "Of %d more the first reading that is offered is right: with these, %.1f %% of all questions have the right reading first.\n",
		all.near, 100*float64(all.right+all.near)/float64(all.n))
	b.WriteString(docTail)
	return b.String()
}

func (s *scores) total(family string) tally {
	var sum tally
	for _, of := range []map[string]*tally{s.seen, s.held} {
		if c := of[family]; c != nil {
			sum.n, sum.right, sum.wrong, sum.near = sum.n+c.n, sum.right+c.right, sum.wrong+c.wrong, sum.near+c.near
		}
	}
	return sum
}

// example is the longest question of that kind, which says most.
func (s *scores) example(kind string) string {
	all := slices.Clone(s.examples[kind])
	if len(all) == 0 {
		return ""
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return "*" + strings.ReplaceAll(all[0], "|", `\|`) + "*"
}

const docHead = `# What the planner understands

The planner reads English without a model. This page is made by a test (` + "`go test ./planner -run TestLanguage -rewrite`" + `) from the questions in [planner/testdata/language](../planner/testdata/language): nine small databases, each intent in several phrasings, each with the query that is right. An answer is right if its rows are those of that query; it may show more columns. Refused means: it said which words it did not understand, or had the asker choose among readings. Wrong means: it answered something else.

`

const docTail = `
## What words mean here

- **Today** is the day in the zone of ` + "`calendar`" + `. A week begins on Monday, or the day that ` + "`calendar: {week: sunday}`" + ` names. "Last month" is the calendar month before; "the last 3 months" and "the past month" reach back from today and include it. "In March" without a year is the last March that has begun. 31/03/2025 is read with the day first; where that is no date, with the month first.
- **A financial year** is understood where ` + "`calendar: {fiscal_year: april}`" + ` says when it begins, and is called after the year in which it ends: FY2025 is April 2024 to March 2025. Otherwise the words are refused.
- **Growth** is in percent of the period before, **change** is the difference. The period before is the one before among those that have rows: a month without any is passed over, and so it is in moving averages, which span so many periods that have rows. The first has none, and the last may not be over.
- **Share, percentage, rate** are in percent: of the whole where the question groups ("share of revenue by country"); else of the rows that a condition picks ("what percentage of orders was cancelled"), also per group ("share of urgent visits per department"). A **ratio** is a plain quotient.
- **Average number of X per Y** is over those Y that have any X.
- **Revenue, sales, payroll, costs** without a word for how are added up; prices, ratings, ages and the like are averaged.
- **Older than 60** is born more than sixty years ago.
- **A state** ("urgent", "gold", "cancelled") is looked for in the column that holds it, as this viewer sees it. Where no column is known to hold it, the name decides: status, priority, severity, kind, type, category, tier, channel, ... Of two columns for states the wrong one may then be taken. [Values](values.md) says what is known. Read "in words" before relying on a number.
- **X vs Y** of two periods gives a column for each and the difference. "The same period last year" is understood behind the first.

## What it refuses

Why, forecasts, correlations, medians and other statistics, comparisons of two things that are no periods, more than one superlative at once, the first of each together with a share or growth, and whatever has a word that carries meaning and has found no place. [planner/testdata/bad](../planner/testdata/bad) has input that must be refused.
`
