package csv

import (
	"strconv"
	"strings"
	"sync"

	"github.com/grille-dev/grille/sql/types"
)

// form is a way in which values are written. The order is that in which they are
// tried; [forms] says what each is.
type form uint8

const (
	truth form = iota
	yesNo
	yes
	no
	integer
	digits
	zeros
	pointed
	commaed
	isoDate
	slashDate
	dotDate
	dayFirst
	monthFirst
	dayFirstDash
	monthFirstDash
	isoMoment
	isoInstant
	slashMoment
	dotMoment
	dayFirstMoment
	monthFirstMoment
	dayFirstDashMoment
	monthFirstDashMoment
	clock
	text
	numForms
)

// shape is what belongs to a form.
type shape struct {
	called   string // in notes: "a number"
	declared string // the type of its columns
	fits     func(string) bool
	stored   func(string) string // what is stored for a value that fits
}

// decimal is a type that run/sqlite reads as numeric, and that SQLite keeps as the
// text that it is: no digit is lost.
const decimal = "NUMERIC TEXT"

// forms are all of them, by form.
var forms = sync.OnceValue(func() *[numForms]shape {
	return &[numForms]shape{
		truth:   {"true or false", "BOOLEAN", word("true", "false"), bit},
		yesNo:   {"yes or no", "BOOLEAN", word("yes", "no"), bit},
		yes:     {"yes", "BOOLEAN", word("yes"), bit},
		no:      {"no", "BOOLEAN", word("no"), bit},
		integer: {"a number", "INTEGER", isInteger, same},
		digits:  {"a number", decimal, isDigits, same},
		zeros:   {"a row of digits", "TEXT", onlyDigits, same},
		pointed: {"a number", decimal, func(s string) bool { return number(s, '.', ',') }, plainNumber},
		commaed: {"a number", decimal, func(s string) bool { return number(s, ',', '.') }, swapped},
		text:    {"a text", "TEXT", func(string) bool { return true }, same},

		isoDate:        dates('-', year, month, day),
		slashDate:      dates('/', year, month, day),
		dotDate:        dates('.', day, month, year),
		dayFirst:       dates('/', day, month, year),
		monthFirst:     dates('/', month, day, year),
		dayFirstDash:   dates('-', day, month, year),
		monthFirstDash: dates('-', month, day, year),

		isoMoment:            moments('-', year, month, day),
		isoInstant:           {"a time with a zone", "TIMESTAMPTZ", fitsInstant, storedInstant},
		slashMoment:          moments('/', year, month, day),
		dotMoment:            moments('.', day, month, year),
		dayFirstMoment:       moments('/', day, month, year),
		monthFirstMoment:     moments('/', month, day, year),
		dayFirstDashMoment:   moments('-', day, month, year),
		monthFirstDashMoment: moments('-', month, day, year),
		clock:                {"a time of day", "TIME", fitsClock, storedClock},
	}
})

func same(s string) string { return s }

func word(list ...string) func(string) bool {
	return func(s string) bool {
		for _, w := range list {
			if len(s) == len(w) && strings.EqualFold(s, w) {
				return true
			}
		}
		return false
	}
}

// bit is a boolean as it is stored.
func bit(s string) string {
	if strings.EqualFold(s, "true") || strings.EqualFold(s, "yes") {
		return "1"
	}
	return "0"
}

// mostDigits of a number; more is a text.
const mostDigits = 1000

// isInteger: no sign but -, and no zero before others: +49 and 01234 are no
// numbers.
func isInteger(s string) bool {
	if len(s) > len("-9223372036854775808") || !isDigits(s) {
		return false
	}
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

func isDigits(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return len(s) <= mostDigits && onlyDigits(s) && (s[0] != '0' || len(s) == 1)
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number: digits, perhaps in groups of three with a mark between all of them,
// perhaps with decimals. With a point also as programs write what is very small or
// large: 1.5e-07; without a sign, 1e5 is a code.
func number(s string, mark, group byte) bool {
	if len(s) > mostDigits {
		return false
	}
	s = strings.TrimPrefix(s, "-")
	if i := strings.IndexAny(s, "eE"); i > 0 {
		return mark == '.' && fraction(s[:i], mark) && exponent(s[i+1:])
	}
	if i := strings.IndexByte(s, group); i > 0 {
		return grouped(s, mark, group)
	}
	return fraction(s, mark)
}

func fraction(s string, mark byte) bool {
	whole, rest, ok := strings.Cut(s, string(mark))
	return isDigits(whole) && whole[0] != '-' && (!ok || onlyDigits(rest))
}

func grouped(s string, mark, group byte) bool {
	whole, rest, ok := strings.Cut(s, string(mark))
	if ok && !onlyDigits(rest) {
		return false
	}
	for i, part := range strings.Split(whole, string(group)) {
		if !onlyDigits(part) || i > 0 && len(part) != 3 || i == 0 && (len(part) > 3 || part[0] == '0') {
			return false
		}
	}
	return true
}

func exponent(s string) bool {
	return len(s) > 1 && len(s) <= 4 && (s[0] == '-' || s[0] == '+') && onlyDigits(s[1:])
}

func plainNumber(s string) string {
	if !strings.ContainsAny(s, ",eE") {
		return s
	}
	s = strings.ReplaceAll(s, ",", "")
	if !strings.ContainsAny(s, "eE") {
		return s
	}
	v, err := types.NumericOf(s)
	if err != nil {
		panic("csv: a number that is none")
	}
	return v.Format(types.Of(types.Numeric), nil)
}

// swapped is 1.234,50 as 1234.50.
func swapped(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
}
