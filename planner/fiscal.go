package planner

import (
	"strconv"
	"strings"
	"time"
)

// fiscalYear is [from, to) of the financial year that is called so: the one that
// ends in it, as FY2025 from April 2024 on.
func (c periods) fiscalYear(called int) period {
	from := time.Date(called, c.fiscal, 1, 0, 0, 0, 0, c.today.Location())
	if c.fiscal > time.January {
		from = from.AddDate(-1, 0, 0)
	}
	return c.span(from, "year", 1)
}

// thisFiscal is what the financial year of today is called.
func (c periods) thisFiscal() int {
	if y := c.today.Year(); c.fiscal > time.January && c.today.Month() >= c.fiscal {
		return y + 1
	}
	return c.today.Year()
}

// fiscalPoint reads "FY2025", "fiscal year 2025", "last financial year", "fiscal
// Q1 2025", "Q1 FY25", "first fiscal quarter of FY2025", "this fiscal year to
// date". Where nobody has said when the year begins, it reads nothing.
func (c periods) fiscalPoint(t []token) (period, int) {
	if c.fiscal == 0 {
		return period{}, 0
	}
	if p, n := c.fiscalQuarter(t); n > 0 {
		return p, n
	}
	year, n := c.fiscalName(t)
	if n == 0 {
		return period{}, 0
	}
	p := c.fiscalYear(year)
	for _, form := range []string{"to date", "so far"} {
		if m := leading(t[n:], strings.Fields(form)); m > 0 && year == c.thisFiscal() {
			return period{from: p.from, to: c.today.AddDate(0, 0, 1)}, n + m
		}
	}
	return p, n
}

// fiscalName reads what a financial year is called.
func (c periods) fiscalName(t []token) (year, n int) {
	if len(t) == 0 {
		return 0, 0
	}
	if rest, ok := strings.CutPrefix(t[0].lower, "fy"); ok && t[0].kind == codeToken {
		return numberedYear(rest), 1
	}
	if oneOf(t[0], "fy") && len(t) > 1 {
		if y := numberedYear(t[1].text); y > 0 {
			return y, 2
		}
	}
	at, back := 0, 0
	switch {
	case oneOf(t[0], "this", "current"):
		at = 1
	case oneOf(t[0], "last", "previous", "prior"):
		at, back = 1, -1
	case oneOf(t[0], "next", "coming"):
		at, back = 1, 1
	}
	if len(t) < at+2 || !oneOf(t[at], "fiscal", "financial", "business") || !oneOf(t[at+1], "year") {
		return 0, 0
	}
	if at == 1 {
		return c.thisFiscal() + back, 3
	}
	if len(t) > 2 && t[2].year() > 0 {
		return t[2].year(), 3
	}
	return 0, 0
}

// numberedYear reads 2025 and 25.
func numberedYear(s string) int {
	y, err := strconv.Atoi(s)
	switch {
	case err != nil || y < 0:
		return 0
	case len(s) == 2:
		return 2000 + y
	case len(s) == 4 && y >= 1900 && y <= 2100:
		return y
	}
	return 0
}

// fiscalQuarter reads a quarter of a financial year.
func (c periods) fiscalQuarter(t []token) (period, int) {
	at, said := 0, false
	if at < len(t) && oneOf(t[at], "fiscal", "financial") {
		at, said = at+1, true
	}
	from, months, n := quarterName(t[at:])
	if n == 0 { // "first fiscal quarter"
		if i, ok := ordinal(first(t)); ok && len(t) > 2 && oneOf(t[1], "fiscal", "financial") && t[2].stem == "quarter" {
			from, months, n, said = (i-1)*3, 3, 3, true
		}
	}
	if n == 0 {
		return period{}, 0
	}
	at += n
	for at < len(t) && oneOf(t[at], "of", "in", "the", ",") {
		at++
	}
	year, m := c.fiscalName(t[at:])
	if m == 0 && said && at < len(t) && t[at].year() > 0 {
		year, m = t[at].year(), 1
	}
	if m == 0 {
		return period{}, 0
	}
	return c.span(c.fiscalYear(year).from.AddDate(0, from, 0), "month", months), at + m
}

func first(t []token) token {
	if len(t) == 0 {
		return token{}
	}
	return t[0]
}

// fiscalOf is what the financial year of a date is called.
func fiscalOf(col string, begins time.Month) string {
	if begins > time.January {
		col += " + INTERVAL '" + strconv.Itoa(13-int(begins)) + " months'"
	}
	return "CAST(extract(year FROM " + col + ") AS integer)"
}
